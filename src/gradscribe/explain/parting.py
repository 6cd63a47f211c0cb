"""Where a derivative begins to be wrong: the first line of the program whose tangent is not what differences give.

The function is run at two points a little apart, step by step, and each value's change is held against its tangent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import Location
from ..numerical import numbers
from .compare import moved
from .trace import Trace, trace

_STEP = 1e-5
_ALLOWED = 1e-4


@dataclass(frozen=True)
class Parting:
    """The first value whose tangent and difference part.

    Args:
        name: of the value.
        place: the statement of the user.
        tangent: how the value moves by the derivative, the entry that is off most.
        difference: how it moves.
    """

    name: str
    place: Location
    tangent: float
    difference: float

    def __str__(self) -> str:
        what = f"tangents and differences part at line {self.place.line}, `{self.place.text}`"
        return f"{what}: {self.name} moves by {self.tangent:.6g}, and should by {self.difference:.6g}"


def first_parting(function: Callable[..., Any], args: Sequence[Any], wrt: Sequence[int]) -> Parting | None:
    """The first line of the program where a tangent is not what differences give; None where there is none.

    Args:
        function: the function.
        args: its positional arguments.
        wrt: the positions of the arguments to differentiate by.
    """
    here = trace(function, *args, argnums=tuple(wrt))
    if any(reason.startswith("no tangents") for reason in here.missing):
        return None
    for k, position in enumerate(wrt):
        ahead, behind = (_values(function, args, position, here.directions[k], sign * _STEP, wrt) for sign in (1, -1))
        if len(ahead) != len(here.steps) or len(behind) != len(here.steps):
            continue  # another branch was taken
        for step, left, right in zip(here.steps, ahead, behind, strict=True):
            if step.place is not None and step.name:
                found = _part(step.tangents[k], left, right)
                if found is not None:
                    return Parting(step.name, step.place, *found)
    return None


def _values(
    function: Callable[..., Any], args: Sequence[Any], position: int, direction: Any, t: float, wrt: Sequence[int]
) -> list[Any]:
    """The values of all steps, one argument moved along its direction."""
    point = list(args)
    point[position] = moved(point[position], direction, t)
    found: Trace = trace(function, *point, argnums=tuple(wrt))
    return [step.value for step in found.steps]


def _part(tangent: Any, ahead: Any, behind: Any) -> tuple[float, float] | None:
    """Tangent and difference where they are further apart than differences are wrong."""
    try:
        slope = (numbers(ahead) - numbers(behind)).real / (2 * _STEP)
        have = np.zeros_like(slope) if tangent is None else np.broadcast_to(numbers(tangent).real, slope.shape)
    except (TypeError, ValueError):
        return None
    if not slope.size or not np.all(np.isfinite(slope)):
        return None
    off = np.abs(slope - have) / (1.0 + np.maximum(np.abs(slope), np.abs(have)))
    place = int(np.argmax(off))
    return (float(have[place]), float(slope[place])) if off[place] > _ALLOWED else None
