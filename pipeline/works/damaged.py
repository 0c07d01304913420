"""Text that was decoded wrongly (`Ã¶` for `ö`): the one door to ftfy, loaded when it is needed."""


def is_damaged(text: str) -> bool:
    """Say whether a text, or a part of it, was decoded wrongly; one in ASCII never was."""
    if text.isascii():
        return False
    from ftfy.badness import is_bad  # noqa: PLC0415  30 ms, which ASCII need not wait for

    return is_bad(text)


def undamaged(text: str) -> str:
    """Return a text as it was before it was decoded wrongly, where that can be told."""
    if not is_damaged(text):
        return text
    from ftfy import fix_encoding  # noqa: PLC0415

    return fix_encoding(text)


def register_codecs() -> None:
    """Make `sloppy-windows-…` known: the codecs of Windows with a character for every byte."""
    import ftfy.bad_codecs  # noqa: PLC0415

    ftfy.bad_codecs.ok()
