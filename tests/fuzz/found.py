"""Programs, shrunk from random ones, that were differentiated wrongly (or crashed) once. They stay right."""

FOUND = {
    "a view of an adjoint that is set to zero before it is added": """
import numpy as np

def f(x, b):
    u1 = b * 1.0
    u1[:] = 2
    u1[:] += b
    b[1] += x
    return np.sum(u1)
ARGS = (1.0, np.array([1.0, 1.0, 1.0, 1.0, 1.0]))
""",
    "a function that calls itself, inside of try": """
import math
import numpy as np

def tree(p, n):
    if n < 2:
        return p * p
    return tree(p, n - 1) + 0.3 * tree(p * 0.5, n - 2)

def tower(p, n):
    if n == 0:
        return p
    return math.sin(p) + 0.5 * tower(p, n - 1)

def f(x, y):
    for i1 in range(2, 0, -1):
        y = 0.1
        if i1 % 2 == 0:
            s2 = tower(math.exp(-x * x), 3)
            if x > -0.3 and i1 < 0.3:
                break
        else:
            x, y = (i1, -1.1 + x)
            x = y
    try:
        if x + -0.7 < 1.1:
            x = (min(-1.1, 0.5) - x) ** 2
        elif x - 0.7 < -1.0:
            if x - -0.8 < 1.3:
                return max(tower(y, 0), y - y)
            else:
                s3 = max(tower(0.2, 2) / (2.0 + 0.7 * 0.7), math.cos(max(x, x)))
                return -0.8
            return -1.1 / (2.0 + np.sin(x) * np.sin(x))
        if x > -0.9 and x < 1.4:
            raise ValueError
        pass
    except ValueError:
        pass
    finally:
        pass
    return 1.0 * y + 1.7 * x
ARGS = (-0.95, 0.154)
""",
    "two parameters of a helper are one array": """
import numpy as np

def clear(v, w):
    v[0] = 0.0

def f(b):
    for i1 in range(3):
        pass
    else:
        clear(b, b)
    return np.sum(b)
ARGS = (np.array([1.0, 2.0, 3.0, 4.0]),)
""",
    "an argument that is written and not used for the result": """
import numpy as np

def f(a, b):
    b[3] *= 1.0
    return 1.4 * a[0]
ARGS = (np.array([1.0, 2.0]), np.array([1.0, 1.0, 1.0, 1.0]))
""",
    "a list in a loop that ends at once": """
def f(y):
    k2 = 0
    while True:
        k2 += 1
        if k2 >= 2:
            break
        xs3 = [0.6, y + y]
    return 2.0 * y
ARGS = (1.0,)
""",
    "min of an integer and the argument": """
def f(x):
    i1 = 1
    x = min(i1, x)
    return 0.9 * x
ARGS = (-1.0,)
""",
    "max of a counter and an entry": """
def f(x):
    k4 = 0
    x = max(k4, x)
    return 1.7 * x
ARGS = (1.0,)
""",
    "a negated array is written": """
import numpy as np

def f(x, a):
    a = -a
    a[2] += x
    return np.sum(a * a)
ARGS = (1.0, np.array([1.0, 2.0, 3.0, 4.0]))
""",
    "a negated array is written by a helper": """
import numpy as np

def shift(v):
    v[1] += 1.0

def f(b):
    b = -b
    shift(b)
    return np.sum(b * b)
ARGS = (np.array([1.0, 2.0, 3.0]),)
""",
    "one product before a write and one behind it": """
import numpy as np

def f(x, a):
    u1 = a * a
    for i2 in range(1, 3):
        x -= np.max(u1)
    a[0] += x
    return np.sum(a * a)
ARGS = (1.0, np.array([1.0, 2.0, 3.0, 4.0]))
""",
    "a sum from a loop is stored": """
import numpy as np

def f(x, b):
    b[0] = sum((x for e in range(3)))
    return np.sum(b * b)
ARGS = (1.0, np.array([1.0, 2.0, 3.0]))
""",
    "a norm from a helper is stored": """
import numpy as np

def norm(v):
    s = 0.0
    for e in v:
        s += e
    return s

def f(a, m):
    m[1] = norm(a)
    return np.sum(m * m)
ARGS = (np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0]))
""",
    "a row is replaced by a number": """
import numpy as np

def f(b, m):
    x = 0.0
    for e in b:
        x += e
    m[2] -= x
    return np.sum(m * m)
ARGS = (np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
""",
    "the left side is read before the right side writes": """
import numpy as np

def scale(v, c):
    v *= c
    return 0.5

def f(x, a):
    a[3] -= scale(a, x)
    return np.sum(a * a)
ARGS = (1.505, np.array([1.0, 2.0, 3.0, 4.0]))
""",
    "the same with another name for the array": """
import numpy as np

def scale(v, c):
    v *= c
    return 0.5

def f(x, a):
    v1 = a
    x += 1.0
    v1[2] -= 1
    a[0] += scale(v1, x)
    return np.sum(v1)
ARGS = (1.0, np.array([1.0, -1.0, -1.0, 1.0]))
""",
    "a list of an entry, and the array overwritten": """
import numpy as np

def f(y, a, b):
    xs1 = [a[1], y]
    a[:] += sum((e for e in b if b[1]))
    return sum(xs1) * a[0]
ARGS = (1.0, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
""",
    "nested loops where the inner one always ends at once": """
def f(y):
    for i2 in range(2, 0, -1):
        for i3 in range(3, 1, -1):
            if i3:
                x, y = (0.4, i2)
                break
    s5 = y
    return 1.7 * s5
ARGS = (1.0,)
""",
    "a decision of constants": """
def f(x):
    if 0.8 > -1.5 and True:
        x = 0.7
    return x
ARGS = (1.0,)
""",
    "two exits and a trip that changes nothing": """
def f(x):
    for i1 in range(2, 0, -1):
        if i1 == 1:
            return x
        if 0.8 < -1.1:
            x = 1.0
            break
    return 2.0 * x
ARGS = (1.0,)
""",
    "the argument is overwritten in every trip": """
def f(x, y):
    for i1 in range(4):
        x, s2 = (0.4, y)
    return x * y
ARGS = (1.0, 1.0)
""",
    "a loop that is never entered binds names": """
import math
import numpy as np

def f(x, a, b):
    while math.cos(x) < -0.1:
        b[::-1] = -b ** 2
        u3 = a.copy()
    return 0.5 * x
ARGS = (-1.133, np.array([-0.425, -0.851]), np.array([-1.196, 0.435]))
""",
    "an argument is written by a helper inside a display": """
import numpy as np

def scale(v, c):
    v *= c
    return 0

def f(x, b):
    x = abs(x)
    xs1 = [0.5, x, scale(b, x)]
    for i3, e2 in enumerate(b):
        xs1[2] += x
    return 0.7 * xs1[2]
ARGS = (1.0, np.array([1.0, 2.0, 3.0]))
""",
    "an array is doubled between two copies": """
import numpy as np

def f(x, a):
    for i2 in range(3):
        x -= np.max(a)
    a = a * 1.0
    a += a
    a = a * 1.0
    return x + np.sum(a * a)
ARGS = (1.0, np.array([1.0, 1.0, 1.0, 1.0, 1.315]))
""",
    "entries under a mask are read before the right side writes": """
import numpy as np

def sweep(v, c):
    v[1] = c
    return 1.0

def f(x, a):
    a[True] += sweep(a, x)
    return np.sum(a * a)
ARGS = (1.3, np.array([1.0, 0.214, 1.5]))
""",
    "an inner loop of some trips only": """
def f(x):
    for i2 in range(1, 4):
        k3 = 0
        while k3 < 2 and i2 % 2 == 0:
            k3 += 1
            x = 1.5 + abs(x)
    return x * x
ARGS = (1.0,)
""",
    "entries of a list of indices, then the whole": """
import numpy as np

def f(a):
    u1 = 0.5 * a
    w2 = u1
    u1[[1, 3, 0]] = a[1]
    u1[:] = a
    return np.sum(w2 * w2)
ARGS = (np.array([1.0, 1.0, 1.0, 1.0]),)
""",
    "a selection of numbers is a number": """
def f(x, y):
    x += sum((x for e in range(3)))
    x = min(x, y)
    return x
ARGS = (-1.0, 1.0)
""",
    "ravel of a reversed vector is a copy": """
import numpy as np

def f(a):
    a[1] = 4
    z3 = np.ravel(a[::-1])
    return np.sum(z3)
ARGS = (np.array([1.0, 1.0, 1.0, 1.0, 1.0]),)
""",
    "filled with a product of itself": """
import numpy as np

def f(a):
    a.fill(a @ a)
    return np.sum(a * a)
ARGS = (np.array([1.0, 2.0, 1.0, 1.0]),)
""",
    "lengths of what a rule has made": """
import numpy as np

def f(m):
    u3 = np.prod(m, axis=1)
    m[0] *= 3
    xs8 = [u3[2], 1.0]
    return sum(xs8)
ARGS = (np.array([[1.0, 1.5], [0.5, 1.0], [1.0, 2.0]]),)
""",
    "an einsum that picks entries is a view of what is changed in place": """
import numpy as np

def f(x, a):
    h = a * x
    k = h * h
    w = np.einsum("i->i", h)
    h *= k
    return w[0] * h[1] + k[0]
ARGS = (0.8, np.array([0.5, 0.9, 0.7]))
""",
}
