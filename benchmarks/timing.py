"""Times of several functions against each other, fair on a machine that others use too."""

import gc
import time
from collections.abc import Callable, Mapping

SAMPLE_SECONDS = 2e-3
MAX_CALLS = 20_000


def best_times(functions: Mapping[str, Callable[[], object]], rounds: int = 40) -> dict[str, float]:
    """The best time of each function in seconds.

    Every round takes one sample of each function in turn, so that a slow moment of the machine hits all of them; a
    sample is as many calls as fill a few milliseconds.
    """
    calls = {name: _calls_per_sample(function) for name, function in functions.items()}
    best = dict.fromkeys(functions, float("inf"))
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, function in functions.items():
                best[name] = min(best[name], _sample(function, calls[name]))
    finally:
        gc.enable()
    return best


def once(function: Callable[[], object]) -> float:
    """The time of one call in seconds of the processor, whatever else the machine does meanwhile."""
    start = time.process_time()
    function()
    return time.process_time() - start


def _sample(function: Callable[[], object], calls: int) -> float:
    repeat = range(calls)
    start = time.perf_counter()
    for _ in repeat:
        function()
    return (time.perf_counter() - start) / calls


def _calls_per_sample(function: Callable[[], object]) -> int:
    function()  # compiles, fills caches
    one = min(_sample(function, 1) for _ in range(3))
    return max(1, min(MAX_CALLS, int(SAMPLE_SECONDS / max(one, 1e-9))))
