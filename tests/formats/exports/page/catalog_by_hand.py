"""The catalog by hand of the other exports, and as many papers more as a page draws in two goes."""

from datetime import UTC, datetime

from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.exports.works import Work, works_of
from pipeline.records.catalog import ArxivPart, Paper, RepositoryPart, Resolution
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.works.summary import summed_up
from tests.formats.exports.works_by_hand import LINKS, PAPERS, entry
from tests.formats.telling import HOSTILE

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def numbered(number: int) -> Paper:
    """A paper of no importance."""
    id_ = f"2001.{number:05d}"
    return Paper(
        key=f"arxiv:{id_}",
        title=f"Filler {number} about nothing",
        authors=("Jane Sun",),
        abstract="A quokka appears." if number == 33 else "Long. " * 100 + "The very end.",
        published=f"2020-01-{number % 28 + 1:02d}",
        arxiv=ArxivPart(id=id_, version=1, primary_category="cs.IR", categories=("cs.IR",)),
        repositories=(
            RepositoryPart(
                full_name=f"sun/filler{number}",
                url=f"https://github.com/sun/filler{number}",
                status="found",
                stars=number,
                language="Rust" if number % 2 else "Python",
                license="MIT",
                pushed_at=f"2024-02-{number % 28 + 1:02d}T00:00:00Z",
            ),
        ),
        mentions=(
            entry(
                f"Filler {number}",
                100 + number,
                f"https://arxiv.org/abs/{id_}",
                f"https://github.com/sun/filler{number}",
                section=("Papers", "Fillers"),
            ),
        ),
        resolution=Resolution(status="found", method="title", confidence=0.98),
    )


MOVED = LinkHealth(
    url="https://github.com/sun/filler3",
    verdict="moved",
    reason_code="renamed",
    reason="The repository has been renamed.",
    evidence="github",
    suggestion="https://github.com/moon/filler3",
    first_failed_at=None,
    occurrences=(
        Occurrence(list="seeds", line=103, column=53, role="code", paper="arxiv:2001.00003"),
    ),
)
DEAD = LinkHealth(
    url="https://grouplens.org/datasets/movielens/",
    verdict="dead",
    reason_code="not-found",
    reason="The server reports that the page does not exist (404).",
    evidence="http",
    first_failed_at=datetime(2026, 11, 1, tzinfo=UTC),
    consecutive_failures=4,
    occurrences=(
        Occurrence(list="seeds", line=7, column=3, role="paper", paper="title:0011"),
        Occurrence(list="other", line=2, column=3, role="paper", paper=None),
    ),
)
ODD = LinkHealth(
    url=f"javascript:alert(1)//{HOSTILE}",
    verdict="malformed",
    reason_code="malformed",
    reason=HOSTILE,
    evidence="none",
    suggestion="javascript:alert(2)",
    occurrences=(Occurrence(list=HOSTILE, line=8, column=3, role="paper", paper="title:ffff"),),
)
REPAIRED_LINE = "- [Filler 3](https://github.com/moon/filler3) </script><img src=x onerror=f()>"
_BEFORE = "\n" * 102 + REPAIRED_LINE.replace("moon", "sun") + "\n"
PATCH = (
    "diff --git a/seeds.md b/seeds.md\n--- a/seeds.md\n+++ b/seeds.md\n@@ -100,4 +100,4 @@\n"
    f" \n \n \n-{REPAIRED_LINE.replace('moon', 'sun')}\n+{REPAIRED_LINE}\n"
)
REPAIRED = (
    Repaired(
        list="seeds",
        before=_BEFORE.encode(),
        after=_BEFORE.replace("sun", "moon").encode(),
        patch=PATCH.encode(),
        edits=((103, MOVED.url, _BEFORE.index("https")),),
    ),
)
FILLERS = tuple(summed_up(numbered(number)) for number in range(60))
ALL = tuple(sorted((*PAPERS, *FILLERS), key=lambda paper: paper.key))
ALL_LINKS = (*(link for link in LINKS if link.url != DEAD.url), DEAD, MOVED, ODD)


def works() -> tuple[Work, ...]:
    """All of it."""
    return tuple(works_of(ALL, ALL_LINKS))
