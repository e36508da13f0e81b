"""Spectral and weight norm: the one draws in `build`, and changes buffers in the losses."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganbench.testing import CHECKS, run_check
from ganbench.testing.find import find_plugins
from ganbench.testing.subjects import SPECS, Subject, build, random_states

PLUGIN = '''"""One generator, and a discriminator with a norm of its weights."""

from torch import nn
from {module} import {norm}

from ganbench.api import Model


class Normed(Model):
    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        judge = nets.critic("B")
        for module in judge.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                {norm}(module)
        self.discriminators["D_B"] = judge

    def fakes(self, real):
        return {{"B": self.generators["G_AB"](real["A"])}}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
'''
NORMS = [
    (module, norm)
    for module in ("torch.nn.utils", "torch.nn.utils.parametrizations")
    for norm in ("spectral_norm", "weight_norm")
]
ids = [f"{module.rpartition('.')[2]}_{norm}" for module, norm in NORMS]


def subject(folder: Path, module: str, norm: str) -> Subject:
    path = folder / "normed.py"
    path.write_text(PLUGIN.format(module=module, norm=norm))
    registry, (plugin,) = find_plugins([path])
    assert plugin.error == ""
    return Subject(plugin, registry, folder / "cache")


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize(("module", "norm"), NORMS, ids=ids)
def test_the_kit_has_nothing_against_it(tmp_path: Path, module: str, norm: str) -> None:
    normed = subject(tmp_path, module, norm)
    found = {check.__name__: run_check(check, normed) for check in CHECKS["model"]}
    assert not [r for r in found.values() if r.status not in ("passed", "not applicable")]
    seeds = found["check_many_seeds_at_once"]
    if norm == "spectral_norm":
        assert (seeds.status, "train one by one" in seeds.reason) == ("not applicable", True)
    else:
        assert seeds.status == "passed"


def test_what_build_draws_follows_the_seed_and_leaves_no_trace(tmp_path: Path) -> None:
    model = subject(tmp_path, *NORMS[2]).loaded
    before = random_states()
    first, same, other = (build(model, SPECS["points of 2 coordinates"], s) for s in (0, 0, 1))
    assert random_states() == before
    vectors = [n for n in first.state_dict() if n.endswith("._u")]
    assert vectors
    for name in vectors:
        one = first.state_dict()[name]
        assert torch.equal(one, same.state_dict()[name])
        assert one.numel() == 1 or not torch.equal(one, other.state_dict()[name])
