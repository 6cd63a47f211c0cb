"""A dataclass that is bound anew in each trip: its fields are carried, the object is gone."""

from dataclasses import dataclass, replace

import numpy as np

ARGS = (np.array([0.4, -0.2]), 0.1, 5)


@dataclass
class State:
    position: np.ndarray
    velocity: np.ndarray


def swing(start, h, n):
    state = State(start, np.zeros(2))
    for _ in range(n):
        state = replace(state, velocity=state.velocity - h * np.sin(state.position))
        state = replace(state, position=state.position + h * state.velocity)
    return state.position @ state.velocity


# derivative
def swing_grad(start, h, n, seed=1.0):
    # forward
    position_tape, velocity_tape, state_tape = [], [], []
    position = start
    velocity = np.zeros(2)
    for _ in range(n):
        position_tape.append(position)
        velocity_tape.append(velocity)
        state = np.sin(position)
        state_tape.append(state)
        velocity = velocity - h * state
        position = position + h * velocity
    # reverse
    bposition = seed * velocity  # state.position @ state.velocity
    bvelocity = seed * position
    bh = 0.0
    for _ in range(n - 1, -1, -1):
        position = position_tape.pop()
        velocity = velocity_tape.pop()
        state = state_tape.pop()
        bh += bposition @ (velocity - h * state)  # state = replace(state, position=state.positio...
        bvelocity = bvelocity + bposition * h
        bh -= bvelocity @ state  # state = replace(state, velocity=state.velocity - h * np.sin(st...
        bposition -= bvelocity * h * np.cos(position)
    return bposition, bh
