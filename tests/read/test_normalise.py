"""Exits become nesting, and everything happens as before, in the same order."""

# ruff: noqa: E501 - tables of small programs

import textwrap

import gast
import pytest

from gradscribe.errors import UnsupportedSyntax
from gradscribe.read.normalise import normalise
from gradscribe.source.text import read_source

from .exit_programs import Run, compiled, difference, normalised_text


def function_of(body, **namespace):
    return compiled("def f(a, b):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n", **namespace)


def shown(body):
    """A normalised body, with loops as `loop` or `for`, ended by the flag in brackets."""
    tree = normalise(read_source(function_of(body)))
    for node in gast.walk(tree):
        if isinstance(node, gast.For | gast.While) and node.exit_flag:
            node.body.append(gast.Expr(gast.Name(f"[{node.exit_flag}]", gast.Load(), None, None)))
    return gast.unparse(gast.fix_missing_locations(tree)).partition("\n")[2]


# what is written, what comes out; first what stays as it is
SHAPES = [
    ("x = a\nreturn x", "x = a\n%result = x"),
    ("a[0] = b", "a[0] = b\n%result = None"),
    ("if a:\n    x = 1\nelse:\n    x = 2\nreturn x", "if a:\n    x = 1\nelse:\n    x = 2\n%result = x"),
    ("for x in a:\n    b += x\nreturn b", "for x in a:\n    b += x\n%result = b"),
    ("if a:\n    raise E\nb = 1\nreturn b", "if a:\n    raise E\nb = 1\n%result = b"),
    ("with a:\n    b = 1\nreturn b", "with a:\n    b = 1\n%result = b"),
    ("def g():\n    return 1\nreturn g", "def g():\n    return 1\n%result = g"),
    # early return
    ("if a:\n    return 1\nreturn 2", "if a:\n    %result = 1\nelse:\n    %result = 2"),
    ("if a:\n    b = 1\nelse:\n    return 2\nreturn b", "if a:\n    b = 1\n    %result = b\nelse:\n    %result = 2"),
    (
        "if a:\n    raise E\nelif b:\n    return 1\nreturn 2",
        "if a:\n    raise E\nelif b:\n    %result = 1\nelse:\n    %result = 2",
    ),
    (
        "if a:\n    if b:\n        return 1\n    b = 2\nreturn b",
        "%done = False\nif a:\n    if b:\n        %result = 1\n        %done = True\n    else:\n        b = 2\n"
        "if %done:\n    pass\nelse:\n    %result = b\n    %done = True",
    ),
    # loops
    (
        "while a:\n    a -= 1\nreturn b",
        "%end = False\nwhile True:\n    if a:\n        a -= 1\n    else:\n        %end = True\n    [%end]\n%result = b",
    ),
    (
        "for x in a:\n    if x:\n        continue\n    b += x\nreturn b",
        "for x in a:\n    if x:\n        pass\n    else:\n        b += x\n%result = b",
    ),
    (
        "for x in a:\n    if x:\n        break\nreturn b",
        "%end = False\nfor x in a:\n    if x:\n        %end = True\n    [%end]\n%result = b",
    ),
    (
        "for x in a:\n    if x:\n        break\nelse:\n    b = 1\nreturn b",
        "%end = False\n%broke = False\nfor x in a:\n    if x:\n        %broke = True\n        %end = True\n    [%end]\n"
        "if not %broke:\n    b = 1\n%result = b",
    ),
    ("for x in a:\n    b += x\nelse:\n    b = 1\nreturn b", "for x in a:\n    b += x\nb = 1\n%result = b"),
    (
        "for x in a:\n    if x:\n        return x / b\nreturn b",
        "%end = False\n%returned = False\nfor x in a:\n    if x:\n        %returned = True\n        %end = True\n    [%end]\n"
        "if %returned:\n    %result = x / b\nelse:\n    %result = b",
    ),
    (
        "while True:\n    a -= 1\n    if a:\n        return b",
        "%end = False\nwhile True:\n    a -= 1\n    if a:\n        %end = True\n    [%end]\n%result = b",
    ),
    # regions: what is returned is evaluated inside
    (
        "with a:\n    return b\nreturn 1",
        "%returned = False\nwith a:\n    %result = b\n    %returned = True\nif %returned:\n    pass\nelse:\n    %result = 1",
    ),
    ("try:\n    return b\nexcept E:\n    raise", "try:\n    %result = b\nexcept E:\n    raise"),
    # match
    (
        "match a:\n    case 1:\n        return 1\n    case [x]:\n        return x\nreturn b",
        "match a:\n    case 1:\n        %result = 1\n    case [x]:\n        %result = x\n    case _:\n        %result = b",
    ),
]


@pytest.mark.parametrize("body, expected", SHAPES)
def test_shape(body, expected):
    assert textwrap.dedent(shown(body)).replace("\n\n", "\n").strip() == expected


# programs with t, items, manager (see exit_programs) whose exits meet
MEETINGS = [
    "with manager(1, True):\n    return t(2)\nreturn t(3)",
    "with manager(1, True):\n    t(2)\n    with manager(3, False):\n        return t(4)\n    t(5)\nreturn t(6)",
    "for i in items(1, 3):\n    with manager(2, True):\n        if t(3):\n            break\n        t(4)\n        continue\n    t(5)\nelse:\n    t(6)\nreturn t(7)",
    "for i in items(1, 3):\n    try:\n        with manager(2, False):\n            break\n    except Caught:\n        t(3)\n    t(4)\nelse:\n    t(5)\nreturn t(6)",
    "try:\n    if t(1) % 2:\n        return t(2)\n    t(3)\nexcept Caught:\n    t(4)\nelse:\n    t(5)\nfinally:\n    t(6)\nreturn t(7)",
    "try:\n    try:\n        return t(1)\n    finally:\n        t(2)\nexcept Caught:\n    t(3)\nreturn t(4)",
    "for i in items(1, 3):\n    try:\n        t(2)\n    except Caught as e:\n        return t(3, str(e))\n    finally:\n        t(4)\nreturn t(5, i)",
    "while t(1) % 3:\n    for i in items(2, 3):\n        if t(3) % 2:\n            return t(4, i)\n        if t(5) % 2:\n            break\n    else:\n        continue\n    break\nelse:\n    return t(6)\nreturn t(7)",
    "for i in items(1, 2):\n    for j in items(2, 2):\n        if t(3) % 2:\n            continue\n        if t(4) % 3 == 0:\n            return (i, j)\n        t(5)\n    t(6)",
    "for i in items(1, 3):\n    pass\nelse:\n    return t(2, i)",
    "while True:\n    if t(1) % 3 == 0:\n        break\n    if t(2) % 3 == 0:\n        return t(3)\n    if t(4) % 3 == 0:\n        continue\n    t(5)\nelse:\n    t(6)\nt(7)",
    "match t(1) % 4:\n    case 0:\n        return t(2)\n    case x if t(3, x) % 2:\n        t(4)\n    case 2 | 3:\n        raise Caught\nreturn t(5)",
    "for i in items(1, 4):\n    match t(2) % 4:\n        case 0:\n            break\n        case 1:\n            continue\n        case 2:\n            return t(3)\n    t(4)\nelse:\n    t(5)",
]


@pytest.mark.parametrize("body", MEETINGS)
def test_where_exits_meet(body):
    text = "def f(a, b):\n" + textwrap.indent(body, "    ") + "\n"
    normal = normalised_text(compiled(text))
    for start in range(60):
        values = [(start * 7 + k * k * (start + 3)) % 11 if (start + k) % 9 else 13 for k in range(1, 24)]
        assert Run(normal, values).outcome() == Run(text, values).outcome(), normal


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_random_programs(first):
    for seed in range(first, first + 50):
        assert difference(seed, regions=seed % 3 != 0) is None


# body, line and column (from 1), what the message says
REFUSED = [
    ("try:\n    a = 1\nfinally:\n    return a", 5, 9, "`return` in a `finally`"),
    ("for x in a:\n    try:\n        a = 1\n    finally:\n        break", 6, 13, "`break` in a `finally`"),
    ("yield a", 2, 5, "`yield`"),
    ("x = yield from a", 2, 9, "`yield from`"),
    ("try:\n    a = 1\nexcept* E:\n    a = 2", 2, 5, "`except*`"),
]


@pytest.mark.parametrize("body, line, column, message", REFUSED)
def test_refused(body, line, column, message):
    with pytest.raises(UnsupportedSyntax, match=f":{line}:{column}: ") as caught:
        normalise(read_source(function_of(body)))
    assert message in caught.value.reason


def test_a_coroutine_is_refused():
    with pytest.raises(UnsupportedSyntax, match="a coroutine"):
        normalise(read_source(compiled("async def f():\n    return 1\n")))


def test_the_source_is_left_as_it_is():
    source = read_source(function_of("while a:\n    if b:\n        return 1\n    for x in a:\n        break\nreturn 2"))
    before = gast.dump(source.tree, include_attributes=True)
    first, second = (gast.dump(normalise(source), include_attributes=True) for _ in range(2))
    assert first == second and gast.dump(source.tree, include_attributes=True) == before


def test_new_nodes_have_places():
    source = read_source(function_of("while a:\n    if b:\n        return 1\n    with a:\n        continue\nreturn 2"))
    for node in gast.walk(normalise(source)):
        if isinstance(node, gast.stmt | gast.expr):
            assert 1 <= node.lineno <= 7


LONG = {
    "elifs": lambda n: "if a == 0:\n    return 0\n" + "".join(f"elif a == {i}:\n    b = {i}\n" for i in range(1, n)),
    "statements": lambda n: "b = a + b\n" * n + "return b",
    "early returns": lambda n: "".join(f"if a == {i}:\n    return {i}\n" for i in range(n)),
    "returns in a loop": lambda n: (
        "for x in a:\n" + "".join(f"    if x == {i}:\n        return {i}\n" for i in range(n))
    ),
}


@pytest.mark.parametrize(
    "kind, n", [("elifs", 300), ("statements", 5000), ("early returns", 300), ("returns in a loop", 300)]
)
def test_long_functions(kind, n):
    normalise(read_source(function_of(LONG[kind](n))))
