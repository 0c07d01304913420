"""
What surrounds the stages of a run: reading the lists, asking the sources, noting what happened.

What repairs make of a list's file is here too: commands and runs share it.

In: the parts of a run (`wiring`) and what the last run left. Out: records for the next stage, and
the `RunReport`. Not here: the order of the stages (`enrich`), and what a stage does (`stages`).
"""
