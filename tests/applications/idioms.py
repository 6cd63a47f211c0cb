"""Idioms of Python and NumPy, each in a function that somebody might write."""

import copy
import itertools
import math
import operator
import random
import statistics
from dataclasses import dataclass, replace

import numpy as np
from numpy import exp
from numpy import linalg as la
from numpy import sum as nsum

rng = np.random.default_rng(11)
R = rng.standard_normal
CASES = []


def case(*args, order=2):
    def note(f):
        CASES.append((f, args, order))
        return f

    return note


@case(R(5), 0.1)
def momentum_sgd(w0, lr):
    w = w0
    v = 0 * w
    for i in range(6):
        g = 2 * w + np.cos(w)
        v = 0.9 * v - lr * g
        w = w + v
    return np.sum(w**2)


@case(R(3), R(3))
def cross_products(a, b):
    return np.dot(np.cross(a, b), np.cross(b, a + 1)) + np.linalg.norm(np.outer(a, b), "fro")


@case(R((3, 4)))
def stat_fns(x):
    return (
        np.std(x, axis=0, ddof=1).sum()
        + np.var(x)
        + np.cov(x)[0, 1]
        + np.corrcoef(x)[0, 2]
        + np.ptp(x)
        + np.average(x, weights=np.arange(4.0) + 1, axis=1).sum()
    )


@case(R(6))
def cums(x):
    return (
        np.cumsum(x)[-2] * np.cumprod(x)[-1] + np.diff(x, n=2).sum() ** 2 + np.gradient(x)[2] + np.trapezoid(x)
        if hasattr(np, "trapezoid")
        else 0.0
    )


@case(R((4, 4)))
def lin(a):
    s = a @ a.T + 4 * np.eye(4)
    return (
        la.det(s) ** 0.25 + np.trace(la.inv(s)) + la.slogdet(s)[1] + la.cond(s)
        if False
        else la.det(s) ** 0.25 + np.trace(la.inv(s)) + la.slogdet(s)[1]
    )


@case(R((4, 3)), R(4))
def qrls(A, b):
    q, r = la.qr(A)
    x = la.solve(r, q.T @ b)
    return x @ x + nsum(exp(-(b**2)))


@case(R((4, 3)), R(4))
def lst(A, b):
    x, res, rk, sv = la.lstsq(A, b, rcond=None)
    return x @ x


@case(
    R((4, 3)),
)
def pin(A):
    return np.sum(la.pinv(A) ** 2)


@case(
    R((3, 3)),
)
def powers(A):
    return (
        np.trace(la.matrix_power(A, 3))
        + la.multi_dot([A, A.T, A])[0, 1]
        + np.einsum("ij,jk,ki->", A, A, A)
        + np.kron(A, A)[2, 3]
        + np.tensordot(A, A, 2)
    )


@case(np.abs(R(5)) + 0.1)
def hist(x):
    e = np.linspace(0, 3, 5)
    i = np.digitize(x, e)
    return np.sum(np.bincount(i, weights=x**2, minlength=6) * np.arange(6))


@case(R(8))
def interp(x):
    return np.sum(np.interp(x, np.linspace(-3, 3, 7), np.sin(np.arange(7.0)))) + np.interp(
        0.3, np.sort(x), np.arange(8.0)
    )


@case(R(5), R(9))
def conv(k, x):
    return np.sum(np.convolve(x, k, "same") ** 2) + np.sum(np.correlate(x, k, "valid"))


@case(R((5, 5)))
def pads(x):
    p = np.pad(x, ((1, 2), (0, 1)), mode="reflect")
    q = np.pad(x, 1, mode="edge")
    return np.sum(p**2 * np.arange(p.size).reshape(p.shape)) + np.sum(q**3)


@case(R((2, 3, 4)))
def shapes(x):
    y = np.moveaxis(x, 0, -1)
    y = np.swapaxes(y, 0, 1)
    y = y[..., None]
    y = np.squeeze(y, -1)
    z = np.concatenate([y, y[:, :, ::-1]], axis=2)
    z = np.stack([z, z * 2], 0)
    z = np.vstack([z.reshape(4, -1), z.reshape(4, -1) ** 2])
    z = np.hstack(np.array_split(z, 3, axis=1))
    z = np.tile(z, (1, 2))
    z = np.repeat(z, 2, axis=0)
    z = np.roll(z, 3, axis=1)
    z = np.rot90(z)
    z = np.flipud(z)
    return np.sum(z * np.cos(np.arange(z.size)).reshape(z.shape))


@case(R(7))
def selects(x):
    a = np.where(x > 0, x, np.exp(x) - 1)
    b = np.select([x < -1, x < 1], [x**2, x**3], default=2 * x)
    c = np.clip(x, -0.5, 0.5)
    d = np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v**2])
    return np.sum(a * b + c) + np.sum(d)


@case(R(7))
def extremes(x):
    return (
        np.max(x) * np.min(x)
        + np.maximum(x[0], x[1])
        + np.fmin(x[2], x[3])
        + np.sort(x)[2]
        + np.partition(x, 3)[3]
        + x[np.argmax(x)] ** 2
        + np.median(x)
        + np.quantile(x, 0.35)
    )


@case(R(4))
def nans(x):
    y = np.append(x, np.nan)
    return np.nansum(y**2) + np.nanmean(y) + np.nanmax(y) + np.nan_to_num(y).sum() + np.nanstd(y)


@case(R(4) + 1j * R(4))
def cplx(z):
    return (
        np.sum(np.abs(z) ** 2 * np.angle(z))
        + np.real(z[0] * np.conj(z[1]))
        + (z.real @ z.imag)
        + np.abs(np.vdot(z, z + 1))
    )


@case(2.3, 1.7)
def maths(a, b):
    return (
        math.sin(a) * math.exp(b)
        + math.atan2(a, b)
        + math.hypot(a, b)
        + math.log1p(a) * math.expm1(b)
        + math.gamma(a)
        + math.lgamma(b)
        + math.erf(a)
        + math.pow(a, b)
        + math.log(a, b)
        + math.fabs(-a)
        + math.copysign(a, -b)
        + math.degrees(a)
        + math.tanh(b)
        + math.sqrt(a)
        + math.cbrt(a)
        if hasattr(math, "cbrt")
        else 0.0
    )


@case(2.3, 1.7)
def pybuiltins(a, b):
    return (
        abs(-a) ** b
        + max(a, b, 1.0)
        + min([a, b])
        + sum([a, b], start=a)
        + pow(a, 3)
        + divmod(a, b)[1]
        + round(a)
        + float(b)
        + a // b
        + a % b
        + math.prod([a, b, a])
        + (a if a > b else b)
        + math.fsum([a, b])
        + math.dist([a, 1.0], [b, 2.0])
    )


class Layer:
    def __init__(self, w, act):
        self.w = w
        self.act = act

    @property
    def norm(self):
        return np.sum(self.w**2)

    def __matmul__(self, x):
        return self.act(self.w @ x)

    def __call__(self, x):
        return self @ x


class Deep(Layer):
    scale = 2.0

    def __call__(self, x):
        return super().__call__(x) * self.scale + self.helper(x)

    @staticmethod
    def helper(x):
        return np.sin(x)[:2]

    @classmethod
    def make(cls, w):
        return cls(w, np.tanh)


@case(R((2, 3)), R(3))
def classes(w, x):
    l = Deep.make(w)
    return np.sum(l(x)) + l.norm * 0.1


class Vec:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def __mul__(self, s):
        return Vec(self.x * s, self.y * s)

    __rmul__ = __mul__

    def __abs__(self):
        return math.sqrt(self.x**2 + self.y**2)

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __iter__(self):
        yield self.x
        yield self.y

    def __len__(self):
        return 2

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __lt__(self, o):
        return abs(self) < abs(o)


@case(1.2, 0.7)
def operators(a, b):
    v = Vec(a, b) + 2.0 * Vec(b, a)
    w = -v
    return abs(v) + w[0] * (v < Vec(9, 9)) + len(v)


@case(R(4))
def gens(x):
    def pairs(v):
        for i in range(len(v) - 1):
            yield v[i] * v[i + 1]

    return sum(pairs(x)) + max(v**2 for v in x) + sum(a * b for a, b in itertools.combinations(x, 2))


@case(R(3), R(3))
def nonlocal_(a, b):
    total = 0.0
    n = 0

    def add(v):
        nonlocal total, n
        total += v * v
        n += 1

    for u, v in zip(a, b):
        add(u * v)
    return total / n


@case(1.3)
def recursion(x):
    def fib(n):
        return x if n < 2 else fib(n - 1) * 0.5 + fib(n - 2)

    def tree(d):
        return math.sin(x) if d == 0 else tree(d - 1) * tree(d - 1)

    return fib(7) + tree(3)


@case({"a": 1.5, "b": [2.0, 0.5], "c": (R(2), {"d": R(3)}), "name": "z", "n": 3, "none": None})
def nested(p):
    s = p["a"] * sum(p["b"])
    for k, v in p["c"][1].items():
        s = s + np.sum(v ** p["n"])
    if p["none"] is None and p["name"] == "z":
        s *= 2
    return s + np.prod(p["c"][0])


@dataclass(frozen=True)
class Pt:
    x: float
    y: float = 1.0

    def dist(self, o):
        return math.hypot(self.x - o.x, self.y - o.y)


@case(Pt(1.0, 2.0), Pt(0.3, 0.4))
def frozen(p, q):
    r = replace(p, x=p.x * 2)
    return r.dist(q) ** 2


@case(R(6))
def comprehension(x):
    m = [[x[i] * x[j] for j in range(i + 1)] for i in range(3)]
    d = {k: v for k, v in zip("abc", x)}
    s = {k: v**2 for k, v in d.items() if v > -10}
    return sum(map(sum, m)) + sum(s.values()) + sum(v for r in m for v in r if v > 0)


@case(R(5))
def sorting(x):
    o = sorted(x, key=lambda v: -abs(v))
    t = sorted(enumerate(x), key=operator.itemgetter(1))
    return o[0] * o[1] + t[2][1] * t[0][0] + statistics.fmean(list(x))


@case(R(5))
def while_else(x):
    i = 0
    s = 0.0
    while i < len(x):
        if x[i] > 100:
            break
        if x[i] < -0.5:
            i += 1
            continue
        s += x[i] * math.exp(s * 0.1)
        i += 1
    else:
        s *= 2
    return s


@case(R((3, 4)), R(4))
def rows(A, v):
    out = []
    for r in A:
        if (d := r @ v) > 0:
            out.append(d)
        else:
            out.append(-2 * d)
    return out[0] * out[-1] + sum(out[1:])


@case(R(4))
def fstr(x):
    msgs = []
    for i, v in enumerate(x):
        msgs.append(f"{i}:{v:.2f}")
    assert len(msgs) == 4, msgs
    return np.sum(x**2)


@case(R(4))
def stateful(x):
    r = np.random.RandomState(0)
    n = r.randn(4)
    p = random.Random(1).random()
    return np.sum(x * n) * p + np.sum(x**2)


@case(R(5))
def dispatch(x):
    ops = {"s": np.sin, "c": np.cos, "q": lambda v: v * v}
    s = 0.0
    for k, v in zip(itertools.cycle("scq"), x):
        s += ops[k](v)
    return s


@case(R((3, 3)), R((3, 3)))
def aug(A, B):
    C = A.copy()
    C += B
    C -= A * 0.5
    C *= B
    C /= 2
    C **= 2
    C @= A
    D = C.T
    D[0] += 1.0
    C[1:, :2] = A[:2, 1:]
    C[[0, 2]] *= 3
    C[C > 0] += 0.5
    return np.sum(C * B)


@case(R(6))
def out_args(x):
    b = np.empty(6)
    np.multiply(x, 2, out=b)
    np.sin(b, out=b)
    np.add(b[:3], x[3:], out=b[3:])
    s = np.empty(())
    np.sum(b, out=s)
    t = np.zeros(3)
    np.cumsum(x[:3], out=t)
    return s * t[2] + np.sum(b**2)


@case(R(4), R(4))
def copies(a, b):
    c = copy.deepcopy([a, b])
    c[0][1] = b[0] * 2
    d = list(c)
    d[1] = d[1] * a
    e = np.array(d)
    e.flat[3] = a[1] ** 2
    e.T[0, 1] = 7 * b[2]
    np.fill_diagonal(e[:, :2], b[:2])
    np.put(e, [5], a[0])
    np.copyto(e[0], a, where=np.array([True, False, False, True]))
    return np.sum(e**2) + c[0][1]


@case(R((6,)))
def strided(x):
    v = x.reshape(2, 3).copy()
    w = v[:, ::-1]
    w[0, 0] = x[5] * x[0]
    u = v.ravel()
    u[1:] -= u[:-1]
    v[...] = v[::-1]
    return np.sum(v**2 * np.arange(6).reshape(2, 3))


@case(R(5))
def poly(c):
    h = 0.0
    for k in reversed(range(len(c))):
        h = h * 1.3 + c[k]
    return h + np.polyval(c, 0.4) + np.vander(c[:3])[1, 0]


@case(R((4, 2)), R(4))
def logistic_hess(X, y):
    w = np.zeros(2)
    for _ in range(3):
        p = 1 / (1 + np.exp(-X @ w))
        g = X.T @ (p - y) + w
        H = (X * (p * (1 - p))[:, None]).T @ X + np.eye(2)
        w = w - np.linalg.solve(H, g)
    return np.sum(w**2)
