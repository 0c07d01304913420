"""
One work that a list lacks, as an entry in the list's own form, at its place. Pure.

In: the bytes of a list, what is known of a work, a section. Out: one edit that is proven by reading
the list again, or why there is none. Not here: looking the work up (`cli`), pull requests.
"""
