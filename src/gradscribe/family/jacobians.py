"""Jacobians and Hessians as arrays: the shape of a result followed by the shape of an argument, as in JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, ParamSpec, overload

import numpy as np

from ..api import grad
from ..arguments import ArgNums, title
from ..dispatch import keep, quick_key
from ..errors import BadArgument, BadResult
from ..numerical import copied
from .directions import Directions, Leaves
from .sweeps import Pull, Sweeps
from .transform import Transform, decorator

P = ParamSpec("P")
Blocks = tuple[Any, Leaves, list[list[np.ndarray]]]
"""The value, the leaves of the result, and for each the blocks of the Jacobian, one for each leaf of the arguments."""


class Jacobian(Transform[P, Any]):
    """The Jacobian of a function: call it as you would call the function.

    Attributes:
        mode: "forward" (one sweep a column), "reverse" (one sweep a row), or "auto".
        chosen_mode: the mode of the last call.
        looped: why the last call took its directions one after the other; None where it took several in one run.
        source: the text of the program that its directions went through.
    """

    ending = "jacobian"

    def __init__(
        self, primal: Callable[P, Any], argnums: ArgNums = 0, *, mode: str = "auto", has_aux: bool = False
    ) -> None:
        if mode not in ("auto", "forward", "reverse"):
            raise BadArgument(f"mode is 'forward', 'reverse' or 'auto', not {mode!r}")
        super().__init__(primal, argnums, mode=mode, has_aux=has_aux)
        self.mode, self.has_aux = mode, has_aux
        self.chosen_mode: str | None = None if mode == "auto" else mode
        self._sweeps = Sweeps(primal, self._wrt, has_aux)
        self._sizes: dict[Any, int] = {}  # of results, where only a run has told and the way forward is another run

    @property
    def looped(self) -> str | None:
        return self._sweeps.looped

    @property
    def source(self) -> str:
        return self._sweeps.source

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> Any:
        bound = self.bind(args, keywords)
        inputs = self._sweeps.inputs(bound)
        if inputs.is_complex:
            raise BadArgument(f"{title(self.primal)} has a complex argument; split it into its parts, or use jvp, vjp")
        if self.mode == "auto":
            size, is_complex = self._sweeps.result(bound)
            size = self._sizes.get(_key(bound)) if size is None else size
            forward = is_complex or (size is not None and size > inputs.size)
            self.chosen_mode = "forward" if forward else "reverse" if size is not None else None
        by_mode = {"forward": self._forward, "reverse": self._reverse, None: self._either}[self.chosen_mode]
        value, outputs, blocks = by_mode(bound, inputs)
        made = self._assembled(bound, outputs, blocks)
        return (made, value[1]) if self.has_aux else made

    def _forward(self, bound: Any, inputs: Leaves) -> Blocks:
        pushed = self._sweeps.push(bound, inputs.units())
        return pushed.value, pushed.outputs, _by_columns(inputs, pushed.tangents)

    def _reverse(self, bound: Any, inputs: Leaves) -> Blocks:
        return self._by_pullback(self._sweeps.pull(bound))

    def _by_pullback(self, pull: Pull) -> Blocks:
        if pull.outputs.is_complex:
            raise BadResult(f"{title(self.primal)} returns complex numbers", hint="use jacfwd")
        return pull.value, pull.outputs, _by_rows(pull.outputs, pull.back(pull.outputs.units()))

    def _either(self, bound: Any, inputs: Leaves) -> Blocks:
        """The function runs once, and tells the size of its result."""
        pristine = copied((bound.args, bound.kwargs))
        key = _key(bound)
        pull = self._sweeps.pull(bound)
        self.chosen_mode = "reverse"
        if pull.outputs.size <= inputs.size and not pull.outputs.is_complex:
            return self._by_pullback(pull)
        self.chosen_mode = "forward"
        moved = pull.forth(inputs.units())
        if moved is None:  # memory that the way back restores: the tangent program runs anew
            if key is not None:
                keep(self._sizes, key, pull.outputs.size)
            again = bound.signature.bind(*pristine[0], **pristine[1])
            return pull.value, pull.outputs, _by_columns(inputs, self._sweeps.push(again, inputs.units()).tangents)
        return pull.value, pull.outputs, _by_columns(inputs, moved)

    def _assembled(self, bound: Any, outputs: Leaves, blocks: list[list[np.ndarray]]) -> Any:
        """The structure of the result, in each leaf of which stands the structure of the arguments."""
        chosen = Leaves.of(self.chosen(bound))
        return outputs.build([chosen.build([_plain(block) for block in row]) for row in blocks])

    def __repr__(self) -> str:
        how = self.mode if self.mode != "auto" else f"auto, last {self.chosen_mode}" if self.chosen_mode else "auto"
        return f"<Jacobian of {title(self.primal)} with respect to {', '.join(self._wrt)}, mode {how}>"


def _key(bound: Any) -> Any:
    """What calls have in common whose results have one size: shapes, and integers."""
    key = None if bound.kwargs else quick_key(bound.args)
    return None if key is None else (key, *(a for a in bound.args if type(a) is int))


def _plain(block: np.ndarray) -> Any:
    return block if block.ndim else block[()]


def _by_columns(inputs: Leaves, tangents: Directions) -> list[list[np.ndarray]]:
    """Blocks for each leaf of the result and of the arguments, from the tangents of all unit directions."""
    ends = np.cumsum([np.size(leaf.value) for leaf in inputs.leaves])[:-1]
    rows = []
    for tangent in tangents:
        parts = zip(np.split(tangent, ends), inputs.shapes, strict=True)
        rows.append([np.moveaxis(part, 0, -1).reshape((*tangent.shape[1:], *shape)) for part, shape in parts])
    return rows


def _by_rows(outputs: Leaves, adjoints: Directions) -> list[list[np.ndarray]]:
    """The same from the adjoints of all unit directions of the result."""
    ends = np.cumsum([np.size(leaf.value) for leaf in outputs.leaves])[:-1]
    pieces = [np.split(adjoint, ends) for adjoint in adjoints]
    return [
        [piece[k].reshape((*shape, *piece[k].shape[1:])) for piece in pieces] for k, shape in enumerate(outputs.shapes)
    ]


@overload
def jacfwd(fun: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> Jacobian[P]: ...
@overload
def jacfwd(
    fun: None = None, argnums: ArgNums = 0, *, has_aux: bool = False
) -> Callable[[Callable[P, Any]], Jacobian[P]]: ...
def jacfwd(fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False) -> Any:
    """The Jacobian by forward mode: one direction for each entry of the argument.

    Args:
        fun: the function; without it a decorator is returned.
        argnums: the argument(s) with respect to which it is differentiated, by position or by name.
        has_aux: whether the function returns `(value, auxiliary)`; then `(jacobian, auxiliary)` is returned.

    Returns:
        a function of the same arguments. Its result has the structure of the value, with the structure of the argument
        in each leaf (a tuple where `argnums` is a sequence), and arrays of shape `result.shape + argument.shape`.

    Raises:
        BadArgument: an argument cannot be differentiated, or is complex.
        GradscribeError: the function contains what cannot be differentiated.
    """
    return decorator(fun, lambda f: Jacobian(f, argnums, mode="forward", has_aux=has_aux))


@overload
def jacrev(fun: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> Jacobian[P]: ...
@overload
def jacrev(
    fun: None = None, argnums: ArgNums = 0, *, has_aux: bool = False
) -> Callable[[Callable[P, Any]], Jacobian[P]]: ...
def jacrev(fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False) -> Any:
    """The Jacobian by reverse mode: the function once, and its pullback for each entry of the result.

    Args:
        fun, argnums, has_aux: as for `jacfwd`.

    Returns:
        as `jacfwd`.

    Raises:
        BadResult: the function returns complex numbers.
        and as `jacfwd`.
    """
    return decorator(fun, lambda f: Jacobian(f, argnums, mode="reverse", has_aux=has_aux))


@overload
def jacobian(fun: Sequence[Callable[[Any], Any]], argnums: ArgNums = 0, *, order: str) -> Callable[[Any], Any]: ...
@overload
def jacobian(
    fun: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False, sparse: Literal[False] = False
) -> Jacobian[P]: ...
@overload
def jacobian(fun: Callable[P, Any], argnums: ArgNums = 0, *, sparse: Any) -> Transform[P, Any]: ...
@overload
def jacobian(
    fun: None = None, argnums: ArgNums = 0, *, has_aux: bool = False, sparse: Any = False
) -> Callable[[Callable[P, Any]], Transform[P, Any]]: ...
def jacobian(
    fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False, sparse: Any = False, order: str | None = None
) -> Any:
    """The Jacobian by the mode that needs fewer directions: forward where the result has more entries than the
    argument, else reverse. `chosen_mode` of what is returned, and its `repr`, say which it was.

    Args:
        fun, argnums, has_aux: as for `jacfwd`. With `order`, a sequence of functions of one array each, the first
            applied first.
        order: "optimal", "forward" or "reverse": how the Jacobians of a chain of functions are multiplied; optimal is
            the order with the fewest multiplications, by dynamic programming. `report` of what is returned tells what
            each order costs.
        sparse: True for a `scipy.sparse` array, whose rows are the entries of the result and whose columns those of the
            arguments. Where entries can be other than zero is found by a run on sets of indices; groups of columns (or
            rows) share one direction. A sparse matrix in its place says where they can be, at every point.

    Returns:
        as `jacfwd`.

    Raises:
        WrongPattern: the given pattern leaves out entries that are not zero.
        and as `jacfwd`.
    """
    if order is not None:
        from .chains import ChainJacobian

        if has_aux or sparse is not False or argnums != 0:
            raise BadArgument("order= goes with a sequence of functions, and with nothing else")
        return ChainJacobian(fun, order)
    if sparse is not False:
        return decorator(fun, lambda f: _sparse("SparseJacobian", f, argnums, has_aux, sparse))
    return decorator(fun, lambda f: Jacobian(f, argnums, mode="auto", has_aux=has_aux))


def _sparse(kind: str, fun: Any, argnums: ArgNums, has_aux: bool, sparse: Any) -> Any:
    from . import sparse as family

    if has_aux:
        raise BadArgument("a sparse derivative has no auxiliary")
    return getattr(family, kind)(fun, argnums, pattern=None if sparse is True else sparse)


class Hessian(Jacobian[P]):
    """The Hessian of a scalar function: the Jacobian of its gradient, forward over reverse."""

    ending = "hessian"

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False) -> None:
        super().__init__(grad(primal, argnums, has_aux=has_aux), argnums, mode="forward", has_aux=has_aux)
        self.primal, self.options = primal, {"has_aux": has_aux}
        self.__name__ = f"{getattr(primal, '__name__', 'f')}_hessian"

    def __repr__(self) -> str:
        return f"<Hessian of {title(self.primal)} with respect to {', '.join(self._wrt)}>"


@overload
def hessian(
    fun: Callable[P, Any], argnums: ArgNums = 0, *, has_aux: bool = False, sparse: Any = False
) -> Transform[P, Any]: ...
@overload
def hessian(
    fun: None = None, argnums: ArgNums = 0, *, has_aux: bool = False, sparse: Any = False
) -> Callable[[Callable[P, Any]], Transform[P, Any]]: ...
def hessian(fun: Any = None, argnums: ArgNums = 0, *, has_aux: bool = False, sparse: Any = False) -> Any:
    """The Hessian of a scalar function, by forward mode over its gradient.

    Args:
        fun, argnums: as for `jacfwd`.
        has_aux: whether the function returns `(value, auxiliary)`; then `(hessian, auxiliary)` is returned.
        sparse: as for `jacobian`; rows and columns are the entries of the arguments.

    Returns:
        a function of the same arguments. Its result has the structure of the argument, with the same structure in each
        leaf, and arrays of shape `argument.shape + argument.shape`.

    Raises:
        BadResult: the function does not return a real scalar.
        and as `jacfwd`.
    """
    if sparse is not False:
        return decorator(fun, lambda f: _sparse("SparseHessian", f, argnums, has_aux, sparse))
    return decorator(fun, lambda f: Hessian(f, argnums, has_aux=has_aux))
