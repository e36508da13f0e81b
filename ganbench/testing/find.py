"""Plugins by name, by file and by folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganbench.core.errors import UserError, unknown
from ganbench.registry.registry import (
    BUILT_IN,
    Plugin,
    Registry,
    discover,
    inspect_file,
    plugin_files,
)


def find_plugins(
    names: Sequence[str | Path], folders: Sequence[Path] = ()
) -> tuple[Registry, list[Plugin]]:
    """The plugins that the names mean, all of a name, and a registry that has them.

    names: of plugins, of Python files, or of folders of such; none means every built-in.
    folders: further plugins, known by name. Raises UserError for a name without a plugin.
    """
    known = discover(folders)
    if not names:
        return known, [plugin for plugin in known.plugins if plugin.origin == BUILT_IN]
    plugins: list[Plugin] = []
    for name in names:
        plugins += _named(str(name), known)
    added = [plugin for plugin in plugins if plugin not in known.plugins]
    # Of one name the last counts: a checked file may be the next version of a plugin.
    return Registry((*known.plugins, *added)), plugins


def _named(name: str, known: Registry) -> list[Plugin]:
    path = Path(name)
    if path.is_dir():
        files = plugin_files(path)
        if not files:
            raise UserError("no plugin in this folder", name, "give a folder of Python files")
        return [inspect_file(file, name) for file in files]
    if path.suffix == ".py" or path.is_file():
        if not path.is_file():
            raise UserError("there is no such file", name, "give the path of a plugin's file")
        return [inspect_file(path, str(path.parent))]
    plugins = [plugin for plugin in known.plugins if plugin.name == name]
    if not plugins:
        raise unknown("plugin", name, {plugin.name for plugin in known.plugins}, "ganbench check")
    return plugins
