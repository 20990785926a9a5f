"""What the doctor finds of one dependency."""

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    """One dependency: is it well, and if not, what to do."""

    model_config = ConfigDict(frozen=True)

    name: str
    ok: bool
    required: bool = True  # without it nothing works; otherwise something is missing
    detail: str
    todo: str | None = None


def well(name: str, detail: str, *, required: bool = True) -> Finding:
    """Say that a dependency is well."""
    return Finding(name=name, ok=True, required=required, detail=detail)


def ill(name: str, detail: str, todo: str, *, required: bool = True) -> Finding:
    """Say that a dependency isn't well, and what to do."""
    return Finding(name=name, ok=False, required=required, detail=detail, todo=todo)
