"""
Which work is it, and what has become of it: identifiers, titles, matching, events. Pure.

In: URLs, titles and names as lists and services write them. Out: identifiers, keys and decisions.
Not here: reading Markdown (`markdown`), asking anybody (`sources`), the health of links (`links`).
"""
