"""Shapes at every size, the paper's layers at 64 px, families, and initial weights by role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from ganbench.contracts.model import Model
from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.points import Maxout
from ganbench.networks.stylegan2 import ModulatedConv
from ganbench.registry.registry import discover
from ganbench.running.build import build_model, build_task
from ganbench.running.job import Job
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from tests.cli.test_mistakes import call, told

pytestmark = pytest.mark.numeric

POINTS = DataSpec("points", (2,), (5,))
SIZES = (16, 32, 64, 128, 256)
FAMILIES = ("plain", "resnet", "starganv2", "stylegan2", "unet", "vit-unet")
OF_PATCHES = ("resnet", "unet", "vit-unet")  # discriminators with a logit a patch
WITHOUT_BATCH_NORM = (*OF_PATCHES, "starganv2")
LATENT, STYLE = 6, 3


def image_builder(
    size: int, width: int = 4, bottleneck: int = 10, seed: int = 0, family: str = "plain"
) -> NetworkBuilder:
    shape = (3, size, size)
    spec = DataSpec("image", shape, shape)
    return NetworkBuilder(spec, Architecture(width, bottleneck), seed, family)


def point_builder(seed: int = 0, family: str = "plain") -> NetworkBuilder:
    return NetworkBuilder(POINTS, Architecture(8), seed, family)


def images(size: int, n: int = 2) -> torch.Tensor:
    return torch.rand(n, 3, size, size, generator=torch.Generator().manual_seed(1))


def points(n: int, dim: int) -> torch.Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(1))


def weights(module: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in module.parameters()])


@pytest.mark.parametrize("bottleneck", [0, 10])
@pytest.mark.parametrize("size", [16, 32, 64, 128, 256])
def test_translator_keeps_the_size_and_ends_in_unit_range(size: int, bottleneck: int) -> None:
    nets = image_builder(size, width=2, bottleneck=bottleneck)
    out = nets.translator("A", "B")(torch.rand(2, 3, size, size))
    assert out.shape == (2, 3, size, size)
    assert out.min() >= 0 and out.max() <= 1
    judgement = nets.discriminator("B")(out)
    assert judgement.logits.shape == (2,)
    assert len(judgement.features) == {16: 1, 32: 2, 64: 3, 128: 4, 256: 5}[size]


def test_layers_at_64_px_are_the_papers() -> None:
    nets = image_builder(64, width=64, bottleneck=100)
    convolutions = [
        (type(m).__name__, m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0])
        for m in nets.translator("A", "B").modules()
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))
    ]
    down = [("HalvingConv", a, b, 4, 2) for a, b in ((3, 64), (64, 128), (128, 256), (256, 512))]
    up = [("DoublingConv", b, a, 4, 2) for a, b in ((256, 512), (128, 256), (64, 128), (3, 64))]
    middle = [("CollapsingConv", 512, 100, 4, 1), ("ExpandingConv", 100, 512, 4, 1)]
    assert convolutions == [*down, *middle, *up]
    assert not any(
        "bias" in n for n, _ in nets.discriminator("A").named_parameters() if "1." not in n
    )


@pytest.mark.parametrize("size", [0, 8, 31, 48, 512])
def test_other_sizes_are_refused_with_the_fix(size: int) -> None:
    with pytest.raises(UserError, match="power of two"):
        image_builder(size).translator("A", "B")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [-16, 0, 1, 4, 8, 16, 31, 48, 64, 96, 256, 512])
def test_a_family_refuses_the_sizes_that_it_has_no_networks_for(family: str, size: int) -> None:
    nets = image_builder(size, width=1, family=family)

    def refused(make: Callable[[], object]) -> str:
        try:
            make()
        except UserError as error:
            return error.what
        return ""

    told = refused(lambda: nets.families["A"].check_size(size, "task some"))
    assert bool(told) == bool(refused(lambda: nets.translator("A", "B")))
    assert bool(told) == bool(refused(lambda: nets.discriminator("B")))
    assert not told or f"network '{family}'" in told


def test_points_have_no_size() -> None:
    family = point_builder().families["A"]
    family.check_size(0, "task some")
    with pytest.raises(UserError, match="task some has points, not images"):
        family.check_size(16, "task some")


def test_points() -> None:
    nets = NetworkBuilder(DataSpec("points", (2,), (5,)), Architecture(8), seed=0)
    generator, judge = nets.translator("A", "B"), nets.discriminator("B")
    assert generator(torch.randn(7, 2)).shape == (7, 5)
    assert sum(isinstance(m, nn.Linear) for m in generator.modules()) == 3
    assert sum(isinstance(m, nn.Linear) for m in judge.modules()) == 5
    assert judge(torch.randn(7, 5)).logits.shape == (7,)


def test_points_with_the_networks_of_pacgan() -> None:
    architecture = Architecture(
        40,
        generator_layers=5,
        discriminator_layers=4,
        discriminator_width=20,
        generator_norm=True,
        maxout_pieces=5,
        init_std=0.02,
    )
    nets = NetworkBuilder(DataSpec("points", (2,), (2,)), architecture, seed=0)
    generator, judge = nets.translator("A", "B"), nets.discriminator("B")
    linear = [m for m in generator.modules() if isinstance(m, nn.Linear)]
    assert [m.bias is None for m in linear] == [True] * 4 + [False]
    assert sum(isinstance(m, nn.BatchNorm1d) for m in generator.modules()) == 4
    assert linear[1].weight.std().item() == pytest.approx(0.02, rel=0.05)
    sizes = [m.weight.shape for m in judge.modules() if isinstance(m, nn.Linear)]
    assert sizes == [(100, 2), (100, 20), (100, 20), (1, 20)]
    judgement = judge(torch.randn(6, 2))
    assert judgement.logits.shape == (6,) and judgement.features[0].shape == (6, 20)


def test_a_maxout_unit_is_the_largest_of_its_pieces() -> None:
    layer, x = Maxout(3, 4, 5), torch.randn(7, 3)
    pieces = layer.linear(x).view(7, 4, 5)
    assert torch.equal(layer(x), pieces.max(dim=2).values)


def test_a_final_relu_keeps_points_in_the_positive_quadrant() -> None:
    spec = DataSpec("points", (2,), (2,))
    made = [
        NetworkBuilder(spec, Architecture(16, final_relu=ends), 0).translator("A", "B")
        for ends in (False, True)
    ]
    x = 10 * torch.randn(200, 2)
    assert made[0](x).min() < 0
    assert torch.equal(made[1](x), made[0](x).relu())


def test_initial_weights_depend_on_seed_and_role_alone() -> None:
    first, second = image_builder(16), image_builder(16)
    expected = weights(first.translator("A", "B"))
    torch.randn(3)  # neither the global random state
    second.discriminator("A")  # nor what was built before matters
    assert torch.equal(expected, weights(second.translator("A", "B")))
    assert not torch.equal(expected, weights(first.translator("B", "A")))
    assert not torch.equal(expected, weights(image_builder(16, seed=1).translator("A", "B")))


def test_building_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    image_builder(16).translator("A", "B")
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_a_critic_judges_an_image_as_a_discriminator_does(size: int, family: str) -> None:
    nets, x = image_builder(size, width=2, family=family), images(size)
    critic, judge = nets.critic("B"), nets.discriminator("B")
    ours, theirs = critic(x), judge(x)
    assert ours.logits.shape == theirs.logits.shape
    assert ours.scores.shape == (2,) and (ours.logits.ndim == 3) == (family in OF_PATCHES)
    assert [f.shape for f in ours.features] == [f.shape for f in theirs.features]
    assert not any(isinstance(m, nn.BatchNorm2d) for m in critic.modules())
    has_batch_norm = any(isinstance(m, nn.BatchNorm2d) for m in judge.modules())
    assert has_batch_norm == (family not in WITHOUT_BATCH_NORM)


def sees_others(judge: nn.Module, x: torch.Tensor) -> bool:
    """Whether the first sample's logit has a gradient in the other samples, in training."""
    x = x.requires_grad_()
    (slopes,) = torch.autograd.grad(judge.train()(x).logits[0], x)
    assert slopes[0].any()
    return bool(slopes[1:].any())


def test_no_critics_logit_depends_on_another_sample() -> None:
    nets = image_builder(32)
    assert not sees_others(nets.critic("A"), images(32, 4))
    assert sees_others(nets.discriminator("A"), images(32, 4))
    assert not sees_others(point_builder().critic("B"), points(4, 5))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_a_decoder_makes_an_image_of_each_latent(size: int, family: str) -> None:
    decode = image_builder(size, width=2, family=family).decoder("B", LATENT)
    out = decode(points(2, LATENT))
    assert out.shape == (2, 3, size, size)
    assert out.min() >= 0 and out.max() <= 1
    assert not torch.equal(out[0], out[1])
    assert isinstance(decode, nn.Sequential)
    assert len(decode) == {16: 3, 32: 4, 64: 5, 128: 6, 256: 7}[size]


def test_a_decoder_makes_a_point_of_each_latent() -> None:
    decode = point_builder().decoder("B", LATENT)
    out = decode(points(2, LATENT))
    assert out.shape == (2, 5) and not torch.equal(out[0], out[1])
    assert len(decode) == 3


def test_a_final_relu_is_at_the_end_of_every_generator_of_points() -> None:
    """As `toy.final_relu` says; CoGAN and MUNIT generate with decoders."""
    nets = NetworkBuilder(POINTS, Architecture(16, final_relu=True), 0)
    net = nets.style_autoencoder("B", STYLE)
    made = [
        nets.decoder("B", LATENT)(points(200, LATENT)),
        net.decode(points(200, 16), points(200, STYLE)),
    ]
    assert all(out.min() >= 0 for out in made)


def test_the_deviation_of_the_first_weights_is_that_of_every_network_of_points() -> None:
    nets = NetworkBuilder(POINTS, Architecture(64, init_std=0.02), 0)
    net = nets.style_autoencoder("B", STYLE)
    for part in (nets.decoder("B", LATENT), net.content, net.style, net.decode):
        assert next(part.parameters()).std().item() == pytest.approx(0.02, rel=0.2)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_an_image_is_made_of_a_content_and_a_style(size: int, family: str) -> None:
    net = image_builder(size, width=2, family=family).style_autoencoder("A", STYLE).eval()
    x = images(size)
    content, style = net.content(x), net.style(x)
    side = {"resnet": size // 4, "starganv2": min(16, size // 2)}.get(family, 4)
    assert content.shape[2:] == (side, side) and style.shape == (2, STYLE)
    out = net.decode(content, style)
    assert out.shape == x.shape
    assert out.min() >= 0 and out.max() <= 1
    assert not torch.equal(out, net.decode(content.flip(0), style))
    assert not torch.equal(out, net.decode(content, style + 1))


def test_a_point_is_made_of_a_content_and_a_style() -> None:
    net = point_builder().style_autoencoder("B", STYLE)
    x = points(7, 5)
    content, style = net.content(x), net.style(x)
    assert content.shape == (7, 8) and style.shape == (7, STYLE)
    out = net.decode(content, style)
    assert out.shape == x.shape
    assert not torch.equal(out, net.decode(content.flip(0), style))
    assert not torch.equal(out, net.decode(content, style + 1))


def test_contents_of_either_domain_go_into_both_decoders() -> None:
    """Also where the domains have other shapes."""
    spec = DataSpec("image", (1, 16, 16), (3, 16, 16))
    for family in FAMILIES:
        nets = NetworkBuilder(spec, Architecture(4), 0, family)
        a, b = nets.style_autoencoder("A", STYLE), nets.style_autoencoder("B", STYLE)
        assert b.decode(a.content(torch.rand(2, 1, 16, 16)), points(2, STYLE)).shape == (2, *spec.B)
        assert a.decode(b.content(images(16)), points(2, STYLE)).shape == (2, *spec.A)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_an_image_is_encoded_and_decoded(size: int, family: str) -> None:
    net, x = image_builder(size, width=2, family=family).autoencoders(0)["A"].eval(), images(size)
    code = net.encode(x)
    side = size // 4 if family == "resnet" else 4
    assert code.shape[2:] == (side, side)
    out = net.decode(code)
    assert out.shape == x.shape
    assert out.min() >= 0 and out.max() <= 1
    assert not torch.equal(out, net.decode(code.flip(0)))


def test_a_point_is_encoded_and_decoded() -> None:
    nets = NetworkBuilder(POINTS, Architecture(64, final_relu=True, init_std=0.02), 0)
    net, x = nets.autoencoders(0)["B"], points(200, 5)
    assert net.encode(x).shape == (200, 64)
    assert net.decode(net.encode(x)).shape == x.shape and net.decode(net.encode(x)).min() >= 0
    for part in (net.encode, net.decode):
        assert next(part.parameters()).std().item() == pytest.approx(0.02, rel=0.2)


def test_discriminators_of_one_domain_start_alike_where_they_judge_the_same() -> None:
    first, same, other = (image_builder(16).discriminator("B", name) for name in ("", "B", "C"))
    assert torch.equal(weights(first), weights(same))
    assert weights(first).shape == weights(other).shape
    assert not torch.equal(weights(first), weights(other))


MAKE: dict[str, Callable[[NetworkBuilder, str], nn.Module]] = {
    "translator": lambda nets, to: nets.translator("B" if to == "A" else "A", to),  # type: ignore[arg-type]
    "discriminator": lambda nets, to: nets.discriminator(to),  # type: ignore[arg-type]
    "critic": lambda nets, to: nets.critic(to),  # type: ignore[arg-type]
    "decoder": lambda nets, to: nets.decoder(to, LATENT),  # type: ignore[arg-type]
    "style_autoencoder": lambda nets, to: nets.style_autoencoder(to, STYLE),  # type: ignore[arg-type]
    "autoencoders": lambda nets, to: nets.autoencoders(0)[to],  # type: ignore[index]
}


def state(module: nn.Module) -> torch.Tensor:
    """All parameters and buffers, the fixed noise among them."""
    return torch.cat([value.flatten().double() for value in module.state_dict().values()])


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("family", [*FAMILIES, "points"])
def test_initial_weights_of_each_network_depend_on_seed_and_role_alone(
    family: str, kind: str
) -> None:
    def build(to: str, seed: int = 0, *, last: bool = False) -> torch.Tensor:
        nets = point_builder(seed) if family == "points" else image_builder(16, 2, 0, seed, family)
        if last:
            for make in MAKE.values():
                make(nets, "A")
            torch.randn(3)
        return state(MAKE[kind](nets, to))

    before = torch.get_rng_state()
    expected = build("B")
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(expected, build("B", last=True))
    assert not torch.equal(expected, build("B", seed=1))
    other = build("A")
    assert other.shape != expected.shape or not torch.equal(expected, other)


def test_a_critic_starts_from_the_discriminators_weights() -> None:
    nets = image_builder(64)
    pairs = zip(nets.critic("A").parameters(), nets.discriminator("A").parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("make", [image_builder, point_builder])
def test_an_unknown_family_is_told_with_the_closest_name(make: Callable[..., object]) -> None:
    size = (16,) if make is image_builder else ()
    with pytest.raises(UserError, match="plian") as told:
        make(*size, family="plian")
    assert "did you mean 'plain'?" in str(told.value)


def test_points_have_no_style_based_family() -> None:
    with pytest.raises(UserError, match="unknown network for points 'stylegan2'") as told:
        point_builder(family="stylegan2")
    assert "known: plain" in str(told.value)


def resolved(cache_dir: Path, *sets: str) -> Job:
    request = Request(
        ("standard",), ("car2car",), (0,), cache_dir, preset="smoke", sets=sets, references=()
    )
    (job,) = resolve(request, discover()).jobs
    return job


def model_of(job: Job) -> Model:
    return build_model(job.cell, job.context, build_task(job.cell, job.context))


def test_a_chosen_family_is_in_the_presets_name_and_in_the_model(tmp_path: Path) -> None:
    jobs = {
        sets: resolved(tmp_path, *sets) for sets in ((), ("network=plain",), ("network=stylegan2",))
    }
    names = [job.cell.preset.name for job in jobs.values()]
    assert names == ["smoke", "smoke", "smoke+network=stylegan2"]
    plain, same, styled = jobs.values()
    assert plain.cell.id == same.cell.id != styled.cell.id
    found = [
        any(isinstance(m, ModulatedConv) for m in model_of(job).modules()) for job in jobs.values()
    ]
    assert found == [False, False, True]


@pytest.mark.parametrize(
    ("task", "setting", "parts"),
    [
        ("car2car", "network=stylgan2", ["network for images", "did you mean 'stylegan2'?"]),
        ("toy", "network=stylegan2", ["network for points 'stylegan2'", "known: plain"]),
        ("car2car", "network=", ["'network=' is not NAME.key=value"]),
    ],
)
def test_a_family_that_there_is_not_is_one_message(
    tmp_path: Path, task: str, setting: str, parts: list[str]
) -> None:
    arguments = ("run", "--models", "standard", "--task", task, "--preset", "smoke")
    result = call(*arguments, "--set", setting, "--output", tmp_path / "out")
    told(result, f"where: --set {setting}", *parts)
    assert result.output.count("where:") == 1
    assert not (tmp_path / "out").exists()
