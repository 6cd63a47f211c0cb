"""Cases of rules again, in other dtypes and shapes: float32, complex, without dimensions, of size 1, empty.

Each is checked by the rule itself, and some of them by the compiler.
"""

from __future__ import annotations

import linecache
import os
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from corpus.harness import judge

import gradscribe.rules  # noqa: F401  (fills the table)
from gradscribe.errors import UnsupportedCall
from gradscribe.rules.table import RULES
from rules.cases import CASES
from rules.check import Case, _value, check, leaves
from rules.tape import is_structure

VARIANTS = ("as it is", "float32", "complex", "0-d", "size-1", "empty")
EVERY = (1, 1) if os.environ.get("ALL_VARIANTS") else (6, 20)
"""The rules are checked at one of so many variants, and the compiler is asked about one of so many; `ALL_VARIANTS=1`
stands for all."""
LEFT_OUT = {
    ("eigh", "complex"),  # the phase of the vectors is free
    ("unique_values", "complex"),  # so is the order
    ("betaincinv", "float32"),  # differences are too rough
    ("betainccinv", "float32"),
    ("dist", "float32"),  # the adjoint is float64
    ("geomspace", "float32"),
}


def changed(value: Any, variant: str) -> Any:
    """An operand in another dtype or shape; what is no array of floats stays."""
    if is_structure(value):
        return type(value)(changed(v, variant) for v in value)
    if not isinstance(value, np.ndarray) or value.dtype != np.float64 or variant == "as it is":
        return value
    if variant == "float32":
        return value.astype(np.float32)
    if variant == "complex":
        return value + 1j * (0.1 + 0.3 * np.random.default_rng(value.size).random(value.shape))
    flat = value.reshape(-1)
    return {"0-d": flat[0].reshape(()), "size-1": flat[:1], "empty": flat[:0]}[variant] if value.size else value


def fits(case: Case, variant: str) -> bool:
    """Whether a variant of a case is one: shapes change where operands broadcast, and SciPy's functions are real."""
    if (case.primitive.name, variant) in LEFT_OUT:
        return False
    if variant in ("0-d", "size-1", "empty"):
        return RULES[case.primitive].elementwise
    return variant != "complex" or case.style == "np"


def variants() -> Iterator[tuple[Case, str]]:
    """Of each rule the first case with arrays of floats, changed."""
    seen = set()
    for case in CASES:
        floats = [v for v in leaves(case.operands) if isinstance(v, np.ndarray) and v.dtype == np.float64]
        for variant in VARIANTS:
            if floats and fits(case, variant) and (case.primitive, variant) not in seen:
                seen.add((case.primitive, variant))
                yield case, variant


def made(case: Case, variant: str) -> Case:
    """The changed case; skips where the function does not take it."""
    operands = [changed(v, variant) for v in case.operands]
    named = {k: changed(v, variant) for k, v in case.named.items()}
    other = replace(case, narrow=False)
    other.operands, other.named = operands, named
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            _value(other, operands, named)
    except (TypeError, ValueError, np.linalg.LinAlgError, IndexError):
        pytest.skip("the function does not take this")
    return other


ALL = list(variants())


@pytest.mark.parametrize("case, variant", ALL[:: EVERY[0]], ids=str)
def test_rule(case: Case, variant: str) -> None:
    try:
        check(made(case, variant))
    except UnsupportedCall:
        pytest.skip("refused")


# ------------------------------------------------------------------ by the compiler


def program(case: Case, literal: bool = False) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """A function of the operands that are arrays of floats, which makes the call of a case; and these arrays. With
    `literal` its other operands stand in the text where they can."""
    scope: dict[str, Any] = {"function": case.function}
    names: list[str] = []
    arrays: list[Any] = []

    def word(value: Any) -> str:
        active = isinstance(value, np.ndarray) and value.dtype.kind in "fc"
        if literal and type(value) in (bool, int, float, str, tuple, type(None)):
            return repr(value)
        name = f"x{len(arrays)}" if active else f"c{len(scope)}"
        if active:
            names.append(name)
            arrays.append(value)
        else:
            scope[name] = value
        return name

    parts = [word(v) for v in case.operands] + [f"{k}={word(v)}" for k, v in case.named.items()]
    text = f"def f({', '.join(names)}):\n    return function({', '.join(parts)})\n"
    path = f"<variant {case} {zlib.crc32(repr(case.operands).encode())}>"
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    exec(compile(text, path, "exec"), scope)
    return scope["f"], tuple(arrays)


def chosen() -> list[tuple[Case, str]]:
    plain = [(c, v) for c, v in ALL if c.style in ("np", "math") and not c.symmetric and c.wrt is None]
    return [pair for k, pair in enumerate(plain) if k % EVERY[1] == 0]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("case, variant", chosen(), ids=str)
def test_compiled(case: Case, variant: str, mode: str) -> None:
    changed_case = made(case, variant)
    if not isinstance(_value(changed_case, changed_case.operands, changed_case.named), (np.ndarray, np.generic, float)):
        pytest.skip("a structure, which the judge does not take apart")
    function, args = program(changed_case)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        said = judge(function, args, tuple(range(len(args))), mode, scalar=False)
    assert said == "right" or said.startswith(("refused", "unusable")), said
