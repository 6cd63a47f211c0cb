"""Arrays with labels or units: entries that would be aligned, left out or converted give no wrong gradient."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import grad, jvp, value_and_grad, vjp
from gradscribe.errors import BadArgument, GradscribeError, NotAsAssumed, UnsupportedCall

pd = pytest.importorskip("pandas")
xr = pytest.importorskip("xarray")

A, B = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5, -1.0, 2.0, 0.25])
S, T = pd.Series(A, index=list("abcd")), pd.Series(B, index=list("abcd"))
REVERSED = pd.Series(B, index=list("dcba"))
GRID = np.arange(6.0).reshape(2, 3) + 0.5
D = xr.DataArray(GRID, dims=("x", "y"), coords={"x": [0, 1]})
SHIFTED = D.assign_coords(x=[1, 2])
SQUARE = xr.DataArray(np.arange(4.0).reshape(2, 2), dims=("x", "y"))


def smooth(x, y):
    return np.sum(np.exp(-x) * y) + np.mean(x) * np.mean(np.tanh(y))


def plain_sum(x, y):
    return np.sum(x) + (y**2).sum() / len(y)


def total(x, y):
    return np.sum(x * y)


@pytest.mark.parametrize("function", [smooth, plain_sum, total])
@pytest.mark.parametrize("x, y", [(S, T), (D, D + 1.0)], ids=["pandas", "xarray"])
def test_gradients_have_the_labels_of_the_arguments(function, x, y):
    value, found = value_and_grad(function, (0, 1))(x, y)
    expected_value, expected = value_and_grad(function, (0, 1))(x.to_numpy(), y.to_numpy())
    np.testing.assert_allclose(value, expected_value)
    assert float(value) == float(function(x, y))
    for g, e, a in zip(found, expected, (x, y), strict=True):
        assert type(g) is type(a)
        np.testing.assert_allclose(g.to_numpy(), e)
        (pd.testing.assert_index_equal(g.index, a.index) if a is S or a is T else xr.testing.assert_equal(g * 0, a * 0))


@pytest.mark.parametrize("x, y", [(S, T), (D, D + 1.0)], ids=["pandas", "xarray"])
def test_tangents_and_pullbacks(x, y):
    plain = x.to_numpy(), y.to_numpy()
    np.testing.assert_allclose(jvp(smooth, (x, y), (y, x)), jvp(smooth, plain, plain[::-1]))
    found, expected = vjp(smooth, x, y)[1](2.0), vjp(smooth, *plain)[1](2.0)
    for g, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(g.to_numpy(), e)


def test_inner_products_of_vectors():
    found = grad(lambda x, y: x @ y, (0, 1))(S, T)
    np.testing.assert_allclose(found[0], B)
    np.testing.assert_allclose(found[1], A)


# ------------------------------------------------------------------ what would be aligned


@pytest.mark.parametrize("x, y", [(S, REVERSED), (S, T[1:]), (D, SHIFTED), (SQUARE, SQUARE.T)])
def test_different_labels_are_refused(x, y):
    for argnums in (0, 1, (0, 1)):
        with pytest.raises(BadArgument, match="different labels"):
            grad(total, argnums)(x, y)
    weighted = grad(lambda a, x, y: a * total(x, y))  # what is not differentiated is what a plain call makes of it
    assert float(weighted(2.0, x, y)) == float(total(x, y))


def test_the_labels_of_each_call_are_compared():
    gradient = grad(total)
    gradient(S, T)
    with pytest.raises(BadArgument, match="different labels"):
        gradient(S, REVERSED)


def test_tangents_and_adjoints_with_other_labels_are_refused():
    with pytest.raises(BadArgument, match="other labels"):
        jvp(lambda x: np.sum(x**2), (S,), (REVERSED,))
    pullback = vjp(lambda x: np.exp(x), S)[1]
    np.testing.assert_allclose(pullback(T)[0], np.exp(A) * B)
    with pytest.raises(BadArgument, match="other labels"):
        pullback(REVERSED)


GRADIENT = grad(lambda y: y.var())

REFUSED = {
    "shifted by a slice": (lambda x: np.sum((x[1:] - x[:-1]) ** 2), S),
    "a variance by n - 1": (lambda x: x.var(), S),
    "by position": (lambda x: x.iloc[0] ** 2, S),
    "an estimate by n - 1": (lambda x: x.std(), S),
    "another estimate": (lambda x: np.std(x), S),
    "running sums": (lambda x: np.sum(np.cumsum(x) ** 2), S),
    "extrema leave out what is missing": (lambda x: np.max(x), S),
    "rows of a grid": (lambda x: np.sum((x - np.mean(x, axis=0)) ** 2), D),
    "sums over a name": (lambda x: np.sum(x.sum("x") ** 2), D),
    "a transposed grid": (lambda x: np.sum(x * x.T), SQUARE),
    "a product contracts all shared names": (lambda x: np.sum(x @ x), SQUARE),
    "chosen by label": (lambda x: np.sum(x.sel(x=0)), D),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_goes_by_labels_is_refused(name):
    function, x = REFUSED[name]
    function(x)
    with pytest.raises(GradscribeError):
        grad(function)(x)


def test_broadcasting_by_names_is_refused():
    with pytest.raises(UnsupportedCall, match="differ in rank"):
        grad(total)(D, xr.DataArray(np.arange(3.0), dims="y"))


def test_an_array_of_numpy_beside_one_is_refused():
    with pytest.raises(UnsupportedCall, match="one meets an array of NumPy's"):
        grad(total, 1)(S, B)


def test_gradients_inside_are_refused():
    with pytest.raises(UnsupportedCall, match="a gradient inside"):
        grad(lambda x: np.sum(GRADIENT(2.0 * x)))(S)


def test_frames_and_arrays_from_outside_are_refused():
    with pytest.raises(GradscribeError):
        grad(lambda x: np.sum(x**2))(pd.DataFrame({"a": A}))
    with pytest.raises(GradscribeError):
        grad(lambda w: np.sum(w * REVERSED))(S)


# ------------------------------------------------------------------ what would be left out


def test_missing_entries_are_an_error():
    missing = S.where(S != 2.0)
    for function in (lambda x: np.sum(x**2), lambda x: np.mean(x), lambda x: np.mean(np.log(x))):
        with pytest.raises(NotAsAssumed, match="entries of a labelled array are missing"):
            value_and_grad(function)(missing)
    with pytest.raises(NotAsAssumed, match="missing"), np.errstate(invalid="ignore"):
        value_and_grad(lambda x: np.mean(np.log(x - 2.5)))(S)


def test_entries_of_data_may_still_be_read_one_by_one():
    found = grad(lambda w, x: sum(w[k] * v for k, v in enumerate(x)))(B, S)
    np.testing.assert_allclose(found, A)


# ------------------------------------------------------------------ units


def quantity(values, unit):
    pint = pytest.importorskip("pint")
    quantity.registry = getattr(quantity, "registry", None) or pint.UnitRegistry()
    return quantity.registry.Quantity(values, unit)


def test_a_gradient_has_the_unit_of_value_by_argument():
    way, time = quantity(A, "m"), quantity(np.abs(B), "s")
    value, (by_way, by_time) = value_and_grad(lambda x, t: np.sum(x**2 / t), (0, 1))(way, time)
    expected = grad(lambda x, t: np.sum(x**2 / t), (0, 1))(A, np.abs(B))
    for found, plain, argument in ((by_way, expected[0], way), (by_time, expected[1], time)):
        assert (found * argument).units == value.units
        np.testing.assert_allclose((found * argument).magnitude, plain * argument.magnitude)


def test_units_that_have_to_be_converted():
    """The same length in other units gives the same physical gradient."""
    x, scale = quantity(A, "cm"), quantity(2.0 * np.ones(4), "m")
    f = lambda x, s: np.sum(np.exp(x / s))  # noqa: E731
    found = grad(f)(x, scale)
    same = grad(f)(x.to("m"), scale)
    np.testing.assert_allclose(found.to("1/m").magnitude, same.to("1/m").magnitude)
    np.testing.assert_allclose(same.to("1/m").magnitude, np.exp(A / 200.0) / 2.0)


def by_differences(f, arguments, k, i):
    """The derivative by entry i of argument k, times the unit of that, in base units."""

    def at(step):
        moved = arguments[k].magnitude.copy()
        moved[i] += step
        return f(*(quantity(moved, a.units) if j == k else a for j, a in enumerate(arguments)))

    return (quantity(0.5e6, "") * (at(1e-6) - at(-1e-6))).to_base_units()


QUANTITIES = {
    "angles in degrees": (lambda x: np.sum(np.sin(x) * x), [(50.0 * A, "degree")]),
    "percent": (lambda x: np.sum(np.exp(x)) + np.mean(np.tanh(x)), [(10.0 * A, "percent")]),
    "lengths by lengths": (lambda x, y: np.sum(np.log(x / y) * np.exp(-x / y)), [(A, "km"), (900.0 * A, "m")]),
    "sums of lengths": (lambda x, y: np.sum(x + y) ** 2, [(A, "km"), (900.0 * A, "m")]),
    "angles from lengths": (lambda x, y: np.sum(np.arctan2(x, y)), [(A, "km"), (900.0 * A, "m")]),
    "inner products": (lambda x, y: x @ y, [(A, "km"), (A, "minute")]),
}


@pytest.mark.parametrize("name", QUANTITIES)
def test_gradients_of_quantities_are_those_of_differences(name):
    function, given = QUANTITIES[name]
    arguments = [quantity(*a) for a in given]
    found = grad(function, tuple(range(len(arguments))))(*arguments)
    for k, argument in enumerate(arguments):
        for i in range(len(A)):
            have = (quantity(1.0, argument.units) * found[k][i]).to_base_units()
            want = by_differences(function, arguments, k, i)
            assert have.dimensionality == want.dimensionality
            np.testing.assert_allclose(have.magnitude, want.magnitude, rtol=1e-5)


def test_temperatures_with_an_offset_and_items_are_refused():
    with pytest.raises(BadArgument, match="has an offset"):
        grad(lambda x: np.sum(x))(quantity(A, "degC"))
    with pytest.raises(UnsupportedCall, match="an item is taken"):
        grad(lambda x: x[0] ** 2)(quantity(A, "m"))
    with pytest.raises(UnsupportedCall, match="there is no `np.deg2rad`"):
        grad(lambda x: np.sum(np.deg2rad(x)))(quantity(A, "degree"))
    with pytest.raises(UnsupportedCall, match="an item is taken"):
        grad(lambda w, q: np.sum(w[:2] * q))(A, quantity(A[:2], "m"))


# ------------------------------------------------------------------ sparse


def test_sparse_data():
    sparse = pytest.importorskip("sparse")
    dense = np.where(GRID > 2.0, GRID, 0.0)
    f = lambda X, w: np.sum(np.tanh(X @ w) ** 2)  # noqa: E731
    X, w = sparse.COO(dense), A[:3]
    found = grad(f, 1)(X, w)
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, grad(f, 1)(dense, w))
    np.testing.assert_allclose(vjp(f, X, w)[1](1.0)[1], found)
    with pytest.raises(BadArgument, match="whose derivative would be dense"):
        grad(f)(X, w)
    with pytest.raises(UnsupportedCall, match="something else than a matrix product"):
        grad(lambda X, w: np.sum((X * w) @ w), 1)(X, w)
