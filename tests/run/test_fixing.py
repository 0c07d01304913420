"""What the page of a run offers to copy into the lists on this machine."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.enrich import enrich
from pipeline.previous import stored
from pipeline.progress import Silent
from pipeline.run.fixing import repaired_since
from pipeline.settings.loading import load
from pipeline.settings.model import Settings

LINE = "- [Recommendation as Language Processing]((https://arxiv.org/abs/2203.13366))"
LIST = f"# Papers\n\n{LINE}\n"
TODAY = datetime(2026, 11, 30, tzinfo=UTC).date()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A run in the sandbox has made the page of a list with a malformed link."""
    monkeypatch.chdir(tmp_path)
    Path("mine.md").write_text(LIST, encoding="utf-8")
    flags = {"sandbox": True, "out": Path("out"), "cache_dir": Path("cache"), "exports": ["page"]}
    made = load(flags)
    enrich(made, ["mine.md"], progress=Silent())
    return made


def link_data() -> Any:
    """Return what the page knows of links."""
    text = Path("out/reports/site/index.html").read_text(encoding="utf-8")
    found = re.search(r'id="link-data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_run_offers_what_fix_would_write(settings: Settings) -> None:
    """The new line beside its link, and the patch; an export of the same run the same."""
    data = link_data()
    (row,) = data["rows"]
    new = LINE.replace("((", "(").replace("))", ")")
    assert row["lines"] == [["mine", 3, new]]
    patch, number = data["patches"]["mine"]
    assert number == 1
    assert f"\n-{LINE}\n+{new}\n" in patch

    (again,) = repaired_since(stored(settings.out), settings, TODAY)
    assert again.patch.decode() == patch


def test_nothing_for_a_list_that_has_changed(settings: Settings) -> None:
    """Its lines may be other ones now."""
    Path("mine.md").write_text(LIST + "\n", encoding="utf-8")
    assert repaired_since(stored(settings.out), settings, TODAY) == ()

    Path("mine.md").unlink()
    assert repaired_since(stored(settings.out), settings, TODAY) == ()


def test_nothing_where_a_rule_ignores_the_link(settings: Settings) -> None:
    """As `pipeline fix` leaves it."""
    url = "(https://arxiv.org/abs/2203.13366)"
    rule = f'[[ignore]]\nurl = "{url}"\nreason = "so"\nexpires = 9999-12-31\n'
    Path("pipeline-ignore.toml").write_text(rule, encoding="utf-8")

    assert repaired_since(stored(settings.out), settings, TODAY) == ()


def test_nothing_for_bibtex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records are left as they are."""
    monkeypatch.chdir(tmp_path)
    record = "@misc{a,\n  title = {A Title},\n  url = {http:/arxiv.org/abs/2203.13366},\n}\n"
    Path("mine.bib").write_text(record, encoding="utf-8")
    flags = {"sandbox": True, "out": Path("out"), "cache_dir": Path("cache"), "exports": ["page"]}
    enrich(load(flags), ["mine.bib"], progress=Silent())

    assert link_data()["patches"] == {}


def test_nothing_for_results_of_an_older_version(settings: Settings) -> None:
    """They do not say of which bytes they are."""
    path = settings.out / "run.json"
    run = json.loads(path.read_text(encoding="utf-8"))
    assert re.fullmatch(r"[0-9a-f]{64}", run["lists"][0].pop("sha256"))
    path.write_text(json.dumps(run), encoding="utf-8")

    assert repaired_since(stored(settings.out), settings, TODAY) == ()


def test_files_of_the_repository_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path in another case than the file's is repaired, as `pipeline fix` does it."""
    monkeypatch.chdir(tmp_path)
    Path("papers").mkdir()
    Path("papers/codd.pdf").write_bytes(b"%PDF")
    Path("mine.md").write_text(f"{LIST}\nSee [a scan](Papers/codd.pdf).\n", encoding="utf-8")
    flags = {"sandbox": True, "out": Path("out"), "cache_dir": Path("cache"), "exports": ["page"]}
    enrich(load(flags), ["mine.md"], progress=Silent())

    patch, number = link_data()["patches"]["mine"]
    assert number == 2
    assert "\n+See [a scan](papers/codd.pdf).\n" in patch
