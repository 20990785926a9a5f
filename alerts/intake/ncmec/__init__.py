"""NCMEC: posters in its JSON schema, pushed by partners or pulled from its Poster API."""

from alerts.intake.ncmec.documents import read_ncmec_document
from alerts.intake.ncmec.reader import PosterReading, read_poster, read_poster_bytes

__all__ = ["PosterReading", "read_ncmec_document", "read_poster", "read_poster_bytes"]
