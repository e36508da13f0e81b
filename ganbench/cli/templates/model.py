"""MyPlugin: in one line what it is, and who proposed it (Author, year)."""

from dataclasses import dataclass

import torch.nn.functional as F

from ganbench.api import HParams, Model, require_range


@dataclass(frozen=True)
class MyPluginHParams(HParams):
    """What `--set my_plugin.lambda_keep=2` sets; the optimiser and the batch are inherited."""

    lambda_keep: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        require_range(self.lambda_keep >= 0, "lambda_keep", self.lambda_keep, "0 or more")


class MyPlugin(Model):
    hparams_type = MyPluginHParams
    directions = ("AB",)  # add "BA" with a G_BA and a D_A

    def build(self, nets):
        """Ask for networks by domain; they fit points and images of any size."""
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["G_BA"] = nets.translator("B", "A")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        """What the discriminators judge, and nothing more: D's updates compute it too."""
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        """Named terms, each weighted and scalar. D's loss is inherited; `discriminator_loss`
        overrides it.
        """
        rec_A = self.generators["G_BA"](fake["B"])
        return {
            **self.adversarial_terms("B", real, fake),
            "rec_A": self.hparams.lambda_keep * F.l1_loss(rec_A, real["A"]),
        }
