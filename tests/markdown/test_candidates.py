"""Candidates for the title of a unit: what speaks for a text, and where it stands."""

import pytest

from pipeline.markdown.candidates import quality, titles_of
from pipeline.markdown.fields import read_text
from pipeline.markdown.reader import read_blocks
from pipeline.markdown.units import Units


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Tracking Otters along Winter Rivers", "OTR"),
        ("Tracking Otters along Winter Rivers", "Ada Lovelace, Alan Turing, Grace Hopper"),
        ("Tracking Otters along Winter Rivers", "IEEE Transactions on Image Processing, 2019"),
        ("Tracking Otters along Winter Rivers", "May 2019"),
        ("Tracking Otters along Winter Rivers", "[paper]"),
        ("Tracking Otters along Winter Rivers", "Tracking Otters (along Winter Rivers"),
    ],
)
def test_titles_look_better_than_what_is_none(better: str, worse: str) -> None:
    """A text of some words beats names, persons, venues, dates, labels and what is cut."""
    assert quality(better) > quality(worse)


@pytest.mark.parametrize(
    "source",
    [
        "- [arXiv 2026.06](https://arxiv.org/abs/2606.00002), Otters and Rivers in Motion",
        "- D. Yang, J. Teng, Otters and rivers in motion, J. Riv. 93. [pdf](http://a.b/c.pdf)",
        "- **OTR**\n  - Otters and Rivers in Motion, KDD'19\n  - [[pdf]](http://a.b/c.pdf)",
    ],
)
def test_the_best_candidate_is_the_title(source: str) -> None:
    """After a linked date, after names between commas, on the line below a name."""
    (unit,) = Units(source.encode()).read(read_blocks(source))
    found = titles_of(unit.text, unit.anchors, read_text(unit.text))
    best = max(found, key=lambda one: one.score)
    assert best.text.lower() == "otters and rivers in motion"
