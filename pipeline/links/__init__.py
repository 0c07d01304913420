"""
What is known of a link, and what follows from it. Pure.

In: probes, API answers, history, ignore rules. Out: verdicts with their reasons, the next history.
Not here: requests (`sources.web`), edits of a list (`repair`), reports (`reports`, `formats`).
"""
