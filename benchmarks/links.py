"""
Link checkers beside each other on a made-up web: time, requests, and what they get wrong.

    python -m benchmarks.links --install FOLDER
    python -m benchmarks.links --world faults --links 300 --tools ours,lychee --peers FOLDER

The web (`link_world`) is served by a process of its own on 127.0.1.1 to 127.0.1.200 (Linux answers
on all of 127.0.0.0/8; elsewhere the addresses have to be set up). Prints one Markdown table; the
JSON beside it has every wrong verdict by kind, and the requests by kind beside the oracle's.
Columns:

- wall, CPU, peak: of the tool's process; the server's are not counted.
- bound: the least wall time that a polite pace allows: pace of the host that is asked most + what
  its `Retry-After` demands + a minute before a 404 is confirmed. Peers need not wait that minute.
- requests: as the server counts them, beside the oracle's (`link_world`). Refused connections are
  in neither. busiest: most requests to one host in one second.
- false dead: called broken, though it is there (closed to robots counts as there). hasty: called
  broken in one run, though it may come back: 5xx, loops, silence. false alive: called fit, though
  it is gone or says so itself. unsure: neither, of what is plainly there or gone.

A run that was ended at `--cap`, or left no report, has a star and no score: it has not asked for
everything, so its requests and its few mistakes say nothing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from benchmarks.link_world import (
    Bound,
    Pace,
    Place,
    Score,
    World,
    bound,
    make,
    markdown,
    requests_by_kind,
    score,
    url,
)
from benchmarks.link_world_server import CONTROL
from benchmarks.link_world_tools import LIST, ROOT, TOOLS, Tool, install, report_of

CAP = 900.0
NODE = Path(shutil.which("node") or "node").parent


@dataclass(frozen=True)
class Row:
    """One run of one tool."""

    tool: str
    usage: Mapping[str, Any]
    """What `link_world_measure` prints."""
    server: Mapping[str, Any]
    score: Score
    by_kind: Mapping[str, list[int]]
    words: Mapping[str, Mapping[str, int]]
    """Kind → the tool's own words → how often."""
    note: str = ""


class Served:
    """The running server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._opener = build_opener(ProxyHandler({}))

    def ask(self, path: str) -> Any:
        """Ask the control address."""
        with self._opener.open(f"http://{CONTROL}:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)


@contextmanager
def served(name: str, links: int, seed: int) -> Iterator[Served]:
    """Serve a world in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.link_world_server"]
    command += ["--world", name, "--links", str(links), "--seed", str(seed)]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Served(int(process.stdout.readline()))
        process.stdin.close()


def run(tool: Tool, world: World, server: Served, folder: Path, chosen: argparse.Namespace) -> Row:
    """Let one tool check the list in `folder`."""
    cap: float = chosen.cap
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {LIST: markdown(world, server.port), **tool.files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    server.ask("/reset")
    measure = [sys.executable, "-I", str(Path(__file__).with_name("link_world_measure.py"))]
    done = subprocess.run(  # noqa: S603
        [*measure, str(cap), *tool.command(chosen.peers)],
        cwd=folder,
        env={
            "PATH": f"{NODE}{os.pathsep}{os.defpath}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            **tool.environment,
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    usage, stats = json.loads(done.stdout), server.ask("/stats")
    words, own, note = report_of(tool, folder)
    if usage["capped"]:
        note = f"ended after {cap:.0f} s; {note}".rstrip("; ")
    seen: Counter[Place] = Counter()
    for host, path, _, _, count in stats["rows"]:
        seen[Place(host, path)] += count
    return Row(
        tool=tool.name,
        usage=usage,
        server=stats,
        score=score(world, server.port, words),
        by_kind=requests_by_kind(world, seen.items()),
        words=_own_words(world, server.port, own),
        note=note,
    )


def _own_words(world: World, port: int, own: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Count the tool's own words for each kind of link."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for link in world.links:
        table[f"{link.kind} ({link.truth})"][own.get(url(link.place, port), "no word")] += 1
    return {kind: dict(table[kind]) for kind in sorted(table)}


# --- what is shown ----------------------------------------------------------------------------

HEADINGS = (
    *("tool", "wall s", "bound s", "CPU s", "peak MiB", "requests", "oracle", "ratio", "busiest"),
    *("false dead", "hasty", "false alive", "unsure"),
)


def table(world: World, rows: Sequence[Row], least: Bound) -> str:
    """Return the rows as a Markdown table."""
    lines = [f"| {' | '.join(HEADINGS)} |", f"|---|{'---:|' * (len(HEADINGS) - 1)}"]
    lines += [f"| {' | '.join(_cells(row, world, least))} |" for row in rows]
    notes = [f"{row.tool}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, *notes])


def _cells(row: Row, world: World, least: Bound) -> list[str]:
    requests, oracle = row.server["requests"], world.oracle_requests
    usage, score = row.usage, row.score
    faults = (score.false_dead, score.hasty, score.false_alive, score.unsure)
    return [
        row.tool + " *" * bool(row.note),
        f"{usage['wall']:.1f}",
        f"{least.total:.1f}",
        f"{usage['cpu']:.1f}",
        f"{usage['peak_mib']:.0f}",
        str(requests),
        str(oracle),
        "–" if row.note else f"{requests / oracle:.2f}",
        str(row.server["busiest_second"]),
        *("–" if row.note else str(count) for count in faults),
    ]


def heading(world: World, least: Bound) -> str:
    """Return what stands above the table."""
    mentions, distinct = len(world.mentions), len(world.links)
    return (
        f"World `{world.name}`: {mentions} links, {distinct} distinct. Bound: pace"
        f" {least.pace:.1f} s + Retry-After {least.parked:.0f} s + confirmation"
        f" {least.confirmation:.0f} s (silent hosts beside it: {least.silence:.0f} s)."
    )


def measure(chosen: argparse.Namespace) -> tuple[World, list[Row]]:
    """Run the tools that were chosen, one after the other."""
    world, rows = make(chosen.world, chosen.links, chosen.seed), list[Row]()
    with (
        served(chosen.world, chosen.links, chosen.seed) as server,
        tempfile.TemporaryDirectory() as temporary,
    ):
        for name in chosen.tools.split(","):
            tool, folder = TOOLS[name], Path(temporary) / name
            if tool.needs and not (chosen.peers and (chosen.peers / tool.needs).exists()):
                print(f"{name}: not installed below --peers, left out", file=sys.stderr)
                continue
            turns = ("", " again")[: 2 if chosen.repeat and tool.caches else 1]
            for turn in turns:
                row = run(tool, world, server, folder, chosen)
                rows.append(Row(**{**vars(row), "tool": name + turn}))
    return world, rows


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Compare link checkers on a made-up web.")
    parser.add_argument("--world", choices=("clean", "faults"), default="faults")
    parser.add_argument("--links", type=int, default=300, help="links in the list, 5 %% repeated")
    parser.add_argument("--tools", default="ours", help=f"of {','.join(TOOLS)}; or all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", action="store_true", help="twice, where a tool has a cache")
    parser.add_argument("--cap", type=float, default=CAP, help="seconds for each tool")
    parser.add_argument("--interval", type=float, default=Pace.shortest, help="shortest, in s")
    parser.add_argument("--first-interval", type=float, default=Pace.first, help="at first, in s")
    parser.add_argument("--peers", type=Path, help="folder of the installed peers")
    parser.add_argument("--install", type=Path, metavar="FOLDER", help="install the peers, end")
    parser.add_argument("--json", type=Path, help="where the details go [build/links-….json]")
    chosen = parser.parse_args()
    if chosen.tools == "all":
        chosen.tools = ",".join(TOOLS)
    if unknown := set(chosen.tools.split(",")) - TOOLS.keys():
        parser.error(f"there is no tool {', '.join(sorted(unknown))}")
    chosen.peers = chosen.peers and chosen.peers.resolve()
    return chosen


def main() -> None:
    """Install the peers, or measure and print."""
    chosen = options()
    if chosen.install:
        install(chosen.install.resolve())
        return
    world, rows = measure(chosen)
    least = bound(world, Pace(first=chosen.first_interval, shortest=chosen.interval))
    print(heading(world, least), "", table(world, rows, least), sep="\n")
    path = chosen.json or ROOT / "build" / f"links-{chosen.world}-{chosen.links}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "bound": least._asdict(),
        "oracle": world.oracle_requests,
        "rows": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
