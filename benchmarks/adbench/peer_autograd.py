"""HIPS autograd versions (no item assignment, so Q is built by a gather)."""

import math

import autograd.numpy as np
import numpy as onp
from autograd import grad, make_vjp

from .objectives import wishart_const


def make(problem, D):
    return globals()["_" + problem](D)


def _gmm(D):
    (k, d), n, gamma, m = D["means"].shape, len(D["x"]), D["gamma"], D["m"]
    cst = -0.5 * n * d * math.log(2 * math.pi) - wishart_const(d, k, gamma, m)
    isz = d * (d + 1) // 2
    pick = onp.full((d, d), isz)
    pick[onp.arange(d), onp.arange(d)] = onp.arange(d)
    c, r = onp.triu_indices(d, 1)
    pick[r, c] = d + onp.arange(isz - d)
    x = D["x"]

    def lse(a, ax):
        t = np.max(a, axis=ax, keepdims=True)
        return np.log(np.sum(np.exp(a - t), axis=ax)) + np.squeeze(t, ax)

    def f(p):
        al, mu, icf = p
        ld, low = icf[:, :d], icf[:, d:]
        di = np.exp(ld)
        Q = np.concatenate([di, low, onp.zeros((k, 1))], axis=1)[:, pick]
        z = np.matmul(x[None] - mu[:, None], np.swapaxes(Q, 1, 2))
        sl = np.sum(ld, axis=1)
        inner = al + sl - 0.5 * np.sum(z * z, axis=2).T
        ll = np.sum(lse(inner, 1)) - n * lse(al, 0)
        return cst + ll + 0.5 * gamma * gamma * (np.sum(di * di) + np.sum(low * low)) - m * np.sum(sl)

    p = (D["alphas"], D["means"], D["icf"])
    g = grad(f)
    return lambda: f(p), lambda: g(p), lambda r: list(r)


def _ba(D):
    o, ft, w = D["obs"], D["feats"], D["w"]

    def f(p):
        cam, X, w = p
        r, Xo = cam[:, :3], X - cam[:, 3:6]
        th = np.sqrt(np.sum(r * r, axis=1, keepdims=True))
        v = r / th
        ct, st = np.cos(th), np.sin(th)
        y = Xo * ct + np.cross(v, Xo) * st + v * (np.sum(v * Xo, axis=1, keepdims=True) * (1 - ct))
        e = y[:, :2] / y[:, 2:]
        s = np.sum(e * e, axis=1, keepdims=True)
        return w[:, None] * (e * (1 + cam[:, 9:10] * s + cam[:, 10:11] * s * s) * cam[:, 6:7] + cam[:, 7:9] - ft)

    seeds = [onp.tile(t, (w.shape[0], 1)) for t in ((1.0, 0.0), (0.0, 1.0))]

    def jac():
        vjp, _ = make_vjp(f)((D["cams"][o[:, 0]], D["X"][o[:, 1]], w))
        rows = [onp.concatenate([a, b, c[:, None]], 1) for a, b, c in map(vjp, seeds)]
        return onp.stack(rows, 1), -2 * w

    return lambda: f((D["cams"][o[:, 0]], D["X"][o[:, 1]], w)), jac, lambda r: list(r)


def _lstm(D):
    L, (c, b) = len(D["main"]) // 2, D["seq"].shape
    state, seq = D["state"], D["seq"]

    def sg(v):
        return 1.0 / (1.0 + np.exp(-v))

    def f(p):
        main, extra = p
        w = [[main[2 * i, q * b : (q + 1) * b] for q in range(4)] for i in range(L)]
        bb = [[main[2 * i + 1, q * b : (q + 1) * b] for q in range(4)] for i in range(L)]
        e0, e1, e2 = extra[0], extra[1], extra[2]
        h = [state[2 * i] for i in range(L)]
        ce = [state[2 * i + 1] for i in range(L)]
        tot = 0.0
        for t in range(c - 1):
            a = seq[t] * e0
            for i in range(L):
                f_ = sg(a * w[i][0] + bb[i][0])
                g_ = sg(h[i] * w[i][1] + bb[i][1])
                o_ = sg(a * w[i][2] + bb[i][2])
                c_ = np.tanh(h[i] * w[i][3] + bb[i][3])
                ce[i] = ce[i] * f_ + g_ * c_
                h[i] = a = o_ * np.tanh(ce[i])
            y = a * e1 + e2
            tot = tot + np.sum(seq[t + 1] * (y - np.log(np.sum(np.exp(y)) + 2.0)))
        return -tot / ((c - 1) * b)

    p = (D["main"], D["extra"])
    g = grad(f)
    return lambda: f(p), lambda: g(p), lambda r: list(r)


def _hand(D):
    nb = len(D["parents"])
    par = D["parents"]
    sx_ = onp.zeros((nb, 26)), onp.zeros((nb, 26))
    q = 6
    for fi in range(5):
        for s in range(3):
            sx_[0][2 + 4 * fi + s, q] = 1.0
            q += 1
            if s == 0:
                sx_[1][2 + 4 * fi, q] = 1.0
                q += 1
    base_rel, inv_abs, bp, wt, corr, pts = (
        D[t] for t in ("base_rel", "inv_abs", "base_pos", "weights", "corr", "points")
    )

    def f(th):
        ax, az = np.dot(sx_[0], th), np.dot(sx_[1], th)
        cx, sx, cz, sz = np.cos(ax), np.sin(ax), np.cos(az), np.sin(az)
        o, l = onp.zeros(nb), onp.ones(nb)
        R = np.stack(
            [
                np.stack([cz, -sz * cx, sz * sx, o], -1),
                np.stack([sz, cz * cx, -cz * sx, o], -1),
                np.stack([o, sx, cx, o], -1),
                np.stack([o, o, o, l], -1),
            ],
            -2,
        )
        rel = np.matmul(base_rel, R)
        A = []
        for i in range(nb):
            A.append(rel[i] if par[i] == -1 else np.matmul(A[par[i]], rel[i]))
        T = np.matmul(np.stack(A), inv_abs)
        vs = np.sum(np.matmul(bp, np.swapaxes(T, 1, 2)[:, :, :3]) * wt.T[:, :, None], axis=0)
        r = th[:3]
        nr = np.sqrt(np.sum(r * r))
        u = r / nr
        s, c = np.sin(nr), np.cos(nr)
        E = onp.zeros((3, 3, 3))
        E[0, 1, 2] = E[1, 2, 0] = E[2, 0, 1] = -1.0
        E[0, 2, 1] = E[1, 0, 2] = E[2, 1, 0] = 1.0
        K = np.tensordot(E, u, axes=1)
        G = c * onp.eye(3) + s * K + (1 - c) * np.outer(u, u)
        return np.ravel(pts - (np.matmul(vs, G.T) + th[3:6])[corr])

    th = D["theta"]
    m = 3 * len(corr)

    def jac():  # reverse mode, one sweep per output row
        vjp, _ = make_vjp(f)(th)
        eye = onp.eye(m)
        return onp.stack([vjp(eye[i]) for i in range(m)])

    return lambda: f(th), jac, lambda r: [r]
