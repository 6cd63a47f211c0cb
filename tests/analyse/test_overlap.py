"""Whether a later write may hit what was read: first what must never be denied, then what must be proved."""

from __future__ import annotations

import os

import pytest
from analyse.nests import Reader, Run, is_write
from analyse.random_nests import Nest

from gradscribe.analyse.overlap import Overlap
from gradscribe.analyse.regions import regions
from gradscribe.ir.nodes import walk

SEEDS = range(int(os.environ.get("GRADSCRIBE_FUZZ", 300)))


def hits(text, read):
    """The writes that may hit what the (first) expression `read` has read."""
    reader = Reader(text)
    overlap = Overlap(reader.function, regions(reader.function))
    ops = [*walk(reader.function.body)]
    op = next(op for op in ops if reader.texts.get(op) == read and not is_write(op))
    found = [
        reader.texts[w] for w in ops if is_write(w) and any(overlap.may_hit(op, a, w) for a in op.args if is_array(a))
    ]
    return list(dict.fromkeys(found))


def is_array(atom):
    return hasattr(atom, "hint") and hasattr(atom.type, "shape")


MUST_STAY = {
    "the first trip reads the last cell": (
        """
        def f(x: 1, n: int):
            for i in range(n):
                x[i] = x[i] * x[i - 1]
        """,
        {"x[i - 1]": ["x[i]"], "x[i]": ["x[i]"]},
    ),
    "an index that is negative to the end": (
        """
        def f(x: 1, n: int):
            for i in range(-3, 0):
                x[i] = x[i - 1] * x[i + 1]
        """,
        {"x[i + 1]": ["x[i]"]},
    ),
    "descending": (
        """
        def f(x: 1, n: int):
            for i in range(n - 1, -1, -1):
                x[i] = x[i - 1]
        """,
        {"x[i - 1]": ["x[i]"]},
    ),
    "descending from a wrapped index": (
        """
        def f(x: 1, n: int):
            for i in range(n - 1, -1, -1):
                x[i - 1] = x[i]
        """,
        {"x[i]": ["x[i - 1]"]},
    ),
    "strides that meet": (
        """
        def f(x: 1, n: int):
            for i in range(0, n, 2):
                x[i + 1] = x[3 * i + 3]
        """,
        {"x[3 * i + 3]": ["x[i + 1]"]},
    ),
    "a step that is not known": (
        """
        def f(x: 1, n: int, s: int):
            for i in range(1, n, s):
                x[i] = x[i - 1]
        """,
        {"x[i - 1]": ["x[i]"]},
    ),
    "the inner loop starts again": (
        """
        def f(x: 1, n: int, T: int):
            for t in range(T):
                for i in range(1, n):
                    x[i] = x[i] + x[i - 1]
        """,
        {"x[i - 1]": ["x[i]"]},
    ),
    "a window that slides onto the write": (
        """
        def f(x: 1, n: int):
            for i in range(1, n):
                x[i] = x[:i + 1] @ x[:i + 1]
        """,
        {"x[:i + 1]": ["x[i]"]},
    ),
    "a slice whose start may be negative": (
        """
        def f(x: 1, n: int):
            for i in range(n):
                x[i] = x[i - 2:] @ x[i - 2:]
        """,
        {"x[i - 2:]": ["x[i]"]},
    ),
    "an end that may be negative": (
        """
        def f(x: 1, n: int, m: int):
            for i in range(1, n):
                x[i] = x[:m] @ x[:m]
        """,
        {"x[:m]": ["x[i]"]},
    ),
    "the last cell and its number": (
        """
        def f(x: 1, n: int):
            for i in range(n):
                x[i] = x[-1]
        """,
        {"x[-1]": ["x[i]"]},
    ),
    "an index that is read from an array": (
        """
        def f(x: 1, p: "i", n: int):
            for i in range(1, n):
                x[i] = x[p[i]] * x[p[i] - 1]
        """,
        {"x[p[i]]": ["x[i]"], "x[p[i] - 1]": ["x[i]"]},
    ),
    "an index that is computed again": (
        """
        def f(x: 1, n: int):
            k = 0
            for i in range(1, n):
                x[k] = x[i]
                k = k * 2 + 1
        """,
        {"x[i]": ["x[k]"]},
    ),
    "an index that one arm changes": (
        """
        def f(x: 1, n: int, c: int):
            k = 0
            for i in range(1, n):
                if i > c:
                    k = k + 1
                x[i] = x[k]
        """,
        {"x[k]": ["x[i]"]},
    ),
    "a loop without an index": (
        """
        def f(x: 1, n: int, s: int):
            i = 1
            while i < n:
                x[i] = x[i - 1]
                i = i + s
        """,
        {"x[i - 1]": ["x[i]"]},
    ),
    "a counter that runs up and down": (
        """
        def f(x: 1, n: int):
            i = 1
            for t in range(n):
                x[i] = x[i - 1]
                i = i + 1
                if i > 5:
                    i = 1
        """,
        {"x[i - 1]": ["x[i]"]},
    ),
    "an alias chosen at run time": (
        """
        def f(x: 1, y: 1, n: int):
            a = x
            if n > 3:
                a = y
            t = x[0]
            a[1] = t
        """,
        {"x[0]": ["a[1]"]},
    ),
    "pointers that change places": (
        """
        def f(n: int, x: 1):
            a = copy(x)
            b = copy(x)
            for t in range(n):
                b[1] = a[0]
                c = a
                a = b
                b = c
        """,
        {"a[0]": ["b[1]"]},
    ),
    "a view behind the write": (
        """
        def f(x: 1, n: int):
            v = x[1:]
            for i in range(1, n):
                v[i - 1] = x[i - 1] * x[i]
        """,
        {"x[i]": ["v[i - 1]"]},
    ),
    "a view that starts at the end": (
        """
        def f(x: 1, n: int):
            v = x[-2:]
            t = x[0]
            v[0] = t
        """,
        {"x[0]": ["v[0]"]},
    ),
    "a view that runs backwards": (
        """
        def f(x: 1, n: int):
            v = x[::-1]
            for i in range(1, n):
                v[i] = x[i - 1]
        """,
        {"x[i - 1]": ["v[i]"]},
    ),
    "a transpose": (
        """
        def f(A: 2, n: int):
            B = A.T
            for i in range(1, n):
                B[i, 0] = A[0, i]
        """,
        {"A[0, i]": ["B[i, 0]"]},
    ),
    "flattened": (
        """
        def f(A: 2, n: int):
            B = ravel(A)
            for i in range(1, n):
                B[i] = A[0, i]
        """,
        {"A[0, i]": ["B[i]"]},
    ),
    "another row of which nothing is known": (
        """
        def f(A: 2, n: int, m: int):
            for i in range(1, n):
                A[m, i] = A[i, i]
        """,
        {"A[i, i]": ["A[m, i]"]},
    ),
    "a Gauss-Seidel sweep in time": (
        """
        def f(A: 2, n: int, T: int):
            for t in range(T):
                for i in range(1, n - 1):
                    for j in range(1, n - 1):
                        A[i, j] = A[i - 1, j] + A[i + 1, j] + A[i, j - 1] + A[i, j + 1]
        """,
        {"A[i - 1, j]": ["A[i, j]"], "A[i, j - 1]": ["A[i, j]"], "A[i, j + 1]": ["A[i, j]"]},
    ),
    "red and black in time": (
        """
        def f(x: 1, n: int, T: int):
            for t in range(T):
                x[1:-1:2] = x[0:-2:2] + x[2::2]
                x[2:-1:2] = x[1:-2:2] + x[3::2]
        """,
        {"x[0:-2:2]": ["x[2:-1:2]"]},
    ),
    "what the write itself reads": (
        """
        def f(x: 1, n: int):
            for i in range(n):
                x[:i] = x[:i]
        """,
        {"x[:i]": ["x[:i]"]},
    ),
    "a difference of lengths": (
        """
        def f(x: 1, y: 1):
            for i in range(len(y)):
                x[i] = x[len(x) - 1 - i]
        """,
        {"x[len(x) - 1 - i]": ["x[i]"]},
    ),
}
PROVED = {
    "smoothing": (
        """
        def f(x: 1, c, n: int):
            for i in range(1, n):
                x[i] += c * x[i - 1]
        """,
        {"x[i - 1]": []},
    ),
    "triangular solve": (
        """
        def f(L: 2, x: 1, b: 1, n: int):
            for i in range(n):
                x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
        """,
        {"x[:i]": []},
    ),
    "backward substitution": (
        """
        def f(U: 2, x: 1, b: 1, n: int):
            for i in range(n - 1, -1, -1):
                s = b[i] - U[i, i + 1:] @ x[i + 1:]
                x[i] = s / U[i, i]
        """,
        {"x[i + 1:]": []},
    ),
    "Cholesky": (
        """
        def f(A: 2, n: int):
            for i in range(n):
                for j in range(i):
                    for k in range(j):
                        A[i, j] += A[i, k] * A[j, k]
                    A[i, j] = A[i, j] / A[j, j]
                A[i, i] = sqrt(A[i, i])
        """,
        {"A[i, k]": [], "A[j, k]": [], "A[j, j]": [], "A[i, j]": ["A[i, j]"], "A[i, i]": ["A[i, i]"]},
    ),
    "Cholesky by slices": (
        """
        def f(A: 2, n: int):
            for i in range(n):
                for j in range(i):
                    A[i, j] += A[i, :j] @ A[j, :j]
                    A[i, j] /= A[j, j]
                A[i, i] += A[i, :i] @ A[i, :i]
        """,
        {"A[i, :j]": [], "A[j, :j]": [], "A[j, j]": [], "A[i, :i]": []},
    ),
    "LU": (
        """
        def f(A: 2, n: int):
            for i in range(n):
                for j in range(i):
                    for k in range(j):
                        A[i, j] += A[i, k] * A[k, j]
                    A[i, j] /= A[j, j]
                for j in range(i, n):
                    for l in range(i):
                        A[i, j] += A[i, l] * A[l, j]
        """,
        {"A[i, k]": [], "A[k, j]": [], "A[j, j]": [], "A[i, l]": [], "A[l, j]": [], "A[i, j]": ["A[i, j]"]},
    ),
    "Gram-Schmidt": (
        """
        def f(A: 2, Q: 2, R: 2, n: int):
            for k in range(n):
                R[k, k] = sqrt(A[:, k] @ A[:, k])
                Q[:, k] = A[:, k] / R[k, k]
                for j in range(k + 1, n):
                    R[k, j] = Q[:, k] @ A[:, j]
                    A[:, j] += Q[:, k] * R[k, j]
        """,
        {"A[:, k]": [], "R[k, k]": [], "Q[:, k]": [], "R[k, j]": [], "A[:, j]": ["A[:, j]"]},
    ),
    "rows of a recurrence": (
        """
        def f(v: 2, n: int):
            for i in range(1, n):
                v[i, 0] = 1.0
                for j in range(1, n):
                    v[i, j] = v[i, j - 1] * 0.5
        """,
        {"v[i, j - 1]": []},
    ),
    "there and back": (
        """
        def f(p: 2, v: 2, n: int):
            for i in range(1, n - 1):
                for j in range(1, n - 1):
                    p[i, j] = 1.0 / (p[i, j - 1] + 2.0)
                for j in range(n - 2, 0, -1):
                    v[j, i] = p[i, j] * v[j + 1, i]
        """,
        {"p[i, j - 1]": [], "p[i, j]": [], "v[j + 1, i]": []},
    ),
    "prefix sums": (
        """
        def f(x: 1, s: 1):
            for i in range(len(x)):
                s[i] = x[i]
                if i > 0:
                    s[i] += s[i - 1]
            t = s[-1]
        """,
        {"s[i - 1]": [], "s[-1]": []},
    ),
    "guarded": (
        """
        def f(x: 1, n: int):
            for i in range(n):
                if not i == 0 and i >= 1 and i < 7:
                    x[i] = x[i - 1]
        """,
        {"x[i - 1]": []},
    ),
    "levels of time": (
        """
        def f(u: 2, T: int, n: int):
            for t in range(1, T):
                u[t, 1:-1] = u[t - 1, 2:] * u[t - 1, :-2]
        """,
        {"u[t - 1, 2:]": []},
    ),
    "counted by hand": (
        """
        def f(x: 1, n: int):
            i = 1
            while i < n:
                x[i] = x[i - 1]
                i = i + 1
        """,
        {"x[i - 1]": []},
    ),
    "red and black": (
        """
        def f(x: 1, n: int):
            for i in range(1, n, 2):
                x[i] = x[i - 1] * x[i + 1]
        """,
        {"x[i - 1]": [], "x[i + 1]": []},
    ),
    "red and black slices": (
        """
        def f(x: 1):
            x[1:-1:2] = x[0:-2:2] * x[2::2]
        """,
        {"x[0:-2:2]": [], "x[2::2]": []},
    ),
    "dynamic programming": (
        """
        def f(t: 2, n: int):
            for i in range(n - 1, -1, -1):
                for j in range(i + 1, n):
                    t[i, j] = t[i + 1, j - 1] * t[i, j - 1]
                    for k in range(i + 1, j):
                        t[i, j] += t[i, k] * t[k + 1, j]
        """,
        {"t[i + 1, j - 1]": [], "t[i, j - 1]": [], "t[i, k]": [], "t[k + 1, j]": []},
    ),
    "blocks": (
        """
        def f(y: 1, n: int):
            for b in range(0, n, 4):
                for i in range(b, min(b + 4, n)):
                    y[i + 1] = y[i]
        """,
        {"y[i]": []},
    ),
    "two halves": (
        """
        def f(x: 1, n: int):
            h = n // 2
            for i in range(h):
                x[h + i] = x[i]
        """,
        {"x[i]": []},
    ),
    "views of views": (
        """
        def f(A: 2, n: int):
            for i in range(1, n):
                row = A[i]
                old = A[i - 1]
                inner = row[1:-1]
                inner[0] = old[2]
                inner[:2] = old[1:3]
        """,
        {"old[2]": [], "old[1:3]": []},
    ),
    "columns by a transpose": (
        """
        def f(A: 2, n: int):
            B = A.T
            for j in range(1, n):
                B[j] = A[:, j - 1]
        """,
        {"A[:, j - 1]": []},
    ),
    "flat on both sides": (
        """
        def f(A: 2, n: int):
            B = ravel(A)
            for i in range(1, n):
                B[i] = B[i - 1]
        """,
        {"B[i - 1]": []},
    ),
    "an array for each trip": (
        """
        def f(x: 1, n: int):
            for i in range(n):
                w = copy(x)
                t = w[0]
                w[1] = t
        """,
        {"w[0]": []},
    ),
    "arms exclude each other": (
        """
        def f(x: 1, n: int):
            if n > 3:
                t = x[0]
            else:
                x[0] = 1.0
        """,
        {"x[0]": []},
    ),
    "the last cell, from the end": (
        """
        def f(x: 1, n: int):
            for i in range(1, n):
                x[-1 - i] = x[-i]
        """,
        {"x[-i]": []},
    ),
}


@pytest.mark.parametrize("name", [*MUST_STAY, *PROVED])
def test_table(name):
    text, expected = {**MUST_STAY, **PROVED}[name]
    assert {read: hits(text, read) for read in expected} == expected
    reader = Reader(text)
    args = [(7,) * p.type.ndim if is_array(p) else 5 for p in reader.function.body.params]
    foresees(reader, Run().run(reader.function, *args), name)


def foresees(reader, run, label):
    """Check that each hit in a run was told."""
    overlap = Overlap(reader.function, regions(reader.function))
    for op, var, write in run.hits():
        told = overlap.may_hit(op, var, write)
        assert told, f"{label}: {reader.texts[op]} through {var.hint}, {reader.texts[write]}"


SIZES = [(4, 3, 0), (3, 5, 0), (2, 1, 0), (6, 6, 0), (4, 3, 3), (6, 2, 3)]


@pytest.mark.parametrize("first", range(0, len(SEEDS), 50))
def test_whatever_happens_was_foreseen(first):
    for seed in SEEDS[first : first + 50]:
        text = Nest(seed).text()
        reader = Reader(text)
        for n, m, more in SIZES:
            shapes = (6 + more,), (5 + more,), (6 + more, 5 + more)
            foresees(reader, Run().run(reader.function, *shapes, n, m), f"seed {seed}\n{text}\n")
