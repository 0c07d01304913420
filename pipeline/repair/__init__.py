"""
Findings to edits of a list, each proven by reading the list again. Pure.

In: the text of a list, and what a run has found out. Out: edits, patches, and why one was left out.
Not here: files (`run.fixing`), verdicts (`links`), pull requests (`publishing`).
"""
