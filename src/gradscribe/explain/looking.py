"""What can be seen of a compiled function without calling it: its source, its stages, a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .. import pipeline
from ..arguments import title
from ..errors import GradscribeError
from ..export import module_text
from ..guess import guesses
from ..ir.nodes import Function
from ..ir.types import Type
from .display import bundle_of_code
from .tape import Tape, tape_of

T = TypeVar("T")


class Looking:
    """The part of a compiled function that is for looking; the rest compiles and calls."""

    primal: Callable[..., Any]
    mode: str
    _wrt: tuple[str, ...]
    _last: pipeline.Compiled | None
    compile_for: Callable[..., pipeline.Compiled]
    _bind: Callable[..., Any]
    _compiled_for: Callable[[Mapping[str, Any]], pipeline.Compiled]

    @property
    def source(self) -> str:
        if self._last is None:
            self._last = self._guessing(self.compile_for)
        return self._last.written.text

    def source_for(self, *args: Any, **keywords: Any) -> str:
        """The text of what runs for given arguments.

        Args:
            args, keywords: as in a call.
        """
        bound, _ = self._bind(args, keywords)
        return self._compiled_for(bound.arguments).written.text

    def _guessing(self, make: Callable[[Mapping[str, Type], Mapping[str, object]], T]) -> T:
        """What is made for the first guess of the arguments that will do."""
        failure: GradscribeError | None = None
        for kinds, static in guesses(self.primal):
            try:
                return make(kinds, static)
            except GradscribeError as error:
                failure = failure or error
        assert failure is not None
        raise failure

    def show(self) -> None:
        """Print the source."""
        print(self.source)

    def save(self, path: str) -> None:
        """Write a module that holds the function and needs NumPy only (and what the function itself uses).

        Args:
            path: the file to write.

        Raises:
            BadArgument: it uses a value from outside that cannot be written down, or what only this package has.
        """
        self.source  # noqa: B018  compiles it, where no call has
        assert self._last is not None
        text = module_text(self._last, self.primal)  # what is there stays where this is refused
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the source."""
        try:
            return bundle_of_code(repr(self), self.source)
        except GradscribeError:
            return {"text/plain": repr(self)}


class LookingInside(Looking):
    """What can be seen of a derivative besides."""

    def tape(self, *args: Any, **keywords: Any) -> Tape:
        """What the gradient records on its way forward.

        Args:
            args, keywords: as in a call; without any, nothing is measured.
        """
        if not args and not keywords:
            return tape_of(self._guessing(self.compile_for))
        bound, _ = self._bind(args, keywords)
        return tape_of(self._compiled_for(bound.arguments), tuple(bound.arguments.values()))

    def stages(self, as_text: Callable[[Function], str] | None = None) -> dict[str, str]:
        """The text of the program after each stage of the compiler, by the stage's name, for guessed arguments.

        Args:
            as_text: what makes text of a program of the IR (`gradscribe.ir.dump.dump`, say); Python where None.
        """
        return self._guessing(
            lambda kinds, static: pipeline.stages(self.primal, kinds, static, self.mode, self._wrt, as_text=as_text)
        )

    def __repr__(self) -> str:
        what = {"reverse": "gradient", "forward": "tangent"}[self.mode]
        return f"<{what} of {title(self.primal)} with respect to {', '.join(self._wrt)}>"
