"""What does the phone show? From an alert and a language to a `PushMessage`.

What is told of a child is opened here for one push and kept nowhere. An end needs nothing of the
case: it is written from the alert's row alone, so it can still be sent after the takedown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.authority import AuthorityBook
from alerts.delivery.wording import PushSubject, word_push
from alerts.errors import Sealed
from alerts.photo_links import PhotoLinks
from alerts.place_words import place_words
from alerts.push import PushMessage
from alerts.store.alerts import Alert, revision
from alerts.store.cases import CaseRecord, PosterRecord, open_poster, photos_of_case
from alerts.store.vault import Vault
from alerts.store.waves import Batch, Wave
from alerts.whom_to_call import whom_to_call

# How long a push service may keep an end for a phone that is off: longer than any alert lives.
END_TTL = timedelta(days=28)  # FCM's own maximum (time_to_live, 4 weeks)
ENDS = (WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN)


@dataclass(frozen=True, kw_only=True)
class Composer:
    """Writes push messages."""

    vault: Vault
    authorities: AuthorityBook
    links: PhotoLinks
    public_url: str

    def compose(self, session: Session, wave: Wave, batch: Batch, now: datetime) -> PushMessage:
        """Write the message of a batch; Sealed if the case was taken back meanwhile."""
        alert = session.get_one(Alert, wave.alert_id)
        ends = wave.kind in ENDS
        subject = self._end(alert) if ends else self._subject(session, alert)
        text = word_push(subject, wave.kind, batch.language)
        lives = END_TTL if ends else max(alert.expires_at - now, timedelta(seconds=1))
        return PushMessage(
            alert_id=str(alert.public_id),
            revision=alert.live_revision,
            kind=wave.kind,
            tier=alert.tier,
            language=batch.language,
            title=text.title,
            body=text.body,
            link=f"{self.public_url}/alerts/{alert.public_id}",
            image_url=None if ends else self._image(session, alert, now),
            call_label=text.call_label,
            call_tel=text.call_tel,
            see_label=text.see_label,
            ttl_s=min(int(lives.total_seconds()), int(END_TTL.total_seconds())),
            silent=batch.silent,
        )

    def _subject(self, session: Session, alert: Alert) -> PushSubject:
        case = session.get_one(CaseRecord, alert.case_id)
        live = revision(session, alert.id, alert.live_revision)
        poster = open_poster(self.vault, case.key_id, session.get_one(PosterRecord, live.poster_id))
        if poster is None:
            raise Sealed("the case was taken back")
        return PushSubject(
            tier=live.tier,
            poster=poster,
            authorities=whom_to_call(poster, alert.country, self.authorities),
            place=place_words(poster),
            time_zone=alert.time_zone,
            is_exercise=alert.exercise,
        )

    def _end(self, alert: Alert) -> PushSubject:
        return PushSubject(
            tier=alert.tier,
            poster=None,
            authorities=(),
            is_exercise=alert.exercise,
            end_reason=alert.end_reason,
        )

    def _image(self, session: Session, alert: Alert, now: datetime) -> str | None:
        photos = photos_of_case(session, alert.case_id)
        return self.links.url(photos[0].public_id, "push", now) if photos else None
