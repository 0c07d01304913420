"""
Where a paper has been accepted or published, as its authors say on arXiv. Pure, linear.

In: arXiv's comment and `journal_ref`, which are free text. Out: the venue as written, its year and
kind; None wherever the text can be read in another way. A venue that stands in a comment is not yet
the paper's: "submitted to", "under review" and "extended version of our ICML paper" name one too.
So a venue counts where a verb of acceptance leads to it ("accepted at", "to appear in"), or where
it opens a part of the comment with a year or with the words of a conference ("CVPR 2023, oral"),
and nothing before it speaks of a submission or of another version.

How often that is right is measured by `benchmarks/acceptance.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Final, NamedTuple

from pipeline.records.catalog import VenueKind
from pipeline.works.venue_names import (
    Name,
    has_ordinal,
    is_event,
    is_periodical,
    kind_of,
    name_at,
    names_venue,
    starts_known,
    years_in,
)

LONGEST: Final = 2_000
"""Characters of a text that are looked at."""
_FAR: Final = 90
"""Characters behind a venue's name in which its year may stand."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Where a paper has been accepted."""

    venue: str
    """As written."""
    year: int | None
    """Of the venue; None where none is named."""
    kind: VenueKind


# --- comments ---------------------------------------------------------------------------------

_NOTE: Final = re.compile(r"\(?arxiv admin note:.*", re.IGNORECASE)
_URL: Final = re.compile(r"\(?\b(?:https?|htpps?|ftp)://[^\s;)]+\)?|\bwww\.[^\s;)]+", re.IGNORECASE)

_END: Final = re.compile(r"[;|]|\s/\s|\s[-–—]{1,2}\s(?!\d)|(?P<stop>[\w)\]”\"']+[.!?])(?=\s)")
"""Where a part of a comment may end."""
_SHORTENED: Final = frozenset(
    """
    acc acta adv advs al ann app appl astr astron ca chem class comm commun comp comput conf curr
    dr ed engrg eur gen geom grav inf inform inst instrum int jour lett let math meas meth mod mon
    no not nucl opt ph phil phy phys pp pro proc publ quan quant rel rep rept rev roy sci soc softw
    stat supp suppl symp sys theo theor trans univ vol vs
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Words behind which a full stop ends no statement, as in `Phys. Rev. B`."""

_VERB: Final = re.compile(
    r"\b(?:(?P<strong>accept(?:ed|ance)?|to (?:be )?appear(?:ed)?|will (?:be )?(?:appear|published)"
    r"|appear(?:s|ed|ing)?|published?|publication|forthcoming|camera[- ]ready|matches|oral"
    r"|spotlight|poster)|(?P<weak>presented|presentation))\b",
    re.IGNORECASE,
)
_WAY: Final = re.compile(
    r"(?:[\s,]*\b(?:for|as|a|an|the|to|be|and|is|was|has|been|it|soon|also|in|its|current|form|now"
    r"|full|long|short|regular|main|invited|oral|spotlight|poster|demo|research"
    r"|(?:conference|journal|workshop) (?:paper|article|version)|paper|papers|article|manuscript"
    r"|version|publication|published|publish|presentation"
    r"|presented|appear|contribution|final|edited|recently|accepted"
    r"|special|issue|publishing|track|with minor revisions?"
    r"|[a-z-]{3,20} (?:papers?|articles?|track))\b|[\s,]*\(soon\)){0,9}"
    r"[\s:]*\b(?:at|by|in|to|for|on|with|(?:issue|track|session) of|into)\b[\s:]*"
    r"(?:(?:the|upcoming|next|an?)\s+)*",
    re.IGNORECASE,
)
"""What stands between the verb and the venue."""
_UNDECIDED: Final = re.compile(
    r"\b(?:(?:re)?submi(?:t|tt?ed|ssions?|tting)"
    r"|under (?:peer[- ])?(?:review|consideration|revision)"
    r"|in (?:review|consideration|submission|preparation|revision)|reject\w*|withdrawn?|intend\w*"
    r"|if|unless|until|hope\w*|plan\w*|pending|conditional\w*|subject to|not|never|(?-i:may)"
    r"|might|could"
    r"|requirements?|call for|invited to|deadline|targeted|draft|format|template|style|class)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
"""Before a venue: nobody has accepted it yet, or the sentence is about something else."""
_ANOTHER: Final = re.compile(
    r"\b(?:(?:extended|expanded|abridged|short(?:er|ened)?|full(?:er)?|long(?:er)?|preliminary"
    r"|earlier|previous|initial|condensed|technical|an?other)"
    r"[\w -]{0,30}\b(?:versions?|reports?|abstracts?|of (?:the|this|our|an?))"
    r"|(?:earlier|previous|preliminary|an?other|conference|workshop) (?:papers?|version)"
    r"|abstract of|versions? of (?:an?|our) |parts? of (?:this|the|our)|some of the|based on"
    r"|follow[- ]?up|extend(?:s|ing)?|extension|supersedes?|companion|see also|code (?:for|of)"
    r"|data (?:for|from|of)|supplement(?:ary|al)?\b[\w ]{0,20}|append\w+ (?:to|of)|talk|lectures?"
    r"|tutorial|seminar|challenge|competition|winn?(?:er|ing)|place|solution|leaderboard"
    r"|thesis|our(?! (?:paper|work|article|manuscript) (?:is|was|has|got|accepted)\b)"
    r"|related|compar\w+|correct(?:s|ion|ed)? (?:to|of)|errat\w+|comment on|reply to"
    r"|review(?:er|ed|s)? (?:of|at|by)|referees?|editors?|organi[sz]ed|translation)\b",
    re.IGNORECASE,
)
"""Before a venue: it may be that of another version or of another work."""
_OTHER_PAPER: Final = re.compile(
    r"\b(?:previous|earlier|companion|related|preliminary|sister|other) \w", re.IGNORECASE
)
_NOT_AFTER: Final = re.compile(
    r"[\s,(]*\b(?:submi\w+|under review|in review|reject\w*|challenge|competition|tutorial"
    r"|template|style|format|requirements?|reviews?|reviewers?|leaderboard|winn?er|dataset of"
    r"|models?|paper list|deadline|revision|keynote|and \w+ under)\b",
    re.IGNORECASE,
)

_STATE: Final = re.compile(
    r"[\s,.:]*\(?\s*(?:in press|accepted|to (?:be )?appear(?:ed)?|to be published|published"
    r"|forthcoming|camera[- ]?ready|oral|spotlight|poster|highlight)\b",
    re.IGNORECASE,
)
"""Behind a venue that opens a part of a comment."""
_TAIL: Final = re.compile(
    r"(?:[\s,.:()–-]*\b(?:oral|spotlight|poster|highlight|camera[- ]?ready|accepted|papers?|version"
    r"|presentation|main|long|short|full|regular|findings|industry|demo|applied|data science|best"
    r"|research|track|conference|proceedings|final|award|nominee|candidate|honou?rable|mention"
    r"|finalist|outstanding|distinguished|workshops?|code|project|github|page|website|with|and|the|in|is|at"
    r"|available|see|pages?|pp|vol|no|figures?|tables?|notable|top|journal|equal|contribution|\d+)\b"
    r"|[\s,.:;|%()–*-])*",
    re.IGNORECASE,
)
"""What may follow a bare venue with its year: nothing that makes it another work's."""
_NO_VENUE: Final = re.compile(
    r"(?!conf|proc|work|jour|anna|trans|symp|find|meet)\S+\s(?:at|to|for|of|by|book)\b",
    re.IGNORECASE,
)
"""What opens a part of a comment and is no venue: `Poster at …`, `Contribution to …`."""
_IN: Final = re.compile(r"(?:(?:published |appeared |appears )?in:?\s+)?(?:the\s+)?", re.IGNORECASE)


class _Part(NamedTuple):
    """One statement of a comment, and how far it goes; a name may go on behind it."""

    text: str
    length: int


def accepted_in(comment: str | None) -> Acceptance | None:
    """Return where a paper has been accepted or published according to arXiv's comment."""
    if not comment:
        return None
    text = _readable(comment)
    parts = _parts(text)
    found = [one for part in parts for one in _led_by_verbs(part)]
    found += [one for part in parts for one in _opening(part)]
    full = [one for one in found if one.kind != "workshop"]
    if not found and not _UNDECIDED.search(text):
        full = [one for part in parts for one in _bare(part)]
    return next(iter(full or found), None)


def _readable(text: str) -> str:
    squeezed = " ".join(unescape(text)[:LONGEST].split())
    return _URL.sub(" ; ", _NOTE.sub("", squeezed))


def _parts(text: str) -> list[_Part]:
    """Split a comment where a new statement begins; remarks in brackets stay where they are."""
    ends = (match.end() for match in _END.finditer(text) if not _is_shortened(match["stop"]))
    edges = [0, *ends, len(text)]
    return [_Part(text[a:], b - a) for a, b in pairwise(edges)]


def _is_shortened(stop: str | None) -> bool:
    word = (stop or "").rstrip(".").lower()
    return bool(stop) and (len(word) == 1 or word in _SHORTENED)


def _led_by_verbs(part: _Part) -> Iterator[Acceptance]:
    """Yield the venues to which a verb leads: `accepted for publication in …`."""
    weak: list[Acceptance] = []
    doubts = _Doubts(part.text)
    for verb in _VERB.finditer(part.text, 0, part.length):
        way = _WAY.match(part.text, verb.end())
        name = name_at(part.text, way.end()) if way else None
        if way is None or name is None or _OTHER_PAPER.search(way[0]):
            continue
        if doubts.at(verb.start(), name.end):
            continue
        found = _acceptance(part.text, name)
        if verb["weak"]:
            weak.append(found)
        else:
            yield found
    yield from weak


def _opening(part: _Part) -> Iterator[Acceptance]:
    """Yield a venue that says behind it that it has accepted: `Phys. Rev. B, in press`."""
    doubts = _Doubts(part.text)
    for start in _starts(part):
        name = name_at(part.text, start)
        if name is None or not (_STATE.match(part.text, name.end) and names_venue(name.text)):
            continue
        if not doubts.at(start, name.end):
            yield _acceptance(part.text, name)


def _bare(part: _Part) -> Iterator[Acceptance]:
    """Yield a venue that stands for itself: `CVPR 2023`, `In Proceedings of …`."""
    doubts = _Doubts(part.text)
    for start in _starts(part):
        name = name_at(part.text, start)
        if name is None or _NO_VENUE.match(name.text):
            continue
        found = _acceptance(part.text, name)
        if doubts.at(name.end, name.end):
            continue
        named = is_event(name.text) or is_periodical(name.text)
        dated = found.year is not None or has_ordinal(name.text) or "(" in name.text
        tail = _TAIL.match(part.text, name.end, part.length)
        ends = name.end >= part.length or (tail is not None and tail.end() == part.length)
        if (named and dated) or (found.year and starts_known(name.text) and ends):
            yield found


def _starts(part: _Part) -> Iterator[int]:
    """Yield where a statement may begin: at the start of a part, and behind its commas."""
    for match in re.finditer(r"(?:\A\s*|[,:]\s|\)\s)", part.text[: part.length]):
        lead = _IN.match(part.text, match.end())
        yield lead.end() if lead else match.end()


class _Doubts:
    """What in a text speaks against its venues; each part of it is searched about once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._clear = 0
        """So far nothing speaks against any."""
        self._doubted: int | None = None
        """From here on something does."""

    def at(self, start: int, end: int) -> bool:
        """Say whether what stands before `start`, or at `end`, speaks against a venue there."""
        return self._before(start) or _NOT_AFTER.match(self._text, end) is not None

    def _before(self, end: int) -> bool:
        if self._doubted is not None and end >= self._doubted:
            return True
        if end <= self._clear:
            return False
        since = max(0, self._clear - _REACH)
        for pattern in (_UNDECIDED, _ANOTHER):
            if (found := pattern.search(self._text, since, end)) is not None:
                if found.end() + _REACH <= end:  # nearer to the end more words may change it
                    self._doubted = found.end()
                return True
        self._clear = end
        return False


_REACH: Final = 160
"""Characters: no words of `_UNDECIDED` and `_ANOTHER` reach farther."""


def _acceptance(part: str, name: Name) -> Acceptance:
    """Return the venue of a name, with what the statement says behind it."""
    text, rest = name.text, part[name.end : name.end + _FAR]
    rest = "" if re.match(r"[”\"'’)]*[.;!?]", rest) else rest[: _parts(rest)[0].length]
    more = re.split(r"[,.;(]", rest)[0].rstrip()
    if "workshop" in f"{text}{more}".lower() and not text.endswith(")"):
        text, rest = text + more, rest[len(more) :]  # `ICML 2024 workshop on efficient models`
    kind = kind_of(text, rest)
    year = _year(text, rest, kind)
    return Acceptance(text, year, kind)


def _year(text: str, rest: str, kind: VenueKind) -> int | None:
    """Return the year that belongs to a venue; None where several might."""
    found = years_in(text)
    if not found:
        found = years_in(_volume(rest) if kind == "journal" else _OTHERS.sub("", rest))
    return found.pop() if len(found) == 1 else None


_OTHERS: Final = re.compile(
    r"\b(?:accepted|arxiv|as|and|exten\w+|our|previous\w*|from|submitted|see)\b.*", re.IGNORECASE
)


def _volume(rest: str) -> str:
    """Return what follows a journal's name where it is a volume, an issue or a year."""
    return rest if re.match(r"[\s,(]*(?:vol|issue|no\.|(?:19|20)\d\d)", rest, re.IGNORECASE) else ""


# --- journal_ref ------------------------------------------------------------------------------

_IN_BRACKETS: Final = re.compile(r"\((?:[A-Z][a-z]+\.? )?((?:19|20)\d\d)\)")
_LAST_YEAR: Final = re.compile(r"(?:[,:;.\s]|\A)((?:19[5-9]|20[0-4])\d)[\s.,;]*\Z")

_SUBMITTED: Final = re.compile(r"\bsubmi|\bunder review|\bin (?:review|preparation)", re.IGNORECASE)


def published_in(journal_ref: str | None) -> Acceptance | None:
    """
    Return where a paper has been published according to arXiv's `journal_ref`, word for word.

    Pages and volumes look like years (`Phys. Rev. B 75, 1999 (2007)`): one in brackets counts, else
    one at the end, else the only one.
    """
    text = " ".join(unescape(journal_ref or "")[:LONGEST].split())
    if not text or _SUBMITTED.search(text):
        return None
    first = text.partition("; Erratum")[0]
    bracketed = {int(year) for year in _IN_BRACKETS.findall(first)}
    last = _LAST_YEAR.search(first)
    years = bracketed or ({int(last[1])} if last else years_in(first))
    kind = kind_of(first)
    return Acceptance(text, years.pop() if len(years) == 1 else None, kind)
