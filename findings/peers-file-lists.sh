#!/usr/bin/env bash
# Question: Which files of one folder do pytorch-fid, clean-fid and torch-fidelity score?
# Guess, written first: The same pictures, but that pytorch-fid passes over upper-case endings and
#   clean-fid alone looks into folders.
# Versions: Python 3.11, pytorch-fid 0.3.0, clean-fid 0.1.35, torch-fidelity 0.4.0, PyTorch
#   2.15.0.
# Seen: No two agree. pytorch-fid passes over upper case. torch-fidelity passes over TIFF, WebP
#   and BMP unless samples_find_ext names them. clean-fid takes folders below and upper case, but
#   not 'Png'. Hidden files are scored by pytorch-fid and torch-fidelity, GIF by nobody. None says
#   what it left out (torch-fidelity tells how many it found).
# Matters: Scores of one folder by two tools can be of different pictures. Print how many files
#   were scored beside the score.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  scipy==1.17.1 \
  pillow==13.0.0 \
  torch==2.15.0 \
  torchvision==0.29.2 \
  pytorch-fid==0.3.0 \
  clean-fid==0.1.35 \
  torch-fidelity==0.4.0
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import os
import sys
import warnings

warnings.simplefilter("ignore")

import torch
from cleanfid.fid import get_folder_features
from PIL import Image
from pytorch_fid.fid_score import compute_statistics_of_path
from torch_fidelity.utils import prepare_input_from_id


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


NAMES = (
    *("a.png", "b.PNG", "c.Png", "d.jpg", "e.JPG", "f.jpeg", "g.tif", "h.webp", "i.bmp"),
    *("j.gif", ".k.png", "below/l.png"),
)
os.makedirs("set/below")
for index, name in enumerate(NAMES):  # each is known by its level
    Image.new("RGB", (32, 32), (20 * index,) * 3).save(f"set/{name}")
seen = []


def record(pixels, top=255.0):
    """An extractor without weights, which keeps the levels of the pictures that it is given."""
    means = pixels.mean(dim=(2, 3))
    seen.extend(round(float(level) * 255 / top / 20) for level in means[:, 0])
    return means


class Extractor(torch.nn.Module):
    def forward(self, pixels):  # pytorch-fid gives 0..1
        return [record(pixels, top=1.0)[..., None, None]]


def left_out(run):
    seen.clear()
    run()
    return sorted(set(NAMES) - {NAMES[index] for index in seen})


def torch_fidelity():
    record(torch.stack([picture.float() for picture in prepare_input_from_id(1, input1="set")]))


note(
    "pytorch-fid leaves out",
    left_out(lambda: compute_statistics_of_path("set", Extractor(), 50, 3, "cpu", 0)),
    ["b.PNG", "below/l.png", "c.Png", "e.JPG", "j.gif"],
)
note(
    "clean-fid leaves out",
    left_out(
        lambda: get_folder_features(
            "set", model=record, num_workers=0, device=torch.device("cpu"), verbose=False
        )
    ),
    [".k.png", "c.Png", "j.gif"],
)
note(
    "torch-fidelity leaves out",
    left_out(torch_fidelity),
    ["below/l.png", "g.tif", "h.webp", "i.bmp", "j.gif"],
)
PYTHON
