"""The four ADBench objectives as an ordinary user of NumPy writes them: `*_numpy` with array expressions, `*_loops`
with scalar loops over arrays. Nothing here knows of differentiation."""

import math

import numpy as np

# ------------------------------------------------------------------ GMM ----


def log_multigamma(a, p):
    s = 0.25 * p * (p - 1) * math.log(math.pi)
    for j in range(p):
        s += math.lgamma(a - 0.5 * j)
    return s


def wishart_const(d, k, gamma, m):
    nu = d + m + 1
    return k * (nu * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_multigamma(0.5 * nu, d))


def logsumexp_rows(a):
    top = np.max(a, axis=1)
    return np.log(np.sum(np.exp(a - top[:, None]), axis=1)) + top


def logsumexp_vec(a):
    top = np.max(a)
    return np.log(np.sum(np.exp(a - top))) + top


def gmm_numpy(alphas, means, icf, x, gamma, m):
    """Everything at once: batched matmul over the k components."""
    k, d = means.shape
    n = x.shape[0]
    logdiag = icf[:, :d]
    low = icf[:, d:]
    diag = np.exp(logdiag)
    sumlog = np.sum(logdiag, axis=1)
    col, row = np.triu_indices(d, 1)
    Q = np.zeros((k, d, d))
    Q[:, row, col] = low
    idx = np.arange(d)
    Q[:, idx, idx] = diag
    centered = x[None, :, :] - means[:, None, :]  # k, n, d
    z = centered @ np.swapaxes(Q, 1, 2)  # k, n, d
    mahal = np.sum(z * z, axis=2).T  # n, k
    inner = alphas + sumlog - 0.5 * mahal
    loglik = np.sum(logsumexp_rows(inner)) - n * logsumexp_vec(alphas)
    prior = 0.5 * gamma * gamma * (np.sum(diag * diag) + np.sum(low * low)) - m * np.sum(sumlog)
    return -0.5 * n * d * math.log(2.0 * math.pi) + loglik + prior - wishart_const(d, k, gamma, m)


def gmm_numpy_perk(alphas, means, icf, x, gamma, m):
    """One component at a time: less memory, one gemm per component."""
    k, d = means.shape
    n = x.shape[0]
    col, row = np.triu_indices(d, 1)
    idx = np.arange(d)
    inner = np.zeros((n, k))
    prior = 0.0
    for j in range(k):
        logdiag = icf[j, :d]
        low = icf[j, d:]
        diag = np.exp(logdiag)
        Q = np.zeros((d, d))
        Q[row, col] = low
        Q[idx, idx] = diag
        z = (x - means[j]) @ Q.T
        sumlog = np.sum(logdiag)
        inner[:, j] = alphas[j] + sumlog - 0.5 * np.sum(z * z, axis=1)
        prior = prior + 0.5 * gamma * gamma * (np.sum(diag * diag) + np.sum(low * low)) - m * sumlog
    loglik = np.sum(logsumexp_rows(inner)) - n * logsumexp_vec(alphas)
    return -0.5 * n * d * math.log(2.0 * math.pi) + loglik + prior - wishart_const(d, k, gamma, m)


def gmm_loops(alphas, means, icf, x, gamma, m):
    k, d = means.shape
    n = x.shape[0]
    isz = icf.shape[1]
    diag = np.zeros((k, d))
    sumlog = np.zeros(k)
    prior = 0.0
    for j in range(k):
        for i in range(d):
            sumlog[j] += icf[j, i]
            diag[j, i] = math.exp(icf[j, i])
            prior += 0.5 * gamma * gamma * diag[j, i] * diag[j, i]
        for i in range(d, isz):
            prior += 0.5 * gamma * gamma * icf[j, i] * icf[j, i]
        prior -= m * sumlog[j]
    total = 0.0
    inner = np.zeros(k)
    xc = np.zeros(d)
    z = np.zeros(d)
    for t in range(n):
        for j in range(k):
            for i in range(d):
                xc[i] = x[t, i] - means[j, i]
                z[i] = diag[j, i] * xc[i]
            q = d
            for c in range(d):
                for r in range(c + 1, d):
                    z[r] += icf[j, q] * xc[c]
                    q += 1
            s = 0.0
            for i in range(d):
                s += z[i] * z[i]
            inner[j] = alphas[j] + sumlog[j] - 0.5 * s
        top = inner[0]
        for j in range(1, k):
            if inner[j] > top:
                top = inner[j]
        e = 0.0
        for j in range(k):
            e += math.exp(inner[j] - top)
        total += math.log(e) + top
    top = alphas[0]
    for j in range(1, k):
        if alphas[j] > top:
            top = alphas[j]
    e = 0.0
    for j in range(k):
        e += math.exp(alphas[j] - top)
    lse_a = math.log(e) + top
    return -0.5 * n * d * math.log(2.0 * math.pi) + total - n * lse_a + prior - wishart_const(d, k, gamma, m)


# ------------------------------------------------------------------- BA ----
# camera: r0 r1 r2 | c0 c1 c2 | f | u0 v0 | k1 k2


def ba_numpy(cam, X, w, feats):
    """Residuals of p observations; cam (p,11), X (p,3), w (p,), feats (p,2)."""
    r = cam[:, 0:3]
    Xo = X - cam[:, 3:6]
    th2 = np.sum(r * r, axis=1)
    th = np.sqrt(th2)
    ct = np.cos(th)
    st = np.sin(th)
    v = r / th[:, None]
    dot = np.sum(v * Xo, axis=1) * (1.0 - ct)
    cr = np.cross(v, Xo)
    Xc = Xo * ct[:, None] + cr * st[:, None] + v * dot[:, None]
    e = Xc[:, 0:2] / Xc[:, 2:3]
    rr = np.sum(e * e, axis=1)
    L = 1.0 + cam[:, 9] * rr + cam[:, 10] * rr * rr
    proj = e * (L * cam[:, 6])[:, None] + cam[:, 7:9]
    return w[:, None] * (proj - feats)


def ba_gather(cams, X, w, obs, feats):
    """The user-level objective: gather, residuals, weight terms."""
    err = ba_numpy(cams[obs[:, 0]], X[obs[:, 1]], w, feats)
    return err, 1.0 - w * w


def ba_residual(cam, X, w, feat, err):
    """One observation with scalars; writes two numbers to err."""
    x0 = X[0] - cam[3]
    x1 = X[1] - cam[4]
    x2 = X[2] - cam[5]
    r0 = cam[0]
    r1 = cam[1]
    r2 = cam[2]
    sq = r0 * r0 + r1 * r1 + r2 * r2
    if sq != 0.0:
        th = math.sqrt(sq)
        ct = math.cos(th)
        st = math.sin(th)
        it = 1.0 / th
        v0 = r0 * it
        v1 = r1 * it
        v2 = r2 * it
        c0 = v1 * x2 - v2 * x1
        c1 = v2 * x0 - v0 * x2
        c2 = v0 * x1 - v1 * x0
        g = (v0 * x0 + v1 * x1 + v2 * x2) * (1.0 - ct)
        y0 = x0 * ct + c0 * st + v0 * g
        y1 = x1 * ct + c1 * st + v1 * g
        y2 = x2 * ct + c2 * st + v2 * g
    else:
        y0 = x0 + (r1 * x2 - r2 * x1)
        y1 = x1 + (r2 * x0 - r0 * x2)
        y2 = x2 + (r0 * x1 - r1 * x0)
    e0 = y0 / y2
    e1 = y1 / y2
    rr = e0 * e0 + e1 * e1
    L = 1.0 + cam[9] * rr + cam[10] * rr * rr
    p0 = e0 * L * cam[6] + cam[7]
    p1 = e1 * L * cam[6] + cam[8]
    err[0] = w * (p0 - feat[0])
    err[1] = w * (p1 - feat[1])


def ba_loops(cams, X, w, obs, feats):
    p = obs.shape[0]
    err = np.zeros((p, 2))
    werr = np.zeros(p)
    for i in range(p):
        ba_residual(cams[obs[i, 0]], X[obs[i, 1]], w[i], feats[i], err[i])
        werr[i] = 1.0 - w[i] * w[i]
    return err, werr


# ----------------------------------------------------------------- LSTM ----
# "diagonal" LSTM: every gate weight is a vector, not a matrix.


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def lstm_numpy(main, extra, state, seq):
    l2 = main.shape[0]
    layers = l2 // 2
    c, b = seq.shape
    hidden = [state[2 * i] for i in range(layers)]
    cell = [state[2 * i + 1] for i in range(layers)]
    total = 0.0
    for t in range(c - 1):
        a = seq[t] * extra[0]
        for i in range(layers):
            wgt = main[2 * i]
            bias = main[2 * i + 1]
            forget = sigmoid(a * wgt[0:b] + bias[0:b])
            ingate = sigmoid(hidden[i] * wgt[b : 2 * b] + bias[b : 2 * b])
            outgate = sigmoid(a * wgt[2 * b : 3 * b] + bias[2 * b : 3 * b])
            change = np.tanh(hidden[i] * wgt[3 * b : 4 * b] + bias[3 * b : 4 * b])
            cell[i] = cell[i] * forget + ingate * change
            hidden[i] = outgate * np.tanh(cell[i])
            a = hidden[i]
        y = a * extra[1] + extra[2]
        ynorm = y - np.log(np.sum(np.exp(y)) + 2.0)
        total = total + np.sum(seq[t + 1] * ynorm)
    return -total / ((c - 1) * b)


def lstm_loops(main, extra, state, seq):
    layers = main.shape[0] // 2
    c, b = seq.shape
    hid = np.zeros((layers, b))
    cel = np.zeros((layers, b))
    for i in range(layers):
        for j in range(b):
            hid[i, j] = state[2 * i, j]
            cel[i, j] = state[2 * i + 1, j]
    a = np.zeros(b)
    y = np.zeros(b)
    total = 0.0
    for t in range(c - 1):
        for j in range(b):
            a[j] = seq[t, j] * extra[0, j]
        for i in range(layers):
            for j in range(b):
                fg = 1.0 / (1.0 + math.exp(-(a[j] * main[2 * i, j] + main[2 * i + 1, j])))
                ig = 1.0 / (1.0 + math.exp(-(hid[i, j] * main[2 * i, b + j] + main[2 * i + 1, b + j])))
                og = 1.0 / (1.0 + math.exp(-(a[j] * main[2 * i, 2 * b + j] + main[2 * i + 1, 2 * b + j])))
                ch = math.tanh(hid[i, j] * main[2 * i, 3 * b + j] + main[2 * i + 1, 3 * b + j])
                cel[i, j] = cel[i, j] * fg + ig * ch
                hid[i, j] = og * math.tanh(cel[i, j])
                a[j] = hid[i, j]
        s = 2.0
        for j in range(b):
            y[j] = a[j] * extra[1, j] + extra[2, j]
            s += math.exp(y[j])
        lse = math.log(s)
        for j in range(b):
            total += seq[t + 1, j] * (y[j] - lse)
    return -total / ((c - 1) * b)


# ----------------------------------------------------------------- HAND ----


def pose_angles(theta, nbones):
    """theta[6:26]: five fingers, each (flex, spread, flex, flex)."""
    ang = np.zeros((nbones, 3))
    q = 6
    for finger in range(5):
        for s in range(3):
            bone = 2 + 4 * finger + s
            ang[bone, 0] = theta[q]
            q += 1
            if s == 0:
                ang[bone, 1] = theta[q]
                q += 1
    return ang


def rotation_from_axis(r):
    nrm = np.sqrt(np.sum(r * r))
    if nrm < 1e-4:
        return np.eye(3)
    u = r / nrm
    s = np.sin(nrm)
    c = np.cos(nrm)
    K = np.array([[0.0, -u[2], u[1]], [u[2], 0.0, -u[0]], [-u[1], u[0], 0.0]])
    return c * np.eye(3) + s * K + (1.0 - c) * np.outer(u, u)


def hand_numpy(theta, parents, base_rel, inv_abs, base_pos, weights, corr, points):
    nb = base_rel.shape[0]
    ang = pose_angles(theta, nb)
    cx, sx = np.cos(ang[:, 0]), np.sin(ang[:, 0])
    cz, sz = np.cos(ang[:, 1]), np.sin(ang[:, 1])
    cy, sy = np.cos(ang[:, 2]), np.sin(ang[:, 2])
    R = np.zeros((nb, 4, 4))  # Rz @ Ry @ Rx
    R[:, 0, 0] = cz * cy
    R[:, 0, 1] = cz * sy * sx - sz * cx
    R[:, 0, 2] = cz * sy * cx + sz * sx
    R[:, 1, 0] = sz * cy
    R[:, 1, 1] = sz * sy * sx + cz * cx
    R[:, 1, 2] = sz * sy * cx - cz * sx
    R[:, 2, 0] = -sy
    R[:, 2, 1] = cy * sx
    R[:, 2, 2] = cy * cx
    R[:, 3, 3] = 1.0
    rel = base_rel @ R
    absolute = []
    for i in range(nb):
        if parents[i] == -1:
            absolute.append(rel[i])
        else:
            absolute.append(absolute[parents[i]] @ rel[i])
    T = np.stack(absolute) @ inv_abs  # nb, 4, 4
    moved = base_pos @ np.swapaxes(T, 1, 2)[:, :, 0:3]  # nb, nv, 3
    verts = np.sum(moved * weights.T[:, :, None], axis=0)  # nv, 3
    verts = verts @ rotation_from_axis(theta[0:3]).T + theta[3:6]
    return (points - verts[corr]).ravel()


def hand_loops(theta, parents, base_rel, inv_abs, base_pos, weights, corr, points):
    nb = base_rel.shape[0]
    nv = base_pos.shape[0]
    npts = corr.shape[0]
    ang = np.zeros((nb, 3))
    q = 6
    for finger in range(5):
        for s in range(3):
            bone = 2 + 4 * finger + s
            ang[bone, 0] = theta[q]
            q += 1
            if s == 0:
                ang[bone, 1] = theta[q]
                q += 1
    A = np.zeros((nb, 4, 4))
    T = np.zeros((nb, 4, 4))
    R = np.zeros((4, 4))
    rel = np.zeros((4, 4))
    for k in range(nb):
        cx = math.cos(ang[k, 0])
        sx = math.sin(ang[k, 0])
        cz = math.cos(ang[k, 1])
        sz = math.sin(ang[k, 1])
        cy = math.cos(ang[k, 2])
        sy = math.sin(ang[k, 2])
        R[0, 0] = cz * cy
        R[0, 1] = cz * sy * sx - sz * cx
        R[0, 2] = cz * sy * cx + sz * sx
        R[1, 0] = sz * cy
        R[1, 1] = sz * sy * sx + cz * cx
        R[1, 2] = sz * sy * cx - cz * sx
        R[2, 0] = -sy
        R[2, 1] = cy * sx
        R[2, 2] = cy * cx
        R[3, 3] = 1.0
        for i in range(4):
            for j in range(4):
                s = 0.0
                for t in range(4):
                    s += base_rel[k, i, t] * R[t, j]
                rel[i, j] = s
        for i in range(4):
            for j in range(4):
                if parents[k] == -1:
                    A[k, i, j] = rel[i, j]
                else:
                    s = 0.0
                    for t in range(4):
                        s += A[parents[k], i, t] * rel[t, j]
                    A[k, i, j] = s
        for i in range(4):
            for j in range(4):
                s = 0.0
                for t in range(4):
                    s += A[k, i, t] * inv_abs[k, t, j]
                T[k, i, j] = s
    nrm = math.sqrt(theta[0] * theta[0] + theta[1] * theta[1] + theta[2] * theta[2])
    G = np.zeros((3, 3))
    if nrm < 1e-4:
        for i in range(3):
            G[i, i] = 1.0
    else:
        u0 = theta[0] / nrm
        u1 = theta[1] / nrm
        u2 = theta[2] / nrm
        sn = math.sin(nrm)
        cn = math.cos(nrm)
        G[0, 0] = cn + (1.0 - cn) * u0 * u0
        G[0, 1] = -sn * u2 + (1.0 - cn) * u0 * u1
        G[0, 2] = sn * u1 + (1.0 - cn) * u0 * u2
        G[1, 0] = sn * u2 + (1.0 - cn) * u1 * u0
        G[1, 1] = cn + (1.0 - cn) * u1 * u1
        G[1, 2] = -sn * u0 + (1.0 - cn) * u1 * u2
        G[2, 0] = -sn * u1 + (1.0 - cn) * u2 * u0
        G[2, 1] = sn * u0 + (1.0 - cn) * u2 * u1
        G[2, 2] = cn + (1.0 - cn) * u2 * u2
    verts = np.zeros((nv, 3))
    for v in range(nv):
        for i in range(3):
            s = 0.0
            for k in range(nb):
                if weights[v, k] != 0.0:
                    h = 0.0
                    for t in range(4):
                        h += T[k, i, t] * base_pos[v, t]
                    s += h * weights[v, k]
            verts[v, i] = s
    err = np.zeros(3 * npts)
    for c in range(npts):
        v = corr[c]
        for i in range(3):
            s = theta[3 + i]
            for t in range(3):
                s += G[i, t] * verts[v, t]
            err[3 * c + i] = points[c, i] - s
    return err
