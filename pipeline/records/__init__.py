"""
The records that pass between the stages, and the contract of the files that are written.

In: values, checked where they come from outside. Out: the same, immutable and JSON-able.
Not here: rules, texts, I/O.

Those of which a list may hold a hundred thousand are slotted dataclasses, the others pydantic
models. What could not be had is a record too (`outcomes`), never `None` and never an exception.
"""
