"""
Entries → papers: which entries mean the same work, and which work that is.

In: parsed lists, decisions, a title search. Out: papers with their mentions.
Not here: the grammar of identifiers and the likeness of titles (`works`).

Evidence in order of strength: what a person has decided about the entry; an identifier in its own
paper link, an id that it names in words (`arXiv:2305.00447`), the equal normalised title of another
entry, then what a search finds. What never makes two entries one: a shared repository, an equal
title under different arXiv ids, and an equal title of fewer than `matching.MIN_WORDS` words without
a link in common (there are a dozen data sets called "Amazon").

How sure a method is (`Resolution.confidence`): an id in a paper link 1.0; an id in words 0.98; an
id in a link of another role 0.95, for a label may lie, and so one in a paper link behind a link
whose arXiv id is none; an equal title of another entry 0.99 (near proof from four words on: three
collisions in 164,387 titles). A paper is as sure as the least sure of its mentions.
"""

from pipeline.stages.resolve.by_link import resolve
from pipeline.stages.resolve.by_title import resolve_by_title
from pipeline.stages.resolve.denied import search_for_denied
from pipeline.stages.resolve.former import former_keys
from pipeline.stages.resolve.unverified import verify

__all__ = [
    "former_keys",
    "resolve",
    "resolve_by_title",
    "search_for_denied",
    "verify",
]
