"""Which file does a <resource> bring along? Inline pictures are checked against their digest."""

import base64
import binascii
import hashlib
import re

from alerts.intake.cap import fields
from alerts.intake.cap.fields import Block, Problems
from alerts.intake.cap.values import CapResource
from alerts.problem import warning

_FIELDS = frozenset({"resourceDesc", "mimeType", "size", "uri", "derefUri", "digest"})
_SHA1 = re.compile(r"(?:sha-?1[:=]\s*)?([0-9a-f]{40})", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


def read_resource(block: Block, problems: Problems) -> CapResource:
    """Read one <resource>.

    Warnings: `bad_size`; for inline pictures `bad_inline_data` and `digest_mismatch`, which leave
    the inline bytes out, since they aren't those that the sender meant; `size_mismatch` and
    `odd_digest`, which leave them in. Source: CAP 1.2, 3.2.3.
    """
    block.report_unknown(_FIELDS, problems)
    mime_type = fields.optional_text(block, "mimeType", problems)
    data = fields.optional_text(block, "derefUri", problems)
    resource = CapResource(
        uri=fields.optional_text(block, "uri", problems),
        deref_uri_base64="".join(data.split()) if data else None,
        mime_type=mime_type.lower() if mime_type else None,
        desc=fields.optional_text(block, "resourceDesc", problems),
        size=_size(block, problems),
        digest=fields.optional_text(block, "digest", problems),
    )
    is_picture = (resource.mime_type or "image/").startswith("image/")
    return _checked(block, resource, problems) if data and is_picture else resource


def _size(block: Block, problems: Problems) -> int | None:
    text = fields.optional_text(block, "size", problems)
    if text is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(text):
        message = "<size> must be a whole number of bytes; it was ignored."
        problems.append(warning("bad_size", block.all("size")[0].where, message))
        return None
    return int(text)


def _checked(block: Block, resource: CapResource, problems: Problems) -> CapResource:
    """Compare an inline picture with what the sender says of it."""
    where = block.all("derefUri")[0].where
    try:
        raw = _bytes(resource.deref_uri_base64 or "")
    except (binascii.Error, ValueError):
        message = "<derefUri> isn't base64; the picture was left out."
        problems.append(warning("bad_inline_data", where, message))
        return _without_data(resource)
    if resource.size is not None and resource.size != len(raw):
        message = "<size> isn't the number of bytes in <derefUri>; the picture was kept."
        problems.append(warning("size_mismatch", where, message))
    digest = _SHA1.fullmatch(resource.digest) if resource.digest else None
    if resource.digest and digest is None:
        message = "<digest> isn't a SHA-1 in hexadecimal digits and was not compared."
        problems.append(warning("odd_digest", where, message))
    if digest and digest[1].lower() != hashlib.sha1(raw, usedforsecurity=False).hexdigest():
        message = "<derefUri> isn't what <digest> says; the picture was left out."
        problems.append(warning("digest_mismatch", where, message))
        return _without_data(resource)
    return resource


def _bytes(text: str) -> bytes:
    """Decode base64, without padding or as a `data:` URL too, as the photo room takes it."""
    letters = (text.partition(",")[2] if text[:5].lower() == "data:" else text).rstrip("=")
    return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)


def _without_data(resource: CapResource) -> CapResource:
    return CapResource(
        uri=resource.uri,
        mime_type=resource.mime_type,
        desc=resource.desc,
        size=resource.size,
        digest=resource.digest,
    )
