"""Ways to change what is outside of a function in the middle of it: most go through a call that is not read.

`CHANGES` are statements that turn `table["axis"]` from 0 to 1 and `table["mode"]` from "a" to "b"; `READS` are
expressions that depend on these two.
"""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

TURNED = {"axis": 1, "mode": "b"}
table = {"axis": 0, "mode": "a"}
around, holder = {"table": table}, SimpleNamespace(table=table)


def reset():
    table.clear()
    table.update(axis=0, mode="a")
    turned_once.cache_clear()


def turn(*args, **keywords):
    class Local:  # keeps the function from being read
        pass

    table["axis"], table["mode"] = 1, "b"
    return 1.0


def turn_openly():
    table["axis"] = 1
    table["mode"] = "b"


def turn_given(given):
    given.update(TURNED)


def turn_default(given=table):
    given.update(TURNED)


def numbers():
    yield turn()


turned_once = functools.lru_cache(turn)


class Actor:
    """Whose every method turns the table."""

    __add__ = __radd__ = __getitem__ = __call__ = __float__ = __copy__ = turn
    prop = property(turn)

    def __enter__(self):
        turn()

    def __exit__(self, *args):
        return None

    def __len__(self):
        return int(turn())

    def __bool__(self):
        return bool(turn())

    def __iter__(self):
        return iter([turn()])

    def __str__(self):
        return str(turn())

    def __eq__(self, other):
        return bool(turn())

    def __contains__(self, item):
        return bool(turn())

    def __array__(self, *args, **keywords):
        return np.array([turn()])

    def __hash__(self):
        return int(turn())


class Made:
    def __init__(self):
        turn()


class Failure(Exception):
    def __init__(self):
        turn()


class Turning(dict):
    def __setitem__(self, key, value):
        turn()


actor, turning = Actor(), Turning()
CHANGES = [
    "table['axis'], table['mode'] = 1, 'b'",
    "table.__setitem__('axis', 1); table.__setitem__('mode', 'b')",
    "operator.setitem(table, 'axis', 1); operator.setitem(table, 'mode', 'b')",
    "table.update(axis=1, mode='b')",
    "dict.update(table, TURNED)",
    "dict.__setitem__(table, 'axis', 1); dict.__setitem__(table, 'mode', 'b')",
    "table.__ior__(TURNED)",
    "operator.ior(table, TURNED); operator.ior(table, TURNED).update(TURNED)",
    "operator.ior(table, {}); t = table; t |= TURNED",
    "t = table; t |= TURNED",
    "table.pop('axis'); table.setdefault('axis', 1); table.pop('mode'); table.setdefault('mode', 'b')",
    "del table['axis']; table['axis'] = 1; table['mode'] = 'b'",
    "table.clear(); table.update(TURNED)",
    "turn_openly()",
    "turn_given(table)",
    "turn_given(*[table])",
    "turn_given(**{'given': table})",
    "turn_default()",
    "turn()",
    "turned_once()",
    "(lambda: turn())()",
    "u = table.update; u(TURNED)",
    "getattr(table, 'update')(TURNED)",
    "functools.partial(table.update, axis=1, mode='b')()",
    "functools.partial(operator.setitem, table)('axis', 1); functools.partial(operator.setitem, table)('mode', 'b')",
    "operator.methodcaller('update', TURNED)(table)",
    "list(map(table.__setitem__, ['axis', 'mode'], [1, 'b']))",
    "list(map(operator.setitem, [table, table], ['axis', 'mode'], [1, 'b']))",
    "sorted([1, 2], key=turn)",
    "functools.reduce(turn, [1, 2])",
    "sum(numbers())",
    "list(zip(numbers(), [1]))",
    "next(numbers())",
    "here.table.update(TURNED)",
    "vars(here)['table'].update(TURNED)",
    "sys.modules[__name__].turn()",
    "(t := table).update(TURNED)",
    "(table if x[0, 0] > 0 else around).update(TURNED)",
    "[table][0].update(TURNED)",
    "[t.update(TURNED) for t in (table,)]",
    "type(table).update(table, TURNED)",
    "collections.ChainMap(table).update(TURNED)",
    "collections.Counter.update(table, axis=1); table.update(mode='b')",
    "around['table'].update(TURNED)",
    "around.get('table').update(TURNED)",
    "around.get('table')['axis'] = 1; around.get('table')['mode'] = 'b'",
    "list(around.values())[0].update(TURNED)",
    "operator.itemgetter('table')(around).update(TURNED)",
    "operator.attrgetter('table')(holder).update(TURNED)",
    "holder.table['axis'] = 1; holder.table['mode'] = 'b'",
    "\n    for t in around.values(): t.update(TURNED)",
    "\n    for _, t in around.items(): t['axis'] = 1; t['mode'] = 'b'",
    "\n    match around:\n        case {'table': t}: t['axis'] = 1; t['mode'] = 'b'",
    "\n    for table['axis'] in (1,): table['mode'] = 'b'",
    "\n    with actor: pass",
    "\n    with contextlib.ExitStack() as stack: stack.callback(turn)",
    "\n    while table['mode'] == 'a': table.update(TURNED)",
    "\n    if x[0, 0] > 0: table.update(TURNED)",
    "\n    try: raise Failure()\n    except Failure: pass",
    "\n    try: pass\n    finally: table.update(TURNED)",
    "\n    if actor: pass",
    "\n    @turn\n    def g(): return 1",
    "actor()", "y = actor.prop", "y = len(actor)", "y = [v for v in actor]", "y = actor + 1", "y = 1 + actor",
    "y = actor[0]", "y = actor == 1", "y = str(actor)", "y = f'{actor}'", "y = '%s' % actor", "y = '{}'.format(actor)",
    "y = 1 in actor", "y = float(actor)", "y = np.asarray(actor)", "y = np.sin(actor)", "y = {actor: 1}",
    "y = hash(actor)", "copy.copy(actor)", "Made()", "turning['z'] = 1",
    "exec(\"table.update(axis=1, mode='b')\", {'table': table})",
    "t = threading.Thread(target=turn); t.start(); t.join()",
    "assert turn() == 1.0",
    "any(turn() for _ in range(1))",
    "np.apply_along_axis(turn, 0, np.ones(2))",
    "np.fromfunction(turn, (2,))",
]  # fmt: skip
READS = [
    "np.sum(np.sum(x, axis=table['axis']) ** 2)",
    "np.sum(x * x) if table['mode'] == 'a' else 3.0 * np.sum(x)",
    "np.sum(x * x) * (table['axis'] + 1.0) if table['mode'] == 'a' else np.sum(x) * (table['axis'] + 1.0)",
    "np.sum(np.sum(x, axis=table.get('axis')) ** 2) * len(table.get('mode'))",
    "np.sum(np.sum(x, axis=table['axis']) ** 2) * len(table['mode'])",
]


def program(change: str, read: str) -> str:
    """A function that reads, changes, and reads again."""
    return f"def f(x):\n    before = {read}\n    {change.lstrip()}\n    return 0.5 * before + {read}\n"
