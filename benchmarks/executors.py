"""
Workers of a cluster that die, or are cut off: what is lost, and is a host asked too fast.

    python -m benchmarks.executors --workers 2,4 --runs 5

Serves 60 made-up hosts on 127.0.3.1 to 127.0.3.60 (Linux answers on all of 127.0.0.0/8), 21 links
each, at a pace of 100 ms, and lets `run check --executor dask://…` ask for them while workers are
killed (SIGKILL, two a run), one is stopped for a while (SIGSTOP, SIGCONT), or the run itself is
killed and started again. Prints one Markdown table; times and counts are those of the servers.
Columns:

- other: lines about links that are not those of a run by one process, times aside.
- again: requests beyond one for each link.
- gap: the shortest time between the arrivals of two requests at one host, in ms (to be 100 or
  more), by the kernel's clock: a server that waits for a core reads late what came in
  time.
- wall: of the run, in s; the bound is 2.1 s: 21 requests to each host.
- CPU: of the run's own process, in s.

`--throughput` has two workers answer for 600 hosts that are nowhere, at once and without a socket:
how many links a second the run itself can give out and take in, which bounds a cluster of any size.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Final

import httpx

from pipeline.clock import SystemClock
from pipeline.executors.actors import DaskTeam
from pipeline.network.http_client import HttpClient
from pipeline.records.links import Hop, Probe
from pipeline.records.outcomes import Found
from pipeline.sources.web.prober import Manners, WebSource
from pipeline.sources.web.shards import SLICE_SECONDS, Done, ShardedAsking, Slice

HOSTS: Final = 60
EACH: Final = 21
PACE: Final = 0.1
LATENCY: Final = 0.02
PORT: Final = 8099
SO_TIMESTAMPNS: Final = 35
TIME: Final = re.compile(r'"[\d-]{10}T[\d:]{8}Z"')
BEGUN: Final = "begun"
"""A file that is there as soon as the first link is asked."""
BODY: Final = b"<!doctype html><title>A page</title><p>Some words of a page that is there.</p>"


# --- the web ----------------------------------------------------------------------------------


async def _serve(log: Path) -> None:
    """Answer on all hosts, and write down when requests came to each; until SIGTERM."""
    came: list[tuple[str, float]] = []
    begun = log.with_name(BEGUN)
    loop = asyncio.get_running_loop()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"

    async def talk(client: socket.socket, host: str) -> None:
        # A client that was killed resets the connection.
        with client, suppress(ConnectionError):
            while moment := await _moment(client):
                if not came:
                    begun.touch()
                came.append((host, moment))
                await asyncio.sleep(LATENCY)
                await loop.sock_sendall(client, answer % (len(BODY), BODY))

    async def listen(host: str) -> None:
        server = socket.create_server((host, PORT), backlog=100)
        async with asyncio.TaskGroup() as talks:
            server.setblocking(False)
            server.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # also of those it accepts
            while True:
                client, _ = await loop.sock_accept(server)
                client.setblocking(False)
                talks.create_task(talk(client, host))

    hosts = [loop.create_task(listen(f"127.0.3.{number}")) for number in range(1, HOSTS + 1)]
    await asyncio.sleep(0)  # they listen
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    print("ready", flush=True)
    await over.wait()
    assert not any(host.done() for host in hosts)
    log.write_text(json.dumps(came), "utf-8")  # noqa: ASYNC240  nothing else goes on
    os._exit(0)


async def _moment(client: socket.socket) -> float:
    """Return when a request came, by the kernel (socket(7)); 0 at the end of the connection."""
    loop = asyncio.get_running_loop()
    while True:
        with suppress(BlockingIOError):
            data, about, _, _ = client.recvmsg(2**16, socket.CMSG_SPACE(16))
            if not data:
                return 0
            seconds, nanoseconds = struct.unpack("ll", about[0][2])
            return float(seconds + nanoseconds / 1e9)
        readable = asyncio.Event()
        loop.add_reader(client, readable.set)
        await readable.wait()
        loop.remove_reader(client)


@contextmanager
def web(log: Path) -> Iterator[None]:
    """Run the hosts in a process of their own; afterwards `log` says what they were asked."""
    command = [sys.executable, "-m", "benchmarks.executors", "--serve", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:  # noqa: S603
        assert server.stdout is not None
        server.stdout.readline()
        try:
            yield
        finally:
            server.terminate()


# --- what goes wrong --------------------------------------------------------------------------


@dataclass(frozen=True)
class Cluster:
    """A cluster of Dask on this machine."""

    made: Any

    @property
    def place(self) -> str:
        """Return HOST:PORT of the scheduler."""
        return str(self.made.scheduler_address).removeprefix("tcp://")

    def pids(self) -> list[int]:
        """Return the processes that work now."""
        return sorted(one.pid for one in self.made.workers.values() if one.pid)


@contextmanager
def cluster(workers: int) -> Iterator[Cluster]:
    """Start a cluster with so many workers."""
    import logging

    from dask import config
    from distributed import LocalCluster

    config.set({"distributed.comm.timeouts.connect": "5s"})
    start: Any = LocalCluster
    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "memory_limit": 0}
    with start(n_workers=workers, silence_logs=logging.CRITICAL, **options) as made:
        yield Cluster(made)


Trouble = Callable[[Cluster, "subprocess.Popen[bytes]", random.Random], None]
"""Begins when the first link is asked."""


def nothing(_cluster: Cluster, _run: "subprocess.Popen[bytes]", _chance: random.Random) -> None:
    """Let all live."""


def kills(here: Cluster, _run: "subprocess.Popen[bytes]", chance: random.Random) -> None:
    """Kill two workers, one after the other, once the links are asked."""
    time.sleep(chance.uniform(0.1, 1.0))
    for _ in range(2):
        os.kill(chance.choice(here.pids()), signal.SIGKILL)
        time.sleep(chance.uniform(0.1, 0.6))


def stop(here: Cluster, _run: "subprocess.Popen[bytes]", chance: random.Random) -> None:
    """Stop one worker for longer than anybody waits for it; then it goes on."""
    time.sleep(chance.uniform(0.1, 1.0))
    pid = chance.choice(here.pids())
    os.kill(pid, signal.SIGSTOP)
    time.sleep(45)
    os.kill(pid, signal.SIGCONT)


def kill_the_run(_here: Cluster, run: "subprocess.Popen[bytes]", chance: random.Random) -> None:
    """Kill the run itself."""
    time.sleep(chance.uniform(0.5, 1.5))
    run.kill()


TROUBLES: Final[dict[str, Trouble]] = {
    "nothing": nothing,
    "two workers killed": kills,
    "a worker stopped for 45 s": stop,
    "the run killed, and started again": kill_the_run,
}


# --- one run ----------------------------------------------------------------------------------


def _list() -> str:
    links = [(host, page) for page in range(EACH) for host in range(1, HOSTS + 1)]
    rows = (
        f"- [Paper {host} {page} about Things](http://127.0.3.{host}:{PORT}/{page})"
        for host, page in links
    )
    return "# Papers\n\n" + "\n".join(rows) + "\n"


def _start(folder: Path, place: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "pipeline", "run", "check", "list.md", "--quiet"]
    flags = ["--executor", place, "--out", "out", "--cache-dir", "cache"]
    settings = {
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        "PIPELINE_ALLOW_PRIVATE": "127.0.3.0/24",
        "PIPELINE_CONTACT": "benchmark@example.org",
        "PIPELINE_SEARCH": "false",
        "PIPELINE_WEB_INTERVAL": "100ms",
        "PIPELINE_WEB_INTERVAL_SHORTEST": "100ms",
        "PIPELINE_WEB_CONCURRENCY": "64",
        "PIPELINE_WEB_TIMEOUT": "5s",
    }
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        env = {**os.environ, **settings}  # noqa: TID251
        return subprocess.Popen([*command, *flags], cwd=folder, stdout=out, stderr=err, env=env)  # noqa: S603


@dataclass(frozen=True)
class Row:
    """What one run has come to."""

    lines: tuple[str, ...]
    again: int
    gap: float
    wall: float
    cpu: float


def run(name: str, workers: int, seed: int) -> Row:
    """Let one run meet one trouble."""
    chance = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as place, cluster(workers) as here:
        folder = Path(place)
        (folder / "list.md").write_text(_list(), "utf-8")
        with web(folder / "log.json"):
            began = time.monotonic()
            address = "local" if workers == 0 else f"dask://{here.place}"
            process = _start(folder, address)
            while not (folder / BEGUN).exists() and process.poll() is None:
                time.sleep(0.01)
            TROUBLES[name](here, process, chance)
            if name == "the run killed, and started again":
                process.wait()
                process = _start(folder, address)
            _, _, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
        if not (folder / "stdout").stat().st_size:
            print((folder / "stderr").read_text("utf-8")[-2000:], file=sys.stderr)
        lines = TIME.sub("", (folder / "stdout").read_text("utf-8")).splitlines()
        came = json.loads((folder / "log.json").read_text("utf-8"))
    again, cpu = len(came) - HOSTS * EACH, usage.ru_utime + usage.ru_stime
    return Row(tuple(lines), again, _gap(came), wall, cpu)


def _gap(requests: list[tuple[str, float]]) -> float:
    """Return the shortest time between two requests to one host."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    for host, at in requests:
        times[host].append(at)
    gaps = [after - before for row in times.values() for before, after in pairwise(sorted(row))]
    return min(gaps, default=0.0)


NOBODYS_HOSTS: Final = 600


class Answering:
    """An actor who says of every link of a slice that it is there."""

    async def do(self, work: Slice) -> Done:
        """See `executors.actors.Actor`."""
        now = datetime.now(UTC)
        return Done(
            results=tuple((job.key, Found(value=_probe(job.key, now))) for job in work.jobs),
            left=(),
            lane=work.lane,
            memories=work.memories,
            reached=((True, None),) * len(work.jobs),
        )


def _probe(url: str, now: datetime) -> Probe:
    return Probe(
        method="GET",
        status=200,
        hops=(Hop(url=url, status=200),),
        headers={"content-type": "text/html"},
        title="A page",
        length=len(BODY),
        complete=True,
        asked_at=now,
        answered_at=now,
    )


async def _throughput(address: str, links: int, slice_of: int) -> None:
    """Ask about so many links, a slice of each host at a time, and print a row."""

    async def team(_: int) -> DaskTeam:
        return await DaskTeam.start(address, Answering)

    # A pace that makes slices as long as wanted, and is over when the next one may begin.
    interval = SLICE_SECONDS / slice_of
    manners = Manners(interval=interval, shortest_interval=interval, requests_at_once=256)
    transport = httpx.MockTransport(lambda _: httpx.Response(500))
    client = HttpClient(transport=transport, clock=SystemClock(), user_agent="benchmark/1")
    source = WebSource(client, manners, partial(ShardedAsking, open_team=team))
    keys = [f"https://h{n % NOBODYS_HOSTS}.example.org/{n}" for n in range(links)]
    began, used = time.perf_counter(), time.process_time()
    found = [one async for one in source.fetch_many(keys)]
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    assert len(found) == links
    print(
        f"| {slice_of} | {links} | {wall:.1f} | {links / wall:.0f} | {cpu / links * 1e6:.0f} |"
        f" {links / cpu:.0f} |",
        flush=True,
    )


def throughput() -> None:
    """Print how many links one run gives out and takes in, by the size of its slices."""
    print("| links in a slice | links | wall, s | links/s | CPU µs a link | links a CPU second |")
    print("|---:|---:|---:|---:|---:|---:|")
    with cluster(2) as here:
        for slice_of in (8, 20, 40):
            work = _throughput(f"tcp://{here.place}", NOBODYS_HOSTS * slice_of, slice_of)
            # In a context of its own: actors bind to the client that is current where they arrive.
            Context().run(asyncio.run, work)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Kill workers, and see what comes of it.")
    parser.add_argument("--workers", default="2,4", help="numbers of workers")
    parser.add_argument("--runs", type=int, default=5, help="with two workers killed in each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--throughput", action="store_true", help="how much one run gives out")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(_serve(options.serve))
        return
    if options.throughput:
        throughput()
        return
    print("| workers | what goes wrong | runs | other | again | gap, ms | wall, s | CPU, s |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    alone = run("nothing", 0, options.seed)
    show(0, "nothing", [alone], alone)
    for workers in map(int, options.workers.split(",")):
        for name in TROUBLES:
            number = options.runs if name == "two workers killed" else 1
            rows = [run(name, workers, options.seed + n) for n in range(number)]
            show(workers, name, rows, alone)


def show(workers: int, name: str, rows: list[Row], alone: Row) -> None:
    """Print what some runs have come to, beside that of one process."""
    other = sum(
        here != there for row in rows for here, there in zip_longest(row.lines, alone.lines)
    )
    again, walls = sorted(row.again for row in rows), sorted(row.wall for row in rows)
    some = len(rows) > 1
    told = f"{again[0]}–{again[-1]}" if some else f"{again[0]}"
    span = f"{walls[0]:.1f}–{walls[-1]:.1f}" if some else f"{walls[0]:.1f}"
    gap, cpu = min(row.gap for row in rows) * 1000, max(row.cpu for row in rows)
    cells = (workers, name, len(rows), other, told, f"{gap:.1f}", span, f"{cpu:.1f}")
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
