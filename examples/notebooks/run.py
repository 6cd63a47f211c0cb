"""Runs the notebooks of this folder as plain Python: `python examples/notebooks/run.py [--update] FILE...`.

A notebook is text in the percent format. What a cell prints stands below it as comments, behind `# Out:`; a run says
where that is not what is printed any more, and `--update` writes it anew.
"""

import contextlib
import io
import linecache
import sys
from pathlib import Path

MARK = "# Out:"


def cells(text):
    """The parts of a notebook: (whether it is code, its text, what it is said to print)."""
    parts, lines = [], []
    for line in [*text.split("\n"), "# %%"]:
        if line.startswith("# %%") and lines:
            parts.append("\n".join(lines))
            lines = []
        lines.append(line)
    return parts


def split(cell):
    """The code of a cell and the output below it."""
    code, mark, out = cell.partition(f"\n{MARK}")
    shown = [line[2:] if line.startswith("# ") else "" for line in out.strip("\n").split("\n")] if out.strip() else []
    return code, "\n".join(shown).rstrip(), bool(mark)


def run(path):
    """Run a notebook.

    Returns:
        The text as it should be, and the cells whose output is another one.
    """
    scope, made, stale = {"__name__": "notebook"}, [], []
    for number, cell in enumerate(cells(Path(path).read_text("utf-8"))):
        if not cell.startswith("# %%") or cell.startswith("# %% [markdown]"):
            made.append(cell)
            continue
        code, expected, marked = split(cell)
        printed = execute(code, f"<cell {Path(path).stem} {number}>", scope)
        if printed != expected:
            stale.append(number)
        below = "\n".join(f"# {line}".rstrip() for line in printed.split("\n")) if printed else ""
        made.append(f"{code.rstrip()}\n\n{MARK}\n{below}\n" if printed or marked else cell)
    return "\n".join(made), stale


def execute(code, name, scope):
    """Run the code of a cell, which can be read back as the source of what it defines; return what it prints."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, name, "exec"), scope)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))


def main(arguments):
    paths = [a for a in arguments if a != "--update"] or sorted(map(str, Path(__file__).parent.glob("*.py")))
    stale = False
    for path in paths:
        if Path(path).name == "run.py":
            continue
        text, cells_ = run(path)
        stale |= bool(cells_)
        if "--update" in arguments:
            Path(path).write_text(text, "utf-8")
        elif cells_:
            print(f"{path}: the output of the cells {cells_} is another one")
    return int(stale and "--update" not in arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
