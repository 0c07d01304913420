"""What the last run has left."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.files import REPORT_JSON, RUN
from pipeline.formats.report_json import Diagnostic, LinkReport, Location, render_json
from pipeline.formats.run_json import ListRun, RunReport, count, render_run
from pipeline.previous import Kept, Previous, kept_in, last_entries, read_previous, read_previous_of
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import Entry

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def test_nothing_is_there_before_the_first_run(tmp_path: Path) -> None:
    """An empty folder is no fault."""
    previous = read_previous(tmp_path / "nowhere")

    assert (previous.papers, previous.links, previous.history) == ((), (), "")
    assert previous.warnings == ()


def test_damaged_lines_are_left_out_with_a_warning(tmp_path: Path) -> None:
    """A broken line costs that line, and says so."""
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "catalog.jsonl").write_text('{"key": \nnonsense\n')
    (tmp_path / "run.json").write_text("{")

    previous = read_previous(tmp_path)

    assert not previous.papers
    assert len(previous.warnings) == 2
    assert "2 damaged lines" in previous.warnings[0]


def test_last_report_is_read(tmp_path: Path) -> None:
    """What people were told; a damaged one costs only what is new, and says so."""
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports" / "report.json"
    report = LinkReport(headline="h", counts=count([], []))
    path.write_text(render_json(report))
    read = read_previous(tmp_path)
    path.write_text("{")
    damaged = read_previous(tmp_path)

    assert (read.report, read.warnings) == (report, ())
    assert damaged.report is None
    assert damaged.warnings == (f"{path}: is damaged; what is new since the last run is not known",)


def test_file_that_cannot_be_read_ends_the_run_before_it_is_overwritten(tmp_path: Path) -> None:
    """Going on would lose what it knows."""
    (tmp_path / "run.json").mkdir()

    with pytest.raises(ConfigurationError, match=r"run\.json: cannot be read"):
        read_previous(tmp_path)


def entry(line: int, name: str = "mine") -> Entry:
    """An entry at a line."""
    return Entry(list=name, line=line, end_line=line, title=f"Title {line}")


def paper(*mentions: Entry) -> Paper:
    """A paper of these mentions."""
    title = mentions[0].title
    found = Resolution(status="skipped")
    return Paper(key=f"title:{title}", title=title, mentions=mentions, resolution=found)


def health(url: str, place: Occurrence) -> LinkHealth:
    """A link that is alive."""
    return LinkHealth(
        url=url,
        verdict="alive",
        reason_code="ok",
        reason="x.",
        evidence="none",
        occurrences=(place,),
    )


def test_list_that_cannot_be_read_keeps_its_last_entries() -> None:
    """Its entries come back in order and marked stale, its other links too."""
    prose = Occurrence(list="mine", line=9, column=4, role="other", paper=None)
    own = Occurrence(list="mine", line=2, column=4, role="paper", paper="title:2")
    previous = Previous(
        papers=(paper(entry(7), entry(2)), paper(entry(1, "other"))),
        links=(
            health("https://p.example/", prose),
            health("https://q.example/", own),
        ),
    )
    parsed = last_entries("mine", previous)

    assert [(one.line, one.stale) for one in parsed.entries] == [(2, True), (7, True)]
    assert [(link.url, link.line) for link in parsed.other_links] == [("https://p.example/", 9)]


# --- other lists ------------------------------------------------------------------------------


def told(name: str) -> Diagnostic:
    """Something that a report says of a list."""
    return Diagnostic(
        code="link-dead", severity="error", action="replace", fingerprint=f"dead {name}",
        message="It is gone.", locations=(Location(list=name, line=1),),
    )  # fmt: skip


def ran(out: Path, *lists: ListRun, title: str = "") -> None:
    """Leave what a run over these lists writes: one finding of each."""
    findings = tuple(told(one.name) for one in lists)
    report = LinkReport(headline=title, counts=count([], []), lists=lists, diagnostics=findings)
    about = RunReport(
        version="0", started_at=AT, finished_at=AT, duration_s=0, lists=lists, exit_code=0,
        counts=count([], []),
    )  # fmt: skip
    for name, text in ((REPORT_JSON, render_json(report)), (RUN, render_run(about))):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    (out / "decisions.jsonl").write_text("decided\n")


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ListRun, ListRun]:
    """Two lists in files of the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.md", "b.md"):
        Path(name).write_text("- [A](https://a.example)\n")
    return ListRun(name="a", path="a.md", entries=1), ListRun(name="b", path="b.md", entries=1)


def test_the_same_lists_and_more_of_them_keep_nothing(two: tuple[ListRun, ListRun]) -> None:
    """Every list of the last run is read again, wherever its path is seen from."""
    ran(Path("out"), two[0])
    far = two[0].model_copy(update={"path": str(Path.cwd() / "a.md")})

    assert kept_in(Path("out"), [two[0]]) is None
    assert kept_in(Path("out"), [far, two[1]]) is None
    assert kept_in(Path("nowhere"), two) is None


def test_a_list_that_was_deleted_keeps_nothing(two: tuple[ListRun, ListRun]) -> None:
    """Nobody asks for its results any more."""
    ran(Path("out"), *two)
    Path("a.md").unlink()

    assert kept_in(Path("out"), [two[1]]) is None


def test_results_of_other_lists_are_kept(two: tuple[ListRun, ListRun]) -> None:
    """And what they told is not what the new list is compared with; decisions are everybody's."""
    ran(Path("out"), two[0], ListRun(name="o/r", entries=1))
    previous = read_previous_of(Path("out"), {"b": Path("b.md")})

    assert kept_in(Path("out"), [two[1]]) == Kept(("a.md", "o/r"), "other-lists/a.md+o-r-d5a62f8e")
    assert previous.report is None
    assert previous.decisions == "decided\n"


def test_a_part_of_the_lists_is_compared_with_the_whole(two: tuple[ListRun, ListRun]) -> None:
    """One of three lists in a hurry: nothing is called new for that."""
    ran(Path("out"), *two, title="both")
    ran(Path("out/other-lists/b.md"), two[1], title="old")
    previous = read_previous_of(Path("out"), {"b": Path("b.md")})

    assert kept_in(Path("out"), [two[1]]) == Kept(("a.md",), "other-lists/a.md+b.md")
    assert previous.report is not None
    assert previous.report.headline == "both"


def test_what_was_kept_is_taken_up_again(two: tuple[ListRun, ListRun]) -> None:
    """The next run over a list compares with the last one over it."""
    ran(Path("out"), two[1], title="of b")
    ran(Path("out/other-lists/a.md"), two[0], title="of a")
    (Path("out/other-lists/a.md") / "decisions.jsonl").write_text("elsewhere\n")
    previous = read_previous_of(Path("out"), {"a": Path("a.md")})

    assert previous.report is not None
    assert previous.report.headline == "of a"
    assert previous.decisions == "decided\n"


def test_what_was_kept_of_one_list_is_known_where_it_is_read_beside_others(
    two: tuple[ListRun, ListRun],
) -> None:
    """Nothing of it is new for that; what was kept of lists that are not read is left alone."""
    ran(Path("out"), two[1], title="of b")
    ran(Path("out/other-lists/a.md"), two[0], title="of a")
    ran(Path("out/other-lists/c.md"), ListRun(name="c", path="c.md", entries=1))
    previous = read_previous_of(Path("out"), {"a": Path("a.md"), "b": Path("b.md")})

    assert previous.report is not None
    assert [one.fingerprint for one in previous.report.diagnostics] == ["dead b", "dead a"]


def test_two_files_of_one_name_are_two_lists(two: tuple[ListRun, ListRun]) -> None:
    """`papers.md` in two folders; both results have a folder of their own."""
    Path("x").mkdir()
    Path("x/a.md").write_text("")
    other = ListRun(name="a", path="x/a.md", entries=1)
    ran(Path("out"), two[0])
    first = kept_in(Path("out"), [other])
    assert read_previous_of(Path("out"), {"a": Path("x/a.md")}).report is None
    ran(Path("out"), other)
    second = kept_in(Path("out"), [two[0]])

    assert first is not None
    assert second is not None
    assert first.folder != second.folder


@pytest.mark.parametrize(
    "name", ["../../etc", "/etc/x", "..", "论文", "a" * 300, "o/r@main:x.md", ".git", "\ud800", ""]
)
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    """One folder, whatever a list is called."""
    ran(tmp_path, ListRun(name=name, entries=1))
    kept = kept_in(tmp_path, [])

    assert kept is not None
    folder = kept.folder.removeprefix("other-lists/")
    assert folder
    assert not set(folder) & set("/\\:")
    assert folder.isascii()
    assert len(folder) < 80
    assert not folder.startswith(".")
