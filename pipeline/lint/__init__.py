"""
Faults of a list that show without a network. Pure.

In: a parsed list. Out: findings with their places.
Not here: what needs an answer from outside (`stages`), flags and formats (`cli.lint`).
"""
