"""Random numeric programs as text: a module with helpers, a function `f`, and `ARGS`. One seed, one text."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterable

from .language import CLASSES, LANGUAGE
from .scope import Array, Scope
from .statements import Statements, indent
from .states import STATE_CLASSES, STATES

FEATURES = (
    "arrays", "writes", "views", "aliases", "matrix", "masks", "fancy", "exits", "while", "helpers", "mutating",
    "recursion", "memory", "lists", "dicts", "closures", "comprehensions", *LANGUAGE, *STATES,
)  # fmt: skip

PURE = (
    ("def half(p):", "    if p > 0.3:", "        return 0.5 * p", "    return p * p"),
    ("def mix(p, q):", "    r = p * q", "    r = r + math.sin(p)", "    return r - q"),
    (
        "def steps(p, n):",
        "    for i in range(n):",
        "        if p > 2.0:",
        "            break",
        "        p = p * p + 0.1 * i",
        "    return p",
    ),
    ("def norm(v):", "    s = 0.0", "    for e in v:", "        s += e * e", "    return s"),
    ("def ends(v):", "    return v[0] * v[-1] + np.sum(v)"),
)
WRITERS = (
    ("def scale(v, c):", "    v *= c", "    return v[0]"),
    ("def shift(v):", "    v[1:] += v[:-1]", "    return np.sum(v)"),
    (
        "def sweep(v, c):",
        "    for i in range(1, len(v)):",
        "        v[i] = c * v[i - 1] + 0.5 * v[i]",
        "    return v[-1] * c",
    ),
    ("def clear(v, w):", "    w[0] = v[-1] * 2.0", "    v[0] = 0.0", "    return w[0]"),
)
VIEWERS = (
    ("def tail(v):", "    return v[1:]"),
    ("def either(v):", "    if v[0] > 0.3:", "        return v", "    return v[::-1]"),
    ("def itself(v):", "    v[0] += 1.0", "    return v"),
    ("def order(v):", "    return v if v[0] > 0.5 else v.copy()"),
)
RECURSIVE = (
    ("def tower(p, n):", "    if n == 0:", "        return p", "    return math.sin(p) + 0.5 * tower(p, n - 1)"),
    (
        "def tree(p, n):",
        "    if n < 2:",
        "        return p * p",
        "    return tree(p, n - 1) + 0.3 * tree(p * 0.5, n - 2)",
    ),
)
KINDS = {
    "half": ("scalar",), "mix": ("scalar", "scalar"), "steps": ("scalar", "count"), "norm": ("read",),
    "ends": ("read",),
    "scale": ("written", "scalar"), "shift": ("written",), "sweep": ("written", "scalar"),
    "clear": ("written", "written"),
    "tail": ("viewed",), "either": ("viewed",), "itself": ("viewed",), "order": ("viewed",),
    "tower": ("scalar", "count"), "tree": ("scalar", "count"),
}  # fmt: skip

_OF_STATES = ("Data(", "Plain(", "next_", "replace(", "copy.", "damped(", ".moved(")


def program(seed: int, features: Iterable[str] = FEATURES) -> str:
    """The text of a module.

    Args:
        seed: any integer.
        features: which constructs may appear, of FEATURES.
    """
    rng = random.Random(seed)
    chosen = frozenset(feature for feature in sorted(features) if rng.random() < 0.75)
    writer = Statements(rng, chosen, rng.randrange(4, 14))
    helpers = _helpers(rng, chosen)
    writer.helpers = {_name(text): KINDS[_name(text)] for text in helpers}
    scope, arguments, copies = _arguments(rng, chosen)
    body = [*copies, *writer.block(scope, 20)]
    body.append(f"return {_result(writer, scope)}")
    head = ["import math", "", "import numpy as np", ""]
    head += CLASSES if any("Box(" in line or "Held(" in line for line in body) else ()
    if any(mark in line for line in body for mark in _OF_STATES):
        head = ["import copy", "from dataclasses import dataclass, replace", *head, *STATE_CLASSES]
    definitions = [line for text in helpers for line in ("", *text, "")]
    function = [f"def f({', '.join(arguments)}):", *indent(body)]
    given = f"ARGS = ({', '.join(arguments.values())},)"
    return ast.unparse(ast.parse("\n".join([*head, *definitions, *function, given]))) + "\n"


def _name(text: tuple[str, ...]) -> str:
    return text[0][4 : text[0].index("(")]


def _helpers(rng: random.Random, features: frozenset[str]) -> list[tuple[str, ...]]:
    pool: list[tuple[str, ...]] = []
    if "helpers" in features:
        pool += [text for text in PURE if "arrays" in features or "(v" not in text[0]]
    if {"mutating", "arrays", "writes"} <= features:
        pool += WRITERS
    if "recursion" in features:
        pool += RECURSIVE
    if {"memory", "views", "arrays", "writes"} <= features:
        pool += VIEWERS
    return rng.sample(pool, min(len(pool), 4))


def _arguments(rng: random.Random, features: frozenset[str]) -> tuple[Scope, dict[str, str], list[str]]:
    scope, arguments, copies = Scope(), {}, []
    for name in ("x", "y")[: rng.randrange(1, 3)]:
        scope.scalars.append(name)
        arguments[name] = _number(rng)
    if "arrays" in features:
        for name in ("a", "b")[: rng.randrange(1, 3)]:
            n = rng.choice((4, 4, 5))
            arguments[name] = f"np.array([{', '.join(_number(rng) for _ in range(n))}])"
            _declare(name, (n,), scope, copies, rng)
    if {"matrix", "arrays"} <= features and rng.random() < 0.5:
        n, m = rng.choice(((2, 3), (3, 3), (3, 2)))
        rows = ", ".join(f"[{', '.join(_number(rng) for _ in range(m))}]" for _ in range(n))
        arguments["m"] = f"np.array([{rows}])"
        _declare("m", (n, m), scope, copies, rng)
    return scope, arguments, copies


def _declare(name: str, shape: tuple[int, ...], scope: Scope, copies: list[str], rng: random.Random) -> None:
    """An argument is copied at first, is a plain argument that may be written, or is never written."""
    kind = rng.randrange(4)
    if kind < 2:
        copies.append(f"{name} = {name}.copy()")
    scope.arrays[name] = Array(shape, writable=kind < 3)


def _number(rng: random.Random) -> str:
    return repr(round(rng.choice((-1, 1)) * rng.uniform(0.15, 1.6), 3))


def _result(writer: Statements, scope: Scope) -> str:
    parts = [writer.pick(scope.scalars)] + [f"np.sum({n} * {n})" for n in scope.arrays]
    parts += [f"sum({n})" for n in scope.lists]
    terms = writer.rng.sample(parts, min(len(parts), 3)) + [scope.scalars[0]]
    return " + ".join(f"{round(writer.rng.uniform(0.5, 2.0), 1)} * {term}" for term in terms)
