"""`make bench`: measures and writes the tables of docs/performance.md."""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from gradscribe import derive, grad

from . import cases, peers, programs, report
from .timing import best_times, once

GOALS = {"logistic": 1.15, "network": 1.15, "rosenbrock": 1.5}
TITLES = {
    "logistic": "logistic loss, n = 1000, d = 20",
    "network": "2-layer network, batch 64, width 100",
    "rosenbrock": "Rosenbrock as a Python loop, n = 50",
}
TRANSFORM_GOALS = {20: "30 ms", 5000: "20 s"}


def emitted(function, argnums):
    """The emitted function itself, from its text."""
    namespace = {}
    exec(derive(function, mode="reverse", argnums=argnums).source, namespace)
    return namespace[f"{function.__name__}_grad"]


def measure_calls(rounds):
    """Two floats: what a call costs."""
    x1, x2 = 2.0, 3.0
    gradient, plain = grad(cases.lecture, argnums=(0, 1)), emitted(cases.lecture, (0, 1))
    agree("lecture", gradient(x1, x2), cases.lecture_by_hand(x1, x2))
    agree("lecture", plain(x1, x2), cases.lecture_by_hand(x1, x2))
    functions = {
        "hand-written": lambda: cases.lecture_by_hand(x1, x2),
        "emitted function": lambda: plain(x1, x2),
        "`grad(f)`": lambda: gradient(x1, x2),
        **peers.gradients("lecture", (x1, x2)),
    }
    times = best_times(functions, rounds)
    overhead = 1e6 * (times["`grad(f)`"] - times["emitted function"])
    hand = times["hand-written"]
    rows = [[name, report.ratio(t, hand), f"{1e6 * t:.2f}"] for name, t in times.items()]
    text = report.table(["gradient of `x1*x2 + sin(x1)`", "time, hand-written = 1", "microseconds"], rows)
    return (
        f"{text}\nCalling `grad(f)` costs {overhead:.2f} microseconds more than calling the emitted function (goal: at "
        f"most 1); the emitted function takes {report.ratio(times['emitted function'], hand)} of the time of the "
        "hand-written one (goal: at most 1.2).\n"
    )


def measure_gradients(rounds):
    """Functions of arrays: generated against hand-written gradients, and the peers."""
    header = ["gradient", "hand-written", "gradscribe", "goal", *peers.PEERS, "differences"]
    rows = []
    for name, goal in GOALS.items():
        function, args = getattr(cases, name), getattr(cases, f"{name}_arguments")()
        by_hand, gradient = getattr(cases, f"{name}_by_hand"), grad(function)
        agree(name, gradient(*args), by_hand(*args))
        functions = {
            "hand": lambda by_hand=by_hand, args=args: by_hand(*args),
            "ours": lambda gradient=gradient, args=args: gradient(*args),
            **peers.gradients(name, args),
        }
        times = best_times(functions, rounds)
        differences = once(lambda function=function, args=args: cases.central_differences(function, args))
        others = [report.ratio(times.get(tool), times["hand"]) for tool in peers.PEERS]
        ours = report.ratio(times["ours"], times["hand"])
        rows.append([TITLES[name], "1", ours, str(goal), *others, report.ratio(differences, times["hand"])])
    return report.table(header, rows) + "\nTimes of one gradient, hand-written NumPy = 1.\n"


def measure_transform(folder, longest):
    """How long it takes to derive a function that was never seen before, from source to compiled gradient."""
    rows = []
    for lines in [20, *[n for n in (625, 1250, 2500, 5000) if n <= longest]]:
        make = programs.twenty_lines if lines == 20 else lambda folder, n=lines: programs.long_program(n, folder)
        functions = [make(Path(folder)) for _ in range(5 if lines == 20 else 1)]
        seconds = min(once(lambda f=f: derive(f).source) for f in functions)
        rows.append(
            [str(lines), f"{1e3 * seconds:.1f}", f"{1e6 * seconds / lines:.0f}", TRANSFORM_GOALS.get(lines, "")]
        )
    header = ["lines of the function", "milliseconds", "microseconds a line", "goal"]
    return report.table(header, rows) + "\nProcessor time from the source to the text of the compiled gradient.\n"


def agree(name, have, want):
    """Stop when a gradient is wrong: its time means nothing then."""
    if isinstance(want, dict):
        have, want = [have[k] for k in want], list(want.values())
    if isinstance(want, list | tuple):
        for h, w in zip(have, want, strict=True):
            agree(name, h, w)
    elif not np.allclose(have, want, rtol=1e-9, atol=1e-12):
        raise SystemExit(f"{name}: the generated gradient differs from the hand-written one")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples and short programs, and write nothing")
    options = parser.parse_args()
    rounds, longest = (3, 625) if options.quick else (60, 5000)
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        parts = {
            "The cost of a call": lambda: measure_calls(rounds),
            "Gradients of functions of arrays": lambda: measure_gradients(rounds),
            "The time of the transform": lambda: measure_transform(folder, longest),
        }
        texts = []
        for title, measure in parts.items():
            texts.append(f"### {title}\n\n{measure()}")
            print(texts[-1], flush=True)
    if not options.quick:
        report.write("basics", "\n".join([f"Measured on {report.machine()}\n", *texts]))


if __name__ == "__main__":
    main()
