"""From blocks to units: whatever can present a work, with the lines that only tell of it."""

import re
from collections.abc import Hashable, Iterable, Iterator

from pipeline.markdown.accounting import extra_cells
from pipeline.markdown.blocks import (
    Block,
    DetailsEnd,
    Heading,
    Item,
    ItemList,
    Paragraph,
    Row,
    Summary,
    Table,
)
from pipeline.markdown.candidates import opens_citation
from pipeline.markdown.decode import repair
from pipeline.markdown.fields import MAX_TEXT, read_text
from pipeline.markdown.links import is_web, revive, target_of
from pipeline.markdown.marks import (
    BOLD,
    BOLD_END,
    CODE,
    CODE_END,
    HARD,
    ITALIC,
    LINK,
    LINK_END,
    SOFT,
    Anchor,
    Piece,
    plain,
)
from pipeline.markdown.phrases import date_year, is_authors, is_person, is_venue
from pipeline.markdown.prefix import without_prefix
from pipeline.markdown.reading import Hints, Shape, Unit
from pipeline.markdown.roles import is_paper
from pipeline.markdown.sections import SectionPath, heading_text, stands_as_heading
from pipeline.markdown.splits import (
    LINE_BREAK,
    NUMBERED,
    opens_title,
    outside_labels,
    split_references,
    split_works,
)
from pipeline.markdown.tables import Columns, read_columns, read_row
from pipeline.markdown.vocabulary import DETAIL_LEADS

_TYPED_HEADING = re.compile(r"(?P<marks>#{1,6})(?=[\w*\U0001f000-\U0001faff][^#\n\r]{1,120}$)")
"""`#Heading` without the space that CommonMark wants (section 4.2): a heading for people."""
_LETTERS_ONLY = re.compile(r"[^\w\s.;-]+")
_LEAD = re.compile(r"\W{0,6}(?:\w[\w./-]{0,20}\s?){1,3}(?:\([^()]{1,60}\)\s?)?[:：]")
_FOLDS = frozenset(
    {"abstract", "paper", "details", "more", "bibtex", "citation", "summary", "tl;dr"}
)
_BOLD_TITLE = re.compile(rf"\s*{BOLD}(?:[^{BOLD_END}\s]+\s+){{2}}")
_BOLD_LEAD = re.compile(rf"\s*{BOLD}([^{BOLD_END}{LINK}:：]{{1,40}})[:：]\s*{BOLD_END}\s*\S")
"""A word in bold type with a colon, and what it tells: no title."""
_LABEL_LINE = re.compile(rf"{SOFT}(?=\W{{0,3}}[^\W\d_]{{1,12}}\W{{1,4}}{LINK})")
"""A line that is a label and a link, below a title: `论文地址：https://…`."""
_GLUED_NAMES = re.compile(rf"(?P<names>[^:{SOFT}{HARD}{LINK}\[(]{{8,600}}):(?=[^\W\d_])")
"""`Ann Lee, Bo Ray:Title`, as it is copied from dblp."""
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,20}\](?!:)")
_BROKEN_BOLD = re.compile(rf"{BOLD_END}{SOFT}\s*{BOLD}(?=[a-z])")
"""A title in bold type that goes on with a small letter on the next line, in bold type again."""
_BOLD_VOLUME = re.compile(rf"{BOLD}(?<=[a-z.A-Z] {BOLD})(\d{{1,4}}){BOLD_END}(?=[,:( ])")
"""`Phys. Rev. **47**, 777`: the number sets nothing apart."""
_FIELDS = frozenset({"authors", "venue", "date", "link"})
_ONLY_LINKS = re.compile(
    rf"(?:(?:\[+{LINK}[^{LINK_END}]{{1,30}}{LINK_END}\]+|{LINK}\[[^{LINK_END}]{{1,30}}\]{LINK_END})"
    r"[\s|,/]*)+"
)
"""Nothing but short links in brackets: labels, whatever they say."""
_TAGS = re.compile(rf"(?:{CODE}[^{CODE_END}]+{CODE_END}[ ,]*)+")
_STOP = re.compile(r"(?<=[\w)*])\.\s+(?=[A-Z\d])")
_STOP_BEHIND_WORD = re.compile(r"(?<=[\w)*])(?<!\b[A-Z])\.\s+(?=[A-Z\d])")
"""That of an initial ends nothing on a line of names alone; elsewhere a title may follow it."""
_SET_APART = re.compile(rf"[{ITALIC}{BOLD}(]")
_SHORT_NOTE = 12
_NAME_WORDS = 3
_LONG_TITLE = 40
_MAX_DEPTH = 40
_MAX_LINES = 30
"""Items of a list that may all tell of one title."""


def has_web(piece: Piece) -> bool:
    """Say whether a piece has a link that can be asked."""
    return any(is_web(target_of(anchor)) for anchor in piece.anchors)


class Units:
    """Walks over the blocks of one list and gathers units, and the links of what is none."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.sections = SectionPath()
        self.units: list[Unit] = []
        self.loose: list[Anchor] = []
        self.columns: dict[Hashable, Columns] = {}
        """What the columns of every table hold, by the place of its rows."""
        self.extra: dict[int, int] = {}
        """How many cells stand beyond the head of their table, by the offset of their row."""
        self._table: Table | None = None
        self._place: Hashable = None
        self._rows: list[tuple[Unit, Row]] = []
        self._group = 0
        self._open: Unit | None = None
        """The unit that the next lines may tell of."""

    def read(self, blocks: Iterable[Block]) -> list[Unit]:
        """Return the units of a list, in order."""
        for block in blocks:
            if not isinstance(block, ItemList | Paragraph | Summary | DetailsEnd):
                self._open = None
            if isinstance(block, Row):
                self._row(block)
            elif isinstance(block, ItemList):
                self._list(block.items)
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Heading):
                self._heading(block)
            elif isinstance(block, Summary):
                self._summary(block)
            elif isinstance(block, DetailsEnd):
                self.sections.close_details()
        self._read_table()
        return self.units

    def _settle(self, piece: Piece) -> None:
        """Find a piece's bare links and repair its text, before white space is taken for space."""
        revive(piece, self.source)
        for anchor in piece.anchors:
            target_of(anchor)
        text = repair(piece.text)
        glued = _GLUED_NAMES.match(text) if ":" in text and "," in text else None
        if glued and is_authors(plain(glued["names"])):
            text = f"{glued.group()} {text[glued.end() :]}"
        if SOFT in text:
            text = text.replace(f"{BOLD}{SOFT}", BOLD).replace(f"{SOFT}: ", HARD)
            text = _LABEL_LINE.sub(HARD, text) if LINK in text else text
            text = _BROKEN_BOLD.sub(" ", text) if BOLD in text else text
        text = _FOOTNOTE.sub("", text) if "[^" in text else text
        piece.text = _BOLD_VOLUME.sub(r"\1", text) if BOLD in text else text

    def _add(self, shape: Shape, piece: Piece, *, bare: bool = False, notes: bool = False) -> Unit:
        unit = Unit(
            piece.text,
            piece.anchors,
            piece.start,
            piece.end,
            shape=shape,
            section=self.sections.path,
            place=self._group,
            bare=bare,
            notes=notes,
        )
        self.units.append(unit)
        return unit

    # --- headings and rows ----------------------------------------------------------------------

    def _heading(self, heading: Heading) -> None:
        self._settle(heading)
        self._group += 1
        parents = self.sections.parents(heading.level)
        title = heading_text(heading)
        self.sections.open(heading.level, title)
        if heading.level == 1 or not title:
            self.loose += heading.anchors
            return
        unit = self._add("heading", heading, bare=not has_web(heading))
        unit.section, unit.place = parents, ("heading", heading.level, parents)
        self._open = unit

    def _summary(self, summary: Summary) -> None:
        self._settle(summary)
        unit = self._open
        if unit is not None and _is_fold(summary):
            unit.notes = True
        elif stands_as_heading(summary):
            self.sections.open(summary.level, heading_text(summary))
        else:
            self._open = self._add("summary", summary, notes=True, bare=not summary.anchors)

    def _row(self, row: Row) -> None:
        for cell in row.cells:
            self._settle(cell)
        anchors = [anchor for cell in row.cells for anchor in cell.anchors]
        text = " | ".join(cell.text for cell in row.cells)
        unit = self._add("row", Piece(text, anchors, row.start, row.end))
        if row.table is not self._table:
            self._read_table()
            self._table, self._place = row.table, ("table", len(self.columns))
        unit.place = self._place
        self._rows.append((unit, row))
        if extra := extra_cells(row, self.source):
            self.extra[row.start] = extra

    def _read_table(self) -> None:
        """Read the rows of the table that ends here: their cells take more memory than all else."""
        if self._table is None:
            return
        columns = read_columns([row for _, row in self._rows])
        for unit, row in self._rows:
            read_row(unit, row.cells, columns)
        self.columns[self._place] = columns
        self.loose += [anchor for head in self._table.header for anchor in head.anchors]
        self._rows.clear()

    # --- lists ----------------------------------------------------------------------------------

    def _list(self, items: list[Item]) -> None:
        """Read one outermost list; where all of it tells of the title before it, join them."""
        for item in items:
            for one in flattened(item):
                self._settle(one)
        unit = self._open
        if unit is not None and any(map(has_web, items)) and _tell_of(items, unit):
            for item in items:
                _join(unit, item)
            return
        self._open = None
        for item in items:
            self._item(item, 0)

    def _item(self, item: Item, depth: int, *, nested: bool = False) -> None:
        category = is_category(item)
        merged, rest = (item, item.children) if category else _absorbed(item)
        own = [self._add("item", piece) for piece in split_works(merged, self.source)]
        for unit in own:
            unit.nested, unit.category = nested, category
        nested, first = nested or has_web(item), len(self.units)
        for child in rest:
            if depth < _MAX_DEPTH:
                self._item(child, depth + 1, nested=nested)
            else:
                self.loose += [anchor for deep in flattened(child) for anchor in deep.anchors]
        if len(own) == 1 and not own[0].anchors:
            own[0].heads = self.units[first:]

    # --- paragraphs -----------------------------------------------------------------------------

    def _paragraph(self, paragraph: Paragraph) -> None:
        self._settle(paragraph)
        typed = _TYPED_HEADING.match(paragraph.text) if paragraph.text[:1] == "#" else None
        if paragraph.text.startswith("[^"):  # a footnote presents nothing
            self.loose += paragraph.anchors
            return
        if typed:
            self._open = None
            self.sections.open(len(typed["marks"]), plain(paragraph.text[typed.end() :]))
            self.loose += paragraph.anchors
            return
        unit = self._open
        lead = _BOLD_LEAD.match(paragraph.text) if unit is not None and has_web(unit) else None
        word = plain(lead[1]).lower().split(" ")[0] if lead else ""
        if word == "title":
            unit = None
        remark = bool(word) and DETAIL_LEADS.get(word) not in _FIELDS
        if remark and unit is not None and not any(map(is_paper, paragraph.anchors)):
            self.loose += paragraph.anchors
            return
        if unit is not None and ((word and word in DETAIL_LEADS) or _tells_of(paragraph, unit)):
            _join(unit, paragraph)
            return
        if not paragraph.anchors:
            for one in split_references(paragraph, self.source):
                self._bare_paragraph(one)
            return
        shape: Shape = "quote" if paragraph.quoted else "paragraph"
        for piece in split_works(paragraph, self.source, lines=True):
            self._open = self._add(shape, piece)

    def _bare_paragraph(self, paragraph: Paragraph) -> None:
        """Read a paragraph without links: a title whose links follow, or a note."""
        if paragraph.quoted:
            return
        unit = self._open
        if unit is not None and unit.notes and not paragraph.text.lstrip().startswith(BOLD):
            return
        if _is_bare_title(paragraph):
            self._open = self._add("paragraph", paragraph, bare=True)
        elif unit is not None:
            short = len(paragraph.text.split()) <= _SHORT_NOTE
            if has_web(unit) or unit.shape == "heading" or not short:
                self._open = None


def _join(unit: Unit, piece: Piece) -> None:
    """Take a line that tells of a unit into it; a title that stood alone is set apart then."""
    if unit.bare and not unit.below:
        rest = plain(without_prefix(unit.text, Hints()))
        head = unit.text.partition(rest)[0] if rest in unit.text else ""
        unit.text = f"{head}{BOLD}{rest}{BOLD_END}"
    unit.below = True
    unit.text = f"{unit.text}{HARD}{piece.text}"
    unit.anchors = [*unit.anchors, *piece.anchors]
    unit.end = max(unit.end, piece.end)


# --- what tells of what ---------------------------------------------------------------------------


def _tell_of(items: list[Item], unit: Unit) -> bool:
    """Say whether the items of a list all tell of the title that stands before it."""
    if len(items) > _MAX_LINES or any(item.children for item in items):
        return False
    known, led = 0, unit.bare
    if unit.bare and unit.shape == "heading" and not all(map(_is_labelled, items)):
        return False
    for place, item in enumerate(items):
        led = led and _LEAD.match(plain(item.text[:MAX_TEXT])) is not None
        known += is_detail(item, strict=True)
        if known <= place and not led:
            return False
    return known == len(items) or 2 * known >= len(items)


def _is_labelled(item: Item) -> bool:
    """Say whether an item is nothing but links that say what they are, or begins with a lead."""
    words = plain(item.text[:MAX_TEXT])
    outside = outside_labels(item.text)
    return not any(map(str.isalpha, outside)) or _LEAD.match(words) is not None


def _is_fold(summary: Summary) -> bool:
    """Say whether a summary only says what is folded away: "Abstract", "Paper", "Show more"."""
    words = plain(summary.text).lower().split()
    return not summary.anchors and len(words) <= 2 and _FOLDS.isdisjoint(words) is False


def _tells_of(paragraph: Paragraph, unit: Unit) -> bool:
    """Say whether a paragraph tells of the title above it: authors, venue, links with labels."""
    if paragraph.quoted or len(paragraph.text) > MAX_TEXT or NUMBERED.match(paragraph.text):
        return False
    if paragraph.anchors and not any(map(str.isalpha, outside_labels(paragraph.text))):
        return True
    first = LINE_BREAK.split(paragraph.text.strip(), maxsplit=1)[0]
    if unit.bare and unit.shape == "heading" and _BOLD_TITLE.match(first):
        return False
    return is_detail(Piece(first, paragraph.anchors), strict=True)


def _is_bare_title(paragraph: Paragraph) -> bool:
    """Say whether a paragraph without links can be a title: set apart, or one line like one."""
    first = LINE_BREAK.split(paragraph.text.strip(), maxsplit=1)[0].strip()
    words = plain(first).split()
    if len(words) > _LONG_TITLE or not words or _TAGS.fullmatch(first):
        return False
    if first.startswith(BOLD):
        return len(words) > 1
    first = without_prefix(first, Hints())
    persons, *others = _STOP_BEHIND_WORD.split(plain(first))
    cited = opens_citation(first) or (is_authors(persons) and _holds_title(others))
    detail = is_detail(Piece(first)) and not cited
    return len(words) > 2 and words[-1][-1] not in ":：" and not detail


def is_category(item: Item) -> bool:
    """Say whether an item with nested items is a heading for them."""
    if not item.children or has_web(item):
        return False
    reading = read_text(item.text)
    if reading.venue or reading.authors or reading.year:
        return False
    presented = any(has_web(child) or _is_cited(child) for child in item.children)
    return presented and sum(map(_has_own_title, item.children)) * 2 > len(item.children)


def _is_cited(item: Item) -> bool:
    """Say whether an item without links has a venue, and a year or authors."""
    reading = read_text(item.text)
    return reading.venue is not None and bool(reading.year or reading.authors)


def _has_own_title(item: Item) -> bool:
    return not is_detail(item) and len(outside_labels(item.text).split()) >= 2


def _absorbed(item: Item) -> tuple[Piece, list[Item]]:
    """Join an item with the nested lines that tell of it; return also those that do not."""
    if not item.children:
        return item, []
    merged = Piece(item.text, list(item.anchors), item.start, item.end)
    titled = any(map(str.isalpha, outside_labels(item.text)))
    rest: list[Item] = []
    texts = [item.text]
    linked = has_web(item)
    named = linked and len(outside_labels(item.text).split()) <= _NAME_WORDS
    one = not linked and sum(map(_has_own_title, item.children)) == 1
    for child in item.children:
        leaf = not child.children
        cited = named and not child.anchors and _is_cited(child)
        detail = leaf and (cited or is_detail(child))
        if linked and leaf and not detail and not child.anchors:
            continue
        loose = one or not (linked or child.anchors)
        if titled and leaf and (detail or loose):
            texts.append(child.text)
            merged.anchors += child.anchors
            merged.end = max(merged.end, child.end)
        else:
            rest.append(child)
    merged.text = HARD.join(texts)
    return merged, rest


def is_detail(piece: Piece, *, strict: bool = False) -> bool:
    """Say whether a line tells of what is above it; `strict`: no title may follow its authors."""
    text = piece.text[:MAX_TEXT]
    words = plain(text)
    head, colon, _ = words.replace("：", ":").partition(":")
    if colon and _LETTERS_ONLY.sub("", head).strip().lower() in DETAIL_LEADS:
        return True
    if piece.anchors and _ONLY_LINKS.fullmatch(text):
        return True
    outside = outside_labels(text)
    bare = LINK in text and all(anchor.bare for anchor in piece.anchors)
    if not any(map(str.isalpha, outside)) or (bare and len(outside.split()) == 1):
        return bool(piece.anchors)
    if strict and (opens_title(text, piece.anchors) or opens_citation(text)):
        return False
    if is_venue(outside.strip("()（） ")) or date_year(outside) is not None:
        return True
    alone = strict and not piece.anchors and BOLD not in text
    first, *others = (_STOP_BEHIND_WORD if alone else _STOP).split(outside)
    goes_on = _holds_title(others)
    before_venue = plain(_SET_APART.split(text, maxsplit=1)[0])
    persons = is_authors(first) or is_authors(before_venue)
    return not (strict and goes_on) and (persons or (is_person(first) and not piece.anchors))


def _holds_title(sentences: list[str]) -> bool:
    """Say whether a title follows names: the first sentence that is no date."""
    first = next((one for one in sentences if date_year(one) is None), "")
    return len(first.split()) > 2 and not is_venue(first)


def flattened(item: Item) -> Iterator[Item]:
    """Yield an item and all items below it, without recursion."""
    pending = [item]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children))
