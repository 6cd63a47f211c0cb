"""The data behind all views: what a run notes is what the derivatives compute."""

import numpy as np
import programs_seen as programs
import pytest
from corpus import aliasing, constructs, kernels

from gradscribe import derive, explain, jvp, trace
from gradscribe.errors import BadArgument, GradscribeError
from gradscribe.numerical import copied, numbers


def ids(case):
    return case[0].__name__


@pytest.mark.parametrize("case", programs.EVERY, ids=ids)
def test_slopes_and_gradient_are_those_of_the_derivatives(case):
    function, point = case
    seen = trace(function, *point)
    assert not seen.missing
    compiled = derive(function, argnums=list(seen.wrt))(*point)
    for got, wanted in zip(seen.gradient, compiled, strict=True):
        np.testing.assert_allclose(numbers(got), numbers(wanted), rtol=1e-13)
    names = list(seen.point)
    for name, direction, slope in zip(seen.wrt, seen.directions, seen.slopes, strict=True):
        tangents = [direction if n == name else None for n in names]
        assert slope == pytest.approx(jvp(function, point, tangents)[1], rel=1e-13)


@pytest.mark.parametrize("case", programs.EVERY, ids=ids)
def test_each_adjoint_times_its_tangent_is_what_flows_through(case):
    """Along any cut the sum of adjoint times tangent is the slope; at the result it is one term."""
    function, point = case
    seen = trace(function, *point)
    last = seen.steps[seen.result]
    if last.op.primitive.name == "call":
        return
    assert last.adjoint == 1.0
    for tangent, slope in zip(last.tangents, seen.slopes, strict=True):
        assert tangent == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("case", programs.EVERY[:5], ids=ids)
def test_partials_carry_tangents_forward_and_adjoints_back(case):
    """The lecture's two recurrences, step by step, by the partials on the edges alone."""
    seen = trace(case[0], *case[1])
    back = {step.number: 0.0 for step in seen.steps}
    back[seen.result] = 1.0
    for step in reversed(seen.steps):
        if step.op is None or step.adjoint is None:
            continue
        assert back[step.number] == pytest.approx(step.adjoint, rel=1e-12, abs=1e-25), step
        for operand in step.operands:
            if operand.step is not None and operand.partial is not None:
                back[operand.step] += back[step.number] * operand.partial
    for step in seen.steps:
        if step.op is None or step.tangents[0] is None:
            continue
        pushed = sum(
            (seen.steps[o.step].tangents[0] or 0.0) * o.partial
            for o in step.operands
            if o.step is not None and o.partial is not None
        )
        assert pushed == pytest.approx(step.tangents[0], rel=1e-12, abs=1e-25), step


def test_the_lecture():
    seen = trace(programs.quadratic, 3.0, 4.0)
    found = {step.name: (step.value, step.tangents[0], step.adjoint) for step in seen.steps}
    assert found["y"] == (9.0, 6.0, 1.0) and found["z"] == (12.0, 4.0, 1.0) and found["f"] == (21.0, 10.0, 1.0)
    assert seen.gradient == (10.0, 3.0)


def test_trips_and_recordings():
    seen = trace(programs.growth, 1.5, 6)
    assert {step.trips for step in seen.steps if step.op} == {(k,) for k in range(6)}
    tapes = {name: [r.value for r in seen.recordings if r.tape == name] for name in ("took_tape", "s_tape")}
    assert tapes["took_tape"] == [False, False, False, True, True, True] and len(tapes["s_tape"]) == 3
    assert sum(step.bytes for step in seen.steps) == seen.bytes_recorded == 9 * 8


def test_loops_one_behind_the_other_inside_a_loop_keep_their_trips():
    """Each value of `part` has the adjoint of its own trip: that is x to the number of factors still to come."""
    seen = trace(programs.nested, 1.1, 4)
    products = [step for step in seen.steps if step.expression.startswith("part") and "*" in step.expression]
    for step in products:
        outer, inner = step.trips
        assert step.adjoint == pytest.approx(1.1 ** (outer - 1 - inner), rel=1e-12)


def test_arguments_stay_as_they_are_and_prints_do_not_show(capsys):
    x = np.array([1.0, 2.0, 3.0])
    trace(programs.in_place, x, 0.3)
    assert x.tolist() == [1.0, 2.0, 3.0]
    trace(programs.loud, 2.0)
    assert capsys.readouterr().out == ""


def test_several_results_have_tangents_only():
    seen = trace(programs.several, 2.0)
    assert seen.gradient is None and seen.missing == ("no adjoints: the result is not a number",)
    assert seen.slopes[0] == pytest.approx((4.0, np.cos(2.0)))


def test_given_directions():
    seen = trace(programs.quadratic, 3.0, 4.0, tangents=(2.0, 0.5))
    assert seen.slopes == (20.0, 1.5)


CORPUS = [case for case in (constructs.CASES + kernels.CASES + aliasing.CASES)[::17] if case.scalar]


@pytest.mark.parametrize("case", CORPUS, ids=lambda c: c.name)
def test_corpus(case, capsys):
    try:
        wanted = derive(case.function, argnums=list(case.argnums))(*map(copied, case.args), seed=1.0, **case.kwargs)
    except GradscribeError:
        return
    seen = trace(case.function, *map(copied, case.args), argnums=list(case.argnums), limit=10**6, **case.kwargs)
    for got, expected in zip(seen.gradient, wanted, strict=True):
        np.testing.assert_allclose(numbers(got), numbers(expected), rtol=1e-9, atol=1e-12)
    assert not seen.slopes or all(np.isfinite(numbers(s)).all() for s in seen.slopes)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: trace(programs.growth, 2, 3), "no argument of growth holds a float"),
        (lambda: trace(programs.quadratic, 3.0), "missing a required argument"),
        (lambda: trace(programs.quadratic, 3.0, 4.0, tangents=(1.0,)), "1 tangents for 2 arguments"),
        (lambda: trace(programs.growth, 1.5, 50, limit=20), "more than 20 steps"),
        (lambda: explain(programs.wave, 1.5, detail="nonsense"), "there is no section 'nonsense'"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(BadArgument, match=message):
        call()
