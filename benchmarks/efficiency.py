"""
How well each executor uses two cores.

    python -m benchmarks.efficiency [--entries 40000] [--times 5]

Reads made-up lists by one process, by two, and by two workers of a cluster of Dask, in turn, so
that all meet the same neighbours on the machine; prints the shortest time of each, and the first,
in which workers start. Efficiency is the time of one process over that of all workers together.
"""

import argparse
import time
from collections import defaultdict
from contextlib import ExitStack
from typing import Final

from benchmarks.corpus import Shape, lists
from pipeline.executors.dask import Dask
from pipeline.executors.local import Local
from pipeline.records.memory import collector_rare
from pipeline.run.parsing import parse_all

LISTS: Final = 200


def main() -> None:
    """Print a line for each executor."""
    parser = argparse.ArgumentParser(description="How well each executor uses two cores.")
    parser.add_argument("--entries", type=int, default=40_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    texts = [(name, text.encode()) for name, text in lists(Shape(LISTS, options.entries))]
    names, sizes = [name for name, _ in texts], [len(data) for _, data in texts]
    executors = {"one process": Local(1), "two processes": Local(2), "Dask": Dask(workers=2)}
    taken: defaultdict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack, collector_rare():
        for executor in executors.values():
            stack.enter_context(executor)
        for _ in range(options.times):
            for name, executor in executors.items():
                began = time.perf_counter()
                for _ in parse_all(names, sizes, lambda n: texts[n][1], executor, lambda: None):
                    pass
                taken[name].append(time.perf_counter() - began)
    alone = min(taken["one process"])
    print("| executor | shortest, s | efficiency | first, s |")
    print("|---|---:|---:|---:|")
    for name, walls in taken.items():
        share = alone / min(walls) / executors[name].workers
        print(f"| {name} | {min(walls):.2f} | {share:.2f} | {walls[0]:.2f} |")


if __name__ == "__main__":
    main()
