"""`sum_over`: the same sum bit for bit, whoever computes it, also where workers are lost."""

from __future__ import annotations

import functools
import multiprocessing
import operator
import os
import subprocess
import sys
import warnings
from collections import namedtuple
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gradscribe import GradscribeError, grad, sum_over, value_and_grad

from . import programs

COUNT = 12
ROOT = Path(__file__).parents[2]


def same(one, other):
    """Bit for bit."""
    (value, gradient), (other_value, other_gradient) = one, other
    assert value == other_value and list(gradient) == list(other_gradient)
    for name, part in gradient.items():
        assert np.asarray(part).tobytes() == np.asarray(other_gradient[name]).tobytes(), name
    return True


@pytest.fixture(scope="module")
def serial():
    return sum_over(programs.derivative, programs.chunks(COUNT))


def test_the_sum_is_that_of_all_rows(serial):
    rows = [programs.chunk(k) for k in range(COUNT)]
    x, y = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    value, gradient = programs.derivative(programs.weights(), x, y)
    assert serial[0] == pytest.approx(value, rel=1e-13)
    for name, part in gradient.items():
        np.testing.assert_allclose(serial[1][name], part, rtol=1e-12)


def test_results_are_added_from_left_to_right():
    assert sum_over(lambda x: x, [(1e16,), (1.0,), (1.0,), (-1e16,)]) == 1e16 + 1.0 + 1.0 - 1e16 == 0.0
    assert sum_over(lambda x: x, [(1.0,), (1.0,), (1e16,), (-1e16,)]) == 2.0


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_processes(method, serial):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        assert same(sum_over(programs.derivative, programs.chunks(COUNT), executor=pool), serial)
        factor = 3.0
        assert sum_over(grad(lambda x: factor * x * x), [(1.0,), (2.0,)], executor=pool) == 18.0
        if method == "spawn":
            assert sum_over(programs.is_known_here, [("tests.parallel.programs",)], executor=pool) == 0


def test_threads(serial):
    with ThreadPoolExecutor(4) as pool:
        for in_flight in (1, 3, None):
            found = sum_over(programs.derivative, programs.chunks(COUNT), executor=pool, in_flight=in_flight)
            assert same(found, serial)


def test_chunks_are_taken_as_they_are_needed():
    taken, done, ahead = 0, 0, []

    def chunks():
        nonlocal taken
        for k in range(20):
            taken += 1
            ahead.append(taken - done)
            yield (float(k),)

    def step(x):
        nonlocal done
        done += 1
        return x

    with ThreadPoolExecutor(1) as pool:
        assert sum_over(step, chunks(), executor=pool, in_flight=3) == 190.0
    assert max(ahead) <= 5
    taken, done, ahead = 0, 0, []
    assert sum_over(step, chunks()) == 190.0 and max(ahead) == 1


def test_structures_weights_and_means():
    pair = namedtuple("pair", "a b")

    @dataclass
    class Params:
        w: np.ndarray
        name: None = None

    def step(k):
        return pair(np.full(2, k), [k, {"c": (np.float32(k), None)}]), Params(np.arange(2.0) * k)

    total = sum_over(step, [(1.0,), (2.0,)])
    assert isinstance(total[0], pair) and total[0].b == [3.0, {"c": (3.0, None)}] and total[0].a.tolist() == [3.0, 3.0]
    assert total[0].b[1]["c"][0].dtype == np.float32 and total[1].w.tolist() == [0.0, 3.0]
    chunks = [(2.0,), (4.0,), (9.0,)]
    assert sum_over(lambda x: x, chunks, mean=True) == 5.0
    assert sum_over(lambda x: x, chunks, weights=[1, 2, 0.5]) == 14.5
    assert sum_over(lambda x: x, chunks, weights=iter([1, 1, 2]), mean=True) == 6.0


def test_counts_do_not_overflow_and_booleans_are_counted():
    assert sum_over(lambda n: np.full(2, n, np.uint8), [(200,), (100,)]).tolist() == [300, 300]
    assert sum_over(lambda n: np.bool_(n), [(1,), (1,), (0,)]) == 2
    assert sum_over(lambda n: np.array([n > 0, True]), [(1,), (1,), (0,)]).tolist() == [2, 3]
    wide = sum_over(lambda n, kind: np.full(1, n, kind), [(1.0, np.float32), (1e-9, np.float64)])
    assert wide.dtype == np.float64 and wide[0] == 1.0 + 1e-9


def test_the_sum_has_memory_of_its_own():
    kept = np.ones(3)
    total = sum_over(lambda k: kept, [(1,), (2,)])
    assert total.tolist() == [2.0] * 3 and kept.tolist() == [1.0] * 3


@pytest.mark.parametrize(
    "fun, chunks, options, message",
    [
        (abs, [], {}, "there are no chunks"),
        (abs, [1.0], {}, "chunk 0 is no tuple of arguments, but float"),
        (lambda x: x, [(np.ones(2),), (np.ones(1),)], {}, r"the shape \(1,\) here, and \(2,\) before"),
        (lambda x: x, [({"a": 1.0},), ({"b": 1.0},)], {}, "another structure"),
        (lambda x: x, [((1.0, 2.0),), ((1.0,),)], {}, "another structure"),
        (lambda x: (x, "label"), [(1.0,)], {}, "holds str, which has no sum"),
        (lambda x: x, [(1.0,), (2.0,)], {"weights": [1.0]}, "no weight for chunk 1"),
        (lambda x: x, [(1.0,)], {"weights": [1.0, 2.0]}, "more weights than chunks"),
    ],
)
def test_what_does_not_add_up_is_refused(fun, chunks, options, message):
    with pytest.raises(GradscribeError, match=message):
        sum_over(fun, chunks, **options)


@pytest.mark.parametrize("executor", [None, functools.partial(ProcessPoolExecutor, 2)])
def test_errors_name_the_chunk(executor):
    with pytest.raises(ZeroDivisionError, match="no such chunk") as caught:
        sum_over(programs.fails, [(k,) for k in range(5)], executor=executor)
    assert caught.value.__notes__[-1] == "in chunk 2 of sum_over"


def test_where_an_array_begins_makes_no_difference(serial):
    """Dask hands out arrays that begin inside of a message, at any address."""

    def elsewhere(array):
        room = np.empty(array.nbytes + 1, np.uint8)[1:]
        moved = room.view(array.dtype).reshape(array.shape)
        moved[...] = array
        assert not moved.flags.aligned
        return moved

    found = sum_over(programs.derivative, ((w, *map(elsewhere, xy)) for w, *xy in programs.chunks(COUNT)))
    assert same(found, serial)
    inside = sum_over(
        lambda pair: programs.derivative(programs.weights(), *pair["xy"]),
        [({"xy": [elsewhere(part) for part in programs.chunk(k)]},) for k in range(COUNT)],
    )
    assert same(inside, serial)


# --- workers that are lost


def test_a_pool_that_breaks_is_replaced(tmp_path, serial):
    chunks = [(str(tmp_path / "marker"), k) for k in range(COUNT)]
    make = functools.partial(ProcessPoolExecutor, 2)
    assert same(sum_over(programs.mortal, chunks, executor=make, retries=1), serial)
    assert (tmp_path / "marker").exists()


class Breaks:
    """An executor that computes when it is asked for a result, and breaks at one place or another."""

    def __init__(self, plan):
        self.plan = plan  # shared by all that are made

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.plan["open"] = False

    def submit(self, function, *args):
        self.plan["submitted"] += 1
        if self.plan["submitted"] == self.plan["submit"]:
            raise BrokenExecutor("at submission")
        future = Future()
        if self.plan["submitted"] == self.plan["result"]:
            future.set_exception(BrokenExecutor("while computing"))
        else:
            future.set_result(function(*args))
        return future


@pytest.mark.parametrize("in_flight", [1, 2, 3, 8])
def test_no_chunk_is_lost_or_added_twice_wherever_the_executor_breaks(in_flight):
    """An error when a chunk is submitted and one when its result is asked for are two ways to be told."""
    for submit, result in [(k, 0) for k in range(1, 9)] + [(0, k) for k in range(1, 9)] + [(4, 2), (6, 7)]:
        plan = {"submitted": 0, "submit": submit, "result": result}
        make = functools.partial(Breaks, plan)
        digits = sum_over(lambda k: 10**k, [(k,) for k in range(7)], executor=make, retries=2, in_flight=in_flight)
        assert digits == 1111111, (submit, result)


def test_a_pool_that_breaks_without_retries_is_an_error(tmp_path):
    chunks = [(str(tmp_path / "marker"), k) for k in range(COUNT)]
    with pytest.raises(BrokenExecutor) as caught:
        sum_over(programs.mortal, chunks, executor=functools.partial(ProcessPoolExecutor, 2))
    assert any("retries=" in note for note in caught.value.__notes__)
    with ProcessPoolExecutor(1) as pool, pytest.raises(GradscribeError, match="pass a function that makes it"):
        sum_over(abs, [(1.0,)], executor=pool, retries=1)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


def test_dask(cluster, serial):
    assert same(sum_over(programs.derivative, programs.chunks(COUNT), executor=cluster), serial)
    assert same(sum_over(programs.derivative, programs.chunks(COUNT), executor=cluster.get_executor()), serial)
    assert sum_over(programs.is_known_here, [("tests.parallel.programs",)], executor=cluster) == 0
    (w,) = cluster.scatter([programs.weights()], broadcast=True, hash=False)  # sent once, not with each chunk
    assert same(
        sum_over(programs.derivative, ((w, *programs.chunk(k)) for k in range(COUNT)), executor=cluster), serial
    )


def test_dask_retries_what_a_lost_worker_was_computing(cluster, serial, tmp_path):
    chunks = [(str(tmp_path / "marker"), k) for k in range(COUNT)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert same(sum_over(programs.mortal, chunks, executor=cluster), serial)
    assert (tmp_path / "marker").exists()


MPI = """
from mpi4py.futures import MPIPoolExecutor
from gradscribe import sum_over
from tests.parallel import programs
from tests.parallel.test_chunks import COUNT, same

if __name__ == "__main__":
    with MPIPoolExecutor() as pool:
        found = sum_over(programs.derivative, programs.chunks(COUNT), executor=pool)
    print(same(found, sum_over(programs.derivative, programs.chunks(COUNT))))
"""


def test_mpi(tmp_path):
    """In a process of its own, as MPI is there for good once it has started."""
    pytest.importorskip("mpi4py")
    (tmp_path / "program.py").write_text(MPI)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "src")))}
    command = [Path(sys.executable).parent / "mpiexec", "-n", "3", sys.executable, "-m", "mpi4py.futures", "program.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, timeout=120)
    assert done.stdout == "True\n", done.stderr


def test_value_and_grad_of_numbers():
    squares = value_and_grad(operator.mul)
    assert sum_over(squares, [(2.0, 3.0), (4.0, 5.0)]) == (26.0, 8.0)
