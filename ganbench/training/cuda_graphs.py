"""Steps that are captured once, as CUDA graphs, and then launched by one call each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from ganbench.core.devices import is_gpu, on_stream, parted, stream_on
from ganbench.core.memory import is_out_of_memory
from ganbench.training.drawing import Batches, Block
from ganbench.training.step import CallByCall, Program, Step, Terms

Work = Callable[[], Sequence[Terms]]

WARM_CYCLES = 3  # of the schedule, before a step is captured
# Of CUDA's runtime: all errors about a stream that is capturing.
FIRST_CODE, LAST_CODE = 900, 908  # cudaErrorStreamCaptureUnsupported, ...WrongThread
# What PyTorch itself refuses meanwhile comes without a code: each of these messages says "capture",
# "capturing" or "capturable".
CAPTURE_WORD = "captur"


class Graph(Protocol):
    """Work that was captured, to be done again by one call; `losses` are those of the last time."""

    losses: Sequence[Terms]

    def replay(self) -> None: ...


Capture = Callable[[Work, Sequence[torch.Generator]], Graph]


class CudaGraph:
    """A CUDA graph of the work's launches; capturing does not do the work.

    rngs: what the work draws from, which each replay takes on.
    """

    def __init__(self, work: Work, rngs: Sequence[torch.Generator]) -> None:
        self._graph = torch.cuda.CUDAGraph()
        for rng in rngs:
            self._graph.register_generator_state(rng)
        with torch.cuda.graph(self._graph):
            self.losses = work()

    def replay(self) -> None:
        self._graph.replay()


class Captured:
    """Steps of which each phase is captured once and then launched by one call: on a GPU, small
    networks take longer to launch than to compute. Their batches are gathered in them, and they
    count themselves; what is chosen comes in now and then for many steps.

    The first steps are launched call by call, as capturing needs it, and count as any others. A
    model that cannot be captured, for it waits for a value, goes on like that, and `not_captured`
    says why. Any other error is raised, also that memory is full.
    """

    def __init__(self, program: Program, draw: Batches, capture: Capture) -> None:
        self.rngs = program.rngs
        self.not_captured = ""
        self._program = program
        self._draw = draw
        self._capture = capture
        self._warm_steps = WARM_CYCLES * len(program.phases)
        self._stream = stream_on(program.device)
        self._loaded: Block | None = None
        self._block: dict[str, dict[str, Tensor]] = {}
        self._next = 0
        self._at = torch.zeros((), dtype=torch.long, device=program.device)
        self._graphs: dict[str, Graph] = {}

    def __call__(self, step: int) -> Sequence[Terms]:
        if self.not_captured:
            return self._program(self._draw(step), step)
        if self._warm_steps:
            self._warm_steps -= 1
            return self._aside(step)
        self._go_to(step)
        phase = self._program.phase_of(step)
        if phase not in self._graphs:
            try:
                self._graphs[phase] = self._capture(partial(self._work, phase), self.rngs)
            except RuntimeError as error:
                self.not_captured = why_not_captured(error)
        if self.not_captured:
            self._graphs, self._block = {}, {}
            return self._program(self._draw(step), step)
        self._graphs[phase].replay()
        self._next = step + 1
        return self._graphs[phase].losses

    def _work(self, phase: str) -> Sequence[Terms]:
        real = self._draw.gather(self._block, self._at)
        losses = self._program.phase(phase, real, self._at)
        self._at.add_(1)
        return losses

    def _go_to(self, step: int) -> None:
        """What captured work reads is changed where it lies."""
        block = self._draw.block(step)
        if block is not self._loaded:
            for domain, chosen in block.items():
                own = self._block.setdefault(domain, {})
                for name, values in chosen.items():
                    if name in own:
                        own[name].copy_(values)
                    else:
                        own[name] = values.clone()
            self._loaded = block
        if step != self._next:
            self._at.fill_(step)

    def _aside(self, step: int) -> Sequence[Terms]:
        """On a stream of its own, where nothing waits for the default one."""
        with parted([self._stream]), on_stream(self._stream):
            return self._program(self._draw(step), step)


def why_not_captured(error: RuntimeError) -> str:
    """What the capture broke on, in one line. Raises the error that is to blame where the work was
    not captured for another reason than that it cannot be.

    The end of a broken capture raises an error of its own, which hides the first one.
    """
    errors = list(with_causes(error))
    full = [each for each in errors if is_out_of_memory(each)]
    if full:
        raise full[-1]
    if not any(is_about_capture(each) for each in errors):
        raise error
    first = str(errors[-1]).strip() or type(errors[-1]).__name__
    return first.splitlines()[0]


def with_causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from or during, and so on."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def is_about_capture(error: BaseException) -> bool:
    """Whether it says that something cannot be done while a stream captures."""
    code = getattr(error, "error_code", None)  # of a torch.AcceleratorError
    if isinstance(code, int) and FIRST_CODE <= code <= LAST_CODE:
        return True
    return isinstance(error, RuntimeError) and CAPTURE_WORD in str(error)


def step_on(program: Program, draw: Batches, uncaptured: str = "") -> Step:
    """Steps as they are fastest on the device. uncaptured: why they are not to be captured there,
    or empty.
    """
    if not is_gpu(program.device) or uncaptured:
        return CallByCall(program, draw, uncaptured if is_gpu(program.device) else "")
    return Captured(program, draw, CudaGraph)
