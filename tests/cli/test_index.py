"""The commands of the title index."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.index import Watcher, index_app, listener
from pipeline.errors import ConfigurationError
from pipeline.progress import Silent
from pipeline.sources.titles import build as title_index_build
from pipeline.sources.titles.build import BuildState
from pipeline.sources.titles.update import Updated


def record(number: int) -> str:
    """Return one line of a snapshot."""
    return json.dumps(
        {"id": f"2104.{number:05}", "title": f"Title {number}", "update_date": "2024-08-12"}
    )


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder with a snapshot, and none of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PIPELINE_CACHE_DIR", raising=False)
    lines = [*map(record, range(1, 1201)), "damaged"]
    (tmp_path / "snapshot.json").write_text("\n".join(lines), encoding="utf-8")


def run(*arguments: str) -> Result:
    """Run `pipeline index` with these arguments."""
    return CliRunner().invoke(index_app, arguments, standalone_mode=False)


def test_an_index_is_built_and_described() -> None:
    """How it went goes to stderr; `info` tells it on stdout."""
    built = run("build", "snapshot.json", "--cache-dir", "there")
    info = run("info", "--cache-dir", "there")

    assert built.exception is None
    assert built.stdout == ""
    assert "1,200 papers read; finishing" in built.stderr
    assert Path("there/arxiv-titles.sqlite").is_file()
    assert "arxiv-titles.sqlite: 1,200 papers" in info.stdout
    assert "snapshot.json" in info.stdout
    assert "newest change 2024-08-12" in info.stdout
    assert "1 lines of it were no paper's metadata" in info.stdout


def test_the_same_snapshot_is_not_built_twice() -> None:
    """The command says so."""
    run("build", "snapshot.json")

    assert "is the index of this snapshot already" in run("build", "snapshot.json").stderr


def test_quiet_says_nothing() -> None:
    """Neither progress nor summary."""
    built = run("build", "snapshot.json", "--quiet")

    assert (built.stdout, built.stderr) == ("", "")
    assert Path("cache/arxiv-titles.sqlite").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["build", "nowhere.json"], r"nowhere\.json: cannot be read \(No such file"),
        (["build", "."], r"\.: cannot be read"),
        (
            ["info"],
            r"cache: no title index exists there; `pipeline index build SNAPSHOT` makes one",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: list[str], sentence: str) -> None:
    """It names the file, and the exit code is that of a configuration error."""
    done = run(*arguments)

    assert isinstance(done.exception, ConfigurationError)
    with pytest.raises(ConfigurationError, match=sentence):
        raise done.exception


def test_an_interrupted_build_says_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, and the next build finishes."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(title_index_build, "_finish", interrupted)
        stopped = run("build", "snapshot.json")
    again = run("build", "snapshot.json")

    assert stopped.return_value == 130
    assert "the next build goes on from here" in stopped.stderr
    assert again.stderr.startswith("index: reading the snapshot (MB)")


def test_progress_is_in_megabytes() -> None:
    """It begins with the size of the file, and ends with what was read."""

    class Shown(Silent):
        """Keeps what it is told."""

        def start(self, stage: str, total: int) -> None:
            assert (stage, total) == ("index", 100)

        def advance(self, stage: str, count: int = 1) -> None:
            steps.append(count)

        def note(self, text: str) -> None:
            notes.append(text)

    steps: list[int] = []
    notes: list[str] = []
    listen = listener(Shown())
    for done in (0, 10_500_000, 11_000_000, 100_000_000):
        listen(BuildState(done, 100_000_000, done // 1_000, 0, finishing=done == 100_000_000))

    assert steps == [0, 10, 1, 89]
    assert notes == ["index: 100,000 papers read; finishing"]


def test_update_needs_an_index() -> None:
    """It asks for changes alone, and without one there is no day to ask from."""
    done = run("update", "--cache-dir", "nowhere")

    assert isinstance(done.exception, ConfigurationError)
    assert "nowhere: no title index" in str(done.exception)


def test_titles_alone_are_a_smaller_index() -> None:
    """It says so, and is no index with records, which is built anew."""
    run("build", "snapshot.json", "--quiet")
    whole = Path("cache/arxiv-titles.sqlite").stat().st_size
    built = run("build", "snapshot.json", "--titles-only")

    assert built.exception is None
    assert Path("cache/arxiv-titles.sqlite").stat().st_size < whole
    assert "titles only: records are asked for" in run("info").stdout
    assert "already" in run("build", "snapshot.json", "--titles-only").stderr
    assert "already" not in run("build", "snapshot.json").stderr
    assert Path("cache/arxiv-titles.sqlite").stat().st_size == whole


def test_update_tells_what_it_has_heard_and_copied() -> None:
    """In papers at first and then from time to time, and in megabytes."""

    class Shown(Silent):
        """Keeps what it is told."""

        def start(self, stage: str, total: int) -> None:
            told.append(f"{stage} of {total}")

        def advance(self, stage: str, count: int = 1) -> None:
            told.append(f"{stage} {count}")

        def finish(self, stage: str) -> None:
            told.append(f"{stage} done")

        def note(self, text: str) -> None:
            told.append(text)

    told: list[str] = []
    watcher = Watcher(Shown())
    for papers in (2_500, 5_000, 12_500, 15_000):
        watcher.heard(Updated("2026-01-01", "2026-01-02", papers))
    for done in (0, 67_000_000, 100_000_000):
        watcher.copied(done, 100_000_000)

    assert told == [
        "index: 2,500 papers new or changed so far",
        "index: 12,500 papers new or changed so far",
        "copy of 100",
        "copy 0",
        "copy 67",
        "copy 33",
        "copy done",
    ]
