"""
One output format a file. Pure.

In: records. Out: the text of a file or of a terminal line, and back where a later run reads it.
Not here: what is worth reporting (`reports`), files and terminals themselves (`stages`, `cli`).
"""
