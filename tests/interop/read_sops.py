"""Opens a sealed file with nothing but the description of the SOPS dotenv format, an AES and an age library.

usage: read_sops.py KEYFILE SEALED
Prints the variables as JSON, after it has checked the MAC. Shares no code with envward on purpose.
"""

import base64
import hashlib
import json
import re
import sys

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = re.compile(r"^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]")


def read(sealed):
    """The data lines as (name or None, text), and the metadata."""
    lines, metadata = [], {}
    for line in sealed.split(b"\n"):
        if not line:
            continue
        if line.startswith(b"#"):
            lines.append((None, line[1:].decode()))
            continue
        name, separator, value = line.partition(b"=")
        if not separator:
            raise SystemExit("a line is neither a comment nor NAME=value")
        name, value = name.decode(), value.decode().replace("\\n", "\n")
        if name.startswith("sops_"):
            metadata[name.removeprefix("sops_")] = value
        else:
            lines.append((name, value))
    return lines, metadata


def data_key(metadata, identities):
    """The data key, from whichever recipient one of the identities is."""
    index = 0
    while f"age__list_{index}__map_enc" in metadata:
        armour = metadata[f"age__list_{index}__map_enc"].splitlines()
        if armour[0] != "-----BEGIN AGE ENCRYPTED FILE-----" or armour[-1] != "-----END AGE ENCRYPTED FILE-----":
            raise SystemExit("the data key is not in an armoured age file")
        try:
            return pyrage.decrypt(base64.b64decode("".join(armour[1:-1])), identities)
        except pyrage.DecryptError:
            index += 1
    raise SystemExit("no identity fits")


def decrypt(key, text, place):
    data, iv, tag = (base64.b64decode(part, validate=True) for part in FORM.match(text).groups()[:3])
    if len(iv) != 32:
        raise SystemExit(f"an IV of {len(iv)} bytes")
    return AESGCM(key).decrypt(iv, data + tag, place.encode()).decode()


def is_encrypted(metadata, name):
    if "unencrypted_suffix" in metadata:
        return not name.endswith(metadata["unencrypted_suffix"])
    if "encrypted_suffix" in metadata:
        return name.endswith(metadata["encrypted_suffix"])
    if "unencrypted_regex" in metadata:
        return not re.search(metadata["unencrypted_regex"], name)
    if "encrypted_regex" in metadata:
        return bool(re.search(metadata["encrypted_regex"], name))
    return not name.endswith("_unencrypted")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        keys = [line.strip() for line in file if line.startswith("AGE-SECRET-KEY-")]
    with open(sys.argv[2], "rb") as file:
        lines, metadata = read(file.read())
    key = data_key(metadata, [pyrage.x25519.Identity.from_str(text) for text in keys])
    values, digest = {}, hashlib.sha512()
    comments_are_encrypted = not {"encrypted_suffix", "encrypted_regex"} & metadata.keys()
    for name, text in lines:
        if name is None:
            if comments_are_encrypted and text:
                decrypt(key, text, ":")
            continue
        value = decrypt(key, text, name + ":") if text and is_encrypted(metadata, name) else text
        digest.update(value.encode())
        values[name] = value
    if decrypt(key, metadata["mac"], metadata["lastmodified"]) != digest.hexdigest().upper():
        raise SystemExit("the MAC does not match")
    json.dump(values, sys.stdout, ensure_ascii=False)


main()
