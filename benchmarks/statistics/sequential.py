"""How often sequential verdicts are false, how often they are reached, and by how many seeds.

`python benchmarks/statistics/sequential.py` writes simulations.json and table.md into
results/reference/sequential, and docs/sequential.png; docs/sequential.md shows them. Each
experiment is simulated RUNS times with a look after every seed. Effects are those of the committed
rows of figures 4 to 6, whose seeds are drawn again with replacement, so that what the claims of a
figure have in common stays.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ganbench.registry.registry import discover
from ganbench.reporting.claims import effects_by_seed, recipes_of
from ganbench.reporting.groups import group_rows
from ganbench.reporting.sequential import ALPHA_FOR, in_turn, least_mean, usual_size
from ganbench.reporting.sequential_claims import evidence
from ganbench.reporting.statistics import ALPHA, holm, t_interval
from ganbench.results.benchmark_file import Claim, read_benchmark
from ganbench.results.folder import BENCHMARK, read_rows

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "results" / "reference" / "sequential"
PAPERS = ("figure4/quick", "figure5/quick", "figure6/quick")
FIGURES = ("figure4/quick", "figure5/quick", "figure5/quick-code", "figure6/quick")
RUNS, MAX_SEEDS, FIXED = 4_000, 40, 10
PAIRS = 4  # claims of a simulated sheet
Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]

NULLS: Mapping[str, Draw] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "heavy tails, t of 2 degrees": lambda rng, shape: rng.standard_t(2, shape),
    "all or nothing, beta(0.5, 0.5)": lambda rng, shape: rng.beta(0.5, 0.5, shape),
    "skewed, log-normal σ 1": lambda rng, shape: rng.lognormal(0, 1, shape),
    "with ties, binomial(3, 0.5)": lambda rng, shape: rng.binomial(3, 0.5, shape).astype(float),
}


@dataclass(frozen=True)
class Outcome:
    """Of many experiments: sign (runs, claims) of the verdict, and seeds (runs, claims) by then."""

    sign: npt.NDArray[np.int64]
    seeds: npt.NDArray[np.int64]


def sequential(claims: Sequence[Claim], effects: Floats) -> Outcome:
    """effects: (runs, claims, seeds)."""
    both = [evidence(claim, effects[:, i]) for i, claim in enumerate(claims)]
    e_for, e_against = (
        np.stack([e[side] for e in both], axis=-1).swapaxes(0, 1) for side in (0, 1)
    )
    course = in_turn(e_for, e_against)
    return Outcome(course.sign, course.looks)


def fixed(claims: Sequence[Claim], effects: Floats) -> Outcome:
    """Today's verdicts from the first FIXED seeds."""
    first = effects[..., :FIXED]
    low, high = t_interval(first)
    mean = first.mean(axis=-1)
    is_same = np.ptp(first, axis=-1) == 0
    low, high = np.where(is_same, mean, low), np.where(is_same, mean, high)
    p = sign_flip_p(first)
    tested = [i for i, claim in enumerate(claims) if claim.compares]
    p[:, tested] = [holm(own) for own in p[:, tested].tolist()]
    sign = np.zeros(p.shape, int)
    for i, claim in enumerate(claims):
        shown = (p[:, i] <= ALPHA) & (mean[:, i] > 0) if claim.compares else low[:, i] >= 0
        sign[:, i] = np.where(high[:, i] < max(claim.margin, 0), -1, shown)
    return Outcome(sign, np.full(sign.shape, FIXED))


def sign_flip_p(effects: Floats) -> Floats:
    """Two-sided, exact; over the last axis."""
    n = effects.shape[-1]
    signs = 1.0 - 2 * ((np.arange(2 ** (n - 1))[:, None] >> np.arange(n)) & 1)
    sums = np.abs(effects @ signs.T)
    return np.asarray((sums >= np.abs(effects.sum(axis=-1))[..., None] * (1 - 1e-12)).mean(axis=-1))


def comparisons(margin: float, count: int = PAIRS) -> list[Claim]:
    return [
        Claim(str(i), "", "", "", "score", better="new", worse=f"old{i}", margin=margin)
        for i in range(count)
    ]


# False verdicts


@dataclass(frozen=True)
class Errors:
    """Shares of runs with a false verdict: `one` of the first claim, `any_` of some claim."""

    distribution: str
    state: str
    one: float
    any_: float
    one_fixed: float
    any_fixed: float


STATES = {  # the true effects of the claims in units of the margin, and which verdict is false
    "no effect": (0.0,) * PAIRS,
    "effects as large as the margin": (1.0,) * PAIRS,
    "two of each": (0.0, 0.0, 1.0, 1.0),
}


def false_verdicts() -> Iterator[Errors]:
    """PAIRS models against one other that they share their seeds with, so claims depend."""
    for name, draw in NULLS.items():
        rng = np.random.default_rng(1)
        scores = draw(rng, (RUNS, PAIRS + 1, MAX_SEEDS))
        differences = scores[:, :1] - scores[:, 1:]
        margin = float(np.median(np.abs(differences))) or 0.5
        claims = comparisons(margin)
        for state, truth in STATES.items():
            effects = differences + margin * np.array(truth)[:, None]
            wrong = np.where(np.array(truth) > 0, -1, 1)
            found = [design(claims, effects).sign == wrong for design in (sequential, fixed)]
            yield Errors(
                name,
                state,
                *(
                    share
                    for f in found
                    for share in (float(f[:, 0].mean()), float(f.any(1).mean()))
                ),
            )


def asymmetric() -> Iterator[Errors]:
    """Where the assumption fails: a model's scores that are not symmetric about their mean."""
    mean = math.exp(0.5)
    for name, draw in {
        "log-normal σ 1, its mean on the bound": lambda r, s: r.lognormal(0, 1, s) - mean,
        "0.99 or 0.2, their mean on the bound of 0.7": lambda r, s: np.where(
            r.random(s) < 0.5 / 0.79, 0.29, -0.5
        ),
    }.items():
        effects = draw(np.random.default_rng(2), (RUNS, 1, MAX_SEEDS))
        claims = [Claim("b", "", "", "", "score", model="new", at_least=0.0)]
        found = [d(claims, effects).sign != 0 for d in (sequential, fixed)]
        shares = [float(f.mean()) for f in found]
        yield Errors(name, "either verdict", shares[0], shares[0], shares[1], shares[1])


# Power


@dataclass(frozen=True)
class Power:
    """Of normal differences with a mean of `effect` standard deviations, alone on a sheet."""

    effect: float
    replicated: float
    by_fixed: float
    seeds: float
    replicated_fixed: float


def power() -> Iterator[Power]:
    draws = np.random.default_rng(3).standard_normal((RUNS, 1, MAX_SEEDS))
    claims = comparisons(0.5, 1)
    for effect in (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0):
        found, at_once = (d(claims, draws + effect) for d in (sequential, fixed))
        is_shown = found.sign == 1
        yield Power(
            effect,
            float(is_shown.mean()),
            float((is_shown & (found.seeds <= FIXED)).mean()),
            float(found.seeds.mean()),
            float((at_once.sign == 1).mean()),
        )


# Committed rows


@dataclass(frozen=True)
class Resampled:
    """A claim of a committed figure. size: the mean effect in standard deviations. verdict: of the
    fixed design on the rows themselves. same: the share of runs in which both designs give it one
    verdict, given that the fixed one gives one. seeds: mean number of these runs. to_ten: over
    all runs, where --max-seeds is FIXED. decided, decided_fixed: shares of runs with a verdict.
    """

    figure: str
    claim: str
    size: float
    verdict: str
    decided: float
    decided_by_ten: float
    decided_fixed: float
    same: float
    seeds: float
    to_ten: float


@dataclass(frozen=True)
class Cost:
    """Trainings of a figure's models, over FIXED for each: where seeds are added to what undecided
    claims name, up to FIXED. seeds_of_claims: mean seeds to a claim's verdict, over FIXED;
    seeds_of_decided: where the fixed design decides it too, which it does for so many claims in
    the mean.
    """

    figure: str
    trainings: float
    seeds_of_claims: float
    seeds_of_decided: float
    decided: float


def committed(figure: str) -> tuple[list[Claim], Floats]:
    """The claims of a folder, and their effects (claims, seeds)."""
    folder = ROOT / "results" / "reference" / figure
    (group,) = group_rows(read_rows(folder).rows)
    (recipe,) = recipes_of(group)
    claims, columns = list(read_benchmark(folder / BENCHMARK).claims), discover().columns
    found = [effects_by_seed(claim, group, recipe, columns) for claim in claims]
    return claims, np.array([list(e.values()) for e in found if not isinstance(e, str)])


def resampled() -> Iterator[tuple[list[Resampled], Cost]]:
    words = {1: "replicated", -1: "not replicated", 0: "undecided"}
    for figure in FIGURES:
        claims, effects = committed(figure)
        rng = np.random.default_rng(4)
        drawn = rng.integers(effects.shape[1], size=(RUNS, MAX_SEEDS))
        runs = effects[:, drawn].swapaxes(0, 1)
        found, at_once = sequential(claims, runs), fixed(claims, runs)
        truth = fixed(claims, effects[None]).sign[0]
        lines = []
        for i, claim in enumerate(claims):
            is_decided = at_once.sign[:, i] != 0
            is_same = is_decided & (found.sign[:, i] == at_once.sign[:, i])
            spread = float(effects[i].std(ddof=1))
            lines.append(
                Resampled(
                    figure,
                    claim.id,
                    float(effects[i].mean()) / spread if spread > 1e-9 else math.inf,
                    words[int(truth[i])],
                    float((found.sign[:, i] != 0).mean()),
                    float(((found.sign[:, i] != 0) & (found.seeds[:, i] <= FIXED)).mean()),
                    float(is_decided.mean()),
                    float(is_same.sum() / max(1, is_decided.sum())),
                    float(found.seeds[is_same, i].mean()) if is_same.any() else math.nan,
                    float(np.minimum(found.seeds[:, i], FIXED).mean()),
                )
            )
        yield lines, cost(figure, claims, found, at_once)


def cost(figure: str, claims: Sequence[Claim], found: Outcome, at_once: Outcome) -> Cost:
    models = sorted({model for claim in claims for model in claim.models})
    short = np.minimum(found.seeds, FIXED)
    is_decided = at_once.sign != 0
    needed = [
        short[:, [i for i, claim in enumerate(claims) if model in claim.models]].max(axis=1)
        for model in models
    ]
    return Cost(
        figure,
        float(np.mean(needed)) / FIXED,
        float(short.mean()) / FIXED,
        float(short[is_decided].mean()) / FIXED,
        is_decided.mean(axis=0).sum().item(),
    )


def of_all(costs: Sequence[Cost]) -> Cost:
    """Of the paper's figures together, each claim counting alike."""
    own = [c for c in costs if c.figure in PAPERS]
    claims = [len(committed(c.figure)[0]) for c in own]
    return Cost(
        "all three under quick",
        float(np.mean([c.trainings for c in own])),
        float(np.average([c.seeds_of_claims for c in own], weights=claims)),
        float(np.average([c.seeds_of_decided for c in own], weights=[c.decided for c in own])),
        sum(c.decided for c in own),
    )


# Which design


@dataclass(frozen=True)
class Choice:
    """Mean seeds to "replicated", MAX_SEEDS at most, over the claims of a figure that the fixed
    design replicates; and the same where FIXED are the most.
    """

    design: str
    figure: str
    seeds: float
    to_ten: float


Spending = Callable[[float, int], float]  # of a level, what may be spent by so many seeds
CHOOSING_RUNS, PATHS = 100, 4_096


def obrien_fleming(level: float, n: int) -> float:
    """Lan & DeMets, "Discrete sequential boundaries for clinical trials" (Biometrika 1983)."""
    from scipy.stats import norm

    return float(2 * norm.sf(norm.isf(level / 2) / math.sqrt(n / MAX_SEEDS)))


def pocock(level: float, n: int) -> float:
    return level * math.log1p((math.e - 1) * n / MAX_SEEDS)


def as_soon_as_possible(level: float, n: int) -> float:
    """One sign pattern as soon as the level allows for it, the rest bit by bit, without an end."""
    first = math.ceil(math.log2(1 / level))
    if n < first:
        return 0.0
    return level - (level - 2.0**-first) * math.exp(-(n - first) / 10)


SPENDING: Mapping[str, Spending] = {
    "group-sequential, O'Brien-Fleming-like spending": obrien_fleming,
    "group-sequential, Pocock-like spending": pocock,
    "group-sequential, as soon as possible": as_soon_as_possible,
}
E_VALUES = {
    "e-values, all on the sign": ((1.0, math.inf),),
    "e-values, 0.8 on the sign, 0.2 of boldness 1 (taken)": ((0.8, math.inf), (0.2, 1.0)),
    "e-values, 0.6 on the sign, boldness 1 and 0.5": ((0.6, math.inf), (0.2, 1.0), (0.2, 0.5)),
    "e-values, boldness 2, 1 and 0.5": ((0.34, 2.0), (0.33, 1.0), (0.33, 0.5)),
    "e-values, boldness 1": ((1.0, 1.0),),
}


def choices() -> Iterator[Choice]:
    for figure in PAPERS:
        claims, effects = committed(figure)
        drawn = np.random.default_rng(5).integers(effects.shape[1], size=(RUNS, MAX_SEEDS))
        runs = effects[:, drawn].swapaxes(0, 1)
        shown = fixed(claims, effects[None]).sign[0] == 1
        for name, bets in E_VALUES.items():
            yield choice(name, figure, seeds_by_e_values(runs, bets)[:, shown])
        for name, bets in E_VALUES.items():
            if "taken" in name:
                by_holm = seeds_by_e_values(runs, bets, corrected=lambda e: e / e.shape[-1])
                yield choice("the same, corrected by Bonferroni", figure, by_holm[:, shown])
        for name, spending in SPENDING.items():
            seeds = seeds_by_groups(runs[:CHOOSING_RUNS], spending)
            yield choice(name, figure, seeds[:, shown])


def choice(name: str, figure: str, seeds: Floats) -> Choice:
    return Choice(name, figure, float(seeds.mean()), float(np.minimum(seeds, FIXED).mean()))


def seeds_by_e_values(
    runs: Floats,
    bets: Sequence[tuple[float, float]],
    corrected: Callable[[Floats], Floats] = least_mean,
) -> Floats:
    """Until "replicated", (runs, claims). runs: effects (runs, claims, seeds)."""
    sizes = usual_size(runs)
    bold = np.divide(runs, sizes, out=np.sign(runs), where=sizes > 0)
    factors = {b: 1 + (np.sign(runs) if math.isinf(b) else np.tanh(b * bold)) for _, b in bets}
    e_values = sum(share * np.cumprod(factors[b], axis=-1) for share, b in bets)
    enough = corrected(np.moveaxis(np.asarray(e_values), 1, -1)) >= 1 / ALPHA_FOR
    return first_true(enough.swapaxes(1, 2))


def first_true(enough: npt.NDArray[np.bool_]) -> Floats:
    """How many of the last axis until it is, all of them where it never is."""
    return np.where(enough.any(-1), enough.argmax(-1) + 1, enough.shape[-1]).astype(float)


def seeds_by_groups(runs: Floats, spending: Spending) -> Floats:
    """The same by group-sequential sign-flip tests and Holm (Ye, Li, Liu & Yao, "A group sequential
    Holm procedure with multiple primary endpoints", Statistics in Medicine 2013).
    """
    count = runs.shape[1]
    rng = np.random.default_rng(6)
    signs = rng.choice([-1.0, 1.0], size=(PATHS, MAX_SEEDS))
    exact = int(math.log2(PATHS))
    signs[:, :exact] = 1 - 2 * ((np.arange(PATHS)[:, None] >> np.arange(exact)) & 1)
    crossed = np.array(
        [
            [crossings(effects, signs, [ALPHA_FOR / k for k in range(1, count + 1)], spending)
             for effects in run]
            for run in runs
        ]
    )  # fmt: skip
    return np.array([holm_times(times) for times in crossed])


def crossings(
    effects: Floats, signs: Floats, levels: Sequence[float], spending: Spending
) -> list[int]:
    """At which seed the test of each level crosses its boundary; one beyond the last for never.

    The boundary of a look is the smallest that no more sign patterns come to for the first time
    than the level has left to spend, so the test is exact for whatever sizes the effects have.
    """
    sums = np.cumsum(signs * np.abs(effects), axis=1)
    observed, times = np.cumsum(effects), []
    for level in levels:
        alive, spent, time = np.ones(len(signs), bool), 0, MAX_SEEDS + 1
        for n in range(1, MAX_SEEDS + 1):
            left = int(len(signs) * spending(level, n) * (1 + 1e-9)) - spent
            if left <= 0:
                continue
            own = sums[alive, n - 1]
            edge = -math.inf
            if left < len(own):  # no more than are left lie beyond it
                edge = float(np.partition(own, len(own) - left - 1)[len(own) - left - 1])
                edge += 1e-9 * (1 + abs(edge))
            if observed[n - 1] > edge:
                time = n
                break
            crossing = alive & (sums[:, n - 1] > edge)
            spent += int(crossing.sum())
            alive &= ~crossing
        times.append(time)
    return times


def holm_times(times: npt.NDArray[np.int64]) -> list[int]:
    """times: (claims, levels) of ALPHA_FOR / 1, / 2 and so on."""
    ends = [MAX_SEEDS] * len(times)
    rejected: set[int] = set()
    for n in range(1, MAX_SEEDS + 1):
        while new := {
            i
            for i, own in enumerate(times)
            if i not in rejected and own[len(times) - len(rejected) - 1] <= n
        }:
            rejected |= new
            for i in new:
                ends[i] = n
    return ends


# What is shown


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


def tables(
    errors: Sequence[Errors],
    outside: Sequence[Errors],
    powers: Sequence[Power],
    lines: Sequence[Resampled],
    costs: Sequence[Cost],
    designs: Sequence[Choice],
) -> str:
    head = "one claim | any of {} | fixed n = 10: one claim | any of {}"
    figures = list(dict.fromkeys(c.figure for c in designs))
    by_design: dict[str, list[Choice]] = {}
    for each in designs:
        by_design.setdefault(each.design, []).append(each)
    text = [
        f"| design | {' | '.join(figures)} | all, 10 at most |",
        f"| --- | {' | '.join('---:' for _ in figures)} | ---: |",
        *(
            f"| {name} | {' | '.join(f'{c.seeds:.1f}' for c in own)} | "
            f"{np.mean([c.to_ten for c in own]):.1f} |"
            for name, own in by_design.items()
        ),
        "",
        f"| null distribution | truth | {head.format(PAIRS, PAIRS)} |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {e.distribution} | {e.state} | {percent(e.one)} | {percent(e.any_)} | "
            f"{percent(e.one_fixed)} | {percent(e.any_fixed)} |"
            for e in errors
        ),
        "",
        "| where the assumption fails | until decided, 40 seeds at most | fixed n = 10 |",
        "| --- | ---: | ---: |",
        *(f"| {e.distribution} | {percent(e.one)} | {percent(e.one_fixed)} |" for e in outside),
        "",
        "| effect in sd | replicated by 40 seeds | by 10 seeds | fixed n = 10 | mean seeds |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {p.effect:g} | {percent(p.replicated)} | {percent(p.by_fixed)} | "
            f"{percent(p.replicated_fixed)} | {p.seeds:.1f} |"
            for p in powers
        ),
        "",
        "| rows | claim | mean / sd | fixed n = 10 says | decided by 40 seeds | by 10 | fixed | "
        "same verdict | mean seeds to it |",
        "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {r.figure} | {r.claim} | {r.size:.2f} | {r.verdict} | {percent(r.decided)} | "
            f"{percent(r.decided_by_ten)} | {percent(r.decided_fixed)} | {percent(r.same)} | "
            f"{r.seeds:.1f} |"
            for r in lines
        ),
        "",
        "| rows | trainings | seeds a claim | seeds a claim that fixed n = 10 decides |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {c.figure} | {c.trainings:.2f} | {c.seeds_of_claims:.2f} | "
            f"{c.seeds_of_decided:.2f} |"
            for c in costs
        ),
    ]
    return "\n".join(text) + "\n"


def main() -> None:
    errors, outside, powers = list(false_verdicts()), list(asymmetric()), list(power())
    found = list(resampled())
    lines = [line for own, _ in found for line in own]
    costs = [each for _, each in found]
    costs.append(of_all(costs))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    designs = list(choices())
    shown: dict[str, Sequence[Any]] = {
        **{"designs": designs, "errors": errors, "outside": outside},
        **{"power": powers, "claims": lines, "costs": costs},
    }
    text = json.dumps({k: [asdict(v) for v in values] for k, values in shown.items()}, indent=1)
    (OUTPUT / "simulations.json").write_text(text + "\n")
    (OUTPUT / "table.md").write_text(tables(errors, outside, powers, lines, costs, designs))
    drawn(powers, lines, ROOT / "docs" / "sequential.png")
    print((OUTPUT / "table.md").read_text())


if __name__ == "__main__":
    main()
