"""Functions that change, or look at, what is around them: each is differentiated right, or refused."""

from __future__ import annotations

import builtins
import collections
import enum
import functools
import inspect
import operator
import random
import sys
import threading
import types

import numpy as np


class Thing:
    shared = 2.0
    kind = "a"

    def __init__(self):
        self.factor, self.nothing, self.name = 2.0, None, "a"

    def change(self, value):
        self.nothing, self.name, self.factor = value, "b", 7.0


thing = Thing()
TABLE = {"nothing": None, "name": "a"}
ITEMS = [None]
ARRAY = np.ones(3)


def reset():
    thing.__init__()
    Thing.shared, Thing.kind = 2.0, "a"
    TABLE.clear()
    TABLE.update(nothing=None, name="a")
    ITEMS[:] = [None]
    ARRAY[:] = 1.0
    random.seed(1)
    random.gauss(0.0, 1.0)


def attribute_that_was_none(x):
    thing.nothing = 3.0
    return x * thing.nothing


def attribute_that_decides(x):
    thing.name = "b"
    return x * x if thing.name == "a" else 3 * x


def changed_by_a_method(x):
    thing.change(4.0)
    return x * thing.nothing * (2 if thing.name == "b" else 1) * thing.factor


def changed_by_setattr(x):
    setattr(thing, "nothing", 3.0)  # noqa: B010
    return x * thing.nothing


def changed_by_object_setattr(x):
    object.__setattr__(thing, "nothing", 3.0)
    return x * thing.nothing


def changed_by_dict(x):
    thing.__dict__["nothing"] = 3.0
    return x * thing.nothing


def changed_by_vars(x):
    vars(thing)["nothing"] = 3.0
    return x * thing.nothing


def changed_by_update(x):
    thing.__dict__.update(nothing=3.0)
    return x * thing.nothing


def entry_that_was_none(x):
    TABLE["nothing"] = 3.0
    return x * TABLE["nothing"]


def entry_that_decides(x):
    TABLE["name"] = "b"
    return x * x if TABLE["name"] == "a" else 3 * x


def entries_updated(x):
    TABLE.update(nothing=3.0)
    return x * TABLE["nothing"]


def entry_made_and_deleted(x):
    TABLE["new"] = 1.0
    y = x * TABLE["new"]
    del TABLE["new"]
    return y


def item_that_was_none(x):
    ITEMS[0] = 3.0
    return x * ITEMS[0]


def items_replaced(x):
    ITEMS[:] = [3.0]
    return x * ITEMS[0]


def item_appended(x):
    ITEMS.append(x)
    return ITEMS[-1] * x


def attribute_of_a_class(x):
    Thing.shared = 9.0
    try:
        return x * Thing.shared
    finally:
        Thing.shared = 2.0


def attribute_of_a_class_that_decides(x):
    Thing.kind = "b"
    y = x * x if Thing.kind == "a" else 3 * x
    Thing.kind = "a"
    return y


def changed_and_put_back(x):
    old = thing.factor
    thing.factor = 5.0
    y = x * thing.factor
    thing.factor = old
    return y


def counted_in_a_loop(x):
    for _ in range(3):
        thing.factor = thing.factor + 1.0
    return x * thing.factor


def array_written_and_read(x):
    y = x * ARRAY[0]
    ARRAY[0] = 5.0
    return y + x * ARRAY[0]


def array_holds_the_argument(x):
    ARRAY[0] = x
    return ARRAY[0] * x


def stored_on_the_function(x):
    stored_on_the_function.value = x
    return stored_on_the_function.value * x


def stored_in_a_thread_local(x):
    place = threading.local()
    place.value = x
    return place.value * x


def random_by_state(x):
    random.seed(0)
    return random.gauss(x, 1.0) * x


def scope_by_eval(x):
    return eval("x * x")


def scope_by_eval_of_builtins(x):
    return builtins.eval("x * x")


def scope_by_another_name(x):
    look = eval
    return look("x") * x


def scope_by_getattr(x):
    return getattr(builtins, "eval")("x") * x  # noqa: B009


def scope_by_a_list(x):
    return [eval][0]("x") * x


def scope_by_map(x):
    return float(next(map(eval, ["1 + 1"]))) * x


def scope_by_locals(x):
    return locals()["x"] * x


def scope_by_globals(x):
    return globals()["SCALE"] * x


def scope_by_vars(x):
    return vars()["x"] * x


def scope_by_dir(x):
    return x * len(dir())


def scope_by_frame(x):
    return sys._getframe().f_locals["x"] * x


def scope_by_inspect(x):
    return inspect.currentframe().f_locals["x"] * x


SCALE = 3.0


def through_a_memoryview(x):
    a = np.zeros(2)
    memoryview(a)[0] = x
    return a[0] * x


def in_a_set(x):
    return {x}


def the_greatest_of_a_set(x):
    return max({x, 2 * x})


def in_an_exception(x):
    return float(ValueError(x).args[0]) * x


def through_an_exception(x):
    try:
        raise ValueError(x)
    except ValueError as error:
        return error.args[0] * x


def in_a_counter(x):
    return collections.Counter({"a": x})["a"] * x


def in_an_ordered_dict(x):
    return collections.OrderedDict(a=x)["a"] * x


def in_a_namespace(x):
    return types.SimpleNamespace(v=x).v * x


def as_text(x):
    return float(repr(x)) * x


def as_object_array(x):
    return np.array([x], dtype=object)[0] * x


def cached_inside(x):
    return functools.lru_cache(lambda v: v * v)(x)


def by_attrgetter(x):
    return operator.attrgetter("real")(x) * x


class Color(enum.Enum):
    RED = 1.5


class Number(enum.IntEnum):
    THREE = 3


def by_enum(x):
    return x * Color.RED.value * Number.THREE


class Own(float):
    def __mul__(self, other):
        return 100.0


class Kept(float):
    pass


own, kept = Own(3.0), Kept(3.0)


def arithmetic_of_its_own(x):
    return own * x


def arithmetic_as_usual(x):
    return kept * x


class Items(list):
    def __getitem__(self, index):
        return 8.0


items = Items([1.0])


def entries_of_its_own(x):
    return items[0] * x


class Three:
    def __iter__(self):
        self.count = 0
        return self

    def __next__(self):
        self.count += 1
        if self.count > 3:
            raise StopIteration
        return float(self.count)


def iterator_of_its_own(x):
    total = 0.0
    for value in Three():
        total += value * x
    return total


class Answers:
    def __getattribute__(self, name):
        return 4.0


class Described:
    class Value:
        def __get__(self, instance, owner=None):
            return 6.0

    value = Value()


answers, described = Answers(), Described()


def attributes_of_its_own(x):
    return x * answers.anything


def by_descriptor(x):
    return x * described.value


class Maker(type):
    def __call__(cls, *args):
        return 5.0


class Made(metaclass=Maker):
    pass


class New:
    def __new__(cls, x):
        return 7.0


def made_by_a_metaclass(x):
    return Made(x) * x


def made_by_new(x):
    return New(x) * x


MATRIX = np.matrix([[1.0, 2.0], [3.0, 4.0]])
MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])


def times_a_matrix(x):
    return np.sum(MATRIX * np.array([[x], [1.0]]))


def square_of_a_matrix(x):
    return np.sum((x * MATRIX) * MATRIX)


def mean_of_masked(x):
    return np.mean(MASKED * x)


def masked_inside(x):
    return np.ma.array([x]).sum() * x


def matrix_inside(x):
    return np.matrix([[x]])[0, 0] * x


def none_on_one_path(x):
    return x if x < 0 else None


def nothing_on_one_path(x):
    if x < 0:
        return x


def no_value_on_one_path(x):
    if x < 0:
        z = x
    return z


def slice_replaced_by_an_array(x):
    b = [x, 2 * x, 3 * x]
    b[0:2] = np.array([x, x])
    return sum(b)


CASES = [f for f in list(globals().values()) if isinstance(f, types.FunctionType) and f is not reset]
