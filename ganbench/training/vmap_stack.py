"""Many seeds of one model as one program: their tensors stacked, their losses mapped by torch.func.

A step of n small networks then takes as many calls as a step of one, which on a GPU is most of its
time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ganbench.contracts.model import Batch, Model
from ganbench.core.devices import autocast, device_rng, random_states_restored, rng_at
from ganbench.core.spec import Precision
from ganbench.training.optimisers import fresh_state, params_of
from ganbench.training.rng import Draw, RecordDraws, ReplayDraws

Optimisers = Mapping[str, torch.optim.Optimizer]
EACH, SHARED = 0, None  # vmap's words for an argument with a value a seed, and with one for all


class _Called(nn.Module):
    """A model whose methods are called by name, as `functional_call` needs it."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, method: str, *arguments: Any) -> Any:
        return getattr(self.model, method)(*arguments)


class VmapStack:
    """Models that differ in their seed alone, with the losses of one model; each loss is (seeds,).

    Their parameters and buffers become views of the stacked ones: a model always has its seed's
    present weights, to be scored or saved. No seed sees another; one that diverges hurts itself.

    tensors: parameters and buffers by name, (seeds, ...).
    random_states: of each seed's generator, on the models' device.
    real: a batch, (seeds, n, ...), to see what the losses draw.
    """

    def __init__(
        self, models: Sequence[Model], random_states: Sequence[Tensor], real: Batch
    ) -> None:
        self.hparams = models[0].hparams
        device = next(models[0].parameters()).device
        self.rngs = tuple(rng_at(device.type, state) for state in random_states)
        self._first = models[0]
        self._called = _Called(models[0])
        self._places = places_of(models[0])
        self.tensors = {name: stacked(list(values)) for name, values in tensors_of(models).items()}
        for name, values in tensors_of(models).items():
            for value, slice_of_all in zip(values, self.tensors[name].data, strict=True):
                value.data = slice_of_all
        self.generators = self._parameters("generators")
        self.discriminators = self._parameters("discriminators")
        self._draws = self._noted(real)

    def _parameters(self, part: str) -> nn.ParameterList:
        own = {name for name, _ in self._first.named_parameters() if name.startswith(f"{part}.")}
        return nn.ParameterList([self.tensors[name] for name in self.tensors if name in own])

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Of all seeds, by their names in one of them."""
        for name, _ in self._first.named_parameters():
            yield name, self.tensors[name]  # type: ignore[misc]

    def learning_rates(self) -> Mapping[str, float]:
        return self._first.learning_rates()

    def fakes(self, real: Batch) -> dict[str, Tensor]:
        return self._map("fakes", (EACH,), real)

    def judged(self, fake: Batch) -> dict[str, Tensor]:
        return self._first.judged(fake)

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        return self._map("discriminator_loss", (EACH, EACH, SHARED), real, fake, step)

    def discriminator_penalty(self, real: Batch) -> dict[str, Tensor]:
        return self._map("discriminator_penalty", (EACH,), real)

    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        return self._map("generator_loss", (EACH, EACH, SHARED), real, fake, step)

    def _map(self, method: str, axes: tuple[int | None, ...], *arguments: Any) -> dict[str, Tensor]:
        drawn = [draw.of(self.rngs) for draw in self._draws[method]]

        def of_one(state: Mapping[str, Tensor], drawn: Sequence[Tensor], *own: Any) -> Any:
            with ReplayDraws(drawn) if drawn else nullcontext():
                return self._call(method, state, own)

        mapped = torch.vmap(of_one, in_dims=(EACH, EACH, *axes), randomness="error")
        terms: dict[str, Tensor] = mapped(self.tensors, drawn, *arguments)
        return terms

    def _noted(self, real: Batch) -> dict[str, list[Draw]]:
        """What each method draws for one seed. On copies, for losses may change buffers."""
        copies = {name: value.detach().clone() for name, value in self.tensors.items()}
        draws = {}

        def note(method: str, axes: tuple[int | None, ...], *arguments: Any) -> dict[str, Tensor]:
            def of_one(state: Mapping[str, Tensor], *own: Any) -> Any:
                return self._call(method, state, own)

            mapped = torch.vmap(of_one, in_dims=(EACH, *axes), randomness="different")
            with RecordDraws() as noting:
                out: dict[str, Tensor] = mapped(copies, *arguments)
            draws[method] = noting.draws
            return out

        device = self.rngs[0].device
        at = torch.zeros((), dtype=torch.long, device=device)
        with random_states_restored(device.type), torch.no_grad():
            fake = note("fakes", (EACH,), real)
            note("discriminator_loss", (EACH, EACH, SHARED), real, self.judged(fake), at)
            note("generator_loss", (EACH, EACH, SHARED), real, fake, at)
            if self.hparams.r1:
                note("discriminator_penalty", (EACH,), real)
        return draws

    def _call(self, method: str, state: Mapping[str, Tensor], arguments: Sequence[Any]) -> Any:
        named = {f"model.{place}": state[name] for place, name in self._places.items()}
        return torch.func.functional_call(
            self._called, named, (method, *arguments), tie_weights=False
        )

    def join(self, optimisers: Sequence[Optimisers], joined: Optimisers) -> Optimisers:
        """`joined`, which are optimisers over this stack, with the state of each seed's own ones,
        whose state becomes a view of it, for checkpoints.
        """
        fresh = partial(fresh_state, self.hparams.optimiser)
        for letter, all_seeds in joined.items():
            alone = [own[letter] for own in optimisers]
            lists = [params_of(optimiser) for optimiser in alone]
            for param, own in zip(params_of(all_seeds), zip(*lists, strict=True), strict=True):
                states = [o.state[p] or fresh(p) for o, p in zip(alone, own, strict=True)]
                state = {
                    name: value if name == "step" else torch.stack([s[name] for s in states])
                    for name, value in states[0].items()
                }
                all_seeds.state[param] = state
                for i, (optimiser, p) in enumerate(zip(alone, own, strict=True)):
                    optimiser.state[p] = {
                        name: value if name == "step" else value[i] for name, value in state.items()
                    }
        return joined


def tensors_of(models: Sequence[Model]) -> dict[str, tuple[Tensor, ...]]:
    """By name, each model's parameter or buffer; a tied one stands once."""
    named = [[*model.named_parameters(), *model.named_buffers()] for model in models]
    columns = zip(*named, strict=True)
    return {column[0][0]: tuple(value for _, value in column) for column in columns}


def places_of(model: Model) -> dict[str, str]:
    """By each place of a tensor in the model, the tensor's name: a tied one has several places. A
    module that stands at two places is one place, which `functional_call` would fill twice and
    empty once.
    """
    names: dict[int, str] = {}
    places = {}
    for path, module in model.named_modules():
        own = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
        for name, value in own:
            place = f"{path}.{name}".lstrip(".")
            places[place] = names.setdefault(id(value), place)
    return places


def stacked(values: Sequence[Tensor]) -> Tensor:
    both = torch.stack([value.detach() for value in values])
    return nn.Parameter(both) if isinstance(values[0], nn.Parameter) else both


def can_stack(model: Model, real: Batch, precision: Precision) -> bool:
    """Whether torch.func maps the model's losses and their gradients in the precision, with each
    seed's own random numbers.

    real: a few samples of each domain.
    """
    batch = {name: values[None] for name, values in real.items()}
    rng = device_rng(next(model.parameters()).device.type)
    step = torch.zeros((), dtype=torch.long, device=rng.device)
    try:
        stack = VmapStack([deepcopy(model)], [rng.get_state()], batch)
        with autocast(rng.device.type, precision):
            fake = stack.fakes(batch)
            of_d = stack.discriminator_loss(batch, stack.judged(fake), step)
            if model.hparams.r1:
                of_d = of_d | stack.discriminator_penalty(batch)
            of_g = stack.generator_loss(batch, fake, step)
        for terms, part in ((of_d, stack.discriminators), (of_g, stack.generators)):
            total = torch.stack([term.float() for term in terms.values()]).sum()
            torch.autograd.grad(total, list(part.parameters()))
    except Exception:  # the model's own run will show it
        return False
    return True
