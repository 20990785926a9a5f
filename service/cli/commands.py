"""Which commands are there? One table; a command's module is imported when it is called.

So `porchlight --help` answers at once, and `feed check` doesn't wait for what only `serve` needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import click


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Where a command is and what it does, in a line."""

    at: str  # "module:attribute"
    says: str
    hidden: bool = False


class Group(click.Group):
    """Commands under one name, imported when called."""

    def __init__(self, name: str, says: str, entries: Mapping[str, "Entry | Group"]) -> None:
        super().__init__(name, help=says, no_args_is_help=True)
        self.entries = entries
        self.says = says

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        entry = self.entries.get(cmd_name)
        if entry is None or isinstance(entry, Group):
            return entry
        module, attribute = entry.at.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [
            (name, entry.says)
            for name, entry in self.entries.items()
            if isinstance(entry, Group) or not entry.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


PORCHLIGHT = Group(
    "porchlight",
    "Missing-child alerts: from a partner's poster to the phones of the neighbourhood, and back "
    "to silence when the child is found. Settings are PORCHLIGHT_*, see config/example.env.",
    {
        "init": Entry(at="service.cli.init:init", says="Make tables, places, first staff member."),
        "serve": Entry(at="service.cli.serve:serve", says="Run everything in one process."),
        "demo": Entry(at="service.cli.demo:demo", says="Show a fictional case, start to end."),
        "doctor": Entry(at="service.cli.doctor:doctor", says="Look at every dependency."),
        "web": Entry(at="service.cli.serve:web", says="Answer requests only (scaled size)."),
        "worker": Entry(at="service.cli.serve:worker", says="Send only (scaled size)."),
        "scheduler": Entry(at="service.cli.serve:scheduler", says="Keep time only (scaled size)."),
        "feed": Group(
            "feed",
            "Who sends posters.",
            {
                "check": Entry(at="service.cli.feed_check:check", says="Could we act on a file?"),
                "add": Entry(at="service.cli.feed_add:add", says="Add a feed, cut its API key."),
                "list": Entry(at="service.cli.feed:list_", says="List feeds and their health."),
                "health": Entry(
                    at="service.cli.feed_health:health", says="Is each feed well? What drifted?"
                ),
                "limits": Entry(
                    at="service.cli.feed_limits:limits", says="How far may a feed go by itself?"
                ),
                "certificates": Entry(
                    at="service.cli.feed_certificates:certificates",
                    says="Who may sign a feed's CAP?",
                ),
                "poll": Entry(at="service.cli.feed:poll", says="Read a feed now."),
                "reconcile": Entry(
                    at="service.cli.feed_reconcile:reconcile",
                    says="Is all that we tell of still at the source?",
                ),
                "rotate-secret": Entry(
                    at="service.cli.feed_secret:rotate_secret",
                    says="Replace a Poster API's client secret.",
                ),
                "pause": Entry(at="service.cli.feed:pause", says="Take nothing from a feed."),
                "resume": Entry(at="service.cli.feed:resume", says="Take from it again."),
                "key": Entry(at="service.cli.feed_key:key", says="Cut another API key."),
                "keys": Entry(at="service.cli.feed_key:keys", says="List its API keys."),
                "rotate-key": Entry(
                    at="service.cli.feed_key:rotate", says="Follow a key by a new one."
                ),
                "revoke-key": Entry(at="service.cli.feed_key:revoke", says="End a key at once."),
                "signer": Entry(
                    at="service.cli.feed_signer:signer", says="Keys that it signs requests with."
                ),
                "rate": Entry(at="service.cli.feed_rate:rate", says="Requests a minute."),
            },
        ),
        "webhook": Group(
            "webhook",
            "Where feeds are told of their cases.",
            {
                "add": Entry(at="service.cli.webhook:add", says="Add an address of a feed."),
                "list": Entry(at="service.cli.webhook:list_", says="List the addresses."),
                "show": Entry(at="service.cli.webhook:show", says="What was an address told?"),
                "remove": Entry(at="service.cli.webhook:remove", says="Forget an address."),
                "test": Entry(at="service.cli.webhook:test_", says="Send it a test."),
                "rotate": Entry(at="service.cli.webhook:rotate", says="Replace its secret."),
                "enable": Entry(at="service.cli.webhook:enable", says="Tell it again."),
                "replay": Entry(at="service.cli.webhook:replay", says="Send again what failed."),
            },
        ),
        "alert": Group(
            "alert",
            "What people are told.",
            {
                "list": Entry(at="service.cli.alert:list_", says="List alerts, newest first."),
                "show": Entry(at="service.cli.alert:show", says="Show one alert and its waves."),
                "explain": Entry(
                    at="service.cli.alert_explain:explain_", says="Why was somebody told, or not?"
                ),
                "approve": Entry(
                    at="service.cli.alert_decide:approve_", says="Say yes to a held alert."
                ),
                "correct": Entry(
                    at="service.cli.alert_correct:correct_",
                    says="Lower its tier, make its area smaller.",
                ),
                "recall": Entry(
                    at="service.cli.alert_decide:recall_", says="End an alert, take it back."
                ),
                "suggest": Entry(
                    at="service.cli.alert_suggest:suggest_", says="How far may the child be by now?"
                ),
            },
        ),
        "batch": Group(
            "batch",
            "What waits to be sent, and what was set aside for a fault of ours.",
            {
                "list": Entry(at="service.cli.batch:list_", says="Who waits for what?"),
                "replay": Entry(at="service.cli.batch:replay_", says="Send parked batches again."),
            },
        ),
        "case": Group(
            "case",
            "Which cases are of the same child.",
            {
                "links": Entry(
                    at="service.cli.case:links", says="List cases that may be of one child."
                ),
                "same": Entry(at="service.cli.case:same", says="They are of one child: one alert."),
                "different": Entry(
                    at="service.cli.case:different", says="They are of two children."
                ),
            },
        ),
        "channel": Group(
            "channel",
            "The ways to phones.",
            {
                "list": Entry(
                    at="service.cli.channel:list_", says="Does each flow, and what waits for it?"
                ),
                "retry": Entry(
                    at="service.cli.channel:retry", says="Try one again now: its cause is mended."
                ),
            },
        ),
        "submission": Group(
            "submission",
            "What feeds sent.",
            {
                "list": Entry(
                    at="service.cli.submission:list_", says="List documents and their outcomes."
                ),
            },
        ),
        "photo": Group(
            "photo",
            "Photos in quarantine: on the hash list, seen by nobody but their reviewer.",
            {
                "list-quarantined": Entry(
                    at="service.cli.photo:list_quarantined", says="List them; shows no picture."
                ),
                "show": Entry(at="service.cli.photo:show", says="Write one to a file; on record."),
                "confirm": Entry(
                    at="service.cli.photo:confirm_", says="It is what the list says: keep sealed."
                ),
                "mistaken": Entry(
                    at="service.cli.photo:mistaken", says="The likeness is chance: let it go."
                ),
            },
        ),
        "subscriber": Group(
            "subscriber",
            "The neighbours.",
            {
                "import": Entry(
                    at="service.cli.subscriber_import:import_", says="Import neighborhoods."
                ),
            },
        ),
        "notice": Group(
            "notice",
            "What the desk should look at.",
            {
                "list": Entry(at="service.cli.notice:list_", says="List what waits for a look."),
                "done": Entry(at="service.cli.notice:done", says="Say that you saw to one."),
            },
        ),
        "staff": Group(
            "staff",
            "Who works at the desk.",
            {
                "add": Entry(at="service.cli.staff:add", says="Add a person."),
                "list": Entry(at="service.cli.staff:list_", says="List the people."),
                "token": Entry(
                    at="service.cli.staff_token:token", says="Cut a token for the desk's API."
                ),
                "tokens": Entry(at="service.cli.staff_token:tokens", says="List the tokens."),
                "revoke-token": Entry(
                    at="service.cli.staff_token:revoke_token", says="End a token at once."
                ),
            },
        ),
        "places": Group(
            "places",
            "ZIP codes, cities, counties, states, countries.",
            {
                "load": Entry(at="service.cli.places:load", says="Load the built-in places again."),
                "import": Entry(
                    at="service.cli.places_import:import_", says="Import another code set."
                ),
                "geocode": Entry(
                    at="service.cli.places_geocode:geocode", says="Ask the geocoder for a place."
                ),
                "build": Entry(
                    at="service.cli.places:build", says="Gather them into one file.", hidden=True
                ),
            },
        ),
        "roads": Group(
            "roads",
            "Highways, for the corridors that the desk is shown.",
            {
                "list": Entry(at="service.cli.roads:list_", says="Whose lines are there?"),
                "import": Entry(at="service.cli.roads:import_", says="Import lines from GeoJSON."),
                "remove": Entry(at="service.cli.roads:remove", says="Forget a source's lines."),
            },
        ),
        "audience": Group(
            "audience",
            "Who is found by an area.",
            {
                "tidy": Entry(
                    at="service.cli.audience:tidy_",
                    says="Put neighborhoods in the order of the ground (scaled size).",
                ),
            },
        ),
        "reach": Entry(at="service.cli.reach:reach", says="How many would an area reach?"),
    },
)
