"""Female faces to male faces and back (Kim et al., 2017, figure 7)."""

from ganbench.api import ConversionTask, Task


class Gender(ConversionTask, Task):
    changed = "male"
    tied = ("female",)
