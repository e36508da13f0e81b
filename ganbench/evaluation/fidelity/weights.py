"""Weights of extractors: where they are looked for, and that they are the right ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from pathlib import Path

from ganbench.core.errors import UserError

HUB_CODE = "hubconf.py"
WEIGHTS_FOLDER = "weights"


class MissingWeights(UserError):
    """Weights are missing; the fix is how to get them."""


@dataclass(frozen=True)
class Places:
    """Folders with weights, the user's own first. Nothing is downloaded from here.

    hub: torch.hub's folder, where other tools leave theirs.
    """

    folders: tuple[Path, ...]
    hub: Path


def places(cache_dir: Path, weights_dir: Path | None) -> Places:
    """The user's folder, the cache's, and torch.hub's.

    Raises UserError for a `weights_dir` that is no folder.
    """
    import torch

    if weights_dir is not None and not weights_dir.is_dir():
        raise UserError("the weights folder does not exist", str(weights_dir), "give --weights-dir")
    own = () if weights_dir is None else (weights_dir,)
    hub = Path(torch.hub.get_dir())
    return Places((*own, cache_dir / WEIGHTS_FOLDER, hub / "checkpoints"), hub)


@dataclass(frozen=True)
class Packaged:
    """Weights inside an installed Python package."""

    module: str
    function: str

    def find(self, among: Places) -> Path:
        from importlib import import_module

        owner: object = import_module(self.module)
        for name in self.function.split("."):
            owner = getattr(owner, name)
        assert callable(owner)
        return Path(owner())


@dataclass(frozen=True)
class Published:
    """A file with a public address and a known SHA-256.

    also: other names under which tools keep the same file.
    """

    file: str
    address: str
    sha256: str
    megabytes: int
    also: tuple[str, ...] = ()

    def find(self, among: Places) -> Path:
        """Raises MissingWeights where no folder has it, UserError for another file of its name."""
        for folder in among.folders:
            for name in (self.file, *self.also):
                path = folder / name
                if path.is_file():
                    self.check(path)
                    return path
        raise MissingWeights(
            f"the weights {self.file} are not there",
            fix=f"run once without --offline ({self.megabytes} MB), or put {self.address} "
            "into a folder and give --weights-dir",
        )

    def check(self, path: Path) -> None:
        """Raises UserError unless the file is the known one."""
        digest = sha256(path)
        if digest != self.sha256:
            raise UserError(
                f"wrong weights: SHA-256 {digest[:16]}… instead of {self.sha256[:16]}…",
                str(path),
                f"put the file of {self.address} in its place",
            )


@dataclass(frozen=True)
class FromHub:
    """Weights that torch.hub fetched before, with the code that reads them."""

    repository: str
    model: str
    file: str

    def find(self, among: Places) -> Path:
        """Raises MissingWeights where torch.hub's folder lacks the code or the weights."""
        code = among.hub / f"{self.repository.replace('/', '_')}_main" / HUB_CODE
        weights = among.hub / "checkpoints" / self.file
        for path in (code, weights):
            if not path.is_file():
                raise MissingWeights(
                    f"{path.name} of {self.repository} is not there",
                    str(path),
                    'fetch it once: python -c "import torch; torch.hub.load('
                    f"'{self.repository}', '{self.model}')\"",
                )
        return weights


Weights = Packaged | Published | FromHub


def sha256(path: Path) -> str:
    """Of a file's content, in hex; a file that did not change is read once."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@cache
def _sha256(path: Path, size: int, changed_ns: int) -> str:
    with path.open("rb") as data:
        return file_digest(data, "sha256").hexdigest()
