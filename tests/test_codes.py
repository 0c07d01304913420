"""Tests of `pipeline.codes`."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from pipeline.codes import CODES, REASONS, in_words, meanings
from pipeline.records.catalog import Severity
from pipeline.records.links import Verdict
from pipeline.records.lists import Problem
from pipeline.works.matching import ReasonCode

PACKAGE = Path(__file__).parent.parent / "pipeline"


def codes_of(path: Path) -> Iterator[str]:
    """
    Yield the codes of findings that a module may give.

    A code stands before its severity, in a call or a tuple, before its message in an assignment, or
    in a set that is called codes.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(args=items) | ast.Tuple(elts=items):
                yield from _before_severity(items)
            case ast.Assign(
                targets=[ast.Tuple(elts=[ast.Name("code"), *_])],
                value=ast.Tuple(elts=[ast.Constant(str(code)), *_]),
            ):
                yield code
            case ast.AnnAssign(target=ast.Name(name), value=ast.Call(args=[ast.Set(elts=items)])):
                if name.endswith("CODES"):
                    yield from map(_text, items)


SEVERITIES = frozenset(get_args(Severity))


def _before_severity(items: list[ast.expr]) -> Iterator[str]:
    for item, after in pairwise(items):
        severity = _text(after.body if isinstance(after, ast.IfExp) else after)
        if severity in SEVERITIES and _text(item) not in {"", *SEVERITIES}:
            yield _text(item)


def _text(node: ast.expr) -> str:
    """Return a text constant; empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_code_of_a_finding_is_in_the_table() -> None:
    """Whatever a stage may say is explained."""
    used = {code for path in PACKAGE.rglob("*.py") for code in codes_of(path)}

    assert {"duplicate-entry", "arxiv-withdrawn", "retracted", "repository-renamed"} <= used
    assert used <= {code.name for code in CODES if code.kind == "finding"}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("link reason", set(REASONS)),
        ("match", set(get_args(ReasonCode))),
        ("link verdict", set(get_args(Verdict))),
        ("problem of a list", set(get_args(Problem.model_fields["code"].annotation))),
    ],
)
def test_every_other_code_is_in_the_table(kind: str, names: set[str]) -> None:
    """The table has the closed vocabularies, all of them and no more."""
    assert {code.name for code in CODES if code.kind == kind} == names


def test_every_code_has_sentences() -> None:
    """They say what it means and what to do."""
    for code in CODES:
        for words in (code.meaning, code.to_do):
            assert words[0].isupper() or words.startswith("arXiv"), code
            assert words.endswith("."), code
            assert "\n" not in words


def test_meaning_of_a_reason_is_that_of_the_reports() -> None:
    """There is one sentence for a reason."""
    assert [code.meaning for code in meanings("gone")] == [REASONS["gone"]]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("arxiv-withdrawn", ["finding", "link reason"]),
        ("link-dead", ["link verdict"]),
        ("exact_title", ["match"]),
        ("nonsense", []),
    ],
)
def test_code_is_found_by_its_name(name: str, kinds: list[str]) -> None:
    """In any case of letters; one name may stand for two things."""
    assert [code.kind for code in meanings(name)] == kinds


def test_unknown_reason_code_is_its_own_words() -> None:
    """A catalog of a later version is readable."""
    assert in_words("LATER_CODE") == "LATER_CODE"
