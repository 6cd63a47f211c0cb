"""Right, or refused: what any function may do when it is differentiated at any arguments.

`judge` compares each way to a derivative with differences of the plain function. It accepts an error of ours
and an exception of the kind that the function itself raises; nothing else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradscribe import grad, jvp, value_and_grad, vjp
from gradscribe.errors import GradscribeError, InternalError

WAYS: dict[str, Callable[..., Any]] = {
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x: jvp(f, (x,), (np.ones_like(x) if isinstance(x, np.ndarray) else 1.0,))[1],
}


def judge(
    f: Callable[..., Any], x: Any, reset: Callable[[], None] = lambda: None, ways: Sequence[str] = tuple(WAYS)
) -> dict[str, str]:
    """What each way did: "right", or the name of gradscribe's error.

    Args:
        f: a function of one argument.
        x: where.
        reset: brings what the function changes outside back to the start; called before each call.
        ways: those of `WAYS` to go.

    Raises:
        AssertionError: a number is wrong, or an exception is neither gradscribe's nor the function's.
    """

    def plain(at: Any) -> Any:
        reset()
        return f(at)

    failure: type[BaseException] | None = None
    try:
        wanted = _differences(plain, x)
    except Exception as error:
        failure = type(error)
    verdicts = {}
    for name in ways:
        way = WAYS[name]
        reset()
        try:
            found = way(f, copy.deepcopy(x))
        except GradscribeError as error:
            assert not isinstance(error, InternalError), error
            assert error.hint, f"no hint: {error}"
            verdicts[name] = type(error).__name__
            continue
        except Exception as error:
            assert failure is not None and isinstance(error, failure), f"{name}: {error!r} instead of {failure}"
            verdicts[name] = "raises"
            continue
        assert failure is None, f"{name} gave {found!r}, but the function raises {failure}"
        total = np.sum(wanted) if name == "jvp" else wanted
        np.testing.assert_allclose(np.asarray(found, complex), total, rtol=1e-4, atol=1e-6, err_msg=name)
        verdicts[name] = "right"
    return verdicts


def _differences(f: Callable[..., Any], x: Any) -> Any:
    """Central differences by each entry of a float or an array of floats."""
    single = getattr(x, "dtype", None) in (np.float32, np.float16)
    if not isinstance(x, np.ndarray):
        h = 1e-2 if single else 1e-6
        return (complex(f(x + h)) - complex(f(x - h))) / (2 * h)
    found = np.zeros(x.shape, complex)
    for index in np.ndindex(x.shape):
        ends = []
        for sign in (1, -1):
            moved = np.array(x, np.float64)
            moved[index] += sign * 1e-6
            ends.append(complex(f(moved)))
        found[index] = (ends[0] - ends[1]) / 2e-6
    return found
