"""`python -m tests.coverage_table [--kind KIND] [--priority N] [--only TEXT] [-o docs/coverage.md]`: derivatives of
NumPy, SciPy, math and builtins, case by case: right, refused, or wrong, in reverse and in forward mode against
differences."""

from __future__ import annotations

import argparse
import builtins
import cmath
import copy
import functools
import importlib
import itertools
import math
import operator
import statistics
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src"), str(HERE.parent)]

import numpy as np  # noqa: E402
import recipes  # noqa: E402
from corpus.case import active  # noqa: E402
from corpus.harness import judge  # noqa: E402

SCIPY = "special linalg stats signal ndimage interpolate sparse spatial optimize integrate fft constants".split()
KINDS = ("right", "refused", "unusable", "crash", "hang", "wrong")
"""Verdicts, the better first."""
PEERS = ("autograd", "jax")
PREAMBLE = """# Coverage

Written by `make coverage`: sample calls of the public names of NumPy, SciPy, `math` and the builtins, each differentiated
in reverse and in forward mode and compared with differences. A case counts as the worse of its two verdicts: *right*;
*refused*, with an error that says why before anything runs; *wrong*, an answer that is not the derivative. The last two
columns are how many of the cases autograd and JAX get right under their own names for the same functions.

"""


def namespace() -> dict[str, Any]:
    """The globals of a case."""
    import scipy

    for name in SCIPY:
        importlib.import_module(f"scipy.{name}")
    importlib.import_module("scipy.sparse.linalg")
    importlib.import_module("scipy.spatial.distance")
    modules = (builtins, cmath, copy, functools, itertools, math, operator, statistics, scipy)
    return {"np": np, "numpy": np, **{m.__name__: m for m in modules}}


def verdict(case: dict[str, Any], scope: dict[str, Any], mode: str, seconds: int) -> str:
    """What becomes of one case."""
    try:
        function, args = recipes.function(case, scope), tuple(recipes.arguments(case))
    except Exception as error:  # noqa: BLE001
        return f"unusable: {type(error).__name__}: {error}"
    try:
        value = function(*copy.deepcopy(args))
        scalar = isinstance(value, (float, int, np.floating)) or (
            isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind == "f"
        )
        return judge(function, args, active(args), mode, seconds=seconds, scalar=scalar)
    except Exception as error:  # noqa: BLE001
        return f"unusable: {type(error).__name__}: {error}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.coverage_table", description=__doc__)
    parser.add_argument("--kind")
    parser.add_argument("--priority", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--mode", default="reverse")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--every", type=int, default=1, help="only every n-th target")
    parser.add_argument("-v", action="store_true", help="print what is not right")
    parser.add_argument("-o", help="write a page")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    scope = namespace()
    counts: dict[tuple[str, int], Counter[str]] = {}
    refused: dict[int, list[str]] = {}
    for target in recipes.targets(str(HERE / "targets.toml"))[:: given.every]:
        if given.kind not in (None, target["kind"]) or given.priority not in (None, target["priority"]):
            continue
        if given.only not in target["name"]:
            continue
        found = counts.setdefault((target["kind"], target["priority"]), Counter())
        cases = target.get("cases", [])
        for peer in PEERS:
            found[peer] += peer_count(target.get(peer, "none"), len(cases))
        for case in cases:
            verdicts = [verdict(case, scope, mode, given.seconds) for mode in modes(given)]
            said = max(verdicts, key=lambda text: KINDS.index(text.partition(":")[0]))
            kind = said.partition(":")[0]
            found[kind] += 1
            if kind != "right":
                refused.setdefault(target["priority"], []).append(f"`{target['name']}`: `{_one_line(case['e'])}`")
            if given.v and kind != "right" or kind == "wrong":
                print(f"{target['priority']} {target['name']:36} {case['e'][:60]!r:62} {said[:150]}", flush=True)
    page = table(counts)
    print(page)
    if given.o:
        Path(given.o).write_text(PREAMBLE + page + listing(refused), encoding="utf-8")
    return int(any(c["wrong"] for c in counts.values()))


def modes(given: argparse.Namespace) -> tuple[str, ...]:
    """The modes in which each case is judged; a page counts the worse of both."""
    return ("reverse", "forward") if given.o else (given.mode,)


def peer_count(said: str, cases: int) -> int:
    """How many cases a peer gets right, by its column of the table: "all", "none" or "k/n"."""
    return cases if said == "all" else int(said.partition("/")[0]) if "/" in said else 0


def _one_line(text: str) -> str:
    return "; ".join(text.splitlines()).replace("|", "\\|")


def listing(refused: dict[int, list[str]]) -> str:
    """The cases of the first two priorities that are not right."""
    lines = []
    for priority in (1, 2):
        if refused.get(priority):
            lines += ["", f"## Priority {priority}: what is refused", "", *(f"- {text}" for text in refused[priority])]
    return "\n".join(lines) + "\n"


def table(counts: dict[tuple[str, int], Counter[str]]) -> str:
    """The counts as a Markdown table."""
    columns = (*KINDS, *PEERS)
    lines = ["| kind | priority | cases | " + " | ".join(columns) + " |", "| --- " * (len(columns) + 3) + "|"]
    total: Counter[str] = Counter()
    for (kind, priority), found in sorted(counts.items()):
        total.update(found)
        lines.append(_row(kind, str(priority), found))
    for priority in (1, 2, 3):
        part: Counter[str] = Counter()
        for (_, p), found in counts.items():
            if p == priority:
                part.update(found)
        lines.append(_row("**all**", str(priority), part))
    lines.append(_row("**all**", "", total))
    return "\n".join(lines) + "\n"


def _row(kind: str, priority: str, found: Counter[str]) -> str:
    cells = [kind, priority, str(sum(found[k] for k in KINDS)), *(str(found[k] or "") for k in (*KINDS, *PEERS))]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
