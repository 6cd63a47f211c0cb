"""An array class that only dispatches: what a device's arrays are, without a device.

It holds an ndarray and hands NumPy's functions on to it, but only where all arrays among the operands are its own: an
ndarray beside it is an error, as it would have to be copied to the device, and so is any conversion of it to NumPy. A
single number can be read (`float(x)`, `if x:`), views can be written, and reductions give arrays without dimensions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gradscribe.ir import libraries
from gradscribe.ir.libraries import Library, dispatches

_NUMBERS = (bool, int, float, complex, np.generic)


def _given(value: Any) -> Any:
    """The ndarrays behind operands."""
    if isinstance(value, Strict):
        return value.held
    if isinstance(value, np.ndarray):
        raise TypeError("an ndarray among strict arrays")
    if isinstance(value, (tuple, list)):
        return type(value)(map(_given, value))
    if isinstance(value, dict):
        return {k: _given(v) for k, v in value.items()}
    return value


def _made(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return Strict(np.asarray(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_made, value))
    return type(value)(map(_made, value)) if isinstance(value, (tuple, list)) else value


class Strict(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of its own kind.

    Args:
        held: the entries.
    """

    def __init__(self, held: np.ndarray) -> None:
        self.held = held

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if not all(isinstance(x, (Strict, np.ndarray, *_NUMBERS)) for x in inputs[:1] if method != "at"):
            return NotImplemented
        given = [x if method == "at" and k == 1 else _given(x) for k, x in enumerate(inputs)]
        if method == "at":
            given[1] = _index(inputs[1])
        out = keywords.pop("out", None)
        if out is None:
            return _made(getattr(ufunc, method)(*given, **_given(keywords)))
        getattr(ufunc, method)(*given, out=tuple(map(_given, out)), **_given(keywords))
        return out[0] if len(out) == 1 else out

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        if not all(issubclass(t, Strict) for t in types):
            return NotImplemented
        if function in (np.asarray, np.array) and isinstance(args[0], np.ndarray):  # the host hands it over
            return Strict(function(*args, **keywords))
        return _made(function(*_given(args), **_given(keywords)))

    def __array__(self, *args: Any, **keywords: Any) -> Any:
        raise TypeError("a strict array is converted to NumPy")

    shape = property(lambda self: self.held.shape)
    ndim = property(lambda self: self.held.ndim)
    size = property(lambda self: self.held.size)
    dtype = property(lambda self: self.held.dtype)
    itemsize = property(lambda self: self.held.itemsize)
    flags = property(lambda self: self.held.flags)
    T = property(lambda self: Strict(self.held.T))
    real = property(lambda self: Strict(self.held.real), lambda self, v: setattr(self.held, "real", _given(v)))
    imag = property(lambda self: Strict(self.held.imag), lambda self, v: setattr(self.held, "imag", _given(v)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not callable(getattr(np.ndarray, name, None)):
            raise AttributeError(name)
        method = getattr(self.held, name)
        return lambda *args, **keywords: _made(method(*_given(args), **_given(keywords)))

    def __getitem__(self, index: Any) -> Strict:
        return Strict(np.asarray(self.held[_index(index)]))

    def __setitem__(self, index: Any, value: Any) -> None:
        self.held[_index(index)] = _given(value)

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Any:
        return map(_made, iter(self.held))

    def __float__(self) -> float:
        return float(self.held)

    def __int__(self) -> int:
        return int(self.held)

    def __complex__(self) -> complex:
        return complex(self.held)

    def __bool__(self) -> bool:
        return bool(self.held)

    def __index__(self) -> int:
        return self.held.__index__()

    def __deepcopy__(self, memo: Any) -> Strict:
        return Strict(self.held.copy())

    def __repr__(self) -> str:
        return f"Strict({self.held!r})"


def _index(index: Any) -> Any:
    """An index may hold arrays of both kinds."""
    if isinstance(index, Strict):
        return index.held
    return tuple(map(_index, index)) if isinstance(index, tuple) else index


class _Everything(Library):
    def offers(self, function: Any) -> bool:
        return dispatches(function) or isinstance(getattr(function, "__self__", None), np.ufunc)


LIBRARY = _Everything("Strict", ((__name__, "Strict"),), "", "x.held", writes=True, gathers=True)
if all(known.name != "Strict" for known in libraries.LIBRARIES):
    libraries.LIBRARIES.append(LIBRARY)
