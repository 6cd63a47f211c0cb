"""SciPy takes derivatives as they are: one example of each place where it asks for one."""

import numpy as np
import pytest

import gradscribe as gs

optimize = pytest.importorskip("scipy.optimize")
linalg = pytest.importorskip("scipy.sparse.linalg")
integrate = pytest.importorskip("scipy.integrate")

START = np.array([1.2, 1.1, 0.7, 1.3])


def rosenbrock(x, scale=100.0):
    return np.sum(scale * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_minimize_with_value_and_gradient():
    found = optimize.minimize(gs.value_and_grad(rosenbrock), START, jac=True, method="BFGS")
    assert np.allclose(found.x, 1.0, atol=1e-3)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov"])
def test_minimize_with_products(method):
    found = optimize.minimize(
        rosenbrock, START, args=(10.0,), jac=gs.grad(rosenbrock), hessp=gs.hvp(rosenbrock), method=method
    )
    assert np.allclose(found.x, 1.0, atol=1e-3)


def test_minimize_with_a_hessian():
    found = optimize.minimize(
        rosenbrock, START, jac=gs.grad(rosenbrock), hess=gs.hessian(rosenbrock, sparse=True), method="trust-constr"
    )
    assert np.allclose(found.x, 1.0, atol=1e-3)


def residuals(x, t, y):
    return x[0] * np.exp(-x[1] * t) - y


def test_least_squares():
    t = np.linspace(0.0, 2.0, 20)
    y = 2.5 * np.exp(-1.3 * t)
    found = optimize.least_squares(residuals, [1.0, 1.0], jac=gs.jacobian(residuals), args=(t, y))
    assert np.allclose(found.x, [2.5, 1.3])


def broyden(x):
    y = (3.0 - 2.0 * x) * x + 1.0
    y[1:] -= x[:-1]
    y[:-1] -= 2.0 * x[1:]
    return y


def test_least_squares_sparse():
    jacobian = gs.jacobian(broyden, sparse=True)
    found = optimize.least_squares(broyden, -np.ones(500), jac=jacobian)
    assert found.success and np.max(np.abs(found.fun)) < 1e-8
    assert jacobian.sweeps == (3, 0)


def test_root():
    found = optimize.root(broyden, -np.ones(10), jac=gs.jacobian(broyden))
    assert found.success and np.max(np.abs(found.fun)) < 1e-8


def robertson(t, y):
    slow, fast = 0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
    return np.array([-slow, slow - fast, fast])


def test_stiff_equations():
    found = integrate.solve_ivp(
        robertson, (0.0, 100.0), [1.0, 0.0, 0.0], jac=gs.jacobian(robertson, argnums=1), method="Radau"
    )
    assert found.success and np.sum(found.y[:, -1]) == pytest.approx(1.0, rel=1e-6)


def test_products_with_a_jacobian_that_is_never_formed():
    x = np.linspace(0.1, 1.0, 30)
    _, push = gs.linearize(broyden, x)
    _, pull = gs.vjp(broyden, x)
    operator = linalg.LinearOperator((30, 30), matvec=push, rmatvec=lambda z: pull(z)[0], dtype=float)
    full = gs.jacfwd(broyden)(x)
    v = np.cos(x)
    assert np.allclose(operator @ v, full @ v) and np.allclose(operator.T @ v, full.T @ v)
    z, failed = linalg.gmres(operator, v, rtol=1e-12, atol=0.0, restart=30)
    assert not failed and np.allclose(full @ z, v, rtol=1e-8)


# ------------------------------------------------------------------ code that expects plain functions


def test_sampler():
    """A Langevin sampler: it takes a logarithmic density and its gradient, and knows nothing else."""

    def sample(gradient, x, steps, step, random):
        found = []
        for _ in range(steps):
            x = x + step * gradient(x) + np.sqrt(2.0 * step) * random.standard_normal(x.shape)
            found.append(x)
        return np.array(found)

    samples = sample(
        gs.grad(lambda x: -0.5 * np.sum((x - 3.0) ** 2)), np.zeros(2), 4000, 0.05, np.random.default_rng(0)
    )
    assert np.allclose(samples[500:].mean(axis=0), 3.0, atol=0.25)


def test_vectorised_and_mapped():
    slope = gs.grad(lambda x: x**3)
    assert np.allclose(np.vectorize(slope)(np.arange(4.0)), [0.0, 3.0, 12.0, 27.0])
    assert list(map(slope, [1.0, 2.0])) == [3.0, 12.0]


def test_torch():
    torch = pytest.importorskip("torch")

    class Rosenbrock(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            value, ctx.pull = gs.vjp(rosenbrock, x.detach().numpy())
            return torch.tensor(value)

        @staticmethod
        def backward(ctx, seed):
            return torch.from_numpy(ctx.pull(float(seed))[0])

    x = torch.tensor(START, requires_grad=True)
    (Rosenbrock.apply(x) ** 2).backward()
    assert np.allclose(x.grad.numpy(), 2.0 * rosenbrock(START) * gs.grad(rosenbrock)(START))


def test_jax():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    gradient = gs.grad(rosenbrock)

    @jax.custom_vjp
    def ours(x):
        return jax.pure_callback(rosenbrock, jax.ShapeDtypeStruct((), x.dtype), x)

    def ahead(x):
        return ours(x), jax.pure_callback(lambda x: gradient(np.asarray(x)), jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    ours.defvjp(ahead, lambda held, seed: (seed * held,))
    found = jax.grad(lambda x: ours(x) ** 2)(jax.numpy.array(START))
    assert np.allclose(found, 2.0 * rosenbrock(START) * gradient(START))
