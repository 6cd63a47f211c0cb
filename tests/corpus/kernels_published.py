"""Kernels in the manner of published benchmark suites: arguments that are written, chained targets, buffers that are not
initialised, gathers, masks, single precision and complex numbers."""

# ruff: noqa
from __future__ import annotations

import numpy as np

from .case import array, positive
from .program import Programs

program = Programs("published")


def adi_sweeps(TSTEPS, N, u):
    v = np.empty(u.shape, dtype=u.dtype)
    p = np.empty(u.shape, dtype=u.dtype)
    q = np.empty(u.shape, dtype=u.dtype)
    DX, DY, DT = 1.0 / N, 1.0 / N, 1.0 / TSTEPS
    mul1 = 2.0 * DT / (DX * DX)
    mul2 = 1.0 * DT / (DY * DY)
    a = -mul1 / 2.0
    b = 1.0 + mul2
    c = a
    d = -mul2 / 2.0
    e = 1.0 + mul2
    f = d
    for t in range(1, TSTEPS + 1):
        v[0, 1 : N - 1] = 1.0
        p[1 : N - 1, 0] = 0.0
        q[1 : N - 1, 0] = v[0, 1 : N - 1]
        for j in range(1, N - 1):
            p[1 : N - 1, j] = -c / (a * p[1 : N - 1, j - 1] + b)
            q[1 : N - 1, j] = (
                -d * u[j, 0 : N - 2] + (1.0 + 2.0 * d) * u[j, 1 : N - 1] - f * u[j, 2:N] - a * q[1 : N - 1, j - 1]
            ) / (a * p[1 : N - 1, j - 1] + b)
        v[N - 1, 1 : N - 1] = 1.0
        for j in range(N - 2, 0, -1):
            v[j, 1 : N - 1] = p[1 : N - 1, j] * v[j + 1, 1 : N - 1] + q[1 : N - 1, j]
        u[1 : N - 1, 0] = 1.0
        p[1 : N - 1, 0] = 0.0
        q[1 : N - 1, 0] = u[1 : N - 1, 0]
        for j in range(1, N - 1):
            p[1 : N - 1, j] = -f / (d * p[1 : N - 1, j - 1] + e)
            q[1 : N - 1, j] = (
                -a * v[0 : N - 2, j] + (1.0 + 2.0 * a) * v[1 : N - 1, j] - c * v[2:N, j] - d * q[1 : N - 1, j - 1]
            ) / (d * p[1 : N - 1, j - 1] + e)
        u[1 : N - 1, N - 1] = 1.0
        for j in range(N - 2, 0, -1):
            u[1 : N - 1, j] = p[1 : N - 1, j] * u[1 : N - 1, j + 1] + q[1 : N - 1, j]


def azimint_naive(data, radius, npt):
    rmax = radius.max()
    res = np.zeros(npt, dtype=np.float64)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        mask_r12 = np.logical_and((r1 <= radius), (radius < r2))
        values_r12 = data[mask_r12]
        res[i] = values_r12.mean()
    return res


def azimint_hist(data, radius, npt):
    histu = np.histogram(radius, npt)[0]
    histw = np.histogram(radius, npt, weights=data)[0]
    return histw / histu


def build_up_b(b, rho, dt, u, v, dx, dy):
    b[1:-1, 1:-1] = rho * (
        1 / dt * ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx) + (v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy))
        - ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 1:-1] - u[0:-2, 1:-1]) / (2 * dy) * (v[1:-1, 2:] - v[1:-1, 0:-2]) / (2 * dx))
        - ((v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy)) ** 2
    )


def pressure_poisson(nit, p, dx, dy, b):
    pn = np.empty_like(p)
    pn[:] = p.copy()
    for q in range(nit):
        pn[:] = p.copy()
        p[1:-1, 1:-1] = ((pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2) / (
            2 * (dx**2 + dy**2)
        ) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0


def cavity(nx, ny, nt, nit, u, v, dt, dx, dy, p, rho, nu):
    un = np.empty_like(u)
    vn = np.empty_like(v)
    b = np.zeros((ny, nx))
    for n in range(nt):
        un[:] = u.copy()
        vn[:] = v.copy()
        build_up_b(b, rho, dt, u, v, dx, dy)
        pressure_poisson(nit, p, dx, dy, b)
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu * (dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
            + dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[0:-2, 1:-1]))
        )  # fmt: skip
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[0:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
        )
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = 1
        v[0, :] = v[-1, :] = 0
        v[:, 0] = v[:, -1] = 0


def channel(nit, u, v, dt, dx, dy, p, rho, nu, F):
    udiff = 1
    stepcount = 0
    un = np.empty_like(u)
    b = np.zeros_like(u)
    while udiff > 0.01 and stepcount < 6:
        un[:] = u.copy()
        build_up_b(b, rho, dt, u, v, dx, dy)
        b[1:-1, -1] = rho * (1 / dt * ((u[1:-1, 0] - u[1:-1, -2]) / (2 * dx)))
        pressure_poisson(nit, p, dx, dy, b)
        u[1:-1, 1:-1] = un[1:-1, 1:-1] - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2]) + F * dt
        u[1:-1, -1] = un[1:-1, -1] + nu * dt * (un[1:-1, 0] - un[1:-1, -1]) + F * dt
        u[0, :], u[-1, :], v[0, :], v[-1, :] = 0, 0, 0, 0
        udiff = (np.sum(u) - np.sum(un)) / np.sum(u)
        stepcount += 1
    return stepcount


def contour(NR, NM, slab_per_bc, Ham, int_pts, Y):
    P0 = np.zeros((NR, NM), dtype=np.complex128)
    P1 = np.zeros((NR, NM), dtype=np.complex128)
    for z in int_pts:
        Tz = np.zeros((NR, NR), dtype=np.complex128)
        for n in range(slab_per_bc + 1):
            zz = np.power(z, slab_per_bc / 2 - n)
            Tz += zz * Ham[n]
        if NR == NM:
            X = np.linalg.inv(Tz)
        else:
            X = np.linalg.solve(Tz, Y)
        if abs(z) < 1.0:
            X[:] = -X
        P0 += X
        P1 += z * X
    return P0, P1


def correlation_kernel(M, float_n, data):
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(float_n) * stddev
    corr = np.eye(M, dtype=data.dtype)
    for i in range(M - 1):
        corr[i + 1 : M, i] = corr[i, i + 1 : M] = data[:, i] @ data[:, i + 1 : M]
    return corr


def covariance_kernel(M, float_n, data):
    mean = np.mean(data, axis=0)
    data -= mean
    cov = np.zeros((M, M), dtype=data.dtype)
    for i in range(M):
        cov[i:M, i] = cov[i, i:M] = data[:, i] @ data[:, i:M] / (float_n - 1.0)
    return cov


def deriche_filter(alpha, imgIn):
    k = (1.0 - np.exp(-alpha)) * (1.0 - np.exp(-alpha)) / (1.0 + alpha * np.exp(-alpha) - np.exp(2.0 * alpha))
    a1 = a5 = k
    a2 = a6 = k * np.exp(-alpha) * (alpha - 1.0)
    a3 = a7 = k * np.exp(-alpha) * (alpha + 1.0)
    a4 = a8 = -k * np.exp(-2.0 * alpha)
    b1 = 2.0 ** (-alpha)
    b2 = -np.exp(-2.0 * alpha)
    c1 = c2 = 1
    y1 = np.empty_like(imgIn)
    y1[:, 0] = a1 * imgIn[:, 0]
    y1[:, 1] = a1 * imgIn[:, 1] + a2 * imgIn[:, 0] + b1 * y1[:, 0]
    for j in range(2, imgIn.shape[1]):
        y1[:, j] = a1 * imgIn[:, j] + a2 * imgIn[:, j - 1] + b1 * y1[:, j - 1] + b2 * y1[:, j - 2]
    y2 = np.empty_like(imgIn)
    y2[:, -1] = 0.0
    y2[:, -2] = a3 * imgIn[:, -1]
    for j in range(imgIn.shape[1] - 3, -1, -1):
        y2[:, j] = a3 * imgIn[:, j + 1] + a4 * imgIn[:, j + 2] + b1 * y2[:, j + 1] + b2 * y2[:, j + 2]
    imgOut = c1 * (y1 + y2)
    y1[0, :] = a5 * imgOut[0, :]
    y1[1, :] = a5 * imgOut[1, :] + a6 * imgOut[0, :] + b1 * y1[0, :]
    for i in range(2, imgIn.shape[0]):
        y1[i, :] = a5 * imgOut[i, :] + a6 * imgOut[i - 1, :] + b1 * y1[i - 1, :] + b2 * y1[i - 2, :]
    y2[-1, :] = 0.0
    y2[-2, :] = a7 * imgOut[-1, :]
    for i in range(imgIn.shape[0] - 3, -1, -1):
        y2[i, :] = a7 * imgOut[i + 1, :] + a8 * imgOut[i + 2, :] + b1 * y2[i + 1, :] + b2 * y2[i + 2, :]
    imgOut[:] = c2 * (y1 + y2)
    return imgOut


def durbin_flip(r):
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


def gramschmidt_returns(A):
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


def lu_rows(A):
    for i in range(A.shape[0]):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, A.shape[0]):
            A[i, j] -= A[i, :i] @ A[:i, j]


def ludcmp_full(A, b):
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


def get_acc(pos, mass, G, softening):
    x, y, z = pos[:, 0:1], pos[:, 1:2], pos[:, 2:3]
    dx, dy, dz = x.T - x, y.T - y, z.T - z
    inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
    I = inv_r3 > 0
    inv_r3[I] = inv_r3[I] ** (-1.5)
    ax = G * (dx * inv_r3) @ mass
    ay = G * (dy * inv_r3) @ mass
    az = G * (dz * inv_r3) @ mass
    return np.hstack((ax, ay, az))


def get_energy(pos, vel, mass, G):
    KE = 0.5 * np.sum(mass * vel**2)
    x, y, z = pos[:, 0:1], pos[:, 1:2], pos[:, 2:3]
    dx, dy, dz = x.T - x, y.T - y, z.T - z
    inv_r = np.sqrt(dx**2 + dy**2 + dz**2)
    I = inv_r > 0
    inv_r[I] = 1.0 / inv_r[I]
    PE = G * np.sum(np.sum(np.triu(-(mass * mass.T) * inv_r, 1)))
    return KE, PE


def nbody_leapfrog(mass, pos, vel, N, Nt, dt, G, softening):
    vel -= np.mean(mass * vel, axis=0) / np.mean(mass)
    acc = get_acc(pos, mass, G, softening)
    KE = np.ndarray(Nt + 1, dtype=np.float64)
    PE = np.ndarray(Nt + 1, dtype=np.float64)
    KE[0], PE[0] = get_energy(pos, vel, mass, G)
    t = 0.0
    for i in range(Nt):
        vel += acc * dt / 2.0
        pos += vel * dt
        acc[:] = get_acc(pos, mass, G, softening)
        vel += acc * dt / 2.0
        t += dt
        KE[i + 1], PE[i + 1] = get_energy(pos, vel, mass, G)
    return KE, PE


def self_energies(neigh_idx, dH, G, D, Sigma):
    for k in range(G.shape[0]):
        for E in range(G.shape[1]):
            for q in range(D.shape[0]):
                for w in range(D.shape[1]):
                    for i in range(D.shape[-2]):
                        for j in range(D.shape[-1]):
                            for a in range(neigh_idx.shape[0]):
                                for b in range(neigh_idx.shape[1]):
                                    if E - w >= 0:
                                        dHG = G[k, E - w, neigh_idx[a, b]] @ dH[a, b, i]
                                        dHD = dH[a, b, j] * D[q, w, a, b, i, j]
                                        Sigma[k, E, a] += dHG @ dHD


def spmv_gather(A_row, A_col, A_val, x):
    y = np.empty(A_row.size - 1, A_val.dtype)
    for i in range(A_row.size - 1):
        cols = A_col[A_row[i] : A_row[i + 1]]
        vals = A_val[A_row[i] : A_row[i + 1]]
        y[i] = vals @ x[cols]
    return y


def vertical_advection(utens_stage, u_stage, wcon, u_pos, utens, dtr_stage):
    I, J, K = utens_stage.shape
    ccol = np.ndarray((I, J, K), dtype=utens_stage.dtype)
    dcol = np.ndarray((I, J, K), dtype=utens_stage.dtype)
    data_col = np.ndarray((I, J), dtype=utens_stage.dtype)
    for k in range(1):
        gcv = 0.25 * (wcon[1:, :, k + 1] + wcon[:-1, :, k + 1])
        cs = gcv * 0.1
        ccol[:, :, k] = gcv * 0.1
        bcol = dtr_stage - ccol[:, :, k]
        correction_term = -cs * (u_stage[:, :, k + 1] - u_stage[:, :, k])
        dcol[:, :, k] = dtr_stage * u_pos[:, :, k] + utens[:, :, k] + utens_stage[:, :, k] + correction_term
        divided = 1.0 / bcol
        ccol[:, :, k] = ccol[:, :, k] * divided
        dcol[:, :, k] = dcol[:, :, k] * divided
    for k in range(1, K - 1):
        gav = -0.25 * (wcon[1:, :, k] + wcon[:-1, :, k])
        gcv = 0.25 * (wcon[1:, :, k + 1] + wcon[:-1, :, k + 1])
        as_ = gav * 0.1
        cs = gcv * 0.1
        acol = gav * 0.1
        ccol[:, :, k] = gcv * 0.1
        bcol = dtr_stage - acol - ccol[:, :, k]
        correction_term = -as_ * (u_stage[:, :, k - 1] - u_stage[:, :, k]) - cs * (
            u_stage[:, :, k + 1] - u_stage[:, :, k]
        )
        dcol[:, :, k] = dtr_stage * u_pos[:, :, k] + utens[:, :, k] + utens_stage[:, :, k] + correction_term
        divided = 1.0 / (bcol - ccol[:, :, k - 1] * acol)
        ccol[:, :, k] = ccol[:, :, k] * divided
        dcol[:, :, k] = (dcol[:, :, k] - dcol[:, :, k - 1] * acol) * divided
    for k in range(K - 1, K):
        gav = -0.25 * (wcon[1:, :, k] + wcon[:-1, :, k])
        as_ = gav * 0.2
        acol = gav * 0.3
        bcol = dtr_stage - acol
        correction_term = -as_ * (u_stage[:, :, k - 1] - u_stage[:, :, k])
        dcol[:, :, k] = dtr_stage * u_pos[:, :, k] + utens[:, :, k] + utens_stage[:, :, k] + correction_term
        divided = 1.0 / (bcol - ccol[:, :, k - 1] * acol)
        dcol[:, :, k] = (dcol[:, :, k] - dcol[:, :, k - 1] * acol) * divided
    for k in range(K - 1, K - 2, -1):
        datacol = dcol[:, :, k]
        datacol[:] = datacol * 0.5
        data_col[:] = datacol
        utens_stage[:, :, k] = dtr_stage * (datacol - u_pos[:, :, k])
    for k in range(K - 2, -1, -1):
        datacol = dcol[:, :, k] - ccol[:, :, k] * data_col[:, :]
        data_col[:] = datacol
        utens_stage[:, :, k] = dtr_stage * (datacol - u_pos[:, :, k])


def horizontal_diffusion(in_field, out_field, coeff):
    I, J, K = out_field.shape[0], out_field.shape[1], out_field.shape[2]
    lap_field = 4.0 * in_field[1 : I + 3, 1 : J + 3, :] - (
        in_field[2 : I + 4, 1 : J + 3, :]
        + in_field[0 : I + 2, 1 : J + 3, :]
        + in_field[1 : I + 3, 2 : J + 4, :]
        + in_field[1 : I + 3, 0 : J + 2, :]
    )
    res = lap_field[1:, 1 : J + 1, :] - lap_field[:-1, 1 : J + 1, :]
    flx_field = np.where(
        (res * (in_field[2 : I + 3, 2 : J + 2, :] - in_field[1 : I + 2, 2 : J + 2, :])) > 0,
        0,
        res,
    )
    res = lap_field[1 : I + 1, 1:, :] - lap_field[1 : I + 1, :-1, :]
    fly_field = np.where(
        (res * (in_field[2 : I + 2, 2 : J + 3, :] - in_field[2 : I + 2, 1 : J + 2, :])) > 0,
        0,
        res,
    )
    out_field[:, :, :] = in_field[2 : I + 2, 2 : J + 2, :] - coeff[:, :, :] * (
        flx_field[1:, :, :] - flx_field[:-1, :, :] + fly_field[:, 1:, :] - fly_field[:, :-1, :]
    )


def force_lj(positions, box, cutoff):
    n = positions.shape[0]
    forces = np.zeros_like(positions)
    energy = 0.0
    for i in range(n - 1):
        d = positions[i + 1 :] - positions[i]
        d -= box * np.round(d / box)
        r2 = np.sum(d * d, axis=1)
        near = r2 < cutoff**2
        inv6 = np.zeros(n - i - 1)
        inv6[near] = 1.0 / r2[near] ** 3
        energy += np.sum(4.0 * (inv6 * inv6 - inv6))
        f = (48.0 * inv6 * inv6 - 24.0 * inv6)[:, None] * d / r2[:, None]
        forces[i] -= f.sum(axis=0)
        forces[i + 1 :] += f
    return forces, energy


def mandelbrot_masked(xmin, xmax, ymin, ymax, xn, yn, maxiter, horizon):
    X = np.linspace(xmin, xmax, xn, dtype=np.float64)
    Y = np.linspace(ymin, ymax, yn, dtype=np.float64)
    C = X + Y[:, None] * 1j
    N = np.zeros(C.shape, dtype=np.int64)
    Z = np.zeros(C.shape, dtype=np.complex128)
    for n in range(maxiter):
        I = np.less(abs(Z), horizon)
        N[I] = n
        Z[I] = Z[I] ** 2 + C[I]
    N[N == maxiter - 1] = 0
    return Z, N


def mandelbrot_shrinking(C, maxiter, horizon):
    Xi, Yi = np.mgrid[0 : C.shape[0], 0 : C.shape[1]]
    N = np.zeros(C.shape, dtype=np.int64)
    Z_ = np.zeros(C.shape, dtype=np.complex128)
    shape = C.shape[0] * C.shape[1]
    Xi = Xi.reshape(shape)
    Yi = Yi.reshape(shape)
    C = C.reshape(shape)
    Z = np.zeros(C.shape, np.complex128)
    for i in range(maxiter):
        if not len(Z):
            break
        np.multiply(Z, Z, Z)
        np.add(Z, C, Z)
        I = abs(Z) > horizon
        N[Xi[I], Yi[I]] = i + 1
        Z_[Xi[I], Yi[I]] = Z[I]
        np.logical_not(I, I)
        Z = Z[I]
        Xi, Yi = Xi[I], Yi[I]
        C = C[I]
    return Z_.T, N.T


def batchnorm2d(x, eps=1e-5):
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + eps)


def conv2d_windows(input, weights):
    K = weights.shape[0]
    N = input.shape[0]
    H_out = input.shape[1] - K + 1
    W_out = input.shape[2] - K + 1
    C_out = weights.shape[3]
    output = np.empty((N, H_out, W_out, C_out), dtype=input.dtype)
    for i in range(H_out):
        for j in range(W_out):
            output[:, i, j, :] = np.sum(
                input[:, i : i + K, j : j + K, :, np.newaxis] * weights[np.newaxis, :, :, :],
                axis=(1, 2, 3),
            )
    return output


def maxpool2d(x):
    output = np.empty([x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]], dtype=x.dtype)
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            output[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return output


def lenet_pools(input, conv1, conv1bias, fc1w, fc1b, N, C_before_fc1):
    x = np.maximum(conv2d_windows(input, conv1) + conv1bias, 0)
    x = maxpool2d(x)
    x = np.reshape(x, (N, C_before_fc1))
    return np.maximum(x @ fc1w + fc1b, 0)


def resnet_basic(input, conv1, conv2, conv3):
    padded = np.zeros((input.shape[0], input.shape[1] + 2, input.shape[2] + 2, conv1.shape[3]), dtype=input.dtype)
    padded[:, 1:-1, 1:-1, :] = conv2d_windows(input, conv1)
    x = batchnorm2d(padded)
    x = np.maximum(x, 0)
    x = conv2d_windows(x, conv2)
    x = batchnorm2d(x)
    x = np.maximum(x, 0)
    x = conv2d_windows(x, conv3)
    x = batchnorm2d(x)
    return np.maximum(x + input, 0)


def softmax_in_place(x):
    tmp = np.max(x, axis=-1, keepdims=True)
    x -= tmp
    np.exp(x, out=x)
    x /= np.sum(x, axis=-1, keepdims=True)


def crc16(data, poly, weights):
    crc = 0xFFFF
    total = 0.0
    for k in range(data.shape[0]):
        cur_byte = 0xFF & int(data[k])
        for _ in range(8):
            if (crc & 0x0001) ^ (cur_byte & 0x0001):
                crc = (crc >> 1) ^ poly
                total += weights[k]
            else:
                crc >>= 1
            cur_byte >>= 1
    crc = ~crc & 0xFFFF
    crc = (crc << 8) | ((crc >> 8) & 0xFF)
    return weights * (crc & 0xFF) * total


def go_fast_trace(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


def compute_clip(array_1, array_2, a, b, c):
    return np.clip(array_1, 0.2, 1.0) * a + array_2 * b + c


def histogram_clouds(weights, bins, edges):
    hist, e = np.histogram(bins, bins=edges, weights=weights)
    hist[hist < 0.3] = 0.0
    return hist / (e[1:] - e[:-1])


def spmm_rows(indptr, indices, data, B, C, alpha, beta):
    for i in range(C.shape[0]):
        C[i, :] *= beta
        for p in range(indptr[i], indptr[i + 1]):
            C[i, :] += alpha * data[p] * B[indices[p], :]


def syrk_rows(alpha, beta, C, A):
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += alpha * A[i, k] * A[: i + 1, k]


def syr2k_rows(alpha, beta, C, A, B):
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += A[: i + 1, k] * alpha * B[i, k] + B[: i + 1, k] * alpha * A[i, k]


def symm_rows(alpha, beta, C, A, B):
    temp2 = np.empty((C.shape[1],), dtype=C.dtype)
    C *= beta
    for i in range(C.shape[0]):
        for j in range(C.shape[1]):
            C[:i, j] += alpha * B[i, j] * A[i, :i]
            temp2[j] = B[:i, j] @ A[i, :i]
        C[i, :] += alpha * B[i, :] * A[i, i] + alpha * temp2


def trmm_rows(alpha, A, B):
    for i in range(B.shape[0]):
        for j in range(B.shape[1]):
            B[i, j] += np.dot(A[i + 1 :, i], B[i + 1 :, j])
    B *= alpha


def gemver_updates(alpha, beta, A, u1, v1, u2, v2, w, x, y, z):
    A += np.outer(u1, v1) + np.outer(u2, v2)
    x += beta * y @ A + z
    w += alpha * A @ x


def mvt_updates(x1, x2, y_1, y_2, A):
    x1 += A @ y_1
    x2 += y_2 @ A


def doitgen_slices(NR, NQ, NP, A, C4):
    for r in range(NR):
        for q in range(NQ):
            tmp = A[r, q, :] @ C4
            A[r, q, :] = tmp


def doitgen_whole(NR, NQ, NP, A, C4):
    A[:] = np.reshape(np.reshape(A, (NR, NQ, 1, NP)) @ C4, (NR, NQ, NP))


def floyd_outer(path):
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))


def nussinov_table(N, seq, gain):
    table = np.zeros((N, N))
    for i in range(N - 1, -1, -1):
        for j in range(i + 1, N):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < N:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < N:
                if i < j - 1:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1] + gain * match(seq[i], seq[j]))
                else:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])
    return table


def match(b1, b2):
    if b1 + b2 == 3:
        return 1
    return 0


def heat_slices(TSTEPS, A, B):
    for t in range(1, TSTEPS):
        B[1:-1, 1:-1, 1:-1] = (
            0.125 * (A[2:, 1:-1, 1:-1] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[:-2, 1:-1, 1:-1])
            + 0.125 * (A[1:-1, 2:, 1:-1] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[1:-1, :-2, 1:-1])
            + 0.125 * (A[1:-1, 1:-1, 2:] - 2.0 * A[1:-1, 1:-1, 1:-1] + A[1:-1, 1:-1, 0:-2])
            + A[1:-1, 1:-1, 1:-1]
        )
        A[1:-1, 1:-1, 1:-1] = 0.5 * (B[2:, 1:-1, 1:-1] + B[:-2, 1:-1, 1:-1])


def seidel_mixed(TSTEPS, N, A):
    for t in range(0, TSTEPS - 1):
        for i in range(1, N - 1):
            A[i, 1:-1] += (
                A[i - 1, :-2] + A[i - 1, 1:-1] + A[i - 1, 2:] + A[i, 2:] + A[i + 1, :-2] + A[i + 1, 1:-1] + A[i + 1, 2:]
            )
            for j in range(1, N - 1):
                A[i, j] += A[i, j - 1]
                A[i, j] /= 9.0


def newton_sqrt(a, tol):
    x = a.copy()
    err = 1.0
    while err > tol:
        x_new = 0.5 * (x + a / x)
        err = float(np.max(np.abs(x_new - x)))
        x[...] = x_new
    a[:] = x
    return x


def power_complex(A, v, steps):
    for _ in range(steps):
        w = A @ v
        v[:] = w / np.sqrt(np.sum(np.abs(w) ** 2))
    return v


def fft_in_place(x):
    n = x.shape[0]
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j ^= bit
        if i < j:
            t = x[i]
            x[i] = x[j]
            x[j] = t
    size = 2
    while size <= n:
        half = size // 2
        w = np.exp(-2j * np.pi * np.arange(half) / size)
        for start in range(0, n, size):
            even = x[start : start + half].copy()
            odd = x[start + half : start + size] * w
            x[start : start + half] = even + odd
            x[start + half : start + size] = even - odd
        size *= 2


def lattice_step(f, w, ex, ey, omega):
    rho = np.sum(f, axis=0)
    ux = np.tensordot(ex, f, axes=1) / rho
    uy = np.tensordot(ey, f, axes=1) / rho
    for i in range(f.shape[0]):
        cu = 3.0 * (ex[i] * ux + ey[i] * uy)
        feq = w[i] * rho * (1.0 + cu + 0.5 * cu * cu - 1.5 * (ux * ux + uy * uy))
        f[i] += omega * (feq - f[i])
        f[i] = np.roll(np.roll(f[i], int(ex[i]), axis=0), int(ey[i]), axis=1)


def upwind_masked(q, u, dt, dx, steps):
    flux = np.empty(q.shape[0] + 1)
    for _ in range(steps):
        right = u > 0
        face = np.where(right[1:-1], q[:-1], q[1:])
        flux[1:-1] = u[1:-1] * face
        flux[0], flux[-1] = u[0] * q[-1], u[-1] * q[-1]
        q -= dt / dx * (flux[1:] - flux[:-1])
        q[q < 0.05] = 0.05


def sor_red_black(A, b, omega, sweeps):
    n = b.shape[0]
    x = np.zeros_like(b)
    for _ in range(sweeps):
        for colour in (0, 1):
            idx = np.arange(colour, n, 2)
            r = b[idx] - A[idx] @ x
            x[idx] += omega * r / A[idx, idx]
    return x


_f32 = np.float32
_c = array(3, 3) + 1j * array(3, 3, seed=1)
_dist = positive(4, 4) * 3
program(adi_sweeps, 3, 5, array(5, 5))
program(azimint_naive, array(30), positive(30), 3)
program(azimint_hist, array(12), positive(12), 3, argnums=(0,))
program(cavity, 5, 4, 2, 2, array(4, 5) * 0.1, array(4, 5, seed=1) * 0.1, 0.01, 0.5, 0.6, array(4, 5, seed=2), 1.2, 0.1)
program(channel, 2, positive(4, 5) * 0.5, array(4, 5, seed=1) * 0.1, 0.01, 0.5, 0.6, array(4, 5, seed=2), 1.2, 0.1, 1.5)
program(contour, 3, 2, 2, array(3, 3, 3) + 1j * array(3, 3, 3, seed=2), np.array([0.5 + 0.2j, 1.4 - 0.3j]), _c[:, :2])
program(contour, 3, 3, 1, [array(3, 3), _c], np.array([0.5 + 0.2j, 1.4 - 0.3j]), _c)
program(correlation_kernel, 3, 5.0, array(5, 3))
program(covariance_kernel, 3, 5.0, array(5, 3))
program(deriche_filter, 0.25, array(5, 4))
program(deriche_filter, 0.25, array(5, 4).astype(_f32))
program(durbin_flip, array(5) * 0.3)
program(gramschmidt_returns, array(4, 3))
program(lu_rows, array(4, 4) + 4 * np.eye(4))
program(ludcmp_full, array(4, 4) + 4 * np.eye(4), array(4))
program(nbody_leapfrog, positive(3, 1), array(3, 3), array(3, 3, seed=2), 3, 2, 0.01, 1.0, 0.1)
program(
    self_energies,
    np.array([[0, 1], [1, 0]]),
    _c.ravel()[:8].reshape(1, 2, 1, 2, 2).repeat(2, 0)[:, :, 0][:, :, None],
    _c.ravel()[:8].reshape(1, 2, 1, 2, 2).repeat(2, 2),
    array(1, 2, 2, 2, 1, 1) + 1j * array(1, 2, 2, 2, 1, 1, seed=3),
    np.zeros((1, 2, 2, 2, 2), complex),
)
program(
    spmv_gather, np.array([0, 2, 3, 5], dtype=np.uint32), np.array([0, 2, 1, 0, 2], dtype=np.uint32), array(5), array(3)
)
program(
    vertical_advection,
    array(3, 2, 4),
    array(3, 2, 4, seed=1),
    array(4, 2, 4, seed=2),
    array(3, 2, 4, seed=3),
    array(3, 2, 4, seed=4),
    0.75,
)
program(horizontal_diffusion, array(7, 7, 2), np.zeros((3, 3, 2)), positive(3, 3, 2))
program(force_lj, positive(4, 3) * 2.0, 3.0, 1.4)
program(mandelbrot_masked, -1.0, 0.5, -0.7, 0.8, 3, 3, 4, 2.0, argnums=(0, 1, 2, 3))
program(mandelbrot_shrinking, _c, 4, 2.0)
program(lenet_pools, array(2, 5, 5, 1), array(2, 2, 1, 2), array(2), array(8, 3), array(3), 2, 8)
program(resnet_basic, array(2, 3, 3, 2), array(1, 1, 2, 2), array(3, 3, 2, 2, seed=1), array(1, 1, 2, 2, seed=2))
program(softmax_in_place, array(3, 4))
program(softmax_in_place, array(3, 4).astype(_f32))
program(crc16, np.array([7, 130, 45, 201], dtype=np.uint8), 0x8408, array(4))
program(go_fast_trace, array(3, 3))
program(compute_clip, array(4, 3), array(4, 3, seed=1), 4.0, 3.0, 9.0)
program(histogram_clouds, positive(8), positive(8, seed=1), np.linspace(0.0, 2.0, 5), argnums=(0,))
program(spmm_rows, np.array([0, 2, 3, 4]), np.array([0, 2, 1, 0]), array(4), array(3, 2), array(3, 2, seed=1), 1.5, 1.2)
program(syrk_rows, 1.5, 1.2, array(3, 3), array(3, 2))
program(syr2k_rows, 1.5, 1.2, array(3, 3), array(3, 2), array(3, 2, seed=1))
program(symm_rows, 1.5, 1.2, array(3, 2), array(3, 3), array(3, 2, seed=1))
program(trmm_rows, 1.5, array(3, 3), array(3, 2))
program(trmm_rows, _f32(1.5), array(3, 3).astype(_f32), array(3, 2).astype(_f32))
program(
    gemver_updates,
    1.5,
    1.2,
    array(3, 3),
    array(3),
    array(3, seed=1),
    array(3, seed=2),
    array(3, seed=3),
    array(3, seed=4),
    array(3, seed=5),
    array(3, seed=6),
    array(3, seed=7),
)
program(mvt_updates, array(3), array(3, seed=1), array(3, seed=2), array(3, seed=3), array(3, 3))
program(doitgen_slices, 2, 3, 2, array(2, 3, 2), array(2, 2))
program(doitgen_whole, 2, 3, 2, array(2, 3, 2), array(2, 2))
program(floyd_outer, _dist)
program(nussinov_table, 5, np.array([0, 3, 1, 2, 3]), 1.3)
program(heat_slices, 3, array(4, 4, 4), array(4, 4, 4, seed=1))
program(seidel_mixed, 3, 4, array(4, 4))
program(newton_sqrt, positive(4), 1e-3, argnums=(0,))
program(power_complex, _c, _c[0] * 1.0, 3)
program(fft_in_place, array(8) + 1j * array(8, seed=1))
program(
    lattice_step,
    positive(5, 3, 3),
    positive(5),
    np.array([0.0, 1, 0, -1, 0]),
    np.array([0.0, 0, 1, 0, -1]),
    0.7,
    argnums=(0, 1),
)
program(upwind_masked, positive(5), array(6), 0.1, 0.5, 3)
program(sor_red_black, array(5, 5) + 5 * np.eye(5), array(5), 1.1, 3)
