"""
How fast the title index is built and asked, how large it gets, and with how much memory.

    python benchmarks/title_index.py [--papers 300000] [--line 2000] [--snapshot FILE]

Without a snapshot, made-up papers: titles of words that are as common as in real titles (Zipf's law
with Mandelbrot's offset), lines as long as in arXiv's snapshot. Speed and size are also told for
the 2.7 million papers of 2026. Titles are asked as they are, and spoilt: a word dropped, misspelt,
only the first words, made of common words alone.
"""

import argparse
import json
import math
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from pipeline.sources.titles.build import BuildState, build
from pipeline.sources.titles.index import TitleIndex

ARXIV_PAPERS = 2_700_000
VOCABULARY = 500_000
FLATNESS = 10
"""Mandelbrot's offset: the most common word stands in 7 % of the titles, as in real ones."""
SYLLABLES = [consonant + vowel for consonant in "bdg" for vowel in "aeiou"]


def word(rank: int) -> str:
    """Return a made-up word, another one for each rank."""
    spelt = SYLLABLES[rank % 15]
    while rank := rank // 15:
        spelt += SYLLABLES[rank % 15]
    return spelt


def title(chance: random.Random) -> str:
    """Return a made-up title of 5 to 12 words."""
    scale = math.log((VOCABULARY + FLATNESS) / FLATNESS)
    ranks = (
        int(FLATNESS * math.exp(chance.random() * scale)) - FLATNESS
        for _ in range(chance.randint(5, 12))
    )
    return " ".join(word(rank) for rank in ranks).capitalize()


def record(number: int, chance: random.Random, line: int) -> str:
    """Return one line of a made-up snapshot, of about so many bytes."""
    year, month, within = 15 + number // 600_000, number // 50_000 % 12 + 1, number % 50_000 + 1
    data = {
        "id": f"{year:02}{month:02}.{within:05}",
        "title": title(chance),
        "authors_parsed": [["Family", "Given", ""], ["Other", "A. B.", ""], ["Third", "C.", ""]],
        "versions": [{"version": "v1", "created": f"Mon, 2 Apr 20{year:02} 19:18:42 GMT"}],
        "update_date": f"20{year:02}-04-02",
        "categories": "cs.LG",
        "abstract": "",
    }
    data["abstract"] = "x" * max(0, line - len(json.dumps(data)))
    return json.dumps(data)


def write(path: Path, papers: int, line: int) -> None:
    """Write a made-up snapshot."""
    chance = random.Random(1)  # noqa: S311
    with path.open("w", encoding="utf-8") as stream:
        for number in range(papers):
            stream.write(record(number, chance, line) + "\n")


def measure_build(snapshot: Path, directory: Path) -> None:
    """Build the index and print speed, size and memory."""
    finishing: list[float] = []

    def listen(state: BuildState) -> None:
        if state.finishing:
            finishing.append(time.perf_counter())

    begin = time.perf_counter()
    info = build(snapshot, directory, listen)
    seconds, tail = time.perf_counter() - begin, time.perf_counter() - finishing[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak //= 1024 * 1024 if sys.platform == "darwin" else 1024
    scale = ARXIV_PAPERS / info.papers
    print(f"{info.papers:,} papers, {info.damaged:,} damaged lines")
    print(f"built in {seconds:.1f} s (the last {tail:.1f} s to finish), peak {peak} MiB")
    print(f"{info.size_bytes / 1e6:.0f} MB, {info.size_bytes / info.papers:.0f} bytes a paper")
    minutes, size = seconds * scale / 60, info.size_bytes * scale / 1e6
    print(f"for {ARXIV_PAPERS:,}: {minutes:.1f} min, {size:.0f} MB")


def sample(index: TitleIndex, count: int) -> list[tuple[str, str]]:
    """Return ids and titles of some papers, the same ones every time."""
    chance = random.Random(2)  # noqa: S311
    rows = chance.sample(range(1, index.info.papers + 1), min(count, index.info.papers))
    return [(found[0], found[1]) for row in rows for found in index._works([row])]


def spoilt(index: TitleIndex) -> Iterator[tuple[str, Callable[[Sequence[str]], Sequence[str]]]]:
    """Yield ways to spoil the words of a title."""
    chance = random.Random(3)  # noqa: S311
    common = sorted(index._frequency, key=lambda word: -index._frequency[word])[:200]

    def drop(words: Sequence[str]) -> Sequence[str]:
        place = chance.randrange(len(words))
        return [*words[:place], *words[place + 1 :]]

    def misspell(words: Sequence[str]) -> Sequence[str]:
        place = chance.randrange(len(words))
        return [*words[:place], words[place] + "q", *words[place + 1 :]]

    yield "as it is", lambda words: words
    yield "a word dropped", drop
    yield "a word misspelt", misspell
    yield "first 60 %", lambda words: words[: max(3, len(words) * 6 // 10)]
    yield "name before", lambda words: ["Qxyzt:", *words]
    yield "common words (absent)", lambda words: chance.sample(common, len(words))


def measure_search(index: TitleIndex, count: int) -> None:
    """Print how often the right paper is among the hits, and how much CPU time a search takes."""
    papers = [(id_, text) for id_, text in sample(index, count) if len(text.split()) >= 4]
    print(f"{'title':24}{'found':>8}{'first':>8}{'median':>10}{'99 %':>10}{'longest':>10}")
    for name, spoil in spoilt(index):
        found = first = 0
        times: list[float] = []
        for id_, text in papers:
            asked = " ".join(spoil(text.split()))
            begin = time.process_time()
            ids = [work.key.removeprefix("arxiv:") for work in index.search(asked)]
            times.append((time.process_time() - begin) * 1000)
            found, first = found + (id_ in ids), first + (ids[:1] == [id_])
        times.sort()
        shares = f"{found / len(papers):8.4f}{first / len(papers):8.4f}"
        middle, most = times[len(times) // 2], times[int(len(times) * 0.99)]
        print(f"{name:24}{shares}{middle:7.1f} ms{most:7.1f} ms{times[-1]:7.1f} ms")


def main() -> None:
    """Print both measurements."""
    options = argparse.ArgumentParser(description="Measure the title index.")
    options.add_argument("--papers", type=int, default=300_000)
    options.add_argument("--line", type=int, default=2_000, help="bytes of a made-up line")
    options.add_argument("--snapshot", type=Path, help="a real snapshot instead of a made-up one")
    options.add_argument("--titles", type=int, default=1_000, help="titles that are asked")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        snapshot = chosen.snapshot or Path(folder) / "snapshot.json"
        if chosen.snapshot is None:
            write(snapshot, chosen.papers, chosen.line)
        measure_build(snapshot, Path(folder))
        with closing(TitleIndex(Path(folder) / "arxiv-titles.sqlite")) as index:
            measure_search(index, chosen.titles)


if __name__ == "__main__":
    main()
