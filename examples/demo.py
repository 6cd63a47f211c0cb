"""The whole job on real data: differentiate, check, train, predict, and time.

Two classifiers of the Wisconsin breast-cancer data, written as plain NumPy functions that know nothing of derivatives:
a logistic regression with one vector of weights, and a two-layer network with its parameters in a dict.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from gradscribe import check_grads, grad, value_and_grad

DATA = Path(__file__).parent / "data" / "wdbc.csv"
PENALTY = 1e-3  # of the squared weights, against over-fitting
HIDDEN = 16
EPOCHS = 60
BATCH = 32
RATE = 0.5


# The models ------------------------------------------------------------------------------------------------------


def logistic_loss(weights, inputs, labels):
    margins = labels * (inputs @ weights)
    return np.mean(np.log1p(np.exp(-margins))) + PENALTY * np.sum(weights**2)


def network_scores(params, inputs):
    hidden = np.tanh(inputs @ params["w1"] + params["b1"])
    return hidden @ params["w2"] + params["b2"]


def network_loss(params, inputs, labels):
    margins = labels * network_scores(params, inputs)
    penalty = np.sum(params["w1"] ** 2) + np.sum(params["w2"] ** 2)
    return np.mean(np.log1p(np.exp(-margins))) + PENALTY * penalty


# What a careful person would write, to compare with --------------------------------------------------------------


def logistic_grad_by_hand(weights, inputs, labels):
    margins = labels * (inputs @ weights)
    slope = -labels / (1.0 + np.exp(margins)) / len(labels)
    return inputs.T @ slope + 2.0 * PENALTY * weights


def network_grad_by_hand(params, inputs, labels):
    hidden = np.tanh(inputs @ params["w1"] + params["b1"])
    margins = labels * (hidden @ params["w2"] + params["b2"])
    slope = -labels / (1.0 + np.exp(margins)) / len(labels)
    inner = np.outer(slope, params["w2"]) * (1.0 - hidden**2)
    return {
        "w1": inputs.T @ inner + 2.0 * PENALTY * params["w1"],
        "b1": inner.sum(axis=0),
        "w2": hidden.T @ slope + 2.0 * PENALTY * params["w2"],
        "b2": slope.sum(),
    }


# The data --------------------------------------------------------------------------------------------------------


def load_data(held_out=0.25, seed=0):
    """Training and held-out inputs and labels: standardised features and a constant; +1 is malignant, -1 benign."""
    diagnosis = np.loadtxt(DATA, delimiter=",", skiprows=1, usecols=0, dtype=str)
    features = np.loadtxt(DATA, delimiter=",", skiprows=1, usecols=range(1, 31))
    labels = np.where(diagnosis == "M", 1.0, -1.0)
    order = np.random.default_rng(seed).permutation(len(labels))
    test, train = np.split(order, [round(held_out * len(order))])
    scaled = (features - features[train].mean(axis=0)) / features[train].std(axis=0)
    inputs = np.column_stack([scaled, np.ones(len(labels))])
    return inputs[train], labels[train], inputs[test], labels[test]


def initial_params(n_inputs, seed=1):
    random = np.random.default_rng(seed)
    return {
        "w1": random.normal(size=(n_inputs, HIDDEN)) / np.sqrt(n_inputs),
        "b1": np.zeros(HIDDEN),
        "w2": random.normal(size=HIDDEN) / np.sqrt(HIDDEN),
        "b2": 0.0,
    }


def accuracy(scores, labels):
    return np.mean(np.sign(scores) == labels)


# The job ---------------------------------------------------------------------------------------------------------


def train_logistic(inputs, labels):
    """Weights by a quasi-Newton method, which takes value and gradient from one call."""
    start = np.zeros(inputs.shape[1])
    return minimize(value_and_grad(logistic_loss), start, args=(inputs, labels), jac=True, method="L-BFGS-B")


def train_network(inputs, labels, epochs=EPOCHS, report=lambda epoch, loss: None):
    """Parameters by gradient descent on random batches."""
    params = initial_params(inputs.shape[1])
    loss_and_gradient = value_and_grad(network_loss)
    random = np.random.default_rng(2)
    for epoch in range(1, epochs + 1):
        losses = []
        order = random.permutation(len(labels))
        for batch in np.array_split(order, len(order) // BATCH):
            loss, gradient = loss_and_gradient(params, inputs[batch], labels[batch])
            params = {name: params[name] - RATE * gradient[name] for name in params}
            losses.append(loss)
        report(epoch, np.mean(losses))
    return params


def progress_bar(epoch, loss, width=40):
    """A bar on stderr, drawn over itself; nothing where nobody looks at a terminal."""
    if sys.stderr.isatty():
        done = width * epoch // EPOCHS
        end = "\n" if epoch == EPOCHS else ""
        bar = "#" * done + "." * (width - done)
        print(f"\r  [{bar}] epoch {epoch}/{EPOCHS}  loss {loss:.4f}", end=end, file=sys.stderr, flush=True)


def central_differences(f, x, step=1e-6):
    """The gradient of `f` at the vector `x` by two evaluations a component."""
    slopes = np.empty_like(x)
    for i in range(len(x)):
        moved = x.copy()
        moved[i] = x[i] + step
        above = f(moved)
        moved[i] = x[i] - step
        slopes[i] = (above - f(moved)) / (2.0 * step)
    return slopes


def times(functions, repeats=60, inner=5):
    """Best time of each function in seconds, measured in turns so that a busy machine is unfair to none."""
    best = [np.inf] * len(functions)
    for _ in range(repeats):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(inner):
                function()
            best[i] = min(best[i], (time.perf_counter() - start) / inner)
    return best


def flat_loss(start, inputs, labels):
    """The network's loss as a function of one vector, for differences."""
    names = list(start)
    cuts = np.cumsum([np.size(start[name]) for name in names])[:-1]

    def loss(vector):
        pieces = np.split(vector, cuts)
        params = {name: piece.reshape(np.shape(start[name])) for name, piece in zip(names, pieces, strict=True)}
        return network_loss(params, inputs, labels)

    return loss, np.concatenate([np.ravel(start[name]) for name in names])


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def show_derivatives(weights, params, inputs, labels):
    heading("The derivatives, as gradscribe writes them")
    print(grad(logistic_loss).source_for(weights, inputs, labels))
    print(grad(network_loss).source_for(params, inputs, labels))


def check_derivatives(weights, params, inputs, labels):
    heading("Checked against numerical differentiation")
    check_grads(logistic_loss, (weights, inputs, labels), order=1)
    check_grads(network_loss, (params, inputs, labels), order=1)
    print("logistic_loss: agrees\nnetwork_loss: agrees")


def report_training(train_x, train_y, test_x, test_y):
    heading("Training")
    fit = train_logistic(train_x, train_y)
    print(f"logistic regression, L-BFGS: loss {fit.fun:.4f} after {fit.nfev} calls")
    params = train_network(train_x, train_y, report=progress_bar)
    loss = network_loss(params, train_x, train_y)
    print(f"two-layer network, gradient descent: loss {loss:.4f} after {EPOCHS} epochs")
    heading(f"Accuracy on {len(test_y)} tumours that were held out")
    print(f"logistic regression  {100 * accuracy(test_x @ fit.x, test_y):.1f} %")
    print(f"two-layer network    {100 * accuracy(network_scores(params, test_x), test_y):.1f} %")


def report_times(weights, params, inputs, labels):
    heading("Time of one gradient (hand-written = 1)")
    print(f"{'':22}{'hand-written':>14}{'gradscribe':>12}{'differences':>13}")
    logistic, network = grad(logistic_loss), grad(network_loss)
    loss, vector = flat_loss(params, inputs, labels)
    rows = {
        "logistic regression": (
            lambda: logistic_grad_by_hand(weights, inputs, labels),
            lambda: logistic(weights, inputs, labels),
            lambda: central_differences(lambda w: logistic_loss(w, inputs, labels), weights),
        ),
        "two-layer network": (
            lambda: network_grad_by_hand(params, inputs, labels),
            lambda: network(params, inputs, labels),
            lambda: central_differences(loss, vector),
        ),
    }
    for name, (by_hand, generated, differences) in rows.items():
        hand, ours = times([by_hand, generated])
        (slow,) = times([differences], repeats=2, inner=1)
        print(f"{name:22}{1:14}{ours / hand:12.2f}{slow / hand:13.0f}")


def main():
    train_x, train_y, test_x, test_y = load_data()
    print(f"{len(train_y)} tumours to learn from, {len(test_y)} held out, {train_x.shape[1] - 1} features each")
    weights = np.full(train_x.shape[1], 0.1)
    params = initial_params(train_x.shape[1])
    show_derivatives(weights, params, train_x, train_y)
    check_derivatives(weights, params, train_x, train_y)
    report_training(train_x, train_y, test_x, test_y)
    report_times(weights, params, train_x, train_y)


if __name__ == "__main__":
    main()
