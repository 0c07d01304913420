"""Records that travel between processes."""

import pickle
from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from pipeline.records.lists import Entry, Link

LINK = Link(url="https://arxiv.org/abs/1706.03762", role="paper", line=3, column=5)
ENTRY = Entry(
    list="a",
    line=3,
    end_line=4,
    title="Attention Is All You Need",
    links=(
        LINK,
        Link(url="https://a.example/", line=4, column=1, written="((https://a.example/))"),
    ),
    columns={"Task": "translation"},
    added=date(2017, 6, 12),
)


@pytest.mark.parametrize("record", [LINK, ENTRY])
def test_a_record_arrives_as_it_was_sent(record: Link | Entry) -> None:
    """Every field, and nothing can be changed in it there either."""
    arrived = pickle.loads(pickle.dumps(record))  # noqa: S301  our own

    assert arrived == record
    assert type(arrived) is type(record)
    with pytest.raises(FrozenInstanceError):
        arrived.line = 9  # type: ignore[misc]
