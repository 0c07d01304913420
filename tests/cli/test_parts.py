"""Results in parts, from the command line: every command reads them as it reads one file."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.sandbox import sandbox_lists
from tests.sources.test_git import commit, run

ENTRIES = 40
MANY = "5"
"""Works from which on the catalog is in parts here; the list has more of them."""


@pytest.fixture(autouse=True)
def _list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of some lines of the sandbox's."""
    monkeypatch.chdir(tmp_path)
    write_list(ENTRIES)


def write_list(entries: int, name: str = "list.md") -> None:
    """Write a list of so many entries."""
    text = sandbox_lists()[0].read_text(encoding="utf-8")
    urls = list(dict.fromkeys(re.findall(r"\((https://arxiv\.org/abs/[\d.]+)\)", text)))[:entries]
    rows = [f"- [Paper number {number}]({url}), 2024\n" for number, url in enumerate(urls)]
    Path(name).write_text(f"# Papers\n\n{''.join(rows)}", encoding="utf-8")


def invoke(*arguments: str, parts: str | None = None) -> Result:
    """Run a command; it succeeds."""
    done = CliRunner().invoke(app, arguments, env={"PIPELINE_PARTS_ABOVE": parts})
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return done


def enrich(out: str, *, parts: str | None = None, name: str = "list.md") -> bool:
    """Run the pipeline and return whether it has found changes."""
    places = ("--out", out, "--cache-dir", "cache")
    invoke("run", "enrich", name, "--sandbox", "--quiet", *places, parts=parts)
    return bool(json.loads((Path(out) / "run.json").read_text(encoding="utf-8"))["has_changes"])


def files(out: str, *below: str) -> set[str]:
    """The names of all files in these folders of the results."""
    found = {path.name for folder in below for path in (Path(out) / folder).glob("*.jsonl")}
    return {re.sub(r"\d{5}", "N", name) for name in found}


def joined(out: str, folder: str) -> bytes:
    """All parts in a folder, one after another."""
    return b"".join(path.read_bytes() for path in sorted((Path(out) / folder).glob("part-*")))


def test_parts_hold_what_the_file_holds_and_leave_none_behind() -> None:
    """From one form to the other and back; a change of the form alone is no change."""
    assert enrich("out")
    shutil.copytree("out", "whole")
    assert not enrich("out", parts=MANY)

    assert files("out", "catalog", "reports", "reports/links") == {"part-N.jsonl"}
    assert joined("out", "catalog") == Path("whole/catalog/catalog.jsonl").read_bytes()
    assert joined("out", "reports/links") == Path("whole/reports/links.jsonl").read_bytes()
    assert len(list(Path("out/catalog").iterdir())) > 5
    assert not enrich("out", parts=MANY)
    invoke("diff", "whole", "out")
    assert invoke("diff", "whole", "out").stdout == ""

    assert not enrich("out")
    assert files("out", "catalog", "reports") == {"catalog.jsonl", "links.jsonl"}
    assert files("out", "reports/links") == set()


def test_fewer_works_leave_fewer_parts() -> None:
    """What the list had before is in no part."""
    enrich("out", parts=MANY)
    write_list(ENTRIES // 2)
    enrich("out", parts=MANY)
    enrich("anew", parts=MANY)

    assert joined("out", "catalog").count(b"\n") == ENTRIES // 2
    names = [sorted(path.name for path in Path(out).glob("*/part-*")) for out in ("out", "anew")]
    assert names[0] == names[1]


COMMANDS = (
    ("export", "csl", "--results"),
    ("export", "jsonl", "--results"),
    ("export", "badge", "--results"),
    ("explain", "list.md:5", "--out"),
    ("explain", "Paper number 7", "--out"),
)


def test_commands_read_parts_as_one_file() -> None:
    """They say the same, byte for byte."""
    enrich("out")
    told = [invoke(*command, "out").stdout for command in COMMANDS]
    enrich("out", parts=MANY)

    assert [invoke(*command, "out").stdout for command in COMMANDS] == told
    assert all(told)


def test_results_of_other_lists_are_kept_in_parts_too() -> None:
    """A run over another list puts them aside, and one over the first goes on from them."""
    enrich("out", parts=MANY)
    first = joined("out", "catalog")
    write_list(3, "other.md")
    enrich("out", parts=MANY, name="other.md")

    kept = next(Path("out/other-lists").iterdir())
    assert joined(str(kept), "catalog") == first
    assert files("out", "catalog") == {"catalog.jsonl"}

    enrich("out")
    enrich("out", name="other.md")

    assert files(str(kept), "catalog") == {"catalog.jsonl"}
    assert (kept / "catalog/catalog.jsonl").read_bytes() == first


def keys(*paths: Path) -> list[str]:
    """The keys of the rows of Parquet files, one after another."""
    parquet = pytest.importorskip("pyarrow.parquet")
    tables = [parquet.read_table(path) for path in paths]
    return [key for table in tables for key in table.column("key").to_pylist()]


def test_parquet_of_many_works_is_a_folder_of_parts() -> None:
    """Of a run and of the command, with the rows of the one file; no stale part stays."""
    Path("pipeline.toml").write_text('exports = ["parquet"]\n', encoding="utf-8")
    exports, command = Path("out/exports"), ("export", "parquet", "--results", "out", "--out")
    enrich("out")
    whole = keys(exports / "papers.parquet")
    assert len(whole) == ENTRIES

    enrich("out", parts=MANY)
    invoke(*command, "mine", parts=MANY)
    for folder in (exports / "parquet", Path("mine")):
        assert keys(*sorted(folder.iterdir())) == whole
    assert not (exports / "papers.parquet").exists()
    no_folder = CliRunner().invoke(app, command[:-1], env={"PIPELINE_PARTS_ABOVE": MANY})
    assert "name a folder for them with --out" in str(no_folder.exception)

    write_list(ENTRIES // 2)
    Path("mine/part-of-mine.parquet").touch()
    enrich("out", parts=MANY)
    invoke(*command, "mine", parts=MANY)
    assert len(keys(*(exports / "parquet").iterdir())) == ENTRIES // 2
    assert len(keys(*Path("mine").glob("part-0*"))) == ENTRIES // 2
    assert Path("mine/part-of-mine.parquet").exists()

    enrich("out")
    assert list((exports / "parquet").iterdir()) == []
    assert len(keys(exports / "papers.parquet")) == ENTRIES // 2


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_revisions_with_parts() -> None:
    """Of a commit that has parts, and of one that has the file."""
    run(Path(), "init", "-q", "-b", "main")
    for parts in (MANY, None):
        write_list(10 if parts else 20)
        enrich("data", parts=parts)
        commit(Path())
    write_list(40)
    enrich("data", parts=MANY)

    for arguments, number in (((), 20), (("HEAD~1",), 30), (("HEAD~1", "HEAD"), 10)):
        told = invoke("diff", "--out", "data", *arguments).stdout
        assert told.count("added\t") == number


def test_damaged_line_of_a_part_is_named_and_left_out() -> None:
    """The other parts are read."""
    enrich("out", parts=MANY)
    part = Path("out/catalog/part-00001.jsonl")
    part.write_bytes(b"nonsense\n" + part.read_bytes())

    done = invoke("export", "jsonl", "--results", "out")

    assert done.stdout.count("\n") == ENTRIES
    assert f"{part}: 1 damaged lines are left out" in done.stderr
