"""Which earlier messages does an alert update or cancel? Reads <references>."""

from alerts.intake.cap.bounds import MAX_REFERENCES
from alerts.intake.cap.fields import Block, Problems
from alerts.intake.cap.times import read_time
from alerts.intake.cap.values import CapReference
from alerts.problem import error, warning

NEED_REFERENCES = frozenset({"Update", "Cancel"})


def read_references(
    block: Block, sender: str, msg_type: str, problems: Problems
) -> tuple[CapReference, ...]:
    """Read <references>: "sender,identifier,sent", separated by white space.

    Problems: `missing_references` (error) if an Update or Cancel names none,
    `too_many_references` (error);
    `bad_reference` and `foreign_reference` (warnings). Identifiers may contain commas or, if the
    whole list can still be told apart, blanks. Source: CAP 1.2, 3.2.1.
    """
    node = block.one("references", problems)
    text = node.text if node else ""
    where = node.where if node else block.node.where_missing("references")
    if text.count(",") > 2 * MAX_REFERENCES:
        message = f"More than {MAX_REFERENCES} references: name the messages that still stand."
        problems.append(error("too_many_references", where, message))
        return ()
    found = _split(text)
    if text and not found:
        message = "<references> must be sender,identifier,sent, separated by blanks."
        problems.append(warning("bad_reference", where, message))
    if node and not text and msg_type == "Alert":
        message = "An empty <references> was ignored; leave it out."
        problems.append(warning("empty_references", where, message))
    if not found and msg_type in NEED_REFERENCES:
        message = f"<references> must say which earlier message this {msg_type} is about."
        problems.append(error("missing_references", where, message))
    _report_odd(found, sender, where, problems)
    return found


def _report_odd(
    found: tuple[CapReference, ...], sender: str, where: str, problems: Problems
) -> None:
    if any(r.sender != sender for r in found):
        message = "A reference names another sender; it can't be acted on by this one alone."
        problems.append(warning("foreign_reference", where, message))
    if any(r.sent is None for r in found):
        message = "The time in a reference can't be read."
        problems.append(warning("bad_reference", where, message))


def _split(text: str) -> tuple[CapReference, ...]:
    tokens = text.split()
    if tokens and all(token.count(",") >= 2 for token in tokens):
        return tuple(_reference(*_outer_commas(token)) for token in tokens)
    return _split_by_commas(text)


def _outer_commas(token: str) -> tuple[str, str, str]:
    sender, _, rest = token.partition(",")
    identifier, _, sent = rest.rpartition(",")
    return sender, identifier, sent


def _split_by_commas(text: str) -> tuple[CapReference, ...]:
    """Read "s,an identifier,t s,another,t": time and next sender share a piece."""
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) < 3 or len(pieces) % 2 == 0:
        return ()
    sender, found = pieces[0], []
    for identifier, tail in zip(pieces[1::2], pieces[2::2], strict=True):
        sent, _, next_sender = tail.partition(" ")
        found.append(_reference(sender, identifier, sent))
        sender = next_sender.strip()
    return tuple(found) if all(r.sender and r.identifier for r in found) else ()


def _reference(sender: str, identifier: str, sent: str) -> CapReference:
    moment = read_time(sent).value
    return CapReference(sender=sender, identifier=identifier, sent=moment, sent_text=sent)
