"""`python -m benchmarks.elementary`: elementary functions in loops of machine code, against NumPy and plain numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from gradscribe.nopython import vector
from gradscribe.nopython.vector_math import FUNCTIONS

from . import report
from .timing import best_times

SIZE = 65536
ROUNDS = 20


def looped(function: Any, arguments: int) -> Callable[..., None]:
    """A loop over the entries of arrays, compiled as loops of ours are."""
    names = ["x", "y"][:arguments]
    items = ", ".join(f"{n}[i]" for n in names)
    text = f"def loop({', '.join(names)}, out):\n    for i in range(out.size):\n        out[i] = function({items})\n"
    made: dict[str, Any] = {"function": function}
    exec(text, made)
    return numba.njit(fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")(made["loop"])


def measure(name: str, dtype: Any) -> list[str]:
    """Microseconds of NumPy, numba and ours for one function, checked against each other first."""
    rng = np.random.default_rng(0)
    arguments = 2 if name == "arctan2" else 1
    given = [rng.uniform(0.1, 3.0, SIZE).astype(dtype) for _ in range(arguments)]
    numpy_function, out = getattr(np, name), np.empty(SIZE, dtype)
    ours, plain = looped(getattr(vector, name), arguments), looped(numpy_function, arguments)
    ours(*given, out)
    np.testing.assert_allclose(out, numpy_function(*given), rtol=8 * np.finfo(dtype).eps)
    functions = {
        "numpy": lambda: numpy_function(*given, out=out),
        "numba": lambda: plain(*given, out),
        "ours": lambda: ours(*given, out),
    }
    times = best_times(functions, ROUNDS)
    ratios = [report.ratio(times[other], times["ours"]) for other in ("numpy", "numba")]
    return [*(f"{1e6 * times[k]:.0f}" for k in functions), *ratios]


def main() -> None:
    header = ["function", "precision", "NumPy, µs", "numba", "ours", "NumPy / ours", "numba / ours"]
    rows = []
    for dtype, title in ((np.float64, "double"), (np.float32, "single")):
        for name in FUNCTIONS:
            rows.append([name, title, *measure(name, dtype)])
            print(*rows[-1], flush=True)
    report.write("elementary", f"Measured on {report.machine()}\n\n{report.table(header, rows)}")


if __name__ == "__main__":
    main()
