"""
SQLite: the tables, a full-text index over titles, abstracts, authors, and views for what to do.

Built in memory, so that the file appears whole. Its bytes carry the version of SQLite: it is
published, not committed.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from pipeline.formats.exports.tables import TABLES, Column, Table
from pipeline.formats.exports.works import Work
from pipeline.formats.jsonl import safe_json
from pipeline.records.base import SCHEMA_VERSION

_TYPES: Final = {"string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "date": "TEXT"}
_INDEXES_AND_VIEWS: Final = """
CREATE INDEX mentions_by_place ON mentions (list, line);
CREATE INDEX links_by_verdict ON links (verdict);
CREATE VIRTUAL TABLE papers_fts USING fts5 (
  title, authors, abstract, venue, content='', tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO papers_fts (rowid, title, authors, abstract, venue)
  SELECT papers.rowid, papers.title,
    (SELECT group_concat(name, ', ') FROM authors WHERE authors.paper = papers.key),
    papers.abstract, papers.venue
  FROM papers;
CREATE VIEW dead_links AS
  SELECT links.list, links.line, papers.title, links.url, links.reason
  FROM links JOIN papers ON papers.key = links.paper
  WHERE links.verdict = 'dead' ORDER BY links.list, links.line, links.position;
CREATE VIEW open_reviews AS
  SELECT mentions.list, mentions.line, papers.title, papers.key
  FROM papers JOIN mentions ON mentions.paper = papers.key
  WHERE papers.status = 'review' ORDER BY mentions.list, mentions.line;
"""


def render_sqlite(works: Iterable[Work]) -> bytes:
    """Return the bytes of a database file; `PRAGMA user_version` is the schema's version."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        with database:
            for table in TABLES:
                database.execute(_create(table))
            for work in works:
                for table in TABLES:
                    places = ", ".join("?" for _ in table.columns)
                    statement = f"INSERT INTO {table.name} VALUES ({places})"  # noqa: S608
                    database.executemany(statement, table.rows(work))
            for statement in _INDEXES_AND_VIEWS.split(";\n"):
                database.execute(statement)
        database.execute("VACUUM")
        return database.serialize()


def render_metadata() -> str:
    """Return what Datasette shows about the tables (`metadata.yaml`: JSON is YAML)."""
    tables = {
        table.name: {
            "description": table.description,
            "columns": {column.name: column.description for column in table.columns},
        }
        for table in TABLES
    }
    queries = {
        "search": {
            "title": "Search titles, authors, abstracts and venues",
            "sql": "SELECT papers.* FROM papers_fts JOIN papers ON papers.rowid = papers_fts.rowid"
            " WHERE papers_fts MATCH :words ORDER BY rank",
        }
    }
    about = {
        "title": "Catalog of the papers that curated lists name",
        "databases": {"papers": {"tables": tables, "queries": queries}},
    }
    return safe_json(about, indent=2) + "\n"


def _create(table: Table) -> str:
    columns = [
        f"{column.name} {_TYPES[column.type]}{_required(column)}" for column in table.columns
    ]
    key = ", ".join(column.name for column in table.columns if column.key)
    reference = [] if table.name == "papers" else ["FOREIGN KEY (paper) REFERENCES papers (key)"]
    parts = ",\n  ".join([*columns, f"PRIMARY KEY ({key})", *reference])
    return f"CREATE TABLE {table.name} (\n  {parts}\n)"


def _required(column: Column) -> str:
    return " NOT NULL" if column.key else ""
