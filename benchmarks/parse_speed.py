"""
How fast lists are read, and with how much memory.

    python benchmarks/parse_speed.py [LIST ...] [--entries 100000] [--form table|bullets]

For every list given: entries a second on one core, best of some runs. Then a made-up list of
`--entries` entries, once, in a process of its own, with its time and peak memory; twice as many
must take about twice as long.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from pathlib import Path

from pipeline.stages.parse import decode, parse

WORDS = "sparse robust latent causal federated graph neural retrieval contrastive planning".split()


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
    first, second = WORDS[number % 10], WORDS[number // 10 % 10]
    title = f"Method {number}: {first.title()} {second} learning, revisited for models"
    paper = f"https://arxiv.org/abs/{2001 + number % 12:04d}.{number % 100000:05d}"
    code = f"https://github.com/owner{number % 997}/repository-{number}"
    if form == "table":
        return f"| {title} | ICML 2023 | [[paper]]({paper}) | [[code]]({code}) |"
    return f"- {title}, ICML 2023, [[paper]]({paper}), [[code]]({code})."


def entries_per_second(path: Path, runs: int = 3) -> tuple[int, float]:
    """Return how many entries a list has and how many are read in a second, at best."""
    text, _ = decode(path.read_bytes(), name=path.name)
    best, entries = float("inf"), 0
    for _ in range(runs):
        begin = time.perf_counter()
        entries = len(parse(text, name=path.stem).entries)
        best = min(best, time.perf_counter() - begin)
    return entries, entries / best


def measure(entries: int, form: str) -> tuple[int, float, float]:
    """Read a made-up list; return its entries, the seconds, and the peak memory in MiB."""
    text = made_up_list(entries, form)
    begin = time.perf_counter()
    found = len(parse(text, name="made-up").entries)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found, seconds, peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print both measurements."""
    options = argparse.ArgumentParser(description="Measure the speed of list parsing.")
    options.add_argument("lists", nargs="*", type=Path)
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--form", choices=("table", "bullets"), default="table")
    chosen = options.parse_args()
    for path in chosen.lists:
        count, speed = entries_per_second(path)
        print(f"{path.name[:48]:50}{count:7} entries{speed:10.0f} a second")
    for size in (chosen.entries // 2, chosen.entries):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found, seconds, peak = pool.apply(measure, (size, chosen.form))
        print(f"{size} made-up entries: {found} read in {seconds:.1f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
