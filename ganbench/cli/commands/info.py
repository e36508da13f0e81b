"""`ganbench info`: what a bug report needs."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from ganbench.core.cache import default_cache_dir
from ganbench.core.locks import file_system, locks_told
from ganbench.registry.registry import built_in_folder

LIBRARIES = ("torch", "numpy", "scipy", "pandas", "pyvista", "vtk")


def info_command(cache_dir: Path | None, output: Path | None) -> None:
    lines = [("ganbench", version("ganbench")), ("python", platform.python_version())]
    lines += [(name, _version(name)) for name in LIBRARIES]
    lines += [("platform", platform.platform()), *_devices()]
    cache = cache_dir or default_cache_dir()
    lines += [("plugins", str(built_in_folder())), ("cache", f"{cache} ({_megabytes(cache)} MB)")]
    lines += locks_of(output) if output else []
    for name, text in lines:
        click.echo(f"{name:16}{text}")


def locks_of(output: Path) -> list[tuple[str, str]]:
    """Between machines it shows only there, so a job of an engine tries them again as it begins."""
    told = locks_told(output)
    return [
        ("output", f"{output} ({file_system(output) or 'file system not known'})"),
        ("locks", told),
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _devices() -> list[tuple[str, str]]:
    from ganbench.core.devices import devices_there  # loads torch

    return list(devices_there().items())


def _megabytes(folder: Path) -> int:
    return round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6)
