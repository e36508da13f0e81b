"""Reads what trackers have written, by their own libraries as far as these read."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KIND = "/_type"  # of a part of W&B's history that is no number
FINAL = -1  # in place of a step
BLOCK_BYTES, HEADER_BYTES = 32_768, 7  # of a log in LevelDB's format, which W&B's files are


@dataclass
class Read:
    """A run of a tracker. numbers: by name, those of each step. pictures: their names."""

    numbers: dict[str, dict[int, float]] = field(default_factory=dict)
    pictures: set[str] = field(default_factory=set)
    config: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, step: int, value: Any) -> None:
        if isinstance(value, int | float):
            self.numbers.setdefault(name, {})[step] = value


def read_tensorboard(folder: Path) -> dict[str, Read]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    runs = {}
    for run in sorted((folder / "tensorboard").iterdir()):
        events = EventAccumulator(str(run)).Reload()
        read = runs.setdefault(run.name.split()[-1], Read())
        for name in events.Tags()["scalars"]:
            for event in events.Scalars(name):
                read.add(name, event.step, event.value)
        read.pictures |= set(events.Tags()["images"])
        content = events.PluginTagToContent(metadata.PLUGIN_NAME)
        start = metadata.parse_session_start_info_plugin_data(
            content[metadata.SESSION_START_INFO_TAG]
        )
        for name, value in start.hparams.items():
            read.config[name] = value.number_value or value.string_value
    return runs


def read_mlflow(folder: Path) -> dict[str, Read]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("ganbench")
    assert experiment is not None
    runs = {}
    for run in client.search_runs([experiment.experiment_id]):
        read = runs.setdefault(run.data.tags["ganbench.cell"], Read())
        for name in run.data.metrics:
            for metric in client.get_metric_history(run.info.run_id, name):
                read.add(name, metric.step, metric.value)
        for artifact in client.list_artifacts(run.info.run_id):
            read.pictures.add(artifact.path)
        read.config = dict(run.data.params)
    return runs


def read_trackio(folder: Path) -> dict[str, Read]:
    runs: dict[str, Read] = {}
    with sqlite3.connect(folder / "trackio-home" / "ganbench.db") as database:
        for name, step, metrics in database.execute("select run_name, step, metrics from metrics"):
            read = runs.setdefault(name.split()[-1], Read())
            for key, value in json.loads(metrics).items():
                read.add(key, step, value)
                read.pictures |= {key} if isinstance(value, dict) else set()
        for name, config in database.execute("select run_name, config from configs"):
            runs[name.split()[-1]].config = json.loads(config)
    return runs


def read_wandb(folder: Path) -> dict[str, Read]:
    from wandb.proto import wandb_internal_pb2 as proto

    runs: dict[str, Read] = {}
    for file in sorted((folder / "wandb").glob("offline-run-*/*.wandb")):
        read = runs.setdefault(file.stem.removeprefix("run-"), Read())
        summary: dict[str, Any] = {}
        for data in leveldb_records(file.read_bytes()):
            record = proto.Record()
            record.ParseFromString(data)
            for update in record.run.config.update:
                read.config[update.key] = json.loads(update.value_json)
            items = {item.key or "/".join(item.nested_key): item for item in record.history.item}
            for name, item in items.items():
                value = json.loads(item.value_json)
                read.add(name, record.history.step.num, value)
                read.pictures |= {name.removesuffix(KIND)} if value == "image-file" else set()
            for item in record.summary.update:
                summary[item.key or item.nested_key[0]] = json.loads(item.value_json)
        for name in summary.keys() - read.numbers.keys():  # others are the last of their steps
            read.add(name, FINAL, summary[name])
    return runs


def leveldb_records(log: bytes) -> Iterator[bytes]:
    """Whole ones, put together from their pieces; the first block begins with W&B's own header."""
    at, record = HEADER_BYTES, b""
    while at + HEADER_BYTES <= len(log):
        if BLOCK_BYTES - at % BLOCK_BYTES < HEADER_BYTES:
            at += BLOCK_BYTES - at % BLOCK_BYTES
            continue
        length, kind = struct.unpack_from("<HB", log, at + 4)
        record += log[at + HEADER_BYTES : at + HEADER_BYTES + length]
        at += HEADER_BYTES + length
        if kind in (1, 4):  # whole, or its last piece
            yield record
            record = b""


READERS = {
    "tensorboard": read_tensorboard,
    "wandb": read_wandb,
    "trackio": read_trackio,
    "mlflow": read_mlflow,
}
