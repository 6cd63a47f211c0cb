"""The other way to build automatic differentiation: numbers which know their derivative. Baselines to compare with.

`Forward` carries a tangent. `Reverse` remembers how it was made and sends adjoints back along that graph. Both run the
user's program as it is, operation by operation, each time anew.
"""

import math


class Forward:
    """A value and its tangent."""

    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = _forward(other)
        return Forward(self.value + other.value, self.tangent + other.tangent)

    def __sub__(self, other):
        other = _forward(other)
        return Forward(self.value - other.value, self.tangent - other.tangent)

    def __mul__(self, other):
        other = _forward(other)
        return Forward(self.value * other.value, self.tangent * other.value + self.value * other.tangent)

    def __truediv__(self, other):
        other = _forward(other)
        value = self.value / other.value
        return Forward(value, (self.tangent - value * other.tangent) / other.value)

    def __pow__(self, n):
        return Forward(self.value**n, n * self.value ** (n - 1) * self.tangent)

    def __rsub__(self, other):
        return _forward(other) - self

    def __rtruediv__(self, other):
        return _forward(other) / self

    def __neg__(self):
        return Forward(-self.value, -self.tangent)

    __radd__, __rmul__ = __add__, __mul__

    def sin(self):
        return Forward(math.sin(self.value), math.cos(self.value) * self.tangent)

    def cos(self):
        return Forward(math.cos(self.value), -math.sin(self.value) * self.tangent)

    def exp(self):
        value = math.exp(self.value)
        return Forward(value, value * self.tangent)

    def log(self):
        return Forward(math.log(self.value), self.tangent / self.value)


class Reverse:
    """A value, and for each operand the operand with a function that pulls an adjoint back to it."""

    def __init__(self, value, operands=()):
        self.value, self.operands, self.adjoint = value, operands, 0.0

    def __add__(self, other):
        other = _reverse(other)
        return Reverse(self.value + other.value, ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = _reverse(other)
        back = ((self, lambda g: g * other.value), (other, lambda g: g * self.value))
        return Reverse(self.value * other.value, back)

    def __truediv__(self, other):
        other = _reverse(other)
        value = self.value / other.value
        back = ((self, lambda g: g / other.value), (other, lambda g: -g * value / other.value))
        return Reverse(value, back)

    def __pow__(self, n):
        return Reverse(self.value**n, ((self, lambda g: g * n * self.value ** (n - 1)),))

    def __neg__(self):
        return Reverse(-self.value, ((self, lambda g: -g),))

    def __sub__(self, other):
        return self + -_reverse(other)

    def __rsub__(self, other):
        return _reverse(other) - self

    def __rtruediv__(self, other):
        return _reverse(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def sin(self):
        return Reverse(math.sin(self.value), ((self, lambda g: g * math.cos(self.value)),))

    def cos(self):
        return Reverse(math.cos(self.value), ((self, lambda g: -g * math.sin(self.value)),))

    def exp(self):
        value = math.exp(self.value)
        return Reverse(value, ((self, lambda g: g * value),))

    def log(self):
        return Reverse(math.log(self.value), ((self, lambda g: g / self.value),))

    def backward(self):
        """Send the adjoint 1 back: each node after all that use it."""
        self.adjoint = 1.0
        for node in reversed(_in_order(self)):
            for operand, pull in node.operands:
                operand.adjoint += pull(node.adjoint)


def _in_order(result):
    """The nodes below `result`, operands before what they are used in; without recursion, graphs are deep."""
    order, seen, stack = [], set(), [(result, False)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((operand, False) for operand, _ in node.operands)
    return order


def _forward(x):
    return x if isinstance(x, Forward) else Forward(x)


def _reverse(x):
    return x if isinstance(x, Reverse) else Reverse(x)


def sin(x):
    return x.sin() if isinstance(x, Forward | Reverse) else math.sin(x)


def cos(x):
    return x.cos() if isinstance(x, Forward | Reverse) else math.cos(x)


def exp(x):
    return x.exp() if isinstance(x, Forward | Reverse) else math.exp(x)


def log(x):
    return x.log() if isinstance(x, Forward | Reverse) else math.log(x)


def forward_gradient(f, *args):
    """The gradient by one run of `f` a component."""
    runs = [[Forward(x, float(i == j)) for j, x in enumerate(args)] for i in range(len(args))]
    return tuple(f(*run).tangent for run in runs)


def reverse_gradient(f, *args):
    """The gradient by one run of `f` and one way back."""
    inputs = [Reverse(x) for x in args]
    f(*inputs).backward()
    return tuple(x.adjoint for x in inputs)
