"""Parallel loops, run by Python: `watched()` runs the text of machine code with arrays that note which trip of a loop
over `prange` meets which of their entries, and raises `Race` where one trip writes what another reads or writes. The
trips run in an odd order, so that the numbers would differ too. No machine code is made.

`python -m tests.fuzz.races --n 1000 --seed 0` does so with random programs of array statements.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]

import numpy as np

import gradscribe
from gradscribe.call.jitting import NumbaFallback
from gradscribe.errors import GradscribeError
from gradscribe.nopython import flavour
from gradscribe.nopython.machine import module_text
from gradscribe.nopython.vector_math import FUNCTIONS

from .loops import BAD, _difference, load, outcome
from .slices import program


class Race(Exception):
    """Two trips of a parallel loop meet."""


class Watch:
    """Which trip is on, and what the trips before it have met, by address."""

    def __init__(self) -> None:
        self.trip: int | None = None
        self.written: dict[int, int] = {}
        self.met: dict[int, int] = {}
        self.kept: list[Any] = []  # no address is used again
        self.loops = 0

    def prange(self, start: int, stop: int) -> Iterator[int]:
        assert self.trip is None, "a parallel loop in another"
        self.loops += 1
        self.written, self.met = {}, {}
        trips = list(range(start, stop))
        random.Random(len(trips)).shuffle(trips)
        for self.trip in trips:
            yield self.trip
        self.trip = None

    def note(self, addresses: np.ndarray, *, writes: bool) -> None:
        if self.trip is None:
            return
        for address in np.ravel(addresses).tolist():
            if self.written.get(address, self.trip) != self.trip:
                raise Race(f"trip {self.trip} meets what trip {self.written[address]} has written")
            if writes and self.met.get(address, self.trip) != self.trip:
                raise Race(f"trip {self.trip} writes what trip {self.met[address]} has met")
            self.met[address] = self.trip
            if writes:
                self.written[address] = self.trip


class Watched:
    """An array whose entries are watched."""

    def __init__(self, watch: Watch, array: np.ndarray, addresses: np.ndarray | None = None) -> None:
        self.watch, self.array = watch, array
        if addresses is None:
            start = array.__array_interface__["data"][0]
            steps = [np.arange(n) * s for n, s in zip(array.shape, array.strides)]
            grid = np.meshgrid(*steps, indexing="ij") if steps else []
            addresses = start + sum(grid, np.zeros(array.shape, np.int64))
            watch.kept.append(array)
        self.addresses = addresses

    def __getitem__(self, index: Any) -> Any:
        found, where = self.array[index], self.addresses[index]
        if isinstance(found, np.ndarray):
            return Watched(self.watch, found, where)
        self.watch.note(where, writes=False)
        return found

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, Watched):
            self.watch.note(value.addresses, writes=False)
            value = value.array
        self.watch.note(self.addresses[index], writes=True)
        self.array[index] = value

    def __len__(self) -> int:
        return len(self.array)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.array, name)
        return _watching(self.watch, found) if callable(found) else _wrapped(self.watch, found)


def _operator(name: str) -> Any:
    return lambda self, *others: _watching(self.watch, getattr(np.ndarray, name))(self, *others)


def _in_place(name: str) -> Any:
    def change(self: Watched, other: Any) -> Watched:
        self.watch.note(self.addresses, writes=True)
        self.array = getattr(np.ndarray, name)(self.array, other.array if isinstance(other, Watched) else other)
        return self

    return change


for _name in ("iadd", "isub", "imul", "itruediv", "ipow"):
    setattr(Watched, f"__{_name}__", _in_place(f"__{_name}__"))
_NAMES = "add radd sub rsub mul rmul truediv rtruediv pow rpow neg matmul rmatmul lt le gt ge eq ne and or invert"
for _name in _NAMES.split():
    setattr(Watched, f"__{_name}__", _operator(f"__{_name}__"))


def _wrapped(watch: Watch, value: Any) -> Any:
    return Watched(watch, value) if isinstance(value, np.ndarray) else value


def _watching(watch: Watch, function: Any) -> Any:
    """A function of arrays for watched ones, all of whose entries it reads."""

    def call(*args: Any, **keywords: Any) -> Any:
        for arg in args:
            if isinstance(arg, Watched):
                watch.note(arg.addresses, writes=False)
        plain = [a.array if isinstance(a, Watched) else a for a in args]
        return _wrapped(watch, function(*plain, **keywords))

    return call


class _Module:
    """NumPy for watched arrays."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        return _watching(self.watch, found) if callable(found) and not isinstance(found, type) else found


class _Core:
    """In place of machine code: its text, run by Python."""

    portable = False

    def __init__(self, watch: Watch, text: str, name: str) -> None:
        functions = {f"vector_{name}": _watching(watch, getattr(np, name)) for name in FUNCTIONS}
        space = {"np": _Module(watch), "prange": watch.prange, "LOOPS_ALONE": None, **functions}
        text = re.sub(r"(?s)LOOPS_ALONE = .*?\n\}\)\n", "", text)
        plain = re.sub(r"(?m)^(import numpy.*|import numba|from numba.*|from gradscribe.*|@numba.*)$", "", text)
        exec(plain.replace("numba.prange", "prange"), space)  # noqa: S102
        self.watch, self.made = watch, space[name]
        self.function = self.call

    def call(self, *args: Any) -> Any:
        with np.errstate(all="ignore"):
            result = self.made(*(_wrapped(self.watch, a) for a in args))
        parts = result if isinstance(result, tuple) else (result,)
        bare = tuple(p.array if isinstance(p, Watched) else p for p in parts)
        return bare if isinstance(result, tuple) else bare[0]


@contextmanager
def watched() -> Iterator[Watch]:
    """Run what is compiled inside under watch."""
    watch = Watch()

    def compiled(written: Any, program: Any, decorator: str) -> _Core:
        return _Core(watch, module_text(written, decorator), program.name)

    few = mock.patch("gradscribe.loops.independent.FEWEST", 1)
    with mock.patch.object(flavour, "compiled", compiled), few:
        yield watch


def classify(text: str, mode: str) -> str:
    """The verdict on a program whose loops run in parallel: right, serial, plain, refused, wrong or crash."""
    made = load(text)
    with warnings.catch_warnings(record=True) as told, watched() as watch:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", NumbaFallback)
        try:
            if mode == "value":
                plain, fast = made.function, gradscribe.compile(made.function, parallel=True)
            else:
                chosen = [k for k, a in enumerate(made.arguments()) if isinstance(a, (float, np.ndarray))]
                plain = gradscribe.grad(made.function, chosen)
                fast = gradscribe.grad(made.function, chosen, jit="numba", parallel=True)
            expected, found = outcome(plain, made.arguments()), outcome(fast, made.arguments())
        except GradscribeError as error:
            return f"refused: {str(error).splitlines()[0]}"
    if isinstance(found.error, Race):
        return f"wrong: {found.error}"
    reasons = [str(t.message).splitlines()[0] for t in told if issubclass(t.category, NumbaFallback)]
    fault = _difference(expected, found, mode)
    if fault:
        return f"wrong: {fault}"
    return f"plain: {reasons[0]}" if reasons else "right" if watch.loops else "serial"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.races", description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    given = parser.parse_args(arguments)
    bad = False
    for mode in ("value", "gradient"):
        counts: Counter[str] = Counter()
        for seed in range(given.seed, given.seed + given.n):
            verdict = classify(program(seed), mode)
            kind = verdict.partition(":")[0]
            counts[kind] += 1
            if kind in BAD:
                bad = True
                print(f"seed {seed}: {verdict}", flush=True)
        print(f"{mode}: {given.n} programs: {', '.join(f'{n} {kind}' for kind, n in counts.most_common())}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
