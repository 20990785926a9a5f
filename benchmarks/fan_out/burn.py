"""What does a process cost: processor time of all its threads, and memory? From Linux's /proc."""

import os
import platform
from pathlib import Path
from typing import Any

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
KIB_PER_MB = 1e6 / 1024


def cpu_s(pid: int | str = "self") -> float:
    """Return the processor seconds that a process has used, in user and kernel."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = (int(ticks) for ticks in after_name[11:13])  # proc(5): fields 14 and 15
    return (user + system) / TICKS_PER_S


def peak_mb(pid: int | str = "self") -> float:
    """Return the most memory that a process ever held, in MB.

    Not getrusage: what a process held before it became this program would count there.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.split("VmHWM:")[1].split()[0]) / KIB_PER_MB


def machine() -> dict[str, Any]:
    """Return on what it was measured."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(": ")[2] for line in cpuinfo if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "processor": models[0] if models else platform.machine(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }
