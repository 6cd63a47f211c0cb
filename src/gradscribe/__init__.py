"""Source-to-source automatic differentiation of Python functions.

from gradscribe import grad

@grad
def f(x, y):
    return x * y + math.sin(x)

f(2.0, 3.0)     # the derivative with respect to x
f.show()        # the Python source of the derivative
"""

from .api import Derivative, derive, grad, jvp, value_and_grad, vjp
from .checking import check_grads
from .checkpoints import checkpoint, checkpointed
from .errors import GradscribeError

__all__ = [
    "Derivative",
    "GradscribeError",
    "check_grads",
    "checkpoint",
    "checkpointed",
    "derive",
    "grad",
    "jvp",
    "value_and_grad",
    "vjp",
]
__version__ = "0.1.0"
