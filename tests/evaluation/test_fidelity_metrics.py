"""The metric plugins of image features, on views made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import DataSpec
from ganbench.evaluation.evaluate import DirectionView, Translation, score
from ganbench.evaluation.fidelity.extractors import EMBEDDED
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places
from ganbench.registry.registry import discover

pytestmark = pytest.mark.numeric

SPEC = DataSpec("image", (3, 16, 16), (3, 16, 16))
N = 12


def pixels(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (N, 3, 16, 16), generator=generator).to(torch.uint8)


def view_of(fakes: Tensor, back: Tensor | None, cache: Path) -> DirectionView:
    made = Translation(
        fakes=lambda: fakes,
        reconstructions=lambda: back,
        initial=lambda: None,
        again=lambda samples: None,
        variant=lambda samples, seed: None,
        judge=lambda samples: None,
    )
    split = Split(Domain(pixels(0)), Domain(pixels(1)))
    reader = FeatureReader(places(cache, None), cache, "cpu")
    return DirectionView(made, split, SPEC, "AB", lambda name: pytest.fail("no probe"), reader)


def scored(name: str, view: DirectionView) -> dict[str, float | str]:
    return score(discover().load("metric", name)(), view)


def test_the_targets_themselves_are_at_no_distance(tmp_path: Path) -> None:
    found = scored(EMBEDDED, view_of(pixels(1).float() / 255, None, tmp_path))
    assert found[f"fd_{EMBEDDED}"] == pytest.approx(0, abs=1e-3)
    assert found[f"precision_{EMBEDDED}"] == found[f"coverage_{EMBEDDED}"] == 1
    assert str(found[f"fd_inf_{EMBEDDED}"]).startswith("skipped: 5120 images")


def test_translations_are_seen_as_a_file_would_hold_them(tmp_path: Path) -> None:
    """8 bits, and nothing beyond black and white."""
    exact = pixels(2).float() / 255
    blurred = exact + 0.001
    beyond = torch.where(exact == 1, torch.tensor(3.0), exact)
    first = scored(EMBEDDED, view_of(exact, None, tmp_path))
    assert scored(EMBEDDED, view_of(blurred, None, tmp_path)) == first
    assert scored(EMBEDDED, view_of(beyond, None, tmp_path)) == first


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_translation_that_is_not_finite_gives_no_number(tmp_path: Path, value: float) -> None:
    broken = pixels(2).float() / 255
    broken[3, 0, 2, 2] = value
    for name, view in (
        (EMBEDDED, view_of(broken, None, tmp_path)),
        ("resemblance", view_of(broken, None, tmp_path)),
        ("perceptual", view_of(pixels(2).float() / 255, broken, tmp_path)),
    ):
        found = scored(name, view)
        assert all("not finite" in str(text) for text in found.values()), found


def test_a_reconstruction_is_perceived(tmp_path: Path) -> None:
    same, other = pixels(0).float() / 255, pixels(3).float() / 255
    near = scored("perceptual", view_of(other, same, tmp_path))
    far = scored("perceptual", view_of(other, other, tmp_path))
    none = scored("perceptual", view_of(other, None, tmp_path))
    assert near == {f"perceptual_{EMBEDDED}": pytest.approx(0, abs=1e-6)}
    assert float(far[f"perceptual_{EMBEDDED}"]) > 0.5
    assert none == {f"perceptual_{EMBEDDED}": "skipped: the model has no way back"}


def test_every_column_of_an_extractor_has_its_name() -> None:
    for name in (EMBEDDED, "inception_v3", "clip_vit_b_32", "dinov2_vit_b_14"):
        metric = discover().load("metric", name)()
        assert set(metric.names().values()) == set(metric.columns)
    assert {"fid", "kid", "isc"} <= set(discover().load("metric", "inception_v3").columns)


def test_of_many_images_the_first_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganbench.evaluation.evaluate.MAX_IMAGES", 8)
    view = view_of(pixels(2).float() / 255, None, tmp_path)
    for which in ("inputs", "targets", "fakes"):
        assert len(view.features.of(which, EMBEDDED)["features"]) == 8  # type: ignore[arg-type]
    fewer = scored(EMBEDDED, view)
    monkeypatch.setattr("ganbench.evaluation.evaluate.MAX_IMAGES", N)
    assert scored(EMBEDDED, view_of(pixels(2).float() / 255, None, tmp_path)) != fewer
