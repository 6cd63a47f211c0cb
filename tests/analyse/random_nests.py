"""Random loop nests that read and write a few small arrays, as text for `nests.Reader`."""

from __future__ import annotations

import random

HEAD = "def f(x: 1, y: 1, A: 2, n: int, m: int):"


class Nest:
    """One random program. `integers` are the names of integers that can be used, `arrays` those of arrays by rank."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.arrays = {1: ["x", "x", "x", "y"], 2: ["A"]}

    def text(self) -> str:
        lines = []
        for _ in range(self.random.choice((1, 1, 2))):
            lines += self.statement(["n", "m"], [], 0)
        lines += self.loop(["n", "m"], [], 0)
        for _ in range(self.random.choice((0, 0, 1))):
            lines += self.loop(["n", "m"], [], 0)
        for _ in range(self.random.choice((0, 1))):
            lines += self.statement(["n", "m"], [], 0)
        return "\n".join([HEAD, *("    " + line for line in lines)])

    def pick(self, *choices):
        return self.random.choice(choices)

    def new(self, hint: str) -> str:
        self.count += 1
        return f"{hint}{self.count}"

    # integers -----------------------------------------------------------------------------------------------------

    def bound(self, integers, indices) -> str:
        r = self.random.random()
        if r < 0.35 or not indices:
            return self.pick(*"0123345", "n", "n", "m", "n - 1", "len(x)", "len(y) - 1", "A.shape[1]")
        if r < 0.8:
            return self.shifted(self.pick(*indices))
        return self.pick("min", "max") + f"({self.pick(*integers)}, {self.pick(*indices)} + {self.pick(1, 2, 3)})"

    def shifted(self, name) -> str:
        by = self.pick(-2, -1, -1, 0, 0, 0, 1, 1, 2)
        return name if by == 0 else f"{name} {'+' if by > 0 else '-'} {abs(by)}"

    def index(self, integers, indices) -> str:
        r = self.random.random()
        if indices and r < 0.7:
            return self.shifted(self.pick(*indices))
        if indices and r < 0.8:
            i, j = self.pick(*indices), self.pick(*integers)
            return self.pick(
                f"{i} + {j}", f"{j} - {i}", f"{j} - 1 - {i}", f"2 * {i}", f"2 * {i} + 1", f"{i} // 2", f"{i} % 2"
            )
        if r < 0.85:
            return self.pick("n - 1", "m", "n // 2", self.shifted(self.pick(*integers)))
        return self.pick("0", "1", "2", "3", "-1", "-2")

    def end(self, integers, indices) -> str:
        if self.random.random() < 0.4:
            return ""
        return self.pick("-9", "9", "-7") if self.random.random() < 0.15 else self.index(integers, indices)

    def slice(self, integers, indices) -> str:
        step = self.pick("", "", "", "", "", ":2", ":-1", ":-2", ":3", ":m", ":m - 2")
        return f"{self.end(integers, indices)}:{self.end(integers, indices)}{step}"

    def item(self, integers, indices, rank=None) -> str:
        """`x[i]`, `A[i, :j]`, ...; a number where `rank` is 0."""
        array_rank = self.pick(1, 1, 2)
        name = self.pick(*self.arrays[array_rank])
        kinds = [self.pick("i", "i", "i", ":") if rank is None else "i" for _ in range(array_rank)]
        if array_rank == 2 and self.random.random() < 0.15 and rank is None:
            kinds = [self.pick("i", ":"), ""] if self.random.random() < 0.5 else ["...", self.pick("i", ":")]
        parts = [
            self.index(integers, indices) if k == "i" else self.slice(integers, indices) if k == ":" else k
            for k in kinds
        ]
        return f"{name}[{', '.join(p for p in parts if p)}]"

    # statements ---------------------------------------------------------------------------------------------------

    def body(self, integers, indices, depth) -> list[str]:
        lines = []
        for _ in range(self.pick(1, 1, 2, 3)):
            lines += self.statement(integers, indices, depth)
        if depth < 3 and self.random.random() < (0.75 if depth < 2 else 0.4):
            at = self.pick(0, len(lines))
            lines[at:at] = self.loop(integers, indices, depth)
        return lines

    def statement(self, integers, indices, depth) -> list[str]:
        r = self.random.random()
        if r < 0.1 and indices:
            arms = [self.statement(integers, indices, depth + 1) for _ in range(2)]
            return [f"if {self.test(integers, indices)}:", *indented(arms[0]), "else:", *indented(arms[1])]
        if r < 0.16:
            name, rank = self.new("v"), self.pick(1, 1, 2)
            base = self.pick(*self.arrays[rank])
            made = f"{name} = {base}[{self.slice(integers, indices)}]"
            if rank == 2:
                kind = self.pick("row", "column", "both", "T")
                part = self.slice(integers, indices)
                at = self.index(integers, indices)
                made = (
                    f"{name} = "
                    + {
                        "row": f"{base}[{at}]",
                        "column": f"{base}[{part}, {at}]",
                        "T": f"{base}.T",
                        "both": f"{base}[{part}, {self.slice(integers, indices)}]",
                    }[kind]
                )
                rank = 1 if kind in ("row", "column") else 2
            return [made, *self.using(name, rank, integers, indices)]
        if r < 0.2:
            name = self.new("w")
            return [
                f"{name} = {self.pick('copy(x)', 'zeros_like(y)', 'copy(x[1:])')}",
                *self.using(name, 1, integers, indices),
            ]
        if r < 0.24 and indices:
            name = self.new("k")
            return [f"{name} = {self.index(integers, indices)}", *self.writes([*integers, name], [*indices, name])]
        return self.writes(integers, indices)

    def using(self, name, rank, integers, indices) -> list[str]:
        before = self.arrays
        self.arrays = {r: [*names, *([name] * 3 if r == rank else [])] for r, names in before.items()}
        lines = self.writes(integers, indices) + self.writes(integers, indices)
        self.arrays = before
        return lines

    def writes(self, integers, indices) -> list[str]:
        read = " * ".join(self.item(integers, indices, rank=0) for _ in range(self.pick(1, 1, 2)))
        if self.random.random() < 0.3:
            whole = self.item(integers, indices)
            return [f"{whole} {self.pick('=', '+=')} {whole if self.random.random() < 0.3 else read} * 2.0"]
        if self.random.random() < 0.25:
            name = self.new("t")
            return [
                f"{name} = {self.item(integers, indices)}",
                f"{self.item(integers, indices)} = {read}",
                f"{name} * 2.0",
            ]
        return [f"{self.item(integers, indices)} {self.pick('=', '=', '+=')} {read}"]

    def test(self, integers, indices) -> str:
        def one():
            relation = self.pick("<", "<=", ">", ">=", "==", "!=")
            return f"{self.index(integers, indices)} {relation} {self.index(integers, indices)}"

        return self.pick(one(), one(), f"not {one()}", f"{one()} and {one()}", f"{one()} or {one()}")

    def loop(self, integers, indices, depth) -> list[str]:
        if self.random.random() < 0.12:
            k, by = self.new("k"), self.pick(1, 1, 2)
            body = self.body([*integers, k], [*indices, k], depth + 1)
            return [
                f"{k} = {self.bound(integers, indices)}",
                f"while {k} < {self.pick('n', 'm', 'n + m')}:",
                *indented([*body, f"{k} = {k} + {by}"]),
            ]
        i, step = self.pick("i", "j", "k") if depth == 0 else self.new("i"), self.pick(1, 1, 1, 1, -1, -1, 2, -2)
        low, high = self.bound(integers, indices), self.bound(integers, indices)
        if self.random.random() < 0.5:
            low = self.pick("0", "1", "2")
        bounds = f"{low}, {high}" if step > 0 else f"{high} - 1, {low} - 1"
        head = f"for {i} in range({bounds}{'' if step == 1 else f', {step}'}):"
        if self.random.random() < 0.03:
            head = f"for {i} in range({low}, {high}, {self.pick('m', 'n - 3')}):"
        lines = [head, *indented(self.body([*integers, i], [*indices, i], depth + 1))]
        if self.random.random() < 0.15:  # an integer that a loop carries
            c = self.new("c")
            inner = self.body([*integers, i, c], [*indices, i, c], depth + 1)
            growth = self.pick("+ 1", "- 1", "+ 2", "* 2")
            lines = [f"{c} = {self.bound(integers, indices)}", head, *indented([*inner, f"{c} = {c} {growth}"])]
        elif self.random.random() < 0.12:  # arrays that a loop carries
            lines = self.swapping(head, [*integers, i], [*indices, i], depth)
        return lines

    def swapping(self, head, integers, indices, depth) -> list[str]:
        a, b, c = self.new("a"), self.new("b"), self.new("c")
        before = self.arrays
        self.arrays = {1: ["x", a, a, b, b], 2: before[2]}
        inner = self.body(integers, indices, depth + 1)
        self.arrays = before
        swap = self.pick([f"{c} = {a}", f"{a} = {b}", f"{b} = {c}"], [f"{a} = {b}"], [f"{a} = copy({b})"], [])
        return [f"{a} = x", f"{b} = {self.pick('y', 'copy(x)', 'x')}", head, *indented([*inner, *swap])]


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
