"""Small copies of the real data sets in their own layouts, for tests of the tasks."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

AZIMUTHS_DEG = range(-75, 76, 15)


def picture(path: Path, seed: int, size: tuple[int, int] = (24, 24)) -> None:
    """A file of random pixels, its own for each seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def cad_cars(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for number in (1, 2, 4, 5, 7, 8, 11, 12, 40, *range(100, 116)):
        rng = np.random.default_rng(number)
        im = rng.integers(0, 256, (16, 16, 3, 24, 4), dtype=np.uint8)
        savemat(root / f"car_{number:03d}_mesh.mat", {"im": im})


def rendered_chairs(root: Path) -> None:
    for chair in range(24):
        for t in (190, 225, 270, 330, 20):
            for p in (20, 30):
                name = f"image_001_p{p:03d}_t{t:03d}_r096.png"
                picture(root / f"{chair:032x}" / "renders" / name, 1000 * chair + t + p)


def basel_faces(root: Path) -> None:
    for face in range(10):
        for azimuth in (-60, -30, 0, 30, 60):
            name = f"{face:05d}_20061015_00418_light_{azimuth}.png"
            picture(root / name, 100 * face + azimuth + 90)


def celeba(root: Path) -> None:
    names = ["Male", "Blond_Hair", "Black_Hair", "Eyeglasses", "No_Beard", "Smiling", "Young"]
    names.append("Pale_Skin")
    bits = np.random.default_rng(0).integers(0, 2, (120, len(names))) * 2 - 1
    lines = [str(len(bits)), " ".join(names)]
    for i, row in enumerate(bits, 1):
        picture(root / "img_align_celeba" / f"{i:06d}.jpg", i, (18, 22))
        lines.append(f"{i:06d}.jpg " + " ".join(f"{value:2d}" for value in row))
    (root / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    people = [f"{i:06d}.jpg {1 + (i - 1) // 3}" for i in range(1, len(bits) + 1)]
    (root / "identity_CelebA.txt").write_text("\n".join(people) + "\n")
    splits = [f"{i:06d}.jpg {0 if i <= 69 else 1 if i <= 93 else 2}" for i in range(1, 121)]
    (root / "list_eval_partition.txt").write_text("\n".join(splits) + "\n")


def facescrub(root: Path) -> None:
    for side in ("actors", "actresses"):
        for person in range(12):
            for number in range(3):
                name = f"{side[:-1].title()}_{chr(65 + person)}_{number}.jpg"
                picture(root / side / "face" / name, 10 * person + number + 500 * (side > "actors"))


def pix2pix(root: Path) -> None:
    for folder, count in (("train", 24), ("val", 8)):
        for i in range(1, count + 1):
            picture(root / folder / f"{i}_AB.jpg", i, (64, 32))


def fashion_mnist(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for prefix, count in (("train", 80), ("t10k", 40)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        head = struct.pack(">IIII", 2051, count, 28, 28)
        (root / f"{prefix}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        head = struct.pack(">II", 2049, count)
        (root / f"{prefix}-labels-idx1-ubyte").write_bytes(head + labels.tobytes())


WRITERS = {
    "cad_cars": cad_cars,
    "rendered_chairs": rendered_chairs,
    "basel_faces": basel_faces,
    "celeba": celeba,
    "facescrub": facescrub,
    "edges2shoes": pix2pix,
    "edges2handbags": pix2pix,
    "fashion_mnist": fashion_mnist,
}
