"""What can go wrong when we ask a stranger's server.

AlertsError
└── OutboundRefused   nothing usable came of it; `code` says why, `temporary` whether to try again
"""

from alerts.errors import AlertsError


class OutboundRefused(AlertsError):
    """We don't ask there, or the answer can't be used.

    `code` is stable snake_case; the message names no address, no file and nobody.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        temporary: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.temporary = temporary
        self.status = status  # of HTTP, where the server answered
        self.retry_after_s = retry_after_s
