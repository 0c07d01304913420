"""Which lines of a long file go into which part."""

import pytest

from pipeline.formats.files import CATALOG_FILE, LINKS_FILE
from pipeline.formats.parts import ranges

KEYS = [f"arxiv:{2000 + number // 90}.{number:05}" for number in range(3_000)]


def parts(keys: list[str], limit: int = 1_000) -> list[tuple[str, ...]]:
    """The keys of each part."""
    return [tuple(keys[number] for number in one) for one in ranges(len(keys), keys, limit)]


@pytest.mark.parametrize("count", [0, 1, 999, 1_000])
def test_what_fits_into_one_file_is_one(count: int) -> None:
    """Up to the limit itself."""
    assert ranges(count, KEYS[:count], 1_000) == [range(count)]


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 100, 1_000, 2_999])
def test_parts_one_after_another_are_the_file(limit: int) -> None:
    """In its order, each key once; no part is empty or too long."""
    found = parts(KEYS, limit)

    assert [key for part in found for key in part] == KEYS
    assert len(found) > 1
    assert all(0 < len(part) <= max(1, limit // 5) for part in found)
    assert all(len(part) >= limit // 20 for part in found[:-1])


@pytest.mark.parametrize("place", [0, 1, 1_234, 2_998, 2_999])
def test_a_work_that_goes_or_comes_changes_the_parts_near_it(place: int) -> None:
    """All others hold the same keys, wherever it was."""
    before, after = parts(KEYS), parts([*KEYS[:place], *KEYS[place + 1 :]])

    changed = [part for part in after if part not in before]
    assert len(changed) <= 3
    assert len(before) > 10


def test_most_works_move_no_border() -> None:
    """So that the parts behind keep their names: 19 of 20 works, and more the longer they are."""
    before = [len(part) for part in parts(KEYS)]
    moved = 0
    for place in range(0, 3_000, 30):
        after = [len(part) for part in parts([*KEYS[:place], *KEYS[place + 1 :]])]
        moved += sum(one != other for one, other in zip(before, after, strict=False)) > 1
    assert moved <= 10


def test_names_and_which_of_them_count() -> None:
    """In the order of their numbers; the whole file counts where it is there, and else no other."""
    assert CATALOG_FILE.names(1) == ["catalog/catalog.jsonl"]
    assert LINKS_FILE.names(2) == [
        "reports/links/part-00000.jsonl",
        "reports/links/part-00001.jsonl",
    ]

    stray = ["catalog/part-1.jsonl", "catalog/part-00001.jsonl.tmp", "catalog/x/part-00001.jsonl"]
    mixed = [CATALOG_FILE.part(number) for number in (100_000, 2, 11)]
    assert CATALOG_FILE.chosen([*mixed, *stray]) == [
        "catalog/part-00002.jsonl",
        "catalog/part-00011.jsonl",
        "catalog/part-100000.jsonl",
    ]
    assert CATALOG_FILE.chosen([*mixed, "catalog/catalog.jsonl"]) == ["catalog/catalog.jsonl"]
    assert len(CATALOG_FILE.among([*mixed, *stray, "catalog/catalog.jsonl"])) == 4
    assert CATALOG_FILE.chosen(stray) == []
