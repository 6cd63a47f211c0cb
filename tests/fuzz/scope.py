"""What a generated program knows about its own names: kinds, shapes, and the range of each integer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Array:
    """An array that a name holds. `writable` is False for arrays whose writes would fail or be lost."""

    shape: Shape
    writable: bool = True


@dataclass
class Scope:
    """The names in scope. Blocks work on a copy, so that what they define is not used behind them."""

    scalars: list[str] = field(default_factory=list)
    integers: dict[str, tuple[int, int]] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    dicts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    closures: dict[str, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    loops: int = 0
    depth: int = 0
    frozen: tuple[str, ...] = ()

    def inner(self, loop: bool = False) -> Scope:
        copy = replace(self, loops=self.loops + loop, depth=self.depth + 1)
        for name in ("scalars", "integers", "arrays", "lists", "dicts", "closures", "states"):
            setattr(copy, name, type(getattr(self, name))(getattr(self, name)))
        return copy

    def of_shape(self, shape: Shape) -> list[str]:
        return [name for name, array in self.arrays.items() if array.shape == shape]

    def bindable(self, shape: Shape) -> list[str]:
        """The arrays of a shape that are names, and may be bound anew."""
        return [name for name in self.of_shape(shape) if name not in self.frozen and "[" not in name]

    def writable(self) -> list[str]:
        return [name for name, array in self.arrays.items() if array.writable and name not in self.frozen]
