"""Operations on whole arrays, entry by entry: what each becomes for one entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..ir.build import Builder
from ..ir.nodes import Atom, Block, Const, Op, Var
from ..ir.primitives import BY_NAME, INVERT, MULTIPLY, NOT, POWER, Primitive, define
from ..ir.types import Array, Scalar, Type
from .values import NotLowerable

DTYPES = ("float64", "int64", "bool", "complex128", "float32")
"""The dtypes in which numba computes with single numbers as NumPy does with arrays."""

_ARITHMETIC = ("add", "subtract", "multiply", "negative")
_COMPARE = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
_OF_ONE = """
sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh
absolute fabs sign floor ceil trunc isnan isinf isfinite square reciprocal deg2rad rad2deg degrees radians
"""
_OF_TWO = "arctan2 hypot copysign maximum minimum fmax fmin"
_FUNCTIONS = f"{_OF_ONE} {_OF_TWO}".split()
_LOGICAL = ("logical_and", "logical_or", "logical_not")
_BITS = ("bitwise_and", "bitwise_or")

FLOATS_ONLY = {BY_NAME[n] for n in _FUNCTIONS}
ELEMENTWISE = {
    BY_NAME[n] for n in (*_ARITHMETIC, *_COMPARE, *_LOGICAL, *_BITS, "divide", "power", "positive", "invert", "where")
} | FLOATS_ONLY
WHERE = BY_NAME["where"]


FLOAT32 = BY_NAME["float32"]
SINGLE = Scalar("f", "float32")

VECTOR = "vector_"
VECTORISED = {
    BY_NAME[name]: define(f"{VECTOR}{name}", infer=lambda args, keywords: args[0].type)
    for name in ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos", "arctan2")
}
"""Functions of one real number that are computed for several elements of a loop at a time."""


def supports(op: Op) -> bool:
    """Whether an op works entry by entry, in dtypes in which that is certain to mean the same."""
    if op.primitive not in ELEMENTWISE or op.keywords or not isinstance(op.result.type, Array):
        return False
    types = [a.type for a in op.args]
    if not op.result.type.ndim or not all(map(_is_plain, [*types, op.result.type])):
        return False
    if any(isinstance(a, Const) and isinstance(a.type, Array) for a in op.args):
        return False
    return _kinds_fit(op.primitive, [t.kind for t in types], op.result.type.kind)  # type: ignore[attr-defined]


def _is_plain(type_: Type) -> bool:
    if isinstance(type_, Array):
        return type_.dtype in DTYPES
    return isinstance(type_, Scalar) and type_.dtype in (None, *DTYPES)


def _kinds_fit(primitive: Primitive, kinds: list[str], made: str) -> bool:
    name = primitive.name
    if name in _ARITHMETIC:
        return made != "b"
    if name in _BITS or name == "invert":
        return set(kinds) == {"b"}
    if name == "power":
        return made == "f" and kinds[0] == "f" and kinds[1] in "if"
    if primitive in FLOATS_ONLY:
        return set(kinds) <= {"f"} or (set(kinds) <= {"f", "i"} and "f" in kinds and name in ("maximum", "minimum"))
    if name == "where":
        return kinds[0] == "b"
    return name in _COMPARE or name in _LOGICAL or (made in "fc" and name in ("divide", "positive"))


def emit_entry(op: Op, *, vectors: bool) -> Callable[[Builder, list[Atom]], Atom]:
    """What emits the operation on entries.

    Args:
        op: an operation on arrays.
        vectors: whether there are functions for several elements at a time.
    """
    assert isinstance(op.result.type, Array)
    made = Scalar(op.result.type.kind, op.result.type.dtype)
    single = is_single([a.type for a in op.args])

    def emit(builder: Builder, args: list[Atom]) -> Atom:
        if single:
            args = [narrowed(builder, a) for a in args]
        if op.primitive is WHERE:
            return choice(builder, args, Var(op.result.hint, made))
        primitive, style = op.primitive, None if op.primitive.symbol else op.style
        if primitive is INVERT:
            primitive = NOT
        if vectors and made.dtype in ("float64", "float32"):
            primitive = VECTORISED.get(primitive, primitive)
        if primitive is POWER and isinstance(op.args[1], Const) and op.args[1].value == 2:
            primitive, args = MULTIPLY, [args[0], args[0]]
        return builder.emit(primitive, *args, hint=op.result.hint, type=made, style=style)

    return emit


def is_single(types: Sequence[Type]) -> bool:
    """Whether NumPy computes with operands of these types in single precision: numbers of Python give way to arrays."""
    dtypes = {t.dtype for t in types if isinstance(t, (Array, Scalar)) and t.dtype is not None}
    return "float32" in dtypes and dtypes <= {"float32", "bool"}


def narrowed(builder: Builder, number: Atom) -> Atom:
    """A number of Python in single precision; any other operand as it is."""
    if isinstance(number.type, Scalar) and number.type.dtype is None and number.type.kind in "if":
        return builder.emit(FLOAT32, number, hint="x", type=SINGLE)
    return number


def cast(builder: Builder, number: Atom, type_: Array) -> Atom:
    """A number as it is stored in an array of a type, which may be of lower precision."""
    if type_.dtype != "float32" or getattr(number.type, "dtype", None) == "float32":
        return number
    return builder.emit(FLOAT32, number, hint="x", type=SINGLE)


def choice(builder: Builder, args: list[Atom], result: Var) -> Var:
    """`x if c else y`, both computed."""
    test, then, orelse = args
    builder.branch(test, Block((), (), (then,)), Block((), (), (orelse,)), [result])
    return result


def check_stores(target: Array, value: Type) -> None:
    """Check that an entry can be stored without more than what numba does by itself.

    Raises:
        NotLowerable: it might be rounded or cut.
    """
    if target.dtype not in DTYPES or not _is_plain(value):
        raise NotLowerable
    kind: str = value.kind  # type: ignore[attr-defined]
    order = "bifc"
    if order.index(kind) > order.index(target.kind) or (target.kind == "b") != (kind == "b"):
        raise NotLowerable
