"""`python -m tests.mutation --n 60`: make one mistake at a time in the rules and in the reverse transform, and run the
tests that should see it. It tells how many were seen, and lists those that were not."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .sites import Mutant, mutants

ROOT = Path(__file__).parents[2]
PARTS = {
    "rules": ["tests/rules"],
    "differentiate": [
        "tests/test_golden.py", "tests/differentiate", "tests/rules/test_aliasing.py", "tests/corpus",
    ],
}  # fmt: skip
LEFT_OUT = {"table.py", "late.py", "facts.py", "__init__.py"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--n", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--seconds", type=int, default=300, help="what the tests may take for one")
    given = parser.parse_args()
    parts = list(PARTS) if given.part == "all" else [given.part]
    alive: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place) / "tree"
        for name in ("src", "tests", "examples", "docs", "benchmarks"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, tree / name)
        for part in parts:
            found = _chosen(tree / "src" / "gradscribe" / part, given.n // len(parts), given.seed)
            caught = [_is_caught(tree, path, mutant, PARTS[part], given.seconds, alive) for path, mutant in found]
            print(f"{part}: {sum(caught)} of {len(caught)} mistakes were seen", flush=True)
    for line in alive:
        print("not seen:", line)
    return 0


def _chosen(folder: Path, count: int, seed: int) -> list[tuple[Path, Mutant]]:
    """A sample of the mutants of a folder, the same for a seed."""
    places = [p for p in sorted(folder.rglob("*.py")) if p.name not in LEFT_OUT]
    every = [(path, k) for path in places for k, _ in enumerate(mutants(path.read_text("utf-8")))]
    picked = random.Random(seed).sample(every, min(count, len(every)))
    print(f"{folder.name}: {len(every)} possible mistakes, {len(picked)} are made", flush=True)
    texts = {path: list(mutants(path.read_text("utf-8"))) for path in dict.fromkeys(p for p, _ in picked)}
    return [(path, texts[path][k]) for path, k in picked]


def _is_caught(tree: Path, path: Path, mutant: Mutant, tests: list[str], seconds: int, alive: list[str]) -> bool:
    """Whether the tests fail with the mistake."""
    before = path.read_text("utf-8")
    path.write_text(mutant.text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, timeout=seconds, env=environment, check=False)
        caught = done.returncode != 0
    except subprocess.TimeoutExpired:
        caught = True  # a loop without end is seen
    finally:
        path.write_text(before, "utf-8")
    place = f"{path.relative_to(tree)}:{mutant.line}: {mutant.what}"
    print(f"{'seen' if caught else 'NOT SEEN'}  {place}", flush=True)
    if not caught:
        alive.append(place)
    return caught


if __name__ == "__main__":
    sys.exit(main())
