"""Why a paper was withdrawn, and what takes its place. All texts are made up."""

from typing import Any

import pytest

from pipeline.records.catalog import ArxivPart, Paper, Resolution
from pipeline.records.lists import Entry
from pipeline.works.withdrawals import Withdrawal, withdrawal_of


def withdrawn(comment: str | None, abstract: str | None = None, **more: Any) -> Paper:
    """A paper of arXiv whose last version is a notice."""
    entry = Entry(list="mine", line=1, end_line=1, title="On Lists")
    part = ArxivPart(id="2401.00001", comment=comment, **({"withdrawn": True} | more))
    found = Resolution(status="found")
    return Paper(
        key="arxiv:2401.00001",
        title="On Lists",
        abstract=abstract,
        arxiv=part,
        mentions=(entry,),
        resolution=found,
    )


def key(found: Withdrawal | None) -> str | None:
    """The key of the successor."""
    assert found is not None
    return found.successor.key if found.successor else None


@pytest.mark.parametrize(
    ("comment", "abstract", "reason"),
    [
        (
            "This paper has been withdrawn due to an error in Lemma 8",
            "We show a bound.",
            "This paper has been withdrawn due to an error in Lemma 8",
        ),
        (
            "This paper has been withdrawn",
            "This paper has been withdrawn because of a flaw. It was short.",
            "This paper has been withdrawn because of a flaw.",
        ),
        (
            "Withdrawn. There is an error in equation 3. Pages: 12",
            None,
            "There is an error in equation 3.",
        ),
        (
            "withdrawn by arXiv administrators due to plagiarism",
            None,
            "withdrawn by arXiv administrators due to plagiarism",
        ),
        ("This paper has been withdrawn by the author", None, None),
        ("12 pages", "We show that errors are due to bugs.", None),
        (None, None, None),
    ],
)
def test_the_reason_is_the_sentence_that_tells_it(
    comment: str | None, abstract: str | None, reason: str | None
) -> None:
    """A notice without a cause gives none, and neither does an abstract that is no notice."""
    found = withdrawal_of(withdrawn(comment, abstract))

    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize(
    ("comment", "successor"),
    [
        ("Withdrawn: superseded by arXiv:2402.00002", "arxiv:2402.00002"),
        (
            "This paper has been withdrawn. Please see arXiv:2402.00002v3 instead.",
            "arxiv:2402.00002",
        ),
        ("Withdrawn, merged with https://arxiv.org/abs/2402.00002", "arxiv:2402.00002"),
        (
            "Withdrawn by the authors; it is now part of arXiv: hep-th/9901001",
            "arxiv:hep-th/9901001",
        ),
        ("Withdrawn; the corrected version is doi:10.1145/1234.5678", "doi:10.1145/1234.5678"),
        (
            "Withdrawn due to an error in Lemma 2; superseded by arXiv:2402.00002",
            "arxiv:2402.00002",
        ),
        ("Withdrawn: duplicate of arXiv 2402.00002", "arxiv:2402.00002"),
        ("Withdrawn by arXiv due to overlap with arXiv:2402.00002", None),
        ("Withdrawn, it plagiarizes arXiv:2402.00002", None),
        ("Withdrawn due to an error in arXiv:2402.00002", None),
        ("Withdrawn, replaced by arXiv:2401.00001v3", None),
        ("Withdrawn: superseded by a later paper", None),
    ],
)
def test_a_successor_is_one_that_the_notice_calls_so(comment: str, successor: str | None) -> None:
    """Neither what it overlaps with, nor the paper itself."""
    assert key(withdrawal_of(withdrawn(comment))) == successor


def test_the_abstract_may_name_the_successor() -> None:
    """The comment tells the reason alone."""
    abstract = "This article has been withdrawn. It was merged with arXiv:2402.00002."

    assert key(withdrawal_of(withdrawn("Withdrawn due to a gap", abstract))) == "arxiv:2402.00002"


def test_what_is_not_withdrawn_has_no_reason() -> None:
    """Whatever its comment says."""
    assert withdrawal_of(withdrawn("Never withdrawn", withdrawn=False)) is None
