"""Whether the library that arrays come from can do what a program does with them. Knows nothing of derivatives."""

from __future__ import annotations

from typing import NoReturn

from .. import runtime
from ..errors import BadArgument, UnsupportedCall
from ..ir.indexing import is_basic_index
from ..ir.libraries import Library
from ..ir.namespaces import Namespace
from ..ir.nodes import Function, Op, Var, walk
from ..ir.primitives import COPY, GETITEM, MATMUL, PLACED, VADDAT
from ..ir.types import Array, Numeric
from .foreign import Foreign, arrays_of, foreign, homes_of, makes_arrays, reached

_HELPERS = frozenset(("unbroadcast", "check_number", "placed", "stop_gradient"))
"""The helpers of `runtime` that are made of functions which dispatch."""
_HELPERS_ANYWHERE = frozenset(("unbroadcast", "check_number"))
"""Those that know arrays of other namespaces too."""


def check_offered(function: Function, jit: str | None = None, namespace: Namespace | None = None) -> None:
    """Refuse a program that does what the library of its arrays cannot do.

    Args:
        function: any program.
        jit: what will compile it, which takes NumPy's arrays alone.
        namespace: what stands in place of NumPy.

    Raises:
        UnsupportedCall: with the statement, and what to do instead.
    """
    found = foreign(function) if namespace is None else arrays_of(function, namespace.home)
    if found.home is None:
        return
    others = [home for home in homes_of(function) if home.option != (namespace.option if namespace else None)]
    if others:
        _refuse_namespace(others[0], namespace)
    if jit is not None:
        raise UnsupportedCall(f"{jit} compiles for arrays of NumPy, not for {found.home.name} arrays")
    _check_all(function, found, namespace)


def check_meaning(function: Function) -> None:
    """Refuse a program before it is differentiated, where the library of its arrays does some things otherwise than
    NumPy: what computes its value alone may not be part of the derivative.

    Raises:
        UnsupportedCall: with the statement, and what to do instead.
    """
    found = foreign(function)
    if found.home is not None and found.home.only is not None:
        _check_all(function, found, None)


def _check_all(function: Function, found: Foreign, namespace: Namespace | None) -> None:
    assert found.home is not None
    for each in reached(function):
        for op in walk(each.body):
            if found.home.labelled:
                _check_labelled(op, found)
            if any(a in found.maybe for a in op.inputs if isinstance(a, Var)):
                _check(op, found.home, namespace)
                if namespace is None and not found.home.mixes and makes_arrays(op):
                    _check_mixed(op, found)


def _refuse_namespace(home: Library, namespace: Namespace | None) -> NoReturn:
    if namespace is None:
        reason = f"NumPy's functions do not hand {home.name} arrays on"
    else:
        reason = f"the functions of {namespace.module} do not take {home.name} arrays"
    hint = f"derive it with namespace={home.option!r}" if home.option else "leave `namespace=` away"
    raise BadArgument(reason, hint=f"{hint}, or pass arrays of NumPy: {home.plain}")


def _check(op: Op, library: Library, namespace: Namespace | None) -> None:
    primitive = op.primitive
    if not library.writes and any(isinstance(op.args[k].type, (Array, Numeric)) for k in primitive.writes):
        hint = "write `a = a + b` for `a += b`, np.where for a mask, np.stack or np.concatenate for parts"
        _refuse(op, library, "entries of an array are written", hint)
    if primitive in (GETITEM, VADDAT, PLACED):
        if isinstance(op.args[0].type, (Array, Numeric)) and not library.items:
            _refuse(op, library, "an item is taken")
        if isinstance(op.args[0].type, (Array, Numeric)) and not library.gathers and not is_basic_index(op.args[1]):
            _refuse(op, library, "an index is an array, or of a kind that is not known", "multiply by a mask of floats")
    elif library.dense_products and primitive.symbol and primitive is not MATMUL:
        _refuse(op, library, "something else than a matrix product is taken")
    elif "runtime" in primitive.spellings:
        helpers = _HELPERS if namespace is None else _HELPERS_ANYWHERE
        own = primitive.function("runtime").__module__ == runtime.__name__
        if primitive.name not in helpers and not (library.writes and own):
            _refuse(op, library, f"the derivative of this needs `{primitive.name}`, which is for arrays of NumPy")
    elif namespace is None and primitive.spellings and not (primitive.symbol and op.style in (None, "operator")):
        _check_call(op, library)


def _check_labelled(op: Op, found: Foreign) -> None:
    """Refuse what might go by labels: arrays of different ranks, matrix products, sums over some of the axes."""
    assert found.home is not None
    if not makes_arrays(op):
        return
    arrays = [a for a in op.inputs if a in found.maybe and isinstance(a.type, (Array, Numeric))]
    ranks = {a.type.ndim if isinstance(a.type, Array) else None for a in arrays} - {0}
    if len(ranks) > 1 or None in ranks or (op.primitive is MATMUL and ranks - {1}):
        _refuse(op, found.home, "operands differ in rank, or are matrices")
    if op.primitive.name in ("sum", "mean") and arrays and (op.keywords or len(op.args) > 1):
        _refuse(op, found.home, "sums go over some of the axes")


def _check_mixed(op: Op, found: Foreign) -> None:
    """Refuse an operation on an array of the library and one of NumPy's."""
    arrays = [a for a in op.inputs if isinstance(a.type, Array) and a.type.ndim]
    if any(a in found.surely for a in arrays) and any(a not in found.maybe for a in arrays):
        assert found.home is not None
        _refuse(op, found.home, "one meets an array of NumPy's here, which this or its derivative makes")


def _check_call(op: Op, library: Library) -> None:
    """Refuse a function that is not offered for these arrays."""
    style = op.style or next(iter(op.primitive.spellings))
    if op.primitive is COPY and op.style != "np":
        style = "method"
    path, function = op.primitive.spellings.get(style, ("", op.primitive.function(style)))
    if style in ("np", "method", "attribute") and not library.offers(function):
        _refuse(op, library, f"there is no `{path}`, which this or its derivative needs")
    if style.startswith("scipy") and not library.offers(function):
        _refuse(op, library, f"there is no `{path}`, which takes NumPy's alone")


def _refuse(op: Op, library: Library, why: str, hint: str = "") -> NoReturn:
    plain = f"pass an array of NumPy: {library.plain}"
    raise UnsupportedCall(f"with {library.name} arrays, {why}", op.origin, f"{hint}; or {plain}" if hint else plain)
