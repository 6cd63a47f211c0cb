"""What is emitted only dispatches: rules under an array class that refuses conversion (`ALL_RULES=1`: every case)."""

from __future__ import annotations

import os
import zlib

import numpy as np
import pytest

from gradscribe import grad, value_and_grad
from gradscribe.errors import UnsupportedCall

from .judged import Kind, verdict
from .programs import PROGRAMS
from .strict import Strict

STRICT = Kind("strict", Strict, lambda a: a.held, Strict)
HOST = "the adjoint of a number is spread to an array of the host's"
KNOWN = {
    "np.linalg.eig": "the phase of a vector is found by comparing with counted rows",
    **dict.fromkeys(("np.median", "np.nanmedian", "np.percentile", "np.nanpercentile", "np.quantile"), HOST),
    **dict.fromkeys(("np.nanquantile", "np.trapezoid", "np.vecdot", "np.linalg.vecdot"), HOST),
}
"""What fails though the function runs, and why."""
EVERY = 1 if os.environ.get("ALL_RULES") else 24
CHOSEN = [p for p in PROGRAMS if zlib.crc32(f"{p.case} {p.name}".encode()) % EVERY == 0 and p.name not in KNOWN]


@pytest.mark.parametrize("program", CHOSEN, ids=lambda p: f"{p.name} {p.case}")
def test_what_is_emitted_dispatches(program):
    said = verdict(program, STRICT)
    assert said.partition(":")[0] in ("right", "refused", "no", "unusable"), said


def test_what_is_known_to_fail_does():
    for name in ("np.linalg.eig", "np.median"):
        said = {verdict(p, STRICT).partition(":")[0] for p in PROGRAMS if p.name == name}
        assert "fails" in said and "wrong" not in said


def test_most_of_numpy_is_right():
    said = [verdict(p, STRICT).partition(":")[0] for p in PROGRAMS[::97] if p.name.startswith("np.")]
    assert said.count("right") > 0.8 * len(said) > 10


def test_views_are_written_as_numpy_s_are():
    def f(x):
        y = x.copy()
        y[1:] = y[1:] * y[:-1]
        y[0] += x[2]
        return np.sum(y**2)

    x = np.array([1.0, -2.0, 3.0, 0.5])
    found = grad(f)(Strict(x))
    assert isinstance(found, Strict)
    np.testing.assert_allclose(found.held, grad(f)(x))


def test_an_array_of_numpy_s_beside_one_is_refused():
    def f(x):
        return np.sum(np.arange(3.0) * x)

    with pytest.raises(UnsupportedCall, match="one meets an array of NumPy's here"):
        value_and_grad(f)(Strict(np.ones(3)))


def test_conversions_to_numpy_are_refused():
    with pytest.raises(UnsupportedCall, match="there is no `np.asarray`"):
        grad(lambda x: np.sum(np.asarray(x) ** 2))(Strict(np.ones(3)))
