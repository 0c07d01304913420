"""Tests of `pipeline.sources.ignore_file`."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.sources import ignore_file
from pipeline.sources.ignore_file import read_ignores

RULE = "[[ignore]]\nurl = 'https://example.org/ä'\nreason = 'r'\nexpires = 2027-01-01\n"


def test_rules_name_their_file(tmp_path: Path) -> None:
    """As it was given, so that a person finds it."""
    path = tmp_path / "ignore.toml"
    path.write_text(RULE, encoding="utf-8")

    (rule,) = read_ignores(path)

    assert (rule.file, rule.line, rule.subject) == (str(path), 1, "https://example.org/ä")


def test_no_file_no_rules(tmp_path: Path) -> None:
    """The default file need not be there."""
    assert read_ignores(tmp_path / "ignore.toml") == ()


def test_file_that_somebody_named_must_be_there(tmp_path: Path) -> None:
    """A misspelt name would ignore nothing in silence."""
    with pytest.raises(ConfigurationError, match=r"ignore\.toml: cannot be read"):
        read_ignores(tmp_path / "ignore.toml", required=True)


def test_file_must_be_text(tmp_path: Path) -> None:
    """In UTF-8, as TOML says."""
    path = tmp_path / "ignore.toml"
    path.write_bytes(RULE.encode("latin-1"))

    with pytest.raises(ConfigurationError, match=r"ignore\.toml: cannot be read"):
        read_ignores(path)


def test_folder_is_no_file(tmp_path: Path) -> None:
    """It is named, not passed over."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_ignores(tmp_path)


def test_endless_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no ignore file."""
    monkeypatch.setattr(ignore_file, "LARGEST", 10)
    path = tmp_path / "ignore.toml"
    path.write_text(RULE, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="larger than 10 bytes"):
        read_ignores(path)
