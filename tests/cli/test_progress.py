"""How a run goes on, on a terminal and in a log."""

import io
import threading
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline.cli import progress as view
from pipeline.cli.progress import BarProgress, PlainProgress, Stages, progress
from pipeline.progress import Busy, Silent


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Time:
    """A clock that stands."""
    return Time()


def checking(clock: Time, total: int, done: int, seconds: float, *busy: Busy) -> Stages:
    """A stage `check` that has run so long, of which so much is done."""
    stages = Stages(clock)
    stages.start("check", total)
    clock.now += seconds
    stages.advance("check", done)
    stages.watch(lambda: busy)
    return stages


# --- how far it is ----------------------------------------------------------------------------


def test_rate_and_time_left(clock: Time) -> None:
    """120 in 30 seconds are 4 a second; 229 more take 57 seconds."""
    stages = checking(clock, 349, 120, 30.0)

    assert stages.how_far("check") == "120 of 349, 4.0 a second, 0:57 left"


def test_slow_rates_are_said_by_the_minute(clock: Time) -> None:
    """The three seconds between requests to arXiv are 20 a minute."""
    assert checking(clock, 29, 10, 30.0).pace("check") == "20 a minute, 0:57 left"


def test_what_came_from_the_cache_is_no_rate(clock: Time) -> None:
    """300 of 349 at once, then one in ten seconds: eight minutes are left, not two seconds."""
    stages = Stages(clock)
    stages.start("check", 349)
    stages.advance("check", 300)
    clock.now += 10
    stages.advance("check", 1)

    assert stages.how_far("check") == "301 of 349, 6 a minute, 8:00 left"


def test_the_slowest_host_decides_about_the_time_left(clock: Time) -> None:
    """A hundred links of one host take their time, however quick all others were."""
    stages = checking(clock, 400, 300, 30.0, Busy("slow.example", 3.0, left=100))

    assert stages.pace("check") == "10.0 a second, 5:00 left"


@pytest.mark.parametrize(("done", "seconds"), [(0, 60.0), (5, 1.0), (349, 60.0)])
def test_nothing_is_promised_too_soon_or_too_late(clock: Time, done: int, seconds: float) -> None:
    """Before something is done, in the first second, and at the end."""
    assert checking(clock, 349, done, seconds).pace("check") == ""


# --- what it waits for ------------------------------------------------------------------------


def test_a_wait_is_counted_down_until_something_happens(clock: Time) -> None:
    """`second look at 4 pages in 0:42`, a second later 0:41."""
    stages = checking(clock, 10, 6, 5.0)
    stages.wait("check", "second look at 4 pages", 42.0)
    first = stages.waits_for("check")
    clock.now += 1
    second = stages.waits_for("check")
    stages.advance("check")

    assert (first, second) == ("second look at 4 pages in 0:42", "second look at 4 pages in 0:41")
    assert stages.waits_for("check") == ""


@pytest.mark.parametrize(
    ("busy", "words"),
    [
        ((Busy("arxiv", 3.0),), "arXiv: 3 s between requests, 7 to go"),
        ((Busy("a.example", 1.0, left=23),), "a.example: 1 s between requests, 23 to go"),
        (
            (Busy("b.example", 0.25, left=9), Busy("a.example", 1.0, left=23)),
            "a.example: 1 s between requests, 23 to go (and 1 more)",
        ),
        ((Busy("github", 0.5, pause=61.0),), "GitHub is not asked for 1:01, 7 to go"),
        (
            (Busy("a.example", 0.25, answering=12.0, left=1), Busy("b.example", 0.1)),
            "a.example has not answered for 0:12, 1 to go",
        ),
        ((Busy("a.example", 0.25, answering=0.4, left=3),), ""),
        ((), ""),
    ],
)
def test_who_keeps_a_run_waiting_is_named(clock: Time, busy: tuple[Busy, ...], words: str) -> None:
    """What takes longest, why, and how much of it is left."""
    assert checking(clock, 10, 3, 30.0, *busy).waits_for("check") == words


def test_a_stage_that_is_over_waits_for_nothing(clock: Time) -> None:
    """The next one has begun, or none."""
    stages = checking(clock, 10, 10, 30.0, Busy("arxiv", 3.0))
    stages.finish("check")

    assert stages.waits_for("check") == ""
    assert stages.current() is None


# --- lines ------------------------------------------------------------------------------------


def test_lines_say_begin_end_and_how_far_it_is(
    clock: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log is never silent for long, nor full of lines: what is done in time is no line."""
    shown = PlainProgress(clock)
    shown.tick()
    shown.start("check", 349)
    shown.watch(lambda: (Busy("dl.acm.org", 2.0, left=23),))
    clock.now += 30
    for _ in range(120):
        shown.advance("check")
    shown.tick()
    shown.wait("check", "second look at 4 pages", 42.0)
    clock.now += 15
    shown.tick()
    shown.finish("check")
    shown.tick()

    assert capsys.readouterr().err.splitlines() == [
        "check: checking links (349)",
        "check: 120 of 349, 4.0 a second, 0:57 left; dl.acm.org: 2 s between requests, 23 to go",
        "check: second look at 4 pages in 0:42",
        "check: 120 of 349, 2.7 a second, 1:26 left; second look at 4 pages in 0:27",
        "check: done",
    ]


def test_ticks_come_while_the_run_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a thread of their own, which has ended with the run."""
    monkeypatch.setattr(view, "EVERY", 0.001)
    ticked = threading.Event()
    monkeypatch.setattr(PlainProgress, "tick", lambda _: ticked.set())
    with progress(quiet=False, plain=True) as shown:
        assert isinstance(shown, PlainProgress)
        assert ticked.wait(10)

    assert not any(thread.name == "progress" for thread in threading.enumerate())


def test_a_log_that_is_gone_ends_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback of a thread either: the run itself meets a closed pipe."""
    faults: list[object] = []
    monkeypatch.setattr(threading, "excepthook", faults.append)
    monkeypatch.setattr(view, "EVERY", 0.001)
    ticks = threading.Semaphore(0)

    def tick(_: PlainProgress) -> None:
        ticks.release()
        raise BrokenPipeError

    monkeypatch.setattr(PlainProgress, "tick", tick)
    with progress(quiet=False, plain=True):
        assert ticks.acquire(timeout=10)
        assert ticks.acquire(timeout=10)

    assert faults == []


def test_names_of_hosts_move_no_cursor(clock: Time, capsys: pytest.CaptureFixture[str]) -> None:
    """A host is what a list says it is."""
    shown = PlainProgress(clock)
    shown.start("check", 3)
    shown.watch(lambda: (Busy("x\x1b[2J\r\n::error::x", 9.0, left=2),))
    shown.tick()

    assert "\x1b" not in (err := capsys.readouterr().err)
    assert err.count("\n") == 2


# --- bars -------------------------------------------------------------------------------------


def drawn(width: int, clock: Time, steps: Callable[[BarProgress], None]) -> str:
    """Return what a terminal of this width has after these steps."""
    console = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)
    bars = BarProgress(console, clock)
    steps(bars)
    with console.capture() as captured:
        console.print(bars.bars.get_renderable())
    return captured.get()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_bars_and_what_is_waited_for_fit(width: int, clock: Time) -> None:
    """One row for each stage and one below; the time left is not cut at 80 columns."""

    def steps(shown: BarProgress) -> None:
        shown.start("fetch", 3)
        shown.advance("fetch", 2)
        shown.finish("fetch")
        shown.start("check", 349)
        clock.now += 30
        shown.watch(lambda: (Busy("dl.acm.org", 2.0, left=23),))
        shown.advance("check", 120)

    rows = drawn(width, clock, steps).splitlines()

    assert len(rows) == 3
    assert all(cell_len(row) <= width - 2 for row in rows)  # "^C" has room: no row wraps
    assert "3/3" in rows[0]
    assert rows[2].rstrip() == "dl.acm.org: 2 s between requests, 23 to go"
    if width >= 80:
        assert "120/349 4.0 a second, 0:57 left" in rows[1]


# --- which of them ----------------------------------------------------------------------------


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A terminal, as `FORCE_COLOR` makes one."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    return monkeypatch


def test_a_terminal_gets_bars_and_all_else_lines(tty: pytest.MonkeyPatch) -> None:
    """Quiet shows nothing; a log, a pipe or a dumb terminal gets lines."""
    with progress(quiet=True, plain=False) as shown:
        assert isinstance(shown, Silent)
    with progress(quiet=False, plain=True) as shown:
        assert isinstance(shown, PlainProgress)
    with progress(quiet=False, plain=False) as shown:
        assert isinstance(shown, BarProgress)
    tty.setenv("TERM", "dumb")
    with progress(quiet=False, plain=False) as shown:
        assert isinstance(shown, PlainProgress)
    tty.delenv("FORCE_COLOR")
    with progress(quiet=False, plain=False) as shown:
        assert isinstance(shown, PlainProgress)
