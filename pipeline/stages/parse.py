"""Stage 1: a list's text to its entries and all its other links, by `pipeline.markdown`. Pure."""

from pipeline.formats.files import REPORT_MARK
from pipeline.markdown.accounting import badly_read, lost_links
from pipeline.markdown.bibtex import is_bibtex, read_bibtex, with_blocks
from pipeline.markdown.brackets import missing_blanks, missing_brackets
from pipeline.markdown.decode import decode_bytes
from pipeline.markdown.entries import read_list
from pipeline.records.lists import ParsedList, Problem


def decode(data: bytes, *, name: str) -> tuple[str, tuple[Problem, ...]]:
    """Return text, and a problem if its encoding was guessed; `ConfigurationError` for no text."""
    return decode_bytes(data, name=name)


def parse_bytes(data: bytes, *, name: str) -> ParsedList:
    """Read a list from its bytes; `ConfigurationError` for what is no text."""
    text, faults = decode(data, name=name)
    return parse(text, name=name).with_problems(*faults)


def parse(text: str, *, name: str) -> ParsedList:
    """
    Read a Markdown list; lines and columns count from 1.

    It has the problem `no-entries` where no work is in it, `badly-read` where links to papers are
    in no entry.
    """
    if REPORT_MARK in text:
        message = "This is a report of this program, and no list."
        report = Problem(list=name, line=1, code="no-entries", message=message)
        return ParsedList(name=name, entries=(), problems=(report,))
    if is_bibtex(text):
        parsed = read_bibtex(text, name)
    else:
        parsed = with_blocks(read_list(text, name), text)
        torn = tuple(missing_brackets(parsed, text))
        parsed = parsed.model_copy(update={"torn": torn}) if torn else parsed
        parsed = parsed.with_problems(*missing_blanks(parsed, text))
    problem = badly_read(parsed)
    if not parsed.entries:
        message = f"No line of this list presents a paper: {_likely_reason(text, parsed)}"
        problem = Problem(list=name, line=1, code="no-entries", message=message)
    return parsed.with_problems(problem) if problem else parsed


def _likely_reason(text: str, parsed: ParsedList) -> str:
    """Say why a list may have no entries."""
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if not start:
        return "it is empty."
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return "it is a web page; give the Markdown file itself (its raw address)."
    if start.startswith(("{", "[{", "---\n")) and "](" not in text:
        return "it looks like data or settings, not like Markdown."
    if "http://" not in text and "https://" not in text:
        return "it has no links to the web; is it the right file?"
    if lost := lost_links(parsed):
        one = "one of its links leads to a paper" if len(lost) == 1 else ""
        many = f"{len(lost)} of its links lead to papers"
        return f"{one or many} (line {lost[0].line}), but no title is beside them."
    return "its links are in prose, or it lists other lists; is it the right file?"
