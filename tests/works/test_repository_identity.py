"""Whether a name still means the repository that it meant."""

import pytest

from pipeline.records.catalog import RepositoryPart
from pipeline.records.sources import RepositoryRecord
from pipeline.works.repository_identity import are_forks_meant, original_of, replaced, with_past


def record(id_: int | None = 1, **fields: object) -> RepositoryRecord:
    """Return what GitHub says of a repository."""
    given = {"full_name": "o/r", "url": "https://github.com/o/r", "id": id_} | fields
    return RepositoryRecord.model_validate(given)


def part(id_: int | None, *former: int, **fields: object) -> RepositoryPart:
    """Return what the last catalog says of it."""
    given = {"full_name": "o/r", "url": "https://github.com/o/r", "status": "found"}
    ids = {"id": id_, "former_ids": former}
    return RepositoryPart.model_validate(given | ids | fields)


@pytest.mark.parametrize(
    ("now", "before", "former"),
    [
        (1, None, ()),
        (1, part(None), ()),
        (1, part(1), ()),
        (2, part(1), (1,)),
        (2, part(2, 1), (1,)),  # told in every run, until somebody has looked
        (3, part(2, 1), (1, 2)),
        (1, part(2, 1), ()),  # the first one is back
        (2, part(3, 1, 2), (1, 3)),
        (2, part(1, status="missing"), (1,)),  # it was gone in between
        (None, part(2, 1), (1,)),
    ],
)
def test_ids_of_earlier_runs_are_kept(
    now: int | None, before: RepositoryPart | None, former: tuple[int, ...]
) -> None:
    """The oldest first."""
    assert with_past(record(now), before).former_ids == former


def test_an_id_that_is_not_said_is_the_last_one() -> None:
    """GitHub has left it null."""
    assert with_past(record(None), part(4)).id == 4


OLD, YOUNG = "2020-03-01T10:00:00Z", "2026-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (record(2, former_ids=(1,)), part(1), "its id is 2, and was 1"),
        (record(1, created_at=YOUNG), part(None, created_at=OLD), "created on 2026-03-01"),
        (record(1, stars=3), part(None, stars=2_400), "3 stars, and had 2400"),
        (record(1, stars=0), part(None, stars=50), "0 stars, and had 50"),
    ],
)
def test_another_repository_is_told_by_what_is_known(
    now: RepositoryRecord, before: RepositoryPart | None, words: str
) -> None:
    """Its id; where no id was kept, the day on which it was made, or its stars."""
    assert words in (replaced(now, before) or "")


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (record(1, stars=900), part(1, stars=1_000)),
        (record(1, stars=3, created_at=YOUNG), part(1, stars=2_400, created_at=OLD)),
        (record(1, stars=0), part(None, stars=20)),
        (record(1, stars=200), part(None, stars=2_400)),
        (record(1), part(None, stars=2_400)),
        (record(1, created_at=OLD), part(None, created_at=OLD)),
        (record(1, created_at=OLD), part(None, created_at=YOUNG)),
        (record(1, created_at="soon"), part(None, created_at=OLD)),
        (record(1, stars=0, created_at=YOUNG), None),
    ],
)
def test_the_same_repository_is_not_suspected(
    now: RepositoryRecord, before: RepositoryPart | None
) -> None:
    """A rename keeps the id, stars come and go, and what was never seen is nobody else's."""
    assert replaced(now, before) is None


FORK = record(fork_of="Up/Stream", original_stars=900, stars=3)


@pytest.mark.parametrize(
    ("one", "linked", "original"),
    [
        (FORK, {"github:o/r"}, "Up/Stream"),
        (FORK, {"github:o/r", "github:up/stream"}, None),  # both are linked
        (FORK, {"gitlab:up/stream"}, "Up/Stream"),
        (record(fork_of="up/stream", original_stars=3, stars=900), set(), None),  # it has overtaken
        (record(fork_of="up/stream", stars=900), set(), "up/stream"),
        (record(), set(), None),
    ],
)
def test_a_fork_stands_in_the_place_of_its_original(
    one: RepositoryRecord, linked: set[str], original: str | None
) -> None:
    """Unless it is plainly meant."""
    assert original_of(one, dict.fromkeys(linked)) == original


@pytest.mark.parametrize(
    ("forks", "others", "meant"),
    [(1, 0, False), (2, 0, False), (3, 0, True), (3, 6, True), (3, 7, False), (30, 300, False)],
)
def test_a_list_may_be_one_of_forks(forks: int, others: int, meant: bool) -> None:
    """A third of its repositories, and three at least."""
    assert are_forks_meant([FORK] * forks + [record()] * others) is meant
