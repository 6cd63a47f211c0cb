"""The programs that are measured, and their gradients as a careful person writes them."""

import math

import numpy as np


def lecture(x1, x2):
    return x1 * x2 + math.sin(x1)


def lecture_by_hand(x1, x2):
    return x2 + math.cos(x1), x1


def logistic(w, inputs, labels):
    return np.mean(np.log1p(np.exp(-labels * (inputs @ w))))


def logistic_by_hand(w, inputs, labels):
    e = np.exp(-labels * (inputs @ w))
    return inputs.T @ (-labels * e / (1.0 + e)) / len(labels)


def logistic_arguments(n=1000, d=20):
    random = np.random.default_rng(0)
    return random.normal(size=d), random.normal(size=(n, d)), random.choice([-1.0, 1.0], size=n)


def network(params, inputs, targets):
    hidden = np.tanh(inputs @ params["w1"] + params["b1"])
    error = hidden @ params["w2"] + params["b2"] - targets
    return np.mean(error**2)


def network_by_hand(params, inputs, targets):
    hidden = np.tanh(inputs @ params["w1"] + params["b1"])
    error = hidden @ params["w2"] + params["b2"] - targets
    slope = 2.0 / error.size * error
    inner = slope @ params["w2"].T * (1.0 - hidden**2)
    return {"w1": inputs.T @ inner, "b1": inner.sum(axis=0), "w2": hidden.T @ slope, "b2": slope.sum(axis=0)}


def network_arguments(batch=64, width=100, outputs=10):
    random = np.random.default_rng(1)
    params = {
        "w1": random.normal(size=(width, width)) / math.sqrt(width),
        "b1": np.zeros(width),
        "w2": random.normal(size=(width, outputs)) / math.sqrt(width),
        "b2": np.zeros(outputs),
    }
    return params, random.normal(size=(batch, width)), random.normal(size=(batch, outputs))


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def rosenbrock_by_hand(x):
    slope = np.zeros_like(x)
    for i in range(len(x) - 1):
        residual = x[i + 1] - x[i] ** 2
        slope[i] += -400.0 * residual * x[i] - 2.0 * (1.0 - x[i])
        slope[i + 1] += 200.0 * residual
    return slope


def rosenbrock_arguments(n=50):
    return (np.random.default_rng(2).normal(size=n),)


def central_differences(f, args, step=1e-6):
    """The gradient with respect to the first argument, a float, an array or a dict of arrays, by differences."""
    first, *rest = args
    if isinstance(first, dict):
        return {
            name: central_differences(lambda leaf, name=name: f({**first, name: leaf}, *rest), (first[name],), step)
            for name in first
        }
    slopes = np.empty_like(first)
    for index in np.ndindex(first.shape):
        moved = first.copy()
        moved[index] = first[index] + step
        above = f(moved, *rest)
        moved[index] = first[index] - step
        slopes[index] = (above - f(moved, *rest)) / (2.0 * step)
    return slopes
