"""
Real and made-up references as lines of a list: who is accused, and what is accepted.

    python -m benchmarks.references [FILE...] [--made-up FILE] [--records FOLDER]
        [--number N] [--list-titles FILE] [--ask CACHE]

FILEs are labelled references, one JSON object a line, as HALLMARK has them
(github.com/rpatrik96/hallmark: `fields` with title, author, year, booktitle, doi, and `label`,
VALID or HALLUCINATED), or BibTeX of real ones; `--made-up` is BibTeX of others. With RECORDS, a
folder of arXiv records (`calibrate.py`), N references are made of real titles as lists write them,
and N of titles that nobody has given: two halves, words of another title, authors of another paper.
Who is asked is an index of RECORDS in the place of every source; with `--ask` the services
themselves, whose answers stay in the folder CACHE.

The references become a table of a Markdown list without links, which is read, resolved and verified
as a run does it. Made-up with a real title (other authors, another venue) is counted by its kind:
a list that names the paper means the paper. So are near misses, real references with a word of the
title altered: by a "towards" for a "for" the paper is still meant, and a run tells the official
title; where the word means something, a person decides.

References are in two halves by a digest; rules may be looked at with the first half, the second is
to stay unseen. Exit code 1 where a real one is accused or one of a made-up title is accepted.
"""

import argparse
import asyncio
import csv
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

from benchmarks.calibrate import TitleIndex, read_records, wilson
from pipeline.markdown.bibtex import read_bibtex
from pipeline.records.catalog import Paper
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Found, Missing, Outcome
from pipeline.records.source import Source
from pipeline.reports.unverified import is_unverified
from pipeline.settings.loading import load
from pipeline.stages.parse import parse
from pipeline.stages.resolve import resolve, resolve_by_title, verify
from pipeline.wiring import wire
from pipeline.works.authors import author_keys, shared_authors
from pipeline.works.candidates import CandidateWork, TitleHits, is_generic
from pipeline.works.known import LastCatalog
from pipeline.works.titles import normalise, title_key, word_count
from pipeline.works.wording import LITTLE_WORDS, is_variant

SEED = 20_261_130
LONG_AFTER = 2040
"""The year in which all is asked: no reference is too fresh to be doubted."""
LEAST_WORDS = 5
REAL_TITLE = "made-up, real title"
NEAR_MISS, NEAR_MISS_TYPE = "near miss", "near_miss_title"


@dataclass(frozen=True)
class Reference:
    """One reference of a table."""

    title: str
    authors: str
    venue: str
    year: str
    kind: str
    """How it was made; `real…` for one that there is."""

    @property
    def is_real(self) -> bool:
        """Whether there is such a work."""
        return self.kind.startswith("real")

    @property
    def half(self) -> str:
        """`seen` or `unseen`."""
        return (
            "unseen" if md5(self.title.encode(), usedforsecurity=False).digest()[0] % 2 else "seen"
        )


# --- given references -------------------------------------------------------------------------


def labelled(path: Path) -> Iterator[Reference]:
    """Yield the references of a file of HALLMARK's."""
    for line in path.read_text("utf-8").split("\n"):
        if line.strip():
            yield _labelled(json.loads(line))


def _labelled(row: Mapping[str, Any]) -> Reference:
    fields, kind = row["fields"], "real"
    if row["label"] != "VALID":
        is_titled = (row.get("subtests") or {}).get("title_exists")
        kind = str(row.get("hallucination_type"))
        how = REAL_TITLE if is_titled else "made-up"
        kind = f"{NEAR_MISS if kind == NEAR_MISS_TYPE else how}: {kind}"
    venue = fields.get("booktitle") or fields.get("journal") or ""
    authors = ", ".join(map(_name, fields.get("author", "").split(" and ")))
    return Reference(fields.get("title", ""), authors, venue, str(fields.get("year", "")), kind)


def _name(name: str) -> str:
    """Return `Ann Author` for `Author, Ann`; several names between commas stay."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and "," not in first else name


def of_bibtex(path: Path, kind: str) -> Iterator[Reference]:
    """Yield the references of a BibTeX file."""
    for entry in read_bibtex(path.read_text("utf-8"), path.stem).entries:
        year = str(entry.year or "")
        yield Reference(entry.title, entry.authors or "", entry.venue or "", year, kind)


def of_pairs(path: Path) -> Iterator[Reference]:
    """Yield titles as lists have them, of which the official ones are known to differ."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Reference(row["list_title"], "", "arXiv 2023", "2023", f"real, {row['kind']}")


def official(path: Path) -> Iterator[CandidateWork]:
    """Yield the works that those titles mean."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield CandidateWork(key=f"arxiv:{row['arxiv_id']}", title=row["official_title"])


# --- made ones --------------------------------------------------------------------------------


def made(works: Sequence[CandidateWork], number: int) -> Iterator[Reference]:
    """Yield `number` references of real titles and as many of titles that nobody has given."""
    chance = random.Random(SEED)  # noqa: S311  no secret
    known = {title_key(work.title) for work in works}
    fit = [work for work in works if _is_fit(work)]
    chosen = chance.sample(fit, min(4 * number, len(fit)))
    ways = (_as_it_is, _small, _shortened, _named, _misspelt)
    for n, work in enumerate(chosen[:number]):
        yield _reference(work, *ways[n % len(ways)](work.title, chance))
    makers = (_halves, _words, _word, _other_authors, _plausible)
    left = number
    for n, (work, other) in enumerate(zip(chosen[number:], chosen[2 * number :], strict=False)):
        title, kind = makers[n % len(makers)](work.title, other.title, chance)
        shared = shared_authors(author_keys(work.authors), author_keys(other.authors))
        if left and (kind == "other authors" or title_key(title) not in known) and not shared:
            left -= 1
            by = other if kind == "other authors" else work
            yield _reference(by, title, f"made-up: {kind}", year=work.year)


def _is_fit(work: CandidateWork) -> bool:
    plain = work.title.isascii() and not set(work.title) & set('\\$|"[]_*<>{}^`')
    return (
        plain
        and word_count(work.title) >= LEAST_WORDS
        and bool(work.authors)
        and (not is_generic(work.title))
    )


def _reference(work: CandidateWork, title: str, kind: str, year: int | None = None) -> Reference:
    authors = ", ".join(work.authors[:4])
    return Reference(title, authors, "Journal of Lists", str(year or work.year or ""), kind)


def _as_it_is(title: str, _: random.Random) -> tuple[str, str]:
    return title, "real, as it is"


def _small(title: str, _: random.Random) -> tuple[str, str]:
    return title.lower().replace("-", " "), "real, small letters"


def _shortened(title: str, _: random.Random) -> tuple[str, str]:
    before, colon, after = title.partition(": ")
    longer = max(before, after, key=word_count)
    return (
        (longer, "real, half of it")
        if colon and word_count(longer) >= LEAST_WORDS
        else (
            title,
            "real, as it is",
        )
    )


def _named(title: str, chance: random.Random) -> tuple[str, str]:
    return f"{''.join(chance.sample('ABDEGLMNRST', 5))}: {title}", "real, a name before it"


def _misspelt(title: str, chance: random.Random) -> tuple[str, str]:
    words = title.split()
    long = [n for n, word in enumerate(words) if len(word) > 8 and word.isalpha()]
    if not long:
        return title, "real, as it is"
    n = chance.choice(long)
    at = chance.randrange(5, len(words[n]) - 1)
    words[n] = words[n][:at] + words[n][at + 1] + words[n][at] + words[n][at + 2 :]
    return " ".join(words), "real, misspelt"


def _halves(title: str, other: str, _: random.Random) -> tuple[str, str]:
    one, two = title.split(), other.split()
    return " ".join((*one[: len(one) // 2], *two[len(two) // 2 :])), "two halves"


def _words(title: str, other: str, chance: random.Random) -> tuple[str, str]:
    return _swapped(title, other, chance, 2), "two words of another title"


def _word(title: str, other: str, chance: random.Random) -> tuple[str, str]:
    return _swapped(title, other, chance, 1), "one word of another title"


def _other_authors(title: str, _other: str, _: random.Random) -> tuple[str, str]:
    return title, "other authors"


def _plausible(title: str, other: str, chance: random.Random) -> tuple[str, str]:
    """A title as language models make them: a name, and words that go together in the field."""
    words = [word for word in f"{title} {other}".split() if _has_meaning(word)]
    chosen = chance.sample(words, min(5, len(words)))
    name = "".join(chance.sample("ABDEGLMNRST", 4))
    return f"{name}: {' '.join(chosen[:3])} for {' '.join(chosen[3:])}", "plausible"


def _swapped(title: str, other: str, chance: random.Random, number: int) -> str:
    """Put words that carry a meaning in the place of others that mean something else."""
    words, taken = title.split(), [word for word in other.split() if _has_meaning(word)]
    places = [n for n, word in enumerate(words) if _has_meaning(word)]
    for n in chance.sample(places, min(number, len(places))):
        fit = [word for word in taken if not is_variant(normalise(word), normalise(words[n]))]
        words[n] = chance.choice(fit) if fit else "quokkas"
    return " ".join(words)


def _has_meaning(word: str) -> bool:
    return len(word) > 3 and word.isalpha() and word.lower() not in LITTLE_WORDS


# --- asking -----------------------------------------------------------------------------------


class Indexed:
    """An index in the place of a source."""

    def __init__(self, index: TitleIndex, name: str) -> None:
        self.name = name
        self._index = index

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[TitleHits]]]:
        """See `Source.fetch_many`."""
        for title in keys:
            near = tuple(self._index.near(title))
            hits = TitleHits(candidates=near)
            yield title, Found(value=hits) if near else Missing(reason="nothing like it")


def as_list(references: Iterable[Reference]) -> ParsedList:
    """Read the references as the table of a list."""
    rows = (
        " | ".join(("", *(_cell(one) for one in (ref.title, ref.authors, ref.venue, ref.year)), ""))
        for ref in references
    )
    head = ["# References", "", "| Title | Authors | Venue | Year |", "|---|---|---|---|"]
    return parse("\n".join([*head, *(row.strip() for row in rows), ""]), name="references")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


async def resolved(
    parsed: ParsedList, search: Source[TitleHits], registries: Sequence[Source[TitleHits]]
) -> list[Paper]:
    """Return the works of a list as a run knows them in the end."""
    papers = await resolve_by_title(resolve([parsed]), search=search)
    verified = await verify(
        papers, links=(), page_title=lambda _: None, registries=registries, year=LONG_AFTER
    )
    return list(verified)


def asked_live(parsed: ParsedList, cache: Path) -> list[Paper]:
    """Return the same with the answers of the services, which the folder keeps."""
    settings = load({"cache_dir": cache, "out": cache, "verify": len(parsed.entries)})

    async def ask() -> list[Paper]:
        async with wiring.client:
            search = wiring.title_search(LastCatalog())
            assert search is not None
            return await resolved(parsed, search, wiring.registries())

    with wire(settings) as wiring:
        return asyncio.run(ask())


# --- all --------------------------------------------------------------------------------------


def outcome_of(paper: Paper) -> str:
    """Return what a run says of a work: accepted, review, unverified, or open."""
    if is_unverified(paper):
        return "unverified"
    known = {"found": "accepted", "review": "review"}
    return known.get(paper.resolution.status, "open")


def outcomes_of(
    references: Sequence[Reference], papers: Iterable[Paper]
) -> Iterator[tuple[Reference, str]]:
    """Yield each reference with what is said of its line."""
    by_line = {entry.line: paper for paper in papers for entry in paper.mentions}
    first = 5
    for number, reference in enumerate(references):
        paper = by_line.get(first + number)
        yield reference, "unread" if paper is None else outcome_of(paper)


def main() -> int:
    """Print the table; exit 1 where a real one is accused, or one of no real title accepted."""
    options = argparse.ArgumentParser(description="Real and made-up references.")
    options.add_argument("files", type=Path, nargs="*", help="labelled JSON Lines, or BibTeX")
    options.add_argument("--made-up", type=Path, default=None, help="BibTeX of made-up ones")
    options.add_argument("--list-titles", type=Path, default=None, help="CSV of odd list titles")
    options.add_argument("--records", type=Path, default=None, help="folder of arXiv records")
    options.add_argument("--number", type=int, default=2000, help="how many to make of each")
    options.add_argument("--ask", type=Path, default=None, help="ask the services; their cache")
    chosen = options.parse_args()
    works = list(read_records(chosen.records).values()) if chosen.records else []
    works += official(chosen.list_titles) if chosen.list_titles else ()
    references = [one for path in chosen.files for one in _of(path)]
    references += of_bibtex(chosen.made_up, "made-up") if chosen.made_up else ()
    references += of_pairs(chosen.list_titles) if chosen.list_titles else ()
    references += made(works, chosen.number) if not references else ()
    parsed = as_list(references)
    if chosen.ask:
        papers = asked_live(parsed, chosen.ask)
    else:
        index = TitleIndex(works)
        registry = Indexed(index, "datacite-search")
        papers = asyncio.run(resolved(parsed, Indexed(index, "arxiv-search"), [registry]))
    return shown(list(outcomes_of(references, papers)))


def _of(path: Path) -> Iterator[Reference]:
    return of_bibtex(path, "real") if path.suffix == ".bib" else labelled(path)


def shown(found: Sequence[tuple[Reference, str]]) -> int:
    """Print what became of each kind, and what must not be."""
    counts = Counter((one.half, one.kind, said) for one, said in found)
    said_of = ("accepted", "review", "open", "unverified", "unread")
    print(f"| half | reference | {' | '.join(said_of)} |\n|---|---|{'---:|' * len(said_of)}")
    for half, kind in sorted({(half, kind) for half, kind, _ in counts}):
        numbers = " | ".join(str(counts[half, kind, said]) for said in said_of)
        print(f"| {half} | {kind} | {numbers} |")
    return 1 if _wrong("real", "unverified", found) + _wrong("made-up:", "accepted", found) else 0


def _wrong(kind: str, word: str, found: Iterable[tuple[Reference, str]]) -> int:
    """Print of which references of a kind what must not be was said; return how many they are."""
    among = [(one, said) for one, said in found if one.kind.startswith(kind)]
    wrong = [one for one, said in among if said == word]
    right = wilson(len(among) - len(wrong), len(among))
    print(
        f"\n{kind.strip(':')} and {word}: {len(wrong)} of {len(among)} (not: {right:.4f} or more)"
    )
    print("".join(f"  {one.kind}: {one.title}\n" for one in wrong), end="")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
