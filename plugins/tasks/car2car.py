"""Rendered cars to other rendered cars; only the azimuth is shared (Kim et al., 2017, figure 5)."""

from dataclasses import dataclass
from typing import Literal

from ganbench.api import (
    Architecture,
    DataSpec,
    Preset,
    Split,
    Task,
    ViewOptions,
    mesh_files_hash,
    procedural_cars,
    read_mesh_objects,
    render_code_hash,
    rendered,
    view_domain,
)

BOTTLENECK = 100  # the authors' extra layers in the angle tasks


@dataclass(frozen=True)
class Options(ViewOptions):
    """Cars as the paper has them: every 15 degrees over a range of 150.

    paint: of the procedural cars; see `procedural_cars`.
    """

    paint: Literal["grey", "mixed"] = "grey"


class Car2Car(Task):
    options_type = Options
    preset_options = {"smoke": {"identities": 12}}
    sources = {"procedural": (), "meshes": ("meshes",)}
    metrics = ("azimuth", "reconstruction")
    # Adam's rate goes with 1 / width: a quarter of the paper's width takes four times its rate.
    presets = {
        "smoke": Preset("smoke", budget_steps=20, width=8, size=16, batch_size=16),
        "quick": Preset("quick", budget_steps=1_200, width=16, size=32, batch_size=16, lr=8e-4),
        "paper": Preset("paper", budget_steps=20_000, width=64, size=64),
    }

    @property
    def spec(self):
        shape = (3, self.preset.size, self.preset.size)
        return DataSpec("image", shape, shape, attribute="azimuth_deg")

    @property
    def architecture(self):
        return Architecture(self.preset.width, bottleneck=BOTTLENECK)

    def fingerprint(self):
        key = {
            **self.options_json(),
            "size": self.preset.size,
            "code": render_code_hash("ganbench.data.shapes.fleet"),
        }
        if self.source == "meshes":
            key["meshes"] = mesh_files_hash(self.paths["meshes"])
        return key

    def views(self, report):
        def objects():
            if self.source == "meshes":
                return read_mesh_objects(self.paths["meshes"], self.options, report)
            return procedural_cars(self.options.identities, self.options.paint)

        return rendered(
            self.cache_dir,
            f"car2car-{self.source}",
            self.fingerprint(),
            self.options,
            self.preset.size,
            objects,
            report,
        )

    def prepare(self, report):
        views = self.views(report)
        report(f"{len(views)} cars x {views.shape[1]} views at {views.shape[-1]} px")

    def load(self, split):
        views = self.views(lambda line: None)
        return Split(
            A=view_domain(views, self.options, "A", split),
            B=view_domain(views, self.options, "B", split),
        )
