"""Random programs of array statements as text: windows that overlap, flips, broadcasting, run-time bounds, loops.

The generator knows the sizes that it gives to the arguments, and writes down bounds in many ways; now and then one is
wrong on purpose. One seed, one text: a module with a function `f`, which writes to its arguments and returns a number,
and `ARGS`, where one argument may be another one or a part of it.
"""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass, field

UNARY = (
    "np.sin({})", "np.cos({})", "np.tanh({})", "np.exp(-np.abs({}))", "np.sqrt(np.abs({}) + 0.1)", "(-{})",
    "np.log1p(np.abs({}))", "({}) ** 2", "np.abs({})", "1.0 / (2.0 + np.square({}))",
)  # fmt: skip
BINARY = (
    "{} + {}", "{} - {}", "{} * {}", "0.5 * {} + {}", "np.maximum({}, {})", "np.minimum({}, {})",
    "{} / (1.5 + np.abs({}))", "np.arctan2({}, {})", "np.where({} > 0.2, {}, 0.3)",
)  # fmt: skip
UPDATES = ("=", "=", "=", "+=", "+=", "-=", "*=")


@dataclass
class Scope:
    """What can be named: arrays by shape, numbers, integers by value."""

    arrays: dict[str, tuple[int, ...]] = field(default_factory=dict)
    floats: list[str] = field(default_factory=list)
    ints: dict[str, int] = field(default_factory=dict)
    counters: dict[str, tuple[int, int]] = field(default_factory=dict)

    def inner(self) -> Scope:
        return Scope(dict(self.arrays), list(self.floats), dict(self.ints), dict(self.counters))


def program(seed: int) -> str:
    """The text of a module."""
    return _Program(random.Random(seed)).text()


class _Program:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.wrong = 0.06 if rng.random() < 0.3 else 0.0
        self.single = rng.random() < 0.15
        self.broadcasts = rng.random() < 0.5
        self.names = 0

    def text(self) -> str:
        scope, arguments = self.arguments()
        body = self.block(scope, self.rng.randrange(2, 6), 0)
        body.append(f"return {self.result(scope)}")
        given = ", ".join(arguments.values())
        lines = ["import numpy as np", f"def f({', '.join(arguments)}):", *_indented(body), f"ARGS = ({given},)"]
        return ast.unparse(ast.parse("\n".join(lines))) + "\n"

    # arguments ---------------------------------------------------------------------------------------------------

    def arguments(self) -> tuple[Scope, dict[str, str]]:
        rng, scope = self.rng, Scope()
        n = rng.choice((0, 1, 3, 4, 5, 6, 7, 9))
        made = {"x": self.number()}
        scope.floats.append("x")
        made["a"] = f"(a_ := {self.array((n,))})"
        scope.arrays["a"] = (n,)
        how = rng.random()
        if how < 0.1:
            made["b"], scope.arrays["b"] = "a_", (n,)
        elif how < 0.2 and n > 2:
            made["b"], scope.arrays["b"] = rng.choice(("a_[1:]", "a_[:-1]")), (n - 1,)
        else:
            scope.arrays["b"] = (rng.choice((n, n, n + 1, 1)),)
            made["b"] = self.array(scope.arrays["b"])
        if rng.random() < 0.7:
            scope.arrays["m"] = (rng.choice((n, 1, 3, 4)), rng.choice((n, n, 1, 5)))
            made["m"] = self.array(scope.arrays["m"])
            if rng.random() < 0.2:
                made["m"] = f"np.asfortranarray({made['m']})"
        scope.ints = {"n": n, "k": rng.choice((0, 1, 2, -1, -2))}
        made |= {name: str(value) for name, value in scope.ints.items()}
        return scope, made

    def array(self, shape: tuple[int, ...]) -> str:
        ending = ".astype(np.float32)" if self.single else ""
        if 0 in shape:
            return f"np.zeros({shape!r}){ending}"
        count = 1
        for extent in shape:
            count *= extent
        entries = ", ".join(self.number() for _ in range(count))
        return f"np.array([{entries}]).reshape({shape!r}){ending}"

    def number(self) -> str:
        return repr(round(self.rng.choice((-1, 1)) * self.rng.uniform(0.1, 1.2), 2))

    # statements --------------------------------------------------------------------------------------------------

    def block(self, scope: Scope, count: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(count):
            lines += self.statement(scope, depth)
        return lines

    def statement(self, scope: Scope, depth: int) -> list[str]:
        kinds = [self.write] * 5 + [self.new, self.view, self.total, self.row_write]
        if depth < 2:
            kinds += [self.repeat, self.elements, self.branch, self.rows]
        return self.rng.choice(kinds)(scope, depth)

    def write(self, scope: Scope, depth: int) -> list[str]:
        """`a[1:] = ...`"""
        name = self.pick(scope.arrays)
        index, shape = self.window(scope, name)
        how = self.rng.choice(UPDATES)
        value = self.expression(scope, self.narrower(shape), 2)
        return [f"{name}[{index}] {how} {self.damped(value, how)}"]

    def row_write(self, scope: Scope, depth: int) -> list[str]:
        """`m[i, 1:] = ...`"""
        name = self.pick(scope.arrays)
        shape = scope.arrays[name]
        if len(shape) < 2 or 0 in shape:
            return self.write(scope, depth)
        parts, sizes = [], []
        fixed = self.rng.randrange(2)
        for axis, extent in enumerate(shape):
            if axis == fixed:
                parts.append(self.integer(scope, self.rng.randrange(-extent, extent)))
            else:
                text, size = self.slice(scope, extent)
                parts.append(text)
                sizes.append(size)
        how = self.rng.choice(UPDATES)
        value = self.expression(scope, self.narrower(tuple(sizes)), 2)
        return [f"{name}[{', '.join(parts)}] {how} {self.damped(value, how)}"]

    def damped(self, value: str, how: str) -> str:
        return f"0.5 * ({value})" if how == "*=" or self.rng.random() < 0.3 else value

    def new(self, scope: Scope, depth: int) -> list[str]:
        """`t = ...`: an array of its own."""
        shape = self.shape(scope)
        name = self.name("t")
        text = f"{name} = 1.0 * ({self.expression(scope, shape, 2, exact=True)})"
        if depth == 0:
            scope.arrays[name] = shape
        return [text]

    def view(self, scope: Scope, depth: int) -> list[str]:
        """`v = a[1:]`: another name for a part."""
        source = self.pick(scope.arrays)
        index, shape = self.window(scope, source)
        name = self.name("v")
        text = f"{name} = {source}[{index}]"
        if len(shape) == 2 and self.rng.random() < 0.4:
            text, shape = f"{text}.T", shape[::-1]
        if depth == 0:
            scope.arrays[name] = shape
        return [text]

    def total(self, scope: Scope, depth: int) -> list[str]:
        """`s = np.sum(...)`"""
        name = self.name("s")
        text = f"{name} = {self.reduced(scope)}"
        if depth == 0:
            scope.floats.append(name)
        return [text]

    def repeat(self, scope: Scope, depth: int) -> list[str]:
        name = self.name("r")
        return [f"for {name} in range({self.rng.randrange(1, 4)}):"] + _indented(
            self.block(scope.inner(), self.rng.randrange(1, 3), depth + 1)
        )

    def branch(self, scope: Scope, depth: int) -> list[str]:
        test = self.rng.choice((f"{self.pick(scope.floats)} > 0.2", "k > 0", "n > 3"))
        lines = [f"if {test}:", *_indented(self.block(scope.inner(), self.rng.randrange(1, 3), depth + 1))]
        if self.rng.random() < 0.5:
            lines += ["else:", *_indented(self.block(scope.inner(), 1, depth + 1))]
        return lines

    def elements(self, scope: Scope, depth: int) -> list[str]:
        """A loop over entries, each from its neighbours."""
        name = self.pick(scope.arrays)
        shape = scope.arrays[name]
        if len(shape) != 1 or shape[0] < 3:
            return self.repeat(scope, depth)
        i, extent = self.name("i"), shape[0]
        ranges = [f"range(1, {self.size(scope, name, 0)})", f"range({extent - 1}, 0, -1)", f"range(1, {extent}, 2)"]
        other = self.pick(scope.arrays)
        term = self.number()
        if scope.arrays[other] == shape:
            term = self.rng.choice((f"{other}[{i}]", f"{other}[-{i}]", f"{other}[{i} - 1]"))
        how = self.rng.choice(("=", "+="))
        value = self.rng.choice(UNARY).format(f"{name}[{i} - 1] * 0.5 + {term}")
        return [f"for {i} in {self.rng.choice(ranges)}:", f"    {name}[{i}] {how} {value}"]

    def rows(self, scope: Scope, depth: int) -> list[str]:
        """A loop over rows, each a triangle or a whole."""
        chosen = [n for n, shape in scope.arrays.items() if len(shape) == 2 and min(shape) > 0]
        if not chosen:
            return self.write(scope, depth)
        name = self.pick(chosen)
        rows, columns = scope.arrays[name]
        i = self.name("i")
        if rows > columns or self.rng.random() < 0.4:
            source = self.expression(scope, self.narrower((columns,)), 1)
            return [f"for {i} in range({self.size(scope, name, 0)}):", f"    {name}[{i}, :] += 0.5 * ({source})"]
        triangle, step = self.rng.choice(((f":{i} + 1", "1"), (f"{i}:", "1"), (f":{i}", "1"), (f"{i}::-1", "1")))
        right = self.rng.choice((f"{name}[{i}, {triangle}]", f"{name}[{i} - 1, {triangle}]"))
        inner = self.rng.choice(UNARY).format(right)
        sum_ = f"np.dot({name}[{i}, {triangle}], {right})"
        value = self.rng.choice((inner, f"0.1 * {sum_}", f"x * {inner}"))
        how = self.rng.choice(("=", "+="))
        return [f"for {i} in range({step}, {self.size(scope, name, 0)}):", f"    {name}[{i}, {triangle}] {how} {value}"]

    def result(self, scope: Scope) -> str:
        """All arrays count: what nobody reads is not computed, nor are its errors raised."""
        parts = [f"np.sum({name} * {name})" for name in scope.arrays]
        parts += scope.floats[-2:]
        return " + ".join(f"{0.5 + k} * {part}" for k, part in enumerate(parts))

    # expressions ---------------------------------------------------------------------------------------------------

    def expression(self, scope: Scope, shape: tuple[int, ...], depth: int, exact: bool = False) -> str:
        """An expression of a shape; where not `exact`, of one that broadcasts to it."""
        rng = self.rng
        if depth == 0 or rng.random() < 0.15:
            return self.leaf(scope, shape, exact)
        if rng.random() < 0.35:
            return rng.choice(UNARY).format(self.expression(scope, shape, depth - 1, exact))
        if rng.random() < 0.12:
            found = self.summed(scope, shape)
            if found is not None:
                return found
        left = self.expression(scope, shape, depth - 1, exact)
        right = self.expression(scope, self.narrower(shape), depth - 1)
        if rng.random() < 0.3 and not exact:
            left, right = right, left
        return f"({rng.choice(BINARY).format(left, right)})"

    def leaf(self, scope: Scope, shape: tuple[int, ...], exact: bool) -> str:
        """A window of an array, a number, or a number beside zeros."""
        if not exact and self.rng.random() < 0.25:
            return self.rng.choice((self.number(), self.pick(scope.floats)))
        for _ in range(6):
            found = self.reference(scope, self.pick(scope.arrays), shape)
            if found is not None:
                return found
        if exact:
            return f"({self.pick(scope.floats)} + np.zeros({shape!r}))"
        return self.pick(scope.floats)

    def reference(self, scope: Scope, name: str, shape: tuple[int, ...]) -> str | None:
        """A part of an array that has the shape."""
        own, rng = scope.arrays[name], self.rng
        if self.rng.random() < self.wrong:
            return name
        if own == shape and rng.random() < 0.4:
            return name
        if len(own) == len(shape) == 2 and own[::-1] == shape and rng.random() < 0.5:
            return f"{name}.T"
        if len(own) == len(shape):
            parts = [self.slice_of(scope, extent, want) for extent, want in zip(own, shape)]
            return None if None in parts else f"{name}[{', '.join(map(str, parts))}]"
        if len(own) == 2 and len(shape) == 1 and min(own) > 0:
            axis = rng.randrange(2)
            part = self.slice_of(scope, own[axis], shape[0])
            fixed = self.integer(scope, rng.randrange(-own[1 - axis], own[1 - axis]))
            return None if part is None else f"{name}[{', '.join((part, fixed) if axis == 0 else (fixed, part))}]"
        if len(own) == 1 and len(shape) == 2 and 1 in shape:
            axis = 0 if shape[1] == 1 else 1
            part = self.slice_of(scope, own[0], shape[axis])
            new = rng.choice(("None", "np.newaxis"))
            return None if part is None else f"{name}[{', '.join((part, new) if axis == 0 else (new, part))}]"
        return None

    def summed(self, scope: Scope, shape: tuple[int, ...]) -> str | None:
        """A reduction over an axis, or a product with a matrix, whose result has the shape."""
        for name, own in scope.arrays.items():
            if len(own) != 2 or min(own) == 0 or self.rng.random() < 0.4:
                continue
            for axis in (0, 1):
                how = self.rng.choice(("sum", "sum", "mean", "max"))
                if shape == (own[1 - axis],):
                    vector = next((v for v, s in scope.arrays.items() if s == (own[axis],)), None)
                    if vector is not None and self.rng.random() < 0.5:
                        return f"({name} @ {vector})" if axis == 1 else f"({vector} @ {name})"
                    return f"np.{how}({name}, axis={self.rng.choice((axis, axis - 2))})"
                if shape == (own[0], 1) and axis == 1 or shape == (1, own[1]) and axis == 0:
                    return f"np.{how}({name}, axis={axis}, keepdims=True)"
        return None

    def reduced(self, scope: Scope) -> str:
        """A number."""
        shape = self.shape(scope)
        inside = self.expression(scope, shape, 2, exact=True)
        kinds = ["np.sum({})", "np.sum({})", "np.mean({} + 0.0)"] if 0 not in shape else ["np.sum({})"]
        if 0 not in shape or self.rng.random() < self.wrong:
            kinds += ["np.max({})", "np.min({})"]
        if len(shape) == 1 and self.rng.random() < 0.4:
            return f"np.dot({inside}, {self.expression(scope, shape, 1, exact=True)})"
        return "0.3 * " + self.rng.choice(kinds).format(inside)

    # windows -------------------------------------------------------------------------------------------------------

    def shape(self, scope: Scope) -> tuple[int, ...]:
        own = scope.arrays[self.pick(scope.arrays)]
        return own if self.rng.random() < 0.6 else tuple(max(0, e - self.rng.randrange(3)) for e in own)

    def narrower(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape that broadcasts to the given one."""
        if not self.broadcasts or self.rng.random() < 0.6:
            return shape
        kept = shape[1:] if len(shape) > 1 and self.rng.random() < 0.5 else shape
        return tuple(1 if self.rng.random() < 0.3 else e for e in kept)

    def window(self, scope: Scope, name: str) -> tuple[str, tuple[int, ...]]:
        """An index that selects a part of an array, and the shape of the part."""
        parts = [self.slice(scope, extent) for extent in scope.arrays[name]]
        if all(size == extent for (_, size), extent in zip(parts, scope.arrays[name])) and self.rng.random() < 0.2:
            return "...", scope.arrays[name]
        return ", ".join(text for text, _ in parts), tuple(size for _, size in parts)

    def slice(self, scope: Scope, extent: int) -> tuple[str, int]:
        size = max(0, extent - self.rng.choice((0, 0, 1, 1, 2, 3)))
        text = self.slice_of(scope, extent, size)
        assert text is not None
        return text, size

    def slice_of(self, scope: Scope, extent: int, size: int) -> str | None:
        """A slice that takes so many of so many entries; None where there are too few."""
        rng = self.rng
        if size > extent:
            return None
        step = rng.choice((1, 1, 1, 1, -1, -1, 2, -2))
        if size == 0 or (size - 1) * abs(step) >= extent:
            step = 1 if step > 0 else -1
        span = (size - 1) * abs(step) + 1 if size else 0
        first = rng.randrange(extent - span + 1)
        if size == 0:
            return f"{self.bound(scope, first, extent)}:{self.bound(scope, first, extent)}"
        last = first + span - 1
        start, stop = (first, last + 1) if step > 0 else (last, first - 1)
        if rng.random() < self.wrong:
            stop += step
        texts = [self.start(scope, start, extent, step), self.stop(scope, stop, extent, step)]
        return ":".join(texts) + ("" if step == 1 and rng.random() < 0.9 else f":{step}")

    def start(self, scope: Scope, start: int, extent: int, step: int) -> str:
        if start == (0 if step > 0 else extent - 1) and self.rng.random() < 0.7:
            return ""
        return self.bound(scope, start, extent)

    def stop(self, scope: Scope, stop: int, extent: int, step: int) -> str:
        if stop == -1:
            return ""
        if stop >= extent and step > 0:
            return self.rng.choice(("", "", str(extent), str(extent + 3), self.bound(scope, extent, extent)))
        return self.bound(scope, stop, extent)

    def bound(self, scope: Scope, value: int, extent: int) -> str:
        """A place in an axis, counted from its end sometimes."""
        if self.rng.random() < 0.4 and 0 <= value < extent:
            return self.integer(scope, value - extent)
        return self.integer(scope, value)

    def integer(self, scope: Scope, value: int) -> str:
        """An integer, as a literal or by what is known of the arguments."""
        name = self.rng.choice(("n", "k", ""))
        if not name or self.rng.random() < 0.4:
            return str(value)
        shift = value - scope.ints[name]
        return name if shift == 0 else f"{name} {'+' if shift > 0 else '-'} {abs(shift)}"

    def size(self, scope: Scope, name: str, axis: int) -> str:
        return self.rng.choice((str(scope.arrays[name][axis]), f"{name}.shape[{axis}]", f"len({name})"))

    def pick(self, names: object) -> str:
        return self.rng.choice(list(names))  # type: ignore[call-overload]

    def name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
