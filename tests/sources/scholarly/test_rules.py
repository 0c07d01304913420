"""Keys, DOIs and text with markup."""

import pytest

from pipeline.sources.answers import json_object
from pipeline.sources.scholarly.rules import (
    LONGEST_TEXT,
    arxiv_id_of,
    is_datacite,
    is_key,
    is_lower_doi,
    plain_text,
    published_doi,
)


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ("2305.00447", True),
        ("hep-th/9901001", True),
        ("doi:10.1145/3604915.3608857", True),
        ("doi:10.1016/s0140-6736(05)61626-x", True),
        ("2305.00447v2", False),
        ("10.1145/3604915.3608857", False),
        ("doi:10.1145/ABC", False),
        ("doi:https://doi.org/10.1145/3604915.3608857", False),
        ("doi:10.48550/arxiv.2305.00447", False),
        ("doi:10.1145", False),
        ("doi:", False),
        ("", False),
        ('2305.00447" OR "x', False),
    ],
)
def test_keys_are_canonical_ids(key: str, taken: bool) -> None:
    """An arXiv id without version, or `doi:` and a DOI in lower case that is not arXiv's."""
    assert is_key(key) is taken


@pytest.mark.parametrize(
    ("doi", "theirs"),
    [
        ("10.48550/arxiv.2305.00447", True),
        ("10.5281/zenodo.7955181", True),
        ("10.1145/3604915.3608857", False),
        ("10.52810/x", False),
    ],
)
def test_datacite_is_known_by_the_whole_prefix(doi: str, theirs: bool) -> None:
    """A longer prefix that begins alike is another registrant."""
    assert is_datacite(doi) is theirs


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1038/S42256-024-00832-8", "10.1038/s42256-024-00832-8"),
        ("https://doi.org/10.1038/s42256-024-00832-8", "10.1038/s42256-024-00832-8"),
        ("10.48550/arXiv.2312.07559", None),
        ("10.5281/zenodo.1", None),
        ("https://arxiv.org/abs/2312.07559", None),
        ("", None),
        (None, None),
        ("not a doi", None),
    ],
)
def test_published_doi_is_a_publishers(text: str | None, doi: str | None) -> None:
    """DOIs of arXiv and other repositories are none of a published version."""
    assert published_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "arxiv_id"),
    [
        ("10.48550/arXiv.2304.05376", "2304.05376"),
        ("https://doi.org/10.48550/arXiv.2304.05376", "2304.05376"),
        ("arXiv:2304.05376", "2304.05376"),
        ("ARXIV:hep-th/9901001", "hep-th/9901001"),
        ("http://arxiv.org/abs/2304.05376v3", "2304.05376"),
        ("10.1101/2024.04.01.587366", None),
        (None, None),
    ],
)
def test_arxiv_id_is_read_from_every_spelling(text: str | None, arxiv_id: str | None) -> None:
    """Relations name a preprint by DOI, URL or id."""
    assert arxiv_id_of(text) == arxiv_id


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A  Title\n of two lines", "A Title of two lines"),
        ("signatures of<i>Genus species</i>and others", "signatures of Genus species and others"),
        ("the <i>in vivo</i> case", "the in vivo case"),
        ("H<sub>2</sub>O and CO<sub>2</sub>", "H2O and CO2"),
        ("<i>k</i>NN and <i>p</i>-values", "kNN and p-values"),
        ("word<sup>two</sup>fold", "wordtwofold"),
        ("First<br/>Second", "First Second"),
        ('&lt;span class="a"&gt;Word &lt;span class="b"&gt;&lt;b&gt;Other', "Word Other"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> wins", "x wins"),
        ("AT&amp;amp;T", "AT&T"),
        ("a < b and c > d", "a < b and c > d"),
        ("<i></i>", None),
        ("", None),
        (None, None),
    ],
)
def test_plain_text_drops_markup_and_keeps_words_apart(text: str | None, plain: str | None) -> None:
    """Tags go, encoded ones too; two whole words are not glued where a tag was."""
    assert plain_text(text) == plain


def test_plain_text_is_quick_on_hostile_text() -> None:
    """Brackets without end are neither slow nor long."""
    assert len(plain_text("<a" * 100_000) or "") <= LONGEST_TEXT


@pytest.mark.parametrize("body", [b"", b"[1]", b"null", b"{", b"<html>", b"[" * 100_000, b"\xff"])
def test_json_object_takes_objects_only(body: bytes) -> None:
    """Everything else is no answer, never an exception."""
    assert json_object(body) is None


def test_doi_with_odd_signs_is_a_doi() -> None:
    """Brackets and colons belong to older DOIs."""
    assert is_lower_doi("10.1023/a:1007154515475")
