"""A shell with job control on a terminal: starts a command, types Ctrl-Z, and lets the command go on.

job_control.py COMMAND: the command prints "ready", then nothing for a second, then something with "redacted" in it.
Prints what happened.
"""

import os
import pty
import select
import sys
import time

pid, terminal = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
shown = b""


def read(seconds):
    global shown
    if select.select([terminal], [], [], seconds)[0]:
        shown += os.read(terminal, 4096)


def until(text):
    """Drops what is shown up to that text."""
    global shown
    end = time.time() + 15
    while text not in shown:
        if time.time() > end:
            sys.exit(f"no {text} in {shown}")
        read(0.1)
    shown = shown[shown.index(text) + len(text) :]


os.write(terminal, b"bind 'set enable-bracketed-paste off'; stty -echo; echo go-''on\n")
until(b"go-on")
os.write(terminal, sys.argv[1].encode() + b"\n")
until(b"ready")
os.write(terminal, b"\x1a")
until(b"Stopped")
print("stopped")
time.sleep(2)
read(0)
if b"redacted" in shown:
    sys.exit(f"it went on: {shown}")
os.write(terminal, b"fg; echo code-$?\n")
until(b"[redacted API_KEY]")
until(b"code-")
until_end = time.time() + 0.3
while time.time() < until_end:
    read(0.1)
print("went on, and ended with", shown.split()[0].decode())
