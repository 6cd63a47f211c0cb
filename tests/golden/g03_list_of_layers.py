"""A list of pairs of arrays as an argument."""

import numpy as np

ARGS = ([(np.array([[0.2, 0.5], [-0.3, 0.8]]), np.array([0.4, -0.6])), (np.array([[1.2, 0.1], [0.3, -0.8]]), np.array([0.1, 0.2]))], np.array([1.0, 2.0]))
ARGNUMS = (0,)


def net(layers, x):
    for w, b in layers:
        x = np.tanh(w @ x + b)
    return np.sum(x)


# derivative
def net_grad(layers, x, seed=1.0):
    # forward
    w = layers[0][0]
    b = layers[0][1]
    x_1 = np.tanh(w @ x + b)
    w = layers[1][0]
    b = layers[1][1]
    x_2 = np.tanh(w @ x_1 + b)
    # reverse
    bx = seed * (1.0 - x_2**2)  # x = np.tanh(w @ x + b)
    bw = np.outer(bx, x_1)
    bx_1 = w.T @ bx * (1.0 - x_1**2)
    bw_1 = np.outer(bx_1, x)
    return [(bw_1, bx_1), (bw, bx)]
