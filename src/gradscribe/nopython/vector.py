"""Elementary functions for code that numba compiles: `exp(x[i])` in a loop is computed for several elements at a time.

This is what emitted code imports; `vector_math` says how the functions are computed. They take one number, of single or
double precision; integers are converted to the latter. They are not called from Python.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from llvmlite.ir.values import FunctionAttributes
from numba.core import types
from numba.extending import intrinsic

from .vector_math import FUNCTIONS
from .vector_math.definitions import Definition, defined
from .vector_math.lanes import DOUBLE, SINGLE, Format


class _Defined(ir.Function):  # type: ignore[misc]
    """A function of a module that is there as text. Flags that are given to all statements of a module pass it by."""

    text: str

    def __str__(self) -> str:
        return self.text


class _Kept(ir.GlobalVariable):  # type: ignore[misc]
    """The list of functions that LLVM keeps although nothing calls them yet."""

    names: list[str]

    def __str__(self) -> str:
        listed = ", ".join(f'ptr @"{name}"' for name in self.names)
        kind = f"[{len(self.names)} x ptr]"
        return f'@"llvm.compiler.used" = appending global {kind} [{listed}], section "llvm.metadata"'


class _Wide(FunctionAttributes):  # type: ignore[misc]
    """The attributes of a function whose loops use the widest registers, which LLVM avoids where some processors lower
    their frequency for them: arithmetic as dense as this gains more than it loses."""

    def __bool__(self) -> bool:
        return True

    def _to_list(self, result: Any) -> list[str]:
        return [*super()._to_list(result), '"prefer-vector-width"="512"']


_IN_LLVM = {"double": ir.DoubleType(), "float": ir.FloatType()}


def _function_of(module: Any, format: Format, definition: Definition, arguments: int) -> Any:
    """The function for one element, which is put into the module together with those for several."""
    found = module.globals.get(definition.name)
    if found is not None:
        return found
    for name, element, count, taken in definition.declared:
        if name not in module.globals:
            kind = _IN_LLVM[element] if count == 1 else ir.VectorType(_IN_LLVM[element], count)
            ir.Function(module, ir.FunctionType(kind, [kind] * taken), name)
    if "llvm.compiler.used" not in module.globals:
        _Kept(module, ir.IntType(8), "llvm.compiler.used").names = []
    module.globals["llvm.compiler.used"].names += definition.vectors
    kind = _IN_LLVM[format.name]
    made = _Defined(module, ir.FunctionType(kind, [kind] * arguments), definition.name)
    made.text = definition.text
    return made


def _made(name: str, arguments: int) -> Any:
    """The function of numbers that numba may call."""

    def emit(given: tuple[Any, ...]) -> Any:
        single = all(t == types.float32 for t in given)
        if not all(isinstance(t, (types.Float, types.Integer, types.Boolean)) for t in given):
            return None
        number, format = (types.float32, SINGLE) if single else (types.float64, DOUBLE)
        definition = defined(name, FUNCTIONS[name], format)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            builder.function.attributes = _Wide(builder.function.attributes)
            return builder.call(_function_of(builder.module, format, definition, arguments), args)

        return number(*[number] * arguments), codegen

    if arguments == 1:
        return intrinsic(lambda typing, x: emit((x,)))
    return intrinsic(lambda typing, y, x: emit((y, x)))


exp, expm1, tanh = _made("exp", 1), _made("expm1", 1), _made("tanh", 1)
log, log1p = _made("log", 1), _made("log1p", 1)
sin, cos, arctan2 = _made("sin", 1), _made("cos", 1), _made("arctan2", 2)
