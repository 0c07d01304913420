"""The command line, end to end against the sandbox."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.cli import main as cli
from pipeline.enrich import enrich
from pipeline.progress import Silent
from pipeline.records.links import Verdict
from pipeline.settings.loading import load

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


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


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["pipeline", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else int(code is not None), out, err)

    return call


def lines(text: str) -> list[dict[str, Any]]:
    """Read JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def catalog(out: Path = Path("data/sandbox")) -> list[dict[str, Any]]:
    """Read the catalog of a run."""
    return lines((out / "catalog" / "catalog.jsonl").read_text(encoding="utf-8"))


def links(out: Path = Path("data/sandbox")) -> dict[str, dict[str, Any]]:
    """Read the link health of a run, by URL."""
    return {row["url"]: row for row in lines((out / "reports" / "links.jsonl").read_text("utf-8"))}


def report_of(out: Path = Path("data/sandbox")) -> dict[str, Any]:
    """Read `run.json`."""
    data: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return data


# --- the whole run ----------------------------------------------------------------------------


def test_sandbox_run_writes_every_file_and_exits_0(run: Run) -> None:
    """The first thing that a newcomer runs ends well and says where to look."""
    done = run("run", "enrich", "--sandbox")

    assert done.code == 0
    assert done.out == ""
    assert "377 entries" in done.err
    assert "This was a sandbox run" in done.err
    for name in ("catalog/catalog.jsonl", "reports/links.jsonl", "reports/report.md", "run.json"):
        assert (Path("data/sandbox") / name).stat().st_size > 0, name
    assert "Sandbox run" in Path("data/sandbox/reports/report.md").read_text(encoding="utf-8")


def test_sandbox_shows_every_verdict_and_every_repository_status(run: Run) -> None:
    """What can happen happens, but for our own network being down."""
    run("run", "enrich", "--sandbox")
    counts = report_of()["counts"]

    assert {verdict for verdict, number in counts["links"].items() if number} == set(
        get_args(Verdict)
    ) - {"unknown"}
    assert all(counts["repositories"].values()), counts["repositories"]


def test_every_entry_and_arxiv_id_of_the_own_lists_is_in_the_catalog(run: Run) -> None:
    """All 377 entries, all 235 ids, each id once, and nothing made up in between."""
    run("run", "enrich", "--sandbox")
    papers = catalog()
    ids = [paper["arxiv"]["id"] for paper in papers if paper["arxiv"]]
    by_title = {
        paper["arxiv"]["id"]
        for paper in papers
        if paper["arxiv"] and paper["resolution"]["method"] == "title"
    }

    assert sum(len(paper["mentions"]) for paper in papers) == 377
    assert len(ids) == len(set(ids)) == 235 + len(by_title)
    assert by_title == {"2305.06569", "2306.17256"}
    assert len({paper["key"] for paper in papers}) == len(papers)
    tallrec = next(paper for paper in papers if paper["key"] == "arxiv:2305.00447")
    assert len(tallrec["mentions"]) == 2
    assert tallrec["repositories"][0]["full_name"] == "SAI990323/TALLRec"
    assert tallrec["abstract"].startswith("Sandbox abstract of")


def test_code_only_row_gets_its_id_from_the_other_list(run: Run) -> None:
    """The table's RLMRec row has a code link; the bullet of the same title has the paper."""
    run("run", "enrich", "--sandbox")
    paper = next(paper for paper in catalog() if paper["key"] == "arxiv:2310.15950")

    assert {mention["list"] for mention in paper["mentions"]} == {
        "llm4rec-paper",
        "awesome-llm4rs-papers",
    }


def test_title_that_is_only_similar_is_put_to_a_person(run: Run) -> None:
    """The list drops a plural; a word of a person settles it for the next run."""
    run("run", "enrich", "--sandbox")
    (case,) = lines(run("review", "--json", "--sandbox").out)
    assert [one["key"] for one in case["candidates"]] == ["arxiv:2304.09542"]

    answer = json.dumps(
        {"list": case["list"], "title": case["title"], "accept": "arxiv:2304.09542"}
    )
    Path("answers.jsonl").write_text(answer + "\n")
    with Path("answers.jsonl").open() as stdin, pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", stdin)
        assert run("review", "--json", "--apply", "--sandbox").code == 0
    run("run", "enrich", "--sandbox")

    paper = next(paper for paper in catalog() if paper["key"] == "arxiv:2304.09542")
    assert paper["resolution"]["reason_code"] == "HUMAN"
    assert paper["former_keys"]


def test_first_run_asks_no_more_than_it_must(run: Run) -> None:
    """235 ids in three requests (and one throttle), repositories in two queries."""
    run("run", "enrich", "--sandbox", "--scenario", "clean")
    report = report_of()
    asked_over_http = [row for row in links().values() if row["evidence"] == "http"]

    assert report["requests"]["arxiv"] == 3
    assert report["requests"]["github"] == 3  # two queries, and REST about one missing name
    assert report["requests"]["web"] <= 2 * len(asked_over_http)
    assert not any(
        "arxiv.org" in row["url"] for row in asked_over_http if "github" not in row["url"]
    )


def test_second_run_asks_nothing_but_what_fails_and_changes_no_byte(run: Run) -> None:
    """While all is trusted, the catalog and the link report are the same bytes."""
    run("run", "enrich", "--sandbox", "--scenario", "clean")
    first = {name: Path("data/sandbox", name).read_bytes() for name in STABLE}
    run("run", "enrich", "--sandbox", "--scenario", "clean")

    assert {name: Path("data/sandbox", name).read_bytes() for name in STABLE} == first
    failing = report_of()["counts"]["links"]["failing"] + report_of()["counts"]["links"]["dead"]
    assert sum(report_of()["requests"].values()) <= failing


STABLE = ("catalog/catalog.jsonl", "reports/links.jsonl", "history/links.jsonl")


def test_without_network_nothing_is_blamed_and_nothing_remembered(run: Run) -> None:
    """Every link that would have to be asked is unknown, and one sentence says why."""
    done = run("run", "enrich", "--sandbox", "--scenario", "no-network")
    counts = report_of()["counts"]["links"]

    assert done.code == 0
    assert "no network" in done.err
    assert report_of()["network"] == "down"
    assert counts["unknown"] > 0
    assert counts["dead"] == counts["failing"] == 0
    assert not Path("data/sandbox/history/links.jsonl").exists()
    assert report_of()["duration_s"] < 30
    assert sum(report_of()["requests"].values()) <= 12


def test_outage_after_a_good_run_keeps_what_was_known(run: Run) -> None:
    """Yesterday's values stay, marked stale, and no paper is called missing."""
    run("run", "enrich", "--sandbox", "--scenario", "clean")
    before = {paper["key"]: paper["title"] for paper in catalog()}
    done = run("run", "enrich", "--sandbox", "--scenario", "no-network", "--refresh", "all")
    papers = catalog()

    assert done.code == 0
    assert {paper["key"]: paper["title"] for paper in papers} == before
    arxiv = [paper["sources"]["arxiv"] for paper in papers if paper["arxiv"]]
    assert all(state["stale"] and state["as_of"] for state in arxiv)


def test_lost_cache_and_outage_leave_the_catalog_as_the_last_resort(run: Run) -> None:
    """A cache that was evicted empties nothing."""
    run("run", "enrich", "--sandbox", "--scenario", "clean")
    run("cache", "clear", "--sandbox")
    run("run", "enrich", "--sandbox", "--scenario", "no-network")

    tallrec = next(paper for paper in catalog() if paper["key"] == "arxiv:2305.00447")
    assert tallrec["sources"]["arxiv"]["stale"]
    assert tallrec["authors"]
    assert tallrec["repositories"][0]["stars"] is not None
    by_title = next(paper for paper in catalog() if paper["key"] == "arxiv:2305.06569")
    assert by_title["resolution"]["method"] == "title"
    assert by_title["former_keys"] == []


def test_arxiv_closed_is_answered_by_datacite(run: Run) -> None:
    """Where the API throttles for ever, the record says who has answered."""
    run("run", "enrich", "--sandbox", "--scenario", "arxiv-closed")
    parts = [paper["arxiv"] for paper in catalog() if paper["arxiv"]]

    assert {part["metadata_source"] for part in parts} == {"datacite"}
    assert report_of()["requests"]["arxiv"] == 4


def test_offline_uses_the_cache_and_sends_nothing(run: Run) -> None:
    """With a warm cache the catalog is complete; no request leaves."""
    run("run", "enrich", "--sandbox", "--scenario", "clean")
    before = Path("data/sandbox/catalog/catalog.jsonl").read_bytes()
    done = run("run", "enrich", "--sandbox", "--scenario", "clean", "--offline")

    assert done.code == 0
    assert report_of()["requests"] == {}
    assert Path("data/sandbox/catalog/catalog.jsonl").read_bytes() == before


# --- single stages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "count", "field"),
    [("parse", 377, "section"), ("resolve", 282, "resolution"), ("fetch", 282, "sources")],
)
def test_stage_prints_its_records(run: Run, stage: str, count: int, field: str) -> None:
    """One record a line on stdout, no files."""
    done = run("run", stage, "--sandbox", "--quiet")
    rows = lines(done.out)

    assert (done.code, len(rows), done.err) == (0, count, "")
    assert all(field in row for row in rows)
    assert not Path("data").exists()


def test_check_prints_links(run: Run) -> None:
    """One link a line, with every place where it stands."""
    rows = lines(run("run", "check", "--sandbox", "--quiet").out)

    assert all(row["occurrences"] and row["verdict"] for row in rows)


def test_parse_needs_no_network_and_no_sandbox(run: Run) -> None:
    """A list of one's own is parsed from its path."""
    Path("mine.md").write_text(
        "# Papers\n\n- Some Title of a Paper, ICML 2020, [[paper]](https://arxiv.org/abs/2001.04253)\n"
    )
    rows = lines(run("run", "parse", "mine.md").out)

    assert [(row["list"], row["line"], row["title"]) for row in rows] == [
        ("mine", 3, "Some Title of a Paper")
    ]


# --- exit codes -------------------------------------------------------------------------------


def test_strict_exits_3_where_something_is_to_be_done(run: Run) -> None:
    """The sandbox has dead links."""
    assert run("run", "enrich", "--sandbox", "--strict").code == 3
    assert report_of()["exit_code"] == 3


def test_strict_exits_4_where_only_the_result_is_incomplete(run: Run) -> None:
    """Nothing is known to be wrong, and nothing could be asked."""
    assert run("run", "enrich", "--sandbox", "--scenario", "no-network", "--strict").code == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "enrich"], "no list"),
        (["run", "enrich", "nowhere.md"], "nowhere.md: no such file"),
        (["run", "enrich", "https://"], "https://: is no address of a list: the host is missing"),
        (["check", "https://[list.md"], "https://[list.md: is no address of a list"),
        (["lint", "https://a b/list.md"], "https://a b/list.md: is no address of a list"),
        (["run", "enrich", "https:///list.md"], "https:///list.md: is no address of a list"),
        (["run", "enrich", "--config", "nowhere.toml"], "nowhere.toml: cannot be read (No such"),
        (["export", "bibtex", "--config", "."], ".: cannot be read (Is a directory)"),
        (["run", "enrich", "--sandbox", "--time-budget", "soon"], "--time-budget: "),
        (["run", "enrich", "--sandbox", "--refresh", "some"], "--refresh: "),
        (["run", "enrich", "--sandbox", "--scenario", "none"], "no sandbox scenario 'none'"),
        (["cache", "prune", "--older-than", "soon"], "--older-than: "),
    ],
)
def test_bad_call_is_one_clear_sentence_and_exit_2(
    run: Run, arguments: list[str], words: str
) -> None:
    """The sentence names the option or the file; nothing is written."""
    done = run(*arguments)

    assert done.code == 2
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert words in done.err
    assert not Path("data").exists()


def test_wrong_choice_is_told_in_words_of_ours(run: Run) -> None:
    """And of no library."""
    done = run("report", "--format", "nope")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(
        "error: Invalid value for '--format': 'nope' is not one of 'markdown'"
    )


def test_error_is_one_line_that_nobody_obeys(run: Run) -> None:
    """It may quote what stands in a file, or came from a script."""
    done = run("run", "enrich", "a\x1b[31m\n::error::owned ##[error]b.md")

    assert done.err == "error: a[31m ::error::owned # #[error]b.md: matches no file\n"


def test_parse_explains_one_line(run: Run, tmp_path: Path) -> None:
    """Unit, title and decision go to stdout; what is no place, or another stage, is usage."""
    path = tmp_path / "list.md"
    path.write_text("- [Otters along Rivers](https://arxiv.org/abs/2101.00001)\n", "utf-8")
    told = run("run", "parse", "--explain", f"{path}:1")
    assert told.code == 0
    assert told.out.startswith("unit: item, lines 1 to 1")
    assert told.out.endswith("decision: paper\n")
    for place in (str(path), f"{path}:x", f"{tmp_path / 'none.md'}:1", f"{path}:{'9' * 5000}"):
        assert run("run", "parse", "--explain", place).code == 2
    assert run("run", "fetch", "--explain", f"{path}:1").code == 2


def test_unknown_option_is_usage(run: Run) -> None:
    """Typer's own errors are exit 2 as well."""
    assert run("run", "enrich", "--nonsense").code == 2


def test_binary_list_is_refused_with_its_name(run: Run) -> None:
    """A list that is no text is a fault of the call."""
    Path("image.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00" * 50)
    done = run("run", "enrich", "image.md")

    assert done.code == 2
    assert "image.md" in done.err


def test_unwritable_output_is_found_before_the_run(run: Run) -> None:
    """An hour of asking is not thrown away at the end."""
    Path("taken").write_text("a file")
    done = run("run", "enrich", "--sandbox", "--out", "taken")

    assert done.code == 2
    assert "--out" in done.err
    assert not Path("cache").exists()


def test_unreadable_remote_list_is_exit_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list at all could be read: the run cannot finish."""
    done = run("run", "enrich", "--sandbox", "https://nowhere.example/list.md")

    assert done.code == 1
    assert "https://nowhere.example/list.md" in done.err or "list" in done.err


# --- cache, help ------------------------------------------------------------------------------


def test_cache_commands_count_prune_and_clear(run: Run) -> None:
    """What a run has stored can be looked at and deleted."""
    run("run", "enrich", "--sandbox", "--scenario", "clean")

    own = ("--cache-dir", "cache/sandbox-clean")
    assert "arxiv: 237" in run("cache", "info", *own).out
    assert run("cache", "prune", *own, "--older-than", "30d").out == "0 answers deleted\n"
    assert run("cache", "clear", *own).out.endswith(" answers deleted\n")
    assert "0 answers" in run("cache", "info", *own).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        *(["run", stage, "--help"] for stage in cli.STAGES),
        ["review", "--help"],
        ["explain", "--help"],
        ["index", "--help"],
        ["cache", "--help"],
        *(["cache", command, "--help"] for command in ("info", "prune", "clear")),
    ],
    ids=" ".join,
)
def test_help_of_every_command(run: Run, arguments: list[str]) -> None:
    """Every command says what it does."""
    done = run(*arguments)

    assert done.code == 0
    assert "Usage: pipeline" in done.out


def test_version(run: Run) -> None:
    """`--version` prints one line."""
    assert run("--version").out.startswith("pipeline ")


# --- the short way ----------------------------------------------------------------------------


def test_check_takes_the_readme(run: Run) -> None:
    """In a folder without a config file no list needs to be named, and results are written."""
    Path("readme.md").write_text("- [A Title of Some Paper](arxiv.org/abs/2305.00447)\n")
    done = run("check", "--offline")

    assert done.code == 0, done.err
    assert "1 entry" in done.err
    assert (catalog(Path("data"))[0]["mentions"][0]["line"]) == 1


def test_check_prefers_what_is_named(run: Run) -> None:
    """An argument comes before the config file, and that before the README."""
    for name in ("README", "one", "two"):
        Path(f"{name}.md").write_text(
            f"- [{name} {name} {name}](https://arxiv.org/abs/2305.00447)\n"
        )
    Path("pipeline.toml").write_text('[lists]\nmine = "one.md"\n')

    for words, name in ((["two.md"], "two"), ([], "mine")):
        run("check", *words, "--offline", "--quiet")
        assert [one["name"] for one in report_of(Path("data"))["lists"]] == [name]


@pytest.mark.parametrize("words", [["check"], ["run", "enrich"]])
def test_strict_may_stand_alone(run: Run, words: list[str]) -> None:
    """Before a list, before another option, at the end; or with a word of its own."""
    Path("list.md").write_text(BROKEN)
    flags = ("--sandbox", "--quiet")

    assert run(*words, "--strict", "list.md", *flags).code == 3
    assert run(*words, "list.md", *flags, "--strict").code == 3
    assert run(*words, "list.md", "--strict", "new", *flags).code == 0
    assert run(*words, "list.md", "--strict", "no", *flags).code == 0


def test_check_finds_the_lists_of_a_folder(run: Run) -> None:
    """Without a README, the Markdown files that list papers, and no others."""
    Path("docs").mkdir()
    Path("docs/papers.md").write_text(
        "- [A Title of Some Paper](https://arxiv.org/abs/2305.00447)\n"
    )
    Path("docs/manual.md").write_text("- [How to do this](https://example.org/)\n")
    run("check", "--offline", "--quiet")

    assert [one["path"] for one in report_of(Path("data"))["lists"]] == ["docs/papers.md"]


def test_check_without_any_list_says_what_to_type(run: Run) -> None:
    """An empty folder is no crash and no success."""
    done = run("check")

    assert done.code == 2
    assert "`pipeline check papers.md`" in done.err


def test_a_list_in_the_place_of_a_command(run: Run) -> None:
    """One line with the right command, and no usage of the wrong one."""
    done = run("README.md", "--offline")

    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "README.md is a list and no command" in done.err
    assert "`pipeline check README.md --offline`" in done.err


# --- resume -----------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
stop_at = int(sys.argv[1])
from pipeline.sandbox.transport import SandboxTransport
answer = SandboxTransport.handle_async_request
async def last(self, request):
    response = await answer(self, request)
    if len(self.asked) == stop_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return response
SandboxTransport.handle_async_request = last
sys.argv = ["pipeline", "run", "enrich", "--sandbox", "--scenario", "clean", "--quiet"]
from pipeline.cli.main import main
main()
"""


PATIENT = """
from pipeline.run.interrupts import interruptible
interruptible.__wrapped__.__defaults__ = (60.0,)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a run that nobody has killed."""
    folder = tmp_path_factory.mktemp("whole")
    flags = {"sandbox": True, "scenario": "clean", "out": folder, "cache_dir": folder / "cache"}
    enrich(load(flags), [], progress=Silent())
    return folder


@pytest.mark.parametrize("request_number", [1, 2, 4, 5, 8, 30])
def test_killed_run_is_resumed_where_it_stopped(run: Run, whole: Path, request_number: int) -> None:
    """After `kill -9` only what was in flight is asked again, and the catalog is the same."""
    total = sum(report_of(whole)["requests"].values())
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(request_number)],
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert killed.returncode == -9
    assert not Path("data/sandbox/catalog").exists()

    run("run", "enrich", "--sandbox", "--scenario", "clean")

    assert Path("data/sandbox/catalog/catalog.jsonl").read_bytes() == (
        (whole / "catalog/catalog.jsonl").read_bytes()
    )
    again = sum(report_of()["requests"].values())
    assert total - request_number <= again <= total - request_number + 40


def test_interrupted_run_writes_what_is_known_and_exits_130() -> None:
    """SIGINT ends the asking; the files are written, however slow the machine is here."""
    program = PATIENT + KILLED.replace("SIGKILL", "SIGINT").replace('"--quiet"', '"--verbose"')
    done = subprocess.run(
        [sys.executable, "-c", program, "3"],
        check=False,
        timeout=60,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert done.returncode == 130, done.stderr[-2000:]
    said = done.stderr.decode()
    assert "interrupted: no more requests; once more ends the run at once" in said
    asked = links().values()
    checked = sum(link["evidence"] != "none" for link in asked)
    how_far = f"after {checked} of {len(asked)} links" if checked else "before any link was checked"
    assert f"warning: the run was interrupted {how_far}: the answers so far are kept," in said
    assert "could not be reached" not in said  # the person has stopped it
    assert report_of()["exit_code"] == 130
    assert len(catalog()) == 282


def test_two_runs_at_once_on_one_cache_both_finish() -> None:
    """Both end with 0 and the same catalog."""
    commands = [
        [
            *(sys.executable, "-m", "pipeline", "run", "enrich", "--sandbox"),
            *("--scenario", "clean", "--quiet", "--out", out),
        ]
        for out in ("one", "two")
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, env=environment) for command in commands]

    assert [process.wait(120) for process in running] == [0, 0]
    one, two = (Path(out, "catalog/catalog.jsonl").read_bytes() for out in ("one", "two"))
    assert one == two


# --- the lines of a pull request --------------------------------------------------------------


def git(*arguments: str) -> None:
    """Run git in the current folder."""
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],  # noqa: S607
        check=True,
        capture_output=True,
    )


def test_only_links_of_added_lines_are_checked(run: Run) -> None:
    """Old links, old faults of the list and the rules of the ignore file are not told again."""
    old = (
        "# List\n\n## Papers\n\n"
        "- [TALLRec: An Effective and Efficient Tuning Framework](https://arxiv.org/abs/2305.00447)\n"
        "- [An Older Entry of the List](https://dylanslacks.website/Tablet)\n"
    )
    path = Path("list.md")
    path.write_text(old, "utf-8")
    Path("pipeline-ignore.toml").write_text(
        '[[ignore]]\nurl = "https://a.example/"\nreason = "x"\nexpires = 2020-01-01\n', "utf-8"
    )
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "start")
    path.write_text(old + "- [A Newer Entry of the List](https://github.com/WLiK/GLRe)\n", "utf-8")

    done = run("run", "check", "list.md", "--sandbox", "--changed-since", "HEAD")
    assert [row["url"] for row in lines(done.out)] == ["https://github.com/WLiK/GLRe"]

    done = run(
        "run", "check", "list.md", "--sandbox", "--changed-since", "HEAD", "--format", "github"
    )
    assert "file=list.md,line=7" in done.out
    assert "Tablet" not in done.out
    assert "ignore" not in done.out

    assert run("run", "enrich", "list.md", "--sandbox", "--changed-since", "HEAD").code == 2


def test_rule_for_a_host_of_no_link_is_told(run: Run) -> None:
    """As one that matches no link is; the rule for a host of the list is not."""
    Path("list.md").write_text(
        "- [A Paper of a List](https://dylanslacks.website/Tablet)\n", "utf-8"
    )
    rules = (
        f'[[accept]]\nhost = "{host}"\nstatuses = [403]\nreason = "r"\nexpires = 2999-01-01\n'
        for host in ("dylanslacks.website", "nobody.example")
    )
    Path("pipeline-ignore.toml").write_text("".join(rules), "utf-8")

    run("run", "enrich", "list.md", "--sandbox", "--scenario", "clean")

    told = json.loads(Path("data/sandbox/reports/report.json").read_text("utf-8"))["diagnostics"]
    assert [one["locations"][0]["line"] for one in told if one["code"] == "ignore-unused"] == [6]


# --- why a run ends as it does ----------------------------------------------------------------


def test_why_a_strict_run_fails_is_said(run: Run) -> None:
    """A number alone sends nobody anywhere; what could not be asked has a line of its own."""
    done = run("run", "enrich", "--sandbox", "--scenario", "arxiv-closed", "--strict")

    assert done.code == 3
    assert (
        done.err.splitlines()[-1]
        == "exit code 3: a link leads nowhere, or a paper is wrong or missing (--strict)"
    )
    assert "arXiv could not be reached for 29 titles" in done.err
    assert "exit code" not in run("run", "enrich", "--sandbox").err


IGNORED = " <!-- pipeline:ignore link-dead: it comes back -->\n"
BROKEN = "# Papers\n\n- [A Title of Some Paper](https://dylanslacks.website/Tablet)\n"


@pytest.mark.parametrize("strict", ["all", "new"])
@pytest.mark.parametrize("stage", ["enrich", "check"])
def test_a_quiet_strict_run_names_what_fails_it(run: Run, stage: str, strict: str) -> None:
    """Exit code 3 never comes without a file, a line, a column, a code and a sentence."""
    Path("list.md").write_text(BROKEN)
    done = run("run", stage, "list.md", "--sandbox", "--quiet", "--strict", strict)
    reason, last = done.err.splitlines()

    assert done.code == 3
    assert reason.startswith("list.md:3:27: link-dead ")
    assert "The host name does not exist." in reason
    assert last.startswith("exit code 3: ")


def test_the_hook_prints_lines_and_no_json(run: Run) -> None:
    """What pre-commit shows is for people, and is printed once."""
    Path("list.md").write_text(BROKEN)
    flags = ("--sandbox", "--quiet", "--strict", "--format", "text")
    done = run("run", "check", "list.md", *flags)

    assert done.code == 3
    assert done.out.startswith("list.md:3:27: link-dead ")
    assert done.out.count("\n") == 1
    assert done.err == ""


def test_an_incomplete_quiet_run_says_what_is_missing(run: Run) -> None:
    """Exit code 4 neither comes without its reason."""
    Path("list.md").write_text("- [A Title of Some Paper](https://arxiv.org/abs/2305.00447)\n")
    scenario = ("--scenario", "no-network")
    done = run("run", "enrich", "list.md", "--sandbox", *scenario, "--strict", "--quiet")

    assert done.code == 4
    assert "warning: this machine seems to have no network" in done.err
    assert done.err.splitlines()[-1].startswith("exit code 4: ")


# --- one number for one thing -----------------------------------------------------------------


def test_numbers_of_the_seeds_agree_everywhere(run: Run) -> None:
    """Terminal, run.json, report.json, report.md and links.jsonl count the same links."""
    done = run("run", "enrich", "--sandbox")
    report = json.loads(Path("data/sandbox/reports/report.json").read_text(encoding="utf-8"))
    page = Path("data/sandbox/reports/report.md").read_text(encoding="utf-8")
    verdicts = Counter(row["verdict"] for row in links().values())
    total = sum(verdicts.values())
    checked = total - verdicts["skipped"] - verdicts["unknown"]
    reported = Counter[str]()
    for one in report["diagnostics"]:
        reported[one["code"].removeprefix("link-")] += one["links"]

    assert report["counts"] == report_of()["counts"]
    assert {name: n for name, n in report["counts"]["links"].items() if n} == dict(verdicts)
    assert f"\n{total} links: " in done.err
    assert f"| Links | {total} |" in page
    assert f"Links: {checked} checked, {verdicts['skipped']} skipped, 0 unreachable." in page
    assert reported["dead"] + reported["arxiv-id-missing"] == verdicts["dead"] > 0
    assert reported["moved"] + reported["repository-renamed"] == verdicts["moved"] > 0
    for verdict in ("failing", "blocked", "malformed"):
        assert reported[verdict] == verdicts[verdict] > 0


def test_the_report_names_the_command_that_works(run: Run) -> None:
    """After a run on a list by its path, `fix` needs neither the list nor another folder."""
    Path("list.md").write_text("- [A Title of Some Paper](arxiv.org/abs/2305.00447)\n")
    run("run", "enrich", "list.md", "--sandbox", "--out", "my results", "--quiet")
    run("run", "enrich", "list.md", "--sandbox", "--out", "results", "--quiet")
    page = Path("results/reports/report.md").read_text(encoding="utf-8")
    command = re.search(r"`pipeline (fix [^`]*--write)`", page)

    assert command is not None
    assert command[1] == "fix --sandbox --out results --write"
    assert "list.md: written" in run(*command[1].split()).err
    assert "(https://arxiv.org/abs/2305.00447)" in Path("list.md").read_text()
    page = Path("my results/reports/report.md").read_text(encoding="utf-8")
    assert "`pipeline fix --sandbox --out 'my results'`" in page


def test_lint_takes_the_lists_of_the_last_run(run: Run) -> None:
    """Where neither an argument nor a config file names one."""
    Path("list.md").write_text("- [A Title of Some Paper](arxiv.org/abs/2305.00447)\n")
    run("run", "enrich", "list.md", "--offline", "--quiet")

    assert run("lint").out.startswith("list.md:1:27: link-malformed ")
    Path("list.md").unlink()
    assert run("lint").err == "error: list.md: no such file\n"


def test_a_code_is_ignored_in_a_line(run: Run) -> None:
    """The link is checked and counted, and fails no strict run any more."""
    Path("list.md").write_text(BROKEN.rstrip() + IGNORED)
    done = run("run", "enrich", "list.md", "--sandbox", "--strict", "--quiet")

    assert done.code == 0, done.err
    assert [link["verdict"] for link in links().values()] == ["dead"]
    assert "Dead" not in Path("data/sandbox/reports/report.md").read_text(encoding="utf-8")


def test_what_is_not_in_the_sandbox_is_skipped(run: Run) -> None:
    """A page, a paper and a repository that no fact is about: neither dead nor wrong."""
    Path("list.md").write_text(
        "- [A Title of Some Paper](https://arxiv.org/abs/2305.99999)"
        " [code](https://github.com/octo/nowhere) [page](https://nowhere.example/)\n"
        "- [TABLET](https://dylanslacks.website/Tablet)\n"
    )
    done = run("run", "enrich", "list.md", "--sandbox")
    (paper, *_) = catalog()
    found = links()

    assert done.code == 0
    assert "not in the sandbox" in done.err
    assert paper["findings"] == []
    assert found.pop("https://dylanslacks.website/Tablet")["verdict"] == "dead"
    assert {one["reason_code"] for one in found.values()} == {"not-in-sandbox"}
    assert {one["verdict"] for one in found.values()} == {"skipped"}
    assert len(found) == 3


def test_a_place_is_named_by_the_file_too(run: Run) -> None:
    """As editors and strict runs name it."""
    Path("list.md").write_text(BROKEN)
    run("run", "enrich", "./list.md", "--sandbox", "--quiet")

    assert "A Title of Some Paper" in run("explain", "list.md:3", "--sandbox").out
    assert (
        run("explain", "list:3", "--sandbox").out == run("explain", "./list.md:3", "--sandbox").out
    )
    assert (
        run("explain", f"{Path.cwd()}/list.md:3:1", "--sandbox").out
        == run("explain", "list:3", "--sandbox").out
    )
    assert run("explain", "list.md:3:27", "--sandbox").out.startswith(
        "https://dylanslacks.website/"
    )


# --- other lists ------------------------------------------------------------------------------


def test_a_second_list_keeps_the_results_of_the_first(run: Run) -> None:
    """It says where they are, and a command finds them there; the history is that of both."""
    Path("one.md").write_text(BROKEN)
    Path("two.md").write_text("- [A Title of Some Paper](https://arxiv.org/abs/2305.00447)\n")
    run("run", "enrich", "one.md", "--sandbox")
    first = Path("data/sandbox/reports/report.json").read_bytes()
    done = run("run", "enrich", "two.md", "--sandbox")
    kept = Path("data/sandbox/other-lists/one.md")

    assert (
        f"held results of one.md, which this run did not read: they are kept in {kept};" in done.err
    )
    assert "--out" in done.err
    assert (kept / "reports/report.json").read_bytes() == first
    assert "dylanslacks" in run("report", "--out", str(kept), "--format", "text").out
    assert "dylanslacks" in Path("data/sandbox/history/links.jsonl").read_text(encoding="utf-8")
    assert report_of()["has_changes"] is True


def test_a_list_after_another_is_not_new_again(run: Run) -> None:
    """Its report is compared with the last one about it, not with that of another list."""
    Path("one.md").write_text(BROKEN)
    Path("two.md").write_text("- [A Title of Some Paper](https://arxiv.org/abs/2305.00447)\n")
    for name in ("one.md", "two.md", "one.md"):
        done = run("run", "enrich", name, "--sandbox")

    assert "(new)" not in done.err
    assert "dylanslacks" in done.err
    report = json.loads(Path("data/sandbox/reports/report.json").read_text(encoding="utf-8"))
    assert report["previous_at"] is not None
    assert [one["is_new"] for one in report["diagnostics"] if one["code"] == "link-dead"] == [False]


def test_fix_takes_the_lists_of_the_last_run(run: Run) -> None:
    """Not those of the config file, where the run was over another: its repairs are meant."""
    malformed = "- [A Title of Some Paper](http:/lab.example/paper)\n"
    Path("mine.md").write_text("- [Another Paper](https://arxiv.org/abs/2305.00447)\n")
    Path("other.md").write_text(malformed)
    Path("pipeline.toml").write_text('out = "data"\n[lists]\nmine = "mine.md"\n')
    run("run", "enrich", "other.md", "--sandbox", "--out", "data")

    assert "--- a/other.md" in run("fix", "--out", "data").out


@pytest.mark.parametrize("stage", ["parse", "check"])
def test_a_run_that_writes_nothing_keeps_nothing(run: Run, stage: str) -> None:
    """No word of it either."""
    Path("one.md").write_text(BROKEN)
    Path("two.md").write_text(BROKEN)
    run("run", "enrich", "one.md", "--sandbox")
    done = run("run", stage, "two.md", "--sandbox")

    assert "held results" not in done.err
    assert not Path("data/sandbox/other-lists").exists()


def test_lists_of_a_file_are_read(run: Run) -> None:
    """In their order and under their names, in the sandbox too; with LIST it is refused."""
    for name in "ab":
        Path(f"{name}.md").write_text(
            f"- [A paper called {name}](https://arxiv.org/abs/2305.00447)\n"
        )
    Path("lists.tsv").write_text("second\tb.md\nfirst\ta.md\n")

    done = run("run", "parse", "--sandbox", "--lists-file", "lists.tsv")

    assert done.code == 0
    assert [json.loads(line)["list"] for line in done.out.splitlines()] == ["second", "first"]
    assert run("run", "parse", "a.md", "--lists-file", "lists.tsv").code == 2


def test_fault_in_a_file_of_lists_names_its_line(run: Run) -> None:
    """Of a line that is none, and of a source that is not there."""
    Path("lists.tsv").write_text("first\tabsent.md\n")
    assert "lists.tsv:1: absent.md: no such file" in run("check", "--lists-file", "lists.tsv").err
    Path("lists.tsv").write_text("# many\nfirst absent.md\n")
    assert "lists.tsv:2: should be" in run("check", "--lists-file", "lists.tsv").err


def test_run_takes_records_from_a_snapshot(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalog says so; only the other paper is asked about, and all are with `--refresh`."""
    monkeypatch.setenv("PIPELINE_SNAPSHOT_AGE", "9000d")
    monkeypatch.setenv("PIPELINE_CONTACT", "https://example.org/us")
    titles = {
        row["arxiv"]["id"]: row["title"]
        for row in lines(run("run", "fetch", "--sandbox").out)
        if row["arxiv"] is not None
    }
    id_, other = list(titles)[:2]
    paper = {
        "id": id_,
        "title": titles[id_],
        "comments": "out of the snapshot",
        "versions": [{"version": "v3", "created": "Mon, 2 Oct 2023 19:18:42 GMT"}],
        "update_date": "2024-08-12",
    }
    Path("snapshot.json").write_text(json.dumps(paper) + "\n")
    Path("list.md").write_text(
        "".join(f"- [{titles[one]}](https://arxiv.org/abs/{one})\n" for one in (id_, other))
    )
    assert run("index", "build", "snapshot.json", "--cache-dir", "new").code == 0

    fetch = ("run", "fetch", "list.md", "--sandbox", "--cache-dir", "new")
    parts = {row["arxiv"]["id"]: row["arxiv"] for row in lines(run(*fetch).out)}
    anew = {row["arxiv"]["id"]: row["arxiv"] for row in lines(run(*fetch, "--refresh", "all").out)}

    assert (parts[id_]["metadata_source"], parts[id_]["version"]) == ("snapshot", 3)
    assert parts[id_]["comment"] == "out of the snapshot"
    assert parts[other]["metadata_source"] == anew[id_]["metadata_source"] == "arxiv"
