"""How often did something happen lately, counted together by all processes?

Rows of a name and a count that nobody needs after a while: requests within a window, signatures
that were seen. The count goes up in one statement, so no two processes see the same.
"""

from datetime import datetime

from sqlalchemy import BigInteger, String, TextClause, bindparam, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.store.base import Base, UtcDateTime

MAX_NAME_CHARS = 200


def _within(also: str = "") -> TextClause:
    """Return the statement of `count_up_within`; as text, for it runs with every request."""
    said = f"""
        INSERT INTO tally (name, count, expires_at)
        SELECT :name, 1, :expires_at
        WHERE coalesce((SELECT count FROM tally WHERE name = :before), 0) * :weight < :most {also}
        ON CONFLICT (name) DO UPDATE SET count = tally.count + 1
        WHERE tally.count
            + coalesce((SELECT count FROM tally AS t WHERE t.name = :before), 0) * :weight < :most
        RETURNING count
    """  # noqa: S608 - of our own words only
    return text(said).bindparams(bindparam("expires_at", type_=UtcDateTime()))


WITHIN = _within()
UNHURRIED = _within("AND set_config('synchronous_commit', 'off', true) = 'off'")


class Tally(Base):
    """One count."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def count_up(session: Session, name: str, expires_at: datetime) -> int:
    """Count one more of `name`; return how many there are now."""
    into = _insert(session).values(name=name, count=1, expires_at=expires_at)
    up = into.on_conflict_do_update(index_elements=["name"], set_={"count": Tally.count + 1})
    return session.execute(up.returning(Tally.count)).scalar_one()


def count_up_within(
    session: Session,
    name: str,
    expires_at: datetime,
    *,
    most: int,
    before: str,
    weight: float,
) -> bool:
    """Count one more of `name`, unless it and `weight` times `before` would be more than `most`.

    In PostgreSQL the commit isn't waited for on disk: a crash forgets some requests of the last
    second, which is no harm.

    Parameters
    ----------
    before: the tally of the window before; `weight` is the part of it that still counts, 0 to 1.
    """
    statement = UNHURRIED if _is_postgresql(session) else WITHIN
    said = {"name": name, "expires_at": expires_at}
    said |= {"most": most, "before": before, "weight": weight}
    return session.execute(statement, said).scalar_one_or_none() is not None


def count_of(session: Session, name: str) -> int:
    """Return how many of `name` were counted."""
    return session.scalar(select(Tally.count).where(Tally.name == name)) or 0


def forget_tallies(session: Session, now: datetime) -> None:
    """Forget what nobody needs any more."""
    session.execute(delete(Tally).where(Tally.expires_at < now))


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(Tally) if _is_postgresql(session) else sqlite.insert(Tally)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
