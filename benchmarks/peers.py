"""The same programs for the other tools. Each maker returns a call without arguments that computes the gradient, and
raises ImportError where the tool is not installed."""

from collections.abc import Callable
from typing import Any

Gradient = Callable[[], Any]


def autograd_lecture(x1: float, x2: float) -> Gradient:
    import autograd
    import autograd.numpy as np

    gradient = autograd.grad(lambda x: x[0] * x[1] + np.sin(x[0]))
    return lambda: gradient((x1, x2))


def autograd_logistic(w, inputs, labels) -> Gradient:
    import autograd
    import autograd.numpy as np

    gradient = autograd.grad(lambda w: np.mean(np.log1p(np.exp(-labels * np.dot(inputs, w)))))
    return lambda: gradient(w)


def autograd_network(params, inputs, targets) -> Gradient:
    import autograd
    import autograd.numpy as np

    def loss(p):
        hidden = np.tanh(np.dot(inputs, p["w1"]) + p["b1"])
        return np.mean((np.dot(hidden, p["w2"]) + p["b2"] - targets) ** 2)

    gradient = autograd.grad(loss)
    return lambda: gradient(params)


def autograd_rosenbrock(x) -> Gradient:
    import autograd

    from .cases import rosenbrock

    gradient = autograd.grad(rosenbrock)
    return lambda: gradient(x)


def _jax():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    return jax, jnp


def jax_lecture(x1: float, x2: float) -> Gradient:
    jax, jnp = _jax()
    gradient = jax.jit(jax.grad(lambda x1, x2: x1 * x2 + jnp.sin(x1), argnums=(0, 1)))
    return lambda: jax.block_until_ready(gradient(x1, x2))


def jax_logistic(w, inputs, labels) -> Gradient:
    jax, jnp = _jax()
    gradient = jax.jit(jax.grad(lambda w, x, y: jnp.mean(jnp.log1p(jnp.exp(-y * (x @ w))))))
    args = [jnp.asarray(a) for a in (w, inputs, labels)]
    return lambda: gradient(*args).block_until_ready()


def jax_network(params, inputs, targets) -> Gradient:
    jax, jnp = _jax()

    def loss(p, x, y):
        hidden = jnp.tanh(x @ p["w1"] + p["b1"])
        return jnp.mean((hidden @ p["w2"] + p["b2"] - y) ** 2)

    gradient = jax.jit(jax.grad(loss))
    args = jax.tree.map(jnp.asarray, (params, inputs, targets))
    return lambda: jax.block_until_ready(gradient(*args))


def jax_rosenbrock(x) -> Gradient:
    jax, jnp = _jax()
    from .cases import rosenbrock

    gradient = jax.jit(jax.grad(rosenbrock))
    x = jnp.asarray(x)
    return lambda: gradient(x).block_until_ready()


def _torch():
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    return torch


def torch_lecture(x1: float, x2: float) -> Gradient:
    torch = _torch()

    def gradient():
        a, b = torch.tensor(x1, requires_grad=True), torch.tensor(x2, requires_grad=True)
        return torch.autograd.grad(a * b + torch.sin(a), (a, b))

    return gradient


def torch_logistic(w, inputs, labels) -> Gradient:
    torch = _torch()
    w, x, y = torch.tensor(w, requires_grad=True), torch.tensor(inputs), torch.tensor(labels)
    return lambda: torch.autograd.grad(torch.mean(torch.log1p(torch.exp(-y * (x @ w)))), w)


def torch_network(params, inputs, targets) -> Gradient:
    torch = _torch()
    p = {name: torch.tensor(leaf, requires_grad=True) for name, leaf in params.items()}
    x, y = torch.tensor(inputs), torch.tensor(targets)

    def gradient():
        hidden = torch.tanh(x @ p["w1"] + p["b1"])
        return torch.autograd.grad(torch.mean((hidden @ p["w2"] + p["b2"] - y) ** 2), tuple(p.values()))

    return gradient


def torch_rosenbrock(x) -> Gradient:
    torch = _torch()
    from .cases import rosenbrock

    x = torch.tensor(x, requires_grad=True)
    return lambda: torch.autograd.grad(rosenbrock(x), x)


PEERS = {
    "autograd": {
        "lecture": autograd_lecture,
        "logistic": autograd_logistic,
        "network": autograd_network,
        "rosenbrock": autograd_rosenbrock,
    },
    "JAX jit": {
        "lecture": jax_lecture,
        "logistic": jax_logistic,
        "network": jax_network,
        "rosenbrock": jax_rosenbrock,
    },
    "PyTorch": {
        "lecture": torch_lecture,
        "logistic": torch_logistic,
        "network": torch_network,
        "rosenbrock": torch_rosenbrock,
    },
}


def gradients(case: str, args: tuple[Any, ...]) -> dict[str, Gradient]:
    """Tool -> gradient of a case, for the tools that are installed."""
    found = {}
    for tool, makers in PEERS.items():
        try:
            found[tool] = makers[case](*args)
        except ImportError:
            continue
    return found
