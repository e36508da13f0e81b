#!/usr/bin/env bash
# Question: do pytorch-fid and torch-fidelity show Inception the same numbers, if a picture has its 299 px
#   already, so that nothing is resized?
# Guess, written first: yes, to rounding. They differ by their resizers alone, and share one file of weights.
# Versions: Python 3.11, torch 2.15.0, torchvision 0.29.2, pytorch-fid 0.3.0, torch-fidelity 0.4.0.
# Seen: No. pytorch-fid takes 0…255 to -1…1; torch-fidelity subtracts 128 and divides by 128, as the graph
#   of 2015 did, so white is 127/128 and black is -1. Every value but black is shifted, the brighter the
#   more. With random weights of this architecture the features of one noise picture differ by half a percent of
#   their size.
# Matters: A FID from one tool is not comparable with one from the other, even on pictures of 299 px, where
#   pages that explain the difference by resizing would have them agree.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 \
  numpy==2.4.6 scipy==1.17.1 pytorch-fid==0.3.0 torch-fidelity==0.4.0
cd "$work"
export TORCH_HOME="$work/torch"
mkdir -p "$TORCH_HOME/hub/checkpoints"
"$work/venv/bin/python" - <<'PYTHON'
import os
import sys
import warnings

import torch

warnings.simplefilter("ignore")
from pytorch_fid import inception
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


# Random weights of the architecture stand where both tools look for the file, so nothing is downloaded.
torch.manual_seed(0)
NAME = os.path.basename(inception.FID_WEIGHTS_URL)
WEIGHTS = os.path.join(os.environ["TORCH_HOME"], "hub", "checkpoints", NAME)
keep, inception.load_state_dict_from_url = inception.load_state_dict_from_url, lambda *a, **k: None
layers = torch.nn.Module.load_state_dict
torch.nn.Module.load_state_dict = lambda self, state, *a, **k: None if state is None else layers(self, state, *a, **k)
plain = inception.fid_inception_v3()
torch.nn.Module.load_state_dict, inception.load_state_dict_from_url = layers, keep
torch.save(plain.state_dict(), WEIGHTS)

theirs = inception.InceptionV3([3], resize_input=True).eval()
others = FeatureExtractorInceptionV3("inception", ["2048"], feature_extractor_weights_path=WEIGHTS).eval()
seen = {}


def watch(name):
    return lambda module, given: seen.__setitem__(name, given[0].detach())


next(m for m in theirs.modules() if isinstance(m, torch.nn.Conv2d)).register_forward_pre_hook(watch("pytorch-fid"))
next(m for m in others.modules() if isinstance(m, torch.nn.Conv2d)).register_forward_pre_hook(watch("torch-fidelity"))


def features(pixels):
    with torch.no_grad():
        return theirs(pixels / 255)[0].flatten(1), others(pixels)[0]


for what, level, first, second in (("black", 0, -1.0, -1.0), ("white", 255, 1.0, 127 / 128)):
    features(torch.full((1, 3, 299, 299), level, dtype=torch.uint8))
    note(f"{what}, pytorch-fid", round(float(seen["pytorch-fid"].mean()), 4), round(first, 4))
    note(f"{what}, torch-fidelity", round(float(seen["torch-fidelity"].mean()), 4), round(second, 4))
noise = torch.randint(0, 256, (1, 3, 299, 299), dtype=torch.uint8)
a, b = features(noise)
share = float((a - b).norm() / a.norm())
print(f"features apart by {100 * share:.2f} % of their size")
note("features differ by more than rounding", share > 1e-4, True)
PYTHON
