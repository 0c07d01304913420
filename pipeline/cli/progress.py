"""How a run goes on, on stderr: bars on a terminal, else (CI, a pipe) lines from time to time."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.table import Column
from rich.text import Text

from pipeline.cli.output import say
from pipeline.formats.escape import terminal
from pipeline.progress import Busy, Progress, Silent, lasting

TITLES: Final = {
    "parse": "reading the lists",
    "resolve": "searching for titles",
    "fetch": "fetching metadata",
    "supplement": "fetching more metadata",
    "check": "checking links",
    "archive": "searching for archived copies",
    "save": "saving pages in the Wayback Machine",
    "missing": "asking what papers cite",
    "fragments": "searching for sections of pages",
    "emit": "writing",
    "index": "reading the snapshot (MB)",
    "copy": "copying the index (MB)",
}
NAMES: Final = {
    "arxiv": "arXiv",
    "github": "GitHub",
    "gitlab": "GitLab",
    "codeberg": "Codeberg",
    "bitbucket": "Bitbucket",
    "doi": "doi.org",
    "datacite": "DataCite",
    "crossref": "Crossref",
    "openalex": "OpenAlex",
    "semanticscholar": "Semantic Scholar",
    "huggingface": "Hugging Face",
    "openreview": "OpenReview",
    "wayback": "the Wayback Machine",
    "archive": "the Wayback Machine",
}
"""What lanes are called that are no hosts."""
EVERY: Final = 15.0
"""Seconds between two lines where there is no terminal: a job's log shows that the run lives."""
SETTLING: Final = 0.5
"""What is done so soon after a stage began was in the cache, and says nothing of the rate."""
ECHO: Final = 2
"""Columns of what a terminal shows of Ctrl-C."""
LEAST: Final = 2.0
"""Seconds: an interval, a pause or an answer that takes no longer is not worth a word."""


@dataclass(slots=True)
class _Stage:
    """One stage: how far it is."""

    total: int
    began: float
    done: int = 0
    at_once: int = 0
    """What was done at once when it began."""
    wait: tuple[str, float] | None = None
    """What is waited for, and until when."""
    over: bool = False


class Stages:
    """How far the stages of a run are and what they wait for, in words. `now` is monotonic."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._stages: dict[str, _Stage] = {}
        self._busy: Callable[[], Sequence[Busy]] = tuple

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        self._stages[stage] = _Stage(total, self._now())

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`."""
        one = self._stages[stage]
        one.done, one.wait = one.done + count, None
        if self._now() - one.began < SETTLING:
            one.at_once = one.done

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        self._stages[stage].over = True

    def wait(self, stage: str, what: str, seconds: float) -> None:
        """See `Progress.wait`."""
        self._stages[stage].wait = what, self._now() + seconds

    def watch(self, busy: Callable[[], Sequence[Busy]]) -> None:
        """See `Progress.watch`."""
        self._busy = busy

    def current(self) -> str | None:
        """Return the stage that is going on."""
        return next((name for name, one in reversed(self._stages.items()) if not one.over), None)

    def how_far(self, stage: str) -> str:
        """Return `120 of 349, 4.2 a second, 0:55 left`."""
        one, pace = self._stages[stage], self.pace(stage)
        return f"{one.done:,} of {one.total:,}{f', {pace}' if pace else ''}"

    def pace(self, stage: str) -> str:
        """Return `4.2 a second, 0:55 left`; nothing where it cannot be told yet."""
        one = self._stages[stage]
        elapsed, done = self._now() - one.began, one.done - one.at_once
        if one.over or one.done >= one.total or elapsed < LEAST or not done:
            return ""
        rate = done / elapsed
        slowest = max((busy.left * busy.interval for busy in self._busy()), default=0.0)
        left = max((one.total - one.done) / rate, slowest)
        words = f"{rate:.1f} a second" if rate >= 1 else f"{60 * rate:.0f} a minute"
        return f"{words}, {lasting(left)} left"

    def waits_for(self, stage: str) -> str:
        """Return what a stage waits for, and how long; nothing where that is not worth a word."""
        one = self._stages[stage]
        if one.wait is not None:
            what, until = one.wait
            return f"{what} in {lasting(until - self._now())}"
        busy = sorted(self._busy(), key=_seconds, reverse=True)
        if not busy or one.over or _seconds(busy[0]) < LEAST:
            return ""
        first, others = busy[0], sum(_seconds(one) >= LEAST for one in busy[1:])
        # Of an API that alone is asked, all that is left waits for it.
        left = first.left or (one.total - one.done if len(busy) == 1 else 0)
        more = f" (and {others:,} more)" if others else ""
        return f"{_words(first, left)}{more}"


def _seconds(one: Busy) -> float:
    """Return how long something will take as far as that is known."""
    return max(one.pause, one.answering, one.interval * max(one.left, 1))


def _words(one: Busy, left: int) -> str:
    """Return what an API or a host makes us wait for."""
    name, to_go = NAMES.get(one.name, one.name), f", {left:,} to go" if left else ""
    if one.pause > max(LEAST, 2 * one.interval):
        return f"{name} is not asked for {lasting(one.pause)}{to_go}"
    if one.answering > max(LEAST, one.interval):
        return f"{name} has not answered for {lasting(one.answering)}{to_go}"
    return f"{name}: {one.interval:.2g} s between requests{to_go}"


class PlainProgress(Stages):
    """A line when a stage begins and when it ends; between them one from time to time."""

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        super().start(stage, total)
        say(f"{stage}: {TITLES.get(stage, stage)} ({total:,})")

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        super().finish(stage)
        say(f"{stage}: done")

    def wait(self, stage: str, what: str, seconds: float) -> None:
        """See `Progress.wait`."""
        super().wait(stage, what, seconds)
        say(f"{stage}: {self.waits_for(stage)}")

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        say(text)

    def tick(self) -> None:
        """Say how far the run is."""
        if (stage := self.current()) is not None:
            waits = self.waits_for(stage)
            say(f"{stage}: {self.how_far(stage)}{f'; {waits}' if waits else ''}")


class BarProgress(Stages):
    """A bar for each stage, and below them what is waited for."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(now)
        self.bars = _Bars(self, console)
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        super().start(stage, total)
        self._tasks[stage] = self.bars.add_task(TITLES.get(stage, stage), total=total, stage=stage)

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`."""
        super().advance(stage, count)
        self.bars.advance(self._tasks[stage], count)

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        super().finish(stage)
        task = self.bars.tasks[self.bars.task_ids.index(self._tasks[stage])]
        self.bars.update(task.id, completed=task.total)

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        self.bars.console.print(terminal(text), markup=False, highlight=False)


class _Pace(ProgressColumn):
    """The rate of a stage and the time left."""

    def __init__(self, stages: Stages) -> None:
        super().__init__(Column(no_wrap=True))
        self._stages = stages

    def render(self, task: Task) -> Text:
        """See `ProgressColumn.render`."""
        return Text(self._stages.pace(task.fields["stage"]), style="cyan")


class _Bars(Bars):
    """Bars with a line below them."""

    def __init__(self, stages: Stages, console: Console) -> None:
        self._stages, self._screen = stages, console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            _Pace(stages),
        )
        super().__init__(*columns, console=console, transient=True, expand=True)

    def get_renderables(self) -> Iterator[RenderableType]:
        """See `rich.progress.Progress.get_renderables`."""
        # At the last column the terminal's own "^C" wraps, and a row would never be erased.
        width = self._screen.width - ECHO
        yield from (Constrain(one, width) for one in super().get_renderables())
        stage = self._stages.current()
        if stage is not None and (words := self._stages.waits_for(stage)):
            waits = Text(terminal(words), style="dim", overflow="ellipsis", no_wrap=True)
            yield Constrain(waits, width)


@contextmanager
def progress(*, quiet: bool, plain: bool) -> Iterator[Progress]:
    """Show how a run goes on: bars on a terminal, lines elsewhere, nothing where `quiet`."""
    console = Console(stderr=True)
    if quiet:
        yield Silent()
    elif plain or not console.is_terminal or console.is_dumb_terminal:
        shown = PlainProgress()
        with _ticking(shown.tick, EVERY):
            yield shown
    else:
        drawn = BarProgress(console)
        with drawn.bars:
            yield drawn


@contextmanager
def _ticking(tick: Callable[[], None], every: float) -> Iterator[None]:
    """Call `tick` from time to time, whatever the run is busy with."""
    ended = Event()

    def run() -> None:
        while not ended.wait(every):
            with suppress(OSError, ValueError):  # stderr is gone: the run meets that by itself
                tick()

    thread = Thread(target=run, daemon=True, name="progress")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
