"""NumPy's functions under the names that another namespace has for them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

import numpy as np

from ..errors import UnsupportedCall
from ..ir.indexing import index_parts
from ..ir.namespaces import Namespace
from ..ir.nodes import Atom, Const, Op, Var
from ..ir.primitives import COPY, LENGTH
from ..ir.types import Array, Scalar, Slice
from ..rules.table import operand_names

_KEPT = ("T", "shape", "ndim", "dtype")
"""The attributes that arrays of all namespaces have."""


class Spelling:
    """How operations on arrays are spelled in a namespace.

    Args:
        namespace: the namespace.
        arrays: the values that are its arrays, or may be.
    """

    def __init__(self, namespace: Namespace, arrays: Collection[Var]) -> None:
        self.namespace, self.arrays = namespace, arrays

    def concerns(self, op: Op) -> bool:
        """Whether an operation takes or makes arrays of the namespace by a function, a method or an attribute."""
        if op.style in ("math", "builtin") or "runtime" in op.primitive.spellings or not op.primitive.spellings:
            return False
        makes = any(isinstance(r.type, Array) for r in op.results)
        return makes or any(a in self.arrays for a in op.inputs if isinstance(a, Var))

    def takes_array(self, op: Op) -> bool:
        """Whether the first operand may be an array of the namespace, and surely has dimensions."""
        first = op.args[0] if op.args else None
        return isinstance(first, Var) and isinstance(first.type, Array) and first in self.arrays

    def leaves_axes_out(self, container: Atom, index: Atom) -> bool:
        """Whether an index names fewer axes than there are, which the array API standard does not have."""
        if self.namespace.option != "array_api" or not isinstance(container.type, Array):
            return False
        parts = index_parts(index)
        named = sum(isinstance(t, (Scalar, Slice)) or isinstance(v, slice) for t, v in parts)
        return named < container.type.ndim and not any(v is Ellipsis for _, v in parts)

    def call(self, op: Op, args: list[Atom], keywords: list[tuple[str, Atom]]) -> tuple[str, list[Atom], Any] | None:
        """The path, the positional and the other operands; None where the text is the same as for NumPy.

        Raises:
            UnsupportedCall: the namespace has no such function, or it does not take what it is given.
        """
        spellings = op.primitive.spellings
        style = op.style or next(iter(spellings))
        if style == "attribute" and spellings[style][0] in _KEPT:
            return None
        if style.startswith("scipy"):
            return self._scipy(op, spellings[style][0], args, keywords)
        if op.primitive.name == "astype":
            return self._cast(op, args)
        function = spellings.get("np", (None, None))[1] or spellings[style][1]
        path = self.namespace.path_of(function)
        if path is None:
            self._refuse(op, f"has no `{spellings.get('np', spellings[style])[0]}`, which this or its derivative needs")
        return self._fitted(op, path, args, [(k, self.dtype(v)) for k, v in keywords])

    def form_of(self, op: Op) -> str | None:
        """How an operation is written of which NumPy's function has no counterpart, with `x` for the operand."""
        if op.primitive is COPY:
            return self.namespace.copy
        if op.primitive is LENGTH:
            return "x.shape[0]"
        return self.namespace.size if op.primitive.name == "size" and not op.keywords else None

    def _fitted(self, op: Op, path: str, args: list[Atom], keywords: list[tuple[str, Atom]]) -> Any:
        """The operands, those by keyword that the function does not take by position."""
        signature = self.namespace.signature_of(path)
        names = operand_names(op.primitive, len(op.args))
        for first in range(len(args), 0, -1):
            later = list(zip(names[first:], args[first:], strict=False))
            given = dict.fromkeys(k for k, _ in (*later, *keywords))
            try:
                if signature is not None:
                    signature.bind(*args[:first], **given)
                return f"{self.namespace.alias}.{path}", args[:first], [*later, *keywords]
            except TypeError:
                continue
        self._refuse(op, f"has a `{path}` that does not take what this or its derivative gives it")

    def _cast(self, op: Op, args: list[Atom]) -> tuple[str, list[Atom], Any]:
        if not hasattr(self.namespace.load(), "astype"):
            self._refuse(op, "has no `astype`")
        return f"{self.namespace.alias}.astype", [args[0], *map(self.dtype, args[1:])], []

    def _scipy(self, op: Op, path: str, args: list[Atom], keywords: list[tuple[str, Atom]]) -> Any:
        theirs = self.namespace.scipy
        if theirs is None or not _exists(path.replace("scipy", theirs, 1)):
            self._refuse(op, f"has no `{path}`, which this or its derivative needs")
        return path.replace("scipy", theirs, 1), args, keywords

    def dtype(self, atom: Atom) -> Atom:
        """A dtype of NumPy's as one of the namespace."""
        if not isinstance(atom, Const) or not isinstance(atom.value, (np.dtype, type)):
            return atom
        try:
            name = np.dtype(atom.value).name
        except TypeError:
            return atom
        return Const(getattr(self.namespace.load(), name, atom.value), name=f"{self.namespace.alias}.{name}")

    def _refuse(self, op: Op, why: str) -> NoReturn:
        hint = "leave `namespace=` away for arrays of NumPy's, or write it with other functions"
        raise UnsupportedCall(f"{self.namespace.option} {why}", op.origin, hint)


def _exists(path: str) -> bool:
    import importlib

    module, _, name = path.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False


def sum_at(target: ast.expr, index: ast.expr, value: ast.expr) -> ast.expr:
    """`target.at[index].add(value)`."""
    place = ast.Subscript(ast.Attribute(target, "at"), index)
    return ast.Call(ast.Attribute(place, "add"), [value], [])


def modules_of(namespace: Namespace | None) -> Mapping[str, str]:
    """The short names of modules in paths."""
    return {"np": "numpy"} if namespace is None else {"np": "numpy", namespace.alias: namespace.module}
