"""Makes transactions take turns where the order of commits matters.

SQLite has one writer at a time anyhow. In PostgreSQL two transactions that hold the same turn
wait for each other until commit (pg_advisory_xact_lock), so a sequence is committed in order.
"""

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session

NEIGHBORHOODS = b"neighborhoods"
AUDIT = b"audit"


def turn_of_case(case_id: int) -> bytes:
    """Return the turn of those who change one case."""
    return f"case:{case_id}".encode()


def take_turns(session: Session, turn: bytes) -> None:
    """Wait until no other transaction holds `turn`; hold it until commit."""
    if session.get_bind().dialect.name != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(turn).digest()[:8], "big", signed=True)
    session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
