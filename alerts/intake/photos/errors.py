"""What can be wrong with a photo.

AlertsError
└── PhotoRefused   the picture isn't taken; `code` says why, `temporary` whether to try again
"""

from alerts.errors import AlertsError


class PhotoRefused(AlertsError):
    """The picture isn't taken; the poster goes on without it.

    `code` is stable snake_case; the message names no address, no file and nobody.
    """

    def __init__(self, code: str, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.temporary = temporary
