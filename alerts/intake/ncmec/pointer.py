"""How is a field of a document named in a problem? By its JSON pointer (RFC 6901)."""

_MAX_NAME_CHARS = 64  # of a name that the sender made up


def step(pointer: str, name: str) -> str:
    """Return the pointer to member `name` of the object at `pointer`, printable and bounded."""
    if name.isalnum() and len(name) <= _MAX_NAME_CHARS:  # as nearly every one is
        return f"{pointer}/{name}"
    short = name[:_MAX_NAME_CHARS]
    if not short.isprintable():
        short = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)
    return f"{pointer}/{short.replace('~', '~0').replace('/', '~1')}"
