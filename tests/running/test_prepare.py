"""What a run tells while its data are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import msgspec

from ganbench.contracts.task import Task
from ganbench.core.reports import Passing, Report
from ganbench.results.run_state import RunState
from ganbench.running.live import LiveRun
from ganbench.running.prepare import prepare_data
from tests.results.test_run_state import plan_of, planned

LINE = "objects rendered: 8 of 2,060"


def test_a_passing_line_is_written_for_those_who_watch(tmp_path: Path) -> None:
    live = LiveRun(plan_of([planned("recon", 0)]), {})
    seen: list[RunState] = []
    said: list[str] = []

    class Rendered:
        def prepare(self, report: Report) -> None:
            report(Passing(LINE))
            written = msgspec.json.encode(live.run().state)
            seen.append(msgspec.json.decode(written, type=RunState))
            report("rendered")

    tasks = cast(Any, [Rendered()])
    prepare_data(cast("list[Task]", tasks), [], tmp_path, live, said.append)
    assert [state.doing for state in seen] == [LINE]
    assert said == ["rendered"]
