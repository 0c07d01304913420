"""README and docs say what is true."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from docs.generate import anchor, generated
from pipeline import REPOSITORY, __version__
from pipeline.cli.main import STAGES, app
from pipeline.cli.report import Form
from pipeline.codes import CODES, REASONS, meanings
from pipeline.errors import ACTIONABLE, INCOMPLETE, INTERRUPTED
from pipeline.formats.files import FILES, HISTORY, OTHER_LISTS
from pipeline.formats.report_json import Diagnostic, LinkReport
from pipeline.formats.run_json import RunReport
from pipeline.links.ignores import Ignores, ignores_of, is_ignored, parse_ignores
from pipeline.publishing.pulls import CATALOG, FIXES
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth, LinkHistory, Verdict
from pipeline.repair.fixes import KNOWN
from pipeline.sandbox.scenarios import SCENARIOS
from pipeline.settings import HIDDEN, TABLES, Settings, load
from pipeline.sources.web.page import BODY_CAP
from pipeline.sources.web.prober import SAMPLE, THROTTLED_TRIES, Manners
from pipeline.stages.parse import parse
from pipeline.works.candidates import MIN_WORDS
from pipeline.works.decisions import DECISIONS
from pipeline.works.matching import (
    ACCEPTED_RATIO,
    ACCEPTED_RATIO_ALONE,
    EARLIEST_YEAR,
    LATEST_YEAR,
    REVIEW_RATIO,
    REVIEW_RATIO_WITH_AUTHOR,
)
from tests.test_workflows import ACTION, WORKFLOWS, schema, steps
from tests.test_workflows import load as load_yaml

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
README = PAGES["README.md"]
CI, COMMANDS_PAGE, DESIGN, FILES_PAGE, FIX, LINKS, POLITENESS, SETTINGS = (
    PAGES[f"docs/{name}.md"]
    for name in ("ci", "commands", "design", "files", "fix", "links", "politeness", "settings")
)
MOST_WORDS = 1_200
FIRST_PAGES = ("README.md", "docs/getting-started.md")
ALL = "\n".join(PAGES.values())
COMMIT = "0" * 40

every_page = pytest.mark.parametrize("page", PAGES)


def invoke(*arguments: str) -> Result:
    """Run a command as the README shows it: 100 columns, no colours."""
    return CliRunner().invoke(
        app, arguments, prog_name="pipeline", env={"COLUMNS": "100", "NO_COLOR": "1"}
    )


# --- how the pages are read -------------------------------------------------------------------


def rows(heading: str, page: str = README) -> dict[str, list[str]]:
    """Return the cells of the first table at or below a line, by the first cell."""
    _, found, below = page.partition(f"\n{heading}\n")
    assert found, heading
    table: dict[str, list[str]] = {}
    for line in (heading + "\n" + below).split("\n"):
        if line.startswith("|"):
            first, *rest = [cell.strip() for cell in line.strip("|").split(" | ")]
            table[first.strip("`| ")] = rest
        elif table and not line.strip():
            break
    return table


def names(heading: str, page: str) -> set[str]:
    """Return the names in the first cells of a table's rows: `a`, `b` are two."""
    cells = [cell for cell in rows(heading, page) if not re.fullmatch(r"[-:| ]+", cell)]
    return {name.strip("` ") for cell in cells[1:] for name in cell.split("`, `")}


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def prose(page: str) -> str:
    """Return a page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)


def anchors(page: str) -> set[str]:
    """Return what GitHub makes of headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    words = (re.sub(r"[^\w -]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in words}


# --- commands ---------------------------------------------------------------------------------


def leaves(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(leaves(typer.main.get_command(app)))


def options(command: str) -> set[str]:
    """Return the long options of a command."""
    written = [option for one in COMMANDS[command].params for option in one.opts]
    return {option for option in written if option.startswith("--")}


def shown_lines() -> Iterator[str]:
    """Yield what the pages show of commands: lines of consoles and workflows, and code in words."""
    for page in PAGES.values():
        for text in (*blocks(page, "console"), *blocks(page, "yaml")):
            yield from text.split("\n")
        yield from re.findall(r"`(pipeline [^`\n]+)`", prose(page))


def calls() -> Iterator[tuple[str, str]]:
    """Yield each command that is shown, with the words behind it."""
    for line in shown_lines():
        for part in re.split(r"\s\|\s|\s#\s", line):
            match = re.search(r"\bpipeline ([a-z]+(?: [a-z]+)?)(.*)", part)
            if match is None:
                continue
            first = match[1].partition(" ")[0]
            name = match[1] if match[1] in COMMANDS else first
            if name in COMMANDS:
                yield name, match[2]


def test_every_command_has_help() -> None:
    """The help of each stage begins with what it does."""
    for stage, words in STAGES.items():
        assert words.partition(".")[0] in " ".join(invoke("run", stage, "--help").output.split())


def test_commands_are_in_the_table() -> None:
    """Every command, and no other."""
    assert names("| command | what it does |", COMMANDS_PAGE) == COMMANDS.keys()


@pytest.mark.parametrize(
    "command",
    [name for name in COMMANDS if name.split()[0] in ("fix", "report", "publish", "lint")],
)
def test_every_option_is_named(command: str) -> None:
    """Whoever reads README and docs has heard of each."""
    for option in options(command) - {"--help"}:
        assert re.search(rf"{option}(?![\w-])", ALL), option


def test_options_that_are_shown_exist() -> None:
    """What stands behind a command is an option of that command."""
    found = list(calls())

    assert len(found) > 30
    for command, words in found:
        for option in re.findall(r"(?<!\S)--[a-z-]+", words):
            assert option in options(command), f"{command} {words}"


def test_commands_that_are_shown_exist() -> None:
    """A line of a console that starts the program names a command."""
    groups = {name.split()[0] for name in COMMANDS}
    for page in PAGES.values():
        for line in "".join(blocks(page, "console")).split("\n"):
            match = re.match(r"\$ (?:\S*/)?pipeline (\S+)", line)
            assert match is None or match[1] in groups, line


def typed(page: str) -> Iterator[list[str]]:
    """Yield the commands of a page's consoles, as words, without what a pipe or a file gets."""
    for text in blocks(PAGES[page], "console"):
        for line in re.findall(r"^\$ (?:paper-list-)?pipeline (.+)$", text, re.MULTILINE):
            yield shlex.split(re.split(r"\s[|>]\s", line)[0], comments=True)


ELSEWHERE = re.compile(r"github:|--changed-since|^(publish|index|init|doctor)\b")
"""What needs a network, a repository or an index is run by the tests of its command."""


@every_page
def test_commands_of_the_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, in a folder with a README; only the first pages have no run behind them."""
    monkeypatch.chdir(tmp_path)
    entry = "- [A Title of a Paper](https://arxiv.org/abs/2305.00447) [code](htp://x.example/a)\n"
    (tmp_path / "README.md").write_text(f"# List\n\n## Papers\n\n{entry}", encoding="utf-8")
    found = [words for words in typed(page) if not ELSEWHERE.search(" ".join(words))]
    if page not in FIRST_PAGES:
        found.insert(0, ["check", "README.md"])
    for words in found:
        takes = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
        sandbox = ["--sandbox"] if "--sandbox" in options(takes) - {*words} else []
        result = CliRunner().invoke(app, [*words, *sandbox])
        assert result.exit_code in (0, ACTIONABLE), f"{words} {result.output}"
    assert (tmp_path / "data/sandbox/reports/report.md").is_file()


def test_first_pages_show_commands() -> None:
    """And all docs together show many."""
    assert all(len(list(typed(page))) >= 3 for page in FIRST_PAGES)
    assert sum(len(list(typed(page))) for page in PAGES) > 20


@every_page
def test_commands_of_consoles_are_understood(page: str) -> None:
    """Every option is one, and takes as many words as it is given."""
    for words in typed(page):
        assert invoke(*words, "--help").exit_code == 0, words


def test_exit_codes_are_in_the_table() -> None:
    """Every code that a command can end with, and no other."""
    codes = {0, 1, 2, ACTIONABLE, INCOMPLETE, INTERRUPTED}

    assert names("| exit code | means | of |", COMMANDS_PAGE) == set(map(str, codes))


def test_report_forms_are_in_the_table() -> None:
    """Every word that `--format` takes."""
    assert names("| `--format` | what it is | what to know |", FILES_PAGE) == set(get_args(Form))


def test_repairs_are_in_the_table() -> None:
    """Every code that `--only` takes, and those that have a meaning are explained."""
    shown = names("| code | what becomes of the link | on what ground |", FIX)

    assert shown == set(KNOWN)
    assert all(map(meanings, shown))


# --- settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - HIDDEN - TABLES))
def test_defaults_of_the_table_are_the_defaults(name: str, tmp_path: Path) -> None:
    """Each can be written into a config file as it stands there, and changes nothing."""
    shown = rows("| setting | default | meaning |", SETTINGS)[name][0]
    path = tmp_path / "pipeline.toml"
    path.write_text("" if shown == "not set" else f"{name} = {shown.strip('`')}\n", "utf-8")

    assert getattr(load({}, path), name) == Settings.model_fields[name].default


@every_page
def test_settings_that_are_shown_exist(page: str) -> None:
    """`name = value` in a sentence is a line of the config file."""
    keys = {"expires"} if page == "docs/links.md" else set()
    for name in re.findall(r"`([a-z_]+) = [^`]+`", prose(PAGES[page])):
        assert name in set(Settings.model_fields) - HIDDEN | keys


def test_config_file_loads(tmp_path: Path) -> None:
    """As it is, and with every line that is a comment now taken in."""
    text = (ROOT / "pipeline.toml").read_text(encoding="utf-8")
    shown = re.sub(r'^# (?=\[|[a-z_]+ = |")', "", text, flags=re.MULTILINE)
    path = tmp_path / "pipeline.toml"
    path.write_text(shown, encoding="utf-8")

    assert load({}, ROOT / "pipeline.toml").lists
    assert load({}, path).host_intervals
    assert tomllib.loads(shown).keys() > tomllib.loads(text).keys()


def test_config_file_of_the_docs_loads(tmp_path: Path) -> None:
    """The example of lists."""
    (text,) = blocks(SETTINGS, "toml")
    path = tmp_path / "pipeline.toml"
    path.write_text(text, encoding="utf-8")

    assert load({}, path).lists["graphs"] == ("docs/a.md", "docs/b.md")


# --- files and fields -------------------------------------------------------------------------


def field_names(record: Any) -> set[str]:
    """Return the fields of a record."""
    if is_dataclass(record):
        return {field.name for field in fields(record)}
    return set(record.model_fields)


def test_files_are_in_the_table() -> None:
    """Every file that a run writes, what it keeps, and the two that other commands write."""
    shown = names("| file | what it holds |", FILES_PAGE)

    assert shown == {*FILES, DECISIONS, "fixes/*.patch", f"{OTHER_LISTS}/"}


@pytest.mark.parametrize(
    ("heading", "record"),
    [
        ("## `catalog/catalog.jsonl`", Paper),
        ("## `reports/links.jsonl`", LinkHealth),
        ("## `reports/report.json`", LinkReport),
        ("| field of a diagnostic | meaning |", Diagnostic),
        ("## `history/links.jsonl`", LinkHistory),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_fields_are_in_the_table(heading: str, record: Any) -> None:
    """Every field of every file, and no other."""
    assert names(heading, FILES_PAGE) == field_names(record)


def test_fields_of_the_run_are_named() -> None:
    """`run.json` has no table, but all its names."""
    _, _, below = FILES_PAGE.partition("## `run.json`")

    for name in field_names(RunReport) - {"schema_version"}:
        assert f"`{name}`" in below


@pytest.mark.parametrize("page", ["README.md", "docs/links.md"])
def test_verdicts_are_in_the_table(page: str) -> None:
    """Short in the README, whole in the docs."""
    heading = "| verdict | means |" if page == "README.md" else "## Verdicts"

    assert names(heading, PAGES[page]) == set(get_args(Verdict))


def test_union_merge_names_the_files() -> None:
    """The history and the decisions, below the folder that is the default."""
    for page in (POLITENESS, LINKS):
        (text,) = blocks(page, "gitattributes")
        out = Settings.model_fields["out"].default
        wanted = [f"{out / name} merge=union" for name in (HISTORY, DECISIONS)]
        assert text.splitlines() == wanted


# --- how links are asked ----------------------------------------------------------------------


def test_numbers_of_the_web_are_those_of_the_code() -> None:
    """What is said of pages and pace."""
    manners = Manners()
    words = ("no", "one", "two", "three", "four", "five")

    assert f"its first {SAMPLE // 1024} KB" in LINKS
    assert f"first {SAMPLE // 1024} KB of each" in POLITENESS
    assert f"{BODY_CAP // 1024} KB on the few hosts" in LINKS
    for name, value in (
        ("web_interval", f"{manners.interval * 1000:.0f} ms"),
        ("web_interval_shortest", f"{manners.shortest_interval * 1000:.0f} ms"),
        ("web_interval_longest", f"{manners.longest_interval:.0f} s"),
        ("web_in_flight", str(manners.in_flight)),
        ("web_concurrency", str(manners.requests_at_once)),
        ("longest_wait", f"{manners.longest_wait / 60:.0f} min"),
    ):
        assert f"`{name}` ({value})" in LINKS
    assert f"else {manners.throttled_pause:.0f} s" in LINKS
    assert f"once more after {manners.pause:.0f} s" in LINKS
    assert f"requested {words[THROTTLED_TRIES]} times at most" in LINKS


# --- what is left alone -----------------------------------------------------------------------


def ignored_in_docs() -> Ignores:
    """Return what the example of the ignore file asks for."""
    (text,) = blocks(LINKS, "toml")
    return ignores_of(parse_ignores(text, "the docs"), (), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("url", "is_ignored"),
    [
        ("https://www.example.org/proceedings/2021/paper.pdf", True),
        ("https://www.example.org/proceedings/2021/other.pdf", False),
        ("https://intranet.example.org/a/b", True),
        ("https://static.example.net/mirror/x", True),
        ("https://static.example.net/x", False),
    ],
)
def test_ignore_file_of_the_docs(url: str, is_ignored: bool) -> None:
    """The example can be read, and its rules match what they are about."""
    assert (ignored_in_docs().reason(url) is not None) is is_ignored


def test_keys_of_an_ignore_rule() -> None:
    """The table has those that a rule takes, and a rule with all of them is one."""
    keys = names("| key | |", LINKS.replace("` or `", "`, `"))
    rule = (
        '[[ignore]]\nurl = "https://example.org/"\nreason = "a"\nexpires = 2027-01-01\nby = "b"\n'
        'code = "wrong-paper"\n'
    )

    assert keys == {*tomllib.loads(rule)["ignore"][0], "pattern"}
    assert parse_ignores(rule, "the report")


def test_comment_of_the_docs() -> None:
    """One line is ignored, for the reason that it gives; of the other, a code alone."""
    line, code = (parse(text, name="list") for text in blocks(LINKS, "markdown"))

    assert line.ignored == {1: "members only"}
    assert is_ignored(line, 1, "retitled")
    assert is_ignored(code, 1, "wrong-paper")
    assert not is_ignored(code, 1, "retitled")


# --- in CI ------------------------------------------------------------------------------------


OURS = f"{REPOSITORY}@{COMMIT}"


def workflow_of_docs() -> dict[Any, Any]:
    """Return the workflow to copy, a commit in the place of the word."""
    (shown,) = [text for text in blocks(CI, "yaml") if text.startswith("name:")]
    data: dict[Any, Any] = yaml.safe_load(shown.replace("COMMIT", COMMIT))
    data["on"] = data.pop(True)
    return data


@pytest.mark.parametrize(
    "left_out", [(), ("issue",), ("pull-requests",), ("issue", "pull-requests")]
)
def test_workflow_of_the_docs_matches_the_schema(left_out: tuple[str, ...]) -> None:
    """As it is, and without either of the jobs that publish."""
    workflow = workflow_of_docs()
    jobs = {name: job for name, job in workflow["jobs"].items() if name not in left_out}

    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(workflow | {"jobs": jobs})
    assert len(jobs) == 3 - len(left_out)
    assert {job.get("needs", "enrich") for job in jobs.values()} == {"enrich"}


def test_workflow_of_the_docs_pins_what_the_workflows_pin() -> None:
    """By commit, and by the same ones, so that they are renewed together."""
    pinned = {
        step["uses"]
        for path in (*WORKFLOWS, ACTION)
        for step in steps(load_yaml(path))
        if "@" in step.get("uses", "")
    }
    used = {step["uses"] for step in steps(workflow_of_docs()) if "uses" in step}

    assert used - pinned == {OURS}


def test_workflow_of_the_docs_is_safe() -> None:
    """Each job may write what it publishes; no token left behind, no expression in a script."""
    workflow = workflow_of_docs()
    jobs = workflow["jobs"]

    assert workflow["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "enrich": {"contents": "read"},
        "issue": {"contents": "read", "issues": "write"},
        "pull-requests": {"contents": "write", "pull-requests": "write"},
    }
    assert all(job["timeout-minutes"] <= 60 for job in jobs.values())
    assert workflow["concurrency"]["cancel-in-progress"] is False
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_workflow_of_the_docs_publishes_as_ours() -> None:
    """From the default branch alone, only after a run that ended well, on odd minutes."""
    workflow, ours = workflow_of_docs(), load_yaml(ROOT / ".github" / "workflows" / "enrich.yml")
    (schedule,) = workflow["on"]["schedule"]

    assert int(schedule["cron"].split()[0]) % 5
    assert len(schedule["cron"].split()[4].split(",")) == 2
    for name in ("issue", "pull-requests"):
        job = workflow["jobs"][name]
        assert job["if"] == ours["jobs"][name]["if"]
        (setup,) = [step for step in job["steps"] if step.get("uses") == OURS]
        assert setup["with"] == {"setup-only": True}
        assert "pipeline run" not in str(job)


MOST_LINES = 15


def workflow_of_readme() -> dict[Any, Any]:
    """Return the workflow to paste."""
    (shown,) = blocks(README, "yaml")
    data: dict[Any, Any] = yaml.safe_load(shown)
    data["on"] = data.pop(True)
    return data


def test_workflow_of_the_readme_is_short_and_whole() -> None:
    """At most 15 lines, valid, at an odd minute twice a week, with a time limit."""
    (shown,) = blocks(README, "yaml")
    workflow = workflow_of_readme()
    (job,) = workflow["jobs"].values()
    (schedule,) = workflow["on"]["schedule"]

    assert len(shown.splitlines()) <= MOST_LINES
    jsonschema.Draft7Validator(schema("github-workflows.json")).validate(workflow)
    assert workflow["permissions"] == {"contents": "read", "issues": "write"}
    assert job["timeout-minutes"] <= 60
    assert int(schedule["cron"].split()[0]) % 5
    assert len(schedule["cron"].split()[4].split(",")) == 2


def test_workflow_of_the_readme_uses_what_there_is() -> None:
    """The action at the tag of this version, with its inputs, and the checkout that ours use."""
    (job,) = workflow_of_readme()["jobs"].values()
    checkout, ours = job["steps"]
    known = [step["uses"] for step in steps(workflow_of_docs()) if "uses" in step]

    assert checkout["uses"] in known
    assert checkout["with"] == {"persist-credentials": False}
    assert ours["uses"] == f"{REPOSITORY}@v{__version__}"
    assert ours["with"].keys() <= load_yaml(ACTION)["inputs"].keys()
    assert f"`@v{__version__}`" in CI


def test_workflow_of_the_docs_hands_over_what_is_published() -> None:
    """The list as repaired and every result go from one job to the others, under one name."""
    jobs = workflow_of_docs()["jobs"]
    (upload,) = [step for step in steps(workflow_of_docs()) if "upload-artifact" in str(step)]
    files = upload["with"]["path"].split()

    assert files[0] == "README.md"
    assert {f"data/{name}" for name in FILES} == {
        f"data/{name}"
        for name in FILES
        for file in files
        if f"data/{name}" == file or f"data/{name}".startswith(f"{file}/")
    }
    for name in ("issue", "pull-requests"):
        (download,) = [step for step in jobs[name]["steps"] if "download-artifact" in str(step)]
        assert download["with"] == {"name": upload["with"]["name"]}
    scripts = [step["run"] for step in steps(workflow_of_docs()) if "run" in step]
    assert [re.sub(" --run-url.*", "", script) for script in scripts] == [
        "pipeline fix --write README.md",
        "pipeline publish issue --write",
        "pipeline publish fixes README.md --write",
        "pipeline publish catalog --write",
    ]


def test_inputs_of_the_action_exist() -> None:
    """Whatever the examples hand over, the action takes."""
    inputs = load_yaml(ACTION)["inputs"]
    for text in blocks(CI, "yaml"):
        data = yaml.safe_load(text)
        found = data if isinstance(data, list) else []
        for step in (*found, *steps(workflow_of_docs())):
            if step.get("uses", "").startswith(REPOSITORY):
                assert step["with"].keys() <= inputs.keys()


def test_hooks_are_in_the_table() -> None:
    """Those that there are, and the example for pre-commit names two of them."""
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (example,) = [text for text in blocks(CI, "yaml") if text.startswith("repos:")]
    (repo,) = yaml.safe_load(example)["repos"]

    assert names("| hook | what it does | network |", CI) == hooks
    assert {hook["id"] for hook in repo["hooks"]} < hooks
    assert all(re.search(hook["files"], "README.md") for hook in repo["hooks"])


# --- the pages themselves ---------------------------------------------------------------------


@every_page
def test_links_between_pages_lead_somewhere(page: str) -> None:
    """Files are there, and headings too."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(PAGES[page])):
        if re.match(r"https?:", target):
            continue
        name, _, heading = target.partition("#")
        path = ((ROOT / page).parent / name).resolve() if name else ROOT / page
        assert path.exists(), target
        if heading:
            assert heading in anchors(path.read_text(encoding="utf-8")), target


@every_page
def test_files_that_are_named_exist(page: str) -> None:
    """Modules, tests and benchmarks that a page points at."""
    paths = r"`((?:pipeline|tests|benchmarks|\.github|docs)/[\w./-]+)`"
    branches = {FIXES.branch, CATALOG.branch}
    for name in re.findall(paths, prose(PAGES[page])):
        assert name in branches or (ROOT / name).exists(), name


def test_every_page_is_in_the_index() -> None:
    """A page that nothing leads to is not read."""
    linked = set(re.findall(r"\]\((\w[\w-]*\.md)\)", PAGES["docs/README.md"]))

    assert linked == {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert "](docs/README.md)" in README


def test_readme_is_short() -> None:
    """What takes longer to read stands in docs/."""
    assert len(README.split()) <= MOST_WORDS


def test_what_is_made_from_the_code_is_current() -> None:
    """`make docs` would change nothing: tables, help, schemas, the picture."""
    stale = [path.name for path, text in generated() if path.read_text("utf-8") != text]

    assert stale == [], "run `make docs`"


def test_codes_are_where_reports_look_for_them() -> None:
    """Each code of a finding, a verdict or a reason is the name of a heading."""
    page = PAGES["docs/codes.md"]

    assert len(CODES) > 100
    assert {anchor(code) for code in CODES} <= anchors(page)
    assert all(code.meaning in page and code.to_do in page for code in CODES)


def test_comparison_of_the_readme_is_what_was_measured() -> None:
    """Each row has the figures of docs/benchmarks.md, whatever columns it leaves out."""
    head, *shown = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in README.partition("## How it compares")[2].split("\n")
        if line.startswith("|") and "---" not in line
    ]
    assert len(shown) == 4
    columns, *lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGES["docs/benchmarks.md"].partition("World `faults`")[2].split("\n")
        if line.startswith("|") and "---" not in line
    ]
    begin = next(n for n, line in enumerate(lines) if line[0] == "3,000")
    end = next(n for n, line in enumerate(lines) if line[0] == "30,000")
    known = {line[1]: dict(zip(columns, line, strict=True)) for line in lines[begin:end]}
    for row in shown:
        assert [known[row[0]][column] for column in head] == row


def test_benchmarks_are_in_the_table() -> None:
    """Every script that can be started."""
    scripts = {
        path.name
        for path in (ROOT / "benchmarks").glob("*.py")
        if "def main(" in path.read_text(encoding="utf-8")
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    }
    shown = names("| script | what it shows | needs |", PAGES["docs/benchmarks.md"])

    assert shown == scripts - {"link_world_server.py", "link_world_measure.py"}


def test_scenarios_are_in_the_table() -> None:
    """Every scenario that `--scenario` takes."""
    assert set(SCENARIOS) <= set(rows("## The sandbox", PAGES["docs/getting-started.md"]))


def test_dependencies_have_their_reasons() -> None:
    """Every package of pyproject.toml stands in the table, and no other."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"\ndependencies = \[\n(.*?)\n\]", text, re.DOTALL)
    assert block is not None
    listed = set(re.findall(r'"([A-Za-z0-9_-]+)', block[1]))

    assert names("## Dependencies", DESIGN) == listed


def test_every_reason_is_one_sentence() -> None:
    """The closed vocabulary reads well in a report."""
    for code, sentence in REASONS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
        assert sentence.endswith(".")
        assert "\n" not in sentence


CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def test_changelog_keeps_its_form() -> None:
    """Keep a Changelog 1.1: the newest first, each release with its day, kinds in their order."""
    _, *releases = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)
    heads = [release.partition("\n")[0] for release in releases]
    versions = [
        re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", one) for one in heads[1:]
    ]
    numbers = [tuple(map(int, one.groups()[:3])) for one in versions if one]

    assert heads[0] == "[Unreleased]"
    assert len(numbers) == len(versions)
    assert numbers == sorted(set(numbers), reverse=True)
    for release in releases:
        kinds = re.findall(r"^### (.+)$", release, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds]


def test_changelog_has_entries_of_one_form() -> None:
    """Each begins with a capital or a code, ends with a full stop, and stands below a kind."""
    below = CHANGELOG.partition("\n### ")[2]
    entries = re.split(
        r"^- ", re.sub(r"^#+ .*$", "", below, flags=re.MULTILINE), flags=re.MULTILINE
    )[1:]

    assert len(entries) > 20
    for entry in entries:
        text = " ".join(entry.split())
        assert re.match(r"[A-Z`“]", text), text
        assert text.endswith((".", ".)")), text


def test_changelog_knows_this_version() -> None:
    """A release without an entry is no release."""
    assert f"## [{__version__}] - " in CHANGELOG or "## [Unreleased]" in CHANGELOG


def test_limits_of_matching_are_those_of_the_code() -> None:
    """What is said of titles."""
    page = PAGES["docs/matching.md"]

    assert f"with {MIN_WORDS} words or more" in page
    assert f"{-EARLIEST_YEAR} year before the paper's to {LATEST_YEAR} after" in page
    assert f"is similar by {ACCEPTED_RATIO:.0f} % |" in page
    assert f"is similar by {ACCEPTED_RATIO_ALONE:.0f} % |" in page
    assert (
        f"is similar by {REVIEW_RATIO:.0f} %, or by {REVIEW_RATIO_WITH_AUTHOR:.0f} % with" in page
    )
