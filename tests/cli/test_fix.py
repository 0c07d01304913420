"""The command that repairs lists."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cache import Cache
from pipeline.cli import fix_session
from pipeline.cli import main as cli
from pipeline.cli.fix import fix
from pipeline.cli.output import print_bytes
from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError, OutputError, PipelineError
from pipeline.formats.jsonl import render
from pipeline.markdown.entries import ListReader
from pipeline.network.http_client import HttpClient
from pipeline.records.catalog import Finding, Paper, Resolution
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.sandbox import SANDBOX_TOKEN, sandbox_lists
from pipeline.sandbox.github import GitHub
from pipeline.sandbox.repository_files import Snapshot
from pipeline.sandbox.world import Repository
from pipeline.sources.github.door import GitHubDoor
from pipeline.sources.github.many_lists import ManyLists
from pipeline.stages.parse import parse
from tests.sources.asking import NOW, USER_AGENT

GIT = shutil.which("git") or ""
OLD, NEW = "https://old.example/page", "https://new.example/page"
LINE = f"- [A Title of Some Paper]({OLD})\n"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and none of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "CI",
        *(n for n in os.environ if n[:9] == "PIPELINE_"),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command; what it raises is raised."""
    app = typer.Typer()
    app.command("fix")(fix)
    app.command("other")(lambda: None)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["fix", *arguments], catch_exceptions=False)

    return call


Run = Callable[..., Result]


def moved(list_name: str, url: str = OLD, new: str = NEW) -> LinkHealth:
    """Build the health of a link that has moved for good."""
    return LinkHealth(
        url=url,
        verdict="moved",
        reason_code="permanent-redirect",
        reason="It has moved.",
        evidence="http",
        suggestion=new,
        occurrences=(Occurrence(list=list_name, line=1, column=1, role="paper", paper=None),),
    )


def last_run(*links: LinkHealth, papers: tuple[Paper, ...] = (), out: Path = Path("data")) -> None:
    """Write what a run leaves."""
    for folder in ("catalog", "reports"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    (out / "reports" / "links.jsonl").write_text(render(links), encoding="utf-8")
    (out / "catalog" / "catalog.jsonl").write_text(render(papers), encoding="utf-8")


def apply(folder: Path, patch: bytes) -> None:
    """Let git apply a patch in a folder."""
    if not GIT:
        pytest.skip("needs git")
    subprocess.run([GIT, "apply", "-"], cwd=folder, input=patch, check=True, capture_output=True)


def test_link_that_a_rule_ignores_is_left_alone(run: Callable[..., Result], tmp_path: Path) -> None:
    """What is wrong on purpose stays so, and why is said."""
    malformed = "http:/lab.example/paper"
    (tmp_path / "list.md").write_text(f"- [A Title of Some Paper]({malformed})\n", "utf-8")
    assert "+- [A Title" in run("list.md").stdout
    (tmp_path / "pipeline-ignore.toml").write_text(
        f'[[ignore]]\nurl = "{malformed}"\nreason = "an example"\nexpires = 9999-12-31\n', "utf-8"
    )

    result = run("list.md")

    assert result.stdout == ""
    assert "an example" in result.stderr


# --- the sandbox ------------------------------------------------------------------------------


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run in the sandbox leaves."""
    monkeypatch.setattr(sys, "argv", ["pipeline", "run", "enrich", "--sandbox", "--quiet"])
    with pytest.raises(SystemExit):
        cli.main()


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_lists_of_the_sandbox_are_repaired(run: Run, end: bytes) -> None:
    """Copies of both: the patch applies, `--write` writes the same, and then there is no more."""
    for path in sandbox_lists():
        Path(path.name).write_bytes(path.read_bytes().replace(b"\n", end))
    names = [path.name for path in sandbox_lists()]
    before = {name: Path(name).read_bytes() for name in names}

    shown = run("--sandbox", *names)
    assert shown.exit_code == 0
    for code in ("link-malformed", "pdf-link", "repository-renamed", "version-pinned"):
        assert f" {code}" in shown.stderr
    assert re.findall(rb"^diff --git a/(\S+)", shown.stdout_bytes, re.MULTILINE) == sorted(
        name.encode() for name in names
    )
    apply(Path.cwd(), shown.stdout_bytes)
    patched = {name: Path(name).read_bytes() for name in names}
    for name in names:
        Path(name).write_bytes(before[name])

    written = run("--sandbox", "--write", *names)
    assert written.stdout_bytes == b""
    assert {name: Path(name).read_bytes() for name in names} == patched
    assert b"LLM4Rec-Awesome-Papers" in patched["llm4rec-paper.md"]
    assert b"[[paper]](http://arxiv.org/abs/2403.13574)" in patched["awesome-llm4rs-papers.md"]
    assert "nothing to fix" in run("--sandbox", "--check", *names).stderr


@pytest.mark.usefixtures("sandbox")
def test_what_the_lists_lack_is_filled_in_on_request(run: Run) -> None:
    """The code-only row gets its paper, and the patch applies."""
    folder = sandbox_lists()[0].parent
    done = run("--sandbox", "--only", "fill")
    assert b"[[Paper]](https://arxiv.org/abs/2310.15950) [[Code]]" in done.stdout_bytes
    assert done.stderr.count(" fill") >= 2

    for path in sandbox_lists():
        target = Path("data/lists") / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    assert folder.is_dir()
    apply(Path.cwd(), done.stdout_bytes)


@pytest.mark.usefixtures("sandbox")
def test_the_packages_own_lists_are_never_written(run: Run) -> None:
    """Neither unasked nor by their paths."""
    for lists in ([], [str(sandbox_lists()[0])]):
        with pytest.raises(ConfigurationError, match="own lists"):
            run("--sandbox", "--write", *lists)


# --- local lists ------------------------------------------------------------------------------


def test_without_a_run_the_spelling_is_repaired(run: Run) -> None:
    """For pre-commit: what a link's own text shows needs no run and no network."""
    Path("a.md").write_text("- [A Title of Some Paper]((http://arxiv.org/abs/2401.00001))\n")
    done = run("--write", "a.md")
    assert (
        Path("a.md").read_text() == "- [A Title of Some Paper](http://arxiv.org/abs/2401.00001)\n"
    )
    assert "there is no run yet" in done.stderr
    assert not Path("data").exists()


def test_check_says_by_its_exit_code_whether_something_would_change(run: Run) -> None:
    """3 with the patch on stdout; 0 with nothing. The file stays."""
    Path("a.md").write_text(LINE)
    last_run(moved("a"))
    done = run("--check", "a.md")
    assert (done.exit_code, Path("a.md").read_text()) == (3, LINE)
    assert NEW.encode() in done.stdout_bytes
    last_run(moved("a", "https://else.example/"))
    assert run("--check", "a.md").exit_code == 0


def test_check_and_write_exclude_each_other(run: Run) -> None:
    """One writes nothing."""
    with pytest.raises(ConfigurationError, match="--check"):
        run("--check", "--write", "a.md")


def test_list_is_known_by_its_name_in_the_config_file(run: Run) -> None:
    """Given by its path as well; without one, the lists of the config file."""
    Path("a.md").write_text(LINE)
    Path("pipeline.toml").write_text('[lists]\nmine = "a.md"\n')
    last_run(moved("mine"))
    assert run("a.md").stdout_bytes == run().stdout_bytes != b""


def test_list_that_the_last_run_did_not_read_is_named(run: Run) -> None:
    """With what it did read."""
    Path("b.md").write_text("- text\n")
    last_run(moved("a"))
    done = run("b.md")
    assert "did not read this list (it read a)" in done.stderr
    assert "nothing to fix" in done.stderr


def test_only_takes_codes(run: Run) -> None:
    """An unknown one is a mistake that names the known ones."""
    Path("a.md").write_text(LINE)
    last_run(moved("a"))
    assert (
        run("--only", "pdf-link,version-pinned", "--only", "retitled", "a.md").stdout_bytes == b""
    )
    assert run("--only", "link-moved", "a.md").stdout_bytes != b""
    with pytest.raises(ConfigurationError, match="link-moved"):
        run("--only", "link-movd", "a.md")


def test_files_of_one_name_are_all_repaired(run: Run) -> None:
    """As pre-commit hands them over: README.md in two folders of one name, and one twice."""
    text = "- [A Title of Some Paper]((http://arxiv.org/abs/2401.00001))\n"
    files = [Path("x/docs/README.md"), Path("y/docs/README.md")]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text(text)
    done = run("--write", *map(str, files), str(files[0]))
    assert [file.read_text() for file in files] == [text.replace("((", "(").replace("))", ")")] * 2
    assert done.stderr.count("link-malformed") == 2


def test_permissions_stay_and_a_symbolic_link_is_followed(run: Run) -> None:
    """It is said where the file really is; the link stays a link."""
    Path("real").mkdir()
    real, link = Path("real/list.md"), Path("link.md")
    real.write_text(LINE)
    real.chmod(0o640)
    link.symlink_to(real)
    last_run(moved("link"))

    done = run("--write", "link.md")

    assert link.is_symlink()
    assert real.read_text() == LINE.replace(OLD, NEW)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert str(real.resolve()) in done.stderr.replace("\n", "")
    assert sorted(path.name for path in Path("real").iterdir()) == ["list.md"]


@pytest.mark.parametrize("name", ["my list.md", "söme.md", 'quo"te.md'])
def test_patch_is_relative_to_the_repository(run: Run, name: str) -> None:
    """From wherever it is run; names are quoted as git does."""
    repository = Path("repo")
    (repository / "sub").mkdir(parents=True)
    (repository / ".git").mkdir()
    (repository / "sub" / name).write_text(LINE)
    last_run(moved(Path(name).stem))
    done = run(f"repo/sub/{name}")
    shutil.rmtree(repository / ".git")
    apply(repository, done.stdout_bytes)
    assert (repository / "sub" / name).read_text() == LINE.replace(OLD, NEW)


def test_what_is_left_is_said_and_capped(run: Run) -> None:
    """A long list of reasons helps nobody; what a list says cannot steer the terminal."""
    lines = [
        f"- [A Title \x1b[31mNumber {n}]({OLD}/{n}) <!-- pipeline:ignore -->" for n in range(30)
    ]
    Path("a.md").write_text("\n".join(lines))
    last_run(*(moved("a", f"{OLD}/{n}") for n in range(30)))
    done = run("a.md")
    assert done.stderr.count("not repaired: line") == 12
    assert "18 more" in done.stderr
    assert "\x1b" not in done.stderr
    assert "a.md" not in run("--quiet", "a.md").stderr


def test_terminal_is_not_steered_by_a_patch(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """On a terminal controls are shown as question marks; in a file they are the bytes."""
    print_bytes(b"a\x1b[31m\tb\r\n")
    assert capsysbinary.readouterr().out == b"a\x1b[31m\tb\r\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_bytes(b"a\x1b[31m\tb\xc2\x9b\r\n")
    assert capsysbinary.readouterr().out == b"a?[31m\tb?\r\n"


# --- titles -----------------------------------------------------------------------------------


def test_retitled_papers_are_repaired_on_request(run: Run) -> None:
    """Only then: a list may keep the title that people know."""
    text = "- [An Old Title of the Paper](https://arxiv.org/abs/2401.00001)\n"
    Path("a.md").write_text(text)
    told = Finding(
        code="retitled",
        severity="info",
        message="…",
        list="a",
        line=1,
        replacement="A Title at Last",
    )
    paper = Paper(
        key="arxiv:2401.00001",
        title="A Title at Last",
        mentions=parse(text, name="a").entries,
        resolution=Resolution(status="found"),
        findings=(told,),
    )
    last_run(papers=(paper,))
    assert run("a.md").stdout_bytes == b""
    assert b"+- [A Title at Last](https" in run("--only", "retitled", "a.md").stdout_bytes


# --- lists from afar --------------------------------------------------------------------------


def wired(
    monkeypatch: pytest.MonkeyPatch,
    handler: Callable[[httpx.Request], httpx.Response],
    token: str = "",
) -> None:
    """Let the command ask `handler`, with a token of GitHub's where one is given."""
    clock = SimulatedClock(NOW)

    @contextmanager
    def wire(*_: object) -> Iterator[SimpleNamespace]:
        client = HttpClient(
            transport=httpx.MockTransport(handler),
            clock=clock,
            user_agent=USER_AGENT,
            credentials={"api.github.com": token},
        )
        api = "https://api.github.com"
        door = GitHubDoor(client, authenticated=bool(token), api_url=api, longest_wait=1.0)
        with Cache(Path("cache"), NOW) as cache:
            yield SimpleNamespace(client=client, many_lists=lambda: ManyLists(door, cache, clock))

    monkeypatch.setattr(fix_session, "wire", wire)


@pytest.fixture
def afar(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], list[httpx.Request]]:
    """Answer requests for lists from a table of paths."""

    def answering(answers: dict[str, Any]) -> list[httpx.Request]:
        asked: list[httpx.Request] = []

        def handler(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            answer = answers.get(request.url.path)
            if answer is None:
                return httpx.Response(404)
            if isinstance(answer, dict) and "raw" not in request.headers["accept"]:
                return httpx.Response(200, content=json.dumps(answer["json"]))
            return httpx.Response(
                200, content=answer["raw"] if isinstance(answer, dict) else answer
            )

        wired(monkeypatch, handler)
        return asked

    return answering


Afar = Callable[[dict[str, Any]], list[httpx.Request]]


def test_list_from_github_gets_a_patch_for_its_repository(
    run: Run, afar: Afar, tmp_path: Path
) -> None:
    """The README's real path is asked for; the patch applies there, and is written on request."""
    afar(
        {
            "/repos/o/r/readme": {"json": {"path": "docs/ReadMe.md"}},
            "/repos/o/r/contents/docs/ReadMe.md": LINE.encode(),
        }
    )
    last_run(moved("o/r"))

    shown = run("github:o/r")
    assert not Path("data/fixes").exists()
    clone = tmp_path / "clone"
    (clone / "docs").mkdir(parents=True)
    (clone / "docs/ReadMe.md").write_text(LINE)
    apply(clone, shown.stdout_bytes)
    assert (clone / "docs/ReadMe.md").read_text() == LINE.replace(OLD, NEW)

    done = run("github:o/r", "--write")
    assert done.stdout_bytes == b""
    assert Path("data/fixes/o__r.patch").read_bytes() == shown.stdout_bytes


def test_many_lists_from_github_are_read_together(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three are two queries and one the next time; their patches are for the paths of READMEs."""
    names, asked = ["o/a", "o/b", "o/c"], list[str]()
    files = {name: Snapshot({"Readme.md": f"# {name}\n\n{LINE}".encode()}) for name in names}
    github = GitHub({name: Repository(name) for name in names}, {}, None, files)

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return github(request, NOW)

    wired(monkeypatch, handler, SANDBOX_TOKEN)
    last_run(*(moved(name) for name in names))
    first, second = (run(*(f"github:{name}" for name in names)) for _ in range(2))

    assert asked == ["/graphql"] * 3
    assert first.stdout_bytes == second.stdout_bytes
    assert first.stdout_bytes.count(b"+++ b/Readme.md\n") == 3


def test_patch_that_says_nothing_any_more_is_removed(run: Run, afar: Afar) -> None:
    """An old one would no longer apply."""
    afar({"/repos/o/r/contents/list.md": b"- nothing\n"})
    last_run(moved("o/r"))
    Path("data/fixes").mkdir()
    Path("data/fixes/o__r__main.patch").write_text("old")
    assert "removed" in run("https://github.com/o/r/blob/main/list.md", "--write").stderr
    assert list(Path("data/fixes").iterdir()) == []


def test_folder_that_leads_out_is_refused(run: Run, afar: Afar, tmp_path: Path) -> None:
    """As for every other file below the output folder."""
    afar({"/repos/o/r/contents/list.md": LINE.encode()})
    last_run(moved("o/r"))
    (tmp_path / "away").mkdir()
    Path("data/fixes").symlink_to(tmp_path / "away")
    with pytest.raises(OutputError, match="leads out"):
        run("github:o/r:list.md", "--write")
    assert list((tmp_path / "away").iterdir()) == []


def test_list_at_another_address_gets_a_patch_by_its_name(run: Run, afar: Afar) -> None:
    """Where no repository is known, the last part of the address has to do."""
    afar({"/lists/papers.md": LINE.encode()})
    last_run(moved("papers"))
    done = run("https://lists.example/lists/papers.md?x=1", "--write", "--diff")
    assert done.stdout_bytes.startswith(b"diff --git a/papers.md b/papers.md\n")
    assert Path("data/fixes/lists.example__papers.md.patch").read_bytes() == done.stdout_bytes


@pytest.mark.parametrize("path", ["../up.md", "/etc/passwd", "a//b", "", 3])
def test_path_that_leads_out_of_the_repository_is_refused(run: Run, afar: Afar, path: Any) -> None:
    """Whatever an answer says, a patch stays inside."""
    afar({"/repos/o/r/readme": {"json": {"path": path}}})
    with pytest.raises(PipelineError, match="no list could be read"):
        run("github:o/r")


def test_bibtex_is_left_as_it_is(run: Run) -> None:
    """Its values have escapes and abbreviations of their own; it is said, and costs no other."""
    record = f"@misc{{x, title={{A Title of a Paper}}, url={{{OLD}}}}}\n"
    Path("b.bib").write_text(record)
    Path("a.md").write_text(LINE)
    last_run(moved("a"))
    alone, both = run("b.bib", "--write"), run("b.bib", "a.md", "--write")

    assert Path("b.bib").read_text() == record
    assert "b: left as it is, because it is BibTeX" in alone.stderr
    assert NEW in Path("a.md").read_text()
    assert "b: left as it is" in both.stderr


def test_list_that_cannot_be_read_does_not_stop_the_others(run: Run, afar: Afar) -> None:
    """It is said, and the others are repaired."""
    afar({})
    Path("a.md").write_text(LINE)
    last_run(moved("a"))
    done = run("github:o/r", "a.md")
    assert "o/r: not read" in done.stderr
    assert NEW.encode() in done.stdout_bytes


def test_no_line_of_a_list_is_a_command_in_a_job(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The runner is told to obey nothing until a word that nobody knows; git applies the patch."""
    text = f"::error::owned\n{LINE}"
    Path("a.md").write_text(text)
    last_run(moved("a"))
    assert run("a.md").stdout.startswith("diff --git ")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    first, second = (run("a.md").stdout_bytes for _ in range(2))

    stop = re.fullmatch(rb"::stop-commands::([0-9a-f]{32})\n.*\n::(\1)::\n", first, re.DOTALL)
    assert stop is not None
    assert stop[1] not in second
    apply(tmp_path, first)
    assert Path("a.md").read_text() == text.replace(OLD, NEW)


# --- files and headings ------------------------------------------------------------------------

LOCAL = """# List

- [Top](#list) [s](#survey-review) [gone](#nowhere)

## Survey & Review

- [A Relational Model of Data](papers/codd.pdf "the paper") [b](<papers/a b.pdf>) [c](gone.md)

See <a href='papers/codd.pdf'>the model</a>, [papers/codd.pdf](papers/codd.pdf), `papers/codd.pdf`.

- [Attention Is All You Need](papers/codd.pdf) <!-- pipeline:ignore file-missing: later -->
"""
REPAIRED = (
    LOCAL.replace("codd.pdf", "Codd.pdf")
    .replace("`papers/Codd.pdf`", "`papers/codd.pdf`")
    .replace("Need](papers/Codd.pdf)", "Need](papers/codd.pdf)")
    .replace("<papers/a b.pdf>", "<papers/A%20b.pdf>")
    .replace("(#survey-review)", "(#survey--review)")
)


def test_paths_and_headings_are_corrected_where_nothing_else_is_meant(
    run: Run, tmp_path: Path
) -> None:
    """Letter case of a path, punctuation of a heading; the rest stays, and a second run is idle."""
    (tmp_path / "papers").mkdir()
    for name in ("Codd.pdf", "A b.pdf"):
        (tmp_path / "papers" / name).write_bytes(b"%PDF")
    path = tmp_path / "list.md"
    path.write_text(LOCAL, encoding="utf-8")

    result = run("--write", "list.md")

    assert path.read_text(encoding="utf-8") == REPAIRED
    assert "1 heading-missing" in result.stderr
    assert run("--check", "list.md").exit_code == 0


def test_only_what_is_asked_for_is_corrected(run: Run, tmp_path: Path) -> None:
    """`--only heading-missing` leaves the files."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "Codd.pdf").write_bytes(b"%PDF")
    (tmp_path / "list.md").write_text(LOCAL, encoding="utf-8")

    shown = run("--only", "heading-missing", "list.md").stdout

    assert "+- [Top](#list) [s](#survey--review) [gone](#nowhere)" in shown
    assert "Codd.pdf" not in shown


# --- what it takes ----------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["list.md", "."])
def test_a_list_without_repairs_is_read_once(
    run: Run, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading is most of what it takes; of a folder a file is also read to find out what it is."""
    Path("list.md").write_text(f"{LINE}- [Notes on It](notes.md)\n", encoding="utf-8")
    Path("notes.md").write_text("A note.\n", encoding="utf-8")
    readings: list[str] = []

    def read(reader: ListReader) -> Any:
        readings.append(reader.text)
        return whole(reader)

    whole = ListReader.read
    monkeypatch.setattr(ListReader, "read", read)

    assert run(given).stdout == ""
    of_list = [text for text in readings if LINE in text]
    assert len(of_list) == (1 if given == "list.md" else 2)
