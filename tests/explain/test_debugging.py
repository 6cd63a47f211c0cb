"""What a person meets who debugs a derivative: nan and infinity, errors, breakpoints, tracing tools, notebooks."""

import io
import linecache
import math
import pdb
import sys
import traceback

import numpy as np
import pytest

from gradscribe import derive, grad, value_and_grad
from gradscribe.errors import NonFinite


def root(x):
    y = x * x
    z = math.sqrt(y - 1)
    return y * z


def norm(x):
    return np.sqrt(np.sum(x * x))


def entropy(x):
    y = np.log(x)
    return np.sum(y * x)


def logistic(x):
    e = np.exp(x)
    return np.sum(1.0 / (1.0 + e))


def squares(x, n):
    s = x
    for i in range(n):
        s = s * s
    return s


def guarded(x):
    return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


def overwritten(x):
    x = x.copy()
    x[0] = np.log(x[0])
    return np.sum(x * x)


class TestNans:
    @pytest.mark.parametrize(
        "function, args, line, blamed",
        [
            (root, (1.0,), "z = math.sqrt(y - 1)", "z = 0"),
            (norm, (np.zeros(3),), "return np.sqrt(np.sum(x * x))", "np.sqrt(np.sum(x * x)) = 0"),
            (entropy, (np.array([1.0, 0.0, 2.0]),), "return np.sum(y * x)", "np.log(x) is infinite at [1]"),
            (
                logistic,
                (np.array([1000.0, 1.0]),),
                "e = np.exp(x)",
                "where x = [1000, 1]",
            ),
            (squares, (1e200, 3), "s = s * s", "where s = 1e+200"),
            (squares, (math.nan, 3), "s = s * s", "the argument x is nan"),
            (overwritten, (np.array([0.0, 1.0]),), "return np.sum(x * x)", "np.log(x) is infinite, where x = 0"),
        ],
    )
    def test_the_line_and_the_operand(self, function, args, line, blamed):
        with pytest.raises(NonFinite) as caught:
            grad(function, debug_nans=True)(*args)
        assert caught.value.where.text == line and blamed in str(caught.value), caught.value
        assert caught.value.filename == __file__

    @pytest.mark.parametrize(
        "function, args",
        [(root, (2.0,)), (squares, (1.1, 4)), (guarded, (np.array([0.0, 4.0]),)), (logistic, (np.array([0.5]),))],
    )
    def test_what_is_finite_is_as_without(self, function, args):
        plain, watched = grad(function)(*args), grad(function, debug_nans=True)(*args)
        np.testing.assert_array_equal(plain, watched)

    def test_forward_mode_and_values(self):
        with pytest.raises(NonFinite, match="z = math.sqrt"):
            derive(root, "forward", debug_nans=True)(1.0, 1.0)
        value, slope = value_and_grad(root, debug_nans=True)(2.0)
        assert (value, slope) == value_and_grad(root)(2.0)

    def test_effects_happen_once(self, capsys):
        def loud(x):
            print("once")
            return x * x

        assert grad(loud, debug_nans=True)(3.0) == 6.0
        assert capsys.readouterr().out == "once\n"

    def test_a_value_that_overflows_harmlessly_does_not_stop(self):
        def clipped(x):
            big = np.exp(x)
            return np.sum(x * np.minimum(1.0, 2.0)) + 0.0 * float(np.isinf(big).sum())

        assert grad(clipped, debug_nans=True)(np.array([1000.0])) == pytest.approx(1.0)


class TestErrors:
    def test_generated_line_and_user_line_in_the_traceback(self):
        with pytest.raises(ZeroDivisionError) as caught:
            grad(root)(1.0)
        text = "".join(traceback.format_exception(caught.value))
        assert "<gradscribe root_grad" in text and "# z = math.sqrt(y - 1)" in text
        assert f"{__file__}:{root.__code__.co_firstlineno + 2}: z = math.sqrt(y - 1)" in text

    def test_an_error_of_the_user_stays_as_it_is(self):
        def failing(x):
            if x > 1.0:
                raise OverflowError("mine")
            return x

        with pytest.raises(OverflowError, match="mine"):
            grad(failing)(2.0)


class TestTools:
    def test_breakpoint_in_the_primal_part(self, monkeypatch):
        seen = []

        def hook():
            frame = sys._getframe(1)
            seen.append((frame.f_code.co_filename, linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()))
            seen.append({name: frame.f_locals[name] for name in ("x", "y")})

        monkeypatch.setattr(sys, "breakpointhook", hook)

        def stopped(x):
            y = x * 2.0
            breakpoint()
            return y * y

        assert grad(stopped)(3.0) == 24.0
        (name, line), values = seen
        assert name.startswith("<gradscribe stopped_grad") and line == "breakpoint()" and values == {"x": 3.0, "y": 6.0}

    def test_pdb_shows_and_steps_through_generated_lines(self):
        out = io.StringIO()
        debugger = pdb.Pdb(
            stdin=io.StringIO("step\nstep\nstep\nlist\np y\ncontinue\n"), stdout=out, nosigint=True, readrc=False
        )
        derivative = grad(root)
        derivative(2.0)
        function = derivative._last.function
        assert debugger.runcall(function, 2.0) == derivative(2.0)
        assert "y = x * x" in out.getvalue() and "4.0" in out.getvalue()

    def test_tracing_tools_do_not_choke(self):
        lines = set()

        def tracer(frame, event, arg):
            if frame.f_code.co_filename.startswith("<gradscribe"):
                lines.add(frame.f_lineno)
            return tracer

        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            assert grad(squares)(1.5, 3) == pytest.approx(8 * 1.5**7)
        finally:
            sys.settrace(before)
        assert len(lines) > 5

    def test_coverage_ignores_what_is_no_file(self, tmp_path):
        coverage = pytest.importorskip("coverage")
        measured = coverage.Coverage(data_file=str(tmp_path / "data"))
        with measured.collect():
            grad(squares)(1.5, 3)
        assert not [name for name in measured.get_data().measured_files() if "<" in name]
