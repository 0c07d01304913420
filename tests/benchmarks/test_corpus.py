"""The made-up lists of the benchmarks: the same seed, the same bytes; and what they are like."""

import re
from collections import Counter

from benchmarks.corpus import Shape, lists
from pipeline.stages.parse import parse

SHAPE = Shape(lists=6, entries=900, overlap=0.3, seed=5)


def test_seed_decides_every_byte() -> None:
    """Another seed makes other lists."""
    assert list(lists(SHAPE)) == list(lists(SHAPE))
    assert list(lists(SHAPE)) != list(lists(Shape(lists=6, entries=900, overlap=0.3, seed=6)))


def test_every_entry_is_read_with_its_links() -> None:
    """As many as are asked for, with two links each, and some in several lists."""
    parsed = [parse(text, name=name) for name, text in lists(SHAPE)]
    entries = [entry for one in parsed for entry in one.entries]

    assert [len(one.entries) for one in parsed] == [150] * 6
    assert all(len(entry.links) == 2 for entry in entries)
    assert 500 < len({entry.title for entry in entries}) < 750


def test_links_are_shared_out_as_in_the_wild() -> None:
    """Of the distinct ones 59 % lead to arXiv, and 20 % to GitHub."""
    text = "".join(text for _, text in lists(Shape(lists=4, entries=8_000, overlap=0)))
    urls = set(re.findall(r"https://[^)\s]+", text))
    hosts = Counter(url.split("/")[2] for url in urls)

    assert len(urls) == 16_000
    assert 0.575 < hosts["arxiv.org"] / len(urls) < 0.605
    assert 0.19 < hosts["github.com"] / len(urls) < 0.215
    rest = len(urls) - hosts["arxiv.org"] - hosts["github.com"]
    assert 0.07 < hosts["largest.example.org"] / rest < 0.1
    assert 0.3 < sum(number == 1 for number in hosts.values()) / rest < 0.4
