"""What partner feeds send and ask: posters, CAP messages, and what became of them.

The way of a document: `document` (can it be read at all?), `take` or `dry_run` (what becomes of
it), then an answer. Whatever a feed sent is kept, sealed, with its outcome, before it is answered.
"""

from service.api.partner import cap, keys, posters, submissions, webhooks
from service.api.partner.blueprint import partner_api

__all__ = ["cap", "keys", "partner_api", "posters", "submissions", "webhooks"]
