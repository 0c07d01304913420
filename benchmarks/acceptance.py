"""
How often the venue that a comment on arXiv names is read right, and the code of an abstract.

    python -m benchmarks.acceptance RECORDS [LISTS...]

RECORDS is a folder of arXiv records (`*.jsonl`, `*.jsonl.gz` with id and comment). The labels of
`facts/comment_venues.jsonl` were written by hand before anything was measured: of 200 comments of
any field and of 100 of computer science, half to tune on (`seen`) and half not (`unseen`). A label
holds what is distinctive of the venue's name, its year and kind; no venue where nobody has accepted
the paper. An answer is right where name and kind are, and a year that is given.

LISTS are Markdown files: of their entries with a known abstract it is counted how many abstracts
name a repository as the paper's own, and whether the entry has it, has another one, or has none.

Exit code 1 where less than 99 of 100 answers are right.
"""

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.stages.parse import parse_bytes
from pipeline.works.acceptance import Acceptance, accepted_in
from pipeline.works.code_links import CodeLink, code_links
from pipeline.works.identifiers import identify

LABELS = Path(__file__).with_name("facts") / "comment_venues.jsonl"
GOAL = 0.99
Label = Mapping[str, Any]


def labels() -> list[Label]:
    """Return the labels, in the order in which they were drawn."""
    return [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]


def comments(folder: Path, field: str = "comment") -> dict[str, str]:
    """Return the comments (or another field) of a folder of records, by arXiv id."""
    found: dict[str, str] = {}
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        data = path.read_bytes()
        for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
            record = json.loads(line)
            if record.get(field):
                found.setdefault(record["id"], record[field])
    return found


def judged(label: Label, found: Acceptance | None) -> str:
    """Return `right`, `wrong`, `missed` or `nothing`, which is right too."""
    if found is None:
        return "missed" if label["venue"] else "nothing"
    named = any(_plain(name) in _plain(found.venue) for name in label["venue"])
    dated = found.year in (None, label["year"])
    return "right" if named and dated and found.kind == label["kind"] else "wrong"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+|&", text.casefold()))


def tallies(texts: Mapping[str, str]) -> Iterator[tuple[str, str, Counter[str]]]:
    """Yield how the labels of each sample and half were met."""
    groups: dict[tuple[str, str], Counter[str]] = {}
    for label in labels():
        found = accepted_in(texts[label["id"]])
        tally = groups.setdefault((label["sample"], label["half"]), Counter())
        verdict = judged(label, found)
        tally[verdict] += 1
        tally["dated"] += verdict == "right" and found is not None and found.year == label["year"]
    yield from ((sample, half, tally) for (sample, half), tally in sorted(groups.items()))


def code_of(lists: Iterable[Path], abstracts: Mapping[str, str]) -> Counter[str]:
    """Count the abstracts of entries by what they name, and by what the entries have."""
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for path in lists:
        for entry in parse_bytes(path.read_bytes(), name=path.stem).entries:
            found = [one for link in entry.links if (one := identify(link.url))]
            ids = [one.value for one in found if one.scheme == "arxiv" and one.value in abstracts]
            if not ids or ids[0] in seen:
                continue
            seen.add(ids[0])
            counts["abstracts"] += 1
            own = {one.key for one in own_links(abstracts[ids[0]]) if one.key}
            has = {one.value for one in found if one.scheme == "github"}
            if own:
                counts["name their code"] += 1
                counts["the entry has it" if own & has else "other" if has else "no code"] += 1
    return counts


def own_links(abstract: str) -> list[CodeLink]:
    """Return the repositories that an abstract calls the paper's own."""
    return [one for one in code_links(abstract) if one.is_own]


def main() -> int:
    """Measure, print a table, and say whether the goal is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("lists", type=Path, nargs="*")
    given = parser.parse_args()
    texts = comments(given.records)
    total: Counter[str] = Counter()
    print("| sample | half | right | wrong | missed | no venue | year as labelled |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for sample, half, tally in tallies(texts):
        total += tally
        numbers = (tally[name] for name in ("right", "wrong", "missed", "nothing", "dated"))
        print(f"| {sample} | {half} | {' | '.join(map(str, numbers))} |")
    answers = total["right"] + total["wrong"]
    precision, recall = total["right"] / answers, total["right"] / (answers + total["missed"])
    print(f"\nprecision {precision:.3f}, recall {recall:.3f}")
    if given.lists:
        print(dict(code_of(given.lists, comments(given.records, "abstract"))))
    return 0 if precision >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
