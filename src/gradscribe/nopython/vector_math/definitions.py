"""The functions as LLVM's text: for one element, and for as many as a register may hold.

The vectoriser replaces a call in a loop by one of the others because the first carries the attribute
`vector-function-abi-variant`, which names them (LLVM Language Reference, "Call Site Attributes"). All are internal to
the module that they are put into.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass

from .lanes import DOUBLE, SINGLE, Far, Format, Number, Writer

COUNTS = {DOUBLE: (2, 4, 8), SINGLE: (4, 8, 16)}
"""How many elements registers of 128, 256 and 512 bits hold."""


@dataclass(frozen=True)
class Definition:
    """A function for one element and those for several.

    Args:
        name: of the former.
        text: all of them.
        vectors: the names of the latter.
        declared: functions of LLVM's own and of the C library that they call, as (name, element, count, arguments).
    """

    name: str
    text: str
    vectors: tuple[str, ...]
    declared: tuple[tuple[str, str, int, int], ...]


@functools.cache
def defined(name: str, function: Callable[..., Number | Far], format: Format) -> Definition:
    """The definitions of a function in one format."""
    counts = COUNTS[format]
    symbols = {
        count: f"gradscribe.{name}.{format.suffix}" + (f".{count}" if count > 1 else "") for count in (1, *counts)
    }
    arguments = len(inspect.signature(function).parameters)
    variants = ",".join(f"_ZGV_LLVM_N{n}{'v' * arguments}_{symbols[1]}({symbols[n]})" for n in counts)
    texts: list[str] = []
    declared: dict[tuple[str, str, int, int], None] = {}
    for count, symbol in symbols.items():
        writer = Writer(count)
        kept = f' noinline "vector-function-abi-variant"="{variants}"' if count == 1 else ""
        texts.append(_text(symbol, function, arguments, format, writer, kept))
        declared |= dict.fromkeys(writer.declared)
    return Definition(symbols[1], "\n".join(texts), tuple(symbols[n] for n in counts), tuple(declared))


def _text(
    symbol: str, function: Callable[..., Number | Far], arguments: int, format: Format, writer: Writer, attributes: str
) -> str:
    kind = writer.type(format.name)
    names = [f"%x{k}" for k in range(arguments)]
    result = function(*(Number(writer, name, format) for name in names))
    if isinstance(result, Far):
        _call_library(writer, result, names[0], format)
    else:
        writer.lines.append(f"  ret {kind} {result.name}")
    given = ", ".join(f"{kind} {name}" for name in names)
    head = f"define internal {kind} @{symbol}({given}) nounwind willreturn memory(none){attributes} {{"
    return "\n".join([head, *writer.lines, "}"])


def _call_library(writer: Writer, result: Far, x: str, format: Format) -> None:
    """Return the result, but where some argument is far from what it is right for, call a function for these."""
    kind, count = writer.type(format.name), writer.count
    far = result.where.name
    if count > 1:
        mask = writer.line(f"bitcast <{count} x i1> {far} to i{count}")
        far = writer.line(f"icmp ne i{count} {mask}, 0")
    writer.lines += [f"  br i1 {far}, label %far, label %near", "near:", f"  ret {kind} {result.result.name}", "far:"]
    called = result.result.name
    for k in range(count):
        called = _called_at(writer, result.called, x, called, k, format)
    mask_kind = writer.type("i1")
    chosen = writer.line(f"select {mask_kind} {result.where.name}, {kind} {called}, {kind} {result.result.name}")
    writer.lines.append(f"  ret {kind} {chosen}")


def _called_at(writer: Writer, function: str, x: str, into: str, k: int, format: Format) -> str:
    """The vector `into` with the function's value at `x[k]` as its entry `k`."""
    kind, count = writer.type(format.name), writer.count
    entry = writer.line(f"extractelement {kind} {x}, i32 {k}") if count > 1 else x
    if format is SINGLE:
        entry = writer.line(f"fpext float {entry} to double")
    writer.declared[function, "double", 1, 1] = None
    value = writer.line(f"call double @{function}(double {entry})")
    if format is SINGLE:
        value = writer.line(f"fptrunc double {value} to float")
    return writer.line(f"insertelement {kind} {into}, {format.name} {value}, i32 {k}") if count > 1 else value
