"""A list with one entry more: every kind of form, place and byte; and what is refused."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.markdown.entries import read_list
from pipeline.repair.adding.plan import Added, Refused, added
from pipeline.repair.adding.siblings import siblings_of
from pipeline.repair.adding.work import Day, NewWork
from pipeline.repair.patch import unified_diff
from pipeline.repair.rewriting import line_starts

WORK = NewWork(
    title="A Strange Method for Reading Lists",
    ids={"arxiv": "2403.01234"},
    authors=("Ann B. Author", "Bo Writer", "Cy de Vries"),
    day=Day(2024, 3, 5),
    year=2024,
)
PUBLISHED = NewWork(
    title=WORK.title,
    ids=WORK.ids,
    authors=WORK.authors,
    day=WORK.day,
    venue="International Conference on Learning Representations",
    year=2025,
)


def known(**fields: Any) -> NewWork:
    """Return the work with other facts."""
    given = {name: getattr(WORK, name) for name in WORK.__dataclass_fields__}
    return NewWork(**(given | fields))


def done(text: str, work: NewWork = WORK, section: str | None = None) -> Added:
    """Add a work to a list; a second time it is refused."""
    result = added(text.encode(), "mine", work, section)
    assert isinstance(result, Added), result
    again = added(result.data, "mine", work, section)
    assert isinstance(again, Refused)
    assert again.reason == "held"
    return result


def refused(text: str, work: NewWork = WORK, section: str | None = None) -> Refused:
    """Return why a work is not added."""
    result = added(text.encode(), "mine", work, section)
    assert isinstance(result, Refused), result
    return result


def page(*entries: str, join: str = "\n", head: str = "# Papers\n\n") -> str:
    """Return a list of entries under one heading."""
    return f"{head}{join.join(entries)}\n"


def filled(form: str, join: str = "\n", count: int = 5) -> str:
    """Return a list whose entries have one form."""
    names = ("Apples", "Pears", "Plums", "Figs", "Dates", "Limes")
    return page(
        *(
            form.format(
                n=n,
                title=f"Growing {names[n]} with Little Water",
                id=f"21{n:02}.0{n}234",
                code=f"owner{n}/tool{n}",
                author=("Max Gardener", "Mia Planter", "Tim Digger")[n % 3],
            )
            for n in range(1, count + 1)
        ),
        join=join,
    )


# --- forms --------------------------------------------------------------------------------------

A = "A Strange Method for Reading Lists"
URL = "https://arxiv.org/abs/2403.01234"


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("- [{title}](https://arxiv.org/abs/{id})", f"- [{A}]({URL})"),
        (
            "* **{title}**, arXiv 2021. [[pdf]](https://arxiv.org/pdf/{id}.pdf)",
            f"* **{A}**, arXiv 2024. [[pdf]](https://arxiv.org/pdf/2403.01234.pdf)",
        ),
        (
            '+ "{title}", {author} et al., arXiv\'21 ([paper](http://arxiv.org/abs/{id}v2)).',
            f'+ "{A}", Ann B. Author et al., arXiv\'24 ([paper]({URL[:4]}{URL[5:]})).',
        ),
        (
            "### {title} [pdf](https://arxiv.org/abs/{id})\n\n*{author}, Mia Planter*. arXiv 2021",
            f"### {A} [pdf]({URL})\n\n*Ann B. Author, Bo Writer, Cy de Vries*. arXiv 2024",
        ),
        (
            "- (2021-0{n}) [{title}](https://arxiv.org/abs/{id})",
            f"- (2024-03) [{A}]({URL})",
        ),
        (
            "- [arXiv 2021] {title} [[Paper](https://arxiv.org/abs/{id})] ![x](https://i.example/{id})",
            f"- [arXiv 2024] {A} [[Paper]({URL})] ![x](https://i.example/2403.01234)",
        ),
        (
            "- **{title}**  \n  {author} and Mia Planter  \n  [{id}](https://arxiv.org/abs/{id})",
            f"- **{A}**  \n  Ann B. Author, Bo Writer and Cy de Vries  \n  [2403.01234]({URL})",
        ),
    ],
)
def test_entry_has_the_form_of_the_others(form: str, wanted: str) -> None:
    """Marks, order of the fields, labels, form of the address, dates, authors."""
    text = filled(form)
    result = done(text)
    assert result.text == wanted
    assert result.data.decode() == f"{text}{wanted}\n"


@pytest.mark.parametrize(
    ("join", "code"),
    [
        (" ", "[[code]](https://github.com/me/mine)"),
        (", ", "[[code]](https://github.com/me/mine)"),
    ],
)
def test_code_is_told_where_it_is_known_and_left_out_where_not(join: str, code: str) -> None:
    """The entries around have it; the separator goes with it."""
    form = f"- {{title}} [[paper]](https://arxiv.org/abs/{{id}}){join}[[code]](https://github.com/{{code}})"
    assert done(filled(form), known(code="me/mine")).text == f"- {A} [[paper]]({URL}){join}{code}"
    assert done(filled(form)).text == f"- {A} [[paper]]({URL})"


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("[ICML 2021]", "[ICLR 2025]"),
        ("[ICML'21]", "[ICLR'25]"),
        ("(*ICML*, 2021)", "(*ICLR*, 2025)"),
    ],
)
def test_venue_is_written_as_around(form: str, wanted: str) -> None:
    """Short where the registry writes it in full, with the year of the publication."""
    text = filled(f"- {form} [{{title}}](https://arxiv.org/abs/{{id}})")
    assert done(text, PUBLISHED).text == f"- {wanted} [{A}]({URL})"


def test_words_of_one_entry_are_not_taken_over() -> None:
    """A description, a note, an affiliation: others have other ones there."""
    notes = ("On fruit.", "Very nice.", "Uses less water.", "By Acme.", "A survey.")
    lines = filled("- [{title}](https://arxiv.org/abs/{id})").splitlines()
    text = "\n".join(
        [*lines[:2], *(f"{a} - {b}" for a, b in zip(lines[2:], notes, strict=True)), ""]
    )
    result = done(text)
    assert result.text == f"- [{A}]({URL})"
    assert result.left_out == ("words",)


def test_a_number_in_a_badge_is_no_form() -> None:
    """What differs from entry to entry is a fact of each, though some share it."""
    pages = ("12", "12", "9", "8", "30")
    text = page(
        *(
            f'- <img src="https://badge.example/{number}-pages.svg" alt="{number}-pages">'
            f" [Growing Fruit {n} with Little Water](https://arxiv.org/abs/2101.0123{n})"
            for n, number in enumerate(pages)
        )
    )
    assert done(text).text == f"- [{A}]({URL})"


@pytest.mark.parametrize(
    "tag", [" ![](https://badge.example/{t}-red)", " [__`{t}`__][__`{t}s`__]", " `{t}`", " *{t}*"]
)
def test_a_tag_of_others_is_none_of_this_work(tag: str) -> None:
    """What has another value from entry to entry is not told of the new work."""
    tags = ("planning", "vision", "planning", "audio", "text", "robots")
    lines = (
        f"- [Growing Fruit {n} with Water](https://arxiv.org/abs/2101.0123{n}){tag.format(t=t)}"
        for n, t in enumerate(tags)
    )
    assert done(page(*lines)).text == f"- [{A}]({URL})"


@pytest.mark.parametrize(
    ("authors", "wanted"),
    [(("Ann B. Author", "Bo Writer"), "_Author et al. ICLR 2025_"), ((), "_ICLR 2025_")],
)
def test_authors_within_emphasis(authors: tuple[str, ...], wanted: str) -> None:
    """With one full stop; where nobody tells them, nothing is left of them."""
    names = ("Kim", "Cadena", "Novak", "Weiss", "Sand")
    lines = (
        f"* Growing Fruit {n} with Little Water. _{name} et al. ICML 2021_"
        f" [pdf](https://arxiv.org/abs/2101.0123{n})"
        for n, name in enumerate(names)
    )
    work = NewWork(A, WORK.ids, authors, WORK.day, PUBLISHED.venue, 2025)
    assert done(page(*lines), work).text == f"* {A}. {wanted} [pdf]({URL})"


def test_a_short_venue_is_no_part_of_a_word() -> None:
    """The badge of a site with a longer name stays."""
    form = "- [{title}](https://arxiv.org/abs/{id}), ICML 2021 ![](https://i.example/ICMLab)"
    wanted = f"- [{A}]({URL}), ICLR 2025 ![](https://i.example/ICMLab)"
    assert done(filled(form), PUBLISHED).text == wanted


def test_a_constant_mark_is_the_form() -> None:
    """What nearly all have is theirs."""
    lines = (
        f"- 📝 [Growing Fruit {n} with Water](https://arxiv.org/abs/2101.0123{n}) `paper`"
        for n in range(5)
    )
    assert done(page(*lines)).text == f"- 📝 [{A}]({URL}) `paper`"


@pytest.mark.parametrize("filler", [" " * 50_000, "(" * 50_000, "et al " * 9_000, "- " * 20_000])
def test_hostile_entries_take_no_time(filler: str) -> None:
    """Long runs are no models, and nothing is read again and again."""
    lines = [
        f"- [Growing Fruit {n} with Water](https://arxiv.org/abs/2101.0123{n})" for n in range(4)
    ]
    text = page(*lines, f"{lines[0].replace('01230', '09999')} {filler} x")
    began = time.process_time()
    added(text.encode(), "mine", WORK)
    assert time.process_time() - began < 5


# --- tables -------------------------------------------------------------------------------------


def table(*rows: str, head: str = "| Title | Venue | Code |") -> str:
    """Return a table."""
    return "\n".join(["# Papers", "", head, "|---|---|---|", *rows, ""])


def test_row_has_the_cells_of_the_others() -> None:
    """What is not known is empty as it is empty there; a bar in a title ends no cell."""
    rows = [
        f"| [Growing Fruit {n} with Water](https://arxiv.org/abs/2101.0123{n}) | arXiv 2021 | {c} |"
        for n, c in enumerate(["-", "[code](https://github.com/a/b)", "-", "-"])
    ]
    work = known(title="P(A|B) for Reading Strange Lists")
    result = done(table(*rows), work)
    assert result.text == (f"| [P(A\\|B) for Reading Strange Lists]({URL}) | arXiv 2024 | - |")
    assert read_list(result.data.decode(), "mine").entries[-1].title == work.title


def test_padded_columns_stay_aligned() -> None:
    """Cells are as wide as those around, where these have one width."""
    rows = [
        f"| [Growing Fruit {n} There](https://arxiv.org/abs/2101.0123{n})            | ICML |    |"
        for n in range(4)
    ]
    result = done(table(*rows), PUBLISHED)
    assert result.text == f"| [{A}]({URL}) | ICLR |    |"
    assert len(result.text) == len(rows[0]) + len("| [ Strange") or len(result.text) >= len(rows[0])


# --- places -------------------------------------------------------------------------------------


FRUIT = ("Pears", "Apples", "Figs", "Limes", "Dates")


def works(*months: str) -> list[str]:
    """Return entries for works of these months, in no order of their titles."""
    return [
        f"[Growing {fruit} with Little Water](https://arxiv.org/abs/{month}.01234)"
        for fruit, month in zip(FRUIT, months, strict=False)
    ]


def dated(*months: str) -> str:
    """Return a list of works of these months."""
    return page(*(f"- {line}" for line in works(*months)))


@pytest.mark.parametrize(
    ("months", "line", "order"),
    [
        (("2201", "2212", "2306", "2406", "2501"), 6, "the newest last"),
        (("2501", "2406", "2306", "2212", "2201"), 5, "the newest first"),
        (("2201", "2501", "2212", "2406", "2306"), 8, "no order is evident: at the end"),
    ],
)
def test_place_keeps_the_order(months: tuple[str, ...], line: int, order: str) -> None:
    """By date, upwards and downwards; at the end where there is no order."""
    result = done(dated(*months))
    assert (result.line, result.order) == (line, order)
    assert result.data.decode().splitlines()[line - 1] == result.text


def test_alphabetical_order() -> None:
    """By title, whatever the dates are."""
    titles = ("Alpha Beta of Gardens", "Beans without Water at All", "Cherries in the Snow Again",
              "Apples"[:0] + "Dates and Palms of Today")  # fmt: skip
    text = page(*(f"- [{t}](https://arxiv.org/abs/2{9 - n}01.01234)" for n, t in enumerate(titles)))
    result = done(text)
    assert (result.line, result.order) == (3, "alphabetical")


def test_numbers_go_on_and_move_up() -> None:
    """At the end the next number; within, those below are one more; in the next section too."""
    months = ("2201", "2212", "2406", "2501")
    lines = [f"{n}. {line}" for n, line in enumerate(works(*months), 1)]
    more = "5. [A Work of the Next Section Here](https://arxiv.org/abs/2001.01234)"
    text = "\n".join(["# Papers", "", "## Old", "", *lines, "", "## Next", "", more, ""])
    result = done(text, section="Old")
    wanted = [lines[0], lines[1], f"3. [{A}]({URL})", "4." + lines[2][2:], "5." + lines[3][2:]]
    assert result.data.decode().splitlines()[4:9] == wanted
    assert "6. [A Work of the Next" in result.data.decode()


def test_headings_are_numbered_too() -> None:
    """With a date that is not known to the day, which is left out with what sets it apart."""
    lines = [
        f"#### {n}. 2021-0{9 - n}-15-{work}"
        for n, work in enumerate(works("2108", "2107", "2106", "2105", "2104"), 1)
    ]
    text = page(*lines, head="# Papers\n\n## Gardens\n\n")
    assert done(text, known(day=Day(2024, 3, 5))).text == f"#### 1. 2024-03-05-[{A}]({URL})"
    assert done(text, known(day=Day(2024, 3))).text == f"#### 1. [{A}]({URL})"


def test_a_year_is_no_number() -> None:
    """It does not count on."""
    rows = [
        f"| 2021 | [Growing Fruit {n} with Water](https://arxiv.org/abs/2101.0123{n}) |"
        for n in range(4)
    ]
    text = "\n".join(["# Papers", "", "| Year | Title |", "|---|---|", *rows, ""])
    assert done(text).text == f"| 2024 | [{A}]({URL}) |"


def test_numbers_that_fall_begin_at_the_top() -> None:
    """A list that counts down has its newest first."""
    rows = [
        f"[{4 - n}] [Growing Fruit {n} Times with Water](https://arxiv.org/abs/21{w}.01234)<br>"
        for n, w in enumerate(("05", "09", "01", "07"))
    ]
    result = done(page(*rows, join="\n\n"))
    assert (result.line, result.text[:3]) == (3, "[5]")


# --- sections -----------------------------------------------------------------------------------

TWO = page(
    "- [Growing Apples with Little Water](https://arxiv.org/abs/2101.01234)",
    "- [Growing Pears with Little Water](https://arxiv.org/abs/2102.01234)",
    "",
    "## Reading",
    "",
    "- [A Method for Reading Newspapers](https://arxiv.org/abs/2103.01234)",
    "- [Lists and How They Are Made](https://arxiv.org/abs/2104.01234)",
    head="# Papers\n\n## Gardens\n\n",
)


@pytest.mark.parametrize("named", ["Reading", "reading", "Papers > Reading", "Read"])
def test_section_is_taken_by_its_name(named: str) -> None:
    """In any case, by its path, by a part."""
    assert done(TWO, section=named).section == ("Papers", "Reading")


def test_likeliest_section_is_taken_with_its_reasons() -> None:
    """Where its words are nearest by far."""
    result = done(TWO)
    assert result.section == ("Papers", "Reading")
    assert "read" in result.why_section


def test_no_likely_section_names_all() -> None:
    """A person chooses; a wrong name as well."""
    for result in (
        refused(TWO, known(title="Something Else Entirely Today")),
        refused(TWO, section="No"),
    ):
        assert result.reason == "section"
        assert set(result.sections) == {("Papers", "Gardens"), ("Papers", "Reading")}


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "- [Another Name for It All](https://arxiv.org/pdf/2403.01234v3)",
        "- [Another Name for It All](https://huggingface.co/papers/2403.01234)",
        "- [Another Name for It All](https://doi.org/10.48550/arXiv.2403.01234)",
        "- [Another Name for It All](https://doi.org/10.1145/77.88)",
        "- [A Strange Method for Reading Lists](https://mine.example/x.pdf), Ann B. Author",
    ],
)
def test_what_the_list_has_is_refused(line: str) -> None:
    """Under whatever address, as its published version, or by its title; with the line."""
    text = filled("- [{title}](https://arxiv.org/abs/{id})") + line + "\n"
    result = refused(text, known(other_ids={"doi": "10.1145/77.88"}))
    assert (result.reason, result.line) == ("held", 8)


def test_one_of_the_same_title_comes_in_where_it_is_told_so() -> None:
    """Two works may have one title."""
    text = (
        filled("- [{title}](https://arxiv.org/abs/{id})")
        + f"- [{A}](https://arxiv.org/abs/1901.00001)\n"
    )
    assert refused(text).reason == "held"
    assert isinstance(added(text.encode(), "mine", WORK, same_title=True), Added)


@pytest.mark.parametrize("text", ["", "# Only a heading\n", "Some prose about nothing.\n"])
def test_a_list_without_entries_shows_no_form(text: str) -> None:
    """Nothing is invented."""
    assert refused(text).reason == "empty"


def test_bibtex_is_left_alone() -> None:
    """It has a grammar of its own."""
    assert refused("@article{a,\n  title = {A Title},\n  year = {2020}\n}\n").reason == "bibtex"


def test_no_two_entries_alike_show_no_form() -> None:
    """What no two agree on is not guessed."""
    text = page(
        "- [Growing Apples with Little Water](https://arxiv.org/abs/2101.01234) (a nice one)",
        "* Growing Pears with Water: <https://arxiv.org/abs/2102.01234>",
        "+ **Growing Plums with Water**, 2021, [here](https://arxiv.org/abs/2103.01234)",
        "- *Growing Figs with Little Water* | [[arXiv]](https://arxiv.org/abs/2104.01234)",
    )
    assert refused(text).reason == "form"


# --- bytes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_every_other_byte_stays(bom: bytes, end: str, last: bool) -> None:
    """Byte order mark, line ends, a last line without its end."""
    text = filled("- [{title}](https://arxiv.org/abs/{id})").replace("\n", end)
    text = text if last else text.removesuffix(end)
    result = added(bom + text.encode(), "mine", WORK)
    assert isinstance(result, Added)
    tail = end if last else ""
    whole = text.removesuffix(end) + f"{end}- [{A}]({URL}){tail}"
    assert result.data == bom + whole.encode()


def test_old_encoding_is_kept_or_refused() -> None:
    """Latin-1 stays so; a character that it lacks is not written."""
    text = filled("- [{title}](https://arxiv.org/abs/{id}), Jörg Müller, Bärbel Größe").encode(
        "latin-1"
    )
    result = added(text, "mine", known(authors=("Jürgen Weiß", "Bo Writer")))
    assert isinstance(result, Added)
    assert "Jürgen Weiß, Bo Writer".encode("latin-1") in result.data
    lacking = added(text, "mine", known(authors=("Łukasz 王", "Bo Writer")))
    assert isinstance(lacking, Refused)
    assert "encoding" in lacking.words


HTML_LIST = "# P\n\n<ul>\n{}\n</ul>\n".format(
    "\n".join(
        f'<li><a href="https://arxiv.org/abs/2101.0123{n}">Growing Fruit {n} with Water</a></li>'
        for n in range(4)
    )
)
HTML_TABLE = "# P\n\n<table>\n{}\n</table>\n".format(
    "\n".join(
        f'<tr><td><a href="https://arxiv.org/abs/2101.0123{n}">Growing Fruit {n} with Water</a>'
        "</td><td>ICML</td></tr>"
        for n in range(4)
    )
)


@pytest.mark.parametrize(
    "title",
    [
        "Reading <script>alert(1)</script> Lists with Care",
        "Reading [Lists](https://evil.example/x) with Care",
        "Reading `Code` Lists with Care",
        "Reading Lists\n## With a Heading in It",
        "Reading **Bold** Lists with Great Care",
        "Reading ![x](https://evil.example/x.png) Lists",
        "Reading \u202eLists\u202c with Great Care",
        "Reading Lists <!-- with a Comment",
        "Reading | Cells || of Tables",
        "Reading <img src=x onerror=alert(1)> Lists with Care",
        'Reading </a><a href="https://evil.example/x">Lists</a> with Care',
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        filled("- [{title}](https://arxiv.org/abs/{id})"),
        filled("- **{title}**. [paper](https://arxiv.org/abs/{id})"),
        table(
            *(
                f"| [Growing Fruit {n} with Water](https://arxiv.org/abs/2101.0123{n}) | ICML | - |"
                for n in range(4)
            )
        ),
        HTML_LIST,
        HTML_TABLE,
    ],
)
def test_hostile_title_is_text_or_refused(title: str, text: str) -> None:
    """It brings in no link, no markup and no line, and changes no other entry."""
    result = added(text.encode(), "mine", known(title=title))
    if isinstance(result, Refused):
        assert result.reason in ("proof", "form")
        return
    before, after = read_list(text, "mine"), read_list(result.data.decode(), "mine")
    new = [one for one in after.entries if one.line == result.line]
    assert [link.url for link in new[0].links] == [URL]
    assert len(after.entries) == len(before.entries) + 1
    assert after.other_links == before.other_links == ()
    assert result.text.count("\n") == 0
    assert result.text.count("<") == text.splitlines()[-2].count("<")  # the list's own tags


def test_patch_applies(tmp_path: Path) -> None:
    """What is shown is what is written."""
    text = filled("- [{title}](https://arxiv.org/abs/{id})").removesuffix("\n")
    (tmp_path / "list.md").write_text(text, "utf-8", newline="")
    result = done(text)
    patch = unified_diff(text.encode(), result.data, "list.md")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)  # noqa: S607
    assert (tmp_path / "list.md").read_bytes() == result.data


# --- entries in HTML of several lines -------------------------------------------------------------

IN_HTML = {
    "items": (
        "<ul>\n{}\n</ul>\n",
        '<li>\n  <b>{title}</b><br>\n  {author}. {year}.<br>\n  <a href="{url}">paper</a>\n</li>',
    ),
    "indented items": (
        "<ol>\n{}\n</ol>\n",
        '  <li>\n    <a href="{url}">{title}</a>\n    <p>{author}, {year}\n  </li>',
    ),
    "paragraphs": (
        "{}\n",
        '<p>\n  <a href="{url}"><b>{title}</b></a><br>\n  <i>{author}</i>, {year}\n</p>',
    ),
    "rows": (
        "<table>\n<tr><th>Title</th><th>Year</th></tr>\n{}\n</table>\n",
        '<tr>\n  <td><a href="{url}">{title}</a></td>\n  <td>{year}</td>\n</tr>',
    ),
    "rows, closed on one line": (
        "<table>\n{}\n</table>\n",
        '<tr>\n  <td><a href="{url}">{title}</a>\n  {year}\n</td></tr>',
    ),
    "boxes": ("{}\n", '<div>\n<a href="{url}">{title}</a>, {author}, {year}\n</div>'),
}


@pytest.mark.parametrize("join", ["\n", "\n\n"])
@pytest.mark.parametrize(("around", "form"), IN_HTML.values(), ids=IN_HTML)
def test_entry_of_several_lines_in_html_is_whole(around: str, form: str, join: str) -> None:
    """It has the tags that close it, and takes none of its neighbour's."""
    entries = [
        form.format(
            title=f"Growing {name} with Little Water",
            url=f"https://arxiv.org/abs/21{n:02}.0{n}234",
            author="Max Gardener",
            year=f"20{21 + n}",
        )
        for n, name in enumerate(("Apples", "Pears", "Plums", "Figs", "Dates"), start=1)
    ]
    before = "# Papers\n\n" + around.format(join.join(entries))

    after = done(before).data.decode()

    assert all(entry in after for entry in entries), after
    old, lines = before.splitlines(), after.splitlines()
    begin = next(n for n, line in enumerate(lines) if old[n : n + 1] != [line])
    size = len(lines) - len(old)
    new = "\n".join(lines[begin : begin + size])
    assert lines[:begin] + lines[begin + size :] == old
    assert WORK.title in new
    for tag in ("li", "p", "tr", "td", "div"):
        assert new.count(f"<{tag}>") == form.count(f"<{tag}>"), new
        assert new.count(f"</{tag}>") == form.count(f"</{tag}>"), new
    for tag in ("ul", "ol", "table"):
        assert f"</{tag}>" not in lines[:begin]


def test_hostile_html_takes_linear_time(growth: Callable[..., float]) -> None:
    """However many tags a line opens and closes."""

    def nested(tags: int) -> str:
        title = '<a href="https://arxiv.org/abs/2101.01234">Growing Apples with Little Water</a>'
        return f"# Papers\n\n<div>{'<div>' * tags}\n{title}\n{'</div>' * tags}</div>\n"

    def siblings(text: str) -> object:
        return siblings_of(text, line_starts(text), read_list(text, "mine"))

    assert growth(nested, siblings, small=200) < 24
