"""
The names of conferences, journals and workshops as they stand in a sentence. Pure, linear.

In: a text, and where a name may begin. Out: the name, its year and its kind. A name is words with
capitals and what joins them, up to the sign that ends it: not the full stop of `Phys. Rev. B`, not
the comma of "Software Testing, Verification and Validation".
"""

import re
from typing import Final, NamedTuple

from pipeline.records.catalog import VenueKind
from pipeline.works.venue_words import VENUE_ACRONYMS

_LONGEST: Final = 220
"""Characters of a name."""

_SMALL: Final = frozenset("of the and for on in & de la und at to a an der y with".split())  # noqa: SIM905
_GENERIC: Final = frozenset(
    """
    conference conferences workshop workshops symposium proceedings proc journal transactions
    letters track findings congress meeting school
    """.split()  # noqa: SIM905
)
"""Words that belong to a name in lower case too."""
_NO_NAME: Final = frozenset(
    """
    january february march april may june july august september october november december jan feb
    mar apr jun jul aug sep sept oct nov dec english russian french german spanish chinese japanese
    italian portuguese github gitlab zenodo arxiv appendix section sec fig figure figures table
    tables chapter part springer elsevier wiley ieee acm ams aip iop mdpi usenix cambridge oxford
    university press online editor editors editorial i ii iii iv v it this these we our all both
    oral spotlight poster highlight accepted invited best longer shorter extended full short paper
    python latex tex revtex pdf pages page book books vol volume issue doi see code data isbn
    """.split()  # noqa: SIM905
)
"""Words with a capital that name no venue by themselves."""
_NOT_TELLING: Final = _SMALL | _GENERIC | _NO_NAME
_WORKSHOP: Final = re.compile(r"workshops?\b", re.IGNORECASE)
_EVENT: Final = re.compile(
    r"\b(?:conf(?:erence)?s?|symposi(?:um|a)|workshops?|congress|proc(?:eedings)?|meeting|seminar"
    r"|institute|colloqui(?:um|a)|school|in?t\. conf)\b",
    re.IGNORECASE,
)
_PERIODICAL: Final = re.compile(
    r"(?:international |IEEE |ACM |the )?(?:journal|transactions|trans\.|annals|letters)\b",
    re.IGNORECASE,
)
_JOURNALS: Final = frozenset(
    """
    csur ijcv jacm jair jamia jmlr jstsp kais kbs nature neco pami pnas prcv prl pvldb science tacl
    taslp tbd tcad tcds tcss tcsvt tcyb tdsc tec tecs tgrs tifs tii tiis tip tist tits tiv tkdd tkde
    tmc tmi tmlr tmm tnnls tnse tochi tog tois tomacs tomccap tomm tors tosem tpami tpds tsc tse tsp
    tvcg tvt vldbj cacm dmkd imwut pacmhci spl ral pr neuron cell elife
    """.split()  # noqa: SIM905
)
"""Acronyms of `VENUE_ACRONYMS` that are journals."""
_VENUES: Final = VENUE_ACRONYMS - {
    *("ieee", "acm", "usenix", "ifip", "iet", "arxiv", "arixv", "arvix", "axriv", "biorxiv"),
    *("medrxiv", "openreview", "lncs"),
}
_JOURNAL: Final = re.compile(
    r"\b(?:journal|transactions|trans|letters|review|magazine|access|annals|communications|bulletin"
    r"|surveys)\b",
    re.IGNORECASE,
)
_ACRONYM_YEAR: Final = re.compile(r"\b[A-Z][\w&-]*[A-Z][\w&-]*(?:\s?['’]|\s?(?:19|20))\d\d\b")
_ORDINAL: Final = re.compile(
    r"\b(?:\d{1,3}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|(?:twenty|thirty|forty)-\w+)\b",
    re.IGNORECASE,
)
_LAST: Final = re.compile(r"(?:Lett|Soc|[A-IK-Z])\Z")
_LETTER: Final = re.compile(r"\s(?:[A-Z]\b|Jap|Jpn)")
_VOLUME: Final = re.compile(r"(?:\s\d{1,3})+\Z")
_QUOTES: Final = ("“", '"', "'", "‘", "`")
_TOKEN: Final = re.compile(r"\S+")
_CAPITAL: Final = re.compile(r"[“\"'‘(]*[A-Z0-9À-Ý][\w&/@+.*'’:^{}–-]*|['’][0-9]{2}")
_ABBREVIATED: Final = re.compile(
    r"(?:(?!Review|Nature|Energy|Optics|Icarus|Matter)[A-Z][a-z]{0,5}\.)+\Z"
    r"|(?:[Pp]roc|[Ii]nt|[Cc]onf|[Ss]ymp)\.\Z"
)
_LIST_OF_FIELDS: Final = re.compile(
    r"(?:(?:\s[A-Z][\w-]+){1,3},){0,3}(?:\s[A-Z][\w-]+){0,3}\s(?:and|&)\s[A-Z]"
)
"""Behind a comma: `Software Testing, Verification and Validation`."""
_ENDS: Final = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\Z|\d{1,2}[./]\d"
    r"|(?:oral|spotlight|poster|highlight|camera-?ready|camera|accepted|best|code|project"
    r"|short|full|long|papers?)\Z",
    re.IGNORECASE,
)
"""Dates and states: they are not of the name, whatever their letters."""


class Name(NamedTuple):
    """A venue's name where it stands."""

    text: str
    end: int


def name_at(text: str, start: int) -> Name | None:
    """Return the name that begins at a place of a text."""
    end, words = start, 0
    for token in _TOKEN.finditer(text, start, min(len(text), start + _LONGEST)):
        word = token[0]
        if word.startswith("(") and words:
            close = text.find(")", token.start(), token.start() + 90)
            inside = text[token.start() + 1 : close]
            if close > 0 and inside[:1].isupper() and "(" not in inside and _is_name(inside):
                end = close + 1
            break
        bare = word.strip(".,:;“”\"'‘’()")
        if bare.lower() in _SMALL and bare != "A":
            if not words:
                return None
            continue
        known = bare.lower() in _GENERIC or _ORDINAL.fullmatch(bare)
        if not (_CAPITAL.match(word) or known) or (words and _ENDS.match(bare)):
            break
        words += 1
        stripped = word.rstrip(",:;.”\"’')")
        end = token.start() + len(stripped)
        if word != stripped and _stops(text, word, stripped, token.end(), start):
            break
    name = text[start:end].strip(" “”\"'‘’`,")
    if not _EVENT.search(name):
        name = _VOLUME.sub("", name)
        if text.startswith(_QUOTES, start) and " " in name:
            return None  # the title of a book
    return Name(name, end) if _is_name(name) else None


def _stops(text: str, word: str, stripped: str, after: int, start: int) -> bool:
    """Say whether the sign behind a word ends the name: not in `Phys. Rev.`, or in a list."""
    sign = word[len(stripped) :]
    if sign == ".":
        last = _LAST.match(stripped) and " " in text[start : after - 1].strip()
        return not _ABBREVIATED.match(word) or bool(last and not _LETTER.match(text, after))
    if sign == ",":
        several = " " in text[start : after - 1].strip()
        return not (several and _LIST_OF_FIELDS.match(text, after))
    return True


def _is_name(text: str) -> bool:
    """Say whether a name is more than general words, months, publishers and numbers."""
    words = [word.strip(".,:()").lower() for word in text.split()]
    telling = [
        word for word in words if word not in _NOT_TELLING and not word.rstrip("thsndr").isdigit()
    ]
    return any(len(word) > 1 and any(map(str.isalpha, word)) for word in telling)


def starts_known(name: str) -> bool:
    """Say whether a name begins with the acronym of a known venue."""
    return bool(_acronyms(name, 3))


def _acronyms(name: str, words: int = 40) -> list[str]:
    """Return the known venues that the words of a name are, `IJCAI-ECAI` being two of them."""
    found = map(_acronym, name.split()[:words])
    parts = (part for one in found for part in ([one] if one in _VENUES else re.split("[-@]", one)))
    return [part for part in parts if part in _VENUES]


def _acronym(word: str) -> str:
    """Return an acronym without its year, in lower case; nothing for another word."""
    core = re.sub(r"[-'’]?(?:19|20)?\d\d\Z", "", word.strip(',.:;()“”"'))
    lowered = core.lower()
    return lowered if sum(map(str.isupper, core)) >= 2 or len(lowered) > 8 else ""


def is_event(name: str) -> bool:
    """Say whether a name has the words of a conference, as `Symposium`."""
    return _EVENT.search(name) is not None


def is_periodical(name: str) -> bool:
    """Say whether a name begins as those of journals do, as `IEEE Transactions`."""
    return _PERIODICAL.match(name) is not None


def has_ordinal(name: str) -> bool:
    """Say whether a name counts the event, as `16th`."""
    return _ORDINAL.search(name) is not None


def names_venue(name: str) -> bool:
    """Say whether a name looks like that of a venue, whatever stands around it."""
    abbreviated = _ABBREVIATED.match(name.split(maxsplit=1)[0]) is not None
    capitals = re.match(r"[A-Z][a-zA-Z&]*[A-Z]\b", name) is not None
    return abbreviated or capitals or is_event(name) or is_periodical(name) or starts_known(name)


# --- year and kind ----------------------------------------------------------------------------

_YEAR: Final = re.compile(r"(?<![\d./-])((?:19[5-9]|20[0-4])\d)(?![\d/A-Za-z]|-\d|\.\d)")
_GLUED: Final = re.compile(r"(?<=[A-Za-z]{2})[-’' ]?((?:19|20)\d\d)\b|(?<=[A-Za-z])\s?['’](\d\d)\b")
_SHORT: Final = re.compile(r"(?<=[A-Z]{3})-(\d\d)\b|^['’](\d\d)\b")
_BESIDE: Final = re.compile(
    r"co-?located|in conjunction|part of|\bworkshops?\b|@\s?[A-Z]|held (?:at|with)", re.IGNORECASE
)


def kind_of(text: str, rest: str = "") -> VenueKind:
    """
    Return the kind of the venue that a name and the text behind it name.

    What takes place beside a conference is a workshop, whatever it is called.
    """
    if _WORKSHOP.search(text) or _BESIDE.search(f"{text} {rest.split(';', maxsplit=1)[0]}"):
        return "workshop"
    acronyms = _acronyms(text)
    if any(one.endswith("w") and one[:-1] in _VENUES for one in acronyms):
        return "workshop"
    if _EVENT.search(text):
        return "conference"
    if _JOURNAL.search(text) or (acronyms and acronyms[0] in _JOURNALS):
        return "journal"
    return "conference" if acronyms or _ACRONYM_YEAR.search(text) else "journal"


def years_in(text: str) -> set[int]:
    """Return the years that a text names; of two digits, as in `SIGIR'23`, only without others."""
    full = {int(match[1]) for match in _YEAR.finditer(text)}
    full |= {int(match[1]) for match in _GLUED.finditer(text) if match[1]}
    if full:
        return full
    short = [match[2] for match in _GLUED.finditer(text) if match[2]]
    short += [match[1] or match[2] for match in _SHORT.finditer(text)]
    return {1900 + int(two) if int(two) > 50 else 2000 + int(two) for two in short}
