"""With what a member of staff signs in to the desk's API from a program; only hashes are kept."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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


def new_staff_token() -> str:
    """Cut a token of the desk."""
    return "pld_" + secrets.token_urlsafe(TOKEN_BYTES)


def staff_token_hash(token: str) -> bytes:
    """Return the hash by which a token is looked up."""
    return hashlib.sha256(token.encode()).digest()


def staff_of_token(session: Session, token: str, now: datetime) -> Staff | None:
    """Return whose token this is, while it is valid."""
    return session.scalar(
        select(Staff)
        .join(StaffToken, StaffToken.staff_id == Staff.id)
        .where(StaffToken.token_hash == staff_token_hash(token))
        .where(StaffToken.revoked_at.is_(None), StaffToken.expires_at > now)
    )
