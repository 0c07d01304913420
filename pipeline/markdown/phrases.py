"""Small pieces of text: is this a venue, a date, a list of authors? Decisions on strings alone."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.markdown.vocabulary import VENUE_NAMES, VENUE_WORDS, words
from pipeline.works.venue_words import VENUE_ACRONYMS

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
YEAR = re.compile(
    r"(?<![\d./])(?:19[5-9]\d|20[0-4]\d)(?:(?![\d]|\.\d{3})|(?<=[A-Za-z]\d{4})(?=(?:0[1-9]|1[0-2])\b))"
)
"""Also with its month behind a name: "arXiv201912"."""
YEAR_OF_JOURNAL = re.compile(r"[ (]((?:18[5-9]|19\d|20[0-4])\d)(?:\)?$|[ ;])")
_DATE = re.compile(
    r"\(?(?:"
    r"(?P<a>(?:19|20)\d\d)\s?[-./年]\s?\d{1,2}(?:\s?[-./月]\s?\d{1,2}日?)?月?(?:\s\d\d:\d\d.*)?"
    rf"|(?:\d{{1,2}}(?:st|nd|rd|th)?[\s,-]+)?{_MONTH}[\s,/-]*(?:\d{{1,2}}(?:st|nd|rd|th)?)?[\s,/-]*"
    r"(?P<b>(?:19|20)\d\d)"
    r"|(?:\d{1,2}[-./]){1,2}(?P<c>(?:19|20)\d\d)"
    r"|(?P<d>(?:18[5-9]|19\d|20[0-4])\d)年?"
    r"|['’](?P<f>\d\d)"
    r"|(?P<e>[12]\d)[./-](?:0[1-9]|1[0-2])(?:[./-]\d{1,2})?"
    r")\)?",
    re.IGNORECASE,
)
_SHORT_YEAR = re.compile(
    r"(?:['’`‘]\s?|(?<=[A-Za-z&][A-Za-z])[ -]?)(\d\d)(?!\d)(?=\s|$|[)\],(/-]|\.(?!\d))"
)
_DAY = re.compile(rf"\W*{_MONTH} \d{{1,2}}\W*", re.IGNORECASE)
"""A month and two digits are a day."""
_LAST_YEAR = 30
"""Two digits above are a volume: "T-RO 31"."""
_MAX_DATE = 60
_MAX_VENUE = 160
_TITLE_WORDS = 5
_HEAD_WORDS = 3
_TRIM = " \t\r\n,;:.|*_~`，。；：、–—-"
_ARXIV_ID = re.compile(r"arxiv[:\s]*\d{4}\.\d{4,5}|abs/\d{4}\.\d{4,5}", re.IGNORECASE)
_WORDS = re.compile(r"[^\s,.;:'’()\[\]/|]+")
_UNKNOWN_VENUE = re.compile(
    r"(?:[A-Z][\w&/@+.-]*[ -]){0,4}[\da-z]{0,2}[A-Z][\w&/@+.-]*[ ,]{0,2}"
    r"(?:['’]\s?(?:\d\d){1,2}|(?:19|20)\d\d)(?:[ ,(][\w ()-]{0,40})?"
    r"|(?:19|20)\d\d ?[A-Z][\w&/@+.-]*(?: [A-Z][\w&/@+.-]*){0,4}"
)
_MIXED_CASE = re.compile(r"[a-z]{1,2}[A-Z]")
_LOWER_NAME = re.compile(r"([a-z]{3,8}),? ?(?:19|20)\d\d")
_JOURNAL = re.compile(
    r"(?P<name>[A-Z][\w&'’-]*+\.?(?: (?:[A-Z][\w&'’-]*+\.?|of|and|the|in|for|on|&)){0,8}?)(?:"
    r",? (?:[Vv]ol\.? ?)?(?!(?:19|20)\d\d\b)\d{1,4}"
    r"(?P<issue> ?\(\d{1,4}(?:[-–/]\d{1,4})?\)(?:[,:] ?|$)|[,:] ?)"
    r"(?:(?:pp?\.|no\.|art\.)? ?[A-Za-z]?\d[\d.–-]*)?(?:,? \(?(?:18|19|20)\d\d\)?)?"
    r"|\. (?P<of>(?:18|19|20)\d\d)(?: [A-Z][a-z]{2}(?: \d{1,2})?)?;\d{1,4}"
    r"(?:\([^()]{1,20}\))?[:\d–-]*)"
    r"|\d{1,3} (?P<law>[A-Z][\w&'’-]*+\.?(?: [A-Z&][\w&'’-]*+\.?){1,6}) \d{1,4}"
    r"(?: \((?:18|19|20)\d\d\))?"
)
"""
A journal with volume and issue or page, of what fields cite by: `Phys. Rev. 47, 777`,
`Econometrica 47(2): 263–91`, `Nat Med. 2019;25(1):44-56`, `4 Harv. L. Rev. 193`.
"""
_VOLUMED = re.compile(r"[\d;](?:(?<=;)\d|(?<=\d)(?:[,:]| ?\(|(?<=\A.)))")
"""As all of `_JOURNAL` have it: a number before issue or page, behind a date, or first of all."""
_ABBREVIATED = re.compile(r"[a-z]\. |[a-z]\.$| [A-Z]|^[A-Z]{2,}$")
_DIGIT = re.compile(r"\d")
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_JOINED = re.compile(r"[-@&+_]")
_SENTENCE_END = re.compile(r"[a-z]{6}\. [A-Z]")
_VOLUME = re.compile(
    r"(?:^|[\s(,])\d+(?:\(\d+\))?\)?: |arxiv: |^(?:in )?findings of ", re.IGNORECASE
)
_PART_OF_JOURNAL = re.compile(
    r"(?:[A-Z][\w.-]* (?:of |the |and |on )*){0,3}"
    r"(?:Journal|Proceedings|Transactions|Proc\.|Trans\.)"
    r"(?: (?:of|the|and|on|in|[A-Z][\w.-]*|&)){0,10}: [A-Z]"
)
"""A journal and the part of it: `Journal of Physics: Conference Series`."""
_MIXED = words("""
arxiv arvix arixv recsys neurips nips interspeech eurosys mobicom mobisys sensys percom
globecom biorxiv medrxiv openreview nature science cell neuron usenix mlsys iclr icml
sigkdd sigir siggraph findings eurographics aistats ubicomp elife corr
""")
_PLAIN_WORDS = words("nature science cell neuron findings")
"""Names of journals that are words of titles too: only with a capital."""
_YEAR_AT_END = re.compile(r"[\s,(]*(?:19|20)\d\d[a-z]?\)?\W*$")
_CHECKED = str.maketrans("", "", "✅✔☑✓️")


_REFERRING_WORDS = ("see", "at", "from", "on", "in", "via", "available", "url")
_REFERS = rf"(?:{'|'.join(_REFERRING_WORDS)})"
_REFERRING = re.compile(
    r"(?:[.,;\s]*\[online\][.,:]?(?:\s*available(?: at| from)?)?"
    rf"|(?:,\s*(?:[a-z]+ )?|(?:[.;:(\[]|(?<=[?!]))\s*(?:[a-z]+ ){{0,2}}){_REFERS}):?\s*$",
    re.IGNORECASE,
)
_REFERRING_ENDS = (*_REFERRING_WORDS, "online]", "online].")
_LONGEST_REFERRING = 60


def without_reference(text: str) -> str:
    """Take off what leads from a title to an address: `. Available at`, `, see`, `(online at`."""
    if not text[-20:].rstrip().removesuffix(":").lower().endswith(_REFERRING_ENDS):
        return text
    found = _REFERRING.search(text, max(0, len(text) - _LONGEST_REFERRING))
    return text[: found.start()] if found else text


def trimmed(text: str) -> str:
    """Return text without separators and space around it."""
    return text.strip(_TRIM)


def count_words(text: str) -> int:
    """Return how many words a text has; two characters of Chinese or Japanese count as one."""
    together = len(_CJK.findall(text))
    return len(_CJK.sub(" ", text).split()) + together // 2 if together else len(text.split())


@lru_cache(maxsize=1024)
def year_in(text: str) -> int | None:
    """Return the year that a venue or a date names, also of two digits after a name."""
    if _DIGIT.search(text) is None:
        return None
    without_ids = _ARXIV_ID.sub(" ", text)
    found = YEAR.search(without_ids)
    if found:
        return int(found.group())
    short = _SHORT_YEAR.search(without_ids)
    if short and not _DAY.fullmatch(text):
        digits = int(short[1])
        if digits <= _LAST_YEAR or digits >= 70:
            return 2000 + digits if digits <= _LAST_YEAR else 1900 + digits
    return None


@lru_cache(maxsize=1024)
def date_year(text: str) -> int | None:
    """Return the year of a text that is a date and nothing else."""
    bare = text.strip(" .,;:*|`[]")
    match = _DATE.fullmatch(bare) if len(bare) <= _MAX_DATE and _DIGIT.search(bare) else None
    if match is None:
        return None
    digits = next(group for group in match.groups() if group is not None)
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


@lru_cache(maxsize=1024)
def journal_of(text: str) -> str:
    """Return the name of a journal whose volume and issue or page follow; else nothing."""
    may_be = _may_end_journal(text) and _VOLUMED.search(text) is not None
    found = _JOURNAL.fullmatch(text) if may_be else None
    if found is None:
        return ""
    name: str = found["name"] or found["law"]
    full = found["of"] or found["law"] or (found["issue"] and "(" in found["issue"])
    return name if full or _ABBREVIATED.search(name) else ""


def _may_end_journal(text: str) -> bool:
    """Say whether a text has a number and ends without a letter, as all of `_JOURNAL` does."""
    return not text[-1:].isalpha() and _DIGIT.search(text) is not None


def with_journals(parts: list[str], between: str) -> list[str]:
    """Join again what was split in a journal at the end: `Geophys`, `J. Int., 153, 213–228`."""
    if len(parts) < 2 or not _may_end_journal(parts[-1]):
        return parts
    for place in range(len(parts) - 1):
        if journal_of(joined := between.join(parts[place:])):
            return [*parts[:place], joined]
    return parts


@lru_cache(maxsize=1024)
def is_venue(text: str) -> bool:
    """Say whether a short text names a venue: by a known name, or by capitals and a year."""
    bare = trimmed(text)
    if len(bare) > _MAX_VENUE:
        return False
    lower = _LOWER_NAME.fullmatch(bare)
    if bare.lower() in VENUE_NAMES or journal_of(bare) or (lower and lower[1] in VENUE_ACRONYMS):
        return True
    if _is_no_name(bare):
        return False
    words = _WORDS.findall(bare)
    if not 0 < len(words) <= 16:
        return False
    head = bare.partition("(")[0].split() if "(" in bare else ()
    titled = len(head) >= _HEAD_WORDS and not _known_acronym(head)
    known = len(words) <= 9 and _named(words, bare)
    capital = bare[0].isupper() or bare[0].isdigit() or _MIXED_CASE.match(bare)
    if (known and not titled) or not capital:
        return known and not titled
    outside = _WORDS.findall(_PARENTHESES.sub(" ", bare)) if titled else words
    named = not VENUE_WORDS.isdisjoint(map(str.lower, outside)) and _capitalised(words)
    dated = len(words) <= 6 and _DIGIT.search(bare) is not None
    unknown = dated and _UNKNOWN_VENUE.fullmatch(bare) is not None
    return named or (unknown and not titled)


def _named(words: list[str], text: str) -> bool:
    """Say whether a known acronym names a text; none does "Learning a SAT Solver from Bits"."""
    if not _known_acronym(words):
        return False
    if len(words) < _TITLE_WORDS or year_in(text) is not None:
        return True
    return _known_acronym(words[:1]) or _known_acronym(words[-1:])


def _is_no_name(text: str) -> bool:
    """Say whether a text is too long, or has signs that no venue's name has."""
    return (
        len(text) < 2
        or "://" in text
        or "?" in text
        or (". " in text and _SENTENCE_END.search(text) is not None)
        or (": " in text and not (_VOLUME.search(text) or _PART_OF_JOURNAL.match(text)))
        or (len(text) > 24 and _CJK.search(text) is not None)
    )


@lru_cache(maxsize=1024)
def has_known_venue(text: str) -> bool:
    """Say whether a text holds the name of a venue that is known as one."""
    words = _WORDS.findall(text)
    if trimmed(text).lower() in VENUE_NAMES:
        return True
    return 0 < len(words) <= 9 and ": " not in text and _named(words, text)


def _known_acronym(words: Sequence[str]) -> bool:
    return any(map(_is_acronym, words[:5]))


@lru_cache(maxsize=1024)
def _is_acronym(word: str) -> bool:
    """Say whether a word, or a part of it between hyphens and the like, is a known acronym."""
    for part in (word, *_JOINED.split(word)) if _JOINED.search(word) else (word,):
        if part is not word and part.lower() in _PLAIN_WORDS:
            continue
        core = part.rstrip("0123456789'’*").replace("-", "")
        lowered = core.lower()
        mixed = lowered in _MIXED and (core[0].isupper() or lowered not in _PLAIN_WORDS)
        if lowered in VENUE_ACRONYMS and (
            mixed or sum(c.isupper() or c.isdigit() for c in core) >= 2
        ):
            return True
    return False


_SMALL = words("of the and on for in an a to at & de la und der")


def _capitalised(words: list[str]) -> bool:
    """Say whether the words read as a name: capitals except for small words."""
    telling = [w for w in words if w.lower() not in _SMALL and not w[0].isdigit()]
    if not telling:
        return False
    capitals = sum(1 for w in telling if w[0].isupper() or w.lower() in VENUE_WORDS)
    return capitals >= 0.75 * len(telling) or words[0].lower() in {"proceedings", "proc", "journal"}


_NAME_WORD = re.compile(
    r"(?:[A-Z\u00c0-\u024f\u0370-\u03ff\u0400-\u042f](?:[^\W\d_]|['’`.~\-])*\*?"
    r"|(?:al|el|ul|d|o|l)['’-][A-Z][\w'’.-]*"
    r"|van|von|de|der|den|del|della|di|da|la|le|el|al|bin|ibn|dos|du|ten|ter|y|jr\.?|nath"
    r"|[\u4e00-\u9fff]{1,4}(?:·[\u4e00-\u9fff]{1,5})?|[A-Z]\.)[*†‡§∗¹²³]*"
)
_PARENTHESES = re.compile(r"\([^()]*\)")
_SUPERSCRIPT = re.compile(r"\d(?<=[a-z*]\d)\d*(?:,\d+)*(?=\s|,|$)")
_AUTHOR_SPLIT = re.compile(r"[,;、，&a](?:(?<=[^a])|(?<=\ba)nd\b)")
_NO_AUTHOR_WORDS = words("""
learning network networks neural model models deep survey graph recommendation systems
system language large attention vision image video data detection transformer
transformers generation analysis evaluation fairness benchmark university google
microsoft meta openai nvidia stanford mit berkeley alibaba tencent bytedance baidu
amazon facebook apple deepmind ibm intel the for of with via using towards toward on in
code paper pdf project dataset datasets benchmarks track algorithm tutorial reinforcement robust
generative diffusion
""")
_NOUN = re.compile(r"(?<=\w{3})(?:[ts]ions?|ity|ities|ical|ology|isms?|ics|ments|ware|works?)$")
"""How nouns of titles end, and no name of a person."""
_YEAR_FIRST = re.compile(r"^\d{4}[.,:]? (?=[A-Z])")
_JOINER = re.compile(r"[,;&、，等]")
_JOINING_WORD = re.compile(r"\b(?:and|etc?)\b|et\.al")
"""What stands between or after persons; without any there are not several."""
_CITED = re.compile(r"[A-Z][\w'’-]+ (?:and|&) [A-Z][\w'’-]+,? \(?(?:19|20)\d\d[a-z]?\)?[.,]?")
_QUOTE = re.compile(r"[:?\"“]")
_NO_LIST = re.compile(r".*(?:://|\?)|[^\"“]*[\"“][^\"”]{12,}[\"”]")
"""Signs that no list of persons has; a short quoted word may be a nickname."""
_ET_AL = re.compile(
    r"等$|[eayuиEAYUИ](?<=\b.)(?i:(?<=e)t(?:\.?\s*al|c| autres| coll)|(?<=a)nd others"
    r"|(?<=e) altri|(?<=y) otros|(?<=u)nd andere|(?<=и) др)\b"
)
"""Begun by one of few characters, so that it is found fast."""
_OTHERS = ("et", "and", "altr", "otro", "др", "等")
_AND = re.compile(r" (?:et(?! al| autres| coll)|y|und|e|и)(?= (?!altri|otros|andere|др)\w)")
"""Conjunctions of other languages between persons."""


@lru_cache(maxsize=1024)
def is_authors(text: str) -> bool:
    """Say whether a text is a list of persons: two names or more, or one with "et al."."""
    text = _AND.sub(",", text)
    lowered = text.lower()
    others = any(map(lowered.__contains__, _OTHERS))
    joined = _JOINER.search(text) or (others and _ET_AL.search(lowered))
    if not joined and not (others and _JOINING_WORD.search(lowered)):
        return False
    if _CITED.fullmatch(text):
        return True
    bare = _PARENTHESES.sub(" ", text) if "(" in text else text
    bare = trimmed(_SUPERSCRIPT.sub("", bare) if _DIGIT.search(bare) else bare)
    if not 5 <= len(bare) <= 3000 or (_QUOTE.search(bare) and _NO_LIST.match(bare)):
        return False
    if bare[:2] in {"19", "20"}:
        bare = _YEAR_FIRST.sub("", bare)
    found = _ET_AL.search(bare) if others else None
    if found:
        bare = trimmed(bare[: found.start()])
    if bare.count(";") >= 1 and bare.count(",") >= bare.count(";"):
        bare = ";".join(part.partition(",")[0] for part in bare.split(";"))
    parts = [p for p in map(str.strip, _AUTHOR_SPLIT.split(bare)) if p]
    if not parts or (len(parts) < 2 and not found):
        return False
    if len(parts) == 2 and not found and " and " in bare and " " not in f"{parts[0]}{parts[1]}":
        return False  # two single words, as in "Knowledge and Foxes"
    return _are_names(parts)


def are_full_names(text: str) -> bool:
    """Say whether a text is a list of persons, most with two words: not "ResNet, VGG"."""
    parts = [part for part in map(str.strip, _AUTHOR_SPLIT.split(text)) if part]
    return 2 * sum(" " in part for part in parts) > len(parts) and is_authors(text)


def _are_names(parts: list[str]) -> bool:
    """Say whether three of four parts are names; "Past, Present, and Future of …" are none."""
    if len(parts) <= 4 and " " not in parts[0] and any(" of " in part for part in parts):
        return False
    strangers = len(parts) // 4
    for part in parts:
        strangers -= not _is_name(part)
        if strangers < 0:
            return False
    return True


@lru_cache(maxsize=1024)
def is_person(text: str) -> bool:
    """Say whether a text is the name of one person."""
    bare = trimmed(text)
    return 4 <= len(bare) <= 40 and " " in bare and _is_name(bare) and not is_venue(bare)


def names_persons(text: str) -> bool:
    """Say whether a text names one person or several."""
    return is_authors(text) or is_person(text)


def _is_name(part: str) -> bool:
    words = part.split()
    return 1 <= len(words) <= 5 and all(map(_may_be_name, words))


@lru_cache(maxsize=1024)
def _may_be_name(word: str) -> bool:
    """Say whether a word is written as a name of a person is, and is no word of titles."""
    if _NAME_WORD.fullmatch(word) is None:
        return False
    return word.lower().strip(".") not in _NO_AUTHOR_WORDS and _NOUN.search(word) is None


def is_web_name(text: str) -> bool:
    """Say whether a link's text is the name of one person."""
    return is_person(text) and text.count(" ") <= 3 and not text.isupper()


def is_told(text: str) -> bool:
    """Say whether a text tells authors, venue or year: "Hoare (1962)", "ICLR 2019"."""
    bare = _YEAR_AT_END.sub("", text).strip()
    single = bare != text.strip() and bare[:1].isupper() and len(bare.split()) <= 4
    return single or is_authors(bare) or is_venue(text) or date_year(text) is not None


def without_checks(text: str) -> str:
    """Return text without check marks."""
    return (text if text.isascii() else text.translate(_CHECKED)).strip()
