"""One file of a data set, or of a network's weights, as it is handed out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """One file that a data set is made from; a plain file such as a list counts too.

    name: its file name in the folder of archives; its ending decides how it is unpacked.
    address: where it can be downloaded; empty where only its owner hands it out.
    checksum: "md5:…" or "sha256:…" as published; empty where none is known.
    optional: the data set can be read without it.
    """

    name: str
    address: str = ""
    checksum: str = ""
    optional: bool = False
