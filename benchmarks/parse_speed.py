"""
How fast lists are read, and with how much memory.

    python benchmarks/parse_speed.py [LIST ...] [--entries 100000] [--form table|bullets]

For every list given: entries a second of CPU time. Then made-up lists of half of `--entries` and
of all, with time and peak memory: twice as many must take about twice as long. Each measurement
has a process of its own, so that no cache is warm.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.stages.parse import decode, parse

T = TypeVar("T")
WORDS = ("sparse", "robust", "latent", "causal", "federated", "graph", "neural", "retrieval")


def made_up_list(entries: int, form: str) -> str:
    """Return a list of so many entries, with a heading every 500."""
    lines = ["# A made-up list", ""]
    for number in range(entries):
        if number % 500 == 0:
            lines += ["", f"## Section {number // 500}", ""]
            lines += ["| Title | Venue | Paper | Code |", "|---|---|---|---|"] * (form == "table")
        lines.append(_line(number, form))
    return "\n".join(lines) + "\n"


def _line(number: int, form: str) -> str:
    first, second = WORDS[number % 8], WORDS[number // 8 % 8]
    title = f"Method {number}: {first.title()} {second} learning, revisited for models"
    paper = f"https://arxiv.org/abs/{2001 + number % 12:04d}.{number % 100000:05d}"
    code = f"https://github.com/owner{number % 997}/repository-{number}"
    if form == "table":
        return f"| {title} | ICML 2023 | [[paper]]({paper}) | [[code]]({code}) |"
    return f"- {title}, ICML 2023, [[paper]]({paper}), [[code]]({code})."


def entries_per_second(path: Path) -> tuple[int, float]:
    """Return how many entries a list has and how many are read in a second, nothing warmed up."""
    text, _ = decode(path.read_bytes(), name=path.name)
    begin = time.process_time()
    entries = len(parse(text, name=path.stem).entries)
    return entries, entries / (time.process_time() - begin)


def measure(entries: int, form: str) -> tuple[int, float, float]:
    """Read a made-up list; return its entries, the seconds, and the peak memory in MiB."""
    text = made_up_list(entries, form)
    begin = time.process_time()
    found = len(parse(text, name="made-up").entries)
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found, seconds, peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def alone(function: Callable[..., T], *arguments: object) -> T:
    """Call a function in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main() -> None:
    """Print both measurements."""
    options = argparse.ArgumentParser(description="Measure the speed of list parsing.")
    options.add_argument("lists", nargs="*", type=Path)
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--form", choices=("table", "bullets"), default="table")
    chosen = options.parse_args()
    for path in chosen.lists:
        count, speed = alone(entries_per_second, path)
        print(f"{path.name[:48]:50}{count:7} entries{speed:10.0f} a second")
    for size in (chosen.entries // 2, chosen.entries):
        found, seconds, peak = alone(measure, size, chosen.form)
        print(f"{size} made-up entries: {found} read in {seconds:.1f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
