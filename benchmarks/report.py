"""Tables in Markdown, and the page that they go to."""

import os
import platform
import re
import sys
from importlib import metadata
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def ratio(value: float | None, unit: float | None) -> str:
    """How often `unit` goes into `value`, in as many digits as mean something."""
    if not value or not unit:
        return "-"
    times = value / unit
    return f"{times:.2f}" if times < 10 else f"{times:.0f}"


def machine() -> str:
    """What it was measured on."""
    packages = [
        f"{name} {version}" for name in ("numpy", "numba", "autograd", "jax", "torch") if (version := _version(name))
    ]
    python = f"Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; {', '.join([python, *packages])}; one thread."


def write(section: str, text: str, page: Path = PAGE) -> None:
    """Put the text between the marks of a section of the page."""
    begin, end = f"<!-- {section}: measured -->", f"<!-- {section}: end -->"
    old = page.read_text(encoding="utf-8")
    if begin not in old:
        old += f"\n{begin}\n{end}\n"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", old), encoding="utf-8")
    print(f"written to {page}", file=sys.stderr)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = re.findall(r"model name\s*: (.*)", text)
    return names[0].strip() if names else platform.machine()
