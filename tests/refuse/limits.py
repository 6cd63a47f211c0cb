"""`python -m tests.refuse.limits -o docs/limits.md`: what is refused, by the table of refusals."""

from __future__ import annotations

import argparse
import inspect
import itertools
import linecache
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

import gradscribe
from gradscribe import errors
from gradscribe.errors import GradscribeError

from .table import TABLE, Refused

HEAD = """# What is refused

gradscribe differentiates a function right, or refuses it with the file, the line, a caret and a remedy. This is what it
is known to refuse, by the class of the error; each entry is run by the tests. `make limits` writes the list anew.

A derivative computes what it needs, and no more: of a value that nothing depends on, no exception is raised either that
computing it would have raised.

Numbers that depend on the argument only through integers, comparisons, `round` or `floor` have the derivative 0 there.
"""

_numbers = itertools.count()


def without_carets(source: str) -> str:
    """The source as it is run: the lines of carets mark places."""
    return (
        "\n".join(line for line in source.splitlines() if not line.strip() or line.strip().strip("^")).strip("\n")
        + "\n"
    )


def refusal(case: Refused) -> GradscribeError | None:
    """The error that a case of the table raises."""
    text = without_carets(case.source)
    filename = f"<limit {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {"math": math, "np": np, "__name__": "refused", **case.names}
    exec(compile(text, filename, "exec"), scope)  # noqa: S102
    try:
        gradscribe.grad(scope["f"])(*case.args)
    except GradscribeError as error:
        return error
    return None


def entry(case: Refused) -> tuple[str, str] | None:
    """The class of the error, and what is published of a case."""
    error = refusal(case)
    if error is None:
        return None
    source = without_carets(case.source)
    return type(
        error
    ).__name__, f"### {case.name}\n\n```python\n{source}```\n\n{_plain(error.reason)}.\n\n*{error.hint}*\n"


def _plain(text: str) -> str:
    """On one line, without places that differ from run to run."""
    return " ".join(text.split()).split(" at 0x")[0].rstrip(".")


def page() -> str:
    """The whole page."""
    entries: dict[str, list[str]] = {}
    for case in {case.name: case for case in TABLE}.values():
        found = entry(case)
        if found is not None:
            entries.setdefault(found[0], []).append(found[1])
    parts = [HEAD]
    for name in sorted(entries):
        about = " ".join((inspect.getdoc(getattr(errors, name)) or "").split("\n\n")[0].split())
        parts.append(f"## {name}\n\n{about}\n\n" + "\n".join(entries[name]))
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.refuse.limits", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.parse_args().output.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
