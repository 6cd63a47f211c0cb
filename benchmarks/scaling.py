"""`python -m benchmarks.scaling`: the cost of a gradient against the number of inputs, memory against the number of
trips with and without checkpoints, and scalar loops in machine code; tables, and plots where matplotlib is there."""

import argparse
import importlib.util
import math
import time
import tracemalloc
from pathlib import Path

import numpy as np

from gradscribe import checkpointed, grad, value_and_grad

from . import cases, report
from .timing import best_times

IMAGES = report.PAGE.parent / "images"


# ------------------------------------------------------------------ inputs


def rosenbrock(x):
    residual = x[1:] - x[:-1] ** 2
    return np.sum(100.0 * residual**2 + (1.0 - x[:-1]) ** 2)


def cost_against_inputs(rounds, sizes=(10, 100, 1000, 10_000, 100_000)):
    gradient = value_and_grad(rosenbrock)
    rows, points = [], []
    for n in sizes:
        x = np.random.default_rng(0).normal(size=n)
        times = best_times({"f": lambda x=x: rosenbrock(x), "g": lambda x=x: gradient(x)}, rounds)
        points.append((n, times["g"] / times["f"]))
        rows.append([f"{n:,}", f"{1e6 * times['f']:.1f}", report.ratio(times["g"], times["f"]), f"{n + 1:,}"])
    plot("inputs", points, "inputs", "value and gradient, function = 1", lambda n: n + 1, "differences")
    header = ["inputs", "function, microseconds", "value and gradient, function = 1", "one-sided differences"]
    return report.table(header, rows)


# ------------------------------------------------------------------ trips


def flow(u, k, n):
    for _ in range(n):
        u = u + k * (1.0 - u * u)
    return np.sum(u)


def flow_checkpointed(u, k, n, s):
    for _ in checkpointed(range(n), snapshots=s):
        u = u + k * (1.0 - u * u)
    return np.sum(u)


def peak(function):
    """The value, the seconds, and the most megabytes held at a time."""
    tracemalloc.start()
    function()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    seconds = []
    while sum(seconds) < 1.0 and len(seconds) < 10:
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds), most / 1e6


def memory_against_trips(trips, size=10_000, snapshots=100):
    u = np.linspace(0.0, 0.5, size)
    recorded, kept = grad(flow), grad(flow_checkpointed)
    rows, plain, few = [], [], []
    for n in trips:
        once, _ = peak(lambda n=n: flow(u, 1e-4, n))
        seconds, megabytes = peak(lambda n=n: kept(u, 1e-4, n, snapshots))
        few.append((n, megabytes))
        row = [f"{n:,}", f"{megabytes:.1f}", report.ratio(seconds, once), f"{theory(n, snapshots):.2f}"]
        if n <= 10_000:
            seconds, megabytes = peak(lambda n=n: recorded(u, 1e-4, n))
            plain.append((n, megabytes))
            row += [f"{megabytes:.1f}", report.ratio(seconds, once)]
        else:
            row += [f"(about {n * size * 8 / 1e6:,.0f})", "-"]
        rows.append(row)
    plot("trips", few, "trips", "megabytes", None, None, ("all states recorded", plain), f"{snapshots} snapshots")
    header = ["trips", f"{snapshots} snapshots: MB", "time, loop = 1", "trips run forward, by theory"]
    return report.table([*header, "all recorded: MB", "time, loop = 1"], rows)


def theory(n, s):
    """How often the loop is run forward: by the binomial schedule, and once more for the mirror of each trip."""
    often = 1
    while math.comb(s + often, s) < n:
        often += 1
    return often - math.comb(s + often, s + 1) / n + 1


# ------------------------------------------------------------------ machine code


def newton(x, n):
    s = 1.0
    for i in range(n):
        s = 0.5 * (s + x / s) + 1e-3 * math.sin(s + i)
    return s


def newton_by_hand(x, n):
    tape = np.empty(n)
    s = 1.0
    for i in range(n):
        tape[i] = s
        s = 0.5 * (s + x / s) + 1e-3 * math.sin(s + i)
    bs, bx = 1.0, 0.0
    for i in range(n - 1, -1, -1):
        s = tape[i]
        bx += 0.5 * bs / s
        bs = bs * (0.5 - 0.5 * x / (s * s) + 1e-3 * math.cos(s + i))
    return bx


def scalar_loops(rounds):
    import numba

    x = cases.rosenbrock_arguments(10_000)[0]
    programs = {
        "Rosenbrock as a loop, n = 10,000": (cases.rosenbrock, cases.rosenbrock_by_hand, (x,)),
        "Newton's iteration, 10,000 trips": (newton, newton_by_hand, (3.0, 10_000)),
    }
    rows = []
    for title, (function, by_hand, args) in programs.items():
        plain, fast, hand = grad(function), grad(function, jit="numba"), numba.njit(by_hand)
        assert np.allclose(fast(*args), hand(*args), rtol=1e-9)
        functions = {"plain": plain, "fast": fast, "hand": hand, "by hand": by_hand}
        times = best_times({k: lambda f=f, args=args: f(*args) for k, f in functions.items()}, rounds)
        ratios = [report.ratio(times[a], times[b]) for a, b in (("plain", "by hand"), ("fast", "hand"))]
        rows.append([title, *ratios, report.ratio(times["plain"], times["fast"])])
    header = ["gradient", "plain, by hand = 1", "numba, by hand under numba = 1", "plain, numba = 1"]
    return report.table(header, rows) + "\n" + compact_tape()


def compact_tape(trips=10_000_000):
    gradient = grad(newton, jit="numba")
    gradient(3.0, 10)
    tracemalloc.start()
    gradient(3.0, trips)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return f"In machine code, the gradient of {trips:,} trips holds {most / trips:.1f} bytes a trip.\n"


# ------------------------------------------------------------------ plots


def plot(name, points, across, up, other=None, title=None, more=None, label=None):
    """A plot on logarithmic axes in docs/images; nothing where matplotlib is missing."""
    if importlib.util.find_spec("matplotlib") is None:
        return
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = name
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.5, 3.2))
    axes.loglog(*zip(*points, strict=True), "o-", label=label or "gradscribe")
    if other is not None:
        axes.loglog([n for n, _ in points], [other(n) for n, _ in points], "--", label=title)
    if more is not None:
        axes.loglog(*zip(*more[1], strict=True), "s--", label=more[0])
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.legend()
    axes.grid(True, alpha=0.3)
    figure.tight_layout()
    Path(IMAGES).mkdir(exist_ok=True)
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
    pyplot.close(figure)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, and write nothing")
    options = parser.parse_args()
    trips = (100, 1000) if options.quick else (100, 1000, 10_000, 100_000)
    parts = {
        "Cost against the number of inputs": lambda: cost_against_inputs(5 if options.quick else 30),
        "Memory against the number of trips": lambda: memory_against_trips(trips),
    }
    if importlib.util.find_spec("numba") is not None:
        parts["Scalar loops in machine code"] = lambda: scalar_loops(3 if options.quick else 20)
    pictures = {"Cost against the number of inputs": "inputs", "Memory against the number of trips": "trips"}
    texts = []
    for title, measure in parts.items():
        picture = f"\n![{title}](images/{pictures[title]}.svg)\n" if title in pictures else ""
        texts.append(f"### {title}\n\n{measure()}{picture}")
        print(texts[-1], flush=True)
    if not options.quick:
        report.write("scaling", "\n".join([f"Measured on {report.machine()}\n", *texts]))


if __name__ == "__main__":
    main()
