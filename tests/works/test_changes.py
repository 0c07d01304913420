"""What has changed between two results: told once, and only where the opposite was known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    PublishedVersion,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.records.events import Change, Event
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import Entry
from pipeline.works.changes import NOTHING, Result, Scope, Told, changes
from pipeline.works.events import event_of, told_by

FOUND = Resolution(status="found", method="link", confidence=1.0)
MISSING = Resolution(status="missing")
FAILED = SourceState(status="failed")
CODE = RepositoryPart(
    full_name="Ann/Code",
    url="https://github.com/Ann/Code",
    status="found",
    stars=40,
    archived=False,
)


def paper(key: str = "arxiv:2401.00001", **more: Any) -> Paper:
    """A paper of arXiv, named by one list."""
    arxiv = ArxivPart(id=key.removeprefix("arxiv:"), version=1, metadata_source="arxiv")
    entry = Entry(list="seeds", line=3, end_line=3, title="On Lists", section=("Papers",))
    fields: dict[str, Any] = {
        "key": key,
        "title": "On Lists",
        "arxiv": arxiv if key.startswith("arxiv:") else None,
        "mentions": (entry,),
        "resolution": FOUND,
        "sources": {
            "arxiv": SourceState(status="found"),
            "crossref": SourceState(status="missing"),
        },
    }
    return Paper(**(fields | more))


def arxiv(**values: Any) -> ArxivPart:
    """The part of arXiv, version 1 if nothing else is said."""
    whole = {"id": "2401.00001", "version": 1, "metadata_source": "arxiv"} | values
    return ArxivPart(**whole)


def told(before: list[Paper], after: list[Paper], **more: Any) -> list[tuple[str, str]]:
    """Kinds and keys of what has changed between two catalogs."""
    return [(one.kind, one.key) for one in changes(Result(before), Result(after), **more)]


def news(before: Paper, after: Paper) -> Change:
    """The one thing that has changed."""
    (one,) = changes(Result([before]), Result([after]))
    return one


# --- papers -----------------------------------------------------------------------------------


def test_same_results_have_no_changes() -> None:
    """Whatever is in them."""
    assert told([paper(repositories=(CODE,))], [paper(repositories=(CODE,))]) == []
    assert told([], []) == []


def test_added_and_removed() -> None:
    """By key, the added first."""
    assert told([paper()], [paper("arxiv:2401.00002")]) == [
        ("added", "arxiv:2401.00002"),
        ("removed", "arxiv:2401.00001"),
    ]


def test_added_paper_says_where_it_stands_and_since_when() -> None:
    """All that a feed needs; of several dates the first."""
    first = paper().mentions[0]
    mentions = (
        replace(first, added=date(2024, 5, 2)),
        replace(first, list="other", added=date(2024, 1, 9)),
    )

    (one,) = changes(Result([]), Result([paper(mentions=mentions, url="https://arxiv.org/abs/1")]))

    assert (one.title, one.url) == ("On Lists", "https://arxiv.org/abs/1")
    assert (one.lists, one.section) == (("seeds", "other"), ("Papers",))
    assert one.added == date(2024, 1, 9)


def test_papers_of_a_list_that_is_read_for_the_first_time_are_not_news() -> None:
    """Nor are those gone whose list was not read this time."""
    first_run = Scope(before=(), after=("seeds",))
    other_run = Scope(before=("seeds",), after=("other",))

    assert told([], [paper()], scope=first_run) == []
    assert told([paper()], [], scope=other_run) == []
    assert told([], [paper()], scope=Scope(("seeds",), ("seeds",))) == [("added", paper().key)]


@pytest.mark.parametrize("reverse", [False, True])
def test_work_with_another_key_is_the_same_work(reverse: bool) -> None:
    """A former key names it, in whichever result; its identification is what has happened."""
    before = paper("title:abc", resolution=MISSING)
    after = paper(former_keys=("title:abc",))

    if reverse:
        assert told([after], [before]) == []
    else:
        assert told([before], [after]) == [("identified", after.key)]


def test_two_works_that_were_one_after_all() -> None:
    """The one with the key stays what it was."""
    before = [paper(), paper("title:abc", resolution=MISSING)]

    assert told(before, [paper(former_keys=("title:abc",))]) == []


def test_retitled_in_words_not_in_letters() -> None:
    """A registry's title counts, on both sides; markup and case are no other words."""
    now = news(paper(), paper(title="On Dead Lists"))

    assert (now.kind, now.before, now.after) == ("retitled", "On Lists", "On Dead Lists")
    assert told([paper()], [paper(title="On  *lists*.")]) == []
    lists_word = paper(arxiv=arxiv(metadata_source=None))
    assert told([lists_word], [paper(title="On Dead Lists")]) == []


def test_title_of_another_work_is_no_new_title() -> None:
    """An entry whose link was mended means another record now."""
    after = paper("arxiv:2401.00002", title="Else", former_keys=("arxiv:2401.00001",))

    assert told([paper()], [after]) == []


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (
            {
                "published_as": PublishedVersion(
                    venue="KDD", doi="10.1145/1", year=2024, source="crossref"
                )
            },
            "KDD, 2024, 10.1145/1",
        ),
        ({"arxiv": arxiv(journal_ref="TMLR 2024")}, "TMLR 2024"),
        ({"arxiv": arxiv(doi="10.1145/1")}, "10.1145/1"),
    ],
)
def test_published(after: dict[str, Any], words: str) -> None:
    """As a registry says, or arXiv."""
    now = news(paper(), paper(**after))

    assert (now.kind, now.after) == ("published", words)


@pytest.mark.parametrize("source", ["openalex", "semanticscholar"])
def test_source_that_was_switched_on_tells_no_news(source: str) -> None:
    """It might have said so all the time."""
    version = PublishedVersion(venue="KDD", doi=None, source=source)

    assert told([paper()], [paper(published_as=version)]) == []


def test_other_words_for_a_venue_are_no_second_publication() -> None:
    """It was published already."""
    before = paper(arxiv=arxiv(journal_ref="KDD 2024"))
    version = PublishedVersion(venue="Proc. 30th KDD", doi="10.1145/1", source="crossref")

    assert told([before], [paper(published_as=version)]) == []


def test_accepted_then_published() -> None:
    """Each is told once; what is no more than it was is no news."""
    comments = (
        "8 pages",
        "ICML 2024 Workshop on X",
        "Accepted at NeurIPS 2024",
        "NeurIPS 2024, v3",
    )
    papers = [paper(arxiv=arxiv(comment=one)) for one in comments]
    papers.append(paper(arxiv=arxiv(comment=comments[2], journal_ref="NeurIPS 37 (2024)")))

    found = [
        [(one.kind, one.after) for one in changes(Result([old]), Result([new]))]
        for old, new in pairwise(papers)
    ]

    assert found == [
        [("accepted", "ICML 2024 Workshop on X")],
        [("accepted", "NeurIPS 2024")],
        [],
        [("published", "NeurIPS 37 (2024)")],
    ]
    assert told([papers[4]], [papers[0]]) == []


def test_a_comment_that_was_there_is_no_news_after_an_update_of_the_program() -> None:
    """An older version wrote a catalog without what it says."""
    said = arxiv(comment="Accepted at NeurIPS 2024")
    version = PublishedVersion(
        venue="NeurIPS 2024", doi=None, year=2024, source="arxiv", state="accepted"
    )

    assert told([paper(arxiv=said)], [paper(arxiv=said, published_as=version)]) == []


@pytest.mark.parametrize(
    "comment", ["Submitted to NeurIPS 2024", "Extended version of our ICML 2023 paper", None]
)
def test_a_comment_that_names_a_venue_otherwise_is_no_acceptance(comment: str | None) -> None:
    """Nor is a title."""
    assert told([paper()], [paper(arxiv=arxiv(comment=comment))]) == []


def test_a_service_that_is_silent_for_a_run_tells_nothing_twice() -> None:
    """Neither that it is published no more, nor that it is again; a lost cache does not either."""
    version = PublishedVersion(venue="KDD", doi="10.1145/1", year=2024, source="crossref")
    heard = paper(published_as=version)
    silent = paper(sources={"arxiv": SourceState(status="failed"), "crossref": FAILED})

    first = changes(Result([paper()]), Result([heard]))
    past = Told(frozenset(one.id for one in first))

    assert [one.kind for one in first] == ["published"]
    assert told([heard], [silent], told=past) == []
    assert told([silent], [heard], told=past) == []
    assert told([paper()], [heard], told=past) == []


def test_an_old_title_of_datacite_is_no_new_title() -> None:
    """It stands in while arXiv is closed; its copy may be from before."""
    copy = paper(title="On Old Lists", arxiv=arxiv(metadata_source="datacite"))

    assert told([paper()], [copy]) == []
    assert told([copy], [paper()]) == []


def test_a_retracted_title_is_no_new_title() -> None:
    """The publisher has put a word before it."""
    assert told([paper()], [paper(title="RETRACTED: On Lists")]) == []


def test_withdrawn_with_its_successor() -> None:
    """Where the notice names one."""
    notice = arxiv(withdrawn=True, comment="Withdrawn: superseded by arXiv:2402.00002")

    now = news(paper(), paper(arxiv=notice))

    assert (now.kind, now.after) == ("withdrawn", "Withdrawn: superseded by arXiv:2402.00002")
    assert now.successor == "https://arxiv.org/abs/2402.00002"


def test_withdrawn_with_the_reason() -> None:
    """As the comment says; a withdrawal is a version too, and told once."""
    withdrawn = arxiv(withdrawn=True, version=2, comment="A proof is wrong")

    now = news(paper(), paper(arxiv=withdrawn))

    assert (now.kind, now.after) == ("withdrawn", "A proof is wrong")
    assert told([paper(arxiv=withdrawn)], [paper(arxiv=withdrawn)]) == []


def test_new_version() -> None:
    """Never an older one, which a mirror may have."""
    now = news(paper(), paper(arxiv=arxiv(version=3)))

    assert (now.kind, now.before, now.after) == ("new-version", "1", "3")
    assert told([paper(arxiv=arxiv(version=3))], [paper()]) == []


def test_retracted() -> None:
    """A registry that was asked before says so now."""
    finding = Finding(code="retracted", severity="warning", message="", list="seeds", line=3)

    assert told([paper()], [paper(findings=(finding,))]) == [("retracted", paper().key)]
    unasked = paper(sources={"arxiv": SourceState(status="found")})
    assert told([unasked], [paper(findings=(finding,))]) == []


@pytest.mark.parametrize("source", [None, "datacite"])
def test_what_nobody_was_asked_about_is_no_news(source: str | None) -> None:
    """A run without arXiv, or with DataCite in its place, is followed by one with arXiv."""
    before = paper(arxiv=arxiv(version=None, metadata_source=source))

    assert told([before], [paper(arxiv=arxiv(version=4, journal_ref="KDD 2024"))]) == []
    assert told([before], [paper(arxiv=arxiv(withdrawn=True))]) == []


# --- repositories -----------------------------------------------------------------------------


def repositories(before: RepositoryPart, after: RepositoryPart) -> list[tuple[str, str]]:
    """What has changed about the repository of a paper."""
    return told([paper(repositories=(before,))], [paper(repositories=(after,))])


def test_repository_renamed_archived_gone() -> None:
    """By the name that it has now; letter case is no other name."""
    moved = CODE.model_copy(update={"full_name": "org/code", "renamed_from": "ann/code"})

    assert repositories(CODE, moved) == [("repository-renamed", "github:org/code")]
    assert repositories(CODE, CODE.model_copy(update={"full_name": "ann/code"})) == []
    archived = CODE.model_copy(update={"archived": True})
    assert repositories(CODE, archived) == [("repository-archived", "github:ann/code")]
    gone = CODE.model_copy(update={"status": "missing"})
    assert repositories(CODE, gone) == [("repository-gone", "github:ann/code")]
    assert repositories(gone, CODE) == []
    assert repositories(CODE.model_copy(update={"status": "failed"}), gone) == []


def test_a_name_that_belongs_to_another_repository() -> None:
    """Also after it was free; its stars and its owner are no news of the first one."""
    first = CODE.model_copy(update={"id": 1})
    gone = first.model_copy(update={"status": "missing"})
    other = {"id": 2, "former_ids": (1,), "stars": 4_000, "full_name": "eve/code"}
    taken = first.model_copy(update=other)

    assert repositories(first, gone) == [("repository-gone", "github:ann/code")]
    assert repositories(gone, gone) == []
    for before in (first, gone):
        now = before.model_copy(update={"status": "found", "id": 2, "former_ids": (1,)})
        assert repositories(before, now) == [("repository-replaced", "github:ann/code")]
        assert repositories(now, now) == []
    renamed = taken.model_copy(update={"renamed_from": "ann/code"})
    assert repositories(first, renamed) == [("repository-replaced", "github:eve/code")]


def test_names_of_two_services_are_two_repositories() -> None:
    """One at GitLab is no other state of GitHub's."""
    gitlab = CODE.model_copy(update={"service": "gitlab", "archived": True})

    assert repositories(CODE, gitlab) == []
    before = gitlab.model_copy(update={"archived": False})
    assert repositories(before, gitlab) == [("repository-archived", "gitlab:ann/code")]


@pytest.mark.parametrize(
    ("before", "after", "jumped"),
    [
        (40, 140, True),
        (40, 139, False),  # fewer than 100 more
        (1000, 1400, False),  # not half as many again
        (1000, 1500, True),
        (1500, 1000, False),
        (None, 5000, False),
        (0, 100, True),
    ],
)
def test_stars_that_jumped(before: int | None, after: int, jumped: bool) -> None:
    """At least 100 more, and half as many again."""
    old, new = (CODE.model_copy(update={"stars": stars}) for stars in (before, after))

    assert repositories(old, new) == [("stars-jumped", "github:ann/code")] * jumped


def test_repository_of_two_papers_is_told_once() -> None:
    """It is one repository."""
    archived = CODE.model_copy(update={"archived": True})
    keys = ("arxiv:2401.00001", "arxiv:2401.00002")
    before = [paper(key, repositories=(CODE,)) for key in keys]
    after = [paper(key, repositories=(archived,)) for key in keys]

    assert told(before, after) == [("repository-archived", "github:ann/code")]


# --- links ------------------------------------------------------------------------------------

URL = "https://lab.example/page"


def link(verdict: str, final_url: str | None = None) -> LinkHealth:
    """The link of the paper."""
    place = Occurrence(list="seeds", line=3, column=1, role="other", paper=paper().key)
    values: Any = {"verdict": verdict, "evidence": "http"}
    return LinkHealth(
        url=URL,
        reason_code="x",
        reason="HTTP 404.",
        final_url=final_url,
        occurrences=(place,),
        **values,
    )


def of_link(
    before: LinkHealth | None, after: LinkHealth, past: Told = NOTHING, alive: tuple[str, ...] = ()
) -> list[Change]:
    """What has happened to it."""
    old = Result([paper()], [before] if before else [])
    return changes(old, Result([paper()], [after]), told=past, seen_alive=alive)


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("alive", "dead", ["link-dead"]),
        ("moved", "dead", ["link-dead"]),
        ("failing", "dead", ["link-dead"]),
        ("blocked", "dead", ["link-dead"]),
        ("unknown", "dead", []),  # never seen alive
        ("skipped", "dead", []),
        ("dead", "dead", []),
        ("dead", "alive", ["link-back"]),
        ("dead", "moved", ["link-back"]),
        ("dead", "blocked", []),
        ("dead", "unknown", []),
        ("failing", "alive", []),
        ("alive", "failing", []),
        ("unknown", "moved", []),
    ],
)
def test_what_happens_to_a_link(before: str, after: str, kinds: list[str]) -> None:
    """It dies, it comes back; what is not certain is no news."""
    assert [one.kind for one in of_link(link(before), link(after))] == kinds


def test_link_that_moved() -> None:
    """Where to; told again when it moves on."""
    there, further = link("moved", "https://new.example/"), link("moved", "https://third.example/")

    (one,) = of_link(link("alive"), there)

    assert (one.kind, one.before, one.after) == ("link-moved", URL, "https://new.example/")
    assert (one.key, one.title, one.lists) == (URL, "On Lists", ("seeds",))
    assert of_link(there, there) == []
    assert [one.after for one in of_link(there, further)] == ["https://third.example/"]


def test_new_link_that_is_dead_did_not_die() -> None:
    """The report says what is wrong with it."""
    assert of_link(None, link("dead")) == []


def test_links_are_compared_where_both_results_have_some() -> None:
    """A catalog alone says nothing of them."""
    assert changes(Result([paper()]), Result([paper()], [link("dead")])) == []


def test_death_behind_a_run_without_a_network() -> None:
    """It was alive before, as the history knows; and a death is told once."""
    (died,) = of_link(link("unknown"), link("dead"), alive=(URL,))
    past = told_by([event_of(died, datetime(2026, 1, 1, tzinfo=UTC))])

    assert died.kind == "link-dead"
    assert of_link(link("unknown"), link("dead"), past, (URL,)) == []
    assert of_link(link("failing"), link("dead"), past) == []
    assert [one.kind for one in of_link(link("unknown"), link("alive"), past)] == ["link-back"]


def test_second_death_is_another_one() -> None:
    """Of a link that came back in between; so is its second return."""
    events: list[Event] = []
    verdicts = ["alive", "dead", "alive", "dead", "alive"]
    for day, (before, after) in enumerate(pairwise(verdicts), start=1):
        found = of_link(link(before), link(after), told_by(events))
        events += [event_of(one, datetime(2026, 1, day, tzinfo=UTC)) for one in found]

    assert [one.kind for one in events] == ["link-dead", "link-back"] * 2
    assert len({one.id for one in events}) == 4


# --- once -------------------------------------------------------------------------------------


def test_what_was_told_is_not_told_again() -> None:
    """A service that says one thing today and another tomorrow makes no news of it."""
    found = changes(Result([paper()]), Result([paper(arxiv=arxiv(version=2))]))
    past = Told(frozenset(one.id for one in found))

    assert changes(Result([paper()]), Result([paper(arxiv=arxiv(version=2))]), told=past) == []
    assert told([paper()], [paper(arxiv=arxiv(version=3))], told=past) == [
        ("new-version", paper().key)
    ]


def test_results_are_read_once_and_in_any_order() -> None:
    """They may be streams."""
    many = [paper(f"arxiv:2401.{number:05}") for number in range(50)]

    found = changes(Result(iter(many[:25])), Result(reversed(many)))

    assert [one.key for one in found] == [one.key for one in many[25:]]
