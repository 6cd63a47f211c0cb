"""Which entries of the arguments each entry of a result depends on: the program runs on its values, and beside each
value on an array of index sets of the same shape (see `index_sets`).

Views of values have views of sets beside them, so that writes need no care. An operation that moves entries about is
applied to the sets; one that works entry by entry, or along axes, unites them; of any other, each entry of the result
depends on all that its operands depend on. What is found holds at the point, for the branches that were taken there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import UnsupportedCall
from ..ir import primitives as P
from ..ir.compute import compute
from ..ir.infer import normal_axes
from ..ir.nodes import Atom, Block, Const, Function, Loop, Op, Var, loop_of
from ..rules import operand_names, rule_of
from .index_sets import IndexSets

_MOVING_NAMES = """
real imag reshape ravel flatten transpose swapaxes matrix_transpose moveaxis rollaxis expand_dims squeeze broadcast_to
item atleast_1d atleast_1d_ atleast_2d atleast_2d_ atleast_3d atleast_3d_ flip fliplr flipud rot90 roll tril triu
concatenate stack vstack hstack dstack column_stack np_append tile copy diagonal diag diagflat take take_along_axis
compress_ np_delete repeat fftshift ifftshift split array_split hsplit vsplit dsplit broadcast_arrays
sliding_window_view resized
"""
_REDUCING_NAMES = """
sum mean max min prod nansum nanmean nanmax nanmin nanprod var std nanvar nanstd median nanmedian add_reduce
multiply_reduce maximum_reduce minimum_reduce logaddexp_reduce ptp vector_norm
"""
_MOVING = frozenset(_MOVING_NAMES.split())
"""The primitives whose results are entries of their operands, or 0."""
_ALONG_AXES = frozenset(_REDUCING_NAMES.split())
_SAME_SHAPE_ALONG_AXIS = frozenset(("cumsum", "cumprod", "sort", "nancumsum", "nancumprod"))


def dependence(function: Function, args: Sequence[Any], sets: Sequence[Any], table: IndexSets) -> tuple[Any, Any]:
    """Run a program.

    Args:
        function: the program.
        args: a value for each parameter; arrays that it writes are changed.
        sets: for each parameter the sets of its entries: a number or array for a number or array, the like container
            for a container, None for what depends on nothing.
        table: the sets.

    Returns:
        the value, and the sets of its entries.
    """
    run = _Run(table)
    for param, arg, held in zip(function.body.params, args, sets, strict=True):
        run.values[param] = arg
        run.sets[param] = run.empty(arg) if held is None else held
    (value,), (found,) = run.block(function.body)
    return value, found


class _Run:
    """One run of one function."""

    def __init__(self, table: IndexSets) -> None:
        self.table = table
        self.values: dict[Var, Any] = {}
        self.sets: dict[Var, Any] = {}

    def value(self, atom: Atom) -> Any:
        return atom.value if isinstance(atom, Const) else self.values[atom]

    def held(self, atom: Atom) -> Any:
        return self.empty(atom.value) if isinstance(atom, Const) else self.sets[atom]

    def empty(self, value: Any) -> Any:
        """The sets of a value that depends on nothing."""
        if isinstance(value, np.ndarray):
            return np.zeros_like(value, dtype=np.int64)
        if isinstance(value, list):
            return [self.empty(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self.empty(item) for item in value)
        if isinstance(value, dict):
            return {key: self.empty(item) for key, item in value.items()}
        return 0

    # control ----------------------------------------------------------------------------------------------------------

    def block(self, block: Block) -> tuple[list[Any], list[Any]]:
        for op in block.ops:
            self.op(op)
        return [self.value(a) for a in block.yields], [self.held(a) for a in block.yields]

    def op(self, op: Op) -> None:
        if op.primitive is P.IF:
            values, sets = self.block(op.blocks[0 if self.value(op.args[0]) else 1])
        elif op.primitive is P.LOOP:
            values, sets = self.loop(loop_of(op))
        elif op.primitive is P.CALL:
            args = [self.value(a) for a in op.args]
            made = dependence(op.static.function, args, [self.held(a) for a in op.args], self.table)
            values, sets = [made[0]], [made[1]]
        else:
            values, sets = self.plain(op)
        for result, value, held in zip(op.results, values, sets, strict=True):
            self.values[result], self.sets[result] = value, held

    def loop(self, loop: Loop) -> tuple[list[Any], list[Any]]:
        values, sets = [self.value(a) for a in loop.inits], [self.held(a) for a in loop.inits]
        trips: Any = iter(int, 1)
        if loop.index is not None:
            bounds = (loop.start, loop.stop, loop.step)
            trips = iter(range(*(self.value(b) for b in bounds if b is not None)))
        for index in trips:
            if loop.index is not None:
                self.values[loop.index], self.sets[loop.index] = index, 0
            for param, value, held in zip(loop.carried, values, sets, strict=True):
                self.values[param], self.sets[param] = value, held
            values, sets = self.block(loop.body)
            if loop.end is not None:
                end, values, sets = values[0], values[1:], sets[1:]
                if end:
                    break
        return values, sets

    # operations -------------------------------------------------------------------------------------------------------

    def plain(self, op: Op) -> tuple[list[Any], list[Any]]:
        args = [self.value(a) for a in op.args]
        keywords = {k: self.value(a) for k, a in op.keywords}
        if op.primitive.writes:
            self.write(op, args)
        value = compute(op.primitive, op.style, op.static, args, dict(keywords))
        if not op.results:
            return [], []
        return [value], [self.result(op, value, args, keywords)]

    def result(self, op: Op, value: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """The sets of the result of an operation."""
        special = _SPECIAL.get(op.primitive)
        if special is not None:
            return special(self, op, value, args)
        held = [self.held(a) for a in op.inputs]
        if op.primitive.effect and any(map(self.everything, held)):
            raise UnsupportedCall(f"{op.primitive} of values that vary: their pattern is not known", op.origin)
        if not any(map(self.everything, held)):
            shares = op.primitive.aliasing != "fresh" and isinstance(value, np.ndarray) and value.base is not None
            return self.moved(op, args, keywords) if shares and isinstance(args[0], np.ndarray) else self.empty(value)
        name = op.primitive.name
        if name in _MOVING or op.primitive.aliasing in ("view", "maybe"):
            return self.moved(op, args, keywords)
        found = self.by_kind(op, value, args, keywords)
        return self.spread(value, self.together(held)) if found is None else found

    def by_kind(self, op: Op, value: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """The sets of a result whose entries depend on some entries of the operands only; None for any other."""
        name, rule = op.primitive.name, rule_of(op.primitive)
        if rule is not None and rule.elementwise:
            return self.elementwise(op, value, rule.zero)
        if rule is not None and not rule.adjoint and not rule.tangent and not rule.linear:
            return self.empty(value)
        sets = self.held(op.args[0]) if op.args else None
        if name in _ALONG_AXES and len(op.args) == 1 and isinstance(sets, np.ndarray):
            axes = normal_axes(keywords.get("axis"), sets.ndim)
            if axes is not None and "where" not in keywords and "initial" not in keywords:
                return self.shaped(value, self.table.over(sets, axes, bool(keywords.get("keepdims", False))))
        if name in _SAME_SHAPE_ALONG_AXIS and isinstance(sets, np.ndarray) and isinstance(value, np.ndarray):
            return self.along_axis(sets, value, keywords)
        if name == "diff" and isinstance(sets, np.ndarray):
            axis = keywords.get("axis", -1)
            front, back = np.moveaxis(sets, axis, 0)[1:], np.moveaxis(sets, axis, 0)[:-1]
            return self.shaped(value, np.moveaxis(np.asarray(self.table.union(front, back)), 0, axis))
        if name in ("cross", "linalg_cross") and not keywords and isinstance(value, np.ndarray):
            vectors = [self.table.over(self.held(a), (-1,), True) for a in op.args]
            return self.shaped(value, self.table.union(*vectors)) if np.ndim(args[0]) == np.ndim(args[1]) else None
        if name in ("matmul", "dot", "linalg_matmul"):
            return self.product(args, [self.held(a) for a in op.args], value, name != "dot")
        return None

    def along_axis(self, sets: np.ndarray, value: np.ndarray, keywords: dict[str, Any]) -> Any:
        axis = keywords.get("axis", -1 if value.ndim == sets.ndim else None)
        if axis is None or value.shape != sets.shape:
            return self.spread(value, self.table.total(sets))
        return np.broadcast_to(self.table.over(sets, (axis,), True), value.shape).copy()

    def elementwise(self, op: Op, value: Any, dead: frozenset[str]) -> Any:
        names = operand_names(op.primitive, len(op.args)) or ("",) * len(op.args)
        operands = [*zip(names, op.args, strict=True), *op.keywords]
        found: Any = 0
        for name, atom in operands:
            if name not in dead:
                found = self.table.union(found, self.held(atom))
        return self.shaped(value, found)

    def moved(self, op: Op, args: list[Any], keywords: dict[str, Any]) -> Any:
        """The operation itself on the sets, in place of the numbers that may vary."""

        def swap(atom: Atom, value: Any) -> Any:
            return self.held(atom) if self.carries(value) else value

        given = [swap(a, v) for a, v in zip(op.args, args, strict=True)]
        named = {k: swap(a, keywords[k]) for k, a in op.keywords}
        return compute(op.primitive, op.style, op.static, given, named)

    def carries(self, value: Any) -> bool:
        """Whether a value is, or holds, numbers that can vary."""
        if isinstance(value, (list, tuple)):
            return any(map(self.carries, value))
        return isinstance(value, (float, complex, np.floating, np.complexfloating)) or (
            isinstance(value, np.ndarray) and value.dtype.kind in "fc"
        )

    def product(self, args: list[Any], held: list[Any], value: Any, stacks: bool) -> Any:
        """A product of matrices and vectors: zeros of a factor that is constant count."""
        x, y = args[:2]
        if np.ndim(x) > 2 or np.ndim(y) > 2:
            return self.stacked_product(held, value) if stacks and min(np.ndim(x), np.ndim(y)) > 1 else None
        if not np.ndim(x) or not np.ndim(y):
            return None
        fixed = [not self.everything(h) for h in held[:2]]
        if np.ndim(y) == 1 and np.ndim(x) == 2 and fixed[0]:
            return self.rows_of(x, held[1])
        if np.ndim(x) == 1 and np.ndim(y) == 2 and fixed[1]:
            return self.rows_of(y.T, held[0])
        left = 0 if fixed[0] else self.table.over(held[0], (-1,))
        right = 0 if fixed[1] else self.table.over(held[1], (0 if np.ndim(y) == 1 else -2,))
        if np.ndim(x) == 2 and np.ndim(y) == 2:
            left = np.asarray(left)[..., None] if np.ndim(left) else left
        return self.shaped(value, self.table.union(left, right))

    def stacked_product(self, held: list[Any], value: Any) -> Any:
        """A product of stacks of matrices."""
        left = np.asarray(self.table.over(held[0], (-1,)))[..., :, None]
        right = np.asarray(self.table.over(held[1], (-2,)))[..., None, :]
        return self.shaped(value, self.table.union(left, right))

    def rows_of(self, matrix: Any, sets: np.ndarray) -> np.ndarray:
        """For each row of a matrix the union of the sets where it is not zero."""
        if hasattr(matrix, "tocsr"):
            rows, columns = matrix.tocsr().nonzero()
        else:
            rows, columns = np.nonzero(matrix)
        order = np.argsort(rows, kind="stable")
        rows, columns = rows[order], columns[order]
        starts = np.searchsorted(rows, np.arange(matrix.shape[0] + 1))
        out = np.zeros(matrix.shape[0], np.int64)
        counts = np.diff(starts)
        for k in np.nonzero(counts > 64)[0]:
            out[k] = self.table.total(sets[columns[starts[k] : starts[k + 1]]])
        for t in range(int(min(counts.max(initial=0), 64))):
            more = (counts > t) & (counts <= 64)
            out[more] = self.table.union(out[more], sets[columns[starts[:-1][more] + t]])
        return out

    # sets of whole values ---------------------------------------------------------------------------------------------

    def everything(self, held: Any) -> int:
        """The union of all sets of a value."""
        if isinstance(held, np.ndarray):
            return self.table.total(held) if held.any() else 0
        if isinstance(held, dict):
            return self.together(list(held.values()))
        if isinstance(held, (list, tuple)):
            return self.together(held)
        return int(held)

    def together(self, held: Sequence[Any]) -> int:
        found = 0
        for one in held:
            found = self.table.union(found, self.everything(one))
        return found

    def spread(self, value: Any, all_: int) -> Any:
        """The sets of a result each entry of which depends on everything."""
        if isinstance(value, np.ndarray):
            return np.full_like(value, all_, dtype=np.int64)
        if isinstance(value, (list, tuple)):
            return type(value)(self.spread(item, all_) for item in value) if type(value) in (list, tuple) else all_
        return all_

    def shaped(self, value: Any, sets: Any) -> Any:
        """Sets in the shape of the value, in memory of their own."""
        if isinstance(value, np.ndarray):
            out = np.zeros_like(value, dtype=np.int64)
            out[...] = sets
            return out
        return int(sets)

    # writes -----------------------------------------------------------------------------------------------------------

    def write(self, op: Op, args: list[Any]) -> None:
        target = self.held(op.args[0])
        if op.primitive is P.APPEND:
            target.append(self.held(op.args[1]))
        elif op.primitive is P.SETITEM:
            target[args[1]] = self.held(op.args[2])
        elif op.primitive in (P.ADDAT, P.SCATTER_ADD) and isinstance(target, np.ndarray):
            self.add_at(target, args[1], self.held(op.args[2]))
        elif op.primitive is P.ADDAT:
            target[args[1]] = self.table.union(target[args[1]], self.held(op.args[2]))
        elif op.primitive is not P.POP and self.everything(target):
            raise UnsupportedCall(f"{op.primitive} into values that vary: their pattern is not known", op.origin)

    def add_at(self, target: np.ndarray, index: Any, more: Any) -> None:
        """Unite into places, some of which may be named more than once."""
        places = np.arange(target.size).reshape(target.shape)[index]
        given = np.broadcast_to(more, np.shape(places)).ravel()
        flat, places = target.ravel(), np.ravel(places)
        while len(places):
            _, first = np.unique(places, return_index=True)
            flat[places[first]] = self.table.union(flat[places[first]], given[first])
            rest = np.ones(len(places), bool)
            rest[first] = False
            places, given = places[rest], given[rest]
        target[...] = flat.reshape(target.shape)


# ------------------------------------------------------------------ operations that the transforms emit


def _container(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    held = [run.held(a) for a in op.args]
    if op.primitive is P.DICT:
        return dict(zip(op.static, held, strict=True))
    if op.primitive is P.RECORD:
        return dict(zip(op.static[1], held, strict=True))
    return held if op.primitive in (P.LIST, P.FIXED_LIST) else tuple(held)


def _getitem(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    held = run.held(op.args[0])
    if isinstance(held, (np.ndarray, list, tuple, dict)):
        found = held[args[1]]
        return found if isinstance(found, (np.ndarray, list, tuple, dict)) else int(found)
    return run.spread(value, run.everything(held))


def _getattr(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    held = run.held(op.args[0])
    if isinstance(held, dict) and op.static in held:
        return held[op.static]
    if isinstance(held, np.ndarray) and op.static in ("T", "real", "imag", "flat"):
        return getattr(held, op.static)
    return run.empty(value) if not run.carries(value) else run.spread(value, run.everything(held))


def _pop(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    return run.held(op.args[0]).pop(*args[1:])


def _nothing(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    return run.empty(value)


def _full_like(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    return run.shaped(value, run.held(op.args[1]))


def _vaddat(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    held = run.held(op.args[0])
    if not isinstance(held, np.ndarray):
        made = list(held)
        made[args[1]] = run.table.union(made[args[1]], run.held(op.args[2]))
        return made
    out = held.copy()
    run.add_at(out, args[1], run.held(op.args[2]))
    return out


def _unbroadcast(run: _Run, op: Op, value: Any, args: list[Any]) -> Any:
    sets = np.asarray(run.held(op.args[0]))
    lead = sets.ndim - np.ndim(args[1])
    sets = np.asarray(run.table.over(sets, tuple(range(lead)))) if lead > 0 else sets
    axes = tuple(k for k, n in enumerate(np.shape(args[1])) if n == 1 and sets.shape[k] != 1)
    return run.shaped(value, run.table.over(sets, axes, True) if axes else sets)


_SPECIAL: dict[P.Primitive, Any] = {
    P.TUPLE: _container,
    P.FIXED_LIST: _container,
    P.LIST: _container,
    P.DICT: _container,
    P.RECORD: _container,
    P.GETITEM: _getitem,
    P.GETATTR: _getattr,
    P.POP: _pop,
    P.ZEROS_LIKE: _nothing,
    P.LENGTH: _nothing,
    P.SHAPE: _nothing,
    P.EXTERNAL: _nothing,
    P.FULL_LIKE: _full_like,
    P.VADDAT: _vaddat,
    P.UNBROADCAST: _unbroadcast,
}
