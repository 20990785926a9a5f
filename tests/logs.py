"""How do the tests log? As the product does.

structlog's own default draws a traceback with all locals, which takes seconds each time.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from service.logs import set_up_logs


def log_as_the_product() -> None:
    """Log everything as the product does; the handlers of `logging` stay pytest's."""
    handlers = list(logging.getLogger().handlers)
    set_up_logs("DEBUG", "console")
    logging.getLogger().handlers = handlers


@contextmanager
def logs_kept() -> Iterator[None]:
    """Log as before again, once a command that sets logs up is over."""
    handlers = list(logging.getLogger().handlers)
    try:
        yield
    finally:
        logging.getLogger().handlers = handlers
        log_as_the_product()
