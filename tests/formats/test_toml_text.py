"""TOML as people read it."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.formats.toml_text import duration_text, toml_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (0.5, "0.5"),
        (timedelta(hours=20), '"20h"'),
        (timedelta(seconds=0.25), '"250ms"'),
        (timedelta(days=7), '"7d"'),
        (timedelta(seconds=90), '"90s"'),
        (Path("data"), '"data"'),
        (("a", "b"), '["a", "b"]'),
        ((), "[]"),
        ({"a b": ("x.md",)}, '{ "a b" = ["x.md"] }'),
        ({}, "{}"),
        ('"\\\n\x1b\x7fü', '"\\"\\\\\\n\\u001b\\u007fü"'),
    ],
)
def test_values_are_spelt_as_in_the_file(value: Any, text: str) -> None:
    """What is printed can be pasted."""
    assert toml_value(value) == text
    assert "x" in tomllib.loads(f"x = {text}\n")


def test_no_value_is_said_in_a_word() -> None:
    """TOML has no null."""
    assert toml_value(None) == "none"
    assert duration_text(timedelta(0)) == "0s"
