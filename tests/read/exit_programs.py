"""Normalised functions as runnable Python, and random programs full of exits.

Each program calls `t(k, value)` in every test, iterator, statement and result: it writes a log, so that not only
results but the order of everything that happens is compared.
"""

from __future__ import annotations

import linecache
import random
from collections.abc import Callable
from typing import Any

import gast

from gradscribe.read.normalise import RESULT, normalise
from gradscribe.source.text import read_source


class OutOfFuel(BaseException):
    """A program runs for too long."""


class Caught(Exception):
    """What programs raise and catch."""


def compiled(text: str, name: str = "f", **namespace: Any) -> Any:
    filename = f"<program {hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec", dont_inherit=True), namespace)
    return namespace[name]


def as_python(tree: gast.FunctionDef) -> str:
    """A normalised function as Python: loops break at the end of a trip, the result is returned."""
    for node in list(gast.walk(tree)):
        assert not isinstance(node, gast.Return | gast.Break | gast.Continue)
        if isinstance(node, gast.For | gast.While):
            assert not node.orelse
            assert isinstance(node, gast.For) or node.test.value is True
            if node.exit_flag:
                test = gast.Name(node.exit_flag, gast.Load(), None, None)
                node.body.append(gast.If(test, [gast.Break()], []))
    tree.body.append(gast.Return(gast.Name(RESULT, gast.Load(), None, None)))
    for node in gast.walk(tree):
        if isinstance(node, gast.Name):
            node.id = node.id.replace("%", "_flag_")
    return gast.unparse(gast.fix_missing_locations(tree)) + "\n"


def normalised_text(function: Callable[..., Any]) -> str:
    tree = normalise(read_source(function))
    return as_python(tree)


class Run:
    """One run of a program: what it did, and how it ended."""

    def __init__(self, text: str, values: list[int]) -> None:
        self.text, self.values = text, values
        self.log: list[Any] = []

    def t(self, key: Any, *value: Any) -> Any:
        """Note a call; without a value give the next of the random ones."""
        self.log.append((key, *value))
        if len(self.log) > 400:
            raise OutOfFuel
        got = value[0] if value else self.values[len(self.log) % len(self.values)]
        if not value and got == 13:
            self.log.append("raise")
            raise Caught(key)
        return got

    def items(self, key: Any, n: int) -> Any:
        for i in range(n):
            yield self.t(key, i)
        self.log.append((key, "exhausted"))

    def manager(self, key: Any, swallows: bool) -> Any:
        return Manager(self, key, swallows)

    def outcome(self) -> tuple[Any, ...]:
        scope = {"t": self.t, "items": self.items, "manager": self.manager, "Caught": Caught}
        function = compiled(self.text, **scope)
        try:
            result = function(1, 2)
        except (OutOfFuel, Caught, UnboundLocalError) as error:
            result = type(error)
        return result, self.log


class Manager:
    """Raises when left, now and then, and swallows what it may."""

    def __init__(self, run: Run, key: Any, swallows: bool) -> None:
        self.run, self.key, self.swallows = run, key, swallows

    def __enter__(self) -> None:
        self.run.t((self.key, "enter"), 0)

    def __exit__(self, kind: Any, *rest: Any) -> bool:
        self.run.t((self.key, "exit"))
        return self.swallows and kind is Caught


class Generator:
    """Random programs.

    Args:
        seed: of the program.
        regions: whether there are `with`, `try` and `match` too.
    """

    def __init__(self, seed: int, regions: bool = True) -> None:
        self.random = random.Random(seed)
        self.regions = regions
        self.keys = 0
        self.budget = self.random.randint(6, 30)

    def program(self) -> str:
        return "def f(a, b):\n    x = i = j = 0\n" + self.block(1, False, False, 0) + "\n"

    def key(self) -> int:
        self.keys += 1
        return self.keys

    def block(self, depth: int, loop: bool, final: bool, level: int) -> str:
        parts = [self.statement(depth, loop, final, level) for _ in range(self.random.randint(1, 4))]
        return "\n".join(parts)

    def statement(self, depth: int, loop: bool, final: bool, level: int) -> str:
        self.budget -= 1
        pad = "    " * depth
        simple = [self.assign, self.assign] + [self.leave] * 2
        compound = [self.branch] * 4 + [self.loop] * 3 + [self.region] * (2 if self.regions else 0)
        kinds = simple + (compound if self.budget > 0 and level < 6 else [])
        return self.random.choice(kinds)(pad, depth, loop, final, level)

    def assign(self, pad: str, depth: int, loop: bool, final: bool, level: int) -> str:
        name = self.random.choice("abx")
        return f"{pad}{name} = t({self.key()}, {name} + {self.random.choice('abxij')} * {self.key()} % 97)"

    def leave(self, pad: str, depth: int, loop: bool, final: bool, level: int) -> str:
        choices = [] if final else [f"return t({self.key()}, a + 2 * b + 3 * x + 5 * i + 7 * j)"] * 2 + ["return"]
        choices += ["break", "break", "continue", "continue"] * loop + [f"raise Caught({self.key()})", "pass"]
        return pad + self.random.choice(choices)

    def test(self) -> str:
        k = self.key()
        return self.random.choice([f"t({k}) % 2", f"t({k}) % 3", f"t({k}) > 4", f"t({k}, (a + b + x) % 2)", "a > b"])

    def branch(self, pad: str, depth: int, loop: bool, final: bool, level: int) -> str:
        inner = lambda: self.block(depth + 1, loop, final, level + 1)  # noqa: E731
        out = f"{pad}if {self.test()}:\n{inner()}"
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            out += f"\n{pad}elif {self.test()}:\n{inner()}"
        return out + (f"\n{pad}else:\n{inner()}" if self.random.random() < 0.5 else "")

    def loop(self, pad: str, depth: int, loop: bool, final: bool, level: int) -> str:
        k = self.key()
        heads = [f"for i in items({k}, {k % 4})", f"for j in items({k}, 3)", f"for i in range({k % 4})"]
        heads += [f"while {self.test()}", f"while t({k}) % 5", "while True"]
        inner = self.block(depth + 1, True, final, level + 1)
        out = f"{pad}{self.random.choice(heads)}:\n{pad}    t({k}, x)\n{inner}"
        if self.random.random() < 0.4:
            out += f"\n{pad}else:\n{self.block(depth + 1, loop, final, level + 1)}"
        return out

    def region(self, pad: str, depth: int, loop: bool, final: bool, level: int) -> str:
        def inner(last: bool = False) -> str:
            return self.block(depth + 1, loop and not last, final or last, level + 1)

        kind = self.random.choice(["with", "try", "finally", "both", "match"])
        if kind == "match":
            out = f"{pad}match t({self.key()}) % 5:\n"
            for pattern in self.random.sample(["0", "1 | 2", "3", "i if i % 2", "j"], 3):
                if pattern == "j":
                    break
                out += f"{pad}    case {pattern}:\n{self.block(depth + 2, loop, final, level + 1)}\n"
            last = self.random.choice(["_", "j", "4"])
            return out + f"{pad}    case {last}:\n" + self.block(depth + 2, loop, final, level + 1)
        if kind == "with":
            return f"{pad}with manager({self.key()}, {self.random.random() < 0.5}):\n{inner()}"
        out = f"{pad}try:\n{inner()}"
        if kind != "finally":
            out += f"\n{pad}except Caught:\n{inner()}"
            if self.random.random() < 0.4:
                out += f"\n{pad}else:\n{inner()}"
        if kind != "try":
            out += f"\n{pad}finally:\n{pad}    t({self.key()}, x)\n{inner(True)}"
        return out


def difference(seed: int, regions: bool = True, runs: int = 4) -> str | None:
    """The text of a program that does something else when normalised; None if it does the same."""
    text = Generator(seed, regions).program()
    normal = normalised_text(compiled(text))
    rng = random.Random(seed)
    for _ in range(runs):
        values = [rng.choice([0, 1, 2, 3, 4, 5, 6, 13]) for _ in range(rng.choice([7, 31, 101]))]
        if Run(text, values).outcome() != Run(normal, values).outcome():
            return f"seed {seed}\n{text}\n{normal}\n{Run(text, values).outcome()}\n{Run(normal, values).outcome()}"
    return None
