"""Which settings does a sender of its own have, beside a town and a stand-in?"""

from pathlib import Path
from typing import Any

from tests.audience.town import Town
from tests.stand_ins.fcm import FcmStandIn


def settings_of(
    town: Town, keyring_url: str, folder: Path, fcm: FcmStandIn, **more: Any
) -> dict[str, Any]:
    """Point a process at the town's database and at the stand-in."""
    return {
        "data_dir": folder / "var",
        "database_url": town.store.engine.url.render_as_string(hide_password=False),
        "keyring_url": keyring_url,
        "console_enabled": False,
        "fcm_credential": fcm.account_path,
        "fcm_url": fcm.url,
        "fcm_ca_bundle": fcm.ca_path,
        "fcm_ramp_s": 0,
        **more,
    }
