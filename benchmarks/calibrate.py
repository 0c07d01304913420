"""
How far titles can be trusted: entries whose arXiv link is hidden, resolved by title alone.

    python benchmarks/calibrate.py RECORDS LISTS... [--hard-pairs FILE] [--list-titles FILE] [--all]
        [--absent N]

RECORDS is a folder of arXiv records (`*.jsonl`, `*.jsonl.gz` with id, title, authors, published),
LISTS are Markdown files or folders of them. Every entry that links to a known record is a question
with its answer: its links are hidden, and its title is looked up among all records. Then the
answers are taken out of the index and the same titles, and those of 3,000 other records, are asked
again: whatever is accepted now is wrong.

The lower bounds are Wilson's at 95 %. Exit code 1 where a goal is missed.
"""

import argparse
import csv
import gzip
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from pipeline.records.lists import Entry
from pipeline.stages.parse import decode, parse
from pipeline.works.candidates import CandidateWork, Query
from pipeline.works.deciding import Decision, decide
from pipeline.works.identifiers import identify
from pipeline.works.matching import judge, score
from pipeline.works.titles import normalise, title_key, word_count

GOALS = {"auto": 0.90, "auto or review": 0.95}
NEAREST = 10
OUTCOMES = ("right", "wrong", "review", "review, right there", "missing")


def wilson(right: int, asked: int, z: float = 1.96) -> float:
    """Return the lower bound of a share at 95 %."""
    if not asked:
        return 0.0
    share = right / asked
    middle = share + z * z / (2 * asked)
    spread = z * sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    return (middle - spread) / (1 + z * z / asked)


# --- the index --------------------------------------------------------------------------------


def read_records(folder: Path) -> dict[str, CandidateWork]:
    """Return the records of a folder by arXiv id; of two about one paper the fuller counts."""
    works: dict[str, CandidateWork] = {}
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        for record in _lines(path):
            known = works.get(record["id"])
            if record["title"] and (known is None or not known.authors):
                works[record["id"]] = CandidateWork(
                    key=f"arxiv:{record['id']}",
                    title=record["title"],
                    authors=tuple(record["authors"] or ()),
                    published=record.get("published"),
                )
    return works


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    for line in text.split("\n"):
        if line.strip():
            yield json.loads(line)


class TitleIndex:
    """Titles by exact key and by word: what shares the rarest words comes out."""

    def __init__(self, works: Iterable[CandidateWork]) -> None:
        self._works = list(works)
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._words = [normalise(work.title) for work in self._works]
        for number, words in enumerate(self._words):
            self._by_key[words.replace(" ", "")].append(number)
            for word in set(words.split()):
                self._by_word[word].append(number)

    def near(self, title: str, without: frozenset[str] = frozenset()) -> list[CandidateWork]:
        """Return the works whose titles share most with *title*, those in *without* left out."""
        shared: Counter[int] = Counter()
        said = normalise(title)
        words = sorted(set(said.split()), key=lambda word: len(self._by_word[word]))
        for word in words[:12]:
            if len(self._by_word[word]) <= 5000 or not shared:
                shared.update(self._by_word[word])
        numbers = [*self._by_key[title_key(title)], *(n for n, _ in shared.most_common(300))]
        rated = {n: -fuzz.ratio(said, self._words[n]) for n in numbers}
        works = (self._works[n] for n in sorted(rated, key=rated.__getitem__))
        return [work for work in works if work.key not in without][:NEAREST]


# --- questions --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """An entry whose paper is known, asked as if it were not."""

    list: str
    line: int
    query: Query
    answer: str

    def __str__(self) -> str:
        return f"{self.list}:{self.line} “{self.query.title}” [{self.answer}]"


def questions(paths: Iterable[Path], works: Mapping[str, CandidateWork]) -> Iterator[Question]:
    """Yield every entry that links to a known record, its link hidden."""
    for path in paths:
        text, _ = decode(path.read_bytes(), name=path.stem)
        for entry in parse(text, name=path.stem).entries:
            found = _linked(entry)
            if found in works and entry.kind == "paper":
                query = Query(
                    entry.title or entry.name or "", entry.authors, entry.year, entry.name
                )
                yield Question(path.stem, entry.line, query, f"arxiv:{found}")


def _linked(entry: Entry) -> str:
    for link in entry.links:
        subject = identify(link.url) if link.role == "paper" else None
        if subject is not None and subject.scheme == "arxiv":
            return subject.value
    return ""


def stratum(question: Question) -> str:
    """Return the kind of evidence that an entry offers."""
    if word_count(question.query.title) < 4:
        return "short title"
    if "survey" in normalise(question.query.title).split():
        return "survey"
    return "with authors" if question.query.authors else "without authors"


# --- counting ---------------------------------------------------------------------------------


@dataclass
class Tally:
    """How a set of questions came out."""

    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """All questions."""
        return sum(self.counts.values())

    @property
    def auto(self) -> float:
        """Share that was answered rightly without a person."""
        return self.counts["right"] / max(1, self.asked)

    @property
    def reachable(self) -> float:
        """Share that was answered rightly, or put to a person with the right one shown."""
        shown = self.counts["right"] + self.counts["review, right there"]
        return shown / max(1, self.asked)

    def add(self, question: Question, decision: Decision, works: Mapping[str, str]) -> None:
        """Count one answer."""
        outcome = self._outcome(question, decision)
        self.counts[outcome] += 1
        self.codes[f"{outcome}: {decision.reason_code}"] += 1
        shown = f"{question}\n    {decision.reason_code} {' | '.join(decision.evidence[:2])}"
        shown += f"\n    is “{works.get(question.answer, '')}”"
        if outcome == "wrong":
            self.wrong.append(shown)
        elif outcome != "right":
            self.open.append(shown)

    @staticmethod
    def _outcome(question: Question, decision: Decision) -> str:
        if decision.status == "found":
            return "right" if decision.key == question.answer else "wrong"
        if decision.status != "review":
            return "missing"
        there = question.answer in {candidate.key for candidate in decision.candidates}
        return "review, right there" if there else "review"


def table(tallies: Mapping[str, Tally]) -> str:
    """Return the tallies, one a line."""
    columns = ("asked", *OUTCOMES, "auto", "auto+rev", "precision >=")
    lines = ["".ljust(40) + "".join(column.rjust(21 if "," in column else 9) for column in columns)]
    for name, tally in tallies.items():
        counts = tally.counts
        accepted = counts["right"] + counts["wrong"]
        cells = [str(tally.asked).rjust(9)]
        cells += [str(counts[o]).rjust(21 if "," in o else 9) for o in OUTCOMES]
        cells += [f"{tally.auto:.3f}".rjust(9), f"{tally.reachable:.3f}".rjust(9)]
        cells += [f"{wilson(counts['right'], accepted):.4f}".rjust(12)]
        lines.append(name[:39].ljust(40) + "".join(cells))
    return "\n".join(lines)


def present(asked: Sequence[Question], index: TitleIndex, titles: Mapping[str, str]) -> list[Tally]:
    """Ask with all records in the index; return the tally of each list, each stratum and in all."""
    by_list: dict[str, Tally] = defaultdict(Tally)
    by_stratum: dict[str, Tally] = defaultdict(Tally)
    total = Tally()
    for question in asked:
        decision = decide(question.query, index.near(question.query.title))
        for tally in (by_list[question.list], by_stratum[stratum(question)], total):
            tally.add(question, decision, titles)
    print(table({**by_list, **{f"({key})": by_stratum[key] for key in sorted(by_stratum)}}))
    print(table({"all": total}).split("\n")[1])
    return [*by_list.values(), total]


def absent(
    asked: Sequence[Question], index: TitleIndex, works: Sequence[CandidateWork], number: int
) -> Tally:
    """
    Ask for titles whose record was taken out: each once of the entries, and of `number` records.

    Half of the records are asked by their bare title, half with authors and year.
    """
    sample = random.Random(5).sample(list(works), min(number, len(works)))  # noqa: S311
    more = [
        Question("records", 0, _query_of(work, bare=place % 2 == 0), work.key)
        for place, work in enumerate(sample)
    ]
    distinct = {(question.query.title, question.answer): question for question in asked}
    tally = Tally()
    for question in (*distinct.values(), *more):
        gone = frozenset([question.answer])
        decision = decide(question.query, index.near(question.query.title, without=gone))
        tally.counts[decision.status] += 1
        tally.codes[f"{decision.status}: {decision.reason_code}"] += 1
        if decision.status == "found":
            tally.wrong.append(f"{question}\n    {' | '.join(decision.evidence)}")
    return tally


def _query_of(work: CandidateWork, *, bare: bool) -> Query:
    return Query(work.title) if bare else Query(work.title, work.authors[:3], work.year)


# --- labelled pairs ---------------------------------------------------------------------------


def hard_pairs(path: Path) -> tuple[Counter[str], list[str]]:
    """Judge labelled pairs; a pair is wrong where a label is contradicted without a person."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            verdict = pair_verdict(row)
            counts[f"{row['label']}: {verdict}"] += 1
            if row["label"] != "same" and verdict.startswith("auto"):
                wrong.append(f"{row['arxiv_title']} / {row['published_title']}: {verdict}")
            if row["label"] == "same" and verdict.startswith("none"):
                wrong.append(f"{row['arxiv_title']} / {row['published_title']}: {verdict}")
    return counts, wrong


def pair_verdict(row: Mapping[str, str]) -> str:
    """Judge one pair: the published paper against the arXiv one."""
    year = 2020
    delta = int(row["published_year_minus_arxiv_year"])
    query = Query(row["published_title"], (row["published_first_author"],), year + delta)
    work = CandidateWork(
        key="arxiv:x",
        title=row["arxiv_title"],
        authors=(row["arxiv_first_author"],),
        published=str(year),
    )
    level, code = judge(query, score(query, work))
    return f"{level} ({code})"


def list_titles(path: Path, index: TitleIndex) -> Tally:
    """Ask for list titles that differ from the official ones, which join the index."""
    tally = Tally()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            work = CandidateWork(key=f"arxiv:{row['arxiv_id']}", title=row["official_title"])
            question = Question(row["kind"], 0, Query(row["list_title"]), work.key)
            near = index.near(row["list_title"], without=frozenset([work.key]))
            tally.add(question, decide(question.query, [work, *near]), {work.key: work.title})
    return tally


# --- all --------------------------------------------------------------------------------------


def main() -> int:
    """Print the tables; exit 1 where something wrong was accepted or a goal is missed."""
    options = argparse.ArgumentParser(description="Calibrate title resolution.")
    options.add_argument("records", type=Path, help="folder of arXiv records")
    options.add_argument("lists", type=Path, nargs="+", help="Markdown files or folders of them")
    options.add_argument("--hard-pairs", type=Path, default=None, help="CSV of labelled pairs")
    options.add_argument("--list-titles", type=Path, default=None, help="CSV of odd list titles")
    options.add_argument("--absent", type=int, default=3000, help="records to ask for in vain")
    options.add_argument("--all", action="store_true", help="show every entry left open")
    chosen = options.parse_args()
    works = read_records(chosen.records)
    index = TitleIndex(works.values())
    paths = [file for path in chosen.lists for file in _markdown(path)]
    asked = list(questions(paths, works))
    titles = {work.key: work.title for work in works.values()}
    print(f"{len(works)} records, {len(asked)} entries with a known paper\n")
    total = present(asked, index, titles)[-1]
    _show("accepted, and another paper than the list links to", total.wrong)
    if chosen.all:
        _show("open", total.open)
    print(f"\nby reason: {dict(sorted(total.codes.items()))}")
    without = absent(asked, index, list(works.values()), chosen.absent)
    number = without.asked
    refused = number - without.counts["found"]
    print(f"\nrecord removed: {number} asked, {dict(sorted(without.codes.items()))}")
    print(f"not accepted: {refused / number:.4f}, at least {wilson(refused, number):.4f}")
    _show("accepted though the record was removed", without.wrong)
    missed = bool(total.wrong or without.wrong)
    missed |= total.auto < GOALS["auto"] or total.reachable < GOALS["auto or review"]
    if chosen.hard_pairs:
        counts, wrong = hard_pairs(chosen.hard_pairs)
        print(f"\nhard pairs: {dict(sorted(counts.items()))}")
        _show("hard pairs judged against their label", wrong)
        missed |= bool(wrong)
    if chosen.list_titles:
        odd = list_titles(chosen.list_titles, index)
        print(f"\nodd list titles: {dict(sorted(odd.codes.items()))}")
        _show("odd list titles, accepted wrongly", odd.wrong)
    return 1 if missed else 0


def _markdown(path: Path) -> list[Path]:
    return sorted(path.glob("*.md")) if path.is_dir() else [path]


def _show(what: str, lines: Sequence[str]) -> None:
    if lines:
        print(f"\n{what} ({len(lines)}):")
        print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
