"""`split=True`: the same gradient in phases, none of which keeps the rows until it has seen the last one."""

from __future__ import annotations

import functools
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from corpus import aliasing
from corpus.harness import judge_case
from fuzz.generate import program
from fuzz.judge import classify

import gradscribe
from gradscribe import GradscribeError, check_grads, grad, value_and_grad
from gradscribe.analyse import levels
from gradscribe.call import splitting
from gradscribe.call.splitting import rows_of
from gradscribe.signature import abstract

from . import losses
from .losses import LOSSES, data, parameters

da = pytest.importorskip("dask.array")
import dask  # noqa: E402

PHASES = {
    losses.logistic: 1,
    losses.log_sum_exp: 2,
    losses.standardised: 2,
    losses.standardised_scores: 2,
    losses.pooled: 4,
    losses.largest: 2,
    losses.network: 6,
}


def chunked(x, y, rows=13):
    return da.from_array(x, chunks=(rows, -1)), da.from_array(y, chunks=rows)


def close(one, other, rtol=1e-12):
    if isinstance(other, dict):
        assert list(one) == list(other)
        for key in other:
            close(one[key], other[key], rtol)
    else:
        np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-14)


def count_of_phases(source):
    return len(re.findall(r"^def \w+_\d+\(", source, re.MULTILINE)) or 1


@pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)
def test_the_gradient_is_the_same(loss):
    w, (x, y) = parameters(loss), data()
    plain, split = value_and_grad(loss), value_and_grad(loss, split=True)
    value, gradient = plain(w, x, y)
    found = split(w, x, y)  # with NumPy's arrays: the same sums in the same order
    assert found[0] == value
    close(found[1], gradient)
    if loss is not losses.writes:
        lazy = split(w, *chunked(x, y))
        found = dask.compute(*lazy)
        assert found[0] == pytest.approx(value, rel=1e-12)
        close(found[1], gradient, 1e-10)
    if loss in PHASES:
        assert count_of_phases(split.source) == PHASES[loss], split.source
    check_grads(loss, (w, x, y), argnums=0)


@pytest.mark.parametrize("loss", [losses.pooled, losses.network], ids=lambda f: f.__name__)
def test_by_the_rows_themselves(loss):
    """A gradient that has rows stays lazy, in the chunks of the data."""
    w, (x, y) = parameters(loss), data()
    by_x = grad(loss, argnums=1, split=True)(w, *chunked(x, y))
    assert by_x.chunks[0] == (13, 13, 13, 13, 8)
    close(by_x.compute(), grad(loss, argnums=1)(w, x, y), 1e-10)


def test_what_is_handed_on_is_computed_in_the_call_and_the_rest_later():
    w, (x, y) = parameters(losses.log_sum_exp), data()
    value, gradient = value_and_grad(losses.log_sum_exp, split=True)(w, *chunked(x, y))
    assert isinstance(value, float) and isinstance(gradient, da.Array)
    dependencies = gradient.__dask_graph__()
    assert not any("max" in str(key) for key in dependencies)  # it is a number by now


def test_each_phase_reads_each_chunk_once():
    reads = []

    def chunk(block):
        reads.append(block.shape)
        return block

    w, (x, y) = parameters(losses.pooled), data()
    xs, ys = chunked(x, y)
    with dask.config.set(scheduler="synchronous"):
        xs = xs.map_blocks(chunk, dtype=float, meta=np.empty((0, 0)))
        value_and_grad(losses.pooled, split=True)(w, xs, ys)[1].compute()
    assert len([r for r in reads if r[0]]) == 4 * 5


def test_a_maximum_is_found_again_although_the_rows_are_not_the_same_to_the_last_bit():
    """A chunk may be computed elsewhere the second time, with another rounding: which row is the largest is decided
    once, and not by comparing again."""
    times = {}

    def chunk(block, block_info=None):
        if not block.size:
            return block
        place = block_info[0]["chunk-location"]
        times[place] = times.get(place, 0) + 1
        return np.nextafter(block, np.inf) if times[place] > 1 else block.copy()

    w, (x, y) = parameters(losses.largest), data()
    xs, ys = chunked(x, y)
    xs = xs.map_blocks(chunk, dtype=float, meta=np.empty((0, 0)))
    with dask.config.set(scheduler="synchronous"):
        found = dask.compute(*value_and_grad(losses.largest, split=True)(w, xs, ys))
    assert set(times.values()) == {2}
    close(found[1], grad(losses.largest)(w, x, y), 1e-10)


def test_effects_happen_once(capsys):
    def noisy(w, x, y):
        z = x @ w
        print("called")
        m = np.max(z)
        return m + np.log(np.sum(np.exp(z - m)))

    w, (x, y) = parameters(noisy), data()
    value, gradient = value_and_grad(noisy, split=True)(w, x, y)
    assert capsys.readouterr().out == "called\n"
    close(gradient, grad(noisy)(w, x, y))


def test_draws_are_made_once():
    def dropped(w, x, y, generator):
        z = x @ w * (generator.random(60) < 0.5)
        m = np.max(z)
        return m + np.log(np.sum(np.exp(z - m)))

    w, (x, y) = parameters(dropped), data()
    found = value_and_grad(dropped, split=True)(w, x, y, np.random.default_rng(0))
    value, gradient = value_and_grad(dropped)(w, x, y, np.random.default_rng(0))
    assert found[0] == value
    close(found[1], gradient)


def test_rows_are_the_axes_that_come_in_chunks():
    x, y = data()
    xs, ys = chunked(x, y)
    assert rows_of({"w": np.ones(5), "x": xs, "y": ys}, ("w",)) == {"x.0"}
    assert rows_of({"w": np.ones(5), "x": xs.rechunk((-1, 2)), "y": y}, ("w",)) == {"w.0"}
    assert rows_of({"w": np.ones(5), "x": xs.rechunk(-1), "y": ys.rechunk(-1)}, ("w",)) == set()
    assert rows_of({"w": np.ones(5), "x": x, "y": y}, ("w",)) == {"x.0"}
    assert rows_of({"d": {"x": xs, "y": [ys]}}, ()) == {"d['x'].0"}


def test_chunks_count_in_what_is_compiled():
    w, (x, y) = parameters(losses.log_sum_exp), data()
    split = value_and_grad(losses.log_sum_exp, split=True)
    xs, ys = chunked(x, y)
    assert count_of_phases(split.source_for(w, xs, ys)) == 2
    assert count_of_phases(split.source_for(w, xs.rechunk(-1), ys.rechunk(-1))) == 1
    assert count_of_phases(split.source_for(w, xs, ys)) == 2
    assert count_of_phases(value_and_grad(losses.log_sum_exp, split=True).source_for(w, x, y)) == 2


def test_globals_are_never_stale(monkeypatch):
    w, (x, y) = parameters(losses.largest), data()
    split = value_and_grad(losses.largest, split=True)
    before = split(w, *chunked(x, y))[0]
    monkeypatch.setattr(losses, "WEIGHT", 2.0)
    assert split(w, *chunked(x, y))[0] == 4.0 * before


def test_pickled_methods_and_saved(tmp_path):
    class Model:
        @grad(argnums=1, split=True)
        def loss(self, w, x):
            return np.log(np.sum(np.exp(x @ w)))

    w, (x, y) = parameters(losses.pooled), data()
    xs, ys = chunked(x, y)
    assert count_of_phases(Model.loss.source_for(Model(), w, xs)) == 2
    close(Model().loss(w, xs).compute(), grad(lambda w, x: np.log(np.sum(np.exp(x @ w))))(w, x), 1e-10)
    split = pickle.loads(pickle.dumps(value_and_grad(losses.log_sum_exp, split=True)))
    assert count_of_phases(split.source_for(w, xs, ys)) == 2
    split.save(str(tmp_path / "saved.py"))
    program = "import numpy as np, saved\n"
    program += "x = np.arange(12.0).reshape(6, 2) / 10\n"
    program += "print(saved.log_sum_exp_value_and_grad(np.ones(2), x, np.ones(6))[1].tolist())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    x, w = np.arange(12.0).reshape(6, 2) / 10, np.ones(2)
    np.testing.assert_allclose(eval(done.stdout), grad(losses.log_sum_exp)(w, x, np.ones(6)), rtol=1e-12)


@pytest.mark.parametrize("options", [{"jit": "numba"}, {"debug_nans": True}, {"namespace": "torch"}])
def test_what_does_not_go_together_is_refused(options):
    with pytest.raises(GradscribeError, match=f"split=True does not go with {next(iter(options))}="):
        grad(losses.logistic, split=True, **options)


def test_any_number_of_arguments_is_refused():
    def loss(w, *xs):
        return np.log(np.sum(np.exp(xs[0] @ w)))

    w, (x, _) = parameters(loss), data()
    with pytest.raises(GradscribeError, match="any number of arguments"):
        grad(loss, split=True)(w, x)


@pytest.fixture
def cut_everywhere(monkeypatch):
    """Each length counts rows, and each level ends a phase."""

    def all_lengths(arguments, wrt):
        names = {}
        for name, value in arguments.items():
            abstract(value, name, names)
        return frozenset(name for length, name in names.items() if length != 1)

    monkeypatch.setattr(splitting, "rows_of", all_lengths)
    monkeypatch.setattr(levels._Finder, "cuts", lambda self, ops, end: tuple(range(end)))
    monkeypatch.setattr(gradscribe, "value_and_grad", functools.partial(value_and_grad, split=True))


@pytest.mark.parametrize("seed", range(0, 24))
def test_random_programs(cut_everywhere, seed):
    verdict = classify(program(seed))
    assert verdict == "right" or verdict.startswith(("unusable", "refused")), verdict


@pytest.mark.parametrize(
    "name", ["augmented_array_by_itself", "out_keyword", "matmul_in_place", "whole_array_augmented"]
)
def test_programs_that_write(cut_everywhere, name):
    (case,) = [case for case in aliasing.CASES if case.function.__name__ == name]
    assert judge_case(case, "reverse") == "right"
