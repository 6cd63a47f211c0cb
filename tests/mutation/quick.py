"""Mistakes in the rules, each judged by the cases that run or read the function with the mistake, in one process.

Which cases these are is found out first, by running every case once and noting the functions of `rules` that are called
or read. A mistake then replaces the code of its function; a case that fails sees it.
"""

from __future__ import annotations

import gc
import linecache
import signal
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .sites import Mutant

Place = tuple[str, int]
"""A file, and the first line of a function in it."""


class Cases:
    """The cases, and which functions each of them uses."""

    def __init__(self, folder: Path, cases: dict[str, Callable[[], object]]) -> None:
        self.folder, self.cases = str(folder), cases
        self.users: dict[Place, list[str]] = {}

    def trace(self) -> None:
        """Run every case once, and note what it uses; one that cannot be run here is left out."""
        for name, case in list(self.cases.items()):
            try:
                used = self._used_by(case)
            except BaseException as error:  # an outcome of pytest's is no Exception
                if isinstance(error, KeyboardInterrupt):
                    raise
                del self.cases[name]
                continue
            for place in sorted(used):
                self.users.setdefault(place, []).append(name)

    def _used_by(self, case: Callable[[], object]) -> set[Place]:
        from gradscribe.read import syntax

        found: set[Place] = set()

        def note(code: types.CodeType) -> None:
            if code.co_filename.startswith(self.folder):
                found.add((code.co_filename, code.co_firstlineno))

        def profile(frame: types.FrameType, event: str, _: object) -> None:
            if event == "call":
                note(frame.f_code)

        def read(function: Any) -> Any:
            note(function.__code__)
            return before(function)

        before, syntax.read_source = syntax.read_source, read  # type: ignore[attr-defined]
        sys.setprofile(profile)
        try:
            case()
        finally:
            sys.setprofile(None)
            syntax.read_source = before  # type: ignore[attr-defined]
        return found

    def see(self, path: Path, mutant: Mutant, seconds: int) -> bool | None:
        """Whether a case fails with the mistake; None where no case uses the function."""
        with replaced(path, mutant) as places:
            names = dict.fromkeys(name for place in places for name in self.users.get(place, ()))
            if not names:
                return None
            return any(_fails(self.cases[name], seconds) for name in names)


def _fails(case: Callable[[], object], seconds: int) -> bool:
    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        case()
    except BaseException as error:  # an outcome of pytest's is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return type(error).__name__ != "Skipped"
    finally:
        signal.alarm(0)
    return False


@contextmanager
def replaced(path: Path, mutant: Mutant) -> Iterator[list[Place]]:
    """Let the functions of a file that has been imported be those of the text with the mistake; their places."""
    name, lines = str(path), mutant.text.splitlines(keepends=True)
    old, new = ([*_codes(compile(text, name, "exec"))] for text in (path.read_text("utf-8"), mutant.text))
    changed = [(a, b) for a, b in zip(old, new, strict=True) if _content(a) != _content(b)]
    functions = [(f, b, f.__code__) for a, b in changed for f in _functions(a)]
    kept = linecache.cache.get(name)
    linecache.cache[name] = (len(mutant.text), None, lines, name)
    try:
        for function, code, _ in functions:
            function.__code__ = code
        yield [(name, before.co_firstlineno) for _, _, before in functions]
    finally:
        for function, _, before in functions:
            function.__code__ = before
        linecache.cache.pop(name, None)
        if kept is not None:
            linecache.cache[name] = kept


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _content(code: types.CodeType) -> object:
    """What a code does, apart from the functions inside."""
    plain = [repr(c) for c in code.co_consts if not isinstance(c, types.CodeType)]
    return code.co_code, plain, code.co_names, code.co_varnames


def _functions(code: types.CodeType) -> list[types.FunctionType]:
    """The functions that are made of a code, or of one around it: what is made inside a call is made anew."""
    found = [f for f in gc.get_objects() if type(f) is types.FunctionType and f.__code__ == code]
    return [f for f in found if f.__code__.co_filename == code.co_filename]
