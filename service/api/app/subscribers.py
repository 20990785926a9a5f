"""Who is there: sign up without a name, choose, and be forgotten in one call (DOMAIN rule 19)."""

from typing import cast
from uuid import UUID

from flask import Response, current_app, request
from pydantic import BaseModel, Field

from alerts.store.idempotency import forget_of
from alerts.store.subscribers import Subscriber, erase, new_token, token_hash
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.choices import Choices, Me, choose, chosen
from service.auth import for_subscribers, public
from service.http import SUBSCRIBER_AUTH, body, documented, no_content, reply, runtime
from service.idempotency import idempotent, who_asks
from service.problem import ApiProblem
from service.signup_limit import SignupLimit


class NewSubscriber(BaseModel):
    """Who you are from now on."""

    id: UUID
    token: str = Field(description="The bearer token; shown this once")


@app_api.post("/v1/subscribers")
@documented(gives={201: NewSubscriber}, takes=Choices, tag=TAG, problems=(400, 422, 429))
@public
@idempotent
def sign_up() -> Response:
    """Sign up: a random id and a token, no name, no e-mail. The body may be left out."""
    choices = body(Choices) if request.get_data() else Choices()
    _check_limit()
    token, r = new_token(), runtime()
    with r.store.begin() as session:
        subscriber = Subscriber(token_hash=token_hash(token), language="en", joined_at=r.clock())
        choose(subscriber, choices)
        session.add(subscriber)
        session.flush()
        answer = NewSubscriber(id=subscriber.public_id, token=token)
    return reply(answer, 201)


@app_api.get("/v1/me")
@documented(gives={200: Me}, tag=TAG, auth=SUBSCRIBER_AUTH)
@for_subscribers
def show_me() -> Response:
    """Return what you chose."""
    with runtime().store.read() as session:
        return reply(chosen(me(session)))


@app_api.patch("/v1/me")
@documented(gives={200: Me}, takes=Choices, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(400, 422))
@for_subscribers
@idempotent
def change_me() -> Response:
    """Change what is sent; null takes quiet hours or cap away."""
    choices = body(Choices)
    with runtime().store.begin() as session:
        subscriber = me(session, writes=True)
        choose(subscriber, choices)
        answer = chosen(subscriber)
    return reply(answer)


@app_api.delete("/v1/me")
@documented(gives={204: None}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(400,))
@idempotent  # outside: the repeat of an erasure comes with a token that is erased
@for_subscribers
def erase_me() -> Response:
    """Forget everything about you, at once: token, neighborhoods, devices, receipts, reports."""
    with runtime().store.begin() as session:
        erase(session, me(session, writes=True))
        forget_of(session, who_asks())
    runtime().store.scrub()
    return no_content()


def _check_limit() -> None:
    r = runtime()
    fresh = SignupLimit(r.settings.signups_per_hour)
    limit = cast("SignupLimit", current_app.extensions.setdefault("porchlight.signup_limit", fresh))
    wait_s = limit.retry_after_s(request.remote_addr or "unknown", r.clock())
    if wait_s:
        raise ApiProblem(
            429,
            "too_many_signups",
            "Too many sign-ups",
            f"Too many people signed up from this address; try again in {wait_s} seconds.",
            headers={"Retry-After": str(wait_s)},
        )
