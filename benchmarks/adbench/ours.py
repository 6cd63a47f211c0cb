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
    """A compiled loop over the observations calls the derivative of each residual."""
    import numba

    w = args[2]
    residual = gradscribe.derive(both_residuals, argnums=("cam", "X", "w"), jit="numba")

    @numba.njit
    def blocks(cams, X, w, obs, feats):
        out = np.empty((len(w), 2, 15))
        for i in range(len(w)):
            cam, point = cams[obs[i, 0]], X[obs[i, 1]]
            for k in range(2):
                dcam, dpoint, dw = residual(cam, point, w[i], feats[i], 1.0 - k, 0.0 + k)
                out[i, k, :11] = dcam
                out[i, k, 11:14] = dpoint
                out[i, k, 14] = dw
        return out

    return lambda: objectives.ba_gather(*args), lambda: (blocks(*args), -2.0 * w), list


def _hand_numba(args):
    """26 parameters, hundreds of residuals: one forward pass a column."""
    theta, *rest = args
    program = gradscribe.derive(objectives.hand_loops, mode="forward", argnums="theta", jit="numba")
    units = np.eye(len(theta))

    def derivative():
        return np.stack([program(theta, *rest, unit)[1] for unit in units], axis=1)

    return lambda: objectives.hand_numpy(*args), derivative, lambda jacobian: [jacobian]


def both_residuals(cam, X, w, feat, first, second):
    """The residuals of one observation, with a weight each."""
    err = np.zeros(2)
    objectives.ba_residual(cam, X, w, feat, err)
    return first * err[0] + second * err[1]


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
