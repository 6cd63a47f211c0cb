"""Put the body of a rule at a call: the rule runs on traced values, and what it computes is appended to a builder.

A rule is an ordinary function on arrays. Called with `Traced` operands it computes nothing: each NumPy function, method
or operator that it uses is looked up among the primitives and emitted. Rules branch on ranks and constant keywords in
Python; a rule that would need a value at this point is an error of that rule.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import UnsupportedCall
from ..ir.build import Builder
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import FIXED_LIST, GETITEM, SHAPE, SLICE_, TUPLE, Primitive, lookup, overloads
from ..ir.types import STRUCTURES, Array, FixedList, List, Scalar, Tuple


def expand(builder: Builder, rule: Callable[..., Any], *differentials: Any, op: Op, **extra: Any) -> Any:
    """Append `rule(*differentials, *operands, **keywords)` to the builder.

    Args:
        differentials: what the rule is given before the operands: the differential and the result of `op`, as atoms
            or tuples of atoms.
        op: the call that is differentiated; its operands and keywords are passed on.
        extra: further keyword arguments of the rule.

    Returns:
        What the rule returns, as an atom, a tuple of such, or None.
    """
    style, builder.style = builder.style, op.style
    try:
        operands = [wrap(builder, a) for a in (*differentials, *op.args)]
        keywords = {k: wrap(builder, a) for k, a in op.keywords}
        return unwrap(builder, rule(*operands, **keywords, **extra))
    except NeedsRank as missing:
        hint = "annotate or convert the value so that its rank is known (np.array(...), float(...))"
        raise UnsupportedCall(
            f"the derivative of {op.primitive} needs the rank of {missing}", op.origin, hint
        ) from None
    except NeedsConstant as missing:
        raise UnsupportedCall(f"the derivative of {op.primitive} needs the value of {missing}", op.origin) from None
    finally:
        builder.style = style


class NeedsRank(Exception):
    """A rule asks for the rank of a value of which nothing is known."""


class NeedsConstant(TypeError):
    """A rule asks for a value that is not known: for Python, one that is no number or truth value."""


def wrap(builder: Builder, value: Any) -> Any:
    """An atom as a rule sees it: constants are themselves, other values are traced."""
    if isinstance(value, tuple):
        return tuple(wrap(builder, v) for v in value)
    if isinstance(value, Const):
        return value.value
    return Traced(builder, value) if isinstance(value, Var) else value


def unwrap(builder: Builder, value: Any) -> Any:
    """What a rule returned, as atoms."""
    if isinstance(value, Traced):
        return value.atom
    if isinstance(value, (tuple, list)):
        return tuple(unwrap(builder, v) for v in value)
    return value if value is None else Const(value)


def _operand(builder: Builder, value: Any) -> Atom:
    """A value that a rule passes to a function, as one atom."""
    if isinstance(value, Traced):
        return value.atom
    if isinstance(value, (tuple, list)) and _has_traced(value):
        items = [_operand(builder, v) for v in value]
        return builder.emit(TUPLE if isinstance(value, tuple) else FIXED_LIST, *items)
    if isinstance(value, slice) and _has_traced((value.start, value.stop, value.step)):
        return builder.emit(SLICE_, *(_operand(builder, v) for v in (value.start, value.stop, value.step)))
    if isinstance(value, np.generic):
        value = value.item()
    return Const(value, name=_name_of(value))


def _name_of(value: Any) -> str | None:
    return f"np.{value.__name__}" if isinstance(value, type) and getattr(np, value.__name__, None) is value else None


def _has_traced(values: Any) -> bool:
    return any(
        isinstance(v, Traced) or (isinstance(v, (tuple, list, slice)) and _has_traced(_parts(v))) for v in values
    )


def _parts(value: Any) -> Any:
    return (value.start, value.stop, value.step) if isinstance(value, slice) else value


def call(builder: Builder, function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> Traced:
    """Emit a call of a registered function."""
    primitive, style, operands, named = _resolve(function, args, keywords)
    atoms = [_operand(builder, a) for a in operands]
    atoms_named = {k: _operand(builder, v) for k, v in named.items()}
    # a rule spells functions as NumPy does; the builder's own style ("math") wins for scalars
    scalar = all(isinstance(a.type, Scalar) for a in atoms)
    chosen = builder.style if scalar and builder.style in primitive.spellings else style
    if function in (np.transpose, np.size) and len(atoms) == 1 and not named and isinstance(atoms[0].type, Array):
        chosen = "attribute"  # `x.T`, `x.size`
    chosen = None if primitive.symbol else chosen
    return Traced(builder, builder.emit(primitive, *atoms, style=chosen, more=atoms_named))


def _resolve(
    function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[Primitive, str, list[Any], dict[str, Any]]:
    """The primitive that a call means, its style, operands and keywords."""
    for primitive, style in overloads(function):
        try:
            return primitive, style, *bind(primitive, args, keywords)
        except TypeError:  # another of its meanings may fit
            continue
    raise UnsupportedCall(f"a rule calls {getattr(function, '__name__', function)}, which is not a primitive")


def bind(primitive: Primitive, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Sort the arguments of a call into operands (parameters without default) and keywords (those with one)."""
    if primitive.signature is None:
        return list(args), keywords
    bound = primitive.signature.bind(*args, **keywords)
    operands: list[Any] = []
    named: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        parameter = primitive.signature.parameters[name]
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            operands.extend(value)
        elif parameter.default is inspect.Parameter.empty:
            operands.append(value)
        elif not _is_default(value, parameter.default):
            named[name] = value
    return operands, named


def _is_default(value: Any, default: Any) -> bool:
    """Whether a rule passes on what the function would take anyway."""
    plain = type(value) in (int, float, bool, str, type(None))
    return plain and type(value) is type(default) and value == default


class Traced:
    """A value of the program under construction, with the operators and methods of an array."""

    __slots__ = ("atom", "builder")
    __array_priority__ = 1000.0

    def __init__(self, builder: Builder, atom: Var) -> None:
        self.builder, self.atom = builder, atom

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Traced:
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        return call(self.builder, function, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Traced:
        return call(self.builder, function, args, keywords)

    # what is known without running ---------------------------------------------------------------------------------

    @property
    def ndim(self) -> int:
        if isinstance(self.atom.type, Array):
            return self.atom.type.ndim
        if isinstance(self.atom.type, Scalar):
            return 0
        raise NeedsRank(self.atom.hint)

    @property
    def shape(self) -> tuple[Any, ...]:
        shape = self.builder.emit(SHAPE, self.atom, hint="shape")
        return tuple(self._entry_of(shape, k) for k in range(self.ndim))

    def _entry_of(self, shape: Var, axis: int) -> Any:
        dim = self.atom.type.shape[axis]
        if isinstance(dim.base, int):
            return dim.base
        return Traced(self.builder, self.builder.emit(GETITEM, shape, Const(axis), hint="n"))

    @property
    def kind(self) -> str:
        """'b', 'i', 'f' or 'c'."""
        return getattr(self.atom.type, "kind", "f")

    @property
    def dtype(self) -> np.dtype[Any]:
        name = getattr(self.atom.type, "dtype", None)
        return np.dtype(name or {"b": bool, "i": int, "f": float, "c": complex}[self.kind])

    # structures ----------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        type_ = self.atom.type
        if isinstance(type_, STRUCTURES):
            return len(type_.items)
        if isinstance(type_, Array) and type_.ndim and isinstance(type_.shape[0].base, int):
            return type_.shape[0].base
        raise NeedsRank(self.atom.hint)

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.atom.type, List):
            raise NeedsRank(self.atom.hint)
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        made = self.builder.emit(GETITEM, self.atom, _operand(self.builder, index))
        return Traced(self.builder, made)

    @property
    def is_structure(self) -> bool:
        return isinstance(self.atom.type, (Tuple, FixedList))

    # methods and operators -----------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name in _ATTRIBUTES:
            return call(self.builder, _ATTRIBUTES[name], (self,), {})
        method = getattr(np.ndarray, name, None)
        if name.startswith("__") or method is None:
            raise AttributeError(name)
        function = method if lookup(method) else getattr(np, name)
        return lambda *args, **keywords: call(self.builder, function, (self, *args), keywords)

    def __bool__(self) -> bool:
        raise NeedsConstant(self.atom.hint)

    def __index__(self) -> int:
        raise NeedsConstant(self.atom.hint)

    def __float__(self) -> float:
        raise NeedsConstant(self.atom.hint)


_ATTRIBUTES: dict[str, Callable[..., Any]] = {
    "T": np.transpose,
    "real": np.real,
    "imag": np.imag,
    "size": np.size,
}


def _install_operators() -> None:
    def binary(function: Any) -> tuple[Any, Any]:
        def forward(self: Traced, other: Any) -> Traced:
            return call(self.builder, function, (self, other), {})

        def reflected(self: Traced, other: Any) -> Traced:
            return call(self.builder, function, (other, self), {})

        return forward, reflected

    names = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"]
    for name in names:
        plain = {"and": "and_", "or": "or_"}.get(name, name)
        forward, reflected = binary(getattr(operator, plain))
        setattr(Traced, f"__{name}__", forward)
        setattr(Traced, f"__r{name}__", reflected)
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Traced, f"__{name}__", binary(getattr(operator, name))[0])
    for name in ("neg", "pos", "invert", "abs"):
        function = np.absolute if name == "abs" else getattr(operator, name)
        setattr(Traced, f"__{name}__", lambda self, function=function: call(self.builder, function, (self,), {}))
    Traced.__hash__ = object.__hash__  # type: ignore[method-assign]


_install_operators()
