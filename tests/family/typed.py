"""What type checkers make of derivatives: each line that ends in a comment must be seen as the comment says.

Checked by `test_typing`, never run.
"""

from typing import reveal_type

import gradscribe as gs


def f(x: float, y: int, *, scale: float = 1.0) -> float:
    return x * y * scale


@gs.grad
def decorated(x: float, y: float) -> float:
    return x * y


@gs.grad(argnums=1)
def with_options(x: float, y: float) -> float:
    return x * y


class Model:
    @gs.grad
    def slope(self, x: float, y: int) -> float:
        return x * y

    @gs.value_and_grad(argnums="x")
    def value_and_slope(self, x: float, y: int) -> float:
        return x * y

    @gs.jacfwd(argnums=1)
    def jacobian(self, x: float, y: int) -> float:
        return x * y

    @gs.custom_jvp
    def rule(self, x: float) -> float:
        return x


gs.grad(f)(1.0, 2, scale=3.0)
gs.value_and_grad(f)(1.0, 2)
gs.jacfwd(f)(1.0, 2)
gs.hessian(f)(1.0, 2)
gs.jacobian(f, sparse=True)(1.0, 2)
gs.elementwise_grad(f)(1.0, 2)
decorated(1.0, 2.0)
with_options(1.0, 2.0)
gs.hvp(f)(1.0, 1.0, 2)

gs.grad(f)("a", 2)  # error
gs.grad(f)(1.0)  # error
gs.grad(f)(1.0, 2, other=3.0)  # error
gs.value_and_grad(f)(1.0, "b")  # error
gs.jacrev(f)(1.0, "b")  # error
gs.hessian(f)(1.0, y="b")  # error
decorated("a", 2.0)  # error
with_options("a", 2.0)  # error

Model().slope(1.0, 2)
Model().value_and_slope(1.0, y=2)
Model().jacobian(1.0, 2)
Model.slope(Model(), 1.0, 2)
gs.grad(Model().slope)(1.0, 2)

Model().slope("a", 2)  # error
Model().slope(1.0)  # error
Model().value_and_slope(1.0, "b")  # error
Model().jacobian("a", 2)  # error

reveal_type(gs.grad(f))  # Derivative[(x: float, y: int, *, scale: float = ...), Any]
reveal_type(gs.value_and_grad(f)(1.0, 2))  # tuple[Any, Any]
reveal_type(Model().slope)  # Derivative[(x: float, y: int), Any]
reveal_type(Model().value_and_slope(1.0, 2))  # tuple[Any, Any]
reveal_type(Model().jacobian)  # Transform[(x: float, y: int), Any]
