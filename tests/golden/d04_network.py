"""Parameters in a dict; the gradient is a dict."""

import numpy as np

ARGS = ({"w1": np.array([[0.5, -0.2], [0.1, 0.4]]), "b1": np.array([0.1, -0.1]), "w2": np.array([[1.0], [0.5]]), "b2": np.array([0.2])}, np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]]), np.array([[1.0], [0.0], [2.0]]))
ARGNUMS = (0,)


def network_loss(params, inputs, targets):
    hidden = np.tanh(inputs @ params["w1"] + params["b1"])
    error = hidden @ params["w2"] + params["b2"] - targets
    return np.mean(error**2)


# derivative
def network_loss_grad(params, inputs, targets, seed=1.0):
    # forward
    hidden = np.tanh(inputs @ params["w1"] + params["b1"])
    error = hidden @ params["w2"] + params["b2"] - targets
    # reverse
    berror = 2.0 * seed / error.size * error  # np.mean(error**2)
    bb2 = np.sum(berror, axis=0)  # error = hidden @ params["w2"] + params["b2"] - targets
    bw2 = hidden.T @ berror
    bhidden = berror @ params["w2"].T * (1.0 - hidden**2)  # hidden = np.tanh(inputs @ params["w1...
    bb1 = np.sum(bhidden, axis=0)
    bw1 = inputs.T @ bhidden
    return {"w1": bw1, "b1": bb1, "w2": bw2, "b2": bb2}
