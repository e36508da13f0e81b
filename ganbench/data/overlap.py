"""Whether two folders, or two splits, hold the same files or the same pictures."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from ganbench.core.errors import UserError, first_few
from ganbench.data.listing import Files


def require_apart(one: Files, other: Files, names: tuple[str, str]) -> None:
    """Raises UserError where two sets of files are of one folder, or share a folder, also by links.

    names: how the user knows them, such as ("REAL", "FAKE").
    """
    a, b = names
    where = f"{one.root} and {other.root}"
    if one.root.resolve() == other.root.resolve():
        raise UserError(f"{a} and {b} are the same folder", where, "give two folders")
    shared = sorted(_folders(one) & _folders(other))
    if shared:
        raise UserError(
            f"{a} and {b} overlap: both hold the files of {shared[0]}",
            where,
            "give two folders of which none lies in the other",
        )


def _folders(files: Files) -> set[Path]:
    """Those that the files lie in."""
    return {(files.root / name).resolve() for name in {n.rpartition("/")[0] for n in files.names}}


def repeats_told(parts: Mapping[str, Sequence[tuple[str, bytes]]]) -> list[str]:
    """A line for each two parts, such as splits, that have pictures of the same content.

    parts: by name, the (name, digest of the content) of each picture. Pictures may share a name, as
    all views of a mesh do; each pair of names is listed once.
    """
    lines = []
    for (a, first), (b, second) in combinations(parts.items(), 2):
        known = {digest: name for name, digest in reversed(first)}
        pairs = Counter(f"{known[digest]} = {name}" for name, digest in second if digest in known)
        if pairs:
            texts = [pair if n == 1 else f"{pair} ({n} pictures)" for pair, n in pairs.items()]
            count = f"{pairs.total()} of {len(second)} pictures of {b} are in {a} too"
            lines.append(f"{count}: {first_few(texts, '; ')}")
    return lines


def equal_file_lines(files: Sequence[tuple[str, bytes]]) -> list[str]:
    """A line about files of the same content among these, (name, digest); or none."""
    first: dict[bytes, str] = {}
    pairs = [f"{first[d]} = {n}" for n, d in files if first.setdefault(d, n) != n]
    return [f"{len(pairs)} files are copies of others: {first_few(pairs, '; ')}"] if pairs else []


def pixel_digests(images: np.ndarray) -> list[bytes]:
    """The digest of each of the uint8 images (n, C, H, W)."""
    return [hashlib.blake2b(np.ascontiguousarray(image).data).digest() for image in images]
