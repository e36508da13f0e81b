"""Your own two folders of images: --data A=DIR --data B=DIR."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from ganbench.api import (
    DataSpec,
    Domain,
    Preset,
    Split,
    Task,
    UnreadableFiles,
    decoded,
    fingerprint,
    labels_path,
    labels_told,
    pixel_digests,
    read_image_folder,
    read_labels,
    refuse_unreadable,
    repeats_told,
    require_apart,
    require_range,
    sameness,
    seed_for,
    split_indices,
)

MIN_IMAGES = 3


@dataclass(frozen=True)
class Options:
    """Shares of each folder's images; what is left is the train split."""

    validation_share: float = 0.1
    test_share: float = 0.1

    def __post_init__(self):
        for name in ("validation_share", "test_share"):
            require_range(
                0 < getattr(self, name) < 0.5, name, getattr(self, name), "between 0 and 0.5"
            )


class Folder(Task):
    options_type = Options
    sources = {"folder": ("A", "B")}
    metrics = ("reconstruction", "perceptual", "visible", "efficientnet_lite0")
    references = ("real", "untrained")
    selected_by = "kd_visible"
    # Adam's rate goes with 1 / width: a quarter of the paper's width takes four times its rate.
    presets = {
        "smoke": Preset("smoke", budget_steps=20, width=8, size=16, batch_size=16),
        "quick": Preset("quick", budget_steps=600, width=16, size=32, batch_size=16, lr_factor=4),
        "paper": Preset("paper", budget_steps=20_000, width=64, size=64),
    }

    @property
    def spec(self):
        shape = (3, self.preset.size, self.preset.size)
        common = self.labels["A"].keys() & self.labels["B"].keys()
        return DataSpec("image", shape, shape, kept=tuple(sorted(common)))

    @cached_property
    def folders(self):
        """By domain, without what cannot be read where that is to be left out."""
        by_domain = {
            name: read_image_folder(self.paths[name], MIN_IMAGES, self.reading, self.cache_dir)
            for name in "AB"
        }
        require_apart(*(by_domain[name].listing().files for name in "AB"), ("A", "B"))
        return by_domain

    @cached_property
    def labels(self):
        """Columns of labels.csv by domain, where the folders have one."""
        return {name: read_labels(folder) for name, folder in self.folders.items()}

    def fingerprint(self):
        pictures = {name: fingerprint(folder.listing()) for name, folder in self.folders.items()}
        labels = {
            f"labels {name}": hashlib.sha256(path.read_bytes()).hexdigest()
            for name, folder in self.folders.items()
            if (path := labels_path(folder))
        }
        return {**self.options_json(), **pictures, **labels, "size": self.preset.size}

    def images(self, name, report):
        listing = self.folders[name].listing()
        limit = self.reading.max_megapixels
        try:
            return decoded(listing, self.preset.size, self.cache_dir, report, limit)
        except UnreadableFiles:
            refuse_unreadable(self.folders.values(), self.reading, self.cache_dir)
            raise

    def prepare(self, report):
        parts = {}
        for name, folder in self.folders.items():
            images = self.images(name, report)
            report(f"domain {name}: {len(images)} images from {folder.path}")
            for line in folder.told:
                report(line)
            if same := sameness(images):
                report(f"domain {name}: {same}")
            contents = list(zip(folder.names, pixel_digests(images), strict=True))
            for split, index in self.splits(name, len(images)).items():
                parts[f"{name} ({split})"] = [contents[i] for i in index]
        for line in (*repeats_told(parts), *labels_told(self.folders)):
            report(line)

    def load(self, split):
        return Split(A=self.domain("A", split), B=self.domain("B", split))

    def splits(self, name, count):
        """Positions of the images of each split."""
        shares = [self.options.validation_share, self.options.test_share]
        parts = split_indices(count, shares, seed_for(0, "split", name))
        return dict(zip(("train", "validation", "test"), parts, strict=True))

    def domain(self, name, split):
        images = self.images(name, silent)
        index = self.splits(name, len(images))[split]
        labels = self.labels[name]
        truth = {"identity": index, **{key: values[index] for key, values in labels.items()}}
        angles = labels.get("azimuth_deg")
        constants = {} if angles is None else {"azimuths_deg": np.unique(angles)}
        domain = Domain(torch.from_numpy(images[index]), truth, constants)
        return domain.shuffled("folder", name, split)


def silent(line):
    """A report that does nothing."""
