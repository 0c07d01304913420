"""The titles that a unit's text may have, each at a place that its family can vote for."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    CODE,
    CODE_END,
    HARD,
    IMAGE,
    ITALIC,
    ITALIC_END,
    LINK,
    LINK_END,
    MARKS,
    SOFT,
    Anchor,
    plain,
)
from pipeline.markdown.phrases import (
    date_year,
    is_authors,
    is_person,
    is_told,
    is_venue,
    names_persons,
    trimmed,
    without_reference,
    year_in,
)
from pipeline.markdown.prefix import without_prefix
from pipeline.markdown.reading import Hints, Reading, Title
from pipeline.markdown.roles import is_label, is_paper
from pipeline.markdown.splits import LINE_BREAK
from pipeline.markdown.tail import read_tail, take_venue
from pipeline.markdown.trailing import split_title, trimmed_title, without_marks_of_lists
from pipeline.markdown.vocabulary import DETAIL_LEADS

_ATOM = re.compile(
    rf"{LINK}(?P<link>[^{LINK_END}]*){LINK_END}|{BOLD}(?P<bold>[^{BOLD_END}]*){BOLD_END}"
    rf"|{ITALIC}(?P<italic>[^{ITALIC_END}]*){ITALIC_END}|{CODE}(?P<code>[^{CODE_END}]*){CODE_END}"
    r"|(?<!\w)[\"“„«《「](?=\S)(?P<quote>(?<=«)[^«»]{8,400}(?=»)|(?<=“)[^“”]{8,400}(?=”)"
    r"|[^\"“”„«»《》「」]{8,400})(?<=\S)[\"”“»》」](?![A-Za-z0-9])"
)
_RUN = re.compile(rf"[^{SOFT}{HARD}]+")
_RUN_END = re.compile(rf"[\[(（]*[{LINK}{IMAGE}{CODE}]")
_SENTENCE = re.compile(r"(?<=[\w)\]?!\"”’])[.?!]\s+(?=[A-Z\d\"“])")
_SEPARATORS = {"/": re.compile(r"\s/\s"), "-": re.compile(r"\s[–—-]+\s")}
_NAMES_END = re.compile(
    r"[.\s](?:(?<=\s)\((?:19|20)\d\d[a-z]?\)[.:,]?\s|(?<=\.)\s(?=[A-Z\"“])(?:(?<![A-Z]\.\s)"
    r"|(?:(?<=[^\W\d_] [A-Z]\.\s)|(?<=[A-Z]\. [A-Z]\.\s)|(?<= [A-Z]{2}\.\s)|(?<= [A-Z]{3}\.\s))"
    r"(?<!and [A-Z]\.\s)(?![A-Z][a-z]+:|[A-Z]\.)))"
)
"""
A full stop behind names: behind an initial only where `Lee A` ends the names. Begun by one of few
characters, so that it is found fast.
"""
_YEAR_LAST = re.compile(r"[\s,.]+(?:19|20)\d\d[a-z]?$")
_SAYS = re.compile(r" (?:is|are) (?:an?|the) ")
_OTHERS = re.compile(r"\bet al\.?$")
_WITH_OTHERS = re.compile(r".*?\bet al\b\.?")
_ACRONYM = re.compile(r"[A-Z]{2}")
_MAX_NAMES = 400
_MAX_STOPS = 12
_NAMES_FIRST = frozenset({":", "n"})
"""What ends the persons before a title: a colon, or (`n`) a full stop or a year in brackets."""
CUT = "cut:"
"""The key of a part between such signs begins so: only where most of a family has it."""
_DASHES = "–—/|-"
_APART = re.compile(rf"\s[{_DASHES}]+\s")
_SURNAME = r"[A-Z][\w'’-]+"
_NAME = (
    rf"(?:(?:[A-Z]\.[ -]?){{1,3}}{_SURNAME}|{_SURNAME} (?:[A-Z]\. ?)*{_SURNAME}"
    rf"|{_SURNAME}, (?:[A-Z]\. ?){{1,3}})"
)
_LISTED = re.compile(
    rf"(?P<names>(?:{_NAME}(?:, (?:and |& )?| and | & )(?=[A-Z])){{2,40}}"
    rf"|(?:[A-Z]\.[ -]?){{1,3}}{_SURNAME}, |{_SURNAME}, (?:[A-Z]\. ?){{1,3}},? )"
    r"(?:\(?(?:19|20)\d\d\)?[,.:] )?(?P<title>[A-Z][^,]*(?: [^, ]+){3,}(?:, (?!in: )[a-z][^,]*)*)"
)
"""Names between commas and then a title: `D. Yang, J. Teng, A nearly analytic method, Bull. …`."""
_SET_BEHIND = re.compile(rf"[,:;.]\s+(?=[\[(]?[{ITALIC}{BOLD}{LINK}\"“«])")
_NAMES_BEFORE = re.compile(rf"\A([^{MARKS}{HARD}\"“«]{{3,400}})(?P<end>{_SET_BEHIND.pattern})")
"""What stands before the first thing in another type, quoted or linked, and how it ends."""
_QUOTED_BY = re.compile(r"[\"“«][^\"”»]+[\"”»] by [A-Z]")
_YEAR_BEHIND = re.compile(r"[\s,.]*\(?(?:(?:19|20)\d\d[a-z]?|n\.d\.)\)?$")
_LONGEST_YEAR = 20
_NO_NAMES = re.compile(r" (?:of|in|on|for|the|with|to) |\)\. ")
_ONE_NAME = re.compile(r"[A-Z][\w'’-]+(?: (?:and|&) [A-Z][\w'’-]+)?|[A-Z][\w ]+ Collaboration")
_LISTED_END = re.compile(r",?\s*(?:\band|&)?\s*$")
_IN_SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} $")
_LEAD = re.compile(r"\W{0,4}([\w ./-]{1,24})[:：]")
_NO_LETTERS = re.compile(r"[\W_]+")
_IN_BRACKETS = re.compile(r"^[(（]([^()（）]*)[)）]$")
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_BETWEEN = re.compile(
    rf"(?:{LINK}[^{LINK_END}]*{LINK_END}[\])]*[\s,:：;–—-]+"
    rf"|(?P<named>\A\W*{BOLD}[^{LINK}{BOLD_END}]{{1,30}}{BOLD_END}\s+[|–—-]\s+))(?P<in>[^{LINK}{IMAGE}]+)"
)
_TAGS_BEHIND = re.compile(rf"\s*[\[(]{CODE}.*")
_OPENERS = {"(": ")", "[": "]"}
_MAX_TEXT = 2000
_MAX_ATOMS = 14
_MAX_LINES = 6
_BASES = {"link": 0.8, "bold": 1.3, "quote": 1.2, "italic": 0.0, "code": -1.0}
_PAPER_LINK = 1.6
_PAPER_TITLE = 2.1
_NAME_WORDS = 3
_RULE_BONUS = 1.2
_BEHIND_NAMES = 1.5
_LINE_BASES = (0.8, 0.3, 0.1)


@lru_cache(maxsize=1024)
def quality(title: str) -> float:
    """Say how much a text alone looks like a title: about 1 for one, below 0 for something else."""
    words = len(title.split())
    if not any(map(str.isalpha, title)) or is_label(title) or date_year(title) is not None:
        return -4.0
    score = 1.0 if 4 <= words <= 20 else 0.2 if words == 3 or words <= 30 else -1.5
    score = {1: -2.0, 2: -0.7}.get(words, score)
    head, colon, _ = title.partition(": ")
    if not colon or "," in head or "et al" in title:  # names; but Title Case looks like names
        if is_authors(title) or ((words <= 3 or title[1:3] == ". ") and is_person(title)):
            score -= 2.0
        elif is_listed(title):
            score -= 1.5
    if is_venue(title):
        score -= 2.5
    if holds_more(title):
        score -= 1.5
    if title[0] in _OPENERS and title[-1] == _OPENERS[title[0]]:
        score -= 1.5
    if title.count("(") != title.count(")") or title.count("[") != title.count("]"):
        score -= 0.7
    if title[:1].islower():
        score -= 0.3
    return score - (1.0 if title.endswith((":", "：")) else 0.0)


@lru_cache(maxsize=1024)
def holds_more(title: str) -> bool:
    """Say whether names, or a venue with its year, stand in a text apart from the rest of it."""
    head, colon, _ = title.partition(": ")
    if (colon and _tells(head)) or _QUOTED_BY.match(title):
        return True
    if (", " in title and _before_names(title)) or _names_first(title) or names_before(title)[0]:
        return True
    if not any(map(title.__contains__, _DASHES)):
        return False
    parts = _APART.split(title)
    return len(parts) > 1 and any(_tells(part) or is_person(part) for part in parts)


def _tells(text: str) -> bool:
    """Say whether a text is several persons, or a short venue with its year."""
    dated = year_in(text) is not None and len(text.split()) <= _NAME_WORDS
    return is_authors(text) or (dated and is_venue(text))


@lru_cache(maxsize=1024)
def names_before(text: str) -> tuple[str, int]:
    """Return the persons before a title that is set apart, `Hoare, "Title"`, and its place."""
    if _SET_BEHIND.search(text) is None:
        return "", -1
    rest = without_prefix(text, Hints())
    found = _NAMES_BEFORE.match(rest)
    if found is None:
        return "", -1
    names = trimmed(found[1])
    dated = _YEAR_BEHIND.search(names, max(0, len(names) - _LONGEST_YEAR))
    names = trimmed(names[: dated.start()]) if dated else names
    others = _WITH_OTHERS.match(names)  # "Lee et al., SIGMOD 2019, [Title](…)"
    names = others[0] if others else names
    if _NO_NAMES.search(names):
        return "", -1
    alone = found["end"][0] == "," and _ONE_NAME.fullmatch(names)
    alone = rest[found.end()] != LINK and (alone or (found["end"][0] != ":" and is_person(names)))
    if not (alone or is_authors(names)):
        return "", -1
    return names, len(text) - len(rest) + found.end()


def opens_citation(text: str) -> bool:
    """Say whether a title that is set apart follows the names that a text begins with."""
    names, place = names_before(text)
    title = _ATOM.match(text, place) if names else None
    words = plain(title.group()) if title else ""
    return bool(words) and not (is_told(words) or is_label(words))


def is_listed(title: str) -> bool:
    """Say whether a text begins with names between commas: a citation."""
    return _LISTED.match(title) is not None


def pieces_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a marked text in order: their kind (`link`, `text`), and their words."""
    done = 0
    for atom in _ATOM.finditer(text):
        yield "text", plain(text[done : atom.start()])
        yield atom.lastgroup or "link", plain(atom.group())
        done = atom.end()
    yield "text", plain(text[done:])


def titles_of(text: str, anchors: list[Anchor], rule: Reading) -> list[Title]:
    """Return the candidates of a unit; `rule` is what the rules for one line read."""
    text = text[:_MAX_TEXT]
    found = [*_atoms(text, anchors), *_lines(text, papers=any(map(is_paper, anchors)))]
    names = names_before(text)[0]
    for one in found:
        one.score -= _BEHIND_NAMES if names and one.text.startswith(names) else 0.0
    same = letters_of(rule.title)
    matched = [one for one in found if letters_of(one.text) == same] if same else []
    for one in matched:
        one.score += _RULE_BONUS
    if same and not matched:
        score = quality(rule.title) + _RULE_BONUS + (0.5 if rule.linked else 0.0)
        found.append(Title(f"rule:{rule.form}", rule.title, 0, 0, rule.title_anchor, score))
    return found


@lru_cache(maxsize=1024)
def letters_of(text: str) -> str:
    """Return the letters and digits of a text, to compare titles by."""
    return _NO_LETTERS.sub("", text.lower())


def _atoms(text: str, anchors: list[Anchor]) -> Iterator[Title]:
    """Yield the pieces of markup: what is linked, bold, quoted, in italics, in code."""
    counts: dict[str, int] = {}
    links = 0
    names, behind_names = names_before(text)
    for number, atom in enumerate(_ATOM.finditer(text)):
        if number >= _MAX_ATOMS:
            return
        kind, inner = atom.lastgroup or "link", atom[atom.lastgroup or "link"] or ""
        linked = kind == "link" or LINK in inner
        anchor = links if linked and links < len(anchors) else -1
        links += atom.group().count(LINK)
        words = plain(inner)
        if not words or is_label(words):
            continue
        coded = kind == "bold" and inner.lstrip(BOLD).startswith(CODE)
        kind = "link" if linked else "code" if coded else kind
        paper = anchor >= 0 and is_paper(anchors[anchor])
        linked_title = _PAPER_TITLE if words.count(" ") >= _NAME_WORDS else _PAPER_LINK
        base = linked_title if paper else _BASES[kind]
        place = counts.get(kind, 0)
        counts[kind] = place + 1
        title = _cleaned(inner)
        if title:
            score = base + quality(title) - 0.1 * place
            start = atom.start()
            if kind == "quote" and _IN_SENTENCE.search(text, max(0, start - 30), start):
                score -= 1.5
            named = names != "" and 0 <= start - behind_names <= 1
            named = named and text[atom.end() : atom.end() + 1] != ":"
            score += _BEHIND_NAMES if named else 0.0
            persons = names if named else None
            yield Title(f"{kind}:{place}", title, start, atom.end(), anchor, score, persons)


def _lines(text: str, *, papers: bool) -> Iterator[Title]:
    """Yield what stands on each line before its first link; among papers also behind links."""
    for number, line in enumerate(_RUN.finditer(text)):
        if number >= _MAX_LINES:
            return
        lead = _LEAD.match(plain(line.group()[:60]))
        if lead and lead[1].strip().lower() in DETAIL_LEADS:
            continue
        rest = without_prefix(line.group(), Hints())
        start = line.end() - len(rest)
        cut = _RUN_END.search(rest)
        run = without_reference(rest[: cut.start()]) if cut else rest
        base = _LINE_BASES[min(number, 2)]
        title = _cleaned(run)
        if title:
            yield Title(f"line:{number}", title, start, start + len(run), -1, base + quality(title))
        for place, rest_of in enumerate(_BETWEEN.finditer(line.group()) if papers else ()):
            words = _cleaned(_TAGS_BEHIND.sub("", rest_of["in"].rstrip("[( ")))
            at = line.start() + rest_of.start("in")
            if len(words.split()) > 2 and not words[0].islower():
                says = ". " in words or _SAYS.search(words) is not None
                described = says or not (": " in words or _is_capital(words))
                apart = 1.0 if rest_of["named"] else -0.5
                score = base + quality(words) + (-2.5 if described else apart)
                yield Title(
                    f"after:{number}.{place}", words, at, at + len(rest_of["in"]), -1, score
                )
        told = plain(run)
        listed = _LISTED.match(told) if "," in told or "and" in told or "&" in told else None
        if listed and names_persons(listed["names"]) and not _goes_on(listed["title"]):
            words = _cleaned(listed["title"])
            score = base + quality(words) + 0.5
            names = _LISTED_END.sub("", listed["names"])
            span = _span(listed["title"], words, run, start)
            yield Title(f"listed:{number}", words, *span, -1, score, names)
        for sign, parts in _parts(told):
            for place, part in enumerate(parts):
                if place == 0 and sign in _NAMES_FIRST:
                    continue
                words = _cleaned(part)
                score = base + quality(words) - 0.1 if words else -4.0
                cited = sign == ":" and _OTHERS.search(parts[0])
                several = sign == "," and place == 0 and is_authors(trimmed(parts[1]))
                score += 1.0 if cited else 0.6 if several and run.strip() == told else 0.0
                span = _span(part, words, run, start)
                key = f"line:{number}.{place}" if sign == "." else f"{CUT}{sign}{number}.{place}"
                persons = sign in _NAMES_FIRST and names_persons(parts[0])
                before = trimmed(_YEAR_LAST.sub("", parts[0])) if persons else None
                yield Title(key, words, *span, -1, score, before)


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what may set title, authors and venue apart, and the parts of a text between it."""
    sentences = _SENTENCE.split(text, maxsplit=3)
    if len(sentences) > 1:
        yield ".", sentences
    head, colon, rest = text.partition(": ")
    if colon and (_tells(head) or (is_person(head) and not _ACRONYM.search(head))):
        yield ":", [head, rest]
    if not holds_more(text):
        return
    for sign, separator in _SEPARATORS.items():
        parts = separator.split(text, maxsplit=3)
        if len(parts) > 1:
            yield sign, parts
    if head := _before_names(text):
        yield ",", [head, text[len(head) :]]
    if names := _names_first(text):
        yield "n", names


def _before_names(text: str) -> str:
    """Return what stands before the persons that end a text: `Title, Ann Lee, Bo Ray, KDD`."""
    parts = text.split(", ")
    cut, persons = len(parts), 0
    while cut > 1 and (is_person(parts[cut - 1]) or _is_told(parts[cut - 1])):
        cut -= 1
        persons += is_person(parts[cut])
    head = ", ".join(parts[:cut])
    least = _NAME_WORDS - (1 if persons == 1 else 2)
    return head if persons and head.count(" ") >= least and ". " not in head else ""


def _names_first(text: str) -> list[str]:
    """Split a text behind the persons that it begins with, at a full stop or a year in brackets."""
    apart = ". " in text or " (" in text
    for place in islice(_NAMES_END.finditer(text, 0, _MAX_NAMES if apart else 0), _MAX_STOPS):
        head = _YEAR_LAST.sub("", text[: place.start()])
        if names_persons(head):
            return [head, text[place.end() :]]
    return []


def _is_told(text: str) -> bool:
    told = is_authors(text) or is_venue(text) or date_year(text) is not None
    return told or text[:5].lower() == "arxiv"


def _goes_on(title: str) -> bool:
    """Say whether a text begins with one more person, before a colon."""
    head, colon, _ = title.partition(": ")
    return bool(colon) and is_person(head)


def _span(part: str, words: str, run: str, start: int) -> tuple[int, int]:
    """Return where a part of a run stands, which begins at `start`; or its words, or the run."""
    for text in (part, words):
        at = run.find(text) if text else -1
        if at >= 0:
            return start + at, start + at + len(text)
    return start, start + len(run)


def _is_capital(text: str) -> bool:
    """Say whether longer words behind the first have capitals, as in titles; else it describes."""
    words = [word for word in text.split()[1:] if len(word) > _NAME_WORDS and word[0].isalpha()]
    return 5 * sum(word[0].isupper() for word in words) >= 2 * len(words)


@lru_cache(maxsize=1024)
def _cleaned(text: str) -> str:
    """Return a candidate's text without number, tags, venue, year and the like at its ends."""
    reading = Reading()
    split_title(reading, plain(without_prefix(text, Hints())))
    title = trimmed_title(without_marks_of_lists(trimmed_title(reading.title)))
    return title[1:-1] if _BRACKETED.fullmatch(title) else title


def reading_of(title: Title, text: str, rule: Reading) -> Reading:
    """Read the other fields around a title that was chosen against the rules."""
    hints = Hints()
    before = without_prefix(text[: title.start], hints)
    reading = Reading(form="chosen", title_anchor=title.anchor)
    split_title(reading, plain(without_prefix(text[title.start : title.end], hints)))
    reading.title = title.text
    line = plain(LINE_BREAK.split(text[: title.start])[-1])
    reading.lead = "" if is_told(line) else line
    before_it = text[title.start - 1 : title.start]
    reading.glued = before_it.isalpha() or "\x80" <= before_it <= "\xa9"  # half a character
    if title.authors:
        before = before.replace(title.authors, "", 1)
    reading.tail = f"{before}{HARD}{text[title.end :]}"
    read_tail(reading)
    reading.authors = title.authors or reading.authors
    if hints.venues and reading.venue is None:
        take_venue(reading, hints.venues[0])
    reading.year = reading.year or (hints.years[0] if hints.years else None)
    name = _IN_BRACKETS.sub(r"\1", rule.name or rule.title)
    if reading.authors is None and is_person(name) and line.rstrip() in {f"{name},", f"{name}."}:
        reading.authors = name
    apart = letters_of(name) not in {"", letters_of(title.text)} and not is_label(name)
    told = date_year(name) is not None or is_venue(name) or is_authors(name)
    told = told or name == reading.authors
    reading.name = name if apart and not told and len(name.split()) <= _NAME_WORDS else None
    return reading
