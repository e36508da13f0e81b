"""Figures of a run from its rows and arrays, whether the metrics they name are numbers or not."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from msgspec import structs
from PIL import Image

from ganbench.core.figures import SeedPanels, SharedPanels, Shown
from ganbench.registry.registry import Registry, discover
from ganbench.reporting.figures import draw_figures, fault_of, laid_out, load_arrays
from ganbench.results.folder import cell_folder
from ganbench.results.records import Row, number_of
from tests.reporting.test_tables import row

BUILT_IN = discover()
REASON = "undefined: the azimuths of the inputs have no spread, or no mean direction"


def stored(
    output: Path, metrics: dict[str, float | str], preset: str = "smoke", **arrays: np.ndarray
) -> Row:
    """A done row whose arrays, all of A to B, lie in its cell's folder."""
    found = structs.replace(row("standard", 0, 1.0, preset=preset), metrics=metrics)
    folder = cell_folder(output, found.cell)
    folder.mkdir(parents=True)
    np.savez(folder / "arrays.npz", **{f"AB/{name}": each for name, each in arrays.items()})
    return found


def drawn(
    output: Path, *found: Row, registry: Registry = BUILT_IN, told: list[str] | None = None
) -> list[str]:
    """Names of the figures; what could not be drawn goes to `told`, or fails."""
    notes: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = draw_figures(found, output, registry, notes.append)
    if told is None:
        assert not notes
    else:
        told += notes
    for file in files:
        Image.open(file).verify()
    return [file.stem.rpartition("-")[2] for file in files]


def test_networks_of_a_model_have_panels_of_their_own(tmp_path: Path) -> None:
    degrees = np.linspace(-90, 90, 12)
    arrays = {"input_azimuth_deg": degrees, "azimuth_deg": degrees}
    presets = "smoke", "smoke+network=resnet"
    found = [stored(tmp_path, {"azimuth_alignment": 1.0}, each, **arrays) for each in presets]
    labels = [cell.label for cell in load_arrays(found, tmp_path)]
    assert labels == ["standard", "standard (network=resnet)"]


@pytest.mark.parametrize("metrics", [{"azimuth_correlation": REASON}, {"azimuth_rmse_deg_BA": 1.0}])
def test_azimuths_are_drawn_where_all_inputs_have_one(
    tmp_path: Path, metrics: dict[str, float | str]
) -> None:
    given, read = np.full(12, 10.0), np.linspace(-90, 90, 12)
    found = stored(tmp_path, metrics, input_azimuth_deg=given, azimuth_deg=read)
    assert drawn(tmp_path, found) == ["azimuth"]


def test_points_are_drawn_without_a_number_of_modes(tmp_path: Path) -> None:
    points, corners = np.zeros((5, 2)), np.array([[-1.0, -1.0], [1.0, 1.0]])
    arrays = {"points": points, "mode_centres": points[:2], "plane_corners": corners}
    found = stored(tmp_path, {"modes_covered": "undefined: not finite"}, **arrays)
    assert drawn(tmp_path, found) == ["points"]


def test_titles_tell_numbers_and_never_a_number_that_is_not_there() -> None:
    def of(**numbers: float) -> Shown:
        return Shown("standard", 0, numbers, {})

    def told(plugin: str, name: str, shown: Shown) -> str:
        names = BUILT_IN.load("metric", plugin).compute.__globals__
        return str(names[name](shown))

    assert told("azimuth", "correlation_text", of(azimuth_correlation=-0.456)) == "r = -0.46"
    assert told("azimuth", "correlation_text", of()) == "r undefined"
    both = of(modes_covered=8.0, mode_collisions=0.0)
    assert told("modes", "modes_text", both) == "8 modes, 0 shared"
    assert told("modes", "modes_text", of(mode_collisions=2.0)) == "2 shared"
    assert told("modes", "modes_text", of()) == "modes undefined"


PLUGIN = '''"""Spread: what a user's metric draws."""

from ganbench.api import Column, Metric, SeedPanels


def draw(axes, shown, rng):
    axes.hist(shown.arrays["spread"])


class Spread(Metric):
    columns = {"spread": Column("", None, "nothing")}
    figures = {"spread": SeedPanels(("spread",), draw)}

    def compute(self, view):
        return {"spread": 0.0}
'''


def with_plugins(folder: Path, **sources: str) -> Registry:
    folder.mkdir()
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return discover([folder])


def test_a_users_metric_brings_its_figure(tmp_path: Path) -> None:
    found = stored(tmp_path, {"spread": 1.0}, spread=np.arange(9.0))
    registry = with_plugins(tmp_path / "mine", spread=PLUGIN)
    assert drawn(tmp_path, found, registry=registry) == ["spread"]
    assert drawn(tmp_path, found) == []


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (('shown.arrays["spread"]', 'shown.arrays["sprad"]'), "line 7"),
        (('{"spread": SeedPanels', '{"../spread": SeedPanels'), "no name of a file"),
        (('SeedPanels(("spread",), draw)}', "draw}"), "neither SeedPanels nor SharedPanels"),
        (('{"spread": SeedPanels(("spread",), draw)}', "[draw]"), "no dict"),
        (("class Spread", "1 / 0\n\n\nclass Spread"), "ZeroDivisionError"),
        (('"spread": SeedPanels', '"samples": SeedPanels'), "has one of that name"),
    ],
)
def test_a_figure_with_a_fault_is_told_and_the_others_are_drawn(
    tmp_path: Path, fault: tuple[str, str], what: str
) -> None:
    arrays = {"input_azimuth_deg": np.arange(3.0), "azimuth_deg": np.zeros(3)}
    metrics: dict[str, float | str] = {"spread": 1.0, "azimuth_correlation": 0.0}
    found = stored(tmp_path, metrics, spread=np.arange(9.0), **arrays)
    assert fault[0] in PLUGIN
    registry = with_plugins(tmp_path / "mine", spread=PLUGIN.replace(*fault))
    told: list[str] = []
    assert drawn(tmp_path, found, registry=registry, told=told) == ["azimuth"]
    (line,) = told
    assert "spread" in line and what in line and "\n" not in line


def test_of_two_figures_with_one_name_the_second_is_told(tmp_path: Path) -> None:
    found = stored(tmp_path, {"spread": 1.0, "other": 1.0}, spread=np.arange(9.0))
    other = PLUGIN.replace('"spread": Column', '"other": Column')
    registry = with_plugins(tmp_path / "mine", other=other, spread=PLUGIN)
    told: list[str] = []
    assert drawn(tmp_path, found, registry=registry, told=told) == ["spread"]
    assert told == [
        "figure 'spread' of metric spread is not drawn: other has one of that name; "
        "name it otherwise"
    ]


def test_what_figures_may_be() -> None:
    assert not fault_of({})
    assert not fault_of({"a_1": SeedPanels((), print), "b": SharedPanels((), ())})


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, 0.0), (3, 3.0), ("undefined: why", None), (None, None)]
)
def test_a_metric_is_a_number_or_none(value: float | str | None, expected: float | None) -> None:
    assert number_of(value) == expected


def test_no_label_of_a_single_panel_leaves_the_picture() -> None:
    figure = SeedPanels(
        ("a",),
        lambda axes, shown, rng: axes.set_title(f"{shown.title}, r = 0.98", fontsize=8),
        x_label="input azimuth (deg), jittered by half of a step so that the density is seen",
        y_label="azimuth of the translation, by the probe (deg)",
    )
    label = "discogan (stable, lambda_adv=0.5, lambda_rec=3.0)"
    sheet = laid_out(figure, [Shown(label, 0, {}, {"a": np.zeros(2)})])
    FigureCanvasAgg(sheet).draw()  # type: ignore[no-untyped-call]
    width, height = sheet.get_size_inches() * sheet.dpi
    texts = sheet.findobj(lambda artist: hasattr(artist, "get_text") and artist.get_text() != "")
    assert {"azimuth", "input", "discogan"} <= {text.get_text().split(" ")[0] for text in texts}
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height, text


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_cell_whose_arrays_are_damaged_is_left_out(tmp_path: Path, damage: bytes) -> None:
    found = stored(tmp_path, {}, input_azimuth_deg=np.zeros(3), azimuth_deg=np.zeros(3))
    (cell_folder(tmp_path, found.cell) / "arrays.npz").write_bytes(damage)
    assert drawn(tmp_path, found) == []
