"""`python examples/cluster/one_machine.py`: the training in one process, with NumPy and nothing else."""

from __future__ import annotations

import argparse
import resource

from training import COLUMNS, train


def main(arguments: list[str] | None = None) -> list[float]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000, help="in each chunk")
    parser.add_argument("--steps", type=int, default=5)
    given = parser.parse_args(arguments)
    size = given.chunks * given.rows * COLUMNS * 8 / 1e9
    print(f"{size:.1f} GB of rows in {given.chunks} chunks")
    losses = []
    for step in train(given.chunks, given.rows, given.steps):
        losses.append(step.loss)
        print(f"step {step.number}: loss {step.loss:.6f}, {step.seconds:.1f} s", flush=True)
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    return losses


if __name__ == "__main__":
    main()
