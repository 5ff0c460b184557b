"""`python -m statefence`, and what the console script calls."""

from __future__ import annotations

import gc
import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_BROKEN_PIPE = 141  # 128 + SIGPIPE, as a shell reports it
_FAULT = 2
_INTERRUPTED = 130  # 128 + SIGINT


def run() -> None:
    """Run the command line and exit the process with its code."""
    gc.disable()  # a run is short and makes few cycles
    _never_fail_on_characters()
    try:
        from statefence.cli import main

        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _BROKEN_PIPE
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception:  # a fault of ours must never pass for findings
        import traceback

        traceback.print_exc()
        sys.stderr.write("statefence: a fault of statefence itself, not of the code it read; please report it.\n")
        code = _FAULT
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process without taking apart what is about to be given back to the system anyway."""
    if "statefence.cli.parsing" not in sys.modules:  # no command was run
        sys.stderr.flush()
        os._exit(code)
    gc.freeze()  # what a large analysis leaves took a third of the run
    sys.exit(code)


def _never_fail_on_characters() -> None:
    """Have characters escaped that the terminal's or the pipe's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _import_nothing_of_the_program() -> None:
    """Take the working directory off the path, where `python -m` looks first and the analysed program has modules."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if sys.path[:1] == [os.getcwd()] != [home]:
        del sys.path[0]


if __name__ == "__main__":
    _import_nothing_of_the_program()
    run()
