"""Tests of `pipeline.sources.arxiv.snapshot`."""

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationError
from pipeline.sources.arxiv import snapshot as arxiv_snapshot
from pipeline.sources.arxiv.snapshot import Batch, SnapshotPaper, batches, identify, parse, read


def line(id_: object = "2104.12255", title: object = "A Title", **more: object) -> bytes:
    """Return a line as arXiv publishes it, with what a test needs."""
    record: dict[str, Any] = {
        "id": id_,
        "title": title,
        "authors": "A. First and B. Second",
        "authors_parsed": [["First", "A.", ""], ["Second", "B.", "Jr."]],
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
        "update_date": "2008-11-26",
    }
    return json.dumps(record | more).encode() + b"\n"


def test_a_line_is_read_as_published() -> None:
    """Id, title, the first authors, the year of version 1 and the day of the last change."""
    expected = SnapshotPaper(
        "2104.12255", "A Title", ("A. First", "B. Second Jr."), 2007, "2008-11-26"
    )

    paper = parse(line())

    assert paper is not None
    assert paper._replace(packed=b"") == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("0", "0"),
        ("A title\n  over two lines", "A title over two lines"),
        ('Learning $\\beta$-VAE on Schr\\"odinger', 'Learning $\\beta$-VAE on Schr\\"odinger'),
        ("推荐系统：Étude", "推荐系统：Étude"),
        ("x" * 5_000, "x" * 2_000),
    ],
)
def test_a_title_is_kept_as_written_on_one_line(title: str, expected: str) -> None:
    """Also the title `0`, TeX, other scripts, and one that has no end."""
    paper = parse(line(title=title))

    assert paper is not None
    assert paper.title == expected


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\n",
        b"not json\n",
        line()[:-20],
        b"[1, 2]\n",
        b"[" * 100_000,
        b'{"id": "2104.12255", "title": "\\ud800"}',
        b'{"id": "2104.12255", "title": "\xff"}',
        line(title=""),
        line(title=None),
        line(title=7),
        line(id_=""),
        line(id_="nonsense"),
        line(id_="2104.12255" * 9),
        line(id_=17),
    ],
)
def test_a_damaged_line_is_no_paper(damaged: bytes) -> None:
    """Cut, binary, deep, of another kind, without id or title: never an exception."""
    assert parse(damaged) is None


@pytest.mark.parametrize(
    ("more", "authors"),
    [
        ({"authors_parsed": None}, ("A. First", "B. Second")),
        ({"authors_parsed": [], "authors": ["One Name", "Other Name"]}, ("One Name", "Other Name")),
        ({"authors_parsed": [["ATLAS Collaboration"], 5, [], [None]]}, ("ATLAS Collaboration",)),
        (
            {"authors_parsed": [["N", str(n)] for n in range(3_000)]},
            tuple(f"{n} N" for n in range(8)),
        ),
        ({"authors_parsed": None, "authors": None}, ()),
    ],
)
def test_the_first_authors_are_kept(more: dict[str, object], authors: tuple[str, ...]) -> None:
    """Eight at most, from the parsed names, else from the one string; odd ones are left out."""
    paper = parse(line(**more))

    assert paper is not None
    assert paper.authors == authors


@pytest.mark.parametrize(
    ("id_", "versions", "year"),
    [
        ("0704.0001", [{"created": "Tue, 31 Dec 2006 23:59:00 GMT"}], 2006),
        ("hep-th/9901001", [], 1999),
        ("math.GT/0309136", None, 2003),
        ("2401.00001", [{"created": "soon"}], 2024),
        ("2401.00001", [7], 2024),
    ],
)
def test_the_year_is_of_version_1_else_of_the_id(id_: str, versions: object, year: int) -> None:
    """The id's year differs at the turn of a year only."""
    paper = parse(line(id_, versions=versions))

    assert paper is not None
    assert paper.year == year


def collected(data: bytes, papers: int = 2) -> list[Batch]:
    """Read bytes in batches."""
    stream = io.BytesIO(data)
    return list(batches(stream, 0, position=stream.tell, papers=papers))


def test_batches_are_bounded_by_their_lines() -> None:
    """Damaged lines count too, blank ones do not; every batch knows where the next begins."""
    data = line() + b"broken\n" + line() + b"\n" + line()[:-1]

    found = collected(data)

    assert [(len(batch.papers), batch.damaged) for batch in found] == [(1, 1), (1, 0), (1, 0)]
    assert [batch.offset for batch in found] == [
        len(line()) + 7,
        2 * len(line()) + 8,
        len(data),
    ]


def test_batches_are_bounded_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of great length make small batches."""
    monkeypatch.setattr(arxiv_snapshot, "BATCH_BYTES", 3_000)

    sizes = [len(batch.papers) for batch in collected(line(abstract="x" * 2_000) * 5, papers=100)]

    assert sizes == [2, 2, 1]


def test_a_batch_is_given_before_the_next_is_read() -> None:
    """Memory holds one batch, however long the file."""
    stream = io.BytesIO(line() * 10_000)

    first = next(batches(stream, 0, position=stream.tell, papers=10))

    assert first.position == first.offset == stream.tell() == 10 * len(line())


@pytest.mark.parametrize("length", [1_000, 1_001, 2_000, 2_001, 5_003])
def test_a_line_without_end_is_passed_over(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """It is never in memory as a whole, is one damaged line, and the lines around it are read."""
    monkeypatch.setattr(arxiv_snapshot, "MAX_LINE", 1_000)
    data = line() + b"x" * length + b"\n" + line("2104.00001")

    (batch,) = collected(data, papers=10)

    assert [paper.id for paper in batch.papers] == ["2104.12255", "2104.00001"]
    assert (batch.damaged, batch.offset) == (1, len(data))


@pytest.mark.parametrize("packed", [False, True])
def test_reading_goes_on_at_an_offset(tmp_path: Path, packed: bool) -> None:
    """Also in a compressed file, whatever its name."""
    path = tmp_path / "snapshot"
    data = b"".join(line(f"2104.{number:05}") for number in range(1, 8))
    path.write_bytes(gzip.compress(data) if packed else data)
    first = next(iter(read(path, papers=3)))

    rest = [paper.id for batch in read(path, first.offset, papers=3) for paper in batch.papers]

    assert rest == ["2104.00004", "2104.00005", "2104.00006", "2104.00007"]


def test_a_compressed_file_that_was_cut_is_named(tmp_path: Path) -> None:
    """A download that broke off is an error, not a shorter snapshot."""
    path = tmp_path / "snapshot.json.gz"
    path.write_bytes(gzip.compress(line() * 100)[:-20])

    with pytest.raises(ConfigurationError, match=r"snapshot\.json\.gz: cannot be read to its end"):
        list(read(path))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "is a zip archive; unpack it first"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_snapshot_is_refused(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    """In one sentence that names the file."""
    path = tmp_path / "snapshot.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=rf"snapshot\.json: {sentence}"):
        identify(path)


def test_a_snapshot_is_known_by_size_time_and_beginning(tmp_path: Path) -> None:
    """The name does not matter; a file of the same size and time but of another text does."""
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    one.write_bytes(line())
    same.write_bytes(line())
    other.write_bytes(line("2104.99999"))
    for path in (one, same, other):
        os.utime(path, ns=(0, 1_000_000_000))

    assert identify(one) == identify(same)
    assert identify(one) != identify(other)
    os.utime(same, ns=(0, 2_000_000_000))
    assert identify(one) != identify(same)
