"""Fields of a dataclass: the gradient is one too."""

from dataclasses import dataclass


@dataclass
class Line:
    slope: float
    offset: float

    def at(self, t):
        return self.slope * t + self.offset


def f(line, t):
    return line.at(line.at(t))


ARGS = (Line(1.5, 0.5), 2.0)


# derivative
