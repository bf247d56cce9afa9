#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes files as a C table: shipped_files of src/base/shipped.h, or another of that shape.

    tools/embed.py [--table HEADER TYPE NAME] ROOT OUT FILE...

Names in the table are relative to ROOT.
"""
import pathlib
import sys


def literal(data):
    """C string literals, a line each; octal escapes never run into a digit that follows."""
    lines = []
    for line in data.splitlines(keepends=True):
        text = ""
        for byte in line:
            char = chr(byte)
            if char in '"\\' or char == "?":
                text += "\\" + char
            elif 0x20 <= byte < 0x7F:
                text += char
            else:
                text += f"\\{byte:03o}"
        lines.append(f'\t\t"{text}"')
    return "\n".join(lines) or '\t\t""'


def main(*words):
    header, kind, name = "base/shipped.h", "shipped_file", "shipped_files"
    if words[0] == "--table":
        header, kind, name, *words = words[1:]
    root, out, *files = words
    root = pathlib.Path(root).resolve()
    rows = []
    for path in sorted(pathlib.Path(file).resolve() for file in files):
        data = path.read_bytes()
        rows.append(f'\t{{"{path.relative_to(root).as_posix()}",\n{literal(data)},\n\t\t{len(data)}}},\n')
    pathlib.Path(out).write_text(
        "/* SPDX-License-Identifier: Apache-2.0 */\n"
        f'#include "{header}"\n\n'
        f"const struct {kind} {name}[] = {{\n" + "".join(rows) + "\t{0},\n};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
