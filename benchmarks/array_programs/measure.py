"""One program, in a process of its own: `python -m benchmarks.array_programs.measure NAME`; prints what was measured.

With `--first-call` nothing but the first call of the gradient, whose machine code an earlier process has stored.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import gradscribe
from gradscribe.call.jitting import NumbaFallback
from tests.corpus.case import active
from tests.corpus.program import loss_of

from ..timing import best_times
from .programs import Program, programs

DISTANCE = 1e-6
"""The largest relative distance of two gradients that count as equal; 10,000 times as much in single precision."""


class Measuring:
    """The loss of a program, and its gradient by each tool."""

    def __init__(self, program: Program) -> None:
        self.program, self.args = program, program.args
        self.loss = loss_of(program.kernel, program.args, program.name)
        self.chosen = tuple(k for k in active(self.args) if isinstance(self.args[k], np.ndarray))
        self.plain = gradscribe.grad(self.loss, self.chosen)
        self.fast = gradscribe.grad(self.loss, self.chosen, jit="numba")
        self.fast_loss = gradscribe.compile(self.loss)

    def first_call(self) -> float:
        """Seconds of the processor, without the import of numba."""
        import numba  # noqa: F401

        start = time.process_time()
        self.fast(*self.args)
        return time.process_time() - start

    def by_jax(self) -> Callable[[], Any]:
        """A call of the compiled gradient of the version in JAX."""
        import jax
        import jax.numpy as jnp

        from . import jax_versions

        version = getattr(jax_versions, self.program.name)

        def loss(*chosen: Any) -> Any:
            given = list(self.args)
            for k, value in zip(self.chosen, chosen, strict=True):
                given[k] = value
            return sum(jnp.sum(part * part) for part in version(*given))

        gradient = jax.jit(jax.grad(loss, argnums=tuple(range(len(self.chosen)))))
        arrays = [jnp.asarray(self.args[k]) for k in self.chosen]
        return lambda: jax.block_until_ready(gradient(*arrays))

    def whole(self, rounds: int) -> dict[str, Any]:
        """All times in seconds, after the gradients have been compared."""
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", NumbaFallback)
            found: dict[str, Any] = {"first": self.first_call()}
            self.fast_loss(*self.args)
        reasons = [str(t.message).splitlines()[0] for t in told if issubclass(t.category, NumbaFallback)]
        found["plain"] = reasons[0] if reasons else None
        jax_gradient = self.by_jax()
        found["jax_first"] = self._seconds(jax_gradient)
        want = self.plain(*self.args)
        found["distance"] = max(distance(have, want) for have in (self.fast(*self.args), jax_gradient()))
        single = any(a.dtype == np.float32 for a in self.args if isinstance(a, np.ndarray))
        if not found["distance"] <= DISTANCE * (1e4 if single else 1.0):
            raise SystemExit(f"{self.program.name}: the gradients differ by {found['distance']:.1e}")
        functions = {
            "primal": lambda: self.loss(*self.args),
            "gradient": lambda: self.plain(*self.args),
            "fast": lambda: self.fast(*self.args),
            "fast_primal": lambda: self.fast_loss(*self.args),
            "jax": jax_gradient,
        }
        return found | best_times(functions, rounds)

    @staticmethod
    def _seconds(call: Callable[[], Any]) -> float:
        start = time.process_time()
        call()
        return time.process_time() - start


def distance(have: Any, want: Any) -> float:
    """The largest difference of two gradients, relative to the largest entry of each array."""
    worst = 0.0
    for h, w in zip(have, want, strict=True):
        h, w = np.asarray(h), np.asarray(w)
        worst = max(worst, float(np.max(np.abs(h - w), initial=0.0) / max(np.max(np.abs(w), initial=0.0), 1e-300)))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.array_programs.measure", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--first-call", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    np.seterr(all="ignore")
    measuring = Measuring(next(p for p in programs() if p.name == given.name))
    if given.first_call:
        warnings.simplefilter("ignore")
        print(json.dumps(measuring.first_call()))
    else:
        print(json.dumps(measuring.whole(given.rounds)))


if __name__ == "__main__":
    main()
