"""The translation rule of one operation: the line of the tangent program and the lines of the adjoint program that it
becomes. The rules are not written here: a function of that one operation is differentiated, and what is printed of its
derivatives is put into the lecture's form (`dz = y * dx + x * dy`; `bx += y * bz`)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import Parameter as Kind

from ..differentiate.adjoints import bar
from ..differentiate.forward import forward
from ..differentiate.reverse import reverse
from ..differentiate.tangents import dot
from ..errors import GradscribeError
from ..ir.build import substitute
from ..ir.nodes import Block, Function, Op, Parameter, Var, replace
from ..ir.primitives import WATCH
from ..ir.types import Array, Type, is_continuous
from ..pipeline import seed_type
from ..simplify import simplify
from ..write import write


@dataclass(frozen=True)
class Translation:
    """What an operation becomes.

    Args:
        tangent: the lines of the tangent program.
        adjoint: the lines of the adjoint program.
    """

    tangent: tuple[str, ...] = ()
    adjoint: tuple[str, ...] = ()


NOTHING = Translation()


def translation(op: Op, names: Mapping[Var, str]) -> Translation:
    """The rule of an operation in the names of its values; empty where it moves nothing, or writes.

    Args:
        op: an operation without blocks.
        names: the name of each value.
    """
    if not op.results or op.primitive is WATCH or not is_continuous(op.result.type):
        return NOTHING
    function = _function_of(op, names)
    moving = [k for k, p in enumerate(function.body.params) if is_continuous(p.type)]
    if not moving:
        return NOTHING
    try:
        return Translation(_tangent_lines(function, moving), _adjoint_lines(function, moving))
    except (GradscribeError, AssertionError, SyntaxError):
        return NOTHING


def _function_of(op: Op, names: Mapping[Var, str]) -> Function:
    """A function of the operation alone."""
    inputs = dict.fromkeys(a for a in op.inputs if isinstance(a, Var))
    fresh = {v: Var(names[v], v.type, True) for v in inputs}
    result = Var(names[op.result], op.result.type, True)
    single = replace(substitute(op, fresh), results=(result,), origin=None)
    params = tuple(Parameter(v, Kind.POSITIONAL_OR_KEYWORD) for v in fresh.values())
    return Function("rule", params, Block(tuple(fresh.values()), (single,), (result,)))


def _result_name(function: Function) -> str:
    (result,) = function.body.yields
    assert isinstance(result, Var)
    return result.hint


def _tangent_lines(function: Function, moving: list[int]) -> tuple[str, ...]:
    program = simplify(forward(function, moving, name="rule"), function)
    body = _body(write(program).text)
    result = body.pop()
    assert isinstance(result, ast.Return) and isinstance(result.value, ast.Tuple)
    name = dot(_result_name(function))
    own = _result_name(function)
    kept = [s for s in body if not _assigns(s, own)]
    last = result.value.elts[1]
    if not (isinstance(last, ast.Name) and last.id == name):
        kept.append(ast.Assign([ast.Name(name)], last))
    return _texts(kept)


def _adjoint_lines(function: Function, moving: list[int]) -> tuple[str, ...]:
    program = reverse(function, moving, name="rule", seed=_seed(function), several=True)
    body = _body(write(simplify(program)).text)
    result = body.pop()
    assert isinstance(result, ast.Return) and isinstance(result.value, ast.Tuple)
    renamed = {"seed": bar(_result_name(function))}
    targets = [bar(function.body.params[k].hint) for k in moving]
    lines: list[ast.stmt] = []
    made = {s.targets[0].id: s for s in body if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)}
    returned = [e.id for e in result.value.elts if isinstance(e, ast.Name)]
    own = _result_name(function)
    lines += [s for s in body if not (isinstance(s, ast.Assign) and _name_of(s) in (*returned, own))]
    for target, value in zip(targets, result.value.elts, strict=True):
        if isinstance(value, ast.Name) and value.id in made and returned.count(value.id) == 1:
            value = made[value.id].value
        lines.append(ast.AugAssign(ast.Name(target), ast.Add(), value))
    return _texts([_Renaming(renamed).visit(line) for line in lines])


def _seed(function: Function) -> Type:
    result = function.body.yields[0]
    return result.type if isinstance(result.type, Array) else seed_type(result.type)


def _body(text: str) -> list[ast.stmt]:
    (function,) = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)][-1:]
    return function.body


def _assigns(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.Assign) and _name_of(statement) == name


def _name_of(statement: ast.Assign) -> str:
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id))


def _texts(lines: list[ast.stmt]) -> tuple[str, ...]:
    return tuple(ast.unparse(ast.fix_missing_locations(line)) for line in lines)
