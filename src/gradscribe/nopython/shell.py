"""Structures are taken apart outside of the compiled function.

Dicts, lists and instances among the arguments become their leaves, as parameters of their own; numbers and arrays from
outside the function become parameters too, so that they are read at each call; what the compiled function returns is
put together again. `take_apart` splits a program into a core of numbers and arrays, and the text of the function that
calls it. Nothing here knows numba.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter as Kind
from typing import Any

import numpy as np

from ..differentiate.shadows import CHECK_APART
from ..errors import UnsupportedType
from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Function, Op, Parameter, Var, replace, walk
from ..ir.primitives import DICT, EXTERNAL, FIXED_LIST, GETATTR, GETITEM, LENGTH, RECORD, TUPLE, External
from ..ir.types import STRUCTURES, Array, Dict, Object, Record, Scalar, Tuple, Type
from ..loops import UNFORESEEN
from ..runtime import check_apart

Tree = Any
"""An atom, or a list of trees with the type of a structure in front."""


@dataclass(frozen=True)
class Shell:
    """What stands around a core.

    Args:
        name: the name of the function that calls the core by the name `core`.
        lines: its head, the checks that it does first, and its end.
        paths: for each parameter of the core the expression that is passed.
        namespace: what the text needs besides: classes, and `External`s by name.
        direct: whether the core may be called in its place.
    """

    name: str
    lines: tuple[str, list[str], list[str]]
    paths: Mapping[Var, str]
    namespace: dict[str, Any]
    direct: bool

    def text(self, apart: Sequence[tuple[Var, Var]] = ()) -> str:
        """A module with the function.

        Args:
            apart: pairs of parameters of the core that share no memory; a call where they do is left to others.
        """
        head, checks, end = self.lines
        pairs = [f"may_share_memory({self.paths[a]}, {self.paths[b]})" for a, b in apart]
        if pairs:
            self.namespace.update(may_share_memory=np.may_share_memory)
            checks = [*checks, f"if {' or '.join(pairs)}:", f'    raise NotImplementedError("{UNFORESEEN}")']
        return "\n".join([head, *(f"    {line}" for line in [*checks, *end])]) + "\n"


def take_apart(function: Function) -> tuple[Function, Shell]:
    """The core of a function, and its shell.

    Raises:
        UnsupportedType: a structure, or an object from outside, is used as a whole.
    """
    result = _result_tree(function)
    function, checks = _without_checks(function)
    outside = _externals(function.body)
    structured = any(not _is_plain(p.type) for p in function.body.params)
    apart = _Apart(function, outside)
    if not structured and not outside and not checks and _is_plain_result(result):
        return function, _shell(function, apart, function.body.yields[0], [], direct=True)
    core = apart.core(result)
    return core, _shell(function, apart, result, checks, direct=False)


def _without_checks(function: Function) -> tuple[Function, list[Op]]:
    """The function without its checks that arguments share no memory, and these."""
    checks = [op for op in function.body.ops if op.primitive is CHECK_APART]
    rest = tuple(op for op in function.body.ops if op not in checks)
    return replace(function, body=replace(function.body, ops=rest)), checks


def _is_plain(type_: Type) -> bool:
    return isinstance(type_, (Scalar, Array))


def _is_plain_result(tree: Tree) -> bool:
    """Whether a result is made of numbers, arrays and tuples."""
    if not isinstance(tree, list):
        return isinstance(tree, Const) or _is_plain(tree.type)
    return isinstance(tree[0], Tuple) and tree[0].cls is None and all(map(_is_plain_result, tree[1:]))


def _externals(body: Block) -> dict[External, Var]:
    """What is read from outside, each once, with the parameter that it becomes."""
    found: dict[External, Var] = {}
    for op in walk(body):
        if op.primitive is EXTERNAL and op.static not in found:
            if not _is_plain(op.result.type):
                raise UnsupportedType(f"`{op.static.name}` from outside is no number or array", op.origin)
            found[op.static] = Var(op.static.name, op.result.type, True)
    return found


def _result_tree(function: Function) -> Tree:
    """What a function returns, as far as it is built of structures at its end."""
    made = {op.result: op for op in function.body.ops if op.results and len(op.results) == 1}

    def tree(atom: Atom) -> Tree:
        op = made.get(atom) if isinstance(atom, Var) else None
        if op is not None and op.primitive in (TUPLE, FIXED_LIST, DICT, RECORD):
            return [op.result.type, *map(tree, op.args)]
        return atom

    return tree(function.body.yields[0])


def _leaves(tree: Tree) -> Iterator[Atom]:
    if isinstance(tree, list):
        for part in tree[1:]:
            yield from _leaves(part)
    else:
        yield tree


class _Apart:
    """The parameters of a core, and its body without structures."""

    def __init__(self, function: Function, outside: Mapping[External, Var]) -> None:
        self.function, self.outside = function, outside
        self.trees: dict[Var, Tree] = {}
        self.arguments: list[tuple[Var, str]] = []
        self.names = {p.var.hint for p in function.parameters}
        for parameter in function.parameters:
            self._add(parameter.var, parameter.var.hint)
        for external, var in outside.items():
            self.arguments.append((var, external.name))

    def _add(self, var: Var, path: str) -> None:
        """Note a parameter: itself, or its leaves by the expressions that read them."""
        if isinstance(var.type, STRUCTURES):
            self.trees[var] = self._parts(var.type, var.hint, path)
        elif not isinstance(var.type, Object):
            self.arguments.append((var, path))

    def _parts(self, type_: Type, hint: str, path: str) -> Tree:
        assert isinstance(type_, STRUCTURES)
        parts: list[Any] = [type_]
        for key, item in zip(_keys(type_), type_.items, strict=True):
            inner = f"{path}.{key}" if isinstance(type_, Record) else f"{path}[{key!r}]"
            name = key if isinstance(key, str) and key.isidentifier() else f"{hint}_{key}"
            if isinstance(item, STRUCTURES):
                parts.append(self._parts(item, name, inner))
            else:
                leaf = Var(self._free(name if name.isidentifier() else hint), item, True)
                parts.append(leaf)
                if not isinstance(item, Object):
                    self.arguments.append((leaf, inner))
        return parts

    def _free(self, wanted: str) -> str:
        name, number = wanted, 0
        while name in self.names:
            number += 1
            name = f"{wanted}_{number}"
        self.names.add(name)
        return name

    def core(self, result: Tree) -> Function:
        """The function of leaves that returns the leaves of its result, as a tuple where there are several."""
        environment: dict[Var, Tree] = dict(self.trees)
        block = self._block(self.function.body, environment)
        builder = Builder()
        builder.ops = list(block.ops)
        atoms = [self._atom(a, environment) for a in _leaves(result) if isinstance(a, Var)]
        if any(isinstance(a, list) for a in atoms):
            raise UnsupportedType(f"`{self.function.name}` returns a part of its argument as it is")
        last = atoms[0] if len(atoms) == 1 else builder.emit(TUPLE, *atoms, hint="result")
        parameters = tuple(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v, _ in self.arguments)
        body = Block(tuple(v for v, _ in self.arguments), tuple(builder.ops), (last,))
        return _without_structures(Function(self.function.name, parameters, body, self.function.doc))

    def _atom(self, atom: Atom, environment: Mapping[Var, Tree]) -> Any:
        return environment.get(atom, atom) if isinstance(atom, Var) else atom

    def _block(self, block: Block, environment: dict[Var, Tree]) -> Block:
        ops = []
        for op in block.ops:
            found = self._known(op, environment)
            if found is not None:
                environment[op.result] = found
                continue
            blocks = tuple(self._block(b, environment) for b in op.blocks)
            args = tuple(self._plain(a, environment, op) for a in op.args)
            keywords = tuple((k, self._plain(a, environment, op)) for k, a in op.keywords)
            ops.append(replace(op, args=args, keywords=keywords, blocks=blocks))
        yields = tuple(self._plain(a, environment, None) for a in block.yields) if block.yields else ()
        return Block(block.params, tuple(ops), yields)

    def _known(self, op: Op, environment: Mapping[Var, Tree]) -> Tree | None:
        """What an op takes out of a structure, or reads from outside."""
        if op.primitive is EXTERNAL:
            return self.outside[op.static]
        tree = environment.get(op.args[0]) if op.args and isinstance(op.args[0], Var) else None
        if not isinstance(tree, list):
            return None
        keys = _keys(tree[0])
        if op.primitive is GETATTR and op.static in keys:
            return tree[1 + keys.index(op.static)]
        if op.primitive is GETITEM and isinstance(op.args[1], Const) and not isinstance(op.args[1].value, slice):
            index = op.args[1].value
            return tree[1 + (keys.index(index) if isinstance(tree[0], (Dict, Record)) else range(len(keys))[index])]
        return Const(len(keys)) if op.primitive is LENGTH else None

    def _plain(self, atom: Atom, environment: Mapping[Var, Tree], op: Op | None) -> Atom:
        found = self._atom(atom, environment)
        if isinstance(found, list):
            if op is None or op.primitive in _BUILDS:
                return atom  # at the end, where structures are built to be returned
            raise UnsupportedType("a structure is used as a whole", op.origin if op else None)
        return found


_BUILDS = (TUPLE, FIXED_LIST, DICT, RECORD)


def _keys(type_: Type) -> tuple[Any, ...]:
    if isinstance(type_, Dict):
        return type_.keys
    return type_.names if isinstance(type_, Record) else tuple(range(len(type_.items)))  # type: ignore[attr-defined]


def _without_structures(function: Function) -> Function:
    """Drop the ops that built what is returned, where nothing needs them any more."""
    ops = list(function.body.ops)
    while True:
        used = {a for op in walk(Block((), tuple(ops))) for a in op.inputs} | set(function.body.yields)
        used |= {a for op in walk(Block((), tuple(ops))) for b in op.blocks for a in b.yields}
        kept = [op for op in ops if op.primitive not in _BUILDS or op.result in used]
        if len(kept) == len(ops):
            return replace(function, body=replace(function.body, ops=tuple(ops)))
        ops = kept


# ------------------------------------------------------------------ the text around the core


def _shell(function: Function, apart: _Apart, result: Tree, checks: list[Op], *, direct: bool) -> Shell:
    namespace: dict[str, Any] = {external.name: external for external in apart.outside}
    leaves = [a for a in _leaves(result) if isinstance(a, Var)]
    names = {leaf: f"r{k}" for k, leaf in enumerate(leaves)}
    parameters = []
    for k, parameter in enumerate(function.parameters):
        default = ""
        if parameter.default is not None:
            namespace[f"default{k}"] = parameter.default.value
            default = f"=default{k}"
        if parameter.kind is Kind.KEYWORD_ONLY and "*" not in parameters:
            parameters.append("*")
        star = {Kind.VAR_POSITIONAL: "*", Kind.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        parameters.append(f"{star}{parameter.var.hint}{default}")
    before = []
    for check in checks:
        namespace["check_apart"] = check_apart
        before.append(f"check_apart({', '.join(a.hint for a in check.args if isinstance(a, Var))})")
    call = f"core({', '.join(path for _, path in apart.arguments)})"
    if direct:
        end = [f"return {call}"]
    else:
        end = [f"{', '.join(names.values())} = {call}", f"return {_built(result, names, namespace)}"]
    head = f"def {function.name}({', '.join(parameters)}):"
    return Shell(function.name, (head, before, end), dict(apart.arguments), namespace, direct)


def _built(tree: Tree, names: Mapping[Var, str], namespace: dict[str, Any]) -> str:
    """The expression that puts a result together."""
    if isinstance(tree, Var):
        return names[tree]
    if isinstance(tree, Const):
        return repr(tree.value)
    type_, parts = tree[0], [_built(t, names, namespace) for t in tree[1:]]
    if isinstance(type_, Dict):
        return "{" + ", ".join(f"{k!r}: {p}" for k, p in zip(type_.keys, parts, strict=True)) + "}"
    if isinstance(type_, Record) or (isinstance(type_, Tuple) and type_.cls is not None):
        namespace[type_.cls.__name__] = type_.cls  # type: ignore[union-attr]
        fields = [f"{n}={p}" for n, p in zip(_keys(type_), parts, strict=True)] if isinstance(type_, Record) else parts
        return f"{type_.cls.__name__}({', '.join(fields)})"  # type: ignore[union-attr]
    inside = ", ".join(parts)
    if isinstance(type_, Tuple):
        return f"({inside},)" if len(parts) == 1 else f"({inside})"
    return f"[{inside}]"
