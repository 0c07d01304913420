"""
Any host: probes of links, sections of pages, archived captures.

In: URLs. Out: evidence (`Probe`, `AnchorRecord`, `CaptureRecord`), never a verdict.
Not here: what the evidence means (`links.verdicts`), services with an API (the other folders).
"""
