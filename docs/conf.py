"""How Sphinx makes a site of these pages: `sphinx-build -W docs site`."""

from __future__ import annotations

import re
from importlib.metadata import version as version_of
from typing import Any

project = "ganbench"
author = "The ganbench authors"
version = release = version_of("ganbench")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
html_theme = "furo"
html_title = "ganbench"
html_show_copyright = False
myst_heading_anchors = 3
autodoc_typehints = "signature"
python_maximum_signature_line_length = 88
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False  # those of PyTorch are not written so
default_role = "literal"
# Links to files that are no pages; tests/project/test_docs_links.py follows all of them.
suppress_warnings = ["myst.xref_missing"]

ARGUMENT = re.compile(r"(\w+(?:, \w+)*): (.*)")


def as_rst(lines: list[str]) -> list[str]:
    """Docstrings are plain text: a line `name: what it is`, which may go on further in, is an item
    of a list, and a star is a star.
    """
    out: list[str] = []
    in_item = False
    for line in lines:
        text = line.strip().replace("*", r"\*")
        item = ARGUMENT.fullmatch(text) if line[:1] not in {" ", ""} else None
        if item:
            out += [] if in_item else [""]
            out.append(f"- **{item[1]}**: {item[2]}")
            in_item = True
        elif in_item and line[:1] == " ":
            out.append(f"  {text}")
        else:
            out += ["", text] if in_item and text else [text]
            in_item = False
    return out


def process(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    lines[:] = as_rst(lines)


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", process)
