"""
Reports and repairs carried to GitHub.

In: `report.json`, patches, remarks. Out: a plan of issues, pull requests and comments on those of
others, and its execution.
Not here: GitHub's API (`sources.github`), edits of a list (`repair`).
"""
