"""The command line: `porchlight COMMAND`, for whoever runs an instance or tries one out.

This is the edge: an error becomes one sentence on stderr, never a traceback. Exit codes: 0 done,
1 refused or not well, 2 the command was called wrongly, 130 stopped by Ctrl-C.
"""

import os
import sys
from collections.abc import Sequence

import click

from service.cli.commands import PORCHLIGHT

__all__ = ["main", "run"]


def main() -> None:
    """Run the command that the shell names (the console script `porchlight`)."""
    sys.exit(run(sys.argv[1:]))


def run(args: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        outcome = PORCHLIGHT.main(list(args), prog_name="porchlight", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as problem:
        problem.show()
        return problem.exit_code
    except click.ClickException as problem:
        return _refuse(problem.format_message(), problem.exit_code)
    except click.Abort:
        return _refuse("Stopped.", 130)
    except BrokenPipeError:
        # whoever read our output has gone (`| head`); Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as problem:
        from service.cli.sentences import sentence_of

        return _refuse(sentence_of(problem), 1)
    return outcome if isinstance(outcome, int) else 0


def _refuse(sentence: str, code: int) -> int:
    click.echo(f"porchlight: {sentence}", err=True)
    return code
