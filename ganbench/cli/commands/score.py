"""`ganbench score`: distances of two folders of images."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from ganbench.cli.commands.show import print_sheets
from ganbench.cli.commands.stderr_lines import stderr_lines
from ganbench.core.cache import default_cache_dir
from ganbench.core.device_choice import device_of_this_process
from ganbench.core.errors import UserError, unknown
from ganbench.core.files import new_files, refuse_inside
from ganbench.core.reports import Report
from ganbench.core.spec import JSON, Reading
from ganbench.evaluation.fidelity.extractors import (
    EMBEDDED,
    OWN_COLUMNS,
    Extractor,
    find_extractor,
)
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.folders import Score, score_folders
from ganbench.evaluation.fidelity.obtain import obtain
from ganbench.evaluation.fidelity.scores import SCORES, conventions
from ganbench.evaluation.fidelity.weights import Places, places
from ganbench.reporting.sheets import Sheet, number

SAVE = "--save-features"
# Extractor and score of each column that is of one extractor alone.
OF_ONE = {
    column: (extractor, score)
    for extractor, columns in OWN_COLUMNS.items()
    for score, column in columns.items()
}


def score_command(
    *,
    real: Path,
    fake: Path,
    metrics: Sequence[str],
    extractor: str,
    size: int | None,
    device: str,
    as_json: bool,
    save_features: Path | None,
    weights_dir: Path | None,
    offline: bool,
    cache_dir: Path | None,
    reading: Reading,
) -> int:
    """The exit code: 1 where a metric was skipped."""
    chosen, names = extractor_and_scores(metrics, extractor)
    if save_features is not None:
        check_features_file(save_features, (real, fake))
    cache = cache_dir or default_cache_dir()
    among = places(cache, weights_dir)
    reader = FeatureReader(among, cache, device_of_this_process(device))
    with stderr_lines() as say:
        if not offline:
            fetch(chosen, among, cache, say)
        reason = reader.missing(chosen.name)
        if reason:
            columns = [chosen.column(name) for name in names]
            score = Score(dict.fromkeys(columns, f"skipped: {reason}"), {}, (), {})
        else:
            score = score_folders(real, fake, names, chosen, size, reader, reading, say)
    if save_features is not None and score.features:
        keep(score, save_features)
    protocol = {**score.protocol, **conventions(names)} if score.protocol else {}
    if as_json:
        record = {
            "metrics": score.metrics,
            "protocol": protocol,
            "warnings": list(score.warnings),
        }
        click.echo(json.dumps(record, indent=2, allow_nan=False))
    else:
        show(score, protocol)
    return int(any(isinstance(value, str) for value in score.metrics.values()))


def fetch(extractor: Extractor, among: Places, cache_dir: Path, say: Report) -> None:
    """Downloads weights that are not there; where that fails, the scores tell."""
    try:
        obtain(extractor.weights, among, cache_dir, say)
    except UserError as error:
        say(str(error))


def extractor_and_scores(metrics: Sequence[str], extractor: str) -> tuple[Extractor, list[str]]:
    """The extractor and the scores. Raises UserError for unknown names and two extractors."""
    if not metrics:
        raise UserError("no metric is given", "--metrics", f"such as {next(iter(SCORES))}")
    owners = {name: OF_ONE[name] for name in metrics if name in OF_ONE}
    first_owner = next((owner for owner, _ in owners.values()), EMBEDDED)
    chosen = find_extractor(extractor or first_owner)
    for name, (owner, score) in owners.items():
        if owner != chosen.name:
            raise UserError(
                f"{name} is of {owner} alone",
                f"--extractor {chosen.name}" if extractor else f"--metrics {','.join(metrics)}",
                f"ask for {score if score != 'isc' else 'another metric'}, or for one extractor",
            )
    scores = []
    for asked in metrics:
        name = owners[asked][1] if asked in owners else asked.removesuffix(f"_{chosen.name}")
        if name not in SCORES:
            raise unknown("metric", asked, {*SCORES, *OF_ONE}, "--metrics")
        scores.append(name)
    return chosen, list(dict.fromkeys(scores))


def check_features_file(path: Path, inputs: Sequence[Path]) -> None:
    """Raises UserError for a place among the images, and for a file that is there and is no such
    matrices; those of the same command before may be.
    """
    refuse_inside(path, inputs, SAVE)
    if path.exists() and not are_features(path):
        raise UserError("a file is there already", f"{SAVE} {path}", "give a new file")


def are_features(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as file:
            return sorted(file.namelist()) == ["fake.npy", "real.npy"]
    except (OSError, zipfile.BadZipFile):
        return False


def keep(score: Score, path: Path) -> None:
    """Raises UserError where the file is there with other numbers, or cannot be written."""
    with new_files(path.parent, SAVE) as folder, (folder / path.name).open("xb") as file:
        np.savez(file, allow_pickle=False, **score.features)


def show(score: Score, protocol: JSON) -> None:
    reasons = {name: text for name, text in score.metrics.items() if isinstance(text, str)}
    values = {
        name: value.partition(":")[0] if isinstance(value, str) else number(value)
        for name, value in score.metrics.items()
    }
    notes = (
        *(f"{name} {reason}" for name, reason in reasons.items()),
        *(f"{name}: {text}" for name, text in protocol.items()),
        *score.warnings,
    )
    title, head = "scores of FAKE against REAL", ("metric", "value")
    print_sheets([Sheet(title, head, tuple(values.items()), notes, ())], "rich")
