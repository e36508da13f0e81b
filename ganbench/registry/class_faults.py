"""What is wrong with a class that has been imported and with its module, before it is used.

The classes say what they have, the source on which line. Each fault is one sentence with the line
and the fix.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import ModuleType

from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.registry.missing_names import unmade_names
from ganbench.registry.option_faults import call_faults, is_kind_of, option_faults
from ganbench.registry.overrides import missing_members, signature_faults

HPARAMS = "HParams"


def class_faults(module: ModuleType, name: str, home: ast.Module, guide: str) -> Iterator[str]:
    """Those of the class `name`, and of the module's hyper-parameters and options.

    home: the module's source. guide: the file that defines what the class must have.
    """
    of = getattr(module, name)
    nodes = {node.name: node for node in home.body if isinstance(node, ast.ClassDef)}
    yield from unmade_names(module, home)
    yield from missing_members(of, nodes[name].lineno, guide)
    yield from signature_faults(of, nodes, PACKAGE_DIR.name)
    options = getattr(of, "options_type", object)
    for node in nodes.values():
        each = getattr(module, node.name, None)
        if not isinstance(each, type) or each.__module__ != module.__name__:
            continue
        if issubclass(options, each) or is_kind_of(each, HPARAMS):
            yield from option_faults(each, node, is_mixin=each is not options)
    yield from call_faults(home, vars(module), HPARAMS)
