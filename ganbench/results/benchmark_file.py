"""A benchmark: a TOML file with a grid of cells and the claims that they test."""

from __future__ import annotations

import dataclasses
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbench.core.errors import UserError, unknown
from ganbench.core.files import write_atomically
from ganbench.core.spec import MAX_SEEDS_OF_A_RUN
from ganbench.results.folder import BENCHMARK


@dataclass(frozen=True)
class Claim:
    """One testable sentence of a paper.

    Either `better` is better than `worse` on the metric, or `model` reaches a bound on it.

    metric: a column's name; the text of its ColumnKey.
    at_least, at_most: the bound, in the metric's unit.
    margin: of a comparison, the smallest difference that would matter, in the metric's unit.
    """

    id: str
    figure: str
    text: str
    task: str
    metric: str
    better: str = ""
    worse: str = ""
    model: str = ""
    at_least: float | None = None
    at_most: float | None = None
    margin: float = 0.0

    @property
    def compares(self) -> bool:
        return bool(self.better)

    @property
    def models(self) -> tuple[str, ...]:
        """Those that it names."""
        return (self.better, self.worse) if self.compares else (self.model,)

    @property
    def short(self) -> str:
        """The claim in symbols."""
        if self.compares:
            return f"{self.metric}: {self.better} better than {self.worse}"
        bound = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        return f"{self.metric}: {self.model} {bound}"


@dataclass(frozen=True)
class BenchmarkFile:
    """What a file asks for; empty or None leaves the choice to the command.

    sets: texts "NAME.key=value". text: the file as it stands.
    """

    title: str
    models: tuple[str, ...]
    tasks: tuple[str, ...]
    seeds: tuple[int, ...]
    preset: str
    recipe: str
    sets: tuple[str, ...]
    metrics: tuple[str, ...]
    claims: tuple[Claim, ...]
    text: str


NO_FILE = BenchmarkFile(
    "", (), (), (), "", "", (), (), (), ""
)  # a run without one asks for nothing


def read_benchmark(path: Path) -> BenchmarkFile:
    """The benchmark of a TOML file. Raises UserError, with file and key, for any other content."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or no TOML
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"the benchmark file cannot be read: {reason}", str(path), "see benchmarks/ for some"
        ) from error
    return parse_benchmark(content, text, str(path))


def parse_benchmark(content: Mapping[str, Any], text: str, where: str) -> BenchmarkFile:
    keys = {f.name for f in dataclasses.fields(BenchmarkFile)} - {"sets", "text"}
    check_keys(content, keys | {"set"}, where)
    claims = take(content, "claims", list, where, [])
    if not all(isinstance(claim, Mapping) for claim in claims):
        raise UserError("claims must be tables", where, "write [[claims]]")
    file = BenchmarkFile(
        title=take(content, "title", str, where, ""),
        models=names(content, "models", where),
        tasks=names(content, "tasks", where),
        seeds=seeds_of(content, where),
        preset=take(content, "preset", str, where, ""),
        recipe=take(content, "recipe", str, where, ""),
        sets=sets_of(content, where),
        metrics=names(content, "metrics", where),
        claims=tuple(parse_claim(claim, where, i) for i, claim in enumerate(claims, 1)),
        text=text,
    )
    ids = [claim.id for claim in file.claims]
    for name in ids:
        if ids.count(name) > 1:
            raise UserError(f"two claims have the id '{name}'", where, "give each an id of its own")
    return file


def parse_claim(content: Mapping[str, Any], where: str, number: int) -> Claim:
    where = f"{where}, claim {content.get('id', number)}"
    fields = dataclasses.fields(Claim)
    check_keys(content, {f.name for f in fields}, where)
    texts = [f.name for f in fields if f.type == "str"]
    values: dict[str, Any] = {name: take(content, name, str, where, "") for name in texts}
    for name in ("at_least", "at_most", "margin"):
        if name in content:
            values[name] = finite_number(content, name, where)
    claim = Claim(**values)
    for name in ("id", "figure", "text", "task", "metric"):
        if not values[name]:
            raise UserError(f"the claim has no {name}", where, f'add {name} = "…"')
    bounds = (claim.at_least is not None) + (claim.at_most is not None)
    comparison = bool(claim.better and claim.worse) and not claim.model and bounds == 0
    threshold = bool(claim.model) and not (claim.better or claim.worse) and bounds == 1
    if not (comparison or threshold):
        raise UserError(
            "a claim either compares or has a bound",
            where,
            "give better and worse, or model and one of at_least and at_most",
        )
    if claim.margin < 0 or (claim.margin and threshold):
        raise UserError(
            "margin must be 0 or more, and belongs to a comparison", where, "correct it"
        )
    return claim


def finite_number(content: Mapping[str, Any], key: str, where: str) -> float:
    number = take(content, key, (int, float), where, 0.0)
    if not abs(number) < sys.float_info.max:  # nor nan
        raise UserError(f"{key} must be a finite number, not {number!r}", where, "give one")
    return float(number)


def check_keys(content: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in content:
        if key not in known:
            raise unknown("key", key, known, where)


def take(content: Mapping[str, Any], key: str, kind: Any, where: str, default: Any) -> Any:
    """The value of `key`. Raises UserError where it has another type."""
    value = content.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        kind_text = {str: "a text", list: "a list", dict: "a table"}.get(kind, "a number")
        raise UserError(f"{key} must be {kind_text}, not {value!r}", where, f"give {kind_text}")
    return value


def names(content: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    listed: Sequence[Any] = take(content, key, list, where, [])
    if not all(isinstance(name, str) and name for name in listed):
        raise UserError(f"{key} must be a list of names", where, f'{key} = ["…"]')
    return tuple(dict.fromkeys(listed))


def seeds_of(content: Mapping[str, Any], where: str) -> tuple[int, ...]:
    """A number n for seeds 0 to n-1, or a list of seeds."""
    value = content.get("seeds", [])
    seeds = list(range(value)) if type(value) is int and 0 < value <= MAX_SEEDS_OF_A_RUN else value
    if not isinstance(seeds, list) or any(type(seed) is not int or seed < 0 for seed in seeds):
        raise UserError(
            f"seeds must be a number or a list of whole numbers, not {value!r}",
            where,
            f"seeds = 5 or seeds = [3, 7]; {MAX_SEEDS_OF_A_RUN:,} at most",
        )
    return tuple(dict.fromkeys(seeds))


def sets_of(content: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """`[set.toy] sigma_A = 0.1` as the text "toy.sigma_A=0.1"; of a list a text for each value."""
    texts = []
    for name, options in take(content, "set", dict, where, {}).items():
        if not isinstance(options, Mapping):
            raise UserError(f"set.{name} must be a table", where, f"write [set.{name}]")
        for key, given in options.items():
            values = given if isinstance(given, list) else [given]
            texts += [f"{name}.{key}={text_of(value)}" for value in values]
    return tuple(texts)


def text_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def keep_benchmark(file: BenchmarkFile, output: Path) -> None:
    """A copy in the result folder, so that `ganbench claims` finds the claims."""
    path = output / BENCHMARK
    if path.is_file() and path.read_text(encoding="utf-8") == file.text:
        return  # perhaps this very file
    write_atomically(path, file.text.encode())


def stored_benchmark(output: Path) -> Path:
    """Raises UserError for a folder that was not run from a benchmark file."""
    path = output / BENCHMARK
    if not path.is_file():
        raise UserError(
            "the folder was not run from a benchmark file, so it has no claims",
            str(output),
            "`ganbench compare` tests its models; or give a file with claims, --benchmark FILE",
        )
    return path
