#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the layer rule: a file may include only its own module and modules on lines above it.

    tools/lint-layers.py [SRC]

LAYERS is the order, bottom-up; modules on one line do not see each other. A folder that is not in
the list is an error too: say where it belongs. Prints one line a breach, then "layers: N includes,
N breaches"; exit status 1 if there is one.
"""
import pathlib
import re
import sys

LAYERS = """
base
codec crypto
net
expr
content image package
report
inventory secret malware waste
vuln
check
trust closure
policy scan alert
monitor vault patch
render
store
server lsp browse
cmd
"""
LEVEL = {module: level for level, line in enumerate(LAYERS.split("\n")) for module in line.split()}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def breach(own, included):
    """Why a file of one module may not include this path, or None."""
    parts = included.split("/")
    if len(parts) == 1:
        return "an include names its module"
    if parts[0] not in LEVEL:
        return f"{parts[0]}/ has no place among the layers"
    if parts[0] != own and LEVEL[parts[0]] >= LEVEL[own]:
        beside = LEVEL[parts[0]] == LEVEL[own]
        return f"{parts[0]} lies {'beside' if beside else 'above'} {own}"
    return None


def check_file(path, own):
    """(number of project includes, breaches of this file)"""
    n, found = 0, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            n += 1
            why = breach(own, match.group(1))
            if why:
                found.append(f'{path}:{number}: "{match.group(1)}": {why}')
    return n, found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    n, found = 0, []
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".c", ".cc", ".h", ".def")):
        own = path.relative_to(root).parts[0]
        if own not in LEVEL:
            found.append(f"{path}: {own} has no place among the layers")
            continue
        n_file, found_file = check_file(path, own)
        n += n_file
        found += found_file
    print(*found, sep="\n", end="\n" if found else "")
    print(f"layers: {n} includes, {len(found)} breaches")
    return 1 if found or not n else 0


if __name__ == "__main__":
    sys.exit(main())
