"""`pipeline publish` from the command line, against a GitHub on loopback."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli.publish import publish_app
from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError, PipelineError
from pipeline.formats.files import CATALOG_FILE
from pipeline.formats.report_json import Diagnostic, LinkReport, Location, render_json
from pipeline.formats.run_json import ListRun, RunReport, count, render_run
from pipeline.publishing.outputs import NAMES
from pipeline.publishing.pulls import CATALOG, FIXES
from pipeline.records.outcomes import Deferred
from pipeline.sources.github import pulls
from pipeline.storage.writer import JOURNAL
from tests.github_server import TOKEN, Fault, GitHub, served

DAY = datetime(2026, 5, 4, tzinfo=UTC)
OUT = Path("data")
LIST = b"# List\n- [a](https://github.com/old/name)\n"
REPAIRED = LIST.replace(b"old/name", b"new/name")


def report(**fields: Any) -> LinkReport:
    """Build a report with one certain repair."""
    renamed = Diagnostic(
        code="repository-renamed",
        severity="error",
        action="apply",
        fingerprint="old/name",
        message="The repository has another name.",
        locations=(Location(list="mine", line=2, column=7),),
        title="A @title | of #1",
        url="https://github.com/old/name",
        replacement="https://github.com/new/name",
        certain=True,
        is_new=True,
    )
    given: dict[str, Any] = {
        "headline": "Links: 1 to fix",
        "counts": count((), ()),
        "lists": (ListRun(name="mine", entries=1, path="lists/mine.md"),),
        "diagnostics": (renamed,),
        "generated_at": DAY,
    }
    return LinkReport(**given | fields)


def run_report(**fields: Any) -> RunReport:
    """Build what `run.json` holds."""
    given: dict[str, Any] = {
        "version": "1",
        "started_at": DAY,
        "finished_at": DAY,
        "duration_s": 1.0,
        "counts": count((), ()),
        "lists": (ListRun(name="mine", entries=1),),
        "exit_code": 0,
    }
    return RunReport(**given | fields)


def leave(
    told: LinkReport | None = None, run: RunReport | None = None, out: Path = OUT, **files: str
) -> None:
    """Leave what a run leaves."""
    (out / "reports").mkdir(parents=True, exist_ok=True)
    (out / "reports/report.json").write_text(render_json(told or report()))
    (out / "run.json").write_text(render_run(run or run_report()))


@dataclass
class Site:
    """A repository on disk, and on a GitHub."""

    github: GitHub
    url: str

    def run(self, *arguments: str, **environment: str) -> Result:
        """Run a command of `pipeline publish`."""
        self.github.forget()
        given = {"GITHUB_REPOSITORY": "octo/list", "GITHUB_API_URL": self.url}
        return CliRunner().invoke(publish_app, arguments, env=given | environment)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working copy, and none of the machine's settings."""
    copy = tmp_path / "copy"
    (copy / ".git").mkdir(parents=True)
    (copy / "lists").mkdir()
    (copy / "lists/mine.md").write_bytes(LIST)
    (copy / "pipeline.toml").write_text('[lists]\nmine = "lists/mine.md"\n')
    monkeypatch.chdir(copy)
    for name in os.environ:
        if name.startswith(("GITHUB_", "GH_", "PIPELINE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return copy


@pytest.fixture
def site(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The same with a GitHub, a token, and a clock that does not wait."""
    github = GitHub(files={"lists/mine.md": LIST})
    clock = SimulatedClock(DAY)
    monkeypatch.setattr("pipeline.clock.SystemClock", lambda: clock)
    monkeypatch.setenv("PIPELINE_ALLOW_PRIVATE", "127.0.0.1/32")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with served(github, tmp_path, monkeypatch) as url:
        yield Site(github, url)


# --- issue, fixes, catalog --------------------------------------------------------------------


def test_issue_is_only_told_without_write(site: Site) -> None:
    """The default sends reading requests alone."""
    leave()

    done = site.run("issue")

    assert done.exit_code == 0, done.output
    assert "POST /repos/octo/list/issues" in done.stdout
    assert "Links: 1 to fix" in done.stdout
    assert site.github.writes == []


def test_issue_is_written_once(site: Site) -> None:
    """Twice the same report is one issue; the real renderer is behind it."""
    leave()

    assert site.run("issue", "--write").exit_code == 0
    assert site.github.writes == [("POST", "/issues")]
    again = site.run("issue", "--write", "--run-url", "https://github.com/octo/list/actions/runs/1")
    assert again.exit_code == 0
    assert site.github.writes == []
    (issue,) = site.github.real_issues
    assert issue["title"] == "Links: 1 to fix"
    assert "https://github.com/new/name" in issue["body"]
    assert "@title" not in issue["body"]
    assert (
        "[mine:2](<https://github.example/octo/list/blob/main/lists/mine.md?plain=1#L2>)"
        in (issue["body"])
    )


def test_issue_job_needs_no_checkout(site: Site, folder: Path) -> None:
    """Without a working copy the folder of the job counts as the root of the repository."""
    (folder / ".git").rmdir()
    (folder / "lists/mine.md").unlink()
    leave()

    assert site.run("issue", "--write").exit_code == 0
    assert "/octo/list/blob/main/lists/mine.md?plain=1#L2>" in site.github.real_issues[0]["body"]


def test_issues_that_are_switched_off_end_well(site: Site) -> None:
    """A fork begins without issues, and its schedule must not be red for ever."""
    leave()
    site.github.has_issues = False

    done = site.run("issue", "--write")

    assert done.exit_code == 0, done.output
    assert done.stdout.count("switched off") == 1
    assert site.github.writes == []


def test_time_of_the_run_is_no_change(site: Site) -> None:
    """The real report differs by its footer alone."""
    leave()
    site.run("issue", "--write")
    later = datetime(2026, 5, 8, tzinfo=UTC)
    leave(report(generated_at=later, last_complete_at=later, version="9.9"))

    assert site.run("issue", "--write").exit_code == 0
    assert site.github.writes == []


def test_token_is_nowhere_in_the_output(site: Site) -> None:
    """Neither told nor in what GitHub is asked to show."""
    leave()
    site.github.faults.append(Fault("POST", "/issues$", 403, "Resource not accessible"))

    done = site.run("issue", "--write")

    assert isinstance(done.exception, PipelineError)
    assert done.exception.exit_code == 1
    assert "issues: write" in str(done.exception)
    assert TOKEN not in done.output + str(done.exception)


def test_file_that_is_not_there_closes_nothing(site: Site) -> None:
    """A name that is misspelt looks like a list without repairs."""
    done = site.run("fixes", "--write", "lists/mime.md")

    assert isinstance(done.exception, ConfigurationError)
    assert "lists/mime.md: no such file" in str(done.exception)
    assert site.github.asked == []


def test_lists_of_the_config_are_compared(site: Site, folder: Path) -> None:
    """What `fix --write` has changed becomes a pull request that says what it repairs."""
    leave()
    assert site.run("fixes", "--write").exit_code == 0
    assert site.github.writes == []
    (folder / "lists/mine.md").write_bytes(REPAIRED)

    assert site.run("fixes", "--write").exit_code == 0

    (pull,) = site.github.pulls
    assert pull["title"] == "Repair links in 1 list"
    assert "(<https://github.example/octo/list/blob/main/lists/mine.md?plain=1#L2>)" in pull["body"]
    assert "https://github.com/new/name" in pull["body"]
    assert "@title" not in pull["body"]
    assert site.github.files(FIXES.branch) == {"lists/mine.md": REPAIRED}


def test_path_of_a_subfolder_is_that_of_the_repository(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run in a subfolder means the same file."""
    (folder / "lists/mine.md").write_bytes(REPAIRED)
    monkeypatch.chdir(folder / "lists")

    assert site.run("fixes", "mine.md", "--write").exit_code == 0
    assert site.github.files(FIXES.branch) == {"lists/mine.md": REPAIRED}


def test_catalog_has_the_results_and_not_the_times(site: Site, folder: Path) -> None:
    """Catalog, history, links and reports; `run.json` changes in every run."""
    leave()
    for name in ("catalog/catalog.jsonl", "reports/links.jsonl", "history/links.jsonl"):
        (OUT / name).parent.mkdir(parents=True, exist_ok=True)
        (OUT / name).write_text("{}\n")
    (OUT / "catalog/.catalog.tmp").write_text("half")

    assert site.run("catalog", "--write").exit_code == 0

    assert set(site.github.files(CATALOG.branch)) == {
        "lists/mine.md",
        "data/catalog/catalog.jsonl",
        "data/history/links.jsonl",
        "data/reports/links.jsonl",
        "data/reports/report.json",
    }
    leave(report(generated_at=datetime(2026, 5, 8, tzinfo=UTC)))
    assert site.run("catalog", "--write").exit_code == 0
    assert site.github.writes == []


def test_what_a_killed_run_has_left_half_done_is_finished_first(site: Site, folder: Path) -> None:
    """Results that belong together are published together."""
    leave()
    catalog = OUT / "catalog"
    catalog.mkdir()
    (catalog / ".part-00000.jsonl.12.tmp").write_text('{"new": 1}\n')
    (catalog / "catalog.jsonl").write_text('{"old": 1}\n')
    steps = [
        [".part-00000.jsonl.12.tmp", "catalog/part-00000.jsonl"],
        [None, "catalog/catalog.jsonl"],
    ]
    (OUT / JOURNAL).write_text(json.dumps(steps))

    assert site.run("catalog", "--write").exit_code == 0

    published = site.github.files(CATALOG.branch)
    assert published["data/catalog/part-00000.jsonl"] == b'{"new": 1}\n'
    assert "data/catalog/catalog.jsonl" not in published


def test_catalog_in_parts_takes_the_place_of_the_file(site: Site, folder: Path) -> None:
    """And the file theirs; nothing else is deleted, and the second run writes nothing."""
    leave()
    part, links = "data/catalog/part-00000.jsonl", "data/reports/links.jsonl"
    whole, mine = "data/catalog/catalog.jsonl", "data/catalog/part-of-mine.jsonl"
    site.github.commit("main", dict.fromkeys((whole, mine, links), b"{}\n"), "results")
    for old, new in ((whole, part), (part, whole)):
        (folder / old).unlink(missing_ok=True)
        (folder / new).parent.mkdir(exist_ok=True)
        (folder / new).write_text('{"a": 1}\n')

        assert site.run("catalog", "--write").exit_code == 0

        there = site.github.files(CATALOG.branch)
        assert new in there
        assert old not in there
        assert {mine, links} <= there.keys()
        assert site.run("catalog", "--write").exit_code == 0
        assert site.github.writes == []
        site.github.refs["main"] = site.github.refs.pop(CATALOG.branch)
        site.github.pulls.clear()


@pytest.mark.parametrize("name", ["catalog/catalog.jsonl", "reports/links.jsonl"])
@pytest.mark.parametrize("options", [(), ("--write",)])
def test_catalog_too_large_for_github_is_refused_with_the_way_out(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str, options: tuple[str, ...]
) -> None:
    """Before anything is asked; a smaller file is none of these."""
    monkeypatch.setattr(pulls, "LARGEST_FILE", 2_000_000)
    leave()
    (OUT / name).parent.mkdir(exist_ok=True)
    (OUT / name).write_bytes(b"{}\n" * 700_000)

    error = site.run("catalog", *options).exception

    assert isinstance(error, ConfigurationError)
    assert str(error) == (
        f"{name}: too large for GitHub (2 MB); with `parts_above = 20000` a run writes it in parts"
    )
    assert site.github.asked == []


@pytest.mark.parametrize("command", ["fixes", "catalog"])
def test_symbolic_link_is_not_read(site: Site, folder: Path, command: str) -> None:
    """It might lead to a secret of the machine."""
    leave()
    secret = folder.parent / "secret"
    secret.write_text("secret")
    (OUT / "catalog").mkdir()
    (OUT / "catalog/catalog.jsonl").symlink_to(secret)
    (folder / "lists/mine.md").unlink()
    (folder / "lists/mine.md").symlink_to(secret)

    done = site.run(command, "--write")

    assert isinstance(done.exception, ConfigurationError)
    assert site.github.asked == []


def test_sandbox_is_never_published(site: Site) -> None:
    """Its results are not about the real world."""
    leave(report(sandbox=True))

    assert isinstance(site.run("catalog", "--write").exception, ConfigurationError)
    assert site.run("issue", "--write").exit_code == 0
    assert site.github.writes == []


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("issue",), {"GITHUB_REPOSITORY": ""}, "owner/name"),
        (("issue", "--repository", "a/b/c"), {}, "owner/name"),
        (("issue", "--write"), {"GITHUB_TOKEN": ""}, "GITHUB_TOKEN"),
        (("issue", "--out", "elsewhere"), {}, "report.json"),
        (("outputs", "--fail", "often"), {}, "--fail"),
        (("fixes", "/etc/hostname"), {}, "not a file of this repository"),
    ],
)
def test_wrong_usage_is_one_sentence(
    site: Site, arguments: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    """Exit code 2, before any request."""
    leave()

    done = site.run(*arguments, **environment)

    assert isinstance(done.exception, ConfigurationError)
    assert words in str(done.exception)
    assert site.github.asked == []


def test_damaged_report_is_a_fault(site: Site) -> None:
    """Half a file must not close an issue."""
    leave()
    (OUT / "reports/report.json").write_text('{"headline": ')

    assert isinstance(site.run("issue", "--write").exception, ConfigurationError)


# --- outputs ----------------------------------------------------------------------------------


def outputs(*arguments: str) -> tuple[int, dict[str, str]]:
    """Run `pipeline publish outputs`."""
    done = CliRunner().invoke(publish_app, ["outputs", *arguments])
    lines = [line.partition("=") for line in done.stdout.splitlines()]
    return done.exit_code, {name: value for name, _, value in lines}


def test_outputs_say_what_the_run_has_found(folder: Path) -> None:
    """Every output on a line of its own."""
    late = (
        Deferred(what="github", count=3, reason="x"),
        Deferred(what="arxiv", count=1, reason="y"),
    )
    leave(run=run_report(deferred=late, has_changes=True))

    code, values = outputs()

    assert code == 0
    assert tuple(values) == NAMES
    assert values == {
        "has-changes": "true",
        "resolved": "0",
        "needs-review": "0",
        "dead": "0",
        "moved": "0",
        "wrong-paper": "0",
        "failed-sources": "arxiv,github",
        "report-path": "data/reports/report.md",
        "catalog-path": "data/catalog/catalog.jsonl",
        "exit-code": "0",
    }


def test_path_of_a_catalog_in_parts_is_their_folder(folder: Path) -> None:
    """Where a later step finds all of them."""
    leave()
    for number in range(2):
        path = Path("data") / CATALOG_FILE.part(number)
        path.parent.mkdir(exist_ok=True)
        path.write_text("")

    assert outputs()[1]["catalog-path"] == "data/catalog"


def test_run_without_changes_says_so(folder: Path) -> None:
    """The run itself has compared; another time of a check is no change to it."""
    leave(run=run_report(has_changes=False))

    assert outputs()[1]["has-changes"] == "false"


def test_wrong_word_loses_no_outputs(folder: Path, tmp_path: Path) -> None:
    """The run has happened: later steps may read what it found. The step is red all the same."""
    leave()
    target = tmp_path / "outputs"

    done = CliRunner().invoke(
        publish_app, ["outputs", "--fail", "often"], env={"GITHUB_OUTPUT": str(target)}
    )

    assert isinstance(done.exception, ConfigurationError)
    values = dict(line.split("=", 1) for line in target.read_text().splitlines())
    assert tuple(values) == NAMES
    assert (values["dead"], values["exit-code"]) == ("0", "2")


def test_title_search_that_failed_is_a_failed_source(folder: Path) -> None:
    """It is put off by nobody, and what it would have found is missing all the same."""
    unknown = Diagnostic(
        code="no-identifier",
        severity="info",
        action="know",
        fingerprint="t",
        message="A source could not be asked.",
        locations=(),
        reason_code="SOURCE_FAILED",
    )
    leave(report(diagnostics=(unknown,), not_asked={"titles": 1}))

    code, values = outputs("--fail", "incomplete")

    assert (code, values["failed-sources"]) == (4, "title-search")


@pytest.mark.parametrize("code", [1, 2, 130, 137])
def test_crash_is_not_zero_dead_links(folder: Path, code: int) -> None:
    """What an earlier run has left says nothing about this one."""
    leave()

    exit_code, values = outputs("--exit-code", str(code))

    assert exit_code == code
    assert values == dict.fromkeys(NAMES, "") | {"exit-code": str(code)}


def test_missing_results_are_a_failure(folder: Path) -> None:
    """A run that ended well has left results, or it did not end well."""
    code, values = outputs()

    assert code == 1
    assert values["dead"] == ""
    assert values["exit-code"] == "1"


@pytest.mark.parametrize(
    ("arguments", "fields", "code"),
    [
        ((), {}, 0),
        (("--fail", "actionable"), {}, 3),
        (("--fail", "new"), {}, 3),
        (("--fail", "actionable"), {"diagnostics": ()}, 0),
        (("--fail", "incomplete"), {}, 0),
        (("--fail", "incomplete"), {"not_asked": {"arXiv": 1}}, 4),
        (("--fail", "incomplete"), {"network": "down"}, 4),
    ],
)
def test_fail_decides_the_exit_code(
    folder: Path, arguments: tuple[str, ...], fields: dict[str, Any], code: int
) -> None:
    """And it is an output too."""
    leave(report(**fields))

    exit_code, values = outputs(*arguments)

    assert exit_code == code
    assert values["exit-code"] == str(code)


def test_known_findings_do_not_fail_what_fails_on_new_ones(folder: Path) -> None:
    """`--fail new` passes over what the last report had."""
    old = replace(report().diagnostics[0], is_new=False)
    leave(report(diagnostics=(old,)))

    assert outputs("--fail", "new")[0] == 0
    assert outputs("--fail", "actionable")[0] == 3


def test_a_step_that_fails_names_what_fails_it(folder: Path) -> None:
    """With place, code and sentence, in the log of the step; the outputs stay what they are."""
    leave(report())
    done = CliRunner().invoke(publish_app, ["outputs", "--fail", "actionable"])
    (one,) = report().diagnostics

    assert done.exit_code == 3
    assert done.stderr.startswith("lists/mine.md:") or done.stderr.startswith("mine:")
    assert f": {one.code} " in done.stderr
    assert tuple(line.partition("=")[0] for line in done.stdout.splitlines()) == NAMES


def test_empty_lists_fail_where_asked(folder: Path) -> None:
    """A wrong pattern would be clean for ever."""
    leave(run=run_report(lists=()))

    assert outputs()[0] == 0
    assert outputs("--fail-if-empty")[0] == 2


def test_no_output_takes_a_second_line(folder: Path, tmp_path: Path) -> None:
    """A line end in a value would set other outputs."""
    out = Path("da\nta=evil")
    leave(out=out, run=run_report(deferred=(Deferred(what="a\nb=c", count=1, reason="x"),)))
    target = tmp_path / "outputs"
    target.write_text("before=1\n")

    done = CliRunner().invoke(
        publish_app, ["outputs", "--out", str(out)], env={"GITHUB_OUTPUT": str(target)}
    )

    assert done.exit_code == 0, done.output
    names = [line.partition("=")[0] for line in target.read_text().splitlines()]
    assert names == ["before", *NAMES]


def test_help_says_what_is_there() -> None:
    """Every command has a help of its own."""
    app: Callable[..., Any] = typer.main.get_command(publish_app)
    assert callable(app)
    for command in ("issue", "fixes", "catalog", "outputs"):
        assert CliRunner().invoke(publish_app, [command, "--help"]).exit_code == 0
