"""Tests of `pipeline.sources.titles.records`: records of a snapshot, and what arXiv is asked."""

import json
import logging
import os
import sqlite3
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from pipeline.cache import Cache
from pipeline.clock import SimulatedClock
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord
from pipeline.sources.arxiv.oai import outcome_of
from pipeline.sources.arxiv.snapshot import parse, unpacked
from pipeline.sources.cached import CachedSource
from pipeline.sources.titles.build import BuildState, build
from pipeline.sources.titles.index import INDEX_NAME
from pipeline.sources.titles.records import AgesWithSnapshot, SnapshotRecords, snapshot_records

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
NEWEST = datetime(2026, 9, 10, tzinfo=UTC)

LINE: dict[str, Any] = {
    "id": "2305.00447",
    "submitter": "Somebody",
    "authors": "Edgar Rold\\'an, Bo Writer (1) and {\\O}ystein Th\\'er\\`ese ((1) Somewhere)",
    "title": 'TALLRec: An Effective\n  Framework of Schr\\"odinger',
    "comments": "RecSys 2023 short paper",
    "journal-ref": None,
    "doi": "10.1145/3604915.3608857",
    "report-no": None,
    "categories": "cs.IR cs.CL",
    "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "abstract": "  Large models\nrecommend.\n",
    "versions": [
        {"version": "v1", "created": "Sun, 30 Apr 2023 21:00:00 GMT"},
        {"version": "v10", "created": "Tue, 17 Oct 2023 03:00:00 +0900"},
        {"version": "v2", "created": "Tue, 2 May 2023 00:00:00 GMT"},
    ],
    "update_date": "2023-10-18",
    "authors_parsed": [["Roldan", "Edgar", ""]],
}
RECORD = ArxivRecord(
    id="2305.00447",
    version=10,
    title="TALLRec: An Effective Framework of Schrödinger",
    authors=("Edgar Roldán", "Bo Writer", "Øystein Thérèse"),
    abstract="Large models recommend.",
    published="2023-04-30",
    updated="2023-10-16",
    primary_category="cs.IR",
    categories=("cs.IR", "cs.CL"),
    comment="RecSys 2023 short paper",
    doi="10.1145/3604915.3608857",
    journal_ref=None,
    metadata_source="snapshot",
)


def record_of(line: dict[str, Any]) -> ArxivRecord | None:
    """Read a line, pack it, unpack it."""
    paper = parse(json.dumps(line).encode())
    assert paper is not None
    return unpacked(paper.id, paper.packed)


def test_a_line_becomes_the_exact_record() -> None:
    """The latest version by number, days in UTC, TeX as letters, and the snapshot as its source."""
    assert record_of(LINE) == RECORD


def test_the_record_is_the_one_of_oai_pmh() -> None:
    """Both are arXiv's own text of the same fields; only the source differs."""
    names = ("title", "authors", "comments", "doi", "categories", "abstract")
    fields = "".join(f"<{name}>{escape(LINE[name])}</{name}>" for name in names)
    versions = "".join(
        f'<version version="{one["version"]}"><date>{one["created"]}</date></version>'
        for one in LINE["versions"]
    )
    body = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><metadata>'
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{LINE["id"]}</id>{versions}{fields}'
        "</arXivRaw></metadata></record></GetRecord></OAI-PMH>"
    )
    outcome = outcome_of(LINE["id"], body.encode())

    assert isinstance(outcome, Found)
    assert outcome.value.model_copy(update={"metadata_source": "snapshot"}) == record_of(LINE)


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ({"comments": "This paper has been withdrawn by the author"}, {"withdrawn": True}),
        ({"doi": "10.48550/arXiv.2305.00447"}, {"doi": None}),
        ({"authors": ["Ann Author", 7, "Bo Writer"]}, {"authors": ("Ann Author", "Bo Writer")}),
        ({"abstract": None, "comments": 7}, {"abstract": None, "comment": None}),
        (
            {"versions": [{"version": "v1", "created": "soon"}, 7, {"version": "x"}]},
            {"version": 1, "published": None, "updated": None},
        ),
    ],
)
def test_odd_fields_cost_only_themselves(more: dict[str, Any], changes: dict[str, Any]) -> None:
    """Another kind of value is none."""
    found = record_of(LINE | more)

    assert found is not None
    wanted = {name: getattr(found, name) for name in changes}
    assert wanted == changes
    assert found.title == RECORD.title


@pytest.mark.parametrize("versions", [None, [], [7], [{"version": "7x"}], "v1"])
def test_without_a_version_there_is_no_record(versions: object) -> None:
    """ArXiv is asked about it."""
    assert record_of(LINE | {"versions": versions}) is None


@pytest.mark.parametrize(
    "packed",
    [b"", b"no zip", zlib.compress(b"{"), zlib.compress(b"[]"), zlib.compress(b" " * 30_000_000)],
    ids=["empty", "no zip", "cut", "other", "a bomb"],
)
def test_what_this_program_has_not_packed_is_no_record(packed: bytes) -> None:
    """A cache travels: its rows are not to be trusted."""
    assert unpacked("2305.00447", packed) is None


# --- beside the cache -------------------------------------------------------------------------


class Asked:
    """ArXiv, with a newer version of all papers, and a note of what it was asked."""

    name = "arxiv"

    def __init__(self, *, answers: bool = True) -> None:
        self.keys: list[str] = []
        self._answers = answers

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[ArxivRecord]]]:
        """See `Source.fetch_many`."""
        self.keys += keys
        for key in keys:
            newer = RECORD.model_copy(update={"id": key, "version": 11, "metadata_source": "arxiv"})
            if not self._answers:
                yield key, Failed(kind="timeout", reason="silent")
            elif key.startswith("0000"):
                yield key, Missing(reason="no such paper")
            else:
                yield key, Found(value=newer)


def silent(_state: BuildState) -> None:
    """Hear nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache folder with the index of a snapshot of ten days ago."""
    lines = [LINE, LINE | {"id": "hep-th/9901001", "update_date": "2026-09-10"}]
    lines.append(LINE | {"id": "2305.00447", "comments": "the later line"})
    path = tmp_path / "snapshot.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    build(path, tmp_path, silent)
    return tmp_path


async def outcomes(
    folder: Path, source: Asked, keys: Sequence[str], now: datetime = NOW, **changes: Any
) -> dict[str, Outcome[ArxivRecord]]:
    """Ask a source behind a cache, with the snapshot of the folder beside it."""
    ages = AgesWithSnapshot(timedelta(days=7), timedelta(days=1), snapshot=timedelta(days=90))
    with Cache(folder, now) as cache, snapshot_records(folder, now) as snapshot:
        cached = CachedSource(source, ArxivRecord, cache, ages, SimulatedClock(now), local=snapshot)
        return {key: one async for key, one in replace(cached, **changes).fetch_many(keys)}


def versions(found: dict[str, Outcome[ArxivRecord]]) -> dict[str, int | None]:
    """Return the version of each paper that was found."""
    return {key: one.value.version for key, one in found.items() if isinstance(one, Found)}


@pytest.mark.anyio
async def test_only_what_the_snapshot_lacks_is_asked(folder: Path) -> None:
    """With the day of the snapshot on what comes out of it; of two lines the later counts."""
    source = Asked()

    found = await outcomes(folder, source, ["2305.00447", "2609.00001", "hep-th/9901001"])

    assert source.keys == ["2609.00001"]
    assert versions(found) == {"2305.00447": 10, "hep-th/9901001": 10, "2609.00001": 11}
    one = found["2305.00447"]
    assert isinstance(one, Found)
    assert (one.as_of, one.stale) == (NEWEST, False)
    assert (one.value.metadata_source, one.value.comment) == ("snapshot", "the later line")


@pytest.mark.anyio
async def test_a_snapshot_is_trusted_for_its_time(folder: Path) -> None:
    """Ninety days from its newest change on; then arXiv is asked, and answers for what it can."""
    young, old, out = Asked(), Asked(), Asked(answers=False)

    await outcomes(folder, young, ["2305.00447"], NEWEST + timedelta(days=89))
    late = NEWEST + timedelta(days=91)
    failed = await outcomes(folder, out, ["2305.00447"], late)
    await outcomes(folder, old, ["2305.00447"], late)

    assert (young.keys, old.keys) == ([], ["2305.00447"])
    stale = failed["2305.00447"]
    assert isinstance(stale, Found)
    assert (stale.stale, stale.as_of, stale.value.version) == (True, NEWEST, 10)


@pytest.mark.anyio
async def test_a_later_answer_of_arxiv_counts_instead(folder: Path) -> None:
    """Also when it is no longer trusted: no paper goes back to an older version."""
    source = Asked()
    await outcomes(folder, source, ["2305.00447"], since=NOW)  # `--refresh`
    assert source.keys == ["2305.00447"]

    next_day = await outcomes(folder, source, ["2305.00447"], NOW + timedelta(days=1))
    assert len(source.keys) == 1
    next_week = await outcomes(
        folder, Asked(answers=False), ["2305.00447"], NOW + timedelta(days=8)
    )

    assert versions(next_day) == versions(next_week) == {"2305.00447": 11}


@pytest.mark.anyio
async def test_an_older_answer_of_arxiv_gives_way(folder: Path) -> None:
    """The snapshot is what is known last."""
    source = Asked()
    await outcomes(folder, source, ["2305.00447"], NEWEST - timedelta(days=1), local=None)

    found = await outcomes(folder, source, ["2305.00447"])

    assert versions(found) == {"2305.00447": 10}
    assert len(source.keys) == 1


def test_a_day_of_the_future_makes_nothing_young(tmp_path: Path) -> None:
    """The file was written before it."""
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(LINE | {"update_date": "2099-01-01"}) + "\n")
    written = datetime(2026, 1, 1, tzinfo=UTC)
    os.utime(path, (written.timestamp(), written.timestamp()))
    build(path, tmp_path, silent)

    with snapshot_records(tmp_path, NOW) as snapshot:
        assert snapshot is not None
        assert snapshot.as_of == written


@pytest.mark.parametrize("spoil", ["DROP TABLE state", "UPDATE state SET format = 2"])
def test_a_file_that_cannot_be_used_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    """And a run goes on without it, as without a file."""
    with closing(sqlite3.connect(folder / INDEX_NAME)) as database, database:
        database.execute(spoil)

    with caplog.at_level(logging.WARNING), snapshot_records(folder, NOW) as snapshot:
        assert snapshot is None
    assert "arXiv is asked instead" in caplog.text
    (folder / INDEX_NAME).unlink()
    with snapshot_records(folder, NOW) as snapshot:
        assert snapshot is None


def test_a_file_that_fails_meanwhile_knows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """It is told once."""
    database = sqlite3.connect(":memory:")
    records = SnapshotRecords(database, NEWEST)
    database.close()

    with caplog.at_level(logging.WARNING):
        assert [records.get(key) for key in ("2305.00447", "2305.00448")] == [None, None]
    assert len(caplog.records) == 1
