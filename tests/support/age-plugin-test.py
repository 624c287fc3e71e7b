#!/usr/bin/env python3
"""An age plugin for tests: wraps by copying, and leaves a mark that it was run (C2SP age-plugin, recipient-v1)."""

import os
import sys


def stanza():
    command = sys.stdin.readline().split()
    body = ""
    while True:
        line = sys.stdin.readline()
        body += line.strip()
        if len(line.strip()) < 64:
            return command[1:], body


def say(*arguments, body=""):
    print("->", *arguments)
    print(body)
    sys.stdout.flush()


open(os.path.join(os.environ["HOME"], "plugin-was-run"), "w").close()
assert sys.argv[1] == "--age-plugin=recipient-v1", sys.argv
file_keys = []
while (received := stanza())[0][0] != "done":
    if received[0][0] == "wrap-file-key":
        file_keys.append(received[1])
for index, file_key in enumerate(file_keys):
    say("recipient-stanza", index, "test", body=file_key)
    assert stanza()[0][0] == "ok"
say("done")
