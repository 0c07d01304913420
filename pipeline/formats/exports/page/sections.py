"""A page for each section of each list, for readers without scripts and for search engines."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.formats.escape import safe_url
from pipeline.formats.exports.page.assets import asset, own, policy, template
from pipeline.formats.exports.page.coins import coins
from pipeline.formats.exports.page.data import main_repository, page_of
from pipeline.formats.exports.text import file_name
from pipeline.formats.exports.works import Work


@dataclass(frozen=True, slots=True)
class Row:
    """A paper in a table without scripts."""

    title: str
    page: str
    url: str | None
    authors: str
    year: int | None
    venue: str
    stars: int | None
    coins: str

    @classmethod
    def of(cls, work: Work) -> "Row":
        """Return the row of a paper."""
        code = main_repository(work)
        return cls(
            title=work.title,
            page=page_of(work.key),
            url=safe_url(work.url),
            authors=", ".join(name.whole for name in work.authors),
            year=work.year,
            venue=work.venue,
            stars=code.stars if code else None,
            coins=coins(work),
        )


@dataclass(slots=True)
class SectionPages:
    """The papers of each section; `add` each paper once."""

    rows: dict[tuple[str, tuple[str, ...]], list[tuple[int, Row]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, work: Work) -> None:
        """Add a paper to each section that it stands in."""
        row = Row.of(work)
        for entry in work.mentions:
            self.rows[entry.list, entry.section].append((entry.line, row))

    def index(self) -> list[tuple[str, str]]:
        """Return file and title of each section's page, in the order of the lists."""
        return [(name, title) for name, title, _ in self._ordered()]

    def pages(self) -> Iterator[tuple[str, str]]:
        """Yield file and HTML of each section's page."""
        style = asset("paper.css")
        for name, title, rows in self._ordered():
            yield (
                name,
                template("section.html").render(
                    title=title, rows=rows, policy=policy(style), style=own(style)
                ),
            )

    def _ordered(self) -> Iterator[tuple[str, str, list[Row]]]:
        """Yield file, title and papers, by the place of the first paper of each section."""
        firsts = sorted(
            (key[0], min(line for line, _ in rows), key) for key, rows in self.rows.items()
        )
        for number, (name, _, key) in enumerate(firsts, start=1):
            title = " / ".join((name, *key[1]))
            rows = [row for _, row in sorted(self.rows[key], key=lambda one: one[0])]
            yield f"{file_name(name)}-{number}.html", title, rows
