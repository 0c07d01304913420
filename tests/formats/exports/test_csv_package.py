"""CSV tables, read by the csv module and by Frictionless."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import frictionless
import pytest

from pipeline.formats.exports.csv_package import render_csv
from pipeline.formats.exports.tables import TABLES
from tests.formats.exports.works_by_hand import DATASET, work, works


def rows(table: str) -> list[dict[str, str]]:
    """Read a table of the hand-made catalog."""
    return list(csv.DictReader(io.StringIO(render_csv(works())[f"{table}.csv"])))


def test_the_package_is_valid(tmp_path: Path) -> None:
    """Types, keys, references between tables, sizes and hashes."""
    for name, text in render_csv(works()).items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))

    assert report.flatten(["title", "note", "rowNumber"]) == []
    assert report.valid
    assert len(report.tasks) == len(TABLES)


def test_a_work_is_found_in_every_table() -> None:
    """By its key."""
    papers = {row["key"]: row for row in rows("papers")}
    attention = papers["arxiv:1706.03762"]

    assert (attention["year"], attention["withdrawn"]) == ("2017", "false")
    assert [row["name"] for row in rows("authors")][:2] == ["Ashish Vaswani", "Łukasz Kaiser"]
    assert [row["category"] for row in rows("categories")] == ["cs.CL", "cs.LG"]
    assert [(row["line"], row["verdict"]) for row in rows("links")][:3] == [
        ("4", "alive"),
        ("9", "alive"),
        ("4", "unknown"),
    ]
    assert [row["section"] for row in rows("mentions")][:2] == ["Papers / Ranking", ""]
    assert rows("repositories")[0]["stars"] == "15000"


def test_no_cell_is_a_formula() -> None:
    """Text that a spreadsheet would run has an apostrophe in front; numbers have none."""
    for table in TABLES:
        for row in rows(table.name):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert any(row["title"].startswith("'=HYPERLINK") for row in rows("papers"))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_every_sign_that_begins_a_formula(sign: str) -> None:
    """The full-width ones are read as the others by some spreadsheets."""
    paper = replace(DATASET, title=f"{sign}1+1")
    table = render_csv([work(paper)])["papers.csv"]

    assert f",'{sign}1+1," in table


def test_an_empty_catalog() -> None:
    """Tables with their headings."""
    files = render_csv([])

    assert files["papers.csv"].startswith("key,cite,kind,title,")
    assert json.loads(files["datapackage.json"])["resources"][0]["name"] == "papers"
