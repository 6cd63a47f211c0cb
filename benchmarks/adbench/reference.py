"""The derivatives in C: reference.c, compiled on first use into a temporary folder."""

import ctypes as ct
import hashlib
import math
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from .objectives import wishart_const

SOURCE = Path(__file__).parent / "reference.c"
FLAGS = ["-O3", "-march=native"]
_D = ct.POINTER(ct.c_double)
_L = ct.POINTER(ct.c_long)


def _load():
    text = SOURCE.read_bytes()
    key = hashlib.sha256(text + " ".join(FLAGS).encode()).hexdigest()[:12]
    library = Path(tempfile.gettempdir()) / f"adbench_reference_{os.getuid()}_{key}.so"
    if not library.exists():
        fresh = library.with_suffix(f".{os.getpid()}")
        subprocess.check_call(["cc", *FLAGS, "-shared", "-fPIC", "-o", fresh, SOURCE, "-lm"])
        fresh.replace(library)
    lib = ct.CDLL(str(library))
    lib.gmm.restype = ct.c_double
    lib.lstm.restype = ct.c_double
    return lib


lib = _load()


def _p(a):
    return None if a is None else a.ctypes.data_as(_D if a.dtype == np.float64 else _L)


def gmm(alphas, means, icf, x, gamma, m, grad=False):
    k, d = means.shape
    n = x.shape[0]
    cst = -0.5 * n * d * math.log(2 * math.pi) - wishart_const(d, k, gamma, m)
    g = (np.empty(k), np.empty((k, d)), np.empty(icf.shape)) if grad else (None,) * 3
    v = lib.gmm(
        d,
        k,
        n,
        _p(alphas),
        _p(means),
        _p(icf),
        _p(x),
        ct.c_double(gamma),
        int(m),
        ct.c_double(cst),
        *[_p(t) for t in g],
    )
    return (v, g) if grad else v


def ba(cams, X, w, obs, feats, grad=False):
    p = w.shape[0]
    err, werr = np.empty((p, 2)), np.empty(p)
    J, Jw = (np.empty((p, 2, 15)), np.empty(p)) if grad else (None, None)
    lib.ba(p, _p(cams), _p(X), _p(w), _p(obs), _p(feats), _p(err), _p(werr), _p(J), _p(Jw))
    return (J, Jw) if grad else (err, werr)


def lstm(main, extra, state, seq, grad=False):
    L = main.shape[0] // 2
    c, b = seq.shape
    g = (np.empty(main.shape), np.empty(extra.shape)) if grad else (None, None)
    v = lib.lstm(L, c, b, _p(main), _p(extra), _p(state), _p(seq), _p(g[0]), _p(g[1]))
    return (v, g) if grad else v
