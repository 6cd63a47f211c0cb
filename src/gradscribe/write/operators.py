"""The nodes of Python's operators by their symbols, and signs that move out of a term."""

from __future__ import annotations

import ast

BINARY: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
    "//": ast.FloorDiv(),
    "%": ast.Mod(),
    "**": ast.Pow(),
    "@": ast.MatMult(),
    "&": ast.BitAnd(),
    "|": ast.BitOr(),
    "^": ast.BitXor(),
    "<<": ast.LShift(),
    ">>": ast.RShift(),
}
UNARY: dict[str, ast.unaryop] = {"-": ast.USub(), "+": ast.UAdd(), "~": ast.Invert(), "not": ast.Not()}
COMPARE: dict[str, ast.cmpop] = {
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "is": ast.Is(),
    "is not": ast.IsNot(),
    "in": ast.In(),
    "not in": ast.NotIn(),
}


def without_sign(node: ast.expr) -> ast.expr | None:
    """`v` for `-v`, and `v * w` for `-v * w` (rounding is symmetric); None for a number alone, and for what does not
    begin with a minus."""
    front = node
    while isinstance(front, ast.BinOp) and isinstance(front.op, (ast.Mult, ast.Div)):
        front = front.left
    if not isinstance(front, ast.UnaryOp) or not isinstance(front.op, ast.USub):
        return None
    number = front.operand
    if isinstance(number, ast.Constant) and (front is node or type(number.value) is not float):
        return None  # of unsigned integers -2 * v fails where 2 * v does not
    return _with_front(node, front.operand)


def _with_front(node: ast.expr, front: ast.expr) -> ast.expr:
    """A product or quotient with another leftmost operand."""
    return ast.BinOp(_with_front(node.left, front), node.op, node.right) if isinstance(node, ast.BinOp) else front
