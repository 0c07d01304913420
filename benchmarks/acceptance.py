"""
How often the venue that a comment on arXiv names is read right.

    python -m benchmarks.acceptance RECORDS

RECORDS is a folder of arXiv records (`*.jsonl`, `*.jsonl.gz` with id and comment). The labels of
`facts/comment_venues.jsonl` were written by hand before anything was measured: of 200 comments of
any field and of 100 of computer science, half to tune on (`seen`) and half not (`unseen`). A label
holds what is distinctive of the venue's name, its year and kind; no venue where nobody has accepted
the paper. An answer is right where name and kind are, and a year that is given.

Exit code 1 where less than 99 of 100 answers are right.
"""

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.works.acceptance import Acceptance, accepted_in

LABELS = Path(__file__).with_name("facts") / "comment_venues.jsonl"
GOAL = 0.99
Label = Mapping[str, Any]


def labels() -> list[Label]:
    """Return the labels, in the order in which they were drawn."""
    return [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]


def comments(folder: Path) -> dict[str, str]:
    """Return the comments of a folder of records, by arXiv id."""
    found: dict[str, str] = {}
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        data = path.read_bytes()
        for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
            record = json.loads(line)
            if record.get("comment"):
                found.setdefault(record["id"], record["comment"])
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


def main() -> int:
    """Measure, print a table, and say whether the goal is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    texts = comments(parser.parse_args().records)
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
    return 0 if precision >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
