"""Has the program that a form of `export` is for read what was written, and prints the variables as JSON.

Usage: read_export.py CONSUMER PATH
"""

import base64
import ctypes
import glob
import http.server
import json
import os
import re
import socketserver
import subprocess
import sys
import tempfile
import threading


def run(*command, env=None):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=env).stdout


def text(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def environment(*command):
    """What a command that ends in `env -0` has in its environment, less what every shell adds."""
    env = {name: os.environ[name] for name in ("PATH", "HOME")}
    pairs = run(*command, env=env).decode().split("\0")[:-1]
    return dict(pair.split("=", 1) for pair in pairs if re.match(r"V\d", pair))


def shell(*command):
    return lambda path: environment(*command, f". ./{path}; exec env -0")


def fish(path):
    return environment("fish", "--no-config", "-c", f"source {path}; exec env -0")


def nu(path):
    return environment("nu", "-n", "-c", f"open --raw {path} | from nuon | load-env; ^env -0")


def node(path):
    script = "process.stdout.write(JSON.stringify(process.env))"
    variables = json.loads(run("node", f"--env-file={path}", "-e", script))
    return {name: value for name, value in variables.items() if re.match(r"V\d", name)}


def npm_dotenv(path):
    script = f"process.stdout.write(JSON.stringify(require('dotenv').parse(require('fs').readFileSync('{path}'))))"
    return json.loads(run("node", "-e", script))


def python_dotenv(path):
    import dotenv

    return dotenv.dotenv_values(path, encoding="utf-8")


def docker(path):
    """The docker client, with a server of our own that keeps what it asks for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, code, body):
            self.send_response(code)
            self.send_header("Api-Version", "1.41")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_GET(self):
            self.answer(200, b"OK")

        do_HEAD = do_GET

        def do_POST(self):
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(201, b'{"Id":"made","Warnings":[]}')

        def log_message(self, *_):
            pass

        def address_string(self):
            return "client"

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    with tempfile.TemporaryDirectory() as directory, Server(f"{directory}/socket", Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {**os.environ, "DOCKER_HOST": f"unix://{directory}/socket"}
        run("docker", "create", "--pull=never", "--env-file", path, "image", env=env)
        server.shutdown()
    return dict(pair.split("=", 1) for pair in json.loads(asked[0])["Env"])


def docker_compose(path):
    """docker-compose 1.29 as it loads its files: what it prints of them is no faithful YAML."""
    with open("base.yaml", "w") as file:
        file.write('version: "3"\nservices:\n  web:\n    image: web\n')
    script = """
import json, sys
from compose.config import config
from compose.config.environment import Environment
details = config.find('.', sys.argv[1:], Environment(), None)
print(json.dumps(config.load(details).services[0]['environment']))"""
    return json.loads(run("/usr/bin/python3", "-c", script, "base.yaml", path))


def compose_yaml(path):
    import yaml

    variables = yaml.safe_load(text(path))["services"]["web"]["environment"]
    assert not any("$" in value.replace("$$", "") for value in variables.values())
    return {name: value.replace("$$", "$") for name, value in variables.items()}


def data(objects):
    variables = {}
    for item in objects:
        decode = item["kind"] == "Secret"
        for name, value in item["data"].items():
            variables[name] = base64.b64decode(value, validate=True).decode() if decode else value
    return variables


def kubernetes_yaml(path):
    import yaml

    return data(yaml.safe_load_all(text(path)))


def kubectl(path):
    """kubectl decodes the manifest without a server when it changes a label locally."""
    shown = run("kubectl", "label", "--local", "-f", path, "-o", "json", "read=back").decode()
    decoder, objects, at = json.JSONDecoder(), [], 0
    while at < len(shown.rstrip()):
        item, at = decoder.raw_decode(shown, at)
        objects.extend(item.get("items", [item]))
        at += len(shown[at:]) - len(shown[at:].lstrip())
    return data(objects)


def kubectl_env_file(path):
    shown = run("kubectl", "create", "secret", "generic", "x", f"--from-env-file={path}", "--dry-run=client", "-o", "json")
    return data([json.loads(shown)])


def yaml_map(path):
    import yaml

    return yaml.safe_load(text(path))


def helm(path):
    values = yaml_map(path)
    return {**values["env"], **values["secrets"]}


def jenkins(path):
    """What commons-text's StringSubstitutor leaves, with `^` as its escape."""
    import yaml

    domains = yaml.safe_load(text(path))["credentials"]["system"]["domainCredentials"]
    secrets = [credential["string"] for domain in domains for credential in domain["credentials"]]
    assert not any(re.search(r"(?<!\^)\$\{", secret["secret"]) for secret in secrets)
    return {secret["id"]: secret["secret"].replace("^${", "${") for secret in secrets}


def systemd(path):
    """The function behind EnvironmentFile=, out of systemd's own library."""
    library = ctypes.CDLL(glob.glob("/usr/lib/*/systemd/libsystemd-shared-*.so")[0])
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    file = libc.fopen(path.encode(), b"r")
    pairs = ctypes.POINTER(ctypes.c_char_p)()
    code = library.load_env_file(ctypes.c_void_p(file), path.encode(), ctypes.byref(pairs))
    assert code >= 0, os.strerror(-code)
    library.strv_env_clean_with_callback.restype = ctypes.POINTER(ctypes.c_char_p)
    pairs = library.strv_env_clean_with_callback(pairs, None, None)
    variables, at = {}, 0
    while pairs[at] is not None:
        name, value = pairs[at].decode().split("=", 1)
        variables[name] = value
        at += 1
    return variables


def github(path):
    """The runner's `FileCommandManager`, for a runner on Linux, from its documented behaviour."""
    content, at, variables = text(path), 0, {}

    def line():
        nonlocal at
        if at >= len(content):
            return None
        end = content.find("\n", at)
        start, at = at, len(content) if end < 0 else end + 1
        return content[start:] if end < 0 else content[start:end]

    while (head := line()) is not None:
        if not head:
            continue
        equals, heredoc = head.find("="), head.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, value = head[:equals], head[equals + 1 :]
        else:
            assert heredoc >= 0, "invalid format"
            name, delimiter = head[:heredoc], head[heredoc + 2 :]
            assert name and delimiter, "invalid format"
            lines = []
            while (read := line()) != delimiter:
                assert read is not None, "matching delimiter not found"
                lines.append(read)
            value = "\n".join(lines)
        variables[name] = value
    return variables


def gitlab(path):
    """GitLab's parser of dotenv reports: both sides of the first `=`, stripped."""
    blanks = "\0\t\n\v\f\r "
    pairs = (re.match(r"(.*?)=(.*)$", line) for line in text(path).split("\n") if line)
    return {pair[1].strip(blanks): pair[2].strip(blanks) for pair in pairs}


def azure(path):
    """The agent's parser of logging commands, with and without its setting that decodes `%`."""
    variables = [{}, {}]
    for line in text(path).split("\n")[:-1]:
        command = re.fullmatch(r"##vso\[task\.setvariable variable=(\w+);issecret=true\](.*)", line, re.DOTALL)
        for decodes, found in enumerate(variables):
            value = command[2].replace("%3B", ";").replace("%0D", "\r").replace("%0A", "\n").replace("%5D", "]")
            found[command[1]] = value.replace("%AZP25", "%") if decodes else value
    assert variables[0] == variables[1]
    return variables[0]


def terraform(path):
    names = re.findall(r"^(\w+) =", text(path), re.MULTILINE)
    os.makedirs("module", exist_ok=True)
    with open("module/main.tf", "w") as file:
        for name in names:
            file.write(f'variable "{name}" {{ type = string }}\n')
        fields = ", ".join(f"{name} = var.{name}" for name in names)
        file.write(f'output "all" {{ value = {{ {fields} }} }}\n')
    run("terraform", "-chdir=module", "init", "-input=false")
    run("terraform", "-chdir=module", "apply", "-auto-approve", "-input=false", f"-var-file={os.path.abspath(path)}")
    return json.loads(run("terraform", "-chdir=module", "output", "-json", "all"))


def toml(path):
    import tomllib

    return tomllib.loads(text(path))


def java_properties(path):
    import javaproperties

    with open(path, "rb") as file:
        return javaproperties.load(file)


def java(path):
    source = """
        import java.io.*; import java.nio.charset.StandardCharsets; import java.util.*;
        class Load { public static void main(String[] files) throws IOException {
            Properties read = new Properties();
            read.load(new FileInputStream(files[0]));
            PrintStream out = new PrintStream(System.out, false, "UTF-8");
            for (String name : read.stringPropertyNames()) out.print(name + "=" + read.getProperty(name) + "\\0");
            out.flush();
        } }"""
    with open("Load.java", "w") as file:
        file.write(source)
    pairs = run("java", "Load.java", path).decode().split("\0")[:-1]
    return dict(pair.split("=", 1) for pair in pairs)


def files(path):
    """A program that knows NAME_FILE, in a container that has the directory at /run/secrets."""
    variables = {}
    for name, value in python_dotenv(f"{path}/secrets.env").items():
        variables[name.removesuffix("_FILE")] = text(value.replace("/run/secrets", path))
    return variables


def credentials(path):
    """A unit with the drop-in: systemd says what it does not like, and each credential is there."""
    drop_in = text(f"{path}/credentials.conf")
    os.makedirs("app.service.d", exist_ok=True)
    with open("app.service", "w") as file:
        file.write("[Service]\nExecStart=/bin/true\n")
    with open("app.service.d/credentials.conf", "w") as file:
        file.write(drop_in)
    verified = subprocess.run(
        ["systemd-analyze", "verify", "./app.service"], capture_output=True, text=True
    ).stderr.splitlines()
    complaints = [line for line in verified if "credentials.conf" in line or "app.service:" in line]
    assert not complaints, complaints[:3]
    return {name: text(path) for name, path in re.findall(r"^LoadCredential=(\w+):(.*)$", drop_in, re.MULTILINE)}


def render(path):
    return {pair["key"]: pair["value"] for pair in json.loads(text(path))}


CONSUMERS = {
    "azure": azure,
    "bash-env-file": shell("bash", "--norc", "-a", "-c"),
    "bash": shell("bash", "--norc", "-c"),
    "busybox": shell("busybox", "ash", "-c"),
    "compose-yaml": compose_yaml,
    "credentials": credentials,
    "dash-env-file": shell("dash", "-a", "-c"),
    "dash": shell("dash", "-c"),
    "docker": docker,
    "docker-compose": docker_compose,
    "files": files,
    "fish": fish,
    "github": github,
    "gitlab": gitlab,
    "helm": helm,
    "java": java,
    "javaproperties": java_properties,
    "jenkins": jenkins,
    "json": lambda path: json.loads(text(path)),
    "kubectl": kubectl,
    "kubectl-env-file": kubectl_env_file,
    "kubernetes-yaml": kubernetes_yaml,
    "node": node,
    "npm-dotenv": npm_dotenv,
    "nu": nu,
    "python-dotenv": python_dotenv,
    "render": render,
    "systemd": systemd,
    "terraform": terraform,
    "toml": toml,
    "yaml": yaml_map,
    "zsh": shell("zsh", "-f", "-c"),
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(CONSUMERS[sys.argv[1]](sys.argv[2])))
