"""
The linked web asked by many workers: a slice of one host's links at a time.

The run keeps queues, verdicts, memory and the pace of every host, and has at most one slice of a
host under way, so that no host is asked faster than by one process, whatever becomes of a worker. A
slice that is lost goes back, and is sent again when nobody works on it any more.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from logging import getLogger
from typing import Final

from pipeline.clock import SystemClock
from pipeline.executors.actors import LostError, NobodyError, Team
from pipeline.network.http_client import HttpClient, lane_name
from pipeline.network.outage import Outage
from pipeline.network.proxies import proxies
from pipeline.network.service import Answer, LaneState, TooLateError
from pipeline.network.transport import AddressPolicy, build_transport
from pipeline.records.links import Probe
from pipeline.records.outcomes import Outcome
from pipeline.sources.web.host_memory import HostMemory
from pipeline.sources.web.prober import Asking, Job, Manners

log = getLogger(__name__)

MOST: Final = 100
"""Links in a slice."""
SLICE_SECONDS: Final = 1.0
"""How long a slice takes at the host's pace, more or less: so much is asked again after a death."""
DEADLINE: Final = 20.0
"""Seconds after which a worker begins nothing more of a slice."""
LATER: Final = 5.0
"""What is due in more seconds is not waited for by a worker: it goes back to the run."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How workers ask; no secret is among it."""

    manners: Manners
    addresses: AddressPolicy
    user_agent: str
    witnesses: tuple[str, ...] = ()
    """Asked by a worker who reaches nobody: one without a network has no word."""

    def asking(
        self,
        team: "Callable[[Callable[[], HostShard], int], Awaitable[Team[Slice, Done] | None]]",
        kept: Iterable[str],
    ) -> "Callable[..., Asking]":
        """
        Return who asks, with workers of a team.

        `kept`: hosts, or `host:port`, that this process asks alone, as it alone knows headers.
        """
        hosts = frozenset(place.partition(":")[0] for place in kept)
        open_team = partial(team, partial(HostShard, self))
        return partial(ShardedAsking, open_team=open_team, kept=hosts.__contains__)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some links of one host, and what is known of it."""

    host: str
    jobs: tuple[Job, ...]
    suspects: frozenset[str]
    lane: LaneState
    memories: Mapping[bool, HostMemory]
    until: float
    """Wall time (seconds since 1970) after which none of it is begun."""


@dataclass(frozen=True, slots=True)
class Done:
    """What has come of a slice."""

    results: "tuple[tuple[str, Outcome[Probe]], ...]"
    left: tuple[Job, ...]
    """To be asked next: of other hosts, later, or not begun in time."""
    lane: LaneState
    memories: Mapping[bool, HostMemory]
    reached: tuple[tuple[bool | None, str | None], ...]
    """For each request: whether somebody was there, and a page that answers (`network.outage`)."""


class _Seen(Outage):
    """Keeps what each request has shown of the network, for the run to judge."""

    def __init__(self) -> None:
        super().__init__()
        self.by_host: defaultdict[str, list[tuple[bool | None, str | None]]] = defaultdict(list)

    def ended(self, host: str, reached: bool | None, page: str | None = None) -> None:
        """See `Outage.ended`."""
        super().ended(host, reached, page)
        self.by_host[host].append((reached, page))


class _AskingSlice(Asking):
    """Asks for one slice; what leads elsewhere, or takes too long, is left."""

    def begin(self, part: Slice) -> None:
        """Take a slice in hand."""
        self.part, self.left = part, list[Job]()
        self.memories.update({(part.host, second): one for second, one in part.memories.items()})
        self.queues.ready_in, self.queues.begin = self._ready_in, lambda job: job

    def _ready_in(self, host: str) -> float:
        """Return the seconds to wait; none for a long pause, in which all is left to the run."""
        wait = self.client.ready_in(host)
        return 0.0 if wait > LATER else wait

    async def answer_to(self, job: Job, memory: HostMemory) -> Answer:
        """See `Asking.answer_to`; raises `TooLateError` where nothing was sent in time."""
        answer = await super().answer_to(job, memory)
        if answer.failure == "budget":
            raise TooLateError
        return answer

    async def go_on(self, job: Job) -> Job | None:
        """See `Asking.go_on`; what was too late is left."""
        try:
            return await super().go_on(job)
        except TooLateError:
            self.left.append(job)
            return None

    async def step(self, jobs: Sequence[Job]) -> list[Job]:
        """Ask for what is the host's own and in time."""
        following: list[Job] = []
        for job in jobs:
            late = _wall(self.client) >= self.part.until
            if late or self.client.ready_in(job.host) > LATER:
                self.left.append(job)
                continue
            after = await self.next_of(job)
            stays = after is not None and after.host == self.part.host
            if after is not None and stays and after.due <= self.client.clock.monotonic() + LATER:
                following.append(after)
            elif after is not None:
                self.left.append(after)
        return following


def _wall(client: HttpClient) -> float:
    """Return the time that all machines share, more or less: seconds since 1970."""
    return client.clock.now().timestamp()


@dataclass
class _Asked:
    """A host that a worker's process asks, for whichever run."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The slice of a run that has died comes to its end first."""
    ready_at: float = float("-inf")
    """When the host may be asked again (monotonic), as far as the last slice tells."""


AT_WORK: Final[defaultdict[str, _Asked]] = defaultdict(_Asked)
"""By host, in a worker's process."""


class HostShard:
    """Asks the linked web from one worker; see `executors.actors.Actor`."""

    def __init__(self, terms: Terms, client: HttpClient | None = None) -> None:
        self._manners = terms.manners
        self._client = client or HttpClient(
            transport=build_transport(terms.addresses, proxies()),
            clock=SystemClock(),
            user_agent=terms.user_agent,
            addresses=terms.addresses,
            witnesses=terms.witnesses,
        )
        self._client.network = self._seen = _Seen()

    async def do(self, work: Slice) -> Done:
        """Ask for the links of a slice; raises `OSError` where this machine has no network."""
        host, clock = AT_WORK[work.host], self._client.clock
        async with host.lock:
            wait = max(work.lane.wait, host.ready_at - clock.monotonic())
            try:
                return await self._do(replace(work, lane=replace(work.lane, wait=wait)))
            finally:
                host.ready_at = clock.monotonic() + self._client.ready_in(work.host)

    async def _do(self, part: Slice) -> Done:
        client, clock = self._client, self._client.clock
        asking = _AskingSlice(client, self._manners, part.suspects)
        asking.begin(part)
        lane, began = lane_name(asking.page, part.jobs[0].url), clock.monotonic()
        # A worker that was stopped goes on in the middle of a request, when others ask its host.
        until = part.until - _wall(client)
        client.go_on(lane, asking.page, replace(part.lane, until=until))
        self._seen.by_host.pop(lane, None)
        jobs = (replace(job, due=began + job.due) for job in part.jobs)
        await asking.queues.work_off((job.host, job) for job in jobs)
        if client.network.is_down:
            raise OSError("this machine has no network")
        now = clock.monotonic()
        return Done(
            results=tuple(_drained(asking.results)),
            left=tuple(replace(job, due=max(0.0, job.due - now)) for job in asking.left),
            lane=client.lane_state(lane, asking.page),
            memories={second: asking.memories[part.host, second] for second in (False, True)},
            reached=tuple(self._seen.by_host.pop(lane, ())),
        )


def _drained(
    queue: "asyncio.Queue[tuple[str, Outcome[Probe]] | None]",
) -> "list[tuple[str, Outcome[Probe]]]":
    found = []
    while not queue.empty():
        if (one := queue.get_nowait()) is not None:
            found.append(one)
    return found


Open = Callable[[int], "Awaitable[Team[Slice, Done] | None]"]
"""Sets up the workers in the event loop of the run; None where so many links are too few."""


@dataclass
class ShardedAsking(Asking):
    """Has workers ask; what they cannot be trusted with, and what nobody is left for, it asks."""

    open_team: Open = field(kw_only=True)
    kept: Callable[[str], bool] = lambda _host: False
    """Whether a host is asked by this process alone: with headers that no worker is told."""
    _team: Team[Slice, Done] | None = field(default=None, init=False)
    _out: set[str] = field(default_factory=set, init=False)
    """Hosts of which a slice is under way, also when its worker was the last."""

    async def ask(self, keys: Sequence[str]) -> None:
        """See `Asking.ask`."""
        team = None
        try:
            team = self._team = await self.open_team(len(keys))
        except Exception as error:  # noqa: BLE001  a run asks alone rather than not at all
            log.warning(
                "no workers for the links (%s): this process asks alone", type(error).__name__
            )
        try:
            await super().ask(keys)
        finally:
            if team is not None:
                await team.close()

    def most(self, host: str) -> int:
        """Return how many links of a host are one slice."""
        if self._team is None:
            return super().most(host)
        interval = self.client.lane_state(host, self.page).pace.interval
        return max(1, min(MOST, int(SLICE_SECONDS / interval) if interval else MOST))

    def in_flight(self, host: str) -> int:
        """Return 1: one slice of a host, whoever has it."""
        alone = self._team is None and host not in self._out
        return super().in_flight(host) if alone else 1

    async def step(self, jobs: Sequence[Job]) -> list[Job]:
        """Have a worker ask about some links of a host."""
        lane, host = lane_name(self.page, jobs[0].url), jobs[0].host
        team = self._team
        if team is None or not self.client.may_ask(lane, self.page, host) or self.kept(host):
            return await self._ask_one(jobs)
        sent = [ready for job in jobs if (ready := self._ready(job)) is not None]
        return await self._send(team, lane, host, sent) if sent else []

    async def _ask_one(self, jobs: Sequence[Job]) -> list[Job]:
        """Ask about the first here; the others have to wait for what it shows, as ever."""
        return [*await super().step(jobs[:1]), *jobs[1:]]

    def _ready(self, job: Job) -> Job | None:
        """Return a job as it goes to a worker; None for a second look that would tell nothing."""
        if job.asked_at is not None:
            return job
        if job.optional and not self.may_look_again(job):
            return None
        return replace(job, asked_at=self.client.clock.now())

    async def _send(
        self, team: Team[Slice, Done], lane: str, host: str, jobs: Sequence[Job]
    ) -> list[Job]:
        now, wall = self.client.clock.monotonic(), _wall(self.client)
        until = wall + DEADLINE
        if self.client.deadline is not None:
            until = min(until, wall + self.client.deadline - now)
        part = Slice(
            host,
            tuple(replace(job, due=max(0.0, job.due - now)) for job in jobs),
            self.suspects & {job.key for job in jobs},
            self.client.lane_state(lane, self.page),
            {second: self.memories[host, second] for second in (False, True)},
            until,
        )
        longest = DEADLINE + self.manners.total_timeout + LATER
        self._out.add(host)
        try:
            async with self.client.interruptible(None):
                done = await team.do(host, part, longest)
        except TimeoutError:  # the run was interrupted
            return await self._ask_one(jobs)
        except NobodyError:
            self._team = None
            return await self._ask_one(jobs)
        except LostError as lost:
            # The worker's last request may have begun just now, and more of them may follow.
            rest = 0.0 if lost.certain else max(0.0, until - _wall(self.client))
            interval = self.client.lane_state(lane, self.page).pace.interval
            self.client.pause_lane(lane, rest + interval, self.page)
            return list(jobs)
        except Exception as error:  # noqa: BLE001  the last line of defence
            log.warning(
                "a worker has failed at %s (%s): this process asks instead",
                host,
                type(error).__name__,
            )
            return await self._ask_one(jobs)
        finally:
            self._out.discard(host)
        return await self._taken(lane, host, part, done)

    async def _taken(self, lane: str, host: str, part: Slice, done: Done) -> list[Job]:
        """Take in what has come of a slice, and return what is to be asked next."""
        client = self.client
        client.requests[self.page.name] += len(done.reached)
        client.go_on(lane, self.page, done.lane)
        self.memories.update({(host, second): one for second, one in done.memories.items()})
        for reached, page in done.reached:
            client.network.sent(lane)
            client.network.ended(lane, reached, page)
        await client.settle_doubts(final=False)
        now = client.clock.monotonic()
        following = [replace(job, due=now + job.due if job.due else 0.0) for job in done.left]
        second = {job.key for job in part.jobs if job.optional}
        for key, outcome in done.results:
            self.results.put_nowait((key, outcome))
            later = None if key in second else self.second_look(key, outcome)
            following += [] if later is None else [later]
        return following
