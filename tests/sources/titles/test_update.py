"""Tests of `pipeline.sources.titles.update` and of the harvest behind it."""

import errno
import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError, PipelineError
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Found
from pipeline.sources.titles import update as update_module
from pipeline.sources.titles.build import build
from pipeline.sources.titles.index import INDEX_NAME, TitleIndex, index_info
from pipeline.sources.titles.records import snapshot_records
from pipeline.sources.titles.update import Updated, update

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
URL = "https://oaipmh.arxiv.org/oai"
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the index of two papers, as of the third of September."""
    lines = [
        {
            "id": id_,
            "title": title,
            "versions": [{"version": "v1", "created": "Mon, 2 Apr 2018 19:18:42 GMT"}],
            "update_date": "2026-09-03",
        }
        for id_, title in (("1804.00001", "A First Work"), ("1804.00002", "A Second Work"))
    ]
    path = tmp_path / "snapshot.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    build(path, tmp_path, lambda _: None)
    return tmp_path


def paper(id_: str, title: str, version: int, day: str) -> str:
    """Return one record of a page."""
    versions = "".join(
        f'<version version="v{number}"><date>Tue, {number} Sep 2026 01:00:00 GMT</date></version>'
        for number in range(1, version + 1)
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{id_}</identifier><datestamp>{day}</datestamp>"
        '</header><metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">'
        f"<id>{id_}</id>{versions}<title>{title}</title><authors>Ann Author</authors>"
        "<categories>cs.IR</categories></arXivRaw></metadata></record>"
    )


def page(*records: str, token: str | None = None) -> httpx.Response:
    """Return a page of records, or an error that stands in their place."""
    more = "" if token is None else f'<resumptionToken cursor="0">{token}</resumptionToken>'
    inner = "".join(records)
    if not inner.startswith("<error"):
        inner = f"<ListRecords>{inner}{more}</ListRecords>"
    head = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    return httpx.Response(200, text=f"{head}{inner}</OAI-PMH>")


async def updated(
    folder: Path, handler: Handler, pieces: list[tuple[int, int]] | None = None
) -> tuple[Updated, SimulatedClock]:
    """Update the index of a folder, where `handler` is the network; note what is copied."""
    clock = SimulatedClock(NOW)
    network = httpx.MockTransport(handler)
    async with HttpClient(transport=network, clock=clock, user_agent="lists/1") as client:
        copied = [] if pieces is None else pieces
        told = await update(
            client, URL, folder, NOW, copied=lambda done, total: copied.append((done, total))
        )
        return told, clock


def version(folder: Path, id_: str) -> int | None:
    """Return the version of a paper in the index; None where it has no record."""
    with snapshot_records(folder, NOW) as records:
        assert records is not None
        stored = records.get(id_)
        return (
            stored.outcome.value.version if stored and isinstance(stored.outcome, Found) else None
        )


def left_over(folder: Path) -> list[Path]:
    """Return the copies that an update has left."""
    return list(folder.glob("*updating*"))


@pytest.mark.anyio
async def test_all_pages_are_asked_for_at_arxivs_pace(folder: Path) -> None:
    """From the index' newest day on, then by the token alone; 503 is waited for."""
    deleted = (
        '<record><header status="deleted"><identifier>oai:arXiv.org:1804.00002</identifier>'
        "<datestamp>2026-09-18</datestamp></header></record>"
    )
    answers = [
        page(
            paper("1804.00001", "A First Work, Renamed", 2, "2026-09-17"),
            paper("2609.00001", "A Third Work", 1, "2026-09-16"),
            token="next|1",
        ),
        httpx.Response(503, headers={"Retry-After": "40"}),
        page(deleted, "<record><header/></record>"),
    ]
    seen: list[dict[str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.url.params))
        return answers.pop(0)

    done, clock = await updated(folder, handler)

    assert seen == [
        {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2026-09-03"},
        {"verb": "ListRecords", "resumptionToken": "next|1"},
        {"verb": "ListRecords", "resumptionToken": "next|1"},
    ]
    assert clock.now() - NOW >= timedelta(seconds=43)
    assert done == Updated("2026-09-03", "2026-09-17", papers=2, deleted=1)
    ids = ("1804.00001", "1804.00002", "2609.00001")
    assert [version(folder, id_) for id_ in ids] == [2, None, 1]
    info = index_info(folder)
    assert info is not None
    assert (info.papers, info.newest, info.told_at) == (4, "2026-09-17", NOW)
    with closing(TitleIndex(folder / INDEX_NAME)) as index:
        for title in ("A Third Work", "A First Work, Renamed", "A First Work"):
            assert index.search(title)[0].title == title


@pytest.mark.anyio
async def test_an_updated_index_is_as_of_its_newest_change(folder: Path) -> None:
    """So that what the snapshot had is trusted for longer, too."""
    await updated(folder, lambda _: page(paper("2609.00001", "A Third Work", 1, "2026-09-16")))

    with snapshot_records(folder, NOW) as records:
        assert records is not None
        assert records.as_of == datetime(2026, 9, 16, tzinfo=UTC)


@pytest.mark.anyio
async def test_nothing_is_copied_where_nothing_is_new(folder: Path) -> None:
    """What arXiv tells of the newest day is in the index already, most of the time."""
    news = page(paper("2609.00001", "A Third Work", 1, "2026-09-16"))
    pieces: list[tuple[int, int]] = []
    await updated(folder, lambda _: news, pieces)
    size, path = pieces[-1][1], folder / INDEX_NAME
    assert pieces[0] == (0, size)
    assert pieces[-1] == (size, size)

    before, pieces[:] = path.stat(), []
    header = "<identifier>oai:arXiv.org:9.9</identifier>"
    gone = f'<record><header status="deleted">{header}</header></record>'
    news = page(paper("2609.00001", "A Third Work", 1, "2026-09-16"), gone)
    done, _ = await updated(folder, lambda _: news, pieces)

    assert done == Updated("2026-09-16", "2026-09-16")
    assert (pieces, path.stat()) == ([], before)


@pytest.mark.anyio
async def test_index_of_titles_alone_stays_one(tmp_path: Path, folder: Path) -> None:
    """New titles are found, records are none; what is known is not copied again."""
    build(folder / "snapshot.json", folder, lambda _: None, titles_only=True)
    answers = [page(paper("2609.00001", "A Third Work", 1, "2026-09-16")) for _ in range(2)]
    done, _ = await updated(folder, lambda _: answers.pop())
    again, _ = await updated(folder, lambda _: answers.pop())

    assert (done.papers, again.papers) == (1, 0)
    assert version(folder, "2609.00001") is None
    info = index_info(folder)
    assert info is not None
    assert (info.papers, info.has_records) == (3, False)
    with closing(TitleIndex(folder / INDEX_NAME)) as index:
        assert index.search("A Third Work")[0].title == "A Third Work"
        assert index.search("A First Work")[0].title == "A First Work"


@pytest.mark.anyio
@pytest.mark.parametrize("fails", [True, False])
async def test_copy_where_the_system_cannot_do_it_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    """It is read and written; the index is the same."""

    def refused(*_: object) -> int:
        raise OSError(errno.EXDEV, "Cross-device link")

    monkeypatch.setattr(os, "copy_file_range", refused, raising=False)
    if not fails:
        monkeypatch.delattr(os, "copy_file_range")
    monkeypatch.setattr(update_module, "PIECE", 1_000)
    await updated(folder, lambda _: page(paper("2609.00001", "A Third Work", 1, "2026-09-16")))

    assert [version(folder, id_) for id_ in ("1804.00001", "2609.00001")] == [1, 1]


@pytest.mark.anyio
async def test_no_changes_change_nothing(folder: Path) -> None:
    """It is an error in the words of the protocol alone."""
    done, _ = await updated(folder, lambda _: page('<error code="noRecordsMatch">none</error>'))

    assert done == Updated("2026-09-03", "2026-09-03")
    assert version(folder, "1804.00001") == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: page('<error code="badResumptionToken">old</error>'), "badResumptionToken"),
        (lambda: httpx.Response(200, text="<html>busy</html>"), "OAI-PMH"),
        (lambda: httpx.Response(403, text="Access denied"), "403"),
        (lambda: page(token="for ever"), "no end"),
    ],
    ids=["token", "page of HTML", "refused", "no end"],
)
async def test_a_harvest_that_breaks_off_leaves_the_index(
    folder: Path, answer: Callable[[], httpx.Response], words: str
) -> None:
    """Half of the changes would look like all of them."""
    before = (folder / INDEX_NAME).read_bytes()
    first = [page(paper("1804.00001", "Renamed", 2, "2026-09-17"), token="next")]

    with pytest.raises(PipelineError, match=words):
        await updated(folder, lambda _: first.pop() if first else answer())

    assert (folder / INDEX_NAME).read_bytes() == before
    assert left_over(folder) == []


@pytest.mark.anyio
async def test_without_an_index_nothing_is_asked(tmp_path: Path, folder: Path) -> None:
    """Nor while another build is running."""

    def handler(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    with pytest.raises(ConfigurationError, match="no title index"):
        await updated(tmp_path / "other", handler)
    with (
        FileLock(folder / f"{INDEX_NAME}.lock"),
        pytest.raises(ConfigurationError, match="another build"),
    ):
        await updated(folder, handler)
