"""What holds for every model, checked in one step."""

from __future__ import annotations

import dataclasses
import json

import torch
from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Batch, Model
from ganbench.core.devices import seed_all
from ganbench.core.options import replace_from_text
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.testing.subjects import (
    BATCH,
    SPECS,
    Subject,
    batch,
    build,
    each,
    fitted,
    require,
    require_reason,
    step_tensor,
    supported,
    total,
)
from ganbench.testing.translation_checks import directions, require_shape, translated

LATE_STEP = 10**6  # after any warm-up
D_UPDATES = 50
MAX_D_ROUNDS = 10
PASSES = 4


def check_unsupported_gives_a_reason(subject: Subject) -> None:
    """A model gives a reason, in words, for data that it cannot be trained on."""
    for data, spec in SPECS.items():
        require_reason(subject.loaded.why_not(spec), data)


def check_parameters_have_one_owner(subject: Subject) -> None:
    """Each parameter is a generator's or a discriminator's: the two optimisers train all, and none
    twice.
    """
    for built in each(subject):
        owners = {
            side: {id(p) for p in getattr(built.model, side).parameters()}
            for side in ("generators", "discriminators")
        }
        for name, parameter in built.model.named_parameters():
            count = sum(id(parameter) in owned for owned in owners.values())
            require(
                count > 0, f"{name} is in neither generators nor discriminators: nothing trains it"
            )
            require(
                count < 2, f"{name} is in generators and in discriminators: both would train it"
            )


def check_discriminators_have_their_fakes(subject: Subject) -> None:
    """`fakes` gives each discriminator D_X samples of the shape of X, and D_X gives a
    DiscriminatorOutput. X is a domain or has samples of its own in `reals`.
    """
    for built in each(subject):
        real, model = batch(built.spec), built.model
        fake, reals = model.fakes(real), model.reals(real)
        for name, judge in model.discriminators.items():
            judged = name.removeprefix("D_")
            require(
                name.startswith("D_") and judged in reals,
                f"a discriminator is called {name}; use D_A or D_B, join several of one domain as "
                "Judges(first, second), or give what it judges as real in reals()",
            )
            require(judged in fake, f"fakes() gives nothing for {name}; give it under '{judged}'")
            shape = tuple(reals[judged].shape)
            require_shape(fake[judged], shape, f"fakes()['{judged}']", built)
            judgement = judge(fake[judged])
            require(
                isinstance(judgement, DiscriminatorOutput),
                f"{name} does not return a DiscriminatorOutput",
            )
            require_shape(judgement.scores, (BATCH,), f"{name}'s logits", built)


def check_loss_terms_are_finite_scalars(subject: Subject) -> None:
    """Each loss is a dict of named scalar tensors that are finite and can be trained on."""
    for built in each(subject):
        model, real = fitted(built), batch(built.spec)
        for step in (0, LATE_STEP):
            fake, at = model.fakes(real), step_tensor(step)
            losses = {
                "generator_loss": model.generator_loss(real, fake, at),
                "discriminator_loss": model.discriminator_loss(real, model.judged(fake), at),
            }
            for loss, terms in losses.items():
                require(bool(terms), f"{loss}() gives no term")
                for name, term in terms.items():
                    where = f"{loss}()['{name}']"
                    require(isinstance(term, Tensor), f"{where} is no tensor; do not call .item()")
                    require(
                        term.shape == (), f"{where} has shape {tuple(term.shape)}; take its mean"
                    )
                    require(bool(term.isfinite()), f"{where} is not finite at step {step}")
                require(total(terms).requires_grad, f"no gradient comes from {loss}()")


def check_no_dead_generator_parameter(subject: Subject) -> None:
    """Each parameter of the generators gets a gradient from `generator_loss`."""
    for built in each(subject):
        model = fitted(built)
        alive: set[str] = set()
        for seed in range(PASSES):
            model.zero_grad()
            real = batch(built.spec, seed=seed)
            total(model.generator_loss(real, model.fakes(real), step_tensor(LATE_STEP))).backward()  # type: ignore[no-untyped-call]
            alive |= {
                name
                for name, p in model.generators.named_parameters()
                if p.grad is not None and p.grad.any()
            }
        dead = [name for name, _ in model.generators.named_parameters() if name not in alive]
        require(not dead, f"no gradient reaches {', '.join(dead[:3])}; use it or do not build it")


def check_discriminator_phase_leaves_generators_alone(subject: Subject) -> None:
    """`discriminator_loss` uses its argument `fake`, so no gradient gets to a generator."""
    for built in each(subject):
        model, real = fitted(built), batch(built.spec)
        terms = model.discriminator_loss(real, model.judged(model.fakes(real)), step_tensor())
        total(terms).backward()  # type: ignore[no-untyped-call]
        reached = [n for n, p in model.generators.named_parameters() if p.grad is not None]
        require(
            not reached, f"a D update reaches the generators ({reached[:1]}): use `fake` as given"
        )


def check_discriminator_learns_to_tell(subject: Subject) -> None:
    """After some updates on one batch D's logits are higher for real samples than for fakes."""
    for built in each(subject):
        model = fitted(built)
        seed_all(0)
        noise, kinds = batch(built.spec), built.spec.kinds
        judged = [name.removeprefix("D_") for name in model.discriminators]
        real: Batch = {name: kind.marked(noise[name], True) for name, kind in kinds.items()}
        fake = {
            name: kinds["A" if name == "A" else "B"].marked(model.reals(noise)[name], False)
            for name in judged
        }
        optimiser = torch.optim.Adam(model.discriminators.parameters(), 2e-3)
        wrong = judged
        for _ in range(MAX_D_ROUNDS):  # a gradient penalty needs more than one
            for _ in range(D_UPDATES):
                loss = total(model.discriminator_loss(real, fake, step_tensor()))
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            wrong = [name for name in judged if gap(model, name, real, fake) <= 0]
            if not wrong:
                break
        require(
            not wrong, f"D_{', D_'.join(wrong)} takes fakes for real: has its loss the right sign?"
        )


def gap(model: Model, judged: str, real: Batch, fake: Batch) -> float:
    judge, right = model.discriminators[f"D_{judged}"], model.reals(real)[judged]
    return float((judge(right).scores - judge(fake[judged]).scores).mean().detach())


def check_batch_of_one(subject: Subject) -> None:
    """One sample a domain can be trained on and translated."""
    for built in each(subject):
        model, real = fitted(built), batch(built.spec, 1)
        fake = model.fakes(real)
        terms = {
            **model.generator_loss(real, fake, step_tensor()),
            **model.discriminator_loss(real, model.judged(fake), step_tensor()),
        }
        bad = [name for name, term in terms.items() if not bool(term.isfinite())]
        require(not bad, f"{', '.join(bad)} is not finite for a batch of one")
        for source, target in directions(built):
            require(
                len(translated(model, real[source], target)) == 1, "translate() loses the sample"
            )


def check_state_dict_round_trip(subject: Subject) -> None:
    """All that a model has learnt is in its parameters and buffers: another one with the same
    state gives the same translations and losses.
    """
    for built in each(subject):
        model = fitted(built)
        real = batch(built.spec)
        model.discriminator_loss(
            real, model.judged(model.fakes(real)), step_tensor()
        )  # fills pools
        other = build(subject.loaded, built.spec, seed=1)
        other.load_state_dict(model.state_dict())
        for source, target in directions(built):
            first, second = (translated(m, real[source], target) for m in (model, other))
            require(torch.equal(first, second), "a model with the same state translates otherwise")
        first_losses, second_losses = (one_step(m.train(), real) for m in (model, other))
        unequal = [name for name, value in first_losses.items() if second_losses[name] != value]
        require(
            not unequal,
            f"{', '.join(unequal)} differs in a model with the same state: keep what it depends on "
            "in a buffer",
        )


def one_step(model: Model, real: dict[str, Tensor]) -> dict[str, float]:
    seed_all(0)
    fake = model.fakes(real)
    terms = {
        **model.discriminator_loss(real, model.judged(fake), step_tensor()),
        **model.generator_loss(real, fake, step_tensor()),
    }
    return {name: float(term.detach()) for name, term in terms.items()}


def check_hparams_survive_json(subject: Subject) -> None:
    """Each recipe is a frozen dataclass that JSON and `--set` give back as it was."""
    for spec in supported(subject).values():
        for name, hparams in subject.loaded.recipes(spec).items():
            where = f"recipe '{name}'"
            require(isinstance(hparams, HParams), f"{where} is no HParams")
            try:
                read_back = type(hparams)(**json.loads(json.dumps(dataclasses.asdict(hparams))))
            except TypeError as error:
                require(False, f"{where} cannot be written as JSON: {error}")
            require(read_back == hparams, f"{where} changes when written as JSON and read again")
            of_cell = type(hparams)(**hparams.record())
            require(of_cell == hparams, f"{where} is not what a cell with its record trains by")
            texts = {key: str(value) for key, value in dataclasses.asdict(hparams).items()}
            require(
                replace_from_text(hparams, texts, name) == hparams,
                f"{where} cannot be set from text",
            )
