"""Texts of derivatives kept on disk between processes, where `GRADSCRIBE_CACHE` names a folder.

An entry holds the text of a derivative and what it depends on: the source of the function and of all functions that
were read with it, by their digests, and the names that the text takes from outside. It is used only where all of that
is as it was. What cannot be told by source and importable names is not kept. Files that others may have written are
ignored.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import functools
import hashlib
import inspect
import json
import os
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gast
import numpy as np

from .. import stored
from ..errors import GradscribeError
from ..ir.nodes import Const, Function, Parameter, Var
from ..ir.primitives import External, overloads
from ..ir.signature import is_library_name
from ..ir.types import UNKNOWN, Array, Scalar
from ..nopython.flavour import Around, Machine
from ..nopython.machine import Core, cache_directory, plain_kind, vectors_available
from ..pipeline import Compiled, bound
from ..read.lower import Lowered
from ..signature import key_of
from ..source.text import make_function, read_source
from ..stored import CacheWarning
from ..write import Written
from .freshness import form_of, now_under


class _NotKept(Exception):
    """A derivative depends on what cannot be told by source and importable names."""


class Loaded(Compiled):
    """A derivative from disk; its program is made when somebody asks for it."""

    make: Callable[[], Compiled]

    @functools.cached_property
    def program(self) -> Function:
        return self.make().program


def cached(
    make: Callable[[], Compiled], function: Callable[..., Any], options: Sequence[object], jit: str | None = None
) -> Compiled:
    """What `make` makes, or the same from disk.

    Args:
        make: compiles.
        function: the primal.
        options: all else that decides what is made; counts by its `repr`.
        jit: "numba" for machine code, which is kept in any case.
    """
    if jit is None and not os.environ.get("GRADSCRIBE_CACHE"):
        return make()
    place = None
    with contextlib.suppress(_NotKept, GradscribeError, RuntimeError):  # RuntimeError: nobody is at home
        key = _key(function, (*options, jit, *(() if jit is None else [vectors_available()])))
        place = cache_directory() / f"{key}.json"
    if place is None:
        return make()
    entry = _read(place)
    found = None if entry is None else _restored(entry, make)
    if found is None:
        found = make()
        try:
            stored.write(place, json.dumps(_entry(found)).encode())
        except _NotKept:
            pass
        except OSError as error:
            warnings.warn(f"{place} cannot be written: {error}", CacheWarning, stacklevel=2)
    return found


# ------------------------------------------------------------------ what decides


@functools.cache
def _own_digest() -> str:
    """Of gradscribe itself, Python and NumPy."""
    own = getattr(sys.modules.get("gradscribe"), "__version__", None)
    digest = hashlib.sha256(f"{own} {sys.version} {np.__version__} {sys.flags.optimize}".encode())
    for path, status in _own_files():
        digest.update(f"{path} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()


def _own_files() -> list[tuple[str, os.stat_result]]:
    """The files of gradscribe, in order."""
    found, folders = [], [Path(__file__).parents[1]]
    while folders:
        for item in os.scandir(folders.pop()):
            if item.is_dir():
                folders.append(Path(item.path))
            elif item.name.endswith(".py"):
                found.append((item.path, item.stat()))
    return sorted(found, key=lambda pair: pair[0])


def _key(function: Callable[..., Any], options: Sequence[object]) -> str:
    scipy = getattr(sys.modules.get("scipy"), "__version__", None)
    told = repr((_own_digest(), scipy, _fingerprint(function))) + _told(tuple(options))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _fingerprint(value: Any) -> list[Any]:
    """A value that was taken as it is, told so that another process can compare it."""
    if type(value) in (str, bool, int, float, type(None), bytes):
        return ["value", type(value).__name__, repr(value)]
    if isinstance(value, types.ModuleType):
        return ["module", value.__name__]
    if isinstance(value, types.FunctionType) and not is_library_name(value.__module__ or ""):
        return _of_function(value)
    name = _importable(value)
    if not is_library_name(name[0]):  # what the methods of a class do, or the rule of a function, is not told
        raise _NotKept
    return ["name", *name]


def _of_function(function: types.FunctionType) -> list[Any]:
    """A function of the user's: its text, its defaults. What a closure holds has no name."""
    plain = all(type(d) in (str, bool, int, float, type(None)) for d in _defaults(function))
    if function.__closure__ or vars(function) or not plain or overloads(function):
        raise _NotKept
    text = gast.dump(read_source(function).tree)
    return ["function", *_importable(function), hashlib.sha256(text.encode()).hexdigest(), repr(_defaults(function))]


def _defaults(function: types.FunctionType) -> list[Any]:
    return [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _importable(value: Any) -> tuple[str, str]:
    """The module and the path under which anybody finds a value."""
    module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", getattr(value, "__name__", None))
    if isinstance(value, np.ufunc):
        module = "numpy"
    if not isinstance(module, str) or not isinstance(path, str) or _found(module, path) is not value:
        raise _NotKept
    return module, path


def _found(module: str, path: str) -> Any:
    """What stands under a path in a module that is loaded."""
    value: Any = sys.modules.get(module)
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _owner(owner: Any) -> list[str]:
    """Where a name was found: in the globals of a module, or in a module."""
    if isinstance(owner, dict):
        name = owner.get("__name__")
        if isinstance(name, str) and vars(sys.modules.get(name, types)) is owner:
            return ["globals", name]
        raise _NotKept
    if isinstance(owner, types.ModuleType):
        return ["module", owner.__name__]
    raise _NotKept


def _owner_again(told: Sequence[str]) -> Any:
    module = sys.modules.get(told[1])
    return vars(module) if told[0] == "globals" and module is not None else module


# ------------------------------------------------------------------ entries


def _entry(made: Compiled) -> dict[str, Any]:
    """All of a derivative that another process needs."""
    resolved = [r for r in made.lowered.resolved if not isinstance(r[0], types.FunctionType)]
    forms = [r[0] for r in made.lowered.resolved if isinstance(r[0], types.FunctionType)]
    assumed = [[*_owner(e.owner), e.name, _told(key)] for e, key in made.lowered.externals]
    return {
        "machine": None if made.machine is None else _machine_told(made.machine),
        "text": made.written.text,
        "name": made.function.__name__,
        "imports": made.written.imports,
        "resolved": [[_owner(owner), name, _fingerprint(value)] for owner, name, value in resolved],
        "functions": [_fingerprint(f) for f in dict.fromkeys(forms)],
        "externals": assumed,
        "names": {name: _name_told(value) for name, value in made.written.externals.items()},
    }


def _machine_told(machine: Machine) -> dict[str, Any]:
    """Machine code by the texts that it is made of, next to which it is stored itself."""
    core, around = machine.core, machine.around
    if not core.portable or core.namespace:
        raise _NotKept
    return {
        "core": [core.text, core.name, [_parameter_told(p) for p in core.parameters]],
        "around": around and [around.text, around.name, {n: _name_told(v) for n, v in around.namespace.items()}],
        "direct": machine.direct,
        "unforeseen": machine.unforeseen,
    }


def _parameter_told(parameter: Parameter) -> list[Any]:
    default = None if parameter.default is None else _constant_told(parameter.default.value)
    return [parameter.var.hint, plain_kind(parameter.var.type), default]


def _constant_told(value: Any) -> list[Any]:
    if type(value) not in _CONSTANTS.values():
        raise _NotKept
    return ["value", type(value).__name__, repr(value)]


_CONSTANTS: dict[str, Any] = {kind.__name__: kind for kind in (bool, int, float, complex, str, type(None))}


def _told(key: Any) -> str:
    """Types, or keys of them, in words, and the form of each class of the user's in them."""
    told = repr(key) + "".join(sorted({repr(_form_of_class(cls)) for cls in _classes(key)}))
    if " at 0x" in told:
        raise _NotKept
    return told


def _classes(key: Any) -> Iterator[type]:
    """The classes of the user's that types, or keys of them, mention."""
    waiting, seen = [key], set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, type):
            yield from (cls for cls in value.__mro__ if not is_library_name(cls.__module__))
        elif isinstance(value, (tuple, list, frozenset)):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif dataclasses.is_dataclass(value):
            waiting += vars(value).values()


def _form_of_class(cls: type) -> list[Any]:
    """The fields of a class in order, and what it defines by name; a method that is read is told where it is used."""
    fields = [*getattr(cls, "_fields", ()), *getattr(cls, "__dataclass_fields__", ())]
    return [cls.__module__, cls.__qualname__, [b.__qualname__ for b in cls.__bases__], fields, sorted(vars(cls))]


def _name_told(value: Any) -> list[Any]:
    if isinstance(value, External):
        return ["external", _owner(value.owner), value.name]
    if type(value) in _CONSTANTS.values():
        return _constant_told(value)
    return ["module", value.__name__] if isinstance(value, types.ModuleType) else ["object", *_importable(value)]


def _restored(entry: Mapping[str, Any], make: Callable[[], Compiled]) -> Compiled | None:
    """The derivative, if all that it depends on is as it was."""
    try:
        resolved = [(_owner_again(owner), name, kind) for owner, name, kind in entry["resolved"]]
        pairs = [(owner, name, now_under(owner, name), kind) for owner, name, kind in resolved]
        functions = [_found(f[1], f[2]) for f in entry["functions"]]
        same = all(_fingerprint(value) == kind for _, _, value, kind in pairs)
        same &= all(_fingerprint(f) == told for f, told in zip(functions, entry["functions"], strict=True))
        externals = [(External(told[-2], _owner_again(told[:-2])), told[-1]) for told in entry["externals"]]
        if not same or any(_told(key_of(e.read())) != told for e, told in externals):
            return None
        names = {name: _name_again(told) for name, told in entry["names"].items()}
    except (_NotKept, GradscribeError, NameError, AttributeError, TypeError, KeyError, ValueError, IndexError):
        return None
    forms = [(f, n, v) for f in functions for n, v in zip(_FORM, form_of(f), strict=True)]
    known = tuple((owner, name, value) for owner, name, value, _ in pairs) + tuple(forms)
    lowered = Lowered(None, tuple((e, key_of(e.read())) for e, _ in externals), known)  # type: ignore[arg-type]
    written = Written(entry["text"], tuple(entry["imports"]), names)
    return _loaded(entry, written, lowered, make)


def _loaded(entry: Mapping[str, Any], written: Written, lowered: Lowered, make: Callable[[], Compiled]) -> Compiled:
    if entry["machine"] is not None:
        machine = _machine_again(entry["machine"], written, make)
        function = machine.function
    else:
        machine, space = None, {name: bound(value) for name, value in written.externals.items()}
        function = make_function(entry["text"], entry["name"], space, label=entry["name"])
    made = object.__new__(Loaded)
    vars(made).update(function=function, written=written, lowered=lowered, machine=machine, make=make)
    return made


def _machine_again(told: Mapping[str, Any], written: Written, make: Callable[[], Compiled]) -> Machine:
    """What compiled functions of others call is made anew."""
    text, name, parameters = told["core"]
    core = Core(text, name, [_parameter_again(p) for p in parameters])
    around = told["around"]
    if around is not None:
        around = Around(around[0], around[1], {n: _name_again(v) for n, v in around[2].items()})
    alone = lambda: make().machine.alone()  # type: ignore[union-attr]  # noqa: E731
    return Machine(core, around, alone, written, told["direct"], told["unforeseen"])


def _parameter_again(told: Sequence[Any]) -> Parameter:
    hint, (what, *parts), default = told
    type_ = Array(parts[0], (UNKNOWN,) * parts[1]) if what == "array" else Scalar(parts[0], parts[1])
    value = None if default is None else Const(_constant_again(default))
    return Parameter(Var(hint, type_), inspect.Parameter.POSITIONAL_OR_KEYWORD, value)


def _constant_again(told: Sequence[Any]) -> Any:
    return None if told[1] == "NoneType" else _CONSTANTS[told[1]](ast.literal_eval(told[2]))


_FORM = ("__code__", "__defaults__", "__kwdefaults__")


def _name_again(told: Sequence[Any]) -> Any:
    if told[0] == "external":
        return External(told[2], _owner_again(told[1]))
    if told[0] == "value":
        return _constant_again(told)
    found = sys.modules.get(told[1]) if told[0] == "module" else _found(told[1], told[2])
    if found is None:
        raise _NotKept
    return found


def _read(place: Path) -> dict[str, Any] | None:
    body = stored.read(place)
    if body is None:
        return None
    try:
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("it is no entry")
    except (ValueError, RecursionError) as error:
        stored.ignore(place, error)
        return None
    return found
