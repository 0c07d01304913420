"""Tests of `pipeline.works.named`: the identifiers that an entry's words name."""

from collections.abc import Callable
from datetime import date

import pytest

from pipeline.works.named import identifiers_in


def keys(text: str, today: date | None = None) -> list[str]:
    """Return the keys of what a text names."""
    return [one.key for one in identifiers_in(text, today=today)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A. Author. A Title. SIGIR 2020. doi:10.1145/3397271.3401063.", "10.1145/3397271.3401063"),
        ("A Title, DOI: 10.1145/3397271", "10.1145/3397271"),
        ("A Title. DOI 10.1145/3397271", "10.1145/3397271"),
        ("A Title (doi.org/10.1145/3397271)", "10.1145/3397271"),
        ("A Title, 10.1145/3397271", "10.1145/3397271"),
        (
            "A Title. doi:10.1130/0091-7613(1990)018<1153:RGAEOT>2.3.CO;2",
            "10.1130/0091-7613(1990)018<1153:rgaeot>2.3.co;2",
        ),
        ("A Title (10.1016/0021-9991(86)90199-3).", "10.1016/0021-9991(86)90199-3"),
        ("**doi:10.1145/3397271**", "10.1145/3397271"),
    ],
)
def test_doi_in_words(text: str, expected: str) -> None:
    """Whole, whatever brackets it has; the punctuation of the sentence is none of it."""
    assert keys(text) == [f"doi:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Title. arXiv:2401.12345", ["arxiv:2401.12345"]),
        ("A Title, arXiv preprint arXiv:1706.03762v5 (2017).", ["arxiv:1706.03762"]),
        ("A Title. CoRR, abs/1706.03762, 2017", ["arxiv:1706.03762"]),
        ("A Title [arXiv: hep-th/9901001]", ["arxiv:hep-th/9901001"]),
        ("A Title. PMID: 34265844; PMCID: PMC8371605.", ["pmid:34265844", "pmc:PMC8371605"]),
        ("A Title. pmid 34265844", ["pmid:34265844"]),
        ("A Title (PMC8371605)", ["pmc:PMC8371605"]),
        ("论文标题，arXiv:2401.12345。", ["arxiv:2401.12345"]),
    ],
)
def test_other_ids_in_words(text: str, expected: list[str]) -> None:
    """Where a citation has them."""
    assert keys(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It extends arXiv:1706.03762 to graphs",
        "A follow-up of doi:10.1145/3397271",
        "A reply to PMID 34265844",
        "A Title. arXiv:2401.123456789",
        "A Title. arXiv:XXXX.XXXXX",
        "Version 10.15/2020",
        "A Title. PMID: 34265844abc",
        "PMC 2020 workshop",
        "see https://example.org/10.1145/3397271",
        "",
    ],
)
def test_what_names_no_work_of_the_entry(text: str) -> None:
    """Ids of other works in a sentence, and what only looks like one."""
    assert keys(text) == []


def test_months_to_come() -> None:
    """With a date, ids that arXiv has not given yet are none."""
    assert keys("A Title. arXiv:2712.00001", date(2026, 11, 30)) == []


@pytest.mark.parametrize("unit", ["doi:", "10.1145/", "arXiv:", "pmid: ", "preprint ", ". abs/1"])
def test_hostile_text_takes_linear_time(unit: str, growth: Callable[..., float]) -> None:
    """Eight times the text takes at most about eight times as long."""
    assert growth(lambda times: unit * times, identifiers_in, small=60) < 24
