"""A model plugin that fails, for runs of which the other cells must go on."""

RAISES = '''"""A model that fails as it is built."""
from ganbench.api import Model


class Raises(Model):
    def build(self, nets):
        raise RuntimeError('no network today')

    def fakes(self, real): ...
    def generator_loss(self, real, fake, step): ...
'''
