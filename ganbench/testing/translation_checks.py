"""What holds for a model's translations."""

from __future__ import annotations

import torch
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.core.spec import DomainName
from ganbench.testing.subjects import (
    BATCH,
    Built,
    NotApplicable,
    Subject,
    batch,
    each,
    fitted,
    random_states,
    require,
)


def translated(model: Model, x: Tensor, to: DomainName) -> Tensor:
    """As the evaluation does it."""
    model.eval()
    with torch.inference_mode():
        return model.translate(x, to).clone()


def directions(built: Built) -> list[tuple[DomainName, DomainName]]:
    known: list[tuple[DomainName, DomainName]] = [("A", "B"), ("B", "A")]
    return [pair for pair in known if "".join(pair) in built.model.directions]


def check_translate_is_pure(subject: Subject) -> None:
    """`translate` changes no weight or buffer, leaves no gradient and no trace in any global random
    state, and gives the same again.
    """
    for built in each(subject):
        model = fitted(built)
        for source, target in directions(built):
            x = batch(built.spec)[source]
            before = {name: value.clone() for name, value in model.state_dict().items()}
            random_state = random_states()
            first = translated(model, x, target)
            after = random_states()
            changed = [n for n, v in model.state_dict().items() if not torch.equal(v, before[n])]
            require(not changed, f"translate() changes {changed[:1]}")
            require(
                random_state == after,
                "translate() draws from a global random state; use `seeded_latent` with a seed",
            )
            graded = [n for n, p in model.named_parameters() if p.grad is not None]
            require(not graded, f"translate() leaves a gradient in {graded[:1]}")
            same = torch.equal(first, translated(model, x, target))
            require(same, "translate() gives something else when called again")


def check_translate_is_per_sample(subject: Subject) -> None:
    """A sample's translation depends on nothing else in the batch, nor on its place."""
    for built in each(subject):
        model = fitted(built)
        for source, target in directions(built):
            x = batch(built.spec, 6)[source]
            whole = translated(model, x, target)
            order = torch.tensor([3, 0, 5, 1, 4, 2])
            require(
                close(translated(model, x[order], target), whole[order]),
                "translate() gives a sample something else at another place of the batch",
            )
            require(
                close(translated(model, x[:2], target), whole[:2])
                and close(translated(model, x[4:5], target), whole[4:5]),
                "translate() of a sample depends on the other samples of its batch",
            )


def close(a: Tensor, b: Tensor, rtol: float = 1e-3, atol: float = 1e-4) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, rtol=rtol, atol=atol)


def check_outputs_follow_the_seed(subject: Subject) -> None:
    """Of a model with several outputs, each seed gives one of its own, and the same again."""
    if not subject.loaded.several_outputs:
        raise NotApplicable("the model has one output for an input")
    for built in each(subject):
        model = fitted(built).eval()
        for source, target in directions(built):
            if not model.has_several(target):
                continue
            x = batch(built.spec)[source]
            with torch.inference_mode():
                one, same, other = (model.translate(x, target, seed).clone() for seed in (1, 1, 2))
            require(torch.equal(one, same), "translate() under one seed gives two outputs")
            require(not torch.equal(one, other), "translate() under two seeds gives one output")


def check_domains_are_not_swapped(subject: Subject) -> None:
    """Samples that `translate` and `reconstruct` give have the shape of the domain asked for."""
    for built in each(subject):
        model = fitted(built).eval()
        for source, target in directions(built):
            x = batch(built.spec)[source]
            shape = (BATCH, *built.spec.shape(target))
            require_shape(translated(model, x, target), shape, f"translate(x, '{target}')", built)
            with torch.inference_mode():
                back = model.reconstruct(x, source)
            if back is not None:
                require_shape(back, tuple(x.shape), f"reconstruct(x, '{source}')", built)


def check_undeclared_direction_is_refused(subject: Subject) -> None:
    """`translate` refuses a direction that `directions` does not have."""
    pairs: list[tuple[DomainName, DomainName]] = [("A", "B"), ("B", "A")]
    for built in each(subject):
        for source, target in pairs:
            if f"{source}{target}" in built.model.directions:
                continue
            x = batch(built.spec)[source]
            require(
                refuses(built.model, x, target),
                f"translate(x, '{target}') works, but `directions` lacks {source}{target}: "
                "call self.declared(to), or declare it",
            )


def refuses(model: Model, x: Tensor, to: DomainName) -> bool:
    try:
        translated(model, x, to)
    except Exception:
        return True
    return False


def require_shape(samples: Tensor, shape: tuple[int, ...], where: str, built: Built) -> None:
    actual = tuple(samples.shape)
    require(actual == shape, f"{where} has shape {actual}, not {shape}, on {built.data}")
