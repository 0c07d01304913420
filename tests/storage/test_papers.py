"""What is done to papers on their way: at once or later, in memory or on disk, to all or to few."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from pipeline.records.catalog import Paper, Resolution
from pipeline.storage.papers import at_once, changed, later, worked
from pipeline.storage.spool import Spool, held, texts

FOUND = Resolution(status="found")
Kept = Callable[[type[Paper], Iterable[Paper]], Sequence[Paper]]


def paper(title: str) -> Paper:
    """A work."""
    return Paper(key=f"title:{title}", title=title, mentions=(), resolution=FOUND)


def shouted(one: Paper) -> Paper:
    """Do something."""
    return replace(one, title=one.title.upper())


def doubled(one: Paper) -> Paper:
    """Do something else."""
    return replace(one, title=one.title + one.title.lower())


def titles(papers: Iterable[Paper]) -> list[str]:
    """Return the titles."""
    return [one.title for one in papers]


def test_what_is_done_later_is_done_in_order_when_somebody_reads() -> None:
    """However the papers are read; and nothing is done before."""
    calls: list[str] = []

    def noted(one: Paper) -> Paper:
        calls.append(one.title)
        return shouted(one)

    papers = later(later([paper("a"), paper("b")], noted), doubled)

    assert (calls, len(papers)) == ([], 2)
    assert titles(papers) == ["Aa", "Bb"]
    assert (papers[-1].title, titles(papers[:1])) == ("Bb", ["Aa"])


def test_who_takes_note_sees_each_paper_as_it_is_then() -> None:
    """With its number, once; of what is done later nobody can take note."""
    seen: list[tuple[int, str]] = []

    def note(number: int, one: Paper) -> None:
        seen.append((number, one.title))

    assert titles(at_once([paper("a"), paper("b")], shouted, note)) == ["A", "B"]
    assert seen == [(0, "A"), (1, "B")]
    assert titles(worked([paper("c")], shouted)) == ["C"]
    with pytest.raises(ValueError, match="takes note"):
        later([], shouted, note)


@pytest.mark.parametrize("keep", [held, Spool])
def test_few_papers_are_changed_and_the_others_stay(keep: Kept) -> None:
    """In memory and on disk, whatever a text holds; also while the papers are read."""
    papers = keep(Paper, map(paper, ("a", "b", "c", "d\udc00")))

    new = changed(papers, ((n, shouted(papers[n])) for n in (1, 3)))
    assert titles(new) == ["a", "B", "c", "D\udc00"]
    new = changed(new, [(3, paper("plain")), (0, paper("half \ud800"))])
    assert titles(new) == ["half \ud800", "B", "c", "plain"]
    assert list(texts(new, "key")) == ["title:half \ud800", "title:b", "title:c", "title:plain"]
    new = changed(new, ((n, doubled(one)) for n, one in enumerate(new) if n != 2))
    assert titles(new) == ["half \ud800half \ud800", "Bb", "c", "plainplain"]
    assert titles(changed(new, ())) == titles(new)


def test_papers_in_memory_stay_as_they_were() -> None:
    """Whoever has them sees no change."""
    papers = [paper("a")]

    assert titles(changed(papers, [(0, paper("b"))])) == ["b"]
    assert titles(papers) == ["a"]
