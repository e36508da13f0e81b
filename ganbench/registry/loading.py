"""A plugin's class, once it is needed: its file is run, and the class held against its contract."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ganbench.core.errors import UserError
from ganbench.registry.class_faults import class_faults
from ganbench.registry.missing_names import name_fault
from ganbench.registry.option_faults import option_faults
from ganbench.registry.source import Plugin


def loaded_class(plugin: Plugin) -> Any:
    """Raises UserError, with file and line, where the code fails or the class has a fault."""
    path, fix = plugin.path, "correct the plugin and run the same command again"
    try:
        module = imported(plugin)
        fault = first_fault(module, plugin.class_name, str(plugin.kind), path)
    except (Exception, SystemExit) as error:
        text = import_fault(error, path) or f"{type(error).__name__}: {error}"
        what = f"{plugin.kind} '{plugin.name}' cannot be loaded: {text}"
        raise UserError(what, where_raised(error, path), fix) from error
    if fault:
        raise UserError(f"{plugin.kind} '{plugin.name}' cannot be loaded: {fault}", str(path), fix)
    return getattr(module, plugin.class_name)


def imported(plugin: Plugin) -> ModuleType:
    if plugin.module:
        return importlib.import_module(plugin.module)
    tag = hashlib.sha256(os.fsencode(plugin.path.resolve())).hexdigest()[:8]
    name = f"ganbench_plugin_{plugin.kind}_{plugin.name}_{tag}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, plugin.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it is being run
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@cache
def first_fault(module: ModuleType, name: str, kind: str, file: Path) -> str:
    """The first fault of a plugin that has been run, or nothing."""
    return next(class_faults(module, name, ast.parse(file.read_bytes()), kind), "")


def import_fault(error: BaseException, file: Path) -> str:
    """The fault, where Python's own message does not help; or nothing."""
    if isinstance(error, NameError) and (lines := lines_passed(error, file)):
        return name_fault(error.name or "", lines[-1])
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == dataclasses.__file__ and "cls" in frame.f_locals:
            of = frame.f_locals["cls"]  # which it refuses to make a dataclass
            nodes = ast.walk(ast.parse(file.read_bytes()))
            named = (n for n in nodes if isinstance(n, ast.ClassDef) and n.name == of.__name__)
            return next((fault for node in named for fault in option_faults(of, node, True)), "")
    return ""


def lines_passed(error: BaseException, file: Path) -> list[int]:
    """The lines of the file that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno or 1 for frame in frames if Path(frame.filename) == file]


def where_raised(error: BaseException, file: Path) -> str:
    """The plugin's file, with the last line in it that the error passed through."""
    lines = lines_passed(error, file)
    return f"{file}, line {lines[-1]}" if lines else str(file)
