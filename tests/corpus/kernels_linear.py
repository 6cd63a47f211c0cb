"""Dense and sparse linear algebra written with loops and slices."""

# ruff: noqa
from __future__ import annotations

import numpy as np

from .case import array, positive
from .program import Programs

program = Programs("linear algebra")


def spd(n):
    a = array(n, n)
    return a @ a.T + n * np.eye(n)


def cholesky(A):
    A[0, 0] = np.sqrt(A[0, 0])
    for i in range(1, A.shape[0]):
        for j in range(i):
            A[i, j] -= np.dot(A[i, :j], A[j, :j])
            A[i, j] /= A[j, j]
        A[i, i] -= np.dot(A[i, :i], A[i, :i])
        A[i, i] = np.sqrt(A[i, i])


def cholesky_columns(A):
    n = len(A)
    for k in range(n):
        A[k, k] = np.sqrt(A[k, k])
        A[k + 1 :, k] = A[k + 1 :, k] / A[k, k]
        for j in range(k + 1, n):
            A[j:, j] -= A[j:, k] * A[j, k]


def cholesky_inverse(A):
    L = np.linalg.cholesky(A) + np.triu(A, k=1)
    A[:] = L
    return np.linalg.inv(L)


def lu(A):
    for i in range(A.shape[0]):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, A.shape[0]):
            A[i, j] -= A[i, :i] @ A[:i, j]


def lu_outer(A):
    n = A.shape[0]
    for k in range(n - 1):
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])


def ludcmp(A, b):
    x = np.zeros_like(b)
    y = np.zeros_like(b)
    for i in range(A.shape[0]):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, A.shape[0]):
            A[i, j] -= A[i, :i] @ A[:i, j]
    for i in range(A.shape[0]):
        y[i] = b[i] - A[i, :i] @ y[:i]
    for i in range(A.shape[0] - 1, -1, -1):
        x[i] = (y[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x, y


def gaussian_pivot(A, b):
    n = len(b)
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - np.dot(A[i, i + 1 :], x[i + 1 :])) / A[i, i]
    return x


def gramschmidt(A):
    Q = np.zeros_like(A)
    R = np.zeros((A.shape[1], A.shape[1]), dtype=A.dtype)
    for k in range(A.shape[1]):
        nrm = np.dot(A[:, k], A[:, k])
        R[k, k] = np.sqrt(nrm)
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, A.shape[1]):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    return Q, R


def durbin(r):
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


def trisolv(L, x, b):
    for i in range(x.shape[0]):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]


def trisolv_in_place(L, b):
    for i in range(len(b)):
        for j in range(i):
            b[i] -= L[i, j] * b[j]
        b[i] /= L[i, i]


def thomas(a, b, c, d):
    n = len(d)
    for i in range(1, n):
        w = a[i - 1] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[-1] = d[-1] / b[-1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    return d


def gemm(alpha, beta, C, A, B):
    C[:] = alpha * A @ B + beta * C


def gemm_loops(alpha, beta, C, A, B):
    for i in range(C.shape[0]):
        for j in range(C.shape[1]):
            C[i, j] *= beta
            for k in range(A.shape[1]):
                C[i, j] += alpha * A[i, k] * B[k, j]


def gemver(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    A += np.outer(u1, v1) + np.outer(u2, v2)
    x += beta * y @ A + z
    w += alpha * A @ x


def gesummv(alpha, beta, A, B, x):
    return alpha * A @ x + beta * B @ x


def atax(A, x):
    return (A @ x) @ A


def bicg(A, p, r):
    return r @ A, A @ p


def mvt(x1, x2, y_1, y_2, A):
    x1 += A @ y_1
    x2 += y_2 @ A


def two_mm(alpha, beta, A, B, C, D):
    D[:] = alpha * A @ B @ C + beta * D


def three_mm(A, B, C, D):
    return A @ B @ C @ D


def syrk(alpha, beta, C, A):
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += alpha * A[i, k] * A[: i + 1, k]


def syr2k(alpha, beta, C, A, B):
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += A[: i + 1, k] * alpha * B[i, k] + B[: i + 1, k] * alpha * A[i, k]


def trmm(alpha, A, B):
    for i in range(B.shape[0]):
        for j in range(B.shape[1]):
            B[i, j] += np.dot(A[i + 1 :, i], B[i + 1 :, j])
    B *= alpha


def symm(alpha, beta, C, A, B):
    temp2 = np.empty((C.shape[1],), dtype=C.dtype)
    C *= beta
    for i in range(C.shape[0]):
        for j in range(C.shape[1]):
            C[:i, j] += alpha * B[i, j] * A[i, :i]
            temp2[j] = B[:i, j] @ A[i, :i]
        C[i, :] += alpha * B[i, :] * A[i, i] + alpha * temp2


def doitgen(NR, NQ, NP, A, C4):
    A[:] = np.reshape(np.reshape(A, (NR, NQ, 1, NP)) @ C4, (NR, NQ, NP))


def doitgen_loops(A, C4):
    total = np.zeros(A.shape[2])
    for r in range(A.shape[0]):
        for q in range(A.shape[1]):
            total[:] = 0.0
            for s in range(A.shape[2]):
                total += A[r, q, s] * C4[s]
            A[r, q, :] = total


def correlation(M, float_n, data):
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(float_n) * stddev
    corr = np.eye(M, dtype=data.dtype)
    for i in range(M - 1):
        corr[i + 1 : M, i] = corr[i, i + 1 : M] = data[:, i] @ data[:, i + 1 : M]
    return corr


def covariance(M, float_n, data):
    mean = np.mean(data, axis=0)
    data -= mean
    cov = np.zeros((M, M), dtype=data.dtype)
    for i in range(M):
        cov[i:M, i] = cov[i, i:M] = data[:, i] @ data[:, i:M] / (float_n - 1.0)
    return cov


def spmv(A_row, A_col, A_val, x):
    y = np.empty(A_row.size - 1, A_val.dtype)
    for i in range(A_row.size - 1):
        cols = A_col[A_row[i] : A_row[i + 1]]
        vals = A_val[A_row[i] : A_row[i + 1]]
        y[i] = vals @ x[cols]
    return y


def spmv_scatter(rows, cols, vals, x):
    y = np.zeros(4)
    np.add.at(y, rows, vals * x[cols])
    return y


def conjugate_gradient(A, b, x):
    r = b - A @ x
    p = r.copy()
    rs = np.dot(r, r)
    for k in range(len(b)):
        Ap = A @ p
        alpha = rs / np.dot(p, Ap)
        x += alpha * p
        r -= alpha * Ap
        new = np.dot(r, r)
        if np.sqrt(new) < 1e-3:
            break
        p = r + (new / rs) * p
        rs = new
    return x


def power_iteration(A, v):
    for _ in range(4):
        v = A @ v
        v /= np.sqrt(v @ v)
    return v @ A @ v


def householder(A):
    m, n = A.shape
    for k in range(n):
        x = A[k:, k]
        v = x.copy()
        v[0] += np.sign(x[0]) * np.sqrt(np.sum(x * x))
        v /= np.linalg.norm(v)
        A[k:, k:] -= 2.0 * np.outer(v, v @ A[k:, k:])
    return A


_n, _b = 3, array(4, seed=5)
program(cholesky, spd(4))
program(cholesky_columns, spd(4))
program(cholesky_inverse, spd(3))
program(lu, spd(4))
program(lu_outer, spd(4))
program(ludcmp, spd(4), array(4))
program(gaussian_pivot, array(3, 3, seed=2), array(3))
program(gramschmidt, array(4, 3))
program(durbin, array(5) * 0.2)
program(trisolv, np.tril(array(4, 4)) + 3.0 * np.eye(4), array(4), array(4, seed=1))
program(trisolv_in_place, np.tril(array(4, 4)) + 3.0 * np.eye(4), array(4))
program(thomas, array(3), positive(4) + 3.0, array(3, seed=1), array(4, seed=2))
program(gemm, 1.5, 1.2, array(2, 3), array(2, 4), array(4, 3))
program(gemm_loops, 1.5, 1.2, array(2, 3), array(2, 2), array(2, 3, seed=1))
program(gemver, 1.5, 1.2, array(3, 3), *(array(3, seed=k) for k in range(8)))
program(gesummv, 1.5, 1.2, array(3, 3), array(3, 3, seed=1), array(3))
program(atax, array(3, 4), array(4))
program(bicg, array(4, 3), array(3), array(4))
program(mvt, array(3), array(3, seed=1), array(3, seed=2), array(3, seed=3), array(3, 3))
program(two_mm, 1.5, 1.2, array(2, 3), array(3, 2), array(2, 2), array(2, 2, seed=1))
program(three_mm, array(2, 3), array(3, 2), array(2, 2), array(2, 2, seed=1))
program(syrk, 1.5, 1.2, array(3, 3), array(3, 2))
program(syr2k, 1.5, 1.2, array(3, 3), array(3, 2), array(3, 2, seed=1))
program(trmm, 1.5, array(3, 3), array(3, 2))
program(symm, 1.5, 1.2, array(3, 2), array(3, 3), array(3, 2, seed=1))
program(doitgen, 2, 3, 2, array(2, 3, 2), array(2, 2))
program(doitgen_loops, array(2, 2, 3), array(3, 3))
program(correlation, 3, 4.0, array(4, 3), argnums=(2,))
program(covariance, 3, 4.0, array(4, 3))
program(spmv, np.array([0, 2, 3, 5]), np.array([0, 2, 1, 0, 2]), array(5), array(3))
program(spmv_scatter, np.array([0, 2, 2, 3, 0]), np.array([0, 2, 1, 0, 2]), array(5), array(3))
program(conjugate_gradient, spd(3), array(3), array(3, seed=1))
program(power_iteration, spd(3), array(3))
program(householder, array(4, 3))
