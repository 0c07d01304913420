"""
Reading paper lists: bytes to text, text to blocks, blocks to entries. Pure.

In: the bytes of a list. Out: entries, other links and problems, each with its place.
Not here: what identifies a work (`works`), edits of a list (`repair`).
"""
