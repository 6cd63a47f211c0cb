"""Source-to-source automatic differentiation of Python functions.

from gradscribe import grad

@grad
def f(x, y):
    return x * y + math.sin(x)

f(2.0, 3.0)     # the derivative with respect to x
f.show()        # the Python source of the derivative
"""

from .api import compile, derive, explain_tape, grad, jvp, value_and_grad, vjp
from .call.chunks import sum_over
from .call.derivative import Derivative
from .checking import check_grads
from .checkpoints import checkpoint, checkpointed
from .errors import GradscribeError
from .explain.report import explain
from .explain.trace import Trace, trace
from .family.custom import adjoint_hook, custom_jvp, custom_vjp, stop_gradient
from .family.each import jvp_each, vjp_each
from .family.jacobians import hessian, jacfwd, jacobian, jacrev
from .family.linear import linearize
from .family.products import directional, elementwise_grad, hvp
from .family.rules import check_rule
from .fixed_points import fixed_point
from .rules import adjoint, tangent

__all__ = [
    "Derivative",
    "GradscribeError",
    "Trace",
    "adjoint",
    "adjoint_hook",
    "check_grads",
    "check_rule",
    "checkpoint",
    "checkpointed",
    "compile",
    "custom_jvp",
    "custom_vjp",
    "derive",
    "directional",
    "elementwise_grad",
    "explain",
    "explain_tape",
    "fixed_point",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "jvp_each",
    "linearize",
    "stop_gradient",
    "sum_over",
    "tangent",
    "trace",
    "value_and_grad",
    "vjp",
    "vjp_each",
]
__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """`%load_ext gradscribe`: the magics `%gradscribe` and `%%gradscribe`."""
    from .explain import magic

    magic.DERIVE[:] = [derive]
    magic.register(shell)
