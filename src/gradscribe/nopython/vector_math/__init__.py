"""Elementary functions that loops of machine code compute for several elements at a time.

A loop that calls the C library's `exp` runs through its elements one by one. Here each function is written once, as
straight-line arithmetic on lanes (`lanes`), and given to LLVM for one element and for each number of elements that a
vector register holds, with a note that says which stands for which (`definitions`); LLVM's loop vectoriser does the
rest. `..vector` is what emitted code imports.

Results differ from the exact ones by at most two units in the last place, for all arguments; what is special (zeros,
subnormal numbers, infinities, nan) is as in NumPy. No statement has fast-math flags, whatever flags the loop has. No
floating-point exceptions are reported.

The package knows nothing of programs, and nothing of numba.
"""

from collections.abc import Callable

from . import circular, exponential, logarithms
from .lanes import Far, Number

FUNCTIONS: dict[str, Callable[..., Number | Far]] = {
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "tanh": exponential.tanh,
    "log": logarithms.log,
    "log1p": logarithms.log1p,
    "sin": circular.sin,
    "cos": circular.cos,
    "arctan2": circular.arctan2,
}
"""The functions by the names of NumPy's ufuncs, which are those of the primitives too."""
