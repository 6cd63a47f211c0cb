"""Random statements of the rest of the language: objects, containers of arrays, `try`, `with`, `match`, generators,
functions found at run time, names of an outer function, NumPy's functions along axes."""

from __future__ import annotations

from collections.abc import Callable

from .memory import Memory
from .scope import Array, Scope

Lines = list[str]
LANGUAGE = ("objects", "held", "guards", "contexts", "match", "generators", "dispatch", "nonlocal", "axes")
CLASSES = (
    "class Box:",
    "    def __init__(self, p, v):",
    "        self.p, self.v = p, v",
    "    def turn(self, q):",
    "        self.p = self.p * q + self.v[0]",
    "        self.v[-1] += q",
    "        return self.p",
    "class Held:",
    "    def __init__(self, v):",
    "        self.v = v",
    "    def __enter__(self):",
    "        self.v[0] *= 0.5",
    "        return self.v",
    "    def __exit__(self, *problem):",
    "        self.v[-1] += 1.0",
)
_ALONG = (
    "np.sum({}, axis=0)", "np.mean({}, axis=1)", "np.sum({}, axis=-1)", "np.max({}, axis=0)", "{}.T[0]",
    "np.prod({}, axis=1)",
)  # fmt: skip
_SAME = (
    "np.cumsum({})", "np.sort({})", "np.roll({}, 1)", "np.flip({})", "np.concatenate([{0}[:1], {0}[1:]])",
    "{0}[:1] * {0}", "np.repeat({}[:1], {n})", "np.stack([{0}, {0}])[1]", "np.clip({}, -0.7, 0.9)",
    "np.outer({0}, {0})[0]", "np.take({}, {indices})", "np.where({0} > 0.1, {0}, 0.5 * {0} * {0})",
    "np.diff({}, append=0.5)", "np.array([e * e for e in {}])", "np.array(list(map(math.sin, {})))",
)  # fmt: skip


class Language(Memory):
    """`language_statement`."""

    def language_statement(self, scope: Scope) -> Lines:
        makers: dict[str, Callable[[Scope], Lines]] = {
            "objects": self.object_statement, "held": self.held_statement, "match": self.match_statement,
            "generators": self.generator_statement, "dispatch": self.dispatch_statement, "axes": self.axis_statement,
            "guards": self.guard_statement, "contexts": self.context_statement, "nonlocal": self.nonlocal_statement,
        }  # fmt: skip
        inside = ("guards", "contexts", "match")
        known = [m for name, m in makers.items() if self.has(name) and (scope.depth < 3 or name not in inside)]
        return self.rng.choice(known)(scope) if known else []

    def block(self, scope: Scope, count: int) -> Lines:
        raise NotImplementedError

    def target(self, scope: Scope) -> str:
        raise NotImplementedError

    def _vectors(self, scope: Scope, written: bool = False) -> list[str]:
        names = scope.writable() if written else list(scope.arrays)
        return [name for name in names if len(scope.arrays[name].shape) == 1]

    def object_statement(self, scope: Scope) -> Lines:
        boxes = [name[:-2] for name in scope.scalars if name.endswith(".p")]
        if boxes and self.chance(0.5):
            box, kind = self.pick(boxes), self.rng.randrange(3)
            if kind == 0 and f"{box}.v" not in scope.frozen:
                return [f"{self.target(scope)} = {box}.turn({self.scalar(scope, 1)})"]
            if kind == 1:
                name = self.fresh("box")
                scope.scalars.append(f"{name}.p")
                scope.arrays[f"{name}.v"] = scope.arrays[f"{box}.v"]
                return [f"{name} = {box}"]
            return [f"{box}.p {self.rng.choice(('=', '+=', '*='))} {self.scalar(scope, 2)}"]
        vectors = self._vectors(scope, written=True)
        if not vectors:
            return []
        name, source = self.fresh("box"), self.pick(vectors)
        copied = self.chance(0.5)
        line = f"{name} = Box({self.scalar(scope, 2)}, {source}{' * 1.0' if copied else ''})"
        scope.scalars.append(f"{name}.p")
        scope.arrays[f"{name}.v"] = Array(scope.arrays[source].shape)
        return [line]

    def held_statement(self, scope: Scope) -> Lines:
        """A list, dict or tuple of arrays, which are written through it."""
        vectors = self._vectors(scope, written=True)
        if not vectors:
            return []
        name = self.fresh("held")
        sources = [self.pick(vectors) for _ in range(2)]
        texts = [s if self.chance(0.5) else f"{s} * {self.constant()}" for s in sources]
        kind = self.rng.randrange(3)
        keys = ("'u'", "'w'") if kind == 0 else ("0", "1")
        for key, source in zip(keys, sources, strict=True):
            scope.arrays[f"{name}[{key}]"] = Array(scope.arrays[source].shape)
        if kind == 0:
            return [f"{name} = {{'u': {texts[0]}, 'w': {texts[1]}}}"]
        return [f"{name} = [{', '.join(texts)}]" if kind == 1 else f"{name} = ({', '.join(texts)})"]

    def guard_statement(self, scope: Scope) -> Lines:
        lines = ["try:", *_indent(self.block(scope.inner(), 1))]
        if self.chance(0.6):
            lines += _indent([f"if {self.condition(scope)}:", "    raise ValueError", *self.block(scope.inner(), 1)])
            lines += ["except ValueError:", *_indent(self.block(scope.inner(), 1))]
            if self.chance(0.3):
                lines += ["else:", *_indent(self.block(scope.inner(), 1))]
        if self.chance(0.5) or not any(line.startswith("except") for line in lines):
            lines += ["finally:", *_indent(self.block(_apart(scope), 1))]
        return lines

    def context_statement(self, scope: Scope) -> Lines:
        vectors = self._vectors(scope, written=True)
        if not vectors:
            return []
        inner = scope.inner()
        held, name = self.pick(vectors), self.fresh("h")
        inner.arrays[name] = scope.arrays[held]
        return [f"with Held({held}) as {name}:", *_indent(self.block(inner, self.rng.randrange(1, 3)))]

    def match_statement(self, scope: Scope) -> Lines:
        number = f"{self.pick(list(scope.integers))} % 3" if scope.integers else f"int({self.condition(scope)})"
        inner = scope.inner()
        part = self.fresh("part")
        inner.scalars.append(part)
        return [
            f"match ({number}, {self.scalar(scope, 1)}):",
            f"    case (0, {part}):", *_indent(_indent(self.block(inner, 1))),
            f"    case (1 | 2, _) if {self.condition(scope)}:", *_indent(_indent(self.block(scope.inner(), 1))),
            "    case _:", *_indent(_indent(self.block(scope.inner(), 1))),
        ]  # fmt: skip

    def generator_statement(self, scope: Scope) -> Lines:
        vectors = self._vectors(scope)
        if not vectors:
            return []
        name, item = self.fresh("gen"), self.fresh("e")
        inner = scope.inner()
        inner.scalars, inner.closures = [*scope.scalars, "e", "t"], {}
        made = [
            f"def {name}(v):", "    t = 0.5", "    for e in v:", f"        t = t * {self.scalar(inner, 1)}",
            "        yield t + e",
        ]  # fmt: skip
        source = self.pick(vectors)
        if self.chance(0.5):
            return [*made, f"{self.target(scope)} = sum({name}({source}))"]
        target = self.target(scope)
        return [*made, f"for {item} in {name}({source}):", f"    {target} = 0.5 * {target} + {item}"] \
            if target in inner.scalars else [*made, f"{target} = max({name}({source}))"]  # fmt: skip

    def dispatch_statement(self, scope: Scope) -> Lines:
        name = self.fresh("fs")
        chosen = f"'a' if {self.condition(scope)} else 'b'"
        held = self.scalar_leaf(scope)
        made = f"{name} = {{'a': math.sin, 'b': lambda p: p * {held}}}"
        return [made, f"{self.target(scope)} = {name}[{chosen}]({self.scalar(scope, 1)})"]

    def nonlocal_statement(self, scope: Scope) -> Lines:
        names = [n for n in scope.scalars if n.isidentifier() and n not in scope.frozen]
        if not names or scope.depth or scope.loops:
            return []
        held, name = self.pick(names), self.fresh("step")
        inner = scope.inner()
        inner.scalars, inner.closures = [*scope.scalars, "q"], {}
        body = [f"nonlocal {held}", f"{held} = {self.scalar(inner, 2)}", f"return {held} * q"]
        return [f"def {name}(q):", *_indent(body), f"{self.target(scope)} = {name}({self.scalar(scope, 1)}) + {held}"]

    def axis_statement(self, scope: Scope) -> Lines:
        matrices = [name for name, array in scope.arrays.items() if len(array.shape) == 2]
        if matrices and self.chance(0.5):
            source, text = self.pick(matrices), self.pick(_ALONG)
            rows, columns = scope.arrays[source].shape
            shape = (rows,) if "=1" in text or "-1" in text or ".T" in text else (columns,)
        else:
            vectors = self._vectors(scope)
            if not vectors:
                return []
            source, text = self.pick(vectors), self.pick(_SAME)
            shape = scope.arrays[source].shape
        indices = [self.rng.randrange(shape[0]) for _ in range(shape[0])]
        name = self.fresh("u")
        scope.arrays[name] = Array(shape)
        made = text.format(source, n=shape[0], indices=indices)
        return [f"{name} = {made} * 1.0"]


def _apart(scope: Scope) -> Scope:
    """Where nothing may leave the block."""
    inner = scope.inner()
    inner.loops = 0
    return inner


def _indent(lines: Lines) -> Lines:
    return ["    " + line for line in lines]
