"""`python -m tests.corpus.language`: judge the constructs of the corpus and write docs/language.md.

With `--check` nothing is judged: the exit status says whether the page lists what the corpus and the table of refusals
hold. Statuses are judged again, for some cases, by `test_language`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2] / "src")]

from . import constructs, harness
from .case import Case

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
TITLES = {
    "names": "Names and scopes",
    "control": "Control flow",
    "iteration": "Iteration",
    "containers": "Containers and classes",
    "lists": "Lists of unknown length",
    "structures": "Arguments as structures",
    "objects bound anew": "Objects bound anew",
    "functions": "Functions",
    "generators": "Generators and iterators",
    "dispatch": "Calls known at run time only",
    "effects": "Statements with effects",
    "exceptions": "Exceptions",
}
HEAD = """# The language

Written by `make language`. What Python a function may be written in: each line is a function of the test corpus, the
beginning of its body, and whether its derivatives are right in reverse mode, in forward mode, and forward over reverse
(compared with differences; its value, what it prints and what it leaves in its arguments must be those of a plain
call). The functions stand in `tests/corpus`. What is refused is an error, with the place and a remedy, before or while
the derivative runs; it is never a wrong number.
"""
LONGEST = 100


def cases() -> Iterator[tuple[str, list[Case]]]:
    """The cases by category, each function once."""
    for category in TITLES:
        seen: dict[str, Case] = {}
        for case in constructs.CASES:
            if case.category == category:
                seen.setdefault(case.function.__name__, case)
        yield category, list(seen.values())


def status(case: Case) -> str:
    """What is right, and else why not."""
    verdicts = {mode: harness.judge_case(case, mode) for mode in harness.MODES if mode != "second" or case.scalar}
    good = [mode for mode, verdict in verdicts.items() if verdict == "right"]
    bad = [verdict for verdict in verdicts.values() if verdict != "right"]
    if not bad:
        return "right" if case.scalar else "right (reverse, forward)"
    reason = re.sub(r" \[.*\]$", "", bad[0], flags=re.DOTALL)
    return f"{', '.join(good)}; else {reason}" if good else reason


def example(case: Case) -> str:
    """The body of the function in one line."""
    source = textwrap.dedent(inspect.getsource(case.function))
    tree = ast.parse(source).body[0]
    first = tree.body[0].lineno if isinstance(tree, ast.FunctionDef) else 1
    text = ""
    for line in map(str.strip, source.splitlines()[first - 1 :]):
        between = " " if text.endswith((":", ",", "(", "[", "{")) else "; "
        text += (between if text else "") + line if line and not line.startswith("#") else ""
    text = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
    return text.replace("|", "\\|").replace("`", "'")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def rows(category: list[Case]) -> list[str]:
    return [f"| {case.function.__name__.replace('_', ' ')} | `` {example(case)} `` |" for case in category]


def refusals() -> list[str]:
    """The sources of the table of refusals, with the errors that they end in."""
    from tests.refuse.table import TABLE
    from tests.refuse.test_refuse import refusal_of

    made = []
    for case in TABLE:
        error = refusal_of(case)
        made.append(
            f"| {case.name} | {_cell(type(error).__name__)}: {_cell(error.reason)} | {_cell(error.hint or '')} |"
        )
    return made


def page(judge: bool = True) -> str:
    """The text of the page; without statuses where nothing is judged."""
    parts = [HEAD]
    for category, found in cases():
        parts.append(f"## {TITLES[category]}\n\n| construct | example | derivatives |\n| --- | --- | --- |")
        for case, row in zip(found, rows(found), strict=True):
            parts[-1] += f"\n{row} {_cell(status(case)) if judge else ''} |"
        parts[-1] += "\n"
    lines = "\n".join(refusals())
    parts.append(f"## Refused\n\n| what | error | remedy |\n| --- | --- | --- |\n{lines}\n")
    return "\n".join(parts)


def without_statuses(text: str) -> str:
    """The page as `page(judge=False)` makes it."""
    return re.sub(r"^(\| .* `` \|).*\|$", r"\1  |", text, flags=re.MULTILINE)


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore")
    if "--check" in arguments:
        return int(without_statuses(PAGE.read_text("utf-8")) != page(judge=False))
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
