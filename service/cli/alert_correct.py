"""`porchlight alert correct`: what was told was too much; one person takes it back downward."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click

from alerts.alert import Tier
from alerts.desk.correct import correct
from alerts.store.alerts import alert_by_public_id
from alerts.store.staff import staff_by_name
from service.cli.alert_decide import by_option
from service.cli.answer import Answer, json_option, tell
from service.cli.instance import opened
from service.cli.reach import area_in_file


class CorrectionMade(Answer):
    """What people are told from now on."""

    alert: UUID
    revision: int
    tier: Tier
    area_km2: float
    notes: tuple[str, ...]  # what was repaired or simplified in the area

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield (
            f"Corrected: revision {self.revision} is live, {self.tier}, {self.area_km2:,.1f} km². "
            "Those who were told before hear of it from a running server, as loud as then; if none "
            "runs, from the next one that starts."
        )
        yield from (f"Note: {note}." for note in self.notes)


@click.command("correct")
@click.argument("alert_id", metavar="ID", type=click.UUID)
@by_option
@click.option(
    "--tier", type=click.Choice([tier.value for tier in Tier]), help="Lower than it is told now."
)
@click.option(
    "--area",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="GeoJSON of the new area, inside the one that is told now.",
)
@click.option("--reason", required=True, help="For the book of deeds; never the child's name.")
@json_option
def correct_(
    alert_id: UUID, name: str, tier: str | None, file: Path | None, reason: str, as_json: bool
) -> None:
    """Correct the live alert ID downward: whoever was told hears it, as loud as the mistake."""
    ground = area_in_file(file) if file is not None else None
    with opened() as runtime, runtime.store.begin() as session:
        done = correct(
            session,
            alert_by_public_id(session, alert_id),
            staff_by_name(session, name),
            runtime.clock(),
            tier=Tier(tier) if tier else None,
            ground=ground.shape if ground is not None else None,
            reason=reason,
        )
    made = CorrectionMade(
        alert=alert_id,
        revision=done.revision,
        tier=done.tier,
        area_km2=round(done.area_km2, 3),
        notes=ground.notes if ground is not None else (),
    )
    tell(made, as_json=as_json)
