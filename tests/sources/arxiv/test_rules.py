"""What the sources of arXiv papers share: the front's troubles, safe XML, the reading of fields."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.sources.answers import day, squeezed
from pipeline.sources.arxiv.rules import (
    categories,
    is_arxiv_id,
    is_withdrawn,
    publisher_doi,
    read_xml,
    trouble_at_the_front,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<feed/>", None),
        (200, b"Rate exceeded.", "throttled"),
        (200, b"\nrate exceeded", "throttled"),
        (200, b"", "throttled"),
        (200, b" \r\n ", "throttled"),
        (429, b"Rate exceeded.", "throttled"),
        (406, b"Not Acceptable", "throttled"),
        (403, b"Access denied", "stop"),
        (403, b"", "stop"),
        (500, b"", "transient"),
        (502, b"<html>", "transient"),
        (503, b"", "transient"),
        (504, b"", "transient"),
        (400, b"<feed/>", None),
        (404, b"", None),
    ],
)
def test_front_tells_throttling_from_refusal(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """406, 429, `Rate exceeded.` and empty bodies are a throttle; 403 stops; 5xx may pass."""
    trouble = trouble_at_the_front(Answer("GET", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


def test_front_reads_retry_after() -> None:
    """Where arXiv says how long to wait, the trouble says it too."""
    answer = Answer("GET", "u", status=429, headers={"retry-after": "40"}, body=b"x")
    trouble = trouble_at_the_front(answer, NOW)

    assert trouble is not None
    assert trouble.wait == 40.0


def test_front_takes_no_half_of_an_answer() -> None:
    """A body that was cut at the cap is refused: the rest of it might hold what is asked."""
    trouble = trouble_at_the_front(Answer("GET", "u", status=200, body=b"<a>", truncated=True), NOW)

    assert trouble is not None
    assert trouble.kind == "refused"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Rate exceeded.",
        b"<feed><entry>",
        b"<a></a><b></b>",
        b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        b"<!DOCTYPE html><html></html>",
        b"<?xml version='1.0' encoding='no-such-code'?><a/>",
        b"<a>\xff\xfe</a>",
        b"\x00" * 50,
    ],
)
def test_read_xml_takes_complete_documents_without_declarations_only(body: bytes) -> None:
    """A truncated, a foreign and an entity-declaring body are no document."""
    assert read_xml(body) is None


def test_read_xml_returns_the_root() -> None:
    """A complete document gives its root element, in the encoding that it names."""
    root = read_xml("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".encode("latin-1"))

    assert root is not None
    assert root.text == "é"


@pytest.mark.parametrize(
    ("key", "canonical"),
    [
        ("2305.00447", True),
        ("0704.0001", True),
        ("math/0309136", True),
        ("hep-th/9901001", True),
        ("2305.00447v2", False),
        ("arXiv:2305.00447", False),
        ("math.GT/0309136", False),
        ("hepth/9901001", False),
        ("0808.05394", False),
        ("2113.00001", False),
        ("2305.00447,2305.00448", False),
        ("2305.00447 ", False),
        ("2305.00447?x=1", False),
        ("abc", False),
        ("", False),
    ],
)
def test_is_arxiv_id_takes_the_canonical_form_only(key: str, canonical: bool) -> None:
    """What would silently miss, or spoil a batch, is not sent."""
    assert is_arxiv_id(key) is canonical


@pytest.mark.parametrize(
    ("comment", "abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors", None, True),
        ("paper withdrawn by author", None, True),
        ("withdrawn by arXiv administrators due to a dispute", None, True),
        ("Withdrawn due to an error in Lemma 2", None, True),
        ("This papers has been withdrawn", None, True),
        (None, "This article has been withdrawn because it was merged.", True),
        (None, "This submission has been removed by arXiv.", True),
        (None, "The drug was withdrawn from the market; we study why.", False),
        (None, "How money is withdrawn from a bank.", False),
        ("12 pages, 3 figures", "We ask which papers authors regret.", False),
        (None, None, False),
    ],
)
def test_is_withdrawn_reads_arxivs_wording(
    comment: str | None, abstract: str | None, withdrawn: bool
) -> None:
    """The notices of arXiv and of authors count; a withdrawal of something else does not."""
    assert is_withdrawn(comment, abstract) is withdrawn


def test_is_withdrawn_is_linear(growth: Callable[..., float]) -> None:
    """A long text of near misses costs no more than its length."""
    missed = "the paper has been by withdrawn by the "

    def in_both(text: str) -> bool:
        return is_withdrawn(text, text)

    assert not in_both(missed * 2)
    assert growth(lambda times: missed * times, in_both, small=100) < 24


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1103/PhysRevD.89.024003", "10.1103/physrevd.89.024003"),
        ("10.1234/AB.1 10.1234/ab.2", "10.1234/ab.1"),
        ("https://doi.org/10.1234/ab.1.", "10.1234/ab.1"),
        ("10.48550/arXiv.2305.00447", None),
        ("10.48550/arXiv.2305.00447 10.1234/x", "10.1234/x"),
        ("in press", None),
        ("", None),
        (None, None),
    ],
)
def test_publisher_doi_is_the_first_that_is_not_arxivs(text: str | None, doi: str | None) -> None:
    """The field is free text: one DOI, several, a URL, nonsense."""
    assert publisher_doi(text) == doi


def test_categories_leave_out_other_classes() -> None:
    """MSC and ACM classes of older feeds are no arXiv categories; twins appear once."""
    terms = ["math.AG", "14J32 (Primary)", "cond-mat.stat-mech", "hep-th", "F.2.2", "math.AG"]

    assert categories(iter(terms)) == ("math.AG", "cond-mat.stat-mech", "hep-th")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-01-18T03:41:47Z", "2022-01-18"),
        ("2022-01", "2022-01"),
        ("2022", "2022"),
        ("18 January", None),
        (None, None),
    ],
)
def test_day_is_as_precise_as_the_source(text: str | None, expected: str | None) -> None:
    """A month stays a month; a time becomes a day."""
    assert day(text) == expected


def test_squeezed_keeps_a_zero() -> None:
    """A title that is `0` is a title; one of blanks is none."""
    assert squeezed(" 0\n") == "0"
    assert squeezed(" \n ") is None
    assert squeezed("a\n  b\tc") == "a b c"
