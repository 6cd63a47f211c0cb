"""Functions and derivatives sent to other processes by their source.

A function of the user's own travels as the text of the statement that defines it, with the values that it reads from
outside: its globals, cells and defaults as they are at that moment. So the process that receives it needs neither its
module nor its file, and differentiates it as it is differentiated here. What is installed (the standard library, NumPy,
packages) is imported there, as are modules and classes. Rules that the user has registered travel too.

Nothing here knows what a derivative is.
"""

from __future__ import annotations
import __future__

import dis
import functools
import hashlib
import importlib
import io
import linecache
import pickle
import sys
import sysconfig
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..errors import BadArgument, GradscribeError
from ..failures import head_of
from ..ir.signature import is_library_name
from ..rules import table
from ..source.text import statement_of

_FUTURE = functools.reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag, __future__.all_feature_names, 0
)
_LOOKUPS = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
_EVERYTHING = ("globals", "eval", "exec")
_KEPT = 32


def sent(value: Any) -> bytes:
    """A value as bytes, what is Python of the user's own by source.

    Args:
        value: anything that pickle takes, and functions.

    Raises:
        BadArgument: something that a function reads cannot be sent.
    """
    rules = _rules_for(set())
    while True:
        buffer = io.BytesIO()
        sender = _Sender(buffer)
        try:
            sender.dump((rules, value))
        except GradscribeError:
            raise
        except Exception as error:
            raise sender.explained(error) from error
        more = _rules_for(sender.met)
        if len(more) == len(rules):
            return buffer.getvalue()
        rules = more


def _rules_for(met: set[int]) -> list[Any]:
    """The rules of functions that a program can find by name, and of those that are sent themselves.

    Args:
        met: the functions that are sent, by identity.
    """
    return [rule for rule in table.GIVEN if id(rule[1]) in met or _is_named(rule[1])]


def _is_named(function: Any) -> bool:
    if type(function) is not types.FunctionType or _is_installed(function):
        return True
    module = sys.modules.get(function.__module__)
    return module is not None and _found(module, function.__qualname__) is function


def received(data: bytes) -> Any:
    """What `sent` made bytes of. The same bytes give the same object, so that what is compiled stays compiled."""
    key = hashlib.sha256(data).digest()
    with _lock:
        if key in _received:
            _received[key] = _received.pop(key)  # the latest comes last
        else:
            _received[key] = _unpacked(data)
            for oldest in list(_received)[:-_KEPT]:
                del _received[oldest]
        return _received[key]


def _unpacked(data: bytes) -> Any:
    rules, value = pickle.loads(data)
    for style, function, names, rule in rules:
        for target in _twins(function):
            if (target, names) not in _registered:
                _registered[target, names] = rule
                getattr(table, style)(target, *names)(rule)
    return value


_received: dict[bytes, Any] = {}
_lock = threading.RLock()
_registered: dict[Any, Any] = {}


def _twins(function: Any) -> Iterator[Any]:
    """A function with a rule, and the one that a program finds which imports its module."""
    yield function
    if type(function) is types.FunctionType and function.__module__ != "__main__":
        try:
            twin = _found(importlib.import_module(function.__module__), function.__qualname__)
        except ImportError:
            return
        if twin is not None and twin is not function:
            yield twin


class Sendable:
    """A function that travels by source, its bytes made once. Where nothing travels (threads) it is the function.

    Args:
        function: what is called.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = getattr(function, "__name__", "function")

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)

    @functools.cached_property
    def data(self) -> bytes:
        return sent(self.function)

    def __reduce__(self) -> Any:
        return _receive, (type(self), self.data)


def _receive(kind: type[Sendable], data: bytes) -> Sendable:
    return kind(received(data))


class _Sender(pickle.Pickler):
    """Pickles functions by source. Functions of one module share their globals, and closures their cells, as here."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.spaces: dict[int, dict[str, Any]] = {}
        self.read: list[tuple[types.FunctionType, str, Any]] = []
        self.met: set[int] = set()

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is types.FunctionType:
            self.met.add(id(value))
            return NotImplemented if _is_installed(value) else self._function(value)
        if kind is types.CellType:
            held = (value.cell_contents,) if _is_filled(value) else ()
            return _empty_cell, (), held, None, None, _fill
        if kind is types.ModuleType:
            return importlib.import_module, (value.__name__,)
        if hasattr(kind, "__send__"):
            return value.__send__()
        if isinstance(value, type) and value.__module__ == "__main__" and "cloudpickle" in sys.modules:
            cloudpickle = sys.modules["cloudpickle"]
            return cloudpickle.loads, (cloudpickle.dumps(value),)
        return NotImplemented

    def _function(self, function: types.FunctionType) -> Any:
        try:
            statement = statement_of(function)
        except GradscribeError:
            return NotImplemented  # by name
        code, scope = function.__code__, function.__globals__
        named = {name: scope[name] for name in _names(code, function) if name in scope}
        self.read += [(function, name, value) for name, value in named.items()]
        self.read += [
            (function, name, cell.cell_contents)
            for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True)
            if _is_filled(cell)
        ]
        if id(scope) not in self.spaces:
            self.spaces[id(scope)] = {k: scope[k] for k in ("__name__", "__package__") if k in scope}
        text, line = statement
        place = (text, line, code.co_filename, code.co_flags & _FUTURE)
        key = (code.co_name, code.co_firstlineno, _columns(code))
        made = (place, key, self.spaces[id(scope)], function.__closure__)
        kept = {k: getattr(function, k) for k in ("__defaults__", "__kwdefaults__", "__module__", "__dict__")}
        kept |= {"__name__": function.__name__, "__qualname__": function.__qualname__}
        return _made, made, (kept, named), None, None, _complete

    def explained(self, error: Exception) -> BadArgument:
        """What to tell where something cannot be pickled: which value of which function it is."""
        for function, name, value in reversed(self.read):
            try:
                _Sender(io.BytesIO()).dump(value)
            except Exception as cause:
                what = f"{name}, which {function.__qualname__} reads, cannot be sent to another process: {cause}"
                hint = "pass it as an argument, make it inside the function, or import it there"
                return BadArgument(what, head_of(function), hint)
        return BadArgument(f"it cannot be sent to another process: {error}", hint="send functions, numbers and arrays")


def _is_filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not _EVERYTHING
    except ValueError:
        return False


def _names(code: types.CodeType, function: types.FunctionType) -> list[str]:
    """The globals that a function looks up, itself or in what it defines."""
    found: dict[str, None] = {}
    todo = [code]
    while todo:
        code = todo.pop()
        found.update((i.argval, None) for i in dis.get_instructions(code) if i.opname in _LOOKUPS)
        todo += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    for name in _EVERYTHING:
        if name in found and name not in function.__globals__:
            reason = f"{function.__qualname__} calls {name}(): what it reads cannot be told, so it cannot be sent"
            raise BadArgument(reason, head_of(function), "name the globals that it uses")
    return list(found)


def _columns(code: types.CodeType) -> tuple[int, int]:
    """Where the instructions of a function begin and end on its first line, which tells lambdas on one line apart."""
    own = [(a, b) for line, _, a, b in code.co_positions() if line == code.co_firstlineno and a is not None and b]
    return (min(a for a, _ in own), max(b for _, b in own)) if own else (0, 0)


@functools.cache
def _installed_folders() -> tuple[str, ...]:
    return tuple({str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "purelib", "platlib")})


def _is_installed(function: types.FunctionType) -> bool:
    """Whether a function is found by name wherever its package is installed."""
    name = function.__module__
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None or _found(module, function.__qualname__) is not function:
        return False
    if is_library_name(name) or name.partition(".")[0] == "gradscribe":
        return True
    file = getattr(module, "__file__", None)
    return file is not None and str(Path(file).resolve()).startswith(_installed_folders())


def _found(module: types.ModuleType, path: str) -> Any:
    value: Any = module
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


# --- on the other side


class _Kept:
    """Lives as long as the globals of what was received; its end drops the text."""


_texts: weakref.WeakValueDictionary[str, _Kept] = weakref.WeakValueDictionary()


@functools.lru_cache(maxsize=_KEPT)
def _compiled(text: str, line: int, filename: str, flags: int) -> types.CodeType:
    """A statement, compiled where it stood in its file, so that errors cite the user's lines."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return compile("\n" * (line - 1) + text, f"<sent {filename} {digest}>", "exec", flags, dont_inherit=True)


def _made(place: tuple[str, int, str, int], key: Any, space: dict[str, Any], cells: Any) -> types.FunctionType:
    """The bare function that `key` names in a statement."""
    whole = _compiled(*place)
    name, line, columns = key
    codes = [c for c in _codes(whole) if (c.co_name, c.co_firstlineno) == (name, line)]
    codes = codes if len(codes) == 1 else [c for c in codes if _columns(c) == columns]
    if len(codes) != 1:
        raise pickle.UnpicklingError(f"{name} of {place[2]}:{line} is not found in the text that was sent")
    _list(whole.co_filename, place, space)
    return types.FunctionType(codes[0], space, name, None, cells)


def _list(filename: str, place: tuple[str, int, str, int], space: dict[str, Any]) -> None:
    """Let `linecache` know a text as long as the globals of its functions live."""
    space.setdefault("__builtins__", vars(importlib.import_module("builtins")))
    kept = _texts.get(filename)
    if kept is None:
        _texts[filename] = kept = _Kept()
        whole = "\n" * (place[1] - 1) + place[0]
        linecache.cache[filename] = (len(whole), None, whole.splitlines(keepends=True), filename)
        weakref.finalize(kept, linecache.cache.pop, filename, None).atexit = False
    space.setdefault("__gradscribe_sent__", {})[filename] = kept


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner
            yield from _codes(inner)


def _complete(function: types.FunctionType, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Give a bare function its defaults, its name, and what it reads from outside."""
    kept, named = state
    for name, value in kept.items():
        setattr(function, name, value)
    function.__globals__.update(named)


def _empty_cell() -> types.CellType:
    return types.CellType()


def _fill(cell: types.CellType, held: tuple[Any, ...]) -> None:
    if held:
        (cell.cell_contents,) = held
