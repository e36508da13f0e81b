"""Event files for TensorBoard: `tensorboard --logdir DIR/tracking/tensorboard`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.plugin_data_pb2 import (
    HParamsPluginData,
    SessionEndInfo,
    SessionStartInfo,
)
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from ganbench.tracking.events import CellBegins, CellEnds
from ganbench.tracking.tracker import Point, Say


class TensorBoard:
    """A folder a cell, named by its task, model and seed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, EventFileWriter] = {}

    def begin(self, cell: CellBegins, first_step: int) -> None:
        writer = EventFileWriter(str(self._folder / f"{cell.name} {cell.cell}".replace("/", "_")))
        self._writers[cell.cell] = writer
        start = SessionLog(status=SessionLog.START)  # what an earlier session has from here on
        self._put(cell.cell, Event(session_log=start), first_step)  # is taken back by it
        self._put(cell.cell, Event(summary=session_start(cell.config)), 0)

    def scalars(self, point: Point) -> None:
        values = [Summary.Value(tag=k, simple_value=v) for k, v in point.values.items()]
        self._put(point.cell, Event(summary=Summary(value=values)), point.step)

    def picture(self, cell: str, step: int, name: str, file: Path) -> None:
        with Image.open(file) as image:
            width, height = image.size
        picture = Summary.Image(
            width=width, height=height, colorspace=3, encoded_image_string=file.read_bytes()
        )
        value = Summary.Value(tag=name, image=picture)
        self._put(cell, Event(summary=Summary(value=[value])), step)

    def end(self, cell: CellEnds) -> None:
        self.scalars(Point(cell.cell, cell.step, cell.numbers))
        self._put(cell.cell, Event(summary=session_end(cell.status == "done")), cell.step)
        self._writers.pop(cell.cell).close()

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def _put(self, cell: str, event: Event, step: int) -> None:
        event.wall_time, event.step = time.time(), step
        self._writers[cell].add_event(event)


def session_start(config: Mapping[str, object]) -> Summary:
    """For the page of hyper-parameters. (tensorboard's own makers of these need TensorFlow.)"""
    info = SessionStartInfo()
    for name, value in config.items():
        if isinstance(value, float | int):
            info.hparams[name].number_value = value
        else:
            info.hparams[name].string_value = str(value)
    data = HParamsPluginData(session_start_info=info, version=metadata.PLUGIN_DATA_VERSION)
    return of_plugin(metadata.SESSION_START_INFO_TAG, data)


def session_end(is_done: bool) -> Summary:
    info = SessionEndInfo(status="STATUS_SUCCESS" if is_done else "STATUS_FAILURE")
    data = HParamsPluginData(session_end_info=info, version=metadata.PLUGIN_DATA_VERSION)
    return of_plugin(metadata.SESSION_END_INFO_TAG, data)


def of_plugin(tag: str, data: HParamsPluginData) -> Summary:
    plugin = SummaryMetadata.PluginData(
        plugin_name=metadata.PLUGIN_NAME, content=data.SerializeToString()
    )
    value = Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin))
    return Summary(value=[value])


def tracker(folder: Path, say: Say) -> TensorBoard:
    return TensorBoard(folder)
