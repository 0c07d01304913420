"""Running text: whether a unit's link is a word of a sentence, or follows a title."""

import re

from pipeline.markdown.fields import MAX_TEXT
from pipeline.markdown.marks import LABELLED, LINK, Piece, plain
from pipeline.markdown.phrases import count_words, is_told, without_reference
from pipeline.markdown.reading import Unit
from pipeline.markdown.roles import host_is_paper, is_label, is_paper, role_of_label
from pipeline.markdown.splits import LINE_BREAK, LINK_TEXT

SENTENCE_OPENING = re.compile(
    r"(?:This|These|We|Our|If|Please|Welcome|You (?:can|may|should)|Check|See|Note|Here|It(?!['’])"
    r"|There|For|Feel|Thanks|Thank|Last|Maintained|The (?:official|code|paper|repo)|Official"
    r"|A curated|To (?:cite|see|learn|add)|In this|Currently|Contact|Updated|However|Moreover"
    r"|Additionally)\b"
)
_RUNNING = re.compile(
    r"\b(?:see|in|the|from|at|on|by|with|of|to|this|and|or|is|are|visit|check|refer|via|our|for)\s*$"
)
_SUCH_AS = re.compile(r"\b(?:such as|see also|refer to|e\.g\.,?)[\s\[(]*$")
_PROSE = re.compile(
    r"\s*(?:is|are|was|were|has|have|will|can|for|by|and|or|to|from|which|that|provides?"
    r"|contains?|if)\b"
)
_GROUP = re.compile(r"\([^()]*\)")
_LEAD_END = re.compile(r"[.:!?)\]…—–|。：！？）」】-][\"“”(\[（【《*]*$|[(\[（【]$")
"""How a text ends that a title in its own right may follow."""
EVENT = re.compile(
    r"\b(?:workshop|tutorial|keynote|challenge|competition|cup|contest|hackathon|lecture|course"
    r"|talk|slides|proceedings|special issue|(?:summer|winter) school|call for)s?\b"
    r"|直播|回放|比赛|挑战赛|教程",
    re.IGNORECASE,
)
"""What has a venue and a year as papers have."""
_DASH = re.compile(r"\s[–—/|-]+\s")
_NEAR_WORDS = 6
_LEAD_WORDS = 5
_LINKED_WORDS = 4
_TITLE_WORDS_LEAST = 2
_TITLE_WORDS_MOST = 40


def runs(unit: Unit) -> bool:
    """Say whether a unit's links stand in running text, which presents nothing."""
    reading, text = unit.reading, unit.text[:MAX_TEXT]
    first = LINK_TEXT.search(text)
    if first is None or unit.shape in {"heading", "summary", "row"}:
        return False
    if reading.form == "chosen":
        return reading.glued or _leads_into(unit)
    if reading.form == "plain":
        return _is_sentence(unit, first)
    if unit.shape == "item":
        return False
    if reading.form != "link":
        return not _is_followed(unit)
    following = plain(LINE_BREAK.split(LABELLED.sub("", reading.tail).strip(), maxsplit=1)[0])
    words = following.strip(" -–—:：")
    alone = not following or (words[:1].isalpha() and is_label(words))
    told = host_is_paper(unit.links[0].url) or role_of_label(plain(first[1])) or alone
    named = bool(reading.authors or reading.venue) and EVENT.search(following) is None
    told = told or (named and is_told(following))
    return not told or _PROSE.match(following) is not None


def _leads_into(unit: Unit) -> bool:
    """Say whether the words before a title go on with it, as those of a sentence do."""
    reading, anchors = unit.reading, unit.anchors
    lead = reading.lead
    if unit.shape == "item" and _LEAD_END.search(lead):
        own = anchors[reading.title_anchor :][:1] if reading.title_anchor >= 0 else anchors
        if any(is_paper(anchor) for anchor in own):
            return False
    told = _DASH.split(lead) if reading.venue else [lead]
    return max(map(count_words, told)) > _LEAD_WORDS or SENTENCE_OPENING.match(lead) is not None


def _is_followed(unit: Unit) -> bool:
    """Say whether the links of a paragraph follow its title, not some other text."""
    reading = unit.reading
    gap = _GROUP.sub("", plain(reading.tail.partition(LINK)[0]))
    told = reading.authors or reading.venue or reading.form == "citation" or unit.below
    told = told or LINE_BREAK.match(reading.tail.lstrip(" .,")) is not None
    marked = reading.form == "citation" or any(
        link.role in {"paper", "code", "project", "data"} for link in unit.links
    )
    long = len(reading.title.split()) >= _LINKED_WORDS
    return marked and (bool(told) or long or len(gap.split()) <= _NEAR_WORDS)


def _is_sentence(unit: Unit, first: re.Match[str]) -> bool:
    """Say whether a text without a title set apart is a sentence with a link in it."""
    text, title, loose = unit.text, unit.reading.title, unit.shape == "item"
    label = plain(first[1])
    if _SUCH_AS.search(plain(text[: first.start()])):
        return True
    apart = is_bracketed(unit, first) or LINE_BREAK.search(text, 0, first.start()) is not None
    words = len(title.split())
    if not label or label.startswith("http"):
        before = plain(text[: first.start()])
        stated = without_reference(before)
        leads = SENTENCE_OPENING.match(stated) if stated != before else _RUNNING.search(before)
        return words > _TITLE_WORDS_MOST or leads is not None
    if not loose and (words < _TITLE_WORDS_LEAST or SENTENCE_OPENING.match(title)):
        return True
    if apart:  # "The following works are left out:", and then their titles
        opens = plain(text[: first.start()])[-1:] in {":", "："} and not is_label(label)
        return not loose and (words > _TITLE_WORDS_MOST or opens)
    aside = not loose and label.lower() in {"here", "this"} and not host_is_paper(unit.links[0].url)
    told = not aside and (is_label(label) or is_told(label))
    return not told or _RUNNING.search(plain(text[: first.start()])) is not None


def is_bracketed(piece: Piece, link: re.Match[str]) -> bool:
    """Say whether a link stands in square brackets: it is a label."""
    return "[" in piece.text[max(0, link.start() - 2) : link.start() + 2]
