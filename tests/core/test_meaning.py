"""What a file means, rule by rule: which edits change it and which do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.core.meaning import Form, form_of
from ganbench.core.source_hash import source_hash

SAME = {
    "comment": ("x = f(1)  # one", "x = f(1)"),
    "format": ("x = f(1, 'a')", 'x = (\n    f(\n        1,\n        "a"))'),
    "numbers": ("x = 0x10, 1_000, 1e3", "x = 16, 1000, 1000.0"),
    "docstrings": ('def f():\n    """A."""\n    return 1', "def f():\n    return 1"),
    "only a docstring": ('class E(Exception):\n    """A."""', "class E(Exception):\n    pass"),
    "module docstring": ('"""A."""\nx = 1', "x = 1"),
    "alias": ("import numpy as np\nnp.sum(1)", "import numpy\nnumpy.sum(1)"),
    "from": ("import numpy as np\nnp.sum(1)", "from numpy import sum as total\ntotal(1)"),
    "deep": (
        "import torch.nn.functional as F\nF.relu(1)",
        "from torch.nn import functional\nfunctional.relu(1)",
    ),
    "inside": (
        "import os\ndef f():\n    return os.sep",
        "def f():\n    from os import sep\n    return sep",
    ),
    "unused": ("import os\nx = 1", "x = 1"),
    "order of imports": ("import a, b\na(b)", "import b\nimport a\na(b)"),
    "type checking": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import B\ndef f(x: B): 1",
        "from a import B\ndef f(x: B): 1",
    ),
    "type checking by another name": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import B\ndef f(x: B): 1",
        "from typing import TYPE_CHECKING as T\nif T:\n    from a import B\ndef f(x: B): 1",
    ),
    "own module moved": (
        "from ganbench.networks.losses import distance\ndistance(1)",
        "from ganbench.training.games import distance as d\nd(1)",
    ),
    "own module as a whole": (
        "from ganbench import checkpoint\ncheckpoint.read(1)",
        "from ganbench.training import checkpoint\ncheckpoint.read(1)",
    ),
    "order of definitions": (
        "def f(): return g()\nN = 1\nclass g: pass",
        "class g: pass\ndef f(): return g()\nN = 1",
    ),
    "plain f-string pieces": ("f'a{x}b' 'c'", "f'a{x}bc'"),
}  # fmt: skip
OTHER = {
    "another thing of that name": ("from a import f\nf(1)", "from b import f\nf(1)"),
    "another own thing": (
        "from ganbench.networks.losses import distance as f\nf(1)",
        "from ganbench.networks.losses import feature_matching_loss as f\nf(1)",
    ),
    "another module": ("import numpy as np\nnp.sum(1)", "import torch as np\nnp.sum(1)"),
    "not imported": ("from a import f\nf(1)", "def f(x): return x\nf(1)"),
    "a local of that name": ("import x\ndef f(y): return x", "import x\ndef f(x): return x"),
    "default": ("def f(x=1): return x", "def f(x=2): return x"),
    "keyword only": ("def f(x, y): return x", "def f(x, *, y): return x"),
    "positional only": ("def f(x, y): return x", "def f(x, /, y): return x"),
    "decorator": ("@cache\ndef f(): return 1", "def f(): return 1"),
    "order of decorators": ("@a\n@b\ndef f(): 1", "@b\n@a\ndef f(): 1"),
    "order of statements": ("def f():\n    a()\n    b()", "def f():\n    b()\n    a()"),
    "order at the top": ("a()\nb()", "b()\na()"),
    "order of assignments": ("x = a()\ny = b()", "y = b()\nx = a()"),
    "bound twice": (
        "def f(): return 1\ndef f(): return 2",
        "def f(): return 2\ndef f(): return 1",
    ),
    "f-string": ("f'{x:.2f}'", "f'{x:.3f}'"),
    "f-string text": ("f'a{x}'", "f'b{x}'"),
    "conversion": ("f'{x!r}'", "f'{x!s}'"),
    "type of a constant": ("x = 1", "x = 1.0"),
    "bool": ("x = 1", "x = True"),
    "bytes": ("x = 'a'", "x = b'a'"),
    "field": ("class A:\n    x: int", "class A:\n    x: float"),
    "base": ("class A(B): x = 1", "class A: x = 1"),
    "block": ("if a:\n    b()\nc()", "if a:\n    b()\n    c()"),
    "else": ("for x in y:\n    a()\nelse:\n    b()", "for x in y:\n    a()\nb()"),
    "async": ("async def f(): 1", "def f(): 1"),
    "await": ("async def f(): return await g()", "async def f(): return g()"),
    "slice": ("x[1:2]", "x[1, 2]"),
    "tuple": ("x = 1", "x = 1,"),
    "global": ("def f():\n    global x\n    x = 1", "def f():\n    x = 1"),
    "caught import": (
        "try:\n    import a\nexcept ImportError:\n    x = 1",
        "try:\n    import b\nexcept ImportError:\n    x = 1",
    ),
    "one of two imports": (
        "if c:\n    from a import f\nelse:\n    from b import f\nf()",
        "if c:\n    from b import f\nelse:\n    from a import f\nf()",
    ),
    "all names": ("from a import *\nf()", "from b import *\nf()"),
    "in a class": ("class A:\n    import os", "class A:\n    import sys"),
    "text of a module": ("x = 'ganbench.networks.losses'", "x = 'ganbench.contracts.model'"),
    "no Python": ("x = (", "x = ("  " "),
}  # fmt: skip


def meaning_of(text: str, folder: Path) -> str:
    file = folder / "a.py"
    file.write_text(text)
    return source_hash([file])


@pytest.mark.parametrize("rule", SAME)
def test_these_mean_the_same(rule: str, tmp_path: Path) -> None:
    first, second = SAME[rule]
    if "own" in rule:  # the files are not there, so that only the forms are alike
        assert form_of(first.encode()).digest == form_of(second.encode()).digest
    else:
        assert meaning_of(first, tmp_path) == meaning_of(second, tmp_path)


@pytest.mark.parametrize("rule", OTHER)
def test_these_do_not(rule: str, tmp_path: Path) -> None:
    first, second = OTHER[rule]
    assert meaning_of(first, tmp_path) != meaning_of(second, tmp_path)


def ways(text: str) -> dict[str, str]:
    found: Form = form_of(text.encode())
    return {".".join(use.origin): use.how for use in found.uses}


LAZY = "from __future__ import annotations\n"


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (f"{LAZY}from ganbench.a import B\ndef f(x: B) -> B: ...", "annotation"),
        ("from ganbench.a import B\ndef f(x: B) -> B: ...", "run"),
        (f"{LAZY}from ganbench.a import B\ndef f(x: B): return B()", "run"),
        (f"{LAZY}from ganbench.a import B\nclass A:\n    x: B", "annotation"),
        (f"{LAZY}from ganbench.a import B\nclass A(B): ...", "run"),
        (f"{LAZY}from ganbench.a import B\nclass A:\n    B = B", "run"),
        (f"{LAZY}from ganbench.a import B\n[B for x in y]", "run"),
        (f"{LAZY}from ganbench.a import B\n[B for B in B]", "run"),
        (f"{LAZY}from ganbench.a import B\nfor B in [B]: ...", "run"),
        (f"{LAZY}from ganbench.a import B\ndef f():\n    def g(): return B\n    return g", "run"),
        (f"{LAZY}def f():\n    global B\n    from ganbench.a import B\ndef g(): return B", "run"),
        (f"{LAZY}from ganbench.a import B\nx = lambda y=B: y", "run"),
        (f"{LAZY}from ganbench.a import B\nx = lambda B: B", None),
        (f"{LAZY}from ganbench.a import B\ndef f(B): return B", None),
        (f"{LAZY}from ganbench.a import B\ndef f():\n    if (B := 1): return B", None),
        (f"{LAZY}from ganbench.a import B\ndef f():\n    with x as B: return B", None),
        (f"{LAZY}from ganbench.a import B", None),
        ("x = 'ganbench.a.B'", "text"),
    ],
)
def test_how_something_of_the_project_is_used(text: str, how: str | None) -> None:
    assert ways(text).get("ganbench.a.B") == how


def test_the_form_is_the_same_on_every_python() -> None:
    """Of each kind of syntax something, with digits that no version may change."""
    assert form_of(EVERYTHING.encode()).digest[:16] == "8469a0f41bcb0dfc"


EVERYTHING = '''"""Doc."""
from __future__ import annotations
import os.path as p, numpy as np
from ganbench.core.errors import UserError as E
N, M = 1_000, -0.5
X: int = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
@np.vectorize
def f(a, /, b: int = 1, *c, d=b"\\x00", e, **g) -> str:
    """Doc."""
    global N
    N += 1; del a
    for i, (j, *k) in enumerate(b or c):
        if not i < j <= 3 != None: continue
        else: break
    else: pass
    while True: assert N, f"{a!r:>{b}} {{}} {d=} {e:%Y-%m}" "z\\u0378\\ud800"
    try: raise E(1) from None
    except (ValueError, E) as error: return lambda x, *y, z=2: (yield x)
    finally: print(p.join(*c, sep=..., **g), file=3j)
    with open(b) as q, q: x[1:2, ::3] = {**g, 1: 2}, {1, 2}, {u: v for u in v}
    t = [y async for y in z if y], {s for s in t}, (r for r in s)
    return (w := a if b else c) @ (yield from d) // ~e
async def h():
    async with a as b: await b
    async for c in d: nonlocal_ = await c
class K(E, metaclass=type):
    x: str
    import sys
    def m(self): return super().m(), self.x[-1], not N
match X:
    case [1, *r] | {"k": v, **o} | K(x=1) as t if t: pass
    case None | -1 | p.sep | _: ...
'''
