"""The table of functions whose calls are read in a way of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handler = Callable[..., Any]
SPECIAL: dict[Any, str] = {}


def reads(*functions: Any) -> Callable[[Handler], Handler]:
    """The method reads calls of these functions. It returns NotImplemented to leave a call to the usual way."""

    def decorate(method: Handler) -> Handler:
        for function in functions:
            SPECIAL[function] = method.__name__
        return method

    return decorate
