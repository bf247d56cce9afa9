#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans the packages of the suite's operating-system cases with a database made of its advisories.

    trivy_e2e.py --plimsoll BIN --suite DIR [-v]

DIR holds db/*.yaml (advisories as a tree of buckets) and cases/<name>/: case.txt, which names the
distribution, and expected-vulns.tsv (target, type, package, installed, vulnerability, fixed,
severity, status, purl). The images are not part of the suite: a root file system is made of the
packages that the cases of one image name, with what the advisories call their source.

The advisories become a mirror of feeds: OSV records where the distribution has an OSV ecosystem,
updateinfo.xml for Amazon Linux, the tracker's JSON for what Debian no longer supports, and NVD for
scores. A severity is its publisher's only if db/data-source.yaml names a publisher for the bucket.
Cases with options (severities, fixed ones only) are judged by the findings that these leave.

Compared both ways: package, version, vulnerability, fixed version, severity, status. Prints each
row as "CASE PACKAGE VULNERABILITY: what is wrong", then `trivy-e2e: N of M`; a row that is too much
raises M.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from xml.sax.saxutils import quoteattr

import yaml

from matching import Package, make_rpms, put

WORDS = ["unknown", "low", "medium", "high", "critical"]
OPTIONS = {"alpine-39-high-critical": ({"high", "critical"}, False),
           "centos-7-ignore-unfixed": (None, True), "centos-7-medium": ({"medium"}, True)}
END_OF_LIFE = 7

# os of case.txt: os-release, the suite's bucket, the OSV ecosystem (none for Amazon)
System = collections.namedtuple("System", "id release bucket ecosystem vendor")
SYSTEMS = {
    "alma 8.5": System("almalinux", "8.5", "alma 8", "AlmaLinux:8", "AlmaLinux"),
    "alpine 3.9.4": System("alpine", "3.9.4", "alpine 3.9", "Alpine:v3.9", ""),
    "amazon 2 (Karoo)": System("amzn", "2", "amazon linux 2", "", "Amazon Linux"),
    "amazon AMI release 2018.03": System("amzn", "2018.03", "amazon linux 1", "", "Amazon.com"),
    "centos 7.6.1810": System("centos", "7", "Red Hat", "Red Hat:enterprise_linux:7::server",
                              "CentOS"),
    "debian 10.1": System("debian", "10", "debian 10", "Debian:10", ""),
    "debian 9.9": System("debian", "9", "debian 9", "Debian:9", ""),
    "opensuse-tumbleweed 20240607": System("opensuse-tumbleweed", "20240607", "openSUSE Tumbleweed",
                                           "openSUSE:Tumbleweed", "openSUSE"),
    "oracle 8.0": System("ol", "8.0", "Oracle Linux 8", "Oracle Linux:8",
                         "Oracle America"),
    "ubuntu 22.04": System("ubuntu", "22.04", "ubuntu 22.04", "Ubuntu:22.04:LTS", ""),
}
CODENAMES = {"debian 9": "stretch", "debian 10": "buster"}
PREFIXES = {"Red Hat": "RHSA-", "alma 8": "ALSA-", "Oracle Linux 8": "ELSA-", "debian 9": "DEBIAN-",
            "debian 10": "DEBIAN-", "alpine 3.9": "ALPINE-", "ubuntu 22.04": "UBUNTU-"}

Advisory = collections.namedtuple("Advisory", "id record package fixed severity status")
Row = collections.namedtuple("Row", "package version id fixed severity status")


# ---- the suite ----


def read_buckets(folder):
    """{bucket: [(package, key, value)]}, {key: vulnerability}, {bucket: publisher}"""
    buckets, vulnerabilities, sources = collections.defaultdict(list), {}, {}
    for path in sorted(folder.glob("*.yaml")):
        for bucket in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            for pair in bucket["pairs"]:
                if bucket["bucket"] == "vulnerability":
                    vulnerabilities[pair["key"]] = pair["value"]
                elif bucket["bucket"] == "data-source":
                    sources[pair["key"]] = pair["value"].get("ID", "")
                else:
                    for inner in pair.get("pairs", []):
                        buckets[bucket["bucket"]].append(
                            (pair["bucket"], inner.get("key"), inner.get("value") or {}))
    return buckets, vulnerabilities, sources


def red_hat_advisories(package, key, value, cpes):
    """Entries that are for one of the CPEs, one advisory for each CVE."""
    for entry in value["Entries"]:
        if not cpes & set(entry["Affected"]):
            continue
        for cve in entry["Cves"]:
            severity = WORDS[int(cve.get("Severity", 0))]
            yield Advisory(cve.get("ID", key), f"{key}-{cve.get('ID', '')}", package,
                           entry.get("FixedVersion", ""), severity, entry.get("Status", 0))


def advisories_of(system, suite):
    buckets, vulnerabilities, sources = suite
    cpes = {int(key) for kind, key, value in buckets["Red Hat CPE"]
            if kind == "cpe" and value.endswith(system.ecosystem.replace("Red Hat", "redhat"))}
    publisher = sources.get(system.bucket, "")
    for package, key, value in buckets[system.bucket]:
        if system.bucket == "Red Hat":
            yield from red_hat_advisories(package, key, value, cpes)
            continue
        known = vulnerabilities.get(key, {})
        severity = WORDS[int(value.get("Severity") or
                             (known.get("VendorSeverity") or {}).get(publisher, 0))]
        if key.startswith("openSUSE-"):  # nobody else has a word for a notice
            severity = known["Severity"].lower()
        record = PREFIXES.get(system.bucket, "") + key
        yield Advisory(key, record, package, value.get("FixedVersion", ""),
                       severity, value.get("Status", 0))


def read_cases(suite):
    """(name, image, system, [Row], [installed package]) of those about a distribution."""
    for folder in sorted((suite / "cases").iterdir()):
        facts = dict(line.split("\t", 1) for line in
                     (folder / "case.txt").read_text(encoding="utf-8").splitlines())
        system = SYSTEMS.get(facts.get("os", "").strip())
        path = folder / "expected-vulns.tsv"
        if not system or not path.exists():
            continue
        rows, packages = [], set()
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            _, _, name, version, ident, fixed, severity, status, purl = line.split("\t")
            arch = purl.split("arch=")[1].split("&")[0]
            rows.append(Row(name, version, ident, fixed, severity.lower(), status))
            packages.add((name, version, arch))
        yield folder.name, facts["artifact"], system, rows, packages


# ---- the mirror ----


def osv_record(system, advisory):
    events = [{"introduced": "0"}] + [{"fixed": advisory.fixed}] * bool(advisory.fixed)
    affected = {"package": {"ecosystem": system.ecosystem, "name": advisory.package},
                "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    record = {"id": advisory.record, "modified": "2024-06-07T00:00:00Z", "affected": [affected]}
    if advisory.record != advisory.id:
        record["upstream"] = [advisory.id]
    if advisory.severity != "unknown" and system.id == "debian":
        affected["ecosystem_specific"] = {"urgency": advisory.severity}
    elif advisory.severity != "unknown" and system.id == "ubuntu":
        record["severity"] = [{"type": "Ubuntu", "score": advisory.severity}]
    elif advisory.severity != "unknown":
        record["database_specific"] = {"severity": advisory.severity}
    return record


def updateinfo(system, advisories):
    out = ["<updates>"]
    for a in advisories:
        version, release = a.fixed.split(":")[-1].rsplit("-", 1)
        epoch = a.fixed.split(":")[0] if ":" in a.fixed else "0"
        short = "amazon-linux-2" if system.release == "2" else "amazon-linux-ami"
        out.append(
            f'<update type="security"><id>ALAS-{a.id}</id><severity>{a.severity}</severity>'
            f'<references><reference type="cve" id={quoteattr(a.id)}/></references>'
            f'<pkglist><collection short="{short}"><package name={quoteattr(a.package)} '
            f'epoch="{epoch}" version="{version}" release="{release}" arch="x86_64"/>'
            '</collection></pkglist></update>')
    return "\n".join(out + ["</updates>"])


def tracker(system, advisories):
    out = collections.defaultdict(dict)
    for a in advisories:
        if a.status == END_OF_LIFE:
            out[a.package][a.id] = {"releases": {CODENAMES[system.bucket]: {
                "status": "open", "urgency": "end-of-life"}}}
    return out


def nvd(vulnerabilities):
    items = []
    for ident, value in vulnerabilities.items():
        scores = (value.get("CVSS") or {}).get("nvd", {})
        vector = scores.get("V3Vector", "")
        word = WORDS[int((value.get("VendorSeverity") or {}).get("nvd", 0))]
        if ident.startswith("CVE-") and vector:
            kind = "cvssMetricV31" if vector.startswith("CVSS:3.1") else "cvssMetricV30"
            items.append({"cve": {"id": ident, "metrics": {kind: [
                {"source": "nvd@nist.gov", "type": "Primary", "cvssData": {
                    "version": vector[5:8], "vectorString": vector,
                    "baseScore": scores["V3Score"], "baseSeverity": word.upper()}}]}}})
    return {"format": "NVD_CVE", "version": "2.0", "vulnerabilities": items}


def make_mirror(feeds, suite, systems):
    put(feeds, "nvd/nvdcve-2.0-2024.json", json.dumps(nvd(suite[1])))
    trackers = {}
    for number, system in enumerate(sorted(systems)):
        advisories = list(advisories_of(system, suite))
        if system.id == "amzn":
            put(feeds, f"amazon/{number}/updateinfo.xml", updateinfo(system, advisories))
            continue
        if system.bucket in CODENAMES:
            for package, cves in tracker(system, advisories).items():
                trackers.setdefault(package, {}).update(cves)
        for one, advisory in enumerate(advisories):
            record = osv_record(system, advisory)
            put(feeds, f"osv/{system.id}-{number}/{one}.json", json.dumps(record))
    if trackers:
        put(feeds, "debian/tracker/data/json", json.dumps(trackers))


# ---- the scan ----


def make_root(root, system, packages, advisories, rows):
    """What an installed package is built from: what the advisories of its vulnerabilities name."""
    named = collections.defaultdict(set)
    for advisory in advisories:
        named[advisory.id].add(advisory.package)
    sources = {}
    for row in rows:
        if row.package not in named[row.id] and named[row.id]:
            sources[row.package] = sorted(named[row.id])[0]
    all_packages = [Package(name, version, sources.get(name, name), version, arch, "")
                    for name, version, arch in sorted(packages)]
    put(root, "etc/os-release",
        f'ID="{system.id}"\nNAME="{system.vendor or system.id}"\nVERSION_ID="{system.release}"\n')
    if system.id in ("debian", "ubuntu"):
        put(root, "var/lib/dpkg/status", "".join(
            f"Package: {p.name}\nStatus: install ok installed\nArchitecture: {p.arch}\n"
            f"Version: {p.version}\nSource: {p.source}\n\n" for p in all_packages))
    elif system.id == "alpine":
        put(root, "lib/apk/db/installed", "".join(
            f"P:{p.name}\nV:{p.version}\nA:{p.arch}\no:{p.source}\n\n" for p in all_packages))
    else:
        make_rpms(root, all_packages, system.vendor)


def scan(plimsoll, root, db):
    done = subprocess.run([plimsoll, "scan", f"rootfs:{root}", "--format", "json", "--db", str(db)],
                          capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        sys.exit(f"{root}: {done.stderr.decode(errors='replace').strip()}")
    for f in json.loads(done.stdout)["findings"]:
        if f["kind"] == "vulnerability":
            fixed = f.get("fix", {}).get("version", "")
            status = "fixed" if fixed and f["status"] == "affected" else f["status"]
            yield Row(f["subject"]["name"], f["subject"]["version"], f["rule"], fixed,
                      f["severity"], status)


def is_left(row, options):
    severities, fixed_only = options
    return (not severities or row.severity in severities) and (row.fixed or not fixed_only)


def judge(name, want, got, verbose):
    """(rows met, rows in all), printing the others."""
    met, total = 0, 0
    keys = {row[:3]: row for row in want}, {row[:3]: row for row in got}
    for key in sorted(keys[0].keys() | keys[1].keys()):
        label = f"{name} {key[0]} {key[2]}"
        total += 1
        if key not in keys[1]:
            print(f"{label}: missing at {key[1]}")
        elif key not in keys[0]:
            print(f"{label}: too much at {key[1]}")
        elif keys[0][key] != keys[1][key]:
            print(f"{label}: expected {'/'.join(keys[0][key][3:])}, is "
                  f"{'/'.join(keys[1][key][3:])}")
        else:
            met += 1
    if verbose:
        print(f"({name} {met} of {total})")
    return met, total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True, type=pathlib.Path)
    parser.add_argument("--suite", required=True, type=pathlib.Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each case")
    args = parser.parse_args()
    plimsoll, suite = args.plimsoll.resolve(), read_buckets(args.suite / "db")
    cases = list(read_cases(args.suite))
    met = total = 0
    with tempfile.TemporaryDirectory(prefix="plimsoll-trivy-") as work:
        work = pathlib.Path(work)
        os.environ["HOME"] = str(work)
        make_mirror(work / "feeds", suite, {case[2] for case in cases})
        subprocess.run([plimsoll, "db", "build", "--feeds", work / "feeds", "--out", work / "db",
                        "--quiet"], check=True)
        for number, (name, image, system, want, _) in enumerate(cases):
            of_image = [case for case in cases if case[1] == image]
            root = work / f"root{number}"
            make_root(root, system, set().union(*(case[4] for case in of_image)),
                      list(advisories_of(system, suite)),
                      [row for case in of_image for row in case[3]])
            options = OPTIONS.get(name, (None, False))
            got = [row for row in scan(plimsoll, root, work / "db") if is_left(row, options)]
            m, n = judge(name, want, got, args.verbose)
            met, total = met + m, total + n
    print(f"trivy-e2e: {met} of {total}")
    return 0 if met == total and total else 1


if __name__ == "__main__":
    sys.exit(main())
