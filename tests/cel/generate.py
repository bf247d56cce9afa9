# SPDX-License-Identifier: Apache-2.0
"""Random expressions of CEL, each of a known type, as trees of which every part can be asked alone.

    gen = Generator(random.Random(seed))
    tree = gen.expression()         tree.text, tree.type, tree.parts, tree.is_closed
    mutate(rng, "1 + 2")            the text with some tokens changed: most are no expressions any more

Types are names ("int") or tuples: ("list", T), ("map", K, V). What the two implementations both
have is made: the core language with its macros, and the functions of the strings extension. Left
out is what @bufbuild/cel 0.6 has otherwise than the language's definition: timestamp(int), which it
takes for milliseconds, and matches() that is no method.
"""
import re

SCALARS = ["int", "uint", "double", "bool", "string", "bytes", "timestamp", "duration", "null"]
KEYS = ["int", "uint", "bool", "string"]

# What is bound: name -> (type, value in the forms of src/expr/tagged_json.h).
VARIABLES = {
    "i": ("int", {"int": "-7"}),
    "j": ("int", {"int": "9223372036854775807"}),
    "u": ("uint", {"uint": "18446744073709551615"}),
    "d": ("double", {"double": "0.5"}),
    "nan": ("double", {"double": "NaN"}),
    "s": ("string", {"string": "héllo wörld"}),
    "y": ("bytes", {"bytes": "/wBhw6k="}),
    "b": ("bool", {"bool": True}),
    "t": ("timestamp", {"timestamp": "2024-02-29T20:59:59.25Z"}),
    "r": ("duration", {"duration": "-1.5s"}),
    "li": (("list", "int"), {"list": [{"int": str(n)} for n in (3, 1, 2, 1)]}),
    "ls": (("list", "string"), {"list": [{"string": s} for s in ("b", "", "aé", "B")]}),
    "m": (("map", "string", "int"), {"map": [[{"string": "a"}, {"int": "1"}],
                                             [{"string": "b c"}, {"int": "-2"}]]}),
}

LITERALS = {
    "int": ["0", "1", "2", "3", "-1", "7", "10", "100", "0x1f", "-0x10", "9223372036854775807",
            "-9223372036854775808", "4294967296", "-2147483648", "9007199254740993"],
    "uint": ["0u", "1u", "2u", "0xffu", "7U", "18446744073709551615u", "9007199254740993u"],
    "double": ["0.0", "-0.0", "1.0", "0.1", "-2.5", "1e3", "1.5e-7", ".5", "1e308", "5e-324",
               "9007199254740993.0", "1e19", "123456789.125", "9223372036854775807.0"],
    "bool": ["true", "false"],
    "string": ['""', '"a"', '"abc"', "'A b'", r'"\n\t\\"', r'"\u00e9"', '"é"', '"🐳"', '"a🐳b"',
               r"r'\d+'", '"""x"y"""', "'''it's'''", '"1"', '"-5"', '"1.5"', '"true"', '"%s|%d"',
               '" a "', '"a,b,,c"', r'"\x41\101"', r'"\U0001F433"', '"aaa"', '"Äß"'],
    "bytes": ['b""', 'b"a"', r'b"\xff\x00"', "b'é'", r"b'\377'", 'b"abc"', 'B"abc"'],
    "timestamp": ['timestamp("1970-01-01T01:02:03Z")', 'timestamp("2024-02-29T12:34:56.789Z")',
                  'timestamp("0001-01-01T00:00:00Z")', 'timestamp("9999-12-31T12:59:59Z")',
                  'timestamp("2001-07-04T01:30:00+05:30")', 'timestamp("2024-03-10T06:59:59.5Z")',
                  'timestamp("2024-10-27T01:00:00Z")', 'timestamp("1883-11-18T17:00:00Z")'],
    "duration": ['duration("0s")', 'duration("1h30m")', 'duration("-1.5s")', 'duration("1ms")',
                 'duration("100us")', 'duration("24h")', 'duration("999999999ns")'],
    "null": ["null"],
    "type": ["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type",
             "google.protobuf.Timestamp", "google.protobuf.Duration"],
}
ZONES = ['"UTC"', '"+05:30"', '"-08:00"', '"America/New_York"', '"Asia/Kolkata"', '"Europe/Berlin"',
         '"Australia/Lord_Howe"']
PATTERNS = ['"a"', '"^a.*b$"', r"'\\d+'", r"r'[[:alpha:]]+'", r"r'\pL'", '"(a|b)*c"', '"[^a-c]"',
            '"^$"', '"."', r"r'\bA\b'", '"(?i)ABC"', '"x*?"', '"a{2,3}"']

LIST, MAP = "list", "map"
T = "T"  # any type of values, the same all over a signature

# result, the receiver or None, name, parameters
FUNCTIONS = [
    ("int", None, "size", ["string"]), ("int", "string", "size", []),
    ("int", None, "size", ["bytes"]), ("int", "bytes", "size", []),
    ("int", None, "size", [(LIST, T)]), ("int", (LIST, T), "size", []),
    ("int", None, "size", [(MAP, "string", T)]),
    ("int", None, "int", ["uint"]), ("int", None, "int", ["double"]),
    ("int", None, "int", ["string"]), ("int", None, "int", ["timestamp"]),
    ("int", None, "int", ["int"]),
    ("uint", None, "uint", ["int"]), ("uint", None, "uint", ["double"]),
    ("uint", None, "uint", ["string"]),
    ("double", None, "double", ["int"]), ("double", None, "double", ["uint"]),
    ("double", None, "double", ["string"]),
    ("string", None, "string", ["int"]), ("string", None, "string", ["uint"]),
    ("string", None, "string", ["double"]), ("string", None, "string", ["bool"]),
    ("string", None, "string", ["bytes"]), ("string", None, "string", ["timestamp"]),
    ("string", None, "string", ["duration"]), ("string", None, "string", ["string"]),
    ("bytes", None, "bytes", ["string"]), ("bool", None, "bool", ["string"]),
    ("timestamp", None, "timestamp", ["string"]),
    ("duration", None, "duration", ["string"]),
    ("bool", "string", "contains", ["string"]), ("bool", "string", "startsWith", ["string"]),
    ("bool", "string", "endsWith", ["string"]), ("bool", "string", "matches", ["pattern"]),
    ("string", "string", "charAt", ["int"]),
    ("int", "string", "indexOf", ["string"]), ("int", "string", "indexOf", ["string", "int"]),
    ("int", "string", "lastIndexOf", ["string"]),
    ("int", "string", "lastIndexOf", ["string", "int"]),
    ("string", "string", "lowerAscii", []), ("string", "string", "upperAscii", []),
    ("string", "string", "replace", ["string", "string"]),
    ("string", "string", "replace", ["string", "string", "int"]),
    ((LIST, "string"), "string", "split", ["string"]),
    ((LIST, "string"), "string", "split", ["string", "int"]),
    ("string", "string", "substring", ["int"]), ("string", "string", "substring", ["int", "int"]),
    ("string", "string", "trim", []), ("string", (LIST, "string"), "join", []),
    ("string", (LIST, "string"), "join", ["string"]), ("string", None, "strings.quote", ["string"]),
    ("int", "duration", "getHours", []), ("int", "duration", "getMinutes", []),
    ("int", "duration", "getSeconds", []), ("int", "duration", "getMilliseconds", []),
] + [("int", "timestamp", name, zone) for zone in ([], ["zone"]) for name in (
    "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
    "getHours", "getMinutes", "getSeconds", "getMilliseconds")]

# result, left, right, sign
OPERATORS = [
    (t, t, t, op) for t, ops in (("int", "+-*/%"), ("uint", "+-*/%"), ("double", "+-*/"))
    for op in ops
] + [
    ("string", "string", "string", "+"), ("bytes", "bytes", "bytes", "+"),
    ("timestamp", "timestamp", "duration", "+"), ("timestamp", "duration", "timestamp", "+"),
    ("timestamp", "timestamp", "duration", "-"), ("duration", "timestamp", "timestamp", "-"),
    ("duration", "duration", "duration", "+"), ("duration", "duration", "duration", "-"),
    ("bool", "bool", "bool", "&&"), ("bool", "bool", "bool", "||"),
    ("bool", T, T, "=="), ("bool", T, T, "!="),
    ("bool", T, (LIST, T), "in"), ("bool", "string", (MAP, "string", T), "in"),
] + [("bool", t, t, op) for t in ("int", "uint", "double", "string", "bytes", "bool", "timestamp",
                                  "duration") for op in ("<", "<=", ">", ">=")] + [
    ("bool", a, b, op) for a, b in (("int", "uint"), ("uint", "double"), ("double", "int"))
    for op in ("<", ">=")]

# tokens that mutation puts in
TOKENS = ["(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "+", "-", "*", "/", "%", "!", "==", "<",
          "&&", "||", " in ", "0", "1u", "1.5", '"a"', "b'x'", "null", "true", "x", "int", "has", "as",
          ".all(x, x)", ".map(x, x)", "[0]", "size", "//", "'", "\\", "`", "dyn(", "const", "0x", "e5"]


class Node:
    """A part of an expression: text between parts that are Nodes."""

    def __init__(self, kind, *pieces, bound=()):
        self.type = kind
        self.pieces = pieces
        self.parts = [p for p in pieces if isinstance(p, Node)]
        names = set().union(*(p.names for p in self.parts)) if self.parts else set()
        self.names = names - set(bound)  # variables of macros outside of it

    @property
    def text(self):
        return "".join(p.text if isinstance(p, Node) else p for p in self.pieces)

    @property
    def is_closed(self):
        return not self.names

    def walk(self):
        """Every part, the innermost first."""
        for part in self.parts:
            yield from part.walk()
        yield self


def fits(want, have, binding):
    """Whether `have` of a signature can be `want`; notes what T is."""
    if have == T:
        return binding.setdefault(T, want) == want
    if isinstance(have, tuple) and isinstance(want, tuple):
        return len(have) == len(want) and have[0] == want[0] and all(
            fits(w, h, binding) for w, h in zip(want[1:], have[1:]))
    return want == have


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.scope = []  # (name, type) of macros around
        self.n_names = 0

    def expression(self):
        self.scope, self.n_names = [], 0
        return self.make(self.any_type(2), self.rng.randint(1, 5))

    def any_type(self, depth):
        roll = self.rng.random()
        if depth and roll < 0.15:
            return (LIST, self.any_type(depth - 1))
        if depth and roll < 0.25:
            return (MAP, self.rng.choice(KEYS), self.any_type(depth - 1))
        return self.rng.choice(["bool", "bool", *SCALARS])

    def make(self, kind, depth):
        if kind == "pattern":
            return Node(kind, self.rng.choice(PATTERNS))
        if kind == "zone":
            return Node(kind, self.rng.choice(ZONES))
        if depth <= 0 or self.rng.random() < 0.1:
            return self.leaf(kind, depth)
        ways = [self.operator, self.operator, self.call, self.call, self.choice, self.leaf,
                self.element, self.dynamic]
        ways += {"bool": [self.quantifier, self.quantifier, self.negation, self.presence, self.mixed],
                 "int": [self.negation], "double": [self.negation]}.get(kind, [])
        if isinstance(kind, tuple):
            ways += [self.collection, self.collection, self.comprehension]
        made = self.rng.choice(ways)(kind, depth)
        return made if made else self.leaf(kind, depth)

    def leaf(self, kind, depth):
        names = [Node(kind, name) for name, (of, _) in VARIABLES.items() if of == kind]
        for name, of in self.scope:
            if of == kind:
                node = Node(kind, name)
                node.names = {name}
                names += [node] * 3
        if names and self.rng.random() < 0.5:
            return self.rng.choice(names)
        if isinstance(kind, tuple):
            return self.collection(kind, depth)
        text = self.rng.choice(LITERALS[kind])
        return Node(kind, f"({text})" if text.startswith("-") else text)

    def collection(self, kind, depth):
        n = self.rng.choice([0, 1, 1, 2, 3])
        pieces = ["[" if kind[0] == LIST else "{"]
        for i in range(n):
            pieces += [", "] if i else []
            if kind[0] == MAP:
                pieces += [self.make(kind[1], min(depth - 2, 1)), ": "]
            pieces.append(self.make(kind[-1], depth - 1))
        return Node(kind, *pieces, "]" if kind[0] == LIST else "}")

    def of_table(self, kind, table, patterns):
        """A row that gives the kind, with its T replaced."""
        rows = []
        for row in table:
            binding = {}
            if fits(kind, row[0], binding):
                rows.append((row, binding))
        if not rows:
            return None
        row, binding = self.rng.choice(rows)
        any_kind = binding.get(T) or self.any_type(1)

        def put(t):
            if t == T:
                return any_kind
            return tuple(map(put, t)) if isinstance(t, tuple) else t

        return [([put(t) for t in part] if isinstance(part, list) else put(part))
                if i in patterns else part for i, part in enumerate(row)]

    def operator(self, kind, depth):
        row = self.of_table(kind, OPERATORS, (0, 1, 2))
        if not row:
            return None
        _, left, right, sign = row
        return Node(kind, "(", self.make(left, depth - 1), f" {sign} ", self.make(right, depth - 1),
                    ")")

    def call(self, kind, depth):
        row = self.of_table(kind, FUNCTIONS, (0, 1, 3))
        if not row:
            return None
        _, receiver, name, params = row
        pieces = [self.make(receiver, depth - 1), "."] if receiver else []
        pieces += [name, "("]
        for i, param in enumerate(params):
            pieces += [", "] if i else []
            pieces.append(self.make(param, depth - 1))
        return Node(kind, *pieces, ")")

    def choice(self, kind, depth):
        return Node(kind, "(", self.make("bool", depth - 1), " ? ", self.make(kind, depth - 1), " : ",
                    self.make(kind, depth - 1), ")")

    def negation(self, kind, depth):
        return Node(kind, "!" if kind == "bool" else "-", "(", self.make(kind, depth - 1), ")")

    def element(self, kind, depth):
        if self.rng.random() < 0.6:
            return Node(kind, self.make((LIST, kind), depth - 1), "[",
                        self.make("int", min(depth - 1, 1)), "]")
        key = self.rng.choice(KEYS)
        return Node(kind, self.make((MAP, key, kind), depth - 1), "[", self.make(key, 0), "]")

    def dynamic(self, kind, depth):
        return Node(kind, "dyn(", self.make(kind, depth - 1), ")")

    def presence(self, kind, depth):
        name = self.rng.choice(["a", "b", "x1"])
        return Node(kind, "has(", self.make((MAP, "string", self.any_type(0)), depth - 1), f".{name})")

    def mixed(self, kind, depth):
        """Comparison of what need not be of one type."""
        return Node(kind, "(dyn(", self.make(self.any_type(1), depth - 1), ") ",
                    self.rng.choice(["==", "!="]), " dyn(", self.make(self.any_type(1), depth - 1), "))")

    def name(self):
        self.n_names += 1
        return f"v{self.n_names}"

    def inside(self, name, element, kind, depth):
        self.scope.append((name, element))
        made = self.make(kind, depth)
        self.scope.pop()
        return made

    def quantifier(self, kind, depth):
        over = self.any_type(1)
        if not isinstance(over, tuple):
            over = (LIST, over)
        name = self.name()
        return Node(kind, self.make(over, depth - 1),
                    f".{self.rng.choice(['all', 'exists', 'exists_one'])}({name}, ",
                    self.inside(name, over[1], "bool", depth - 1), ")", bound=[name])

    def comprehension(self, kind, depth):
        if kind[0] != LIST:
            return None
        name = self.name()
        if self.rng.random() < 0.4:
            return Node(kind, self.make(kind, depth - 1), f".filter({name}, ",
                        self.inside(name, kind[1], "bool", depth - 1), ")", bound=[name])
        over = (LIST, self.any_type(0))
        pieces = [self.make(over, depth - 1), f".map({name}, "]
        if self.rng.random() < 0.3:
            pieces += [self.inside(name, over[1], "bool", depth - 2), ", "]
        return Node(kind, *pieces, self.inside(name, over[1], kind[1], depth - 1), ")", bound=[name])


TOKEN = re.compile(r"""[bBrR]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|[A-Za-z_]\w*|\d[\w.]*|
                   \s+|[=!<>&|]{1,2}|.""", re.VERBOSE | re.DOTALL)


def mutate(rng, text):
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(tokens) + 1)
        way = rng.random()
        if way < 0.3:
            tokens[at:at + 1] = []
        elif way < 0.6:
            tokens[at:at] = [rng.choice(TOKENS)]
        elif way < 0.8:
            tokens[at:at + 1] = [rng.choice(TOKENS)]
        elif tokens:
            tokens[at:at] = [rng.choice(tokens)]
    return "".join(tokens)
