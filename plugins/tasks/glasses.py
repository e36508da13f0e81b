"""Faces without glasses to faces with glasses and back (Kim et al., 2017, figure 7)."""

from ganbench.api import AttributeTask, Task


class Glasses(AttributeTask, Task):
    changed = "glasses"
