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
def f_grad(line, t, seed=1.0):
    bresult = seed * line.slope  # self.slope * t + self.offset
    b = seed + bresult
    bt = bresult * line.slope
    b_1 = seed * (line.slope * t + line.offset) + bresult * t
    return Line(slope=b_1, offset=b), bt
