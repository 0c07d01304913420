"""What a family of units settles together: the place of their titles, and guesses."""

from pipeline.markdown.families import Read, settle
from pipeline.markdown.fields import read_text
from pipeline.markdown.reader import read_blocks
from pipeline.markdown.units import Units
from pipeline.stages.parse import parse

ARXIV = "https://arxiv.org/abs/"


def titles(source: str) -> list[str]:
    """Return the titles of the entries of a small list."""
    return [entry.title for entry in parse(source, name="list").entries]


def test_a_short_name_above_a_title_line_is_not_the_title() -> None:
    """The nested line that looks like a title is the title; the bold name is a name."""
    source = (
        "- **OTR**\n  - Tracking Otters along Winter Rivers, KDD'19\n"
        f"  - [[paper]]({ARXIV}2101.00001)\n"
        "- **BVR**\n  - Beavers and Dams: A Survey of Rivers, WWW'20\n"
        f"  - [[paper]]({ARXIV}2101.00002)\n"
    )
    entries = parse(source, name="list").entries
    assert [entry.title for entry in entries] == [
        "Tracking Otters along Winter Rivers",
        "Beavers and Dams: A Survey of Rivers",
    ]
    assert [entry.year for entry in entries] == [2019, 2020]


def test_repository_before_the_paper_is_not_the_title() -> None:
    """A linked paper of several words beats a linked name before it."""
    source = f"* [OTR](https://github.com/a/otr): [Tracking Otters along Rivers]({ARXIV}2101.00001)"
    assert titles(source) == ["Tracking Otters along Rivers"]


def test_what_looks_like_authors_once_is_given_back() -> None:
    """One title of five that goes on with "by …" is cut by nobody's habit."""
    rest = "".join(
        f"- [Rivers of the World, Part {number}]({ARXIV}2101.0000{number})\n" for number in range(4)
    )
    cut = f"- [Better Maps by Watching Dogs and Cats]({ARXIV}2101.00009)\n"
    assert "Better Maps by Watching Dogs and Cats" in titles(cut + rest)


def test_remarks_after_a_colon_are_no_part_of_linked_titles() -> None:
    """`[Title](…): a remark` keeps the title; `[Name](…): Title` joins both."""
    remarks = (
        f"- [Otters crossing winter rivers](https://arxiv.org/abs/2101.00001): A good start\n"
        f"- [Beavers and their many dams]({ARXIV}2101.00002): Still one of the best\n"
    )
    names = (
        f"- [Otter]({ARXIV}2101.00001): Tracking Animals along Rivers\n"
        f"- [Beaver]({ARXIV}2101.00002): Mapping Dams from the Air\n"
    )
    assert titles(remarks) == ["Otters crossing winter rivers", "Beavers and their many dams"]
    assert titles(names) == [
        "Otter: Tracking Animals along Rivers",
        "Beaver: Mapping Dams from the Air",
    ]


def test_readings_that_look_like_titles_stay() -> None:
    """Without doubt nothing is weighed: the reading of the rules is the same object."""
    source = f"- [Otters in Winter Rivers]({ARXIV}2101.00001), KDD 2019"
    reads = [
        Read(unit, read_text(unit.piece.text))
        for unit in Units(source.encode()).read(read_blocks(source))
    ]
    before = [read.reading for read in reads]
    settle(reads)
    assert all(read.reading is old for read, old in zip(reads, before, strict=True))
