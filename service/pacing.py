"""How fast each channel may be sent to, and when it is left alone: as the settings say."""

from alerts.delivery.pace.policy import BreakerPolicy, ChannelPolicy, Pace
from alerts.delivery.pace.shared import SharedGate
from alerts.store.engine import Store
from config.settings import Settings
from service.metrics import Metrics


def make_gate(settings: Settings, store: Store, metrics: Metrics) -> SharedGate:
    """Return the gate that all workers of this instance share."""
    breaker = BreakerPolicy(
        failures=settings.breaker_failures,
        first_pause_s=settings.breaker_first_pause_s,
        longest_pause_s=settings.breaker_longest_pause_s,
    )
    fcm = Pace(per_s=settings.fcm_rate_per_s, ramp_s=settings.fcm_ramp_s)
    policies = {
        "fcm": ChannelPolicy(pace=fcm, breaker=breaker, is_one_service=True),
        "webpush": ChannelPolicy(pace=Pace(per_s=settings.webpush_rate_per_s), breaker=breaker),
        "console": ChannelPolicy(breaker=breaker),
    }
    return SharedGate(store, policies, metrics)
