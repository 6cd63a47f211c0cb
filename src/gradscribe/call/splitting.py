"""Gradients of functions of more data than memory holds, in phases: `split=True`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .. import pipeline
from ..arguments import check_followed, check_result, of_method
from ..dispatch import keep
from ..errors import BadArgument
from ..ir.libraries import library_of
from ..ir.types import Array, Type
from ..numerical import fields_of
from ..settings import Settings
from ..signature import abstract, call_key, split
from .derivative import Derivative
from .freshness import refresh
from .phased import compile_phases

P = ParamSpec("P")
R = TypeVar("R")


class SplitDerivative(Derivative[P, R]):
    """A gradient that goes through the rows of its data several times, instead of keeping them until it needs them
    again. Rows are the axes along which arrays of Dask come in chunks; without such arrays, the first axis of each
    array that it does not differentiate by."""

    def __init__(self, primal: Callable[P, Any], mode: str, argnums: Any, **options: Any) -> None:
        others = [name for name in ("jit", "debug_nans", "namespace") if options.get(name)]
        if others:
            raise BadArgument(f"split=True does not go with {others[0]}=", hint="leave one of them out")
        super().__init__(primal, mode, argnums, **options)

    def _compiled_for(self, arguments: Mapping[str, Any]) -> pipeline.Compiled:
        rows = rows_of(arguments, self._wrt)
        kinds = (rows, call_key(arguments.values()))
        found = self._compiled.get(self._with_settings(kinds, arguments))
        if found is None or not refresh(found):
            types, static = split(arguments)
            make = functools.partial(self._compile_phases, types, static, rows)
            found = self._settle(kinds, arguments, make)
            keep(self._compiled, self._with_settings(kinds, arguments), found)
        self._last = found
        return found

    def _compile_phases(
        self,
        types: Mapping[str, Type],
        static: Mapping[str, object],
        rows: frozenset[str],
        settings: Settings | None = None,
    ) -> pipeline.Compiled:
        options = {"keep_value": self.keep_value, "has_aux": self.has_aux, "several": self._several}
        check = check_followed if self.raw else check_result
        return compile_phases(
            self.primal,
            types,
            static,
            self._wrt,
            rows,
            number=not self.raw,
            check=check,
            settings=settings,
            **options,
        )

    def compile_for(
        self, types: Mapping[str, Type], static: Mapping[str, object], settings: Settings | None = None
    ) -> pipeline.Compiled:
        data = [t for name, t in types.items() if name not in self._wrt and isinstance(t, Array) and t.ndim]
        rows = frozenset(t.shape[0].base for t in data if isinstance(t.shape[0].base, str))
        return self._compile_phases(types, static, rows, settings)

    def _remember(self, *call: Any) -> None:
        """The quick way does not look at chunks."""

    def __send__(self) -> Any:
        options: dict[str, Any] = {"keep_value": self.keep_value, "has_aux": self.has_aux}
        return functools.partial(SplitDerivative, **options), (self.primal, self.mode, self.argnums)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if instance is None:
            return self
        bound = self.primal.__get__(instance, owner)
        options: dict[str, Any] = {"keep_value": self.keep_value, "has_aux": self.has_aux}
        return SplitDerivative(bound, self.mode, of_method(self.argnums), **options)


def rows_of(arguments: Mapping[str, Any], wrt: tuple[str, ...]) -> frozenset[str]:
    """The names of the lengths that count rows of data (see `ir.types`).

    Args:
        arguments: of a call, by name.
        wrt: those that the gradient is taken by.
    """
    names: dict[int, str] = {}
    for name, value in arguments.items():
        abstract(value, name, names)
    held = [(name, array) for name, value in arguments.items() for array in _arrays(value)]
    chunked = [array for _, array in held if library_of(type(array)) is not None and hasattr(array, "numblocks")]
    if chunked:
        pairs = [(n, blocks) for array in chunked for n, blocks in zip(array.shape, array.numblocks, strict=True)]
        lengths = [n for n, blocks in pairs if blocks > 1]
    else:
        lengths = [array.shape[0] for name, array in held if array.ndim and name not in wrt]
    return frozenset(names[n] for n in lengths if n != 1)


def _arrays(value: Any) -> Iterator[Any]:
    if isinstance(value, np.ndarray) or library_of(type(value)) is not None:
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _arrays(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _arrays(item)
    else:
        for item in (fields_of(value) or {}).values():
            yield from _arrays(item)
