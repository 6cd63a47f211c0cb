"""Straight-line arithmetic on vectors, written down as LLVM's text: `a + b` appends a line to a `Writer` and stands for
its result. One function of Python thus writes the code for any number of lanes, in double or in single precision."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format of floating-point numbers.

    Args:
        name: in LLVM's text.
        bits: its size.
        digits: binary digits behind the point.
    """

    name: str
    bits: int
    digits: int

    @property
    def suffix(self) -> str:
        """As in `llvm.fma.f64`."""
        return f"f{self.bits}"

    @property
    def bias(self) -> int:
        return (1 << (self.bits - self.digits - 2)) - 1

    @property
    def rounder(self) -> float:
        """Added to a number, it leaves the nearest integer in the last bits."""
        return 1.5 * 2.0**self.digits


DOUBLE = Format("double", 64, 52)
SINGLE = Format("float", 32, 23)


class Writer:
    """The lines of a function on vectors of `count` elements; with 1, on numbers."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.lines: list[str] = []
        self.declared: dict[tuple[str, str, int, int], None] = {}

    def line(self, text: str) -> str:
        """Append a line that has a result, and name it."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def type(self, element: str) -> str:
        return element if self.count == 1 else f"<{self.count} x {element}>"

    def constant(self, element: str, text: str) -> str:
        return text if self.count == 1 else "<" + ", ".join([f"{element} {text}"] * self.count) + ">"

    def intrinsic(self, name: str, format: Format, *args: str) -> str:
        """A call of one of LLVM's own functions of numbers."""
        ending = format.suffix if self.count == 1 else f"v{self.count}{format.suffix}"
        kind, called = self.type(format.name), f"llvm.{name}.{ending}"
        self.declared[called, format.name, self.count, len(args)] = None
        return self.line(f"call {kind} @{called}({', '.join(f'{kind} {a}' for a in args)})")


class _Lanes:
    """What numbers, integers and truths have in common: a name, and the writer that knows it."""

    element: str

    def __init__(self, writer: Writer, name: str) -> None:
        self.writer, self.name = writer, name

    @property
    def kind(self) -> str:
        return self.writer.type(self.element)

    def _result(self, operation: str, *operands: str) -> str:
        return self.writer.line(f"{operation} {self.kind} {', '.join(operands)}")


class Truth(_Lanes):
    """Yes or no."""

    element = "i1"

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.writer, self._result("and", self.name, other.name))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.writer, self._result("or", self.name, other.name))


class Whole(_Lanes):
    """Integers of the size of the numbers; they wrap around."""

    def __init__(self, writer: Writer, name: str, format: Format) -> None:
        super().__init__(writer, name)
        self.format, self.element = format, f"i{format.bits}"

    def _name(self, other: Whole | int) -> str:
        if isinstance(other, Whole):
            return other.name
        wrapped = (other + (1 << (self.format.bits - 1))) % (1 << self.format.bits) - (1 << (self.format.bits - 1))
        return self.writer.constant(self.element, str(wrapped))

    def _with(self, operation: str, other: Whole | int) -> Whole:
        return Whole(self.writer, self._result(operation, self.name, self._name(other)), self.format)

    def __add__(self, other: Whole | int) -> Whole:
        return self._with("add", other)

    def __sub__(self, other: Whole | int) -> Whole:
        return self._with("sub", other)

    def __and__(self, other: Whole | int) -> Whole:
        return self._with("and", other)

    def __or__(self, other: Whole | int) -> Whole:
        return self._with("or", other)

    def __xor__(self, other: Whole | int) -> Whole:
        return self._with("xor", other)

    def __lshift__(self, count: int) -> Whole:
        return self._with("shl", count)

    def __rshift__(self, count: int) -> Whole:
        """With copies of the sign from the left."""
        return self._with("ashr", count)

    def is_(self, other: int) -> Truth:
        return Truth(self.writer, self._result("icmp eq", self.name, self._name(other)))

    @property
    def number(self) -> Number:
        """The number with these bits."""
        kind = self.writer.type(self.format.name)
        return Number(self.writer, self.writer.line(f"bitcast {self.kind} {self.name} to {kind}"), self.format)

    def narrow(self) -> Whole:
        """The lower half of the bits."""
        name = self.writer.line(f"trunc {self.kind} {self.name} to {self.writer.type('i32')}")
        return Whole(self.writer, name, SINGLE)


class Number(_Lanes):
    """Floating-point numbers; a Python number beside one is a constant in its format."""

    def __init__(self, writer: Writer, name: str, format: Format) -> None:
        super().__init__(writer, name)
        self.format, self.element = format, format.name

    def of(self, value: Number | float) -> Number:
        """A constant."""
        if isinstance(value, Number):
            return value
        if self.format is SINGLE and value == value and abs(value) != float("inf"):
            value = struct.unpack("<f", struct.pack("<f", value))[0]
        text = f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
        return Number(self.writer, self.writer.constant(self.element, text), self.format)

    def _with(self, operation: str, left: Number | float, right: Number | float) -> Number:
        names = self.of(left).name, self.of(right).name
        return Number(self.writer, self._result(operation, *names), self.format)

    def __add__(self, other: Number | float) -> Number:
        return self._with("fadd", self, other)

    __radd__ = __add__

    def __sub__(self, other: Number | float) -> Number:
        return self._with("fsub", self, other)

    def __rsub__(self, other: float) -> Number:
        return self._with("fsub", other, self)

    def __mul__(self, other: Number | float) -> Number:
        return self._with("fmul", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Number | float) -> Number:
        return self._with("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Number:
        return self._with("fdiv", other, self)

    def __neg__(self) -> Number:
        return Number(self.writer, self._result("fneg", self.name), self.format)

    def __abs__(self) -> Number:
        return Number(self.writer, self.writer.intrinsic("fabs", self.format, self.name), self.format)

    def _compared(self, how: str, other: Number | float) -> Truth:
        return Truth(self.writer, self._result(f"fcmp {how}", self.name, self.of(other).name))

    def __lt__(self, other: Number | float) -> Truth:
        return self._compared("olt", other)

    def __gt__(self, other: Number | float) -> Truth:
        return self._compared("ogt", other)

    def __ge__(self, other: Number | float) -> Truth:
        return self._compared("oge", other)

    def is_(self, other: Number | float) -> Truth:
        return self._compared("oeq", other)

    def is_nan(self) -> Truth:
        return self._compared("uno", self)

    @property
    def bits(self) -> Whole:
        kind = self.writer.type(f"i{self.format.bits}")
        return Whole(self.writer, self.writer.line(f"bitcast {self.kind} {self.name} to {kind}"), self.format)

    def copysign(self, sign: Number) -> Number:
        """The number with the sign of another."""
        name = self.writer.intrinsic("copysign", self.format, self.name, sign.name)
        return Number(self.writer, name, self.format)

    def widened(self) -> Number:
        """In double precision."""
        return self._converted("fpext", DOUBLE)

    def narrowed(self) -> Number:
        """In single precision."""
        return self._converted("fptrunc", SINGLE)

    def _converted(self, how: str, format: Format) -> Number:
        name = self.writer.line(f"{how} {self.kind} {self.name} to {self.writer.type(format.name)}")
        return Number(self.writer, name, format)


def fma(a: Number, b: Number | float, c: Number | float) -> Number:
    """`a * b + c`, rounded once."""
    return Number(a.writer, a.writer.intrinsic("fma", a.format, a.name, a.of(b).name, a.of(c).name), a.format)


def where(condition: Truth, a: Number | float, b: Number) -> Number:
    chosen = b.of(a)
    text = f"select {condition.kind} {condition.name}, {b.kind} {chosen.name}, {b.kind} {b.name}"
    return Number(b.writer, b.writer.line(text), b.format)


def polynomial(x: Number, coefficients: Sequence[float]) -> Number:
    """The value of a polynomial, by Horner's scheme; the constant term comes first."""
    value = x.of(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        value = fma(value, x, c)
    return value


def nearest(x: Number, factor: float) -> tuple[Number, Whole]:
    """The integer next to `factor * x`, as a number and as an integer."""
    rounder = x.of(x.format.rounder)
    shifted = fma(x, factor, rounder)
    return shifted - rounder, shifted.bits - rounder.bits


def power_of_two(k: Whole) -> Number:
    """`2.0 ** k`, for exponents of normal numbers."""
    return ((k + k.format.bias) << k.format.digits).number


@dataclass(frozen=True)
class Far:
    """A result, and for which arguments a function of the C library is called in its place.

    Args:
        result: what is right for the others.
        where: whether an argument is one of them.
        called: the function.
    """

    result: Number
    where: Truth
    called: str
