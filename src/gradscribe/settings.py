"""Integers that a derivative must know by value: axes, orders, numbers of items.

A derivative is compiled for kinds, not for values. Where that cannot be done, it is tried again with integers from
outside the function taken as they are, then with those of its arguments, so that no more is fixed than need be.

This module knows nothing of programs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from .errors import GradscribeError
from .read.resolve import is_setting

T = TypeVar("T")

Settings = Mapping[str, Any]


def settings_of(arguments: Settings, wrt: Collection[str]) -> dict[str, Any]:
    """The arguments that are integers, or tuples of such, and are not differentiated by."""
    return {name: value for name, value in arguments.items() if name not in wrt and is_setting(value)}


def settled(make: Callable[[Settings | None], T], settings: Settings, known: Sequence[str] = ()) -> tuple[T, Settings]:
    """What is made of as few known values as will do.

    Args:
        make: makes a derivative with some of the settings known (and integers from outside), or with none (None).
        settings: the values that might have to be known, by name.
        known: the names of those that had to be known before.

    Returns:
        what was made, and the settings that it was made for.

    Raises:
        GradscribeError: the first failure, where nothing will do.
    """
    failure: GradscribeError | None = None
    for chosen in _choices(settings, known):
        try:
            return make(chosen), chosen or {}
        except GradscribeError as error:
            failure = failure or error
    assert failure is not None
    raise failure


def _choices(settings: Settings, known: Sequence[str]) -> Iterator[Settings | None]:
    if known:
        yield {name: settings[name] for name in known}
    yield None
    yield {}
    if len(settings) > 1:
        yield from ({name: value} for name, value in settings.items())
    if settings:
        yield settings
