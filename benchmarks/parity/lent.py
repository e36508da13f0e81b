"""Networks of the authors in our models: what is compared then is all but the networks."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from torch import Tensor, nn

from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.builder import NetworkBuilder


class LentNetworks(NetworkBuilder):
    """Gives out copies of networks by their role: `G_AB`, `D_B`, `H_AB`, `S_A`, `decoder_A`,
    `autoencoder_A`.
    """

    def __init__(self, spec: DataSpec, networks: Mapping[str, nn.Module]) -> None:
        super().__init__(spec, Architecture(1), 0)
        self.networks = networks

    def translator(self, source: str, target: str) -> Any:
        return deepcopy(self.networks[f"G_{source}{target}"])

    def projections(self, source: str, target: str, units: int) -> Any:
        return deepcopy(self.networks[f"H_{source}{target}"])

    def discriminator(self, domain: str, judged: str = "") -> Any:
        return deepcopy(self.networks[f"D_{judged or domain}"])

    critic = discriminator

    def style_autoencoder(self, domain: str, style_dim: int) -> Any:
        return deepcopy(self.networks[f"S_{domain}"])

    def autoencoders(self, shared_blocks: int) -> Any:
        made = {name: deepcopy(self.networks[f"autoencoder_{name}"]) for name in "AB"}
        made["B"].share(made["A"], shared_blocks)
        return made

    def decoder(self, domain: str, latent_dim: int) -> Any:
        return deepcopy(self.networks[f"decoder_{domain}"])


def signed(x: Tensor) -> Tensor:
    """Pictures from 0 to 1, as our models have them, from -1 to 1, as most authors do."""
    return 2 * x - 1


class SignedTranslator(nn.Module):
    """A translator of theirs for pictures from 0 to 1."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = (self.network(signed(x)) + 1) / 2
        return out


class SignedJudge(nn.Module):
    """A discriminator of theirs that gives logits (n, ...), for pictures from 0 to 1."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        return DiscriminatorOutput(self.network(signed(x)), ())
