"""Black hair to blond hair and back (Kim et al., 2017, figure 7); in CelebA of women, as there."""

from ganbench.api import AttributeTask, Task


class Hair(AttributeTask, Task):
    changed = "blond"
    celeba_only = {"Male": False}
    celeba_rest = "Black_Hair"
