"""
What a run over 10,000 lists takes, and what it would ask, as more of them list the same works.

    python -m benchmarks.many_lists [--lists 10000] [--entries 10000 100000] [--overlap 0 0.3 0.6]
        [--world]

The lists of `benchmarks.corpus` come from a file of lists, and every second paper's record out of a
made-up snapshot of arXiv; the run is off line. What is asked is counted in its results: ids that
the snapshot lacks (100 in a request), repositories (50 in a request), links of the web (one each).
With `--world` nothing is off line and there is no snapshot: everything is asked, of the made-up
hosts of `benchmarks.corpus_world`, which answer after 100 ms, the lists themselves too (from one
host). Linux only.
"""

import argparse
import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from benchmarks.corpus import Shape, work, write
from benchmarks.corpus_world import LISTS
from benchmarks.scale import ROOT, Bench, Taken, run
from pipeline.formats.files import RUN
from pipeline.formats.run_json import RunReport, parse_run
from pipeline.previous import stored

LATENCY: Final = 0.1
IDS: Final = 100
REPOSITORIES: Final = 50
ARXIV: Final = re.compile(r"https://arxiv\.org/(?:abs|pdf)/([\d.]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a first run would ask, each once whoever lists it."""

    works: int
    ids: int
    from_snapshot: int
    repositories: int
    web: int

    @property
    def requests(self) -> int:
        """Requests of a run with that snapshot."""
        asked = -(-(self.ids - self.from_snapshot) // IDS)
        return asked + -(-self.repositories // REPOSITORIES) + self.web


def snapshot(path: Path, shape: Shape, every: int = 2) -> None:
    """Write a made-up snapshot with the papers of every so many works."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(0, shape.works, every):
            one = work(number, shape.seed)
            if found := ARXIV.match(one.links[0]):
                created = "Mon, 2 Apr 2018 19:18:42 GMT"
                line = {
                    "id": found[1],
                    "title": one.title,
                    "authors": "Ann Author and Bo Writer",
                    "authors_parsed": [["Author", "Ann", ""], ["Writer", "Bo", ""]],
                    "categories": "cs.LG",
                    "abstract": f"  We look at it. {' '.join(one.title.split() * 12)}\n",
                    "versions": [{"version": "v1", "created": created}],
                    "update_date": "2026-09-01",
                }
                file.write(json.dumps(line) + "\n")


def asked(out: Path, index: Path) -> Asked:
    """Count the results of a run."""
    results = stored(out)
    works = sum(1 for _ in results.papers())
    ids: set[str] = set()
    repositories: set[str] = set()
    web = 0
    for link in results.links():
        if found := ARXIV.match(link.url):
            ids.add(found[1])
        elif link.url.startswith("https://github.com/"):
            repositories.add(link.url)
        else:
            web += 1
    with closing(sqlite3.connect(index)) as database:
        known = {id_ for (id_,) in database.execute("SELECT id FROM record")}
    return Asked(works, len(ids), len(ids & known), len(repositories), web)


def measure(folder: Path, shape: Shape) -> tuple[Taken, Taken, Taken, Asked]:
    """Build the index and run twice; return what each took, and what would be asked."""
    bench = Bench(folder, ROOT)
    write_lists(folder, shape)
    snapshot(folder / "snapshot.json", shape)
    places = ("--cache-dir", str(folder / "cache"))
    built = bench.pipeline("index", "build", "snapshot.json", "--quiet", *places)
    options = ("--lists-file", "lists.tsv", "--out", "out", "--offline", "--quiet", *places)
    first = bench.pipeline("run", "enrich", *options)
    second = bench.pipeline("run", "enrich", *options)
    return built, first, second, asked(folder / "out", folder / "cache" / "arxiv-titles.sqlite")


def write_lists(folder: Path, shape: Shape, *, remote: bool = False) -> None:
    """Write a corpus, and the file of its lists; `remote`: by their addresses."""
    paths = write(folder / "lists", shape)
    places = [f"https://{LISTS}/{path.name}" if remote else str(path) for path in paths]
    rows = "".join(f"{path.stem}\t{place}\n" for path, place in zip(paths, places, strict=True))
    (folder / "lists.tsv").write_text(rows, encoding="utf-8")


def measure_world(folder: Path, shape: Shape) -> Iterator[tuple[Taken, RunReport]]:
    """Run on two days in the made-up world; yield what each took, and what it says of itself."""
    write_lists(folder, shape, remote=True)
    command = [sys.executable, "-m", "benchmarks.corpus_world", str(shape.seed), str(LATENCY)]
    options = ("--lists-file", "lists.tsv", "--out", "out", "--cache-dir", "cache", "--quiet")
    for days in ("0", "1"):
        taken = run([*command, days, "run", "enrich", *options], folder, ROOT)
        about = parse_run((folder / "out" / RUN).read_text(encoding="utf-8"))
        assert about is not None
        yield taken, about


def print_world(folder: Path, shape: Shape) -> None:
    """Print what two runs in the made-up world take and ask."""
    for name, (taken, about) in zip(
        ("first run", "a day later"), measure_world(folder, shape), strict=True
    ):
        asked, stages = about.requests, {one.name: round(one.seconds) for one in about.stages}
        print(f"  {name:<12} {taken}")
        print(f"    {about.duration_s:,.0f} s of the world: {stages}")
        total = sum(asked.values())
        print(f"    {total} requests, {total / shape.entries:.3f} an entry: {asked}", flush=True)


def main() -> None:
    """Print some lines for each number of entries and each overlap."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    parser.add_argument("--lists", type=int, default=10_000)
    parser.add_argument("--entries", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--overlap", type=float, nargs="*", default=[0, 0.3, 0.6])
    parser.add_argument("--world", action="store_true")
    options = parser.parse_args()
    for entries in options.entries:
        for overlap in options.overlap:
            shape = Shape(min(options.lists, entries), entries, overlap)
            folder = Path(mkdtemp(prefix="many-lists-"))
            print(f"{shape.lists} lists, {entries} entries, overlap {overlap}", flush=True)
            try:
                if options.world:
                    print_world(folder, shape)
                    continue
                built, first, second, found = measure(folder, shape)
            finally:
                shutil.rmtree(folder)
            for name, taken in (("index", built), ("first run", first), ("second run", second)):
                print(f"  {name:<12} {taken}")
            each = found.requests / entries
            print(f"  {found}\n  {found.requests} requests, {each:.3f} an entry", flush=True)


if __name__ == "__main__":
    main()
