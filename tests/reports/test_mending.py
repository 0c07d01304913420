"""Lines of new entries as they should be: how often the list is read again for them."""

import pytest

from pipeline.links.ignores import Ignores
from pipeline.records.reviews import ChangedList, Remark
from pipeline.repair import mends
from pipeline.repair.repairs import LastRun
from pipeline.reports.mending import mends_of
from pipeline.reports.remarks import touched_entries
from pipeline.reports.same_work import Works
from pipeline.stages.parse import parse_bytes

TITLES = [
    "Apples",
    "Zebras",
    "Bears",
    "Cats",
    "Dogs",
    "Eagles",
    "Foxes",
    "Goats",
    "Hares",
    "Ibises",
]
DATA = "# Papers\n\n" + "".join(
    f"- [{title} and How They Are Drawn](https://arxiv.org/abs/2101.0{number:04})\n"
    for number, title in enumerate([*TITLES, "Aardvarks", "Jaguars"])
)
LATE = (4, 13)
"""The lines of Zebras and Aardvarks."""


@pytest.mark.parametrize(("least", "moved"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (100, 2)])
def test_a_list_is_read_again_so_often(
    least: int, moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens a pull request chooses neither how long a list takes, nor how often."""
    monkeypatch.setattr(mends, "LEAST_READINGS", least)
    monkeypatch.setattr(mends, "READ_AGAIN", 0)
    shown = (range(1, 20),)
    changed = ChangedList("list", "list.md", DATA.encode(), frozenset(LATE), shown)
    parsed = parse_bytes(changed.data, name="list")
    said = [(one, [Remark("out-of-order", "x")]) for one in touched_entries(parsed, changed)]

    found = mends_of(changed, parsed, said, works=Works((), ()), known=LastRun(), ignores=Ignores())

    assert [one.line for one, _ in said] == list(LATE)
    assert sum(mend is not None for mend in found) == moved
