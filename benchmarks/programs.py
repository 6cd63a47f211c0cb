"""Programs of any length, to time the transform itself. Each has a text of its own, so that no cache knows it."""

import importlib.util
import itertools
import sys
from pathlib import Path
from types import FunctionType

TWENTY_LINES = """\
import math

import numpy as np


def program(x, w, steps=5):
    scale = {salt}
    total = 0.0
    velocity = np.zeros_like(x)
    for k in range(steps):
        hidden = np.tanh(w @ x + scale)
        force = hidden * (1.0 - x**2)
        if k % 2 == 0:
            velocity = velocity + 0.1 * force
        else:
            velocity = 0.9 * velocity
        x = x + velocity
        energy = np.sum(velocity**2) / 2.0
        potential = np.sum(np.cos(x))
        total += energy - potential * math.exp(-0.1 * k)
    norm = np.sqrt(np.sum(x * x) + 1.0)
    penalty = np.sum(np.abs(w)) / w.size
    if norm > 10.0:
        total = total / norm
    return total + scale * penalty
"""

LINES = [
    "a = a * b + {salt}",
    "b = math.sin(a) - b / 3.0",
    "c = a * c + b * b",
    "if c > 2.0:\n        c = c / (1.0 + a * a)",
    "a = math.tanh(c - a)",
    "d = math.exp(-b * b) * d + c",
    "b = b + 0.5 * d * a",
    "c = math.sqrt(1.0 + c * c) - d",
]

_numbers = itertools.count()


def twenty_lines(folder: Path) -> FunctionType:
    """A function with a loop, branches and arrays, as people write it."""
    return _load(TWENTY_LINES.format(salt=_salt()), folder)


def long_program(lines: int, folder: Path) -> FunctionType:
    """A function of so many lines of scalar code, with a branch in each nine."""
    salt = _salt()
    body = []
    for number in itertools.count():
        if len(body) >= lines - 3:
            break
        body += LINES[number % len(LINES)].format(salt=salt + number / 1000.0).splitlines()
    text = "\n".join("    " + line.rstrip() for line in body)
    return _load(
        f"import math\n\n\ndef program(a, b):\n    c, d = 0.5, 1.0\n{text}\n    return a + b + c + d\n", folder
    )


def _salt() -> float:
    return 0.25 + next(_numbers) / 64.0


def _load(text: str, folder: Path) -> FunctionType:
    path = folder / f"program_{next(_numbers)}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module.program
