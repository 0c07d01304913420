"""
How well lists are read: precision and recall of entries, accuracy of every field.

    python benchmarks/evaluate_parse.py LABELS [--list NAME] [--errors]

LABELS is a folder with `labels_*.jsonl`, `non_entries.jsonl` and the lists in `dev/` (and beside
it, in `../../seeds`). A label is met by the entry that begins on its line. Non-entries of kind
`soft` (software, talks, posts in the form of a paper) count against precision only where they
come out as papers; the table shows both readings.
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from pipeline.records.lists import Entry
from pipeline.stages.parse import decode, parse
from pipeline.works.identifiers import identify

FIELDS = ("title", "links", "role", "arxiv", "year", "venue", "section", "name", "authors")
GOALS = {
    "recall": 0.99,
    "precision": 0.98,
    "title": 0.97,
    "links": 0.98,
    "role": 0.97,
    "arxiv": 0.995,
    "year": 0.97,
    "venue": 0.90,
    "section": 0.97,
}
Label = dict[str, Any]


def read_jsonl(path: Path) -> list[Label]:
    """Return the records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def find_list(folder: Path, name: str) -> Path:
    """Return the file of a labelled list."""
    for place in (folder / "dev", folder, folder.parent.parent / "seeds", folder.parent / "seeds"):
        if (place / name).is_file():
            return place / name
    raise SystemExit(f"{name} is not under {folder}")


def same_text(one: str | None, other: str | None) -> bool:
    """Compare as a reader does: without regard to case, spaces and punctuation at the ends."""
    return _loose(one) == _loose(other)


def _loose(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip(" .,;:").lower()


def same_venue(one: str | None, label: Label) -> bool:
    """Compare venues without year and preposition; a venue from the headings is right too."""

    def bare(text: str | None) -> str:
        lowered = re.sub(r"\b(19|20)\d\d(/\d\d)?\b|['’]\s?\d\d\b", "", _loose(text))
        return re.sub(r"^in |[^\w@]+", " ", lowered).strip()

    accepted = [label.get("venue")]
    accepted += [label["venue_ctx"]] if label.get("venue_ctx") else []
    return any(bare(one) == bare(known) for known in accepted)


def arxiv_ids(entry: Entry) -> set[str]:
    """Return the arXiv ids of an entry's links, and those its venue names."""
    found = {i.value for i in map(identify, (link.url for link in entry.links)) if i}
    named = re.findall(r"arxiv:\s*(\d{4}\.\d{4,5})", entry.venue or "", re.IGNORECASE)
    return found | set(named)


def judge(entry: Entry, label: Label) -> dict[str, tuple[int, int]]:
    """Return right and asked, by field, for one met label."""
    wanted = {link["url"]: link for link in label["links"] if "://" in link["url"]}
    found = {link.url: link.role for link in entry.links}
    spare = set(label.get("desc_links") or [])
    roles = [
        found[url] in {link["role"], *link.get("alt_roles", [])}
        for url, link in wanted.items()
        if url in found
    ]
    sections = [list(label["section"]), list(label.get("section_human") or label["section"])]
    years = {label["year"], label.get("year_ctx", label["year"])}
    return {
        "title": (entry.title == label["title"], 1),
        "links": (set(found) - spare == set(wanted) - spare, 1),
        "role": (sum(roles), len(roles)),
        "arxiv": (label["arxiv_id"] in arxiv_ids(entry), 1) if label["arxiv_id"] else (0, 0),
        "year": (entry.year in years, 1),
        "venue": (same_venue(entry.venue, label), 1),
        "section": (list(entry.section) in sections, 1),
        "name": (same_text(entry.name, label["name"]), 1),
        "authors": (same_text(entry.authors, label["authors"]), 1),
    }


def evaluate(folder: Path, only: str | None, *, errors: bool) -> dict[str, Counter[str]]:
    """Return the counts of every list: right and asked, by field."""
    labels: dict[str, list[Label]] = defaultdict(list)
    for path in sorted(folder.glob("labels_*.jsonl")):
        for label in read_jsonl(path):
            labels[label["list"]].append(label)
    strangers: dict[str, list[Label]] = defaultdict(list)
    for stranger in read_jsonl(folder / "non_entries.jsonl"):
        strangers[stranger["list"]].append(stranger)
    counts = {}
    for name, known in labels.items():
        if only is None or only in name:
            path = find_list(folder, name)
            counts[name] = _evaluate_list(path, known, strangers[name], errors=errors)
    return counts


def _evaluate_list(
    path: Path, labels: list[Label], strangers: list[Label], *, errors: bool
) -> Counter[str]:
    text, _ = decode(path.read_bytes(), name=path.name)
    parsed = parse(text, name=path.stem)
    by_line = {entry.line: entry for entry in parsed.entries}
    counts: Counter[str] = Counter(entries=len(parsed.entries), problems=len(parsed.problems))
    for label in labels:
        entry = by_line.get(label["line"])
        counts["recall/asked"] += 1
        counts["recall/right"] += entry is not None
        if entry is None:
            if errors:
                print(f"{path.name}:{label['line']} MISSED {label['title']}")
            continue
        for field, (right, asked) in judge(entry, label).items():
            counts[f"{field}/right"] += right
            counts[f"{field}/asked"] += asked
            if errors and right < asked:
                _show(path.name, field, entry, label)
    for stranger in strangers:
        entry = by_line.get(stranger["line"])
        wrong = entry is not None and (stranger["kind"] == "hard" or entry.kind == "paper")
        counts["false/hard"] += wrong and stranger["kind"] == "hard"
        counts["false/soft"] += wrong and stranger["kind"] == "soft"
        if errors and entry is not None:
            mark = "FALSE" if wrong else "soft, as"
            print(f"{path.name}:{stranger['line']} {mark} {entry.kind}: {entry.title[:80]}")
    found = counts["recall/right"]
    counts["precision/right"] = found
    counts["precision/asked"] = found + counts["false/hard"]
    return counts


def _show(name: str, field: str, entry: Entry, label: Label) -> None:
    got: Any = {
        "links": [link.url for link in entry.links],
        "role": {link.url: link.role for link in entry.links},
        "arxiv": sorted(arxiv_ids(entry)),
    }.get(field)
    if got is None:
        got = getattr(entry, field)
    wanted = label["arxiv_id"] if field == "arxiv" else label.get(field, label["links"])
    if field == "role":
        wanted = {link["url"]: link["role"] for link in label["links"]}
    print(f"{name}:{label['line']} {field}\n    got    {got}\n    wanted {wanted}")


def share(counts: Counter[str], field: str) -> float | None:
    """Return right by asked; `None` where nothing was asked."""
    asked = counts[f"{field}/asked"]
    return counts[f"{field}/right"] / asked if asked else None


def table(counts: dict[str, Counter[str]]) -> str:
    """Return the results as a table, the sum of all lists last, and the goals."""
    columns = ("recall", "precision", *FIELDS)
    total: Counter[str] = sum(counts.values(), Counter())
    head = "list".ljust(24) + "entries".rjust(8) + "".join(c.rjust(10) for c in columns)
    lines = [head + "  false hard/soft"]
    for name, row in [*counts.items(), ("all", total)]:
        cells = "".join(
            ("-" if value is None else f"{value:.3f}").rjust(10)
            for value in (share(row, column) for column in columns)
        )
        wrong = f"  {row['false/hard']}/{row['false/soft']}"
        lines.append(name[:23].ljust(24) + str(row["entries"]).rjust(8) + cells + wrong)
    goals = "".join((f"{GOALS[c]:.3f}" if c in GOALS else "").rjust(10) for c in columns)
    return "\n".join([*lines, "goal".ljust(32) + goals])


def main() -> int:
    """Print the table; exit 1 where a goal is missed on all lists together."""
    options = argparse.ArgumentParser(description="Evaluate list parsing against labels.")
    options.add_argument("labels", type=Path, help="folder with labels_*.jsonl")
    options.add_argument("--list", default=None, help="only lists whose name holds this")
    options.add_argument("--errors", action="store_true", help="show every difference")
    chosen = options.parse_args()
    counts = evaluate(chosen.labels, chosen.list, errors=chosen.errors)
    print(table(counts))
    total: Counter[str] = sum(counts.values(), Counter())
    missed = [goal for goal, least in GOALS.items() if (share(total, goal) or 0.0) < least]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
