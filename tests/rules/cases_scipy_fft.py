"""Cases of `scipy.fft`; none without SciPy."""

from __future__ import annotations

import pytest

from rules.case import A, case
from rules.cases_fourier import transforms

fft = pytest.importorskip("scipy.fft")

transforms(fft)
for function in (fft.dct, fft.idct, fft.dst, fft.idst):
    for kind in (1, 2, 3, 4):
        for norm in (None, "ortho", "forward"):
            case(function, A(5), kind, norm=norm)
    case(function, A(3, 2), axis=0)
for function in (fft.dctn, fft.idctn, fft.dstn, fft.idstn):
    case(function, A(3, 4))
    case(function, A(2, 3, 4), axes=(0, 2), norm="ortho")
