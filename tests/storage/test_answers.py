"""Answers on disk: what a mapping in memory says, without a found record in memory."""

import gc
import sqlite3
import weakref
from datetime import UTC, datetime

import pytest

from pipeline.errors import OutputError
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import RepositoryRecord
from pipeline.storage import answers
from pipeline.storage.answers import OnDisk, found_with, in_memory, statuses
from pipeline.storage.papers import part_of
from pipeline.storage.spool import database

OLD = datetime(2026, 11, 1, 12, 30, 15, 250, tzinfo=UTC)
GONE = Missing(reason="no such repository", confirmed=True)
ODD = "a/half-\ud83d-pair"


def record(name: str, **more: object) -> RepositoryRecord:
    """Return what a service knows of a repository."""
    return RepositoryRecord(full_name=name, url="https://github.com/a/b", topics=("a", "b"), **more)


EVERY: dict[str, Outcome[RepositoryRecord]] = {
    "z/plain": Found(value=record("z/plain", stars=3)),
    "b/typed": Found[RepositoryRecord](value=record("b/typed", former_ids=(1, 2))),
    "c/stale": Found(value=record("c/stale"), stale=True, as_of=OLD, reason="HTTP 503"),
    "d/dated": Found(value=record("d/dated"), as_of=OLD),
    "e/odd": Found(value=record("e/odd", description="half \ud83d a pair")),
    "f/odd": Found(value=record("f/odd"), stale=True, reason="half \ud83d a pair"),
    ODD: Found(value=record("odd key")),
    "gone": GONE,
    "withheld": Blocked(reason="HTTP 451"),
    "failed": Failed(kind="timeout", reason="no answer"),
    "a/skipped": Skipped(reason="off line"),
}


@pytest.mark.parametrize("room", [OnDisk, in_memory])
def test_what_comes_out_is_what_went_in(room: type[OnDisk[RepositoryRecord]]) -> None:
    """In the order in which it came, more than once, by key and in shares."""
    kept = room(RepositoryRecord)
    kept.update(EVERY)

    assert list(kept.items()) == list(EVERY.items()) == list(kept.items())
    assert list(kept) == list(EVERY)
    assert len(kept) == len(EVERY)
    assert list(statuses(kept)) == [one.status for one in EVERY.values()]
    assert part_of(kept, ["gone", "nobody", "z/plain", ODD]) == {
        key: EVERY[key] for key in ("gone", "z/plain", ODD)
    }


@pytest.mark.parametrize("room", [OnDisk, in_memory])
def test_what_nobody_was_asked_about_is_absent(room: type[OnDisk[RepositoryRecord]]) -> None:
    """Also where there is something that is found."""
    kept = room(RepositoryRecord)
    kept["a"] = EVERY["z/plain"]

    assert "b" not in kept
    assert None not in kept
    assert kept.get("b") is None
    with pytest.raises(KeyError):
        kept["b"]
    del kept["a"]
    assert (list(kept), kept.get("a")) == ([], None)
    assert list(statuses(kept)) == []


@pytest.mark.parametrize("first", EVERY.values())
@pytest.mark.parametrize("second", EVERY.values())
def test_a_later_answer_takes_the_place(
    first: Outcome[RepositoryRecord], second: Outcome[RepositoryRecord]
) -> None:
    """Whatever either is; the others stay what and where they are."""
    kept = OnDisk(RepositoryRecord)
    other = EVERY["b/typed"]
    kept.update({"a": first, "b": other})
    kept["a"] = second
    kept["c"] = other

    assert list(kept.items()) == [("a", second), ("b", other), ("c", other)]


def test_statuses_are_told_without_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is what is there."""
    kept = OnDisk(RepositoryRecord)
    kept.update(EVERY)
    monkeypatch.setattr(OnDisk, "__getitem__", lambda *_: pytest.fail("it was read"))

    assert "missing" in statuses(kept)
    assert all(key in kept for key in EVERY)


def test_no_record_that_is_found_is_held() -> None:
    """Neither when it is put in nor after it was read; only what JSON cannot hold is."""
    kept = OnDisk(RepositoryRecord)
    written, odd = record("a/b"), record("c/d", description="half \ud83d a pair")
    kept["a"], kept["odd"] = Found(value=written), Found(value=odd)
    kept["stale"] = Found(value=written, stale=True)
    read = kept["a"]
    assert isinstance(read, Found)
    looked_at = [weakref.ref(one) for one in (written, read.value, odd)]
    del written, read, odd
    gc.collect()

    assert [one() is None for one in looked_at] == [True, True, False]


def test_full_disk_ends_the_run_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what helps."""

    def small() -> sqlite3.Connection:
        opened = database()
        opened.execute("PRAGMA max_page_count = 2")
        return opened

    monkeypatch.setattr(answers, "database", small)
    kept = OnDisk(RepositoryRecord)
    with pytest.raises(OutputError, match=r"disk is full\); SQLITE_TMPDIR"):
        kept.update({str(number): EVERY["z/plain"] for number in range(500)})


@pytest.mark.parametrize("room", [OnDisk, in_memory])
def test_what_has_something_in_its_json_is_found(room: type[OnDisk[RepositoryRecord]]) -> None:
    """In the order in which it came, what JSON cannot hold too; nothing that is not found."""
    kept = room(RepositoryRecord)
    kept.update(EVERY)
    kept["g/fork"] = Found(value=record("g/fork", fork_of="z/plain"))

    found = [key for key, one in found_with(kept, '"fork_of":"') if one.fork_of]
    assert found == ["g/fork"]


def test_nothing_else_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many answers few have what is looked for."""
    kept = OnDisk(RepositoryRecord)
    kept["z/plain"] = EVERY["z/plain"]
    monkeypatch.setattr(OnDisk, "__getitem__", lambda *_: pytest.fail("it was read"))

    assert list(found_with(kept, '"fork_of":"')) == []
