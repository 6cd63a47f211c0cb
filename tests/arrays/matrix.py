"""`python -m tests.arrays.matrix [--kind NAME] -o docs/arrays.md`: which derivatives run on which kinds of arrays, as
the table at the end of a page. With `--kind` one column alone is judged anew; the others are kept."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE.parent)]

from .judged import Kind, verdict  # noqa: E402
from .kinds import KINDS  # noqa: E402
from .programs import PROGRAMS, Program  # noqa: E402

MARK = "<!-- Written by `make arrays`; what follows is judged by tests/arrays. -->"
SHORT = {"right": "yes", "refused": "refused", "fails": "fails", "no": "", "unusable": "", "wrong": "WRONG"}


ATTEMPTS = 4


def rows() -> dict[str, list[Program]]:
    """For each function of NumPy's its first cases."""
    found: dict[str, list[Program]] = {}
    for program in PROGRAMS:
        if program.name.startswith(("np.", "x.")):
            found.setdefault(program.name, []).append(program)
    return {name: found[name][:ATTEMPTS] for name in sorted(found)}


def cell(programs: list[Program], kind: Kind) -> str:
    """What becomes of a function: the verdict on the first case that such arrays can be given to."""
    judged = (SHORT[verdict(program, kind).partition(":")[0]] for program in programs)
    return next(filter(None, judged), "")


def column(kind: str) -> dict[str, str]:
    """What becomes of each function with one kind of arrays."""
    made = KINDS[kind]()
    return {name: cell(programs, made) for name, programs in rows().items()}


def read(page: str) -> dict[str, dict[str, str]]:
    """The columns of the table on a page."""
    lines = [line.strip("|\n").split("|") for line in page.partition(MARK)[2].splitlines() if line.startswith("|")]
    if not lines:
        return {}
    head, _, *body = [[cell.strip() for cell in line] for line in lines]
    return {kind: {row[0].strip("`"): row[k] for row in body} for k, kind in enumerate(head) if k}


def table(columns: dict[str, dict[str, str]]) -> str:
    """The table; functions that run on none of the kinds are left out."""
    kinds = [kind for kind in KINDS if kind in columns]
    lines = ["| | " + " | ".join(kinds) + " |", "| --- " * (len(kinds) + 1) + "|"]
    for name in rows():
        cells = [columns[kind].get(name, "") for kind in kinds]
        if any(cells):
            lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.arrays.matrix", description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    columns = {}
    for kind in given.kind or KINDS:
        columns[kind] = column(kind)
    page = given.output.read_text("utf-8")
    columns = {**read(page), **columns}
    text = page.partition(MARK)[0].rstrip() + f"\n\n{MARK}\n\n{table(columns)}"
    given.output.write_text(text, "utf-8")
    return int(bool(re.search("WRONG", text)))


if __name__ == "__main__":
    raise SystemExit(main())
