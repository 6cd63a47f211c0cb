"""Cases of the Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradscribe import runtime
from rules.case import A, C, case


def transforms(space: Any) -> None:
    """The cases of a module with NumPy's names."""
    for function in (space.fft, space.ifft):
        case(function, A(5))
        case(function, C(4))
        case(function, A(5), n=7)
        case(function, C(5), n=3)
        case(function, A(4, 3), axis=0)
        for norm in ("ortho", "forward", "backward"):
            case(function, A(4), norm=norm)
    for function in (space.fft2, space.ifft2, space.fftn, space.ifftn):
        case(function, A(3, 4))
        case(function, C(3, 4), s=(2, 5), axes=(0, 1))
        case(function, A(3, 2, 4), axes=(0, 2), norm="ortho")
    for length in (5, 6):
        case(space.rfft, A(length))
        case(space.rfft, A(length), n=8)
        case(space.rfft, A(length), n=3)
    case(space.rfft, A(4, 3), axis=0, norm="ortho")
    case(space.irfft, C(4))
    for n in (4, 5, 7, 10):
        case(space.irfft, C(4), n=n)
    case(space.irfft, C(4, 2), axis=0, norm="forward")
    for function in (space.rfft2, space.rfftn):
        case(function, A(3, 4))
        case(function, A(3, 5), s=(2, 6), axes=(0, 1))
    for function in (space.irfft2, space.irfftn):
        case(function, C(3, 4))
        case(function, C(3, 4), s=(3, 5), axes=(0, 1), norm="ortho")
    for function in (space.fftshift, space.ifftshift):
        case(function, A(5))
        case(function, A(3, 4), axes=0)
    for function in (space.fftfreq, space.rfftfreq):
        case(function, 6, d=0.3)


transforms(np.fft)
case(runtime.resized, A(4, 3), A(2, 5))
case(runtime.doubled, A(4), 6, 0)
