"""Places in the user's source, and errors that name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import gast

from ..errors import GradscribeError, Location, UnsupportedSyntax
from ..ir.build import Builder
from ..ir.nodes import Var
from .assumptions import Regions
from .environment import Frame, Store
from .parts import Parts
from .reasons import Reasons
from .values import Compound, Reference, Value


class Refusing(Parts):
    """`at`, `location` and `refuse`; what they look at is set by those who inherit."""

    store: Store
    builder: Builder
    frame: Frame
    node: gast.AST | None
    regions: Regions
    parameters: set[Var]
    reasons: Reasons

    def is_active(self, value: Value) -> bool:
        raise NotImplementedError

    def at(self, node: gast.AST) -> None:
        """What is emitted from here on belongs to this statement."""
        self.node = node
        self.builder.origin = self.frame.code.location(node) or self.builder.origin

    def location(self, node: gast.AST | None = None) -> Location | None:
        found = self.frame.code.location(node) if node is not None else None
        return found or (self.frame.code.location(self.node) if self.node is not None else None)

    def refuse(
        self,
        reason: str,
        node: gast.AST | None = None,
        hint: str | None = None,
        error: type[GradscribeError] = UnsupportedSyntax,
        because: Iterable[Value] = (),
    ) -> NoReturn:
        """Raise an error at a node; `because` are values, of which one that is differentiated is the reason."""
        where = self.location(node)
        raise error(reason, where, hint, because=self._reason(because, where))

    def _reason(self, values: Iterable[Value], where: Location | None) -> tuple[str, ...]:
        """Why the first of the values that are differentiated is one of them."""
        found = next(filter(self.is_active, values), None)
        while isinstance(found, (Reference, Compound)):
            parts = (self.store.get(found.cell),) if isinstance(found, Reference) else found.parts
            found = next(filter(self.is_active, parts), None)
        frame: Frame | None = self.frame
        while frame is not None and frame.caller is not None:
            frame = frame.caller
        if not isinstance(found, Var) or frame is None:
            return ()
        return self.reasons.told(found, self.regions.find, self.parameters, frame.code.name, where)
