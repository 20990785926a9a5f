"""How should PostgreSQL plan what the audience index asks? Set for one transaction.

Its own choices were measured against these: compiling a statement that holds an area of 15,000
vertices takes it half a second, and a plan that it keeps for the next area parses that area again
for each row (ADR 0032).
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

WORK_MEM_BYTES = 128 * 1024 * 1024  # a million devices are sorted in it without a file

_PLANNED = text(
    "SELECT set_config('jit', 'off', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')), :at_least)"
    " / 1024 || 'kB', true)"
)


def plan_well(session: Session) -> None:
    """Set the planner for the rest of this transaction; a larger work_mem is kept."""
    session.execute(_PLANNED, {"at_least": WORK_MEM_BYTES})
