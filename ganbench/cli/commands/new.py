"""`ganbench new`: a plugin to start from."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import click

from ganbench.core.errors import UserError
from ganbench.core.files import for_shell
from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.registry.registry import Registry

NAME, CLASS = "my_plugin", "MyPlugin"


def new_command(kind: str, name: str, folder: Path, registry: Registry) -> None:
    """Writes `FOLDER/NAME.py`. Raises UserError for a name that cannot be had or is taken."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise UserError(
            f"'{name}' is no name of a plugin",
            f"ganbench new {kind}",
            "use small letters, digits and _, a letter first, such as my_gan",
        )
    taken = next((p for p in registry.plugins if p.name == name and p.kind == kind), None)
    if taken:
        raise UserError(f"there is a {kind} '{name}' already", str(taken.path), "take another name")
    path = folder / f"{name}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(filled(kind, name))
    except FileExistsError as error:
        raise UserError(
            "the file is there already, and is left as it is", str(path), "take another name"
        ) from error
    except OSError as error:
        raise UserError(
            f"the file cannot be written: {error.strerror}", str(path), "give another --folder"
        ) from error
    click.echo(f"wrote {path}")
    click.echo(f"  check it:   ganbench check {for_shell(path)}")
    click.echo(f"  use it:     {use(kind, name, folder)}")


def filled(kind: str, name: str) -> str:
    """The template's text with the plugin's own name in it."""
    text = (PACKAGE_DIR / "cli" / "templates" / f"{kind}.py").read_text(encoding="utf-8")
    return text.replace(CLASS, class_name(name)).replace(NAME, name)


def class_name(name: str) -> str:
    """my_gan is MyGan."""
    return "".join(part.capitalize() for part in name.split("_"))


def use(kind: str, name: str, folder: Path) -> str:
    """A command that tries it in half a minute."""
    chosen = {
        "model": f"--models {name} --task toy",
        "task": f"--models standard --task {name}",
        "metric": f"--models discogan --task toy --metrics {name}",
    }[kind]
    return f"ganbench run {chosen} --preset smoke --plugins {for_shell(folder)}"
