"""Samples gathered batch by batch, in memory or in a mapped file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.contracts.task import Domain, Split
from ganbench.core import large_tensors as gathered
from ganbench.core.large_tensors import all_finite, batched, gather
from ganbench.evaluation.evaluate import evaluate, translations_of_model
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places
from ganbench.registry.registry import discover
from tests.plugins.test_models import IMAGES, build

pytestmark = pytest.mark.numeric


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    shape=st.sampled_from([(2,), (3, 4, 4), (1, 2, 2)]),
    last=st.booleans(),
    in_file=st.booleans(),
)
def test_batches_come_together_in_their_order(
    sizes: list[int], shape: tuple[int, ...], last: bool, in_file: bool
) -> None:
    whole = torch.randn(sum(sizes), *shape)
    if last and len(shape) == 3:
        whole = whole.contiguous(memory_format=torch.channels_last)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathered, "MAX_BYTES", 0 if in_file else 2**20)
        found = gather(iter(torch.split(whole, sizes)), len(whole))
    assert torch.equal(found, whole)
    joined = torch.cat(torch.split(whole, sizes))
    if len(whole) > 1 and shape[0] != 1:  # one channel or sample lies in both orders at once
        assert found.stride() == joined.stride()


@pytest.mark.parametrize("n", [3, 5])
def test_another_number_of_samples_is_a_fault(n: int) -> None:
    with pytest.raises(ValueError, match=f"where {n} were to come"):
        gather(torch.split(torch.zeros(4, 2), 2), n)


def test_one_sample_that_is_not_finite_is_found() -> None:
    samples = torch.zeros(3 * gathered.CHUNK, 2)
    assert all_finite(samples)
    samples[-1, 1] = torch.nan
    assert not all_finite(samples)
    assert [len(part) for (part,) in batched(samples)] == [gathered.CHUNK] * 3


def test_a_mapped_set_scores_as_one_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(0)
    side = [
        torch.randint(0, 256, (40, 3, 16, 16), generator=generator).to(torch.uint8)
        for _ in range(2)
    ]
    split = Split(Domain(side[0]), Domain(side[1]))
    registry = discover()
    names = ("reconstruction", "perceptual", "resemblance", "edges", "efficientnet_lite0")
    metrics = {name: registry.load("metric", name)() for name in names}
    reader = FeatureReader(places(tmp_path, None), tmp_path, "cpu")

    def found() -> dict[str, float | str]:
        made = translations_of_model(
            build("discogan", IMAGES, "paper"), build("discogan", IMAGES, "paper"), split, "cpu"
        )
        return evaluate(made, split, IMAGES, metrics, pytest.fail, reader).metrics

    in_memory = found()
    monkeypatch.setattr(gathered, "MAX_BYTES", 0)
    assert found() == in_memory
    assert sum(isinstance(value, float) for value in in_memory.values()) > 10


@pytest.mark.broad
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's own count")
def test_a_large_set_takes_little_memory() -> None:
    """400 MB of translations, of which the process itself holds a small part."""
    code = """
import torch
from ganbench.core.large_tensors import batched, gather
def held_mb():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
before = held_mb()
made = gather((torch.full((100, 3, 64, 64), i / 100.0) for i in range(80)), 8_000)
mean = sum(part.mean().item() * len(part) for (part,) in batched(made)) / len(made)
print(made.numel() * 4 / 2**20, held_mb() - before, mean)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    size_mb, grown_mb, mean = map(float, done.stdout.split())
    assert size_mb > 370
    assert grown_mb < 100
    assert mean == pytest.approx(0.395, abs=1e-3)
