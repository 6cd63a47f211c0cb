"""Sources that are refused: what each error must say, and where it must point.

In a source the line of carets under a line is the place that the error names; it is taken out before the source is
run. Any of the words (a regular expression) must be in the reason, and a hint must say what to write instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

X = (1.3,)
A = (np.array([1.3, -0.4, 0.7]),)
OPAQUE = math.nextafter


@dataclass(frozen=True)
class Refused:
    """One source whose last function cannot be differentiated.

    Args:
        name: what is shown.
        source: the text, with carets.
        words: a regular expression that the reason matches (ignoring case).
        error: the class of the error.
        args: the arguments of the call.
        names: what the source refers to, beside `math` and `np`.
        hint: whether a hint must be given.
    """

    name: str
    source: str
    words: str
    error: str = "UnsupportedSyntax"
    args: tuple[Any, ...] = X
    names: dict[str, Any] = field(default_factory=dict)
    hint: bool = True


TABLE: list[Refused] = []


def refused(
    name: str, source: str, words: str, error: str = "UnsupportedSyntax", args: tuple[Any, ...] = X, **more: Any
) -> None:
    TABLE.append(Refused(name, source.strip("\n"), words, error, args, **more))


# the function itself

refused(
    "generator function",
    """
def f(x):
^^^^^^^^^
    yield x * x
""",
    "generator",
)

refused(
    "coroutine",
    """
async def f(x):
    return x * x
""",
    "async|coroutine",
)

refused(
    "await",
    """
async def g(x):
    return x

def f(x):
    async def inner():
        return await g(x)
    return inner().send(None)
""",
    "async|await|coroutine",
)

refused(
    "class body",
    """
def f(x):
    class Scale:
    ^^^^^^^^^^^^
        factor = x
    return Scale.factor * x
""",
    "class",
)

refused(
    "no source",
    """
import operator
f = operator.itemgetter(0)
""",
    "source",
    "NoSource",
    ([1.3, 2.0],),
)

refused(
    "no source: exec",
    """
made = {}
exec("def f(x): return x * x", made)
f = made["f"]
""",
    "source",
    "NoSource",
)

# names and scopes

refused(
    "exec",
    """
def f(x):
    y = {"x": x}
    exec("y = x * x", y)
    ^^^^^^^^^^^^^^^^^^^^
    return y["y"]
""",
    "exec",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "eval",
    """
def f(x):
    return eval("x * x", {"x": x})
           ^^^^^^^^^^^^^^^^^^^^^^^
""",
    "eval",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "locals",
    """
def f(x):
    y = x * x
    return locals()["y"]
           ^^^^^^^^
""",
    "locals",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "eval",
    """
def f(x):
    return eval("x * x")
           ^^^^^^^^^^^^^
""",
    "eval",
    "UnsupportedCall",
)

refused(
    "exec",
    """
def f(x):
    exec("y = x * x")
    ^^^^^^^^^^^^^^^^^
    return x
""",
    "exec",
    "UnsupportedCall",
)

refused(
    "eval with a dict of active values",
    """
def f(x):
    return eval("v * v", {"v": x})
           ^^^^^^^^^^^^^^^^^^^^^^^
""",
    "eval",
    "UnsupportedCall",
)

refused(
    "vars",
    """
def f(x):
    return vars()["x"] * x
           ^^^^^^
""",
    "vars",
    "UnsupportedCall",
)

refused(
    "globals written by name",
    """
def f(x):
    globals()["kept"] = x
    return x * kept
""",
    "global|not defined",
    "UnsupportedCall|UnsupportedSyntax|UnresolvedName",
    hint=False,
)

refused(
    "global written",
    """
kept = 0.0

def f(x):
    global kept
    kept = x * x
    ^^^^
    return kept * x
""",
    "global to the function",
)

refused(
    "global list of active values",
    """
kept = []

def f(x):
    kept.append(x)
    ^^^^^^^^^^^^^^
    return x * x
""",
    "global|container|append",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "global dict of active values",
    """
kept = {"best": 0.0}

def f(x):
    kept["best"] = x * x
    ^^^^^^^^^^^^
    return kept["best"]
""",
    "global|container",
)

refused(
    "attribute of a module",
    """
def f(x):
    math.extra = x
    ^^^^^^^^^^
    return math.extra * x
""",
    "outside",
)

refused(
    "attribute of a global object",
    """
class Box:
    value = 0.0

box = Box()

def f(x):
    box.value = x * x
    ^^^^^^^^^
    return box.value
""",
    "global|object|changed|made elsewhere",
)

refused(
    "undefined name",
    """
def f(x):
    return x * missing
               ^^^^^^^
""",
    "missing.*not defined",
    "UnresolvedName",
    hint=False,
)

refused(
    "a module imported by its name",
    """
def f(x):
    name = __import__("math")
    return name.sin(x)
           ^^^^^^^^^^^
""",
    "sin",
    "UnsupportedCall|UnsupportedSyntax",
    hint=False,
)

# control flow

refused(
    "generator that goes through what it handles",
    """
def f(x):
    def halves():
        try:
            yield x
        except ValueError:
            yield 2.0 * x
    return sum(halves())
""",
    "yield",
)

refused(
    "context manager whose generator yields on one path only",
    """
import contextlib

@contextlib.contextmanager
def scaled(x):
    if x > 0:
        yield 2.0 * x

def f(x):
    with scaled(x) as y:
        z = y * x
    return z
""",
    "does not always come to one",
)

refused(
    "groups by a key that is known at run time only",
    """
import itertools

def f(x):
    return sum(len(list(group)) * x for _, group in itertools.groupby([x, -x], key=lambda v: v > 0))
""",
    "groupby",
)

refused(
    "enumerated instance with __next__",
    """
class Down:
    def __init__(self, n, x):
        self.n, self.x = n, x

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n * self.x

def f(x):
    return sum(k * v for k, v in enumerate(Down(3, x)))
""",
    "not known at compile time",
)

refused(
    "groups that are used behind the next one",
    """
import itertools

def f(x):
    groups = [group for _, group in itertools.groupby([1, 1, 2])]
    return sum(len(list(group)) * x for group in groups)
""",
    "used in part",
)

refused(
    "generator that is sent values",
    """
def f(x):
    def values():
        y = yield x
        yield x if y is None else y
    return sum(values())
""",
    "yield",
)

refused(
    "exception carries an active value",
    """
def f(x):
    try:
        raise ValueError(x * x)
    except ValueError as error:
        return error.args[0]
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
    hint=False,
)

# calls

refused(
    "an active argument for a compiled function",
    """
def f(x):
    return nextafter(x, 2.0)
           ^^^^^^^^^^^^^^^^^
""",
    "nextafter",
    "UnsupportedCall",
    names={"nextafter": OPAQUE},
)

refused(
    "a keyword without support: where",
    """
def f(x):
    return np.sum(np.add(x, 1.0, where=x > 0.0))
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
    "where",
    "UnsupportedKeyword",
    A,
)

refused(
    "a keyword that there is not",
    """
def f(x):
    return np.sum(x, axes=0)
           ^^^^^^^^^^^^^^^^^
""",
    "axes",
    "UnsupportedKeyword",
    A,
)

refused(
    "a NumPy function without a rule",
    """
def f(x):
    return np.sum(np.histogramdd(x))
                  ^^^^^^^^^^^^^^^^^
""",
    "histogramdd",
    "UnsupportedCall",
    A,
)

refused(
    "einsum with indices that are made on the way",
    """
def f(x):
    k = 1
    for i in range(2):
        k -= i
    return np.einsum(x, [0], x, [k])
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
    "constant",
    "UnsupportedCall",
    A,
)

refused(
    "block of lists of several depths",
    """
def f(x):
    return np.block([x, []])[0]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
    "depth",
    "UnsupportedCall",
    A,
)

refused(
    "a module that is imported for the first time",
    """
def f(x):
    import never_imported_before
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    return x * x
""",
    "first time",
)

refused(
    "a descriptor",
    """
class Doubled:
    def __get__(self, owner, cls):
        return 2.0 * owner.half

class Pair:
    double = Doubled()

def f(x):
    pair = Pair()
    pair.half = x
    return pair.double * x
           ^^^^^^^^^^^
""",
    "descriptor",
)

refused(
    "a metaclass with operators",
    """
class Counted(type):
    def __len__(cls):
        return 3

class Layers(metaclass=Counted):
    pass

def f(x):
    return len(Layers) * x
    ^^^^^^^^^^^^^^^^^^^^^^
""",
    "metaclass",
)

refused(
    "a cached function of an active value",
    """
import functools

@functools.lru_cache
def square(x):
    return x * x

def f(x):
    return square(x) + 1.0
           ^^^^^^^^^
""",
    "square",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "threads",
    """
import concurrent.futures

def f(x):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return sum(pool.map(math.sin, [x, x]))
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
    hint=False,
)

refused(
    "decimal",
    """
import decimal

def f(x):
    return float(decimal.Decimal(x) * 2)
                 ^^^^^^^^^^^^^^^^^^
""",
    "Decimal",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "fractions",
    """
import fractions

def f(x):
    return float(fractions.Fraction(x) * 2)
                 ^^^^^^^^^^^^^^^^^^^^^
""",
    "Fraction",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "text and back",
    """
def f(x):
    return float(f"{x}") * x
    ^^^^^^^^^^^^^^^^^^^^^^^^
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "json and back",
    """
import json

def f(x):
    return json.loads(json.dumps([x]))[0] * x
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
)

refused(
    "struct bits",
    """
import struct

def f(x):
    return struct.unpack("d", struct.pack("d", x))[0]
                              ^^^^^^^^^^^^^^^^^^^
""",
    "pack",
    "UnsupportedCall|UnsupportedSyntax",
)

# containers

refused(
    "an active value as a key",
    """
def f(x):
    d = {x: 1.0}
         ^
    return d[x] * x
""",
    "key",
)

refused(
    "list of mixed kinds grown in a loop",
    """
def f(x):
    kept = []
    for i in range(3):
        kept.append(x if i else np.ones(2) * x)
    return np.sum(kept[-1])
""",
    "kind|number|array|rank",
    "UnsupportedCall|UnsupportedSyntax|UntrackableAlias",
    hint=False,
)

refused(
    "class with __setattr__",
    """
class Noisy:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2.0)

def f(x):
    n = Noisy()
    n.value = x
    return n.value
""",
    "__setattr__",
    "UnsupportedCall|UnsupportedSyntax",
    hint=False,
)

# memory

refused(
    "resize",
    """
def f(x):
    y = x * 2.0
    y.resize(5)
    ^^^^^^^^^^^
    return np.sum(y)
""",
    "resize",
    "UnsupportedCall|UnsupportedSyntax",
    A,
)

refused(
    "the shape is assigned",
    """
def f(x):
    y = x * 2.0
    y.shape = (3, 1)
    ^^^^^^^
    return np.sum(y * x)
""",
    "shape|attribute|written",
    "UnsupportedCall|UnsupportedSyntax",
    A,
)

refused(
    "as_strided",
    """
def f(x):
    y = x.copy()
    w = np.lib.stride_tricks.as_strided(y, (2, 2), (8, 8))
    w[0, 1] = 5.0
    return np.sum(y)
""",
    "",
    "UnsupportedCall",
    A,
)

refused(
    "a view of another type",
    """
def f(x):
    y = x.copy()
    y.view(np.int64)[0] = 3
    ^^^^^^^^^^^^^^^^
    return np.sum(y * x)
""",
    "view",
    "UnsupportedCall|UnsupportedSyntax",
    A,
)

refused(
    "the buffer of an array",
    """
def f(x):
    y = x.copy()
    return np.sum(np.frombuffer(y.data) * x)
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
    A,
    hint=False,
)

refused(
    "setflags",
    """
def f(x):
    y = x.copy()
    y.setflags(write=False)
    return np.sum(y * x)
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
    A,
    hint=False,
)

refused(
    "nditer writes",
    """
def f(x):
    y = x.copy()
    with np.nditer(y, op_flags=["readwrite"]) as it:
        for v in it:
            v[...] = v * 2.0
    return np.sum(y * y)
""",
    "",
    "UnsupportedCall|UnsupportedSyntax",
    A,
    hint=False,
)

refused(
    "structured arrays",
    """
def f(x):
    y = np.zeros(3, dtype=[("a", float)])
    y["a"] = x
    return np.sum(y["a"])
""",
    "",
    "UnsupportedCall|UnsupportedSyntax|UntrackableAlias",
    A,
    hint=False,
)

refused(
    "array in a global list is written",
    """
store = [np.zeros(3)]

def f(x):
    store[0][:] = x
    ^^^^^^^^^^^^^^^
    return np.sum(store[0] * x)
""",
    "outside|global|written",
    "UnsupportedCall|UnsupportedSyntax|UntrackableAlias",
    A,
)

refused(
    "a global array is written",
    """
buffer = np.zeros(3)

def f(x):
    buffer[:] = x * x
    ^^^^^^^^^^^^^^^^^
    return np.sum(buffer * x)
""",
    "outside",
    "UnsupportedCall|UnsupportedSyntax|UntrackableAlias",
    A,
)

# arguments and results

refused(
    "an integer array",
    """
def f(x):
    return np.sum(x * x)
""",
    "integer|int64",
    "BadArgument",
    (np.arange(3),),
)

refused(
    "a string",
    """
def f(x):
    return 2.0
""",
    "str",
    "BadArgument",
    ("a",),
)

refused(
    "a boolean",
    """
def f(x):
    return 2.0 * x
""",
    "bool",
    "BadArgument",
    (True,),
    hint=False,
)

refused(
    "None",
    """
def f(x):
    return 2.0
""",
    "None",
    "BadArgument",
    (None,),
    hint=False,
)

refused(
    "an array as result",
    """
def f(x):
    return x * x
""",
    "returns|result",
    "BadResult",
    A,
)

refused(
    "a tuple as result",
    """
def f(x):
    return x, x * x
""",
    "returns|result",
    "BadResult",
)

refused(
    "nothing as result",
    """
def f(x):
    y = x * x
""",
    "None|returns|result",
    "BadResult",
    hint=False,
)

refused(
    "a complex result",
    """
def f(x):
    return x * 1j
""",
    "complex",
    "BadResult",
)

refused(
    "an integer result",
    """
def f(x):
    return int(x)
""",
    "int",
    "BadResult",
    hint=False,
)

refused(
    "too few arguments",
    """
def f(x, y):
    return x * y
""",
    "argument",
    "BadArgument",
    hint=False,
)

refused(
    "too many arguments",
    """
def f(x):
    return x
""",
    "argument",
    "BadArgument",
    (1.0, 2.0),
    hint=False,
)

# objects

refused(
    "a write to an object that another name may stand for",
    """
def f(x):
    state = {"a": x}
    first = state
    for _ in range(3):
        state["a"] = state["a"] * x
        ^^^^^^^^^^
        state = {"a": state["a"] + 1.0}
    return state["a"] + first["a"]
""",
    "another name may stand for it",
)
refused(
    "whether two names stand for one object",
    """
def f(x):
    one, other = {"a": x}, {"a": 2.0 * x}
    chosen = one if x > 1.0 else other
    return x if chosen is one else x * x
                ^^^^^^^^^^^^^
""",
    "one object",
)
refused(
    "a value that may be None inside of `try`",
    """
def f(x):
    pair = None
    if x > 1.0:
        pair = (x, x)
    try:
        y = pair[1] / x
            ^^^^^^^
    except TypeError:
        y = x
    return y
""",
    "inside of `try`|may be None",
)
