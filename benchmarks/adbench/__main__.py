"""`make bench-adbench`: every tool on every problem, each in a process of its own, pinned to one processor.

The derivatives of all tools are compared with those by hand; the table shows the largest relative distance.
"""

import argparse
import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from .. import report
from . import readers

TOOLS = ["NumPy by hand", "C by hand", "gradscribe", "gradscribe numba", "JAX jit", "PyTorch", "autograd"]
REFERENCE = "NumPy by hand"  # its derivative is what the others are compared with
MODULES = {"JAX jit": "peer_jax", "PyTorch": "peer_torch", "autograd": "peer_autograd"}
PROBLEMS = [*((problem, None) for problem in readers.DEFAULT), ("gmm", "1k/gmm_d64_K50")]
SAMPLE_SECONDS = 0.02
PATIENCE = 240  # seconds for one tool


class NotThere(Exception):
    """A tool that is not installed or does not take the problem."""


def build(tool, problem, data):
    """The objective (or None), its derivative, and what makes a list of arrays of the latter."""
    if tool == REFERENCE:
        return _by_hand(problem, data)
    if tool == "C by hand":
        return _in_c(problem, data)
    if tool.startswith("gradscribe"):
        from . import ours

        return _in_numba(ours, problem, data) if tool.endswith("numba") else ours.make(problem, data)
    try:
        return importlib.import_module(f".{MODULES[tool]}", __package__).make(problem, data)
    except ImportError as error:
        raise NotThere(f"{error.name} is not installed") from None


def _in_numba(ours, problem, data):
    if importlib.util.find_spec("numba") is None:
        raise NotThere("numba is not installed")
    return ours.make_numba(problem, data)


def _by_hand(problem, data):
    from . import by_hand, objectives

    args = tuple(data.values())
    if problem == "gmm":
        return lambda: objectives.gmm_numpy(*args), lambda: by_hand.gmm_grad(*args), list
    if problem == "lstm":
        return lambda: objectives.lstm_numpy(*args), lambda: by_hand.lstm_grad(*args), list
    if problem == "hand":
        return lambda: objectives.hand_numpy(*args), lambda: by_hand.hand_jacobian(*args), lambda r: [r]
    cams, X, w, obs, feats = args

    def derivative():
        return by_hand.ba_blocks(cams[obs[:, 0]], X[obs[:, 1]], w, feats), -2.0 * w

    return lambda: objectives.ba_gather(*args), derivative, list


def _in_c(problem, data):
    try:
        from . import reference
    except (OSError, AttributeError, subprocess.CalledProcessError):
        raise NotThere("no C compiler") from None
    if problem == "hand":
        raise NotThere("no version in C")
    function, args = getattr(reference, problem), tuple(data.values())
    arrays = list if problem == "ba" else lambda result: list(result[1])
    return lambda: function(*args), lambda: function(*args, grad=True), arrays


# one tool, in a process of its own ------------------------------------------------------------------------------


def work(tool, problem, size, folder, budget):
    """Measure one tool; the result is a dict of numbers, or says why there is none."""
    data = readers.load(problem, size)
    try:
        primal, derivative, arrays = build(tool, problem, data)
        before = _peak_megabytes()
        start = time.perf_counter()
        result = derivative()
        first = time.perf_counter() - start
    except NotThere as error:
        return {"skipped": str(error)}
    except Exception as error:
        if type(error).__module__.startswith("gradscribe"):
            return {"skipped": f"refused: {str(error).splitlines()[0]}"}
        raise
    distance = _distance(arrays(result), Path(folder) / "reference.npy")
    return {
        "first": first,
        "distance": distance,
        "gradient": best_time(derivative, budget),
        "primal": best_time(primal, budget),
        "megabytes": _peak_megabytes() - before,
    }


def best_time(function, budget):
    """The best sample of all that fit into the budget; a sample lasts 20 ms or one call.

    It is time of the processor, whatever else the machine does meanwhile.
    """
    start = time.process_time()
    function()
    best = max(time.process_time() - start, 1e-6)
    calls = max(1, int(SAMPLE_SECONDS / best))
    end = time.process_time() + budget
    while time.process_time() < end:
        start = time.process_time()
        for _ in range(calls):
            function()
        best = min(best, (time.process_time() - start) / calls)
    return best


def _distance(arrays, path):
    flat = np.concatenate([np.asarray(a, dtype=float).ravel() for a in arrays])
    if not path.exists():
        np.save(path, flat)
    want = np.load(path)
    return float(np.max(np.abs(flat - want) / np.maximum(1.0, np.abs(flat) + np.abs(want))))


def _peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# all tools ------------------------------------------------------------------------------------------------------


def measure(problem, size, tools, budget):
    """Tool -> what `work` has found."""
    found = {}
    with TemporaryDirectory() as folder:
        for tool in [REFERENCE, *(t for t in tools if t != REFERENCE)]:
            print(f"{problem}: {tool}", file=sys.stderr)
            command = [sys.executable, "-m", __package__, "--worker", tool, "--problem", problem, "--folder", folder]
            command += ["--budget", str(budget), *(["--size", size] if size else [])]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                found[tool] = {"skipped": f"took more than {PATIENCE} s"}
                continue
            lines = done.stdout.splitlines()
            failure = {"skipped": "failed: " + (done.stderr.strip().splitlines() or ["?"])[-1]}
            found[tool] = json.loads(lines[-1]) if done.returncode == 0 and lines else failure
    return found


def table_of(problem, size, found):
    """The table of one problem: times against the hand-written derivatives and against the tool's own objective."""
    hand = found[REFERENCE].get("gradient")
    in_c = found.get("C by hand", {}).get("gradient")
    header = ["tool", "NumPy by hand = 1", "C by hand = 1", "own objective = 1", "first call, s", "MB", "distance"]
    rows, notes = [], []
    for tool, row in found.items():
        if "skipped" in row:
            rows.append([tool, *["-"] * 6])
            notes.append(f"{tool}: {row['skipped']}.")
            continue
        ratios = [report.ratio(row["gradient"], unit) for unit in (hand, in_c, row["primal"])]
        rows.append([tool, *ratios, f"{row['first']:.3f}", f"{row['megabytes']:.0f}", f"{row['distance']:.0e}"])
    text = f"### {problem} ({size or readers.DEFAULT[problem]})\n\n{report.table(header, rows)}"
    return "\n".join([text, *notes]) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adbench", description=__doc__)
    parser.add_argument("--problem", choices=list(readers.DEFAULT), help="default: all four")
    parser.add_argument("--size", help="a data set, such as 1k/gmm_d2_K5")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--budget", type=float, default=2.0, help="seconds of sampling for each time")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(work(options.worker, options.problem, options.size, options.folder, options.budget)))
        return
    texts = []
    for problem, size in [(options.problem, options.size)] if options.problem else PROBLEMS:
        found = measure(problem, size, options.tools.split(","), options.budget)
        texts.append(table_of(problem, size, found))
        print(texts[-1], flush=True)
    if not options.problem:
        report.write("adbench", "\n".join([f"Measured on {report.machine()}\n", *texts]))


if __name__ == "__main__":
    main()
