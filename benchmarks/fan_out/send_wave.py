"""A sender in a process of its own: sends the wave that waits in a database, and says the cost.

    python -m benchmarks.fan_out.send_wave

What it works with is said by the usual settings (PORCHLIGHT_DATA_DIR and others). It is the
product's senders and nothing beside them: no web and no columns of the audience, as in a worker of
the scaled size.
"""

import json
import time

from benchmarks.fan_out.burn import cpu_s, peak_mb
from benchmarks.fan_out.wave import outcomes, wait_until_sent
from config.settings import Settings
from service.jobs import Jobs
from service.logs import set_up_logs
from service.senders import Senders
from service.wiring import wire


def main() -> None:
    """Send, and print one JSON object."""
    settings = Settings()
    set_up_logs(settings.log_level, settings.log_format)
    runtime = wire(settings)
    senders = Senders(runtime, Jobs(runtime))
    to_start_s, started = cpu_s(), time.perf_counter()
    senders.start()
    wait_until_sent(runtime.store)
    took_s, used_s = time.perf_counter() - started, cpu_s() - to_start_s
    senders.close(settings.shutdown_s)
    found = outcomes(runtime.store)
    runtime.close()
    print(
        json.dumps(
            {
                "outcomes": found,
                "cpu_s": used_s,
                "start_cpu_s": to_start_s,
                "took_s": took_s,
                "peak_mb": peak_mb(),
            }
        )
    )


if __name__ == "__main__":
    main()
