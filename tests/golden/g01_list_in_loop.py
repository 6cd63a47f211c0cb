"""A list filled in a loop has a shadow list."""

import numpy as np

ARGS = (np.array([[0.2, 0.5], [-0.3, 0.8]]), np.array([0.4, -0.6]), 3)


def unrolled(w, h, steps):
    states = [h]
    for t in range(steps):
        states.append(np.tanh(w @ states[-1]))
    return np.sum(states[0] * states[-1])


# derivative
def unrolled_grad(w, h, steps, seed=1.0):
    # forward
    states = [h]
    bstates = [np.zeros_like(h)]
    state_tape, state_tape_1 = [], []
    for t in range(steps):
        state = states[-1]
        state_tape.append(state)
        state = np.tanh(w @ state)
        state_tape_1.append(state)
        states.append(state)
        bstates.append(np.zeros_like(state))
    # reverse
    bstates[-1] = bstates[-1] + seed * states[0]  # np.sum(states[0] * states[-1])
    bstates[0] = bstates[0] + seed * states[-1]
    bw = np.zeros_like(w)
    for t in range(steps - 1, -1, -1):
        state = state_tape.pop()
        bstate = bstates.pop() * (1.0 - state_tape_1.pop() ** 2)  # states.append(np.tanh(w @ sta...
        bw += np.outer(bstate, state)
        bstates[-1] = bstates[-1] + w.T @ bstate
    return bw, bstates[0]
