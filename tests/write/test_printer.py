"""Printed expressions parse to what they were made from, with the fewest parentheses, within the width."""

from __future__ import annotations

import ast
import math
import random

import numpy as np
import pytest

from gradscribe.write.printer import WIDTH, fitted, text
from gradscribe.write.scope import Scope, literal
from gradscribe.write.substitution import substituted

NICE = [
    "x1 * x2 + np.sin(x1)",
    "a - (b - c) - d",
    "-(a + b) ** 2",
    "(-a) ** 2 + 2**-b",
    "(a**b) ** c",
    "x[1:-1, i]",
    "x[..., None]",
    "x[::2]",
    "x[i - 1 : j + 1]",
    "x[()]",
    "x[i,]",
    "a if b else c",
    "not a and (b or c)",
    "a < b <= c",
    "(a < b) == c",
    "(a, b)",
    "f(x, *y, axis=0, **z)",
    "{'a': 1, 'b': [1, 2]}".replace("'", '"'),
    "x.T @ (y @ z)",
    "lambda x: x + 1",
    "[i * n for i in xs if i]",
    "f'{a}-{b!r}'",
    "(1).real",
    "-x.real",
    "(-x).real",
    "~a & b | c ^ d",
    "a << 2 >> 1",
    "(a if b else c) if d else e",
    "x is not None",
    '"it\'s"',
]


@pytest.mark.parametrize("source", NICE)
def test_as_one_writes_it(source: str) -> None:
    assert text(ast.parse(source, mode="eval").body) == source


def expression(rng: random.Random, depth: int) -> ast.expr:
    """A random expression."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([ast.Name("a"), ast.Name("b"), ast.Constant(2), ast.Constant(1.5)])
    made = [expression(rng, depth - 1) for _ in range(3)]
    choice = rng.randrange(10)
    binary = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.MatMult, ast.BitOr, ast.BitAnd, ast.LShift]
    if choice < 5:
        return ast.BinOp(made[0], rng.choice(binary)(), made[1])
    if choice == 5:
        return ast.UnaryOp(rng.choice([ast.USub, ast.Not, ast.Invert])(), made[0])
    if choice == 6:
        return ast.Compare(made[0], [rng.choice([ast.Lt, ast.Is, ast.NotIn])()], [made[1]])
    if choice == 7:
        return ast.BoolOp(rng.choice([ast.And, ast.Or])(), made[:2])
    if choice == 8:
        return rng.choice([ast.IfExp(*made), ast.Tuple(made[:2]), ast.Lambda(_no_arguments(), made[0])])
    return rng.choice(
        [
            ast.Subscript(made[0], ast.Slice(made[1], made[2], None)),
            ast.Subscript(made[0], ast.Tuple([made[1], ast.Slice(None, made[2], None)])),
            ast.Attribute(made[0], "T"),
            ast.Call(made[0], made[1:2], [ast.keyword("k", made[2])]),
        ]
    )


def _no_arguments() -> ast.arguments:
    return ast.parse("lambda: 0", mode="eval").body.args  # type: ignore[attr-defined, no-any-return]


def shape(node: ast.AST) -> str:
    return ast.dump(ast.parse(ast.unparse(node), mode="eval"))


def test_random_expressions_come_back() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        node = ast.Call(ast.Name("f"), [expression(rng, 4)], [])
        printed = text(node)
        assert ast.dump(ast.parse(printed, mode="eval")) == shape(node), printed
        assert len(printed) <= len(ast.unparse(node)) + 2 * printed.count("[") + 3 * printed.count(").T")


def test_long_lines_come_back() -> None:
    rng = random.Random(2)
    for _ in range(500):
        node = expression(rng, 6)
        lines = fitted("value = ", node, "", "    ")
        made = ast.parse("if 1:\n" + "\n".join(lines)).body[0].body[0].value  # type: ignore[attr-defined]
        assert ast.dump(made) == ast.dump(ast.parse(ast.unparse(node), mode="eval").body), "\n".join(lines)


def test_long_sums_break_before_operators() -> None:
    node = ast.parse(" + ".join(f"weight_{k} * value_{k}" for k in range(6)), mode="eval").body
    lines = fitted("total = ", node, "", "    ")
    assert lines[0] == "    total = (" and lines[1] == "        weight_0 * value_0"
    assert lines[2] == "        + weight_1 * value_1" and lines[-1] == "    )"
    assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize(
    "value",
    [0.1, -0.0, 1e300, -1e-300, math.inf, -math.inf, 5, -3, True, None, ..., "a'b", b"x", 2j, 1 - 2j, complex(-0.0, 1)]
    + [
        complex(0.0, -0.0),
        np.float32(0.1),
        np.float64(-2.5),
        np.int64(3),
        np.bool_(True),
        (1, -2.0),
        (),
        slice(1, None),
    ]
    + [(slice(None, -1), 0), 10**40, -np.float64(0.0), [1, 2]],
)
def test_constants_come_back(value: object) -> None:
    scope = Scope(())
    made = literal(value, scope)
    assert made is not None
    names: dict[str, object] = {}
    exec("\n".join(scope.imports()), names)
    back = eval(text(made), names)
    assert type(back) is type(value) and repr(back) == repr(value)


def test_nan_comes_back() -> None:
    made = literal(math.nan, Scope(()))
    assert made is not None and math.isnan(eval(text(made)))


def test_an_index_is_bare() -> None:
    made = literal((slice(None, -1), 0), Scope(()), index=True)
    assert made is not None and text(ast.Subscript(ast.Name("x"), made)) == "x[:-1, 0]"


def test_substitution_knows_scopes() -> None:
    def replaced(source: str, **known: str) -> str:
        tree = ast.parse(source, mode="eval").body
        return text(substituted(tree, {k: ast.Name(v) for k, v in known.items()}, Scope(())))

    assert replaced("n + max(n, 1)", n="m") == "m + max(m, 1)"
    assert replaced("[n * i for i in n]", n="m") == "[m * i for i in m]"
    assert replaced("[n * i for i in xs]", n="i", xs="xs") == "[i * i_ for i_ in xs]"
    assert replaced("[i for i in i]", i="j") == "[i for i in j]"
    assert replaced("lambda i: n + i", n="i") == "lambda i_: i + i_"
    assert replaced("{k: n for k, v in d.items()}", n="v", d="d") == "{k: v for k, v_ in d.items()}"
