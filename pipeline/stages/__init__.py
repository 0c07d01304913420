"""
The five stages, each from records to records.

In: the records of the stage before, and sources to ask. Out: the records of the stage after.
Not here: how a service is asked (`sources`), what a link's evidence means (`links`), one stage
that imports another.
"""
