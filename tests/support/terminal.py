"""Runs a program on a terminal of its own and plays a script against it.

usage: terminal.py STEPS PROGRAM ARGUMENT…
STEPS is a JSON list of pairs: wait until the terminal shows the first text, then type the second. Prints all
that the terminal showed, then whether it would show again what is typed, and ends with the program's exit code
(128 and the signal, if one ended it).
"""

import fcntl
import json
import os
import select
import subprocess
import sys
import termios
import time

PATIENCE = 60


def read(terminal, seconds):
    ready, _, _ = select.select([terminal], [], [], max(0, seconds))
    return os.read(terminal, 4096) if ready else b""


def main():
    steps = json.loads(sys.argv[1])
    terminal, other_side = os.openpty()
    program = subprocess.Popen(
        sys.argv[2:],
        stdin=other_side,
        stdout=other_side,
        stderr=other_side,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    deadline = time.monotonic() + PATIENCE
    shown, seen = b"", 0
    for expected, typed in steps:
        while expected.encode() not in shown[seen:]:
            part = read(terminal, deadline - time.monotonic())
            if not part:
                program.kill()
                sys.exit(f"{shown.decode()}\nthe terminal never showed {expected!r}")
            shown += part
        seen = shown.index(expected.encode(), seen) + len(expected.encode())
        os.write(terminal, typed.encode())
    code = program.wait(PATIENCE)
    while part := read(terminal, 0.1):
        shown += part
    echo = bool(termios.tcgetattr(other_side)[3] & termios.ECHO)
    sys.stdout.write(shown.decode().replace("\r\n", "\n"))
    sys.stdout.write(f"[echo is {'on' if echo else 'off'}]\n")
    sys.exit(code if code >= 0 else 128 - code)


main()
