"""
A quarter of weekly runs in which everything goes wrong, on a simulated clock and a made-up web.

    python -m benchmarks.quarter --links 200 --seeds 20

The whole program runs 13 times over one list, with its own files, cache and history in between.
Pages die in different ways, move, or stay; single pages, hosts, runs and clocks have faults. The
truth is known, so two things are counted: living links that were called dead ("false dead"), and
links that were called alive or moved, by an answer, more than two weeks after they had gone ("false
alive"). A page that fails in three runs on end without a good answer between them is what the rules
call dead, so no fault of a living page lasts that long.
"""

import argparse
import random
import shutil
import signal
import ssl
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from unittest import mock

import httpx

from pipeline.clock import SimulatedClock
from pipeline.enrich import enrich
from pipeline.formats.files import LINKS
from pipeline.formats.jsonl import parse_lines
from pipeline.network.failures import NO_SUCH_HOST, ResolutionError
from pipeline.progress import Silent
from pipeline.records.links import LinkHealth
from pipeline.settings.loading import load

START: Final = datetime(2026, 1, 5, 4, 37, tzinfo=UTC)
WEEKS: Final = 13
PATIENCE: Final = timedelta(days=14)
"""How long after its death a page may be called alive."""
FAULTY_ON_END: Final = 2
"""Runs without a good answer between them in which a living page may fail."""
FIRST_LOOK: Final = 30.0
"""Seconds from the first request for a page on in which a fault of the first look lasts."""

THERE: Final = "<title>A page</title><h1>A page</h1>" + "<p>It has something to say.</p>" * 30
SOFT_404: Final = "<title>404 Not Found</title><p>We could not find that page.</p>"

Answer = Callable[[httpx.Request], httpx.Response]


class Killed(BaseException):
    """The process of a run was killed."""


# --- what can happen --------------------------------------------------------------------------


def status(code: int, body: str = "", **headers: str) -> Answer:
    """Return an answer with a status."""
    fields = {"content-type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return lambda _: httpx.Response(code, text=body, headers=fields)


def failure(kind: type[httpx.TransportError], cause: Exception | None = None) -> Answer:
    """Return what stands in the place of an answer."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise kind(str(cause or kind.__name__), request=request) from cause

    return fail


def answer_of_page(_: httpx.Request) -> httpx.Response:
    """Answer as a page that is there."""
    return httpx.Response(200, text=THERE, headers={"content-type": "text/html"})


NO_NAME = failure(httpx.ConnectError, ResolutionError(f"x.example: {NO_SUCH_HOST}"))
NO_RESOLVER = failure(httpx.ConnectError, ResolutionError("x.example: the resolver is silent"))
REFUSED = failure(httpx.ConnectError, ConnectionRefusedError(111, "Connection refused"))
SILENT = failure(httpx.ConnectTimeout)
PORTAL = status(302, location="https://portal.example/login")

EXPIRED = failure(httpx.ConnectError, ssl.SSLCertVerificationError(1, "certificate has expired"))

HOST_FAULTS: Final[Mapping[str, Answer]] = {
    "no connection": SILENT,
    "refused": REFUSED,
    "certificate": EXPIRED,
    "resolver": NO_RESOLVER,
    "503": status(503, retry_after="120"),
    "429": status(429, retry_after="3600"),
    "429 at once": status(429, retry_after="0"),
    "challenge": status(403, cf_mitigated="challenge"),
}
"""What a host that is there may do for a whole run."""

PAGE_FAULTS: Final[Mapping[str, Answer]] = {
    "500": status(500),
    "502": status(502, "<h1>Bad Gateway</h1>"),
    "403": status(403, "Forbidden"),
    "401": status(401),
    "time-out": failure(httpx.ReadTimeout),
    "reset": failure(httpx.ReadError, ConnectionResetError(104, "Connection reset by peer")),
    "not HTTP": failure(httpx.RemoteProtocolError),
    "soft 404": status(200, SOFT_404),
    "login": status(302, location="/login?next=/"),
    "loop": lambda request: httpx.Response(302, headers={"location": str(request.url)}),
}
"""What one page may do."""

HOST_FLEETING: Final[Mapping[str, Answer]] = {"no name at first": NO_NAME}
PAGE_FLEETING: Final[Mapping[str, Answer]] = {
    "404 at first": status(404),
    "410 at first": status(410),
}
"""What they may do at the first look only: by the second all is well."""

HOST_DEATHS: Final[Mapping[str, Answer]] = {
    "no name": NO_NAME,
    "no connection": SILENT,
    "refused": REFUSED,
    "certificate": EXPIRED,
}
PAGE_DEATHS: Final[Mapping[str, Answer]] = {
    "404": status(404),
    "410": status(410),
    "time-out": failure(httpx.ReadTimeout),
    "500": status(500),
    "soft 404": status(200, SOFT_404),
    "front page": status(301, location="/"),
}
"""What is answered ever after by what has gone."""

WHOLE_RUN: Final[Mapping[str, Answer]] = {
    "no network": SILENT,
    "no names": NO_NAME,
    "no resolver": NO_RESOLVER,
    "proxy refuses": failure(httpx.ProxyError),
    "portal": PORTAL,
}
"""What happens to every request of a run; nothing can be learnt of a page then."""

RUNS: Final = (
    *(["fine"] * 8),
    *WHOLE_RUN,
    "breaks off",
    "cache lost",
    "interrupted",
    "killed",
    "2030",
)
BLIND: Final = {*WHOLE_RUN, "breaks off", "interrupted", "killed"}
"""Runs in which a page may not have been asked."""


# --- the world --------------------------------------------------------------------------------


@dataclass
class Page:
    """One link of the list, and its fate."""

    url: str
    host: str
    dies_in: int | None = None
    death: str = ""
    moved: bool = False
    faulty: int = 0
    """Runs with a fault since the last one in which the page surely had a good answer."""

    @property
    def last_answer(self) -> Answer:
        """What it answers when it has gone."""
        return {**HOST_DEATHS, **PAGE_DEATHS}[self.death]

    def is_gone(self, week: int) -> bool:
        """Say whether the page has died before the run of a week."""
        return self.dies_in is not None and week >= self.dies_in


@dataclass
class World:
    """The linked web in one week."""

    pages: dict[str, Page]
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(START))
    week: int = 0
    run: str = "fine"
    faults: dict[str, Answer] = field(default_factory=dict)
    """Of living pages, for this run."""
    fleeting: dict[str, Answer] = field(default_factory=dict)
    limit: int = sys.maxsize
    """Requests after which a run breaks off, is interrupted or killed."""
    asked: int = 0
    first: dict[str, float] = field(default_factory=dict)

    def by_host(self) -> dict[str, list[Page]]:
        """Return the pages of each host."""
        hosts: dict[str, list[Page]] = {}
        for page in self.pages.values():
            hosts.setdefault(page.host, []).append(page)
        return hosts

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request as the web of this week and run does."""
        self.asked += 1
        if self.run in WHOLE_RUN:
            return WHOLE_RUN[self.run](request)
        if self.asked > self.limit:
            self._end(request)
        page = self.pages.get(str(request.url))
        return answer_of_page(request) if page is None else self._of_page(page)(request)

    def _of_page(self, page: Page) -> Answer:
        since = self.clock.monotonic() - self.first.setdefault(page.host, self.clock.monotonic())
        if page.is_gone(self.week):
            return page.last_answer
        if page.url in self.fleeting and since < FIRST_LOOK:
            return self.fleeting[page.url]
        if page.url in self.faults:
            return self.faults[page.url]
        return status(301, location=page.url + "/new") if page.moved else answer_of_page

    def _end(self, request: httpx.Request) -> None:
        if self.run == "breaks off":
            SILENT(request)
        elif self.run == "killed":
            raise Killed
        elif self.run == "interrupted" and self.asked == self.limit + 1:
            signal.raise_signal(signal.SIGINT)


def make(links: int, chance: random.Random) -> World:
    """Make a web of hosts with one to eight pages; some hosts and a third of the pages will die."""
    pages: dict[str, Page] = {}
    number = 0
    while len(pages) < links:
        number += 1
        host = f"www.host{number}.example"
        end = chance.randrange(WEEKS) if chance.random() < 0.15 else None
        death = chance.choice([*HOST_DEATHS])
        for path in range(min(chance.choice([1, 1, 2, 3, 8]), links - len(pages))):
            page = Page(f"https://{host}/papers/{path}.html", host, end, death)
            if end is None and chance.random() < 1 / 4:
                page.dies_in, page.death = chance.randrange(WEEKS), chance.choice([*PAGE_DEATHS])
            elif end is None:
                page.moved = chance.random() < 0.1
            pages[page.url] = page
    return World(pages)


def pass_week(world: World, week: int, run: str, chance: random.Random) -> None:
    """Let a week pass, and draw what goes wrong in its run."""
    wrong = timedelta(days=1500) if run == "2030" else timedelta()
    world.clock = SimulatedClock(START + timedelta(weeks=week) + wrong)
    world.week, world.run, world.asked, world.first = week, run, 0, {}
    world.limit = chance.randrange(5, len(world.pages)) if run in BLIND else sys.maxsize
    world.faults, world.fleeting = {}, {}
    for pages in world.by_host().values():
        kind = chance.choice(["faulty", "fleeting", *(["fine"] * 10)])
        fault, fleeting = chance.choice([*HOST_FAULTS]), chance.choice([*HOST_FLEETING])
        if kind == "faulty" and all(page.faulty < FAULTY_ON_END for page in pages):
            world.faults |= {page.url: HOST_FAULTS[fault] for page in pages}
        elif kind == "fleeting" and not any(page.faulty for page in pages):
            world.fleeting |= {page.url: HOST_FLEETING[fleeting] for page in pages}
        else:
            _draw_pages(world, pages, chance)
    for page in world.pages.values():
        if page.url in world.faults or (page.url in world.fleeting and run in BLIND):
            page.faulty += 1
        elif run not in BLIND:
            page.faulty = 0


def _draw_pages(world: World, pages: list[Page], chance: random.Random) -> None:
    """Draw what goes wrong with single pages of a host that is there."""
    for page in pages:
        kind = chance.choice(["faulty", "fleeting", *(["fine"] * 8)])
        fault, fleeting = chance.choice([*PAGE_FAULTS]), chance.choice([*PAGE_FLEETING])
        if kind == "faulty" and page.faulty < FAULTY_ON_END:
            world.faults[page.url] = PAGE_FAULTS[fault]
        elif kind == "fleeting" and not page.faulty:
            world.fleeting[page.url] = PAGE_FLEETING[fleeting]


# --- the runs ---------------------------------------------------------------------------------


@dataclass
class Score:
    """What was said of the links of a quarter."""

    false_dead: list[str] = field(default_factory=list)
    false_alive: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    requests: int = 0

    def learn(self, world: World, links: list[LinkHealth]) -> None:
        """Compare what a run has said with the truth."""
        for link in links:
            page = world.pages[link.url]
            self.verdicts[link.verdict] += 1
            words = f"week {world.week} ({world.run}): {link.url}: {link.verdict}, {link.reason}"
            if not page.is_gone(world.week):
                if link.verdict == "dead":
                    self.false_dead.append(words)
            elif link.verdict in ("alive", "moved") and link.evidence != "history":
                gone_for = timedelta(weeks=world.week - (page.dies_in or 0))
                if gone_for > PATIENCE - timedelta(weeks=1):  # it died before the run of its week
                    self.false_alive.append(f"{words} ({page.death})")


def quarter(folder: Path, links: int, seed: int, runs: tuple[str, ...] = ()) -> Score:
    """Run 13 weeks in an empty folder; `runs` says what happens to each run, else it is drawn."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    world, score = make(links, chance), Score()
    path = folder / "list.md"
    rows = [f"- [Paper {number}]({url})\n" for number, url in enumerate(world.pages)]
    path.write_text("# Papers\n\n" + "".join(rows), encoding="utf-8")
    for week in range(WEEKS):
        run = runs[week] if runs else chance.choice(RUNS)
        pass_week(world, week, run, chance)
        if run == "cache lost":
            shutil.rmtree(folder / "cache", ignore_errors=True)
        if once(world, folder, path):
            text = (folder / "out" / LINKS).read_text(encoding="utf-8")
            score.learn(world, parse_lines(LinkHealth, text)[0])
        score.requests += world.asked
    return score


def once(world: World, folder: Path, path: Path) -> bool:
    """Run the program once in the world; say whether it came to its end."""
    settings = load({"out": folder / "out", "cache_dir": folder / "cache", "search": False})
    transport = httpx.MockTransport(world.answer)
    try:
        with (
            mock.patch("pipeline.wiring.SystemClock", return_value=world.clock),
            mock.patch("pipeline.wiring.build_transport", return_value=transport),
        ):
            enrich(settings, [str(path)], progress=Silent())
    except BaseExceptionGroup as errors:
        if errors.split(Killed)[1] is not None:
            raise
        return False
    return True


def main() -> None:
    """Print a line for each seed, and every wrong verdict."""
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("--links", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    given = parser.parse_args()
    wrong = 0
    for seed in range(given.first, given.first + given.seeds):
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            score = quarter(Path(folder), given.links, seed)
        counted = ", ".join(f"{count} {verdict}" for verdict, count in score.verdicts.most_common())
        print(
            f"seed {seed}: {len(score.false_dead)} false dead, {len(score.false_alive)} false"
            f" alive; {counted}; {score.requests} requests, {time.perf_counter() - began:.1f} s"
        )
        for words in (*score.false_dead, *score.false_alive):
            print(f"  {words}")
        wrong += len(score.false_dead) + len(score.false_alive)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
