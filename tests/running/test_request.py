"""`ganbench run`, `ganbench.run` and `Request` offer the same, and refuse the same."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
import pytest

import ganbench
from ganbench.cli.commands import run as run_module
from ganbench.cli.run import run as command
from ganbench.core.errors import UserError
from ganbench.core.spec import Every
from ganbench.results.benchmark_file import NO_FILE, parse_benchmark
from ganbench.running import runner
from ganbench.running.request import CHOICES, Request, completed, request_of

# A field, and what it is called elsewhere where it is not called so, or has several parts.
IN_PYTHON = {"reading": {"skip_unreadable", "max_megapixels"}}
ON_THE_COMMAND_LINE = {
    "reading": {"skip_unreadable", "max_megapixels"},
    "seeds": {"seeds", "seed_list"},
    "budget": {"steps", "kimg", "size", "width", "batch_size"},
    "plugins": {"plugin_folders"},
}
OF_THE_COMMAND_ALONE = {"dry_run"}  # it shows what would be run


def names_of(spelling: Mapping[str, set[str]]) -> set[str]:
    own = {field.name for field in fields(Request)}
    assert spelling.keys() <= own
    return set().union(*(spelling.get(name, {name}) for name in own))


def options() -> dict[str, click.Parameter]:
    return {parameter.name or "": parameter for parameter in command.params}


def arguments() -> Mapping[str, inspect.Parameter]:
    return inspect.signature(ganbench.run).parameters


def asked(**changes: Any) -> Request:
    """The request of `ganbench.run` with its defaults and such arguments."""
    defaults = {name: parameter.default for name, parameter in arguments().items()}
    return request_of(**{**defaults, "models": ["recon"], "tasks": ["toy"], **changes})


def test_python_has_the_fields_of_a_request() -> None:
    assert set(arguments()) == names_of(IN_PYTHON)


def test_the_command_line_has_the_fields_of_a_request() -> None:
    assert set(options()) == names_of(ON_THE_COMMAND_LINE) | OF_THE_COMMAND_ALONE


class Planned(Exception):
    """Raised with a request in place of its being planned."""


def request_of_command(monkeypatch: pytest.MonkeyPatch, *more: str) -> Request:
    """The request of such a command line."""

    def refuse(request: Request) -> None:
        raise Planned(request)

    monkeypatch.setattr(run_module, "planned", refuse)
    with pytest.raises(Planned) as caught:
        first = ["--models", "recon", "--task", "toy", "--dry-run"]
        command.main([*first, *more], "run", None, False)
    (request,) = caught.value.args
    assert isinstance(request, Request)
    return request


def test_all_three_have_the_same_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = asked(cache_dir=tmp_path)
    assert request_of_command(monkeypatch, "--cache-dir", str(tmp_path)) == python
    bare = Request(("recon",), ("toy",), (), tmp_path)
    assert replace(python, budget=bare.budget, data=bare.data) == bare


EVERY_OPTION = (
    *("--seed-list", "3,7", "--steps", "5", "--width", "8", "--checkpoint-every", "500"),
    *("--data", "A=photos", "--metrics", "fid", "--references", "none", "--threads", "2"),
    *("--workers", "3", "--backend", "here", "--together", "4", "--compile", "--overwrite"),
    *("--output", "out", "--offline", "--plugins", "mine", "--skip-unreadable"),
    *("--max-megapixels", "2", "--split", "validation", "--precision", "bf16"),
    *("--portable", "--per-device", "auto", "--checkpoint-activations", "--micro-batch", "9"),
    *("--device", "cpu", "--preset", "smoke", "--recipe", "code", "--weights-dir", "weights"),
    *("--best-on-test", "fid", "--snapshots", "8", "--log", "wandb,mlflow"),
    *("--until-decided", "--max-seeds", "12"),
    *("--set", "toy.sigma_A=2", "--time-limit", "9m"),
    *("--on", "slurm", "--on-set", "partition=a,mem_gb=4"),
)
EVERY_ARGUMENT: Mapping[str, Any] = {
    "seeds": [3, 7],
    "budget": {"budget_steps": 5, "width": 8},
    "checkpoint_every": Every(steps=500),
    "data": {"A": "photos"},
    "metrics": ["fid"],
    "references": [],
    "threads": 2,
    "workers": 3,
    "per_device": 0,
    "backend": "here",
    "together": 4,
    "snapshots": 8,
    "best_on_test": "fid",
    "log": ["wandb", "mlflow"],
    "until_decided": True,
    "max_seeds": 12,
    "compiled": True,
    "portable": True,
    "checkpoint_activations": True,
    "micro_batch": 9,
    "overwrite": True,
    "output": "out",
    "offline": True,
    "plugins": ["mine"],
    "skip_unreadable": True,
    "max_megapixels": 2,
    "split": "validation",
    "precision": "bf16",
    "device": "cpu",
    "preset": "smoke",
    "recipe": "code",
    "weights_dir": "weights",
    "sets": ["toy.sigma_A=2"],
    "on": "slurm",
    "on_sets": ["partition=a,mem_gb=4"],
    "time_limit_sec": 540,
}


def test_options_and_arguments_make_one_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them but `benchmark`."""
    python = asked(**EVERY_ARGUMENT, cache_dir=tmp_path)
    command_line = (*EVERY_OPTION, "--cache-dir", str(tmp_path))
    assert request_of_command(monkeypatch, *command_line) == python
    bare = asked(models=[], tasks=[])
    same = {f.name for f in fields(Request) if getattr(python, f.name) == getattr(bare, f.name)}
    assert same == {"benchmark"}  # every other field was told


@pytest.mark.parametrize(
    ("more", "compiled", "benchmark"),
    [
        ((), False, None),
        (("--compile",), True, None),
        (("--compile", "figure5.toml"), True, "figure5.toml"),
        (("figure5.toml", "--compile"), True, "figure5.toml"),
        (("--compile", "auto"), "auto", None),
        (("--compile", "auto", "figure5.toml"), "auto", "figure5.toml"),
        (("figure5.toml", "--compile", "auto"), "auto", "figure5.toml"),
        (("--compile=auto",), "auto", None),
        (("--compile=auto", "auto"), "auto", "auto"),
        (("--compile", "./auto"), True, "auto"),
        (("--compile", "--", "auto"), True, "auto"),
        (("--compile", "--compile", "auto"), "auto", None),  # the last one counts
        (("--compile=auto", "--compile"), True, None),
        (("--compile=always",), True, None),
    ],
)
def test_compile_takes_none_but_its_words(
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
    compiled: bool | str,
    benchmark: str | None,
) -> None:
    request = request_of_command(monkeypatch, *more)
    assert request.compiled == compiled
    assert request.benchmark == (benchmark and Path(benchmark))


def test_choices_are_those_of_the_command_line() -> None:
    found = {
        name: tuple(option.type.choices)
        for name, option in options().items()
        if isinstance(option.type, click.Choice)
    }
    assert found == CHOICES


def number_options() -> list[str]:
    return [
        name
        for name, option in options().items()
        if isinstance(option.type, click.IntRange | click.FloatRange)
    ]


@pytest.mark.parametrize("name", number_options())
def test_numbers_out_of_range_are_refused_in_python_too(name: str) -> None:
    """Except that 0 leaves a choice open where the command line has nothing for it."""
    field = {"steps": "budget_steps"}.get(name, name)
    more = {"until_decided": True} if name == "max_seeds" else {}
    may_be_left_open = ("workers", "together", "micro_batch", "max_seeds")

    def given(value: float) -> Mapping[str, Any]:
        of_budget = name in ON_THE_COMMAND_LINE["budget"]
        return {"budget": {field: value}} if of_budget else {field: value}

    for value in (-1, *([] if name in may_be_left_open else [0])):
        with pytest.raises(UserError):
            asked(**given(value))
    largest = getattr(options()[name].type, "max", None)
    if largest is not None:
        asked(**given(largest), **more)
        with pytest.raises(UserError):
            asked(**given(largest + 1), **more)


def test_a_benchmark_fills_what_is_left_open() -> None:
    content = {
        "models": ["recon", "standard"],
        "tasks": ["toy"],
        "seeds": 2,
        "preset": "smoke",
        "set": {"standard": {"lr": [1, 2]}, "toy": {"sigma_A": 2}},
    }
    file = parse_benchmark(content, "", "file")
    filled = completed(asked(models=(), tasks=()), file)
    assert (filled.models, filled.tasks) == (("recon", "standard"), ("toy",))
    assert (filled.seeds, filled.preset) == ((0, 1), "smoke")
    assert filled.sets == ("standard.lr=1", "standard.lr=2", "toy.sigma_A=2")
    own = completed(asked(seeds=[7], sets=["toy.sigma_A=3"]), file)
    assert (own.models, own.seeds) == (("recon",), (7,))
    assert own.sets == ("toy.sigma_A=3",)  # instead of the file's, none of whose models is there
    assert completed(asked(), NO_FILE).seeds == (0, 1, 2)
    assert completed(asked(until_decided=True), file).seeds == (0, 1, 2, 3, 4)
    assert completed(asked(until_decided=True, max_seeds=3), file).seeds == (0, 1, 2)
    assert completed(asked(until_decided=True, seeds=[7]), file).seeds == (7,)
    with pytest.raises(UserError, match="no name is given"):
        completed(asked(models=()), NO_FILE)


@pytest.mark.parametrize("offline", [True, False])
def test_python_fetches_weights_as_the_command_does(
    cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: bool
) -> None:
    """Unless it is offline. What cannot be fetched is skipped with its reason."""
    looked_for: list[Path] = []

    def obtain(weights: object, among: object, cache: Path, say: object) -> None:
        looked_for.append(cache)
        raise UserError("there is no network today")

    monkeypatch.setattr(runner, "obtain", obtain)
    weights_dir = tmp_path / "weights"
    weights_dir.mkdir()
    frame = ganbench.run(
        *(["standard"], ["car2car"], 1),
        preset="smoke",
        metrics=["fid"],
        references=[],
        budget={"budget_steps": 2},
        output=tmp_path / "out",
        cache_dir=cache_dir,
        weights_dir=weights_dir,
        offline=offline,
        backend="here",
    )
    assert bool(looked_for) == (not offline) and set(looked_for) <= {cache_dir}
    assert str(frame["fid"][0]).startswith("skipped: ")
