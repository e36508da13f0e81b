"""The three models: which networks, which loss terms, which recipes."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ganbench.contracts.discogan import AdversarialHParams
from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.losses import feature_matching_loss
from ganbench.registry.registry import discover

pytestmark = pytest.mark.numeric

POINTS = DataSpec("points", (2,), (2,))
IMAGES = DataSpec("image", (3, 16, 16), (3, 16, 16))
ANGLES = DataSpec("image", (3, 16, 16), (3, 16, 16), kept=("azimuth_deg",))
NAMES = ("standard", "recon", "discogan")
BUILT_IN = discover()
WITHOUT_NETWORKS = {("ugatit", family) for family in ("starganv2", "stylegan2", "unet", "vit-unet")}

NETWORKS = {
    "standard": ({"G_AB"}, {"D_B"}),
    "recon": ({"G_AB", "G_BA"}, {"D_B"}),
    "discogan": ({"G_AB", "G_BA"}, {"D_A", "D_B"}),
}
TERMS = {
    "standard": {"adv_B"},
    "recon": {"adv_B", "rec_A"},
    "discogan": {"adv_A", "adv_B", "rec_A", "rec_B"},
}


def supported(name: str, spec: DataSpec, family: str = "plain") -> type[Model]:
    """The model's class; skips a test of what it gives a reason against."""
    model_type: type[Model] = BUILT_IN.load("model", name)
    if reason := model_type.unsupported(spec):
        pytest.skip(f"{name}: {reason}")
    if (name, family) in WITHOUT_NETWORKS:
        pytest.skip(f"{name}: network '{family}' has none for it")
    return model_type


def build(name: str, spec: DataSpec, recipe: str, **changes: Any) -> Model:
    import dataclasses

    model_type = supported(name, spec)
    hparams = dataclasses.replace(model_type.recipes(spec)[recipe], **changes)
    model: Model = model_type(hparams)
    model.build(NetworkBuilder(spec, Architecture(4, 6), 0))
    return model


def batch(spec: DataSpec, n: int = 8) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {name: torch.rand(n, *spec.shape(name), generator=generator) for name in ("A", "B")}  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
@pytest.mark.parametrize("name", NAMES)
def test_networks_and_terms_are_those_of_the_paper(name: str, spec: DataSpec) -> None:
    model, real = build(name, spec, "paper"), batch(spec)
    assert (set(model.generators), set(model.discriminators)) == NETWORKS[name]
    fake = model.fakes(real)
    assert set(fake) == {d.removeprefix("D_") for d in model.discriminators}
    terms = model.generator_loss(real, fake, torch.tensor(0))
    assert set(terms) == TERMS[name]
    assert all(term.shape == () and term.isfinite() for term in terms.values())
    with_features = build(name, spec, "code").generator_loss(real, fake, torch.tensor(0))
    added = {f"feat_{domain}" for domain in fake}
    assert set(with_features) == TERMS[name] | added


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_trained(name: str) -> None:
    model, real = build(name, IMAGES, "code"), batch(IMAGES)
    fake = model.fakes(real)
    sum(model.generator_loss(real, fake, torch.tensor(0)).values()).backward()  # type: ignore[union-attr]
    frozen = {k: v.detach() for k, v in fake.items()}
    sum(model.discriminator_loss(real, frozen, torch.tensor(0)).values()).backward()  # type: ignore[union-attr]
    dead = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum()]
    assert not dead


def test_one_share_of_feature_matching_for_all_three() -> None:
    for spec, recipe, share in (
        (ANGLES, "paper", 0.0),
        (ANGLES, "stable", 0.0),
        (IMAGES, "paper", 0.0),
        (IMAGES, "code", 0.9),
        (IMAGES, "stable", 0.0),
    ):
        assert {build(n, spec, recipe).hparams.feat_share for n in NAMES} == {share}


def test_the_authors_angle_code_compares_a_plain_gan_without_feature_matching() -> None:
    shares = {name: build(name, ANGLES, "code").hparams.feat_share for name in NAMES}
    assert shares == {"standard": 0.0, "recon": 0.9, "discogan": 0.9}


def test_feature_matching_takes_its_share_of_the_one_adversarial_term() -> None:
    """Hyper-parameters without it, and a share of nothing, are the loss of the game alone."""
    real, weight = batch(IMAGES), 0.3
    found = []
    for hparams in (HParams(), AdversarialHParams(), AdversarialHParams(feat_share=0.9)):
        model = discover().load("model", "standard")(hparams)
        model.build(NetworkBuilder(IMAGES, Architecture(4, 6), 0))
        found.append(model.adversarial_terms("B", real, model.fakes(real), weight))
    plain, none, most = found
    assert plain == none and set(plain) == {"adv_B"}
    judge = model.discriminators["D_B"]
    of_real, of_fake = judge(real["B"]).features, judge(model.fakes(real)["B"]).features
    torch.testing.assert_close(most["adv_B"], 0.1 * plain["adv_B"])
    feat = 0.9 * weight * feature_matching_loss(of_real, of_fake)
    torch.testing.assert_close(most["feat_B"], feat)


def test_recipes_hold_the_papers_and_the_codes_values() -> None:
    paper, code = (
        build("discogan", ANGLES, "paper").hparams,
        build("discogan", ANGLES, "code").hparams,
    )
    assert (paper.lr, paper.beta1, paper.beta2) == (2e-4, 0.5, 0.999)
    assert (paper.weight_decay, paper.batch_size) == (1e-4, 200)
    assert (code.weight_decay, code.batch_size, code.schedule) == (1e-5, 64, "D,G,G")
    assert (code.lambda_adv, code.lambda_rec) == (0.1, 0.9)


def test_the_codes_weights_change_after_10_000_steps_on_other_tasks() -> None:
    hparams = build("recon", IMAGES, "code").hparams
    before = [w.item() for w in hparams.loss_weights(torch.tensor(9_999))]
    after = [w.item() for w in hparams.loss_weights(torch.tensor(10_000))]
    assert before == pytest.approx([0.99, 0.01])
    assert after == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("name", ["recon", "discogan"])
def test_distance_and_weight_of_the_reconstruction_are_hyper_parameters(name: str) -> None:
    real = batch(IMAGES)

    def rec(**changes: Any) -> float:
        model = build(name, IMAGES, "paper", **changes)
        terms = model.generator_loss(real, model.fakes(real), torch.tensor(0))
        return terms["rec_A"].item()

    assert rec(lambda_rec=3.0) == pytest.approx(3 * rec(), rel=1e-5)
    assert len({rec(distance=d) for d in ("l1", "l2", "huber")}) == 3


def test_models_of_one_seed_share_their_first_weights() -> None:
    first = {name: build(name, IMAGES, "paper").state_dict() for name in NAMES}
    for key, value in first["standard"].items():
        assert torch.equal(value, first["recon"][key])
        assert torch.equal(value, first["discogan"][key])


def test_reconstruction_needs_a_way_back() -> None:
    x = batch(IMAGES)["A"]
    assert build("standard", IMAGES, "paper").reconstruct(x, "A") is None
    recon = build("recon", IMAGES, "paper").eval()
    there = recon.translate(x, "B")
    torch.testing.assert_close(recon.reconstruct(x, "A"), recon.generators["G_BA"](there))


def test_translators_of_domains_that_differ_in_shape_do_not_start_alike() -> None:
    other = DataSpec("image", IMAGES.A, (1, *IMAGES.B[1:]))
    for name in ("discogan", "cyclegan"):
        recipes = discover().load("model", name).recipes
        assert recipes(IMAGES)["stable"].same_start
        assert not recipes(other)["stable"].same_start
