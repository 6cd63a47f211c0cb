"""From the program in numba's flavour to machine code.

The text is stored as a file of its own in a cache directory, where numba keeps the machine code beside it; where
nothing may be written, or the text depends on functions that are no part of it, it is compiled anew in each process.
Indices are checked. Floating-point arithmetic is NumPy's: where a plain call of the function would raise an exception
for a division by zero or for the logarithm of a negative number, the result is infinite or nan.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import io
import itertools
import os
import re
import sys
import tempfile
import tokenize
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import GradscribeError, UnsupportedCall
from ..ir.nodes import Const, Function, Op, Parameter, walk
from ..ir.primitives import CALL_METHOD, CALL_PYTHON, SNAPSHOTS, External
from ..ir.solvers import LIBRARY_CALL
from ..ir.types import Array, Scalar, Type
from ..loops.scalars import VECTOR
from ..source.text import make_function
from ..write import Written
from . import along, object_code
from .front import front


def decorator_for(freedoms: Sequence[str] | None, *, check: bool = True, parallel: bool = False) -> str:
    """How a function is compiled.

    Args:
        freedoms: the flags of its arithmetic; None for that of Python.
        check: whether each index is checked.
        parallel: whether loops over `prange` run on several processors; nothing else does.
    """
    options = ["boundscheck=True"] if check else []
    options.append('error_model="numpy"')
    if freedoms:
        options.append(f"fastmath={{{', '.join(map(repr, freedoms))}}}".replace("'", '"'))
    if parallel:
        options.append("parallel=LOOPS_ALONE")
    return f"@numba.njit({', '.join(options)})"


LOOPS_ALONE = """LOOPS_ALONE = ParallelOptions({
    "comprehension": False, "reduction": False, "inplace_binop": False, "setitem": False,
    "numpy": False, "stencil": False, "fusion": False,
})"""
"""What else numba would run on several processors: sums, in an order that depends on their number. (A mere dict is
empty after the first use.)"""


VECTORS = "gradscribe.nopython.vector"


class NumbaRefuses(GradscribeError):
    """numba cannot compile a derivative; the message names the construct."""


class NumbaMissing(NumbaRefuses):
    """numba is not installed."""


def numba_module() -> Any:
    """numba itself.

    Raises:
        NumbaMissing: it is not installed.
    """
    try:
        import numba
    except ImportError:
        hint = "pip install 'gradscribe[numba]'"
        raise NumbaMissing('jit="numba" needs numba, which is not installed', hint=hint) from None
    return numba


@functools.cache
def vectors_available() -> bool:
    """Whether elementary functions can be computed for several elements at a time, as fast as they should be: LLVM
    knows the attributes, and the processor `fma`."""
    numba_module()
    import llvmlite.binding as llvm

    if llvm.llvm_version_info < (16,):
        return False
    if not llvm.get_default_triple().startswith(("x86_64", "i686")):
        return True
    return bool(llvm.get_host_cpu_features().get("fma"))


def check_calls(function: Function) -> None:
    """Refuse calls that would not mean the same in machine code.

    Raises:
        UnsupportedCall: a call of something that is no function of mathematics.
    """
    for op in walk(function.body):
        if op.primitive is SNAPSHOTS:
            raise UnsupportedCall("a checkpointed loop is not compiled with numba", op.origin)
        if op.primitive is LIBRARY_CALL:
            raise UnsupportedCall(f"`{op.static.path}` is called as it is, which numba cannot", op.origin)
        if op.primitive is CALL_METHOD:
            raise UnsupportedCall(f"the method `{op.static}` is called as it is, which numba cannot", op.origin)
        if op.primitive is CALL_PYTHON and not _means_the_same(op):
            callee = op.args[0]
            name = callee.name if isinstance(callee, Const) else "an object"
            raise UnsupportedCall(f"`{name}` is called as it is, which numba cannot", op.origin)


def _means_the_same(op: Op) -> bool:
    callee = op.args[0].value if isinstance(op.args[0], Const) else None
    if hasattr(callee, "py_func"):  # compiled by numba already
        return True
    module = getattr(callee, "__module__", None) or ""
    return module in ("math", "builtins") or (module.split(".")[0] == "numpy" and "random" not in module)


# ------------------------------------------------------------------ compiling


class Core:
    """A function of numbers and arrays in machine code.

    Args:
        text: a module with the function.
        name: of the function.
        parameters: for the types of its arguments.
        namespace: what the text takes from outside.

    Raises:
        NumbaRefuses: numba cannot compile it.
    """

    def __init__(
        self, text: str, name: str, parameters: Sequence[Parameter], namespace: Mapping[str, Any] | None = None
    ) -> None:
        self.text, self.name, self.parameters = text, name, tuple(parameters)
        self.namespace = namespace or {}
        self.portable = not _depends_on_functions(self.namespace.values())
        if any(p.kind is p.kind.KEYWORD_ONLY for p in parameters):
            self.function = self.dispatcher
        else:
            self.function = front(name, parameters, self._entry(), lambda *args: self.dispatcher(*args))

    def _entry(self) -> Callable[..., Any]:
        """The code: as it was stored, or compiled now."""
        place = _place(self.name, self.text, self.parameters) if self.portable else None
        found = None if place is None else object_code.load(place)
        if found is not None:
            return found
        types = tuple(map(_argument_type, self.parameters))
        made = self.dispatcher.overloads[types]
        if place is not None:
            with contextlib.suppress(OSError):
                object_code.store(place, made)
        entry: Callable[..., Any] = made.entry_point
        return entry

    @functools.cached_property
    def dispatcher(self) -> Any:
        """The function as numba has it, which compiles for other kinds of arguments, and is called by compiled code."""
        numba = numba_module()
        stored = _stored(self.text, self.name) if self.portable else None
        label = f"{self.name} numba"
        made: Any = make_function(self.text, self.name, self.namespace, label=label, filename=stored)
        if stored is not None:
            made.enable_caching()
        try:
            made.compile(tuple(map(_argument_type, self.parameters)))
        except (numba.core.errors.NumbaError, NotImplementedError) as error:  # the latter from its code generator
            hint = 'the plain flavour is the one without jit="numba"'
            raise NumbaRefuses(_reason(error, self.text), hint=hint) from None
        return made


def compiled(written: Written, program: Function, decorator: str) -> Core:
    """The function in machine code.

    Args:
        written: the text of a program without structures.
        program: the program, for the types of its parameters.
        decorator: how it is compiled.

    Raises:
        NumbaRefuses: numba cannot compile it.
    """
    namespace = {name: held for name, held in written.externals.items() if not isinstance(held, External)}
    return Core(module_text(written, decorator), program.name, program.parameters, namespace)


def _helpers(imports: Iterable[str]) -> list[str]:
    """The functions of `runtime` that the text uses."""
    names = [line.split(" import ")[1] for line in imports if line.startswith("from gradscribe.runtime ")]
    for name in names:
        if not hasattr(along, name) and not name.startswith(VECTOR):
            raise NumbaRefuses(f"the array statements of this function need `{name}`, which numba does not compile")
    return names


def module_text(written: Written, decorator: str) -> str:
    """The text with its decorators, and the functions of `runtime` that it calls."""
    names = _helpers(written.imports)
    helpers = [f"@numba.njit\n{_source_of(n)}\n\n\n" for n in names if not n.startswith(VECTOR)]
    vector = [f"from {VECTORS} import {n.removeprefix(VECTOR)} as {n}" for n in names if n.startswith(VECTOR)]
    lines = [line for line in written.text.splitlines() if not line.startswith("from gradscribe.runtime ")]
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    rest = "\n".join(line for line in lines if line not in imports).strip("\n")
    head = "\n".join(sorted({*imports, "import numba"}) + vector)
    if "LOOPS_ALONE" in decorator:
        rest = _unlike_versions(rest)
        head += f"\nfrom numba.core.cpu_options import ParallelOptions\n\n{LOOPS_ALONE}"
    decorated = re.sub(r"(?m)^def ", f"{decorator}\ndef ", rest)
    return f"{head}\n\n\n{''.join(helpers)}{decorated}\n"


def _unlike_versions(text: str) -> str:
    """The text with `x1` for `x_1`, as numba calls the second value of `x` in a loop that it makes a function."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    names = [(before, t) for before, t in itertools.pairwise(tokens) if t.type == tokenize.NAME]
    known = {t.string for _, t in names}
    lines = text.splitlines(keepends=True)
    for before, token in reversed(names):
        found = re.fullmatch(r"(\w*?)_?_(\d+)", token.string)
        if found is not None and before.string != ".":
            plain = found[1] + found[2]
            new = plain if plain not in known else f"{found[1]}__{found[2]}"
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + new + line[column + len(token.string) :]
    return "".join(lines)


def _source_of(helper: str) -> str:
    return inspect.getsource(getattr(along, helper)).replace(": Any", "").replace(" -> Any", "").strip("\n")


def _depends_on_functions(values: Iterable[Any]) -> bool:
    """Whether the text refers to objects that a stored copy of its machine code would not see change."""
    return any(not isinstance(v, (External, types.ModuleType)) for v in values)


def cache_directory() -> Path:
    """Where texts and machine code are kept: `GRADSCRIBE_CACHE`, or a folder in the user's cache directory."""
    given = os.environ.get("GRADSCRIBE_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    return Path(base or Path.home() / ".cache") / "gradscribe"


def _stored(text: str, name: str) -> str | None:
    """The path of a file that holds the text, None where it cannot be written."""
    try:
        path = cache_directory() / f"{name}_{_digest(text)}.py"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, path)
    except (OSError, RuntimeError):
        return None
    return str(path)


def _place(name: str, text: str, parameters: Sequence[Parameter]) -> Path | None:
    """The file for the machine code of a function, for these types and for this processor."""
    types = [(plain_kind(p.var.type), p.default and repr(p.default.value)) for p in parameters]
    try:
        return cache_directory() / f"{name}_{_digest(f'{types} {object_code.processor()} {text}')}.code"
    except RuntimeError:  # nobody is at home
        return None


def _digest(text: str) -> str:
    versions = f"{numba_module().__version__} {sys.version} {_text_of_ours()}"
    return hashlib.sha256(f"{versions}\n{text}".encode()).hexdigest()[:20]


@functools.cache
def _text_of_ours() -> str:
    """What stored machine code holds of ours: were it to change, the code would not see it."""
    folder = Path(along.__file__).parent
    paths = [folder / "along.py", folder / "vector.py", *sorted((folder / "vector_math").glob("*.py"))]
    return "".join(path.read_text("utf-8") for path in paths)


def _argument_type(parameter: Parameter) -> Any:
    """The type of an argument; one with a default is left out by most calls."""
    default = parameter.default
    if default is not None and isinstance(default.value, (bool, int, float, complex)):
        return numba_module().types.Omitted(default.value)
    return numba_type(parameter.var.type)


def plain_kind(type_: Type) -> tuple[Any, ...]:
    """What machine code is made for: the dtype and the rank of an array, the class of a number."""
    if isinstance(type_, Array):
        return "array", type_.dtype, type_.ndim
    if isinstance(type_, Scalar):
        return "number", type_.kind, type_.dtype
    raise NumbaRefuses(f"an argument of type {type_!r} is neither a number nor an array")


def numba_type(type_: Type) -> Any:
    """The type that numba gives to an argument."""
    numba = numba_module()
    if isinstance(type_, Scalar):
        plain = {"b": "boolean", "i": "int64", "f": "float64", "c": "complex128"}[type_.kind]
        return getattr(numba.types, type_.dtype if type_.dtype not in (None, "bool") else plain)
    if isinstance(type_, Array):
        dtype = getattr(numba.types, "boolean" if type_.dtype == "bool" else type_.dtype)
        return numba.types.Array(dtype, type_.ndim, "C")
    raise NumbaRefuses(f"an argument of type {type_!r} is neither a number nor an array")


def _reason(error: BaseException, text: str) -> str:
    """What numba says, with the line of the text that it is about."""
    message = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Failed in", "During:", "File ", "There are", "[", "- "))]
    found = re.findall(r"line (\d+)", message)
    numbers = [int(n) for n in found if 0 < int(n) <= len(text.splitlines())]
    where = f" in `{text.splitlines()[numbers[-1] - 1].strip()}`" if numbers else ""
    return f"numba refuses this function{where}: {' '.join(told[:2]) or type(error).__name__}"


def wrapped(shell_text: str, name: str, namespace: Mapping[str, Any], core: Any) -> Callable[..., Any]:
    """The function around a core; see `shell`."""
    held = {k: v.read() if isinstance(v, External) else v for k, v in namespace.items()}
    return make_function(shell_text, name, {**held, "core": core}, label=f"{name} shell")
