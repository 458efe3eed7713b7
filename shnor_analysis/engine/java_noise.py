"""What Java prints on starting, without the line that says nothing to anybody."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

STDERR = 2
# Spark 4 asks Java for a module still in incubation; Java tells so, and no setting silences it.
NOISE = b"WARNING: Using incubator modules:"


@contextmanager
def without_java_noise() -> Iterator[Thread]:
    """Pass on what programs started in the block print to stderr, but for the noise.

    They keep to it for as long as they live: errors of a later hour are passed on, too.

    Yields
    ------
    Thread
        Ends when the last of these programs does.
    """
    sys.stderr.flush()
    screen = os.dup(STDERR)
    reading, writing = os.pipe()
    os.dup2(writing, STDERR)
    os.close(writing)
    passing = Thread(target=_pass_on, args=(reading, os.dup(screen)), daemon=True)
    passing.start()
    try:
        yield passing
    finally:
        sys.stderr.flush()
        os.dup2(screen, STDERR)
        os.close(screen)


def _pass_on(reading: int, screen: int) -> None:
    with open(reading, "rb") as lines, open(screen, "wb", buffering=0) as shown:
        for line in lines:
            if not line.startswith(NOISE):
                shown.write(line)
