"""Texts of derivatives kept on disk between processes, where `GRADSCRIBE_CACHE` names a folder.

An entry holds the text of a derivative and what it depends on: the source of the function and of all functions that
were read with it, by their digests, and the names that the text takes from outside. It is used only where all of that
is as it was. What cannot be told by source and importable names is not kept. Files that others may have written are
ignored.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import stat
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gast
import numpy as np

from ..errors import GradscribeError
from ..ir.nodes import Function
from ..ir.primitives import External, overloads
from ..ir.signature import is_library_name
from ..pipeline import Compiled
from ..read.lower import Lowered
from ..signature import key_of
from ..source.text import make_function, read_source
from ..write import Written
from .freshness import form_of, now_under


class CacheWarning(UserWarning):
    """An entry of the cache on disk is ignored; the message says why."""


class _NotKept(Exception):
    """A derivative depends on what cannot be told by source and importable names."""


class Loaded(Compiled):
    """A derivative from disk; its program is made when somebody asks for it."""

    make: Callable[[], Compiled]

    @functools.cached_property
    def program(self) -> Function:
        return self.make().program


def cached(make: Callable[[], Compiled], function: Callable[..., Any], options: Sequence[object]) -> Compiled:
    """What `make` makes, or the same from disk.

    Args:
        make: compiles.
        function: the primal.
        options: all else that decides what is made; counts by its `repr`.
    """
    folder = os.environ.get("GRADSCRIBE_CACHE")
    if not folder:
        return make()
    try:
        place = Path(folder) / f"{_key(function, options)}.json"
    except (_NotKept, GradscribeError):
        return make()
    entry = _read(place)
    found = None if entry is None else _restored(entry, make)
    if found is None:
        found = make()
        try:
            _write(place, _entry(found))
        except _NotKept:
            pass
        except OSError as error:
            warnings.warn(f"{place} cannot be written: {error}", CacheWarning, stacklevel=2)
    return found


# ------------------------------------------------------------------ what decides


@functools.cache
def _own_digest() -> str:
    """Of gradscribe itself, Python and NumPy."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {sys.flags.optimize}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.name} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()


def _key(function: Callable[..., Any], options: Sequence[object]) -> str:
    scipy = getattr(sys.modules.get("scipy"), "__version__", None)
    told = repr((_own_digest(), scipy, _fingerprint(function), tuple(options)))
    if " at 0x" in told:
        raise _NotKept
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _fingerprint(value: Any) -> list[Any]:
    """A value that was taken as it is, told so that another process can compare it."""
    if type(value) in (str, bool, int, float, type(None), bytes):
        return ["value", type(value).__name__, repr(value)]
    if isinstance(value, types.ModuleType):
        return ["module", value.__name__]
    if isinstance(value, types.FunctionType) and not is_library_name(value.__module__ or ""):
        return _of_function(value)
    if isinstance(value, type) and not is_library_name(value.__module__):  # what its methods do is not told
        raise _NotKept
    return ["name", *_importable(value)]


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
    if made.machine is not None:
        raise _NotKept
    return {
        "text": made.written.text,
        "name": made.function.__name__,
        "imports": made.written.imports,
        "resolved": [[_owner(owner), name, _fingerprint(value)] for owner, name, value in resolved],
        "functions": [_fingerprint(f) for f in dict.fromkeys(forms)],
        "externals": assumed,
        "names": {name: _name_told(value) for name, value in made.written.externals.items()},
    }


def _told(key: Any) -> str:
    told = repr(key)
    if " at 0x" in told:
        raise _NotKept
    return told


def _name_told(value: Any) -> list[Any]:
    if isinstance(value, External):
        return ["external", _owner(value.owner), value.name]
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
    space = {name: value.read() if isinstance(value, External) else value for name, value in names.items()}
    made = object.__new__(Loaded)
    function = make_function(entry["text"], entry["name"], space, label=entry["name"])
    written = Written(entry["text"], tuple(entry["imports"]), names)
    parts = {"function": function, "written": written, "lowered": lowered, "machine": None, "make": make}
    vars(made).update(parts)
    return made


_FORM = ("__code__", "__defaults__", "__kwdefaults__")


def _name_again(told: Sequence[Any]) -> Any:
    if told[0] == "external":
        return External(told[2], _owner_again(told[1]))
    found = sys.modules.get(told[1]) if told[0] == "module" else _found(told[1], told[2])
    if found is None:
        raise _NotKept
    return found


# ------------------------------------------------------------------ files


def _is_ours(status: os.stat_result) -> bool:
    """Whether nobody but the user can have written a file or a folder."""
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(place: Path) -> dict[str, Any] | None:
    try:
        with open(place, "rb") as file:
            ours = _is_ours(os.fstat(file.fileno())) and _is_ours(os.stat(place.parent))
            data = file.read() if ours else b""
    except OSError:
        return None
    if not ours:
        warnings.warn(f"{place} is ignored: others may have written it", CacheWarning, stacklevel=3)
        return None
    try:
        digest, _, body = data.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            raise ValueError("its digest is another one")
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("it is no entry")
    except ValueError as error:
        warnings.warn(f"{place} is ignored: {error}", CacheWarning, stacklevel=3)
        return None
    return found


def _write(place: Path, entry: Mapping[str, Any]) -> None:
    """In one step, so that nobody reads half of it."""
    body = json.dumps(entry).encode()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with open(handle, "wb") as file:
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise
