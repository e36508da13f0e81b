"""Checkpoints: networks, optimisers, RNG and position in one safetensors file, written atomically.

Nothing is pickled, so reading a checkpoint cannot run code.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ganbench.core.devices import random_states, set_random_states
from ganbench.training.optimisers import params_of

WINDOW, BEST = "window/", "best/"  # how names in a checkpoint begin


@dataclass(frozen=True)
class Position:
    """Where a run stands: steps done, seconds trained, bytes of the loss log up to there.

    together: seeds that were trained as one program with it; it has its share of their seconds.
    not_captured: why steps on a GPU were launched call by call, or empty.
    start_scores: of the starts that are over, where a training begins several times.
    """

    step: int = 0
    train_sec: float = 0.0
    log_bytes: int = 0
    together: int = 1
    not_captured: str = ""
    start_scores: Sequence[float] = ()


Optimisers = Mapping[str, torch.optim.Optimizer]


def save(
    path: Path,
    model: nn.Module,
    optimisers: Optimisers,
    window: Mapping[str, Tensor],
    best: Mapping[str, Tensor],
    position: Position,
) -> None:
    """Write all of it to `path`, or leave what was there before.

    window: sums of the losses since the log's last line. best: tensors of the best start so far.
    """
    tensors = tensors_of(model, optimisers)
    tensors |= {f"{WINDOW}{name}": value for name, value in window.items()}
    tensors |= {f"{BEST}{name}": value for name, value in best.items()}
    tensors |= {f"rng/{device}": state for device, state in random_states().items()}
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    text = json.dumps(asdict(position))
    metadata = {"position": text, "sha256": digest(plain, text)}
    _write(plain, path, metadata)


def tensors_of(model: nn.Module, optimisers: Optimisers) -> dict[str, Tensor]:
    """What a step changes, by the names of a checkpoint; none of it is copied."""
    tensors = {f"model/{name}": value for name, value in model.state_dict().items()}
    for phase, optimiser in optimisers.items():
        for i, state in optimiser.state_dict()["state"].items():
            for name, value in state.items():
                tensors[f"optimiser/{phase}/{i}/{name}"] = value
    return tensors


def save_weights(path: Path, model: nn.Module) -> None:
    """Write the networks alone to `path`, or leave what was there before."""
    tensors = {n: v.detach().cpu().contiguous().clone() for n, v in model.state_dict().items()}
    _write(tensors, path, {})


def _write(tensors: Mapping[str, Tensor], path: Path, header: Mapping[str, str]) -> None:
    partial = path.with_suffix(".partial")
    try:
        save_file(dict(tensors), partial, metadata=dict(header))
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)  # what a full disk left of it


def load_weights(path: Path, model: nn.Module) -> None:
    """Raises OSError or SafetensorError for a file that is missing or damaged."""
    model.load_state_dict(load_file(path))


def read(path: Path) -> tuple[dict[str, Tensor], Position] | None:
    """The tensors and the position of a checkpoint; None where there is none or it is damaged.

    A damaged file, were it by one bit, costs the training since the start, never a wrong number.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            text = metadata["position"]
            known = json.loads(text)
            scores = tuple(known.get("start_scores", ()))
            position = Position(**{**known, "start_scores": scores})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return (tensors, position) if metadata["sha256"] == digest(tensors, text) else None
    except (FileNotFoundError, SafetensorError, AttributeError, KeyError, TypeError, ValueError):
        return None


def digest(tensors: Mapping[str, Tensor], text: str) -> str:
    """SHA-256 over a text, and the names, shapes and bytes of tensors on the CPU."""
    hasher = hashlib.sha256(f"{text}\n".encode())
    for name, value in sorted(tensors.items()):
        hasher.update(f"{name} {tuple(value.shape)} {value.dtype}\n".encode())
        hasher.update(value.contiguous().flatten().view(torch.uint8).numpy().data)
    return hasher.hexdigest()


def restore(tensors: Mapping[str, Tensor], model: nn.Module, optimisers: Optimisers) -> None:
    """Put a checkpoint's tensors back; the model's and the optimisers' layouts stay."""
    model.load_state_dict(_below(tensors, "model/"))
    for phase, optimiser in optimisers.items():
        params = params_of(optimiser)
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in _below(tensors, f"optimiser/{phase}/").items():
            index, key = name.split("/")
            states.setdefault(int(index), {})[key] = _laid_out(value, params[int(index)])
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": states, "param_groups": groups})
    set_random_states(_below(tensors, "rng/"))


def window_of(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The sums of the losses since the log's last line."""
    return _below(tensors, WINDOW)


def best_of(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The best start so far, where others are still to come."""
    return _below(tensors, BEST)


def _laid_out(value: Tensor, like: Tensor) -> Tensor:
    """In the memory layout of its parameter: a fused optimiser walks both by address."""
    return torch.empty_like(like).copy_(value) if value.shape == like.shape else value


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
