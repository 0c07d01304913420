"""What is left of two results where they are the same, and what stays with a difference."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.formats import jsonl
from pipeline.formats.jsonl import parse_lines
from pipeline.records.catalog import Paper, RepositoryPart, Resolution
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry
from pipeline.storage.spool import Keep, Spool, held
from pipeline.works.changes import Result
from pipeline.works.differing import Difference


def paper(key: str, title: str = "T", repository: str | None = None) -> Paper:
    """Return a paper, perhaps with a repository."""
    parts = [RepositoryPart(full_name=repository, url="u", status="found")] if repository else []
    return Paper(
        key=key,
        title=title,
        mentions=(Entry(list="l", line=1, end_line=1, title=title),),
        repositories=tuple(parts),
        resolution=Resolution(status="found"),
    )


def link(url: str, verdict: Verdict = "alive", of: str | None = None) -> LinkHealth:
    """Return a link, perhaps of a paper."""
    place = Occurrence(list="l", line=1, column=1, role="paper", paper=of)
    return LinkHealth(
        url=url,
        verdict=verdict,
        reason_code="ok",
        reason="",
        evidence="http",
        occurrences=(place,),
    )


AT = datetime(2026, 11, 9, tzinfo=UTC)


def differing(
    before: tuple[Sequence[Paper], Sequence[LinkHealth]],
    after: tuple[Sequence[Paper], Sequence[LinkHealth]],
    *told: str,
    keep: Keep = Spool,
) -> list[tuple[list[str], list[str]]]:
    """Return the titles and addresses that are left of two results, kept in some way."""
    sides = [(keep(Paper, papers), keep(LinkHealth, links)) for papers, links in (before, after)]
    return kept(Difference(*sides).told(set(told)))


def kept(results: tuple[Result, Result]) -> list[tuple[list[str], list[str]]]:
    """Return the keys and addresses that are left of both results."""
    return [
        ([one.title for one in each.papers], sorted(one.url for one in each.links or ()))
        for each in results
    ]


def test_nothing_is_left_of_what_is_the_same() -> None:
    """In whatever order."""
    papers, links = [paper("a"), paper("b")], [link("x"), link("y")]
    assert differing((papers, links), (papers[::-1], links[::-1])) == [([], []), ([], [])]


def test_what_differs_is_left_on_both_sides() -> None:
    """What is new or gone on its own."""
    before = [paper("a", "A"), paper("b", "B"), paper("c", "C")]
    after = [paper("a", "A"), paper("b", "new B"), paper("d", "D")]
    assert differing((before, ()), (after, ())) == [(["B", "C"], []), (["new B", "D"], [])]


def test_repository_of_what_differs_keeps_its_other_papers() -> None:
    """Under whatever spelling; their twins stay too, so that none seems gone."""
    same = paper("a", "A", "o/R")
    old, new = paper("b", "B"), paper("b", "B", "O/r")
    assert differing(([same, old], ()), ([same, new], ())) == [
        (["A", "B"], []),
        (["A", "B"], []),
    ]


def test_links_that_come_out_otherwise_keep_their_papers() -> None:
    """A new link is none that came out otherwise; what is told already stays."""
    papers = [paper("a", "A"), paper("b", "B")]
    before = [link("x", of="a"), link("y"), link("z")]
    after = [link("x", "dead", of="a"), replace(link("y"), reason="!"), link("z"), link("new")]
    assert differing((papers, before), (papers, after), "z") == [
        (["A"], ["x", "z"]),
        (["A"], ["x", "z"]),
    ]


def test_half_a_surrogate_pair_is_compared_too() -> None:
    """It comes from damaged text."""
    odd = [paper("a", "\ud83d")]
    assert differing((odd, ()), (odd, ())) == [([], []), ([], [])]


def test_link_that_is_not_to_be_reported_is_left_out() -> None:
    """With its paper; the change of another one stays."""
    papers, links = [paper("a", "A"), paper("b", "B")], [link("x", of="a"), link("y", of="b")]
    now = [replace(one, verdict="dead") for one in links]
    difference = Difference((papers, links), (papers, now))
    told = difference.told(visible=lambda all_: (one for one in all_ if one.url == "y"))
    assert kept(told) == [(["B"], ["y"]), (["B"], ["y"])]


# --- whether anything differs -----------------------------------------------------------------


@pytest.mark.parametrize("keep", [Spool, held])
@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({}, False),
        ({"checked_at": AT}, False),
        ({"reason": ',"checked_at":"x"'}, True),
        ({"consecutive_failures": 1}, True),
        ({"checked_at": AT, "verdict": "dead"}, True),
        ({"reason": "other"}, True),
    ],
)
def test_what_counts_as_a_change_of_a_link(
    keep: Keep, change: dict[str, Any], changed: bool
) -> None:
    """That it was asked again is none; what came of it is."""
    before = [link("y"), link("x")]
    now = keep(LinkHealth, [link("x"), replace(link("y"), **change)])
    assert bool(Difference(((), before), ((), now))) is changed
    assert bool(Difference(((), now), ((), before))) is changed


@pytest.mark.parametrize("keep", [Spool, held])
def test_what_counts_as_a_change_of_the_catalog(keep: Keep) -> None:
    """Another paper, one less, one that says something else; not another order."""
    a, b = paper("a"), paper("b")

    def changed(*now: Paper) -> bool:
        return bool(Difference(([a, b], ()), (keep(Paper, now), ())))

    assert not changed(b, a)
    assert changed(a)
    assert changed(a, b, paper("c"))
    assert changed(a, replace(b, abstract="x"))


@pytest.mark.parametrize("keep", [Spool, held])
def test_what_a_file_cannot_hold_is_no_change(keep: Keep) -> None:
    """Half a surrogate pair comes back as another character, in every run."""
    now = [paper("a\ud800"), paper("b")]
    before, _ = parse_lines(Paper, jsonl.render(now))

    assert before[0] != now[0]
    assert not Difference((keep(Paper, before), ()), (keep(Paper, now), ()))
