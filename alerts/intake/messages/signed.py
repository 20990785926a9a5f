"""Do we believe that a CAP message is its sender's? Reasons to hold it, by its signature.

A forged Cancel would silence the alert of a child who is still missing: nothing is acted on by a
message whose signature is broken, nor by an unsigned one of a feed that must sign.
"""

from alerts.intake.cap.signature import SignatureFinding
from alerts.problem import Problem, warning
from alerts.signature import SignatureState
from alerts.store.feeds import Feed

WHERE = "alert/Signature"

_WORDS = {
    SignatureState.ABSENT: "isn't signed",
    SignatureState.UNKNOWN_SIGNER: "is signed by somebody whose certificate the feed doesn't have",
}


def doubts(feed: Feed, finding: SignatureFinding) -> tuple[Problem, ...]:
    """Return why nothing may be done by a message; empty if it may be believed."""
    if finding.state is SignatureState.VALID:
        return ()
    if finding.state is SignatureState.INVALID:
        message = "The signature doesn't fit the message: nothing was changed by it."
        return (warning("signature_invalid", WHERE, message),)
    if not feed.must_be_signed:
        return ()
    message = f"It {_WORDS[finding.state]}, and this feed must sign: nothing was changed by it."
    return (warning("signature_required", WHERE, message),)
