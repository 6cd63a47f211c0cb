"""The examples run, and the figures of the lectures come out."""

import math
import subprocess
import sys
from pathlib import Path

import demo
import l1
import l2
import l3
import l4
import l5
import numpy as np
import pytest
from pytest import approx
from tables import values_of

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "examples" / "lectures").glob("l?.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.stem)
def test_lecture_prints(script):
    path = {"PYTHONPATH": str(ROOT / "src"), "PATH": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=path)
    assert done.returncode == 0, done.stderr
    assert done.stdout and not done.stderr


class TestLecture1:
    def test_three_ways(self):
        errors = {name: error for name, _, error, _ in l1.three_ways()}
        assert errors["automatic"] < 1e-15 < errors["numerical"] < 1e-8

    def test_forward_table(self):
        rows, (f, df) = l1.forward_table()
        values = values_of(rows)
        assert (values["dy"], values["dz"], df) == (6.0, 4.0, 10.0) and f == 21.0

    def test_forward_table_from_x2(self):
        _, (_, df) = l1.forward_table(dx1=0.0, dx2=1.0)
        assert df == 3.0

    def test_reverse_table(self):
        rows, gradient = l1.reverse_table()
        values = values_of(rows)
        assert (values["by"], values["bz"], values["bx1"], values["bx2"]) == (1.0, 1.0, 10.0, 3.0)
        assert tuple(gradient) == (10.0, 3.0)

    def test_path(self):
        assert l1.grad(l1.along_a_path)(0.7) == approx(l1.along_a_path_by_hand(0.7), rel=1e-15)

    def test_graph(self):
        nodes = {name: (value, tangent, adjoint) for name, value, tangent, adjoint in l1.graph_nodes(1.5)}
        a, b = math.sin(1.5), 1.5**2
        assert nodes["a"] == approx((a, math.cos(1.5), b + 2 * a))
        assert nodes["b"] == approx((b, 3.0, a))
        assert nodes["f"] == approx((a * b + a * a, l1.wave_symbolic(1.5), 1.0))
        assert nodes["t"] == approx((1.5, 1.0, l1.wave_symbolic(1.5)))

    def test_dual_numbers(self):
        dual = l1.polynomial(l1.Dual(1.5, 1.0))
        assert l1.jvp(l1.polynomial, (1.5,), (1.0,)) == (dual.a, dual.b) == (5.0, 3.0)

    @pytest.mark.parametrize("error, goal", [(l1.tanh_error, 0.7), (l1.relu_error, 1.2)])
    def test_training(self, error, goal):
        errors, params = l1.descend(error)
        assert errors[-1] < goal < errors[0] and list(params) == list(l1.START)


class TestLecture2:
    def test_translation_keeps_the_order(self):
        targets = [line.split(" = ")[0].strip() for line in l2.translation().splitlines() if " = " in line]
        kept = dict.fromkeys(t for t in targets if t in {"a", "da", "b", "db", "z", "dz"})
        assert list(kept) == ["a", "da", "b", "db", "z", "dz"]

    @pytest.mark.parametrize("seed, slope", [((1.0, 0.0), 3.0 + math.cos(2.0)), ((0.0, 1.0), 2.0)])
    def test_seeds(self, seed, slope):
        _, (z, dz) = l2.seeded(*seed)
        assert (z, dz) == approx((6.0 + math.sin(2.0), slope), rel=1e-15)

    def test_rules(self):
        for name, _, by_rule, by_tool in l2.check_rules():
            assert by_tool == approx(by_rule, rel=1e-14), name

    def test_no_truncation_error(self):
        *differences, (_, automatic) = l2.no_truncation_error()
        assert automatic < 1e-14 < min(error for _, error in differences)

    def test_reverse(self):
        assert l2.grad(l2.program, argnums=(0, 1))(2.0, 3.0) == approx((3.0 + math.cos(2.0), 2.0), rel=1e-15)


class TestLecture3:
    def test_regression(self):
        assert max(l3.regression()) < 1e-13

    def test_identities(self):
        assert max(l3.identities()) < 1e-14

    def test_swell(self):
        formula, automatic, many, few = l3.swell()
        assert automatic == approx(formula, rel=1e-14) and few < many

    def test_network(self):
        rows, (_, slope) = l3.network_table()
        values = values_of(rows)
        values.setdefault("dx5", slope)
        expected = {
            "x1": 2.0,
            "x2": 0.9640275800758169,
            "x3": 1.1568330960909803,
            "x4": -0.8431669039090197,
            "x5": 0.7109304278475221,
            "dx1": 2.0,
            "dx2": 0.14130164970632886,
            "dx3": 0.16956197964759462,
            "dx5": -0.28593809880029314,
        }
        assert {name: values[name] for name in expected} == approx(expected, rel=1e-14)

    def test_jacobians(self):
        by_columns, by_rows, formula = l3.jacobians()
        assert by_columns == approx(formula, rel=1e-14) and by_rows == approx(formula, rel=1e-14)

    def test_shared_graph(self):
        assert l3.shared(1.0) == approx(1.0900122119747424, rel=1e-15)
        assert l3.grad(l3.shared)(1.0) == approx(5.98308, abs=5e-6)
        (overloaded,) = l3.overloading.reverse_gradient(l3.shared_overloaded, 1.0)
        assert l3.grad(l3.shared)(1.0) == approx(overloaded, rel=1e-14)


class TestLecture4:
    def test_backward(self):
        _, slope = l4.backward_table()
        assert l4.one_sample(0.3) == approx(0.30005847961764315, rel=1e-15)
        assert slope == approx(-0.9072878528624609, rel=1e-15)

    def test_vector_form(self):
        shape, distance = l4.vector_form()
        assert shape == (20,) and distance < 1e-12

    def test_two_weights(self):
        both = l4.grad(l4.two_weights, argnums=(0, 1))(0.2, 0.9)
        assert both == approx(l4.two_weights_by_hand(0.2, 0.9), rel=1e-14)

    def test_deep_network(self):
        before, after = l4.train_deep()
        assert after < before / 4

    def test_second_order(self):
        *found, formula = l4.unit_hessian()
        assert found == approx([formula] * 3, rel=1e-13)

    def test_products(self):
        gradient, pulled, formula = l4.transposed_product()
        assert gradient == approx(formula, rel=1e-13) and pulled == approx(formula, rel=1e-13)
        assert max(l4.solve_with_products()) < 1e-8

    def test_kinks(self):
        assert l4.grad(l4.absolute)(0.0) == 0.0
        assert l4.grad(l4.relu)(0.0) == 0.5
        assert l4.grad(l4.largest)(np.array([1.0, 2.0, 2.0])) == approx([0.0, 0.5, 0.5])

    def test_through_an_optimiser(self):
        losses, penalty = l4.tune()
        assert losses[-1] < 0.8 * losses[0] and penalty > 0.5

    def test_through_dynamic_programming(self):
        losses, right = l4.train_tagger()
        assert losses[-1] < losses[0] / 10 and right == 1.0


class TestLecture5:
    def test_numerical(self):
        evaluations, error = l5.numerical_cost()
        assert evaluations == 21 and 1e-12 < error < 1e-4

    def test_shared_pass(self):
        expected = [[3.0 + math.cos(2.0), 2.0], [3.0, 2.0 - math.sin(3.0)]]
        assert l5.jacobian_by_columns() == approx(np.array(expected), rel=1e-15)

    def test_loop(self):
        assert l5.unrolled_nodes() == 10 and l5.grad(l5.ten_increments)(1.0) == 1.0

    def test_network(self):
        params, inputs, targets = l5.relu_problem()
        gradient = l5.grad(l5.relu_loss)(params, inputs, targets)
        hidden = np.maximum(inputs @ params["w1"] + params["b1"], 0.0)
        error = 2.0 * (hidden @ params["w2"] + params["b2"] - targets) / targets.size
        assert gradient["w2"] == approx(hidden.T @ error)
        assert gradient["w1"] == approx(inputs.T @ ((error @ params["w2"].T) * (hidden > 0)))
        assert {k: v.shape for k, v in gradient.items()} == {k: v.shape for k, v in params.items()}

    @pytest.mark.parametrize(
        "sizes, costs",
        [
            ((100, 50, 50, 50, 1), (505000, 10000, 10000)),
            ((1, 50, 50, 50, 100), (10000, 505000, 10000)),
            ((50, 40, 2, 40, 50), (108000, 108000, 13000)),
        ],
    )
    def test_chain(self, sizes, costs):
        assert l5.chain_costs(*sizes)[:3] == costs

    def test_baselines(self):
        forward, reverse, generated = [gradient for gradient, _ in l5.baselines().values()]
        assert generated == approx(forward, rel=1e-14) and generated == approx(reverse, rel=1e-14)
        assert "real number" in l5.what_overloading_cannot_do()

    def test_products(self):
        for name, distance in l5.products():
            assert distance < 1e-14, name


class TestDemo:
    def test_data(self):
        train_x, train_y, test_x, test_y = demo.load_data()
        assert train_x.shape == (427, 31) and test_x.shape == (142, 31)
        assert np.sum(np.concatenate([train_y, test_y]) > 0) == 212

    def test_gradients_are_those_by_hand(self):
        inputs, labels, _, _ = demo.load_data()
        weights, params = np.full(31, 0.1), demo.initial_params(31)
        by_hand = demo.logistic_grad_by_hand(weights, inputs, labels)
        assert demo.grad(demo.logistic_loss)(weights, inputs, labels) == approx(by_hand, rel=1e-12)
        by_hand = demo.network_grad_by_hand(params, inputs, labels)
        generated = demo.grad(demo.network_loss)(params, inputs, labels)
        assert list(generated) == list(by_hand)
        for name in by_hand:
            assert generated[name] == approx(by_hand[name], rel=1e-10, abs=1e-14)

    def test_training(self):
        train_x, train_y, test_x, test_y = demo.load_data()
        fit = demo.train_logistic(train_x, train_y)
        assert fit.success and demo.accuracy(test_x @ fit.x, test_y) > 0.95
        params = demo.train_network(train_x, train_y, epochs=10)
        assert demo.accuracy(demo.network_scores(params, test_x), test_y) > 0.93
