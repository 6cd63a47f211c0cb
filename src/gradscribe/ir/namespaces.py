"""Modules that offer NumPy's functions under their own name: what may be written in place of `np`."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import BadArgument
from .libraries import Library, library_named

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Namespace:
    """A module in place of NumPy.

    Args:
        option: what users call it.
        module, alias: what is imported, and as what.
        home: the library that its arrays come from.
        sums: how c is added at i of x: "x[i] += c", or "x.at[i].add(c)".
        names: other names, by NumPy's.
        only: NumPy's names of all that means the same there; None where that is all that has the same name.
        scipy: the module that stands for SciPy.
        copy, size: how a copy of x and its number of entries are written.
    """

    option: str
    module: str
    alias: str
    home: Library
    sums: str = "item"
    names: Mapping[str, str] = field(default_factory=lambda: _NONE)
    only: frozenset[str] | None = None
    scipy: str | None = None
    copy: str = "x.copy()"
    size: str = "x.size"

    def path_of(self, function: Callable[..., Any]) -> str | None:
        """The path of what stands for NumPy's function, behind the alias; None where nothing does."""
        names = _names_of(function)
        if self.only is not None and self.only.isdisjoint(names):
            return None
        module = self.load()
        for name in (*(self.names[n] for n in names if n in self.names), *names):
            for path in (name, f"linalg.{name.rpartition('.')[2]}"):
                if _under(module, path) is not None:
                    return path
        return None

    def load(self) -> Any:
        """The module itself.

        Raises:
            BadArgument: it is not installed.
        """
        try:
            return importlib.import_module(self.module)
        except ImportError:
            raise BadArgument(f"namespace={self.option!r} needs {self.module}, which is not installed") from None

    def signature_of(self, path: str) -> inspect.Signature | None:
        """What a function accepts; None where it does not say."""
        try:
            return inspect.signature(_under(self.load(), path))
        except (TypeError, ValueError):
            return None


def _under(module: Any, path: str) -> Any:
    for name in path.split("."):
        module = getattr(module, name, None)
    return module


@lru_cache(maxsize=4096)
def _names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """All names under which NumPy offers a function, its own first."""
    found = [
        f"{path}{name}"
        for path, space in (("", np), ("linalg.", np.linalg), ("fft.", np.fft))
        for name in dir(space)
        if not name.startswith("_") and getattr(space, name, None) is function
    ]
    own = getattr(function, "__name__", "")
    return tuple(sorted(found, key=lambda name: name.rpartition(".")[2] != own))


_TORCH = """abs absolute add subtract multiply divide negative positive power square sqrt exp expm1 log log1p log2 log10
sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh sign floor ceil trunc maximum minimum
where matmul sum mean logaddexp hypot sinc equal not_equal less less_equal greater greater_equal isnan isfinite
logical_and logical_or logical_not zeros_like ones_like full_like broadcast_to max min amax amin expand_dims outer
moveaxis swapaxes reshape ravel stack concatenate cumsum prod einsum diagonal tril triu reciprocal"""

NAMESPACES = {
    "jax.numpy": Namespace("jax.numpy", "jax.numpy", "jnp", library_named("JAX"), "at", scipy="jax.scipy"),
    "array_api": Namespace(
        "array_api", "numpy", "xp", library_named("array_api_strict"), copy="xp.asarray(x, copy=True)"
    ),
    "torch": Namespace(
        "torch",
        "torch",
        "torch",
        library_named("PyTorch"),
        names=MappingProxyType({"max": "amax", "min": "amin", "expand_dims": "unsqueeze", "equal": "eq"}),
        only=frozenset(_TORCH.split()),
        copy="x.clone()",
        size="x.numel()",
    ),
}


def namespace_for(option: str | None, homes: Iterable[Library]) -> Namespace | None:
    """The namespace of an option; that of the arrays themselves for "array_api".

    Args:
        option: what a user has asked for.
        homes: the libraries that the arguments come from.

    Raises:
        BadArgument: there is no such namespace.
    """
    if option is None:
        return None
    if option not in NAMESPACES:
        raise BadArgument(f"namespace is one of {', '.join(map(repr, NAMESPACES))}, not {option!r}")
    found = NAMESPACES[option]
    home = next((home for home in homes if home.option != "torch"), None)
    return replace(found, module=home.namespace, home=home) if option == "array_api" and home is not None else found
