"""Statements in which `turn` runs though no call of it is in sight: operators, attributes, checks of types, imports.

Each is a change for `meddlers.program`, which supplies the names.
"""

from __future__ import annotations

import abc
import collections
import contextlib
import copy
import enum
import functools
import heapq
import importlib
import itertools
import json
import logging
import math
import numbers
import operator
import pickle
import random
import re
import string
import sys
import threading
import types
import unittest.mock
import warnings
import weakref
from typing import Protocol, runtime_checkable

import numpy as np

from . import meddlers
from .meddlers import TURNED, Actor, table, turn


class Everything(Actor):
    """Whose every special method turns the table."""

    __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __matmul__ = __rmatmul__ = __mod__ = __pow__ = turn
    __and__ = __or__ = __xor__ = __lshift__ = __neg__ = __pos__ = __invert__ = __abs__ = __round__ = turn
    __iadd__ = __imul__ = __setitem__ = __delitem__ = __reversed__ = __next__ = __missing__ = __divmod__ = turn
    __trunc__ = __floor__ = __ceil__ = __enter__ = __deepcopy__ = turn

    def __index__(self):
        return int(turn())

    def __int__(self):
        return int(turn())

    def __complex__(self):
        return complex(turn())

    def __lt__(self, other):
        return bool(turn())

    __gt__ = __le__ = __ge__ = __ne__ = __lt__

    def __format__(self, spec):
        return str(turn())

    def __bytes__(self):
        return bytes(int(turn()))

    def __repr__(self):
        return str(turn())

    def __dir__(self):
        return [str(turn())]

    def keys(self):
        return [str(turn())]

    def write(self, text):
        turn()

    def close(self):
        turn()


class Getting:
    def __getattr__(self, name):
        return turn()


class GettingAll:
    def __getattribute__(self, name):
        return turn()


class Setting:
    def __setattr__(self, name, value):
        turn()

    def __delattr__(self, name):
        turn()


class Descriptor:
    def __get__(self, owner, cls):
        return turn()


class DataDescriptor(Descriptor):
    def __set__(self, owner, value):
        turn()


class Meta(type):
    """The class of classes whose every use turns the table."""

    __add__ = __getitem__ = __len__ = __iter__ = __call__ = __neg__ = turn
    prop = property(turn)

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return turn()

    def __instancecheck__(cls, value):
        return bool(turn())

    def __subclasscheck__(cls, other):
        return bool(turn())

    def __bool__(cls):
        return bool(turn())

    def __contains__(cls, item):
        return bool(turn())

    def __str__(cls):
        return str(turn())

    def __setattr__(cls, name, value):
        turn()


class Turned(metaclass=Meta):
    """A class of classes that act."""


class Described:
    read = Descriptor()
    both = DataDescriptor()
    known = functools.cached_property(turn)
    of_class = classmethod(turn)

    def __class_getitem__(cls, item):
        return turn()


class Late:
    def __del__(self):
        turn()


class Hooked(abc.ABC):
    @classmethod
    def __subclasshook__(cls, other):
        return bool(turn())


@runtime_checkable
class HasProp(Protocol):
    prop: float


class Lying:
    @property
    def __class__(self):
        turn()
        return int


class Missing(dict):
    def __missing__(self, key):
        return turn()


class Getter(dict):
    def __getitem__(self, key):
        return turn()


class Code(enum.Enum):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        turn()
        return cls.ONE

    @property
    def turned(self):
        return turn()


class Handler(logging.Handler):
    def emit(self, record):
        turn()


class Lazy(types.ModuleType):
    """A module that makes what is asked for."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return turn()


lazy = sys.modules["lazily_made"] = Lazy("lazily_made")
logger = logging.Logger("turning")
logger.addHandler(Handler())

actor, described, getting, getting_all, setting = Everything(), Described(), Getting(), GettingAll(), Setting()
missing, getter, lying, held = Missing(), Getter(a=1), Lying(), [Everything()]
here = sys.modules[__name__]
_IMPORTED = f"{__package__}.imported_late"
NAMES = (
    collections,
    contextlib,
    copy,
    functools,
    heapq,
    importlib,
    itertools,
    json,
    math,
    np,
    numbers,
    operator,
    pickle,
)
MORE = (random, re, string, threading, types, unittest.mock, warnings, weakref, TURNED, table)


def reset() -> None:
    """Bring all back to the start."""
    meddlers.reset()
    sys.modules.pop(_IMPORTED, None)
    vars(sys.modules[__package__]).pop("imported_late", None)
    vars(described).clear()
    Hooked._abc_caches_clear()


IMPORTS = [
    f"import {_IMPORTED}",
    f"import {_IMPORTED} as late",
    "from . import imported_late",
    "from .imported_late import value",
    f"importlib.import_module({_IMPORTED!r})",
    f"__import__({_IMPORTED!r})",
    "\n    if x[0, 0] > 0: from . import imported_late",
    "\n    try:\n        from . import imported_late\n    except ImportError: pass",
    "from lazily_made import something",
]
ATTRIBUTES = [
    "y = described.read", "y = described.both", "described.both = 1", "y = described.known",
    "y = described.of_class()", "y = Described.read", "y = Described.both", "y = getattr(Described, 'read')",
    "y = hasattr(described, 'read')", "y = hasattr(Described, 'read')", "y = Described().read",
    "b = Described(); b.both = 1", "b = Described(); y = b.both", "y = getattr(Described(), 'read', 1)",
    "y = vars(Described)['read'].__get__(None, Described)", "y = operator.attrgetter('read')(Described)",
    "y = operator.attrgetter('read')(described)", "y = Turned.prop", "y = Turned.anything",
    "y = getattr(Turned, 'anything')", "y = hasattr(Turned, 'anything')", "Turned.attribute = 1",
    "setattr(Turned, 'attribute', 1)", "y = getting.anything", "y = getting_all.anything",
    "y = getattr(getting, 'anything')", "y = hasattr(getting, 'anything')", "y = Getting().anything",
    "y = GettingAll().anything", "setting.attribute = 1", "del setting.attribute", "s = Setting(); s.attribute = 1",
    "setattr(setting, 'attribute', 1)", "y = lazy.something", "y = getattr(lazy, 'something')", "y = Described[int]",
    "y = Code.ONE.turned", "y = Code(1).turned", "y = Code(7)", "y = super(Described, described).__init__",
    "y = [b.read for b in [described]]", "y = (lambda c: c.read)(Described)",
    "y = functools.reduce(getattr, ['read'], Described)", "l = Late(); del l", "l = Late(); l = 1", "Late()",
    "\n    for l in (Late(),): pass\n    l = None",
]  # fmt: skip
CHECKS = [
    "y = isinstance(1, Turned)", "y = isinstance(x, Turned)", "y = issubclass(int, Turned)",
    "y = isinstance(table, (int, Turned))", "y = isinstance(actor, HasProp)", "y = issubclass(Hooked, Hooked)",
    "y = issubclass(dict, Hooked)", "y = isinstance(x, Hooked)", "y = isinstance(lying, int)",
    "\n    match actor:\n        case Turned(): pass\n        case _: pass",
    "\n    match described:\n        case Described(read=1.0): pass\n        case _: pass",
    "\n    match 1:\n        case Turned() | int(): pass", "\n    if isinstance(x, Turned): pass",
    "y = callable(getting_all)", "y = type(getting_all)(); y = y.z",
]  # fmt: skip
CLASSES = [
    "y = Turned + 1", "y = Turned[0]", "y = len(Turned)", "y = [v for v in Turned]", "y = Turned()", "y = -Turned",
    "y = 1 in Turned", "\n    if Turned: pass", "y = not Turned", "y = str(Turned)", "y = f'{Turned}'",
    "y = '%s' % Turned", "y = Turned or 1", "y = bool(Turned)", "y = print(Turned, file=actor)",
]  # fmt: skip
_BINARY = ("-", "*", "/", "@", "%", "**", "&", "|", "^", "<<", "<", ">", "<=", ">=", "!=")
OPERATORS = [f"y = actor {op} 1" for op in _BINARY] + [
    "y = 1 - actor", "y = x - actor", "y = x * actor", "y = x @ actor", "y = x < actor", "y = x == actor",
    "y = actor - x", "y = -actor", "y = +actor", "y = ~actor", "y = abs(actor)", "y = round(actor)",
    "y = divmod(actor, 1)", "y = pow(actor, 2)", "y = int(actor)", "y = complex(actor)", "y = bool(actor)",
    "y = not actor", "y = actor and 1", "y = range(actor)", "y = [1, 2][actor]", "y = (1, 2)[actor]", "y = x[actor]",
    "y = x[actor:]", "y = np.zeros(actor)", "y = bytes(actor)", "y = math.floor(actor)", "y = math.trunc(actor)",
    "y = math.sqrt(actor)", "y = max(actor, 1)", "y = min([actor, 1])", "y = sorted([actor, 1])", "y = sum([actor])",
    "y = reversed(actor)", "y = iter(actor)", "y = next(actor)", "del actor[0]", "actor[0] = 1", "a = actor; a += 1",
    "a = actor; a *= 1", "actor[0] += 1", "y = [actor].index(1)", "y = [actor].count(1)", "y = actor in [1]",
    "y = 1 in [actor]", "y = [actor] == [1]", "y = (actor,) < (1,)", "y = dict.fromkeys([actor])", "y = set([actor])",
    "y = {actor}", "y = dir(actor)", "y = repr(actor)", "y = ascii(actor)", "y = format(actor, 'd')",
    "y = '%d' % actor", "y = '{0.prop}'.format(actor)", "y = f'{actor!r:>{2}}'", "print(actor)",
    "print(1, file=actor)", "y = np.add(actor, 1)", "y = np.array([actor])", "y = np.dot(actor, 1)",
    "y = float(held[0])", "y = held[0] + 1", "y = [*actor]", "y = {**actor}", "a, = actor", "y = any(actor)",
    "y = list(zip(actor))", "y = list(enumerate(actor))", "y = list(map(float, [actor]))", "y = 'a'.join(actor)",
    "y = (actor if actor else 1)", "y = [1 for _ in range(1) if actor]", "y = x if actor < 2 else 1", "y = str(held)",
    "y = f'{held}'", "y = missing['z']", "y = getter['a']", "y = [i for i in actor if i]", "assert actor",
    "assert not actor or 1, actor", "y = 1 < actor < 2", "y = hash((actor,))", "y = copy.deepcopy(actor)",
    "\n    while not actor: pass", "\n    for i in actor: pass", "\n    for i in range(actor): pass",
    "\n    match actor:\n        case [1.0]: pass\n        case 1: pass\n        case _: pass",
    "\n    with contextlib.closing(actor): pass", "\n    with contextlib.redirect_stdout(actor): print('a')",
    "\n    def g(a=turn()): return a", "\n    def g(a: turn()): return a", "g = lambda a=turn(): a",
    "\n    def g(*, a=actor + 1): return a",
]  # fmt: skip
LIBRARY = [
    "y = functools.reduce(turn, [1, 2])", "y = sorted([1, 2], key=functools.cmp_to_key(turn))",
    "y = list(filter(turn, [1]))", "y = list(itertools.accumulate([1, 2], turn))",
    "y = list(itertools.takewhile(turn, [1]))", "y = list(itertools.starmap(turn, [(1,)]))",
    "y = [k for k, _ in itertools.groupby([1], turn)]", "y = [1, 2]; y.sort(key=turn)", "y = max([1, 2], key=turn)",
    "y = min([1, 2], key=turn)", "y = heapq.nlargest(1, [1, 2], key=turn)", "y = np.vectorize(turn)(1.0)",
    "y = np.frompyfunc(turn, 1, 1)(1.0)", "y = np.piecewise(np.ones(1), [[True]], [turn])",
    "y = np.array(list(map(turn, [1])))", "y = all(map(turn, [1]))", "y = iter(turn, 1.0); next(y, 1)",
    "y = next(map(turn, [1]))", "y = re.sub('a', lambda m: str(turn()), 'a')",
    "y = string.Template('$a').substitute(actor)", "y = json.dumps({1, 2}, default=turn)", "y = pickle.dumps(actor)",
    "y = collections.defaultdict(turn)[1]", "y = collections.defaultdict(turn); y[1]",
    "y = types.MethodType(turn, 1)()", "y = functools.singledispatch(turn)(1)", "y = functools.partial(turn)()",
    "y = operator.call(turn)", "y = operator.methodcaller('read')(types.SimpleNamespace(read=turn))",
    "y = unittest.mock.patch.dict(table, axis=1).start()", "y = random.sample([actor], 1)[0] + 1",
    "y = random.choices([1], weights=actor)", "logger.warning('a')", "logger.log(50, 'a')",
    "warnings.warn('a', actor)", "y = weakref.WeakMethod(described.of_class)()()",
    "y = threading.Timer(0, turn); y.start(); y.join()", "y = types.SimpleNamespace(a=actor).a + 1",
    "y = collections.namedtuple('P', 'a')(actor).a + 1", "y = collections.Counter([actor])",
    "y = collections.deque([actor])[0] + 1", "y = list(itertools.chain([actor], actor))",
    "y = isinstance(actor, numbers.Number) + actor", "y = vars(here)['turn']()", "y = globals()['turn']()",
    "y = [turn][0]()", "y = {'a': turn}['a']()", "y = (turn if x[0, 0] > 0 else abs)(1)",
    "\n    with unittest.mock.patch.dict(table, axis=1, mode='b') as t: y = 1",
    "\n    with contextlib.suppress(ValueError): turn()",
    "\n    with contextlib.ExitStack() as s: s.enter_context(actor)", "\n    with actor as a, actor as b: pass",
    "\n    with contextlib.contextmanager(lambda: iter([turn()]))(): pass",
    "\n    try: turn()\n    except ValueError: pass",
    "\n    try: raise ValueError(turn())\n    except ValueError: pass",
    "\n    try: pass\n    except turn(): pass\n    else: turn()",
    "\n    def g():\n        yield turn()\n    y = list(g())",
    "\n    def g():\n        yield from [turn()]\n    y = [*g()]",
    "\n    def g():\n        try: return 1\n        finally: turn()\n    y = g()",
    "\n    @functools.wraps(turn)\n    def g(): return turn()\n    y = g()",
]  # fmt: skip
CHANGES = IMPORTS + ATTRIBUTES + CHECKS + CLASSES + OPERATORS + LIBRARY
