#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/rules/ from rules/packs/: a page for each pack, and which rule of ours is which of
another tool's. rules/secrets/ is one page, a table for each family.

    tools/rules-docs.py             write them (`make docs`)
    tools/rules-docs.py --check     only say what is not up to date; exit status 1 (`make lint`)
"""
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKS, PAGES = ROOT / "rules" / "packs", ROOT / "docs" / "rules"
SECRETS = ROOT / "rules" / "secrets"
NOTE = "<!-- Written by tools/rules-docs.py from rules/packs/: change those, then `make docs`. -->\n"

# The first that fits tells whose code it is; what stands in front of a colon is no part of the code.
TOOLS = [
    ("hadolint", r"DL\d{4}$"), ("ShellCheck", r"SC\d{4}$"), ("Trivy", r"(DS|KSV|KCV)-\d+$"),
    ("Checkov", r"CKV2?_"), ("Dockle", r"(CIS-DI|DKL-[A-Z]+)-"), ("KICS", r"kics:"),
    ("kube-linter", r"kube-linter:"), ("kube-score", r"kube-score:"), ("Polaris", r"polaris:"),
    ("kubesec", r"kubesec:"), ("Pod Security Standards", r"pss:"), ("BuildKit", r"[A-Z][A-Za-z]+$"),
    ("dockerfilelint", r"[a-z][a-z0-9_.-]+$"),
]
WHERE = {"dockerfile": "dockerfile", "compose": "yaml", "kubernetes": "yaml", "image": "yaml"}


def tool_of(code):
    """("Trivy", "DS-0002")"""
    for tool, pattern in TOOLS:
        if re.match(pattern, code):
            prefix = code.split(":")[0] + ":"
            return tool, code.removeprefix(prefix) if pattern.endswith(":") else code
    raise SystemExit(f"rules-docs: whose code is {code!r}? Add its tool to TOOLS")


def foreign(rule, ours):
    """Its codes of other tools, without the rules of ours that it is a twin of."""
    return [str(code) for code in rule.get("codes", ()) if str(code) not in ours]


def cell(text):
    return str(text).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def of_template(text):
    """A message for people: `{container.name}` is filled in by the program."""
    text = re.sub(r"\{\{", "\0", " ".join(text.split()))
    text = re.sub(r"\{([^{}]+)\}", r"`{\1}`", text)
    return text.replace("\0", "{").replace("<", "&lt;")


def text_of(example, language):
    if isinstance(example, str):
        return example
    return example.get("text") or example.get("dockerfile") or yaml.safe_dump(example)


def files_of(example):
    files = example.get("files", {}) if isinstance(example, dict) else {}
    files = files if isinstance(files, dict) else {}  # those of an image are part of it
    return f", beside it {', '.join(f'`{name}`' for name in files)}" if files else ""


def shortest(examples, language):
    """One of them; rather a text than one that needs files beside it."""
    return min(examples, key=lambda e: (not isinstance(e, str), len(text_of(e, language))))


def fenced(text, language):
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}\n"


def section(rule, ours):
    language = WHERE[rule["applies_to"].split(".")[0]]
    switch = "on" if rule.get("default", True) in (True, "on") else "off"
    lines = [f"## {rule['id']}\n", f"{of_template(rule['title'])}.\n",
             f"Severity {rule['severity']}, {switch} by default; asked of each `{rule['applies_to']}`.\n",
             f"**What it says.** {of_template(rule['message'])}\n",
             f"**What to do.** {of_template(rule['remedy'])}\n"]
    if rule.get("fix"):
        lines.append("`plimsoll lint --fix` can do it.\n")
    if rule.get("parameters"):
        lines.append("**Parameters.** " + ", ".join(
            f"`{name}` ({cell(value)})" for name, value in rule["parameters"].items()) + "\n")
    twins = [str(code) for code in rule.get("codes", ()) if str(code) in ours]
    if twins:
        lines.append("**In a Dockerfile.** " + ", ".join(
            f"[{twin}]({ours[twin]}.md#{twin})" for twin in twins) + "\n")
    if foreign(rule, ours):
        lines.append("**Elsewhere.** " + ", ".join(
            " ".join(tool_of(code)) for code in foreign(rule, ours)) + "\n")
    if rule.get("references"):
        lines.append("**References.** " + ", ".join(f"<{url}>" for url in rule["references"]) + "\n")
    for kind, title in (("fail", "It speaks here"), ("pass", "and is silent here")):
        example = shortest(rule["examples"][kind], language)
        lines.append(f"{title}{files_of(example)}:\n\n" + fenced(text_of(example, language), language))
    return "\n".join(lines)


def page(pack, ours):
    rules = sorted(pack["rules"], key=lambda rule: rule["id"])
    rows = [f"| [{rule['id']}](#{rule['id']}) | {rule['severity']} | "
            f"{'on' if rule.get('default', True) in (True, 'on') else 'off'} | {cell(rule['title'])} |"
            for rule in rules]
    head = (f"{NOTE}# {pack.get('title', pack['pack'])}\n\n{len(rules)} rules of the pack `{pack['pack']}`.\n\n"
            "| rule | severity | default | |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n")
    return head + "\n".join(section(rule, ours) for rule in rules)


def switching(packs, ours):
    """A table for each tool: its codes, as they name our rules."""
    found = {}
    for name, pack in packs.items():
        for rule in pack["rules"]:
            for code in foreign(rule, ours):
                found.setdefault(tool_of(code)[0], set()).add((code, rule["id"], name))
    lines = [NOTE + "# Coming from another tool\n",
             "Which of our rules is which of another tool's. A rule can be named by any of these codes, in\n"
             "`.plimsoll.yaml`, in comments that switch it off, and with `plimsoll rules show CODE`; comments\n"
             "that other tools read are heeded as they stand (docs/formats/rules.md).\n"]
    for tool, _ in TOOLS:
        rows = {}
        for code, rule, name in sorted(found.get(tool, ())):
            rows.setdefault(code, []).append(f"[{rule}]({name}.md#{rule})")
        if rows:
            lines.append(f"## {tool}\n\n| {tool} | Plimsoll |\n|---|---|\n" + "\n".join(
                f"| `{cell(code)}` | {', '.join(ours)} |" for code, ours in rows.items()) + "\n")
    return "\n".join(lines)


FAMILIES = {
    "ai": "Models", "cloud": "Clouds, hosting, identity and secret stores",
    "code-hosting": "Code hosting, builds and developer tools", "databases": "Databases and data",
    "files": "Files known by what they mean", "generic": "Values without a form of their own",
    "keys": "Keys, tokens and headers of no one provider", "messaging": "Messaging and mail",
    "monitoring": "Monitoring and analytics", "packages": "Package registries",
    "payment": "Payment, trade and finance", "saas-a-m": "Other services, A to M",
    "saas-n-z": "Other services, N to Z",
}


def how(rule):
    """What makes the rule look, in a few words."""
    if "file" in rule:
        return "the whole file"
    if "context" in rule and "names" in rule:
        return "the key's name, then what stands around"
    return "the key's name and its form" if "names" in rule else "its form"


def examples(rules, kind):
    return sum(len(rule["examples"][kind]) for rule in rules)


def secrets_page(packs):
    rules = [rule for pack in packs.values() for rule in pack["rules"]]
    providers = {rule["provider"] for rule in rules} - {"any"}
    lines = [NOTE.replace("rules/packs/", "rules/secrets/") + "# Secrets\n",
             f"{len(rules)} forms of {len(providers)} providers that `plimsoll scan --scanners secret` knows. What is\n"
             "told of a secret and how rules are written: [formats/secrets.md](../formats/secrets.md). Each has\n"
             f"examples that it must find ({examples(rules, True)} in all) and others that it must not ({examples(rules, False)}): "
             "`plimsoll rules test secrets`.\n",
             "| family | rules | providers | |\n|---|---|---|---|"]
    for name, pack in packs.items():
        own = {rule["provider"] for rule in pack["rules"]} - {"any"}
        lines.append(f"| [{name}](#{name}) | {len(pack['rules'])} | {len(own)} | {FAMILIES[name]} |")
    for name, pack in packs.items():
        lines += ["", f"## {name}", "", FAMILIES[name] + ".", "",
                  "| rule | | provider | severity | known by | what to do |", "|---|---|---|---|---|---|"]
        lines += [f"| `{rule['id']}` | [{cell(rule['title'])}]({rule['references'][0]}) | {cell(rule['provider'])} | "
                  f"{rule['severity']} | {how(rule)} | {cell(rule['rotate'])} |"
                  for rule in sorted(pack["rules"], key=lambda rule: rule["id"])]
    return "\n".join(lines) + "\n"


def index(packs, n_secrets):
    rows = [f"| [{name}]({name}.md) | {len(pack['rules'])} | {cell(pack.get('title', ''))} |"
            for name, pack in packs.items()]
    return (NOTE + "# Rules\n\nWhat `plimsoll lint` and `plimsoll scan` look for. How rules are written and set up is in\n"
            "[formats/rules.md](../formats/rules.md); codes of other tools are in [switching.md](switching.md).\n\n"
            "| pack | rules | |\n|---|---|---|\n" + "\n".join(rows) +
            f"\n| [secrets](secrets.md) | {n_secrets} | Secrets in files, configuration and history |\n")


def pages():
    packs = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
             for path in sorted(PACKS.glob("*.yaml"))}
    ours = {rule["id"]: name for name, pack in packs.items() for rule in pack["rules"]}
    made = {f"{name}.md": page(pack, ours) for name, pack in packs.items()}
    secrets = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
               for path in sorted(SECRETS.glob("*.yaml"))}
    made["secrets.md"] = secrets_page(secrets)
    n_secrets = sum(len(pack["rules"]) for pack in secrets.values())
    return made | {"README.md": index(packs, n_secrets), "switching.md": switching(packs, ours)}


def main():
    made = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    stale = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    if sys.argv[1:] == ["--check"]:
        print(*(f"docs/rules/{name} is not up to date; `make docs` writes it" for name in stale), sep="\n",
              end="\n" if stale else "")
        return 1 if stale else 0
    PAGES.mkdir(exist_ok=True)
    for name in stale:
        if name in made:
            (PAGES / name).write_text(made[name], encoding="utf-8")
        else:
            (PAGES / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
