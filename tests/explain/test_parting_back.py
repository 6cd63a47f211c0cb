"""A wrong rule for adjoints is found, and the line that uses it is named."""

from __future__ import annotations

import numpy as np
import pytest

from gradscribe import check_grads, custom_jvp, custom_vjp, grad
from gradscribe.errors import GradientMismatch, UnsupportedCall
from gradscribe.explain.parting_back import last_parting

X = np.array([0.5, 1.2, -0.7])


def wrong(record, seed):
    return (-2.0 * record * seed,)


def wrong_in_one_entry(record, seed):
    adjoint = 2.0 * record * seed
    adjoint[1] = adjoint[1] * 1.001
    return (adjoint,)


def the_record(record, seed):
    return (record,)


def the_seed(record, seed):
    return (seed,)


def not_a_number(record, seed):
    return (record * np.nan,)


def nothing(record, seed):
    return (None,)


def right(record, seed):
    return (2.0 * record * seed,)


def wrong_in_second_order(record, seed):
    return (2.0 * np.asarray(np.round(record, 12)) * seed,)


def squares(backward):
    @custom_vjp
    def square(x):
        return x * x

    square.defvjp(lambda x: (x * x, x), backward)

    def f(x):
        y = np.sin(x)
        z = square(y)
        return np.sum(z * 2.0)

    return f


@pytest.mark.parametrize("rule", [wrong, wrong_in_one_entry, the_record, the_seed, not_a_number, nothing])
@pytest.mark.parametrize("order", [1, 2])
def test_the_line_that_uses_a_wrong_rule(rule, order):
    with pytest.raises(GradientMismatch, match=r"adjoints and differences part .* `z = square\(y\)`") as caught:
        check_grads(squares(rule), (X.copy(),), "reverse", order=order)
    assert caught.value.where.text == "z = square(y)" and caught.value.parting.name == "y"


def test_a_rule_that_is_wrong_in_second_order_only():
    f = squares(wrong_in_second_order)
    assert check_grads(f, (X.copy(),), "reverse").right
    with pytest.raises(GradientMismatch, match="gradient: reverse") as caught:
        check_grads(f, (X.copy(),), "reverse", order=2)
    assert caught.value.where.text == "z = square(y)"


def test_right_rules_pass_and_nothing_parts():
    assert check_grads(squares(right), (X.copy(),), "reverse", order=2).right
    assert last_parting(squares(right), (X.copy(),), (0,)) is None


def test_in_loops_and_among_arguments():
    @custom_vjp
    def product(x, y):
        return x * y

    product.defvjp(lambda x, y: (x * y, (x, y)), lambda record, seed: (seed * record[1], -seed * record[0]))

    def f(x, y):
        for _ in range(3):
            x = x + np.cos(x)
        u = y * y
        return product(x, u) + x

    with pytest.raises(GradientMismatch, match="reverse, y: ") as caught:
        check_grads(f, (0.3, 0.8), "reverse")
    assert (caught.value.where.text, caught.value.parting.name) == ("return product(x, u) + x", "u")


def test_values_that_do_not_move_are_not_blamed():
    def f(x, c):
        k = c * 2.0
        return x * k

    assert last_parting(f, (0.3, 0.8), (0,)) is None


def test_programs_that_write_are_left_alone():
    @custom_vjp
    def square(x):
        return x * x

    square.defvjp(lambda x: (x * x, x), wrong)

    def f(x):
        y = np.zeros(3)
        y[:] = square(x)
        return np.sum(y)

    with pytest.raises(GradientMismatch) as caught:
        check_grads(f, (X.copy(),), "reverse")
    assert caught.value.where is None


def test_a_wrong_tangent_is_found_by_tangents():
    @custom_jvp
    def square(x):
        return x * x

    square.defjvp(lambda primals, tangents: (primals[0] ** 2, -2.0 * primals[0] * tangents[0]))

    def f(x):
        y = np.sin(x)
        return np.sum(square(y))

    with pytest.raises(GradientMismatch, match="tangents and differences part") as caught:
        check_grads(f, (X.copy(),))
    assert caught.value.where.text == "return np.sum(square(y))"


def test_a_rule_may_give_no_adjoint_at_all():
    assert np.all(grad(squares(nothing))(X) == 0.0)


def _spoils_the_record(record, seed):
    adjoint = 2.0 * record * seed
    record[0] = 0.0
    return (adjoint,)


def _spoils_a_view(record, seed):
    adjoint = 2.0 * record * seed
    part = record[1:]
    part[:] = 0.0
    return (adjoint,)


def _spoils_the_seed(record, seed):
    seed[0] = 0.0
    return (2.0 * record * seed,)


@pytest.mark.parametrize("rule", [_spoils_the_record, _spoils_a_view, _spoils_the_seed])
def test_a_rule_that_writes_to_what_it_is_given_is_refused(rule):
    with pytest.raises(UnsupportedCall, match="writes to none of its arguments"):
        grad(squares(rule))(X.copy())


def test_a_rule_may_write_to_what_it_makes():
    def own(record, seed):
        adjoint = np.zeros(3)
        adjoint[:] = 2.0 * record * seed
        adjoint[0] += 0.0
        return (adjoint,)

    assert np.allclose(grad(squares(own))(X), 4.0 * np.sin(X) * np.cos(X))
