"""`jit="numba"` at the surface: what may be asked for, what happens where numba refuses, and how functions that numba
compiles call a derivative or another function of ours."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial, wraps
from typing import Any

from ..arguments import check_followed
from ..errors import BadArgument, GradscribeError
from ..ir.nodes import Function
from ..ir.types import Type
from ..loops import UNFORESEEN
from ..nopython.calls import make_callable
from ..nopython.flavour import PARALLEL
from ..nopython.machine import NumbaMissing, NumbaRefuses
from ..pipeline import Compiled, compile_derivative, compile_primal, compile_pullback
from ..settings import Settings
from ..signature import abstract
from ..write.ordering import Ordering
from .freshness import refresh


def make_anew(make: Callable[[], Compiled], *, jit: str | None) -> Compiled:
    """What is not kept on disk."""
    return make()


class NumbaFallback(UserWarning):
    """A function runs as plain Python because numba cannot compile it; the message names what stands in the way."""


def flavour(jit: str | None, parallel: bool) -> str | None:
    """What is compiled for, of the options of a call.

    Raises:
        BadArgument: no machine code is asked for, but several processors.
    """
    if not parallel:
        return jit
    if jit != "numba":
        raise BadArgument("parallel=True is for machine code", hint='say jit="numba" too')
    return PARALLEL


def prepare(derivative: Any, jit: str | None) -> None:
    """Check what is asked for with `jit=`, and let functions that numba compiles call the derivative."""
    if jit not in (None, "numba", PARALLEL):
        raise BadArgument(f'jit is "numba" or None, not {jit!r}')
    if jit is not None:
        make_callable(derivative, lambda types: _core_for(derivative, types))


def _core_for(derivative: Any, types: Sequence[Type]) -> Any:
    """The machine code of a derivative for arguments of given types, called without a shell."""
    parameters = inspect.signature(derivative.primal).parameters.values()
    if derivative.mode == "forward":
        types = types[: len(parameters)]
    kinds = {p.name: t for p, t in zip(parameters, types, strict=False)}
    kinds |= {p.name: abstract(p.default, p.name) for p in parameters if p.name not in kinds}
    machine = derivative.compile_for(kinds, {}).machine
    if machine is None or not machine.direct:
        raise NumbaRefuses(
            f"{derivative.__name__} cannot be called from a compiled function: it needs Python around it"
        )
    return machine.alone()


def compiled_with(
    compile: Callable[..., Compiled], jit: str | None, name: str, keep: Callable[..., Compiled] = make_anew
) -> Compiled:
    """Compile for numba, or plainly where that is not possible.

    Args:
        compile: takes `jit=`.
        jit: "numba" or None.
        name: for the warning.
        keep: takes what compiles and `jit=`; gives what that makes, or the same from disk.
    """
    plain = partial(keep, compile, jit=None)
    if jit is None:
        return plain()
    try:
        made = keep(partial(compile, jit=jit), jit=jit)
        if made.machine is None or not made.machine.unforeseen:
            return made
        return _calling(made, _or_plain(made.function, plain))
    except NumbaMissing:
        raise
    except GradscribeError as error:
        made = plain()  # what is wrong with the function itself is told first
        warnings.warn(f"{name} runs as plain Python: {error}", NumbaFallback, stacklevel=_frames_of_ours())
        return made


def _calling(made: Compiled, function: Callable[..., Any]) -> Compiled:
    """The same with another function to call."""
    again = copy.copy(made)
    vars(again)["function"] = function
    return again


def _or_plain(fast: Callable[..., Any], compile: Callable[..., Compiled]) -> Callable[..., Any]:
    """A compiled function, and the plain one for the calls that it was not made for."""
    plain: list[Compiled] = []

    @wraps(fast)
    def run(*args: Any, **keywords: Any) -> Any:
        try:
            return fast(*args, **keywords)
        except NotImplementedError as error:
            if error.args != (UNFORESEEN,):
                raise
        if not plain or not refresh(plain[0]):
            plain[:] = [compile()]
        return plain[0].function(*args, **keywords)

    return run


def _frames_of_ours() -> int:
    """How far up the stack the user's own line is, for the caller's warning."""
    frame, count = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("gradscribe."):
        frame, count = frame.f_back, count + 1
    return count


def compiled_pair(
    primal: Callable[..., Any],
    kinds: Mapping[str, Type],
    static: Mapping[str, object],
    wrt: Sequence[str],
    jit: str | None,
    settings: Settings | None = None,
    namespace: str | None = None,
) -> tuple[Compiled, Compiled]:
    """The forward and the reverse half of a derivative; with `jit` the function itself, and its gradient."""
    if jit is None:
        return compile_pullback(primal, kinds, static, wrt, check_followed, settings, namespace)
    name = getattr(primal, "__name__", "f")
    ahead = partial(compile_primal, primal, kinds, static, settings=settings)
    back = partial(compile_derivative, primal, kinds, static, "reverse", wrt, several=True, settings=settings)
    return compiled_with(ahead, jit, name), compiled_with(back, jit, name)


@lru_cache(maxsize=512)
def _changes_arguments(program: Function) -> bool:
    """Whether a program writes to memory that is there before."""
    ordering = Ordering(program)
    outside = {ordering.region(p) for p in program.body.params}
    return any(region in outside for op in program.body.ops for _, region in ordering.writes(op))


def run_compiled(ahead: Compiled, back: Compiled, bound: inspect.BoundArguments) -> tuple[Any, Any, Callable[..., Any]]:
    """The value, a record and the reverse function that takes it, as `vjp` needs them: the record holds the arguments,
    and the reverse function computes the gradient from them anew, which in machine code is cheaper than a record."""
    record = copy.deepcopy(bound)
    value = ahead.function(*bound.args, **bound.kwargs)

    def reverse(record: inspect.BoundArguments, seed: Any) -> Any:
        given = copy.deepcopy(record) if _changes_arguments(back.program) else record
        return back.function(*given.args, seed, **given.kwargs)

    return value, record, reverse
