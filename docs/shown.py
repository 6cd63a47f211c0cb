"""Runs what the documentation shows: `python docs/shown.py [--update] [PAGE...]`.

On a page, a fence that begins with ```` ```python ```` is a program, and what follows it as ```` ```text output ````
(or any other language with the word `output`) is what it prints. Programs of one page share their names. A fence with
the words `python file=NAME` is written to that file, and one in ```` ```console ```` runs each line `$ python -m
gradscribe ...` and shows what is printed. `python raises` ends in an error, whose message is shown; `python skip` is
not run.

A page is checked when it shows anything; a page that is stale fails the build and the tests.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).parent
FENCE = re.compile(r"^(?P<fence>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
PROMPT = "$ python -m gradscribe "


@dataclass
class Block:
    """A fenced block: its words (`python`, `output`, ...), its text, and where the text stands on the page."""

    words: list[str]
    body: str
    start: int
    end: int
    line: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    return [
        Block(m["info"].split(), m["body"], m.start("body"), m.end("body"), text.count("\n", 0, m.start("body")))
        for m in FENCE.finditer(text)
    ]


def shows(text: str) -> bool:
    """Whether a page shows what its programs print."""
    return any("output" in b.words or b.words[:1] == ["console"] for b in blocks(text))


def pages() -> list[Path]:
    """The pages that are checked."""
    return [page for page in sorted(HERE.rglob("*.md")) if shows(page.read_text("utf-8"))]


def current(page: Path) -> str:
    """The text of a page with what its programs print now."""
    text = page.read_text("utf-8")
    with _workplace():
        made, at = [], 0
        for block, body in _run(page, text):
            made += [text[at : block.start], body]
            at = block.end
    return "".join([*made, text[at:]])


@contextlib.contextmanager
def _workplace() -> Iterator[None]:
    """An empty folder to work in, and modules of its own."""
    here, path, modules = os.getcwd(), list(sys.path), set(sys.modules)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sys.path.insert(0, folder)
        try:
            yield
        finally:
            os.chdir(here)
            sys.path[:] = path
            for name in set(sys.modules) - modules:
                if str(getattr(sys.modules[name], "__file__", "") or "").startswith(folder):
                    del sys.modules[name]


def _run(page: Path, text: str) -> Iterator[tuple[Block, str]]:
    """Each block that shows something, with what it should show."""
    scope: dict[str, object] = {"__name__": "page"}
    printed: str | None = None
    for block in blocks(text):
        kind = block.words[0] if block.words else ""
        if "output" in block.words:
            if printed is None:
                raise ValueError(f"{page}:{block.line}: no program stands before this output")
            yield block, printed
            printed = None
        elif kind == "console":
            yield block, _console(block.body)
        elif kind == "python" and "skip" not in block.words:
            name = next((w[5:] for w in block.words if w.startswith("file=")), None)
            if name is not None:
                Path(name).write_text(block.body, "utf-8")
            else:
                printed = _python(page, block, scope)


def _python(page: Path, block: Block, scope: dict[str, object]) -> str:
    name = f"<{page.stem}, line {block.line + 1}>"
    linecache.cache[name] = (len(block.body), None, block.body.splitlines(keepends=True), name)
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(block.body, name, "exec", dont_inherit=True), scope)
    except Exception as error:
        if "raises" not in block.words:
            raise
        out.write(f"{type(error).__name__}: {error}\n".replace(f"{name}:", "page.py:"))
    return _clean(out.getvalue())


def _console(body: str) -> str:
    """Commands with what they print."""
    from gradscribe.commands.cli import main

    made = []
    for line in body.splitlines():
        if line.startswith(PROMPT):
            out = io.StringIO()
            quiet = contextlib.suppress(SystemExit)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), quiet:
                main(shlex.split(line.removeprefix(PROMPT)))
            made += [line, out.getvalue().rstrip("\n")]
        elif line.startswith("$ "):
            raise ValueError(f"only `{PROMPT.strip()}` can be shown, not {line!r}")
    return _clean("\n".join(made))


def _clean(text: str) -> str:
    text = re.sub(r"<gradscribe (\w+) \d+>", r"<gradscribe \1>", text)  # they are numbered as they are made
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def stale(page: Path) -> str | None:
    """Where a page is not what its programs print; None where it is up to date."""
    text, made = page.read_text("utf-8"), current(page)
    pairs = zip_longest(text.splitlines(), made.splitlines(), fillvalue="")
    found = next(((k, a, b) for k, (a, b) in enumerate(pairs, 1) if _rounded(a) != _rounded(b)), None)
    if found is None:
        return None
    number, old, new = found
    return f"{page.relative_to(HERE.parent)}:{number}: shows {old!r}, but {new!r} is printed (make docs-update)"


NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?")


def _rounded(line: str) -> str:
    """A line as far as it must be the same on every machine: numbers to six digits, none of rounding errors."""

    def number(match: re.Match[str]) -> str:
        value = float(match[0])
        return "0" if abs(value) < 1e-7 else f"{value:.5g}"

    return re.sub(r"[ -]{2,}", "  ", NUMBER.sub(number, line))


def main(arguments: list[str]) -> int:
    """Check or update pages; return 1 where one is stale."""
    update = "--update" in arguments
    chosen = [Path(a).resolve() for a in arguments if a != "--update"] or pages()
    failed = False
    for page in chosen:
        if update:
            page.write_text(current(page), "utf-8")
        elif found := stale(page):
            failed = True
            print(found)
    return int(failed)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent / "src"))
    raise SystemExit(main(sys.argv[1:]))
