"""Discovery: every origin, every fault, and that a fault harms nothing else."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.registry import registry
from ganbench.registry.registry import discover

GOOD = '''"""A model of one's own."""
from ganbench.api import Model

class Mine(Model):
    def build(self, nets): ...
    def fakes(self, real): ...
    def generator_loss(self, real, fake, step): ...
'''

FAULTS = {
    "syntax": ("class Broken(Model:\n", "line 1: syntax error: invalid syntax; correct that line"),
    "no_class": (
        "x = 1\n",
        "line 1: no class derived from Model, Task, Metric, Reference; write one, or begin",
    ),
    "two": (
        GOOD + "class Other(Model): ...\n",
        "line 8: 2 classes derived from Model, Task, Metric, Reference; move Other to a file",
    ),
    "absent": (
        "import no_such_package\n" + GOOD,
        "line 1: the module 'no_such_package' is not installed; `pip install no_such_package`",
    ),
    "api": ("from ganbench.api import Modle\n" + GOOD, "has no 'Modle'; did you mean 'Model'?"),
    "latin": ("x = 1\n# caf\xe9\n", "line 2: the file cannot be read as UTF-8; save it as UTF-8"),
}


def test_built_in_plugins_are_whole() -> None:
    found = discover()
    assert not found.broken
    assert set(found.of_kind("model")) >= {"standard", "recon", "discogan"}
    assert set(found.of_kind("task")) >= {"car2car", "toy", "folder"}
    assert set(found.of_kind("metric")) >= {"azimuth", "modes", "reconstruction"}
    assert all(plugin.summary for plugin in found.plugins)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_plugin_is_listed_with_its_fault_and_harms_nothing(
    tmp_path: Path, fault: str
) -> None:
    text, message = FAULTS[fault]
    (tmp_path / f"{fault}.py").write_bytes(text.encode("latin-1"))
    (tmp_path / "mine.py").write_text(GOOD)
    found = discover([tmp_path])
    assert [plugin.name for plugin in found.broken] == [fault]
    assert message in found.broken[0].error
    assert found.load("model", "mine").__name__ == "Mine"
    with pytest.raises(UserError) as caught:
        found.find("model", fault)
    assert message in str(caught.value)


def test_a_plugin_that_fails_when_loaded_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(GOOD + "\nraise RuntimeError('too late')\n")
    found = discover([tmp_path])
    with pytest.raises(UserError) as caught:
        found.load("model", "late")
    assert "RuntimeError: too late" in caught.value.what
    assert caught.value.where == f"{tmp_path / 'late.py'}, line 9"


def test_a_missing_method_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.py").write_text(
        "from ganbench.api import Model\nclass Half(Model):\n    def build(self, nets): ...\n"
    )
    with pytest.raises(UserError, match=r"lacks fakes\(self, real\), generator_loss"):
        discover([tmp_path]).load("model", "half")


def test_a_taken_name_is_listed_as_broken_and_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "discogan.py").write_text(GOOD)
    built_in = discover().find("model", "discogan").path
    found = discover([tmp_path])
    assert found.broken[0].error == (
        f"the model name 'discogan' is taken by {built_in}; rename {tmp_path / 'discogan.py'}"
    )
    with pytest.raises(UserError, match="is taken by"):
        found.find("model", "discogan")
    assert found.find("model", "standard").origin == "built-in"


def test_a_broken_file_of_a_plugins_name_is_told_where_that_name_is_asked_for(
    tmp_path: Path,
) -> None:
    (tmp_path / "discogan.py").write_text("class DiscoGAN(Model:\n")
    with pytest.raises(UserError, match="line 1: syntax error"):
        discover([tmp_path]).find("model", "discogan")


def test_a_package_whose_name_is_taken_is_told_to_rename_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strange_module.py").write_text(GOOD)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("discogan", "strange_module", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert "rename the entry point in an installed package" in discover().broken[0].error


def test_a_plugin_that_leaves_python_is_told(tmp_path: Path) -> None:
    (tmp_path / "leaves.py").write_text("import sys\n" + GOOD + "\nsys.exit(3)\n")
    with pytest.raises(UserError, match="SystemExit: 3"):
        discover([tmp_path]).load("model", "leaves")


def test_sub_folders_by_kind_are_searched(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.py").write_text(GOOD)
    assert "mine" in discover([tmp_path]).of_kind("model")


def test_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "strangers_package"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('listing must not run this')\n")
    (package / "model.py").write_text(GOOD)
    monkeypatch.syspath_prepend(tmp_path)
    group = registry.ENTRY_POINT_GROUP
    points = [
        EntryPoint("theirs", "strangers_package.model", group),
        EntryPoint("gone", "no_such_package.model", group),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    found = discover()
    assert found.find("model", "theirs").class_name == "Mine"
    assert "no_such_package.model is not installed" in found.broken[0].error
    (package / "__init__.py").write_text("")
    assert found.load("model", "theirs").__name__ == "Mine"


def test_unknown_names_get_the_closest_one() -> None:
    with pytest.raises(UserError, match="unknown model 'dicsogan'") as caught:
        discover().load("model", "dicsogan")
    own = "a plugin of your own needs --plugins DIR"
    assert caught.value.fix == f"did you mean 'discogan'? ({own})"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="plugin folder does not exist"):
        discover([tmp_path / "nowhere"])


def test_columns_are_read_without_running_the_plugin() -> None:
    column = discover().columns["azimuth_rmse_deg"]
    assert (column.unit, column.higher_is_better) == ("deg", False)
