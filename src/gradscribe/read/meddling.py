"""Whether a call that is not read might change what the function finds outside: globals, and the lists, dicts and
objects that they hold.

Such a call runs code that nobody has looked at, or is given a container from outside, or an object whose methods may do
anything. Where there is one, what was taken as it is from outside is compared when it is used (`Resolve.certain`).
"""

from __future__ import annotations

import builtins
import dataclasses
import functools
import importlib
import reprlib
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ..ir.nodes import Atom, Const, Op
from ..ir.primitives import (
    BOOL_OF,
    CALL,
    CALL_METHOD,
    CALL_PYTHON,
    CHECK_SAME,
    DICT,
    EXPRESSION,
    FIXED_LIST,
    FLOAT_OF,
    GETATTR,
    GETITEM,
    INT_OF,
    IS,
    IS_NOT,
    LIST,
    RECORD,
    SETITEM,
    TUPLE,
    Primitive,
)
from ..ir.signature import is_library_name
from ..ir.types import STRUCTURES, Array, List, Object, Record, Scalar, Tuple, Type

_LEAVES = {
    IS, IS_NOT, CALL, CALL_PYTHON, CALL_METHOD, EXPRESSION, GETATTR, CHECK_SAME, TUPLE, FIXED_LIST, DICT, RECORD, LIST,
}  # fmt: skip
"""Operations that do nothing to their operands, or are looked at where they are made."""
_PLAIN = (
    type, type(None), str, bytes, bool, int, float, complex, slice, range, type(Ellipsis), BaseException, np.dtype,
    np.ufunc, np.ndarray, np.generic, list, tuple, dict, set, frozenset,
)  # fmt: skip
"""Classes whose objects do nothing of their own, apart from what they hold."""
_TRUSTED = (
    "numpy", "scipy", "math", "cmath", "random", "re", "datetime", "decimal", "fractions", "logging",
    "time", "statistics", "string", "textwrap", "array", "itertools",
)  # fmt: skip
"""Packages whose objects and functions change nothing but what they are given, unless they are given code."""
_LOOKING = {
    "len", "sorted", "list", "tuple", "dict", "set", "frozenset", "min", "max", "sum", "any", "all", "enumerate", "zip",
    "reversed", "print", "repr", "str", "format", "ascii", "isinstance", "issubclass", "type", "id", "hash", "hasattr",
    "getattr", "callable", "range", "abs", "round", "int", "float", "bool", "complex", "iter", "next", "divmod",
    "listed", "deepcopy",
}  # fmt: skip
"""Functions that leave alone what they are given."""
LOOKING_METHODS = {
    "get", "keys", "values", "items", "copy", "index", "count", "__contains__", "__len__", "__getitem__", "__iter__",
    "union", "intersection", "difference", "issubset", "issuperset", "isdisjoint",
}  # fmt: skip
_MAKING = {
    "__init__", "__new__", "__post_init__", "__init_subclass__", "__class_getitem__", "__set_name__", "__annotate__",
    "__annotate_func__",
}  # fmt: skip
"""Special methods that say how a class or an instance is made, not what is done with it."""
_IMPORTING = (importlib.import_module, importlib.reload, builtins.__import__)


def call_may_meddle(callee: Atom, operands: Iterable[Atom], is_outside: Callable[[Atom], bool]) -> bool:
    """Whether calling `callee` with these operands may change what is outside.

    Args:
        callee: what is called.
        operands: all that it is given.
        is_outside: whether an operand is a container that was found outside.
    """
    if not isinstance(callee, Const) or runs_code(callee.value):
        return True
    looks = _only_looks(callee.value)
    return any(may_act(a) or (not looks and is_outside(a)) for a in operands)


def method_may_meddle(owner: Atom, name: str, operands: Iterable[Atom], is_outside: Callable[[Atom], bool]) -> bool:
    """Whether `owner.name(...)` may change what is outside, see `call_may_meddle`."""
    if may_act(owner) or any(map(may_act, operands)):
        return True
    return name not in LOOKING_METHODS and is_outside(owner)


def may_meddle(op: Op) -> bool:
    """Whether an op may change what is outside, other than the containers that it is given."""
    if op.primitive is CALL_PYTHON:
        return call_may_meddle(op.args[0], op.inputs[1:], lambda atom: False)
    if op.primitive is CALL_METHOD:
        return method_may_meddle(op.args[0], op.static, op.inputs[1:], lambda atom: not _is_number(atom.type))
    return op.primitive is SETITEM and not _is_number(op.args[0].type)


def _is_number(type_: Type) -> bool:
    """Whether a value is a number or an array of such, or text: nothing in it can be reached otherwise."""
    trusted = isinstance(type_, Object) and type_.cls is not None and not issubclass(type_.cls, (list, dict, set))
    return trusted or isinstance(type_, (Array, Scalar, List))


def may_act(atom: Atom) -> bool:
    """Whether code that nobody has looked at may run where something is done to a value."""
    if isinstance(atom, Const):
        return runs_code(atom.value) or (isinstance(atom.value, types.ModuleType) and not _is_trusted(atom.value))
    return _acts(atom.type)


def _acts(type_: Type) -> bool:
    if isinstance(type_, Object):
        return type_.cls is not None and (bool(_own_bases(type_.cls)) or not _is_plain(type_.cls))
    if isinstance(type_, Record) and any(True for _ in _special_methods(type_.cls)):
        return True
    if isinstance(type_, STRUCTURES):
        return any(map(_acts, type_.items))
    return isinstance(type_, List) and _acts(type_.item)


def _is_plain(cls: type) -> bool:
    return issubclass(cls, _PLAIN) or _is_trusted(cls)


def runs_code(value: Any) -> bool:
    """Whether a callable, or the code that it holds, is the user's (or nobody knows whose)."""
    if isinstance(value, type):
        names = ("__init__", "__new__", "__del__", "__class_getitem__", "__subclasshook__")
        return bool(_own_bases(type(value))) or any(name in vars(base) for base in _own_bases(value) for name in names)
    if isinstance(value, functools.partial) or any(value is function for function in _IMPORTING):
        return True
    owner = getattr(value, "__self__", None)
    if isinstance(value, (types.BuiltinFunctionType, types.MethodWrapperType, types.MethodType)) and owner is not None:
        return not (isinstance(owner, (types.ModuleType, type)) or _is_trusted(type(owner)) or owner is builtins)
    return callable(value) and not _is_library(value)


def _own_bases(cls: type) -> list[type]:
    """The classes that a class is made of which are not of a library."""
    return [base for base in cls.__mro__ if not is_library_name(base.__module__)]


def _is_library(value: Any) -> bool:
    home = getattr(value, "__module__", None) or getattr(getattr(value, "__objclass__", None), "__module__", None)
    return isinstance(value, np.ufunc) or (isinstance(home, str) and (is_library_name(home) or _is_ours(home)))


def _is_ours(home: str) -> bool:
    return home.partition(".")[0] == "gradscribe"


def _only_looks(function: Any) -> bool:
    if getattr(function, "__name__", None) in _LOOKING:
        return True
    return _is_trusted(function) and "random" not in (getattr(function, "__module__", None) or "")


def _is_trusted(value: Any) -> bool:
    """Whether a function, class or module is of a package that is known."""
    home = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    return isinstance(value, np.ufunc) or (isinstance(home, str) and home.partition(".")[0] in _TRUSTED)


def acts_in(primitive: Primitive, inputs: Sequence[Atom]) -> bool:
    """Whether an operation calls a method of an operand that may do more than compute: no number or array has it."""
    if primitive in _LEAVES:
        return False
    if primitive.name == "array" and any(has_methods(a.type) for a in inputs):
        return True
    if primitive is GETITEM and any(_acts(a.type) for a in inputs[1:]):
        return True
    return any(isinstance(a.type, (Object, Record)) and _is_actor(a.type) for a in inputs)


def has_methods(type_: Type) -> bool:
    """Whether objects of this type have special methods that are the user's, or hold such objects."""
    if isinstance(type_, STRUCTURES) and not isinstance(type_, Record):
        return any(map(has_methods, type_.items))
    cls = getattr(type_, "cls", None)
    found = _special_methods(cls) if cls is not None else ()
    return any(not _is_library(method) and not _is_generated(method) for method in found)


def _special_methods(cls: type) -> Iterator[Any]:
    """What says what operators and functions do with an instance, in the classes of the user's that it is of."""
    for base in _own_bases(cls):
        for name, method in vars(base).items():
            if name.startswith("__") and name.endswith("__") and name not in _MAKING and callable(method):
                yield method


def _is_generated(method: Any) -> bool:
    """Whether `dataclass` has made a method."""
    code = getattr(method, "__code__", None)
    return code is not None and code.co_filename in ("<string>", dataclasses.__file__, reprlib.__file__)


def as_call(
    primitive: Primitive, args: tuple[Atom, ...], keywords: dict[str, Atom | None], style: str | None
) -> tuple[Primitive, tuple[Atom, ...], dict[str, Atom | None], str | None]:
    """An operation as a call of the function that computes it, which runs once and in order; the same operation where
    it has no such function."""
    by_name = not primitive.symbol and primitive not in (FLOAT_OF, INT_OF, BOOL_OF)
    given = {name: atom for name, atom in keywords.items() if atom is not None}
    plain = by_name and given and not any(has_methods(atom.type) for atom in given.values())
    if not primitive.spellings or not primitive.is_pure or plain:
        return primitive, args, keywords, style
    function = primitive.function(style)
    home = getattr(function, "__module__", None)
    name = f"{'operator' if home == '_operator' else 'numpy'}.{function.__name__}"
    callee = Const(function, name=function.__name__ if home == "builtins" else name)
    if by_name:
        return CALL_PYTHON, (callee, *args), given, None  # type: ignore[return-value]
    return CALL_PYTHON, (callee, *args, *given.values()), {}, None


def _is_actor(type_: Object | Record) -> bool:
    return type_.cls is not None and not hasattr(type_.cls, "__array_ufunc__") and _acts(type_)


def holds_containers(type_: Type) -> bool:
    """Whether a container holds others, which may be from elsewhere."""
    if isinstance(type_, List):
        return is_container(type_.item)
    return isinstance(type_, STRUCTURES) and any(map(is_container, type_.items))


def is_container(type_: Type) -> bool:
    """Whether a value of a type is, or holds, what can be changed by who is given it: a list, dict or object."""
    if isinstance(type_, Tuple):
        return any(map(is_container, type_.items))
    return isinstance(type_, (*STRUCTURES, List)) or (
        isinstance(type_, Object) and type_.cls in (None, list, dict, set)
    )
