"""`import` inside of a function: the module is there when the function is read, or it is one that changes nothing."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import gast

from ..ir.nodes import Const
from .asking import getting_runs_code, is_trusted
from .core import Core


class Importing(Core):
    """`_run_Import` and `_run_ImportFrom`."""

    def _run_Import(self, node: gast.Import) -> None:
        for alias in node.names:
            self._refuse_import(alias.name, node)
            try:
                module = importlib.import_module(alias.name)
            except ImportError as error:
                self.refuse(f"`import {alias.name}`: {error}", node)
            name = alias.asname or alias.name.split(".")[0]
            found = module if alias.asname else sys.modules[name]
            self.store.set((self.frame, name), self.lift(found, name))

    def _refuse_import(self, name: str, node: gast.AST) -> None:
        """Importing a module of the user's runs it: not while the function is read."""
        if name not in sys.modules and not is_trusted(name, self.frame.code.source.globals.get("__name__") or ""):
            self.refuse(
                f"`{name}` is imported here for the first time", node, "import it before, outside of the function"
            )

    def _run_ImportFrom(self, node: gast.ImportFrom) -> None:
        package = self.frame.code.source.globals.get("__package__")
        name = importlib.util.resolve_name("." * (node.level or 0) + (node.module or ""), package)
        self._refuse_import(name, node)
        module = importlib.import_module(name)
        for alias in node.names:
            if not getting_runs_code(module, alias.name) and not hasattr(module, alias.name):
                self._refuse_import(f"{name}.{alias.name}", node)
                importlib.import_module(f"{module.__name__}.{alias.name}")
            name = alias.asname or alias.name
            self.store.set(
                (self.frame, name), self.get_attribute(Const(module, name=module.__name__), alias.name, node)
            )
