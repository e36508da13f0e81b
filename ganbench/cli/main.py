"""The command line. Heavy imports wait until a command needs them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganbench.core.errors import UserError, did_you_mean
from ganbench.core.interrupts import TOLD
from ganbench.core.spec import MAX_MEGAPIXELS, MOST_SEEDS_OF_A_RUN, Reading

if TYPE_CHECKING:
    from ganbench.core.spec import Every
    from ganbench.registry.registry import Registry

FORMATS = ("rich", "markdown", "csv", "latex", "json")


class PathOfUser(click.Path):
    """A path; an empty one, as of a shell variable that is not set, is not the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value) == "":
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


PATH = PathOfUser(path_type=Path)


class Group(click.Group):
    """Says a user's mistake in one message with exit code 2, and names the closest command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            raise click.UsageError(f"no command '{name}'; {did_you_mean(name, self.commands)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        show_any_name()
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(TOLD, err=True)
            ctx.exit(130)
        except BrokenPipeError:  # the reader of a pipe, such as head, has enough
            sys.stderr.close()
            ctx.exit(0)


def show_any_name() -> None:
    """Lets names of files be printed whose bytes are no text in the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ganbench")
def main() -> None:
    """Compare GAN variants on unpaired translation between two domains."""


def names(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """A comma-separated list; empty parts and repeats are dropped."""
    return tuple(dict.fromkeys(part for part in map(str.strip, (value or "").split(",")) if part))


def reference_names(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    """None where nothing is given, an empty tuple for "none"."""
    if value is None:
        return None
    return () if value.strip() == "none" else names(ctx, param, value)


def seed_list(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, ...]:
    try:
        seeds = tuple(dict.fromkeys(int(part) for part in names(ctx, param, value)))
    except ValueError:
        raise click.BadParameter(f"'{value}' is no list of whole numbers, such as 3,7") from None
    if any(seed < 0 for seed in seeds):
        raise click.BadParameter("seeds are 0 or more")
    return seeds


def every(ctx: click.Context, param: click.Parameter, value: str) -> Every:
    """500 is a number of steps, 30s a number of seconds."""
    from ganbench.core.spec import Every

    number = value.removesuffix("s")
    if not number.isdecimal() or not int(number):
        raise click.BadParameter(f"'{value}' is neither steps, such as 500, nor seconds, as 30s")
    return Every(seconds=float(number)) if value != number else Every(steps=int(number))


def named_paths(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> dict[str, Path]:
    found = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not (name and equals and path):
            raise click.BadParameter(f"'{value}' is not NAME=PATH, such as A=photos/cats")
        found[name] = Path(path)
    return found


plugins_option = click.option(
    "--plugins",
    "plugin_folders",
    multiple=True,
    type=PATH,
    metavar="DIR",
    help="A folder with plugins of your own; may be repeated.",
)
format_option = click.option(
    "--format", "format_name", type=click.Choice(FORMATS), default="rich", show_default=True
)
interval_option = click.option(
    "--interval",
    type=click.Choice(["t", "bca"]),
    default="t",
    show_default=True,
    help="Student's t, or the BCa bootstrap, which covers too little with few seeds.",
)
cache_option = click.option(
    "--cache-dir", type=PATH, metavar="DIR", help="Where made data are kept [default: user cache]."
)

weights_option = click.option(
    "--weights-dir",
    type=PATH,
    metavar="DIR",
    help="Where weights of extractors such as FID's are [default: the cache, then torch.hub's].",
)
offline_option = click.option(
    "--offline", is_flag=True, help="Download no weights for metrics that are asked for."
)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options of how files are read, and gives them as one `reading`."""

    @click.option(
        "--skip-unreadable",
        is_flag=True,
        help="Leave out files that cannot be read, and say so, instead of refusing them.",
    )
    @click.option(
        "--max-megapixels",
        type=click.FloatRange(min=0, min_open=True),
        default=MAX_MEGAPIXELS,
        show_default=True,
        metavar="N",
        help="Refuse larger pictures.",
    )
    @wraps(command)
    def read(*args: Any, skip_unreadable: bool, max_megapixels: float, **given: Any) -> None:
        command(*args, reading=Reading(skip_unreadable, max_megapixels), **given)

    return read


data_dir_option = click.option(
    "--data-dir", type=PATH, metavar="DIR", help="Where data sets are kept [default: user data]."
)


@main.command()
@click.argument("benchmark", required=False, type=PATH)
@click.option("--models", callback=names, metavar="NAME,…", help="Models to compare.")
@click.option("--task", "tasks", callback=names, metavar="NAME,…", help="Tasks.")
@click.option(
    "--seeds",
    type=click.IntRange(1, MOST_SEEDS_OF_A_RUN),
    metavar="N",
    help="Seeds 0…N-1 [default: 3].",
)
@click.option("--seed-list", callback=seed_list, metavar="3,7", help="These seeds instead.")
@click.option(
    "--preset", default="", help="smoke, quick or paper [default: paper on CUDA, else quick]."
)
@click.option("--recipe", default="", help="Hyper-parameters by name [default: the task's].")
@click.option(
    "--set", "sets", multiple=True, metavar="NAME.KEY=VALUE", help="One option of a model or task."
)
@click.option("--steps", type=click.IntRange(min=1), help="Steps instead of the preset's.")
@click.option("--size", type=int, metavar="PX", help="Image size instead of the preset's.")
@click.option("--width", type=click.IntRange(min=1), help="Network width instead of the preset's.")
@click.option(
    "--checkpoint-every",
    callback=every,
    default="30s",
    show_default=True,
    metavar="STEPS|SECs",
    help="How much training a crash can lose: a number of steps, or of seconds.",
)
@click.option("--batch-size", type=click.IntRange(min=1), help="Batch instead of the preset's.")
@click.option(
    "--data", callback=named_paths, multiple=True, metavar="NAME=PATH", help="Data of your own."
)
@click.option("--metrics", callback=names, metavar="NAME,…", help="Metrics beside the task's own.")
@click.option(
    "--references",
    callback=reference_names,
    metavar="NAME,…",
    help="References beside the models, or none [default: the task's own].",
)
@click.option(
    "--split",
    type=click.Choice(["validation", "test"]),
    default="test",
    show_default=True,
    help="Where to score; use validation to choose a setting.",
)
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
@click.option(
    "--precision", type=click.Choice(["auto", "fp32", "bf16"]), default="auto", show_default=True
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="CPU threads a cell; results depend on it.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Cells at a time [default: by cores].")
@click.option(
    "--together",
    type=click.IntRange(1, 1_000),
    metavar="N",
    help="Seeds that train as one program, at most [default: as many as pay].",
)
@click.option(
    "--compile",
    "compiled",
    is_flag=True,
    help="Train by kernels of torch.compile; results depend on it.",
)
@click.option(
    "--output", type=PATH, metavar="DIR", help="Result folder [default: results/TASK-PRESET]."
)
@weights_option
@offline_option
@click.option("--dry-run", is_flag=True, help="Show the cells and what is left to do, then stop.")
@click.option("--no-cache", is_flag=True, help="Train every cell again from the start.")
@reading_options
@plugins_option
@cache_option
def run(**given: Any) -> None:
    """Train and score models on tasks, then print the comparison.

    Give models and tasks, or a BENCHMARK file, whose settings the options override. The same
    command again continues, or does nothing but print. Exit code 1 if a cell is not done.
    """
    from ganbench.running.worker_processes import server_at_hand

    with nullcontext() if given["dry_run"] else server_at_hand():
        from ganbench.cli.commands.run import run_command

        code = run_command(**given)
    sys.exit(code)


@main.command()
@click.argument("output", type=PATH)
@format_option
@interval_option
@plugins_option
def table(output: Path, plugin_folders: Sequence[Path], **given: Any) -> None:
    """Print the means of the rows in OUTPUT, models side by side."""
    from ganbench.cli.commands.show import table_command

    sys.exit(table_command(output, registry=find_plugins(plugin_folders), **given))


@main.command()
@click.argument("output", type=PATH)
@click.option("--baseline", default="", metavar="MODEL", help="Compare with this model only.")
@click.option("--metrics", callback=names, metavar="NAME,…", help="Test these columns only.")
@format_option
@interval_option
@plugins_option
def compare(output: Path, plugin_folders: Sequence[Path], **given: Any) -> None:
    """Test the models in OUTPUT against each other, paired by seed."""
    from ganbench.cli.commands.show import compare_command

    sys.exit(compare_command(output, registry=find_plugins(plugin_folders), **given))


@main.command()
@click.argument("output", type=PATH)
@click.option(
    "--benchmark", type=PATH, metavar="FILE", help="Its claims [default: the run's own file]."
)
@format_option
@interval_option
@plugins_option
def claims(output: Path, plugin_folders: Sequence[Path], **given: Any) -> None:
    """Say which claims of a benchmark the rows in OUTPUT replicate."""
    from ganbench.cli.commands.show import claims_command

    sys.exit(claims_command(output, registry=find_plugins(plugin_folders), **given))


@main.command()
@click.option(
    "--step",
    "steps",
    multiple=True,
    required=True,
    metavar="DIR[:BA]",
    help="The result folder of a finished run, and the direction [default: AB]; may be repeated.",
)
@click.option("--model", required=True, metavar="NAME", help="Which of its models.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which of its seeds.")
@click.option(
    "--output-seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Which output of a model that has several, such as munit.",
)
@click.option(
    "--times",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Apply each step so many times.",
)
@click.option(
    "--images", type=PATH, metavar="DIR", help="Images of your own [default: the test images]."
)
@click.option("--output", type=PATH, required=True, metavar="DIR", help="Where pictures go.")
@click.option(
    "--data", callback=named_paths, multiple=True, metavar="NAME=PATH", help="Data of the run."
)
@format_option
@reading_options
@plugins_option
@cache_option
def translate(plugin_folders: Sequence[Path], **given: Any) -> None:
    """Apply trained models to images, one after the other, and read what stays.

    For example the gender and then the hair:

    ganbench translate --step results/gender-quick --step results/hair-quick --model discogan
    --output chain
    """
    from ganbench.cli.commands.translate import translate_command

    sys.exit(translate_command(registry=find_plugins(plugin_folders), **given))


@main.command()
@click.argument("real", type=PATH)
@click.argument("fake", type=PATH)
@click.option(
    "--metrics",
    callback=names,
    metavar="NAME,…",
    default="kd,fd,precision,recall",
    show_default=True,
    help="Of kd, fd, fd_inf, precision, recall, density, coverage, diversity, isc; fid and kid "
    "are fd and kd of inception_v3.",
)
@click.option(
    "--extractor",
    default="",
    metavar="NAME",
    help="efficientnet_lite0, inception_v3, clip_vit_b_32 or dinov2_vit_b_14 "
    "[default: efficientnet_lite0].",
)
@click.option(
    "--size", type=click.IntRange(min=8), metavar="PX", help="Crop and resize all images first."
)
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the metrics and the protocol.")
@click.option(
    "--save-features",
    type=PATH,
    metavar="FILE.npz",
    help="Keep both feature matrices, as `real` and `fake`.",
)
@weights_option
@offline_option
@reading_options
@cache_option
def score(**given: Any) -> None:
    """Score a folder of images, FAKE, against another, REAL: the suite without any training.

    Exit code 1 if a metric could not be computed.
    """
    from ganbench.cli.commands.score import score_command

    sys.exit(score_command(**given))


@main.command("list")
@plugins_option
def list_plugins(plugin_folders: Sequence[Path]) -> None:
    """List models, tasks and metrics, and plugins that are broken."""
    from ganbench.cli.commands.show import list_command

    list_command(find_plugins(plugin_folders))


@main.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR DIR…")
@click.option(
    "-o", "--output", type=PATH, required=True, metavar="DIR", help="The new folder for all."
)
def merge(folders: Sequence[Path], output: Path) -> None:
    """Join result folders into a new one, refusing cells that contradict each other."""
    from ganbench.cli.commands.merge import merge_command

    merge_command(folders, output)


@main.command()
@click.argument("cell")
@click.option(
    "--output", type=PATH, metavar="DIR", help="The result folder [default: all in results]."
)
@plugins_option
@cache_option
def why(cell: str, plugin_folders: Sequence[Path], **given: Any) -> None:
    """Say what has changed since CELL was run, and so why it would be run again.

    CELL is the name of a folder in a result's cells/, or how it begins.
    """
    from ganbench.cli.commands.why import why_command

    why_command(cell, registry=find_plugins(plugin_folders), **given)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME | FILE | FOLDER]…")
@click.option("--verbose", is_flag=True, help="Show the checks that passed, too.")
@plugins_option
@cache_option
def check(names: Sequence[str], plugin_folders: Sequence[Path], **given: Any) -> None:
    """Check that plugins keep to their contracts [default: all built-in ones].

    Exit code 1 if a check failed. For a test suite of your own there is
    `ganbench.testing.parametrize_with_checks`.
    """
    from ganbench.cli.commands.check import check_command

    sys.exit(check_command(names, plugin_folders, **given))


@main.command()
@click.option("--task", "tasks", callback=names, required=True, metavar="NAME,…", help="Tasks.")
@click.option("--models", callback=names, required=True, metavar="NAME,…", help="Models.")
@click.option("--preset", default="", help="Size and batch by name [default: the task's].")
@click.option("--recipe", default="", help="Hyper-parameters by name [default: the task's].")
@click.option("--set", "sets", multiple=True, metavar="NAME.key=value", help="As in `run`.")
@click.option("--size", type=int, metavar="PX", help="Image size instead of the preset's.")
@click.option("--width", type=click.IntRange(min=1), help="Network width instead of the preset's.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Batch instead of the preset's.")
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
@click.option(
    "--precision", type=click.Choice(["auto", "fp32", "bf16"]), default="auto", show_default=True
)
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads [default: all cores].")
@click.option("--rounds", type=click.IntRange(min=1), default=7, show_default=True)
@click.option(
    "--together",
    type=click.IntRange(1, 1_000),
    default=1,
    show_default=True,
    metavar="N",
    help="Seeds that train as one program.",
)
@click.option("--compile", "compiled", is_flag=True, help="By kernels of torch.compile.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plugins_option
def bench(
    plugin_folders: Sequence[Path],
    size: int | None,
    width: int | None,
    batch_size: int | None,
    **given: Any,
) -> None:
    """Time a training step of MODELS, beside the authors' algorithm and the machine's peak."""
    from ganbench.cli.commands.bench import bench_command

    asked = {"size": size, "width": width, "batch_size": batch_size}
    budget = {key: value for key, value in asked.items() if value is not None}
    bench_command(find_plugins(plugin_folders), budget=budget, **given)


@main.command()
@click.argument("kind", type=click.Choice(["model", "task", "metric"]))
@click.argument("name")
@click.option(
    "--folder",
    type=PATH,
    default=Path(),
    metavar="DIR",
    help="Where it goes [default: the current folder].",
)
@plugins_option
def new(kind: str, name: str, folder: Path, plugin_folders: Sequence[Path]) -> None:
    """Write a commented plugin to start from, NAME.py, that passes all checks at once."""
    from ganbench.cli.commands.new import new_command

    new_command(kind, name, folder, find_plugins(plugin_folders))


@main.command()
@cache_option
def info(cache_dir: Path | None) -> None:
    """Show versions, devices and the cache."""
    from ganbench.cli.commands.info import info_command

    info_command(cache_dir)


@main.group(cls=Group)
def data() -> None:
    """Get and check real data sets. Nothing is downloaded but by `data prepare`."""


@data.command("list")
@data_dir_option
@format_option
def list_data(data_dir: Path | None, format_name: str) -> None:
    """List the data sets: their tasks, licences and sizes, and which are there."""
    from ganbench.cli.commands.data import list_command

    list_command(data_dir, format_name)


@data.command("prepare")
@click.argument("name")
@data_dir_option
@click.option("--offline", is_flag=True, help="Download nothing; say what to get instead.")
@click.option(
    "--archive",
    "archives",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="An archive that you have already; may be repeated.",
)
def prepare_data(name: str, **given: Any) -> None:
    """Download, check and unpack the data set NAME, or say how to get it by hand.

    A second time it does nothing.
    """
    from ganbench.cli.commands.data import prepare_command

    prepare_command(name, **given)


@data.command("verify")
@click.argument("name")
@click.argument("path", required=False, type=PATH)
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    metavar="N",
    help="Pictures to decode.",
)
def verify_data(name: str, path: Path | None, sample: int) -> None:
    """Count what the data set NAME holds in PATH [default: its own folder].

    Exit code 1 if a sampled picture cannot be decoded, 2 if the layout is wrong.
    """
    from ganbench.cli.commands.data import verify_command

    sys.exit(verify_command(name, path, sample))


def find_plugins(folders: Sequence[Path]) -> Registry:
    from ganbench.registry.registry import discover

    return discover(folders)
