# SPDX-License-Identifier: Apache-2.0
"""What the feeds of rpm distributions claim, read a second time for matching.py.

OVAL is not turned into ranges: its criteria are evaluated as they stand, on a machine that has one
package (Oracle, SUSE, Azure Linux, Photon OS). updateinfo.xml (Amazon, Fedora, rebuilds of RHEL),
Red Hat's VEX and Photon's list become ranges. lay_out() makes a mirror of the samples that FEEDS has
beside the feeds: `plimsoll db build` passes over them where they lie.
"""
import bz2
import collections
import functools
import gzip
import json
import lzma
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

INSIDE, REPAIRED, OUTSIDE, UNDECIDED = "inside", "repaired", "outside", "undecided"

# A claim of one record about one package in one release. `judge` decides instead of the ranges,
# which then only say around which versions to look. `source`: of a binary package, where known.
Claim = collections.namedtuple(
    "Claim", "record ids name ranges versions denied channel module by_binary arches judge source",
    defaults=(None, ""))
CVE = re.compile(r"CVE-\d{4}-\d{4,}")


def open_packed(path):
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout
    opener = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rb") as file:
        return file.read()


def plain_name(path):
    return re.sub(r"\.(gz|bz2|xz|zst)$", "", path.name)


def parse_xml(path):
    """The tree with the names of elements alone."""
    root = ET.fromstring(open_packed(path))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def without_zero_epoch(evr):
    return evr.removeprefix("0:")


# ---- OVAL: criteria are evaluated ----


class Machine:
    """One package, and the packages that say which release it is: [(pattern of names, version)]."""

    def __init__(self, releases, package, by_source, order):
        self.releases, self.package, self.order = releases, package, order
        self.name, self.version = ((package.source, package.source_version) if by_source
                                   else (package.name, package.version))


OPERATIONS = {"less than": lambda c: c < 0, "less than or equal": lambda c: c <= 0,
              "greater than": lambda c: c > 0, "greater than or equal": lambda c: c >= 0,
              "equals": lambda c: c == 0, "not equal": lambda c: c != 0}


def text_holds(entity, value):
    operation = entity.get("operation", "equals")
    if operation == "pattern match":
        return re.search(entity.text, value) is not None
    if operation in ("equals", "not equal"):
        return (entity.text == value) == (operation == "equals")
    raise ValueError(f"operation {operation} of a text")


class Oval:
    def __init__(self, path, by_source):
        root = parse_xml(path)
        self.by_source = by_source
        self.definitions = list(root.iter("definition"))
        self.tests, self.objects, self.states = {}, {}, {}
        for test in root.iter("rpminfo_test"):
            self.tests[test.get("id")] = (test.find("object").get("object_ref"),
                                          [s.get("state_ref") for s in test.findall("state")])
        for item in root.iter("rpminfo_object"):
            self.objects[item.get("id")] = item.findtext("name")
        for state in root.iter("rpminfo_state"):
            self.states[state.get("id")] = list(state)

    def state_holds(self, state, version, arch, order):
        for entity in self.states[state]:
            if entity.tag == "evr":
                holds = OPERATIONS[entity.get("operation")](order(version, entity.text))
            elif entity.tag == "arch":
                holds = text_holds(entity, arch)
            elif entity.tag == "version":
                holds = text_holds(entity, re.sub(r"^\d+:|-[^-]*$", "", version))
            else:
                holds = entity.tag == "signature_keyid"  # all that is asked is signed
            if not holds:
                return False
        return True

    def test_holds(self, test, machine):
        item, states = self.tests[test]
        name, version = self.objects[item], machine.version
        for pattern, number in machine.releases:
            if re.fullmatch(pattern, name):
                version = number
                break
        else:
            if name != machine.name:
                return False
        return all(self.state_holds(s, version, machine.package.arch, machine.order)
                   for s in states)

    def holds(self, node, machine):
        if node.get("negate") == "true":
            raise ValueError("a negation")
        if node.tag == "criteria":
            every = any if node.get("operator") == "OR" else all
            return every(self.holds(child, machine) for child in node)
        comment = node.get("comment")
        module = re.fullmatch(r"Module (\S+) is enabled", comment)
        if module:
            return module[1] == machine.package.module
        if "is signed with" in comment:
            return True
        if "is ksplice-based" in comment:
            return ".ksplice" in machine.version
        return self.test_holds(node.get("test_ref"), machine)

    def is_whole(self, criteria):
        """Whether the tests it needs are in the file: samples are cut."""
        return all(c.get("test_ref") in self.tests or " is enabled" in c.get("comment")
                   or " is signed with " in c.get("comment") for c in criteria.iter("criterion"))

    def packages(self, node):
        """[(name, evr or "", modular)] of the tests of packages."""
        modular = any("is enabled" in c.get("comment", "") for c in node)
        for child in node:
            if child.tag == "criteria":
                yield from ((n, e, m or modular) for n, e, m in self.packages(child))
            elif child.get("test_ref") in self.tests:
                item, states = self.tests[child.get("test_ref")]
                for entity in (e for s in states for e in self.states[s] if e.tag == "evr"):
                    yield self.objects[item], entity.text, modular


def flavour(version):
    return "ksplice" if ".ksplice" in version else "fips" if "_fips" in version else ""


def judge_oval(oval, criteria, releases, evrs, flavoured, package, order):
    """Of one definition: whether it holds, or would hold for a version low enough."""
    machine = Machine(releases, package, oval.by_source, order)
    if flavoured and flavour(machine.version) not in {flavour(e) for e in evrs}:
        return OUTSIDE
    if oval.holds(criteria, machine):
        return INSIDE
    machine.version = "0:0-0" + (".ksplice" if flavour(machine.version) == "ksplice" else "")
    return REPAIRED if oval.holds(criteria, machine) else OUTSIDE


def suse_releases(comments):
    """{(shard, channel): [(packages that say so, their version)]}"""
    out = {}
    for text in comments:
        name = text.removesuffix(" is installed")
        found = re.match(r"SUSE Linux Enterprise (?:Server|Module for .*) (1\d)(?: SP|\.)?(\d*)(-?)", name)
        if found and not re.search(r"Server for|Server Tera", name):
            release = f"{found[1]}.{found[2]}" if found[2] else found[1]
            if found[3]:
                out["sles-" + release, "ltss"] = [("sles-(ltss|bcl|espos)-release", release)]
            else:
                out["sles-" + release, ""] = [("sles-release|sle-module-.*-release", release)]
        found = re.match(r"SUSE Linux (?:Enterprise )?Micro (\d\.\d)$", name)
        if found:
            pattern = "(SLE-Micro|SUSE-MicroOS|SL-Micro)-release"
            out["sl-micro-" + found[1], ""] = [(pattern, found[1])]
        found = re.match(r"openSUSE Leap (\d+\.\d)$", name)
        if found:
            out["opensuse-leap-" + found[1], ""] = [("openSUSE-release", found[1])]
        if name == "openSUSE Tumbleweed":
            out["opensuse-tumbleweed", ""] = [("openSUSE-release", "20240101-0")]
    return out


def numbered(pattern, shard, item, comments):
    found = [re.fullmatch(pattern, c) for c in comments]
    return {(shard.format(f[1]), ""): [(item, f[1] + ".0-1")] for f in found if f}


def releases_of(path, definition):
    name = plain_name(path)
    comments = [c.get("comment") for c in definition.iter("criterion")]
    found = re.fullmatch(r"(azurelinux|cbl-mariner)-(.*)-oval\.xml", name)
    if found:
        return {(f"{found[1].removeprefix('cbl-')}-{found[2]}", ""): []}
    if name.startswith("com.oracle."):
        return numbered(r"Oracle Linux (\d+) is installed", "oraclelinux-{}", "oraclelinux-release",
                        comments)
    if name.startswith("com.vmware."):
        return numbered(r"Photon OS (\d+) is installed", "photon-{}.0", "photon-release", comments)
    return suse_releases(c for c in comments if c.endswith(" is installed"))


def read_oval(path, claims):
    name = plain_name(path)
    oracle = name.startswith("com.oracle.")
    oval = Oval(path, by_source=name.endswith("-oval.xml"))
    for number, definition in enumerate(oval.definitions):
        cves = [CVE.search(r.get("ref_id")) for r in definition.iter("reference")]
        ids = [c[0] for c in cves if c] or [r.get("ref_id") for r in definition.iter("reference")][:1]
        denied = "Not Applicable" in (definition.findtext(".//patchable") or "")
        criteria = definition.find("criteria")
        if not oval.is_whole(criteria):
            continue
        for (shard, channel), releases in releases_of(path, definition).items():
            known = {pattern for pattern, _ in releases}
            evrs = collections.defaultdict(set)
            for package, evr, modular in oval.packages(criteria):
                if not any(re.fullmatch(k, package) for k in known):
                    evrs[package, modular].add(evr)
            for (package, modular), texts in evrs.items():
                ends = sorted(without_zero_epoch(t) for t in texts)
                streams = re.findall(r'Module (\S+) is enabled', " ".join(
                    c.get("comment") for c in definition.iter("criterion"))) if modular else [""]
                for module in streams:
                    claims[shard].append(Claim(
                        f"{name} {number}", ids, package, [("", e, "fixed") for e in ends],
                        frozenset(), denied, channel, module, not oval.by_source, (),
                        functools.partial(judge_oval, oval, criteria, releases, texts, oracle)))


# ---- updateinfo.xml ----


def place_of_collection(short):
    """(shard, channel), or None."""
    found = re.match(r"amazon-linux-(ami|2023|2022|2)(?:---(.*))?$", short)
    if found:
        release = "1" if found[1] == "ami" else found[1]
        extras = "extras:" if release == "2" and found[2] else ""
        return "amazonlinux-" + release, extras + (found[2] or "")
    found = re.match(r"(rocky-linux|almalinux)-(\d+)|(F)(\d+)", short)
    if not found:
        return None
    key, release = [g for g in found.groups() if g]
    return {"rocky-linux": "rocky", "F": "fedora"}.get(key, key) + "-" + release, ""


def ids_of_update(update):
    ids = []
    for reference in update.iter("reference"):
        kind = reference.get("type")
        ids += CVE.findall(reference.get("id" if kind == "cve" else "title") or "") if kind in (
            "cve", "bugzilla") else []
    return ids or CVE.findall(update.findtext("description") or "") or [update.findtext("id")]


def module_of_package(package, collection, update):
    module = collection.find("module")
    if module is not None:
        return f"{module.get('name')}:{module.get('stream')}"
    if ".module" not in package.get("release"):
        return ""
    titled = re.search(r"(?:^|\s)([^\s:]+:\w\S*)", update.findtext("title"))
    return titled[1] if titled else package.get("src").rsplit("-", 2)[0] + ":*"


def evr_of(package):
    epoch = package.get("epoch") or "0"
    return ("" if epoch == "0" else epoch + ":") + f"{package.get('version')}-{package.get('release')}"


def read_updateinfo(path, claims):
    for update in parse_xml(path).iter("update"):
        if update.get("type") != "security":
            continue
        for collection in update.iter("collection"):
            place = place_of_collection(collection.get("short"))
            packages = collection.findall("package")
            sources = {evr_of(p): p.get("name") for p in packages if p.get("arch") == "src"}
            for package in packages if place else []:
                arch, evr = package.get("arch"), evr_of(package)
                claims[place[0]].append(Claim(
                    update.findtext("id"), ids_of_update(update), package.get("name"),
                    [("", evr, "fixed")], frozenset(), False, place[1],
                    module_of_package(package, collection, update), arch != "src",
                    () if arch in ("src", "noarch") else (arch,), None, sources.get(evr, "")))


# ---- Red Hat's VEX ----


def csaf_parts(doc):
    """{product id: product}, {id: (component, platform)}"""
    products, pairs = {}, {}

    def walk(branches):
        for branch in branches:
            if "product" in branch:
                products[branch["product"]["product_id"]] = branch["product"].get(
                    "product_identification_helper", {})
            walk(branch.get("branches", []))
    walk(doc["product_tree"].get("branches", []))
    for relation in doc["product_tree"].get("relationships", []):
        pairs[relation["full_product_name"]["product_id"]] = (
            relation["product_reference"], relation["relates_to_product_reference"])
    return products, pairs


def read_purl(purl):
    """(name, version, qualifiers) of a package URL."""
    head, _, tail = purl.partition("?")
    pairs = dict(p.split("=", 1) for p in tail.split("&") if "=" in p)
    name, _, version = head.rpartition("/")[2].partition("@")
    unquote = functools.partial(re.sub, r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)))
    return unquote(name), unquote(version), {k: unquote(v) for k, v in pairs.items()}


def rpm_of_product(product, products, pairs):
    """(name, version, arch, "module:stream", CPE), or None for what is no rpm of a platform."""
    if product not in pairs:
        return None
    component, platform = pairs[product]
    purl, module = products.get(component, {}).get("purl", ""), ""
    while platform in pairs:
        part, platform = pairs[platform]
        other = products.get(part, {}).get("purl", "")
        if other.startswith("pkg:rpmmod/"):
            name, version, _ = read_purl(other)
            module = f"{name}:{version.split(':')[0]}"
    if not purl.startswith("pkg:rpm/"):
        return None
    name, version, more = read_purl(purl)
    if "rpmmod" in more:
        module = ":".join(more["rpmmod"].split(":")[:2])
    if module and ":" not in module:
        module = name + ":*"
    if ":" not in version and more.get("epoch", "0") != "0":
        version = f"{more['epoch']}:{version}"
    return (name, version if "-" in version else "", more.get("arch", ""), module,
            products.get(platform, {}).get("cpe", ""))


def shard_of_cpe(cpe):
    """The release of RHEL that a product is made for, or None."""
    product, release, *rest = (re.sub(r"^cpe:/[ao]:redhat:", "", cpe) + ":").split(":")
    platform = re.search(r":el(\d+)", ":" + ":".join(rest))
    own = re.match(r"rhel|enterprise_linux", product) and not re.search(
        r"application|collections|satellite|stronghold", product)
    number = platform[1] if platform else release.split(".")[0] if own else ""
    return f"rhel-{number}" if number.isdigit() and release[:1].isdigit() else None


EXTENDED = re.compile(r"rhel_(eus|aus|tus|e4s|els|mission_critical)")


def judge_stream(end, release, package, order, by_source):
    """Of an extended stream ("rhel_eus:9.2"): what is built in it has its fixes, or says nothing."""
    version = package.source_version if by_source else package.version
    major, minor = release.split(".")
    tagged = re.search(rf"\.el{major}_{minor}(?!\d)", version)
    return REPAIRED if tagged and order(version, end) >= 0 else OUTSIDE


def weigh_cpe(cpe, fixed, by_source):
    """(whether a claim of it counts, judge): of machines that name no repository."""
    channel = re.sub(r"^cpe:/[ao]:redhat:", "", cpe).lower()
    release = (channel.split(":") + [""])[1]
    if EXTENDED.match(channel):
        return bool(fixed) and "." in release, functools.partial(
            judge_stream, fixed, release, by_source=by_source)
    return re.match(r"enterprise_linux|rhel_", channel) is not None, None


def read_vex(path, claims):
    read_vex_document(json.loads(open_packed(path)), claims)


def read_vex_document(doc, claims):
    products, pairs = csaf_parts(doc)
    for vulnerability in doc.get("vulnerabilities", []):
        status = vulnerability.get("product_status", {})
        cve = vulnerability["cve"]
        sources = {}
        rows = [(kind, rpm) for kind in ("fixed", "known_affected", "under_investigation",
                                         "known_not_affected")
                for rpm in (rpm_of_product(p, products, pairs) for p in status.get(kind, [])) if rpm]
        for kind, (name, version, arch, module, cpe) in rows:
            if kind == "fixed" and arch == "src":
                sources.setdefault((cpe, module), []).append(name)
        for kind, (name, version, arch, module, cpe) in rows:
            shard = shard_of_cpe(cpe)
            by_source = arch == "src"
            # what has a version stands beside a fix because it is of the same build
            if not shard or (kind == "fixed") != bool(version) and kind in ("fixed",
                                                                           "known_not_affected"):
                continue
            if kind == "fixed" and not by_source and (cpe, module) in sources:
                continue  # said of the source already
            counts, judge = weigh_cpe(cpe, version if kind == "fixed" else "", by_source)
            if not counts:
                continue  # no image made up here is of a product
            ranges = [("", version, "fixed" if kind == "fixed" else "last_affected")
                      ] if version else [("", "", "")]
            channel = re.sub(r"^cpe:/[ao]:redhat:", "", cpe).lower()
            claims[shard].append(Claim(
                cve, [cve], name, ranges, frozenset(), kind == "known_not_affected", channel, module,
                not by_source, () if arch in ("", "src", "noarch") else (arch,), judge))


# ---- Photon's list ----


def read_photon(path, claims):
    release = re.search(r"photon([\d.]+)\.json", path.name)[1]
    for row in json.loads(open_packed(path)):
        fixed = row["res_ver"]
        whole = fixed == "NotFixed" or (fixed == "NA" and row["aff_ver"].startswith("all versions"))
        claims["photon-" + release].append(Claim(
            row["cve_id"], [row["cve_id"]], row["pkg"],
            [("", "", "")] if whole else [] if fixed == "NA" else [("", fixed, "fixed")],
            frozenset(), fixed == "NA" and not whole, "", "", False, ()))


READERS = {
    "**/com.oracle.elsa-*.xml*": read_oval,
    "**/com.vmware.phsa-photon*.xml*": read_oval,
    "**/azurelinux-*-oval.xml*": read_oval,
    "**/cbl-mariner-*-oval.xml*": read_oval,
    "**/suse.linux.*.xml*": read_oval,
    "**/opensuse.*.xml*": read_oval,
    "**/*updateinfo.xml*": read_updateinfo,
    "**/vex/*/cve-*.json": read_vex,
    "**/cve_data_photon*.json": read_photon,
}


def read_rpm_feeds(feeds, claims):
    for pattern, reader in READERS.items():
        for path in sorted(feeds.glob(pattern)):
            reader(path, claims)


# ---- the samples, laid out as their publishers serve them ----

SAMPLES = [  # archive below FEEDS, files in it, folder in the mirror, their names there
    ("format-samples/vuls-data-update-fetch-fixtures",
     "oracle/linux/testdata/fixtures/com.oracle.elsa-all.xml.bz2", "oracle", "{0.name}"),
    ("format-samples/vuls-data-update-fetch-fixtures",
     "suse/oval/testdata/fixtures/happy/*.xml.gz", "suse", "{0.name}"),
    ("format-samples/vuls-data-update-fetch-fixtures",
     "photon/*/testdata/fixtures/happy/c*", "photon", "{0.name}"),
    ("format-samples/vuls-data-update-fetch-fixtures",
     "amazon/testdata/fixtures/updateinfo_[12]*.gz", "amazon/{0.stem}", "updateinfo.xml.gz"),
    ("format-samples/vuls-data-update-fetch-fixtures",
     "*/updateinfo/testdata/fixtures/happy/**/*updateinfo.xml.*", "rpm", "{0.name}"),
    ("format-samples/vunnel-provider-inputs",
     "oracle/test-fixtures/mock_ksplice_data", "ksplice", "com.oracle.elsa-ksplice.xml"),
    ("redhat/claircore-csaf-vex-samples", "**/cve-????-*[0-9].json", "vex/2023", "{0.name}"),
    ("redhat/vuls-extract-vex-samples",
     "vex/v{1}/testdata/fixtures/vex/*/*.json", "vex/{0.parent.name}", "{2}"),
]


def lay_out(feeds, work, edition):
    """A mirror below work; edition 1 and 2 are those of Red Hat's VEX, the others stand in 1."""
    mirror = work / f"samples-{edition}"
    for archive, pattern, folder, name in SAMPLES:
        packed, into = feeds / (archive + ".tar.xz"), work / pathlib.Path(archive).name
        if not packed.exists() or (edition == 2 and "{1}" not in pattern):
            continue
        if not into.exists():
            into.mkdir(parents=True)
            subprocess.run(["tar", "-xf", packed, "-C", into, "--no-same-owner"], check=True)
        for path in sorted(into.glob(pattern.format(None, edition))):
            place = mirror / folder.format(path)
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place / name.format(path, edition, path.name.lower()))
    return mirror
