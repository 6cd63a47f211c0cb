"""Running one primitive on run-time values, as the interpreter does and as constants are folded. Knows no blocks."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import runtime
from .primitives import (
    ADDAT,
    APPEND,
    ASSERT,
    CALL_METHOD,
    CALL_PYTHON,
    COMMENT,
    DICT,
    EXPRESSION,
    EXTERNAL,
    FIXED_LIST,
    GETATTR,
    IN,
    LIST,
    NOT_IN,
    POP,
    RAISE,
    RANGE_LENGTH,
    RECORD,
    TUPLE,
    UNBROADCAST,
    VADDAT,
    WATCH,
    WITH_LEADING,
    ExpressionSource,
    Primitive,
)


def compute(primitive: Primitive, style: str | None, static: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Run one primitive without blocks on run-time values, as the interpreter does."""
    if primitive in _DIRECT:
        return _DIRECT[primitive](static, *args, **keywords)
    if primitive.symbol and style in (None, "operator") and "operator" in primitive.spellings:
        return primitive.spellings["operator"][1](*args)
    if style in ("method", "attribute"):
        found = getattr(args[0], primitive.spellings[style][0])
        return found(*args[1:], **keywords) if style == "method" else found
    if not primitive.spellings:  # a helper of emitted code
        return getattr(runtime, primitive.name)(*args, **keywords)
    args = [*args, *positional_only(primitive, keywords)]
    return primitive.function(style)(*args, **keywords)


def positional_only(primitive: Primitive, keywords: dict[str, Any]) -> list[Any]:
    """Take the operands out of `keywords` that a call must pass by position (`/` in the signature), in order."""
    parameters = () if primitive.signature is None else primitive.signature.parameters.values()
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY and p.name in keywords]
    return [keywords.pop(name) for name in names]


def _raise(static: Any, error: BaseException, cause: BaseException | None = None) -> None:
    raise error from cause


def _assert(static: Any, test: Any, message: Any = None) -> None:
    if not test:
        raise AssertionError(*([] if message is None else [message]))


def _addat(static: Any, x: Any, index: Any, value: Any) -> None:
    x[index] += value


def _vaddat(static: Any, x: Any, index: Any, value: Any) -> Any:
    x = copy.copy(x)
    if isinstance(x, np.ndarray):
        np.add.at(x, index, value)
    else:
        x[index] = x[index] + value
    return x


def _unbroadcast(static: Any, g: Any, x: Any) -> Any:
    shape = np.shape(x)
    lead = np.ndim(g) - len(shape)
    g = np.sum(g, axis=tuple(range(lead))) if lead > 0 else g
    axes = tuple(k for k, n in enumerate(shape) if n == 1 and np.shape(g)[k] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g


def _expression(static: ExpressionSource, *args: Any) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(static.tree)), "<expression>", "eval")
    return eval(code, dict(zip(static.names, args, strict=True)))


_DIRECT: dict[Primitive, Callable[..., Any]] = {
    COMMENT: lambda static: None,
    WATCH: lambda static, *args: None,
    RAISE: _raise,
    ASSERT: _assert,
    TUPLE: lambda static, *args: static(*args) if static else args,
    FIXED_LIST: lambda static, *args: list(args),
    LIST: lambda static, *args: list(args),
    DICT: lambda static, *args: dict(zip(static, args, strict=True)),
    RECORD: lambda static, *args: static[0](**dict(zip(static[1], args, strict=True))),
    GETATTR: lambda static, x: getattr(x, static),
    ADDAT: _addat,
    VADDAT: _vaddat,
    APPEND: lambda static, x, v: x.append(v),
    POP: lambda static, x, *i: x.pop(*i),
    UNBROADCAST: _unbroadcast,
    WITH_LEADING: lambda static, n, shape: (n, *shape),
    RANGE_LENGTH: lambda static, *bounds: len(range(*bounds)),
    EXTERNAL: lambda static: static.read(),
    CALL_PYTHON: lambda static, f, *args, **keywords: f(*args, **keywords),
    CALL_METHOD: lambda static, x, *args, **keywords: getattr(x, static)(*args, **keywords),
    EXPRESSION: _expression,
    IN: lambda static, x, y: x in y,
    NOT_IN: lambda static, x, y: x not in y,
}
