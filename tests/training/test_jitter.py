"""What training sees of jittered pictures: crops of the larger ones, the same for one seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbench.contracts.task import Domain, Jitter, Split
from ganbench.training.jitter import crops
from ganbench.training.loop import CHECKPOINT, Interrupted, Plan, batches, train
from tests.plugins.test_models import IMAGES, build

SIDE, LARGER = 16, 20
PLAN = Plan(10, batch_size=4, seed=3)


def numbered(count: int, mirrored: bool) -> Domain:
    """Larger pictures whose pixels tell the picture (red), the row and the column."""
    larger = torch.zeros(count, 3, LARGER, LARGER, dtype=torch.uint8)
    larger[:, 0] = torch.arange(count)[:, None, None]
    larger[:, 1] = torch.arange(LARGER)[:, None]
    larger[:, 2] = torch.arange(LARGER)
    samples = torch.full((count, 3, SIDE, SIDE), 255, dtype=torch.uint8)
    return Domain(samples, {}, {}, Jitter(larger, mirrored))


def drawn(split: Split, plan: Plan, step: int) -> Tensor:
    """Of domain A, as whole numbers."""
    return (batches(split, [plan])(step)["A"] * 255).round().int()


def test_each_sample_is_a_crop_of_its_picture() -> None:
    split = Split(numbered(9, True), numbered(7, True))
    plain = Split(*(replace(d, jitter=None) for d in (split.A, split.B)))
    seen: Counter[tuple[int, int, bool]] = Counter()
    for step in range(200):
        batch = drawn(split, PLAN, step)
        assert batch.shape == (4, 3, SIDE, SIDE)
        assert (drawn(plain, PLAN, step) == 255).all()
        for picture in batch:
            assert (picture[0] == picture[0, 0, 0]).all()
            rows, columns = picture[1, :, 0], picture[2, 0]
            assert (rows.diff() == 1).all() and (columns.diff().abs() == 1).all()
            is_mirrored = bool(columns[0] > columns[-1])
            seen[int(rows[0]), int(columns.min()), is_mirrored] += 1
    places = LARGER - SIDE + 1
    assert len(seen) == 2 * places * places  # each offset, both ways
    mirrored = sum(n for (_, _, flag), n in seen.items() if flag)
    assert abs(mirrored / 800 - 0.5) < 0.06  # more than three standard deviations


def test_without_mirror_images_there_are_none() -> None:
    split = Split(numbered(9, False), numbered(7, False))
    for step in range(20):
        assert (drawn(split, PLAN, step)[:, 2].diff(dim=-1) == 1).all()


def test_samples_and_their_order_are_those_without_it() -> None:
    """A jitter changes what is seen of a picture, and not which is seen when."""
    jittered = Split(numbered(9, True), numbered(7, True))
    first = jittered.A.drawn_from[:, :, :SIDE, :SIDE]
    plain = Split(*(Domain(first[: len(d)]) for d in (jittered.A, jittered.B)))
    for step in range(5):
        assert torch.equal(drawn(jittered, PLAN, step)[:, 0], drawn(plain, PLAN, step)[:, 0])


def test_crops_follow_from_seed_domain_and_step() -> None:
    split = Split(numbered(9, True), numbered(7, True))
    again = Split(numbered(9, True), numbered(7, True))
    assert torch.equal(drawn(split, PLAN, 7), drawn(again, PLAN, 7))
    assert (
        len({str(crops(*key, 6, (4, 4))) for key in [(3, "A", 7), (3, "B", 7), (4, "A", 7)]}) == 3
    )
    plans = [PLAN, replace(PLAN, seed=4)]
    together = batches(split, plans)(7)["A"]
    for seed, plan in enumerate(plans):
        assert torch.equal(together[seed], batches(split, [plan])(7)["A"])


def test_a_domain_takes_its_jitter_along() -> None:
    domain = numbered(5, True).take(np.array([3, 1]))
    assert domain.jitter is not None and domain.jitter.larger[:, 0, 0, 0].tolist() == [3, 1]
    assert len(domain.shuffled("x").drawn_from) == 2


@pytest.mark.parametrize("stop_after", [3, 6])
def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path, stop_after: int) -> None:
    split = Split(numbered(9, True), numbered(7, True))

    def trained(folder: Path, *stops: int) -> dict[str, Tensor]:
        folder.mkdir()
        for stop in (*stops, 99):
            model = build("standard", IMAGES, "paper")
            stops_now = iter([False] * (stop - 1) + [True])
            try:
                train(model, split, PLAN, folder, lambda *_: None, stops_now.__next__)
            except Interrupted:
                continue
        assert (folder / CHECKPOINT).is_file()
        return model.state_dict()

    whole, parted = trained(tmp_path / "whole"), trained(tmp_path / "parted", stop_after)
    assert all(torch.equal(whole[name], parted[name]) for name in whole)
