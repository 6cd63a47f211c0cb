"""Random statements about what a name stands for in turn: objects that are bound anew, values that are None at first,
arrays that are made and then changed in place."""

from __future__ import annotations

from .language import Language
from .scope import Array, Scope

Lines = list[str]
STATES = ("states", "optionals", "rebound")
STATE_CLASSES = (
    "@dataclass",
    "class Data:",
    "    p: float",
    "    v: np.ndarray",
    "    def moved(self, c):",
    "        return replace(self, p=self.p * c)",
    "class Plain:",
    "    def __init__(self, p, v):",
    "        self.p, self.v = p, v",
    "def next_dict(s, c):",
    "    return {**s, 'p': s['p'] * c + s['v'][0]}",
    "def next_data(s, c):",
    "    return Data(s.p + c, s.v * s.p)",
    "def next_plain(s, c):",
    "    if c > 0.2:",
    "        return s",
    "    return Plain(s.p * c, s.v)",
    "def damped(v, c):",
    "    v *= c",
    "    return v",
)
_ANEW = {
    "dict": (
        "{{**{s}, 'p': {x}}}", "{{k: e * {c} for k, e in {s}.items()}}", "{{'p': {x}, 'v': {s}['v'] * {c}}}",
        "next_dict({s}, {x})", "{s}.copy()", "{s} | {{'p': {x}}}", "dict({s}, p={x})", "{{'p': {x}, 'v': {s}['v']}}",
        "{{**{s}, 'v': {s}['v'] + {x}}}",
    ),
    "data": (
        "replace({s}, p={x})", "replace({s}, v={s}.v * {c})", "Data({x}, {s}.v)", "next_data({s}, {x})",
        "{s}.moved({x})", "copy.copy({s})", "copy.deepcopy({s})",
    ),
    "plain": ("Plain({x}, {s}.v)", "Plain({x}, {s}.v * {c})", "next_plain({s}, {x})", "copy.copy({s})"),
    "nested": (
        "{{**{s}, 'p': {x}}}", "{{'p': {s}['p'], 'v': {s}['v'], 'in': {{**{s}['in'], 'q': {x}}}}}",
        "{{**{s}, 'in': {{'q': {x}}}}}", "{{**{s}, 'v': {s}['v'] * {c}}}", "copy.deepcopy({s})",
    ),
}  # fmt: skip
_FIRST = {
    "dict": "{{'p': {x}, 'v': {v}}}", "data": "Data({x}, {v})", "plain": "Plain({x}, {v})",
    "nested": "{{'p': {x}, 'v': {v}, 'in': {{'q': {c}}}}}",
}  # fmt: skip


class States(Language):
    """`turn_statement`."""

    def turn_statement(self, scope: Scope) -> Lines:
        makers = {
            "states": self.state_statement, "optionals": self.optional_statement, "rebound": self.rebound_statement,
        }  # fmt: skip
        return makers[self.pick([name for name in STATES if self.has(name)])](scope)

    # objects that are bound anew

    def state_statement(self, scope: Scope) -> Lines:
        """A few steps with a state: one that is there, or a new one."""
        names = [name for name in scope.states if name.isidentifier()]
        lines = self.first_state(scope) if not names or self.chance(0.3) else []
        names = [name for name in scope.states if name.isidentifier()]
        for _ in range(self.rng.randrange(1, 5) if names else 0):
            lines += self.state_step(scope, self.pick(names))
        return lines

    def state_step(self, scope: Scope, name: str) -> Lines:
        steps = [self.state_loop, self.state_loop, self.state_branch, self.state_named_twice, self.state_write]
        if self.chance(0.2):
            return [f"{name} = {self.state_anew(scope, name)}"]
        return self.rng.choice(steps)(scope, name)

    def first_state(self, scope: Scope) -> Lines:
        vectors = [n for n in self._vectors(scope, written=True) if scope.arrays[n].shape[0] > 1]
        if not vectors:
            source = self.fresh("u")
            scope.arrays[source] = Array((2,))
            return [f"{source} = np.array([{self.scalar(scope, 1)}, {self.constant()}])", *self.first_state(scope)]
        source, kind, name = self.pick(vectors), self.pick(list(_FIRST)), self.fresh("st")
        value = source if self.chance(0.4) else f"{source} * {self.constant()}"
        made = _FIRST[kind].format(x=self.scalar(scope, 1), v=value, c=self.constant())
        self.declare_state(scope, name, kind, scope.arrays[source].shape)
        return [f"{name} = {made}"]

    def declare_state(self, scope: Scope, name: str, kind: str, shape: tuple[int, ...]) -> None:
        scope.states[name] = kind
        scope.scalars.append(_part(name, kind, "p"))
        scope.arrays[_part(name, kind, "v")] = Array(shape)
        if kind == "nested":
            scope.scalars.append(f"{name}['in']['q']")

    def state_anew(self, scope: Scope, name: str) -> str:
        text = self.pick(list(_ANEW[scope.states[name]]))
        return text.format(s=name, x=self.scalar(scope, 2), c=self.constant())

    def state_write(self, scope: Scope, name: str) -> Lines:
        kind = scope.states[name]
        if self.chance(0.5):
            return [f"{_part(name, kind, 'p')} {self.pick(['=', '+=', '*='])} {self.scalar(scope, 2)}"]
        return [
            f"{_part(name, kind, 'v')}[{self.pick([0, -1])}] {self.pick(['=', '+=', '*='])} {self.scalar(scope, 1)}"
        ]

    def state_loop(self, scope: Scope, name: str) -> Lines:
        """A loop of no trips or a few; writes, other names and exits in front of the state that is bound anew."""
        index, inner = self.fresh("i"), scope.inner(loop=True)
        inner.integers[index] = (0, 3)
        body = self.state_extra(inner, name)
        body.append(f"{name} = {self.state_anew(inner, name)}")
        body += self.state_extra(inner, name)
        if self.chance(0.2):
            body += [f"if {self.condition(inner)}:", f"    {self.pick(['break', 'continue'])}"]
            body += self.state_extra(inner, name) or [f"{name} = {self.state_anew(inner, name)}"]
        return [f"for {index} in range({self.pick([0, 1, 3, 3])}):", *_indent(body)]

    def state_branch(self, scope: Scope, name: str) -> Lines:
        inner = scope.inner()
        body = [*self.state_extra(inner, name), f"{name} = {self.state_anew(inner, name)}"]
        lines = [f"if {self.condition(scope)}:", *_indent([*body, *self.state_extra(inner, name)])]
        if self.chance(0.4):
            lines += ["else:", *_indent(self.state_extra(scope.inner(), name) or ["pass"])]
        return lines

    def state_extra(self, scope: Scope, name: str) -> Lines:
        kind = self.rng.randrange(6)
        if kind < 2:
            return self.state_write(scope, name)
        if kind == 2:
            return self.state_named_twice(scope, name)
        return [f"{self.target(scope)} = {self.scalar(scope, 2)}"] if kind == 3 else []

    def state_named_twice(self, scope: Scope, name: str) -> Lines:
        """Another name, a container or a function that has the object."""
        kind, shape = scope.states[name], scope.arrays[_part(name, scope.states[name], "v")].shape
        others = [
            n for n, k in scope.states.items()
            if k == kind and n.isidentifier() and scope.arrays[_part(n, kind, "v")].shape == shape
        ]  # fmt: skip
        other, way = self.pick(others), self.rng.randrange(6)
        if way == 0 and other != name:
            return [f"{name}, {other} = {other}, {name}"]
        if way == 1:
            made = self.fresh("g")
            scope.closures[made] = 1
            return [f"def {made}(p):", f"    return p * {_part(name, kind, self.pick(['p', 'v[0]']))}"] if kind in (
                "data", "plain") else [f"def {made}(p):", f"    return p * {_part(name, kind, 'p')}"]  # fmt: skip
        if way == 2:
            held = self.fresh("has")
            self.declare_state(scope, f"{held}[0]", kind, shape)
            return [f"{held} = {self.pick(['[{}]', '({}, 1.0)', '{{0: {}}}']).format(name)}"]
        if way == 3 and other != name:
            return [f"{name} = {other}"]
        made = self.fresh("st")
        self.declare_state(scope, made, kind, shape)
        return [f"{made} = {name}" if way < 5 else f"{made} = {name} if {self.condition(scope)} else {other}"]

    # values that are None at first

    def optional_statement(self, scope: Scope) -> Lines:
        name, kind = self.fresh("best"), self.pick(["number", "pair", "array", "state"])
        states = [n for n, k in scope.states.items() if n.isidentifier() and k in ("dict", "data")]
        vectors = [n for n in self._vectors(scope, written=True) if scope.arrays[n].shape[0] > 1]
        if (kind == "state" and not states) or (kind == "array" and not vectors):
            kind = "pair"
        inner = scope.inner(loop=True)
        index = self.fresh("i")
        inner.integers[index] = (0, 3)
        if kind == "array":
            source = self.pick(vectors)
            value, read = self.pick([source, f"{source} * {self.scalar(inner, 1)}", f"{source}.copy()"]), "{}[0]"
        elif kind == "state":
            source = self.pick(states)
            value = self.pick([source, self.state_anew(inner, source)])
            read = "{}['p']" if scope.states[source] == "dict" else "{}.p"
        else:
            value, read = self.scalar(inner, 2), "{}"
            if kind == "pair":
                value, read = f"({value}, {self.scalar(inner, 1)})", "{}[1]"
        lines = self.optional_made(scope, inner, name, index, value, read)
        return [*lines, *self.optional_used(scope, name, kind, read)]

    def optional_made(self, scope: Scope, inner: Scope, name: str, index: str, value: str, read: str) -> Lines:
        way, item = self.rng.randrange(5), self.fresh("t")
        if way == 0:
            return [f"{name} = None if {self.condition(scope)} else {value.replace(index, '1')}"]
        if way == 1:
            return [f"{name} = None", f"if {self.condition(scope)}:", f"    {name} = {value.replace(index, '2')}"]
        tests = [
            f"{name} is None or {read.format(item)} < {read.format(name)}", f"{name} is None",
            f"{name} is not None and {self.condition(inner)} or {name} is None", self.condition(inner),
        ]  # fmt: skip
        body = [f"{item} = {value}", f"if {self.pick(tests)}:", f"    {name} = {item}"]
        if self.chance(0.3):
            inside = self.target(inner)
            body += [f"if {name} is not None:", f"    {inside} = {read.format(name)} * {self.constant()}"]
        if self.chance(0.2):
            body += [f"if {self.condition(inner)}:", f"    {name} = None"]
        return [f"{name} = None", f"for {index} in range({self.pick([0, 2, 3])}):", *_indent(body)]

    def optional_used(self, scope: Scope, name: str, kind: str, read: str) -> Lines:
        target, value = self.target(scope), read.format(name)
        bound = [f"{target} = {self.scalar_leaf(scope_without(scope, target))}"]
        use = f"{target} = {target} + {value} * {self.constant()}"
        tests = [f"{name} is not None", f"{name} is not None and {value} > {self.constant()}", f"not ({name} is None)"]
        if kind != "array":
            tests += [f"{name} != None", f"{name}"]
        tests += {"pair": [f"isinstance({name}, tuple)"], "array": [f"isinstance({name}, np.ndarray)"]}.get(kind, [])
        if self.chance(0.15):
            return [*bound, use]
        inside = [use]
        if kind == "array" and self.chance(0.5):
            inside.append(f"{name}[0] {self.pick(['+=', '*='])} {self.scalar(scope, 1)}")
        if kind == "state" and self.chance(0.5):
            inside.append(f"{value} {self.pick(['=', '*='])} {self.scalar(scope, 1)}")
        if self.chance(0.3):
            return [*bound, f"if {name} is None:", f"    {target} *= 0.5", "else:", *_indent(inside)]
        if self.chance(0.2):
            return [*bound, f"{target} = {target} if {name} is None else {value} * {self.scalar(scope, 1)}"]
        return [*bound, f"if {self.pick(tests)}:", *_indent(inside)]

    # arrays that were just made

    def rebound_statement(self, scope: Scope) -> Lines:
        """An array made here, in-place operators, and what else may see the array in between."""
        vectors = [n for n in self._vectors(scope) if scope.arrays[n].shape[0] > 1]
        if not vectors:
            return []
        shape = scope.arrays[self.pick(vectors)].shape
        name, inner = self.fresh("u"), scope
        looped = self.chance(0.4)
        if looped:
            inner = scope.inner(loop=True)
        made = f"{self.pick(scope.of_shape(shape))} * {self.scalar(inner, 1)}"
        lines = [f"{name} = {made}"]
        inner.arrays[name] = Array(shape)
        for _ in range(self.rng.randrange(2, 6)):
            lines += self.changed(inner, name) if self.chance(0.6) else self.seen(inner, name)
        if not looped:
            return lines
        target = self.target(inner)
        lines.append(f"{target} = 0.5 * {self.scalar(inner, 1)} + np.sum({name})")
        return [f"for {self.fresh('i')} in range({self.pick([0, 2, 3])}):", *_indent(lines)]

    def changed(self, scope: Scope, name: str) -> Lines:
        ways = [
            f"{name} /= 1.5 + np.sum({name} * {name})", f"{name} *= {name}", f"{name} += {self.scalar(scope, 1)}",
            f"{name} -= {name}[0]", f"{name} *= {self.array(scope, scope.arrays[name].shape, 1)}",
            f"{name} += {name}[::-1]", f"{name} -= {self.constant()}", f"{name} /= 2.0", f"{name} **= 2",
            f"{name} += np.sin({name})",
        ]  # fmt: skip
        return [self.pick(ways)]

    def seen(self, scope: Scope, name: str) -> Lines:
        shape, made = scope.arrays[name].shape, self.fresh("k")
        other = self.pick(scope.of_shape(shape))
        ways = {
            made: [f"{made} = {name} if {self.condition(scope)} else {other}", f"{made} = {name}",
                   f"{made} = damped({name}, {self.scalar(scope, 1)})", f"{made} = {name}[:]",
                   f"{made} = np.asarray({name})", f"{made}, _ = {name}, 1.0"],
            f"{made}[0]": [f"{made} = [{name}]", f"{made} = ({name}, {name})", f"{made} = [{name}, {other}]"],
            f"{made}['u']": [f"{made} = {{'u': {name}}}"],
            f"{made}.v": [f"{made} = Data({self.constant()}, {name})"],
        }  # fmt: skip
        kind = self.rng.randrange(10)
        if kind == 0:
            return [f"{name}[{self.pick([0, -1])}] {self.pick(['=', '+='])} {self.scalar(scope, 1)}"]
        if kind == 1:
            return [f"np.{self.pick(['multiply', 'add'])}({name}, {self.scalar(scope, 1)}, out={name})"]
        if kind == 2:
            closure = self.fresh("g")
            scope.closures[closure] = 1
            return [f"def {closure}(p):", f"    return p * {name}[0]"]
        if kind == 3:
            return [f"{self.target(scope)} = np.sum({name} * {name})"]
        if kind == 4:
            part = self.fresh("v")
            scope.arrays[part] = Array((shape[0] - 1,))
            return [f"{part} = {name}[1:]"]
        text = self.pick(list(ways))
        scope.arrays[text] = Array(shape)
        return [self.pick(ways[text])]


def _part(name: str, kind: str, part: str) -> str:
    return f"{name}.{part}" if kind in ("data", "plain") else f"{name}[{part!r}]"


def _indent(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def scope_without(scope: Scope, name: str) -> Scope:
    """A scope in which a name is not bound yet (it may be all there is)."""
    inner = scope.inner()
    inner.scalars = [n for n in scope.scalars if n != name] or scope.scalars
    return inner
