"""What a function may be asked about a user's objects while it is read, so that no code of theirs runs.

An attribute may be made by a descriptor or by `__getattr__`, a check of a type by a metaclass, and an import runs a
module. What that changes would be changed when the derivative is compiled, not when it is called, and only once.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import logging
import sys
import sysconfig
import types
from typing import Any

from ..ir.signature import is_library_name

_MAKERS = {"__new__", "__init__", "__prepare__", "__call__"}
"""What a metaclass may define: how its classes, and their instances, are made."""
_PLAIN = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)
_NOT_FOUND = object()


@functools.lru_cache(maxsize=4096)
def is_installed(module: str) -> bool:
    """Whether a module belongs to a package that is installed."""
    top = module.partition(".")[0]
    found = sys.modules.get(top)
    spec = getattr(found, "__spec__", None) or _spec_of(top)
    paths = sysconfig.get_paths()
    home = getattr(spec, "origin", None) or ""
    return home.startswith((paths["purelib"], paths["platlib"]))


def _spec_of(module: str) -> Any:
    try:
        return importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None


def is_trusted(module: object, home: str = "") -> bool:
    """Whether a module's code changes nothing of the user's: it is of the library, or of a package that is installed
    and is not the one of `home`."""
    if not isinstance(module, str):
        return False
    same = module.partition(".")[0] == home.partition(".")[0]
    return is_library_name(module) or (not same and is_installed(module))


def is_loaded(module: str) -> bool:
    """Whether importing a module runs nothing."""
    return module in sys.modules


def getting_runs_code(owner: Any, name: str) -> bool:
    """Whether `owner.name` runs code of the user's: a property, another descriptor, `__getattr__`."""
    cls = type(owner)
    if defines(cls, "__getattribute__"):
        return True
    on_class = _found(cls, name)
    if on_class is not _NOT_FOUND and hasattr(type(on_class), "__set__"):
        return _computes(on_class)
    own = _found(owner, name) if isinstance(owner, type) else _fields(owner).get(name, _NOT_FOUND)
    if own is not _NOT_FOUND:
        return isinstance(owner, type) and _computes(own, of_class=True)
    if on_class is not _NOT_FOUND:
        return _computes(on_class)
    if isinstance(owner, types.ModuleType):
        made_by = vars(owner).get("__getattr__")
        if made_by is not None and not is_trusted(getattr(made_by, "__module__", None)):
            return True
    return defines(cls, "__getattr__")


def _fields(owner: Any) -> dict[str, Any]:
    found = inspect.getattr_static(owner, "__dict__", None)
    if isinstance(found, dict):
        return found
    try:
        fields = object.__getattribute__(owner, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _found(cls: type, name: str) -> Any:
    for base in type.__dict__["__mro__"].__get__(cls):
        if name in vars(base):
            return vars(base)[name]
    return _NOT_FOUND


def _computes(found: Any, of_class: bool = False) -> bool:
    """Whether a descriptor runs code of the user's when it is asked (a property of a class itself is not)."""
    if isinstance(found, classmethod):
        return not isinstance(found.__func__, _PLAIN) and hasattr(type(found.__func__), "__get__")
    if isinstance(found, (*_PLAIN, staticmethod)):
        return False
    if defines(type(found), "__get__"):
        return True
    made_by = getattr(found, "fget", None) or getattr(found, "func", None) if hasattr(type(found), "__get__") else None
    return not of_class and made_by is not None and not is_trusted(getattr(made_by, "__module__", None))


def defines(cls: type, name: str) -> bool:
    """Whether a class of the user's gives `name` a meaning."""
    found = next((base for base in type.__dict__["__mro__"].__get__(cls) if name in vars(base)), object)
    return not is_trusted(found.__module__)


def acts_as_object(cls: type) -> str | None:
    """A method that the metaclass of a class gives it, so that using the class runs code; None if there is none."""
    for base in type.__dict__["__mro__"].__get__(type(cls)):
        if not is_trusted(base.__module__):
            for name, found in vars(base).items():
                if name not in _MAKERS and name.startswith("__") and isinstance(found, types.FunctionType):
                    return name
    return None


def can_be_looked_up(owner: Any, key: Any) -> bool:
    """Whether `owner[key]` is there, and looking it up runs no code of the user's and makes no entry."""
    if any(defines(type(owner), name) for name in ("__getitem__", "__missing__", "__len__", "__contains__")):
        return False
    try:
        return key in owner if isinstance(owner, dict) else hasattr(type(owner), "__getitem__")
    except TypeError:  # unhashable
        return False


def has_own_handlers(owner: Any) -> bool:
    """Whether a logger calls code of the user's."""
    while isinstance(owner, logging.Logger):
        parts = [*owner.filters, *owner.handlers, *(p for h in owner.handlers for p in (*h.filters, h.formatter))]
        if any(part is not None and not is_trusted(type(part).__module__) for part in parts):
            return True
        owner = owner.parent if owner.propagate else None
    return False


def checking_runs_code(classes: Any) -> bool:
    """Whether `isinstance(..., classes)` runs code of the user's."""
    if isinstance(classes, tuple):
        return any(map(checking_runs_code, classes))
    cls = classes if isinstance(classes, type) else type(classes)
    return defines(cls, "__subclasshook__") or any(
        defines(type(cls), name) for name in ("__instancecheck__", "__subclasscheck__")
    )
