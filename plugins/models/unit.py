"""UNIT: two variational autoencoders whose codes mean the same (Liu, Breuel and Kautz, 2017)."""

from dataclasses import dataclass

import torch.nn.functional as F

from ganbench.api import HParams, Model, code_around, require_range


@dataclass(frozen=True)
class LatentHParams(HParams):
    """The text's values: lambda_adv is its λ0, lambda_kl λ1 + λ3, for it has a sample's code twice,
    lambda_rec λ2, lambda_kl_cyc λ3, lambda_cyc λ4; of means, as in the code with these weights.
    shared_blocks: of the encoders, and of the decoders, next to the code.
    """

    lr: float = 1e-4
    weight_decay: float = 0.0
    batch_size: int = 1
    lambda_adv: float = 10.0
    lambda_kl: float = 0.2
    lambda_rec: float = 100.0
    lambda_kl_cyc: float = 0.1
    lambda_cyc: float = 100.0
    shared_blocks: int = 1

    def __post_init__(self):
        super().__post_init__()
        for name, value in vars(self).items():
            if name.startswith(("lambda_", "shared_")):
                require_range(value >= 0, name, value, "0 or more")


class UNIT(Model):
    hparams_type = LatentHParams
    directions = ("AB", "BA")

    @classmethod
    def recipes(cls, spec):
        """The code has divergences once and without their half, a decay, values from -1 to 1."""
        code = {"weight_decay": 1e-4, "lambda_rec": 2e2, "lambda_kl_cyc": 0.2, "lambda_cyc": 2e2}
        return super().recipes(spec) | {"code": LatentHParams(**code)}

    def build(self, nets):
        self.generators.update(nets.autoencoders(self.hparams.shared_blocks))
        self.discriminators.update({f"D_{name}": nets.discriminator(name) for name in "AB"})

    def fakes(self, real):
        means = {name: self.generators[name].encode(real[name]) for name in "AB"}
        codes = {name: code_around(means[name]) for name in "AB"}
        fake = {name: self.generators[name].decode(codes[o]) for name, o in ("AB", "BA")}
        return fake | {f"mean_{n}": means[n] for n in "AB"} | {f"code_{n}": codes[n] for n in "AB"}

    def discriminator_loss(self, real, fake, step):
        return self.weighted(super().discriminator_loss(real, fake, step))

    def discriminator_penalty(self, real):
        return self.weighted(super().discriminator_penalty(real))

    def weighted(self, terms):  # the text's sum has no half
        return {name: 2 * self.hparams.lambda_adv * term for name, term in terms.items()}

    def generator_loss(self, real, fake, step):
        h, terms = self.hparams, {}
        for name, other in ("BA", "AB"):
            own, mean = self.generators[name], fake[f"mean_{name}"]
            again = self.generators[other].encode(fake[other])
            rec, back = own.decode(fake[f"code_{name}"]), own.decode(code_around(again))
            terms |= self.adversarial_terms(name, real, fake, h.lambda_adv)
            terms[f"kl_{name}"] = h.lambda_kl / 2 * mean.square().mean()
            terms[f"rec_{name}"] = h.lambda_rec * F.l1_loss(rec, real[name])
            terms[f"kl_cyc_{name}"] = h.lambda_kl_cyc / 2 * again.square().mean()
            terms[f"cyc_{name}"] = h.lambda_cyc * F.l1_loss(back, real[name])
        return terms

    def translate(self, x, to, seed=0):
        return self.generators[to].decode(self.generators[self.declared(to)[0]].encode(x))

    def reconstruct(self, x, domain):
        return self.translate(self.translate(x, "B" if domain == "A" else "A"), domain)
