"""An array that each trip makes and then scales in place: no shadow, and nothing is restored."""

import math

import numpy as np

ARGS = (np.array([[0.7, 0.2], [0.4, 0.9]]), 3)


def likelihood(A, n):
    alpha = np.full(A.shape[0], 1 / A.shape[0])
    total = 0.0
    for _ in range(n):
        alpha = alpha @ A
        s = alpha.sum()
        total += math.log(s)
        alpha /= s
    return total


# derivative
def likelihood_grad(A, n, seed=1.0):
    # forward
    alpha_tape, alpha_tape_1, s_tape = [], [], []
    alpha = np.full(A.shape[0], 1 / A.shape[0])
    for _ in range(n):
        alpha_tape.append(alpha)
        alpha = alpha @ A
        alpha_tape_1.append(alpha)
        s = alpha.sum()
        s_tape.append(s)
        alpha = alpha / s
    # reverse
    balpha = np.zeros_like(alpha)
    bA = np.zeros_like(A)
    for _ in range(n - 1, -1, -1):
        alpha = alpha_tape.pop()
        alpha_1 = alpha_tape_1.pop()
        s = s_tape.pop()
        alpha_1 = alpha_1 / s  # alpha /= s
        balpha = balpha / s + (seed / s - np.sum(balpha * alpha_1 / s))  # s = alpha.sum()
        bA += np.outer(alpha, balpha)  # alpha = alpha @ A
        balpha = A @ balpha
    return bA
