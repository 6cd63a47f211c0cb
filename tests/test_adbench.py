"""The objectives of ADBench against independent formulations, and the derivatives by hand against differences."""

import math

import numpy as np
import pytest
from pytest import approx
from scipy.spatial.transform import Rotation
from scipy.special import logsumexp, multigammaln
from scipy.stats import Covariance, multivariate_normal

from benchmarks.adbench import by_hand, objectives, readers


@pytest.fixture
def gmm():
    return tuple(readers.load("gmm", "1k/gmm_d2_K5").values())


@pytest.fixture
def ba():
    """Forty observations, moved a little apart from each other."""
    cams, X, w, obs, feats = readers.load("ba").values()
    random = np.random.default_rng(0)
    cams = cams * (1.0 + 0.01 * random.normal(size=cams.shape))
    X = X * (1.0 + 0.01 * random.normal(size=X.shape))
    return cams, X, w[:40], obs[:40], feats[:40]


@pytest.fixture
def lstm():
    main, extra, state, seq = readers.load("lstm").values()
    return main, extra, state, seq[:12]


@pytest.fixture
def hand():
    return tuple(readers.load("hand").values())


def test_gmm_is_a_mixture_of_normals(gmm):
    alphas, means, icf, x, gamma, m = gmm
    k, d = means.shape
    weights = alphas - logsumexp(alphas)
    nu, prior, densities = d + m + 1, 0.0, []
    for j in range(k):
        factor = np.diag(np.exp(icf[j, :d]))
        factor.T[np.triu_indices(d, 1)] = icf[j, d:]
        precision = factor.T @ factor
        normal = multivariate_normal(means[j], Covariance.from_precision(precision))
        densities.append(weights[j] + normal.logpdf(x))
        prior += 0.5 * gamma**2 * np.trace(precision) - m * np.linalg.slogdet(factor)[1]
        prior -= nu * d * (math.log(gamma) - 0.5 * math.log(2.0)) - multigammaln(0.5 * nu, d)
    want = np.sum(logsumexp(np.stack(densities), axis=0)) + prior
    for objective in (objectives.gmm_numpy, objectives.gmm_numpy_perk, objectives.gmm_loops):
        assert objective(*gmm) == approx(want, rel=1e-12)


def test_ba_rotates_and_projects(ba):
    cams, X, w, obs, feats = ba
    cam, point = cams[obs[:, 0]], X[obs[:, 1]]
    seen = Rotation.from_rotvec(cam[:, :3]).apply(point - cam[:, 3:6])
    u = seen[:, :2] / seen[:, 2:]
    s = np.sum(u**2, axis=1)
    projected = u * ((1.0 + cam[:, 9] * s + cam[:, 10] * s**2) * cam[:, 6])[:, None] + cam[:, 7:9]
    for objective in (objectives.ba_gather, objectives.ba_loops):
        errors, weights = objective(*ba)
        assert errors == approx(w[:, None] * (projected - feats), rel=1e-10, abs=1e-10)
        assert weights == approx(1.0 - w**2)


def test_styles_of_lstm_and_hand_agree(lstm, hand):
    assert objectives.lstm_numpy(*lstm) == approx(objectives.lstm_loops(*lstm), rel=1e-12)
    assert objectives.hand_numpy(*hand) == approx(objectives.hand_loops(*hand), rel=1e-12, abs=1e-12)


def directional(f, args, step=1e-6):
    """The derivative of f with respect to the arrays `args` in a random direction, by differences; the direction."""
    random = np.random.default_rng(1)
    direction = [random.normal(size=a.shape) for a in args]
    above = f(*[a + step * d for a, d in zip(args, direction, strict=True)])
    below = f(*[a - step * d for a, d in zip(args, direction, strict=True)])
    return (above - below) / (2.0 * step), direction


def inner(gradient, direction):
    return sum(np.sum(g * d) for g, d in zip(gradient, direction, strict=True))


def test_gmm_by_hand(gmm):
    slope, direction = directional(lambda *a: objectives.gmm_numpy(*a, *gmm[3:]), gmm[:3])
    assert inner(by_hand.gmm_grad(*gmm), direction) == approx(slope, rel=1e-7)


def test_lstm_by_hand(lstm):
    slope, direction = directional(lambda *a: objectives.lstm_numpy(*a, *lstm[2:]), lstm[:2])
    assert inner(by_hand.lstm_grad(*lstm), direction) == approx(slope, rel=1e-7)


def test_ba_by_hand(ba):
    cams, X, w, obs, feats = ba
    args = cams[obs[:, 0]], X[obs[:, 1]], w
    slopes, direction = directional(lambda *a: objectives.ba_numpy(*a, feats), args)
    blocks = by_hand.ba_blocks(*args, feats)
    flat = np.column_stack(direction)
    assert np.einsum("pij,pj->pi", blocks, flat) == approx(slopes, rel=1e-5, abs=1e-5)


def test_hand_by_hand(hand):
    slopes, (direction,) = directional(lambda theta: objectives.hand_numpy(theta, *hand[1:]), hand[:1])
    assert by_hand.hand_jacobian(*hand) @ direction == approx(slopes, rel=1e-6, abs=1e-8)
