"""Golden files: a user's function, and the derivative that is expected for it, as one valid Python module.

Everything above the line `# derivative` is the user's: a docstring, imports, `ARGS`, and functions, the last of which
is differentiated. Below it stands what is emitted (without the imports that the head has). `ARGNUMS`, `MODE` and
`OPTIMIZE` choose the derivative; by default it is the gradient by all that can be differentiated.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from corpus.case import active
from corpus.harness import compare_gradients
from corpus.oracle import Expected, direction, disagreement, quiet

import gradscribe
from gradscribe.numerical import argument_leaves, flatten, numbers

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("*.py"))
MARK = "\n# derivative\n"


class Golden:
    """One golden file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head, mark, rest = path.read_text("utf-8").partition(MARK)
        assert mark, f"{path} has no line `# derivative`"
        self.expected = rest.strip("\n")
        self.module = _load(path, self.head)
        self.args: tuple[Any, ...] = self.module.ARGS
        self.mode: str = getattr(self.module, "MODE", "reverse")
        self.argnums: tuple[int, ...] = getattr(self.module, "ARGNUMS", active(self.args))
        last = [node for node in ast.parse(self.head).body if isinstance(node, ast.FunctionDef)][-1]
        self.function = getattr(self.module, last.name)

    def emitted(self) -> str:
        """What the tool writes today, without the imports that the head has."""
        argnums = self.argnums if len(self.argnums) > 1 else self.argnums[0]
        optimize = getattr(self.module, "OPTIMIZE", True)
        derivative = gradscribe.derive(self.function, self.mode, argnums, optimize=optimize)
        facts = Expected(self.function, self.args, self.argnums)
        given = facts.fresh()
        if self.mode == "forward":
            given += [given[k] for k in self.argnums]
        text = derivative.source_for(*given)
        return _without(text, self.head)

    def write(self, text: str) -> None:
        self.path.write_text(f"{self.head}{MARK}{text}\n" if text else f"{self.head}{MARK}", "utf-8")

    def fault(self, text: str) -> str | None:
        """Where the derivative in `text` is wrong, by differences; None if it is right."""
        made: dict[str, Any] = dict(vars(self.module))
        exec(compile(text, str(self.path), "exec"), made)
        ending = "_jvp" if self.mode == "forward" else "_grad"
        (name,) = [n for n in made if n.startswith(self.function.__name__ + ending)]
        facts = Expected(self.function, self.args, self.argnums)
        plain = quiet(self.function, facts.fresh(), {})
        check = _forward_fault if self.mode == "forward" else _reverse_fault
        return check(made[name], facts, plain)


def _reverse_fault(derivative: Any, facts: Expected, plain: Any) -> str | None:
    args = facts.fresh()
    seed = direction(plain, np.random.default_rng(0), True)
    found = quiet(derivative, args, {"seed": seed})
    found = found if len(facts.argnums) > 1 else (found,)

    def weighted(*given: Any) -> float:
        return float(np.sum(seed * facts.call(*given)))

    scalar = Expected(weighted, facts.args, facts.argnums)
    return compare_gradients(found, scalar) or _left(args, facts)


def _forward_fault(derivative: Any, facts: Expected, plain: Any) -> str | None:
    tangents = facts.tangents()
    _, build = argument_leaves(facts.args)
    built = build(tangents)
    args = facts.fresh()
    value, dy = quiet(derivative, [*args, *(built[k] for k in facts.argnums)], {})
    if not np.array_equal(numbers(value), numbers(plain)):
        return f"value {value!r} instead of {plain!r}"
    return disagreement(numbers(dy), facts.directional(tangents)) or _left(args, facts)


def _left(args: list[Any], facts: Expected) -> str | None:
    after = facts.plain().args
    for k, (have, wanted) in enumerate(zip(args, after, strict=True)):
        if not np.array_equal(
            numbers([leaf.value for leaf in flatten(have)[0]]), numbers([leaf.value for leaf in flatten(wanted)[0]])
        ):
            return f"argument {k} is left as {have!r} instead of {wanted!r}"
    return None


def _load(path: Path, head: str) -> ModuleType:
    """The head as a module whose source is found in the file."""
    spec = importlib.util.spec_from_loader(f"golden_{path.stem}", None, origin=str(path))
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile(head, str(path), "exec"), vars(module))
    return module


def _without(text: str, head: str) -> str:
    known = {line for line in head.splitlines() if line.startswith(("import ", "from "))}
    lines = [line for line in text.splitlines() if line not in known]
    return "\n".join(lines).strip("\n")
