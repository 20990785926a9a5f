"""With which key do we prove to push services who we are? The instance's own, cut once and kept.

It is made from a secret of the keyring, so that every process has the same one, and it lasts: a
browser's subscription belongs to the key that it was made with.
"""

from urllib.parse import urlsplit

from alerts.delivery.channels.webpush.vapid import VapidKey
from alerts.store.keyring import Keyring
from config.settings import Settings

ROLE = "vapid"


def vapid_secret(keyring: Keyring) -> bytes:
    """Return what the key is made of; cut at the first call, by `porchlight init`."""
    return keyring.own(ROLE)


def vapid_key(keyring: Keyring) -> VapidKey:
    """Return the key of this instance."""
    return VapidKey(vapid_secret(keyring))


def vapid_subject(settings: Settings) -> str:
    """Return whom a push service asks when something is wrong (RFC 8292, 2.1).

    As set, else our own address if it is https, else porchlight@ our host: Apple takes no other
    scheme than https: and mailto:.
    """
    if settings.vapid_subject:
        return settings.vapid_subject
    url = settings.resolved_public_url
    if url.startswith("https://"):
        return url
    return f"mailto:porchlight@{urlsplit(url).hostname or 'localhost'}"
