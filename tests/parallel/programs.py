"""Functions that the tests send to other processes, which do not know this module."""

from __future__ import annotations

import os
import signal
import sys

import numpy as np

from gradscribe import value_and_grad

SCALE = 0.5


def logistic(w, x, y):
    return SCALE * np.sum(np.logaddexp(0.0, -y * (x @ w["slope"] + w["shift"])))


derivative = value_and_grad(logistic)


def weights():
    return {"slope": np.linspace(-1.0, 1.0, 5), "shift": 0.25}


def chunk(k):
    generator = np.random.default_rng(k)
    x = generator.standard_normal((40 + k, 5))
    return x, np.where(generator.random(len(x)) < 0.5, -1.0, 1.0)


def chunks(count):
    """Generated one by one."""
    return ((weights(), *chunk(k)) for k in range(count))


def die_once(marker):
    """Be killed, as by the system when memory runs out, by whoever is the first to come here."""
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(marker, k):
    """The derivative on chunk k, whose worker dies the first time where k is 3."""
    if k == 3:
        die_once(marker)
    return derivative(weights(), *chunk(k))


def is_known_here(name):
    return int(name in sys.modules)


def fails(k):
    if k == 2:
        raise ZeroDivisionError("no such chunk")
    return 1.0
