"""
The upstream services, one folder a service, and the interface they share.

In: keys (ids, names, URLs, titles). Out: one outcome a key: a record, or why there is none.
Not here: what an answer means (`links`, `works`), pace and retry (`network`).
"""
