"""Rules of the user's own, as in JAX: `custom_jvp`, `custom_vjp`; what is constant by decree; a look at an adjoint.

The objects hold functions and nothing else. The reader knows them by `custom_rule` and reads the functions as it reads
any other, so that rules may branch and loop, and are differentiated themselves.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Generic, ParamSpec, TypeVar

from ..arguments import title
from ..constants import stop_gradient
from ..errors import BadRule

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["adjoint_hook", "custom_jvp", "custom_vjp", "stop_gradient"]


class _Custom(Generic[P, R]):
    """A function with a rule: called outside of derivatives it is the function itself."""

    custom_rule = ""
    __name__: str

    def __init__(self, fun: Callable[P, R], nondiff_argnums: Sequence[int] = ()) -> None:
        self.fun = fun
        self.nondiff_argnums = tuple(sorted(nondiff_argnums))
        functools.update_wrapper(self, fun, updated=())
        count = len(inspect.signature(fun).parameters)
        if any(not 0 <= k < count for k in self.nondiff_argnums):
            raise BadRule(f"{title(fun)} has {count} arguments; nondiff_argnums is {self.nondiff_argnums}")

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> R:
        return self.fun(*args, **keywords)

    @property
    def rules(self) -> tuple[Callable[..., Any] | None, ...]:
        """The functions that make up the rule. Raises BadRule where there are none yet."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {title(self.fun)}>"


class custom_jvp(_Custom[P, R]):
    """A function with a rule for tangents; reverse mode transposes it.

    Args:
        fun: the function. It must be pure, and write to none of its arguments.
        nondiff_argnums: the positions of arguments that are passed to the rule as they are, in front.
    """

    custom_rule = "jvp"

    def __init__(self, fun: Callable[P, R], nondiff_argnums: Sequence[int] = ()) -> None:
        super().__init__(fun, nondiff_argnums)
        self._jvp: Callable[..., Any] | None = None
        self._jvps: tuple[Callable[..., Any] | None, ...] | None = None

    def defjvp(self, jvp: F) -> F:
        """Give the rule; may decorate it.

        Args:
            jvp: `jvp(*nondiff, primals, tangents)` returns the value and its tangent, linear in the tangents.
        """
        self._jvp, self._jvps = jvp, None
        return jvp

    def defjvps(self, *jvps: Callable[..., Any] | None) -> None:
        """Give the rule as one function for each argument, the tangent of the value being the sum of what they return.

        Args:
            jvps: `jvp(tangent, value, *primals)`; None for an argument on which the value does not depend.
        """
        if self.nondiff_argnums:
            raise BadRule("defjvps does not go with nondiff_argnums", hint="use defjvp")
        self._jvps, self._jvp = jvps, None

    @property
    def rules(self) -> tuple[Callable[..., Any] | None, ...]:
        if self._jvp is not None:
            return (self._jvp,)
        if self._jvps is None:
            raise BadRule(f"no rule is defined for {title(self.fun)}", hint="use defjvp")
        return self._jvps

    @property
    def is_split(self) -> bool:
        """Whether there is one function for each argument."""
        return self._jvps is not None


class custom_vjp(_Custom[P, R]):
    """A function with a rule for adjoints. It has no tangent.

    Args:
        fun: the function. It must be pure, and write to none of its arguments.
        nondiff_argnums: the positions of arguments that are passed to `bwd` as they are, in front.
    """

    custom_rule = "vjp"

    def __init__(self, fun: Callable[P, R], nondiff_argnums: Sequence[int] = ()) -> None:
        super().__init__(fun, nondiff_argnums)
        self._fwd: Callable[..., Any] | None = None
        self._bwd: Callable[..., Any] | None = None

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """Give the rule.

        Args:
            fwd: takes the arguments of the function; returns its value, and what `bwd` needs.
            bwd: `bwd(*nondiff, residuals, adjoint)` returns a tuple with the adjoint of each other argument (None for
                one on which the value does not depend).
        """
        self._fwd, self._bwd = fwd, bwd

    @property
    def rules(self) -> tuple[Callable[..., Any] | None, ...]:
        if self._fwd is None:
            raise BadRule(f"no rule is defined for {title(self.fun)}", hint="use defvjp")
        return self._fwd, self._bwd


def hooked(x: Any, function: Callable[[Any], Any]) -> Any:
    return x


def hook_fwd(x: Any, function: Callable[[Any], Any]) -> tuple[Any, None]:
    return x, None


def hook_bwd(function: Callable[[Any], Any], residuals: None, adjoint: Any) -> tuple[Any]:
    changed = function(adjoint)
    return (adjoint if changed is None else changed,)


adjoint_hook = custom_vjp(hooked, nondiff_argnums=(1,))
adjoint_hook.__name__ = "adjoint_hook"
adjoint_hook.__doc__ = """`adjoint_hook(x, function)` is x; on the way back its adjoint becomes `function(adjoint)`.

Where `function` returns None the adjoint stays as it is: use that to look at it. There is no tangent.

Args:
    x: a number or an array.
    function: takes the adjoint of x.
"""
adjoint_hook.defvjp(hook_fwd, hook_bwd)
