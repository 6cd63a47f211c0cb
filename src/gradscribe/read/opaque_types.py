"""What comes out of calls that are not differentiated, where it can be told: objects by their class, random numbers by
their size."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..ir.infer import by_example, constant
from ..ir.nodes import Atom, Var
from ..ir.types import (
    BOOL,
    FLOAT,
    INT,
    NUMERIC,
    STRING,
    UNKNOWN,
    Array,
    Object,
    Scalar,
    Tuple,
    Type,
    is_sparse,
    kind_of_dtype,
    known,
)

_GENERATORS = (np.random.Generator, np.random.RandomState)
_FLOATS = {
    "normal", "uniform", "random", "standard_normal", "exponential", "standard_exponential", "gamma", "beta", "laplace",
    "logistic", "lognormal", "chisquare", "rayleigh", "triangular", "weibull", "standard_t", "random_sample", "ranf",
    "gumbel", "pareto", "vonmises", "wald",
}  # fmt: skip
_INTEGERS = {"integers", "randint", "poisson", "binomial", "geometric"}
_SIZE_FIRST = {"random", "standard_normal", "standard_exponential", "random_sample", "ranf"}
_STANDARD = {
    "random", "uniform", "gauss", "normalvariate", "expovariate", "betavariate", "gammavariate", "lognormvariate",
    "triangular", "paretovariate", "weibullvariate", "vonmisesvariate",
}  # fmt: skip


def type_of_call(function: Any, args: Sequence[Atom], keywords: Mapping[str, Atom], given: Type) -> Type:
    """The type of `function(*args, **keywords)`; `given` where nothing more is known.

    Args:
        function: what is called, None where that is known at run time only.
        args, keywords: what it is called with.
        given: the type where nothing more is known.
    """
    if isinstance(function, type):
        return _type_of_instance(function, args, keywords)
    if _is_hashable(function) and function in _RESULTS:
        return _RESULTS[function]
    if function is np.insert and args and isinstance(args[0].type, Array):
        return Array(args[0].type.dtype, (UNKNOWN,) * args[0].type.ndim) if args[0].type.ndim == 1 else given
    if _is_hashable(function) and function in _PAIRS:
        return Tuple((Array("int64", (UNKNOWN,)),) * 2)
    if _is_hashable(function) and function in _LIKE_SAMPLES:
        return by_example(function)(args, keywords)
    owner = getattr(function, "__self__", None)
    name = getattr(function, "__name__", "")
    if isinstance(owner, (*_GENERATORS, random.Random)):
        return type_of_method(type(owner), name, args, keywords)
    return given


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _type_of_instance(cls: type, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    if cls is np.ndarray:
        dtype = constant(keywords.get("dtype", args[1] if len(args) > 1 else None), float)
        shape = keywords.get("shape", args[0] if args else None)
        if shape is None or isinstance(dtype, Var):
            return NUMERIC
        return _array(shape, np.dtype(dtype).name)
    if issubclass(cls, np.generic) and kind_of_dtype(np.dtype(cls).name) != "O":
        name = np.dtype(cls).name
        return Scalar(kind_of_dtype(name), name)
    if is_sparse(cls) and args and isinstance(args[0].type, Array) and args[0].type.ndim and "dtype" not in keywords:
        return Object(cls, args[0].type.dtype)
    return {bool: BOOL, int: INT, float: FLOAT, str: STRING}.get(cls, Object(cls))


def type_of_method(cls: type | None, name: str, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Type:
    """The type of a method's result, for objects that make random numbers; `NUMERIC` for others."""
    if cls is random.Random:
        return FLOAT if name in _STANDARD else INT if name in ("randint", "randrange", "getrandbits") else NUMERIC
    if cls is None or not issubclass(cls, _GENERATORS):
        return NUMERIC
    if name in ("rand", "randn"):
        return Array("float64", (UNKNOWN,) * len(args)) if args else FLOAT
    if name not in _FLOATS | _INTEGERS:
        return NUMERIC
    size = keywords.get("size", args[0] if name in _SIZE_FIRST and args else None)
    if "dtype" in keywords or (size is None and len(args) > 2):
        return NUMERIC
    kind, dtype = ("f", "float64") if name in _FLOATS else ("i", "int64")
    return Scalar(kind) if size is None or constant(size) is None else _array(size, dtype)


def _array(shape: Atom, dtype: str) -> Type:
    """An array of a shape that is an operand."""
    if isinstance(shape.type, Scalar):
        return Array(dtype, (UNKNOWN,))
    value = constant(shape)
    if isinstance(value, tuple):
        return Array(dtype, tuple(map(known, value)))
    return Array(dtype, (UNKNOWN,) * len(shape.type.items)) if isinstance(shape.type, Tuple) else NUMERIC


_NONE = Object(type(None))
_RESULTS: dict[Any, Type] = {
    print: _NONE, setattr: _NONE, delattr: _NONE, repr: STRING, format: STRING, ascii: STRING, isinstance: BOOL,
    callable: BOOL, hasattr: BOOL, math.factorial: INT, math.comb: INT, math.perm: INT, math.gcd: INT, math.isqrt: INT,
    np.random.default_rng: Object(np.random.Generator), np.random.seed: _NONE, id: INT, hash: INT,
}  # fmt: skip
_PAIRS = {np.triu_indices, np.tril_indices, np.triu_indices_from, np.tril_indices_from}
_LIKE_SAMPLES = {np.resize, np.vander, np.indices, np.ediff1d}
"""Functions whose results have a dtype and a rank that depend on those of the operands alone."""
