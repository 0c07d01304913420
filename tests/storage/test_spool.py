"""Records on disk: what comes out is what went in, in order, and also in part."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.errors import OutputError
from pipeline.records.base import adapter
from pipeline.records.catalog import ArxivPart, Paper, Resolution, SourceState
from pipeline.records.lists import Entry, Link
from pipeline.storage import spool
from pipeline.storage.spool import Grouped, InOrder, Spool, as_json, held, mentioning, texts


def paper(number: int, title: str = "A title") -> Paper:
    """Return a paper with parts of every kind."""
    link = Link(url="https://arxiv.org/abs/2305.00447", role="paper", line=number, column=5)
    entry = Entry(list="a", line=number, end_line=number, title=title, links=(link,))
    at = datetime(2026, 11, 1, 12, 30, 15, 250, tzinfo=UTC)
    return Paper(
        key=f"arxiv:{number}",
        title=title,
        arxiv=ArxivPart(id="2305.00447", categories=("cs.IR",)),
        mentions=(entry,),
        resolution=Resolution(status="found", method="link", confidence=0.95),
        sources={"arxiv": SourceState(status="found", stale=True, as_of=at)},
    )


@pytest.mark.parametrize("keep", [Spool, held])
def test_what_comes_out_is_what_went_in(keep: type[Spool[Paper]]) -> None:
    """In order, more than once, one at a time, and as slices."""
    papers = [paper(number) for number in range(5)]
    kept = keep(Paper, iter(papers))

    assert len(kept) == 5
    assert [*kept] == papers == [*kept]
    assert (kept[3], kept[-1]) == (papers[3], papers[4])
    assert list(kept[1:3]) == papers[1:3]
    assert (list(kept[3:9]), list(kept[::-2]), list(kept[4:2])) == (papers[3:], papers[::-2], [])
    assert papers[2] in kept
    with pytest.raises(IndexError):
        kept[5]


def test_what_json_cannot_hold_is_not_lost() -> None:
    """Half a surrogate pair comes from a damaged list."""
    papers = [paper(1), paper(2, "Half \ud83d a pair"), paper(3)]
    assert list(Spool(Paper, papers)) == papers


def test_nothing_is_kept_of_no_records() -> None:
    """An empty one is false, as every sequence is."""
    assert not Spool(Paper, ())
    assert list(Spool(Paper, ())) == []


def test_fault_of_the_records_is_raised() -> None:
    """Nobody takes half of them for all."""

    def broken() -> Iterator[Paper]:
        yield paper(1)
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        Spool(Paper, broken())


def test_records_come_out_under_their_names() -> None:
    """In the order of the names; each with the number of its first record."""
    grouped = Grouped(Paper)
    grouped.put([(7, "b", paper(3)), (8, "c\udce9", paper(4, "\ud83d"))])
    written = next(iter(as_json(Paper, [paper(2)])))
    grouped.put([(2, "b", paper(1)), (3, "a", written), (9, "a", paper(5))])
    grouped.drop(range(9, 20))

    assert list(grouped.groups()) == [
        ("a", 3, [paper(2)]),
        ("b", 2, [paper(1), paper(3)]),
        ("c\udce9", 8, [paper(4, "\ud83d")]),
    ]


@pytest.mark.parametrize("keep", [Spool, held])
def test_records_are_seen_in_the_order_of_a_text(keep: type[Spool[Paper]]) -> None:
    """Also those that JSON cannot hold; code points sort as in any other text."""
    titles = ["b", "a", "\ud83d", "é", "\U0001f600", 'c"\\\n\x00']
    papers = InOrder(
        Paper, keep(Paper, [paper(n, title) for n, title in enumerate(titles)]), "title"
    )

    assert list(texts(keep(Paper, papers), "title")) == sorted(titles)
    assert [one.title for one in papers] == sorted(titles)
    assert [one.title for one in papers[1:4]] == sorted(titles)[1:4]
    assert list(papers.as_json(range(1, 4))) == list(as_json(Paper, papers[1:4]))
    assert list(InOrder(Paper, keep(Paper, papers), "title")[1:4]) == list(papers[1:4])
    assert list(InOrder(Paper, keep(Paper, []), "title")[0:4]) == []


@pytest.mark.parametrize("keep", [Spool, held])
def test_records_that_mention_a_word_are_found(keep: type[Spool[Paper]]) -> None:
    """As a value, or as the name of one; in order, odd ones too."""
    papers = [
        replace(paper(1), citations=3),
        paper(2),
        paper(3, "citations"),
        replace(paper(4, "\ud83d"), citations=4),
        paper(5, "citations of others"),
    ]
    found = list(mentioning(keep(Paper, papers), '"citations":3', ':"citations"', "nothing"))

    assert [one for one in found if one.citations] == [papers[0], papers[3]]
    if keep is Spool:
        assert found == [papers[0], papers[2], papers[3]]


@pytest.mark.parametrize("keep", [Spool, held])
def test_json_of_records_is_the_same_however_they_are_kept(keep: type[Spool[Paper]]) -> None:
    """What JSON cannot hold is given as it is."""
    papers = [paper(1), paper(2, "Half \ud83d a pair")]
    first, odd = as_json(Paper, keep(Paper, papers))
    assert isinstance(first, bytes)
    assert adapter(Paper).validate_json(first) == papers[0]
    assert odd == papers[1]


def test_full_disk_ends_the_run_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with a traceback; it says what helps."""
    opened = spool.database

    def small() -> sqlite3.Connection:
        database = opened()
        database.execute("PRAGMA max_page_count = 4")
        return database

    monkeypatch.setattr(spool, "database", small)
    papers = [paper(number) for number in range(500)]
    with pytest.raises(OutputError, match=r"disk is full\); SQLITE_TMPDIR"):
        Spool(Paper, papers)
    with pytest.raises(OutputError, match="SQLITE_TMPDIR"):
        Grouped(Paper).put((number, one.key, one) for number, one in enumerate(papers))
    with pytest.raises(OutputError, match="SQLITE_TMPDIR"):
        list(map(Spool(Paper).append, papers))


_HELD = """
import resource
from pipeline.storage.spool import database

def most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before, opened = most(), []
for _ in range(4):
    opened.append(database())
    opened[-1].execute("CREATE TABLE records (record BLOB)")
    rows = ((b"x" * 1500,) for _ in range(12_000))
    opened[-1].executemany("INSERT INTO records VALUES (?)", rows)
print(most() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in other units")
def test_what_lies_on_disk_is_hardly_held() -> None:
    """Of 18 MB each, in four databases, two stay in memory."""
    done = subprocess.run([sys.executable, "-c", _HELD], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 25_000
