"""Trees of `ast` as text: fewest parentheses, bare tuples between brackets, lines of at most 88 columns where possible.

`ast.unparse` knows neither comments nor line breaks and differs between versions of Python; what is met here too
rarely to have a form of its own (f-strings, comprehensions) is left to it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from enum import IntEnum, auto

WIDTH = 88
INDENT = "    "


class Level(IntEnum):
    """How strongly an expression binds."""

    TUPLE = auto()
    TEST = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    COMPARE = auto()
    BIT_OR = auto()
    BIT_XOR = auto()
    BIT_AND = auto()
    SHIFT = auto()
    SUM = auto()
    PRODUCT = auto()
    UNARY = auto()
    POWER = auto()
    ATOM = auto()


_BINARY: dict[type[ast.operator], tuple[str, Level]] = {
    ast.BitOr: ("|", Level.BIT_OR),
    ast.BitXor: ("^", Level.BIT_XOR),
    ast.BitAnd: ("&", Level.BIT_AND),
    ast.LShift: ("<<", Level.SHIFT),
    ast.RShift: (">>", Level.SHIFT),
    ast.Add: ("+", Level.SUM),
    ast.Sub: ("-", Level.SUM),
    ast.Mult: ("*", Level.PRODUCT),
    ast.Div: ("/", Level.PRODUCT),
    ast.FloorDiv: ("//", Level.PRODUCT),
    ast.Mod: ("%", Level.PRODUCT),
    ast.MatMult: ("@", Level.PRODUCT),
    ast.Pow: ("**", Level.POWER),
}
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not "}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_CLOSED = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Set, ast.JoinedStr)


def level_of(node: ast.expr) -> Level:
    """How strongly the outermost operation of an expression binds."""
    match node:
        case ast.BinOp():
            return _BINARY[type(node.op)][1]
        case ast.BoolOp():
            return Level.OR if isinstance(node.op, ast.Or) else Level.AND
        case ast.UnaryOp():
            return Level.NOT if isinstance(node.op, ast.Not) else Level.UNARY
        case ast.Compare():
            return Level.COMPARE
        case ast.IfExp() | ast.Lambda():
            return Level.TEST
        case ast.Tuple():
            return Level.TUPLE
        case ast.Name() | ast.Constant() | ast.Call() | ast.Attribute() | ast.Subscript() | ast.List() | ast.Dict():
            return Level.ATOM
    return Level.ATOM if isinstance(node, _CLOSED) else Level.TUPLE


def text(node: ast.expr, level: Level = Level.TEST) -> str:
    """An expression on one line, in parentheses if it binds less than `level`."""
    made = _TEXT.get(type(node), ast.unparse)(node)
    return f"({made})" if level_of(node) < level and not isinstance(node, ast.Starred) else made


def _comma(nodes: Iterable[ast.expr]) -> str:
    return ", ".join(text(n) for n in nodes)


def _binary(node: ast.BinOp) -> str:
    symbol, level = _BINARY[type(node.op)]
    if isinstance(node.op, ast.Pow):
        bare = level_of(node.left) is Level.ATOM and _is_simple(node.left) and _is_simple(node.right)
        space = "" if bare else " "
        return f"{text(node.left, Level.ATOM)}{space}**{space}{text(node.right, Level.UNARY)}"
    return f"{text(node.left, level)} {symbol} {text(node.right, Level(level + 1))}"


def _is_simple(node: ast.expr) -> bool:
    """A name, a dotted name or a number: a power of such is written without spaces."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if isinstance(node, ast.Attribute):
        return _is_simple(node.value)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) in (int, float))


def _unary(node: ast.UnaryOp) -> str:
    return f"{_UNARY[type(node.op)]}{text(node.operand, level_of(node))}"


def _boolean(node: ast.BoolOp) -> str:
    word = " or " if isinstance(node.op, ast.Or) else " and "
    return word.join(text(v, Level(level_of(node) + 1)) for v in node.values)


def _comparison(node: ast.Compare) -> str:
    parts = [text(node.left, Level.BIT_OR)]
    for op, right in zip(node.ops, node.comparators, strict=True):
        parts += [_COMPARE[type(op)], text(right, Level.BIT_OR)]
    return " ".join(parts)


def _conditional(node: ast.IfExp) -> str:
    return f"{text(node.body, Level.OR)} if {text(node.test, Level.OR)} else {text(node.orelse, Level.TEST)}"


def _tuple(node: ast.Tuple) -> str:
    if not node.elts:
        return "()"
    return f"{_comma(node.elts)}," if len(node.elts) == 1 else _comma(node.elts)


def _constant(node: ast.Constant) -> str:
    if node.value is Ellipsis:
        return "..."
    made = repr(node.value)
    return f'"{made[1:-1]}"' if made[0] == "'" and '"' not in made else made


def _attribute(node: ast.Attribute) -> str:
    value = text(node.value, Level.ATOM)
    bare_int = isinstance(node.value, ast.Constant) and type(node.value.value) is int
    return f"({value}).{node.attr}" if bare_int else f"{value}.{node.attr}"


def _subscript(node: ast.Subscript) -> str:
    return f"{text(node.value, Level.ATOM)}[{_index(node.slice)}]"


def _index(node: ast.expr) -> str:
    if isinstance(node, ast.Tuple):
        parts = [_index(part) if isinstance(part, ast.Slice) else text(part) for part in node.elts]
        return "()" if not parts else ", ".join(parts) + ("," if len(parts) == 1 else "")
    return _slice(node) if isinstance(node, ast.Slice) else text(node)


def _slice(node: ast.Slice) -> str:
    lower, upper = (text(p) if p is not None else "" for p in (node.lower, node.upper))
    simple = all(p is None or _is_short(p) for p in (node.lower, node.upper, node.step))
    colon = ":" if simple else " : "
    made = f"{lower}{colon}{upper}".strip()
    return made if node.step is None else f"{made}{colon}{text(node.step)}"


def _is_short(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Constant, ast.Attribute)) or (
        isinstance(node, ast.UnaryOp) and _is_short(node.operand)
    )


def _call(node: ast.Call) -> str:
    return f"{text(node.func, Level.ATOM)}({', '.join(_arguments(node))})"


def _arguments(node: ast.Call) -> list[str]:
    named = [f"{k.arg}={text(k.value)}" if k.arg else f"**{text(k.value)}" for k in node.keywords]
    return [text(a) for a in node.args] + named


def _list(node: ast.List) -> str:
    return f"[{_comma(node.elts)}]"


def _dict(node: ast.Dict) -> str:
    pairs = [f"{text(k)}: {text(v)}" if k else f"**{text(v)}" for k, v in zip(node.keys, node.values, strict=True)]
    return f"{{{', '.join(pairs)}}}"


def _name(node: ast.Name) -> str:
    return node.id


_TEXT: dict[type, object] = {}
_TEXT = {
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.IfExp: _conditional,
    ast.Tuple: _tuple,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.List: _list,
    ast.Dict: _dict,
}


# ------------------------------------------------------------------ lines that are too long


def fitted(before: str, node: ast.expr, after: str, margin: str, level: Level = Level.TUPLE) -> list[str]:
    """The lines of `before` + expression + `after`, broken where one line would be too long.

    Args:
        before: what stands in front of the expression in its first line.
        node: the expression.
        after: what stands behind it.
        margin: the indentation.
        level: what binds less is put in parentheses; a tuple stands bare at the level of tuples.
    """
    line = f"{margin}{before}{text(node, level)}{after}"
    if len(line) <= WIDTH:
        return [line]
    opening, body, closing = _broken(node, margin + INDENT)
    return [f"{margin}{before}{opening}", *body, f"{margin}{closing}{after}"] if body else [line]


def _broken(node: ast.expr, inner: str) -> tuple[str, list[str], str]:
    """What opens an expression that is broken, the lines inside, and what closes it; no lines where it stays whole."""
    match node:
        case ast.BinOp() | ast.BoolOp():
            return "(", _terms(node, inner), ")"
        case ast.IfExp():
            return "(", _conditional_lines(node, inner), ")"
        case ast.Call() if node.args or node.keywords:
            return f"{text(node.func, Level.ATOM)}(", _items(_call_items(node), inner), ")"
        case ast.Tuple() if len(node.elts) > 1:
            return "(", _items([("", e) for e in node.elts], inner), ")"
        case ast.List() if node.elts:
            return "[", _items([("", e) for e in node.elts], inner), "]"
        case ast.Dict() if node.keys and all(node.keys):
            pairs = [(f"{text(k)}: ", v) for k, v in zip(node.keys, node.values, strict=True) if k]
            return "{", _items(pairs, inner), "}"
    return "", [], ""


def _conditional_lines(node: ast.IfExp, margin: str) -> list[str]:
    return [
        *fitted("", node.body, "", margin, Level.OR),
        *fitted("if ", node.test, "", margin, Level.OR),
        *fitted("else ", node.orelse, "", margin, Level.TEST),
    ]


def _call_items(node: ast.Call) -> list[tuple[str, ast.expr]]:
    return [("", a) for a in node.args] + [(f"{k.arg}=" if k.arg else "**", k.value) for k in node.keywords]


def _items(items: Sequence[tuple[str, ast.expr]], margin: str) -> list[str]:
    """Items between brackets: on one line if they fit, else one on each."""
    line = margin + ", ".join(before + text(node) for before, node in items)
    if len(line) <= WIDTH:
        return [line]
    return [made for before, node in items for made in fitted(before, node, ",", margin, Level.TEST)]


def _terms(node: ast.BinOp | ast.BoolOp, margin: str) -> list[str]:
    """The terms of a sum or a product, one on each line behind its operator."""
    return [line for symbol, term, level in _chain(node) for line in fitted(symbol, term, "", margin, level)]


def _chain(node: ast.BinOp | ast.BoolOp) -> list[tuple[str, ast.expr, Level]]:
    if isinstance(node, ast.BoolOp):
        word = "or " if isinstance(node.op, ast.Or) else "and "
        above = Level(level_of(node) + 1)
        return [(word if k else "", value, above) for k, value in enumerate(node.values)]
    level = level_of(node)
    if level is Level.POWER:
        return [("", node.left, Level.ATOM), ("** ", node.right, Level.UNARY)]
    parts: list[tuple[str, ast.expr, Level]] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and level_of(left) is level:
        parts.append((f"{_BINARY[type(left.op)][0]} ", left.right, Level(level + 1)))
        left = left.left
    return [("", left, level), *reversed(parts)]
