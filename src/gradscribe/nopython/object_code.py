"""Object code on disk, which runs without numba's compiler.

numba keeps machine code too, but must be ready to compile before it takes it up again: half a second in each process.
Here the bytes of the object file are handed to LLVM's linker, as numba does in the end, together with the few Python
objects that the code refers to. What is stored runs on the processor and with the versions that it was made for;
whoever names the file sees to that.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import stored

Entry = Callable[..., Any]
"""The function that numba puts around its code: it takes as many arguments as there are, and does not look at types."""

_NOT_AS_KNOWN = (AttributeError, KeyError, TypeError, ValueError, RuntimeError)
"""What shows that numba's internals are others than those that are known here."""


def store(place: Path, made: Any) -> None:
    """Write the object code of a function that numba has compiled, if it can stand alone.

    Args:
        place: the file.
        made: what numba says of it (a `CompileResult`).
    """
    try:
        told = _told(made)
        body = None if told is None else pickle.dumps(told)
    except (pickle.PicklingError, *_NOT_AS_KNOWN):
        return
    if body is not None:
        stored.write(place, body)


def _told(made: Any) -> dict[str, Any] | None:
    """All that another process needs; None where the code refers to what is only in this one."""
    library = made._asdict()["library"]
    module = library._final_module
    names = [v.name for v in (*module.functions, *module.global_variables) if v.is_declaration]
    needed = [name for name in names if not name.startswith("llvm.")]
    if library.has_dynamic_globals or made.lifted or any("unresolved" in name for name in needed):
        return None
    environments = {e.env_name: list(e.consts) for e in (made.environment, *made._find_referenced_environments())}
    return {
        "code": library._get_compiled_object(),
        "entry": made.fndesc.llvm_cpython_wrapper_name,
        "name": made.fndesc.qualname,
        "environments": environments,
        "own": made.environment.env_name,
        "needed": needed,
        "first": [(f.__module__, f.__qualname__) for f in made.reload_init],
    }


def load(place: Path) -> Entry | None:
    """The function from a file, None where there is none that can be used."""
    body = stored.read(place)
    if body is None:
        return None
    try:
        told = pickle.loads(body)
        for module, name in told["first"]:
            getattr(importlib.import_module(module), name)()
        return _linked(told)
    except (pickle.UnpicklingError, ImportError, *_NOT_AS_KNOWN) as error:
        stored.ignore(place, error)
        return None


@functools.cache
def processor() -> tuple[object, ...]:
    """What code is made for here, and by what: the layout of arrays is NumPy's, the code itself LLVM's."""
    import llvmlite
    import llvmlite.binding as llvm
    import numpy as np

    config: Any = importlib.import_module("numba.core.config")
    chosen = (config.CPU_NAME, config.CPU_FEATURES, config.OPT, config.LOOP_VECTORIZE, config.BOUNDSCHECK)
    versions = (llvmlite.__version__, llvm.llvm_version_info, np.__version__)
    cpu = (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    return llvm.get_process_triple(), *cpu, *versions, *chosen


def _linked(told: dict[str, Any]) -> Entry | None:
    import llvmlite.binding as llvm
    from numba.core.codegen import initialize_llvm
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.environment import Environment

    dynfunc: Any = importlib.import_module("numba._dynfunc")
    config: Any = importlib.import_module("numba.core.config")
    with global_compiler_lock:
        initialize_llvm()  # type: ignore[no-untyped-call]
        machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine()
        lmm = config.USE_LLVMLITE_MEMORY_MANAGER
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine, use_lmm=lmm)
        if not all(map(_declared, told["needed"])):
            return None  # LLVM would end the process
        engine.add_object_file(llvm.ObjectFileRef.from_data(told["code"]))
        engine.finalize_object()
        environments = {}
        for name, constants in told["environments"].items():
            environments[name] = held = Environment({"__name__": __name__})
            held.consts[:] = constants
            _point(engine.get_global_value_address(name), held)
        address = engine.get_function_address(told["entry"])
        own = environments[told["own"]]
        keep = (engine, environments)
        made: Entry = dynfunc.make_function(sys.modules[__name__], told["name"], "", address, own, keep)
        return made


def _declared(name: str) -> bool:
    """Whether LLVM knows what a name stands for, or can be told: a function of numba's, or an exception."""
    import llvmlite.binding as llvm

    if llvm.address_of_symbol(name) is not None:
        return True
    address = _address(name)
    if address is not None:
        llvm.add_symbol(name, address)
    return address is not None


def _address(name: str) -> int | None:
    if name == "_Py_NoneStruct":
        return id(None)
    family, _, rest = name.partition("_")
    if family == "PyExc":
        return id(getattr(builtins, rest)) if hasattr(builtins, rest) else None
    homes = {"numba": ("numba._helperlib", "numba._dynfunc"), "NRT": ("numba.core.runtime._nrt_python",)}
    for home in homes.get(family, ()):
        table: dict[str, int] = importlib.import_module(home).c_helpers
        if rest in table:
            return table[rest]
    return None


def _point(address: int, held: object) -> None:
    """Put a pointer to an object into a variable of the code."""
    import ctypes

    if address:
        ctypes.c_void_p.from_address(address).value = id(held)
