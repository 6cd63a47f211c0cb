"""`python -m tests.fuzz.loops --n 1000 --seed 0`: random programs of array statements in machine code, against NumPy.

The function itself (`gradscribe.compile`) is compared with a plain call: value, what it leaves in its arguments, and
the kind of error. Its gradient is compared with the plain flavour's. Bounds are checked meanwhile
(`NUMBA_BOUNDSCHECK`), so that an access out of bounds is an error that NumPy does not raise. `--shrink` prints the
smallest program that shows what went wrong.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import linecache
import os
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    os.environ.setdefault("NUMBA_BOUNDSCHECK", "1")
    sys.path[:0] = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]

import numpy as np

import gradscribe
from gradscribe.call.jitting import NumbaFallback
from gradscribe.errors import GradscribeError

from .shrink import shrink
from .slices import program

BAD = ("wrong", "crash")
_numbers = itertools.count()


@dataclass(frozen=True)
class Program:
    """A module's text, run; `arguments()` are new ones each time, in which what is shared is shared again."""

    function: Callable[..., Any]
    arguments: Callable[[], tuple[Any, ...]]


def load(text: str) -> Program:
    filename = f"<slices {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    made: dict[str, Any] = {"__name__": "slices"}
    exec(compile(text, filename, "exec"), made)  # noqa: S102
    given = next(s.value for s in ast.parse(text).body if isinstance(s, ast.Assign) and s.targets[0].id == "ARGS")  # type: ignore[attr-defined]
    again = compile(ast.Expression(given), filename, "eval")
    return Program(made["f"], lambda: eval(again, dict(made)))  # noqa: S307


@dataclass(frozen=True)
class Outcome:
    """What a call did: its value and what it left in its arguments, or the kind of its error."""

    value: Any = None
    left: tuple[Any, ...] = ()
    error: BaseException | None = None


def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> Outcome:
    try:
        with np.errstate(all="ignore"):
            return Outcome(function(*args), args)
    except GradscribeError:
        raise
    except Exception as error:  # noqa: BLE001
        return Outcome(error=error)


def classify(text: str, mode: str) -> str:
    """The verdict on a program: right, plain (numba refuses it), refused, wrong or crash, with a reason.

    Args:
        text: a module with `f` and `ARGS`.
        mode: "value" for the function itself, "gradient" for its derivative.
    """
    made = load(text)
    reasons: list[str] = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", NumbaFallback)
        try:
            expected, found = _both(made, mode)
        except GradscribeError as error:
            return f"refused: {str(error).splitlines()[0]}"
        except Exception as error:  # noqa: BLE001
            return f"crash: {type(error).__name__}: {error}"
        reasons = [str(t.message).splitlines()[0] for t in told if issubclass(t.category, NumbaFallback)]
    fault = _difference(expected, found, mode)
    if fault:
        return f"wrong: {fault}"
    return f"plain: {reasons[0]}" if reasons else "right"


def _both(made: Program, mode: str) -> tuple[Outcome, Outcome]:
    if mode == "value":
        return outcome(made.function, made.arguments()), outcome(gradscribe.compile(made.function), made.arguments())
    chosen = [k for k, a in enumerate(made.arguments()) if isinstance(a, (float, np.ndarray))]
    plain, fast = gradscribe.grad(made.function, chosen), gradscribe.grad(made.function, chosen, jit="numba")
    return outcome(plain, made.arguments()), outcome(fast, made.arguments())


def _difference(expected: Outcome, found: Outcome, mode: str) -> str | None:
    if expected.error or found.error:
        kinds = [type(o.error).__name__ if o.error else "no error" for o in (expected, found)]
        return None if kinds[0] == kinds[1] else f"{kinds[1]} instead of {kinds[0]}: {found.error or expected.error}"
    pairs = [(expected.value, found.value)] if mode == "value" else list(zip(expected.value, found.value))
    if mode == "value":
        pairs += zip(expected.left, found.left)
    for k, (want, have) in enumerate(pairs):
        want, have = np.asarray(want), np.asarray(have)
        if want.shape != have.shape or (k and want.dtype != have.dtype):
            return f"result {k} is {have.dtype}{have.shape} instead of {want.dtype}{want.shape}"
        if not _close(want, have, _tolerance(pairs)):
            return f"result {k} is {have.tolist()} instead of {want.tolist()}"
    return None


def _tolerance(pairs: Iterable[tuple[Any, Any]]) -> float:
    """Sums are added in another order, and products fused with them; single precision decides where there is some."""
    single = any(getattr(want, "dtype", None) == np.float32 for want, _ in pairs)
    return 1e-4 if single else 1e-11


def _close(want: np.ndarray, have: np.ndarray, tolerance: float) -> bool:
    size = np.max(np.abs(want), initial=1.0, where=np.isfinite(want))
    return bool(np.allclose(have, want, rtol=tolerance, atol=tolerance * size, equal_nan=True))


def signature(verdict: str) -> str:
    """What verdicts of one cause have in common: the words in front of what was computed."""
    return re.split(r": could| is \[|[0-9]", verdict)[0]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.loops", description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--mode", default="value,gradient", help="value, gradient")
    parser.add_argument("--shrink", action="store_true", help="shrink the first program of each mode that is bad")
    parser.add_argument("--show", action="store_true", help="print the verdict on each program that is not right")
    given = parser.parse_args(arguments)
    return max(run(given, mode) for mode in given.mode.split(","))


def run(given: argparse.Namespace, mode: str) -> int:
    counts: Counter[str] = Counter()
    bad: list[str] = []
    began = time.perf_counter()
    for seed in range(given.seed, given.seed + given.n):
        text = program(seed)
        verdict = classify(text, mode)
        kind = verdict.partition(":")[0]
        counts[kind] += 1
        if kind in BAD or (given.show and kind != "right"):
            print(f"seed {seed}: {verdict}", flush=True)
        if kind in BAD:
            bad.append(text)
    if bad and given.shrink:
        print(smallest(min(bad, key=len), mode))
    total = ", ".join(f"{n} {kind}" for kind, n in counts.most_common())
    print(f"{mode}: {given.n} programs: {total} ({time.perf_counter() - began:.0f} s)")
    return int(bool(bad))


def smallest(text: str, mode: str, seconds: float = 120.0) -> str:
    """The smallest program found that is bad in the same way."""
    cause = signature(classify(text, mode))

    def interesting(smaller: str) -> bool:
        try:
            return signature(classify(smaller, mode)) == cause
        except Exception:  # noqa: BLE001  what is left is no program
            return False

    return shrink(text, interesting, seconds)


if __name__ == "__main__":
    sys.exit(main())
