"""gradscribe on the four objectives: the objectives go in as they are.

Each maker takes the problem's data and returns three functions: the objective, its derivative, and what turns the
derivative into a list of arrays that can be compared.
"""

import numpy as np

import gradscribe

from . import objectives


def make(problem, data):
    return {"gmm": _gmm, "ba": _ba, "lstm": _lstm, "hand": _hand}[problem](tuple(data.values()))


def make_numba(problem, data):
    """The objectives with scalar loops, in machine code."""
    makers = {"gmm": _gmm_numba, "ba": _ba_numba, "lstm": _lstm_numba, "hand": _hand_numba}
    return makers[problem](tuple(data.values()))


def _gmm_numba(args):
    derivative = gradscribe.value_and_grad(objectives.gmm_loops, argnums=(0, 1, 2), jit="numba")
    return lambda: objectives.gmm_numpy(*args), lambda: derivative(*args), lambda result: list(result[1])


def _lstm_numba(args):
    derivative = gradscribe.value_and_grad(objectives.lstm_loops, argnums=(0, 1), jit="numba")
    return lambda: objectives.lstm_numpy(*args), lambda: derivative(*args), lambda result: list(result[1])


def _ba_numba(args):
    """One compiled program for all observations, which takes an adjoint for each of the two residuals."""
    cams, X, w, obs, feats = args
    seeds = np.zeros((2, len(w), 2))
    seeds[0, :, 0] = seeds[1, :, 1] = 1.0

    def derivative():
        cam, point = cams[obs[:, 0]], X[obs[:, 1]]
        _, pullback = gradscribe.vjp(residuals, cam, point, w, feats, jit="numba")
        out = np.empty((len(w), 2, 15))
        for k, seed in enumerate(seeds):
            out[:, k, :11], out[:, k, 11:14], out[:, k, 14], _ = pullback(seed)
        return out, -2.0 * w

    return lambda: objectives.ba_gather(*args), derivative, list


def _hand_numba(args):
    """26 parameters, hundreds of residuals: one forward pass a column."""
    theta, *rest = args
    program = gradscribe.derive(objectives.hand_loops, mode="forward", argnums="theta", jit="numba")
    units = np.eye(len(theta))

    def derivative():
        return np.stack([program(theta, *rest, unit)[1] for unit in units], axis=1)

    return lambda: objectives.hand_numpy(*args), derivative, lambda jacobian: [jacobian]


def residuals(cam, X, w, feats):
    """Those of all observations, whose cameras and points are in order."""
    err = np.zeros((len(w), 2))
    for i in range(len(w)):
        objectives.ba_residual(cam[i], X[i], w[i], feats[i], err[i])
    return err


def _gmm(args):
    derivative = gradscribe.value_and_grad(objectives.gmm_numpy, argnums=(0, 1, 2))
    return lambda: objectives.gmm_numpy(*args), lambda: derivative(*args), lambda result: list(result[1])


def _lstm(args):
    derivative = gradscribe.value_and_grad(objectives.lstm_numpy, argnums=(0, 1))
    return lambda: objectives.lstm_numpy(*args), lambda: derivative(*args), lambda result: list(result[1])


def _ba(args):
    """The Jacobian is block-sparse: observations are independent, so that the gradient of the sum over all of them
    holds the row of each. Two adjoints, one for each residual of an observation, go back together."""
    cams, X, w, obs, feats = args
    seeds = np.zeros((2, len(w), 2))
    seeds[0, :, 0] = seeds[1, :, 1] = 1.0

    def derivative():
        cam, point = cams[obs[:, 0]], X[obs[:, 1]]
        _, pullback = gradscribe.vjp_each(objectives.ba_numpy, cam, point, w, feats, argnums=(0, 1, 2))
        dcam, dpoint, dw = pullback(seeds)
        return np.moveaxis(np.concatenate([dcam, dpoint, dw[:, :, None]], axis=2), 0, 1), -2.0 * w

    return lambda: objectives.ba_gather(*args), derivative, list


def _hand(args):
    """26 parameters, hundreds of residuals: several tangents in one forward pass."""
    jacobian = gradscribe.jacfwd(objectives.hand_numpy)
    return lambda: objectives.hand_numpy(*args), lambda: jacobian(*args), lambda found: [found]
