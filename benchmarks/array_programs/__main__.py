"""`make bench-loops`: gradients of programs of arrays in machine code, against NumPy, their own program, and JAX.

Each program runs in a process of its own, on one processor and with one thread. All gradients are compared before they
are timed. JAX has 64-bit numbers switched on, and the function that is timed is `jit(grad(loss))` on arrays of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import report
from .programs import GROUPS, Program, programs

THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
GOALS = {"loops": 15.0, "stencils": 3.0, "all": 5.0, "lowest": 0.7, "gradient": 3.0}
FACTORISATIONS = ("cholesky", "lu", "seidel_2d")


def measured(program: Program, rounds: int) -> dict[str, Any]:
    """What one program takes, and its first call from stored machine code."""
    with tempfile.TemporaryDirectory() as cache:
        found = _child([program.name, "--rounds", str(rounds)], cache)
        if "error" not in found:
            found["stored"] = _child([program.name, "--first-call"], cache)
    return found


def _child(arguments: list[str], cache: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.array_programs.measure", *arguments]
    environment = {**os.environ, **THREADS, "GRADSCRIBE_CACHE": cache}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, preexec_fn=_pin)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def _pin() -> None:
    """Stay on one processor."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values))) if values else float("nan")


HEADER = [
    "program", "NumPy program, ms", "NumPy gradient", "machine code", "its own program", "JAX", "**JAX / ours**",
    "gradient / program", "first call, s", "stored", "distance",
]  # fmt: skip


def row(name: str, found: dict[str, Any]) -> list[str]:
    times = [f"{1e3 * found[k]:.3g}" for k in ("primal", "gradient", "fast", "fast_primal", "jax")]
    own = found["fast"] / found["fast_primal"]
    mark = f"{name} (in NumPy)" if found["plain"] else name
    first = [f"{found['first']:.2f}", f"{found['stored']:.3f}", f"{found['distance']:.0e}"]
    return [mark, *times, f"**{found['jax'] / found['fast']:.2f}**", f"{own:.2f}", *first]


def summary(found: dict[str, dict[str, Any]], group_of: dict[str, str]) -> str:
    """The geometric means by group, and the goals."""

    def against(key: str, keep: Callable[[str], bool]) -> float:
        return mean([m[key] / m["fast"] for name, m in found.items() if keep(name)])

    rows = []
    for group, title in (*GROUPS.items(), ("all", "all")):

        def keep(name: str, group: str = group) -> bool:
            return group in ("all", group_of[name])

        names = [n for n in found if keep(n)]
        if not names:
            continue
        own = mean([found[n]["fast"] / found[n]["fast_primal"] for n in names])
        ratios = [f"{against(key, keep):.2f}" for key in ("gradient", "jax")]
        lowest = min(found[n]["jax"] / found[n]["fast"] for n in names)
        goal = f"{GOALS[group]:.0f}" if group in GOALS else ""
        rows.append([title, str(len(names)), *ratios, goal, f"{lowest:.2f}", f"{own:.2f}"])
    header = ["group", "programs", "NumPy / ours", "JAX / ours", "goal", "lowest", "gradient / program"]
    slow = [n for n, m in found.items() if m["jax"] / m["fast"] < GOALS["lowest"]]
    dear = [n for n, m in found.items() if m["fast"] / m["fast_primal"] > GOALS["gradient"]]
    few = [f"{n} {found[n]['jax'] / found[n]['fast']:.0f}" for n in FACTORISATIONS if n in found]
    return (
        f"{report.table(header, rows)}\n"
        f"JAX / ours of {', '.join(few)} (goal: 100 each). Slower than {GOALS['lowest']} of JAX's speed: "
        f"{', '.join(slow) or 'none'}. Gradient above {GOALS['gradient']:.0f} times its own program in machine code: "
        f"{', '.join(dear) or 'none'}. First calls, in seconds: {sum(m['first'] for m in found.values()):.0f} for all, "
        f"{sum(m['stored'] for m in found.values()):.1f} from stored machine code, "
        f"{sum(m['jax_first'] for m in found.values()):.0f} for JAX.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.array_programs", description=__doc__)
    parser.add_argument("--only", default="", help="only these programs or groups, comma-separated; writes nothing")
    parser.add_argument("--rounds", type=int, default=15, help="samples of each function")
    parser.add_argument("--results", type=Path, help="a file of results; what is in it is not measured again")
    parser.add_argument("--known", action="store_true", help="write the page from the results that there are")
    given = parser.parse_args()
    only = given.only.split(",") if given.only else []
    known = json.loads(given.results.read_text()) if given.results and given.results.exists() else {}
    chosen = [p for p in programs() if not only or p.name in only or p.group in only]
    if given.known:
        chosen = [p for p in chosen if p.name in known]
    found: dict[str, dict[str, Any]] = {}
    for program in chosen:
        one = known.get(program.name) or measured(program, given.rounds)
        if "error" in one:
            print(f"{program.name}: {one['error']}", flush=True)
            continue
        found[program.name] = known[program.name] = one
        if given.results:
            given.results.write_text(json.dumps(known))
        print(" ".join(row(program.name, one)), one["plain"] or "", flush=True)
    if not found:
        return
    group_of = {p.name: p.group for p in chosen}
    intro = f"{len(found)} of {len(programs())} programs, measured on {report.machine()}\n"
    parts = [intro, summary(found, group_of)] if not only else []
    for group, title in GROUPS.items():
        rows = [row(name, m) for name, m in found.items() if group_of[name] == group]
        if rows:
            parts.append(f"### {title}\n\n{report.table(HEADER, rows)}")
    if only:
        print("\n".join(parts))
    else:
        report.write("array-programs", "\n".join(parts))


if __name__ == "__main__":
    main()
