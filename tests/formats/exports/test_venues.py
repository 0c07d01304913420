"""Journals and conferences."""

import pytest

from pipeline.formats.exports.venues import is_journal


@pytest.mark.parametrize(
    ("venue", "expected"),
    [
        ("IEEE Transactions on Image Processing", True),
        ("TPAMI 2023", True),
        ("Nature", True),
        ("J. ACM", True),
        ("SIGIR 2023", False),
        ("NeurIPS", False),
        ("Proceedings of KDD", False),
    ],
)
def test_the_name_tells(venue: str, expected: bool) -> None:
    """As far as it can."""
    assert is_journal(venue) is expected
