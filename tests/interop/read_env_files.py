"""Reads env files with libraries of Python: a file in hexadecimal on every line in, for every one a JSON object out,
from the name of a reader to what it gives; null if it refuses the file."""

import json
import logging
import os
import sys
import tempfile

import decouple
import dotenv
import environ
import environs
import honcho.environ
import starlette.config

logging.disable(logging.CRITICAL)


def django_environ(path):
    class Written(environ.Env):
        ENVIRON = {}

    class Env(environ.Env):
        ENVIRON = dict(os.environ)

    Written.read_env(path)
    Env.read_env(path, overwrite=True)
    values = {}
    for name in Written.ENVIRON:
        try:
            values[name] = Env()(name)
        except (environ.ImproperlyConfigured, RecursionError):
            pass  # a value that is the name of a variable which is not set
    return values


def python_dotenv(path):
    return {name: value for name, value in dotenv.dotenv_values(path).items() if value is not None}


def read_environs(path):
    env = environs.Env()
    env.read_env(path)
    return {name: env.str(name) for name in python_dotenv(path)}


READERS = {
    "django-environ": django_environ,
    "environs": read_environs,
    "honcho": lambda path: honcho.environ.parse(open(path, encoding="utf-8").read()),
    "python-decouple": lambda path: decouple.RepositoryEnv(path).data,
    "python-dotenv": python_dotenv,
    "starlette": lambda path: starlette.config.Config(path).file_values,
}


def read(reader, path):
    try:
        return READERS[reader](path)
    except ValueError:
        return None


with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "an.env")
    for line in sys.stdin:
        with open(path, "wb") as file:
            file.write(bytes.fromhex(line.strip()))
        print(json.dumps({reader: read(reader, path) for reader in READERS}))
