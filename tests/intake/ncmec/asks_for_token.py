"""A process that reads a Poster API once, beside others: `test_token_processes.py` starts it.

Arguments: database URL, keyring URL, feed id. Says "ready", waits for a line, then prints the token
that it read with.
"""

import sys

from alerts.clock import utc_now
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.poll.stored_tokens import StoredTokens
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault


def main(database_url: str, keyring_url: str, feed_id: int) -> None:
    """Read the listing and say with which token."""
    store, keyring = Store(database_url), Keyring(keyring_url)
    with store.read() as session:
        url = session.get_one(Feed, feed_id).url or ""
    tokens = StoredTokens(store, Vault(keyring), feed_id)
    api = PosterApi(url, tokens=tokens, clock=utc_now)
    print("ready", flush=True)
    sys.stdin.readline()
    list(api.posters(None))
    token = tokens.read().token
    print(token.text if token else "", flush=True)
    store.close()
    keyring.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
