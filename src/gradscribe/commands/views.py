"""The subcommands `explain` and `explorer`: they find the function and the point, and print or write what `explain`
makes. They know nothing of how that is made."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..explain.exercise import exercise, marks_text
from ..explain.explorer import explorer
from ..explain.points import parse_point, trace_somewhere
from ..explain.report import DETAIL, SECTIONS, Explanation
from ..explain.serve import serve
from .loading import UsageError, functions_of, load_function, load_module

VIEWS = ("explain", "explorer")


def view_options(argv: Sequence[str]) -> argparse.Namespace:
    """The options of a subcommand; `run` does what they ask for."""
    parser = argparse.ArgumentParser(prog="gradscribe")
    commands = parser.add_subparsers(required=True)
    _explain_parser(commands.add_parser("explain", help="a report on a derivative at a point"))
    _explorer_parser(commands.add_parser("explorer", help="a page to explore a derivative in"))
    return parser.parse_args(argv)


def _common(parser: argparse.ArgumentParser, metavar: str, run: Callable[[argparse.Namespace], None]) -> None:
    parser.add_argument("target", metavar=metavar, help="the function; `module:Class.method` will do as well")
    parser.add_argument("--at", metavar="x1=2,x2=3", help="the point; what is not given is made up")
    parser.add_argument("--wrt", metavar="NAME", action="append", help="differentiate by this argument (repeatable)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    parser.set_defaults(run=run)


def _explain_parser(parser: argparse.ArgumentParser) -> None:
    _common(parser, "FILE.py:FUNC", _run_explain)
    parser.add_argument("--detail", default="normal", help=f"{', '.join(DETAIL)}; or of {', '.join(SECTIONS)}")
    parser.add_argument("--teach", action="store_true", help="the translation rule beside each line of the table")
    parser.add_argument("--exercise", action="store_true", help="a sheet with the right-hand sides hidden")
    parser.add_argument("--check", metavar="SHEET", help="judge a sheet that has been filled in")
    parser.add_argument("--graph", choices=["mermaid", "dot", "svg"], help="print the computation graph alone")


def _explorer_parser(parser: argparse.ArgumentParser) -> None:
    _common(parser, "FILE.py[:FUNC]", _run_explorer)
    parser.add_argument("--serve", action="store_true", help="show it on loopback, anew when the file changes")
    parser.add_argument("--port", type=int, default=0, help="the port for --serve; 0 for any")


def _run_explain(options: argparse.Namespace) -> None:
    function = load_function(options.target)
    point = parse_point(options.at) if options.at else {}
    trace = trace_somewhere(function, point, argnums=_names(options.wrt))
    if options.exercise:
        _put(str(exercise(trace)), options.output)
    elif options.check:
        _put(marks_text(exercise(trace).check(_read(options.check))), options.output)
    else:
        _put(_report(trace, options), options.output)


def _report(trace: Any, options: argparse.Namespace) -> str:
    sections = DETAIL.get(options.detail) or tuple(part.strip() for part in options.detail.split(","))
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        raise UsageError(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    report = Explanation(trace, sections, options.teach)
    if options.graph:
        return str(getattr(report.graph, options.graph)())
    return str(report)


def _run_explorer(options: argparse.Namespace) -> None:
    def page() -> str:
        return explorer(_functions(options.target), _point(options), argnums=_names(options.wrt))

    if options.serve:
        serve(page, Path(_file(options.target)), options.port)
    else:
        _put(page(), options.output or f"{Path(_file(options.target)).stem}.html")


def _functions(target: str) -> list[Callable[..., Any]]:
    if ":" in target:
        return [load_function(target)]
    found = [
        f for n, f in functions_of(load_module(target)).items() if not n.startswith("_") and f.__code__.co_argcount
    ]
    if not found:
        raise UsageError(f"{target} defines no function")
    return found


def _point(options: argparse.Namespace) -> dict[str, Any]:
    return parse_point(options.at) if options.at else {}


def _file(target: str) -> str:
    return target.rpartition(":")[0] or target


def _names(given: list[str] | None) -> Any:
    return tuple(part.strip() for name in given for part in name.split(",")) if given else None


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _put(text: str, path: str | None) -> None:
    if path is None:
        sys.stdout.write(text.rstrip("\n") + "\n")
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
