"""Sound plugins, and changes that each break one of the kit's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganbench.cli.commands.new import filled

MODEL = '''"""Sound: one generator each way, one discriminator."""

import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ganbench.api import HParams, Model


@dataclass(frozen=True)
class SoundHParams(HParams):
    lambda_rec: float = 1.0


class Sound(Model):
    hparams_type = SoundHParams

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["G_BA"] = nets.translator("B", "A")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        rec = self.generators["G_BA"](fake["B"])
        terms = self.adversarial_terms("B", real, fake)
        terms["rec_A"] = self.hparams.lambda_rec * F.l1_loss(rec, real["A"])
        return terms
'''
REFERENCE = '''"""Sound: real samples of the target, drawn by lot."""

import numpy as np
import torch

from ganbench.api import Reference


class Sound(Reference):
    def fakes(self, task, split, source, target, rng):
        n, samples = len(split.domain(source)), split.domain(target).samples
        return samples[torch.from_numpy(rng.integers(len(samples), size=n))]
'''
API = """import torch

from ganbench.api import Column, Metric, SeedPanels, SharedPanels,"""
FIGURES = """    figures = {
        "cells": SeedPanels(("back",), lambda axes, shown, rng: axes.plot(shown.arrays["back"])),
        "all": SharedPanels(
            ("back",),
            (
                lambda axes, by_model: [
                    axes.plot(shown.arrays["back"], label=label)
                    for label, cells in by_model.items()
                    for shown in cells
                ],
            ),
        ),
    }

    def unsupported"""
ARRAYS = """
    def arrays(self, view):
        return {"back": view.reconstructions.flatten(1).mean(1).numpy()}
"""
FIDELITY = '''"""Sound: distances of what is visible."""

from ganbench.api import Column, FidelityMetric, Metric


class Sound(FidelityMetric, Metric):
    extractor = "visible"
    columns = {
        "kd_visible": Column("", False, "kernel distance"),
        "precision_visible": Column("", True, "translations within reach of a real one"),
    }
'''
Kind = Literal["model", "task", "metric", "reference"]
SOUND: dict[Kind, str] = {
    "model": MODEL,
    "task": filled("task", "sound"),
    "metric": filled("metric", "sound")
    .replace("from ganbench.api import Column, Metric,", API, 1)
    .replace("    def unsupported", FIGURES, 1)
    + ARRAYS,
    "reference": REFERENCE,
}


@dataclass(frozen=True)
class Broken:
    """A sound plugin with `old` replaced by `new`, or `new` added at its end, fails `check`.

    sound: its source, where it is not that of SOUND.
    """

    what: str
    kind: Kind
    check: str
    new: str
    old: str = ""
    sound: str = ""

    @property
    def source(self) -> str:
        sound = self.sound or SOUND[self.kind]
        assert self.old in sound
        return sound.replace(self.old, self.new, 1) if self.old else sound + self.new


LAST_OF_BUILD = '        self.discriminators["D_B"] = nets.discriminator("B")\n'
FAKES = '        return {"B": self.generators["G_AB"](real["A"])}\n'
RETURN = "        return terms\n"


def method(text: str) -> str:
    return "\n" + "\n".join(f"    {line}" for line in text.strip().splitlines()) + "\n"


D_LOSS = """
def discriminator_loss(self, real, fake, step):
    judge = self.discriminators["D_B"]
"""
MODELS = (
    Broken(
        "an empty reason",
        "model",
        "check_unsupported_gives_a_reason",
        method(
            "@classmethod\n"
            "def unsupported(cls, spec):\n"
            "    return None if spec.kind == 'image' else ''"
        ),
    ),
    Broken(
        "a parameter that no optimiser has",
        "model",
        "check_parameters_have_one_owner",
        LAST_OF_BUILD + "        self.scale = nn.Linear(1, 1)\n",
        LAST_OF_BUILD,
    ),
    Broken(
        "a discriminator among the generators",
        "model",
        "check_parameters_have_one_owner",
        LAST_OF_BUILD + '        self.generators["again"] = self.discriminators["D_B"]\n',
        LAST_OF_BUILD,
    ),
    Broken(
        "a fake under the other domain's name",
        "model",
        "check_discriminators_have_their_fakes",
        FAKES.replace('{"B"', '{"A"'),
        FAKES,
    ),
    Broken(
        "a discriminator to which nothing is real",
        "model",
        "check_discriminators_have_their_fakes",
        LAST_OF_BUILD + '        self.discriminators["D_turned_B"] = nets.discriminator("B")\n',
        LAST_OF_BUILD,
    ),
    Broken(
        "a term that is no scalar",
        "model",
        "check_loss_terms_are_finite_scalars",
        '        terms["rec_A"] = (rec - real["A"]).abs().flatten(1).mean(1)\n' + RETURN,
        RETURN,
    ),
    Broken(
        "a term that was taken to Python",
        "model",
        "check_loss_terms_are_finite_scalars",
        '        terms["rec_A"] = terms["rec_A"].item()\n' + RETURN,
        RETURN,
    ),
    Broken(
        "a term that divides by nothing",
        "model",
        "check_loss_terms_are_finite_scalars",
        '        terms["rec_A"] = terms["rec_A"] / step\n' + RETURN,
        RETURN,
    ),
    Broken(
        "a generator that is never used",
        "model",
        "check_no_dead_generator_parameter",
        LAST_OF_BUILD + '        self.generators["G_AA"] = nets.translator("A", "A")\n',
        LAST_OF_BUILD,
    ),
    Broken(
        "a D update that makes fakes of its own",
        "model",
        "check_discriminator_phase_leaves_generators_alone",
        method(
            D_LOSS + '    fake = self.fakes(real)["B"]\n'
            '    return {"D_B": F.softplus(judge(fake).logits).mean()\n'
            '            + F.softplus(-judge(real["B"]).logits).mean()}'
        ),
    ),
    Broken(
        "a D that learns the wrong way round",
        "model",
        "check_discriminator_learns_to_tell",
        method(
            D_LOSS + '    return {"D_B": self.adversarial.discriminator(\n'
            '        judge(fake["B"]).logits, judge(real["B"]).logits)}'
        ),
    ),
    Broken(
        "a translation with batch norm at work",
        "model",
        "check_translate_is_pure",
        method(
            "def translate(self, x, to, seed=0):\n    self.declared(to)\n    self.train()\n"
            '    return self.generators["G_AB"](x)'
        ),
    ),
    Broken(
        "a translation with noise of the global state",
        "model",
        "check_translate_is_pure",
        method(
            "def translate(self, x, to, seed=0):\n"
            '    out = self.generators["G_" + self.declared(to)](x)\n'
            "    return out + torch.rand_like(out)"
        ),
    ),
    Broken(
        "a translation that looks at the batch",
        "model",
        "check_translate_is_per_sample",
        method(
            "def translate(self, x, to, seed=0):\n"
            '    return self.generators["G_" + self.declared(to)](x - x.mean(0))'
        ),
    ),
    Broken(
        "several outputs that are one",
        "model",
        "check_outputs_follow_the_seed",
        "    several_outputs = True\n\n    def build",
        "\n    def build",
    ),
    Broken(
        "a deviation over the batch",
        "model",
        "check_batch_of_one",
        '        terms["std_B"] = fake["B"].flatten(1).std(0).mean()\n' + RETURN,
        RETURN,
    ),
    Broken(
        "train statistics in a plain attribute",
        "model",
        "check_state_dict_round_trip",
        '        terms["rec_A"] = terms["rec_A"] * getattr(self, "scale", 1.0)\n'
        + RETURN
        + method(
            "def fit_statistics(self, real_A, real_B):\n"
            "    self.scale = float(real_A.float().std())"
        ),
        RETURN,
    ),
    Broken(
        "hyper-parameters that change when built again",
        "model",
        "check_hparams_survive_json",
        "    lambda_rec: float = 1.0\n\n    def __post_init__(self):\n"
        '        object.__setattr__(self, "lambda_rec", self.lambda_rec / 2)\n',
        "    lambda_rec: float = 1.0\n",
    ),
    Broken(
        "a translation that stays in its domain",
        "model",
        "check_domains_are_not_swapped",
        method(
            "def translate(self, x, to, seed=0):\n    self.declared(to)\n"
            '    return self.generators["G_BA"](self.generators["G_AB"](x))'
        ),
    ),
    Broken(
        "a direction that is not declared",
        "model",
        "check_undeclared_direction_is_refused",
        method(
            "def translate(self, x, to, seed=0):\n"
            '    return self.generators["G_AB" if to == "B" else "G_BA"](x)'
        ),
    ),
    Broken(
        "chance that no seed rules",
        "model",
        "check_same_seed_same_history",
        '        terms["rec_A"] = terms["rec_A"] * (0.5 + random.random())\n' + RETURN,
        RETURN,
    ),
    Broken(
        "an image pool in a list",
        "model",
        "check_resume_equals_straight_run",
        method(
            D_LOSS + '    self.__dict__.setdefault("kept", []).append(fake["B"])\n'
            '    return {"D_B": self.adversarial.discriminator(\n'
            '        judge(real["B"]).logits, judge(self.kept[max(0, len(self.kept) - 4)]).logits)}'
        ),
    ),
    Broken(
        "a branch on a value",
        "model",
        "check_many_seeds_at_once",
        '        if terms["rec_A"] > 0.1:\n            terms["rec_A"] = 0.1 * terms["rec_A"]\n'
        + RETURN,
        RETURN,
    ),
    Broken(
        "an import from the inside",
        "model",
        "check_only_the_api_is_imported",
        "from ganbench.api import HParams, Model\n"
        "from ganbench.training.loop import Plan  # noqa: F401",
        "from ganbench.api import HParams, Model",
    ),
    Broken(
        "no docstring",
        "model",
        "check_it_says_what_it_is",
        "",
        '"""Sound: one generator each way, one discriminator."""\n',
    ),
)
TASKS = (
    Broken(
        "samples in double precision",
        "task",
        "check_samples_are_as_the_spec_says",
        "torch.from_numpy(points)",
        "torch.from_numpy(points.astype(np.float32))",
    ),
    Broken(
        "a truth that is too short",
        "task",
        "check_samples_are_as_the_spec_says",
        '{"angle_rad": angle[:-1]}',
        '{"angle_rad": angle}',
    ),
    Broken(
        "a truth that is not finite",
        "task",
        "check_samples_are_as_the_spec_says",
        '{"angle_rad": np.where(angle > 3, np.nan, angle)}',
        '{"angle_rad": angle}',
    ),
    Broken(
        "a shared attribute that nobody knows",
        "task",
        "check_attributes_are_known",
        'DataSpec("points", (2,), (2,), kept=("mode",))',
        'DataSpec("points", (2,), (2,))',
    ),
    Broken(
        "one set of samples for all splits",
        "task",
        "check_nothing_is_in_two_splits",
        'seed_for(0, "sound", name)',
        'seed_for(0, "sound", name, split)',
    ),
    Broken(
        "an identity in two splits",
        "task",
        "check_nothing_is_in_two_splits",
        '{"angle_rad": angle, "identity": np.arange(n)}',
        '{"angle_rad": angle}',
    ),
    Broken(
        "B is A, moved, in A's order",
        "task",
        "check_domains_are_not_paired",
        'seed_for(0, "sound", split)',
        'seed_for(0, "sound", name, split)',
    ),
    Broken(
        "data of no seed",
        "task",
        "check_same_data_again",
        "np.random.default_rng()",
        'np.random.default_rng(seed_for(0, "sound", name, split))',
    ),
    Broken(
        "a fingerprint that is no JSON",
        "task",
        "check_fingerprint_and_options_are_json",
        "{**self.options_json(), 'kinds': {1, 2}}",
        "self.options_json()",
    ),
    Broken(
        "a metric that does not exist",
        "task",
        "check_what_it_names_exists",
        'metrics = ("reconstruktion",)',
        'metrics = ("reconstruction",)',
    ),
    Broken(
        "a selection by another task's column",
        "task",
        "check_what_it_names_exists",
        '    default_recipe = "paper"\n    selected_by = "flip_rate"\n',
        '    default_recipe = "paper"\n',
    ),
    Broken(
        "inputs without a right answer",
        "task",
        "check_matches_are_right_ways",
        method(
            "def matches(self, split, source, target):\n"
            "    shape = len(split.domain(source)), len(split.domain(target))\n"
            "    return np.zeros(shape, dtype=bool)"
        ),
    ),
)
COMPUTE = '        return {"sound": total / view.input_samples.numel()}\n'
METRICS = (
    Broken(
        "a column that is not declared",
        "metric",
        "check_columns_are_as_declared",
        COMPUTE.replace('{"sound"', '{"other": 1.0, "sound"'),
        COMPUTE,
    ),
    Broken(
        "a number that is not finite",
        "metric",
        "check_columns_are_as_declared",
        '        return {"sound": float("nan")}\n',
        COMPUTE,
    ),
    Broken(
        "no number and no reason",
        "metric",
        "check_columns_are_as_declared",
        "        return {}\n",
        COMPUTE,
    ),
    Broken(
        "an empty reason",
        "metric",
        "check_unsupported_gives_a_reason",
        'return None if view.spec.kind == "image" else ""',
        'return None if view.reconstructions is not None else "the model has no way back"',
    ),
    Broken(
        "the wrong direction",
        "metric",
        "check_better_is_better",
        'Column("", True,',
        'Column("", False,',
    ),
    Broken(
        "a share of a spread that can be nothing",
        "metric",
        "check_the_ends_are_numbers",
        '        return {"sound": total / view.fakes.std(0).mean().item()}\n',
        COMPUTE,
    ),
    Broken(
        "the first half only",
        "metric",
        "check_order_plays_no_part",
        "            total += (sample - back).abs().sum().item()\n            break\n",
        "            total += (sample - back).abs().sum().item()\n",
    ),
    Broken(
        "samples changed in place",
        "metric",
        "check_scoring_changes_nothing",
        "        view.fakes.mul_(0.5)\n        total = 0.0\n",
        "        total = 0.0\n",
    ),
    Broken(
        "samples chosen by chance",
        "metric",
        "check_scoring_changes_nothing",
        "            total += (sample - back).abs().sum().item() * torch.rand(()).item()\n",
        "            total += (sample - back).abs().sum().item()\n",
    ),
)
SUM = "            total += (sample - back).abs().sum().item()\n"
FIRST = '        if view.spec.kind == "points":\n            return {"sound": "skipped: points"}\n'
METRICS += (
    Broken(
        "a NaN that counts as nothing",
        "metric",
        "check_what_is_not_finite_gives_no_number",
        "            total += torch.nan_to_num(sample - back).abs().sum().item()\n",
        SUM,
    ),
    Broken(
        "a mean that leaves NaN out",
        "metric",
        "check_what_is_not_finite_gives_no_number",
        "            total += (sample - back).abs().nanmean().item() * sample.numel()\n",
        SUM,
    ),
    Broken(
        "a reading that is compared as it comes",
        "metric",
        "check_what_is_not_finite_gives_no_number",
        FIRST + '        found = view.probe("colour").predict(view.fakes)\n'
        '        return {"sound": float((found != view.inputs.truth["colour"]).mean())}\n',
        COMPUTE,
    ),
    Broken(
        "features whose NaN are cut off",
        "metric",
        "check_what_is_not_finite_gives_no_number",
        FIRST + '        found = view.features.of("fakes", "efficientnet_lite0")["features"]\n'
        '        return {"sound": found.nan_to_num().clamp(min=0).mean().item()}\n',
        COMPUTE,
    ),
)
METRICS += (
    Broken(
        "features without a floor of noise",
        "metric",
        "check_what_nobody_sees_moves_no_distance",
        FIDELITY.replace("visible", "efficientnet_lite0"),
        FIDELITY,
        sound=FIDELITY,
    ),
    Broken(
        "a precision of pixels that are the same",
        "metric",
        "check_what_nobody_sees_moves_no_distance",
        method(
            "def compute(self, view):\n"
            "    equal = (view.fakes == view.target_samples).all(3).all(2).all(1)\n"
            "    return {**super().compute(view), 'precision_visible': float(equal.float().mean())}"
        ),
        sound=FIDELITY,
    ),
    Broken(
        "a distance that goes no farther than little damage",
        "metric",
        "check_worse_damage_is_farther",
        method(
            "def compute(self, view):\n"
            "    found = super().compute(view)\n"
            "    return {**found, 'kd_visible': min(found['kd_visible'], 0.1)}"
        ),
        sound=FIDELITY,
    ),
    Broken(
        "a distance that a collapse makes small",
        "metric",
        "check_worse_damage_is_farther",
        method(
            "def compute(self, view):\n"
            "    found = view.features.of('fakes', 'visible')['features']\n"
            "    return {**super().compute(view), 'kd_visible': found.std(0).mean().item()}"
        ),
        sound=FIDELITY,
    ),
)
METRICS += (
    Broken(
        "a figure of arrays that are not kept",
        "metric",
        "check_figures_show_something",
        'return {"rec": view',
        'return {"back": view',
    ),
    Broken(
        "a panel with nothing on it",
        "metric",
        "check_figures_show_something",
        'axes.plot(shown.arrays["back"], label=label)\n                    for label, cells in []',
        'axes.plot(shown.arrays["back"], label=label)\n'
        "                    for label, cells in by_model.items()",
    ),
    Broken(
        "points outside of the panel",
        "metric",
        "check_figures_show_something",
        "lambda axes, shown, rng: axes.scatter([5], [5], s=1) and axes.set(xlim=(0, 1))",
        'lambda axes, shown, rng: axes.plot(shown.arrays["back"])',
    ),
)
REFERENCES = (
    Broken(
        "an empty reason",
        "reference",
        "check_unsupported_gives_a_reason",
        method("@classmethod\ndef unsupported(cls, spec):\n    return ''"),
    ),
    Broken(
        "a sample for each target instead of each input",
        "reference",
        "check_samples_of_the_target",
        "n, samples = 7, split",
        "n, samples = len(split.domain(source)), split",
    ),
    Broken(
        "chance that no seed rules",
        "reference",
        "check_samples_of_the_target",
        "np.random.default_rng().integers",
        "rng.integers",
    ),
)
BROKEN = (*MODELS, *TASKS, *METRICS, *REFERENCES)
