"""What is done to papers on their way: at once or later, in memory or on disk, to all or to few."""

import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from pipeline.records.catalog import Paper, Resolution
from pipeline.storage import papers as papers_
from pipeline.storage.papers import (
    WEIGHT,
    Work,
    at_once,
    carry_out,
    changed,
    everywhere,
    later,
    look,
    on_disk,
    part_of,
    shares,
    weigh,
)
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


class Seen:
    """Notes of titles, by number; and which shares came."""

    def __init__(self) -> None:
        self.titles: list[tuple[int, str]] = []
        self.sizes: list[int] = []

    def new(self) -> "Seen":
        """See `Notes`."""
        return Seen()

    def note(self, number: int, one: Paper) -> None:
        """See `Notes`."""
        self.titles.append((number, one.title))

    def add(self, share: "Seen") -> None:
        """See `Notes`."""
        self.titles += share.titles
        self.sizes.append(len(share.titles))


def numbered(share: int) -> Work:
    """Put the number of the share into a title."""
    return partial(with_number, share=share)


def with_number(one: Paper, share: int) -> Paper:
    """See `numbered`."""
    return replace(one, title=f"{one.title} {share}")


@pytest.fixture(autouse=True)
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two papers make a share."""
    monkeypatch.setattr(papers_, "SHARE", 2)


def test_what_is_done_later_is_done_in_order_when_somebody_reads() -> None:
    """However the papers are read; and nothing is done before."""
    calls: list[str] = []

    def noted(one: Paper) -> Paper:
        calls.append(one.title)
        return shouted(one)

    papers = later(later([paper("a"), paper("b"), paper("c")], everywhere(noted)), numbered)

    assert (calls, len(papers)) == ([], 3)
    assert titles(papers) == ["A 0", "B 0", "C 1"]
    assert (papers[-1].title, titles(papers[:1])) == ("C 1", ["A 0"])


def test_who_takes_note_sees_each_paper_as_it_is_then() -> None:
    """With its number, once, share by share; of what is done later nobody can take note."""
    seen, before = Seen(), Seen()
    papers = later([paper("a"), paper("b"), paper("c")], everywhere(shouted))

    assert titles(at_once(papers, numbered, seen)) == ["A 0", "B 0", "C 1"]
    assert (seen.titles, seen.sizes) == ([(0, "A 0"), (1, "B 0"), (2, "C 1")], [2, 1])
    look(papers, before)
    (share, *_) = shares(Spool(Paper, [paper("a")]), None, Seen())
    assert carry_out(share)[0] == []  # who only looks sends nothing back
    assert (before.titles, before.sizes) == ([(0, "A"), (1, "B"), (2, "C")], [2, 1])
    with pytest.raises(ValueError, match="takes note"):
        later([], numbered, seen)


@pytest.mark.parametrize("keep", [held, Spool])
def test_a_share_travels_in_the_form_in_which_the_papers_lie(keep: Kept) -> None:
    """As JSON from disk, but for what JSON cannot hold; and comes back in it."""
    papers = later(keep(Paper, map(paper, ("a", "b\udc00", "c"))), everywhere(shouted))
    seen = Seen()

    every = [pickle.loads(pickle.dumps(one)) for one in shares(papers, numbered, seen)]  # noqa: S301
    done = [one for share in every for one in carry_out(share)[0]]

    assert on_disk(papers) is (keep is Spool)
    assert [isinstance(one, bytes) for one in done] == [keep is Spool, False, keep is Spool]
    assert titles(Spool(Paper, done)) == ["A 0", "B\udc00 0", "C 1"]
    assert [share.first for share in every] == [0, 2]
    assert [weigh(share) for share in every] == [2 * WEIGHT, WEIGHT]


def test_a_share_gets_the_answers_that_it_needs() -> None:
    """In the order of its keys; what nobody knows is left out."""
    assert list(part_of({"a": 1, "b": 2, "c": 3}, ["c", "x", "a"]).items()) == [("c", 3), ("a", 1)]


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
