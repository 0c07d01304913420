"""What is added to verdicts that stand: captures of what is dead, sections that are gone."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Generic

import pytest

from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.source import R
from pipeline.records.sources import AnchorRecord, CaptureRecord
from pipeline.stages.afterwards import (
    Tallied,
    added_days,
    anchored,
    archived,
    saved,
    with_copies,
)

DEAD = "https://gone.example/paper"
CAPTURE = CaptureRecord(
    url=f"https://web.archive.org/web/20240501093000/{DEAD}", timestamp="20240501093000"
)
PAGE = "https://lab.example/page"
ANCHORS = AnchorRecord(url=PAGE, names=("install", "use"), telling=True)


class Known(Generic[R]):
    """A source that knows what it is told, and the log of what it is asked."""

    name = "known"

    def __init__(self, outcomes: Mapping[str, Outcome[R]]) -> None:
        self.outcomes = outcomes
        self.asked: list[str] = []

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[R]]]:
        """See `Source.fetch_many`."""
        for key in keys:
            self.asked.append(key)
            yield key, self.outcomes.get(key, Missing(reason="not known"))


def link(url: str = DEAD, verdict: Verdict = "dead", **fields: Any) -> LinkHealth:
    """Return the health of a link."""
    told = {"reason_code": "not-found", "reason": "It is gone.", "evidence": "http", **fields}
    return LinkHealth(url=url, verdict=verdict, **told)


@pytest.mark.anyio
async def test_dead_link_gets_its_newest_capture() -> None:
    """The suggestion is the capture; the reason says of which day it is."""
    (after,) = await archived([link()], Known({DEAD: Found(value=CAPTURE)}))

    assert after.suggestion == CAPTURE.url
    assert after.reason == "It is gone (archived copy of 2024-05-01)."
    assert (after.verdict, after.reason_code) == ("dead", "not-found")


@pytest.mark.anyio
async def test_link_that_is_probably_gone_gets_one_too() -> None:
    """A person decides with the copy in hand; one that only fails for now needs none."""
    lasting = link(verdict="failing", reason_code="probably-gone")
    for_now = link("https://other.example/", verdict="failing", reason_code="soft-404")
    known: Known[CaptureRecord] = Known({DEAD: Found(value=CAPTURE)})

    after = await archived([lasting, for_now], known)

    assert [one.suggestion for one in after] == [CAPTURE.url, None]
    assert known.asked == [DEAD]


@pytest.mark.anyio
async def test_fragment_is_carried_over() -> None:
    """The capture has the section, too."""
    (after,) = await archived([link(f"{DEAD}#s")], Known({DEAD: Found(value=CAPTURE)}))

    assert after.suggestion == f"{CAPTURE.url}#s"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "unasked",
    [
        link(suggestion="https://doi.org/10.1/a"),
        link(verdict="failing"),
        link(verdict="alive"),
        link("https://arxiv.org/abs/2305.99999", evidence="arxiv"),
    ],
)
async def test_only_what_is_dead_without_a_better_suggestion_is_looked_up(
    unasked: LinkHealth,
) -> None:
    """An archive costs time, and a live address is better."""
    source: Known[CaptureRecord] = Known({unasked.url: Found(value=CAPTURE)})

    assert await archived([unasked], source) == (unasked,)
    assert source.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "outcome", [Missing(reason="x"), Failed(kind="throttled", reason="x"), None]
)
async def test_page_without_a_capture_stays_as_it_is(
    outcome: Missing | Failed | None,
) -> None:
    """Nothing is made up."""
    source: Known[CaptureRecord] = Known({DEAD: outcome} if outcome else {})

    assert await archived([link()], source) == (link(),)


@pytest.mark.anyio
async def test_two_spellings_of_a_page_are_one_question() -> None:
    """Fragments and letter case of the host make no other page."""
    source: Known[CaptureRecord] = Known({DEAD: Found(value=CAPTURE)})
    after = await archived([link(), link(f"{DEAD}#a"), link("https://GONE.example/paper")], source)

    assert source.asked == [DEAD]
    assert all(one.suggestion for one in after)


def section(fragment: str, **fields: Any) -> LinkHealth:
    """Return a link that is alive, with a fragment."""
    told = {"verdict": "alive", "reason_code": "ok", "reason": "It answers.", **fields}
    return link(f"{PAGE}#{fragment}", **told)


@pytest.mark.anyio
async def test_section_that_is_gone_is_said_of_a_link_that_is_alive() -> None:
    """The verdict stays; one question for all sections of a page."""
    source: Known[AnchorRecord] = Known({PAGE: Found(value=ANCHORS)})
    here, gone, also = await anchored(
        [section("install"), section("setup"), section("faq")], source
    )

    assert here == section("install")
    assert (gone.verdict, gone.reason_code) == ("alive", "fragment-missing")
    assert (
        gone.reason
        == "The page is there, but it has no section with the name after the “#”: setup."
    )
    assert also.reason_code == "fragment-missing"
    assert source.asked == [PAGE]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "unasked",
    [
        section("L10-L20"),
        section(":~:text=a"),
        section("setup", verdict="blocked"),
        section("setup", verdict="moved"),
        section("setup", evidence="history"),
        section("setup", evidence="doi"),
        link(PAGE, "alive"),
        link("https://arxiv.org/html/2305.00447#S3", "alive", evidence="arxiv"),
        link("https://lab.example/a.pdf#setup", "alive"),
    ],
)
async def test_only_sections_of_pages_that_were_seen_are_looked_for(unasked: LinkHealth) -> None:
    """What is no section, or was not seen in this run, costs no request."""
    source: Known[AnchorRecord] = Known({PAGE: Found(value=ANCHORS)})

    assert await anchored([unasked], source) == (unasked,)
    assert source.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "outcome",
    [
        Found[AnchorRecord](value=AnchorRecord(url=PAGE)),
        Missing(reason="x"),
        Failed(kind="timeout", reason="x"),
    ],
)
async def test_page_that_could_not_be_read_is_left_alone(outcome: Outcome[AnchorRecord]) -> None:
    """Doubt speaks for the page."""
    source: Known[AnchorRecord] = Known({PAGE: outcome})

    assert await anchored([section("setup")], source) == (section("setup"),)


@pytest.mark.anyio
async def test_what_could_not_be_asked_is_counted() -> None:
    """An answer of long ago is none of today; that there is no capture is an answer."""
    stale: Found[CaptureRecord] = Found(value=CAPTURE, stale=True, reason="HTTP 503")
    outcomes: dict[str, Any] = {
        "https://a.example/": Failed(kind="server-error", reason="HTTP 503"),
        "https://b.example/": stale,
        "https://c.example/": Failed(kind="timeout", reason="time-out"),
        "https://d.example/": Found(value=CAPTURE),
    }
    source: Tallied[CaptureRecord] = Tallied(Known(outcomes))

    await archived([link(url) for url in (*outcomes, "https://e.example/")], source)

    assert [(one.what, one.count, one.reason) for one in source.deferred()] == [
        (source.name, 2, "HTTP 503"),
        (source.name, 1, "time-out"),
    ]


# --- copies for life --------------------------------------------------------------------------

ALIVE = "https://lab.example/alive"
COPY = f"https://web.archive.org/web/20260301120000/{ALIVE}"
TAKEN: Found[CaptureRecord] = Found(value=CaptureRecord(url=COPY, timestamp="20260301120000"))


def in_entry(url: str, verdict: Verdict = "alive", **fields: Any) -> LinkHealth:
    """Return a link of an entry that is alive."""
    place = Occurrence(list="l", line=1, column=1, role="paper", paper="title:0")
    told = {"reason_code": "ok", "reason": "The page answers.", "occurrences": (place,)}
    return link(url, verdict, **told | fields)


def dated(url: str, *days: date | None) -> Paper:
    """Return a paper whose mentions link to a page, and came on these days."""
    entries = tuple(
        Entry(
            list="l",
            line=line,
            end_line=line,
            title="T",
            links=(Link(url=url, line=line, column=1),),
            added=day,
        )
        for line, day in enumerate(days, 1)
    )
    return Paper(
        key="title:0", title="T", mentions=entries, resolution=Resolution(status="skipped")
    )


def test_a_link_came_with_its_first_entry() -> None:
    """Where no entry has a day, nobody knows."""
    papers = [dated("https://a.example/", date(2024, 5, 2), None, date(2024, 5, 1))]

    assert added_days([*papers, dated("https://b.example/", None)]) == {
        "https://a.example/": date(2024, 5, 1)
    }


@pytest.mark.anyio
async def test_a_dead_link_gets_the_capture_of_its_day() -> None:
    """The one that shows what the list meant."""
    source: Known[CaptureRecord] = Known({f"20240430 {DEAD}": Found(value=CAPTURE)})

    (after,) = await archived([link()], source, days={DEAD: date(2024, 4, 30)})

    assert source.asked == [f"20240430 {DEAD}"]
    assert after.suggestion == CAPTURE.url


@pytest.mark.anyio
async def test_what_is_new_and_alive_is_saved_the_newest_first() -> None:
    """What came last to a list is what nobody has archived yet."""
    older, newer, unknown = (f"https://lab.example/{n}" for n in ("old", "new", "ever"))
    source: Known[CaptureRecord] = Known({newer: TAKEN})
    days = {older: date(2020, 1, 1), newer: date(2026, 1, 1)}

    after = await saved([in_entry(url) for url in (older, unknown, newer)], source, days=days)

    assert source.asked == [newer, older, unknown]
    assert [one.archived for one in after] == [None, None, COPY]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "unsaved",
    [
        in_entry(ALIVE, archived=COPY),
        in_entry("https://arxiv.org/abs/2305.00447", evidence="arxiv"),
        in_entry("https://doi.org/10.1145/3583780.3614949", evidence="doi"),
        in_entry("https://aclanthology.org/2020.acl-main.1/"),
        in_entry(ALIVE, reason_code="accepted-answer"),
        in_entry(ALIVE, evidence="history"),
        link(ALIVE, "alive"),  # of prose
        in_entry(ALIVE, verdict="failing"),
        in_entry(ALIVE, verdict="blocked"),
        in_entry("https://members.example/secret"),
    ],
)
async def test_nothing_else_is_saved(unsaved: LinkHealth) -> None:
    """Nor what opens with a person's own headers alone: its address is nobody else's business."""
    source: Known[CaptureRecord] = Known({})

    after = await saved([unsaved], source, spared=lambda url: "members.example" in url)

    assert source.asked == []
    assert after == (unsaved,)


def test_a_copy_is_kept_and_stands_in_for_what_dies() -> None:
    """Without a request; a better suggestion stays."""
    before = [in_entry(ALIVE, archived=COPY)]
    dead, better = link(ALIVE), link(ALIVE, suggestion="https://doi.org/10.1/a")

    (alive,) = with_copies([in_entry(ALIVE)], before)
    (gone,) = with_copies([dead], before)
    (known,) = with_copies([better], before)

    assert (alive.archived, alive.suggestion) == (COPY, None)
    assert (gone.archived, gone.suggestion) == (COPY, COPY)
    assert gone.reason == "It is gone (archived copy of 2026-03-01)."
    assert (known.archived, known.suggestion) == (COPY, "https://doi.org/10.1/a")


def test_a_copy_of_another_page_is_no_suggestion() -> None:
    """Somebody has written into the file."""
    (gone,) = with_copies([link(ALIVE)], [in_entry(ALIVE, archived="https://evil.example/")])

    assert gone.suggestion is None
