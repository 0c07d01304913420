"""How a source answers about one key: found, or why not."""

from collections.abc import Mapping
from datetime import datetime
from logging import getLogger
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, TypeGuard, TypeVar

from pydantic import Field

from pipeline.records.base import Record

log = getLogger(__name__)

FailureKind = Literal[
    "dns",  # the host name could not be resolved
    "connect",  # no connection could be made
    "timeout",
    "reset",  # the connection broke
    "tls",
    "protocol",  # what came is not HTTP
    "proxy",
    "refused-address",  # private or reserved address: not asked
    "invalid-url",
    "throttled",  # told to slow down, until we gave up
    "server-error",  # 5xx, until we gave up
    "bad-answer",  # an answer that does not say what it should
    "unauthorized",
    "forbidden",
    "closed",  # given up for this run after repeated failures
    "offline",  # our own network, not theirs
    "no-route",  # this machine lacks the only family of addresses (IPv6, IPv4) that the host has
    "budget",  # no time or no requests left
    "interrupted",  # the run was stopped by its user
    "fault",  # an error of this program
]


T = TypeVar("T")


class Found(Record, Generic[T]):
    """The source knows the key."""

    status: Literal["found"] = "found"
    value: T
    stale: bool = False
    """True where the source could not be asked and this is its last good answer."""
    as_of: datetime | None = None
    """When a stale value was answered."""
    reason: str | None = None
    """Why the value is stale."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as plain `Found`: pickle finds no class by the name `Found[ArxivRecord]`."""
        return _found, (dict(self),)


def _found(fields: dict[str, Any]) -> Found[Any]:
    return Found.model_construct(**fields)


class Missing(Record):
    """The source was asked and says that there is no such thing."""

    status: Literal["missing"] = "missing"
    reason: str
    confirmed: bool = False
    """True where two independent questions agree, so that one answer was no fluke."""


class Blocked(Record):
    """The source was asked; the thing exists and is withheld (451, taken down, access blocked)."""

    status: Literal["blocked"] = "blocked"
    reason: str


class Failed(Record):
    """The source could not be asked; nothing is known."""

    status: Literal["failed"] = "failed"
    kind: FailureKind
    reason: str


UNFORESEEN: Final = "an error in this program (--verbose shows it)"


def unforeseen(where: str) -> Failed:
    """Return the record of the exception being handled, whose text reaches the log alone."""
    log.debug("%s: %s", where, UNFORESEEN, exc_info=True)
    return Failed(kind="fault", reason=UNFORESEEN)


class Skipped(Record):
    """We chose not to ask: switched off, off line, over budget, nothing to ask about."""

    status: Literal["skipped"] = "skipped"
    reason: str


if TYPE_CHECKING:
    Outcome = Found[T] | Missing | Blocked | Failed | Skipped
else:

    class Outcome:
        """A tagged union; no plain alias, as pydantic's `Found[T]` cannot be subscripted."""

        def __class_getitem__(cls, record: Any) -> Any:
            """Return the union for one kind of record, told apart by `status`."""
            union = Found[record] | Missing | Blocked | Failed | Skipped
            return Annotated[union, Field(discriminator="status")]


Status = Literal["found", "missing", "blocked", "failed", "skipped"]


class Deferred(Record):
    """Work left for a later run, and why."""

    what: str
    """Service or stage: `github`, `arxiv`, `web`."""
    count: int
    reason: str


def deferred_by(what: str, reasons: Mapping[str, int]) -> tuple[Deferred, ...]:
    """Return the work of one service that was left for a later run, by the reason."""
    return tuple(
        Deferred(what=what, count=count, reason=reason) for reason, count in sorted(reasons.items())
    )


def is_fresh(outcome: "Outcome[T] | None") -> "TypeGuard[Found[T]]":
    """Say whether a source has answered for a key now, or not long ago."""
    return isinstance(outcome, Found) and not outcome.stale
