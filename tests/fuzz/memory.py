"""Random statements about memory: views by splitting and reshaping, arrays held by containers, helpers that return
views, functions that write into an argument."""

from __future__ import annotations

from .expressions import Expressions
from .scope import Array, Scope, Shape

Lines = list[str]


class Memory(Expressions):
    """`memory_statement`."""

    def memory_statement(self, scope: Scope) -> Lines:
        makers = [self.split, self.reshaped, self.hold, self.written_by_numpy, self.view_from_helper, self.rows]
        for maker in self.rng.sample(makers, len(makers)):
            lines = maker(scope)
            if lines:
                return lines
        return []

    def _vectors(self, scope: Scope, least: int = 2) -> list[str]:
        return [n for n, a in scope.arrays.items() if len(a.shape) == 1 and a.shape[0] >= least]

    def _matrices(self, scope: Scope) -> list[str]:
        return [n for n, a in scope.arrays.items() if len(a.shape) == 2]

    def _view(self, scope: Scope, source: str, shape: Shape, stem: str) -> str:
        name = self.fresh(stem)
        scope.arrays[name] = Array(shape, scope.arrays[source].writable and source not in scope.frozen)
        return name

    def split(self, scope: Scope) -> Lines:
        """`l, r = np.split(a, 2)`, or a loop over the parts."""
        sources = [name for name in self._vectors(scope) if scope.arrays[name].shape[0] > 1]
        if not sources:
            return []
        source = self.pick(sources)
        n = scope.arrays[source].shape[0]
        cut = self.rng.randrange(1, n)
        ways = ((f"np.split({source}, [{cut}])", cut), (f"np.array_split({source}, 2)", (n + 1) // 2))
        how, first = self.rng.choice(ways)
        if self.chance(0.3) and scope.arrays[source].writable and source not in scope.frozen:
            part = self.fresh("part")
            return [f"for {part} in {how}:", f"    {part}[0] *= {self.scalar(scope, 1)}"]
        left = self._view(scope, source, (first,), "l")
        return [f"{left}, {self._view(scope, source, (n - first,), 'r')} = {how}"]

    def rows(self, scope: Scope) -> Lines:
        """`p, q = m`."""
        sources = self._matrices(scope)
        if not sources:
            return []
        source = self.pick(sources)
        n, m = scope.arrays[source].shape
        names = [self._view(scope, source, (m,), "row") for _ in range(n)]
        return [f"{', '.join(names)} = {source}"] if n > 1 else []

    def reshaped(self, scope: Scope) -> Lines:
        """A view or a copy, as it comes."""
        sources = [n for n, a in scope.arrays.items() if min(a.shape) > 0]
        if not sources:
            return []
        source = self.pick(sources)
        shape = scope.arrays[source].shape
        if len(shape) == 1:
            n = shape[0]
            even = [(f"{source}.reshape({k}, -1)", (k, n // k)) for k in (2, 3) if n % k == 0 and n > k]
            texts = [*even, (f"{source}[None]", (1, n)), (f"np.ravel({source}[::-1])", (n,))]
        else:
            n, m = shape
            less = max(m - 1, 1)
            texts = [
                (f"{source}.T.reshape(-1)", (n * m,)), (f"{source}.ravel()", (n * m,)),
                (f"np.reshape({source}, ({m}, {n}))", (m, n)), (f"{source}[:, :{less}].reshape(-1)", (n * less,)),
                (f"{source}.flatten()", (n * m,)), (f"np.ravel({source}, order='F')", (n * m,)),
            ]  # fmt: skip
        text, made = self.rng.choice(texts)
        return [f"{self._view(scope, source, made, 'z')} = {text}"]

    def hold(self, scope: Scope) -> Lines:
        """A list or dict of arrays, which are then used through it."""
        sources = [n for n in scope.arrays if "[" not in n]
        if not sources:
            return []
        held = [self.pick(sources) for _ in range(self.rng.randrange(1, 3))]
        name = self.fresh("h")
        keys = [repr(k) for k in "uv"[: len(held)]] if self.chance(0.5) else [str(k) for k in range(len(held))]
        for key, source in zip(keys, held, strict=True):
            inner = scope.arrays[source]
            scope.arrays[f"{name}[{key}]"] = Array(inner.shape, inner.writable and source not in scope.frozen)
        if keys[0] == "0":
            return [f"{name} = [{', '.join(held)}]"]
        return [f"{name} = {{{', '.join(f'{k}: {s}' for k, s in zip(keys, held, strict=True))}}}"]

    def written_by_numpy(self, scope: Scope) -> Lines:
        """Functions of NumPy that write into an argument."""
        if not scope.writable() or not self.has("writes"):
            return []
        name = self.pick(scope.writable())
        shape = scope.arrays[name].shape
        value = self.array(scope, shape, 1)
        texts = [
            f"np.multiply({name}, {value}, out={name})",
            f"np.copyto({name}, {value}, where={name} > {self.constant()})", f"{name}.fill({self.scalar(scope, 1)})",
            f"np.add({value}, 0.5, {name})",
            f"np.putmask({name}, {name} < {self.constant()}, {value})",
        ]  # fmt: skip
        if len(shape) == 1:
            index = [self.rng.randrange(shape[0]) for _ in range(3)]
            texts += [
                f"np.add.at({name}, {index}, {self.array(scope, (3,), 1)})", f"{name}.sort()",
                f"np.multiply.at({name}, {index}, {self.scalar(scope, 1)})",
            ]  # fmt: skip
        return [self.pick(texts)]

    def view_from_helper(self, scope: Scope) -> Lines:
        """A helper that returns a view, or one of its arguments."""
        helpers = [name for name, kinds in self.helpers.items() if kinds == ("viewed",)]
        sources = self._vectors(scope, 3)
        if not helpers or not sources:
            return []
        source, helper = self.pick(sources), self.pick(helpers)
        n = scope.arrays[source].shape[0]
        made = self._view(scope, source, (n - 1 if helper == "tail" else n,), "t")
        return [f"{made} = {helper}({source})"]
