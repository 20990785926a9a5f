"""`porchlight feed limits`: how far a feed may go by itself."""

import re
from collections.abc import Iterable

import click

from alerts.alert import Tier
from alerts.errors import PlaceNotFound
from alerts.intake.judge.limits import FeedLimits, LimitBook
from alerts.places import PlaceBook
from alerts.store.feeds import feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.database import first_staff_name

_FIPS = re.compile(r"\d{5}")
NAMES = tuple(FeedLimits.model_fields)


class LimitsOfFeed(Answer):
    """The limits of a feed; null or empty is none."""

    feed: str
    limits: FeedLimits

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        said = self.limits.model_dump(mode="json")
        yield f"What {self.feed} may do by itself; what exceeds it waits for two people:"
        for name in NAMES:
            value = said[name]
            words = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield f"  {name.replace('_', ' ')}: {words if words not in (None, '') else 'no limit'}"


@click.command()
@click.argument("slug")
@click.option(
    "--jurisdiction",
    multiple=True,
    help='A place it may cover: "state:TX", "county:48201", "country:US", "nuts:DE2"; repeatable.',
)
@click.option("--tier", "tiers", multiple=True, type=click.Choice([t.value for t in Tier]))
@click.option("--max-area-km2", type=click.FloatRange(min=0, min_open=True))
@click.option("--max-audience", type=click.IntRange(min=0), help="People that an alert may reach.")
@click.option("--alerts-per-hour", type=click.IntRange(min=0))
@click.option(
    "--no-limit",
    "cleared",
    multiple=True,
    type=click.Choice([name.replace("_", "-") for name in NAMES]),
    help="Take this limit away.",
)
@json_option
def limits(
    slug: str,
    jurisdiction: tuple[str, ...],
    tiers: tuple[str, ...],
    max_area_km2: float | None,
    max_audience: int | None,
    alerts_per_hour: int | None,
    cleared: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show or set what the feed SLUG may do without the desk.

    An alert that exceeds a limit is held, with the reason; nothing is dropped.
    """
    asked: dict[str, object] = {
        "jurisdiction": jurisdiction or None,
        "tiers": tuple(map(Tier, tiers)) or None,
        "max_area_km2": max_area_km2,
        "max_audience": max_audience,
        "alerts_per_hour": alerts_per_hour,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    changes |= {name.replace("-", "_"): _none(name.replace("-", "_")) for name in cleared}
    with opened() as runtime:
        if jurisdiction:
            changes["jurisdiction"] = _known(jurisdiction, runtime.places)
        with runtime.store.begin() as session:
            feed = feed_by_slug(session, slug)
            now_are = FeedLimits.model_validate({**(feed.limits or {}), **changes})
            if changes:
                feed.limits = now_are.model_dump(mode="json")
                record(
                    session,
                    runtime.clock(),
                    actor=f"staff:{first_staff_name()}",
                    deed="feed.limits",
                    subject=f"feed:{slug}",
                    **feed.limits,
                )
    tell(LimitsOfFeed(feed=slug, limits=now_are), as_json=as_json)


def _none(name: str) -> object:
    return FeedLimits.model_fields[name].get_default()


def _known(jurisdiction: tuple[str, ...], places: PlaceBook) -> tuple[str, ...]:
    """Check that each place has an outline."""
    named = tuple(map(_with_scheme, jurisdiction))
    try:
        LimitBook(places, lambda _: 0, 0).ground_of(named)
    except PlaceNotFound as e:
        message = f'{e}; name it like "state:TX", "county:48201" or "country:US".'
        raise click.BadParameter(message, param_hint="--jurisdiction") from None
    return named


def _with_scheme(name: str) -> str:
    scheme, _, code = name.partition(":")
    if code:
        return f"{scheme.lower()}:{code}"
    return f"county:{name}" if _FIPS.fullmatch(name) else name
