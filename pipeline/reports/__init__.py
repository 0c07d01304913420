"""
What is reported to a maintainer. Pure.

In: papers, links and the results of the run before. Out: findings, groups of links, explanations.
Not here: the text of a file (`formats`), the terminal (`cli`).
"""
