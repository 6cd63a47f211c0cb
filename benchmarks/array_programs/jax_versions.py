"""The programs in JAX, statement by statement: slices stay slices, a loop is a `fori_loop` or a `scan`, a triangular
slice is a mask. A loop whose trips do not depend on each other is a vector statement, as a user of JAX would write it.

Each returns what the program writes and returns, in the order of its parameters and results.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)


def loop(n, body, *carried):
    """`body(i, *carried)` for `i` in `range(n)`."""
    return lax.fori_loop(0, n, lambda i, c: body(i, *c), carried)


# loops ---------------------------------------------------------------------------------------------------------------


def cholesky(A):
    n = A.shape[0]
    at = jnp.arange(n)

    def row(i, A):
        def entry(j, A):
            left = jnp.where(at < j, A[i], 0.0) @ jnp.where(at < j, A[j], 0.0)
            return jnp.where(j < i, A.at[i, j].set((A[i, j] - left) / A[j, j]), A)

        A = lax.fori_loop(0, n, entry, A)
        left = jnp.where(at < i, A[i], 0.0)
        return (A.at[i, i].set(jnp.sqrt(A[i, i] - left @ left)),)

    return loop(n, row, A)


def lu(A):
    n = A.shape[0]
    at = jnp.arange(n)

    def row(i, A):
        def entry(j, A):
            left = jnp.where(at < j, A[i], 0.0) @ A[:, j]
            return jnp.where(j < i, A.at[i, j].set((A[i, j] - left) / A[j, j]), A)

        A = lax.fori_loop(0, n, entry, A)
        left = jnp.where(at < i, A[i], 0.0) @ A
        return (A.at[i].add(jnp.where(at >= i, -left, 0.0)),)

    return loop(n, row, A)


def ludcmp(A, b):
    (A,) = lu(A)
    n = A.shape[0]
    at = jnp.arange(n)
    (y,) = loop(n, lambda i, y: (y.at[i].set(b[i] - jnp.where(at < i, A[i], 0.0) @ y),), jnp.zeros(n))

    def back(k, x):
        i = n - 1 - k
        return (x.at[i].set((y[i] - jnp.where(at > i, A[i], 0.0) @ x) / A[i, i]),)

    (x,) = loop(n, back, jnp.zeros(n))
    return A, x, y


def trisolv(L, x, b):
    n = x.shape[0]
    at = jnp.arange(n)

    def row(i, x):
        return (x.at[i].set((b[i] - jnp.where(at < i, L[i], 0.0) @ x) / L[i, i]),)

    return loop(n, row, x)


def durbin(r):
    n = r.shape[0]
    at = jnp.arange(n)

    def step(k, y, alpha, beta):
        k = k + 1
        beta = beta * (1.0 - alpha * alpha)
        before = at < k
        turned = jnp.clip(k - 1 - at, 0, n - 1)
        alpha = -(r[k] + jnp.where(before, r[turned], 0.0) @ jnp.where(before, y, 0.0)) / beta
        y = y + jnp.where(before, alpha * y[turned], 0.0)
        return y.at[k].set(alpha), alpha, beta

    y = jnp.zeros(n).at[0].set(-r[0])
    return loop(n - 1, step, y, -r[0], jnp.ones(()))[:1]


def gramschmidt(A):
    n = A.shape[1]
    at = jnp.arange(n)

    def column(k, A, Q, R):
        a = A[:, k]
        length = jnp.sqrt(a @ a)
        q = a / length
        row = jnp.where(at > k, q @ A, 0.0)
        return A - jnp.outer(q, row), Q.at[:, k].set(q), R.at[k].set(row.at[k].set(length))

    return loop(n, column, A, jnp.zeros_like(A), jnp.zeros((n, n)))


def syrk(alpha, beta, C, A):
    n, m = A.shape
    at = jnp.arange(n)

    def row(i, C):
        c = jnp.where(at <= i, C[i] * beta, C[i])
        (c,) = loop(m, lambda k, c: (c + jnp.where(at <= i, alpha * A[i, k] * A[:, k], 0.0),), c)
        return (C.at[i].set(c),)

    return loop(n, row, C)


def syr2k(alpha, beta, C, A, B):
    n, m = A.shape
    at = jnp.arange(n)

    def row(i, C):
        c = jnp.where(at <= i, C[i] * beta, C[i])

        def term(k, c):
            return (c + jnp.where(at <= i, A[:, k] * alpha * B[i, k] + B[:, k] * alpha * A[i, k], 0.0),)

        return (C.at[i].set(loop(m, term, c)[0]),)

    return loop(n, row, C)


def trmm(alpha, A, B):
    n = B.shape[0]
    at = jnp.arange(n)
    (B,) = loop(n, lambda i, B: (B.at[i].add(jnp.where(at > i, A[:, i], 0.0) @ B),), B)
    return (B * alpha,)


def symm(alpha, beta, C, A, B):
    n = C.shape[0]
    at = jnp.arange(n)

    def row(i, C):
        left = jnp.where(at < i, A[i], 0.0)
        C = C + jnp.outer(left, alpha * B[i])
        return (C.at[i].add(alpha * B[i] * A[i, i] + alpha * (left @ B)),)

    return loop(n, row, C * beta)


def seidel_2d(TSTEPS, N, A):
    def row(k, A):
        i = k + 1
        above, own, below = A[i - 1], A[i], A[i + 1]
        inner = own[1:-1] + above[:-2] + above[1:-1] + above[2:] + own[2:] + below[:-2] + below[1:-1] + below[2:]

        def entry(left, a):
            a = (a + left) / 9.0
            return a, a

        return (A.at[i, 1:-1].set(lax.scan(entry, own[0], inner)[1]),)

    return loop(TSTEPS - 1, lambda t, A: loop(N - 2, row, A), A)


def deriche(alpha, img):
    k = (1.0 - jnp.exp(-alpha)) ** 2 / (1.0 + alpha * jnp.exp(-alpha) - jnp.exp(2.0 * alpha))
    a1, a2, a3 = k, k * jnp.exp(-alpha) * (alpha - 1.0), k * jnp.exp(-alpha) * (alpha + 1.0)
    b1, b2 = 2.0 ** (-alpha), -jnp.exp(-2.0 * alpha)
    columns = img.T

    def ahead(carried, x):
        before, y1, y2 = carried
        y = a1 * x + a2 * before + b1 * y1 + b2 * y2
        return (x, y, y1), y

    first = a1 * columns[0]
    second = a1 * columns[1] + a2 * columns[0] + b1 * first
    _, rest = lax.scan(ahead, (columns[1], second, first), columns[2:])
    one = jnp.concatenate([first[None], second[None], rest])

    def back(carried, x):
        after, y1, y2 = carried
        y = a3 * x + a3 * after + b1 * y1 + b2 * y2
        return (x, y, y1), y

    last = jnp.zeros_like(first)
    before_last = a3 * columns[-1]
    _, rest = lax.scan(back, (columns[-1], before_last, last), columns[1:-1][::-1])
    two = jnp.concatenate([last[None], before_last[None], rest])[::-1]
    return ((one + two).T,)


def adi(TSTEPS, N, u):
    mu1, mu2 = 2.0 * (1.0 / TSTEPS) / (1.0 / (N * N)), 1.0 * (1.0 / TSTEPS) / (1.0 / (N * N))
    a, b, d, e = -mu1 / 2.0, 1.0 + mu1, -mu2 / 2.0, 1.0 + mu2

    def solve(rows, start, low, diagonal, end):
        """The tridiagonal systems with right-hand sides `rows`, one system a column."""

        def ahead(carried, right):
            p, q = carried
            below = low * p + diagonal
            p, q = -low / below, (right - low * q) / below
            return (p, q), (p, q)

        _, (p, q) = lax.scan(ahead, (jnp.zeros_like(start), start), rows)

        def back(v, pq):
            v = pq[0] * v + pq[1]
            return v, v

        return lax.scan(back, end, (p, q), reverse=True)[1]

    def step(t, u):
        ones = jnp.ones(N - 2)
        rows = -d * u[1:-1, : N - 2] + (1.0 + 2.0 * d) * u[1:-1, 1:-1] - d * u[1:-1, 2:]
        v = jnp.concatenate([ones[None], solve(rows, ones, a, b, ones), ones[None]])
        rows = (-a * v[: N - 2] + (1.0 + 2.0 * a) * v[1:-1] - a * v[2:]).T
        inner = solve(rows, ones, d, e, ones).T
        u = u.at[1:-1, 0].set(1.0).at[1:-1, N - 1].set(1.0)
        return (u.at[1:-1, 1:-1].set(inner),)

    return loop(TSTEPS, step, u)


def thomas(a, b, c, d):
    def ahead(carried, row):
        b_, d_, c_ = carried
        a, b, c, d = row
        w = a / b_
        b, d = b - w * c_, d - w * d_
        return (b, d, c), (b, d)

    padded = jnp.append(c, 0.0)
    _, (bs, ds) = lax.scan(ahead, (b[0], d[0], c[0]), (a, b[1:], padded[1:], d[1:]))
    bs, ds = jnp.append(b[0], bs), jnp.append(d[0], ds)

    def back(x, row):
        b, c, d = row
        x = (d - c * x) / b
        return x, x

    last = ds[-1] / bs[-1]
    _, xs = lax.scan(back, last, (bs[:-1], c, ds[:-1]), reverse=True)
    x = jnp.append(xs, last)
    return bs, x, x


def spmv(A_row, A_col, A_val, x):
    rows = np.repeat(np.arange(len(A_row) - 1), np.diff(A_row))
    return (jax.ops.segment_sum(A_val * x[A_col], rows, len(A_row) - 1, indices_are_sorted=True),)


def clouds(t, q, dt, nlev):
    def level(flux, tq):
        t, q = tq
        sat = 0.3 * jnp.exp(0.2 * t)
        cond = jnp.where(q > sat, (q - sat) * dt, 0.0)
        return flux + jnp.sum(cond), (t + 0.5 * cond, q - cond, cond)

    flux, (t_, q_, cond) = lax.scan(level, jnp.zeros(()), (t[1:], q[1:]))
    zeros = jnp.zeros_like(q[:1])
    return jnp.concatenate([t[:1], t_]), jnp.concatenate([q[:1], q_]), jnp.concatenate([zeros, cond]), flux


def kalman(z, q, r):
    def step(carried, z):
        x, p = carried
        p = p + q
        gain = p / (p + r)
        x = x + gain * (z - x)
        return (x, (1.0 - gain) * p), x

    return (lax.scan(step, (z[0], jnp.ones(())), z)[1],)


# stencils ------------------------------------------------------------------------------------------------------------


def jacobi_1d(TSTEPS, A, B):
    def step(t, A, B):
        B = B.at[1:-1].set(0.33333 * (A[:-2] + A[1:-1] + A[2:]))
        return A.at[1:-1].set(0.33333 * (B[:-2] + B[1:-1] + B[2:])), B

    return loop(TSTEPS - 1, step, A, B)


def jacobi_2d(TSTEPS, A, B):
    def half(A):
        return 0.2 * (A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1])

    def step(t, A, B):
        B = B.at[1:-1, 1:-1].set(half(A))
        return A.at[1:-1, 1:-1].set(half(B)), B

    return loop(TSTEPS - 1, step, A, B)


def heat_3d(TSTEPS, A, B):
    def step(t, A, B):
        inner = A[1:-1, 1:-1, 1:-1]
        new = (
            0.125 * (A[2:, 1:-1, 1:-1] - 2.0 * inner + A[:-2, 1:-1, 1:-1])
            + 0.125 * (A[1:-1, 2:, 1:-1] - 2.0 * inner + A[1:-1, :-2, 1:-1])
            + 0.125 * (A[1:-1, 1:-1, 2:] - 2.0 * inner + A[1:-1, 1:-1, :-2])
            + inner
        )
        return A.at[1:-1, 1:-1, 1:-1].set(new * 0.9 + 0.1 * inner), B.at[1:-1, 1:-1, 1:-1].set(new)

    return loop(TSTEPS - 1, step, A, B)


def fdtd_2d(TMAX, ex, ey, hz, fict):
    def step(t, ex, ey, hz):
        ey = ey.at[0, :].set(fict[t])
        ey = ey.at[1:, :].add(-0.5 * (hz[1:, :] - hz[:-1, :]))
        ex = ex.at[:, 1:].add(-0.5 * (hz[:, 1:] - hz[:, :-1]))
        hz = hz.at[:-1, :-1].add(-0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1]))
        return ex, ey, hz

    return loop(TMAX, step, ex, ey, hz)


def hdiff(in_field, coeff):
    I, J, _ = coeff.shape
    lap = 4.0 * in_field[1 : I + 3, 1 : J + 3] - (
        in_field[2 : I + 4, 1 : J + 3]
        + in_field[: I + 2, 1 : J + 3]
        + in_field[1 : I + 3, 2 : J + 4]
        + in_field[1 : I + 3, : J + 2]
    )
    res = lap[1:, 1 : J + 1] - lap[:-1, 1 : J + 1]
    flx = jnp.where((res * (in_field[2 : I + 3, 2 : J + 2] - in_field[1 : I + 2, 2 : J + 2])) > 0, 0, res)
    res = lap[1 : I + 1, 1:] - lap[1 : I + 1, :-1]
    fly = jnp.where((res * (in_field[2 : I + 2, 2 : J + 3] - in_field[2 : I + 2, 1 : J + 2])) > 0, 0, res)
    return (in_field[2 : I + 2, 2 : J + 2] - coeff * (flx[1:] - flx[:-1] + fly[:, 1:] - fly[:, :-1]),)


def vadv(utens_stage, u_stage, wcon, u_pos, dtr):
    layers = [jnp.moveaxis(a, 2, 0) for a in (utens_stage, u_stage, wcon, u_pos)]
    utens, u, w, pos = layers
    K = utens.shape[0]
    gcv = 0.25 * (w[1][1:] + w[1][:-1])
    c = gcv * 0.8
    divided = 1.0 / (dtr - c)
    d = dtr * pos[0] + utens[0] - gcv * 0.2 * (u[1] - u[0])
    c, d = c * divided, d * divided

    def ahead(carried, layer):
        c_, d_ = carried
        w, w_next, u_before, u, u_next, pos, utens = layer
        gav, gcv = -0.25 * (w[1:] + w[:-1]), 0.25 * (w_next[1:] + w_next[:-1])
        a, c = gav * 0.8, gcv * 0.8
        correction = -gav * 0.2 * (u_before - u) - gcv * 0.2 * (u_next - u)
        divided = 1.0 / (dtr - a - c - c_ * a)
        d = (dtr * pos + utens + correction - d_ * a) * divided
        c = c * divided
        return (c, d), (c, d)

    inner = slice(1, K - 1)
    given = (w[inner], w[2:], u[: K - 2], u[inner], u[2:], pos[inner], utens[inner])
    _, (cs, ds) = lax.scan(ahead, (c, d), given)
    cs, ds = jnp.concatenate([c[None], cs]), jnp.concatenate([d[None], ds])

    def back(data, cd):
        data = cd[1] - cd[0] * data
        return data, data

    _, data = lax.scan(back, ds[-1], (cs[:-1], ds[:-1]), reverse=True)
    data = jnp.concatenate([data, ds[-1][None]])
    new = dtr * (data - pos[: K - 1])
    return (jnp.moveaxis(jnp.concatenate([new, utens[K - 1 :]]), 0, 2),)


def burgers(u, nu, steps):
    def step(t, u):
        inner = u[1:-1] - 0.1 * u[1:-1] * (u[1:-1] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        return (u.at[1:-1].set(inner),)

    return loop(steps, step, u)


def burgers_2d(u, dt, dx, steps):
    def step(t, u):
        inner = u[1:-1, 1:-1]
        return (u.at[1:-1, 1:-1].add(-dt / dx * inner * (2.0 * inner - u[:-2, 1:-1] - u[1:-1, :-2])),)

    return loop(steps, step, u)


def cavity_flow(nx, ny, nt, nit, u, v, dt, dx, dy, p, rho, nu):
    def poisson(q, p, b):
        pn = p
        inner = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * dy**2 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx**2) / (
            2 * (dx**2 + dy**2)
        ) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b
        p = p.at[1:-1, 1:-1].set(inner)
        p = p.at[:, -1].set(p[:, -2])
        p = p.at[0, :].set(p[1, :])
        p = p.at[:, 0].set(p[:, 1])
        return p.at[-1, :].set(0.0), b

    def step(t, u, v, p):
        ux, vy = (u[1:-1, 2:] - u[1:-1, :-2]) / (2 * dx), (v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dy)
        uy, vx = (u[2:, 1:-1] - u[:-2, 1:-1]) / (2 * dy), (v[1:-1, 2:] - v[1:-1, :-2]) / (2 * dx)
        b = rho * (1 / dt * (ux + vy) - ux**2 - 2 * (uy * vx) - vy**2)
        p, _ = loop(nit, poisson, p, b)
        un, vn = u[1:-1, 1:-1], v[1:-1, 1:-1]
        u_new = (
            un
            - un * dt / dx * (un - u[1:-1, :-2])
            - vn * dt / dy * (un - u[:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + nu * (dt / dx**2 * (u[1:-1, 2:] - 2 * un + u[1:-1, :-2]))
        )
        v_new = vn - un * dt / dx * (vn - v[1:-1, :-2]) + nu * dt * v[2:, 1:-1]
        u, v = u.at[1:-1, 1:-1].set(u_new), v.at[1:-1, 1:-1].set(v_new)
        u = u.at[0, :].set(0.0).at[:, 0].set(0.0).at[-1, :].set(1.0)
        return u, v.at[0, :].set(0.0).at[-1, :].set(0.0).at[:, 0].set(0.0).at[:, -1].set(0.0), p

    return loop(nt, step, u, v, p)


def wave_leapfrog(u, v, c, steps):
    def step(t, previous, current):
        inner = 2.0 * current[1:-1] - previous[1:-1] + c * c * (current[2:] - 2.0 * current[1:-1] + current[:-2])
        return current, jnp.zeros_like(current).at[1:-1].set(inner)

    return loop(steps, step, u, v)[1:]


def shallow_water(h, u, dt, steps):
    def step(t, h, u):
        flux = h * u
        h = h.at[1:-1].add(-dt * (flux[2:] - flux[:-2]))
        h = h.at[0].set(h[-2]).at[-1].set(h[1])
        return h, u + dt * (jnp.roll(h, 1) - jnp.roll(h, -1))

    return loop(steps, step, h, u)


def upwind_masked(q, u, dt, dx, steps):
    def step(t, q):
        face = jnp.where(u[1:-1] > 0, q[:-1], q[1:])
        flux = jnp.concatenate([u[:1] * q[-1], u[1:-1] * face, u[-1:] * q[-1]])
        q = q - dt / dx * (flux[1:] - flux[:-1])
        return (jnp.where(q < 0.05, 0.05, q),)

    return loop(steps, step, q)


# products ------------------------------------------------------------------------------------------------------------


def gemm(alpha, beta, C, A, B):
    return (alpha * A @ B + beta * C,)


def two_mm(alpha, beta, A, B, C, D):
    return (alpha * A @ B @ C + beta * D,)


def three_mm(A, B, C, D):
    return (A @ B @ C @ D,)


def atax(A, x):
    return ((A @ x) @ A,)


def bicg(A, p, r):
    return r @ A, A @ p


def mvt(x1, x2, y_1, y_2, A):
    return x1 + A @ y_1, x2 + y_2 @ A


def gemver(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    A = A + jnp.outer(u1, v1) + jnp.outer(u2, v2)
    x = x + beta * y @ A + z
    return A, w + alpha * A @ x, x


def gesummv(alpha, beta, A, B, x):
    return (alpha * A @ x + beta * B @ x,)


def doitgen(NR, NQ, NP, A, C4):
    return (jnp.reshape(jnp.reshape(A, (NR, NQ, 1, NP)) @ C4, (NR, NQ, NP)),)


def covariance(M, float_n, data):
    data = data - jnp.mean(data, axis=0)
    return data, data.T @ data / (float_n - 1.0)


def correlation(M, float_n, data):
    stddev = jnp.std(data, axis=0)
    stddev = jnp.where(stddev <= 0.1, 1.0, stddev)
    data = (data - jnp.mean(data, axis=0)) / (jnp.sqrt(float_n) * stddev)
    corr = data.T @ data
    return data, jnp.where(jnp.eye(M, dtype=bool), 1.0, corr)


def mlp(input, w1, b1, w2, b2):
    return softmax(jnp.maximum(input @ w1 + b1, 0) @ w2 + b2)


# elementwise ---------------------------------------------------------------------------------------------------------


def softmax(x):
    e = jnp.exp(x - jnp.max(x, axis=-1, keepdims=True))
    return (e / jnp.sum(e, axis=-1, keepdims=True),)


def arc_distance(theta_1, phi_1, theta_2, phi_2):
    half = jnp.sin((theta_2 - theta_1) / 2) ** 2
    temp = half + jnp.cos(theta_1) * jnp.cos(theta_2) * jnp.sin((phi_2 - phi_1) / 2) ** 2
    return (2 * (jnp.arctan2(jnp.sqrt(temp), jnp.sqrt(1 - temp))),)


def go_fast(a):
    return (a + jnp.sum(jnp.tanh(jnp.diag(a))),)


def compute(array_1, array_2, a, b, c):
    return (jnp.clip(array_1, 0.3, 1.0) * a + array_2 * b + c,)


def azimint_naive(data, radius, npt):
    highest = jnp.max(radius)

    def mean(i):
        inside = (highest * i / npt <= radius) & (radius < highest * (i + 1) / npt)
        return jnp.sum(jnp.where(inside, data, 0.0)) / jnp.sum(inside)

    return (lax.map(mean, jnp.arange(npt)),)


def floyd_warshall(path):
    return loop(path.shape[0], lambda k, p: (jnp.minimum(p, p[:, k][:, None] + p[k, :][None, :]),), path)


def batchnorm2d(x, eps=1e-5):
    return ((x - jnp.mean(x, axis=0, keepdims=True)) / jnp.sqrt(jnp.std(x, axis=0, keepdims=True) + eps),)


# networks and particles ----------------------------------------------------------------------------------------------


def conv2d_bias(input, weights, bias):
    layout = ("NHWC", "HWIO", "NHWC")
    return (lax.conv_general_dilated(input, weights, (1, 1), "VALID", dimension_numbers=layout) + bias,)


def lenet(input, conv1, conv1bias, fc1w, fc1b):
    x = jnp.maximum(conv2d_bias(input, conv1, conv1bias)[0], 0)
    n, h, w, c = x.shape
    x = jnp.max(x.reshape(n, h // 2, 2, w // 2, 2, c), axis=(2, 4))
    return (jnp.maximum(x.reshape(n, -1) @ fc1w + fc1b, 0),)


def _acceleration(pos, mass, G, softening):
    d = [pos[:, k : k + 1].T - pos[:, k : k + 1] for k in range(3)]
    inverse = (d[0] ** 2 + d[1] ** 2 + d[2] ** 2 + softening**2) ** (-1.5)
    return jnp.hstack([G * (each * inverse) @ mass for each in d])


def nbody(mass, pos, vel, Nt, dt, G, softening):
    vel = vel - jnp.mean(mass * vel, axis=0) / jnp.mean(mass)
    accelerated = functools.partial(_acceleration, mass=mass, G=G, softening=softening)

    def energy(vel):
        return 0.5 * jnp.sum(mass * vel**2)

    def step(i, pos, vel, acc, KE):
        vel = vel + acc * dt / 2.0
        pos = pos + vel * dt
        acc = accelerated(pos)
        vel = vel + acc * dt / 2.0
        return pos, vel, acc, KE.at[i + 1].set(energy(vel))

    KE = jnp.zeros(Nt + 1).at[0].set(energy(vel))
    pos, vel, _, KE = loop(Nt, step, pos, vel, accelerated(pos), KE)
    return pos, vel, KE


def force_lj(positions, box, cutoff):
    n = positions.shape[0]
    d = positions[None, :] - positions[:, None]
    d = d - box * jnp.round(d / box)
    pair = jnp.triu(jnp.ones((n, n), bool), 1)
    r2 = jnp.where(pair, jnp.sum(d * d, axis=2), 1.0)
    inv6 = jnp.where(pair & (r2 < cutoff**2), 1.0 / r2**3, 0.0)
    energy = jnp.sum(4.0 * (inv6 * inv6 - inv6))
    f = (48.0 * inv6 * inv6 - 24.0 * inv6)[:, :, None] * d / r2[:, :, None]
    return f.sum(axis=0) - f.sum(axis=1), energy


def lattice_step(f, w, ex, ey, omega):
    rho = jnp.sum(f, axis=0)
    ux, uy = jnp.tensordot(ex, f, axes=1) / rho, jnp.tensordot(ey, f, axes=1) / rho
    rows = []
    for i in range(f.shape[0]):
        cu = 3.0 * (ex[i] * ux + ey[i] * uy)
        feq = w[i] * rho * (1.0 + cu + 0.5 * cu * cu - 1.5 * (ux * ux + uy * uy))
        moved = f[i] + omega * (feq - f[i])
        rows.append(jnp.roll(moved, (SHIFTS_X[i], SHIFTS_Y[i]), axis=(0, 1)))
    return (jnp.stack(rows),)


SHIFTS_X, SHIFTS_Y = (0, 1, 0, -1, 0, 1, -1, -1, 1), (0, 0, 1, 0, -1, 1, 1, -1, -1)


def rnn(xs, wx, wh, b):
    def step(h, x):
        h = jnp.tanh(wx @ x + wh @ h + b)
        return h, h

    return (lax.scan(step, jnp.zeros(wh.shape[0]), xs)[1],)
