"""What a review of a pull request passes on: changed lists, entries, remarks, replacements."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ChangedList:
    """A list as a pull request has it."""

    name: str
    path: str
    """In the repository, as the pull request has it."""
    data: bytes = field(repr=False)
    added: frozenset[int] | None
    """Lines that the pull request adds; None for all of a file that is new."""
    shown: tuple[range, ...] = ()
    """Lines that GitHub's difference shows: others take no comment."""
    gone: str = ""
    """Lines that the list had where the pull request began, and has no more."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about one entry."""

    code: str
    """What `pipeline explain` knows more about."""
    message: str
    """One sentence."""
    replacement: str | None = None
    """An address or a title to write instead, where one is known."""
    url: str | None = None
    """The link that it is about, as written, where it is about one."""


@dataclass(frozen=True, slots=True)
class Mend:
    """Lines of a list as they should be."""

    line: int
    end_line: int
    lines: tuple[str, ...]
    """Without line ends; none at all where the lines are to go."""


@dataclass(frozen=True, slots=True)
class ReviewedEntry:
    """One entry that a pull request adds or changes, and what is to be said about it."""

    path: str
    line: int
    end_line: int
    title: str
    remarks: tuple[Remark, ...] = ()
    mend: Mend | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What has come of looking at the entries of a pull request."""

    entries: tuple[ReviewedEntry, ...] = ()
    """In the order of the files and their lines; also those without a remark."""
    notes: tuple[str, ...] = ()
    """Sentences about what was not looked at, or could not be."""
    is_complete: bool = True
    """Whether every source that counts has answered, so that no remark can be missing."""
