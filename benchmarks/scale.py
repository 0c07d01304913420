"""
What a command takes on many entries: wall and CPU time, and the memory of all its processes.

    python -m benchmarks.scale [CASE ...] [--source FOLDER]

The cases are the lines of a table in docs/benchmarks.md; without one all are run, in a folder of
their own that is removed. `--source` is the checkout of another version, to compare with. Memory is
that of the program and of all processes below it, looked at every 50 ms: the largest sum, in which
pages that several share count once (`Pss` of proc_pid_smaps_rollup(5)), and the resident memory of
the largest process. Linux only.

The program is compiled beforehand, as an installed one is: without that every process compiles its
modules anew, which takes longer than a warm run over the lists of the sandbox.
"""

import argparse
import compileall
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from benchmarks.corpus import Shape, write

KIB: Final = 1024
PR_SET_CHILD_SUBREAPER: Final = 36
LOOK_EVERY: Final = 0.05
ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Taken:
    """What one command has taken."""

    wall: float
    cpu: float
    tree_mib: float
    """Of the program and its children together."""
    own_mib: float
    """Of the largest process."""
    code: int

    def __str__(self) -> str:
        words = f"{self.wall:7.1f} s  CPU {self.cpu:6.1f} s  {self.tree_mib:6.0f} MiB"
        return f"{words}  (one process {self.own_mib:5.0f})  exit {self.code}"


def run(
    command: Sequence[str], folder: Path, source: Path, interrupt_after: float | None = None
) -> Taken:
    """Run a command to its end; with `interrupt_after`, `wall` counts from the interrupt on."""
    # Who outlives the program becomes a child of ours, so that its time is counted.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    others = set(_children(os.getpid()))
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(source)}  # noqa: TID251
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=log, env=environment
        )
        most = own = 0
        interrupted = False
        while process.poll() is None:
            sizes = [_memory(one) for one in _below(process.pid)]
            most = max(most, sum(shared for _, shared in sizes))
            own = max([own, *(resident for resident, _ in sizes)])
            if interrupt_after and not interrupted and time.monotonic() - began > interrupt_after:
                process.send_signal(signal.SIGINT)
                began, interrupted = time.monotonic(), True
            time.sleep(LOOK_EVERY)
    wall = time.monotonic() - began
    while left := set(_children(os.getpid())) - others:
        for child in left:
            os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, cpu, most / 2**20, own / 2**20, process.returncode)


def _below(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield root
    for child in _children(root):
        yield from _below(child)


def _children(process: int) -> Iterator[int]:
    """Yield the children of a process."""
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            yield from map(int, (task / "children").read_text().split())


def _memory(process: int) -> tuple[int, int]:
    """Return the resident bytes of a process, and its share of them."""
    with suppress(OSError):
        rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        sizes = {name: int(size) * KIB for name, size, _ in map(str.split, rows[1:])}
        return sizes["Rss:"], sizes["Pss:"]
    return 0, 0


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the commands are run, and of which checkout."""

    folder: Path
    source: Path

    def lists(self, name: str, shape: Shape) -> list[str]:
        """Return the lists of a corpus, which is written once."""
        place = self.folder / name
        paths = sorted(place.glob("*.md")) if place.is_dir() else write(place, shape)
        return [str(path) for path in paths]

    def pipeline(self, *arguments: str, interrupt_after: float | None = None) -> Taken:
        """Run a command of the program."""
        command = [sys.executable, "-m", "pipeline", *arguments]
        return run(command, self.folder, self.source, interrupt_after)

    def enrich(self, name: str, shape: Shape, interrupt_after: float | None = None) -> Taken:
        """Run `run enrich` off line; where its output is there already, as the next run."""
        self.lists(name, shape)
        out, cache = str(self.folder / f"{name}-out"), str(self.folder / f"{name}-cache")
        glob = str(self.folder / name / "*.md")
        options = ("--offline", "--quiet", "--out", out, "--cache-dir", cache)
        return self.pipeline("run", "enrich", glob, *options, interrupt_after=interrupt_after)


SMALL: Final = Shape(lists=250, entries=50_000, overlap=0)
LARGE: Final = Shape(lists=1000, entries=200_000, overlap=0)
ROWS: Final = Shape(lists=1, entries=67_000, overlap=0)
ONE: Final = Shape(lists=1, entries=50_000, overlap=0)


def twice(name: str, shape: Shape) -> Callable[[Bench], Iterator[tuple[str, Taken]]]:
    """Return a case of two runs in a row."""

    def case(bench: Bench) -> Iterator[tuple[str, Taken]]:
        yield "first run", bench.enrich(name, shape)
        yield "second run", bench.enrich(name, shape)

    return case


def lint(bench: Bench) -> Iterator[tuple[str, Taken]]:
    """Look at one long list."""
    yield "lint", bench.pipeline("lint", *bench.lists("rows", ROWS))


def fix(bench: Bench) -> Iterator[tuple[str, Taken]]:
    """Show what may be mended in one long list."""
    bench.enrich("one", ONE)
    yield "fix", bench.pipeline("fix", "--out", str(bench.folder / "one-out"))


def seeds(bench: Bench) -> Iterator[tuple[str, Taken]]:
    """Run twice over the lists of the sandbox; the second is the warm one."""
    for name in ("cold", "warm", "warm again"):
        yield name, bench.pipeline("run", "enrich", "--sandbox", "--quiet")


def interrupted(bench: Bench) -> Iterator[tuple[str, Taken]]:
    """Interrupt a large run at several times; the wall time is the reaction."""
    for after in (1, 3, 6, 10, 15, 20, 30):
        yield f"interrupted after {after} s", bench.enrich("large", LARGE, interrupt_after=after)


CASES: Final = {
    "enrich-50k": twice("small", SMALL),
    "enrich-200k": twice("large", LARGE),
    "lint": lint,
    "fix": fix,
    "seeds": seeds,
    "interrupt": interrupted,
}


def main() -> None:
    """Print a line for each command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="CASE")
    parser.add_argument("--source", type=Path, default=ROOT)
    options = parser.parse_args()
    folder = Path(mkdtemp(prefix="scale-"))
    try:
        bench = Bench(folder, options.source.resolve())
        compileall.compile_dir(bench.source / "pipeline", quiet=1)
        for name in options.cases:
            for what, taken in CASES[name](bench):
                print(f"{name:<12} {what:<22} {taken}", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
