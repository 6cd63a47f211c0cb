"""Cases of `scipy.special`; none without SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradscribe import runtime_scipy
from rules.case import A, P, U, case

sp = pytest.importorskip("scipy.special")


def unit(*shape: int) -> np.ndarray:
    return 0.5 + 0.5 * U(*shape)


def each(domain: object, *names: str) -> None:
    """A function of one operand, where this version of SciPy has it."""
    for name in names:
        if hasattr(sp, name):
            case(getattr(sp, name), domain(3))  # type: ignore[operator]
            case(getattr(sp, name), float(domain()))  # type: ignore[operator]


each(A, "erf", "erfc", "erfcx", "erfi", "dawsn", "ndtr", "log_ndtr", "expit", "log_expit", "softplus", "exp2", "exp10")
each(A, "expm1", "exprel", "cbrt", "cosm1", "cosdg", "sindg", "tandg", "cotdg", "j0", "j1", "i0", "i1", "i0e", "i1e")
each(
    P,
    "y0",
    "y1",
    "k0",
    "k1",
    "k0e",
    "k1e",
    "gamma",
    "rgamma",
    "gammaln",
    "loggamma",
    "psi",
    "exp1",
    "expi",
    "log1p",
    "spence",
)
each(unit, "erfinv", "erfcinv", "ndtri", "logit", "entr", "ellipk", "ellipe", "ellipkm1")
each(A, "gammasgn", "round")
case(sp.wofz, A(3) + 1j * P(3))
for name in ("xlogy", "xlog1py", "rel_entr", "kl_div", "beta", "betaln", "poch", "boxcox", "boxcox1p", "inv_boxcox"):
    case(getattr(sp, name), P(3), P(3))
    case(getattr(sp, name), P(2, 3), 0.7)
case(sp.inv_boxcox1p, P(3), P(3))
case(sp.binom, 3.0 + P(3), P(3))
case(sp.huber, np.array([0.5, 0.6]), np.array([0.3, -2.0]))
case(sp.pseudo_huber, P(3), A(3))
case(sp.polygamma, 1, P(3))
case(sp.multigammaln, 2.0 + P(3), 2)
for function in (sp.gammainc, sp.gammaincc):
    case(function, 2.0, P(3), _second=False)
    case(function, P(3), P(3), _second=False, _tolerance=1e-5)
case(sp.betainc, P(3), P(3), unit(3), _second=False, _tolerance=1e-5)
for function in (sp.gammaincinv, sp.gammainccinv):
    case(function, 2.0, unit(3), _second=False)
for name in ("betainc", "betaincinv", "betaincc", "betainccinv"):
    if hasattr(sp, name):
        case(getattr(sp, name), 2.0, 3.0, unit(3), _second=False)
for function in (sp.jv, sp.yv, sp.iv, sp.kv, sp.ive, sp.kve, sp.kn, sp.yn):
    case(function, 2, P(3))
if sp.jn is not sp.jv:
    case(sp.jn, 2, P(3))
case(sp.expn, 2, P(3))
case(sp.hyp0f1, 1.5, P(3))
case(sp.hyp1f1, 1.5, 2.5, P(3))
case(sp.hyperu, 1.5, 2.5, P(3))
case(sp.hyp2f1, 0.5, 1.5, 2.5, 0.7 * unit(3))
case(sp.zeta, 3.0, P(3), _wrt=("x",))
for keywords in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}, {"axis": (0, 1)}):
    case(sp.logsumexp, A(2, 3), **keywords)
case(sp.logsumexp, A(2, 3), axis=1, b=P(2, 3))
case(sp.logsumexp, A(2, 3), b=P(3))
for function in (sp.softmax, sp.log_softmax):
    case(function, A(4))
    case(function, A(2, 3), axis=-1)
    case(function, A(2, 3))
for function in (math.gamma, math.lgamma):
    case(function, 1.3)
case(np.i0, A(3))


def where_known(name: str, *args: object, **keywords: object) -> None:
    """A case of a function, where this version of SciPy has it."""
    if hasattr(sp, name):
        case(getattr(sp, name), *args, **keywords)


for name in ("chebyt", "chebyu", "chebyc", "chebys", "laguerre", "hermite", "hermitenorm", "legendre"):
    for degree in (0, 1, 4):
        where_known(f"eval_{name}", degree, A(3))
for name in ("sh_chebyt", "sh_chebyu", "sh_legendre"):
    where_known(f"eval_{name}", 3, unit(3))
for degree in (0, 1, 4):
    where_known("eval_gegenbauer", degree, 0.7, A(3))
    where_known("eval_genlaguerre", degree, 0.7, A(3))
    where_known("eval_jacobi", degree, 0.5, 0.7, U(3))
for name in ("bdtr", "bdtrc", "nbdtr", "nbdtrc"):
    where_known(name, 2.0, 5, unit(3))
for name in ("pdtr", "pdtrc"):
    where_known(name, 2.0, P(3))
for name in ("chdtr", "chdtrc", "stdtr"):
    where_known(name, 4.0, P(3))
for name in ("chdtri", "stdtrit"):
    where_known(name, 4.0, unit(3), _second=False)
for name in ("fdtr", "fdtrc"):
    where_known(name, 4.0, 5.0, P(3))
where_known("fdtri", 4.0, 5.0, unit(3))
for name in ("gdtr", "gdtrc"):
    where_known(name, 1.5, 2.0, P(3))
    where_known(name, P(3), 2.0, 0.7)
where_known("ndtri_exp", -P(3))
where_known("owens_t", A(3), A(3))
where_known("agm", 1.0 + P(3), 5.0 + P(3))
where_known("elliprc", P(3), 3.0 + P(3))
where_known("elliprf", P(3), P(3), 3.0 + P(3))
where_known("elliprg", P(3), P(3), 3.0 + P(3))
where_known("elliprd", P(3), 3.0 + P(3), 6.0 + P(3))
where_known("elliprj", P(3), 3.0 + P(3), 6.0 + P(3), 9.0 + P(3))
where_known("ellipkinc", A(3), unit(3))
where_known("ellipeinc", A(3), unit(3))
for name in ("ber", "bei", "ker", "kei", "berp", "beip", "kerp", "keip"):
    where_known(name, P(3))
for name in ("hankel1", "hankel2", "hankel1e", "hankel2e"):
    where_known(name, 1.5, P(3) + 0j)
for name in ("jve", "yve", "struve", "modstruve"):
    where_known(name, 1.5, P(3))
for name in ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn"):
    for degree in (0, 1, 3):
        where_known(name, degree, P(3))
where_known("lambertw", P(3) + 0j)
where_known("lambertw", -0.3 + 0.5j + P(3), k=-1)
where_known("diric", A(3), 4)
for name in ("airy", "fresnel", "sici", "shichi"):
    where_known(name, P(3))
where_known("ellipj", P(3), 0.4)
where_known("kelvin", P(3))
case(runtime_scipy.gammainc_slope, 2.0, P(3), sp.gammaln(2.0), sp.digamma(2.0), _wrt=("x",))
case(runtime_scipy.betainc_slope, 2.0, 3.0, unit(3), sp.betaln(2.0, 3.0), -1.5, _wrt=("x",))
