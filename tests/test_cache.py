"""The answers on disk."""

import os
import pickle
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import diskcache
import pytest
from filelock import FileLock

from pipeline.cache import KEPT, Cache, Stored
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


def tampered(folder: Path, *statements: str) -> Path:
    """Return the folder of a cache with one answer, `a:1`, and what an attacker did to it."""
    with Cache(folder) as cache:
        cache.put("a:1", 1, NOW)
    tamper(folder, *statements)
    return folder


def tamper(folder: Path, *statements: str) -> None:
    """Run SQL on the database below a cache."""
    with closing(rows(folder)) as database, database:
        for statement in statements:
            database.execute(statement)


def limited(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process that can write no file beyond 300 kB: a disk that is full."""
    start = f"""
import logging, resource, sqlite3
from datetime import UTC, datetime
from pathlib import Path
from pipeline.cache import Cache
from pipeline.errors import ConfigurationError
logging.basicConfig()
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
folder, NOW = Path({str(folder)!r}), datetime.now(UTC)
"""
    return subprocess.run(
        [sys.executable, "-c", start + program],
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )


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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"at": "2026", "value": 1}',
        '{"at": "2026-03-01T12:00:00", "value": 1}',
        '{"at": "9999-12-31T23:59:00-14:00", "value": 1}',
        '{"at": "0001-01-01T00:00:00+14:00", "value": 1}',
        '{"at": "2026-03-01T12:00:00+00:00", "value": ' + "[" * 200_000,
    ],
)
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

    assert f"cache: {tmp_path / 'answers'} (it is " in caplog.text
    assert (tmp_path / "answers.set-aside-20260301T120000").is_dir()


def test_damage_that_is_quoted_in_the_message_is_damage(tmp_path: Path) -> None:
    """A byte that is not UTF-8 in the text of a table breaks no message."""
    tampered(tmp_path, "PRAGMA wal_checkpoint(TRUNCATE)")
    file = tmp_path / "answers" / "cache.db"
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE Cache", b"CREATE T\xffBLE Cache"))

    with Cache(tmp_path) as cache:
        assert cache.info().entries == 0


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

        assert cache.prune(NOW - timedelta(days=40)) == 0
        assert cache.prune(NOW - timedelta(days=30)) == 1
        assert cache.get("a:new") is not None
        assert cache.get("a:old") is None


def test_what_nobody_renews_is_deleted_by_the_writes_of_later_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that runs use does not grow for ever: some old rows go with every write."""
    days = 0.0
    now = time.time
    monkeypatch.setattr(diskcache.core.time, "time", lambda: now() + days * 86400)
    with Cache(tmp_path) as cache:
        for n in range(25):
            cache.put(f"old:{n}", n, NOW)
        days = KEPT.days - 1
        cache.put("a:1", 1, NOW)
        assert cache.info().by_source == {"a": 1, "old": 25}
        days = KEPT.days + 1
        for n in range(2, 4):
            cache.put(f"a:{n}", 1, NOW)
            assert cache.info().by_source == {"a": n, "old": 35 - 10 * n}
        cache.put("a:4", 1, NOW)

        assert cache.info().by_source == {"a": 4}


def test_clock_that_was_wrong_costs_no_more_than_the_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of a day to come are known as such, and the next answer takes their place."""
    now = time.time
    monkeypatch.setattr(diskcache.core.time, "time", lambda: now() + 9000 * 86400)
    with Cache(tmp_path) as cache:
        cache.put("a:1", "tomorrow's", NOW + timedelta(days=9000))
    monkeypatch.undo()
    with Cache(tmp_path) as cache:
        stored = cache.get("a:1")
        assert stored is not None
        assert stored.is_of_the_future(NOW)
        cache.put("a:1", "today's", NOW)
        renewed = cache.get("a:1")

    assert renewed is not None
    assert (renewed.value, renewed.is_of_the_future(NOW)) == ("today's", False)


def test_clocks_of_two_machines_may_differ_by_some_minutes() -> None:
    """A little later than now is no time to come."""
    at = NOW + timedelta(minutes=5)

    assert not Stored(1, at).is_of_the_future(NOW)
    assert Stored(1, at + timedelta(seconds=1)).is_of_the_future(NOW)


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

    with pytest.raises(ConfigurationError, match=r"cache folder .*: cannot be used \(Not a dir"):
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


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE Cache SET value = CAST(X'ff00fe' AS TEXT) WHERE key = 'a:1'",
        "UPDATE Cache SET key = CAST(X'ff00fe' AS TEXT) WHERE key = 'a:1'",
    ],
)
def test_text_that_is_not_utf8_costs_one_answer(tmp_path: Path, statement: str) -> None:
    """A row that cannot even be decoded is no answer; the others are, and pruning deletes it."""
    with Cache(tmp_path) as cache:
        cache.put("a:2", 2, NOW)
    tampered(tmp_path, statement)

    with Cache(tmp_path) as cache:
        assert cache.get("a:1") is None
        assert cache.get("a:2") is not None
        assert cache.info().entries == 2
        assert cache.prune(NOW - timedelta(days=1)) == 1
        assert cache.clear() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO Settings VALUES ('disk_evil', 1)",
        "INSERT INTO Settings VALUES ('sqlite_evil; x', 1)",
        "INSERT INTO Settings VALUES (X'00', 1)",
        "INSERT INTO Settings VALUES (CAST(X'ff' AS TEXT), 1)",
        "UPDATE Settings SET value = 'off' WHERE key = 'sqlite_journal_mode'",
        "UPDATE Settings SET value = 'many' WHERE key = 'count'",
        "UPDATE Settings SET value = X'80' WHERE key = 'size'",
        "DROP TABLE Settings",
        "ALTER TABLE Cache ADD COLUMN more",
        "DROP TRIGGER Settings_count_insert",
        "CREATE TRIGGER t BEFORE INSERT ON Cache BEGIN SELECT RAISE(ABORT, 'evil'); END",
        "CREATE TRIGGER t AFTER UPDATE ON Settings BEGIN DELETE FROM Cache; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE more (x)",
        "CREATE INDEX more ON Cache (value)",
        "UPDATE Cache SET filename = CAST(X'ff' AS TEXT) WHERE key = 'a:1'",
        "UPDATE Cache SET mode = NULL WHERE key = 'a:1'",
        "UPDATE Cache SET expire_time = 'never' WHERE key = 'a:1'",
        "UPDATE Cache SET tag = 1 WHERE key = 'a:1'",
        "UPDATE Cache SET value = X'ff' WHERE key = 'a:1'",
    ],
)
@pytest.mark.parametrize("what", ["info", "prune", "clear"])
def test_database_that_was_tampered_with_is_set_aside(
    tmp_path: Path, statement: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What diskcache would obey or trip over is not opened: the cache starts anew and works."""
    tampered(tmp_path, statement)

    with Cache(tmp_path, NOW) as cache:
        assert cache.get("a:1") is None
        cache.put("a:2", 2, NOW)
        assert cache.info().by_source == {"a": 1}
        {"info": cache.info, "prune": lambda: cache.prune(NOW), "clear": cache.clear}[what]()

    assert caplog.text.count("it is set aside as answers.set-aside-20260301T120000") == 1


def test_settings_table_that_is_a_view_is_never_read(tmp_path: Path) -> None:
    """A view that never ends does not keep the run waiting: the tables are looked at first."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x, x FROM n"
    tampered(tmp_path, "DROP TABLE Settings", f"CREATE VIEW Settings(key, value) AS {endless}")

    with Cache(tmp_path) as cache:
        assert cache.info().entries == 0


@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal"])
def test_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path, name: str) -> None:
    """A link that came with an archive makes the cache write nowhere else."""
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / name).symlink_to(tmp_path / "elsewhere")

    with Cache(tmp_path) as cache:
        cache.put("a:1", 1, NOW)

    assert not (tmp_path / "elsewhere").exists()


def test_pipe_in_the_place_of_the_database_keeps_nobody_waiting(tmp_path: Path) -> None:
    """What is no file is set aside unopened."""
    (tmp_path / "answers").mkdir()
    os.mkfifo(tmp_path / "answers" / "cache.db")

    with Cache(tmp_path) as cache:
        assert cache.info().entries == 0


def test_one_process_after_the_other_opens_a_cache(tmp_path: Path) -> None:
    """So no process sets aside what another has just made in the place of a damaged database."""
    opened = threading.Event()

    def start() -> None:
        Cache(tmp_path).close()
        opened.set()

    with FileLock(tmp_path / "open.lock"):
        thread = threading.Thread(target=start)
        thread.start()
        assert not opened.wait(0.1)
    thread.join(60)

    assert opened.is_set()


def test_two_databases_are_set_aside_in_one_second(tmp_path: Path) -> None:
    """A name that is taken is not taken again."""
    for _ in range(3):
        with Cache(tmp_path, NOW) as cache:
            cache.put("a:1", 1, NOW)
        tamper(tmp_path, "CREATE TABLE more (x)")
    with Cache(tmp_path, NOW):
        pass

    assert sorted(path.name[-2:] for path in tmp_path.glob("*set-aside*")) == ["-2", "-3", "00"]


def test_database_that_another_process_locks_is_not_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting too long for a good cache is an error, not a reason to lose it."""
    tampered(tmp_path, "PRAGMA journal_mode = delete")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **_: connect(path, timeout=0))
    with closing(connect(tmp_path / "answers" / "cache.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ConfigurationError, match="database is locked"):
            Cache(tmp_path)
    monkeypatch.undo()

    with Cache(tmp_path) as cache:
        assert cache.get("a:1") is not None


def test_run_goes_on_where_nothing_can_be_stored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning, then no more tries; what was stored is still read."""
    with Cache(tampered(tmp_path)) as cache:
        tamper(
            tmp_path, "CREATE TRIGGER t BEFORE INSERT ON Cache BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        for n in range(2, 5):
            cache.put(f"a:{n}", n, NOW)

        assert cache.get("a:1") is not None
        assert cache.get("a:2") is None

    assert caplog.text.count("stores nothing more") == 1


def test_answer_that_waits_too_long_for_another_process_is_not_stored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on, and says why nothing more is stored."""
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **options: connect(path, **{**options, "timeout": 0})
    )
    with Cache(tampered(tmp_path)) as cache, closing(rows(tmp_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        cache.put("a:2", 2, NOW)
        assert cache.get("a:1") is not None
        with pytest.raises(ConfigurationError, match=r"cannot be used \(database is locked\)"):
            cache.clear()

    assert f"{tmp_path} cannot be written (database is locked)" in caplog.text


def test_database_that_breaks_while_it_is_open_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be read any more is asked again; commands say it in one sentence."""
    with Cache(tampered(tmp_path)) as cache:
        tamper(tmp_path, "DROP TABLE Cache")

        assert [cache.get("a:1"), cache.get("a:1")] == [None, None]
        for command in (cache.info, cache.clear, lambda: cache.prune(NOW)):
            with pytest.raises(ConfigurationError, match=r"no such table") as caught:
                command()
            assert str(caught.value).startswith(f"cache folder {tmp_path}: ")

    assert caplog.text.count("cannot be read") == 1


def test_full_disk_ends_no_run(tmp_path: Path) -> None:
    """Where the disk fills up, a run warns once, goes on, and keeps what it had stored."""
    end = limited(
        tmp_path,
        """
with Cache(folder) as cache:
    for n in range(200):
        cache.put(f"a:{n}", "x" * 5000, NOW)
    other = sqlite3.connect(folder / "answers" / "cache.db", timeout=0)
    other.execute("BEGIN IMMEDIATE")
    other.close()
    print(cache.get("a:0") is not None, cache.get("a:199"))
""",
    )

    assert (end.returncode, end.stdout) == (0, "True None\n"), end.stderr
    assert end.stderr.count("stores nothing more") == 1
    with Cache(tmp_path) as cache:
        assert cache.get("a:0") is not None


def test_full_disk_is_one_sentence_at_the_start(tmp_path: Path) -> None:
    """A cache that cannot even be opened is named, and no good one is set aside for it."""
    end = limited(
        tmp_path,
        """
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    Cache(folder)
except ConfigurationError as error:
    print(error)
""",
    )

    assert end.stdout.startswith(f"cache folder {tmp_path}: cannot be used (")
    assert list(tmp_path.glob("*set-aside*")) == []


def test_info_shows_no_source_that_is_no_name(tmp_path: Path) -> None:
    """What a key holds before its colon is not put on a terminal unseen."""
    with Cache(tmp_path) as cache:
        cache.put("\x1b[31mred:1", 1, NOW)
        assert cache.info().by_source == {"unknown": 1}


def test_new_folder_is_passed_over_by_git(tmp_path: Path) -> None:
    """A cache in somebody's repository is nobody's to commit; a folder that is there is theirs."""
    own = tmp_path / "own"
    own.mkdir()

    for folder in (tmp_path / "cache", own):
        Cache(folder).close()

    assert (tmp_path / "cache/.gitignore").read_text("ascii") == "*\n"
    assert not (own / ".gitignore").exists()
