"""`python -m tests.odd`: every change of what is outside before every read of it, by every way to a derivative."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2] / "src")]

from . import hidden_calls, meddlers  # noqa: E402
from .judged import judge  # noqa: E402
from .test_meddlers import X, defined  # noqa: E402


def main() -> int:
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    for module in (meddlers, hidden_calls):
        for change in module.CHANGES:
            for read in meddlers.READS:
                counts.update(verdicts(module, change, read))
    print(dict(counts))
    return int(counts["wrong"] > 0)


def verdicts(module, change: str, read: str) -> list[str]:
    f = defined(meddlers.program(change, read), module)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return list(judge(f, np.array(X), module.reset).values())
    except AssertionError as error:
        print(f"{change!r} before {read!r}: {error}", flush=True)
        return ["wrong"]


if __name__ == "__main__":
    sys.exit(main())
