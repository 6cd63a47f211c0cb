"""`python -m tests.fuzz --n 1000 --seed 0 [--features arrays,exits] [--mode reverse]`: judge random programs.

Each bad verdict (wrong, crash, hang) is printed with its seed; `--shrink` prints the smallest program that shows it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]

from .generate import FEATURES, program  # noqa: E402
from .judge import classify, signature  # noqa: E402
from .shrink import shrink  # noqa: E402

BAD = ("wrong", "crash", "hang")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--mode", default="reverse", help="reverse, forward or second; comma-separated")
    parser.add_argument("--features", default="", help="only these, comma-separated, of: " + ", ".join(FEATURES))
    parser.add_argument("--without", default="", help="all but these")
    parser.add_argument("--shrink", action="store_true", help="shrink one program of each cause")
    parser.add_argument("--refused", action="store_true", help="treat refusals as bad (to see what is missing)")
    parser.add_argument("--show", action="store_true", help="print the programs of the seeds and judge them")
    parser.add_argument("--seconds", type=int, default=10, help="the time that one program may take")
    given = parser.parse_args(arguments)
    features = given.features.split(",") if given.features else FEATURES
    features = [feature for feature in features if feature not in given.without.split(",")]
    bad = (*BAD, "refused") if given.refused else BAD
    return max(run(given, features, mode, bad) for mode in given.mode.split(","))


def run(given: argparse.Namespace, features: list[str], mode: str, bad: tuple[str, ...]) -> int:
    """Judge the programs in one mode; print what is bad, the causes, the counts."""
    counts: Counter[str] = Counter()
    causes: dict[str, list[int]] = {}
    began = time.perf_counter()
    for seed in range(given.seed, given.seed + given.n):
        text = program(seed, features)
        verdict = classify(text, mode, given.seconds)
        kind = verdict.partition(":")[0]
        counts[kind] += 1
        if given.show:
            print(text)
        if given.show or kind in BAD:
            print(f"seed {seed}: {verdict}", flush=True)
        if kind in bad:
            causes.setdefault(signature(verdict), []).append(seed)
    for cause, seeds in sorted(causes.items(), key=lambda item: -len(item[1])):
        print(f"\n{len(seeds):4} {cause}\n     seeds {seeds[:12]}")
        if given.shrink:
            print(smallest(seeds, features, mode, cause, given.seconds))
    usable = sum(counts.values()) - counts["unusable"]
    total = ", ".join(f"{n} {kind}" for kind, n in counts.most_common())
    print(f"{mode}: {usable} usable programs of {given.n}: {total} ({time.perf_counter() - began:.0f} s)")
    return int(any(counts[kind] for kind in BAD))


def smallest(seeds: list[int], features: list[str], mode: str, cause: str, seconds: int) -> str:
    """The smallest program that shows the cause, starting from the shortest that is known."""
    text = min((program(seed, features) for seed in seeds), key=len)
    limit = min(seconds, 3)

    def interesting(smaller: str) -> bool:
        return signature(classify(smaller, mode, limit)) == cause

    return shrink(text, interesting)


if __name__ == "__main__":
    sys.exit(main())
