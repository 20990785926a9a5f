"""What a look at a document's own signature said (CAP 1.2, 3.3.4.1)."""

from enum import StrEnum


class SignatureState(StrEnum):
    """Whether a document is signed, and by whom we think it is."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"
    UNKNOWN_SIGNER = "unknown_signer"  # signed, but the feed has no certificate to check it with
