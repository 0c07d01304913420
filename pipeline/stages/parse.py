"""
Stage 1, parse: a list's text to its entries. Pure.

An entry is a paper, data set, benchmark or tool that the list presents. Everything else that the
list links to is kept beside the entries, so that no link goes unchecked. The reading itself is in
`pipeline.markdown`.
"""

from pipeline.markdown.decode import decode_bytes
from pipeline.markdown.entries import read_list
from pipeline.records import ParsedList, Problem


def decode(data: bytes, *, name: str) -> tuple[str, tuple[Problem, ...]]:
    """
    Return the text of a list file, and a problem where its encoding had to be guessed.

    Raises ConfigurationError, with `name` in it, where the bytes are no text.
    """
    return decode_bytes(data, name=name)


def parse(text: str, *, name: str) -> ParsedList:
    """
    Read a Markdown list.

    Lines and columns of the result refer to `text`, counted from 1; `name` is the list's name.
    A list in which nothing presents a work gives the problem `no-entries`.
    """
    parsed = read_list(text, name)
    if parsed.entries:
        return parsed
    message = "No line of this list presents a paper: is it the right file?"
    problem = Problem(list=name, line=1, code="no-entries", message=message)
    return parsed.model_copy(update={"problems": (*parsed.problems, problem)})
