"""CycleGAN: least squares, L1 cycle and identity, image pool (Zhu et al., 2017)."""

from ganbench.api import CycleHParams, CycleModel, Model


class CycleGAN(CycleModel, Model):
    """The authors' images go from -1 to 1, where the same difference is twice as large as here."""

    any_kinds = True

    @classmethod
    def recipes(cls, spec):
        return {**super().recipes(spec), "code": CycleHParams(lambda_cyc=20.0)}
