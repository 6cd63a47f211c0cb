"""The command line: prints the derivative of a function in a file, or any stage on the way to it.

It loads the file, asks `api` for text and prints it. It knows nothing of programs or rules. What the
user can get wrong ends in one message on stderr and exit code 2, never in a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from . import api
from .errors import GradscribeError
from .ir.dump import dump

DESCRIPTION = "Print the derivative of a Python function as Python."
EPILOG = """\
examples:
  python -m gradscribe model.py:loss                      the gradient with respect to all parameters
  python -m gradscribe model.py:loss --wrt w --wrt b      with respect to two parameters
  python -m gradscribe model.py:loss --mode forward       the tangent program
  python -m gradscribe model.py:loss --stage read         what the compiler has understood
  python -m gradscribe model.py:loss --stage all          every stage, one after the other
  python -m gradscribe model.py:loss -o loss_grad.py      a module that needs NumPy only
"""
ALL = "all"


class UsageError(Exception):
    """What the user asked for cannot be done; the message says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments behind the program's name; those of the process where None.

    Returns:
        The exit code: 0, or 2 after an error.
    """
    options = _parser().parse_args(argv)
    try:
        _run(options)
        sys.stdout.flush()
    except (UsageError, GradscribeError) as error:
        return _fail(str(error))
    except BrokenPipeError:  # the reader has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if options.debug:
            raise
        return _fail(f"internal error: {_short(error)} (--debug shows where; please report it)")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gradscribe",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", metavar="FILE.py:FUNC", help="the function; `module:Class.method` will do as well")
    parser.add_argument("--mode", choices=["forward", "reverse"], default="reverse", help="default: reverse")
    parser.add_argument(
        "--wrt", metavar="NAME", action="append", help="differentiate by this parameter only (repeatable)"
    )
    parser.add_argument("--stage", metavar="NAME", help=f"print a stage of the compiler, or `{ALL}` of them")
    parser.add_argument("--types", action="store_true", help="with --stage: every operation with its type")
    parser.add_argument("-o", "--output", metavar="OUT.py", help="write the module there instead of printing it")
    parser.add_argument("--no-optimize", action="store_true", help="the plain translation, line by line")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    return parser


def _run(options: argparse.Namespace) -> None:
    function = _load_function(options.target)
    derivative = api.derive(function, options.mode, _argnums(options.wrt), optimize=not options.no_optimize)
    if options.output and not options.stage:
        _write(options.output, derivative.save)
        return
    text = _stage(derivative, options) if options.stage else derivative.source
    text = text.rstrip("\n") + "\n"
    if options.output:
        _write(options.output, lambda path: Path(path).write_text(text, encoding="utf-8"))
    else:
        sys.stdout.write(text)


def _argnums(names: list[str] | None) -> Any:
    if not names:
        return None
    flat = [part.strip() for name in names for part in name.split(",")]
    numbers = [int(name) if name.isdecimal() else name for name in flat]
    return numbers[0] if len(numbers) == 1 else tuple(numbers)


def _stage(derivative: api.Derivative[..., Any], options: argparse.Namespace) -> str:
    texts = derivative.stages(dump if options.types else None)
    if options.stage == ALL:
        return "\n".join(f"# {name}\n{text.rstrip()}\n" for name, text in texts.items())
    if options.stage not in texts:
        raise UsageError(f"there is no stage {options.stage!r}; there are {', '.join(texts)} and {ALL}")
    return texts[options.stage]


def _write(path: str, save: Callable[[str], object]) -> None:
    try:
        save(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


# finding the function --------------------------------------------------------------------------------------------


def _load_function(target: str) -> Callable[..., Any]:
    place, colon, path = target.rpartition(":")
    if not colon or not place or not path:
        raise UsageError(f"{target!r} names no function: write FILE.py:FUNC")
    found: Any = _load_module(place)
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


def _load_module(place: str) -> ModuleType:
    try:
        return _load_file(Path(place)) if place.endswith(".py") else _load_by_name(place)
    except UsageError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{error.filename}:{error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:  # the user's module may do anything when it is loaded
        raise UsageError(f"{_line_of(error, place)}: loading failed: {_short(error)}") from None


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


def _short(error: BaseException) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _fail(message: str) -> int:
    print(f"gradscribe: {message}", file=sys.stderr)
    return 2
