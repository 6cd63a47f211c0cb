"""A function itself in machine code."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from .. import pipeline
from ..arguments import title
from ..errors import BadArgument
from ..ir.types import Type
from ..settings import Settings
from .disk import cached
from .jitting import compiled_with, prepare
from .sending import received, sent
from .specialised import Specialised

P = ParamSpec("P")
R = TypeVar("R")


class CompiledFunction(Specialised[P, R]):
    """A function that runs as machine code: call it as you would call the function.

    Attributes:
        primal: the function.
        source: the text of what runs, for the arguments of the last call (before any call: for arguments guessed from
            annotations and use, scalars where nothing speaks against it).
    """

    same_as_primal = True  # read as such inside functions

    def __init__(self, primal: Callable[..., Any], jit: str | None) -> None:
        if not callable(primal):
            raise BadArgument(f"a function is needed, not {type(primal).__name__}")
        super().__init__(primal, jit)
        self.__name__ = pipeline.plain_name(primal)
        prepare(self, jit)

    def compile_for(
        self, types: Mapping[str, Type], static: Mapping[str, object], settings: Settings | None = None
    ) -> pipeline.Compiled:
        compile = functools.partial(pipeline.compile_primal, self.primal, types, static, settings=settings)
        if static or settings is not None:
            return compiled_with(compile, self.jit, self.__name__)
        keep = functools.partial(cached, function=self.primal, options=("primal", types))
        return compiled_with(compile, self.jit, self.__name__, keep)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """A compiled function that decorates a method is a method."""
        return self if instance is None else type(self)(self.primal.__get__(instance, owner), self.jit)

    def __reduce__(self) -> Any:
        """By the source of the function, as derivatives travel."""
        return received, (sent(self),)

    def __send__(self) -> Any:
        return type(self), (self.primal, self.jit)

    def __repr__(self) -> str:
        return f"<{title(self.primal)}, compiled with {self.jit}>"
