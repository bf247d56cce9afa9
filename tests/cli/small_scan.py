# SPDX-License-Identifier: Apache-2.0
"""A small root file system and a small mirror, for tests of what is done with findings.

Debian 12 with curl (of source curl), libssl3 (of openssl) and zlib1g (of zlib). The tracker knows
of curl: CVE-2026-0001 (fixed later), CVE-2026-0002 (open, low), CVE-2026-0003 (fixed before),
CVE-2026-0004 (not affected); of openssl: CVE-2026-0005 (fixed later, exploited); of nginx, which
is not installed: CVE-2026-0006; of bullseye alone: CVE-2026-0007; of zlib: CVE-2026-0008, still
listed as open, which DSA-9001-1 fixed in the version that is installed.
"""
import json
import os
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]
NOW = "1767225600"  # 2026-01-01


def package(name, version, source):
    return (f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n"
            f"Source: {source}\nVersion: {version}\n\n")


STATUS = (package("curl", "7.88.1-10", "curl") + package("libssl3", "3.0.11-1", "openssl")
          + package("zlib1g", "1:1.2.13.dfsg-1", "zlib"))
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'


def fixed(version, urgency="not yet assigned", release="bookworm"):
    return {"description": "A flaw.", "scope": "remote", "releases": {release: {
        "status": "resolved", "repositories": {}, "fixed_version": version, "urgency": urgency}}}


def still_open(urgency, release="bookworm"):
    return {"description": "Another | flaw.", "scope": "local", "releases": {release: {
        "status": "open", "repositories": {}, "urgency": urgency}}}


TRACKER = {
    "curl": {"CVE-2026-0001": fixed("7.88.1-11", "high"), "CVE-2026-0002": still_open("low"),
             "CVE-2026-0003": fixed("7.88.1-9", "medium"), "CVE-2026-0004": fixed("0")},
    "openssl": {"CVE-2026-0005": fixed("3.0.17-1", "medium")},
    "zlib": {"CVE-2026-0008": still_open("medium")},
    "nginx": {"CVE-2026-0006": fixed("1.24-1", "high")},
    "bash": {"CVE-2026-0007": fixed("5.1-2", "high", "bullseye")},
}
DSA = """[01 Dec 2025] DSA-9001-1 zlib - security update
\t{CVE-2026-0008}
\t[bookworm] - zlib 1:1.2.13.dfsg-1
"""
KEV = {"title": "t", "catalogVersion": "1", "dateReleased": "2025-12-01T00:00:00Z", "count": 1,
       "vulnerabilities": [{"cveID": "CVE-2026-0005", "dateAdded": "2025-11-30",
                            "dueDate": "2025-12-20", "knownRansomwareCampaignUse": "Unknown"}]}
AFFECTED = ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0005"]


def environment(tmp_path, **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SOURCE_DATE_EPOCH": NOW,
           "PLIMSOLL_DB": str(tmp_path / "db"), "XDG_CACHE_HOME": str(tmp_path / "cache"), **more}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    return {key: value for key, value in env.items() if value is not None}


def run(tmp_path, *args, status=0, **env):
    done = subprocess.run([PLIMSOLL, *map(str, args)], capture_output=True, cwd=tmp_path,
                          env=environment(tmp_path, **env), stdin=subprocess.DEVNULL, text=True,
                          timeout=60, check=False)
    assert done.returncode == status, (done.returncode, done.stderr, done.stdout)
    return done


def make(tmp_path):
    """Writes root/ and builds the database."""
    files = {"root/etc/os-release": OS_RELEASE, "root/var/lib/dpkg/status": STATUS,
             "feeds/tracker/data/json": json.dumps(TRACKER),
             "feeds/tracker/data/DSA/list": DSA,
             "feeds/kev/known_exploited_vulnerabilities.json": json.dumps(KEV)}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run(tmp_path, "db", "build", "--feeds", "feeds")


def report(tmp_path, *args, **how):
    return json.loads(run(tmp_path, "scan", "root", "--format", "json", *args, **how).stdout)


def rules(doc, suppressed=False):
    return sorted(f["rule"] for f in doc["findings"] if ("suppressed_by" in f) == suppressed)
