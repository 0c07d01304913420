"""What a person may type for a work."""

import pytest

from pipeline.works.wanted import wanted


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("2305.00447", "arxiv:2305.00447"),
        (" 2305.00447v3 ", "arxiv:2305.00447"),
        ("arXiv:2305.00447", "arxiv:2305.00447"),
        ("hep-th/9901001", "arxiv:hep-th/9901001"),
        ("https://arxiv.org/pdf/2305.00447v2.pdf", "arxiv:2305.00447"),
        ("arxiv.org/abs/2305.00447", "arxiv:2305.00447"),
        ("<https://huggingface.co/papers/2305.00447>", "arxiv:2305.00447"),
        ("10.48550/arXiv.2305.00447", "arxiv:2305.00447"),
        ("10.1145/3604915.3608857", "doi:10.1145/3604915.3608857"),
        ("doi:10.1145/3604915.3608857", "doi:10.1145/3604915.3608857"),
        ("https://dl.acm.org/doi/10.1145/3604915.3608857", "doi:10.1145/3604915.3608857"),
        ("https://openreview.net/forum?id=nZeVKeeFYf9", "openreview:nZeVKeeFYf9"),
        ("https://aclanthology.org/2020.acl-main.1.pdf", "acl:2020.acl-main.1"),
    ],
)
def test_identifiers_in_any_spelling(typed: str, key: str) -> None:
    """With or without a prefix, a version, a scheme."""
    found = wanted(typed)
    assert found.kind == "work"
    assert found.found is not None
    assert found.found.key == key


def test_repository_and_title_are_told_apart() -> None:
    """Neither is an identifier of a work."""
    assert wanted("https://github.com/Owner/Name").kind == "repository"
    assert wanted("github.com/Owner/Name").kind == "repository"
    title = wanted("  A Title\nof Two Lines ")
    assert (title.kind, title.text) == ("title", "A Title of Two Lines")


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "word", "x" * 601, "https://example.org/paper", "https://huggingface.co/o/model"],
)
def test_what_names_no_work_is_refused(typed: str) -> None:
    """With a reason."""
    found = wanted(typed)
    assert (found.kind, found.found) == ("nothing", None)
    assert found.text
