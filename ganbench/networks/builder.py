"""Networks by the role that they play for a domain, so that a model never names a layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, TypeVar, get_args

import torch
from torch import nn

from ganbench.core.devices import seed_all
from ganbench.core.errors import UserError, unknown
from ganbench.core.kinds import DataKind, Kind
from ganbench.core.seeds import seed_for
from ganbench.core.spec import PLAIN, Architecture, DataSpec, DomainName
from ganbench.networks.blocks import (
    Autoencoder,
    Chain,
    Family,
    FeatureNorm,
    Joined,
    NoStyle,
    StyleAutoencoder,
)
from ganbench.networks.contrastive import Projections
from ganbench.networks.styles import ByDomain, MappingNetwork, he_normal, started

N = TypeVar("N", bound=nn.Module)
CODE_WIDTHS = 8  # units of the code between two kinds, by the width
# Units of a mapping network by the width.
MAPPING_WIDTHS: Mapping[DataKind, int] = {"image": 8, "points": 1, "tokens": 8, "attributes": 8}

# The module of each family, which has it as FAMILY. It is imported when it is used, and a cell's
# identity has the one that the cell uses.
FAMILIES: Mapping[DataKind, Mapping[str, str]] = {
    "points": {PLAIN: "ganbench.networks.points"},
    "tokens": {PLAIN: "ganbench.networks.tokens"},
    "attributes": {PLAIN: "ganbench.networks.attributes"},
    "image": {
        PLAIN: "ganbench.networks.images",
        "resnet": "ganbench.networks.residual",
        "starganv2": "ganbench.networks.starganv2",
        "stylegan2": "ganbench.networks.stylegan2",
        "unet": "ganbench.networks.unet",
        "vit-unet": "ganbench.networks.vit_unet",
    },
}


def find_family(kind: Kind, name: str) -> Family:
    """Raises UserError for a family that such data do not have."""
    family: Family = import_module(family_module(kind, name)).FAMILY
    return family


def family_module(kind: Kind, name: str) -> str:
    """The module of a family. Raises UserError for one that such data do not have."""
    known = FAMILIES[kind.name]
    if name not in known:
        raise unknown(f"network for {kind.many}", name, known, f"--set network={name}")
    return known[name]


def check_size(spec: DataSpec, name: str, size: int, whose: str) -> None:
    """Raises UserError for a side in pixels that the networks of a family do not take, and for a
    family that such data do not have. whose: see Family.
    """
    families = {kind: find_family(kind, name) for kind in spec.kinds.values()}
    sized = [family for kind, family in families.items() if kind.has_pixels]
    for family in sized or families.values():
        family.check_size(size, whose)


class NetworkBuilder:
    """Builds the networks that a model asks for by domain.

    A network's initial weights depend on the seed and its role alone: models of one seed start
    from the same weights wherever they have a network in common.

    spec: the samples' shapes. architecture: the networks' size. seed: the training seed.
    family: of networks, a name in FAMILIES. Raises UserError for another name.
    """

    def __init__(
        self, spec: DataSpec, architecture: Architecture, seed: int, family: str = PLAIN
    ) -> None:
        self.spec = spec
        self.architecture = architecture
        self.seed = seed
        self.family_name = family
        self.families = {domain: find_family(kind, family) for domain, kind in spec.kinds.items()}

    def translator(self, source: DomainName, target: DomainName) -> nn.Module:
        """Maps samples (n, ...) of `source` to samples (n, ...) of `target`. Between two kinds a
        code of the whole sample leads from one to the other.
        """
        return self._seeded(f"G_{source}{target}", lambda: self._translator(source, target))

    def _translator(self, source: DomainName, target: DomainName) -> nn.Module:
        a, b, arch = self.spec.shape(source), self.spec.shape(target), self.architecture
        reads, makes = self.families[source], self.families[target]
        if self.spec.kinds[source] == self.spec.kinds[target]:
            return makes.translator(a, b, arch)
        units = CODE_WIDTHS * arch.width
        return Chain.of([reads.style_encoder(a, units, arch)], [*makes.decoder(units, b, arch)])

    def projections(self, source: DomainName, target: DomainName, units: int) -> Projections:
        """Takes the `maps` of the translator from `source` to `target` to embeddings of their
        places. Raises UserError where that translator has no encoding block.
        """
        with torch.device("meta"), torch.random.fork_rng(devices=[]):
            network: Any = self._translator(source, target).eval()
            some = torch.empty(1, *self.spec.shape(source))
            channels = [x.shape[1] for x in network.maps(some)]
        if not channels:
            raise UserError(
                "the translator has no layer but the last, and nothing to contrast",
                "generator_layers=1",
                "take more layers, or another model",
            )
        return self._seeded(f"H_{source}{target}", lambda: Projections(channels, units))

    def discriminator(self, domain: DomainName, judged: str = "") -> nn.Module:
        """Judges samples (n, ...) of the shape of `domain`; returns a DiscriminatorOutput.

        judged: the name of what it judges where that is not the domain itself; two discriminators
            then start from weights of their own.
        """
        shape, family = self.spec.shape(domain), self.families[domain]
        return self._seeded(
            f"D_{judged or domain}", lambda: family.discriminator(shape, self.architecture)
        )

    def critic(self, domain: DomainName) -> nn.Module:
        """A discriminator without batch norm: no sample's judgement depends on another sample, as a
        gradient penalty needs it.
        """
        shape, family = self.spec.shape(domain), self.families[domain]
        return self._seeded(f"D_{domain}", lambda: family.critic(shape, self.architecture))

    def attentive_translator(
        self, source: DomainName, target: DomainName, *, light: bool = False
    ) -> nn.Module:
        """A translator that attends to what tells the domains apart, by class activation maps (Kim
        et al., 2020); returns an Attended. light: the norms after it come from the maps' means, not
        from each of their places, which takes a weight for every place. Raises UserError where the
        family has none.
        """
        a, b = self.spec.shape(source), self.spec.shape(target)
        make = self._attentive(target, "attentive_translator")
        return self._seeded(f"G_{source}{target}", lambda: make(a, b, self.architecture, light))

    def attentive_discriminator(self, domain: DomainName) -> nn.Module:
        """A global and a local discriminator with attention; returns a DiscriminatorOutput, whose
        `others` are the logits of the one's classifiers and those of the other one. Raises
        UserError where the family has none.
        """
        shape = self.spec.shape(domain)
        make = self._attentive(domain, "attentive_discriminator")
        return self._seeded(f"D_{domain}", lambda: make(shape, self.architecture))

    def decoder(self, domain: DomainName, latent_dim: int) -> nn.Sequential:
        """Maps latents (n, latent_dim) to samples of `domain`, block by block: a model may put one
        block into two decoders.
        """
        shape, family = self.spec.shape(domain), self.families[domain]
        return self._seeded(
            f"decoder_{domain}", lambda: family.decoder(latent_dim, shape, self.architecture)
        )

    def style_autoencoder(self, domain: DomainName, style_dim: int) -> StyleAutoencoder:
        """Takes samples of `domain` apart into content and style (n, style_dim), and makes samples
        of a content, be it of the other domain, and a style.

        Between two kinds a content is a code of the whole sample, as in `translator`, and the
        style_dim of samples that are not continuous is 0: the content tells words wholly.
        """
        shape, arch, family = self.spec.shape(domain), self.architecture, self.families[domain]
        if len({*self.spec.kinds.values()}) > 1:
            return self._coded_autoencoder(domain, style_dim)
        return StyleAutoencoder(
            self._seeded(f"content_{domain}", lambda: family.content_encoder(shape, arch)),
            self._seeded(f"style_{domain}", lambda: family.style_encoder(shape, style_dim, arch)),
            self._seeded(f"decode_{domain}", lambda: family.styled_decoder(shape, style_dim, arch)),
            style_dim,
        )

    def _coded_autoencoder(self, domain: DomainName, style_dim: int) -> StyleAutoencoder:
        """Codes are normalised over the batch: else those of all samples are nearly the same from
        the start, beside a style that varies.
        """
        shape, arch, family = self.spec.shape(domain), self.architecture, self.families[domain]
        units = CODE_WIDTHS * arch.width
        dim = style_dim if self.spec.kinds[domain].is_continuous else 0

        def content() -> nn.Module:
            code = family.style_encoder(shape, units, arch)
            return nn.Sequential(code, FeatureNorm(units, affine=False))

        def style() -> nn.Module:
            return family.style_encoder(shape, dim, arch) if dim else NoStyle()

        def decode() -> nn.Module:
            if dim and family.coded_decoder:
                return family.coded_decoder(units, dim, shape, arch)
            return Joined(family.decoder(units + dim, shape, arch))

        return StyleAutoencoder(
            self._seeded(f"content_{domain}", content),
            self._seeded(f"style_{domain}", style),
            self._seeded(f"decode_{domain}", decode),
            dim,
        )

    def autoencoders(self, shared_blocks: int) -> dict[DomainName, Autoencoder]:
        """One for each domain, whose codes either of the two decodes. B has so many blocks on
        either side of the code in common with A. Raises UserError for more than the family has.
        """
        made = {domain: self._autoencoder(domain) for domain in get_args(DomainName)}
        made["B"].share(made["A"], shared_blocks)
        return made

    def _autoencoder(self, domain: DomainName) -> Autoencoder:
        shape, family = self.spec.shape(domain), self.families[domain]
        return self._seeded(
            f"autoencoder_{domain}", lambda: family.autoencoder(shape, self.architecture)
        )

    def shared_autoencoder(self, style_dim: int) -> StyleAutoencoder:
        """One for both domains: contents of samples of either, styles (n, style_dim) by domain, as
        `style(x, "B")`, and samples of either, which the style alone tells apart. Raises UserError
        where the domains differ in shape.
        """
        shape, arch, family = self.spec.A, self.architecture, self.families["A"]
        self._require_one_shape()
        return StyleAutoencoder(
            self._seeded("content", lambda: family.content_encoder(shape, arch)),
            self._seeded(
                "style", lambda: ByDomain(family.style_encoder(shape, 2 * style_dim, arch))
            ),
            self._seeded("decode", lambda: family.styled_decoder(shape, style_dim, arch)),
            style_dim,
        )

    def shared_critics(self) -> dict[str, nn.Module]:
        """Critics `D_A` and `D_B` of which the last layer alone is each one's own. Raises UserError
        where the domains differ in shape.
        """
        self._require_one_shape()
        critics: dict[DomainName, Any] = {"A": self.critic("A"), "B": self.critic("B")}
        critics["B"].blocks = critics["A"].blocks
        return {f"D_{domain}": critic for domain, critic in critics.items()}

    def mapping(self, latent_dim: int, style_dim: int) -> MappingNetwork:
        """Takes latents (n, latent_dim) to styles (n, style_dim) of a domain: `mapping(z, "B")`."""
        arch = self.architecture
        widths = [MAPPING_WIDTHS[kind.name] for kind in self.spec.kinds.values()]
        units = max(widths) * arch.width
        draw = partial(nn.init.normal_, std=arch.init_std) if arch.init_std else he_normal
        return self._seeded(
            "mapping", lambda: started(MappingNetwork(latent_dim, style_dim, units), draw)
        )

    def _require_one_shape(self) -> None:
        if self.spec.A != self.spec.B:
            raise UserError(f"one network for both domains: {self.spec.A} and {self.spec.B}")

    def _attentive(self, domain: DomainName, role: str) -> Callable[..., nn.Module]:
        make: Callable[..., nn.Module] | None = getattr(self.families[domain], role)
        if make is None:
            kind = self.spec.kinds[domain]
            able = [f for f in FAMILIES[kind.name] if getattr(find_family(kind, f), role)]
            raise UserError(
                f"network '{self.family_name}' has no {role.replace('_', ' ')}",
                f"--set network={self.family_name}",
                f"choose {' or '.join(able)}" if able else "use a model without attention",
            )
        return make

    def _seeded(self, role: str, make: Callable[[], N]) -> N:
        with torch.random.fork_rng(devices=[]):
            seed_all(seed_for(self.seed, "init", role))
            return make()
