"""Where are the bytes of a photo that came inside of a document, and could not be screened then?

In the document itself, which is kept sealed with its case: so nothing unscreened lies anywhere else
while the hash list is mended.
"""

from collections.abc import Iterator
from uuid import UUID

from alerts.errors import Sealed
from alerts.intake.cap.containers import read_document
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.document import RAW_PURPOSE
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.keep import bare, inline_bytes
from alerts.photos_shown import photos_shown
from alerts.poster import Photo, Poster
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.engine import Store
from alerts.store.submissions import of_case
from alerts.store.vault import Vault


def photos_inside(
    store: Store, vault: Vault, revision_id: int, max_bytes: int
) -> dict[Photo, bytes]:
    """Return the photos inside of the documents of a revision's case, by what they are known as.

    What can't be opened or read any more has none.
    """
    with store.read() as session:
        revision = session.get_one(AlertRevision, revision_id)
        case_id = session.get_one(Alert, revision.alert_id).case_id
        sealed = [(one.key_id, one.sealed_raw) for one in of_case(session, case_id)]
    found: dict[Photo, bytes] = {}
    for key_id, raw in sealed:
        for photo in _inside(vault, key_id, raw):
            try:
                found[bare(photo)] = inline_bytes(photo.data_base64 or "", max_bytes)
            except PhotoRefused:
                continue
    return found


def _inside(vault: Vault, key_id: UUID, sealed: bytes | None) -> Iterator[Photo]:
    try:
        raw = vault.open(key_id, RAW_PURPOSE, sealed) if sealed else b""
    except Sealed:
        return
    for poster in _posters(raw):
        yield from (photo for photo in photos_shown(poster) if photo.data_base64)


def _posters(raw: bytes) -> Iterator[Poster]:
    if not raw.lstrip().startswith(b"<"):
        poster = read_poster_bytes(raw).poster if raw else None
        yield from [poster] if poster else []
        return
    readings = (reading.alert for reading in read_document(raw).alerts)
    yield from (poster_from_cap(alert) for alert in readings if alert is not None)
