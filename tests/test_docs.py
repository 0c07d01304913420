"""README and docs say what is true; `test_docs_…` are of single pages."""

import ast
import re
import tomllib
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from docs.generate import anchor, generated
from pipeline import __version__
from pipeline.codes import CODES, REASONS
from pipeline.formats.files import EVENTS, FILES, HISTORY, OTHER_LISTS
from pipeline.formats.report_json import Diagnostic, LinkReport
from pipeline.formats.run_json import RunReport
from pipeline.links.ignores import Ignores, ignores_of, is_ignored
from pipeline.links.rules import parse_rules
from pipeline.publishing.additions import proposal_of
from pipeline.publishing.pulls import CATALOG, FIXES
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth, LinkHistory, Verdict
from pipeline.sandbox.scenarios import SCENARIOS
from pipeline.settings.loading import load
from pipeline.settings.model import HIDDEN, TABLES, Settings
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
from tests.pages import (
    DESIGN,
    FILES_PAGE,
    LINKS,
    PAGES,
    POLITENESS,
    README,
    ROOT,
    SETTINGS,
    anchors,
    blocks,
    every_page,
    names,
    prose,
    rows,
)

MOST_WORDS = 1_200


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
        wanted = [f"{out / name} merge=union" for name in (HISTORY, EVENTS, DECISIONS)]
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
    text = "".join(blocks(LINKS, "toml"))
    return ignores_of(parse_rules(text, "the docs"), (), date(2026, 11, 22))


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
    assert parse_rules(rule, "the report")


def test_comment_of_the_docs() -> None:
    """One line is ignored, for the reason that it gives; of the other, a code alone."""
    line, code = (parse(text, name="list") for text in blocks(LINKS, "markdown"))

    assert line.ignored == {1: "members only"}
    assert is_ignored(line, 1, "retitled")
    assert is_ignored(code, 1, "wrong-paper")
    assert not is_ignored(code, 1, "retitled")


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
    branches = {FIXES.branch, CATALOG.branch, proposal_of(12).branch}
    for name in re.findall(paths, prose(PAGES[page])):
        assert name in branches or (ROOT / name).exists(), name


def test_every_page_is_in_the_index() -> None:
    """A page that nothing leads to is not read."""
    linked = set(re.findall(r"\]\((\w[\w-]*\.md)\)", PAGES["docs/README.md"]))

    assert linked == {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert "](docs/README.md)" in README


def test_readme_names_the_two_commands_of_a_copy() -> None:
    """One runs the sandbox, one every check; both set up what they need."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"`make (\w+)`", README))

    assert commands == {"run", "test"}
    assert all(re.search(rf"^{name}: .*", makefile, re.MULTILINE) for name in commands)


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
    """Every package of pyproject.toml stands in the table, and no other; those of extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    needed = [*project["dependencies"], *(one for extra in extras for one in extra)]
    listed = {re.split(r"[^A-Za-z0-9_-]", one)[0] for one in needed}

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
