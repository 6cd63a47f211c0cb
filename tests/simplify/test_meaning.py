"""Passes keep the meaning of programs: random ones are run before and after."""

from __future__ import annotations

import numpy as np
import pytest
from programs import arguments, random_function

from gradscribe.ir.check import check
from gradscribe.ir.dump import dump
from gradscribe.ir.interpret import run
from gradscribe.simplify import algebra, fold, prune, share

PASSES = {
    "fold": fold,
    "prune": prune,
    "share": share,
    "algebra": algebra,
    "loose algebra": lambda f: algebra(f, lambda op: True),
}


def outcome(function, seed):
    x, a = arguments(seed)
    with np.errstate(all="ignore"):
        value, array = run(function, x, a)
    return value, array.copy(), a


@pytest.mark.parametrize("name", PASSES)
def test_random_programs_mean_the_same(name):
    changed = 0
    for seed in range(150):
        before = random_function(seed)
        after = check(PASSES[name](before))
        changed += dump(before) != dump(after)
        for have, want in zip(outcome(after, seed), outcome(before, seed), strict=True):
            if name == "loose algebra":
                np.testing.assert_allclose(have, want, rtol=1e-9, atol=1e-9, err_msg=f"seed {seed}")
            else:
                np.testing.assert_array_equal(have, want, err_msg=f"seed {seed}")
    assert changed > 25


def all_passes(function):
    return prune(fold(algebra(share(prune(fold(function))))))


def test_all_passes_together_and_again():
    settled = 0
    for seed in range(1000, 1150):
        before = random_function(seed)
        once = check(all_passes(before))
        for have, want in zip(outcome(once, seed), outcome(before, seed), strict=True):
            np.testing.assert_array_equal(have, want, err_msg=f"seed {seed}")
        settled += dump(all_passes(once)) == dump(once)
    assert settled > 140
