# SPDX-License-Identifier: Apache-2.0
"""The expressions that the project's own tests hold: what is in quotes in tests/unit/expr, and the
seeds of the fuzz target."""
import pathlib
import re

TESTS = pathlib.Path(__file__).resolve().parent.parent
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)")
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def unescape(match):
    code = match[1]
    if code[0] == "x":
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return SIMPLE.get(code, code)


def of_c(text):
    """String literals; neighbours are one. What is no UTF-8 is left out."""
    for run in re.findall(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', text):
        joined = "".join(ESCAPE.sub(unescape, part) for part in LITERAL.findall(run))
        try:
            yield joined.encode("latin-1").decode("utf-8")
        except UnicodeError:
            if joined.isprintable():
                yield joined


def read():
    found = set()
    for path in sorted((TESTS / "unit" / "expr").glob("test-*.c")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines()
                 if not line.startswith("#include")]
        found.update(of_c("\n".join(lines)))
    for path in sorted((TESTS / "fixtures" / "fuzz" / "expr").iterdir()):
        found.add(path.read_text(encoding="utf-8", errors="replace"))
    return sorted(text for text in found if 2 <= len(text) <= 400)
