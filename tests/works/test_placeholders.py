"""Tests of `pipeline.works.placeholders`."""

import pytest

from pipeline.works.placeholders import is_placeholder, is_reserved


@pytest.mark.parametrize(
    "target", ["", "#", "TODO", "link", "url", "<TBD>", "xxx", "...", "javascript:void(0)"]
)
def test_placeholders(target: str) -> None:
    """What only keeps the place of an address."""
    assert is_placeholder(target)


@pytest.mark.parametrize(
    "target", ["#papers", "papers/a.pdf", "code", "mailto:a@b.org", "https://a.org", "linked.md"]
)
def test_targets_that_are_no_placeholders(target: str) -> None:
    """Headings and files of the list's own are meant."""
    assert not is_placeholder(target)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/", True),
        ("http://www.example.org/a.pdf", True),
        ("https://papers.example/a", True),
        ("https://github.com/xxx/xxx", True),
        ("https://github.com/username/repo", True),
        ("https://github.com/your-name/your-repo/tree/main", True),
        ("http:\\\\github.com\\xxx\\repo", True),
        ("((https://GitHub.com//Owner//repo))", True),
        ("https://github.com/%78xx/rep%6F", True),
        ("https://github.com/a/user/repo", False),
        ("https://github.com/xxx/BERT", False),
        ("https://github.com/username", False),
        ("https://example.com.cn/", False),
        ("https://files.example.net/my%20paper.pdf", False),
        ("https://papers.test/", False),
        ("TODO", False),
    ],
)
def test_addresses_of_templates(url: str, expected: bool) -> None:
    """Hosts that RFC 2606 keeps for examples, and names that nobody has filled in."""
    assert is_reserved(url) is expected
