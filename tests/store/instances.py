"""The settings of an instance of its own, in a folder of its own."""

from pathlib import Path

from config.settings import Settings


def settings_at(folder: Path, database_url: str, **more: object) -> Settings:
    """Return settings that read no environment and no .env."""
    return Settings(data_dir=folder, database_url=database_url, _env_file=None, **more)  # type: ignore[arg-type]
