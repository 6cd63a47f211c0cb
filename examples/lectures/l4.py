"""Lecture 4: forward-backward, vectors, networks, second order, and derivatives of algorithms."""

import math

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg, gmres
from tables import run_lines, show_rows, table, title

from gradscribe import derive, grad, hessian, hvp, linearize, value_and_grad, vjp

# 1. Forward and backward --------------------------------------------------------------------------------------------


def one_sample(v0):
    v1 = -3.5 * v0
    v2 = 1.0 + math.exp(v1)
    v3 = math.log(v2)
    return v3


def backward_table(w0=0.3):
    """The adjoint program at the sample (x, y) = (3.5, 1), line by line."""
    return run_lines(derive(one_sample, optimize=False).source, w0)


def logistic(w, inputs, labels):
    return np.sum(np.log(1.0 + np.exp(-labels * (inputs @ w))))


def logistic_by_hand(w, inputs, labels):
    e = np.exp(-labels * (inputs @ w))
    return inputs.T @ (-labels * e / (1.0 + e))


def vector_form(seed=0):
    """The shape of the gradient for 100 samples with 20 features, and its distance from the formula."""
    random = np.random.default_rng(seed)
    w, inputs, labels = random.normal(size=20), random.normal(size=(100, 20)), random.choice([-1.0, 1.0], size=100)
    gradient = grad(logistic)(w, inputs, labels)
    return gradient.shape, np.max(np.abs(gradient - logistic_by_hand(w, inputs, labels)))


def two_weights(w0, w1):
    return (1.0 - w1 * math.tanh(3.5 * w0)) ** 2


def two_weights_by_hand(w0, w1):
    t = math.tanh(3.5 * w0)
    residual = 1.0 - w1 * t
    return -2.0 * residual * w1 * (1.0 - t**2) * 3.5, -2.0 * residual * t


# 2. A deep network and stochastic gradient descent ------------------------------------------------------------------


def deep_loss(weights, x, y):
    for w in weights:
        x = np.tanh(w @ x)
    error = x - y
    return error @ error


def train_deep(layers=4, width=6, samples=20, steps=3000, rate=0.05, seed=0):
    """The mean loss before and after stochastic gradient descent over one random sample a step."""
    random = np.random.default_rng(seed)
    weights = random.normal(size=(layers, width, width)) / np.sqrt(width)
    inputs = random.normal(size=(samples, width))
    targets = 0.8 * np.tanh(inputs @ random.normal(size=(width, width)) / np.sqrt(width))
    gradient = grad(deep_loss)

    def mean_loss():
        return np.mean([deep_loss(weights, x, y) for x, y in zip(inputs, targets, strict=True)])

    before = mean_loss()
    for k in random.integers(samples, size=steps):
        weights = weights - rate * gradient(weights, inputs[k], targets[k])
    return before, mean_loss()


# 3. Second order: the gradient differentiated -----------------------------------------------------------------------


def unit(w0, x):
    return math.tanh(x * w0)


def unit_hessian(w0=0.3, x=3.5):
    """d2/dw0 d2 of tanh(x w0) by three compositions, and by its formula -2 x^2 tanh (1 - tanh^2)."""
    t = math.tanh(x * w0)
    formula = -2.0 * x**2 * t * (1.0 - t**2)
    return hessian(unit)(w0, x), grad(grad(unit))(w0, x), hvp(unit)(w0, 1.0, x), formula


# 4. A Jacobian that is never formed ---------------------------------------------------------------------------------


def outputs(w, inputs):
    return np.tanh(inputs @ w)


def weighted(w, inputs, z):
    return z @ np.tanh(inputs @ w)


def transposed_product(seed=0):
    """z'Df(w) as the gradient of w -> z'f(w), as a pullback, and by its formula."""
    random = np.random.default_rng(seed)
    inputs, w, z = random.normal(size=(10, 4)), random.normal(size=4), random.normal(size=10)
    _, pullback = vjp(outputs, w, inputs)
    formula = inputs.T @ ((1.0 - np.tanh(inputs @ w) ** 2) * z)
    return grad(weighted)(w, inputs, z), pullback(z)[0], formula


def square_system(w, inputs):
    return w + 0.1 * np.tanh(inputs @ w)


def solve_with_products(seed=0):
    """Solve Df(w) z = v by GMRES from products Df z, and by CG from products with Df and its transpose: residuals."""
    random = np.random.default_rng(seed)
    inputs, w, v = random.normal(size=(8, 8)), random.normal(size=8), random.normal(size=8)
    _, pullback = vjp(square_system, w, inputs)
    _, push = linearize(square_system, w, inputs)

    def forward(z):
        return push(z, None)

    def normal(z):
        return pullback(forward(z))[0]

    z, _ = gmres(LinearOperator((8, 8), matvec=forward, dtype=float), v, rtol=1e-12, atol=0.0)
    z_normal, _ = cg(LinearOperator((8, 8), matvec=normal, dtype=float), pullback(v)[0], rtol=1e-12, atol=0.0)
    return np.max(np.abs(forward(z) - v)), np.max(np.abs(forward(z_normal) - v))


# 5. Kinks -----------------------------------------------------------------------------------------------------------


def relu(x):
    return np.maximum(x, 0.0)


def absolute(x):
    return abs(x)


def largest(x):
    return np.max(x)


# 6. Through the iterations of an optimiser --------------------------------------------------------------------------


def validation_loss(penalty, train, train_y, held_out, held_out_y):
    """The loss of a ridge regression on data that it has not seen, after a hundred steps of gradient descent."""
    theta = np.zeros(train.shape[1])
    for _ in range(100):
        slope = train.T @ (train @ theta - train_y) / len(train_y) + penalty * theta
        theta = theta - 0.3 * slope
    return np.mean((held_out @ theta - held_out_y) ** 2)


def tune(steps=40, seed=0):
    """Descend along the derivative with respect to the penalty: losses on the way and the penalty found."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=8) * (random.random(8) < 0.5)
    inputs = random.normal(size=(40, 8))
    targets = inputs @ truth + 1.5 * random.normal(size=40)
    data = inputs[:12], targets[:12], inputs[12:], targets[12:]
    loss_and_slope = value_and_grad(validation_loss)
    penalty, losses = 0.01, []
    for _ in range(steps):
        loss, slope = loss_and_slope(penalty, *data)
        losses.append(loss)
        penalty = max(penalty - 0.05 * slope, 0.0)
    return losses, penalty


# 7. Through dynamic programming -------------------------------------------------------------------------------------


def best_score(emission, transition):
    """The score of the best sequence of labels (Viterbi): one maximum over the previous label a step."""
    score = emission[0]
    for t in range(1, len(emission)):
        score = np.max(score[:, None] + transition, axis=0) + emission[t]
    return np.max(score)


def hinge_loss(w, transition, inputs, labels):
    """Structured hinge: the best sequence with a bonus of one for each wrong label, less the score of the true one."""
    emission = inputs @ w
    bonus = np.ones(emission.shape)
    bonus[np.arange(len(labels)), labels] = 0.0
    true = np.sum(emission[np.arange(len(labels)), labels]) + np.sum(transition[labels[:-1], labels[1:]])
    return best_score(emission + bonus, transition) - true


def decode(emission, transition):
    """The best sequence itself: the gradient of its score with respect to the emissions is its indicator."""
    return np.argmax(grad(best_score)(emission, transition), axis=1)


def train_tagger(steps=60, rate=0.05, seed=0):
    """Sub-gradient descent on the structured hinge loss: losses, and the share of labels that are right after it."""
    random = np.random.default_rng(seed)
    labels = np.repeat([0, 1, 2, 1, 0, 2], 5)
    inputs = np.eye(3)[labels] @ random.normal(size=(3, 5)) + 0.4 * random.normal(size=(30, 5))
    w, transition = np.zeros((5, 3)), np.zeros((3, 3))
    loss_and_gradient = value_and_grad(hinge_loss, argnums=(0, 1))
    losses = []
    for _ in range(steps):
        loss, (dw, dtransition) = loss_and_gradient(w, transition, inputs, labels)
        losses.append(loss)
        w, transition = w - rate * dw, transition - rate * dtransition
    return losses, np.mean(decode(inputs @ w, transition) == labels)


# --------------------------------------------------------------------------------------------------------------------


def main():
    title("log(1 + exp(-3.5 w0)) at w0 = 0.3, backwards")
    rows, slope = backward_table()
    show_rows(rows)
    print(f"  derivative = {slope:.16g}")

    title("100 samples, 20 weights")
    print("  gradient of shape {}, distance from the formula {:.1e}".format(*vector_form()))
    print(derive(logistic, argnums="w").source)

    title("(1 - w1 tanh(3.5 w0))**2 at (0.2, 0.9): both partial derivatives from one sweep")
    print(f"  {grad(two_weights, argnums=(0, 1))(0.2, 0.9)}, by hand {two_weights_by_hand(0.2, 0.9)}")

    title("A deep network, stochastic gradient descent")
    print("  mean loss {:.4f} -> {:.4f}".format(*train_deep()))

    title("The second derivative of tanh(x w0) at w0 = 0.3, x = 3.5")
    print("  hessian {:.12g}, grad of grad {:.12g}, product {:.12g}, formula {:.12g}".format(*unit_hessian()))
    print(grad(grad(unit)).source)

    title("z'Df(w) for tanh(X w), and Df(w) z = v solved from products alone")
    gradient, pulled, formula = transposed_product()
    print(
        f"  distances from the formula {np.max(np.abs(gradient - formula)):.1e}, {np.max(np.abs(pulled - formula)):.1e}"
    )
    print("  residual with GMRES {:.1e}, with CG on the normal equations {:.1e}".format(*solve_with_products()))

    title("At kinks")
    ties = grad(largest)(np.array([1.0, 2.0, 2.0]))
    table(["function", "derivative"], [("abs at 0", grad(absolute)(0.0)), ("maximum(x, 0) at 0", grad(relu)(0.0))])
    print(f"  max of (1, 2, 2): {ties}")

    title("Through an optimiser: the penalty of a ridge regression")
    losses, penalty = tune()
    print(f"  held-out loss {losses[0]:.4f} -> {losses[-1]:.4f} at penalty {penalty:.4f}")

    title("Through dynamic programming: structured hinge loss")
    losses, right = train_tagger()
    print(f"  loss {losses[0]:.3f} -> {losses[-1]:.3f}, {100 * right:.0f} % of the labels right")


if __name__ == "__main__":
    main()
