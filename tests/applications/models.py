"""Models and methods: filters, networks, solvers, pricing, dynamics."""

import collections
import functools
import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

rng = np.random.default_rng(7)
R = rng.standard_normal
CASES = []


def case(*args, order=2):
    def note(f):
        CASES.append((f, args, order))
        return f

    return note


@case(R(4), np.abs(R(3)) + 0.5, R((6, 2)))
def kalman(theta, noise, ys):
    A = np.array([[1.0, theta[0]], [theta[1], 0.9]])
    H = np.eye(2)
    Q = np.diag([noise[0], noise[1]])
    Rm = noise[2] * np.eye(2)
    m = np.array([theta[2], theta[3]])
    P = np.eye(2)
    ll = 0.0
    for y in ys:
        m = A @ m
        P = A @ P @ A.T + Q
        S = H @ P @ H.T + Rm
        r = y - H @ m
        K = P @ H.T @ np.linalg.inv(S)
        m = m + K @ r
        P = (np.eye(2) - K @ H) @ P
        ll -= 0.5 * (r @ np.linalg.solve(S, r) + np.linalg.slogdet(S)[1])
    return ll


@case(R((3, 3)), R(3), R((3, 4)), order=2)
def hmm_forward(logA, logpi, logB, obs=(0, 1, 3, 2)):
    def lse(x, axis):
        m = np.max(x, axis=axis, keepdims=True)
        return np.squeeze(m, axis) + np.log(np.sum(np.exp(x - m), axis=axis))

    logA = logA - lse(logA, 1)[:, None]
    logpi = logpi - lse(logpi, 0)
    logB = logB - lse(logB, 1)[:, None]
    alpha = logpi + logB[:, obs[0]]
    for o in obs[1:]:
        alpha = lse(alpha[:, None] + logA, 0) + logB[:, o]
    return lse(alpha, 0)


@case({"Wx": R((3, 8)) * 0.3, "Wh": R((2, 8)) * 0.3, "b": R(8) * 0.1, "out": R(2)}, R((5, 3)))
def lstm(p, xs):
    h = np.zeros(2)
    c = np.zeros(2)
    for x in xs:
        z = x @ p["Wx"] + h @ p["Wh"] + p["b"]
        i, f, g, o = np.split(z, 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
    return h @ p["out"]


@case(R((4, 6)), R((6, 6)) * 0.4, R((6, 6)) * 0.4, R((6, 6)) * 0.4)
def attention(x, wq, wk, wv, heads=2):
    n, d = x.shape
    hd = d // heads
    q = (x @ wq).reshape(n, heads, hd).transpose(1, 0, 2)
    k = (x @ wk).reshape(n, heads, hd).transpose(1, 0, 2)
    v = (x @ wv).reshape(n, heads, hd).transpose(1, 0, 2)
    s = q @ k.transpose(0, 2, 1) / np.sqrt(hd)
    mask = np.tril(np.ones((n, n), dtype=bool))
    s = np.where(mask, s, -np.inf)
    s = s - s.max(axis=-1, keepdims=True)
    e = np.exp(s)
    a = e / e.sum(-1, keepdims=True)
    y = (a @ v).transpose(1, 0, 2).reshape(n, d)
    return np.mean((y - x) ** 2)


@case(np.array([0.5, 1.2]), R((5, 2)), R(5))
def gp(params, X, y):
    ls, sf = params
    d = X[:, None, :] - X[None, :, :]
    K = sf**2 * np.exp(-0.5 * np.sum(d * d, -1) / ls**2) + 1e-2 * np.eye(len(X))
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ a + np.sum(np.log(np.diag(L)))


@case(R((4, 3)))
def xent(logits, labels=np.array([0, 2, 1, 1])):
    z = logits - logits.max(1, keepdims=True)
    lp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -lp[np.arange(len(labels)), labels].mean()


@case(R((5, 3)), R(3), R(3))
def batchnorm(x, gamma, beta):
    mu = x.mean(0)
    var = x.var(axis=0)
    xh = (x - mu) / np.sqrt(var + 1e-5)
    return np.sum(np.sin(gamma * xh + beta))


@case(100.0, 95.0, 0.2, 0.5, 0.03)
def black_scholes(S, K, sigma, T, r):
    d1 = (math.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * math.sqrt(T))
    d2 = d1 - sigma * math.sqrt(T)

    def N(x):
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    return S * N(d1) - K * math.exp(-r * T) * N(d2)


@case(
    np.array([1.0, 0.3]),
)
def monte_carlo(p):
    g = np.random.default_rng(3)
    z = g.standard_normal(50)
    S = 100 * np.exp((0.05 - p[1] ** 2 / 2) + p[1] * z * p[0])
    return np.mean(np.maximum(S - 100, 0))


@case(np.array([1.5, 1.0, 3.0, 1.0]))
def rk4(p):
    def f(u):
        x, y = u
        return np.array([p[0] * x - p[1] * x * y, p[1] * x * y - p[2] * y])

    u = np.array([1.0, p[3]])
    dt = 0.05
    traj = [u]
    for _ in range(20):
        k1 = f(u)
        k2 = f(u + dt / 2 * k1)
        k3 = f(u + dt / 2 * k2)
        k4 = f(u + dt * k3)
        u = u + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        traj.append(u)
    return np.sum(np.stack(traj) ** 2)


@case(2.0)
def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


@case(R((6, 3)), R(6), 0.5)
def ridge(X, y, lam):
    w = np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)
    return np.sum((y - X @ w) ** 2) + lam * w @ w


@case(
    np.abs(R((4, 4))),
)
def sinkhorn(C):
    K = np.exp(-C / 0.5)
    u = np.ones(4) / 4
    a = np.ones(4) / 4
    b = np.arange(1.0, 5) / 10
    for _ in range(10):
        v = b / (K.T @ u)
        u = a / (K @ v)
    return np.sum(u[:, None] * K * v[None, :] * C)


@case(R(5), R(6))
def dtw(a, b):
    n, m = len(a), len(b)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i, j] = (a[i - 1] - b[j - 1]) ** 2 + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, m]


@case(R((4, 3)), R((3, 3)))
def viterbi(emit, trans):
    T, S = emit.shape
    score = emit[0].copy()
    back = np.zeros((T, S), int)
    for t in range(1, T):
        m = score[:, None] + trans + emit[t][None, :]
        back[t] = m.argmax(0)
        score = m.max(0)
    best = int(score.argmax())
    path = [best]
    for t in range(T - 1, 0, -1):
        best = int(back[t, best])
        path.append(best)
    return score.max() + 0.1 * sum(emit[t, s] ** 2 for t, s in enumerate(reversed(path)))


@case(np.array([0.3, 1.7, 2.2]), R((4, 5)))
def bilinear(pos, img):
    out = 0.0
    for p in pos:
        x = p
        y = p * 0.7
        i, j = int(np.floor(x)), int(np.floor(y))
        a, b = x - i, y - j
        out += (
            img[i, j] * (1 - a) * (1 - b)
            + img[i + 1, j] * a * (1 - b)
            + img[i, j + 1] * (1 - a) * b
            + img[i + 1, j + 1] * a * b
        )
    return out


@case(R(6), R(5))
def fem(k, f, conn=np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 0], [1, 3]])):
    K = np.eye(5) * 3
    for e, (i, j) in enumerate(conn):
        ke = np.exp(k[e]) * np.array([[1, -1], [-1, 1]])
        ix = np.ix_([i, j], [i, j])
        K[ix] += ke
    return f @ np.linalg.solve(K, f)


@case(R(8))
def deposit(x):
    grid = np.zeros(6)
    idx = np.floor(np.clip(x + 3, 0, 4.99)).astype(int)
    w = x + 3 - idx
    np.add.at(grid, idx, 1 - w)
    np.add.at(grid, idx + 1, w)
    return np.sum(grid**2)


@case(R(8), R(3))
def fftconv(x, k):
    n = len(x) + len(k) - 1
    y = np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(k, n), n)
    return np.sum(y**3)


@case(R(6), R(5), np.abs(R(6)) + 3, R(6))
def thomas(a, c, b, d):
    n = len(d)
    cp = np.zeros(n)
    dp = np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        if i < n - 1:
            cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x = np.zeros(n)
    x[-1] = dp[-1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return np.sum(x**2)


class State(NamedTuple):
    q: object
    p: object


@case(R(3), R(3))
def leapfrog(q, p):
    def dU(q):
        return q + 0.1 * q**3

    s = State(q, p)
    eps = 0.1
    for _ in range(5):
        half = s.p - eps / 2 * dU(s.q)
        qn = s.q + eps * half
        s = s._replace(q=qn, p=half - eps / 2 * dU(qn))
    return 0.5 * np.sum(s.p**2) + np.sum(np.cos(s.q))


@dataclass
class Net:
    w1: object
    b1: object
    w2: object
    act: str = "tanh"

    def __call__(self, x):
        h = x @ self.w1 + self.b1
        h = np.tanh(h) if self.act == "tanh" else np.maximum(h, 0)
        return h @ self.w2


@case(Net(R((3, 4)), R(4), R(4)), R((5, 3)), R(5))
def dataclass_net(net, x, y):
    return np.mean((net(x) - y) ** 2)


@case(Net(R((3, 4)), R(4), R(4), "relu"), R((5, 3)), R(5))
def dataclass_relu(net, x, y):
    return np.mean((net(x) - y) ** 2)


@case(R((5, 2)), R((4, 2)))
def soft_chamfer(a, b):
    d = np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))
    return d.min(1).mean() + d.min(0).mean()


@case(R(7))
def ranks(x):
    o = np.argsort(x)
    s = x[o]
    return np.dot(s, np.arange(len(x))) + np.median(x) + np.percentile(x, 30)


@case(
    R(4) + 1j * R(4),
)
def beam(z):
    z = z * np.exp(1j * np.abs(z) ** 2)
    F = np.fft.fft(z)
    return np.sum(np.abs(F) ** 2 * np.arange(4))


@case(1.3, 0.7)
def adaptive(y0, k, tol=1e-4):
    t, y, h = 0.0, y0, 0.1
    n = 0
    while t < 1.0 and n < 200:
        h = min(h, 1.0 - t)

        def f(u):
            return -k * u * u

        a = y + h * f(y)
        b = y + h / 2 * (f(y) + f(a))
        err = abs(b - a)
        if err < tol:
            t += h
            y = b
        h = 0.02 if err >= tol else 0.05
        n += 1
    return y


@case([R((2, 3)), R((3, 3)), R((3, 1))], R((4, 2)))
def mlp_list(ws, x):
    for w in ws[:-1]:
        x = np.tanh(x @ w)
    return float(np.sum(x @ ws[-1])) if False else np.sum(x @ ws[-1])


@case(R(5))
def generator_style(x):
    return sum(math.sin(v) * k for k, v in enumerate(x, 1)) + max(x) - min(abs(v) for v in x)


@case(np.abs(R(4)) + 0.2)
def dirichlet_entropy(a):
    from math import lgamma

    s = sum(lgamma(v) for v in a) - lgamma(a.sum())
    return s


@case(
    R((3, 3)),
)
def matfun(A):
    S = A @ A.T + np.eye(3)
    w, V = np.linalg.eigh(S)
    return np.trace((V * np.log(w)) @ V.T @ A)


@case(
    R((4, 3)),
)
def svdloss(A):
    u, s, vt = np.linalg.svd(A, full_matrices=False)
    return np.sum(s**1.5) + np.linalg.norm(A, 2) + np.linalg.norm(A, "nuc")


@case(R(6), R(6))
def inplace_views(a, b):
    m = np.zeros((3, 4))
    m[:, 1] = a[:3]
    v = m[1:]
    v[:, 2:] += np.outer(b[:2], a[3:5])
    m.T[0] = b[3:]
    d = m.ravel()
    d[::2] *= 2.0
    return np.sum(m**2 * np.arange(12).reshape(3, 4))


@case(
    R((6, 6)),
)
def gol(u):
    for _ in range(3):
        lap = np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) + np.roll(u, -1, 1) - 4 * u
        u = u + 0.1 * lap - 0.01 * u**3
    return u.std() + u.ptp() if hasattr(u, "ptp") else u.std()


@case(R((2, 3, 5)), R((3, 2, 2)))
def conv1d(x, w):
    from numpy.lib.stride_tricks import sliding_window_view

    s = sliding_window_view(x, 2, axis=2)
    return np.sum(np.einsum("bcnk,cok->bon", s, w) ** 2)


@case(np.array([0.1, 0.2, 0.3, 0.15]))
def quaternion(q):
    q = q / np.linalg.norm(q)
    w, x, y, z = q
    Rm = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return np.sum(Rm @ np.array([1.0, 2, 3]) * np.array([0.3, 0.2, 0.1]))


@case(R(5), R((5, 3)))
def masked(w, x):
    m = x > 0
    y = np.where(m, np.log(np.where(m, x, 1.0)), x)
    y[~m] *= 2
    return w @ y @ np.ones(3) + x[m].sum() ** 2


@case(R(4))
def memo(x):
    cache = {}

    def f(i):
        if i in cache:
            return cache[i]
        r = x[0] if i == 0 else x[1] if i == 1 else f(i - 1) * x[2] + f(i - 2) * x[3]
        cache[i] = r
        return r

    return f(6)


@case(R(3), R(3))
def closures(a, b):
    fs = [lambda t, k=k: t * a[k] for k in range(3)]
    g = functools.reduce(lambda s, f: s + f(b[0]), fs, 0.0)
    return g + functools.partial(np.dot, a)(b)


@case(R(10))
def deque_avg(x):
    d = collections.deque(maxlen=3)
    out = 0.0
    for v in x:
        d.append(v)
        out += (sum(d) / len(d)) ** 2
    return out


@case(R(4), 2)
def power_series(c, n):
    s = np.zeros(n + 3)
    for k, ck in enumerate(c):
        s[k] += ck
    return np.polyval(s, 0.7)


@case(R((3, 2)), R((4, 2)))
def pairwise(a, b):
    return sum(1 / (1 + np.linalg.norm(p - q)) for p, q in itertools.product(a, b))


@case(R(5))
def try_except(x):
    s = 0.0
    for v in x:
        try:
            s += math.sqrt(v)
        except ValueError:
            s -= v * v
    return s


@case(
    R((2, 2)),
)
def expm(A):
    T = np.eye(2)
    S = np.eye(2)
    for k in range(1, 15):
        T = T @ A / k
        S = S + T
    return np.sum(S)


@case(R(4), R(4))
def match_stmt(x, y):
    t = 0.0
    for k, (u, v) in enumerate(zip(x, y)):
        match (u > 0, k % 2):
            case (True, 0):
                t += u * v
            case (True, _):
                t += u / (1 + v * v)
            case (False, 1):
                t -= u
            case _:
                t += v**3
    return t


@case(np.float32(R(5)).astype(np.float32), order=1)
def f32(x):
    return np.sum(np.tanh(x) * x)


@case(R((3, 4)))
def ctc_like(lp):
    T, C = lp.shape
    lp = lp - np.log(np.exp(lp).sum(1, keepdims=True))
    a = np.full((T, 3), -np.inf)
    a[0, 0] = lp[0, 0]
    a[0, 1] = lp[0, 1]
    for t in range(1, T):
        for s in range(3):
            acc = a[t - 1, s]
            if s > 0:
                acc = np.logaddexp(acc, a[t - 1, s - 1])
            a[t, s] = acc + lp[t, (s * 2) % C]
    return np.logaddexp(a[-1, -1], a[-1, -2])
