"""What kind of thing an op or a line is, as far as it matters for where it is printed."""

from __future__ import annotations

from ..ir.indexing import is_basic_index
from ..ir.nodes import Const, Op, Var
from ..ir.primitives import ADD, COMMENT, GETITEM, MULTIPLY, SUBTRACT
from ..ir.types import Array, Dict, FixedList, List, Record, Scalar, Tuple
from .lines import Copies, Do, Line, Repeat, operands


def is_reverse_mark(line: Line) -> bool:
    return isinstance(line, Do) and line.op.primitive is COMMENT and line.op.static == "reverse"


def weight(op: Op) -> int:
    """The leaves of an op alone; an entry or a part of an array counts as one."""
    if op.primitive is GETITEM and isinstance(op.args[1], Const):
        return 1
    return max(sum(not (isinstance(a, Const) and a.value is None) for a in operands(op)), 1)


def size_of(line: Line) -> int:
    return weight(line.op) if isinstance(line, Do) else 1


def is_plain_item(op: Op) -> bool:
    """A view or an entry by a basic index, or a part of a structure."""
    container, index = op.args
    if isinstance(container.type, Array):
        return is_basic_index(index)
    if isinstance(container.type, List):
        return isinstance(index.type, Scalar)
    return isinstance(container.type, (Tuple, Dict, FixedList, Record))


def is_offset(op: Op) -> bool:
    """`i - 1`: index arithmetic."""
    left, right = op.inputs
    integers = isinstance(op.result.type, Scalar) and op.result.type.kind == "i" and op.result.type.dtype is None
    return integers and isinstance(left, Var) and isinstance(right, Const) and op.style in (None, "operator")


def is_multiple(op: Op) -> bool:
    """`2 * i`: index arithmetic."""
    if op.primitive is not MULTIPLY or op.style not in (None, "operator"):
        return False
    integers = isinstance(op.result.type, Scalar) and op.result.type.kind == "i" and op.result.type.dtype is None
    return integers and sum(isinstance(a, Const) for a in op.inputs) == 1


def is_speaking(var: Var) -> bool:
    """Whether a value that the user did not name has a name of its own all the same (`bx`)."""
    return var.hint not in ("t", "result", "y") and not var.hint.startswith("_")


def accumulates(op: Op) -> bool:
    """`bx + c` that becomes the next `bx`."""
    left = op.args[0] if op.args else None
    return op.primitive in (ADD, SUBTRACT) and isinstance(left, Var) and left.hint == op.result.hint != "t"


def same_origin(left: Op, right: Op) -> bool:
    a, b = left.origin, right.origin
    return a is b or (a is not None and b is not None and (a.filename, a.line) == (b.filename, b.line))


def writes_into(user: Line, value: Var) -> bool:
    return isinstance(user, Do) and any(user.op.args[k] is value for k in user.op.primitive.writes)


def names_bound(line: Line) -> set[tuple[str, bool]]:
    """The names that a line gives to values, and whether they are the user's; intermediate values have none."""
    bound = [t for t, _ in line.pairs] if isinstance(line, Copies) else []
    if isinstance(line, Do):
        bound = [r for r in line.op.results if r.named or accumulates(line.op)]
    elif isinstance(line, Repeat):
        bound = line.bound
    return {(v.hint, v.named) for v in bound}
