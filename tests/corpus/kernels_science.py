"""Physics, data, networks and dynamic programming as scientists write them."""

# ruff: noqa
from __future__ import annotations

import math

import numpy as np

from .case import array, positive
from .program import Programs

program = Programs("science")


def floyd_warshall(path):
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))


def floyd_warshall_loops(path):
    n = len(path)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if path[i, k] + path[k, j] < path[i, j]:
                    path[i, j] = path[i, k] + path[k, j]


def match(b1, b2):
    if b1 + b2 == 3:
        return 1
    else:
        return 0


def nussinov(N, seq, weight):
    table = np.zeros((N, N))
    for i in range(N - 1, -1, -1):
        for j in range(i + 1, N):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < N:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < N:
                if i < j - 1:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1] + match(seq[i], seq[j]) * weight[i])
                else:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])
    return table


def edit_distance(cost, insert):
    n, m = cost.shape
    D = np.zeros((n + 1, m + 1))
    D[:, 0] = np.arange(n + 1) * insert
    D[0] = np.arange(m + 1) * insert
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i, j] = min(D[i - 1, j] + insert, D[i, j - 1] + insert, D[i - 1, j - 1] + cost[i - 1, j - 1])
    return D[n, m]


def viterbi(emit, move):
    T, S = emit.shape
    score = emit[0].copy()
    back = np.zeros((T, S), dtype=int)
    for t in range(1, T):
        cand = score[:, None] + move
        back[t] = np.argmax(cand, axis=0)
        score = cand[back[t], np.arange(S)] + emit[t]
    return np.max(score)


def acceleration(pos, mass, G, softening):
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z
    inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
    inv_r3[inv_r3 > 0] = inv_r3[inv_r3 > 0] ** (-1.5)
    ax = G * (dx * inv_r3) @ mass
    ay = G * (dy * inv_r3) @ mass
    az = G * (dz * inv_r3) @ mass
    return np.hstack((ax, ay, az))


def nbody(mass, pos, vel, Nt, dt, G, softening):
    vel -= np.mean(mass * vel, axis=0) / np.mean(mass)
    acc = acceleration(pos, mass, G, softening)
    KE = np.ndarray(Nt + 1, dtype=np.float64)
    KE[0] = 0.5 * np.sum(np.sum(mass * vel**2))
    for i in range(Nt):
        vel += acc * dt / 2.0
        pos += vel * dt
        acc[:] = acceleration(pos, mass, G, softening)
        vel += acc * dt / 2.0
        KE[i + 1] = 0.5 * np.sum(np.sum(mass * vel**2))
    return KE


def nbody_pairs(pos, vel, mass, dt):
    n = len(mass)
    force = np.zeros_like(pos)
    for i in range(n):
        for j in range(i + 1, n):
            d = pos[j] - pos[i]
            f = mass[i] * mass[j] * d / (d @ d + 0.1) ** 1.5
            force[i] += f
            force[j] -= f
    for i in range(n):
        vel[i] += dt * force[i] / mass[i]
        pos[i] += dt * vel[i]


def go_fast(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


def compute(array_1, array_2, a, b, c):
    return np.clip(array_1, 0.3, 1.0) * a + array_2 * b + c


def arc_distance(theta_1, phi_1, theta_2, phi_2):
    temp = np.sin((theta_2 - theta_1) / 2) ** 2 + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    return 2 * (np.arctan2(np.sqrt(temp), np.sqrt(1 - temp)))


def histogram_weights(x, radius, npt):
    rmax = 2.0
    counts = np.zeros(npt)
    sums = np.zeros(npt)
    for k in range(len(x)):
        bin_ = int(radius[k] / rmax * npt)
        if bin_ >= npt:
            bin_ = npt - 1
        counts[bin_] += 1
        sums[bin_] += x[k]
    return sums / np.maximum(counts, 1)


def azimuthal(data, radius, npt):
    histu = np.histogram(radius, npt)[0]
    histw = np.histogram(radius, npt, weights=data)[0]
    return histw / np.maximum(histu, 1)


def bincount_weights(groups, w):
    return np.bincount(groups, weights=w, minlength=4) ** 2


def mandelbrot(c, maxiter):
    Z = np.zeros(c.shape, dtype=np.complex128)
    N = np.zeros(c.shape, dtype=np.int64)
    for n in range(maxiter):
        alive = np.abs(Z) < 2.0
        N[alive] = n
        Z[alive] = Z[alive] ** 2 + c[alive]
    N[N == maxiter - 1] = 0
    return Z, N


def julia(z, c):
    for n in range(3):
        z = z * z + c
        z[np.abs(z) > 3.0] = 3.0
    return z


def stockham_fft(N, R, K, x, y):
    dft = np.empty((R, R), dtype=np.complex128)
    for i in range(R):
        for j in range(R):
            dft[i, j] = np.exp(-2.0j * np.pi * i * j / R)
    y[:] = x[:]
    ii, jj = np.mgrid[0:R, 0 : R**K]
    for i in range(K):
        yv = np.reshape(y, (R**i, R, R ** (K - i - 1)))
        tmp = np.transpose(yv, axes=(1, 0, 2))
        D = np.empty((R, R**i, R ** (K - i - 1)), dtype=np.complex128)
        scale = np.exp(-2.0j * np.pi * ii[:, : R ** (K - i - 1)] * jj[:, : R ** (K - i - 1)] / R ** (K - i))
        D[:] = np.repeat(np.reshape(scale, (R, 1, R ** (K - i - 1))), R**i, axis=1)
        y[:] = np.reshape(D * np.reshape(dft @ np.reshape(tmp, (R, R ** (K - 1))), (R, R**i, R ** (K - i - 1))), (N,))


def fft_recursive(x):
    n = len(x)
    if n == 1:
        return x.copy()
    even, odd = fft_recursive(x[::2]), fft_recursive(x[1::2])
    out = np.empty(n, dtype=complex)
    for k in range(n // 2):
        t = np.exp(-2j * np.pi * k / n) * odd[k]
        out[k] = even[k] + t
        out[k + n // 2] = even[k] - t
    return out


def relu(x):
    return np.maximum(x, 0)


def softmax(x):
    tmp_max = np.max(x, axis=-1, keepdims=True)
    tmp_out = np.exp(x - tmp_max)
    tmp_sum = np.sum(tmp_out, axis=-1, keepdims=True)
    return tmp_out / tmp_sum


def mlp(input, w1, b1, w2, b2):
    x = relu(input @ w1 + b1)
    x = softmax(x @ w2 + b2)
    return x


def conv2d(input, weights):
    K = weights.shape[0]
    N = input.shape[0]
    H_out = input.shape[1] - K + 1
    W_out = input.shape[2] - K + 1
    C_out = weights.shape[3]
    output = np.empty((N, H_out, W_out, C_out), dtype=input.dtype)
    for i in range(H_out):
        for j in range(W_out):
            output[:, i, j, :] = np.sum(
                input[:, i : i + K, j : j + K, :, np.newaxis] * weights[np.newaxis, :, :, :], axis=(1, 2, 3)
            )
    return output


def conv2d_bias(input, weights, bias):
    return conv2d(input, weights) + bias


def maxpool2d(x):
    output = np.empty([x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]], dtype=x.dtype)
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            output[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return output


def lenet(input, conv1, conv1bias, fc1w, fc1b):
    x = relu(conv2d_bias(input, conv1, conv1bias))
    x = maxpool2d(x)
    x = np.reshape(x, (x.shape[0], -1))
    return relu(x @ fc1w + fc1b)


def batchnorm2d(x, eps=1e-5):
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + eps)


def resnet_block(input, conv1, conv2):
    padded = np.zeros((input.shape[0], input.shape[1] + 2, input.shape[2] + 2, conv1.shape[3]))
    padded[:, 1:-1, 1:-1, :] = conv2d(input, conv1)
    x = batchnorm2d(padded)
    x = relu(x)
    x = conv2d(x, conv2)
    x = batchnorm2d(x)
    return relu(x + input)


def conv_net_loops(image, kernel_, bias):
    H, W = image.shape
    k = kernel_.shape[0]
    out = np.zeros((H - k + 1, W - k + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            acc = bias
            for a in range(k):
                for b in range(k):
                    acc += image[i + a, j + b] * kernel_[a, b]
            out[i, j] = max(acc, 0.1 * acc)
    return out


def scattering(neigh, dH, G, D):
    NA, NB = neigh.shape
    Sigma = np.zeros_like(G)
    for k in range(G.shape[0]):
        for a in range(NA):
            for b in range(NB):
                for i in range(dH.shape[2]):
                    dHG = G[k, neigh[a, b]] @ dH[a, b, i]
                    dHD = dH[a, b, i] * D[k, a, b]
                    Sigma[k, a] += dHG @ dHD
    return Sigma


def contour_integral(points, H, Y):
    P0 = np.zeros(Y.shape, dtype=np.complex128)
    P1 = np.zeros(Y.shape, dtype=np.complex128)
    for z in points:
        Tz = np.zeros(H[0].shape, dtype=np.complex128)
        for n in range(len(H)):
            Tz += np.power(z, n) * H[n]
        X = np.linalg.inv(Tz) @ Y
        if abs(z) < 1.0:
            X[:] = -X
        P0 += X
        P1 += z * X
    return P0, P1


def clouds(t, q, dt, nlev):
    cond = np.zeros_like(q)
    flux = 0.0
    for k in range(1, nlev):
        for i in range(q.shape[1]):
            sat = 0.3 * math.exp(0.2 * t[k, i])
            if q[k, i] > sat:
                excess = q[k, i] - sat
                cond[k, i] = excess * dt
                q[k, i] -= cond[k, i]
                t[k, i] += 0.5 * cond[k, i]
            elif t[k, i] < 0.0:
                cond[k, i] = 0.0
                continue
            flux += cond[k, i]
    return cond, flux


def float32_filter(signal, taps):
    out = np.zeros(signal.shape, dtype=np.float32)
    for i in range(len(taps), len(signal)):
        out[i] = np.dot(signal[i - len(taps) : i], taps)
    return out


def kalman(z, q, r):
    x, p = z[0], 1.0
    path = np.zeros(len(z))
    for k in range(len(z)):
        p = p + q
        gain = p / (p + r)
        x = x + gain * (z[k] - x)
        p = (1.0 - gain) * p
        path[k] = x
    return path


def rnn(xs, wx, wh, b):
    h = np.zeros(wh.shape[0])
    states = np.empty((len(xs), wh.shape[0]))
    for t in range(len(xs)):
        h = np.tanh(wx @ xs[t] + wh @ h + b)
        states[t] = h
    return states


def lstm_cell(x, h, c, W, b):
    n = len(h)
    gates = W @ np.concatenate([x, h]) + b
    i, f, o = (1.0 / (1.0 + np.exp(-gates[k * n : (k + 1) * n])) for k in range(3))
    g = np.tanh(gates[3 * n :])
    c[:] = f * c + i * g
    h[:] = o * np.tanh(c)


def ising_like(spins, J, field):
    energy = np.zeros_like(spins)
    energy[1:] += J * spins[1:] * spins[:-1]
    energy[:-1] += J * spins[1:] * spins[:-1]
    energy -= field * spins
    spins[energy > 0] *= -1.0
    return energy


def crc_like(data, key):
    state = 1.0
    for k in range(len(data)):
        if k & 1:
            state = state * key[k % len(key)] + data[k]
        else:
            state = state - key[-1] * data[k] ** 2
    return state


def particles_in_cells(x, v, charge, ncell, dt):
    density = np.zeros(ncell)
    for p in range(len(x)):
        c = int(x[p]) % ncell
        w = x[p] - math.floor(x[p])
        density[c] += charge * (1.0 - w)
        density[(c + 1) % ncell] += charge * w
    field = np.zeros(ncell)
    field[1:] = np.cumsum(density)[:-1]
    for p in range(len(x)):
        v[p] += dt * field[int(x[p]) % ncell]
        x[p] += dt * v[p]


_c = array(4) * 0.4 + 1j * array(4, seed=1) * 0.4
program(floyd_warshall, positive(4, 4) * 5)
program(floyd_warshall_loops, positive(4, 4) * 5)
program(nussinov, 5, np.array([0, 3, 1, 2, 0]), positive(5))
program(edit_distance, positive(3, 3), 0.7)
program(viterbi, array(4, 3), array(3, 3))
program(nbody, positive(3, 1), array(3, 3), array(3, 3, seed=1), 2, 0.1, 1.0, 0.5)
program(nbody_pairs, array(3, 3), array(3, 3, seed=1), positive(3), 0.1)
program(go_fast, array(3, 3))
program(compute, array(2, 3), array(2, 3, seed=1), 1.5, 0.5, 2.0)
program(arc_distance, positive(3), array(3, seed=1), positive(3, seed=2), array(3, seed=3))
program(histogram_weights, array(6), positive(6), 3, argnums=(0,))
program(azimuthal, array(6), positive(6), 3, argnums=(0,))
program(bincount_weights, np.array([0, 1, 1, 3]), array(4))
program(mandelbrot, _c, 4)
program(julia, _c, 0.3 + 0.2j)
program(stockham_fft, 8, 2, 3, array(8) + 1j * array(8, seed=1), np.zeros(8, complex))
program(fft_recursive, array(4) + 1j * array(4, seed=1))
program(softmax, array(2, 3))
program(mlp, array(2, 3), array(3, 4), array(4), array(4, 2), array(2))
program(conv2d_bias, array(1, 3, 3, 2), array(2, 2, 2, 2), array(2))
program(lenet, array(2, 5, 5, 1), array(2, 2, 1, 2), array(2), array(8, 3), array(3))
program(resnet_block, array(2, 3, 3, 2), array(1, 1, 2, 2), array(3, 3, 2, 2, seed=1))
program(conv_net_loops, array(4, 4), array(2, 2), 0.3)
program(
    scattering,
    np.array([[1, 0], [0, 1]]),
    array(2, 2, 2, 2, 2),
    array(1, 2, 2, 2),
    array(1, 2, 2, 2, 2, seed=1)[..., 0, :],
)
program(
    contour_integral,
    np.array([0.5 + 0.5j, 1.5 - 0.5j]),
    [array(2, 2) + 2 * np.eye(2), array(2, 2, seed=1)],
    array(2, 2),
)
program(clouds, array(3, 3), positive(3, 3), 0.5, 3)
program(float32_filter, array(6).astype(np.float32), array(2).astype(np.float32))
program(kalman, array(5), 0.1, 0.5)
program(rnn, array(3, 2), array(2, 2), array(2, 2, seed=1), array(2))
program(lstm_cell, array(2), array(2), array(2, seed=1), array(8, 4), array(8))
program(ising_like, array(5), 0.7, 0.2)
program(crc_like, array(5), array(2))
program(particles_in_cells, positive(4) * 2, array(4), 0.3, 4, 0.1)
