"""What is left of two results where they are the same, and what stays with a difference."""

from dataclasses import replace

from pipeline.records.catalog import Paper, RepositoryPart, Resolution
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry
from pipeline.works.changes import Result
from pipeline.works.differing import differing


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


def kept(results: tuple[Result, Result]) -> list[tuple[list[str], list[str]]]:
    """Return the keys and addresses that are left of both results."""
    return [
        ([one.title for one in each.papers], [one.url for one in each.links or ()])
        for each in results
    ]


def test_nothing_is_left_of_what_is_the_same() -> None:
    """In whatever order."""
    papers, links = [paper("a"), paper("b")], [link("x"), link("y")]
    assert kept(differing((papers, links), (papers[::-1], links[::-1]))) == [([], []), ([], [])]


def test_what_differs_is_left_on_both_sides() -> None:
    """What is new or gone on its own."""
    before = [paper("a", "A"), paper("b", "B"), paper("c", "C")]
    after = [paper("a", "A"), paper("b", "new B"), paper("d", "D")]
    assert kept(differing((before, ()), (after, ()))) == [(["B", "C"], []), (["new B", "D"], [])]


def test_repository_of_what_differs_keeps_its_other_papers() -> None:
    """Under whatever spelling; their twins stay too, so that none seems gone."""
    same = paper("a", "A", "o/R")
    old, new = paper("b", "B"), paper("b", "B", "O/r")
    assert kept(differing(([same, old], ()), ([same, new], ()))) == [
        (["A", "B"], []),
        (["A", "B"], []),
    ]


def test_links_that_come_out_otherwise_keep_their_papers() -> None:
    """A new link is none that came out otherwise; what is told already stays."""
    papers = [paper("a", "A"), paper("b", "B")]
    before = [link("x", of="a"), link("y"), link("z")]
    after = [link("x", "dead", of="a"), replace(link("y"), reason="!"), link("z"), link("new")]
    assert kept(differing((papers, before), (papers, after), {"z"})) == [
        (["A"], ["x", "z"]),
        (["A"], ["x", "z"]),
    ]


def test_half_a_surrogate_pair_is_compared_too() -> None:
    """It comes from damaged text."""
    odd = [paper("a", "\ud83d")]
    assert kept(differing((odd, ()), (odd, ()))) == [([], []), ([], [])]
