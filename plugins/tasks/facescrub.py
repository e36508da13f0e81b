"""Actors to actresses and back: FaceScrub (Ng and Winkler, 2014), as the authors ran it."""

from dataclasses import replace
from functools import cached_property

from ganbench.api import AttributeTask, Task, list_facescrub


class FaceScrub(AttributeTask, Task):
    changed = "female"
    tied = ("male",)
    sources = {"procedural": (), "facescrub": ("facescrub",)}
    real_attributes = ()

    @cached_property
    def listing(self):
        faces = list_facescrub(self.paths["facescrub"])
        return replace(
            faces, truth={"identity": faces.truth["identity"], "female": faces.truth["actress"]}
        )
