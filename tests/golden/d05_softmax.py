"""Softmax and cross-entropy with one label."""

import numpy as np

ARGS = (np.array([[0.5, -0.2], [0.1, 0.4], [0.3, 0.3]]), np.array([1.0, 2.0]), 1)
ARGNUMS = (0,)


def loss(w, x, label):
    z = w @ x
    z = z - np.max(z)
    return np.log(np.sum(np.exp(z))) - z[label]


# derivative
def loss_grad(w, x, label, seed=1.0):
    # forward
    z = w @ x
    z_2 = np.max(z)
    z_1 = z - z_2
    result = np.exp(z_1)
    # reverse
    bz = np.zeros_like(z_1)
    bz[label] -= seed  # np.log(np.sum(np.exp(z))) - z[label]
    bz += seed / np.sum(result) * result
    bz_1 = z == z_2  # z = z - np.max(z)
    bz += np.where(bz_1, -np.sum(bz) / np.sum(bz_1, keepdims=True), 0.0)
    bw = np.outer(bz, x)  # z = w @ x
    return bw
