"""
Open decisions, put before a person.

In: a catalog, links and earlier decisions. Out: questions, and `decisions.jsonl`.
Not here: the rules that use a decision (`works.decisions`), the flags (`cli.review`).
"""
