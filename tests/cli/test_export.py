"""The command `pipeline export`, and the exports of a run."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import PipelineError
from pipeline.formats import jsonl
from pipeline.formats.exports.forms import FORMS
from pipeline.records.events import Change
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.works.events import event_of
from tests.formats.exports.works_by_hand import LINKS, PAPERS


@pytest.fixture(autouse=True)
def _results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The results of a run, in the folder where the command is started."""
    monkeypatch.chdir(tmp_path)
    for name, records in (("catalog/catalog.jsonl", PAPERS), ("reports/links.jsonl", LINKS)):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True)
        path.write_text(jsonl.render(records), encoding="utf-8")


def invoke(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["export", *arguments])


def refusal(result: Result) -> tuple[int, str]:
    """Return exit code and sentence of what the program refuses."""
    assert isinstance(result.exception, PipelineError)
    return result.exception.exit_code, str(result.exception)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_makes_something(form: str) -> None:
    """On stdout, or in files below the results; twice the same."""
    first, second = invoke(form), invoke(form)

    assert first.exit_code == 0
    assert first.stdout_bytes == second.stdout_bytes
    folder = Path("data/reports/site" if form == "page" else f"data/exports/{form}")
    assert first.stdout_bytes or any(folder.iterdir())
    assert "has not changed" in second.stderr or first.stdout_bytes


def test_pages_of_what_has_left_go(tmp_path: Path) -> None:
    """A site that is written anew keeps no page of a paper that left, and what is not its own."""
    site = tmp_path / "data/reports/site"
    invoke("page")
    pages = set(site.glob("papers/*.html"))
    (site / "papers/mine.html").write_text("mine")

    catalog = tmp_path / "data/catalog/catalog.jsonl"
    catalog.write_text(jsonl.render(PAPERS[:1]), encoding="utf-8")
    invoke("page")

    left = set(site.glob("papers/*.html")) - {site / "papers/mine.html"}
    assert len(pages) == len(PAPERS)
    assert len(left) == 1
    assert (site / "papers/mine.html").exists()


@pytest.mark.parametrize("form", ["bibtex", "csv", "page"])
def test_a_place_that_cannot_be_written_is_a_wrong_call(form: str) -> None:
    """Named, with exit code 2."""
    Path("file").touch()

    code, sentence = refusal(invoke(form, "--out", "file/below"))

    assert code == 2
    assert sentence.startswith("--out file")
    assert Path("file").is_file()


def test_badge_of_a_part() -> None:
    """It counts the links of the list, or of the papers below the heading."""
    path = Path("data/reports/links.jsonl")
    known: tuple[tuple[str, Verdict, str | None], ...] = (
        ("seeds", "dead", None),
        ("seeds", "alive", PAPERS[0].key),
        ("other", "alive", None),
    )
    links = [
        LinkHealth(
            url=f"https://{name}.example/",
            verdict=verdict,
            reason_code="x",
            reason="",
            evidence="http",
            occurrences=(Occurrence(list=name, line=1, column=1, role="other", paper=paper),),
        )
        for name, verdict, paper in known
    ]
    path.write_text(jsonl.render(links), encoding="utf-8")
    section = PAPERS[0].mentions[0].section[-1]

    def message(*arguments: str) -> str:
        return str(json.loads(invoke("badge", *arguments).stdout)["message"])

    assert message("--list", "other").startswith("100 % healthy")
    assert message("--list", "seeds").startswith("50 % healthy")
    assert message("--section", section).startswith("100 % healthy")


def test_feeds_of_a_part() -> None:
    """What happened to works of the list or section; nothing of the catalog is asked for."""
    events = [
        event_of(
            Change(
                id=name, kind="added", key=name, title=name, lists=(name,), section=("Ranking",)
            ),
            datetime(2026, 3, 1, tzinfo=UTC),
        )
        for name in ("seeds", "other")
    ]
    path = Path("data/history/events.jsonl")
    path.parent.mkdir()
    path.write_text(jsonl.render(events), encoding="utf-8")

    def added(*arguments: str) -> list[str]:
        result = invoke("jsonfeed", "--out", "feeds", *arguments)
        assert result.exit_code == 0
        return [one["title"] for one in json.loads(Path("feeds/added.json").read_text())["items"]]

    assert sorted(added()) == ["other", "seeds"]
    assert added("--list", "other") == ["other"]
    assert sorted(added("--section", "ranking")) == ["other", "seeds"]
    assert added("--section", "Papers") == []


def test_the_help_names_every_form() -> None:
    """It is written out, for the forms themselves are too heavy for `--help`."""
    words = set(re.findall(r"\w+", invoke("--help").stdout))

    assert set(FORMS) <= words


def test_a_choice_of_list_and_section() -> None:
    """Names and headings are those of the catalog."""
    assert invoke("bibtex", "--list", "other").stdout.count("@misc") == 1
    assert len(json.loads(invoke("csl", "--section", "ranking").stdout)) == 3
    assert invoke("jsonl", "--list", "other").stdout == jsonl.render(PAPERS[:1])


def test_a_file_of_ones_choice() -> None:
    """Written whole, and told."""
    result = invoke("sqlite", "--out", "some/where.db")

    assert result.exit_code == 0
    assert "some/where.db: written" in result.stderr
    with closing(sqlite3.connect("some/where.db")) as database:
        assert database.execute("SELECT count(*) FROM papers").fetchone() == (4,)
    assert invoke("csv", "--out", "tables").exit_code == 0
    assert Path("tables/datapackage.json").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("endnote",), "endnote: no such form; there are bibtex, csl,"),
        (("bibtex", "--list", "mine"), "--list mine: no such list; there are other, seeds"),
        (
            ("bibtex", "--section", "Rankin"),
            "--section Rankin: no paper is below it; similar: Ranking",
        ),
        (("ris", "--ascii"), "--ascii goes with bibtex"),
        (("ris", "--template", "t.j2"), "--template goes with markdown"),
        (("markdown", "--template", "t.j2"), "t.j2: cannot be read"),
        (("bibtex", "--results", "nowhere"), "nowhere: no catalog exists there"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    """With exit code 2, and nothing is written."""
    code, said = refusal(invoke(*arguments))

    assert code == 2
    assert sentence in said
    assert not Path("data/exports").exists()


def test_a_run_writes_the_forms_that_the_config_names() -> None:
    """Beside its other files; a wrong name ends it before it begins."""
    Path("pipeline.toml").write_text('exports = ["bibtex", "badge"]\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["run", "enrich", "--sandbox"])

    assert result.exit_code == 0
    exported = Path("data/sandbox/exports")
    assert (exported / "papers.bib").read_text(encoding="utf-8").startswith("@")
    assert json.loads((exported / "badge.json").read_text(encoding="utf-8"))["label"] == "links"

    Path("pipeline.toml").write_text('exports = ["endnote"]\n', encoding="utf-8")
    code, said = refusal(CliRunner().invoke(app, ["run", "enrich", "--sandbox"]))
    assert code == 2
    assert "exports: endnote is no form; there are bibtex," in said
