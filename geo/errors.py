"""What can be wrong with a shape or a coordinate.

GeoError
├── InvalidShape   the geometry can't stand for ground: empty, self-contradicting, not finite
└── OutOfRange     a longitude or latitude that is not on Earth
"""


class GeoError(Exception):
    """A shape or a coordinate that can't be used; `where` names the offending field or vertex."""

    def __init__(self, message: str, *, code: str = "invalid_shape", where: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.where = where


class InvalidShape(GeoError):
    """The geometry is empty, not finite, or covers no ground."""


class OutOfRange(GeoError):
    """A longitude outside [-180, 180] or a latitude outside [-90, 90]."""
