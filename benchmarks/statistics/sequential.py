"""How often sequential verdicts are false, how often they are reached, and by how many seeds.

`python benchmarks/statistics/sequential.py` writes simulations.json and table.md into
results/reference/sequential, and docs/sequential.png; docs/sequential.md shows them. Each
experiment is simulated RUNS times, or as `--runs N` says, with a look after every seed. Effects are
those of the committed rows of figures 4 to 6, whose seeds are drawn again with replacement, so that
what the claims of a figure have in common stays. `--output DIR` takes all files elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.statistics.sequential_choice import Choice, choices
from benchmarks.statistics.sequential_designs import FIXED, MAX_SEEDS, PAIRS, ROOT
from benchmarks.statistics.sequential_trials import (
    TOGETHER,
    Cost,
    Errors,
    Power,
    Resampled,
    asymmetric,
    false_verdicts,
    of_all,
    power,
    resampled,
)

RUNS = 4_000
OUTPUT, DOCS = ROOT / "results" / "reference" / "sequential", ROOT / "docs"


def drawn(powers: Sequence[Power], lines: Sequence[Resampled], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12, 4.6), width_ratios=(1, 1), layout="constrained"
    )
    effects = [p.effect for p in powers]
    left.plot(effects, [p.seeds for p in powers], "o-", color="#0b7285", label="until decided")
    left.axhline(FIXED, color="#868e96", ls="--", label=f"fixed n = {FIXED}")
    left.set(
        xlabel="true effect in standard deviations",
        ylabel=f"mean seeds, {MAX_SEEDS} at most",
        title="Seeds to a verdict on one claim",
        ylim=(0, None),
    )
    power = left.twinx()
    power.plot(effects, [100 * p.replicated for p in powers], "s:", color="#e8590c", ms=4)
    power.plot(effects, [100 * p.replicated_fixed for p in powers], ":", color="#868e96")
    power.set(ylim=(0, 104))
    power.set_ylabel("replicated, % (dotted)", color="#e8590c")
    left.legend(loc="center right", frameon=False)
    known = [r for r in lines if r.decided_fixed > 0.5]
    names = [f"{r.claim} ({r.figure.removeprefix('figure')})" for r in known]
    places = np.arange(len(known))[::-1]
    colours = ["#0b7285" if r.seeds <= FIXED else "#e8590c" for r in known]
    right.barh(places, [r.seeds for r in known], color=colours, height=0.65)
    right.axvline(FIXED, color="#868e96", ls="--")
    right.set_yticks(places, names, fontsize=7)
    right.set(xlabel="mean seeds to the verdict of fixed n = 10", title="Claims of figures 4 to 6")
    for axes in (left, right, power):
        axes.spines["top"].set_visible(False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def table(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def of_designs(choices: Iterable[Choice]) -> str:
    figures: dict[str, None] = {}
    by_design: dict[str, list[Choice]] = {}
    for each in choices:
        figures[each.figure] = None
        by_design.setdefault(each.design, []).append(each)
    return table(
        f"| design | {' | '.join(figures)} | all, 10 at most |",
        f"| --- | {' | '.join('---:' for _ in figures)} | ---: |",
        *(
            f"| {name} | {' | '.join(f'{c.seeds:.1f}' for c in own)} | "
            f"{np.mean([c.to_ten for c in own]):.1f} |"
            for name, own in by_design.items()
        ),
    )


def of_errors(errors: Iterable[Errors]) -> str:
    any_ = f"one claim | any of {PAIRS}"
    return table(
        f"| null distribution | truth | {any_} | fixed n = {FIXED}: {any_} |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {e.distribution} | {e.state} | {percent(e.one)} | {percent(e.any_)} | "
            f"{percent(e.one_fixed)} | {percent(e.any_fixed)} |"
            for e in errors
        ),
    )


def of_outside(errors: Iterable[Errors]) -> str:
    """Where the assumption fails."""
    return table(
        "| where the assumption fails | until decided, 40 seeds at most | fixed n = 10 |",
        "| --- | ---: | ---: |",
        *(f"| {e.distribution} | {percent(e.one)} | {percent(e.one_fixed)} |" for e in errors),
    )


def of_powers(powers: Iterable[Power]) -> str:
    return table(
        "| effect in sd | replicated by 40 seeds | by 10 seeds | fixed n = 10 | mean seeds |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {p.effect:g} | {percent(p.replicated)} | {percent(p.by_fixed)} | "
            f"{percent(p.replicated_fixed)} | {p.seeds:.1f} |"
            for p in powers
        ),
    )


def of_claims(lines: Iterable[Resampled]) -> str:
    return table(
        "| rows | claim | mean / sd | fixed n = 10 says | decided by 40 seeds | by 10 | fixed | "
        "same verdict | mean seeds to it |",
        "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {r.figure} | {r.claim} | {r.size:.2f} | {r.verdict} | {percent(r.decided)} | "
            f"{percent(r.decided_by_ten)} | {percent(r.decided_fixed)} | {percent(r.same)} | "
            f"{r.seeds:.1f} |"
            for r in lines
        ),
    )


def of_costs(costs: Iterable[Cost]) -> str:
    return table(
        "| rows | trainings | seeds a claim | seeds a claim that fixed n = 10 decides |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {c.figure} | {c.trainings:.2f} | {c.seeds_of_claims:.2f} | "
            f"{c.seeds_of_decided:.2f} |"
            for c in costs
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N")
    parser.add_argument("--output", type=Path, metavar="DIR")
    asked = parser.parse_args()
    simulated(asked.runs, asked.output or OUTPUT, asked.output or DOCS)


def simulated(runs: int, output: Path, pictures: Path) -> None:
    """Writes all of it. output: for numbers and tables."""
    output.mkdir(parents=True, exist_ok=True)
    errors, outside, powers = list(false_verdicts(runs)), list(asymmetric(runs)), list(power(runs))
    found = list(resampled(runs))
    lines = [line for own, _ in found for line in own]
    costs = [each for _, each in found]
    costs += [of_all(costs, *each) for each in TOGETHER.items()]
    designs = list(choices(runs))
    shown: dict[str, Sequence[Any]] = {
        **{"designs": designs, "errors": errors, "outside": outside},
        **{"power": powers, "claims": lines, "costs": costs},
    }
    text = json.dumps({k: [asdict(v) for v in values] for k, values in shown.items()}, indent=1)
    (output / "simulations.json").write_text(text + "\n")
    tables = (
        *(of_designs(designs), of_errors(errors), of_outside(outside)),
        *(of_powers(powers), of_claims(lines), of_costs(costs)),
    )
    (output / "table.md").write_text("\n".join(tables))
    drawn(powers, lines, pictures / "sequential.png")
    print((output / "table.md").read_text())


if __name__ == "__main__":
    main()
