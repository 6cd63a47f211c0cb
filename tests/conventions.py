"""`python -m tests.conventions` writes docs/conventions.md: what derivatives are at kinks, ties, zeros and infinities.

The numbers in the page are computed here, in reverse mode; forward mode has to agree with them.
"""

from __future__ import annotations

import linecache
import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "conventions.md"
INF, NAN = math.inf, math.nan

TEXT = """# Conventions

Where mathematics leaves a choice, or the plain formula gives `nan`, this is what the derivative is. The numbers on this
page are computed by `python -m tests.conventions`, in reverse mode and, where the result is one number, in forward mode
too; a test fails when they change. An array stands for the gradient of the sum of the result.

## Principles

- **Ties share evenly**: each of `n` entries that attain a maximum gets `1/n`; so do operands that are equal.
- **A sort is the permutation that a stable sort makes**; of equal entries `unique` keeps the first.
- **A norm is 0 at 0** in its derivative, of all orders; so are `abs`, `hypot`, `std` and `math.dist`. `np.sqrt(np.sum(x
  ** 2))` is what it says, and has no derivative at 0.
- **What is not chosen does not count**: zeros of an adjoint that come from `where`, `select`, `choose`, the `nan...`
  functions, a mask, a bound or a maximum win over partials that are infinite, for `where` and its kin also over `nan`.
- **Elsewhere IEEE rules**: `sqrt` at 0 is `inf`, and `0 * inf` is `nan`.
- Functions that are constant in pieces (`floor`, `sign`, comparisons, `argmax`, ...) have derivative 0.
- **Complex numbers**: the gradient of a real result is `df/dRe - 1j * df/dIm`, so that a holomorphic function
  multiplies by its derivative in both modes, as in JAX and autograd. A step downhill goes along the conjugate.
- The gradient has the shape and the dtype of the argument. Integers are not differentiated.

"""
SECTIONS: dict[str, list[tuple[Any, ...]]] = {
    "Norms and distances": [
        ("np.linalg.norm(x)", [0.0, 0.0]),
        ("np.linalg.norm(x) ** 2", [0.0, 0.0]),
        ("np.linalg.norm(x, 1)", [0.0, 2.0]),
        ("np.linalg.norm(x, np.inf)", [3.0, -3.0]),
        ("np.linalg.norm(x, 3)", [0.0, 0.0]),
        ("np.linalg.norm(x, axis=1)", [[0.0, 0.0], [3.0, 4.0]]),
        ("np.linalg.norm(x, 'nuc')", [[2.0, 0.0], [0.0, 2.0]]),
        ("np.linalg.norm(x, 'nuc')", [[0.0, 0.0], [0.0, 0.0]]),
        ("np.linalg.norm(x, 2)", [[0.0, 0.0], [0.0, 0.0]]),
        ("np.hypot(x, y)", 0.0, 0.0),
        ("np.hypot(x, y)", 1e-200, 1e-200),
        ("math.dist([x, 1.0], [y, 1.0])", 2.0, 2.0),
        ("np.std(x)", [1.0, 1.0, 1.0]),
        ("np.abs(x)", [0.0, -2.0]),
        ("np.abs(x)", 0j),
        ("np.arctan2(x, y)", 1e-200, 1e-200),
        ("np.arctan2(x, y)", 0.0, 0.0),
    ],
    "Maxima, bounds and ties": [
        ("np.max(x)", [1.0, 3.0, 3.0]),
        ("np.nanmax(x)", [1.0, 3.0, 3.0, NAN]),
        ("x[np.argmax(x)]", [1.0, 3.0, 3.0]),
        ("np.ptp(x)", [1.0, 1.0, 3.0]),
        ("max(x, y)", 2.0, 2.0),
        ("np.maximum(x, 0.0)", [-1.0, 0.0, 1.0]),
        ("np.maximum(x, x)", 2.0),
        ("x * (x > 0.0)", 0.0),
        ("np.clip(x, 0.0, 1.0)", [-1.0, 0.0, 0.5, 1.0]),
        ("np.median(x)", [2.0, 2.0, 2.0]),
        ("np.quantile(x, 0.5)", [1.0, 2.0, 2.0]),
        ("np.sum(np.sort(x) * np.arange(3))", [1.0, 1.0, 0.0]),
        ("np.sum(np.unique(x))", [2.0, 1.0, 2.0]),
    ],
    "Powers, products and logarithms": [
        ("x ** 0", 0.0),
        ("x ** 2.5", 0.0),
        ("x ** y", 0.0, 0.0),
        ("x ** y", 0.0, 2.0),
        ("np.sum(x ** np.arange(3))", 0.0),
        ("np.prod(x)", [2.0, 0.0, 3.0]),
        ("np.sum(np.cumprod(x))", [2.0, 0.0, 3.0, 4.0]),
        ("np.linalg.det(x)", [[1.0, 2.0], [2.0, 4.0]]),
        ("np.logaddexp(x, y)", -INF, -INF),
        ("np.logaddexp(x, y)", -INF, 1.0),
        ("special.xlogy(x, y)", 0.0, 2.0),
        ("special.logsumexp(x)", [-INF, 1.0]),
        ("np.sinc(x)", [0.0, 1e-5]),
        ("np.i0(x)", 0.0),
        ("np.sqrt(x)", 0.0),
        ("np.cbrt(x)", 0.0),
        ("np.arcsin(x)", 1.0),
    ],
    "What is not chosen": [
        ("np.where(x > 0.0, np.sqrt(x), 0.0)", [0.0, 1.0]),
        ("np.where(x > 0.0, np.log(x), 0.0)", [0.0, 1.0]),
        ("np.where(x != 0.0, np.sin(x) / x, 1.0)", [0.0, 1.0]),
        ("np.where(np.isnan(x), 0.0, x * x)", [NAN, 1.0]),
        ("np.nanmean(x ** 2)", [NAN, 1.0]),
        ("np.sum(np.log(x)[x > 0.0])", [0.0, 1.0]),
        ("np.sum(np.log(x), where=x > 0.0)", [0.0, 1.0]),
        ("np.max(np.sqrt(x))", [0.0, 1.0]),
        ("np.nan_to_num(x)", [NAN, 1.0, INF]),
    ],
    "Eigenvalues": [
        ("np.sum(np.linalg.eigvalsh(x) ** 2)", [[1.0, 0.0], [0.0, 1.0]]),
        ("np.sum(np.linalg.svd(x, compute_uv=False))", [[1.0, 0.0], [0.0, 1.0]]),
    ],
}


def function_of(text: str, count: int) -> Callable[..., Any]:
    """A function with source whose body is an expression in x and y."""
    from scipy import special

    source = f"def f({', '.join('xy'[:count])}):\n    return {text}\n"
    name = f"<convention {text} {count}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope: dict[str, Any] = {"np": np, "math": math, "special": special}
    exec(compile(source, name, "exec"), scope)
    return scope["f"]


def gradients(text: str, *values: Any) -> list[Any]:
    """The gradient of the sum of the result by each argument, in reverse mode; forward mode has to agree."""
    import gradscribe

    args = [np.array(v) if isinstance(v, list) else v for v in values]
    function = function_of(text, len(args))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result, pullback = gradscribe.vjp(function, *args)
        found = pullback(np.ones_like(result) if np.ndim(result) else 1.0)
        found = list(found) if isinstance(found, tuple) else [found]
        tangents = [np.ones_like(a) if np.ndim(a) else type(a)(1.0) for a in args]
        _, tangent = gradscribe.jvp(function, tuple(args), tuple(tangents))
    total, other = np.real(sum(np.sum(g) for g in found)), np.real(np.sum(tangent))
    if np.isfinite(total) or np.isfinite(other):
        assert np.isclose(total, other, rtol=1e-12, atol=1e-12), f"{text}: {total} in reverse, {other} in forward mode"
    return found


def shown(value: Any) -> str:
    """A number or array as on the page."""
    if np.ndim(value):
        return "[" + ", ".join(map(shown, value)) + "]"
    if np.iscomplexobj(value):
        return "0j" if value == 0 else f"{value:.4g}"
    text = f"{float(value) + 0.0:.4g}"
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def page() -> str:
    """The text of the page."""
    parts = [TEXT]
    for title, rows in SECTIONS.items():
        lines = [f"## {title}", "", "| function | at | derivative |", "| --- | --- | --- |"]
        for text, *values in rows:
            at = ", ".join(f"{name} = {shown(v)}" for name, v in zip("xy", values, strict=False))
            found = ", ".join(map(shown, gradients(text, *values)))
            lines.append(f"| `{text}` | {at} | {found} |")
        parts.append("\n".join(lines) + "\n\n")
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    PAGE.write_text(page(), encoding="utf-8")
