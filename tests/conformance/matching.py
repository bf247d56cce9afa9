#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what plimsoll finds with the feeds' own ranges, evaluated a second time, both ways.

    matching.py --plimsoll BIN --feeds DIR [--images DIR] [--db DIR] [--rounds 2] [--list]

FEEDS is a mirror as `plimsoll db build` takes it. Of it are read, with code that shares nothing with
plimsoll: OSV (Debian, Ubuntu, Alpine, AlmaLinux, Rocky Linux, SUSE, Red Hat), Alpine's secdb, Debian's
DSA and DLA lists, and by rpm_feeds.py OVAL, updateinfo.xml, Red Hat's VEX and Photon's list. Samples
of feeds (format-samples, redhat) are laid out as mirrors of their own, with databases of their own.
Versions are ordered by dpkg and rpm themselves, and for apk by the rules of apk-tools written down
below.

What is scanned:
- each image of IMAGES, its packages taken from the list NAME.expected.tsv beside it;
- root file systems made up here, some for each release that the feeds speak of: every package they
  name, in each round at another version around its fixes (the fix itself, below, above; of another
  architecture, another module or none), so that there is something to find. Sources and binaries
  have names and versions of their own; rpm packages are of modules or not.

Prints each finding that is missing or too much (--list: all of them, else the first 10 of each
target), a line for each target, how many pairs of a package and an advisory were compared, and at
last "matching: N of M findings, K too much"; the exit status is 0 only when all agree.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zipfile

from rpm_feeds import (INSIDE, OUTSIDE, REPAIRED, UNDECIDED, Claim, lay_out, read_rpm_feeds,
                       shard_of_cpe, weigh_cpe)

# What is installed; module is "name:stream" or "".
Package = collections.namedtuple("Package", "name version source source_version arch module")


# ---- versions ----


class NotOrdered(ValueError):
    """A version that the rules do not speak of: nothing is expected of it."""


class Asked:
    """A tool that answers one line for one line, asked once for each pair."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self.known = {}

    def __call__(self, a, b):
        if a == b:
            return 0
        if (a, b) not in self.known:
            self.process.stdin.write(f"{a}\t{b}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            if not line.strip():
                sys.exit(f"{self.process.args[0]}: no order of {a!r} and {b!r}")
            self.known[a, b] = int(line)
        return self.known[a, b]


# Of libdpkg-perl, which dpkg-dev builds packages with: one process for all of them.
DPKG = """use Dpkg::Version; $| = 1;
while (<STDIN>) { chomp; my ($a, $b) = split /\\t/; print version_compare($a, $b), "\\n" }"""

RPM = """%{lua: for l in io.lines() do
local a, b = l:match("^([^\\t]*)\\t([^\\t]*)$")
io.stdout:write(rpm.vercmp(a, b), "\\n") io.stdout:flush() end}"""

APK = re.compile(r"^(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?$")
APK_SUFFIXES = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"]


def apk_key(version):
    """apk-tools: numbers, a letter, suffixes before and after none, the release."""
    parts = APK.match(version)
    if not parts:
        raise NotOrdered(version)
    numbers, letter, suffixes, release = parts.groups()
    first, *others = numbers.split(".")
    key = [(2, int(first), "")]
    for number in others:
        # a leading zero makes it a fraction, compared digit by digit and below any without
        zero = number.startswith("0") and len(number) > 1
        key.append((2, -1, number.rstrip()) if zero else (2, int(number), ""))
    tail = [(1, ord(letter), "")] if letter else []
    for suffix in re.findall(r"_([a-z]+)(\d*)", suffixes):
        rank = APK_SUFFIXES.index(suffix[0]) - APK_SUFFIXES.index("")
        tail.append((0 if rank > 0 else -2, rank, int(suffix[1] or 0)))
    tail.append((-1, int(release or 0), ""))
    return key + tail


def apk_order(a, b):
    if a == b:
        return 0
    a, b = apk_key(a), apk_key(b)
    return (a > b) - (a < b)


# ---- what the feeds say ----


def shard_of(ecosystem):
    """("debian-12", channel) of an OSV ecosystem, or None."""
    name, *rest = ecosystem.split(":")
    if not rest:
        return None
    if name in ("Debian", "AlmaLinux", "Rocky Linux"):
        key = {"Debian": "debian", "AlmaLinux": "almalinux", "Rocky Linux": "rocky"}[name]
        return f"{key}-{rest[0].split('.')[0]}", ""
    if name in ("SUSE", "openSUSE"):
        return shard_of_suse(rest[0])
    if name == "Red Hat":
        shard = shard_of_cpe("cpe:/a:redhat:" + ":".join(rest))
        return (shard, ":".join(rest).lower()) if shard else None
    if name == "Alpine":
        return "alpine-" + rest[0].lstrip("v"), ""
    if name == "Ubuntu":
        pro = rest[0] == "Pro"
        rest = rest[pro:]
        channel = "esm" if pro else ""
        if not rest[0][0].isdigit():
            channel, rest = rest[0].lower(), rest[1:]
        return "ubuntu-" + rest[0], channel
    return None


def shard_of_suse(product):
    """"Linux Enterprise Server 15 SP3": what is not the server itself is a channel of it."""
    product = product.removeprefix("openSUSE ")
    if product == "Tumbleweed":
        return "opensuse-tumbleweed", ""
    found = re.match(r"(Leap |.*Micro )?(.*?)(\d+(?:\.\d+)?)(?:[ -]SP(\d))?", product)
    release = f"{found[3]}.{found[4]}" if found[4] else found[3]
    if found[1]:
        return ("opensuse-leap-" if found[1] == "Leap " else "sl-micro-") + release, ""
    own = product.startswith("Linux Enterprise Server 1")
    return "sles-" + release, "" if own else product.lower()


class Aliases:
    """Ids joined transitively; but two CVEs are never one, whatever joins them."""

    def __init__(self):
        self.near = collections.defaultdict(set)
        self.names = None

    def join(self, a, b):
        self.near[a].add(b)
        self.near[b].add(a)
        self.names = None

    def group(self, start):
        seen, ahead = {start}, [start]
        while ahead:
            fresh = self.near[ahead.pop()] - seen
            seen |= fresh
            ahead += fresh
        return seen

    def own_cve(self, one):
        cves = {n for n in self.near[one] if n.startswith("CVE-")}
        return cves.pop() if len(cves) == 1 and not one.startswith("CVE-") else one

    def find(self, one):
        if self.names is None:
            self.names = {}
            for start in list(self.near):
                if start not in self.names:
                    group = self.group(start)
                    several = sum(i.startswith("CVE-") for i in group) > 1
                    best = min(group, key=rank)
                    self.names |= {i: self.own_cve(i) if several else best for i in group}
        return self.names.get(one, one)


def rank(identifier):
    kind = 0 if identifier.startswith("CVE-") else 1 if identifier.startswith("GHSA-") else 2
    return kind, identifier.encode()


NOTICES = ("ALPINE-", "ALSA-", "DEBIAN-", "DLA-", "DSA-", "DTSA-", "ELA-", "RLSA-", "RXSA-",
           "UBUNTU-", "USN-", "RHSA-", "SUSE-", "openSUSE-", "MGASA-", "OESA-", "RHBA-", "RHEA-")
NO_SECURITY = ("ALBA-", "ALEA-", "LSN-", "RLBA-", "RLEA-", "MGAA-")
VIEW = re.compile(r"^(?:UBUNTU|DEBIAN|ALPINE)-(CVE-.*)$")


def ids_of_notice(doc):
    def strip(identifier):
        return VIEW.sub(r"\1", identifier)

    ids = [strip(i) for i in doc.get("upstream", [])]
    if strip(doc["id"]) != doc["id"]:
        ids.append(strip(doc["id"]))
    ids = ids or [strip(i) for i in doc.get("aliases", [])]
    if not doc["id"].startswith("USN-"):
        ids = ids or [strip(i) for i in doc.get("related", []) if strip(i).startswith("CVE-")]
    return ids or [doc["id"]]


def modules_of(doc, fixes):
    """Streams that a record with modular builds names; [""] for one without."""
    if not any(".module_el" in f or ".module+el" in f for f in fixes):
        return [""]
    words = doc["summary"].split(":", 1)[1].split() if re.match(
        r"(Critical|Important|Moderate|Low):", doc["summary"]) else doc["summary"].split()
    streams = [w.rstrip(",") for w in words if re.match(r"[^:]+:[^:]", w) and w[-1] != ":"]
    return streams or [words[0] + ":*"]


def osv_ranges(affected):
    """[(introduced, end, kind of end)]"""
    out = []
    for one in affected.get("ranges", []):
        if one.get("type") == "GIT":
            continue
        start = None
        for event in one["events"]:
            if "introduced" in event:
                if start is not None:
                    out.append((start, "", ""))
                start = "" if event["introduced"] == "0" else event["introduced"]
            elif start is not None:
                kind = "fixed" if "fixed" in event else "last_affected"
                if kind in event:
                    out.append((start, event[kind], kind))
                    start = None
        if start is not None:
            out.append((start, "", ""))
    return out


def read_osv(doc, claims, aliases):
    if doc["id"].startswith(NO_SECURITY) or doc.get("withdrawn"):
        return
    notice = doc["id"].startswith(NOTICES)
    if not notice:
        for alias in doc.get("aliases", []):
            aliases.join(doc["id"], alias)
    for affected in doc.get("affected", []):
        place = shard_of(affected.get("package", {}).get("ecosystem", ""))
        ranges = osv_ranges(affected)
        if not place or not (ranges or affected.get("versions")):
            continue
        channel = re.search(r"[?&]distro=(?:esm-infra|([a-z-]+))/", affected["package"].get(
            "purl", "")) if place[1] else None
        channel = (channel[1] or "esm-infra") if channel else place[1]
        by_binary = doc["id"].startswith(("ALSA-", "RHSA-", "RHBA-", "RHEA-"))
        judge = None
        if place[0].startswith("rhel-"):
            known, judge = weigh_cpe(channel, ranges[0][1] if ranges else "", not by_binary)
            if not known:
                continue
        for module in modules_of(doc, [r[1] for r in ranges]):
            claims[place[0]].append(Claim(
                doc["id"], ids_of_notice(doc) if notice else [doc["id"]],
                affected["package"]["name"], ranges, frozenset(affected.get("versions", [])), False,
                channel, module, by_binary, (), judge))


def read_osv_mirror(feeds, claims, aliases):
    for archive in sorted((feeds / "osv").glob("*/all.zip")):
        seen = {}
        with zipfile.ZipFile(archive) as z:
            for name in z.namelist():
                if name.endswith(".json"):
                    doc = json.loads(z.read(name))
                    seen[doc["id"]] = doc
        # a record may sit in several directories
        for identifier in sorted(seen):
            if (identifier, archive.parent.name) not in aliases.seen:
                aliases.seen.add((identifier, archive.parent.name))
                read_osv(seen[identifier], claims, aliases)


CVE = re.compile(r"^CVE[-_ ](\d{4})[-_](\d{4,})")
OTHER = re.compile(r"^[A-Za-z][A-Za-z0-9]+-[A-Za-z0-9-]*\d$")


def secdb_ids(text):
    words = text.split("(")[0].split()
    if len(words) > 1 and words[0] == "CVE":
        words = ["CVE-" + words[1]] + words[2:]
    cves = [f"CVE-{m[1]}-{m[2]}" for m in map(CVE.match, words) if m]
    others = [w for w in words if not w.startswith("CVE") and OTHER.match(w)]
    return cves, others


def read_secdb(path, claims, aliases):
    doc = json.loads(path.read_text(encoding="utf-8"))
    shard = "alpine-" + re.search(r"v(\d+\.\d+)", path.parent.name)[1]
    for entry in doc.get("packages") or []:
        package = entry["pkg"]
        for version, texts in (package.get("secfixes") or {}).items():
            for text in texts or []:
                cves, others = secdb_ids(text)
                ids = cves or others
                if len(ids) == 1 or len(cves) == 1:
                    for other in others:
                        aliases.join(ids[0], other)
                for identifier in ids:
                    denied = version == "0"
                    claims[shard].append(Claim(
                        f"secdb {identifier}", [identifier], package["name"],
                        [] if denied else [("", version, "fixed")], frozenset(), denied, "", "",
                        False, ()))


CODENAMES = {"trixie": 13, "bookworm": 12, "bullseye": 11, "buster": 10, "stretch": 9, "jessie": 8,
             "wheezy": 7, "squeeze": 6, "lenny": 5, "etch": 4}
DEBIAN_LINE = re.compile(r"^\s+\[(\w+)\] - (\S+) (\S+)")


def read_debian_list(path, claims):
    record, ids, headings = None, [], []  # claims hold the list: the ids may stand below them
    for line in path.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"^\[[^]]+\] (\S+)", line)
        found = DEBIAN_LINE.match(line)
        if heading:
            record, ids, mends = heading[1], [], "regression update" in line
            headings.append((record, ids, mends))
        elif line.strip().startswith("{"):
            ids += line.strip().strip("{}").split()
        elif found and found[1] in CODENAMES:
            version = found[3]
            denied = version == "<not-affected>"
            ranges = [("", "", "")] if version.startswith("<") else [("", version, "fixed")]
            claims[f"debian-{CODENAMES[found[1]]}"].append(Claim(
                record, ids, found[2], [] if denied else ranges, frozenset(), denied,
                "", "", False, ()))
    for record, ids, mends in headings:
        ids += [] if ids or mends else [record]  # one that mends an advisory is about none


def read_feeds(feeds):
    claims, aliases = collections.defaultdict(list), Aliases()
    aliases.seen = set()
    if (feeds / "osv").is_dir():
        read_osv_mirror(feeds, claims, aliases)
    for path in sorted(feeds.glob("alpine/**/v*/*.json")):
        read_secdb(path, claims, aliases)
    for path in sorted(feeds.glob("debian/data/D[SL]A/list")):
        read_debian_list(path, claims)
    read_rpm_feeds(feeds, claims)
    return claims, aliases


# ---- what is found ----


def is_offer(channel):
    return channel.startswith("esm") or channel in ("realtime", "ltss")


def counts_for_channel(claim, package):
    topic = claim.channel.removeprefix("extras:")
    if topic != claim.channel and re.match(re.escape(package.source) + r"-?\d", topic):
        number = topic.removeprefix(package.source).lstrip("-")
        return re.match(re.escape(number) + r"(?!\d)", package.source_version.split(":")[-1])
    if package.arch == "amd64" and (claim.channel.startswith("fips") or
                                    "fips" in package.source_version.lower()):
        return claim.channel.startswith("fips") and "fips" in package.source_version.lower()
    return True


def counts(claim, package):
    if claim.arches and package.arch != "noarch" and package.arch not in claim.arches:
        return False
    if not claim.module and not package.module:
        return counts_for_channel(claim, package)
    name, _, stream = claim.module.partition(":")
    if stream == "*":
        return package.module.startswith(name + ":")
    return claim.module == package.module


def evaluate(claim, package, version, order):
    if claim.judge:
        return claim.judge(package, order)
    if not claim.ranges and not claim.versions:
        return INSIDE
    result = INSIDE if version in claim.versions else OUTSIDE
    for introduced, end, kind in claim.ranges:
        if introduced and order(version, introduced) < 0:
            continue
        if not end:
            return INSIDE
        behind = order(version, end)
        if behind < 0 or (kind == "last_affected" and behind == 0):
            return INSIDE
        if kind == "fixed" and result == OUTSIDE:
            result = REPAIRED
    return result


def outweighs(against, claim):
    if against.channel.startswith("rhel_") and against.judge:
        return True  # built in a stream that has its fix
    if against.record == claim.record and against.channel == claim.channel:
        return False
    whole = claim.ranges and all(r == ("", "", "") for r in claim.ranges)
    return whole or (is_offer(claim.channel) and not is_offer(against.channel))


class Judge:
    """What the claims about one release say of packages."""

    def __init__(self, claims, order, aliases):
        self.by_name = collections.defaultdict(list)
        for claim in claims:
            self.by_name[claim.name].append(claim)
        self.order, self.aliases = order, aliases
        self.undecided, self.pairs = set(), 0

    def verdict(self, claim, package, version):
        self.pairs += 1
        try:
            return evaluate(claim, package, version, self.order)
        except NotOrdered:
            return UNDECIDED

    def verdicts(self, package):
        """{vulnerability: [(claim, verdict)]}"""
        judged = collections.defaultdict(list)
        asked = {(package.source, False): package.source_version,
                 (package.name, True): package.version}
        for (name, by_binary), version in asked.items():
            for claim in self.by_name.get(name, []):
                if claim.by_binary == by_binary and counts(claim, package):
                    verdict = self.verdict(claim, package, version)
                    for identifier in claim.ids:
                        judged[self.aliases.find(identifier)].append((claim, verdict))
        return judged

    def vulnerabilities(self, package):
        for identifier, claims in self.verdicts(package).items():
            if any(v == UNDECIDED for c, v in claims):
                self.undecided.add((package.name, package.version, identifier))
            if any(c.denied and v == INSIDE for c, v in claims):
                continue
            repaired = [c for c, v in claims if v == REPAIRED and not c.denied]
            if any(v == INSIDE and not any(outweighs(r, c) for r in repaired) for c, v in claims):
                yield identifier

    def expected(self, packages):
        found = {(p.name, p.version, identifier) for p in packages
                 for identifier in self.vulnerabilities(p)}
        return found - self.undecided


def scanned(plimsoll, db, target):
    done = subprocess.run([plimsoll, "scan", str(target), "--format", "json", "--db", str(db)],
                          capture_output=True, check=False, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{target}: {done.stderr.decode(errors='replace').strip()}")
    report = json.loads(done.stdout)
    return {(f["subject"]["name"], f["subject"]["version"], f["rule"])
            for f in report["findings"] if f["kind"] == "vulnerability"}


# ---- root file systems made up ----


def put(root, path, data):
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data if isinstance(data, bytes) else data.encode())


def rpm_header(package, vendor):
    evr, epoch = package.version, 0
    if ":" in evr:
        number, evr = evr.split(":", 1)
        epoch = int(number)
    version, release = evr.rsplit("-", 1)
    texts = [(1000, package.name), (1001, version), (1002, release), (1011, vendor),
             (1022, package.arch),
             (1044, f"{package.source}-{version}-{release}.src.rpm")]
    if package.module:
        texts.append((5096, package.module + ":8000:abcdef"))
    store, index = b"", []
    for tag, text in texts:
        index.append((tag, 6, len(store), 1))
        store += text.encode() + b"\0"
    if epoch:
        store += b"\0" * (-len(store) % 4)
        index.append((1003, 4, len(store), 1))
        store += struct.pack(">I", epoch)
    return (struct.pack(">II", len(index), len(store)) +
            b"".join(struct.pack(">IIII", *entry) for entry in sorted(index)) + store)


def make_rpms(root, packages, vendor):
    (root / "var/lib/rpm").mkdir(parents=True)
    db = sqlite3.connect(root / "var/lib/rpm/rpmdb.sqlite")
    db.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    db.executemany("INSERT INTO Packages (blob) VALUES (?)",
                   [(rpm_header(p, vendor),) for p in packages])
    db.commit()
    db.close()


def make_root(root, shard, packages):
    key, release = key_of(shard), shard.rpartition("-")[2]
    os_id, release, vendor = {
        "almalinux": (key, release, "AlmaLinux"),
        "amazonlinux": ("amzn", release, "Amazon Linux"),
        "azurelinux": (key, release, "Microsoft Corporation"),
        "fedora": (key, release, "Fedora Project"),
        "mariner": (key, release, "Microsoft Corporation"),
        "opensuse-leap": (key, release, "openSUSE"),
        "opensuse-tumbleweed": (key, "20240101", "openSUSE"),
        "oraclelinux": ("ol", release + ".9", "Oracle America"),
        "photon": (key, release, "VMware, Inc."),
        "rhel": (key, release + ".4", "Red Hat, Inc."),
        "rocky": (key, release, "Rocky Enterprise Software Foundation"),
        "sl-micro": (key, release, "SUSE LLC <https://www.suse.com/>"),
        "sles": (key, release, "SUSE LLC <https://www.suse.com/>"),
    }.get(key, (key, release, ""))
    put(root, "etc/os-release", f'ID={os_id}\nNAME="{os_id}"\nVERSION_ID="{release}"\n')
    if key in ("debian", "ubuntu"):
        put(root, "var/lib/dpkg/status", "".join(
            f"Package: {p.name}\nStatus: install ok installed\nArchitecture: {p.arch}\n"
            f"Version: {p.version}\nSource: {p.source} ({p.source_version})\n\n"
            for p in packages))
    elif key == "alpine":
        put(root, "lib/apk/db/installed", "".join(
            f"P:{p.name}\nV:{p.version}\nA:{p.arch}\no:{p.source}\n\n" for p in packages))
    else:
        make_rpms(root, packages, vendor)


def key_of(shard):
    """"opensuse-leap" of "opensuse-leap-15.2", "opensuse-tumbleweed" of itself."""
    key, _, release = shard.rpartition("-")
    return key if release[0].isdigit() else shard


def is_rpm(key):
    return key not in ("debian", "ubuntu", "alpine")


def below(key, version):
    """A version a little lower, or the same where there is none that is easily made."""
    if key != "alpine":
        head, dash, tail = version.rpartition("-")
        return f"{head}-{tail.rstrip('~')}~1" if dash else version + "~1"
    match = re.match(r"^(.*)-r(\d+)$", version)
    if match and int(match[2]):
        return f"{match[1]}-r{int(match[2]) - 1}"
    return re.sub(r"^([\d.]+)-r0$", r"\1_rc1-r0", version)


def candidates(key, claims):
    """(version, module, architecture) around the ends of a package's ranges."""
    ends = sorted({(end, c.module.replace(":*", ":any"), c.arches[:1]) for c in claims
                   for _, end, _ in c.ranges if end})
    if not is_rpm(key):
        arch = "x86_64" if key == "alpine" else "amd64"
        versions = [e for e, _, _ in ends if key != "alpine" or APK.match(e)] or [
            "1.0-r0" if key == "alpine" else "1.0-1"]
        return [(v, "", arch) for e in versions for v in (below(key, e), e)]
    out = []
    for end, module, arches in ends or [("1.0-1", c.module.replace(":*", ":any"), ())
                                        for c in claims[:1]]:
        if not re.match(r"^(\d+:)?[^-, ]+-[^-, ]+$", end):
            continue
        arch = arches[0] if arches else "x86_64"
        out += [(below(key, end), module, arch), (end, module, arch), (end + ".1", module, arch)]
        out += [(below(key, end), module, "riscv64")] if arches or key in OVAL_KEYS else []
        if module:
            out.append((below(key, end), "", arch))
            out.append((below(key, end), module + "0", arch))
        if ".el" in end and key == "rhel":  # of a stream: built in it, and not
            out.append((re.sub(r"\.el(\d+)_\d+", r".el\1_0", below(key, end)), module, arch))
    return list(dict.fromkeys(out))


OVAL_KEYS = ("oraclelinux", "sles", "sl-micro", "opensuse-leap", "opensuse-tumbleweed")


def made_up(shard, claims, number, rounds):
    """The packages of one round: the versions of a package are spread over the rounds."""
    key = key_of(shard)
    by_name = collections.defaultdict(list)
    for claim in claims:
        by_name[claim.name].append(claim)
    packages = []
    for name in sorted(by_name):
        choice = candidates(key, by_name[name])
        if not choice or not re.match(r"^[a-z0-9][a-zA-Z0-9+._-]*$", name):
            continue
        step = max(1, len(choice) // rounds) + (len(choice) > rounds)
        version, module, arch = choice[number * step % len(choice)]
        version = version.removeprefix("0:")
        if key in ("debian", "ubuntu"):
            own = (f"lib-{name}", "99:9-9") if number % 2 else (name, version)
            packages.append(Package(*own, name, version, arch, ""))
        elif key == "alpine":
            packages.append(Package(f"{name}-libs", version, name, version, arch, ""))
        else:
            by_source = not all(c.by_binary for c in by_name[name])
            own = f"{name}-libs" if by_source and number % 2 else name
            packages.append(Package(own, version, name, version, arch, module))
    return packages


def rounds_of(shard, claims, samples, rounds):
    """Samples are few: each of their versions has a round."""
    if not samples:
        return rounds
    by_name = collections.defaultdict(list)
    for claim in claims:
        by_name[claim.name].append(claim)
    return max(rounds, min(24, max(len(candidates(key_of(shard), c)) for c in by_name.values())))


# ---- the comparison ----


def read_packages(path):
    """The list beside an image, as dpkg, apk and rpm themselves print it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    columns = [re.sub(r" .*", "", cell) for cell in lines[0][2:].split("\t")]
    for line in lines[1:]:
        cells = dict(zip(columns, line.split("\t")))
        if "type" in cells or "sourcerpm" in cells or "name" not in cells:
            return
        source = cells.get("source") or cells.get("origin") or cells["name"]
        yield Package(cells["name"], cells["version"], source,
                      cells.get("sourceversion") or cells["version"], cells["arch"], "")


def release_of(name):
    match = re.match(r"^(alpine)-(\d+\.\d+)\.\d+|^(debian)-(\d+)-|^(ubuntu)-([\d.]+)-", name)
    if match:
        key, release = [g for g in match.groups() if g]
        return f"{key}-{release}"
    return "debian-12" if "debian12" in name else None


class Score:
    def __init__(self, everything):
        self.everything = everything
        self.right = self.wanted = self.extra = self.pairs = self.targets = 0

    def judge(self, name, want, got, n_packages, judge):
        for word, rows in (("missing", want - got), ("too much", got - want)):
            shown = sorted(rows)
            for row in shown if self.everything else shown[:10]:
                print(f"{name}: {word}: {' '.join(row)}")
        self.right += len(want & got)
        self.wanted += len(want)
        self.extra += len(got - want)
        self.pairs += judge.pairs
        self.targets += 1
        undecided = f", {len(judge.undecided)} not ordered" if judge.undecided else ""
        print(f"{name}: {n_packages} packages, {len(want & got)} of {len(want)} findings, "
              f"{len(got - want)} too much{undecided}", flush=True)


class Comparison:
    """The feeds of one mirror, and the database that plimsoll made of it."""

    def __init__(self, plimsoll, feeds, db, work, orders):
        self.plimsoll, self.db, self.work, self.orders = plimsoll, db, work, orders
        self.claims, self.aliases = read_feeds(feeds)
        if not db.exists():
            subprocess.run([plimsoll, "db", "build", "--feeds", feeds, "--out", db],
                           check=True, stdout=subprocess.DEVNULL)

    def compare(self, score, name, target, shard, packages):
        key = key_of(shard)
        order = self.orders[{"debian": "dpkg", "ubuntu": "dpkg", "alpine": "apk"}.get(key, "rpm")]
        judge = Judge(self.claims.get(shard, []), order, self.aliases)
        want = judge.expected(packages)
        got = scanned(self.plimsoll, self.db, target) - judge.undecided
        score.judge(name, want, got, len(packages), judge)

    def compare_images(self, score, images):
        for path in sorted(images.glob("*.expected.tsv")):
            name = path.name.removesuffix(".expected.tsv")
            found = sorted(path.parent.glob(name + ".tar*"))
            packages = list(read_packages(path))
            if found and packages and release_of(name):
                self.compare(score, name, found[0], release_of(name), packages)

    def compare_made_up(self, score, rounds, samples=""):
        root = self.work / "root"
        for shard in sorted(self.claims):
            n_rounds = rounds_of(shard, self.claims[shard], samples, rounds)
            for number in range(n_rounds):
                packages = made_up(shard, self.claims[shard], number, n_rounds)
                if packages:
                    make_root(root, shard, packages)
                    self.compare(score, f"{samples}{shard} round {number + 1}", f"rootfs:{root}",
                                 shard, packages)
                    shutil.rmtree(root)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--plimsoll", required=True, type=pathlib.Path)
    options.add_argument("--feeds", required=True, type=pathlib.Path)
    options.add_argument("--images", type=pathlib.Path)
    options.add_argument("--db", type=pathlib.Path, help="built of these feeds already")
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--list", action="store_true")
    options = options.parse_args()
    plimsoll = options.plimsoll.resolve()
    score = Score(options.list)
    orders = {"dpkg": Asked(["perl", "-e", DPKG]), "rpm": Asked(["rpm", "--eval", RPM]),
              "apk": apk_order}
    with tempfile.TemporaryDirectory(prefix="plimsoll-matching-") as work:
        work = pathlib.Path(work)
        os.environ["HOME"] = str(work)
        whole = Comparison(plimsoll, options.feeds, options.db or work / "db", work, orders)
        if options.images:
            whole.compare_images(score, options.images)
        whole.compare_made_up(score, options.rounds)
        for edition in (1, 2):
            mirror = lay_out(options.feeds, work, edition)
            if mirror.is_dir():
                samples = Comparison(plimsoll, mirror, work / f"db-{edition}", work, orders)
                samples.compare_made_up(score, options.rounds, f"samples {edition} ")
    print(f"{score.pairs} pairs of a package and an advisory in {score.targets} targets")
    print(f"matching: {score.right} of {score.wanted} findings, {score.extra} too much")
    return 0 if score.right == score.wanted and not score.extra else 1


if __name__ == "__main__":
    sys.exit(main())
