"""The functions of `scipy.linalg`: those that NumPy has too take its rules; the rest have their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from ..errors import UnsupportedCall
from ..ir import infer as _infer
from ..ir.primitives import define
from . import scipy_linalg_definitions, scipy_linalg_factors  # noqa: F401
from .decompositions import (
    cholesky_adjoint,
    cholesky_tangent,
    eigh_adjoint,
    eigh_tangent,
    eigvalsh_adjoint,
    eigvalsh_tangent,
    folded,
    unfolded,
)
from .facts import is_complex, is_structure, rank, real_only
from .linalg import DET, INV, by_example
from .norms import NORM
from .products import turned
from .table import RULES, Rule, dispatching, general, linear

solve_triangular, solve_sylvester = (dispatching(f) for f in (sl.solve_triangular, sl.solve_sylvester))


def same_rule(function: Any, of: Any, parameters: str, **renamed: str) -> None:
    """A function whose rule is that of NumPy's."""
    rule = RULES[of]
    made = define(f"scipy.linalg.{function.__name__}", function, infer=of.infer, parameters=parameters)
    RULES[made] = Rule(
        made, rule.adjoint, rule.tangent, rule.elementwise, rule.linear, rule.zero, rule.singular, rule.broadcasts
    )


same_rule(sl.inv, INV, "a")
same_rule(sl.det, DET, "a")

# ------------------------------------------------------------------ norms


def _as_x(rule: Any) -> Any:
    return lambda g, z, a, **keywords: rule(g, z, a, **keywords)


_NORM = RULES[NORM]
general(
    define("scipy.linalg.norm", sl.norm, infer=NORM.infer, parameters="a, ord=None, axis=None, keepdims=False"),
    dict(a=_as_x(_NORM.adjoint["x"])),
    dict(a=_as_x(_NORM.tangent["x"])),
    singular="a",
)

# ------------------------------------------------------------------ solving


def _triangle(name: Any, lower: bool) -> Any:
    return (lambda part: part) if name in (None, "gen", "general") else (lambda part: folded(part, not lower))


def _whole(d: Any, name: Any, lower: bool) -> Any:
    return d if name in (None, "gen", "general") else unfolded(d, not lower)


def _symmetric(name: Any, *operands: Any) -> None:
    if name not in (None, "gen", "general", "sym", "symmetric", "pos", "positive definite", "her", "hermitian"):
        raise UnsupportedCall(f"scipy.linalg.solve with assume_a={name!r} has no rule")
    if name not in (None, "gen", "general"):
        real_only("scipy.linalg.solve of a symmetric matrix", *operands)


def _products(w: Any, z: Any) -> Any:
    return np.outer(w, z) if rank(z) == 1 else w @ turned(z)


def _plain_ranks(a: Any, b: Any) -> None:
    if rank(a) != 2 or rank(b) > 2:
        raise UnsupportedCall("solving with stacks of matrices has a rule for numpy.linalg.solve only")


def solve_b_adjoint(g: Any, z: Any, a: Any, b: Any, *, lower: bool = False, assume_a: Any = None,
                    transposed: bool = False) -> Any:  # fmt: skip
    _symmetric(assume_a, a, b)
    _plain_ranks(a, b)
    whole = _from_triangle(a, assume_a, lower)
    return np.linalg.solve(whole if transposed else turned(whole), g)


def _from_triangle(a: Any, assume_a: Any, lower: bool) -> Any:
    """The matrix that is meant, where one triangle is read."""
    if assume_a in (None, "gen", "general"):
        return a
    return np.tril(a) + turned(np.tril(a, -1)) if lower else np.triu(a) + turned(np.triu(a, 1))


def solve_a_adjoint(g: Any, z: Any, a: Any, b: Any, *, lower: bool = False, assume_a: Any = None,
                    transposed: bool = False) -> Any:  # fmt: skip
    w = solve_b_adjoint(g, z, a, b, lower=lower, assume_a=assume_a, transposed=transposed)
    made = -(_products(z, w) if transposed else _products(w, z))
    return _triangle(assume_a, lower)(made)


def solve_a_tangent(d: Any, z: Any, a: Any, b: Any, *, lower: bool = False, assume_a: Any = None,
                    transposed: bool = False) -> Any:  # fmt: skip
    _symmetric(assume_a, a, b)
    _plain_ranks(a, b)
    whole = _from_triangle(a, assume_a, lower)
    d = _whole(d, assume_a, lower)
    return -np.linalg.solve(turned(whole) if transposed else whole, (turned(d) if transposed else d) @ z)


general(
    define(
        "scipy.linalg.solve",
        sl.solve,
        infer=lambda args, keywords: by_example(sl.solve)(args, {}),
        parameters="a, b, *, lower=False, assume_a=None, transposed=False",
    ),
    dict(a=solve_a_adjoint, b=solve_b_adjoint),
    dict(a=solve_a_tangent),
    linear="b",
)

_TURNED = {0: 1, "N": 1, 1: 0, "T": 0}


def _trans(trans: Any) -> int:
    if trans not in _TURNED:
        raise UnsupportedCall(f"solve_triangular with trans={trans!r} has no rule")
    return _TURNED[trans]


def _own_part(made: Any, lower: bool, unit_diagonal: bool) -> Any:
    """The entries that a triangular solve reads."""
    if lower:
        return np.tril(made, -1) if unit_diagonal else np.tril(made)
    return np.triu(made, 1) if unit_diagonal else np.triu(made)


def triangular_b_adjoint(g: Any, z: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False,
                         unit_diagonal: bool = False) -> Any:  # fmt: skip
    _plain_ranks(a, b)
    return solve_triangular(a, g, trans=_trans(trans), lower=lower, unit_diagonal=unit_diagonal)


def triangular_a_adjoint(g: Any, z: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False,
                         unit_diagonal: bool = False) -> Any:  # fmt: skip
    w = triangular_b_adjoint(g, z, a, b, trans, lower, unit_diagonal)
    made = _products(w, z) if _trans(trans) else _products(z, w)
    return -_own_part(made, lower, unit_diagonal)


def triangular_a_tangent(d: Any, z: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False,
                         unit_diagonal: bool = False) -> Any:  # fmt: skip
    _plain_ranks(a, b)
    d = _own_part(d, lower, unit_diagonal)
    right = (d if _trans(trans) else turned(d)) @ z
    return -solve_triangular(a, right, trans=1 - _trans(trans), lower=lower, unit_diagonal=unit_diagonal)


general(
    define(
        "solve_triangular",
        sl.solve_triangular,
        infer=lambda args, keywords: by_example(sl.solve)(args, {}),
        parameters="a, b, trans=0, lower=False, unit_diagonal=False",
    ),
    dict(a=triangular_a_adjoint, b=triangular_b_adjoint),
    dict(a=triangular_a_tangent),
    linear="b",
)
SYLVESTER = define("solve_sylvester", sl.solve_sylvester, infer=by_example(sl.solve_sylvester), parameters="a, b, q")


def _sylvester_q(g: Any, a: Any, b: Any) -> Any:
    real_only("solve_sylvester", a, b, g)
    return solve_sylvester(turned(a), turned(b), g)


general(
    SYLVESTER,
    dict(
        a=lambda g, z, a, b, q: -_sylvester_q(g, a, b) @ turned(z),
        b=lambda g, z, a, b, q: -turned(z) @ _sylvester_q(g, a, b),
        q=lambda g, z, a, b, q: _sylvester_q(g, a, b),
    ),
    dict(
        a=lambda d, z, a, b, q: -solve_sylvester(a, b, d @ z),
        b=lambda d, z, a, b, q: -solve_sylvester(a, b, z @ d),
    ),
    linear="q",
)

# ------------------------------------------------------------------ functions of matrices


def _frechet(function: Any, a: Any, d: Any) -> Any:
    """The derivative of an analytic function of a matrix at a along d: a block of that of a matrix twice as large."""
    top = np.concatenate([a, d], axis=-1)
    whole = np.concatenate([top, np.concatenate([np.zeros_like(a), a], axis=-1)], axis=-2)
    n = a.shape[-1]
    return function(whole)[..., :n, n:]


def _function_of_matrix(name: str, infer: Any) -> None:
    function = dispatching(getattr(sl, name))

    def along(a: Any, d: Any) -> Any:
        made = _frechet(function, a, d)
        return made if is_complex(a) or (is_complex(d) and infer is _infer.same_as_first) else np.real(made)

    primitive = define(name, getattr(sl, name), infer=infer, parameters="A")
    general(primitive, dict(A=lambda g, z, A: along(turned(A), g)), dict(A=lambda d, z, A: _frechet(function, A, d)))


for _name in ("expm", "sinm", "cosm", "tanm", "sinhm", "coshm", "tanhm"):
    _function_of_matrix(_name, _infer.same_as_first)
for _name in ("sqrtm", "logm"):
    _function_of_matrix(_name, _infer.always(_infer.NUMERIC))

# ------------------------------------------------------------------ decompositions


def _upper(rule: Any) -> Any:
    return lambda g, z, a, lower=False: rule(g, z, a, upper=not lower)


def _uplo(rule: Any) -> Any:
    return lambda g, z, a, *, lower=True: rule(g, z, a, "L" if lower else "U")


general(
    define("scipy.linalg.cholesky", sl.cholesky, infer=_infer.same_as_first, parameters="a, lower=False"),
    dict(a=_upper(cholesky_adjoint)),
    dict(a=_upper(cholesky_tangent)),
)
general(
    define("scipy.linalg.eigh", sl.eigh, infer=by_example(sl.eigh), parameters="a, *, lower=True"),
    dict(a=_uplo(eigh_adjoint)),
    dict(a=_uplo(eigh_tangent)),
)
_eigvalsh = dict(infer=by_example(sl.eigvalsh), parameters="a, *, lower=True")
general(
    define("scipy.linalg.eigvalsh", sl.eigvalsh, **_eigvalsh),
    dict(a=_uplo(eigvalsh_adjoint)),
    dict(a=_uplo(eigvalsh_tangent)),
)

# ------------------------------------------------------------------ special matrices


def block_diag_adjoint(g: Any, z: Any, *arrs: Any) -> Any:
    parts, row, column = [], None, None
    for a in arrs:
        if is_structure(a) or rank(a) != 2:
            raise UnsupportedCall("block_diag has a rule for matrices only")
        end_row = a.shape[0] if row is None else row + a.shape[0]
        end_column = a.shape[1] if column is None else column + a.shape[1]
        parts.append(g[slice(row, end_row), slice(column, end_column)])
        row, column = end_row, end_column
    return tuple(parts)


linear(
    define("block_diag", sl.block_diag, infer=by_example(sl.block_diag), parameters="*arrs"),
    arrs=block_diag_adjoint,
)
