"""`python -m tests.corpus [constructs|kernels|aliasing ...] [--only NAME] [--mode reverse]`: a table of verdicts."""

from __future__ import annotations

import argparse
import re
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "src")]

from . import aliasing, constructs, harness, kernels  # noqa: E402
from .case import Case  # noqa: E402

KNOWN = Path(__file__).parent / "known.txt"
CORPORA = {"constructs": constructs.CASES, "kernels": kernels.CASES, "aliasing": aliasing.CASES}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("corpora", nargs="*", default=[], metavar="CORPUS", help=", ".join(CORPORA))
    parser.add_argument("--only", help="only cases whose name or category contains this")
    parser.add_argument("--mode", default="reverse", help="comma-separated: " + ", ".join(harness.MODES))
    parser.add_argument("--show", default="", help="only verdicts that start with one of these, comma-separated")
    parser.add_argument("--causes", action="store_true", help="group what is not right by its cause")
    parser.add_argument("--seconds", type=int, default=10, help="the time that one case may take")
    parser.add_argument("--write-known", action="store_true", help="list what is bad in known.txt: expected to fail")
    given = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    cases = [case for name in given.corpora or CORPORA for case in CORPORA[name] if _chosen(case, given.only)]
    bad: list[str] = []
    for mode in given.mode.split(","):
        bad += report(cases, mode, given.show, given.causes, given.seconds)
    if given.write_known:
        KNOWN.write_text("\n".join(sorted(set(bad))) + "\n", "utf-8")
    return int(bool(bad))


def _chosen(case: Case, only: str | None) -> bool:
    return not only or only in case.name or only == case.category


def report(cases: list[Case], mode: str, show: str, causes: bool, seconds: int) -> list[str]:
    """Judge the cases in one mode, print a line each and the counts; what is wrong, crashes or hangs is returned."""
    bad: list[str] = []
    counts: Counter[str] = Counter()
    grouped: dict[str, list[str]] = {}
    began = time.perf_counter()
    for case in cases:
        verdict = harness.judge_case(case, mode, seconds)
        kind = verdict.partition(":")[0]
        counts[kind] += 1
        if not show or kind in show.split(","):
            print(f"{mode:8} {case.name:44} {verdict}", flush=True)
        if kind in ("wrong", "crash", "hang"):
            bad.append(f"{mode} {case.name}")
        if kind != "right":
            grouped.setdefault(_cause(verdict), []).append(case.name)
    if causes:
        for cause, names in sorted(grouped.items(), key=lambda item: -len(item[1])):
            print(f"{len(names):4} {cause}\n       {', '.join(names)}")
    total = ", ".join(f"{n} {kind}" for kind, n in counts.most_common())
    print(f"{mode}: {len(cases)} cases: {total} ({time.perf_counter() - began:.1f} s)", flush=True)
    return bad


def _cause(verdict: str) -> str:
    """A verdict without what differs from case to case: quoted names, numbers, source text."""
    plain = re.sub(r" \[.*\]$", "", verdict)
    plain = re.sub(r"[`'\"][^`'\"]*[`'\"]", "'...'", plain)
    return re.sub(r"-?\d+\.\d[\d.e+-]*", "#", plain)[:160]


if __name__ == "__main__":
    sys.exit(main())
