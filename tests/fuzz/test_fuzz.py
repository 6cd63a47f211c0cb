"""A fixed small budget of random programs: none may be wrong, crash or hang. The programs themselves are tested too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import gradscribe

from .generate import FEATURES, program
from .judge import Program, _reconsidered, classify, load, signature
from .shrink import shrink

SEEDS = 60


@pytest.mark.skipif(not hasattr(gradscribe, "grad"), reason="needs the public API")
@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("start", range(0, SEEDS, 20))
def test_random_programs(mode, start):
    for seed in range(start, start + 20):
        verdict = classify(program(seed), mode)
        assert verdict.partition(":")[0] in ("right", "refused", "unusable"), f"seed {seed}: {verdict}\n{program(seed)}"


CHAOTIC = """
def f(x):
    for _ in range(22):
        x = 3.99 * x * (1.0 - x)
    return x
ARGS = (0.3141,)
"""
OVERFLOWING = """
import numpy as np

def f(x):
    for _ in range(12):
        x += x * x
    return np.tanh(x)
ARGS = (1.05,)
"""


def test_the_judge_looks_again():
    assert _reconsidered("wrong: differences", load(CHAOTIC), "reverse", 10) == "right"
    assert classify(OVERFLOWING).startswith("unusable")
    small = load("def f(x):\n    y = x * x\n    return y\nARGS = (1.5,)\n")
    verdict = "wrong: argument 0: [] is nan, differences give 3"
    assert _reconsidered(verdict, small, "reverse", 10) == verdict


def test_programs_run():
    for seed in range(100):
        made = load(program(seed))
        assert isinstance(made, Program) and made.argnums


def test_features_are_respected():
    for seed in range(40):
        text = program(seed, ["lists"])
        assert "np.array" not in text and "while" not in text and "break" not in text


def test_every_feature_appears():
    text = "\n".join(program(seed) for seed in range(200))
    for mark in (
        "break",
        "continue",
        "while True",
        ".reshape(-1)",
        ".T",
        "[::-1]",
        " - 1]",
        "[-1]",
        ".append(",
        "def g",
        "else:",
        "[:] =",
        ".copy()",
        "Box(",
        "with Held(",
        "finally:",
        "match (",
        "yield",
        "nonlocal",
        "replace(st",
        "{**st",
        " for k, e in st",
        "def next_plain",
        "best",
        " is None or ",
        "isinstance(best",
        "damped(",
        ", out=u",
    ):
        assert mark in text, mark


def test_one_seed_one_text_in_every_process():
    code = "from fuzz.generate import program; print(*map(program, range(20)))"
    tests = Path(__file__).parents[1]
    made = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=tests, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_shrinking():
    some = ["arrays", "writes", "aliases", "lists", "helpers"]
    text = next(t for t in (program(seed, some) for seed in range(100)) if "for " in t and ".copy()" in t)

    def interesting(smaller):
        return "for " in smaller and ".copy()" in smaller

    small = shrink(text, interesting, 20.0)
    assert interesting(small) and len(small.splitlines()) <= 8


def test_signatures_forget_names_and_numbers():
    one = signature("refused: UnsupportedSyntax: `s1` is carried at 3 [s1 = 2]")
    assert one == signature("refused: UnsupportedSyntax: `u7` is carried at 4 [u7 = 1]")
    assert set(FEATURES) >= {"exits", "views", "aliases"}
