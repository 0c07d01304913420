"""
A made-up web of some 200 hosts on loopback addresses, and what is true of every link into it.

Pure and the same for the same seed. 40 % of the links lie on one host, 20 % on another, as GitHub
and a publisher do in paper lists. World `clean` has pages that are there and a few that are gone;
`faults` has what link checkers meet. The ORACLE knows all of it, and asks only for the evidence
that a verdict needs: each page once, the hops of its redirects, a 404 or 410 once more, what is
flaky or throttled once more, and a host where nobody answers twice in all.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal, NamedTuple

Truth = Literal["alive", "moved", "blocked", "failing", "suspect", "dead"]
"""`suspect`: it answers 200, and says itself that it is not there."""

LISTENING: Final = 200
BIG, SECOND = 1, 2
REFUSING: Final = (201, 202, 203)
"""Addresses where nobody listens."""
HANGING: Final = (193, 194)
LIMITED: Final = 192
LIMIT: Final = 8.0
"""Requests a second that the limited host answers."""
BURST: Final = 2.0
"""As many at once, so that the limit is felt by a handful of links as well."""
SPECIAL: Final[Mapping[str, tuple[int, ...]]] = {
    "slow": (181, 182, 183),
    "head-405": (184, 185),
    "head-403": (186,),
    "head-404": (187,),
    "forbidden": (188, 189),
    "challenge": (190, 191),
    "limited": (LIMITED,),
    "hanging": HANGING,
    "refused": REFUSING,
}
"""Kinds of which all links lie on hosts of their own."""
ORDINARY: Final = (*range(3, 181), *range(195, LISTENING + 1))


def _weights(text: str) -> dict[str, float]:
    """Read `name weight name weight …`."""
    words = iter(text.split())
    return {name: float(next(words)) for name in words}


SHARES: Final = {
    "clean": _weights("big 40 second 20 ordinary 40"),
    "faults": _weights(
        """
        big 40 second 20 ordinary 28 slow 1 head-405 2 head-403 1 head-404 1 forbidden 1
        challenge 2 limited 2 hanging 1 refused 1
        """
    ),
}
"""Where the links lie, in per cent."""
MIX: Final = {
    "clean": _weights("page 97 not-found 2 gone 1"),
    "faults": _weights(
        """
        page 66 flaky-503 5 flaky-reset 3 throttled 1 head-405 1 head-403 1 head-404 1 forbidden 1
        moved 3 moved-away 2 moved-twice 1 found 2 found-away 1 chain 1 loop 1 moved-to-nothing 0.5
        not-found 3 gone 1.5 soft-title 2 soft-home 1 broken 2
        """
    ),
}
"""What the links of the big, the second and the ordinary hosts are, in per cent."""
TRUTHS: Final[Mapping[str, Truth]] = {
    **dict.fromkeys(("moved", "moved-away", "moved-twice"), "moved"),
    **dict.fromkeys(("forbidden", "challenge"), "blocked"),
    **dict.fromkeys(("loop", "broken", "hanging", "refused"), "failing"),
    **dict.fromkeys(("soft-title", "soft-home"), "suspect"),
    **dict.fromkeys(("not-found", "gone", "moved-to-nothing"), "dead"),
}
"""Every other kind is alive."""
ASKED_TWICE: Final = frozenset(
    {"flaky-503", "flaky-reset", "throttled", "broken", "not-found", "gone", "moved-to-nothing"}
)
SILENT: Final = frozenset({"hanging", "refused"})
ENDS: Final[Mapping[str, tuple[int, str]]] = {
    **dict.fromkeys(("not-found", "moved-to-nothing"), (404, "Error")),
    "gone": (410, "Error"),
    "broken": (500, "Error"),
    "forbidden": (403, "Error"),
    "challenge": (403, "Just a moment..."),
    "soft-title": (200, "Page not found"),
}
"""Status and title of the last page, where it is no plain one."""
DUPLICATES: Final = 0.05
"""So many of the mentions repeat an earlier link."""


class Place(NamedTuple):
    """A page's host, as the last number of its address, and its path."""

    host: int
    path: str


@dataclass(frozen=True, slots=True)
class Page:
    """How the server answers for one place."""

    kind: str
    owner: int
    """The link for which it is there."""
    status: int = 200
    target: Place | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One distinct link, what is true of it, and the hosts that the oracle asks for it, in turn."""

    place: Place
    kind: str
    truth: Truth
    asks: tuple[int, ...]


@dataclass(frozen=True)
class World:
    """All links, in the order in which a list has them, and all pages."""

    name: str
    links: tuple[Link, ...]
    mentions: tuple[int, ...]
    """Numbers of links; some come twice."""
    pages: Mapping[Place, Page] = field(repr=False)

    @cached_property
    def oracle(self) -> Counter[int]:
        """How often the oracle asks each host. Silent hosts are asked twice, not per link."""
        asks = Counter(host for link in self.links for host in link.asks)
        asks.update(dict.fromkeys({x.place.host for x in self.links if x.kind in SILENT}, 2))
        return asks

    @property
    def oracle_requests(self) -> int:
        """What the server sees of the oracle: nobody counts at addresses without a server."""
        return sum(count for host, count in self.oracle.items() if host not in REFUSING)


def address(host: int) -> str:
    """Return the address of a host."""
    return f"127.0.1.{host}"


def url(place: Place, port: int) -> str:
    """Return the URL of a place."""
    return f"http://{address(place.host)}:{port}{place.path}"


def make(name: str, mentions: int, seed: int = 1) -> World:
    """Return a world for a list of so many mentions; 95 % of them are distinct links."""
    chance = random.Random(f"{name} {mentions} {seed}")  # noqa: S311
    distinct = max(1, round(mentions * (1 - DUPLICATES)))
    pages: dict[Place, Page] = {}
    spots = _dealt(SHARES[name], distinct, chance)
    kinds = iter(_dealt(MIX[name], sum(spot not in SPECIAL for spot in spots), chance))
    links = tuple(
        _link(number, spot, spot if spot in SPECIAL else next(kinds), chance, pages)
        for number, spot in enumerate(spots)
    )
    again = [*range(distinct), *(chance.randrange(distinct) for _ in range(mentions - distinct))]
    head, tail = again[: distinct // 2], again[distinct // 2 :]
    chance.shuffle(tail)
    return World(name, links, (*head, *tail), pages)


def _dealt(shares: Mapping[str, float], count: int, chance: random.Random) -> list[str]:
    """Return `count` words in these shares, exactly as far as it goes, in random order."""
    total, words, owed = sum(shares.values()), list[str](), 0.0
    for word, share in shares.items():
        owed += share * count / total
        words += [word] * (round(owed) - len(words))
    chance.shuffle(words)
    return words


def _link(
    number: int, spot: str, kind: str, chance: random.Random, pages: dict[Place, Page]
) -> Link:
    """Add the pages of one link; return the link."""
    homes = {"big": (BIG,), "second": (SECOND,), "ordinary": ORDINARY, **SPECIAL}[spot]
    place = Place(chance.choice(homes), f"/papers/{number:06}")
    away = chance.choice([host for host in chance.sample(ORDINARY, 2) if host != place.host])
    way = _way(kind, number, place, away)
    pages |= way
    asks = () if kind in SILENT else tuple(page_place.host for page_place in way)
    twice = asks * 2 if kind in ASKED_TWICE else asks
    return Link(place, kind, TRUTHS.get(kind, "alive"), twice)


def _way(kind: str, number: int, place: Place, away: int) -> dict[Place, Page]:
    """Return the pages from a link to its end, in order."""
    plain = Page(kind, number, title=f"Paper number {number}, with its data")
    here, there = Place(place.host, f"/archive/{number:06}"), Place(away, f"/works/{number:06}")
    further = Place(place.host, f"/library/{number:06}")
    chains: dict[str, tuple[tuple[int, Place], ...]] = {
        "moved": ((301, here),),
        "moved-away": ((301, there),),
        "moved-twice": ((301, there), (308, further)),
        "found": ((302, here),),
        "found-away": ((302, there),),
        "chain": ((301, there), (302, here), (301, further)),
        "loop": ((302, here), (302, place)),
        "moved-to-nothing": ((301, here),),
        "soft-home": ((302, Place(place.host, "/")),),
    }
    way, at = dict[Place, Page](), place
    for status, target in chains.get(kind, ()):
        way[at] = replace(plain, status=status, target=target)
        at = target
    if at not in way:
        way[at] = _end(plain, at)
    return way


def _end(page: Page, at: Place) -> Page:
    """Return the last page of a way, made of a plain one."""
    if at.path == "/":
        return replace(page, title=f"Welcome to host {at.host}")
    status, title = ENDS.get(page.kind, (page.status, page.title))
    return replace(page, status=status, title=title)


# --- the list ---------------------------------------------------------------------------------

LABELS: Final = ("paper", "code", "project", "data")
WORDS: Final = ("sparse", "robust", "latent", "causal", "federated", "graph", "neural", "lazy")


def markdown(world: World, port: int) -> str:
    """Return a list of papers as bullets, each with one to four of the links."""
    chance = random.Random(world.name)  # noqa: S311
    lines, left, number = ["# Papers of a made-up field", ""], list(world.mentions), 0
    while left:
        if number % 200 == 0:
            lines += ["", f"## Part {number // 200 + 1}", ""]
        count = chance.randint(1, 4)
        taken, left = left[:count], left[count:]
        lines.append(_bullet(number, [url(world.links[index].place, port) for index in taken]))
        number += 1
    return "\n".join(lines) + "\n"


def _bullet(number: int, urls: Sequence[str]) -> str:
    first, second = WORDS[number % 8], WORDS[number // 8 % 8]
    title = f"Method {number}: {first.title()} {second} learning, revisited for models"
    parts = [f"[[{label}]]({target})" for label, target in zip(LABELS, urls, strict=False)]
    return f"- {title}, ICML 2023, {' '.join(parts)}."


# --- the least time ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    """How fast one host may be asked. Seconds."""

    first: float = 0.25
    shortest: float = 0.05
    quicker: float = 0.8
    """By what the interval shrinks from one request to the next, until it is the shortest."""
    confirmation: float = 60.0
    timeout: float = 20.0
    """Before a silent host is given up; it is tried twice."""

    def seconds(self, requests: int) -> float:
        """Return the time from the first start to the last of so many requests to one host."""
        elapsed, interval, left = 0.0, self.first, max(0, requests - 1)
        while left and interval > self.shortest:
            elapsed, interval, left = elapsed + interval, interval * self.quicker, left - 1
        return elapsed + left * self.shortest


class Bound(NamedTuple):
    """The least time a polite run takes, in its parts. Seconds."""

    pace: float
    """The queue of the host that is asked most."""
    parked: float
    """What `Retry-After` of that host's links demands beside."""
    confirmation: float
    silence: float
    """Two time-outs of a host that never answers, beside all else."""

    @property
    def total(self) -> float:
        """The bound."""
        return max(self.pace + self.parked + self.confirmation, self.silence)


RETRY_AFTER: Final = (1, 2)


def retry_after(owner: int) -> int:
    """Return for how many seconds a throttled link wants to be left alone."""
    return RETRY_AFTER[owner % 2]


def bound(world: World, pace: Pace) -> Bound:
    """Return the least time that the pace allows."""
    queues = {host: pace.seconds(count) for host, count in world.oracle.items()}
    queues[LIMITED] = max(queues.get(LIMITED, 0.0), world.oracle[LIMITED] / LIMIT)
    parked: dict[int, float] = defaultdict(float)
    for number, link in enumerate(world.links):
        if link.kind == "throttled":
            parked[link.place.host] += retry_after(number)
    longest = max(queues, key=lambda host: queues[host] + parked[host])
    confirms = any(link.truth == "dead" for link in world.links)
    hangs = any(link.kind == "hanging" for link in world.links)
    return Bound(
        pace=queues[longest],
        parked=parked[longest],
        confirmation=pace.confirmation if confirms else 0.0,
        silence=2 * pace.timeout if hangs else 0.0,
    )


# --- the score --------------------------------------------------------------------------------

Word = Literal["ok", "broken", "other"]
"""What a tool says of a link: fit, unfit, or neither."""


@dataclass(frozen=True, slots=True)
class Score:
    """How often a tool was wrong."""

    false_dead: int
    """Broken, it says of a page that is there: alive, moved, or closed to robots only."""
    hasty: int
    """Broken, it says of what may come back: 5xx, a loop, silence, a doubtful page."""
    false_alive: int
    """Fit, it says of what is gone, or says itself that it is not there."""
    unsure: int
    """Neither fit nor broken, or no word at all, of what is alive, moved or dead."""
    wrong: Mapping[str, Sequence[str]]
    """Kind and word to the URLs, for the first three."""


def score(world: World, port: int, words: Mapping[str, Word]) -> Score:
    """Compare what a tool says with the truth."""
    counts: Counter[str] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    for link in world.links:
        word = words.get(url(link.place, port), "other")
        fault = _fault(link.truth, word)
        counts[fault] += 1
        if fault in ("false dead", "hasty", "false alive"):
            wrong[f"{fault}: {link.kind}"].append(url(link.place, port))
    return Score(
        false_dead=counts["false dead"],
        hasty=counts["hasty"],
        false_alive=counts["false alive"],
        unsure=counts["unsure"],
        wrong=dict(sorted(wrong.items())),
    )


def _fault(truth: Truth, word: Word) -> str:
    """Return what is wrong with a word about a link; empty where nothing is."""
    if word == "broken" and truth != "dead":
        return "false dead" if truth in ("alive", "moved", "blocked") else "hasty"
    if word == "ok" and truth in ("dead", "suspect"):
        return "false alive"
    return "unsure" if word == "other" and truth in ("alive", "moved", "dead") else ""


def requests_by_kind(world: World, seen: Iterable[tuple[Place, int]]) -> dict[str, list[int]]:
    """Return kind → requests that the server saw, and requests of the oracle."""
    table: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for link in world.links:
        table[link.kind][1] += len(link.asks)
    table["hanging"][1] += sum(world.oracle[host] for host in HANGING)
    for place, count in seen:
        page = world.pages.get(place)
        table[page.kind if page else "no such page"][0] += count
    return dict(sorted(table.items()))
