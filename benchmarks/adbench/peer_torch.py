"""PyTorch eager versions (torch.func.vmap/jacrev for BA with FUNC=True)."""

import math

import numpy as np
import torch

from .objectives import wishart_const

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def make(problem, D, func=False):
    return globals()["_" + problem](D, func)


def _gmm(D, func):
    (k, d), n, gamma, m = D["means"].shape, len(D["x"]), D["gamma"], D["m"]
    cst = -0.5 * n * d * math.log(2 * math.pi) - wishart_const(d, k, gamma, m)
    col, row = (torch.as_tensor(t) for t in np.triu_indices(d, 1))
    idx = torch.arange(d)
    x = torch.as_tensor(D["x"])

    def f(al, mu, icf):
        ld, low = icf[:, :d], icf[:, d:]
        di = torch.exp(ld)
        Q = torch.zeros(k, d, d)
        Q[:, row, col] = low
        Q[:, idx, idx] = di
        z = (x[None] - mu[:, None]) @ Q.transpose(1, 2)
        sl = ld.sum(1)
        inner = al + sl - 0.5 * (z * z).sum(2).T
        ll = torch.logsumexp(inner, 1).sum() - n * torch.logsumexp(al, 0)
        return cst + ll + 0.5 * gamma * gamma * ((di * di).sum() + (low * low).sum()) - m * sl.sum()

    base = [torch.as_tensor(D[t]) for t in ("alphas", "means", "icf")]
    leaf = [t.clone().requires_grad_() for t in base]

    def prim():
        with torch.no_grad():
            return f(*base)

    return prim, lambda: torch.autograd.grad(f(*leaf), leaf), lambda r: [t.numpy() for t in r]


def _batch(cam, X, w, ft):
    r, Xo = cam[:, :3], X - cam[:, 3:6]
    th = torch.sqrt((r * r).sum(1, keepdim=True))
    v = r / th
    ct, st = torch.cos(th), torch.sin(th)
    y = Xo * ct + torch.linalg.cross(v, Xo) * st + v * ((v * Xo).sum(1, keepdim=True) * (1 - ct))
    e = y[:, :2] / y[:, 2:]
    s = (e * e).sum(1, keepdim=True)
    return w[:, None] * (e * (1 + cam[:, 9:10] * s + cam[:, 10:11] * s * s) * cam[:, 6:7] + cam[:, 7:9] - ft)


def _single(cam, X, w, ft):
    r, Xo = cam[:3], X - cam[3:6]
    th = torch.sqrt((r * r).sum())
    v = r / th
    ct, st = torch.cos(th), torch.sin(th)
    y = Xo * ct + torch.linalg.cross(v, Xo) * st + v * ((v * Xo).sum() * (1 - ct))
    e = y[:2] / y[2]
    s = (e * e).sum()
    return w * (e * (1 + cam[9] * s + cam[10] * s * s) * cam[6] + cam[7:9] - ft)


def _ba(D, func):
    cams, X, w, ft = (torch.as_tensor(D[t]) for t in ("cams", "X", "w", "feats"))
    o = torch.as_tensor(D["obs"])

    def prim():
        with torch.no_grad():
            return _batch(cams[o[:, 0]], X[o[:, 1]], w, ft), 1 - w * w

    if func:
        jac = torch.func.vmap(torch.func.jacrev(_single, argnums=(0, 1, 2)))

        def grad():
            a, b, c = jac(cams[o[:, 0]], X[o[:, 1]], w, ft)
            return torch.cat([a, b, c[:, :, None]], 2), -2 * w
    else:

        def grad():
            a = cams[o[:, 0]].requires_grad_()
            b = X[o[:, 1]].requires_grad_()
            c = w.clone().requires_grad_()
            r = _batch(a, b, c, ft)
            rows = []
            for i in range(2):
                ga, gb, gc = torch.autograd.grad(r[:, i].sum(), (a, b, c), retain_graph=(i == 0))
                rows.append(torch.cat([ga, gb, gc[:, None]], 1))
            return torch.stack(rows, 1), -2 * w

    return prim, grad, lambda r: [t.detach().numpy() for t in r]


def _lstm(D, func):
    L, (c, b) = len(D["main"]) // 2, D["seq"].shape
    state, seq = torch.as_tensor(D["state"]), torch.as_tensor(D["seq"])

    def f(main, extra):
        W = main[0::2].reshape(L, 4, b)
        B = main[1::2].reshape(L, 4, b)
        w = [[W[i, q] for q in range(4)] for i in range(L)]
        bb = [[B[i, q] for q in range(4)] for i in range(L)]
        h = [state[2 * i] for i in range(L)]
        ce = [state[2 * i + 1] for i in range(L)]
        e0, e1, e2 = extra[0], extra[1], extra[2]
        tot = 0.0
        for t in range(c - 1):
            a = seq[t] * e0
            for i in range(L):
                f_ = torch.sigmoid(a * w[i][0] + bb[i][0])
                g_ = torch.sigmoid(h[i] * w[i][1] + bb[i][1])
                o_ = torch.sigmoid(a * w[i][2] + bb[i][2])
                c_ = torch.tanh(h[i] * w[i][3] + bb[i][3])
                ce[i] = ce[i] * f_ + g_ * c_
                h[i] = a = o_ * torch.tanh(ce[i])
            y = a * e1 + e2
            tot = tot + (seq[t + 1] * (y - torch.log(torch.exp(y).sum() + 2.0))).sum()
        return -tot / ((c - 1) * b)

    base = [torch.as_tensor(D[t]) for t in ("main", "extra")]
    leaf = [t.clone().requires_grad_() for t in base]

    def prim():
        with torch.no_grad():
            return f(*base)

    return prim, lambda: torch.autograd.grad(f(*leaf), leaf), lambda r: [t.numpy() for t in r]


def _hand(D, func):
    nb = len(D["parents"])
    par = D["parents"].tolist()
    bones = torch.as_tensor([2 + 4 * f + s for f in range(5) for s in range(3)])
    flex = torch.as_tensor([6 + 4 * f + (0 if s == 0 else s + 1) for f in range(5) for s in range(3)])
    br, ia, bp, wt, corr, pts = (
        torch.as_tensor(D[t]) for t in ("base_rel", "inv_abs", "base_pos", "weights", "corr", "points")
    )
    zero, one = torch.zeros(nb), torch.ones(nb)

    def f(th):
        ax = zero.index_put((bones,), th[flex])
        az = zero.index_put((bones[0::3],), th[7::4])
        cx, sx, cz, sz = torch.cos(ax), torch.sin(ax), torch.cos(az), torch.sin(az)
        R = torch.stack(
            [
                torch.stack([cz, -sz * cx, sz * sx, zero], -1),
                torch.stack([sz, cz * cx, -cz * sx, zero], -1),
                torch.stack([zero, sx, cx, zero], -1),
                torch.stack([zero, zero, zero, one], -1),
            ],
            -2,
        )
        rel = br @ R
        A = []
        for i in range(nb):
            A.append(rel[i] if par[i] == -1 else A[par[i]] @ rel[i])
        T = torch.stack(A) @ ia
        vs = ((bp @ T.transpose(1, 2)[:, :, :3]) * wt.T[:, :, None]).sum(0)
        r = th[:3]
        nr = torch.sqrt((r * r).sum())
        u = r / nr
        s, c = torch.sin(nr), torch.cos(nr)
        z = 0.0 * nr
        K = torch.stack([torch.stack([z, -u[2], u[1]]), torch.stack([u[2], z, -u[0]]), torch.stack([-u[1], u[0], z])])
        G = c * torch.eye(3) + s * K + (1 - c) * torch.outer(u, u)
        return (pts - (vs @ G.T + th[3:6])[corr]).ravel()

    th = torch.as_tensor(D["theta"])
    jac = torch.func.jacfwd(f)

    def prim():
        with torch.no_grad():
            return f(th)

    return prim, lambda: jac(th), lambda r: [r.detach().numpy()]
