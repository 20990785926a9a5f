"""A feed sees its API keys, and follows its own key by a new one, without the desk."""

from datetime import datetime, timedelta

from flask import Response, request
from pydantic import Field

from alerts.store.feed_keys import (
    LONGEST_OVERLAP,
    OVERLAP,
    FeedKey,
    Scope,
    key_by_prefix,
    keys_of,
    prefix_of,
    rotate_key,
)
from alerts.store.notices import notify_desk
from alerts.store.staff import record
from service.api.partner.blueprint import TAG, partner_api
from service.auth import for_feeds, this_feed, this_key
from service.http import FEED_AUTH, ApiModel, body, documented, reply, runtime
from service.idempotency import idempotent

HOUR_S = 3600
PROBLEMS = (400, 403, 409, 422)


class FeedKeyItem(ApiModel):
    """An API key, without its secret."""

    prefix: str
    scopes: list[Scope] = Field(description="What it may do; empty: everything.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To within five minutes.")
    revoked_at: datetime | None
    this_one: bool = Field(description="The key that this request came with.")


class FeedKeyList(ApiModel):
    """All keys of a feed."""

    items: list[FeedKeyItem]
    next: None = None


class Rotation(ApiModel):
    """How long the key in use goes on working."""

    overlap_hours: float = Field(
        OVERLAP.total_seconds() / HOUR_S,
        ge=0,
        le=LONGEST_OVERLAP.total_seconds() / HOUR_S,
        description="Hours for which both keys work.",
    )


class RotatedKey(ApiModel):
    """The key that follows; shown only this once."""

    api_key: str
    prefix: str
    scopes: list[Scope]
    expires_at: datetime | None
    old_prefix: str
    old_expires_at: datetime


@partner_api.get("/v1/feeds/<feed>/keys")
@documented(gives={200: FeedKeyList}, tag=TAG, auth=FEED_AUTH, problems=(403,))
@for_feeds(Scope.KEYS_ROTATE)
def list_keys(feed: str) -> Response:
    """List the feed's API keys, oldest first; a secret is never shown again."""
    with runtime().store.read() as session:
        owned = keys_of(session, this_feed())
    return reply(FeedKeyList(items=[_item(key) for key in owned]))


@partner_api.post("/v1/feeds/<feed>/keys/rotate")
@documented(gives={201: RotatedKey}, takes=Rotation, tag=TAG, auth=FEED_AUTH, problems=PROBLEMS)
@for_feeds(Scope.KEYS_ROTATE)
@idempotent
def rotate_this_key(feed: str) -> Response:
    """Get a new API key with the scopes of the one that this request came with.

    Both work for `overlap_hours`, so that machines can be changed one by one; then the old one
    expires. An empty body takes the default. Repeat with the same `Idempotency-Key` if the answer
    was lost on the way.
    """
    wanted = body(Rotation) if request.get_data().strip() else Rotation()
    return reply(_rotate(timedelta(hours=wanted.overlap_hours)), 201)


def _rotate(overlap: timedelta) -> RotatedKey:
    r, feed = runtime(), this_feed()
    now = r.clock()
    with r.store.begin() as session:
        old = key_by_prefix(session, feed, this_key().prefix)
        api_key = rotate_key(session, feed, old, now, overlap)
        new = key_by_prefix(session, feed, prefix_of(api_key))
        actor = subject = f"feed:{feed.slug}"
        said = {"old": old.prefix, "new": new.prefix}
        record(session, now, actor=actor, deed="feed.key_rotated", subject=subject, **said)
        words = f"{feed.slug} has followed its API key {old.prefix} by {new.prefix}."
        notify_desk(session, "key_rotated", words, now, feed_id=feed.id)
        return RotatedKey(
            api_key=api_key,
            prefix=new.prefix,
            scopes=[Scope(scope) for scope in new.scopes],
            expires_at=new.expires_at,
            old_prefix=old.prefix,
            old_expires_at=old.expires_at or now,
        )


def _item(key: FeedKey) -> FeedKeyItem:
    return FeedKeyItem(
        prefix=key.prefix,
        scopes=[Scope(scope) for scope in key.scopes],
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        this_one=key.id == this_key().id,
    )
