"""Random statements: assignments, in-place writes, branches, loops with every exit, calls, containers, closures."""

from __future__ import annotations

import random
from collections.abc import Callable

from .expressions import _bracket
from .language import LANGUAGE
from .scope import Array, Scope
from .states import STATES, States

Lines = list[str]


class Statements(States):
    """Draws blocks of statements. `budget` bounds the number of statements of a whole program."""

    def __init__(self, rng: random.Random, features: frozenset[str], budget: int) -> None:
        super().__init__(rng, features)
        self.budget = budget

    def block(self, scope: Scope, count: int) -> Lines:
        lines: Lines = []
        for _ in range(count):
            if self.budget <= 0:
                break
            self.budget -= 1
            lines += self.statement(scope)
        return lines or ["pass"]

    def statement(self, scope: Scope) -> Lines:
        makers: list[tuple[Callable[[Scope], Lines], float]] = [(self.assign, 3.0), (self.augment, 2.0)]
        if self.has("arrays"):
            makers += [(self.assign_array, 1.5)]
        if self.has("writes") and scope.writable():
            makers += [(self.write_item, 2.0), (self.write_slice, 2.0)]
        if self.has("views") and scope.arrays:
            makers.append((self.name_view, 1.0))
        if self.has("memory") and scope.arrays:
            makers.append((self.memory_statement, 2.0))
        if self.has("aliases") and scope.arrays:
            makers.append((self.name_alias, 1.0))
        if self.has("mutating") and self.helpers:
            makers.append((self.call_statement, 1.0))
        if scope.depth < 3:
            makers += [(self.branch, 1.5), (self.loop, 2.0 if scope.loops < 2 else 0.3)]
            makers += [(self.while_loop, 0.7)] if self.has("while") else []
        if self.has("exits") and scope.depth:
            makers.append((self.exit_branch, 2.0 if scope.loops else 0.7))
        if self.has("lists"):
            makers.append((self.list_statement, 0.8))
        if self.has("dicts"):
            makers.append((self.dict_statement, 0.6))
        if self.has("closures") and scope.depth < 2:
            makers.append((self.closure, 0.5))
        if any(map(self.has, LANGUAGE)):
            makers.append((self.language_statement, 2.0))
        if any(map(self.has, STATES)) and self.has("arrays"):
            makers.append((self.turn_statement, 6.0))
        (maker,) = self.rng.choices([m for m, _ in makers], [w for _, w in makers])
        return maker(scope) or self.assign(scope)

    # values

    def assign(self, scope: Scope) -> Lines:
        if len(scope.scalars) > 1 and self.chance(0.15):
            one, other = self.rng.sample(scope.scalars, 2)
            return [f"{one}, {other} = {self.scalar(scope, 1)}, {self.scalar(scope, 1)}"]
        text = self.scalar(scope, 3)
        return [f"{self.target(scope)} = {text}"]

    def target(self, scope: Scope) -> str:
        """A name to bind: mostly one that is there already, so that loops carry values."""
        free = [name for name in scope.scalars if name not in scope.frozen]
        if free and self.chance(0.65):
            return self.pick(free)
        name = self.fresh("s")
        scope.scalars.append(name)
        return name

    def augment(self, scope: Scope) -> Lines:
        free = [name for name in scope.scalars if name not in scope.frozen]
        if not free:
            return self.assign(scope)
        name = self.pick(free)
        sign = self.rng.choice(("+=", "+=", "-=", "*=", "/="))
        text = self.scalar(scope, 2)
        return [f"{name} {sign} {f'(1.5 + abs({text}))' if sign == '/=' else text}"]

    def assign_array(self, scope: Scope) -> Lines:
        shape = self.rng.choice([a.shape for a in scope.arrays.values()] or [(3,), (4,)])
        same = scope.bindable(shape)
        kind = self.rng.randrange(4)
        if kind == 0:
            text = self.rng.choice((f"np.zeros({shape})", f"np.ones({shape})"))
            if scope.of_shape(shape):
                text = self.rng.choice((text, f"np.zeros_like({self.pick(scope.of_shape(shape))})"))
        elif kind == 1 and scope.of_shape(shape):
            text = f"{self.pick(scope.of_shape(shape))}.copy()"
        else:
            text = self.array(scope, shape, 2)
            text = f"{_bracket(text)} * 1.0" if _is_leaf(text) else text
        name = self.pick(same) if same and self.chance(0.35) else self.fresh("u")
        scope.arrays[name] = Array(shape)
        return [f"{name} = {text}"]

    # memory

    def write_item(self, scope: Scope) -> Lines:
        name = self.pick(scope.writable())
        sign = self.rng.choice(("=", "=", "+=", "+=", "-=", "*="))
        return [f"{self.item(scope, name)} {sign} {self.scalar(scope, 2)}"]

    def write_slice(self, scope: Scope) -> Lines:
        name = self.pick(scope.writable())
        shape = scope.arrays[name].shape
        kind = self.rng.randrange(8)
        sign = self.rng.choice(("=", "=", "+=", "-=", "*="))
        if kind == 0:
            return [f"{name} {self.rng.choice(('+=', '-=', '*='))} {self.value(scope, shape)}"]
        if kind == 1:
            return [f"{name}[:] {sign} {self.value(scope, shape)}"]
        if kind == 2 and self.has("masks"):
            return [f"{name}[{name} > {self.constant()}] {self.rng.choice(('=', '*=', '+='))} {self.scalar(scope, 1)}"]
        if kind == 3 and self.has("fancy") and len(shape) == 1:
            n = shape[0]
            index = [self.rng.randrange(-n, n) for _ in range(3)]
            value = self.scalar(scope, 1) if self.chance(0.5) else self.array(scope, (3,), 1)
            return [f"{name}[{index}] {sign} {value}"]
        views = [(t, s) for t, s in self.views_of(scope, name) if t.endswith("]")]
        if not views:
            return [f"{name}[:] {sign} {self.value(scope, shape)}"]
        text, part = self.rng.choice(views)
        return [f"{text} {sign} {self.value(scope, part)}"]

    def value(self, scope: Scope, shape: tuple[int, ...]) -> str:
        return self.scalar(scope, 2) if self.chance(0.3) else self.array(scope, shape, 2)

    def name_view(self, scope: Scope) -> Lines:
        source = self.pick(list(scope.arrays))
        options = [(t, s) for t, s in self.views_of(scope, source) if min(s) > 0]
        if not options:
            return self.assign(scope)
        text, shape = self.rng.choice(options)
        same = scope.bindable(shape)
        name = self.pick(same) if same and self.chance(0.2) else self.fresh("v")
        scope.arrays[name] = Array(shape, scope.arrays[source].writable and source not in scope.frozen)
        return [f"{name} = {text}"]

    def name_alias(self, scope: Scope) -> Lines:
        source = self.pick(list(scope.arrays))
        shape = scope.arrays[source].shape
        others = scope.of_shape(shape)
        kind = self.rng.randrange(4)
        if kind == 0:
            text = f"{source} if {self.condition(scope)} else {self.pick(others)}"
        elif kind == 1:
            text = f"{source} if {self.condition(scope)} else {source}.copy()"
        elif kind == 2 and len(others) > 1:
            one, other = self.rng.sample(others, 2)
            if {one, other} <= {*scope.bindable(shape)}:
                return [f"{one}, {other} = {other}, {one}"]
            text = source
        else:
            text = source
        free = scope.bindable(shape)
        name = self.pick(free) if free and self.chance(0.3) else self.fresh("w")
        scope.arrays[name] = Array(
            shape, all(scope.arrays[n].writable and n not in scope.frozen for n in (source, *others))
        )
        return [f"{name} = {text}"]

    # calls

    def call_statement(self, scope: Scope) -> Lines:
        writers = [name for name, kinds in self.helpers.items() if "written" in kinds]
        if not writers:
            return self.assign(scope)
        text = self.call(self.pick(writers), scope)
        if text is None:
            return self.assign(scope)
        if self.chance(0.5):
            return [text]
        return [f"{self.target(scope)} = {text}"]

    def closure(self, scope: Scope) -> Lines:
        name = self.fresh("g")
        inner = scope.inner()
        inner.loops, inner.closures = 0, {}
        inner.scalars = [*scope.scalars, "p"]
        inner.frozen = tuple(scope.scalars) + tuple(scope.arrays)
        if self.has("writes") and scope.writable() and self.chance(0.4):
            held = self.pick(scope.writable())
            body = [f"{self.item(scope_without_integers(inner), held)} *= p"]
        else:
            body = self.block_of_assignments(inner)
        body.append(f"return {self.scalar(scope_without_integers(inner), 2)}")
        scope.closures[name] = 1
        return [f"def {name}(p):", *indent(body)]

    def block_of_assignments(self, scope: Scope) -> Lines:
        scope = scope_without_integers(scope)
        scope.lists, scope.dicts = {}, {}
        return self.assign(scope) if self.chance(0.5) else []

    # containers

    def list_statement(self, scope: Scope) -> Lines:
        if not scope.lists or self.chance(0.3):
            name = self.fresh("xs")
            count = self.rng.randrange(1, 4)
            text = ", ".join(self.scalar(scope, 1) for _ in range(count))
            scope.lists[name] = count
            return [f"{name} = [{text}]"]
        name = self.pick(list(scope.lists))
        if self.chance(0.5):
            text = self.scalar(scope, 2)
            if not scope.depth:
                scope.lists[name] += 1
            return [f"{name}.append({text})"]
        sign = self.rng.choice(("=", "+=", "*="))
        return [f"{name}[{self.index(scope, scope.lists[name])}] {sign} {self.scalar(scope, 2)}"]

    def dict_statement(self, scope: Scope) -> Lines:
        if not scope.dicts or self.chance(0.3):
            name = self.fresh("d")
            keys = ("a", "b", "c")[: self.rng.randrange(1, 4)]
            text = ", ".join(f"{key!r}: {self.scalar(scope, 1)}" for key in keys)
            scope.dicts[name] = keys
            return [f"{name} = {{{text}}}"]
        name = self.pick(list(scope.dicts))
        sign = self.rng.choice(("=", "+=", "*="))
        return [f"{name}[{self.pick(scope.dicts[name])!r}] {sign} {self.scalar(scope, 2)}"]

    # control

    def branch(self, scope: Scope) -> Lines:
        lines = [f"if {self.condition(scope)}:", *indent(self.block(scope.inner(), self.rng.randrange(1, 3)))]
        if self.chance(0.25):
            lines += [f"elif {self.condition(scope)}:", *indent(self.block(scope.inner(), 1))]
        if self.chance(0.5):
            lines += ["else:", *indent(self.block(scope.inner(), self.rng.randrange(1, 3)))]
        return lines

    def exit_branch(self, scope: Scope) -> Lines:
        """`if ...: break`, perhaps with statements before the exit and an else arm."""
        inner = scope.inner()
        before = self.block(inner, 1) if self.chance(0.4) else []
        lines = [f"if {self.condition(scope)}:", *indent([*_without_pass(before), self.exit(scope)])]
        if self.chance(0.25):
            arm = self.block(scope.inner(), 1)
            lines += ["else:", *indent(arm if self.chance(0.7) else [*_without_pass(arm), self.exit(scope)])]
        return lines

    def exit(self, scope: Scope) -> str:
        options = [f"return {self.scalar(scope, 2)}"]
        if scope.loops:
            options += ["break", "break", "continue"]
        return self.pick(options)

    def loop(self, scope: Scope) -> Lines:
        inner = scope.inner(loop=True)
        head = self.loop_head(scope, inner)
        lines = [head, *indent(self.block(inner, self.rng.randrange(1, 4)))]
        if self.has("exits") and self.chance(0.15):
            lines += ["else:", *indent(self.block(scope.inner(), 1))]
        return lines

    def loop_head(self, scope: Scope, inner: Scope) -> str:
        vectors = [n for n, a in scope.arrays.items() if len(a.shape) == 1]
        kind = self.rng.randrange(8)
        if kind == 0 and vectors:
            name, source = self.fresh("e"), self.pick(vectors)
            inner.scalars.append(name)
            inner.frozen = (*inner.frozen, name)
            return f"for {name} in {source}:"
        if kind == 1 and vectors:
            name, index, source = self.fresh("e"), self.fresh("i"), self.pick(vectors)
            inner.scalars.append(name)
            inner.frozen = (*inner.frozen, name)
            inner.integers[index] = (0, scope.arrays[source].shape[0] - 1)
            return f"for {index}, {name} in enumerate({source}):"
        if kind == 2 and scope.lists:
            name = self.fresh("e")
            inner.scalars.append(name)
            held = self.pick(list(scope.lists))
            inner.lists.pop(held)
            return f"for {name} in {self.rng.choice(('{}', 'reversed({})'))}:".format(f"list({held})")
        index = self.fresh("i")
        low, high, step = self.rng.choice(
            ((0, 3, 1), (0, 4, 1), (1, 4, 1), (0, 5, 2), (3, -1, -1), (2, 0, -1), (1, 3, 1), (0, 0, 1), (4, 0, -2))
        )
        values = range(low, high, step) or range(low, low + 1)
        inner.integers[index] = (min(values), max(values))
        bounds = f"{low}, {high}, {step}" if step != 1 else f"{low}, {high}" if low else f"{high}"
        return f"for {index} in range({bounds}):"

    def while_loop(self, scope: Scope) -> Lines:
        counter = self.fresh("k")
        inner = scope.inner(loop=True)
        limit = self.rng.randrange(2, 5)
        inner.integers[counter] = (0, limit)
        forever = self.chance(0.3)
        test = (
            "True"
            if forever
            else f"{counter} < {limit}" + (f" and {self.condition(scope)}" if self.chance(0.5) else "")
        )
        body = [f"{counter} += 1"]
        if forever:
            body += [
                f"if {counter} >= {limit}:",
                f"    {'break' if self.chance(0.8) else f'return {self.scalar(scope, 1)}'}",
            ]
        body += _without_pass(self.block(inner, self.rng.randrange(1, 3)))
        lines = [f"{counter} = 0", f"while {test}:", *indent(body)]
        if self.has("exits") and self.chance(0.1):
            lines += ["else:", *indent(self.block(scope.inner(), 1))]
        return lines


def indent(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def _without_pass(lines: Lines) -> Lines:
    return [] if lines == ["pass"] else lines


def _is_leaf(text: str) -> bool:
    """Whether an array expression may be a view or another name (it is then made a value of its own)."""
    return "(" not in text.replace(".reshape(-1)", "") and " " not in text


def scope_without_integers(scope: Scope) -> Scope:
    copy = scope.inner()
    copy.integers, copy.lists, copy.dicts = {}, {}, {}
    return copy
