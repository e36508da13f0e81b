"""The texts of `--set`. Of what has several values a run has a cell for each combination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ganbench.core.errors import UserError, unknown

NETWORK = "network"

Values = Mapping[str, Sequence[str]]  # of a model's or a task's options, by name, as texts


def parse_sets(texts: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """{"recon": {"distance": ["l1", "l2"]}} of ["recon.distance=l1", "recon.distance=l2"]; the
    network's family is left out. names: the models and tasks that can be set.
    """
    settings: dict[str, dict[str, list[str]]] = {}
    for text in texts:
        left, equals, value = text.partition("=")
        name, dot, key = left.partition(".")
        if left == NETWORK and value:
            continue
        if not (equals and dot and name and key):
            raise UserError(
                f"'{text}' is not NAME.key=value",
                f"--set {text}",
                "e.g. recon.distance=l1, or network=stylegan2",
            )
        if name not in names:
            raise unknown("model or task of this run", name, names, f"--set {text}")
        settings.setdefault(name, {}).setdefault(key, []).append(value)
    return settings


def networks_of(texts: Sequence[str]) -> tuple[str, ...]:
    """("resnet", "unet") of ["network=resnet,unet"]; empty where the texts choose none."""
    sets = (text.partition("=") for text in texts)
    chosen = (family for left, _, value in sets if left == NETWORK for family in value.split(","))
    return tuple(dict.fromkeys(chosen))


def without_those_set_in(texts: Sequence[str], later: Sequence[str]) -> list[str]:
    """The texts whose option no later one sets."""
    keys = {text.partition("=")[0] for text in later}
    return [text for text in texts if text.partition("=")[0] not in keys]
