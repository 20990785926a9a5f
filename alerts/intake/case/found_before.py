"""Was this child found already? A feed that lags behind must not bring one back (DOMAIN rule 15).

When a child is found, keyed hashes of name and birth date stay, and of the NCIC number: they say
nothing without the instance's key. A poster that comes under another number within some weeks, of
a child who isn't missing since, waits for the desk.
"""

from collections.abc import Iterable

from sqlalchemy import select

from alerts.alert import EndReason
from alerts.intake.case.arrival import Arrival
from alerts.intake.likeness.identity import ChildIdentity
from alerts.problem import Problem, warning
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseAlias, CaseRecord, case_by_lookup
from alerts.store.vault import Vault


def note_found(arrival: Arrival, case: CaseRecord, children: Iterable[ChildIdentity]) -> None:
    """Remember that these children were found."""
    session = arrival.session
    for name in sorted({name for child in children for name in _names(arrival.vault, child)}):
        known = session.scalar(select(CaseAlias).where(CaseAlias.lookup == name))
        if known is None:
            session.add(CaseAlias(case_id=case.id, lookup=name))
        else:
            known.case_id = case.id
    session.flush()


def found_before(arrival: Arrival) -> tuple[Problem, ...]:
    """Return why a poster waits whose child was found, and isn't said to be missing again."""
    for child in arrival.identity.children:
        for name in _names(arrival.vault, child):
            case = case_by_lookup(arrival.session, name)
            if case is not None and _still_counts(arrival, case, child):
                message = (
                    "A child of this name and birth date was found, says another poster: the desk "
                    "must ask whether they are missing again before anybody is told."
                )
                return (warning("found_before", "/children", message),)
    return ()


def _still_counts(arrival: Arrival, case: CaseRecord, child: ChildIdentity) -> bool:
    alert = alert_of_case(arrival.session, case.id)
    if case.ended_at is None or (alert is not None and alert.end_reason is not EndReason.FOUND):
        return False
    is_missing_again = child.missing_on is not None and child.missing_on >= case.ended_at.date()
    is_recent = arrival.now - case.ended_at <= arrival.known.policy.hint_within
    return is_recent and not is_missing_again


def _names(vault: Vault, child: ChildIdentity) -> list[bytes]:
    names = []
    if child.given and child.family and child.born:
        names.append(vault.lookup("child", child.name, child.born.isoformat()))
    if child.ncic:
        names.append(vault.lookup("ncic", child.ncic))
    return names
