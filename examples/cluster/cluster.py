"""`python examples/cluster/cluster.py`: the training on a cluster of several processes, none of which may take more
memory than is set, with more data than that.

The dashboard shows what each worker does. For machines instead of processes, start `dask scheduler` and `dask worker`
there, and pass `--scheduler tcp://...`: nothing else changes.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dask.distributed import Client, LocalCluster
from training import COLUMNS, Params, train


def main(arguments: list[str] | None = None) -> list[float]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000, help="in each chunk")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--memory", default="400MB", help="the limit of each worker; it is restarted where it exceeds it"
    )
    parser.add_argument("--dashboard", default=":8787", help="where it listens")
    parser.add_argument("--scheduler", help="the address of a cluster that is there already")
    given = parser.parse_args(arguments)
    with _client(given) as client:
        size = given.chunks * given.rows * COLUMNS * 8 / 1e9
        print(
            f"{size:.1f} GB of rows in {given.chunks} chunks; {given.workers} workers with at most {given.memory} each"
        )
        print(f"dashboard: {client.dashboard_link}", flush=True)
        losses = []

        def send(params: Params) -> Any:
            """To each worker once, and not with each chunk. In a list: what is in a dict goes by the names in it, of
            which the cluster knows one value only."""
            return client.scatter([params], broadcast=True, hash=False)[0]

        for step in train(given.chunks, given.rows, given.steps, client, send):
            losses.append(step.loss)
            print(f"step {step.number}: loss {step.loss:.6f}, {step.seconds:.1f} s", flush=True)
        peaks = client.run(lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
        print(f"memory at most {max(peaks.values()):.2f} GB in a worker")
    return losses


@contextmanager
def _client(given: argparse.Namespace) -> Iterator[Client]:
    if given.scheduler:
        with Client(given.scheduler) as client:
            yield client
    else:
        options = {"threads_per_worker": 1, "memory_limit": given.memory, "dashboard_address": given.dashboard}
        with LocalCluster(n_workers=given.workers, **options) as cluster, Client(cluster) as client:
            yield client


if __name__ == "__main__":
    main()
