"""The answers on disk."""

import pickle
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cache import Cache
from pipeline.errors import ConfigurationError

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Boom:
    """Leaves a file where it was unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def rows(folder: Path) -> sqlite3.Connection:
    """Open the database below a cache as an attacker would."""
    return sqlite3.connect(folder / "answers" / "cache.db")


def test_put_then_get_gives_value_and_time(tmp_path: Path) -> None:
    """What was stored comes back, over processes, with the time of the answer."""
    with Cache(tmp_path) as cache:
        cache.put("arxiv:2305.00447", {"title": "日本 0"}, NOW)
    with Cache(tmp_path) as cache:
        stored = cache.get("arxiv:2305.00447")

    assert stored is not None
    assert (stored.value, stored.at) == ({"title": "日本 0"}, NOW)


def test_get_counts_hits_and_misses(tmp_path: Path) -> None:
    """The run report says what the cache saved."""
    with Cache(tmp_path) as cache:
        cache.put("a:1", 1, NOW)
        cache.get("a:1")
        cache.get("a:2")

        assert (cache.hits, cache.misses) == (1, 1)


def test_large_value_stays_in_the_database(tmp_path: Path) -> None:
    """No value becomes a file of its own, so no row can name one."""
    with Cache(tmp_path) as cache:
        cache.put("a:1", "x" * 200_000, NOW)

        assert [path.name for path in (tmp_path / "answers").rglob("*.val")] == []
        assert cache.get("a:1") is not None


def test_pickled_value_runs_no_code(tmp_path: Path) -> None:
    """A poisoned value is deleted, not unpickled (CVE-2025-69872)."""
    proof = tmp_path / "proof"
    folder = tmp_path / "cache"
    with Cache(folder) as cache:
        cache.put("a:1", 1, NOW)
    with rows(folder) as database:
        database.execute(
            "UPDATE Cache SET mode = 4, value = ? WHERE key = 'a:1'",
            (pickle.dumps(Boom(proof)),),
        )
    database.close()
    with Cache(folder) as cache:
        assert cache.get("a:1") is None
        assert cache.info().entries == 0

    assert not proof.exists()


def test_pickled_key_runs_no_code(tmp_path: Path) -> None:
    """A poisoned key is never unpickled by what walks over all keys."""
    proof = tmp_path / "proof"
    folder = tmp_path / "cache"
    with Cache(folder) as cache:
        cache.put("a:1", 1, NOW)
    with rows(folder) as database:
        database.execute(
            "UPDATE Cache SET raw = 0, key = ? WHERE key = 'a:1'", (pickle.dumps(Boom(proof)),)
        )
    database.close()
    with Cache(folder) as cache:
        cache.info()
        cache.prune(NOW + timedelta(days=1))
        cache.clear()

    assert not proof.exists()


def test_row_that_names_a_file_neither_reads_nor_deletes_it(tmp_path: Path) -> None:
    """A row cannot make the cache touch a file outside of it."""
    secret = tmp_path / "secret.txt"
    secret.write_text('{"at": "2026-03-01T12:00:00+00:00", "value": 1}')
    folder = tmp_path / "cache"
    with Cache(folder) as cache:
        cache.put("a:1", 1, NOW)
    with rows(folder) as database:
        database.execute(
            "UPDATE Cache SET mode = 3, value = NULL, filename = ? WHERE key = 'a:1'",
            (str(secret),),
        )
    database.close()
    with Cache(folder) as cache:
        assert cache.get("a:1") is None

    assert secret.exists()


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"at": "2026", "value": 1}'])
def test_row_that_is_no_answer_is_no_answer(tmp_path: Path, text: str) -> None:
    """Text that this cache did not write counts as not there."""
    with Cache(tmp_path) as cache:
        cache.put("a:1", 1, NOW)
    with rows(tmp_path) as database:
        database.execute("UPDATE Cache SET value = ? WHERE key = 'a:1'", (text,))
    database.close()
    with Cache(tmp_path) as cache:
        assert cache.get("a:1") is None


@pytest.mark.parametrize(
    "damage", [b"", b"not a database at all", b"SQLite format 3\x00" + b"x" * 900]
)
def test_damaged_database_is_set_aside_with_a_warning(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken file costs its answers, says so, and never ends a run."""
    with Cache(tmp_path) as cache:
        cache.put("a:1", 1, NOW)
    for extra in (tmp_path / "answers").glob("cache.db-*"):
        extra.unlink()
    (tmp_path / "answers" / "cache.db").write_bytes(damage)

    with Cache(tmp_path, NOW) as cache:
        assert cache.get("a:1") is None
        cache.put("a:2", 2, NOW)

    assert "set aside" in caplog.text
    assert (tmp_path / "answers.set-aside-20260301T120000").is_dir()


def test_older_format_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A cache of another version is not guessed at."""
    with Cache(tmp_path) as cache:
        cache.put("a:1", 1, NOW)
    with rows(tmp_path) as database:
        database.execute("UPDATE Cache SET value = '0' WHERE key = 'meta:format'")
    database.close()

    with Cache(tmp_path) as cache:
        assert cache.get("a:1") is None

    assert "another version" in caplog.text


def test_prune_deletes_what_is_older(tmp_path: Path) -> None:
    """Pruning keeps the young answers."""
    with Cache(tmp_path) as cache:
        cache.put("a:old", 1, NOW - timedelta(days=40))
        cache.put("a:new", 1, NOW)

        assert cache.prune(NOW - timedelta(days=30)) == 1
        assert cache.get("a:new") is not None
        assert cache.get("a:old") is None


def test_info_counts_by_source(tmp_path: Path) -> None:
    """The counts are by the part of a key before its colon."""
    with Cache(tmp_path) as cache:
        cache.put("arxiv:1", 1, NOW - timedelta(days=1))
        cache.put("arxiv:2", 1, NOW)
        cache.put("web:https://a.example/", 1, NOW)
        info = cache.info()

    assert info.by_source == {"arxiv": 2, "web": 1}
    assert (info.oldest, info.newest) == (NOW - timedelta(days=1), NOW)


def test_clear_empties_and_the_cache_still_works(tmp_path: Path) -> None:
    """After clearing, the next process takes the cache as its own."""
    with Cache(tmp_path) as cache:
        cache.put("a:1", 1, NOW)
        assert cache.clear() == 1
    with Cache(tmp_path) as cache:
        cache.put("a:2", 2, NOW)
        assert cache.get("a:2") is not None
        assert cache.get("a:1") is None


def test_unusable_folder_is_a_clear_error(tmp_path: Path) -> None:
    """A cache that cannot be made names the option."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(ConfigurationError, match="cache folder"):
        Cache(tmp_path / "file" / "cache")


def test_killed_process_keeps_what_it_stored(tmp_path: Path) -> None:
    """An answer is on disk the moment `put` returns."""
    program = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from pipeline.cache import Cache
cache = Cache(Path({str(tmp_path)!r}))
cache.put("a:1", "kept", datetime.now(UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program], check=False, timeout=60)

    with Cache(tmp_path) as cache:
        stored = cache.get("a:1")
    assert stored is not None
    assert stored.value == "kept"


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Two runs on one cache both finish, and nothing is lost."""
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.cache import Cache
with Cache(Path(sys.argv[1])) as cache:
    for n in range(100):
        cache.put(f"{sys.argv[2]}:{n}", n, datetime.now(UTC))
"""
    runs = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"]
    assert [run.wait(60) for run in runs] == [0, 0]

    with Cache(tmp_path) as cache:
        assert cache.info().by_source == {"a": 100, "b": 100}
