"""Views that may be copies: settled before a derivative is made, where the memory is written.

Some functions (`reshape`, `ravel`, `asarray`) return a view where they can and a copy elsewhere. Where the types, and
the way in which the array was made, tell, the operation is marked; elsewhere the program asks as it runs, and goes on
with the one or the other. It knows nothing of derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..analyse.nesting import Nesting
from ..analyse.partition import Regions
from ..analyse.regions import regions
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Op, Sharing, Var, replace
from ..ir.primitives import BY_NAME, COPY, GETITEM, UNBROADCAST, Primitive
from ..ir.types import BOOL, Array
from ..rules.arrays import RAVEL, RESHAPE
from ..rules.products import EINSUM, EINSUM_VIEW
from ..rules.table import rule_of

_ORDERED = (RESHAPE, RAVEL)
_ITSELF = tuple(BY_NAME[name] for name in ("asarray", "asanyarray", "asarray_chkfinite"))
_AT_LEAST = tuple(BY_NAME[f"atleast_{n}d"] for n in (1, 2, 3))
_MADE_IN_ORDER = tuple(BY_NAME[name] for name in ("zeros", "ones", "empty", "full", "eye", "identity", "tri"))
_ALIKE = tuple(BY_NAME[name] for name in ("zeros_like", "ones_like", "empty_like", "zeros_like_", "full_like"))


def depends_on_order(op: Op) -> bool:
    """Whether the result is a view or a copy by the order in which the entries of the operand lie in memory."""
    return op.primitive is RAVEL or (op.primitive is RESHAPE and getattr(op.args[0].type, "ndim", 2) > 1)


def settle_views(function: Function) -> Function:
    """The function, in which what may be a view in written memory is known to be one, or to be a copy.

    Args:
        function: any program.

    Returns:
        the same function where there is nothing to settle.
    """
    memory = regions(function)
    if not any(_is_open(op, memory) or op.primitive is EINSUM for op in Nesting(function).places):
        return function
    return replace(function, body=_Settling(function, memory).block(function.body))


def _is_open(op: Op, memory: Regions) -> bool:
    if op.blocks or op.aliasing != "maybe" or len(op.results) != 1:
        return False
    first = op.args[0]
    of_arrays = isinstance(first, Var) and isinstance(first.type, Array) and isinstance(op.result.type, Array)
    return of_arrays and memory.is_written(op.result)


class _Settling:
    """Goes over the blocks of one function."""

    def __init__(self, function: Function, memory: Regions) -> None:
        self.memory, self.definition = memory, Nesting(function).definition

    def block(self, block: Block) -> Block:
        builder = Builder()
        for op in block.ops:
            builder.origin = op.origin
            if op.blocks:
                op = replace(op, blocks=tuple(map(self.block, op.blocks)))
            op = self._as_diagonal(op) if op.primitive is EINSUM else op
            if not _is_open(op, self.memory):
                builder.append(op)
                continue
            known = sharing(op, self.definition)
            if op.primitive is UNBROADCAST:
                _read_once(builder, op)
            elif known is not None:
                builder.append(replace(op, static=known))
            else:
                _ask(builder, op)
        return replace(block, ops=tuple(builder.ops))

    def _as_diagonal(self, op: Op) -> Op:
        """An einsum that only picks entries of a written array as the view that it is."""
        if len(op.args) != 2 or op.keywords or not self.memory.is_written(op.result):
            return op
        subscripts, operand = op.args
        inputs, _, output = str(getattr(subscripts, "value", "")).replace(" ", "").partition("->")
        picks = inputs.isalpha() and set(inputs) == set(output) and len(set(output)) == len(output)
        if not picks or not isinstance(operand.type, Array) or operand.type.ndim != len(inputs):
            return op
        return replace(op, primitive=EINSUM_VIEW, args=(operand, subscripts), style="runtime")


def _read_once(builder: Builder, op: Op) -> None:
    """A cotangent that is read from a shadow is what stands there now, though it may be given back as it is."""
    read = builder.emit(COPY, op.args[0], hint=op.result.hint)
    builder.append(replace(op, args=(read, *op.args[1:])))


def _settled(op: Op, sharing: Sharing) -> Block:
    """A branch that runs an operation as what has been settled of it."""
    made = Var(op.result.hint, op.result.type, op.result.named)
    return Block((), (replace(op, results=(made,), static=sharing),), (made,))


def _ask(builder: Builder, op: Op) -> None:
    """Let the program find out: `if np.may_share_memory(y.reshape(-1), y): w = y.reshape(-1)`, else a copy."""
    tried = Var(op.result.hint, op.result.type)
    builder.append(replace(op, results=(tried,), static=Sharing.COPY))
    is_view = builder.emit(BY_NAME["may_share_memory"], tried, op.args[0], type=BOOL, hint="is_view")
    builder.branch(is_view, _settled(op, Sharing.VIEW), _settled(op, Sharing.COPY), op.results)


def sharing(op: Op, definition: Mapping[Var, Op]) -> Sharing | None:
    """What is known without asking."""
    (first, *rest), type_ = op.args, op.args[0].type
    assert isinstance(type_, Array)
    if op.primitive in _AT_LEAST or (op.primitive in _ITSELF and not rest and not op.keywords):
        return Sharing.VIEW
    if op.primitive is RESHAPE and type_.ndim < 2:
        return Sharing.VIEW
    if op.primitive in _ORDERED and (type_.ndim < 2 or _in_order(op)) and is_contiguous(first, definition):
        return Sharing.VIEW
    if op.primitive is BY_NAME["diag"]:
        return Sharing.VIEW if type_.ndim == 2 else Sharing.COPY
    if op.primitive in (BY_NAME["conj_method"], BY_NAME["imag"]):
        return Sharing.COPY if (type_.kind == "c") == (op.primitive is BY_NAME["conj_method"]) else Sharing.VIEW
    if op.primitive is BY_NAME["ascontiguousarray"] and not op.keywords and not rest and type_.ndim:
        return Sharing.VIEW if is_contiguous(first, definition) else None
    return None


def _in_order(op: Op) -> bool:
    return op.keyword("order", "C") == "C"


def is_contiguous(atom: Atom, definition: Mapping[Var, Op]) -> bool:
    """Whether an array is known to lie in one piece, row by row."""
    op = definition.get(atom) if isinstance(atom, Var) else None
    if op is None or op.blocks or not op.args or not isinstance(atom.type, Array):
        return False
    primitive = op.primitive
    if atom.type.ndim < 2 and op.aliasing == "fresh" and _makes_arrays(primitive):
        return True
    if primitive in _MADE_IN_ORDER or (primitive is COPY and op.style == "method"):
        return True
    if primitive in _ORDERED:
        return _in_order(op) and is_contiguous(op.args[0], definition)
    if primitive is GETITEM:
        return _leading(op.args[1]) and is_contiguous(op.args[0], definition)
    rule = rule_of(primitive)
    if primitive in _ALIKE or (rule is not None and rule.elementwise and op.aliasing == "fresh"):
        arrays = [a for a in op.inputs if isinstance(a.type, Array) and a.type.ndim > 1]
        return bool(arrays) and all(is_contiguous(a, definition) for a in arrays)
    return False


def _makes_arrays(primitive: Primitive) -> bool:
    return rule_of(primitive) is not None and primitive is not GETITEM


def _leading(index: Atom) -> bool:
    """Whether an index takes neighbouring rows: whole numbers, then at most one slice without a step."""
    if not isinstance(index, Const):
        return getattr(index.type, "kind", "") == "i" and not isinstance(index.type, Array)
    parts = index.value if isinstance(index.value, tuple) else (index.value,)
    cut = next((k for k, part in enumerate(parts) if isinstance(part, slice)), len(parts))
    ahead, behind = parts[:cut], parts[cut + 1 :]
    whole = all(type(p) is int for p in ahead) and all(p == slice(None) for p in behind)
    return whole and (cut == len(parts) or parts[cut].step in (None, 1))
