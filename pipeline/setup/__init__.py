"""
Before the first run: what a folder needs, and what on this machine stands in the way.

In: a folder, settings, answers to a few requests. Out: texts of files to be written, and checks
with what to do. Not here: the run itself, and questions to the person (`cli`).
"""
