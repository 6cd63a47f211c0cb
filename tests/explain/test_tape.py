"""`explain_tape`: what a gradient records, why, and how much memory it takes."""

import math

import numpy as np

from gradscribe import checkpointed, explain_tape
from gradscribe.commands import cli


def recurrence(x, a):
    s = 0.0
    for i in range(len(a)):
        t = math.exp(s * x)
        if t > 1.5:
            s = s - a[i] * t
        else:
            s = s + t * a[i]
    return s


def linear(x):
    return np.sum(2.0 * x)


def layers(w, x):
    for _ in range(3):
        x = np.tanh(w @ x)
    return np.sum(x)


def few_states(x, n):
    for _ in checkpointed(range(n), snapshots=4):
        x = np.sin(x)
    return np.sum(x)


def test_each_tape_has_a_reason():
    tape = explain_tape(recurrence, 0.1, np.linspace(0.0, 1.0, 100))
    why = {r.name: r.why for r in tape.recorded}
    assert why == {
        "s_tape": "replaced in each trip of a loop",
        "t_tape": "dear to compute again",
        "took_tape": "decides which way to go",
    }
    assert [r.entries for r in tape.recorded] == [100, 100, 100]
    assert tape.bytes == sum(r.bytes for r in tape.recorded) > 100 * 8 * 3
    assert "math.exp(s * x)" in str(tape) and f"{tape.bytes:,} bytes in all" in str(tape)


def test_a_linear_function_records_nothing():
    tape = explain_tape(linear, np.ones(3))
    assert tape.recorded == () and tape.bytes == 0 and str(tape) == "linear_grad records nothing."


def test_arrays_count_by_their_memory():
    x = np.ones(1000)
    tape = explain_tape(layers, np.eye(1000), x)
    arrays = [r for r in tape.recorded if r.name.endswith("_tape")]
    assert all(3 * x.nbytes <= r.bytes < 3 * x.nbytes + 100 for r in arrays)


def test_states_of_a_checkpointed_loop():
    x = np.ones(1000)
    (states,) = [r for r in explain_tape(few_states, x, 50).recorded if r.kind == "states"]
    assert states.entries == 4 and states.bytes == 4 * x.nbytes


def test_without_arguments_nothing_is_measured():
    tape = explain_tape(recurrence)
    assert len(tape.recorded) == 3 and all(r.bytes is None for r in tape.recorded)


def test_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "model.py"
    path.write_text("import math\n\ndef f(x, n: int):\n    for i in range(n):\n        x = math.sin(x)\n    return x\n")
    assert cli.main([f"{path}:f", "--tape"]) == 0
    out = capsys.readouterr().out
    assert "x_tape" in out and "replaced in each trip" in out
