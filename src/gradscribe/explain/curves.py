"""The error of differences against their step, as text: one bar for each power of ten."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .compare import Sample

WIDTH = 34
FLOOR = 1e-17


def curve_text(curve: Sequence[Sample]) -> str:
    """The curve as text: bars are longer for smaller errors, so that the best step stands out."""
    head = f"{'step':>8}  {'forward':>9}  {'central':>9}  {'complex':>9}  digits right (forward -, central =)"
    lines = [head, "-" * len(head)]
    for sample in curve:
        errors = "  ".join(f"{_short(e):>9}" for e in (sample.forward, sample.central, sample.complex_step))
        lines.append(f"{sample.step:8.0e}  {errors}  {_bar(sample)}".rstrip())
    best = min((s for s in curve if s.central == s.central), key=lambda s: s.central, default=None)
    if best is not None:
        lines.append(f"central differences are best at h = {best.step:.0e}, with an error of {_short(best.central)}")
    return "\n".join(lines)


def _short(error: float) -> str:
    return "" if math.isnan(error) else "0" if error == 0 else f"{error:.1e}"


def digits(error: float) -> float:
    """How many digits are right."""
    return 0.0 if math.isnan(error) else min(max(-math.log10(max(error, FLOOR)), 0.0), 16.0)


def _bar(sample: Sample) -> str:
    forward, central = (round(digits(e) / 16 * WIDTH) for e in (sample.forward, sample.central))
    return "=" * central if forward >= central else "-" * forward + "=" * (central - forward)
