"""Random expressions over the names in scope: scalars, conditions, indices, arrays of a wanted shape."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from .scope import Scope, Shape

UNARY = (
    "math.sin({})",
    "math.cos({})",
    "math.tanh({})",
    "-{}",
    "abs({})",
    "math.sqrt(1.0 + {0} * {0})",
    "math.exp(-{0} * {0})",
    "np.sin({})",
    "{} ** 2",
    "np.tanh({})",
)
BINARY = ("{} + {}", "{} - {}", "{} * {}", "{0} / (2.0 + {1} * {1})", "0.5 * {} * {}", "max({}, {})", "min({}, {})")
ARRAY_UNARY = ("np.sin({})", "np.tanh({})", "-{}", "0.5 * {}", "{} ** 2", "np.abs({})", "np.exp(-{0} * {0})")
ARRAY_BINARY = ("{} + {}", "{} - {}", "{} * {}", "{0} / (2.0 + {1} * {1})", "np.maximum({}, {})", "np.minimum({}, {})")


class Expressions:
    """Draws expressions. `features` says which kinds of construct may appear."""

    def __init__(self, rng: random.Random, features: frozenset[str]) -> None:
        self.rng, self.features = rng, features
        self.made = 0
        self.helpers: dict[str, tuple[str, ...]] = {}

    def fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    def has(self, feature: str) -> bool:
        return feature in self.features

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def pick(self, options: Sequence[str]) -> str:
        return options[self.rng.randrange(len(options))]

    def constant(self) -> str:
        return repr(round(self.rng.uniform(-1.5, 1.5), 1) or 0.5)

    def scalar(self, scope: Scope, depth: int = 2) -> str:
        if depth <= 0 or self.chance(0.3):
            return self.scalar_leaf(scope)
        makers: list[Callable[[Scope, int], str]] = [self._unary, self._binary, self._binary, self._binary]
        if scope.arrays and self.has("arrays"):
            makers += [self._reduction, self._reduction]
        if any(kinds != ("viewed",) for kinds in self.helpers.values()) or scope.closures:
            makers.append(self._call)
        if self.chance(0.1):
            makers.append(self._ternary)
        if self.has("comprehensions") and self.chance(0.2):
            makers.append(self._comprehension)
        return self.rng.choice(makers)(scope, depth - 1)

    def scalar_leaf(self, scope: Scope) -> str:
        options = [self.pick(scope.scalars)] * 3 if scope.scalars else []
        options.append(self.constant())
        if scope.integers and self.chance(0.5):
            options.append(self.pick(list(scope.integers)))
        if scope.arrays and self.has("arrays"):
            options += [self.item(scope), self.item(scope)]
        if scope.lists:
            name = self.pick(list(scope.lists))
            options.append(f"{name}[{self.index(scope, scope.lists[name])}]")
        if scope.dicts:
            name = self.pick(list(scope.dicts))
            options.append(f"{name}[{self.pick(scope.dicts[name])!r}]")
        return self.pick(options)

    def _unary(self, scope: Scope, depth: int) -> str:
        return self.pick(UNARY).format(self._operand(scope, depth))

    def _binary(self, scope: Scope, depth: int) -> str:
        return self.pick(BINARY).format(self._operand(scope, depth), self._operand(scope, depth))

    def _operand(self, scope: Scope, depth: int) -> str:
        text = self.scalar(scope, depth)
        return text if _is_atom(text) else f"({text})"

    def _ternary(self, scope: Scope, depth: int) -> str:
        return f"({self.scalar(scope, depth)} if {self.condition(scope)} else {self.scalar(scope, depth)})"

    def _reduction(self, scope: Scope, depth: int) -> str:
        name = self.pick(list(scope.arrays))
        shape = scope.arrays[name].shape
        kind = self.rng.randrange(5)
        if kind == 0 and len(shape) == 1:
            return f"({_bracket(self.array(scope, shape, depth))} @ {self.pick(scope.of_shape(shape))})"
        if kind == 1:
            return f"np.max({self.array(scope, shape, depth)})"
        if kind == 2:
            return f"np.mean({self.array(scope, shape, depth)})"
        return f"np.sum({self.array(scope, shape, depth)})"

    def _call(self, scope: Scope, depth: int) -> str:
        options = [*(name for name, kinds in self.helpers.items() if kinds != ("viewed",)), *scope.closures]
        return self.call(self.pick(options), scope, depth) or self.scalar(scope, depth)

    def call(self, name: str, scope: Scope, depth: int = 1) -> str | None:
        """A call of a helper or a closure, None where no argument of the right kind is in scope."""
        if name in scope.closures:
            return f"{name}({', '.join(self.scalar(scope, depth - 1) for _ in range(scope.closures[name]))})"
        given = [self.argument(kind, scope, depth) for kind in self.helpers[name]]
        return None if None in given else f"{name}({', '.join(str(g) for g in given)})"

    def argument(self, kind: str, scope: Scope, depth: int) -> str | None:
        if kind == "scalar":
            return self.scalar(scope, depth - 1)
        if kind == "count":
            return str(self.rng.randrange(4))
        written = kind == "written"
        names = [n for n in (scope.writable() if written else scope.arrays) if len(scope.arrays[n].shape) == 1]
        if not names:
            return None
        name = self.pick(names)
        if self.has("views") and self.chance(0.3) and scope.arrays[name].shape[0] > 3:
            return f"{name}{self.rng.choice(('[1:]', '[:-1]', '[::-1]', '[1:-1]'))}"
        return name

    def _comprehension(self, scope: Scope, depth: int) -> str:
        sources = [n for n, a in scope.arrays.items() if len(a.shape) == 1]
        source = self.pick(sources) if sources and self.chance(0.6) else "range(3)"
        inner = scope.inner()
        inner.scalars = [*scope.scalars, "e"]
        test = f" if {self.condition(inner)}" if self.chance(0.3) else ""
        return f"sum({self.scalar(inner, min(depth, 1))} for e in {source}{test})"

    def condition(self, scope: Scope) -> str:
        kind = self.rng.randrange(10)
        if kind < 3 and scope.integers:
            name = self.pick(list(scope.integers))
            return self.rng.choice(
                (f"{name} % 2 == 0", f"{name} == {self.rng.randrange(3)}", f"{name} > 1", f"{name} % 3 != 1")
            )
        if kind == 3:
            word = self.rng.choice(("and", "or"))
            left = f"{self.scalar_leaf(scope)} > {self.constant()}"
            return f"{left} {word} {self.scalar_leaf(scope)} < {self.constant()}"
        if kind == 4:
            return f"not {self.scalar_leaf(scope)} < {self.constant()}"
        if kind == 5:
            return f"-0.5 < {self.scalar_leaf(scope)} < {self.rng.choice(('0.5', '1.5'))}"
        return f"{self.scalar(scope, 1)} {self.rng.choice('<>')} {self.constant()}"

    def index(self, scope: Scope, length: int) -> str:
        """An index that is valid for the length, often `i`, `i - 1`, or negative."""
        if not length:
            return "0"  # it fails when it runs
        options = [str(k) for k in (0, length - 1, -1, -length, self.rng.randrange(-length, length))]
        for name, (low, high) in scope.integers.items():
            for shift in (0, -1, 1, -2):
                if -length <= low + shift and high + shift < length:
                    text = name if shift == 0 else f"{name} {'+' if shift > 0 else '-'} {abs(shift)}"
                    options += [text, text]
            if low >= 0 and self.chance(0.2):
                options.append(f"{name} % {length}")
        return self.pick(options)

    def item(self, scope: Scope, name: str | None = None) -> str:
        name = name or self.pick(list(scope.arrays))
        shape = scope.arrays[name].shape
        return f"{name}[{', '.join(self.index(scope, n) for n in shape)}]"

    def array(self, scope: Scope, shape: Shape, depth: int = 1) -> str:
        """An expression for an array of just this shape."""
        if depth <= 0 or self.chance(0.35):
            return self.array_leaf(scope, shape)
        kind = self.rng.randrange(8)
        if kind < 2:
            return self.pick(ARRAY_UNARY).format(_bracket(self.array(scope, shape, depth - 1)))
        if kind < 5:
            one, other = self.array(scope, shape, depth - 1), self.array(scope, shape, depth - 1)
            return self.pick(ARRAY_BINARY).format(_bracket(one), _bracket(other))
        if kind == 5:
            return f"{_bracket(self.scalar(scope, 1))} * {_bracket(self.array(scope, shape, depth - 1))}"
        if kind == 6:
            one, other = self.array_leaf(scope, shape), self.array_leaf(scope, shape)
            return f"np.where({self.array_leaf(scope, shape)} > {self.constant()}, {one}, {other})"
        if len(shape) == 2:
            return f"{self.array_leaf(scope, shape)} + {self.array_leaf(scope, shape[1:])}"
        return f"{self.array_leaf(scope, shape)} + {self.scalar_leaf(scope)}"

    def array_leaf(self, scope: Scope, shape: Shape) -> str:
        options = [name for name in scope.of_shape(shape) for _ in range(2)] + self.views(scope, shape)
        if not options or self.chance(0.1):
            if len(shape) == 1:
                options.append(
                    self.rng.choice(
                        (f"np.ones({shape[0]})", f"np.arange({shape[0]}.0)", f"np.linspace(0.1, 1.0, {shape[0]})")
                    )
                )
            else:
                options.append(f"np.full({shape}, {self.constant()})")
        return self.pick(options)

    def views(self, scope: Scope, shape: Shape) -> list[str]:
        """Texts of views, of the shape, of the arrays in scope."""
        found = [text for name in scope.arrays for text, s in self.views_of(scope, name) if s == shape]
        return self.rng.sample(found, min(len(found), 3))

    def views_of(self, scope: Scope, name: str) -> list[tuple[str, Shape]]:
        """The views that are written down for one array, each with its shape."""
        shape = scope.arrays[name].shape
        if not self.has("views"):
            return []
        n = shape[0]
        if len(shape) == 1:
            found = [
                ("[::-1]", n),
                ("[1:]", n - 1),
                ("[:-1]", n - 1),
                ("[1:-1]", n - 2),
                ("[::2]", (n + 1) // 2),
                ("[-2:]", 2),
                ("[n:]", 0),
            ]
            return [(name + text, (size,)) for text, size in found if size > 0 and "n" not in text]
        rows = [(f"[{self.index(scope, n)}]", (shape[1],)), (f"[:, {self.index(scope, shape[1])}]", (n,))]
        whole = [
            (".T", shape[::-1]),
            (".reshape(-1)", (n * shape[1],)),
            ("[1:]", (n - 1, shape[1])),
            ("[:, 1:]", (n, shape[1] - 1)),
            ("[::-1]", shape),
        ]
        return [(name + text, s) for text, s in rows + whole]


def _is_atom(text: str) -> bool:
    return text.replace("_", "").replace(".", "").isalnum()


def _bracket(text: str) -> str:
    return text if _is_atom(text) or text.endswith(("]", ")")) and " " not in text else f"({text})"
