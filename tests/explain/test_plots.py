"""Plots draw what is measured."""

import numpy as np
import programs_seen as programs
import pytest

import gradscribe
from gradscribe import grad, trace
from gradscribe.explain.plots import error_plot, memory_plot, memory_samples, training_plot

pytest.importorskip("matplotlib")


def decay_keeping(x, steps, snapshots):
    for t in gradscribe.checkpointed(range(steps), snapshots=snapshots):
        x = x - 0.01 * np.sin(x)
    return np.sum(x)


def decay(x, steps):
    for t in range(steps):
        x = x - 0.01 * np.sin(x)
    return np.sum(x)


def with_snapshots(count):
    if count is None:
        return lambda x: grad(decay)(x, 60)
    return lambda x: grad(decay_keeping)(x, 60, count)


def test_error_against_step(tmp_path):
    axes = error_plot(trace(programs.wave, 1.5))
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert set(lines) == {"forward difference", "central difference", "complex step"}
    best = {name: min(line.get_ydata()) for name, line in lines.items()}
    assert best["complex step"] < best["central difference"] < best["forward difference"]
    axes.figure.savefig(tmp_path / "curve.svg")


def test_training():
    axes = training_plot({"tanh": [3.0, 2.0, 1.0], "relu": [3.0, 1.0]})
    assert [len(line.get_xdata()) for line in axes.get_lines()] == [3, 2] and axes.get_yscale() == "log"
    assert training_plot([1.0, 0.1]).get_legend() is None


def test_memory_against_snapshots():
    x = np.linspace(0.1, 1.0, 2000)
    samples = memory_samples(with_snapshots, (x,), [2, 8, None])
    assert samples[0].bytes < samples[1].bytes < samples[2].bytes
    axes = memory_plot(samples)
    assert list(axes.get_lines()[0].get_xdata()) == [2, 8]
