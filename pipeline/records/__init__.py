"""
The records that pass between the stages, and the contract of the files that are written.

In and out: values, immutable and JSON-able. Those of which a list may hold a hundred thousand are
slotted dataclasses, the others pydantic models. What could not be had is a record too
(`outcomes`), never `None` and never an exception. Not here: rules, texts, I/O.
"""
