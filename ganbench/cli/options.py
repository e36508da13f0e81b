"""What several commands share: parsers of arguments, and options."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganbench.core.spec import MAX_MEGAPIXELS, Every, Reading

if TYPE_CHECKING:
    from ganbench.registry.registry import Registry

UNITS_SEC = {"s": 1, "m": 60, "h": 3600}
COMPILE, BARE = "--compile", "always"  # the option, and the word that it stands for alone
COMPILE_WORDS: Mapping[str, bool | str] = {BARE: True, "auto": "auto"}
FORMATS = ("rich", "markdown", "csv", "latex", "json")


class Whole(click.IntRange):
    """A whole number, whose range is told in words, for which Click has no other way."""

    def _describe_range(self) -> str:
        return range_in_words(self.min, self.max)


class Number(click.FloatRange):
    """The same of any number."""

    def _describe_range(self) -> str:
        return range_in_words(self.min, self.max, self.min_open)


def range_in_words(least: float | None, most: float | None, is_more: bool = False) -> str:
    """As help and mistakes tell it; Click would write 1<=x<=1000. is_more: than the least."""
    low, high = (f"{int(x) if x == int(x) else x:,}" for x in (least or 0, most or 0))
    if most is None:
        return f"more than {low}" if is_more else f"{low} or more"
    return f"{low} to {high}"


class PathOfUser(click.Path):
    """A path; an empty one, as of a shell variable that is not set, is not the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value) == "":
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


PATH = PathOfUser(path_type=Path)


def names(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """A comma-separated list; empty parts and repeats are dropped."""
    return tuple(dict.fromkeys(part for part in map(str.strip, (value or "").split(",")) if part))


def reference_names(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    """None without the option, an empty tuple for "none"."""
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
    number = value.removesuffix("s")
    if not number.isdecimal() or not int(number):
        raise click.BadParameter(f"'{value}' is neither steps, such as 500, nor seconds, as 30s")
    return Every(seconds=float(number)) if value != number else Every(steps=int(number))


def seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """90s, 9m and 2h as seconds; 0 where nothing is given."""
    number, unit = value[:-1], UNITS_SEC.get(value[-1:])
    if not value:
        return 0.0
    if unit is None or not number.isdecimal() or not int(number):
        raise click.BadParameter(f"'{value}' is no time, such as 90s, 9m or 2h")
    return float(int(number) * unit)


def named_paths(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> dict[str, Path]:
    paths = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not (name and equals and path):
            raise click.BadParameter(f"'{value}' is not NAME=PATH, such as A=photos/cats")
        paths[name] = Path(path)
    return paths


class WithCompileWords(click.Command):
    """A command whose `--compile` may have a word behind it. Click's own optional values would take
    whatever stands there, such as the name of a benchmark file.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, with_word(args, COMPILE, COMPILE_WORDS, BARE))


def with_word(args: Sequence[str], option: str, words: Collection[str], bare: str) -> list[str]:
    """The arguments with one value for the option wherever it stands: the next one where that is
    among the words, else `bare`. What stands after "--" is no option.
    """
    end = args.index("--") if "--" in args else len(args)
    told: list[str] = []
    left = iter(enumerate(args[:end], 1))
    for after, arg in left:
        if arg == option:
            has_word = after < end and args[after] in words
            told.append(f"{option}={next(left)[1] if has_word else bare}")
        else:
            told.append(arg)
    return [*told, *args[end:]]


def compile_word(ctx: click.Context, param: click.Parameter, value: str | None) -> bool | str:
    """False without the option."""
    if value is None:
        return False
    if value not in COMPILE_WORDS:
        raise click.BadParameter(f"'{value}' is none of {', '.join(COMPILE_WORDS)}")
    return COMPILE_WORDS[value]


def per_device(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """0 for auto."""
    if value != "auto" and not (value.isdecimal() and int(value)):
        raise click.BadParameter(f"'{value}' is neither auto nor a number of cells, such as 4")
    return 0 if value == "auto" else int(value)


device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="cpu, cuda (every GPU), cuda:1 or cuda:0,2, mps, xpu.",
)
precision_option = click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16"]),
    default="auto",
    show_default=True,
    help="Of the networks' computing; auto is fp32, on every machine.",
)
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
    "--cache-dir", type=PATH, metavar="DIR", help="Folder of made data [default: user cache]."
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

output_seed_option = click.option(
    "--output-seed",
    type=Whole(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Which output of a model that has several, such as munit.",
)
micro_batch_option = click.option(
    "--micro-batch",
    type=Whole(min=1),
    metavar="N",
    help="Save memory: gradients of at most N samples of a domain at a time; results depend on it.",
)
checkpoint_activations_option = click.option(
    "--checkpoint-activations",
    is_flag=True,
    help="Save memory: compute activations again in the backward pass; same results, slower.",
)

skip_option = click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Leave out files that cannot be read, and say so, instead of refusing them.",
)
megapixels_option = click.option(
    "--max-megapixels",
    type=Number(min=0, min_open=True),
    default=MAX_MEGAPIXELS,
    show_default=True,
    metavar="N",
    help="Refuse larger pictures.",
)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the options of how files are read, and gives them as one `reading`."""

    @skip_option
    @megapixels_option
    @wraps(command)
    def read(*args: Any, skip_unreadable: bool, max_megapixels: float, **options: Any) -> None:
        command(*args, reading=Reading(skip_unreadable, max_megapixels), **options)

    return read


data_dir_option = click.option(
    "--data-dir", type=PATH, metavar="DIR", help="Folder of data sets [default: user data]."
)


def find_plugins(folders: Sequence[Path]) -> Registry:
    from ganbench.registry.registry import discover

    return discover(folders)
