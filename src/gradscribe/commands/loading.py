"""Functions named on a command line, `FILE.py:FUNC` or `module:Class.method`: the file is loaded as Python would run
it. Knows nothing of derivatives."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any


class UsageError(Exception):
    """What the user asked for cannot be done; the message says why."""


def load_function(target: str) -> Callable[..., Any]:
    """The function that a target names.

    Raises:
        UsageError: there is none.
    """
    place, colon, path = target.rpartition(":")
    if not colon or not place or not path:
        raise UsageError(f"{target!r} names no function: write FILE.py:FUNC")
    found: Any = load_module(place)
    for name in path.split("."):
        if not hasattr(found, name):
            raise UsageError(f"{place} has no {path!r}{_suggestion(found)}")
        found = getattr(found, name)
    if not callable(found):
        raise UsageError(f"{path!r} in {place} is not a function")
    return found


def _suggestion(owner: object) -> str:
    """The functions that were defined right there."""
    module = getattr(owner, "__name__", None)
    names = [n for n, v in vars(owner).items() if callable(v) and getattr(v, "__module__", None) == module]
    return f"; it has {', '.join(names)}" if names else ""


def load_module(place: str) -> ModuleType:
    """The module of a file or of a name.

    Raises:
        UsageError: it does not load.
    """
    try:
        return _load_file(Path(place)) if place.endswith(".py") else _load_by_name(place)
    except UsageError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{error.filename}:{error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:  # the user's module may do anything when it is loaded
        raise UsageError(f"{_line_of(error, place)}: loading failed: {short(error)}") from None


def _load_by_name(name: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())
    return importlib.import_module(name)


def _load_file(path: Path) -> ModuleType:
    """Load a file as Python would run it: its folder comes first in the search path."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    path = path.resolve()
    name = path.stem if path.stem not in sys.modules else f"{path.stem}_"  # a file may be called math.py
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    sys.modules[name] = module  # dataclasses and pickle look there
    spec.loader.exec_module(module)
    return module


def _line_of(error: BaseException, place: str) -> str:
    """Where in the user's file loading went wrong."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(place)]
    return f"{place}:{frames[-1].lineno}" if frames else place


def short(error: BaseException) -> str:
    """An error on one line."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def functions_of(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The functions that were defined in a module, by name, in text order."""
    found = {n: v for n, v in vars(module).items() if isinstance(v, FunctionType) and v.__module__ == module.__name__}
    return dict(sorted(found.items(), key=lambda item: item[1].__code__.co_firstlineno))
