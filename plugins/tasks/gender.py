"""Female faces to male faces and back (Kim et al., 2017, figure 7)."""

from ganbench.api import AttributeTask, Task


class Gender(AttributeTask, Task):
    changed = "male"
    tied = ("female",)
