"""What a program may do: the primitives, each once, whatever the user called it.

`x * y`, `operator.mul(x, y)` and `np.multiply(x, y)` are one primitive. A primitive says how it is computed, what its
result's type is, how it is spelled, and how it touches memory. Derivatives are not here: see `rules`.
"""

from __future__ import annotations

import builtins
import inspect
import itertools
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CellType
from typing import Any, NoReturn

import numpy as np

from ..errors import UnsupportedCall
from . import infer as _infer
from .indexing import item
from .infer import Infer
from .types import BOOL, OBJECT, SLICE


@dataclass(frozen=True, eq=False)
class Primitive:
    """An operation of the IR.

    Args:
        name: its name in dumps.
        spellings: for each style how it is written and the callable that is meant, the default first
            (`{"np": ("np.sin", np.sin), "math": ("math.sin", math.sin)}`). Empty for what has syntax of its own.
        infer: operands -> type of the result. None for an operation without result.
        signature: the parameters that a call may use; a call with any other is refused.
        symbol: the operator that prints it ("*"), when its style is None or "operator".
        aliasing: the memory of the result: "fresh", "view" (shares that of operand 0), "maybe" (view or copy, known
            only at run time), "element" (an entry of the container that is operand 0, by reference), "any" (it may
            share that of any operand), "only" (as "any" with one operand behind the first; with several "fresh").
        reads: whether it reads the entries of its array operands (a view or `len` does not).
        contents: the positions of the operands whose entries it reads although `reads` is False.
        writes: the positions of the operands whose memory it writes.
        effect: whether it must run once and in order (print, opaque calls), besides `writes`.
        cost: of running it again: "free" (no arithmetic), "cheap" (plain arithmetic) or "dear".
        bare: the parameters behind the first that are written without their names, as some libraries want them.
    """

    name: str
    spellings: dict[str, tuple[str, Callable[..., Any]]] = field(default_factory=dict)
    infer: Infer | None = None
    signature: inspect.Signature | None = None
    symbol: str | None = None
    aliasing: str = "fresh"
    reads: bool = True
    contents: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    effect: bool = False
    cost: str = "dear"
    bare: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return self.name

    @property
    def is_pure(self) -> bool:
        """Whether it may be dropped when no result is used."""
        return not self.writes and not self.effect

    def reads_operand(self, position: int) -> bool:
        """Whether it reads the entries of the operand at a position (of the args, then the keywords)."""
        return self.reads or position in self.contents

    def function(self, style: str | None = None) -> Callable[..., Any]:
        """The callable that computes it, in the given style."""
        if style in self.spellings:
            return self.spellings[style][1]
        return next(iter(self.spellings.values()))[1]


_BY_CALLABLE: dict[Any, list[tuple[Primitive, str]]] = {}
BY_NAME: dict[str, Primitive] = {}
LATE: list[Callable[[Any], bool]] = []
"""Asked about a callable that is not known: each may register what it means (for SciPy, say) and return True."""


def define(
    name: str,
    *callables: Callable[..., Any],
    infer: Infer | None,
    parameters: str | inspect.Signature | None = None,
    **how: Any,
) -> Primitive:
    """Make a primitive and register the callables that mean it.

    Args:
        name: its name, unique.
        callables: the functions that it stands for; the first is the default spelling. The style of a callable is
            "np" for NumPy's, "math" for math's, "builtin" for builtins', else its module's name.
        infer: see `Primitive`.
        parameters: the parameters that are supported, as they would stand in a `def`: `"x, axis=None, keepdims=False"`
            (or a ready signature).
        how: the other fields of `Primitive`.
    """
    spellings = {}
    for function in callables:
        style, path = _spelling(function)
        spellings.setdefault(style, (path, function))
    signature = parameters_of(parameters) if isinstance(parameters, str) else parameters
    primitive = Primitive(name, spellings, infer, signature, **how)
    assert name not in BY_NAME, name
    BY_NAME[name] = primitive
    for function in callables:
        register(function, primitive)
    return primitive


def register(function: Callable[..., Any], primitive: Primitive, style: str | None = None) -> None:
    """Let a call of `function` mean `primitive`; one that means a primitive already means this one too, where its
    call does not fit the signature of the first (`math.log(x, base)`)."""
    own, path = _spelling(function)
    _BY_CALLABLE.setdefault(function, []).append((primitive, style or own))
    if style is None and own in ("method", "attribute"):
        primitive.spellings.setdefault(own, (path, function))


DEFINITIONS: dict[Any, Callable[..., Any]] = {}
"""Functions of libraries -> functions of the same values, written with primitives, that are read in their place."""


def unsupported(reason: str) -> NoReturn:
    """In a definition: the call is refused when it is read."""
    raise UnsupportedCall(reason)


FOLLOWED_WHEN_CONSTANT: set[Any] = set()
"""The definitions that are read even where nothing active goes in: classes whose instances are called later."""


def definition_of(function: Any) -> Callable[..., Any] | None:
    """What is read in place of a call of a library's function with active operands; None for most."""
    try:
        return DEFINITIONS.get(function)
    except TypeError:  # unhashable
        return None


def lookup(function: Any) -> tuple[Primitive, str] | None:
    """The primitive that a callable means, with the style of that spelling; None when there is none."""
    return next(iter(overloads(function)), None)


def overloads(function: Any) -> tuple[tuple[Primitive, str], ...]:
    """All primitives that a callable may mean, to be tried in order: the first whose signature the call fits."""
    try:
        if function not in _BY_CALLABLE and not any(fill(function) for fill in LATE):
            return ()
    except TypeError:  # unhashable
        return ()
    return tuple(_BY_CALLABLE.get(function, ()))


def _spelling(function: Callable[..., Any]) -> tuple[str, str]:
    """Style and dotted path of a callable."""
    name = getattr(function, "__name__", str(function))
    module = getattr(function, "__module__", None) or ""
    if getattr(function, "__objclass__", None) is np.ndarray:
        return ("attribute" if inspect.isgetsetdescriptor(function) else "method"), name
    if module == "math":
        return "math", f"math.{name}"
    if module in ("builtins", "_operator") and hasattr(builtins, name):
        return "builtin", name
    if module == "_operator":
        return "operator", f"operator.{name}"
    if module.startswith("scipy.stats") and hasattr(getattr(function, "__self__", None), "name"):
        return "scipy.stats", f"scipy.stats.{function.__self__.name}.{name}"  # type: ignore[attr-defined]
    if module in ("gradscribe.runtime", "gradscribe.runtime_scipy"):
        return "runtime", name
    path = _numpy_path(function, name, module)
    if path is not None:
        return "np", path
    module = "scipy.special" if isinstance(function, np.ufunc) else _public(module)
    return module, f"{module}.{name}"


def _numpy_path(function: Callable[..., Any], name: str, module: str) -> str | None:
    """Where NumPy offers a function: `np.sin`, `np.linalg.norm`, `np.add.at`."""
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return f"np.{function.__self__.__name__}.{name}"  # type: ignore[attr-defined]
    if isinstance(function, np.ufunc) or module.startswith("numpy"):
        for path, space in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
            if getattr(space, name, None) is function:
                return f"{path}.{name}"
    return None


def _public(module: str) -> str:
    """The public module whose parts are private ones: of SciPy, or of the standard library (`_bisect`)."""
    if not module.startswith("scipy."):
        return module.lstrip("_")
    return ".".join(itertools.takewhile(lambda part: not part.startswith("_"), module.split(".")))


def parameters_of(parameters: str) -> inspect.Signature:
    """The signature of `def f(parameters)`."""
    scope: dict[str, Any] = {"np": np, "_NoValue": np._NoValue}
    exec(f"def signature({parameters}): pass", scope)
    return inspect.signature(scope["signature"])


# ------------------------------------------------------------------ control

IF = define("if_", infer=None)
"""`if_(predicate) {then} {orelse}`: the results are the yields of the arm that ran."""
LOOP = define("loop", infer=None)
"""See `LoopShape`."""
CALL = define("call", infer=None)
"""`call(*args)` of another function of the program; `static` is a `Callee`; one result."""
RAISE = define("raise_", infer=None, effect=True)
"""`raise args[0]` (`from args[1]`); what follows in its block does not run."""
ASSERT = define("assert_", infer=None, effect=True)
"""`assert args[0], args[1]`."""

COMMENT = define("comment", infer=None, effect=True)
"""A line `# text` in the printed function (`static` is the text); marks the sections "forward" and "reverse"."""
WATCH = define("watch", infer=None, effect=True)
"""Shows what a run of the interpreter is to note: the tangent or the adjoint `args[0]` of the primal value `static`. It
computes nothing, and is never printed."""

# ------------------------------------------------------------------ structures

TUPLE = define("tuple_", infer=_infer.make_tuple, aliasing="element", reads=False, cost="free")
"""`(args...)`; `static` is the NamedTuple class, where it is one."""
FIXED_LIST = define("fixed_list", infer=_infer.make_list, aliasing="element", reads=False, cost="free")
"""`[args...]`, never written."""
DICT = define("dict_", infer=None, aliasing="element", reads=False, cost="free")
"""`{key: arg, ...}`; `static` is the tuple of keys."""
RECORD = define("record", infer=None, aliasing="element", reads=False, cost="free")
"""`cls(field=arg, ...)`; `static` is `(cls, names)`."""
SLICE_ = define("slice_", slice, infer=_infer.always(SLICE), reads=False, cost="free")
"""`start:stop:step`; absent parts are Const(None)."""

# ------------------------------------------------------------------ memory

GETITEM = define("getitem", operator.getitem, infer=item, aliasing="item", cost="free")
"""`x[i]`: a view of an array for a basic index of rank > 0, a copy else; an entry of a list, tuple or dict."""
GETATTR = define("getattr_", infer=None, aliasing="element", cost="free", effect=False)
"""`x.name`; `static` is the name."""
SETITEM = define("setitem", operator.setitem, infer=None, writes=(0,))
"""`x[i] = v`."""
ADDAT = define("addat", infer=None, writes=(0,))
"""`x[i] += v`, once for repeated indices, as Python does; the whole array with the index Ellipsis."""
SCATTER_ADD = define("scatter_add", np.add.at, infer=None, writes=(0,))
"""`np.add.at(x, i, v)`: adds once for each occurrence of a repeated index."""
VADDAT = define("vaddat", infer=_infer.same_as_first)
"""The functional form of `scatter_add`: x with v added at i (for a basic index printed as `x[i] += v`)."""
PLACED = define("placed", infer=lambda args, keywords: args[2].type)
"""`placed(v, i, x)`: zeros in the shape of x with v at i (by `runtime`): what is added where x cannot be written."""
AT_ADD = define("at_add", infer=_infer.same_as_first)
"""`x.at[i].add(v)`: `vaddat` for arrays that are never written."""
COPY = define("copy", np.copy, np.ndarray.copy, infer=_infer.same_as_first, parameters="a")
"""`x.copy()`."""
ZEROS_LIKE = define("zeros_like", np.zeros_like, infer=_infer.filled, parameters="a", reads=False)
FULL_LIKE = define(
    "full_like", np.full_like, infer=_infer.filled, parameters="a, fill_value", reads=False, contents=(1,)
)
LIST = define("list_", infer=None)
"""`[args...]` that may be written: a fresh list."""
APPEND = define("append", list.append, infer=None, writes=(0,))
"""`x.append(v)`."""
POP = define("pop", infer=None, writes=(0,), aliasing="element")
"""`x.pop()` or `x.pop(i)`; one result."""
LENGTH = define("length", builtins.len, infer=_infer.length, parameters="x", reads=False, cost="free")
SHAPE = define("shape", np.shape, infer=_infer.shape_tuple, parameters="a", reads=False, cost="free")
WITH_LEADING = define("with_leading", infer=_infer.with_leading, reads=False, cost="free")
"""`(n, *shape)`: a shape with one more axis in front."""
UNBROADCAST = define("unbroadcast", infer=lambda args, keywords: args[1].type, aliasing="maybe")
"""`unbroadcast(g, x)`: g summed to the shape of x (by `runtime`)."""
CHECK_NUMBER = define("check_number", infer=None, effect=True, reads=False)
"""`check_number(value)`: raise if the value is an array, or there is none (by `runtime`)."""
CHECK_SAME = define("check_same", infer=None, effect=True, reads=False)
"""`check_same(now, then, name)`: raise if what stands under a name outside has changed (by `runtime`)."""
CHECK_FILLED = define("check_filled", infer=None, effect=True)
"""`check_filled(x)`: raise if an entry of x is missing (by `runtime`)."""
LAST_WRITE = define("last_write", infer=_infer.same_as_first)
"""`last_write(g, x, i)`: g with zeros where a later entry of the index i writes the same cell of x (by `runtime`)."""
RANGE_LENGTH = define("range_length", infer=_infer.length, reads=False, cost="cheap")
"""`len(range(start, stop, step))`."""

SNAPSHOTS = define("snapshots", infer=_infer.always(OBJECT), effect=True, reads=False)
"""`Snapshots(range(start, stop, step), count)` (see `checkpoints`)."""
KEEP = define("keep_state", infer=None, effect=True)
"""`snapshots.keep(*state)`."""
STATE_BEFORE = define("state_before", infer=None, effect=True)
"""`snapshots.before(index, trip, *others)`, a tuple; `static` is the trip, a `Callee`."""

# ------------------------------------------------------------------ what is opaque

EXTERNAL = define("external", infer=None, reads=False, cost="free")
"""A global or a closure cell of the user's function, read when the derivative is called; `static` is an `External`."""
CALL_PYTHON = define("call_python", infer=None, effect=True)
"""`args[0](*args[1:], **keywords)`: a call that is not differentiated. It may write what it can reach."""
CALL_METHOD = define("call_method", infer=None, effect=True)
"""`args[0].static(*args[1:], **keywords)`, not differentiated."""
EXPRESSION = define("expression", infer=None, effect=True)
"""Any other Python expression, printed as it stands; `static` is an `ExpressionSource`, the args are its free names."""


@dataclass(frozen=True, eq=False)
class External:
    """Where a value from outside the function is found: `owner` is the dict of globals or the closure cell, or a
    container, module, class or object, and `name` the key or attribute. Two are the same when their owners are the same
    object."""

    name: str
    owner: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and self.name == other.name and self.owner is other.owner

    def __hash__(self) -> int:
        return hash((self.name, id(self.owner)))

    def read(self) -> Any:
        """The value now. Raises NameError where the cell is empty or the global is missing, as a plain call would."""
        try:
            if isinstance(self.owner, CellType):
                return self.owner.cell_contents
            keyed = isinstance(self.owner, (dict, list, tuple))
            return self.owner[self.name] if keyed else getattr(self.owner, self.name)
        except (AttributeError, LookupError, ValueError):
            raise NameError(f"name {self.name!r} is not defined") from None


@dataclass(frozen=True, eq=False)
class ExpressionSource:
    """A Python expression (an `ast.expr`) over the names `names`. `leaves_alone` says that it is known not to write to
    what these stand for, though it calls functions."""

    tree: Any
    names: tuple[str, ...]
    leaves_alone: bool = False


# ------------------------------------------------------------------ arithmetic


def _operator(symbol: str | None, name: str, ufunc: Any, *others: Callable[..., Any], cost: str = "cheap") -> Primitive:
    parameters = "x, /" if ufunc.nin == 1 else "x, y, /"
    made = define(
        name,
        ufunc,
        infer=_infer.elementwise(others[0] if others else ufunc),
        parameters=parameters,
        symbol=symbol,
        cost=cost,
    )
    for function in others:
        register(function, made, "operator")
        made.spellings.setdefault("operator", (made.name, function))
    return made


ADD = _operator("+", "add", np.add, operator.add, operator.iadd)
SUBTRACT = _operator("-", "subtract", np.subtract, operator.sub, operator.isub)
MULTIPLY = _operator("*", "multiply", np.multiply, operator.mul, operator.imul)
DIVIDE = _operator("/", "divide", np.divide, operator.truediv, operator.itruediv)
FLOOR_DIVIDE = _operator("//", "floor_divide", np.floor_divide, operator.floordiv, operator.ifloordiv)
REMAINDER = _operator("%", "remainder", np.remainder, operator.mod, operator.imod)
POWER = _operator("**", "power", np.power, operator.pow, operator.ipow, builtins.pow)
NEGATIVE = _operator("-", "negative", np.negative, operator.neg)
POSITIVE = _operator("+", "positive", np.positive, operator.pos)
INVERT = _operator("~", "invert", np.invert, operator.invert, operator.inv)
BIT_AND = _operator("&", "bitwise_and", np.bitwise_and, operator.and_)
BIT_OR = _operator("|", "bitwise_or", np.bitwise_or, operator.or_)
BIT_XOR = _operator("^", "bitwise_xor", np.bitwise_xor, operator.xor)
LEFT_SHIFT = _operator("<<", "left_shift", np.left_shift, operator.lshift)
RIGHT_SHIFT = _operator(">>", "right_shift", np.right_shift, operator.rshift)
LESS = _operator("<", "less", np.less, operator.lt)
LESS_EQUAL = _operator("<=", "less_equal", np.less_equal, operator.le)
GREATER = _operator(">", "greater", np.greater, operator.gt)
GREATER_EQUAL = _operator(">=", "greater_equal", np.greater_equal, operator.ge)
EQUAL = _operator("==", "equal", np.equal, operator.eq)
NOT_EQUAL = _operator("!=", "not_equal", np.not_equal, operator.ne)
MATMUL = define(
    "matmul", np.matmul, operator.matmul, operator.imatmul, infer=_infer.product, parameters="x, y, /", symbol="@"
)

NOT = define("not_", operator.not_, infer=_infer.truth, parameters="x, /", symbol="not", cost="cheap")
IS = define("is_", operator.is_, infer=_infer.truth, parameters="x, y, /", symbol="is", reads=False, cost="cheap")
IS_NOT = define(
    "is_not", operator.is_not, infer=_infer.truth, parameters="x, y, /", symbol="is not", reads=False, cost="cheap"
)
IN = define("contains", infer=_infer.truth, symbol="in", cost="cheap")
"""`args[0] in args[1]`."""
NOT_IN = define("not_contains", infer=_infer.truth, symbol="not in", cost="cheap")

FLOAT_OF = define("float_", builtins.float, infer=_infer.always(_infer.FLOAT), parameters="x=0.0, /", cost="cheap")
INT_OF = define("int_", builtins.int, infer=_infer.always(_infer.INT), parameters="x=0, /", cost="cheap")
BOOL_OF = define("bool_", builtins.bool, infer=_infer.always(BOOL), parameters="x=False, /", cost="cheap")
