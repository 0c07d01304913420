"""The pages of the docs, and how a test reads them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
"""Name of each page to its text."""
README = PAGES["README.md"]
CI, COMMANDS_PAGE, DESIGN, FILES_PAGE, FIX, LINKS, POLITENESS, SETTINGS = (
    PAGES[f"docs/{name}.md"]
    for name in ("ci", "commands", "design", "files", "fix", "links", "politeness", "settings")
)

every_page = pytest.mark.parametrize("page", PAGES)


def rows(heading: str, page: str = README) -> dict[str, list[str]]:
    """Return the cells of the first table at or below a line, by the first cell."""
    _, found, below = page.partition(f"\n{heading}\n")
    assert found, heading
    table: dict[str, list[str]] = {}
    for line in (heading + "\n" + below).split("\n"):
        if line.startswith("|"):
            first, *rest = [cell.strip() for cell in line.strip("|").split(" | ")]
            table[first.strip("`| ")] = rest
        elif table and not line.strip():
            break
    return table


def names(heading: str, page: str) -> set[str]:
    """Return the names in the first cells of a table's rows: `a`, `b` are two."""
    cells = [cell for cell in rows(heading, page) if not re.fullmatch(r"[-:| ]+", cell)]
    return {name.strip("` ") for cell in cells[1:] for name in cell.split("`, `")}


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def prose(page: str) -> str:
    """Return a page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)


def anchors(page: str) -> set[str]:
    """Return what GitHub makes of headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    words = (re.sub(r"[^\w -]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in words}
