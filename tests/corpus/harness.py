"""The judge: differentiates a function with the public API and says whether the derivative is right.

Verdicts: `right`; `refused: ...` (an error of the tool that says why); `wrong: ...` (an answer, and not the right one);
`crash: ...` (any other error from inside); `hang`; `unusable: ...` (the case says nothing about the tool).
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradscribe.errors import GradscribeError, InternalError
from gradscribe.numerical import argument_leaves, flatten, numbers

from .case import Case
from .oracle import Expected, Hang, Run, at_most, disagreement, observed, same

MODES = ("reverse", "forward", "second")
RUN_TIME_CHECKS = ("share memory", "needs a view")


def judge(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    argnums: tuple[int, ...] = (0,),
    mode: str = "reverse",
    *,
    kwargs: dict[str, Any] | None = None,
    scalar: bool = True,
    single: bool = False,
    seconds: int = 10,
    expected: Expected | None = None,
) -> str:
    """Differentiate `f` at `args` and compare with differences.

    Args:
        f: the function.
        args: its arguments, which stay as they are.
        argnums: the arguments to differentiate by.
        mode: one of MODES: the gradient, a tangent, or a tangent of the gradient.
        kwargs: constant arguments by name.
        scalar: whether the result is one real number.
        single: whether it is computed in single precision: differences of a gradient show its rounding.
        seconds: how long all may take.
        expected: the facts about the function, if they are known already.

    Returns:
        A verdict.
    """
    facts = expected or Expected(f, args, argnums, kwargs or {})
    second = functools.partial(_second, single=single)
    check = {"reverse": _reverse if scalar else _pullback, "forward": _forward, "second": second}[mode]
    try:
        with at_most(seconds):
            plain = _usable(facts)
            return plain if isinstance(plain, str) else _verdict(check, facts, plain)
    except Hang:
        return "hang"


def judge_case(case: Case, mode: str, seconds: int = 10) -> str:
    """The verdict on one case of the corpus."""
    if mode == "second" and not case.scalar:
        return "unusable: not scalar"
    given = {"kwargs": case.kwargs, "scalar": case.scalar, "single": case.single, "seconds": seconds}
    return judge(case.function, case.args, case.argnums, mode, **given)


def _usable(facts: Expected) -> Run | str:
    try:
        plain = facts.plain()
    except Exception as error:  # noqa: BLE001
        return f"unusable: {type(error).__name__}: {error}"
    if not np.all(np.isfinite(numbers(plain.value))):
        return "unusable: the result is not finite"
    return plain


def _verdict(check: Callable[[Expected, Run], str | None], facts: Expected, plain: Run) -> str:
    try:
        fault = check(facts, plain)
    except InternalError as error:
        return f"crash: {error.reason}"
    except GradscribeError as error:
        missing = [
            name for name in ("filename", "lineno", "col_offset", "function", "hint") if getattr(error, name) is None
        ]
        return f"crash: {', '.join(missing)} missing in {error}" if missing else f"refused: {_refusal(error)}"
    except RecursionError:
        return "crash: RecursionError"
    except Exception as error:  # noqa: BLE001
        if isinstance(error, ValueError) and any(text in str(error) for text in RUN_TIME_CHECKS):
            return f"refused: {error}"
        return f"crash: {_crash(error)}"
    shared = fault is None and _shares(facts) and not same(plain.value, facts.call(*_apart(facts)))
    if shared:
        return "wrong: arguments that share memory, one of them written, were accepted"
    return "right" if fault is None else f"wrong: {fault}"


def _apart(facts: Expected) -> list[Any]:
    leaves, build = argument_leaves(facts.args)
    return build([leaf.value for leaf in leaves])


def _shares(facts: Expected) -> bool:
    arrays = [id(leaf.value) for leaf in argument_leaves(facts.args)[0] if isinstance(leaf.value, np.ndarray)]
    return len(set(arrays)) < len(arrays)


def _refusal(error: GradscribeError) -> str:
    place = f" [{error.where.text}]" if error.where is not None else ""
    return f"{type(error).__name__}: {error.reason}{place}"


def _crash(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if "gradscribe" in frame.filename] or frames
    last = inside[-1]
    short = last.filename.rpartition("gradscribe/")[2] or last.filename
    return f"{type(error).__name__}: {str(error)[:160]} ({short}:{last.lineno} in {last.name})"


def _reverse(facts: Expected, plain: Run) -> str | None:
    import gradscribe

    args = facts.fresh()
    run = observed(gradscribe.value_and_grad(facts.function, argnums=_argnums(facts)), args, facts.kwargs)
    value, gradients = run.value
    gradients = gradients if len(facts.argnums) > 1 else (gradients,)
    return (
        _behaviour(Run(value, run.printed, args), plain)
        or _sharing(gradients, args)
        or compare_gradients(gradients, facts)
    )


def _argnums(facts: Expected) -> int | tuple[int, ...]:
    return facts.argnums if len(facts.argnums) > 1 else facts.argnums[0]


def _pullback(facts: Expected, plain: Run) -> str | None:
    """For results that are structures: the pullback of a random seed against differences of the product with it."""
    import gradscribe

    leaves, build = flatten(plain.value)
    random = np.random.default_rng(1)
    weights = [_like(random.uniform(0.5, 1.5, np.shape(leaf.value)), leaf.value) for leaf in leaves]
    seed = build([w if w.shape else w.item() for w in weights])
    args = facts.fresh()
    value, pullback = gradscribe.vjp(facts.function, *args)
    gradients = pullback(seed)

    def weighted(*given: Any) -> float:
        out = flatten(facts.call(*given))[0]
        return float(np.real(sum(np.sum(w * leaf.value) for w, leaf in zip(weights, out, strict=True))))

    scalar = Expected(weighted, facts.args, facts.argnums)
    fault = _behaviour(Run(value, plain.printed, args), plain)
    return fault or compare_gradients([gradients[k] for k in facts.argnums], scalar)


def _like(weight: np.ndarray, value: Any) -> np.ndarray:
    dtype = np.asarray(value).dtype
    return weight.astype(dtype) if dtype.kind in "fc" else weight


def _behaviour(run: Run, plain: Run) -> str | None:
    """The primal part does what a plain call does: same value, same text, same arguments afterwards."""
    if not same(run.value, plain.value):
        return f"value {run.value!r} instead of {plain.value!r}"
    if run.printed != plain.printed:
        return f"printed {run.printed[:60]!r} instead of {plain.printed[:60]!r}"
    for k, (have, wanted) in enumerate(zip(run.args, plain.args, strict=True)):
        if not same(have, wanted, 0.0):
            return f"argument {k} is left as {have!r} instead of {wanted!r}"
    return None


def _sharing(gradients: Sequence[Any], args: Sequence[Any]) -> str | None:
    held = [leaf.value for leaf in argument_leaves(args)[0] if isinstance(leaf.value, np.ndarray)]
    made = [leaf.value for leaf in argument_leaves(gradients)[0] if isinstance(leaf.value, np.ndarray)]
    for g in made:
        if any(np.may_share_memory(g, arg) for arg in held):
            return "a gradient shares memory with an argument"
    for k, g in enumerate(made):
        if any(np.may_share_memory(g, other) for other in made[k + 1 :]):
            return "two gradients share memory"
    return None


def compare_gradients(gradients: Sequence[Any], facts: Expected) -> str | None:
    """Form and numbers of the gradients by the arguments `argnums`; None where they are right."""
    if len(gradients) != len(facts.argnums):
        return f"{len(gradients)} gradients for {len(facts.argnums)} arguments"
    estimates = iter(facts.gradient())
    for k, gradient in zip(facts.argnums, gradients, strict=True):
        fault = _form(gradient, facts.args[k])
        if fault:
            return f"argument {k}: {fault}"
        got = {leaf.path: leaf.value for leaf in flatten(gradient)[0]}
        for leaf in flatten(facts.args[k])[0]:
            _, wanted = next(estimates)
            if leaf.path not in got:
                return f"argument {k}{leaf.path}: no gradient (got {type(gradient).__name__})"
            fault = _leaf(got[leaf.path], wanted, leaf.value)
            if fault:
                return f"argument {k}{leaf.path}: {fault}"
    return None


def _form(gradient: Any, arg: Any) -> str | None:
    if isinstance(arg, (dict, list, tuple)) and type(gradient) is not type(arg):
        return f"gradient is a {type(gradient).__name__}, the argument a {type(arg).__name__}"
    if isinstance(arg, dict) and list(gradient) != list(arg):
        return f"keys {list(gradient)} instead of {list(arg)}"
    return None


def _leaf(got: Any, wanted: Any, value: Any) -> str | None:
    single = isinstance(value, (np.ndarray, np.generic)) and value.dtype.itemsize // (1 + (value.dtype.kind == "c")) < 8
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc" and np.asarray(got).dtype != value.dtype:
        return f"dtype {np.asarray(got).dtype} instead of {value.dtype}"
    if not isinstance(got, (int, float, complex, np.ndarray, np.generic)):
        return f"gradient is a {type(got).__name__}"
    return disagreement(got, wanted, single)


def _forward(facts: Expected, plain: Run) -> str | None:
    import gradscribe

    tangents = facts.tangents()
    wanted = facts.directional(tangents)
    args = facts.fresh()
    run = observed(lambda *given: gradscribe.jvp(_given(facts), given, _tangent_args(facts, tangents)), args, {})
    value, dy = run.value
    return _behaviour(Run(value, run.printed, args), plain) or _tangent(dy, plain.value, wanted)


def _given(facts: Expected) -> Callable[..., Any]:
    return functools.partial(facts.function, **facts.kwargs) if facts.kwargs else facts.function


def _tangent_args(facts: Expected, tangents: Sequence[Any]) -> tuple[Any, ...]:
    """The directions in the form of the arguments; None for an argument that is constant."""
    _, build = argument_leaves(facts.args)
    return tuple(t if k in facts.argnums else None for k, t in enumerate(build(tangents)))


def _tangent(dy: Any, value: Any, wanted: Any) -> str | None:
    if np.ndim(value) == 0 and isinstance(value, (float, np.floating)):
        got: np.ndarray = np.atleast_1d(dy)
    else:
        got = numbers(dy)
        if got.shape != wanted.value.shape:
            leaves = flatten(value)[0]
            wanted_size = sum(np.size(leaf.value) for leaf in leaves)
            return f"tangent of {got.size} numbers instead of {wanted_size}"
    return disagreement(got, wanted, _is_single(value))


def _is_single(value: Any) -> bool:
    return any(getattr(leaf.value, "dtype", None) in (np.float32, np.complex64) for leaf in flatten(value)[0])


def _second(facts: Expected, plain: Run, single: bool = False) -> str | None:
    """A tangent of the gradient against differences of the gradient (which the mode "reverse" judges)."""
    import gradscribe

    gradient = gradscribe.grad(facts.function, argnums=_argnums(facts))
    tangents = facts.tangents(1)

    def numeric(*given: Any) -> Any:
        return _real_leaves(observed(gradient, given, facts.kwargs).value)

    wanted = facts.directional(tangents, numeric)
    args = facts.fresh()
    given = _given(Expected(gradient, facts.args, facts.argnums, facts.kwargs))
    run = observed(lambda *a: gradscribe.jvp(given, a, _tangent_args(facts, tangents)), args, {})
    _, dg = run.value
    got = numbers(_real_leaves(dg))
    if run.printed != plain.printed:
        return f"printed {run.printed[:60]!r} instead of {plain.printed[:60]!r}"
    if got.shape != wanted.value.shape:
        return f"tangent of {got.size} numbers instead of {wanted.value.size}"
    return disagreement(got, wanted, single or any(_is_single(arg) for arg in facts.args))


def _real_leaves(gradients: Any) -> list[Any]:
    return [leaf.value for leaf in flatten(gradients)[0]]
