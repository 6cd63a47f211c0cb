"""What the README shows is what happens."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_first_example_prints_what_stands_below_it(tmp_path, capsys):
    program, expected, *_ = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    path = tmp_path / "example.py"
    path.write_text(program, encoding="utf-8")
    runpy.run_path(str(path))
    assert capsys.readouterr().out.rstrip() == expected.rstrip()


def test_commands_are_targets():
    text = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    commands = re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)
    assert commands == ["demo", "test"]
    assert all(f"\n{name}:" in makefile for name in commands)


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"^```.*?^```|(`+)[^`].*?\1", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page}: {link}"
