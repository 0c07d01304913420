"""Tests of `pipeline.sources.titles.index` and of how it is built."""

import gzip
import json
import logging
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.errors import ConfigurationError, OutputError
from pipeline.records.outcomes import Failed, Found, Missing
from pipeline.sources.titles import index as title_index
from pipeline.sources.titles.build import BUILDING_NAME, BuildState, build, is_current
from pipeline.sources.titles.index import (
    INDEX_NAME,
    TitleIndex,
    index_info,
    index_words,
    key_hash,
    open_index,
)
from pipeline.works.candidates import CandidateWork

ROOT = Path(__file__).parents[3]

TITLES = {
    "2104.12255": "0",
    "hep-th/9901001": 'Learning $\\beta$-VAE Codes of Schr\\"odinger Bridges',
    "2305.00447": "TALLRec: An Effective Framework\n  for Recommendation",
    "2306.00001": "推荐系统：综述",
    "2306.00002": "Pre-training Étale Maps on 360° Images",
    "1706.03762": "Attention Is All You Need",
    "2010.13154": "Attention is All You Need in Speech Separation",
    "2306.00003": "To Be or Not to Be",
    "2306.00004": "CGOF++: Controllable Faces",
    "2306.00005": "Preface",
    "2306.00006": "Preface",
}


def papers(count: int) -> dict[str, str]:
    """Return so many made-up papers, beside those of `TITLES`."""
    adjectives = ("sparse", "robust", "latent", "causal", "federated", "neural", "dual", "planar")
    nouns = ("retrieval", "planning", "alignment", "tracking", "fusion", "pruning", "sets", "maps")
    made_up = {
        f"2201.{number:05}": f"{adjectives[number % 8]} {nouns[number // 8 % 8]} of kind {number}"
        for number in range(1, count + 1)
    }
    return TITLES | made_up


def write(path: Path, titles: dict[str, str], damaged: Sequence[bytes] = ()) -> Path:
    """Write a snapshot as arXiv publishes it."""
    lines = [
        json.dumps(
            {
                "id": id_,
                "title": title,
                "authors_parsed": [["Family", "Given", ""]],
                "versions": [{"version": "v1", "created": "Mon, 2 Apr 2012 19:18:42 GMT"}],
                "update_date": "2024-08-12",
            }
        ).encode()
        for id_, title in titles.items()
    ]
    path.write_bytes(b"\n".join([*lines, *damaged]) + b"\n")
    return path


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot of some hundred papers."""
    return write(tmp_path / "snapshot.json", papers(300))


def silent(_state: BuildState) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the index of such a snapshot, for tests that only read it."""
    folder = tmp_path_factory.mktemp("index")
    build(write(folder / "snapshot.json", papers(300)), folder, silent)
    return folder


@pytest.fixture
def index(built: Path) -> Iterator[TitleIndex]:
    """That index, open."""
    with closing(TitleIndex(built / INDEX_NAME)) as opened:
        yield opened


def ids(index: TitleIndex, title: str) -> list[str]:
    """Search for a title and return the ids found."""
    return [work.key.removeprefix("arxiv:") for work in index.search(title)]


# --- searching --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("0", ["2104.12255"]),
        ("Learning β-VAE codes of Schrödinger bridges", ["hep-th/9901001"]),
        ("**TALLRec**: an effective framework for recommendation", ["2305.00447"]),
        ("推荐系统 综述", ["2306.00001"]),
        ("Pretraining Etale Maps on 360-degree images", ["2306.00002"]),
        ("Attention Is All You Need", ["1706.03762"]),
        ("To be, or not to be?", ["2306.00003"]),
        ("Preface", ["2306.00005", "2306.00006"]),
    ],
)
def test_a_title_is_found_by_its_exact_key_alone(
    index: TitleIndex, title: str, found: list[str]
) -> None:
    """Markup, TeX, accents, scripts and hyphens do not matter; works of one title are all there."""
    assert ids(index, title) == found


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("TALLRec: An Efficient Framework for Recommendation", "2305.00447"),
        ("TALLRec", "2305.00447"),
        ("NewName: Pre-training Étale Maps on Images", "2306.00002"),
        ("Attention Is All You Need for Speech Separation", "2010.13154"),
        ("Atention is all you need", "1706.03762"),
        ("CGOF: Controllable Faces", "2306.00004"),
        ("sparse retrieval of kind 64 and more", "2201.00064"),
    ],
)
def test_a_similar_title_comes_first_where_there_is_no_exact_one(
    index: TitleIndex, title: str, first: str
) -> None:
    """Another word, a name before, a misprint, a part of the title."""
    assert ids(index, title)[0] == first


def test_no_more_than_25_candidates_are_given(index: TitleIndex) -> None:
    """However many titles share the words."""
    assert len(ids(index, "sparse robust latent planning")) == 25


@pytest.mark.parametrize("limit", [0, 60])
def test_a_title_of_common_words_alone_is_found(
    index: TitleIndex, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Where every word stands in too many titles, all but one of them must meet."""
    monkeypatch.setattr(title_index, "MAX_POSTINGS", limit)

    assert "2201.00064" in ids(index, "sparse retrieval of a kind 64")
    assert ids(index, "kind of sparse retrieval")


@pytest.mark.parametrize(
    "title",
    ["", "   ", "?!", "of the", "🚀", '"', "OR", 'nowhere" OR words : x*', "(", "zzz " * 5_000],
)
def test_what_is_no_title_finds_nothing(index: TitleIndex, title: str) -> None:
    """Also the signs of a query language, and text without end."""
    assert index.search(title) == ()


def test_a_work_has_key_title_authors_and_year(index: TitleIndex) -> None:
    """As the snapshot has them, the title on one line."""
    (work,) = index.search("TALLRec An Effective Framework for Recommendation")

    assert work == CandidateWork(
        key="arxiv:2305.00447",
        title="TALLRec: An Effective Framework for Recommendation",
        authors=("Given Family",),
        published="2012",
        source="title-index",
    )
    assert work.year == 2012


@pytest.mark.anyio
async def test_the_index_is_a_source(index: TitleIndex) -> None:
    """One outcome for each distinct title: found with candidates, or missing with the day."""
    asked = ["Attention is all you need", "Zyx qwv", "Attention is all you need"]

    outcomes = {title: outcome async for title, outcome in index.fetch_many(asked)}

    assert list(outcomes) == asked[:2]
    found, missing = outcomes.values()
    assert isinstance(found, Found)
    assert [work.key for work in found.value.candidates] == ["arxiv:1706.03762"]
    assert missing == Missing(reason="no title like it in the arXiv snapshot of 2024-08-12")


@pytest.mark.anyio
async def test_an_index_that_fails_meanwhile_is_a_failed_source(index: TitleIndex) -> None:
    """Nothing is known then: it is not `missing`."""
    index.close()

    outcomes = [outcome async for _, outcome in index.fetch_many(["A title"])]

    (failed,) = outcomes
    assert isinstance(failed, Failed)
    assert INDEX_NAME in failed.reason


def test_a_line_that_stands_twice_is_found_once(tmp_path: Path) -> None:
    """By its id."""
    path = write(tmp_path / "snapshot.json", TITLES)
    path.write_bytes(path.read_bytes() * 2)
    build(path, tmp_path, silent)

    with closing(TitleIndex(tmp_path / INDEX_NAME)) as index:
        assert ids(index, "Attention is all you need") == ["1706.03762"]
        assert ids(index, "Atention is all you need")[:2] == ["1706.03762", "2010.13154"]


def test_words_that_say_nothing_are_not_indexed() -> None:
    """Each other word once, as `normalise` cuts it."""
    assert index_words("The Étude of the étude: हिन्दी — in 3D!") == ("3d", "etude", "हिन्दी")


def test_the_hash_of_a_key_is_stable() -> None:
    """It is written to disk: another value needs another `FORMAT`."""
    assert key_hash("Pre-training") == key_hash("pretraining") == PRETRAINING_HASH


PRETRAINING_HASH = 4806255464944202061


# --- what there is ----------------------------------------------------------------------------


def test_without_an_index_there_is_none(tmp_path: Path) -> None:
    """It is optional."""
    assert index_info(tmp_path) is None
    assert open_index(tmp_path) is None
    with pytest.raises(ConfigurationError, match=INDEX_NAME):
        TitleIndex(tmp_path / INDEX_NAME)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("UPDATE state SET format = 99", "of another version"),
        ("UPDATE state SET complete = 0", "of another version"),
        ("DROP TABLE state", "not a usable title index"),
        ("UPDATE work SET key = key + 1", "other rules of titles"),
    ],
)
def test_an_index_that_cannot_be_used_is_named(
    built: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str, sentence: str
) -> None:
    """A run goes on without it, and says so."""
    path = Path(shutil.copy(built / INDEX_NAME, tmp_path))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(spoil)

    with pytest.raises(ConfigurationError, match=f"{INDEX_NAME}: .*{sentence}"):
        TitleIndex(path)
    with caplog.at_level(logging.WARNING):
        assert open_index(tmp_path) is None
    assert sentence in caplog.text


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """And a build puts an index in its place."""
    (tmp_path / INDEX_NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(ConfigurationError, match="not a usable title index"):
        TitleIndex(tmp_path / INDEX_NAME)

    info = build(write(tmp_path / "snapshot.json", TITLES), tmp_path, silent)

    assert info.papers == len(TITLES)


# --- building ---------------------------------------------------------------------------------


def test_a_build_tells_how_far_it_is(snapshot: Path, tmp_path: Path) -> None:
    """At the beginning, after each batch, and before it puts the index in order."""
    states: list[BuildState] = []

    info = build(snapshot, tmp_path / "cache", states.append, batch=100)

    total = snapshot.stat().st_size
    assert [state.papers for state in states] == [0, 100, 200, 300, 311, 311]
    assert [state.finishing for state in states] == [False] * 5 + [True]
    assert (states[0].position, states[-1].position) == (0, total)
    assert {state.total for state in states} == {total}
    assert (info.papers, info.damaged, info.newest) == (311, 0, "2024-08-12")
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [
        INDEX_NAME,
        f"{INDEX_NAME}.lock",
    ]


def test_damaged_lines_are_counted_and_passed_over(tmp_path: Path) -> None:
    """They do not end a build."""
    damaged = [b"{", b"null", b'{"id": "2104.1225', b"\xff\xfe"]
    path = write(tmp_path / "snapshot.json", TITLES, damaged)

    info = build(path, tmp_path, silent)

    assert (info.papers, info.damaged) == (len(TITLES), 4)


def test_a_file_of_other_lines_is_refused_at_once(tmp_path: Path) -> None:
    """Nobody waits for 5 GB of something else."""
    path = tmp_path / "other.json"
    path.write_bytes(b'{"name": "no paper"}\n' * 50)

    with pytest.raises(ConfigurationError, match=r"other\.json: none of its first 10 lines"):
        build(path, tmp_path, silent, batch=10)
    assert index_info(tmp_path) is None


def test_an_index_of_the_same_snapshot_is_left_as_it_is(snapshot: Path, tmp_path: Path) -> None:
    """A build twice over costs nothing."""
    build(snapshot, tmp_path, silent)
    before = (tmp_path / INDEX_NAME).stat()
    told: list[BuildState] = []

    build(snapshot, tmp_path, told.append)

    assert is_current(snapshot, tmp_path)
    assert told == []
    assert (tmp_path / INDEX_NAME).stat().st_mtime_ns == before.st_mtime_ns


def rows(directory: Path) -> list[tuple[object, ...]]:
    """Return all that an index holds."""
    with closing(sqlite3.connect(directory / INDEX_NAME)) as database:
        found = database.execute("SELECT * FROM work ORDER BY number").fetchall()
        found += database.execute("SELECT rowid FROM words WHERE words MATCH 'kind'").fetchall()
        found += database.execute("SELECT * FROM frequency ORDER BY word").fetchall()
    return found


def stopping_after(count: int) -> Callable[[BuildState], None]:
    """Return a listener that breaks the build off after so many papers."""

    def listen(state: BuildState) -> None:
        if state.papers >= count:
            raise KeyboardInterrupt

    return listen


KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.sources.titles.build import build

def listen(state):
    if {condition}:
        os.kill(os.getpid(), signal.SIGKILL)

build(Path(sys.argv[1]), Path(sys.argv[2]), listen, batch=50)
"""


@pytest.mark.parametrize(
    ("condition", "packed"), [("state.papers >= 150", True), ("state.finishing", False)]
)
def test_a_killed_build_goes_on_where_it_was(
    snapshot: Path, tmp_path: Path, condition: str, packed: bool
) -> None:
    """What was committed is not read again, and the index is the same in the end."""
    if packed:
        snapshot.write_bytes(gzip.compress(snapshot.read_bytes()))
    program = KILLED.format(condition=condition)
    command = [sys.executable, "-c", program, str(snapshot), str(tmp_path / "killed")]
    killed = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert index_info(tmp_path / "killed") is None
    states: list[BuildState] = []

    build(snapshot, tmp_path / "killed", states.append, batch=50)
    build(snapshot, tmp_path / "whole", silent)

    assert states[0].papers == (311 if "finishing" in condition else 150)
    assert rows(tmp_path / "killed") == rows(tmp_path / "whole")


def test_a_changed_snapshot_begins_anew(
    snapshot: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Half of the old one and half of the new one would be neither."""
    with pytest.raises(KeyboardInterrupt):
        build(snapshot, tmp_path, stopping_after(100), batch=50)
    write(snapshot, {"2401.00001": "A new paper"})
    states: list[BuildState] = []

    info = build(snapshot, tmp_path, states.append)

    assert states[0].papers == 0
    assert info.papers == 1
    assert "is of another snapshot or kind" in caplog.text


def test_the_old_index_serves_until_the_new_one_is_complete(snapshot: Path, tmp_path: Path) -> None:
    """A new snapshot, or a build of it that was stopped, takes nothing away."""
    build(snapshot, tmp_path, silent)
    write(snapshot, papers(100) | {"2401.00001": "A new paper"})

    with pytest.raises(KeyboardInterrupt):
        build(snapshot, tmp_path, stopping_after(50), batch=50)

    assert not is_current(snapshot, tmp_path)
    with closing(TitleIndex(tmp_path / INDEX_NAME)) as old:
        assert old.info.papers == 311
        build(snapshot, tmp_path, silent)
        assert ids(old, "0") == ["2104.12255"]
    with closing(TitleIndex(tmp_path / INDEX_NAME)) as new:
        assert ids(new, "A new paper") == ["2401.00001"]


def test_a_damaged_unfinished_build_begins_anew(snapshot: Path, tmp_path: Path) -> None:
    """A file that cannot be gone on with is replaced."""
    (tmp_path / BUILDING_NAME).write_bytes(b"no database at all" * 100)

    assert build(snapshot, tmp_path, silent).papers == 311


def test_two_builds_at_once_are_refused(snapshot: Path, tmp_path: Path) -> None:
    """The second says why."""
    with (
        FileLock(tmp_path / f"{INDEX_NAME}.lock"),
        pytest.raises(ConfigurationError, match="another build of the index is running"),
    ):
        build(snapshot, tmp_path, silent)


def test_a_folder_that_cannot_be_written_is_named(snapshot: Path, tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(OutputError, match="file: the index cannot be written"):
        build(snapshot, tmp_path / "file", silent)


def test_the_titles_of_arxiv_are_found(shared: Path, tmp_path: Path) -> None:
    """Of 49,950 real titles, at least 995 in 1000 by the title as it is."""
    lines = gzip.decompress((shared / "data/arxiv/bulk_titles.jsonl.gz").read_bytes()).splitlines()
    records = [json.loads(line) for line in lines]
    path = write(tmp_path / "snapshot.json", {paper["id"]: paper["title"] for paper in records})
    build(path, tmp_path, silent)

    with closing(TitleIndex(tmp_path / INDEX_NAME)) as index:
        found = sum(paper["id"] in ids(index, paper["title"]) for paper in records)

    assert found / len(records) >= 0.995
