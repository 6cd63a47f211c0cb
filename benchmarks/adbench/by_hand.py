"""Hand-derived derivatives in NumPy (as good as a person)."""

import numpy as np


def gmm_grad(alphas, means, icf, x, gamma, m):
    k, d = means.shape
    n = x.shape[0]
    col, row = np.triu_indices(d, 1)
    idx = np.arange(d)
    diag = np.exp(icf[:, :d])
    Q = np.zeros((k, d, d))
    Q[:, row, col] = icf[:, d:]
    Q[:, idx, idx] = diag
    sumlog = icf[:, :d].sum(1)
    z = np.empty((k, n, d))
    inner = np.empty((k, n))
    for j in range(k):
        np.matmul(x, Q[j].T, out=z[j])
        z[j] -= Q[j] @ means[j]
        np.einsum("nd,nd->n", z[j], z[j], out=inner[j])
    inner *= -0.5
    inner += (alphas + sumlog)[:, None]
    inner -= inner.max(0)
    np.exp(inner, out=inner)
    inner /= inner.sum(0)  # responsibilities, (k, n)
    mass = inner.sum(1)
    pa = np.exp(alphas - alphas.max())
    dalpha = mass - n * pa / pa.sum()
    dmean = np.empty_like(means)
    dicf = np.empty_like(icf)
    g2 = gamma * gamma
    for j in range(k):
        z[j] *= inner[j][:, None]
        tot = z[j].sum(0)
        dmean[j] = tot @ Q[j]
        dQ = np.outer(tot, means[j])
        dQ -= z[j].T @ x
        dicf[j, :d] = dQ[idx, idx] * diag[j] + mass[j] + g2 * diag[j] ** 2 - m
        dicf[j, d:] = dQ[row, col] + g2 * icf[j, d:]
    return dalpha, dmean, dicf


def ba_blocks(cam, X, w, feats):
    """Per-observation Jacobian blocks, (p, 2, 15): 11 camera, 3 point, weight."""
    p = w.shape[0]
    c = np.ascontiguousarray(cam.T)
    x0, x1, x2 = np.ascontiguousarray((X - cam[:, 3:6]).T)
    r0, r1, r2, f, k1, k2 = c[0], c[1], c[2], c[6], c[9], c[10]
    th = np.sqrt(r0 * r0 + r1 * r1 + r2 * r2)
    ct, st = np.cos(th), np.sin(th)
    oc = 1.0 - ct
    it = 1.0 / th
    v0, v1, v2 = r0 * it, r1 * it, r2 * it
    vx = v0 * x0 + v1 * x1 + v2 * x2
    cr0, cr1, cr2 = v1 * x2 - v2 * x1, v2 * x0 - v0 * x2, v0 * x1 - v1 * x0
    g = vx * oc
    y0 = x0 * ct + cr0 * st + v0 * g
    y1 = x1 * ct + cr1 * st + v1 * g
    y2 = x2 * ct + cr2 * st + v2 * g
    iz = 1.0 / y2
    e0, e1 = y0 * iz, y1 * iz
    rr = e0 * e0 + e1 * e1
    L = 1.0 + rr * (k1 + k2 * rr)
    q = 2.0 * (k1 + 2.0 * k2 * rr)
    wf = w * f
    a00 = wf * (L + q * e0 * e0)
    a01 = wf * q * e0 * e1
    a11 = wf * (L + q * e1 * e1)
    J = np.empty((p, 2, 15))
    # rows of d(err)/dy
    b = ((a00 * iz, a01 * iz, -(a00 * e0 + a01 * e1) * iz), (a01 * iz, a11 * iz, -(a01 * e0 + a11 * e1) * iz))
    t0, t1, t2 = cr0 * ct - x0 * st + v0 * vx * st, cr1 * ct - x1 * st + v1 * vx * st, cr2 * ct - x2 * st + v2 * vx * st
    for i in range(2):
        b0, b1, b2 = b[i]
        bv = b0 * v0 + b1 * v1 + b2 * v2
        bt = b0 * t0 + b1 * t1 + b2 * t2
        # s = b . dy/dv
        s0 = st * (x1 * b2 - x2 * b1) + oc * (vx * b0 + bv * x0)
        s1 = st * (x2 * b0 - x0 * b2) + oc * (vx * b1 + bv * x1)
        s2 = st * (x0 * b1 - x1 * b0) + oc * (vx * b2 + bv * x2)
        sv = s0 * v0 + s1 * v1 + s2 * v2
        h = bt - sv * it
        J[:, i, 0] = h * v0 + s0 * it
        J[:, i, 1] = h * v1 + s1 * it
        J[:, i, 2] = h * v2 + s2 * it
        # b . R  =  ct b + st (b x v) + oc (b.v) v
        g0 = ct * b0 + st * (b1 * v2 - b2 * v1) + oc * bv * v0
        g1 = ct * b1 + st * (b2 * v0 - b0 * v2) + oc * bv * v1
        g2 = ct * b2 + st * (b0 * v1 - b1 * v0) + oc * bv * v2
        J[:, i, 11], J[:, i, 12], J[:, i, 13] = g0, g1, g2
        J[:, i, 3], J[:, i, 4], J[:, i, 5] = -g0, -g1, -g2
    eL0, eL1 = e0 * L, e1 * L
    J[:, 0, 6], J[:, 1, 6] = w * eL0, w * eL1
    J[:, 0, 7], J[:, 1, 7], J[:, 0, 8], J[:, 1, 8] = w, 0.0, 0.0, w
    u0, u1 = wf * e0 * rr, wf * e1 * rr
    J[:, 0, 9], J[:, 1, 9] = u0, u1
    J[:, 0, 10], J[:, 1, 10] = u0 * rr, u1 * rr
    J[:, 0, 14] = eL0 * f + c[7] - feats[:, 0]
    J[:, 1, 14] = eL1 * f + c[8] - feats[:, 1]
    return J


def lstm_grad(main, extra, state, seq):
    L = main.shape[0] // 2
    c, b = seq.shape
    T = c - 1
    W = main[0::2].reshape(L, 4, b)
    Bi = main[1::2].reshape(L, 4, b)
    inp = np.empty((T, L, 4, b))  # operand of every gate
    gate = np.empty((T, L, 4, b))  # forget, ingate, outgate, change
    old = np.empty((T, L, b))  # cell before the step
    tc = np.empty((T, L, b))  # tanh(cell after the step)
    hid = state[0::2].copy()
    cel = state[1::2].copy()
    top = np.empty((T, b))
    start = seq[:T] * extra[0]
    z = np.empty((4, b))
    for t in range(T):
        a = start[t]
        for i in range(L):
            u = inp[t, i]
            u[0::2] = a
            u[1::2] = hid[i]
            np.multiply(u, W[i], out=z)
            z += Bi[i]
            s = gate[t, i]
            np.negative(z[:3], out=s[:3])
            np.exp(s[:3], out=s[:3])
            s[:3] += 1.0
            np.reciprocal(s[:3], out=s[:3])
            np.tanh(z[3], out=s[3])
            old[t, i] = cel[i]
            cel[i] *= s[0]
            cel[i] += s[1] * s[3]
            np.tanh(cel[i], out=tc[t, i])
            a = s[2] * tc[t, i]
            hid[i] = a
        top[t] = a
    y = top * extra[1] + extra[2]
    ey = np.exp(y)
    gold = seq[1:]
    dy = gold - ey * (gold.sum(1) / (ey.sum(1) + 2.0))[:, None]
    dy *= -1.0 / (T * b)
    dextra = np.empty_like(extra)
    dextra[1] = (dy * top).sum(0)
    dextra[2] = dy.sum(0)
    dtop = dy * extra[1]
    dstart = np.empty((T, b))
    dz = np.empty((T, L, 4, b))
    # local derivative of each gate with respect to its pre-activation
    loc = gate * (1.0 - gate)
    loc[:, :, 3] = 1.0 - gate[:, :, 3] ** 2
    dtc = gate[:, :, 2] * (1.0 - tc * tc)
    dh = np.zeros((L, b))
    dc = np.zeros((L, b))
    for t in range(T - 1, -1, -1):
        da = dtop[t]
        for i in range(L - 1, -1, -1):
            s = gate[t, i]
            g = dh[i] + da
            dci = dc[i]
            dci += g * dtc[t, i]
            q = dz[t, i]
            np.multiply(dci, old[t, i], out=q[0])
            np.multiply(dci, s[3], out=q[1])
            np.multiply(g, tc[t, i], out=q[2])
            np.multiply(dci, s[1], out=q[3])
            q *= loc[t, i]
            dci *= s[0]
            r = q * W[i]
            da = r[0] + r[2]
            dh[i] = r[1] + r[3]
        dstart[t] = da
    dextra[0] = (dstart * seq[:T]).sum(0)
    dmain = np.empty_like(main)
    dmain[0::2] = (dz * inp).sum(0).reshape(L, 4 * b)
    dmain[1::2] = dz.sum(0).reshape(L, 4 * b)
    return dmain, dextra


def hand_jacobian(theta, parents, base_rel, inv_abs, base_pos, weights, corr, points):
    """The Jacobian of `hand_numpy`, (residuals, 26): all 26 tangents are carried along, on a leading axis."""
    nb = base_rel.shape[0]
    K = theta.shape[0]
    d_theta = np.eye(K)
    ang = np.zeros((nb, 3))
    d_ang = np.zeros((K, nb, 3))
    q = 6
    for finger in range(5):
        for s in range(3):
            bone = 2 + 4 * finger + s
            ang[bone, 0] = theta[q]
            d_ang[:, bone, 0] = d_theta[:, q]
            q += 1
            if s == 0:
                ang[bone, 1] = theta[q]
                d_ang[:, bone, 1] = d_theta[:, q]
                q += 1
    cx, sx = np.cos(ang[:, 0]), np.sin(ang[:, 0])
    dcx, dsx = -sx * d_ang[:, :, 0], cx * d_ang[:, :, 0]
    cz, sz = np.cos(ang[:, 1]), np.sin(ang[:, 1])
    dcz, dsz = -sz * d_ang[:, :, 1], cz * d_ang[:, :, 1]
    cy, sy = np.cos(ang[:, 2]), np.sin(ang[:, 2])
    dcy, dsy = -sy * d_ang[:, :, 2], cy * d_ang[:, :, 2]
    R = np.zeros((nb, 4, 4))
    dR = np.zeros((K, nb, 4, 4))
    R[:, 0, 0] = cz * cy
    dR[..., 0, 0] = dcz * cy + cz * dcy
    R[:, 0, 1] = cz * sy * sx - sz * cx
    dR[..., 0, 1] = dcz * (sy * sx) + cz * (dsy * sx + sy * dsx) - dsz * cx - sz * dcx
    R[:, 0, 2] = cz * sy * cx + sz * sx
    dR[..., 0, 2] = dcz * (sy * cx) + cz * (dsy * cx + sy * dcx) + dsz * sx + sz * dsx
    R[:, 1, 0] = sz * cy
    dR[..., 1, 0] = dsz * cy + sz * dcy
    R[:, 1, 1] = sz * sy * sx + cz * cx
    dR[..., 1, 1] = dsz * (sy * sx) + sz * (dsy * sx + sy * dsx) + dcz * cx + cz * dcx
    R[:, 1, 2] = sz * sy * cx - cz * sx
    dR[..., 1, 2] = dsz * (sy * cx) + sz * (dsy * cx + sy * dcx) - dcz * sx - cz * dsx
    R[:, 2, 0] = -sy
    dR[..., 2, 0] = -dsy
    R[:, 2, 1] = cy * sx
    dR[..., 2, 1] = dcy * sx + cy * dsx
    R[:, 2, 2] = cy * cx
    dR[..., 2, 2] = dcy * cx + cy * dcx
    R[:, 3, 3] = 1.0
    rel = base_rel @ R
    d_rel = base_rel @ dR
    A, dA = [], []
    for i in range(nb):
        if parents[i] == -1:
            A.append(rel[i])
            dA.append(d_rel[:, i])
        else:
            A.append(A[parents[i]] @ rel[i])
            dA.append(dA[parents[i]] @ rel[i] + A[parents[i]] @ d_rel[:, i])
    T = np.stack(A) @ inv_abs
    dT = np.stack(dA, axis=1) @ inv_abs
    # vertex v is the sum over bones b of weights[v, b] * base_pos[v] @ T[b].T: one product for all bones and directions
    scaled = base_pos[:, None, :] * weights[:, :, None]
    verts = np.tensordot(scaled, T[:, 0:3], ((1, 2), (0, 2)))
    d_verts = np.moveaxis(np.tensordot(scaled, dT[:, :, 0:3], ((1, 2), (1, 3))), 0, 1)
    r = theta[0:3]
    dr = d_theta[:, 0:3]
    nrm = np.sqrt(np.sum(r * r))
    d_nrm = np.sum(dr * r, axis=1) / nrm
    u = r / nrm
    du = (dr - u * d_nrm[:, None]) / nrm
    s, c = np.sin(nrm), np.cos(nrm)
    ds, dc = c * d_nrm, -s * d_nrm
    Km = np.array([[0.0, -u[2], u[1]], [u[2], 0.0, -u[0]], [-u[1], u[0], 0.0]])
    o = np.zeros(K)
    dKm = np.stack(
        [
            np.stack([o, -du[:, 2], du[:, 1]], 1),
            np.stack([du[:, 2], o, -du[:, 0]], 1),
            np.stack([-du[:, 1], du[:, 0], o], 1),
        ],
        1,
    )
    uu = np.outer(u, u)
    duu = du[:, :, None] * u + u[:, None] * du[:, None, :]
    G = c * np.eye(3) + s * Km + (1.0 - c) * uu
    dG = dc[:, None, None] * np.eye(3) + ds[:, None, None] * Km + s * dKm - dc[:, None, None] * uu + (1.0 - c) * duu
    d_out = d_verts @ G.T + verts @ np.swapaxes(dG, 1, 2) + d_theta[:, None, 3:6]
    return (-d_out[:, corr]).reshape(K, -1).T
