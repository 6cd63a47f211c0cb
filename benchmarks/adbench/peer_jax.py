"""JAX versions, jitted, float64, CPU."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from .objectives import wishart_const

jax.config.update("jax_enable_x64", True)


def make(problem, D):
    return globals()["_" + problem](D)


def _gmm(D):
    (k, d), n, gamma, m = D["means"].shape, len(D["x"]), D["gamma"], D["m"]
    cst = -0.5 * n * d * math.log(2 * math.pi) - wishart_const(d, k, gamma, m)
    col, row = np.triu_indices(d, 1)
    idx = np.arange(d)

    def f(al, mu, icf, x):
        ld, low = icf[:, :d], icf[:, d:]
        di = jnp.exp(ld)
        Q = jnp.zeros((k, d, d)).at[:, row, col].set(low).at[:, idx, idx].set(di)
        z = (x[None] - mu[:, None]) @ jnp.swapaxes(Q, 1, 2)
        sl = ld.sum(1)
        inner = al + sl - 0.5 * (z * z).sum(2).T
        ll = jax.nn.logsumexp(inner, axis=1).sum() - n * jax.nn.logsumexp(al)
        return cst + ll + 0.5 * gamma * gamma * ((di * di).sum() + (low * low).sum()) - m * sl.sum()

    a = [jnp.asarray(D[t]) for t in ("alphas", "means", "icf", "x")]
    p, g = jax.jit(f), jax.jit(jax.value_and_grad(f, argnums=(0, 1, 2)))
    return (
        lambda: p(*a).block_until_ready(),
        lambda: jax.block_until_ready(g(*a)),
        lambda r: [np.asarray(t) for t in r[1]],
    )


def _residual(cam, X, w, ft):
    r, Xo = cam[:3], X - cam[3:6]
    th = jnp.sqrt(jnp.sum(r * r))
    v = r / th
    ct, st = jnp.cos(th), jnp.sin(th)
    y = Xo * ct + jnp.cross(v, Xo) * st + v * (jnp.dot(v, Xo) * (1 - ct))
    e = y[:2] / y[2]
    s = jnp.dot(e, e)
    return w * (e * (1 + cam[9] * s + cam[10] * s * s) * cam[6] + cam[7:9] - ft)


def _ba(D, mode="rev"):
    jac = jax.jacrev if mode == "rev" else jax.jacfwd
    one = jax.vmap(_residual)
    blk = jax.vmap(jac(_residual, argnums=(0, 1, 2)))

    def prim(cams, X, w, o, ft):
        return one(cams[o[:, 0]], X[o[:, 1]], w, ft), 1 - w * w

    def grad(cams, X, w, o, ft):
        a, b, c = blk(cams[o[:, 0]], X[o[:, 1]], w, ft)
        return jnp.concatenate([a, b, c[:, :, None]], 2), -2 * w

    a = [jnp.asarray(D[t]) for t in ("cams", "X", "w", "obs", "feats")]
    p, g = jax.jit(prim), jax.jit(grad)
    return (
        lambda: jax.block_until_ready(p(*a)),
        lambda: jax.block_until_ready(g(*a)),
        lambda r: [np.asarray(t) for t in r],
    )


def _lstm(D):
    L, (c, b) = len(D["main"]) // 2, D["seq"].shape

    def f(main, extra, state, seq):
        W = main[0::2].reshape(L, 4, b)
        B = main[1::2].reshape(L, 4, b)
        sg = jax.nn.sigmoid

        def step(carry, io):
            h, ce = carry
            xin, gold = io
            a = xin * extra[0]
            nh, nc = [], []
            for i in range(L):
                f_ = sg(a * W[i, 0] + B[i, 0])
                g_ = sg(h[i] * W[i, 1] + B[i, 1])
                o_ = sg(a * W[i, 2] + B[i, 2])
                c_ = jnp.tanh(h[i] * W[i, 3] + B[i, 3])
                cc = ce[i] * f_ + g_ * c_
                a = o_ * jnp.tanh(cc)
                nh.append(a)
                nc.append(cc)
            y = a * extra[1] + extra[2]
            yn = y - jnp.log(jnp.sum(jnp.exp(y)) + 2.0)
            return (jnp.stack(nh), jnp.stack(nc)), jnp.sum(gold * yn)

        _, tot = jax.lax.scan(step, (state[0::2], state[1::2]), (seq[:-1], seq[1:]))
        return -jnp.sum(tot) / ((c - 1) * b)

    a = [jnp.asarray(D[t]) for t in ("main", "extra", "state", "seq")]
    p, g = jax.jit(f), jax.jit(jax.value_and_grad(f, argnums=(0, 1)))
    return (
        lambda: p(*a).block_until_ready(),
        lambda: jax.block_until_ready(g(*a)),
        lambda r: [np.asarray(t) for t in r[1]],
    )


def _hand(D):
    nb = len(D["parents"])
    par = D["parents"].tolist()
    bones = [2 + 4 * f + s for f in range(5) for s in range(3)]
    flex = [6 + 4 * f + (0 if s == 0 else s + 1) for f in range(5) for s in range(3)]
    br, ia, bp, wt = (jnp.asarray(D[t]) for t in ("base_rel", "inv_abs", "base_pos", "weights"))
    corr, pts = jnp.asarray(D["corr"]), jnp.asarray(D["points"])

    def f(th):
        ax = jnp.zeros(nb).at[np.array(bones)].set(th[np.array(flex)])
        az = jnp.zeros(nb).at[np.array(bones[0::3])].set(th[7::4])
        cx, sx, cz, sz = jnp.cos(ax), jnp.sin(ax), jnp.cos(az), jnp.sin(az)
        o, l = jnp.zeros(nb), jnp.ones(nb)
        R = jnp.stack(
            [
                jnp.stack([cz, -sz * cx, sz * sx, o], -1),
                jnp.stack([sz, cz * cx, -cz * sx, o], -1),
                jnp.stack([o, sx, cx, o], -1),
                jnp.stack([o, o, o, l], -1),
            ],
            -2,
        )
        rel = br @ R
        A = []
        for i in range(nb):
            A.append(rel[i] if par[i] == -1 else A[par[i]] @ rel[i])
        T = jnp.stack(A) @ ia
        mv = bp @ jnp.swapaxes(T, 1, 2)[:, :, :3]
        vs = (mv * wt.T[:, :, None]).sum(0)
        r = th[:3]
        nr = jnp.sqrt(jnp.sum(r * r))
        u = r / nr
        s, c = jnp.sin(nr), jnp.cos(nr)
        z = 0.0 * nr
        K = jnp.stack([jnp.stack([z, -u[2], u[1]]), jnp.stack([u[2], z, -u[0]]), jnp.stack([-u[1], u[0], z])])
        G = c * jnp.eye(3) + s * K + (1 - c) * jnp.outer(u, u)
        return (pts - (vs @ G.T + th[3:6])[corr]).ravel()

    th = jnp.asarray(D["theta"])
    p, g = jax.jit(f), jax.jit(jax.jacfwd(f))
    return (lambda: p(th).block_until_ready(), lambda: g(th).block_until_ready(), lambda r: [np.asarray(r)])
