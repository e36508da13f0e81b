"""Your own images: --data A=DIR --data B=DIR, or a set with its own splits: --data set=DIR."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from ganbench.api import (
    DataSpec,
    Domain,
    Jitter,
    Preset,
    Split,
    Task,
    UnreadableFiles,
    UserError,
    decoded,
    find_split_folders,
    fingerprint,
    labels_path,
    labels_told,
    no_report,
    own_folders,
    pixel_digests,
    read_labels,
    refuse_unreadable,
    repeats_told,
    require_range,
    sameness,
)


@dataclass(frozen=True)
class Options:
    """Shares of each folder's images, of a set with its own splits of the train images; what is
    left is the train split.

    class_A, class_B: what follows `train` in the names of a set's folders: train/cat or trainA.
    load_px, mirrored: training sees random crops of pictures of this side, 0 for whole ones,
        mirrored by chance.
    """

    validation_share: float = 0.1
    test_share: float = 0.1
    class_A: str = "A"
    class_B: str = "B"
    load_px: int = 0
    mirrored: bool = False

    def __post_init__(self):
        share = self.validation_share
        require_range(0 <= share < 0.5, "validation_share", share, "0 or more, and below 0.5")
        require_range(0 < self.test_share < 0.5, "test_share", self.test_share, "between 0 and 0.5")
        require_range(self.load_px >= 0, "load_px", self.load_px, "0 or more")


class Folder(Task):
    options_type = Options
    sources = {"folder": ("A", "B"), "split_set": ("set",)}
    metrics = ("reconstruction", "perceptual", "visible", "efficientnet_lite0")
    references = ("real", "untrained")
    selected_by = "kd_visible"
    # Adam's rate goes with 1 / width: a quarter of the paper's width takes four times its rate.
    # `published` is CycleGAN's budget: 200 epochs of the 1,334 zebras of horse2zebra.
    presets = {
        "smoke": Preset("smoke", budget_steps=20, width=8, size=16, batch_size=16),
        "quick": Preset("quick", budget_steps=600, width=16, size=32, batch_size=16, lr_factor=4),
        "paper": Preset("paper", budget_steps=20_000, width=64, size=64),
        "published": Preset(
            "published", budget_steps=266_800, width=64, size=256, batch_size=1, network="resnet"
        ),
    }
    preset_options = {"published": {"load_px": 286, "mirrored": True}}

    @property
    def default_recipe(self):
        return "paper" if self.preset.name.partition("+")[0] == "published" else "stable"

    @property
    def spec(self):
        side, load_px = self.preset.size, self.options.load_px
        require_range(not 0 < load_px < side, "load_px", load_px, f"0, or {side} and more")
        common = set.intersection(*map(set, self.labels.values()))
        return DataSpec("image", (3, side, side), (3, side, side), kept=tuple(sorted(common)))

    @cached_property
    def folders(self):
        """By domain and part, without what cannot be read where that is to be left out."""
        classes = self.options.class_A, self.options.class_B
        is_set = self.source == "split_set"
        places = find_split_folders(self.paths["set"], *classes) if is_set else {"all": self.paths}
        return own_folders(places, self.reading, self.cache_dir)

    @cached_property
    def labels(self):
        """Columns of labels.csv by domain and part, where the folders have one."""
        return {
            (name, part): read_labels(folder)
            for name, by_part in self.folders.by_domain.items()
            for part, folder in by_part.items()
        }

    def fingerprint(self):
        named = self.folders.named()
        pictures = {name: fingerprint(folder.listing()) for name, folder in named.items()}
        labels = {
            f"labels {name}": hashlib.sha256(path.read_bytes()).hexdigest()
            for name, folder in named.items()
            if (path := labels_path(folder))
        }
        return {**self.options_json(), **pictures, **labels, "size": self.preset.size}

    def images(self, name, part, report, size=0):
        """Of a domain's part, at the preset's size or another."""
        listing = self.folders.by_domain[name][part].listing()
        size, limit = size or self.preset.size, self.reading.max_megapixels
        try:
            return decoded(listing, size, self.cache_dir, report, limit)
        except UnreadableFiles:
            refuse_unreadable(self.folders.named().values(), self.reading, self.cache_dir)
            raise

    def prepare(self, report):
        parts = {}
        for name, by_part in self.folders.by_domain.items():
            for part, folder in by_part.items():
                images = self.images(name, part, report)
                called = f"domain {name}" if part == "all" else f"domain {name}, {part}"
                report(f"{called}: {len(images)} images from {folder.path}")
                for line in folder.told:
                    report(line)
                if same := sameness(images):
                    report(f"{called}: {same}")
                contents = list(zip(folder.names, pixel_digests(images), strict=True))
                for split, (owner, index) in self.splits(name).items():
                    if owner == part:
                        parts[f"{name} ({split})"] = [contents[i] for i in index]
            if self.options.load_px:
                self.images(name, self.splits(name)["train"][0], report, self.options.load_px)
        for line in (*repeats_told(parts), *labels_told(self.folders.named())):
            report(line)

    def load(self, split):
        return Split(A=self.domain("A", split), B=self.domain("B", split))

    def splits(self, name):
        """By split its part, and the positions of its images there."""
        return self.folders.splits(name, self.options.validation_share, self.options.test_share)

    def domain(self, name, split):
        splits = self.splits(name)
        if split not in splits:
            raise UserError(f"there is no {split} split", f"{split}_share=0", "give it a share")
        part, index = splits[split]
        images, labels = self.images(name, part, no_report)[index], self.labels[name, part]
        first = list(self.folders.by_domain[name]).index(part) * 10**9  # parts number their own
        truth = {"identity": first + index, **{key: v[index] for key, v in labels.items()}}
        angles = labels.get("azimuth_deg")
        constants = {} if angles is None else {"azimuths_deg": np.unique(angles)}
        jitter = self.jitter(name, part, index) if split == "train" else None
        domain = Domain(torch.from_numpy(images), truth, constants, jitter)
        return domain.shuffled("folder", name, split)

    def jitter(self, name, part, index):
        """What training sees of the pictures, where that is not they as they stand."""
        if not (self.options.load_px or self.options.mirrored):
            return None
        larger = self.images(name, part, no_report, self.options.load_px)[index]
        return Jitter(torch.from_numpy(larger), self.options.mirrored)
