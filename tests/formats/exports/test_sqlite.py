"""The SQLite file, read by SQLite."""

import sqlite3
from contextlib import closing

import yaml

from pipeline.formats.exports.sqlite import render_metadata, render_sqlite
from pipeline.formats.exports.tables import TABLES
from pipeline.records.base import SCHEMA_VERSION
from tests.formats.exports.works_by_hand import works


def ask(question: str, *values: str) -> list[tuple[object, ...]]:
    """Ask the file of the hand-made catalog."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(render_sqlite(works()))
        return database.execute(question, values).fetchall()


def test_it_is_sound() -> None:
    """Every reference leads to a paper, and the version is said."""
    assert ask("PRAGMA integrity_check") == [("ok",)]
    assert ask("PRAGMA foreign_key_check") == []
    assert ask("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert ask("SELECT count(*) FROM papers") == [(4,)]


def test_search_over_titles_authors_and_abstracts() -> None:
    """Words in any case, accents or not."""
    found = "SELECT key FROM papers WHERE rowid IN (SELECT rowid FROM papers_fts(?))"

    assert ask(found, "attention need") == [("arxiv:1706.03762",)]
    assert ask(found, "nandu") == [("doi:10.1145/3539618.3591600",)]
    assert ask(found, "dominant") == [("arxiv:1706.03762",)]


def test_views_of_what_is_to_be_done() -> None:
    """A dead link at its own place, and what a person must decide."""
    assert ask("SELECT list, line, url FROM dead_links") == [
        ("seeds", 7, "https://grouplens.org/datasets/movielens/")
    ]
    assert ask("SELECT list, line, title FROM open_reviews") == [("seeds", 7, "MovieLens")]


def test_the_same_catalog_gives_the_same_bytes() -> None:
    """No time of a run is in them."""
    assert render_sqlite(works()) == render_sqlite(works())


def test_metadata_for_datasette() -> None:
    """Each table and each of its columns is described; the query runs."""
    about = yaml.safe_load(render_metadata())["databases"]["papers"]

    assert set(about["tables"]) == {table.name for table in TABLES}
    query = about["queries"]["search"]["sql"].replace(":words", "?")
    assert len(ask(query, "movielens")) == 1
