"""`python -m benchmarks.clusters`: what a sum over chunks costs beside the chunks themselves, how it scales on the
cores at hand, and what follows from both for more machines; tables, and a plot where matplotlib is there.

Costs of the driver are measured in time of the processor, not by the clock, so that they hold on a machine that has
other things to do. Times by the clock are ratios within one round, of which the best counts.
"""

import argparse
import importlib.util
import os
import pickle
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradscribe import sum_over, value_and_grad
from gradscribe.call.sending import Sendable

from . import report

IMAGES = report.PAGE.parent / "images"
MACHINES = (1, 2, 4, 8, 16, 32, 64, 100, 128, 256, 512, 1024)


def loss(params, chunk, count):
    """A network of one hidden layer on rows that the worker makes."""
    generator = np.random.default_rng(chunk)
    x = generator.standard_normal((count, 100))
    y = np.where(x[:, 0] > 0.0, 1.0, -1.0)
    scores = np.tanh(x @ params["w1"]) @ params["w2"]
    return np.sum(np.logaddexp(0.0, -y * scores))


derivative = value_and_grad(loss)


def parameters(hidden):
    generator = np.random.default_rng(0)
    return {"w1": 0.1 * generator.standard_normal((100, hidden)), "w2": 0.1 * generator.standard_normal(hidden)}


@dataclass
class Engine:
    """Something that computes chunks.

    Args:
        name: how it is called in tables.
        executor: see `sum_over`.
        send: what is put in each chunk for the parameters.
    """

    name: str
    executor: object
    send: Callable = lambda params: params


def engines(stack: ExitStack, cores: int) -> list[Engine]:
    made = [Engine(f"{cores} threads", stack.enter_context(ThreadPoolExecutor(cores)))]
    for n in (1, cores):
        made.append(Engine(f"{n} process{'es' * (n > 1)}", stack.enter_context(ProcessPoolExecutor(n))))
    if importlib.util.find_spec("distributed"):
        from distributed import Client, LocalCluster

        for n in (1, cores):
            cluster = LocalCluster(n_workers=n, threads_per_worker=1, dashboard_address=None)
            client = stack.enter_context(Client(stack.enter_context(cluster)))
            send = lambda params, client=client: client.scatter([params], broadcast=True, hash=False)[0]  # noqa: E731
            made.append(Engine(f"Dask, {n} worker{'s' * (n > 1)}", client, send))
    return made


def timed(function):
    """Seconds by the clock, and of the processor in this process."""
    clock, own = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - clock, time.process_time() - own


def run(engine, params, chunks, count):
    sent = params if engine is None else engine.send(params)
    return sum_over(derivative, ((sent, k, count) for k in range(chunks)), executor=engine and engine.executor)


# ------------------------------------------------------------------ what is measured


def scaling(made, rounds, chunks, count):
    """The time of a sum by the clock, serial = 1: the best of some rounds in which all take turns."""
    params = parameters(16)
    best = {}
    for _ in range(rounds):
        serial, _ = timed(lambda: run(None, params, chunks, count))
        for engine in made:
            taken, _ = timed(lambda e=engine: run(e, params, chunks, count))
            best[engine.name] = min(best.get(engine.name, np.inf), taken / serial)
    return best


def overhead(made, rounds, chunks=100):
    """Seconds of the processor that a chunk costs the process that adds: sending, receiving, adding. Dask's scheduler
    is in that process here, and counts."""
    params = parameters(16)
    costs = {}
    for engine in made:
        run(engine, params, 20, 2)
        alone = min(timed(lambda: run(None, params, chunks, 2))[1] for _ in range(rounds))
        own = min(timed(lambda e=engine: run(e, params, chunks, 2))[1] for _ in range(rounds))
        costs[engine.name] = own / chunks - (alone / chunks if "thread" in engine.name else 0.0)
    return costs


def compute(rounds, count):
    """Seconds of the processor for the gradient of a chunk, and for its loss alone."""
    params = parameters(16)
    gradient = min(timed(lambda: [derivative(params, k, count) for k in range(4)])[1] for _ in range(rounds)) / 4
    plain = min(timed(lambda: [loss(params, k, count) for k in range(4)])[1] for _ in range(rounds)) / 4
    return gradient, plain


def adding(rounds, hidden):
    """Seconds for adding one gradient of 100 * hidden parameters and for taking it out of a message, and its bytes."""
    result = (1.0, parameters(hidden))
    message = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
    chunks = [()] * 20

    def add():
        sum_over(lambda: pickle.loads(message), chunks)

    return min(timed(add)[1] for _ in range(rounds)) / len(chunks), len(message)


# ------------------------------------------------------------------ what follows


def predicted(machines, chunks, seconds, serial, latency):
    """The time of a sum: chunks are computed by all, and handed out and added by one."""
    return max(np.ceil(chunks / machines) * seconds, chunks * serial) + latency


def extrapolation(costs, gradient, chunks=10_000, latency=0.1):
    """Machines against speed-up, for chunks as they are and ten times as large."""
    rows, curves = [], {}
    for name in [n for n in costs if n.startswith("Dask, 1") or n.startswith("1 process")]:
        for factor in (1, 10):
            seconds, several = gradient * factor, chunks // factor
            label = f"{name.split(',')[0].removeprefix('1 ')}, {1000 * seconds:.0f} ms a chunk"
            whole = several * seconds
            curves[label] = [(n, whole / predicted(n, several, seconds, costs[name], latency)) for n in MACHINES]
            at_hundred = dict(curves[label])[100]
            rows.append([label, f"{several:,}", f"{at_hundred:.0f}", f"{seconds / costs[name]:.0f}"])
    return report.table(["engine, chunks", "chunks", "speed-up at 100 machines", "where it stops"], rows), curves


def plot(curves):
    """A picture of the curves, where matplotlib is there."""
    if importlib.util.find_spec("matplotlib") is None:
        return
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "gradscribe"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    axes.plot(MACHINES, MACHINES, color="0.7", label="as many times as machines")
    for label, points in curves.items():
        axes.plot(*zip(*points, strict=True), marker=".", label=label)
    axes.set(xscale="log", yscale="log", xlabel="machines", ylabel="speed-up")
    axes.legend(fontsize=8)
    figure.tight_layout()
    IMAGES.mkdir(exist_ok=True)
    figure.savefig(Path(IMAGES) / "clusters.svg", metadata={"Date": None})


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chunks", type=int, default=24)
    parser.add_argument("--rows", type=int, default=20_000, help="in each chunk")
    given = parser.parse_args(arguments)
    with ExitStack() as stack:
        made = engines(stack, min(os.cpu_count() or 1, 2))
        costs = overhead(made, given.rounds)
        best = scaling(made, given.rounds, given.chunks, given.rows)
    gradient, plain = compute(given.rounds, given.rows)
    rows = [[name, f"{1e3 * costs[name]:.2f}", f"{best[name]:.2f}"] for name in costs]
    print(report.table(["engine", "driver, ms a chunk", "time by the clock, serial = 1"], rows))
    print(f"\na chunk of {given.rows:,} rows: {1e3 * gradient:.0f} ms, {gradient / plain:.2f} of its loss alone")
    task = len(Sendable(derivative).data)
    print(f"bytes: {task:,} for the function; {len(pickle.dumps(parameters(16))):,} for the parameters")
    rows = []
    for hidden in (16, 1_000, 10_000):
        seconds, size = adding(given.rounds, hidden)
        rows.append([f"{101 * hidden:,}", f"{size:,}", f"{1e3 * seconds:.3f}"])
    print("\n" + report.table(["parameters", "bytes of a result", "unpack and add, ms"], rows))
    table, curves = extrapolation(costs, gradient)
    print("\n" + table)
    plot(curves)


if __name__ == "__main__":
    main()
