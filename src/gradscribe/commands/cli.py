"""The command line: prints the derivative of a function in a file, or any stage on the way to it.

It loads the file, asks `api` for text and prints it. It knows nothing of programs or rules. What the
user can get wrong ends in one message on stderr and exit code 2, never in a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .. import api
from ..call.derivative import Derivative
from ..errors import GradscribeError
from ..ir.dump import dump
from .loading import UsageError, load_function, short
from .views import VIEWS, view_options

DESCRIPTION = "Print the derivative of a Python function as Python."
EPILOG = """\
examples:
  python -m gradscribe model.py:loss                      the gradient with respect to all parameters
  python -m gradscribe model.py:loss --wrt w --wrt b      with respect to two parameters
  python -m gradscribe model.py:loss --mode forward       the tangent program
  python -m gradscribe model.py:loss --stage read         what the compiler has understood
  python -m gradscribe model.py:loss --stage all          every stage, one after the other
  python -m gradscribe model.py:loss -o loss_grad.py      a module that needs NumPy only
  python -m gradscribe explain model.py:loss --at w=2     values, tangents and adjoints line by line (explain -h)
  python -m gradscribe explorer model.py -o out.html      a page to explore it in (explorer -h)
"""
ALL = "all"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments behind the program's name; those of the process where None.

    Returns:
        The exit code: 0, or 2 after an error.
    """
    options = _options(sys.argv[1:] if argv is None else argv)
    try:
        options.run(options)
        sys.stdout.flush()
    except (UsageError, GradscribeError) as error:
        return _fail(str(error))
    except BrokenPipeError:  # the reader has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if options.debug:
            raise
        return _fail(f"internal error: {short(error)} (--debug shows where; please report it)")
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for; `run` does it."""
    if argv and argv[0] in VIEWS:
        return view_options(argv)
    return _parser().parse_args(argv)


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
    parser.add_argument("--tape", action="store_true", help="list what the gradient records, and why")
    parser.add_argument("-o", "--output", metavar="OUT.py", help="write the module there instead of printing it")
    parser.add_argument("--no-optimize", action="store_true", help="the plain translation, line by line")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    parser.set_defaults(run=_run)
    return parser


def _run(options: argparse.Namespace) -> None:
    function = load_function(options.target)
    derivative = api.derive(function, options.mode, _argnums(options.wrt), optimize=not options.no_optimize)
    if options.output and not options.stage and not options.tape:
        _write(options.output, derivative.save)
        return
    text = _stage(derivative, options) if options.stage else derivative.source
    if options.tape:
        text = str(derivative.tape())
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


def _stage(derivative: Derivative[..., Any], options: argparse.Namespace) -> str:
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


def _fail(message: str) -> int:
    print(f"gradscribe: {message}", file=sys.stderr)
    return 2
