"""What identities ask about operands: whether they are numbers, and which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..ir.nodes import Atom, Const, Op, Var
from ..ir.types import Array, Scalar

if TYPE_CHECKING:
    from .algebra import Algebra


Rewrite = Callable[["Algebra", Op], "Atom | Op | None"]


def is_number(atom: Atom) -> bool:
    """Whether an atom is a Python number that may be folded into another."""
    return isinstance(atom, Const) and type(atom.value) in (int, float)


def is_one(atom: Atom) -> bool:
    return is_number(atom) and atom.value == 1  # type: ignore[union-attr]


def is_zero(atom: Atom) -> bool:
    return is_number(atom) and atom.value == 0  # type: ignore[union-attr]


def kind(atom: Atom) -> str:
    return getattr(atom.type, "kind", "?")


def is_real(*atoms: Atom) -> bool:
    return all(isinstance(a.type, (Scalar, Array)) and kind(a) in "if" for a in atoms)


def is_seed(atom: Atom) -> bool:
    return isinstance(atom, Var) and atom.hint == "seed"
