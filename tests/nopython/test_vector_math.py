"""Elementary functions for loops: at most two units in the last place from the exact value, for all arguments."""

import math
import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest

from gradscribe.nopython.vector_math import FUNCTIONS, coefficients
from gradscribe.nopython.vector_math.definitions import COUNTS, defined
from gradscribe.nopython.vector_math.lanes import DOUBLE, SINGLE

numba = pytest.importorskip("numba")
from gradscribe.nopython import vector  # noqa: E402
from gradscribe.nopython.machine import vectors_available  # noqa: E402

pytestmark = pytest.mark.skipif(not vectors_available(), reason="needs fma, and an LLVM that knows the attributes")

FLAGS = {"fastmath": {"reassoc", "contract", "nsz", "arcp"}, "error_model": "numpy"}  # those of the loops
FORMATS = {np.float64: DOUBLE, np.float32: SINGLE}
ULPS = 2.0
EXACT = np.finfo(np.longdouble).nmant >= 63  # long double tells double's last place

_compiled = {}


def applied(name, *args):
    """A function applied to arrays by a loop."""
    names = ", ".join("xyz"[: len(args)])
    if name not in _compiled:
        items = ", ".join(f"{n}[i]" for n in "xyz"[: len(args)])
        made = {"f": getattr(vector, name)}
        exec(f"def loop({names}, out):\n    for i in range(out.size):\n        out[i] = f({items})", made)
        _compiled[name] = numba.njit(**FLAGS)(made["loop"])
    out = np.empty_like(args[0])
    _compiled[name](*args, out)
    return out


def edges(dtype):
    limits = np.finfo(dtype)
    positive = [0.0, limits.smallest_subnormal, limits.tiny, limits.eps, 1.0, 2.0, limits.max, np.inf]
    return np.array([*positive, *(-np.array(positive)), np.nan], dtype)


def arguments(dtype, count, seed=0):
    """Over all exponents, near what is critical, at the edges."""
    rng = np.random.default_rng(seed)
    unsigned = {np.float64: np.uint64, np.float32: np.uint32}[dtype]
    everywhere = rng.integers(0, 2 ** (8 * np.dtype(dtype).itemsize), count, dtype=unsigned).view(dtype)
    thresholds = [math.log(np.finfo(dtype).max), math.log(np.finfo(dtype).smallest_subnormal)]
    with np.errstate(over="ignore"):
        near = [
            rng.uniform(-2, 2, count),
            rng.uniform(-800, 800, count),
            1.0 + 1e-4 * rng.normal(size=count),
            -1.0 + 1e-4 * rng.random(count),
            10.0 ** rng.uniform(-20, 20, count),
            np.arange(-200, 200) * np.pi / 2,
            np.ldexp(1.0, np.arange(-1074, 1024)),
            np.arange(-60, 60) * math.log(2) / 2,
            *[t + rng.uniform(-1, 1, count // 10) for t in thresholds],
            2.0**40 + rng.uniform(-1e3, 1e3, count // 10),
        ]
        return np.concatenate([everywhere, *[n.astype(dtype) for n in near], edges(dtype)])


def distance(found, exact, dtype):
    """In units of the last place of the exact value; 0 where both are nan or the same infinity."""
    with np.errstate(all="ignore"):
        rounded = np.asarray(exact).astype(dtype)
        units = np.abs(found.astype(np.longdouble) - exact) / np.spacing(np.abs(rounded)).astype(np.longdouble)
    same = (found == rounded) | (np.isnan(found) & np.isnan(rounded))
    overflowed = np.isinf(rounded) & (np.abs(found) == np.finfo(dtype).max)
    finite = np.isfinite(found) & np.isfinite(rounded)
    return np.where(finite, units, np.where(same | overflowed, 0.0, np.inf)), rounded


def assert_close(name, args, exact, dtype):
    found = applied(name, *args)
    units, rounded = distance(found, exact, dtype)
    worst = np.argmax(units)
    assert units[worst] <= ULPS, f"{name}{tuple(a[worst] for a in args)}: {found[worst]!r}, not {rounded[worst]!r}"
    zeros = (found == 0) & (rounded == 0)
    np.testing.assert_array_equal(np.signbit(found[zeros]), np.signbit(rounded[zeros]))


def exactly(name, args):
    """With long double, or where there is none, with mpmath."""
    with np.errstate(all="ignore"):
        return getattr(np, name)(*[a.astype(np.longdouble) for a in args])


UNARY = [name for name in FUNCTIONS if name != "arctan2"]


@pytest.mark.skipif(not EXACT, reason="long double is double")
@pytest.mark.parametrize("dtype", FORMATS, ids=lambda d: d.__name__)
@pytest.mark.parametrize("name", UNARY)
def test_two_units_in_the_last_place(name, dtype):
    x = arguments(dtype, 20_000)
    assert_close(name, (x,), exactly(name, (x,)), dtype)


@pytest.mark.skipif(not EXACT, reason="long double is double")
@pytest.mark.parametrize("dtype", FORMATS, ids=lambda d: d.__name__)
def test_arctan2(dtype):
    x = arguments(dtype, 20_000)
    y = np.random.default_rng(1).permutation(x)
    corner = edges(dtype)
    slopes = [0.41421356, 1.0, 2.41421356]
    x = np.concatenate([x, np.repeat(corner, corner.size), *[np.linspace(-3, 3, 500).astype(dtype)] * 3])
    y = np.concatenate(
        [y, np.tile(corner, corner.size), *[(np.linspace(-3, 3, 500) * s).astype(dtype) for s in slopes]]
    )
    assert_close("arctan2", (y, x), exactly("arctan2", (y, x)), dtype)


HARD = {  # next to multiples of pi/2, from small to huge; where results leave the normal numbers
    "sin": [6381956970095103.0 * 2.0**797, 1e22, 2.0**40 - 0.5, -182.212373908208, 3.141592653589793, 1e300, 2.0**1000],
    "cos": [6381956970095103.0 * 2.0**796, 1e22, -45.553093477052, 1.5707963267948966, 2.0**40 + 0.5, 1e16],
    "exp": [709.782712893384, 709.7827128933841, -708.4, -745.1332191019411, -745.14, 1e-20],
    "expm1": [709.782712893384, -37.5, 37.32088986504971, 0.3465735902799727, -0.35, 5e-324],
    "log": [5e-324, 2.2250738585072014e-308, 0.7071067811865475, 1.4142135623730951, 0.9999999999999999],
    "log1p": [-0.9999999999999999, 1e-17, 0.41421356237309503, -0.2928932188134524, 1e300],
    "tanh": [19.0615, 22.0, 0.22241022597405813, 1e-300, -0.55],
}


@pytest.mark.parametrize("name", UNARY)
def test_against_many_digits(name):
    """mpmath knows pi to as many digits as the largest arguments need."""
    rng = np.random.default_rng(2)
    x = np.concatenate([HARD[name], 10.0 ** rng.uniform(-3, 300, 60), rng.uniform(-1.0, 1.0, 60)])
    function = {"arctan2": mpmath.atan2}.get(name) or getattr(mpmath, name)
    x = x[x > 0] if name == "log" else x[np.abs(x) < 1e4] if name in ("exp", "expm1", "tanh") else x
    found = applied(name, x)
    with mpmath.workdps(400):
        for a, f in zip(x, found):
            exact = function(mpmath.mpf(float(a)))
            if abs(exact) > mpmath.mpf(sys.float_info.max):
                assert f == np.inf or f == sys.float_info.max
            else:
                units = abs(mpmath.mpf(float(f)) - exact) / mpmath.mpf(float(np.spacing(abs(float(exact)))))
                assert units <= ULPS, f"{name}({a!r}) = {f!r}"


POLYNOMIALS = {
    "EXP": (lambda r: (mpmath.exp(r) - 1 - r) / r**2, lambda r: r**2, -0.3466, 0.3466),
    "LOG": (lambda z: (2 * mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 2) / z, lambda z: z / 2, 1e-9, 0.1716**2),
    "SIN": (lambda z: (mpmath.sin(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, lambda z: z, 1e-9, 0.7855**2),
    "COS": (lambda z: (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2, 1e-9, 0.7855**2),
    "ARCTAN": (lambda z: (mpmath.atan(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, lambda z: z, 1e-9, 0.41422**2),
}


@pytest.mark.parametrize("format", [DOUBLE, SINGLE], ids=lambda f: f.name)
@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name, format):
    """Their error counts for less than a sixth of a unit in the last place of the whole."""
    function, share, low, high = POLYNOMIALS[name]
    table = getattr(coefficients, name)[format]
    with mpmath.workdps(50):
        for x in mpmath.linspace(low, high, 200):
            error = mpmath.polyval([mpmath.mpf(c) for c in reversed(table)], x) - function(x)
            assert abs(error * share(x)) * 2 ** (format.digits + 1) < 1 / 6


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loops_are_vectorised(name):
    x = np.linspace(0.1, 1.0, 64)
    applied(name, *[x] * (2 if name == "arctan2" else 1))
    text = "".join(_compiled[name].inspect_llvm().values())
    assert any(f"x double> @gradscribe.{name}.f64.{n}(" in text for n in COUNTS[DOUBLE])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_statements_have_no_flags(name):
    for format in (DOUBLE, SINGLE):
        text = defined(name, FUNCTIONS[name], format).text
        assert " fast " not in text and "reassoc" not in text and "contract" not in text
    x = np.linspace(0.1, 1.0, 8)
    applied(name, *[x] * (2 if name == "arctan2" else 1))
    inside = False
    for line in "".join(_compiled[name].inspect_llvm().values()).splitlines():
        inside = line.startswith("define") and f"@gradscribe.{name}." in line if line.startswith("define") else inside
        assert not (inside and any(flag in line for flag in ("reassoc", " nsz", " arcp", " contract"))), line


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", FORMATS, ids=lambda d: d.__name__)
def test_a_result_does_not_depend_on_its_place(name, dtype):
    x = np.concatenate([np.linspace(0.01, 9.0, 37), [1e15, -0.5, 3e38]]).astype(dtype)
    args = [x, x[::-1].copy()] if name == "arctan2" else [x]
    whole = applied(name, *args)
    for start in range(0, 7):
        for count in (1, 2, 3, 9):
            part = applied(name, *[a[start : start + count] for a in args])
            np.testing.assert_array_equal(part, whole[start : start + count])
    last = applied(name, *[a[-3:].copy() for a in args])
    np.testing.assert_array_equal(last, whole[-3:])


def test_kinds_of_numbers():
    @numba.njit
    def of(k, b, s):
        return vector.exp(k), vector.exp(b), vector.exp(s), vector.arctan2(s, k)

    found = of(2, True, np.float32(1.0))
    np.testing.assert_allclose(found, (math.exp(2), math.e, math.e, math.atan2(1, 2)), rtol=1e-7)
    with pytest.raises(numba.TypingError):
        numba.njit(lambda z: vector.exp(z))(1j)


PROGRAM = """
import numba, numpy as np, sys
from gradscribe.nopython.vector import exp, sin

@numba.njit(cache=True)
def inner(x):
    s = 0.0
    for i in range(x.size):
        s += exp(-x[i]) * sin(x[i])
    return s

@numba.njit(cache=True)
def outer(x):
    y = np.empty_like(x)
    for i in range(x.size):
        y[i] = sin(x[i])
    return inner(x) + y.sum()

x = np.linspace(0.0, 3.0, 100)
assert abs(outer(x) - np.sum(np.exp(-x) * np.sin(x)) - np.sum(np.sin(x))) < 1e-12
print(sum(outer.stats.cache_hits.values()))
"""


def test_machine_code_is_stored(tmp_path):
    """In functions that call each other, and across processes."""
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    source = os.path.dirname(os.path.dirname(os.path.dirname(vector.__file__)))
    environment = {**os.environ, "PYTHONPATH": source, "NUMBA_CACHE_DIR": str(tmp_path)}
    run = [subprocess.run([sys.executable, path], env=environment, capture_output=True, text=True) for _ in range(2)]
    assert [r.stdout.strip() for r in run] == ["0", "1"], run[0].stderr + run[1].stderr


def test_stored_machine_code_is_that_of_these_functions():
    """A file of ours that changes changes the name under which machine code is stored."""
    from gradscribe.nopython.machine import _text_of_ours

    for module in (coefficients, vector, sys.modules[defined.__module__]):
        with open(module.__file__, encoding="utf-8") as file:
            assert file.read() in _text_of_ours()
