"""The names of a module's text that are not locals: modules, builtins, helpers, functions, and what the caller binds.

A parameter keeps its name whatever happens, so everything else gives way: `import numpy as np_1` where a parameter is
called `np`. Locals give way to what is asked for here (see `used`).
"""

from __future__ import annotations

import ast
import builtins
import importlib
import sys
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..ir.primitives import External
from ..ir.signature import is_library_name
from .spelling import Spelling, modules_of

MODULES = {"np": "numpy"}
"""Short names of modules in spellings."""
RUNTIME = "gradscribe.runtime"
CHECKPOINTS = "gradscribe.checkpoints"


class Scope:
    """The global names of one text.

    Args:
        parameters: names that nothing global may have.
        spelling: how operations on arrays are spelled, where that is not as NumPy has it.
    """

    def __init__(self, parameters: Iterable[str], spelling: Spelling | None = None) -> None:
        self.forbidden, self.spelling = set(parameters), spelling
        self.modules = modules_of(None if spelling is None else spelling.namespace)
        self.used: dict[str, object] = {}
        self.externals: dict[str, Any] = {}
        self._names: dict[object, str] = {}
        self._imports: dict[str, str] = {}
        self._keep: list[object] = []

    def imports(self) -> tuple[str, ...]:
        """The import lines, sorted: plain ones first."""
        lines = dict.fromkeys(self._imports.values())
        return tuple(sorted(lines, key=lambda line: (line.startswith("from "), line)))

    def _claim(self, key: object, wanted: str) -> str:
        """A name for `key`: always the same, and no other key's."""
        if key not in self._names:
            name, number = wanted, 0
            while name in self.forbidden or self.used.get(name, key) != key:
                number += 1
                name = f"{wanted}_{number}"
            self._names[key] = name
            self.used[name] = key
        return self._names[key]

    def path(self, path: str) -> ast.expr:
        """`np.linalg.norm`, `math.sin`, `len`: the expression for a spelling."""
        if path.startswith(f"{RUNTIME}."):
            return self.helper(path.removeprefix(f"{RUNTIME}."))
        head, *rest = path.split(".")
        if not rest:
            return self.builtin(head)
        return attribute(self._module(head, self._module_of(path)), rest)

    def _module(self, head: str, module: str | None = None) -> ast.expr:
        """The name of a module; `module` is the part of it that must be imported."""
        head = next((short for short, full in self.modules.items() if full == head), head)
        module = self.modules.get(head, module or head)
        name = self._claim(("module", head), head)
        self._imports[module] = _import_line(module, name)
        return ast.Name(name)

    def builtin(self, name: str) -> ast.expr:
        """A builtin, by way of its module where a parameter hides it."""
        if name in self.forbidden or self.used.get(name, ("builtin", name)) != ("builtin", name):
            return self.path(f"builtins.{name}")
        return ast.Name(self._claim(("builtin", name), name))

    def helper(self, name: str, module: str = RUNTIME) -> ast.expr:
        """A function of `runtime`, or of another module of ours."""
        given = self._claim(("helper", name), name)
        renamed = "" if given == name else f" as {given}"
        self._imports[f"{module}.{name}"] = f"from {module} import {name}{renamed}"
        return ast.Name(given)

    def external(self, external: External) -> ast.expr:
        """A global or closure cell of the user's function."""
        name = self._claim(("external", id(external.owner), external.name), external.name)
        self.externals[name] = external
        return ast.Name(name)

    def object(self, value: object, wanted: str) -> ast.expr:
        """Any object, bound by the caller, unless a builtin or a path that is imported anyway names it."""
        if getattr(builtins, wanted, None) is value and "." not in wanted:
            return self.builtin(wanted)
        if "." in wanted and _resolves(wanted, value):
            return self.path(wanted)
        if isinstance(value, types.ModuleType) and is_library_name(wanted) and sys.modules.get(wanted) is value:
            return self._module(wanted)
        if getattr(value, "__module__", None) == RUNTIME and getattr(value, "__name__", None) == wanted:
            return self.helper(wanted)
        self._keep.append(value)
        name = self._claim(("object", id(value)), _last(wanted))
        self.externals[name] = value
        return ast.Name(name)

    def function(self, function: object, name: str) -> str:
        """The name of a function that is printed in the same text."""
        self._keep.append(function)
        return self._claim(("function", id(function)), name)

    def define(self, function: object, name: str) -> None:
        """Give the main function its own name, which locals and parameters may hide: nobody calls it."""
        self._keep.append(function)
        self._names["function", id(function)] = name
        self.used[name] = ("function", id(function))

    def _module_of(self, path: str) -> str:
        """The longest part of a path that is a module."""
        parts = path.split(".")[:-1]
        while len(parts) > 1 and ".".join(parts) not in sys.modules:
            parts.pop()
        return ".".join(parts)

    def numpy_constant(self, name: str) -> ast.expr:
        return self.path(f"np.{name}")


def _import_line(module: str, name: str) -> str:
    if name == module.split(".")[0]:
        return f"import {module}"
    return f"import {module} as {name}"


def _last(path: str) -> str:
    name = path.split(".")[-1]
    return name if name.isidentifier() else "constant"


def _resolves(path: str, value: object) -> bool:
    head, *rest = path.split(".")
    if head not in ("np", "numpy", "math", "scipy", "operator", "cmath", "itertools", "functools"):
        return False
    try:
        found: Any = importlib.import_module(MODULES.get(head, head))
        for part in rest:
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return found is value


def attribute(node: ast.expr, names: Iterable[str]) -> ast.expr:
    """`node.a.b`."""
    for name in names:
        node = ast.Attribute(node, name)
    return node


def literal(value: Any, scope: Scope, *, index: bool = False) -> ast.expr | None:
    """The expression of a constant, None where it has no literal form.

    Args:
        value: the constant.
        scope: the global names.
        index: whether it stands between brackets, where slices are written with colons.
    """
    if value is None or value is Ellipsis or type(value) in (bool, str, bytes):
        return ast.Constant(value)
    if type(value) is np.str_ or type(value) is np.bytes_:
        return ast.Constant(value.item())
    if type(value) is int:
        return _signed(value, value < 0)
    if type(value) is float:
        return _float(value, scope)
    if type(value) is complex:
        return _complex(value, scope)
    if type(value) is slice:
        return _slice(value, scope, index)
    if type(value) in (tuple, list):
        items = [literal(item, scope, index=index) for item in value]
        if any(item is None for item in items):
            return None
        return ast.Tuple(items) if type(value) is tuple else ast.List(items)  # type: ignore[arg-type]
    if type(value).__module__ == "numpy" and hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        return _numpy_scalar(value, scope)
    return None


def _signed(value: Any, negative: bool) -> ast.expr:
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if negative else ast.Constant(value)


def _float(value: float, scope: Scope) -> ast.expr:
    if value != value or value in (float("inf"), float("-inf")):
        node = ast.Call(scope.builtin("float"), [ast.Constant("nan" if value != value else "inf")], [])
        return ast.UnaryOp(ast.USub(), node) if value == float("-inf") else node
    return _signed(value, str(value).startswith("-"))


def _complex(value: complex, scope: Scope) -> ast.expr:
    real, imaginary = str(value.real), str(value.imag)
    if real == "0.0" and imaginary[0].isdigit():
        return ast.Constant(value)
    return ast.Call(scope.builtin("complex"), [_float(value.real, scope), _float(value.imag, scope)], [])


def _slice(value: slice, scope: Scope, index: bool) -> ast.expr | None:
    parts = [literal(p, scope) for p in (value.start, value.stop, value.step)]
    if any(p is None for p in parts):
        return None
    if not index:
        return ast.Call(scope.builtin("slice"), parts, [])  # type: ignore[arg-type]
    absent = (value.start is None, value.stop is None, value.step is None)
    return ast.Slice(*(None if gone else part for gone, part in zip(absent, parts, strict=True)))


def _numpy_scalar(value: Any, scope: Scope) -> ast.expr | None:
    if isinstance(value, object) and type(value).__name__ == "ndarray":
        return None
    plain = literal(value.item(), scope) if value.dtype.kind in "biufc" and value.dtype.itemsize <= 16 else None
    if plain is None or type(value.item()) not in (bool, int, float, complex):
        return None
    if scope.spelling is not None:
        return plain
    name = "bool_" if value.dtype.kind == "b" else value.dtype.name
    return ast.Call(scope.path(f"np.{name}"), [plain], [])


def leading(first: ast.expr, shape: ast.expr) -> ast.Tuple:
    """`(first, *shape)`."""
    return ast.Tuple([first, *shape.elts] if isinstance(shape, ast.Tuple) else [first, ast.Starred(shape)])
