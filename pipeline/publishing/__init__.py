"""
Reports and repairs carried to GitHub.

In: `report.json` and patches. Out: a plan of issues and pull requests, and its execution.
Not here: GitHub's API (`sources.github`), edits of a list (`repair`).
"""
