"""A derivative inside of functions that numba compiles: `df(x, n)` in an `@njit` function calls its machine code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..ir.types import Array, Dim, Object, Scalar, Type
from .machine import NumbaRefuses, numba_module

_known: set[type] = set()


def make_callable(derivative: Any, core_for: Callable[[Sequence[Type]], Any]) -> None:
    """Let numba call a derivative.

    Args:
        derivative: the object that the user's functions name.
        core_for: for the types of its arguments, the compiled function that takes them.
    """
    numba = numba_module()

    def stub(*args: Any) -> None:
        """What numba believes it calls."""

    @numba.extending.overload(stub, strict=False)  # type: ignore[untyped-decorator]
    def typed(*args: Any) -> Any:
        names = [f"a{k}" for k in range(len(args))]
        core = core_for([type_from_numba(t, name) for name, t in zip(names, args, strict=True)])
        listed = ", ".join(names)
        namespace = {"core": core}
        exec(f"def call({listed}):\n    return core({listed})\n", namespace)
        return namespace["call"]

    derivative.__dict__["_stub"] = stub
    if type(derivative) not in _known:
        _known.add(type(derivative))
        numba.extending.typeof_impl.register(type(derivative))(_type_of)


def _type_of(value: Any, context: Any) -> Any:
    from numba.core.registry import cpu_target

    stub = value.__dict__.get("_stub")
    return None if stub is None else cpu_target.typing_context.resolve_value_type(stub)


def type_from_numba(type_: Any, name: str) -> Type:
    """What is known of a value of one of numba's types.

    Raises:
        NumbaRefuses: it is neither a number nor an array.
    """
    numba = numba_module()
    type_ = numba.types.unliteral(getattr(type_, "value", type_) if isinstance(type_, numba.types.Omitted) else type_)
    if isinstance(type_, numba.types.Boolean):
        return Scalar("b")
    if isinstance(type_, (numba.types.Integer, numba.types.Float, numba.types.Complex)):
        kind = {"I": "i", "F": "f", "C": "c"}[type(type_).__name__[0]]
        plain = type_.name in ("int64", "float64", "complex128")
        return Scalar(kind, None if plain else type_.name)
    if isinstance(type_, numba.types.Array):
        dtype = "bool" if isinstance(type_.dtype, numba.types.Boolean) else type_.dtype.name
        return Array(dtype, tuple(Dim(f"{name}.{k}", 0, None) for k in range(type_.ndim)))
    if isinstance(type_, numba.types.NoneType):
        return Object(type(None))
    raise NumbaRefuses(f"a derivative is called with {type_}, which is neither a number nor an array")
