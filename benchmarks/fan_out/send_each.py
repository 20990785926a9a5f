"""The peer in a process of its own: firebase-admin's `send_each`, as its documentation shows it.

    python -m benchmarks.fan_out.send_each URL PEOPLE

Sends the message of the wave that waits in a database to the first so many of its devices, 500 at a
time, and says the cost. Nothing is recorded, and the messages are made beforehand: in its favour.
"""

import json
import sys
import time

import firebase_admin
from firebase_admin import credentials, messaging
from sqlalchemy import select

from alerts.clock import utc_now
from alerts.delivery.channels.fcm_message import addressed, untargeted
from alerts.push import PushTarget
from alerts.store.subscribers import Device
from alerts.store.waves import Batch, Wave
from benchmarks.fan_out.burn import cpu_s, peak_mb
from config.settings import Settings
from service.wiring import wire

AT_ONCE = 500  # send_each takes no more


def main() -> None:
    """Send, and print one JSON object."""
    url, people = sys.argv[1], int(sys.argv[2])
    settings = Settings()
    messages = messages_of(settings, people)
    sign_in(settings, url)
    started, to_start_s = time.perf_counter(), cpu_s()
    taken = 0
    for at in range(0, len(messages), AT_ONCE):
        taken += messaging.send_each(messages[at : at + AT_ONCE]).success_count
    print(
        json.dumps(
            {
                "outcomes": {"SENT": taken, "failed": len(messages) - taken},
                "cpu_s": cpu_s() - to_start_s,
                "start_cpu_s": to_start_s,
                "took_s": time.perf_counter() - started,
                "peak_mb": peak_mb(),
            }
        )
    )


def messages_of(settings: Settings, people: int) -> list[messaging.Message]:
    """Return the wave's message for each of the first devices, as Porchlight writes it."""
    runtime = wire(settings)
    with runtime.store.read() as session:
        batch = session.scalars(select(Batch).order_by(Batch.id).limit(1)).one()
        wave = session.get_one(Wave, batch.wave_id)
        told = runtime.dispatcher.composer.compose(session, wave, batch, utc_now())
        base = untargeted(told, utc_now())
        first = select(Device.id, Device.address).order_by(Device.id).limit(people)
        found = [
            addressed(base, PushTarget(device_id=row.id, address=row.address, address_kind="token"))
            for row in session.execute(first)
        ]
    runtime.close()
    return found


def sign_in(settings: Settings, url: str) -> None:
    """Set firebase-admin up, FCM being the stand-in."""
    certificate = credentials.Certificate(str(settings.fcm_credential))
    # else it asks another host of Google's for "regional access boundaries"
    certificate.get_credential()._is_regional_access_boundary_lookup_required = lambda: False  # noqa: SLF001
    service = messaging._MessagingService  # noqa: SLF001
    service.FCM_URL = url + "/v1/projects/{0}/messages:send"
    firebase_admin.initialize_app(certificate)


if __name__ == "__main__":
    main()
