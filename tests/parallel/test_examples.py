"""The programs of `examples/cluster`: the same training by one process and by a cluster."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIZE = ["--chunks", "6", "--rows", "200", "--steps", "4"]


def run(program, *options):
    """The losses that a program prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, str(ROOT / "examples" / "cluster" / program), *SIZE, *options]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, re.findall(r"^step \d+: loss (\d+\.\d+)", done.stdout, re.MULTILINE)


def test_a_cluster_trains_as_one_machine_does():
    pytest.importorskip("distributed")
    _, alone = run("one_machine.py")
    assert len(alone) == 4 and float(alone[-1]) < float(alone[0])
    printed, together = run("cluster.py", "--dashboard", ":0")
    assert together == alone
    assert "dashboard: http" in printed and "GB in a worker" in printed
