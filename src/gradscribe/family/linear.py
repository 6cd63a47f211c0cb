"""The derivative at a point as a linear function of tangents: the function runs once, and what is applied to tangents
is the transpose of its pullback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arguments import bound_to, signature_of, title
from ..errors import BadArgument
from ..explain.blame import citing
from ..ir.types import is_continuous
from ..numerical import copied
from ..signature import abstract
from .products import fitted
from .sweeps import Sweeps


class Linearized:
    """The pushforward that `linearize` returns: call it with a tangent for each primal.

    Attributes:
        value: of the function at the point.
    """

    def __init__(self, fun: Callable[..., Any], primals: Sequence[Any]) -> None:
        self._count = len(primals)
        signature = signature_of(fun)
        bound = bound_to(signature, primals, {}, fun)
        names = [name for name in signature.parameters if name in bound.arguments][: len(primals)]
        self._names = [name for name, p in zip(names, primals, strict=True) if _moves(p, name)]
        self._chosen = [names.index(name) for name in self._names]
        for name in self._names:
            if type(bound.arguments[name]) is int:
                bound.arguments[name] = float(bound.arguments[name])
        self._pristine = copied((bound.args, bound.kwargs))
        self._primals = [bound.arguments[name] for name in self._names]
        self._sweeps = Sweeps(fun, tuple(self._names))
        self._pull = self._sweeps.pull(bound)
        self.value = self._pull.value
        self.__name__ = f"{title(fun)}_linearized"

    @property
    def source(self) -> str:
        """The text of what is applied to tangents."""
        made = self._sweeps.transposed(self._pull.program)
        return self._sweeps.forward.source if made is None else made.written.text

    def __call__(self, *tangents: Any) -> Any:
        if len(tangents) != self._count:
            raise BadArgument(f"{self._count} primals and {len(tangents)} tangents")
        pairs = zip(self._primals, (tangents[k] for k in self._chosen), strict=True)
        moved = tuple(fitted(p, t, f"tangent {k}") for (p, t), k in zip(pairs, self._chosen, strict=True))
        made = self._sweeps.transposed(self._pull.program)
        if made is not None:
            return citing(made)(self._pull.record, self.value, moved)
        args, keywords = copied(self._pristine)  # memory that the way back restores: the tangent program runs anew
        return self._sweeps.forward(*args, *moved, **keywords)[1]


def _moves(primal: Any, name: str) -> bool:
    return type(primal) is int or is_continuous(abstract(primal, name))


def linearize(fun: Callable[..., Any], *primals: Any) -> tuple[Any, Linearized]:
    """The value of a function, and its derivative at that point as a linear function of the tangents.

    Args:
        fun: the function.
        primals: its positional arguments.

    Returns:
        `(y, pushforward)`; `pushforward(*tangents)` takes a tangent for each primal (None for one that is held
        constant) and returns the tangent of y. It may be called any number of times.

    Raises:
        GradscribeError: the function contains what cannot be differentiated.
    """
    made = Linearized(fun, primals)
    return made.value, made
