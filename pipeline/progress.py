"""Progress as an observer: the stages tell, whoever listens shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Busy:
    """A host or an API that is asked, or waited for."""

    name: str
    interval: float
    """Seconds between the starts of two requests."""
    pause: float = 0.0
    """Seconds until it may be asked again."""
    answering: float = 0.0
    """Seconds since the oldest request under way began; 0 where there is none."""
    left: int = 0
    """How many links are known to wait for it."""


class Progress(Protocol):
    """Is told how far a run is. Stages are named `parse`, `resolve`, `fetch`, `check`, `emit`."""

    def start(self, stage: str, total: int) -> None:
        """A stage begins, with so many things to do."""

    def advance(self, stage: str, count: int = 1) -> None:
        """So many more things of a stage are done."""

    def finish(self, stage: str) -> None:
        """A stage has ended."""

    def wait(self, stage: str, what: str, seconds: float) -> None:
        """A stage waits so long for `what`, and has nothing else to do."""

    def watch(self, busy: Callable[[], Sequence[Busy]]) -> None:
        """From here on `busy` says who is asked; it may be called from another thread."""

    def note(self, text: str) -> None:
        """Something is worth a line."""


class Silent:
    """Shows nothing."""

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`."""

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""

    def wait(self, stage: str, what: str, seconds: float) -> None:
        """See `Progress.wait`."""

    def watch(self, busy: Callable[[], Sequence[Busy]]) -> None:
        """See `Progress.watch`."""

    def note(self, text: str) -> None:
        """See `Progress.note`."""


def lasting(seconds: float) -> str:
    """Return a duration as clocks show it: `0:42`, `12:03`, `1:02:03`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
