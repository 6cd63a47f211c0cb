"""`python -m tests.mutation.rules --n 400 [--seed 0]`: mistakes in the rules, judged by the cases that use them."""

from __future__ import annotations

import argparse
import functools
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]

import gradscribe.rules  # noqa: E402

from .quick import Cases  # noqa: E402
from .sites import mutants  # noqa: E402

FOLDER = Path(gradscribe.rules.__file__).parent
LEFT_OUT = {"table.py", "late.py", "facts.py", "__init__.py"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.rules", description=__doc__)
    parser.add_argument("--n", type=int, default=400, help="how many mistakes; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=30, help="what a case may take")
    parser.add_argument("--file", default="", help="only in files whose names begin so")
    given = parser.parse_args()
    cases = Cases(FOLDER, every_case())
    began = time.perf_counter()
    with quiet():
        cases.trace()
    print(
        f"{len(cases.cases)} cases use {len(cases.users)} functions ({time.perf_counter() - began:.0f} s)", flush=True
    )
    paths = [p for p in sorted(FOLDER.glob(f"{given.file}*.py")) if p.name not in LEFT_OUT]
    every = [(path, mutant) for path in paths for mutant in mutants(path.read_text("utf-8"))]
    chosen = random.Random(given.seed).sample(every, min(given.n, len(every))) if given.n else every
    counts: Counter[str] = Counter()
    for path, mutant in chosen:
        with quiet():
            seen = cases.see(path, mutant, given.seconds)
        verdict = {True: "seen", False: "NOT SEEN", None: "no case"}[seen]
        counts[verdict] += 1
        if not seen:
            print(f"{verdict}  {path.name}:{mutant.line}: {mutant.what}", flush=True)
    tried = counts["seen"] + counts["NOT SEEN"]
    lasted = time.perf_counter() - began
    print(f"{counts['seen']} of {tried} mistakes were seen ({len(every)} are possible; {lasted:.0f} s)")
    print(f"{counts['no case']} more are in no function that a case uses")
    return 0


class quiet(warnings.catch_warnings):
    """Neither warnings nor complaints about numbers."""

    def __enter__(self) -> None:  # type: ignore[override]
        super().__enter__()
        warnings.simplefilter("ignore")
        self.state = np.seterr(all="ignore")

    def __exit__(self, *args: object) -> None:
        np.seterr(**self.state)
        super().__exit__(*args)


def every_case() -> dict[str, Callable[[], object]]:
    """The cases of the rules and of the definitions."""
    from rules import test_definitions
    from rules.cases import CASES
    from rules.check import check

    found: dict[str, Callable[[], object]] = {
        f"{k} {case}": functools.partial(check, case) for k, case in enumerate(CASES)
    }
    scope = test_definitions.namespace()
    for k, case in enumerate(test_definitions.CASES):
        for mode in ("reverse", "forward"):
            found[f"{mode} {k} {case[0]}"] = functools.partial(test_definitions.test_definition, case, mode, scope)
    return found


if __name__ == "__main__":
    sys.exit(main())
