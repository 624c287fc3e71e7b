"""Runs the steps of a composite GitHub action, or the scripts of a GitLab job, as their runners do.

usage: run_ci.py github ACTION.yml DIRECTORY [INPUT=VALUE…]
       run_ci.py gitlab TEMPLATE.yml DIRECTORY JOB [INPUT=VALUE…]

Prints JSON: the exit code, the log as it would be shown (after `::add-mask::`, masked), the same unmasked, the variables
that later steps have, and the command lines of the scripts. What is known of the runners is from their documentation:
"Workflow syntax for GitHub Actions" (shells, environment files, masks), "CI/CD inputs" and "extends" of GitLab.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


def operand(text, inputs, env):
    """A literal, `inputs.NAME` or `env.NAME`."""
    text = text.strip()
    if text.startswith("'"):
        return text[1:-1]
    context, _, name = text.partition(".")
    return {"inputs": inputs, "env": env}[context].get(name, "")


def evaluate(text, inputs, env):
    """The few forms of expressions that an action of this project uses; any other one is a KeyError."""
    for operator, holds in (("==", lambda a, b: a == b), ("!=", lambda a, b: a != b)):
        if operator in text:
            return holds(*(operand(part, inputs, env) for part in text.split(operator)))
    return next(filter(None, (operand(part, inputs, env) for part in text.split("||"))), "")


def expand(text, inputs, env):
    return EXPRESSION.sub(lambda found: str(evaluate(found[1], inputs, env)), str(text))


def added(text):
    """The variables in a file of GITHUB_ENV."""
    variables, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, separator, value = line.partition("=")
        heredoc, _, delimiter = line.partition("<<")
        if "<<" in line and (not separator or len(heredoc) < len(name)):
            body = []
            for line in lines:
                if line == delimiter:
                    break
                body.append(line)
            else:
                raise SystemExit("a delimiter is missing")
            name, value = heredoc, "\n".join(body)
        variables[name] = value
    return variables


def shown(log, masks):
    """The log with every mask that was announced so far hidden; the announcements themselves are not shown."""
    lines = []
    for line in log.splitlines():
        if line.startswith("::add-mask::"):
            text = line.removeprefix("::add-mask::")
            for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
                text = text.replace(code, character)
            masks.update(part for part in [text, *text.splitlines()] if part)
            continue
        for mask in sorted(masks, key=len, reverse=True):
            line = line.replace(mask, "***")
        lines.append(line)
    return "\n".join(lines)


def bash(script, directory, env, scratch):
    path = os.path.join(scratch, "script.sh")
    with open(path, "w") as file:
        file.write(script)
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", path]
    run = subprocess.run(command, cwd=directory, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.returncode, run.stdout


def github(action, directory, inputs):
    with open(action) as file:
        action = yaml.safe_load(file)
    unknown = inputs.keys() - action["inputs"].keys()
    if unknown:
        raise SystemExit(f"no such input: {unknown}")
    inputs = {name: definition.get("default", "") for name, definition in action["inputs"].items()} | inputs
    code, raw, log, masks, job, scripts = 0, "", "", set(), dict(os.environ), []
    with tempfile.TemporaryDirectory() as scratch:
        files = {name: os.path.join(scratch, name) for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH")}
        for step in action["runs"]["steps"]:
            if step["shell"] != "bash":
                raise SystemExit("another shell")
            if "if" in step and not evaluate(EXPRESSION.fullmatch(step["if"])[1], inputs, job):
                continue
            for path in files.values():
                open(path, "w").close()
            env = job | files | {"GITHUB_ACTIONS": "true", "CI": "true"}
            env |= {name: expand(value, inputs, job) for name, value in step.get("env", {}).items()}
            where = os.path.join(directory, expand(step.get("working-directory", "."), inputs, job))
            scripts.append(expand(step["run"], inputs, job))
            code, output = bash(scripts[-1], where, env, scratch)
            raw, log = raw + output, log + shown(output, masks) + "\n"
            job |= added(open(files["GITHUB_ENV"]).read())
            paths = open(files["GITHUB_PATH"]).read().split()
            job["PATH"] = ":".join([*reversed(paths), job["PATH"]])
            if code:
                break
    new = {name: value for name, value in job.items() if os.environ.get(name) != value}
    return {"code": code, "log": log, "raw": raw, "env": new, "scripts": scripts}


def gitlab(template, directory, name, inputs):
    with open(template) as file:
        header, body = file.read().split("\n---\n")
    known = yaml.safe_load(header)["spec"]["inputs"]
    inputs = {name: definition["default"] for name, definition in known.items()} | inputs
    body = re.sub(r"\$\[\[ inputs\.([a-z_-]+) \]\]", lambda found: inputs[found[1]], body)
    jobs = yaml.safe_load(body)
    job = jobs[name]
    for parent in [job["extends"]] if "extends" in job else []:
        job = jobs[parent] | job
    script = "\n".join(job.get("before_script", []) + job["script"])
    env = dict(os.environ) | {"CI": "true", "GITLAB_CI": "true"} | job.get("variables", {})
    with tempfile.TemporaryDirectory() as scratch:
        code, log = bash(script, directory, env, scratch)
    return {"code": code, "log": log, "raw": log, "env": {}, "scripts": [script]}


def main():
    kind, path, directory, *rest = sys.argv[1:]
    job = [rest.pop(0)] if kind == "gitlab" else []
    inputs = dict(argument.split("=", 1) for argument in rest)
    json.dump({"github": github, "gitlab": gitlab}[kind](path, directory, *job, inputs), sys.stdout)


main()
