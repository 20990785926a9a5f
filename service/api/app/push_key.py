"""By which key does a browser know that a push is ours?"""

from flask import Response
from pydantic import BaseModel, Field

from alerts.errors import NotFound
from service.api.app.blueprint import TAG, app_api
from service.auth import public
from service.http import documented, reply, runtime
from service.vapid import vapid_key


class PushKey(BaseModel):
    """What a browser or a UnifiedPush app must be given when it subscribes."""

    application_server_key: str = Field(
        description="VAPID public key (RFC 8292): base64url of an uncompressed point of P-256"
    )


@app_api.get("/v1/push/key")
@documented(gives={200: PushKey}, tag=TAG, problems=(404,))
@public
def push_key() -> Response:
    """Return the key for `pushManager.subscribe({applicationServerKey})`; it never changes."""
    r = runtime()
    if not r.settings.webpush_enabled:
        raise NotFound("Web Push isn't available on this server")
    return reply(PushKey(application_server_key=vapid_key(r.keyring).public))
