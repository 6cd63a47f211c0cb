"""Why a value is differentiated: for each, the value that made it so and the statement that did; told in an error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ..errors import Location
from ..ir.nodes import Var
from .values import Value

_SHOWN = 4


class Reasons:
    """What was noted while a function was read."""

    def __init__(self) -> None:
        self._sources: dict[Var, tuple[Var, Location | None]] = {}

    def note(self, var: Var, sources: Iterable[Value], origin: Location | None) -> None:
        """`var` depends on the first of the sources, by the statement at `origin` (None for no statement)."""
        source = next(iter(sources), None)
        if isinstance(source, Var) and source is not var and var not in self._sources:
            self._sources[var] = (source, origin)

    def told(
        self,
        var: Var,
        region: Callable[[Var], Var],
        parameters: Collection[Var],
        function: str,
        at: Location | None,
    ) -> tuple[str, ...]:
        """The argument that a value depends on, and the statements between, in lines.

        Args:
            var: the value.
            region: what stands for all that shares memory with a value.
            parameters: of the function that is differentiated.
            function: its name.
            at: the place of the error, which is not told again.
        """
        places: dict[Location, None] = {}
        seen: set[Var] = set()
        while var not in parameters:
            seen.add(var)
            source, origin = self._sources.get(var) or self._sources.get(region(var)) or (var, None)
            if origin is not None:
                places[origin] = None
            if source in seen:
                return ()
            var = source
        lines = [f"    {_named(p, at)}: {p.text}" for p in reversed(places) if not _is_line(p, at)]
        if len(lines) > _SHOWN:
            lines = [*lines[:1], "    ...", *lines[2 - _SHOWN :]]
        first = f"differentiated because it depends on `{var.hint}`, an argument of {function}"
        return (first + (":" if lines else ""), *lines)


def _is_line(place: Location, at: Location | None) -> bool:
    return at is not None and (place.filename, place.line) == (at.filename, at.line)


def _named(place: Location, at: Location | None) -> str:
    """The line, and the file where it is another one than that of the error."""
    return f"line {place.line}" if at is None or place.filename == at.filename else f"{place.filename}:{place.line}"
