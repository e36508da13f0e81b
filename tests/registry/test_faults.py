"""Every fault of a plugin, told with line and fix before it is used; and what is no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.registry.class_faults import contract
from ganbench.registry.registry import Registry, discover, inspect_file
from ganbench.registry.source import Plugin

MODEL = """from dataclasses import dataclass
from typing import ClassVar, Literal
from ganbench.api import HParams, Model

@dataclass(frozen=True)
class Own(HParams):
    {field}

class Mine(Model):
    def build(self, nets): ...
    def fakes(self, real): ...
    def generator_loss(self, real, fake, step): ...
    {method}
"""
TASK = """from ganbench.api import Preset, Task
{options}
class Mine(Task):
    options_type = Options
    sources = {{"mixture": ()}}
    presets = {{"smoke": Preset("smoke", 1, 1)}}
    {spec}
    def fingerprint(self): ...
    def prepare(self, report): ...
    def load(self, split): ...
"""
OPTIONS = """from dataclasses import dataclass
@dataclass(frozen=True)
class Options:
    size: int = 3
"""
SPEC = "@property\n    def spec(self): ..."


def model(field: str = "weight: float = 1.0", method: str = "") -> str:
    return MODEL.format(field=field, method=method)


def task(options: str = OPTIONS, spec: str = SPEC) -> str:
    return TASK.format(options=options, spec=spec)


def read(folder: Path, text: str) -> Plugin:
    """A plugin in a file of its own, for a file is run once."""
    file = folder / f"mine_{len(list(folder.iterdir()))}.py"
    file.write_text(text)
    return inspect_file(file, "here")


def error_of(folder: Path, text: str) -> str:
    """What a run would say of a plugin, or nothing."""
    plugin = read(folder, text)
    if plugin.error:
        return plugin.error
    assert plugin.kind
    try:
        Registry((plugin,)).load(plugin.kind, plugin.name)
    except UserError as error:
        assert str(plugin.path) in error.where and error.fix
        return error.what.removeprefix(f"{plugin.kind} '{plugin.name}' cannot be loaded: ")
    return ""


@pytest.mark.parametrize("plugin", discover().plugins, ids=lambda plugin: plugin.path.stem)
def test_built_in_plugins_are_judged_and_have_no_fault(plugin: Plugin) -> None:
    assert plugin.kind
    loaded = Registry((plugin,)).load(plugin.kind, plugin.name)
    assert contract(loaded), "no base of the package is found, so nothing can misfit"


MISSING = [
    (
        "from ganbench.api import Model\n\nclass Half(Model):\n    def build(self, nets): ...\n",
        "line 3: class Half lacks fakes(self, real), generator_loss(self, real, fake, step); "
        "write them as ganbench/contracts/model.py says",
    ),
    (
        "from ganbench.api import Metric\nclass M(Metric):\n    columns = {}\n",
        "line 2: class M lacks compute(self, view); write it as ganbench/contracts/metric.py says",
    ),
    (
        "import ganbench.api as g\nclass R(g.Reference): ...\n",
        "lacks fakes(self, task, split, source, target, rng); write it",
    ),
    (
        "from ganbench.api import Metric\nclass M(Metric):\n    def compute(self, view): ...\n",
        "lacks the attribute columns",
    ),
    (
        "from ganbench.api import Task\nclass T(Task):\n    def load(self, split): ...\n",
        "the attribute sources, the attribute presets, the property spec, fingerprint(self)",
    ),
    (
        "from ganbench.api import NoiseToMixture, Task\nclass T(NoiseToMixture, Task): ...\n",
        "line 2: class T lacks the property centres; write it as ganbench/contracts/task.py says",
    ),
    (
        "from ganbench.api import FidelityMetric, Metric\n"
        "class M(FidelityMetric, Metric):\n    extractor = 'inception_v3'\n",
        "lacks the attribute columns",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISSING)
def test_what_is_missing(tmp_path: Path, text: str, message: str) -> None:
    assert message in error_of(tmp_path, text)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (
            "def discriminator_loss(self, real): ...",
            "line 13: discriminator_loss(self, real) does not take all its arguments; "
            "write discriminator_loss(self, real, fake, step)",
        ),
        ("def fit_statistics(): ...", "write fit_statistics(self, real_A, real_B)"),
        ("def reconstruct(self, x, domain, more): ...", "write reconstruct(self, x, domain)"),
        ("def translate(self, x, to, seed, more): ...", "line 13: translate("),
        ("def translate(self, x, to, *, seed): ...", "translate(self, x, to, *, seed) does not"),
        ("def __init__(self): ...", "write __init__(self, hparams)"),
        (
            "def recipes(self, spec): ...",
            "line 13: recipes(self, spec) is called on the class, not on an object; "
            "put @classmethod above it",
        ),
        (
            "@property\n    def reconstruct(self): ...",
            "line 14: reconstruct(self) is called, not read; take its decorator away",
        ),
        ("@staticmethod\n    def recipes(): ...", "recipes() does not take all its arguments"),
    ],
)
def test_a_wrong_signature(tmp_path: Path, method: str, message: str) -> None:
    assert message in error_of(tmp_path, model(method=method))


@pytest.mark.parametrize(
    "method",
    [
        "def translate(self, x, to): ...",
        "def translate(self, x, to, seed=0): ...",
        "def translate(self, *args): ...",
        "def translate(self, x, to, *, temperature=1.0): ...",
        "def translate(self, given, wanted, /, **more): ...",
        "@staticmethod\n    def recipes(spec): ...",
        "recipes = staticmethod(dict)",
        "@__import__('functools').cache\n    def fit_statistics(self): ...",
        "def a_method_of_its_own(self, anything): ...",
    ],
)
def test_another_signature_that_can_be_called_is_right(tmp_path: Path, method: str) -> None:
    assert error_of(tmp_path, model(method=method)) == ""


def test_a_property_must_stay_one(tmp_path: Path) -> None:
    text = task(spec="def spec(self): ...")
    assert error_of(tmp_path, text) == (
        "line 11: spec(self) is read, not called; put @property above it"
    )
    assert error_of(tmp_path, task(spec="spec = None")) == ""


def test_a_metric_is_made_without_arguments(tmp_path: Path) -> None:
    text = (
        "from ganbench.api import Metric\nclass M(Metric):\n    columns = {}\n"
        "    def __init__(self, share): ...\n    def compute(self, view): ...\n"
    )
    assert "line 4: __init__(self, share) does not take" in error_of(tmp_path, text)


FIELDS = [
    (
        "weight: float = 'big'",
        "line 7: weight: float = 'big' has a default of another type; give a number, such as 1.0",
    ),
    ("steps: int = 1.5", "give a whole number"),
    ("steps: int = True", "give a whole number"),
    ("share: float = False", "give a number"),
    ("name: str = 3", "give a text in quotes"),
    ("on: bool = 1", "give True or False"),
    ("weight: float = None", "has a default of another type"),
    ("way: Literal['l1', 'l2'] = 'l3'", "give one of 'l1', 'l2'"),
    ("way: Literal[1, 2] = 1", "annotate it as int, float, str, bool or Literal of strings"),
    ("sizes: list[int] = (1, 2)", "line 7: sizes: list[int] cannot be set by --set"),
    ("steps: int | None = None", "cannot be set by --set"),
    ("steps: 'tuple[int, int]' = (1, 2)", "cannot be set by --set"),
    ("weight: float", "line 7: weight: float has no default; give it one"),
    (
        "lr = 1e-3",
        "line 7: lr = 0.001 sets no field, for it has no annotation; write lr: float = 0.001",
    ),
    ("more: int = 1\n    more = 2", "line 8: more = 2 sets no field"),
]


@pytest.mark.parametrize(("field", "message"), FIELDS)
def test_a_wrong_field(tmp_path: Path, field: str, message: str) -> None:
    assert message in error_of(tmp_path, model(field))


@pytest.mark.parametrize(
    "field",
    [
        "weight: float = 1",
        "weight: float = -0.5",
        "weight: 'float' = 2.0",
        "weight: float = 2.0 ** 0.5",
        "way: Literal['l1', 'l2'] = 'l2'",
        "names: ClassVar[tuple[str, ...]] = ()",
        "lr: float = 1e-3",
        "CONSTANT = 3",
    ],
)
def test_a_right_field(tmp_path: Path, field: str) -> None:
    assert error_of(tmp_path, model(field)) == ""


def test_aliases_of_literals_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "from ganbench.api import DomainName\nfrom strangers import Norm\nWay = DomainName\n"
    options = head + OPTIONS.replace("size: int = 3", "side: Way = {!r}\n    norm: Norm = 'batch'")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "strangers.py").write_text("from typing import Literal\nNorm = Literal['batch']\n")
    told = "line 8: side: Way = 'C' has a default of another type; give one of 'A', 'B'"
    text = task(options.format("C"))
    assert error_of(tmp_path, text) == told
    assert error_of(tmp_path, text.replace("'C'", "'A'")) == ""


@pytest.mark.parametrize(
    "above",
    ["@dataclass", "@dataclass()", "@dataclass(frozen=False)", "@dataclass(kw_only=True)", ""],
)
def test_hyper_parameters_are_frozen(tmp_path: Path, above: str) -> None:
    error = error_of(tmp_path, model().replace("@dataclass(frozen=True)", above))
    assert (
        error == "line 6: class Own is no frozen dataclass; write @dataclass(frozen=True) above it"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (OPTIONS.replace("3", "'3'"), "line 5: size: int = '3' has a default of another type"),
        (OPTIONS.replace("(frozen=True)", ""), "class Options is no frozen dataclass"),
        ("class Options:\n    size = 3\n", "line 2: class Options is no frozen dataclass"),
        (
            OPTIONS.replace("Options", "Base") + "class Options(Base):\n    size = 4\n",
            "size: int = 4",
        ),
    ],
)
def test_a_tasks_options(tmp_path: Path, options: str, message: str) -> None:
    assert message in error_of(tmp_path, task(options))


def test_right_options_and_helpers(tmp_path: Path) -> None:
    helper = "class Helper:\n    size = 3\n    def method(self): ...\n"
    plain = "class Options(Base, Helper): ...\n"
    assert error_of(tmp_path, task(OPTIONS)) == ""
    assert error_of(tmp_path, task(helper + OPTIONS.replace("Options", "Base") + plain)) == ""
    assert error_of(tmp_path, task("from ganbench.api import ProductOptions as Options\n")) == ""


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("HParams(lr='fast')", "line 15: HParams(lr='fast') gives a value of another type"),
        ("Own(weight=True)", "give a number, such as 1.0"),
        ("Own(wieght=2.0)", "gives a field that is not there; did you mean 'weight'?"),
        ("Own(weight=2, lr=1e-3)", ""),
        ("Own(weight=nowhere)", "line 15: the name 'nowhere' is not there; import it"),
    ],
)
def test_values_given_in_a_recipe(tmp_path: Path, call: str, message: str) -> None:
    method = f"@classmethod\n    def recipes(cls, spec):\n        return {{'paper': {call}}}"
    error = error_of(tmp_path, model(method=method))
    assert message in error and bool(message) == bool(error)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "class Mine(Model): ...\n",
            "line 1: the name 'Model' is not there; write `from ganbench.",
        ),
        (
            model().replace("from dataclasses import dataclass", ""),
            "line 5: the name 'dataclass' is not there; import it",
        ),
        (
            "import ganbench.modle\n" + model(),
            "line 1: there is no module 'ganbench.modle'; a plugin imports from ganbench.api",
        ),
        (
            "from no_such.part import x\n" + model(),
            "line 1: the module 'no_such.part' is not installed; "
            "`pip install no_such`, or correct the name",
        ),
        (
            model("way: Literal['a'] = 'a'").replace(", Literal", ""),
            "line 7: the name 'Literal' is not there; write `from typing import Literal`",
        ),
    ],
)
def test_an_import_that_is_not_there(tmp_path: Path, text: str, message: str) -> None:
    assert message in error_of(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        model().replace("import HParams, Model", "import *"),
        "from __future__ import annotations\n"
        + model(method="def more(self, x: Tensor) -> Tensor: ..."),
        model(method="def more(self, *a, **k): return [x for x in a if (y := x)] + [y, k]"),
        "try:\n    get_ipython()\nexcept NameError: ...\n" + model(),
        "try:\n    import no_such_package\nexcept ImportError as error:\n    print(error)\n"
        + model(),
        model(method="def more(self):\n        try: nowhere\n        except NameError: ..."),
        model()
        .replace("Mine(Model)", "Mine(Mixin, Model)")
        .replace("\nclass Mine", "\nclass Mixin:\n    def build(self, nets): ...\n\nclass Mine")
        .replace("    def build(self, nets): ...\n    def f", "    def f"),
    ],
)
def test_what_cannot_be_judged_or_is_right_passes(tmp_path: Path, text: str) -> None:
    assert error_of(tmp_path, text) == ""


def test_a_base_from_elsewhere_is_read_and_told_when_it_is_run(tmp_path: Path) -> None:
    text = "from json import Model\nclass Mine(Model): ...\n"
    assert read(tmp_path, text).error == ""
    assert "ImportError: cannot import name 'Model' from 'json'" in error_of(tmp_path, text)
