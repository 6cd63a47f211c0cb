"""A list filled in a loop has a shadow list."""

import numpy as np

ARGS = (np.array([[0.2, 0.5], [-0.3, 0.8]]), np.array([0.4, -0.6]), 3)


def unrolled(w, h, steps):
    states = [h]
    for t in range(steps):
        states.append(np.tanh(w @ states[-1]))
    return np.sum(states[0] * states[-1])


# derivative
