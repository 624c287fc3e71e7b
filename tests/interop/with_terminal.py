"""Runs a program on a terminal of its own and types a passphrase whenever it asks for one.

usage: with_terminal.py PASSPHRASE PROGRAM ARGUMENT…
age takes passphrases from a terminal only. Ends with the program's exit code.
"""

import os
import pty
import sys


def main():
    passphrase = sys.argv[1].encode() + b"\n"
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    talk = b""
    while True:
        try:
            read = os.read(terminal, 1024)
        except OSError:  # Linux says EIO when the other side is closed.
            break
        if not read:
            break
        talk += read
        if talk.rstrip().endswith(b":"):
            os.write(terminal, passphrase)
            talk = b""
    _, status = os.waitpid(process, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
