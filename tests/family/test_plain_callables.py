"""Derivatives where other libraries expect plain functions: estimators with `fit`, samplers that take two callables."""

import copy
import pickle

import numpy as np
import pytest

from gradscribe import grad, value_and_grad

optimize = pytest.importorskip("scipy.optimize")


def penalised(w, x, y, strength):
    margins = y * (x @ w)
    return np.mean(np.logaddexp(0.0, -margins)) + 0.5 * strength * (w @ w)


class Logistic:
    """A classifier with the methods that scikit-learn asks for; its loss is differentiated once, for all instances."""

    loss = staticmethod(value_and_grad(penalised))

    def __init__(self, strength=0.1):
        self.strength = strength

    def get_params(self, deep=True):
        return {"strength": self.strength}

    def set_params(self, **params):
        self.__dict__.update(params)
        return self

    def fit(self, x, y):
        start = np.zeros(x.shape[1])
        self.coef_ = optimize.minimize(self.loss, start, args=(x, y, self.strength), jac=True, tol=1e-10).x
        return self

    def predict(self, x):
        return np.sign(x @ self.coef_)

    def score(self, x, y):
        return np.mean(self.predict(x) == y)


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(120, 4))
    return x, np.sign(x @ np.array([1.0, -2.0, 0.5, 0.0]) + 0.3 * rng.normal(size=120))


def test_an_estimator_is_fitted(data):
    x, y = data
    model = Logistic(0.05).fit(x, y)
    assert np.linalg.norm(grad(penalised)(model.coef_, x, y, 0.05)) < 1e-6
    assert model.score(x, y) > 0.9


@pytest.mark.parametrize("again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_an_estimator_are_fitted_alike(data, again):
    model = Logistic(0.05).fit(*data)
    other = again(model)
    np.testing.assert_array_equal(other.coef_, model.coef_)
    np.testing.assert_array_equal(other.fit(*data).coef_, model.coef_)


def test_scikit_learn_takes_it(data):
    base = pytest.importorskip("sklearn.base")
    search = pytest.importorskip("sklearn.model_selection")

    class Estimator(base.ClassifierMixin, base.BaseEstimator, Logistic):
        def fit(self, x, y):
            self.classes_ = np.unique(y)
            return super().fit(x, y)

    found = search.GridSearchCV(Estimator(), {"strength": [0.01, 10.0]}, cv=3).fit(*data)
    assert found.best_score_ > 0.85


# ------------------------------------------------------------------ a sampler


COVARIANCE = np.array([[1.0, 0.6], [0.6, 2.0]])
MEAN = np.array([1.0, -1.0])
PRECISION = np.linalg.inv(COVARIANCE)


def log_density(theta, mean, precision):
    centred = theta - mean
    return -0.5 * centred @ precision @ centred


def leapfrog(gradient, theta, momentum, args, step, steps):
    momentum = momentum + 0.5 * step * gradient(theta, *args)
    for k in range(steps):
        theta = theta + step * momentum
        momentum = momentum + (step if k + 1 < steps else 0.5 * step) * gradient(theta, *args)
    return theta, momentum


def sample(log_prob, gradient, theta, args, count, rng, step=0.4, steps=6):
    """Hamiltonian Monte Carlo (Duane et al., 1987), for any two callables."""
    found, accepted = [], 0
    for _ in range(count):
        momentum = rng.normal(size=theta.shape)
        there, arrived = leapfrog(gradient, theta, momentum, args, step, steps)
        before = log_prob(theta, *args) - 0.5 * momentum @ momentum
        if np.log(rng.uniform()) < log_prob(there, *args) - 0.5 * arrived @ arrived - before:
            theta, accepted = there, accepted + 1
        found.append(theta)
    return np.array(found), accepted / count


def test_a_sampler_takes_the_gradient_as_it_is():
    args = (MEAN, PRECISION)
    drawn, accepted = sample(log_density, grad(log_density), np.zeros(2), args, 4000, np.random.default_rng(0))
    assert accepted > 0.97  # a wrong gradient is made up for by refusing more
    drawn = drawn[200:]
    np.testing.assert_allclose(drawn.mean(axis=0), MEAN, atol=0.12)
    np.testing.assert_allclose(np.cov(drawn.T), COVARIANCE, atol=0.25)


def test_the_energy_error_is_of_second_order():
    """Halving the step of a symplectic integrator quarters the error of the energy, with the right gradient only."""
    args, gradient = (MEAN, PRECISION), grad(log_density)
    theta, momentum = np.array([0.3, 0.7]), np.array([0.5, -0.4])
    before = log_density(theta, *args) - 0.5 * momentum @ momentum

    def error(step):
        there, arrived = leapfrog(gradient, theta, momentum, args, step, round(1.0 / step))
        return abs(log_density(there, *args) - 0.5 * arrived @ arrived - before)

    assert error(0.1) / error(0.05) == pytest.approx(4.0, rel=0.1)


def test_emcee_takes_the_value():
    emcee = pytest.importorskip("emcee")
    walkers = np.random.default_rng(0).normal(size=(8, 2))
    log_prob = value_and_grad(log_density)
    sampler = emcee.EnsembleSampler(8, 2, lambda theta: log_prob(theta, MEAN, PRECISION)[0])
    sampler.run_mcmc(walkers, 50)
    assert np.isfinite(sampler.get_log_prob()).all()
