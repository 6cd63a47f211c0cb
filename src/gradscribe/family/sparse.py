"""Sparse Jacobians and Hessians: the pattern from a run on index sets, a few directions that cover all columns, and the
entries read off. What comes out is compared with one more direction, drawn at random."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ParamSpec

import numpy as np

from .. import pipeline
from ..api import grad
from ..arguments import ArgNums, title
from ..errors import BadArgument, BadResult, GradscribeError
from ..ir.types import STRUCTURES, Record
from ..numerical import copied
from ..signature import abstract, split
from .colouring import least_sweeps, plan, symmetric_plan
from .directions import Leaves, joined
from .index_sets import IndexSets
from .propagate import dependence
from .sweeps import Sweeps
from .transform import Transform

P = ParamSpec("P")
LIMIT = 50_000_000
"""How many entries a pattern may have."""


class WrongPattern(GradscribeError):
    """A pattern leaves out entries that are not zero."""


class SparseJacobian(Transform[P, Any]):
    """The Jacobian as a `scipy.sparse` array: rows are the entries of the result, columns those of the arguments.

    Attributes:
        pattern: the matrix whose entries say where the Jacobian may be other than zero; None where each call finds it.
        sweeps: how many directions the last call took, forward and backward; the one that checks is not counted.
    """

    ending = "jacobian"

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0, *, pattern: Any = None) -> None:
        super().__init__(primal, argnums, pattern=pattern)
        self.pattern = pattern
        self.sweeps: tuple[int, int] | None = None
        self._sweeps = Sweeps(primal, self._wrt)

    def __call__(self, *args: P.args, **keywords: P.kwargs) -> Any:
        bound = self.bind(args, keywords)
        inputs = self._sweeps.inputs(bound)
        if inputs.is_complex:
            raise BadArgument(f"{title(self.primal)} has a complex argument")
        pattern = self._given(inputs) if self.pattern is not None else self._found(bound, inputs)
        return self._compressed(bound, inputs, pattern.tocsr())

    def pattern_at(self, *args: P.args, **keywords: P.kwargs) -> Any:
        """Where the Jacobian may be other than zero, at a point: for the branches that are taken there.

        Args:
            args, keywords: those of the function.

        Returns:
            a `scipy.sparse` array of booleans.
        """
        bound = self.bind(args, keywords)
        return self._found(bound, self._sweeps.inputs(bound))

    # the pattern ------------------------------------------------------------------------------------------------------

    def _given(self, inputs: Leaves) -> Any:
        from scipy import sparse

        pattern = sparse.csr_array(self.pattern).astype(bool)
        if pattern.shape[1] != inputs.size:
            raise BadArgument(f"the pattern has {pattern.shape[1]} columns, the arguments {inputs.size} entries")
        return pattern

    def _found(self, bound: inspect.BoundArguments, inputs: Leaves) -> Any:
        from scipy import sparse

        kinds, static = split(bound.arguments)
        program = pipeline.read(self.primal, kinds, static, self._wrt)
        table = IndexSets(inputs.size)
        sets, start = {}, 1
        for name in self._wrt:
            leaves = Leaves.of(bound.arguments[name])
            sets[name] = _numbered(bound.arguments[name], start)
            start += leaves.size
        names = [p.var.hint for p in program.function.parameters]
        args = [copied(bound.arguments[name]) for name in names]
        value, held = dependence(program.function, args, [sets.get(name) for name in names], table)
        self._sweeps.outputs(value)  # raises where there are none
        row = np.concatenate([np.ravel(part) for part in _sets_of(value, held)])
        kinds_of_row, which = np.unique(row, return_inverse=True)
        rows, columns = table.members(kinds_of_row)
        lengths = np.bincount(rows, minlength=len(kinds_of_row))[which]
        if lengths.sum() > LIMIT:
            longest = f"{int(lengths.sum())} entries, {int(lengths.max())} in the longest row"
            raise BadResult(f"the Jacobian of {title(self.primal)} is not sparse as far as is known: {longest}")
        found = sparse.csr_array((np.ones(len(rows), bool), (rows, columns)), shape=(len(kinds_of_row), inputs.size))
        return found[which.reshape(-1)]

    # compression ------------------------------------------------------------------------------------------------------

    def _compressed(self, bound: inspect.BoundArguments, inputs: Leaves, pattern: Any) -> Any:
        probe = np.random.default_rng(0).standard_normal(inputs.size)
        if least_sweeps(pattern) <= least_sweeps(pattern.T):
            found = self._by_columns(bound, inputs, pattern, plan(pattern))
        else:
            found = self._by_rows(bound, inputs, pattern, plan(pattern.T))
        moved = self._sweeps.push(bound, inputs.split(probe[None, :]))
        self._check(found, probe, joined(moved.tangents, 1)[0])
        return found

    def _by_columns(self, bound: Any, inputs: Leaves, pattern: Any, made: Any) -> Any:
        """Groups of columns forward, dense rows backward."""
        tangents = self._push(bound, inputs, made.groups)
        rows, columns = pattern.nonzero()
        data = tangents[made.groups[columns], rows]
        if len(made.alone):
            adjoints = self._pull(bound, made.alone, None)
            place = np.full(pattern.shape[0], -1)
            place[made.alone] = np.arange(len(made.alone))
            dense = place[rows] >= 0
            data[dense] = adjoints[place[rows[dense]], columns[dense]]
        self.sweeps = (made.sweeps - len(made.alone), len(made.alone))
        return _matrix(data, rows, columns, pattern.shape)

    def _by_rows(self, bound: Any, inputs: Leaves, pattern: Any, made: Any) -> Any:
        """Groups of rows backward, dense columns forward."""
        adjoints = self._pull(bound, None, made.groups)
        rows, columns = pattern.nonzero()
        data = adjoints[made.groups[rows], columns]
        if len(made.alone):
            place = np.full(pattern.shape[1], -1)
            place[made.alone] = np.arange(len(made.alone))
            tangents = self._push(bound, inputs, place)
            dense = place[columns] >= 0
            data[dense] = tangents[place[columns[dense]], rows[dense]]
        self.sweeps = (len(made.alone), made.sweeps - len(made.alone))
        return _matrix(data, rows, columns, pattern.shape)

    def _push(self, bound: Any, inputs: Leaves, groups: np.ndarray) -> np.ndarray:
        """The tangents of the sums of the columns of each group, one a row."""
        directions = _sums_of_units(groups)
        pushed = self._sweeps.push(_fresh(bound), inputs.split(directions))
        return joined(pushed.tangents, len(directions))

    def _pull(self, bound: Any, alone: np.ndarray | None, groups: np.ndarray | None) -> np.ndarray:
        pull = self._sweeps.pull(_fresh(bound))
        if pull.outputs.is_complex:
            raise BadResult(f"{title(self.primal)} returns complex numbers")
        if groups is None:
            assert alone is not None
            directions = np.zeros((len(alone), pull.outputs.size))
            directions[np.arange(len(alone)), alone] = 1.0
        else:
            directions = _sums_of_units(groups)
        return joined(pull.back(pull.outputs.split(directions)), len(directions))

    def _check(self, found: Any, probe: np.ndarray, moved: np.ndarray) -> None:
        """Raise where the matrix does not do what the derivative does to a direction."""
        scale = abs(found) @ np.abs(probe) + np.abs(moved)
        tolerance = 1e-3 if moved.dtype == np.float32 else 1e-7
        far = np.abs(found @ probe - moved) > tolerance * scale
        if np.any(far & np.isfinite(scale)):
            row = int(np.argmax(far))
            raise WrongPattern(
                f"the pattern of the Jacobian of {title(self.primal)} leaves out entries of row {row}",
                hint="give no pattern, or one that holds at every point",
            )


class SparseHessian(SparseJacobian[P]):
    """The Hessian of a scalar function as a `scipy.sparse` array: forward mode over the gradient."""

    ending = "hessian"

    def __init__(self, primal: Callable[P, Any], argnums: ArgNums = 0, *, pattern: Any = None) -> None:
        super().__init__(grad(primal, argnums), argnums, pattern=pattern)
        self.primal, self.options = primal, {"pattern": pattern}
        self._gradient = grad(primal, argnums)
        self.__name__ = f"{getattr(primal, '__name__', 'f')}_hessian"

    def _found(self, bound: inspect.BoundArguments, inputs: Leaves) -> Any:
        self.primal, primal = self._gradient, self.primal
        try:
            pattern = super()._found(bound, inputs)
        finally:
            self.primal = primal
        return (pattern + pattern.T).astype(bool)

    def _compressed(self, bound: inspect.BoundArguments, inputs: Leaves, pattern: Any) -> Any:
        made = symmetric_plan(pattern)
        shared = int(made.groups.max(initial=-1)) + 1
        groups = made.groups.copy()
        groups[made.alone] = shared + np.arange(len(made.alone))
        tangents = self._push(bound, inputs, groups)
        rows, columns = pattern.nonzero()
        turned = (groups[rows] >= shared) & (groups[columns] < shared)  # by symmetry, from the column of its own
        data = np.where(turned, tangents[groups[rows], columns], tangents[groups[columns], rows])
        self.sweeps = (made.sweeps, 0)
        found = _matrix(data, rows, columns, pattern.shape)
        probe = np.random.default_rng(0).standard_normal(inputs.size)
        moved = self._sweeps.push(bound, inputs.split(probe[None, :]))
        self._check(found, probe, joined(moved.tangents, 1)[0])
        return found


def _fresh(bound: inspect.BoundArguments) -> inspect.BoundArguments:
    """The same arguments, for a run that may write to them."""
    arguments = {name: copied(value) for name, value in bound.arguments.items()}
    return inspect.BoundArguments(bound.signature, arguments)


def _sums_of_units(groups: np.ndarray) -> np.ndarray:
    directions = np.zeros((int(groups.max(initial=-1)) + 1, len(groups)))
    members = np.nonzero(groups >= 0)[0]
    directions[groups[members], members] = 1.0
    return directions


def _matrix(data: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> Any:
    from scipy import sparse

    return sparse.csr_array((data, (rows, columns)), shape=shape)


def _numbered(value: Any, start: int) -> Any:
    """The sets of an argument, each of whose entries is an index, numbered from `start`."""

    def walk(part: Any) -> Any:
        nonlocal start
        if isinstance(part, dict):
            return {key: walk(item) for key, item in part.items()}
        if isinstance(part, (list, tuple)):
            return type(part)(walk(item) for item in part) if type(part) in (list, tuple) else tuple(map(walk, part))
        type_ = abstract(part, "x")
        if isinstance(type_, Record):
            return {name: walk(getattr(part, name)) for name in type_.names}
        if isinstance(part, np.ndarray) and part.dtype.kind in "fc":
            held = np.zeros_like(part, dtype=np.int64)
            held[...] = np.arange(start, start + part.size).reshape(part.shape)
            start += part.size
            return held
        if isinstance(part, (float, complex, np.floating, np.complexfloating)):
            start += 1
            return start - 1
        return np.zeros_like(part, dtype=np.int64) if isinstance(part, np.ndarray) else 0

    return walk(value)


def _sets_of(value: Any, held: Any) -> list[np.ndarray]:
    """The sets of the leaves of a value, in their order."""
    if isinstance(value, dict):
        return [part for key in value for part in _sets_of(value[key], _at(held, key))]
    if isinstance(value, (list, tuple)):
        return [part for k, item in enumerate(value) for part in _sets_of(item, _at(held, k))]
    type_ = abstract(value, "y")
    if isinstance(type_, STRUCTURES):
        names = type_.names if isinstance(type_, Record) else ()
        return [part for name in names for part in _sets_of(getattr(value, name), _at(held, name))]
    if Leaves.of(value).leaves:
        return [np.broadcast_to(np.asarray(held, np.int64), np.shape(value)).ravel()]
    return []


def _at(held: Any, key: Any) -> Any:
    return held[key] if isinstance(held, (dict, list, tuple)) else held
