"""
Entries → papers: which entries mean the same work, and which work that is.

In: parsed lists, decisions, a title search. Out: papers with their mentions.
Not here: the grammar of identifiers and the likeness of titles (`works`).

`resolve` is pure; `resolve_by_title` asks a title search about what is left without an identifier
and judges its answers by `works.deciding`; `search_for_denied` does so where an id turned out to
be none. Evidence in order of strength: what a person has
decided about the entry; an identifier in the entry's own paper link (arXiv, DOI, OpenReview, ACL
Anthology), an id that the entry names in words (`arXiv:2305.00447`), then the equal normalised
title of another entry, then what a search finds. What never makes two entries one: a shared
repository, an equal title under different arXiv ids, and an equal title of fewer than
`matching.MIN_WORDS` words without a link in common (there are a dozen data sets called "Amazon").

How sure a method is (`Resolution.confidence`): an id in a paper link 1.0; an id in words 0.98; an
id in a link of another role 0.95, for a label may lie; an equal title of another entry 0.99 (near
proof from four words on: three collisions in 164,387 titles). A paper is as sure as the least
sure of its mentions.
"""

from pipeline.stages.resolve.by_link import resolve
from pipeline.stages.resolve.by_title import resolve_by_title
from pipeline.stages.resolve.denied import is_denied, search_for_denied
from pipeline.stages.resolve.former import former_keys

__all__ = ["former_keys", "is_denied", "resolve", "resolve_by_title", "search_for_denied"]
