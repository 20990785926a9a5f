"""With what a member of staff signs in to the desk's API from a program; only hashes are kept."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, RowId
from alerts.store.staff import Staff

TOKEN_BYTES = 32


class StaffToken(Base):
    """A bearer token of one person."""

    __tablename__ = "staff_token"

    id: Mapped[RowId]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # SHA-256 of 256 bits
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def is_over(self, now: datetime) -> bool:
        """Say whether the token has expired."""
        return self.expires_at <= now


def new_staff_token() -> str:
    """Cut a token of the desk."""
    return "pld_" + secrets.token_urlsafe(TOKEN_BYTES)


def staff_token_hash(token: str) -> bytes:
    """Return the hash by which a token is looked up."""
    return hashlib.sha256(token.encode()).digest()


def add_staff_token(
    session: Session, person: Staff, now: datetime, expires_at: datetime
) -> tuple[str, StaffToken]:
    """Cut a token for a person; return it, to be shown once, and its row."""
    token = new_staff_token()
    row = StaffToken(
        staff_id=person.id,
        token_hash=staff_token_hash(token),
        made_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return token, row


def staff_of_token(session: Session, token: str) -> tuple[Staff, StaffToken] | None:
    """Return whose token this is, or None; a revoked one is nobody's.

    One that has expired is still found, so that its bearer can be told so: whoever lets somebody in
    asks `is_over` too.
    """
    row = session.execute(
        select(Staff, StaffToken)
        .join(StaffToken, StaffToken.staff_id == Staff.id)
        .where(StaffToken.token_hash == staff_token_hash(token), StaffToken.revoked_at.is_(None))
    ).one_or_none()
    return (row.Staff, row.StaffToken) if row else None


def staff_tokens(session: Session) -> Sequence[tuple[Staff, StaffToken]]:
    """Return every token that was ever cut, with its person, oldest first."""
    found = session.execute(
        select(Staff, StaffToken)
        .join(StaffToken, StaffToken.staff_id == Staff.id)
        .order_by(StaffToken.id)
    )
    return [(row.Staff, row.StaffToken) for row in found]


def revoke_staff_token(session: Session, token_id: int, now: datetime) -> tuple[Staff, StaffToken]:
    """End a token at once, if it wasn't ended before; NotFound if there is none."""
    token = session.get(StaffToken, token_id)
    if token is None:
        raise NotFound(f"there is no token {token_id}; porchlight staff tokens lists them")
    token.revoked_at = token.revoked_at or now
    return session.get_one(Staff, token.staff_id), token
