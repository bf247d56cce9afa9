# SPDX-License-Identifier: Apache-2.0
"""What the publishers of feeds serve, a case for each row of src/vuln/source_list.def.

A case says of two CVEs, "first" from the start and "second" after a change: in which files, in the
publisher's own form and packing, and in which package a scan must find them. The advisories are
invented.
"""
import bz2
import dataclasses
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import zipfile

DAY = "2025-06-01"


@dataclasses.dataclass
class Case:
    serve: object  # serve(cves, changed) -> {path: bytes}
    package: str = ""  # purl of what is scanned; empty: `look` says what is seen
    system: tuple = ()  # ID and VERSION_ID of its os-release
    again: tuple = ()  # of the paths served those that the change sends anew
    after: str = "both"  # CVEs found after the change: "both", or "second" where the first is taken back
    look: object = None  # look(world) -> set of CVEs seen, in place of a scan
    extra: dict = dataclasses.field(default_factory=dict)


def text(value):
    return value.encode()


def dump(value):
    return json.dumps(value).encode()


def tar(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zst(data):
    """A zstd frame of blocks as they are (RFC 8878): no program needed to write it."""
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    pieces = [data[i:i + 100_000] for i in range(0, len(data), 100_000)] or [b""]
    for i, piece in enumerate(pieces):
        frame += (len(piece) << 3 | (i == len(pieces) - 1)).to_bytes(3, "little") + piece
    return frame


def gz(data):
    return gzip.compress(data, mtime=0)


# ---- what a scan looks at, beside findings ----

def seen_in_findings(key):
    """CVEs of the package of OSV("npm") whose findings have been enriched."""
    def look(world):
        return {f["rule"] for f in world.findings("pkg:npm/enriched@1.0.0") if key(f)}
    return look


# ---- one file ----

def kev(cves, _):
    return {"kev/known_exploited_vulnerabilities.json": dump({
        "title": "Catalog", "catalogVersion": "2025.06.01", "dateReleased": DAY + "T10:00:00.0Z",
        "count": len(cves), "vulnerabilities": [{
            "cveID": cve, "vendorProject": "V", "product": "P", "vulnerabilityName": "N",
            "dateAdded": DAY, "shortDescription": "D", "requiredAction": "R",
            "dueDate": "2025-06-22", "knownRansomwareCampaignUse": "Unknown", "notes": "",
            "cwes": ["CWE-79"]} for cve in cves]})}


def epss(cves, _):
    rows = "".join(f"{cve},0.12345,0.98765\n" for cve in cves)
    return {"epss/epss_scores-current.csv.gz": gz(text(
        f"#model_version:v2025.03.14,score_date:{DAY}T12:55:00Z\ncve,epss,percentile\n" + rows))}


def nvd(name):
    def serve(cves, _):
        return {f"nvd/nvdcve-2.0-{name}.json.gz": gz(dump({
            "resultsPerPage": len(cves), "startIndex": 0, "totalResults": len(cves),
            "format": "NVD_CVE", "version": "2.0", "timestamp": DAY + "T03:01:03.129",
            "vulnerabilities": [{"cve": {
                "id": cve, "sourceIdentifier": "cve@example.com", "published": DAY + "T19:15:11.077",
                "lastModified": DAY + "T20:00:00.000", "vulnStatus": "Analyzed", "cveTags": [],
                "descriptions": [{"lang": "en", "value": "A flaw."}],
                "metrics": {"cvssMetricV31": [{
                    "source": "nvd@nist.gov", "type": "Primary", "cvssData": {
                        "version": "3.1",
                        "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]},
                "weaknesses": [], "references": []}} for cve in cves]}))}
    return serve


def tracker(cves, _):
    return {"debian/tracker/data/json": dump({"tracked": {cve: {
        "description": "A flaw.", "scope": "remote", "releases": {"bookworm": {
            "status": "resolved", "repositories": {"bookworm": "1.0-1"}, "fixed_version": "1.0-2",
            "urgency": "not yet assigned"}}} for cve in cves}})}


def debian_list(kind):
    def serve(cves, _):
        return {f"debian/data/{kind}/list": text("".join(
            f"[0{n + 1} Jun 2025] {kind}-{5900 + n}-1 listed{kind.lower()} - security update\n"
            f"\t{{{cve}}}\n\t[bookworm] - listed{kind.lower()} 1.0-2\n"
            for n, cve in enumerate(cves)))}
    return serve


def secdb(path, branch, name):
    def serve(cves, _):
        return {path: dump({
            "apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/x.apk",
            "archs": ["x86_64"], "urlprefix": "https://dl.example.com", "reponame": name,
            "distroversion": branch, "packages": [
                {"pkg": {"name": "safe-" + name, "secfixes": {"1.0-r2": list(cves)}}}]})}
    return serve


def photon(release):
    def serve(cves, _):
        return {f"photon/cve_data_photon{release}.json": dump([
            {"cve_id": cve, "pkg": "phot", "cve_score": 6.3, "status": "Fixed",
             "aff_ver": f"all versions before 1.0-2.ph{release[0]} are vulnerable",
             "res_ver": f"1.0-2.ph{release[0]}"} for cve in cves])}
    return serve


def arch(cves, _):
    return {"security.archlinux.org/all.json": dump([
        {"name": f"AVG-{n + 1}", "packages": ["arched"], "status": "Fixed", "severity": "High",
         "type": "denial of service", "affected": "1.0-1", "fixed": "1.0-2", "ticket": None,
         "issues": [cve], "advisories": []} for n, cve in enumerate(cves)])}


def repositories(cves, _):
    return {"redhat/repository-to-cpe.json": dump({"data": {
        f"repo-{cve}-rpms": {"cpes": ["cpe:/o:redhat:enterprise_linux:9::baseos"],
                             "repo_relative_urls": ["content/dist/rhel9"]} for cve in cves}})}


def endoflife(cves, _):
    return {"endoflife.date/api/v1/products/full.json": dump({
        "schema_version": "1.2.0", "generated_at": DAY + "T00:53:29+00:00", "total": 1, "result": [
            {"name": "ubuntu", "aliases": [], "label": "Ubuntu", "category": "os", "releases": [
                {"name": "22.04" if n == 0 else "24.04", "isEol": False, "eolFrom": "2027-04-01",
                 "eoesFrom": "2032-04-09"} for n, _ in enumerate(cves)]}]})}


def ubuntu(cves, _):
    return {"ubuntu/osv-all.tar.xz": lzma.compress(tar({
        f"osv/cve/2025/UBUNTU-{cve}.json": dump({
            "schema_version": "1.7.0", "id": f"UBUNTU-{cve}", "details": "A flaw.",
            "upstream": [cve], "published": DAY + "T00:00:00Z", "modified": DAY + "T00:00:00Z",
            "severity": [{"type": "Ubuntu", "score": "medium"}],
            "affected": [{"package": {
                "ecosystem": "Ubuntu:22.04:LTS", "name": "ubu",
                "purl": "pkg:deb/ubuntu/ubu@1.0-2?arch=source&distro=jammy"},
                "ranges": [{"type": "ECOSYSTEM",
                            "events": [{"introduced": "0"}, {"fixed": "1.0-2"}]}],
                "versions": ["1.0-1"], "ecosystem_specific": {"binaries": [
                    {"binary_name": "ubu", "binary_version": "1.0-2"}]}}]}) for cve in cves}))}


def rubysec(cves, _):
    return {"rubysec/ruby-advisory-db.tar.gz": gz(tar({
        "ruby-advisory-db-master/README.md": b"# Advisories\n",
        **{f"ruby-advisory-db-master/gems/gemmed/{cve}.yml": text(
            f"---\ngem: gemmed\ncve: {cve[4:]}\nurl: https://example.com/{cve}\ntitle: A flaw\n"
            f"date: {DAY}\ndescription: |\n  Words.\ncvss_v3: 6.3\npatched_versions:\n"
            f"- \"~> 1.9.7\"\n- \">= 2.0.1\"\n") for cve in cves}}))}


def friendsofphp(cves, _):
    return {"friendsofphp/security-advisories.tar.gz": gz(tar({
        "security-advisories-master/.github/workflows/x.yaml": b"on: push\n",
        **{f"security-advisories-master/vendor/packed/{cve}.yaml": text(
            f"title:     A flaw\nlink:      https://example.com/{cve}\ncve:       {cve}\n"
            "branches:\n    1.x:\n        time:     2025-06-01 15:59:52\n"
            "        versions: ['>=1.0.0', '<1.0.19']\nreference: composer://vendor/packed\n")
           for cve in cves}}))}


def retirejs(name, library):
    def serve(cves, _):
        return {f"retirejs/{name}": dump({library: {
            "npmname": library, "bowername": [library], "vulnerabilities": [{
                "below": "1.9.0", "severity": "medium", "cwe": ["CWE-79"],
                "identifiers": {"summary": "A flaw", "CVE": [cve]},
                "info": [f"https://example.com/{cve}"]} for cve in cves],
            "extractors": {"func": [], "filename": [library + "-(§§version§§).js"]}}})}
    return serve


# ---- OVAL ----

OVAL = ('<?xml version="1.0" encoding="utf-8"?>\n<oval_definitions xmlns="http://oval.mitre.org/'
        'XMLSchema/oval-definitions-5" xmlns:red-def="http://oval.mitre.org/XMLSchema/'
        'oval-definitions-5#linux"><generator><product_name>x</product_name></generator>'
        '<definitions>{}</definitions><tests>'
        '<red-def:rpminfo_test id="oval:x:tst:2" version="1" check="at least one"><red-def:object '
        'object_ref="oval:x:obj:2"/><red-def:state state_ref="oval:x:ste:2"/>'
        '</red-def:rpminfo_test></tests><objects><red-def:rpminfo_object id="oval:x:obj:2" '
        'version="1"><red-def:name>{}</red-def:name></red-def:rpminfo_object></objects><states>'
        '<red-def:rpminfo_state id="oval:x:ste:2" version="1"><red-def:evr datatype="evr_string" '
        'operation="less than">0:1.0-2</red-def:evr></red-def:rpminfo_state></states>'
        '</oval_definitions>')


def oracle(cves, _):
    definitions = "".join(
        f'<definition id="oval:com.oracle.elsa:def:{n}" version="501" class="patch"><metadata>'
        f'<title>ELSA-2025-000{n}: orac security update (IMPORTANT)</title><reference source="elsa"'
        f' ref_id="ELSA-2025-000{n}" ref_url="https://example.com/ELSA-2025-000{n}.html"/>'
        f'<reference source="CVE" ref_id="{cve}" ref_url="https://example.com/{cve}.html"/>'
        f'<advisory><severity>IMPORTANT</severity><issued date="{DAY}"/><cve>{cve}</cve></advisory>'
        '</metadata><criteria operator="AND"><criterion test_ref="oval:x:tst:1" comment='
        '"Oracle Linux 9 is installed"/><criteria operator="OR"><criteria operator="AND"><criterion'
        ' test_ref="oval:x:tst:3" comment="Oracle Linux arch is x86_64"/><criteria operator="AND">'
        '<criterion test_ref="oval:x:tst:2" comment="orac is earlier than 0:1.0-2"/><criterion '
        'test_ref="oval:x:tst:4" comment="orac is signed with the Oracle Linux 9 key"/></criteria>'
        '</criteria></criteria></criteria></definition>' for n, cve in enumerate(cves))
    return {"oracle/com.oracle.elsa-all.xml.bz2": bz2.compress(text(
        OVAL.format(definitions, "orac")))}


def suse(name, product):
    def serve(cves, _):
        definitions = "".join(
            f'<definition id="oval:org.opensuse.security:def:{n}" version="1" class="vulnerability">'
            f'<metadata><title>{cve}</title><reference ref_id="Mitre {cve}" ref_url="https://example'
            f'.com/{cve}" source="CVE"/><advisory><severity>Important</severity></advisory>'
            '</metadata><criteria operator="AND"><criterion test_ref="oval:x:tst:1" comment='
            f'"{product} is installed"/><criteria operator="OR"><criterion test_ref="oval:x:tst:2" '
            'comment="susy-1.0-2 is installed"/></criteria></criteria></definition>'
            for n, cve in enumerate(cves))
        return {f"suse/{name}.xml.bz2": bz2.compress(text(OVAL.format(definitions, "susy")))}
    return serve


def azure(name):
    def serve(cves, _):
        definitions = "".join(
            f'<definition class="vulnerability" id="oval:com.microsoft:def:{n}" version="1">'
            f'<metadata><title>{cve} affecting package azured</title><reference ref_id="{cve}" '
            f'ref_url="https://example.com/{cve}" source="CVE"/><patchable>true</patchable>'
            '<severity>High</severity></metadata><criteria operator="AND"><criterion comment='
            '"Package azured is earlier than 1.0-2, affected by it" test_ref="oval:x:tst:2"/>'
            '</criteria></definition>' for n, cve in enumerate(cves))
        return {f"azurelinux/{name}-oval.xml": text(OVAL.format(definitions, "azured"))}
    return serve


# ---- OSV ----

def osv_record(ident, cve, ecosystem, name, modified, fixed, **more):
    return {"schema_version": "1.6.0", "id": ident, "modified": modified, "aliases": [cve],
            "upstream": [cve], "summary": "Important: a flaw", "details": "Words.", **more,
            "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def osv(folder, ecosystem, name, fixed, prefix, extra=()):
    """The first is withdrawn in the change: the new record alone says so."""
    def serve(cves, changed):
        records = []
        for n, cve in enumerate(cves):
            withdrawn = {"withdrawn": "2025-06-02T00:00:00Z"} if changed and n == 0 else {}
            modified = "2025-06-02T00:00:00Z" if changed else "2025-06-01T00:00:00Z"
            records.append(osv_record(f"{prefix}-{cve[4:]}", cve, ecosystem, name, modified, fixed,
                                      **withdrawn))
        records += [osv_record(f"GHSA-{cve[4:]}", cve, "npm", "enriched", "2025-05-01T00:00:00Z",
                               "1.0.1") for cve in extra]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for record in records:
                info = zipfile.ZipInfo(record["id"] + ".json", (2025, 6, 1, 0, 0, 0))
                archive.writestr(info, json.dumps(record))
        records.sort(key=lambda r: r["modified"], reverse=True)
        return {f"osv/{folder}/all.zip": out.getvalue(),
                f"osv/{folder}/modified_id.csv": text("".join(
                    f"{r['modified']},{r['id']}\n" for r in records)),
                **{f"osv/{folder}/{r['id']}.json": dump(r) for r in records}}
    return serve


# ---- rpm repositories ----

def updateinfo(cves, short, name, dist):
    updates = "".join(
        f'<update author="x@example.com" from="x@example.com" status="final" type="security" '
        f'version="1.4"><id>ALAS-{short}-2025-{n}</id><title>{short}: security update</title>'
        f'<issued date="{DAY} 20:41:00"/><updated date="{DAY} 20:41:00"/><severity>important'
        f'</severity><description>Words.</description><references><reference href="https://example'
        f'.com/{cve}" id="{cve}" title="{cve}" type="cve"/></references><pkglist><collection short='
        f'"{short}"><name>x</name><package arch="x86_64" epoch="0" name="{name}" release="2{dist}" '
        f'version="1.0" src="{name}-1.0-2{dist}.src.rpm"><filename>x.rpm</filename></package>'
        '</collection></pkglist></update>' for n, cve in enumerate(cves))
    return text(f'<?xml version="1.0" ?>\n<updates>{updates}</updates>')


def repomd(href, packed):
    digest = hashlib.sha256(packed).hexdigest()
    return text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/'
        'repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm"><revision>1656636233</revision>'
        '<data type="primary"><checksum type="sha256">' + "0" * 64 + '</checksum><location '
        'href="repodata/primary.xml.gz"/></data><data type="updateinfo"><checksum type="sha256">'
        f'{digest}</checksum><open-checksum type="sha256">{"1" * 64}</open-checksum><location '
        f'href="{href}"/><size>{len(packed)}</size></data></repomd>\n')


def amazon(folder, repository, short, name, dist):
    """Each change is a repository of its own, to which mirror.list leads."""
    def serve(cves, changed):
        packed = gz(updateinfo(cves, short, name, dist))
        place = f"{repository}/{hashlib.sha256(packed).hexdigest()}"
        return {f"amazonlinux/{folder}/mirror.list":
                text(f"https://cdn.amazonlinux.com/{place}{'/' if 'al2023' in place else ''}\n"),
                f"amazonlinux/{place}/repodata/repomd.xml":
                repomd("repodata/updateinfo.xml.gz", packed),
                f"amazonlinux/{place}/repodata/updateinfo.xml.gz": packed}
    return serve


def extras(cves, changed):
    bare = "2/extras/bare/1/x86_64/0123"
    catalog = {"motd": "", "status": "ok", "version": 1, "whitelists": [[0, 1]], "topics": [
        {"n": "docker", "inst": ["docker"], "versions": ["20"]},
        {"n": "bare", "inst": ["bare"], "versions": ["1"]},
        {"n": "arm-only", "inst": ["x"], "versions": ["1"]}]}
    return {"amazonlinux/2/extras-catalog.json": dump(catalog),
            **amazon("2/extras/docker/latest/x86_64", "2/extras/docker/20/x86_64",
                     "amazon-linux-2---docker", "docked", ".amzn2")(cves, changed),
            "amazonlinux/2/extras/bare/latest/x86_64/mirror.list":
            text(f"https://cdn.amazonlinux.com/{bare}\n"),
            f"amazonlinux/{bare}/repodata/repomd.xml":
            text('<repomd><data type="primary"><location href="repodata/p.xml.gz"/></data></repomd>')}


def fedora(release):
    def serve(cves, _):
        folder = f"fedora/updates/{release}/Everything/x86_64"
        packed = zst(updateinfo(cves, f"F{release}", "hatted", f".fc{release}"))
        href = f"repodata/{hashlib.sha256(packed).hexdigest()}-updateinfo.xml.zst"
        return {f"{folder}/repodata/repomd.xml": repomd(href, packed), f"{folder}/{href}": packed}
    return serve


# ---- Red Hat ----

def vex_document(cve):
    return {
        "document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "A flaw",
                     "aggregate_severity": {"text": "Important"},
                     "tracking": {"id": cve, "status": "final", "version": "1",
                                  "current_release_date": DAY + "T14:31:32+00:00",
                                  "initial_release_date": DAY + "T00:00:00+00:00"}},
        "product_tree": {
            "branches": [{"category": "vendor", "name": "Red Hat", "branches": [
                {"category": "product_name", "name": "BaseOS", "product": {
                    "name": "BaseOS", "product_id": "BaseOS-9.6", "product_identification_helper":
                    {"cpe": "cpe:/o:redhat:enterprise_linux:9::baseos"}}},
                {"category": "product_version", "name": "hat", "product": {
                    "name": "hat", "product_id": "hat-src", "product_identification_helper":
                    {"purl": "pkg:rpm/redhat/hat@1.0-2.el9?arch=src"}}}]}],
            "relationships": [{
                "category": "default_component_of", "product_reference": "hat-src",
                "relates_to_product_reference": "BaseOS-9.6",
                "full_product_name": {"name": "hat", "product_id": "BaseOS-9.6:hat"}}]},
        "vulnerabilities": [{"cve": cve, "title": "hat: a flaw", "product_status":
                             {"fixed": ["BaseOS-9.6:hat"]}, "remediations": [
                                 {"category": "vendor_fix", "product_ids": ["BaseOS-9.6:hat"],
                                  "url": "https://access.redhat.com/errata/RHSA-2025:1"}]}]}


def vex(cves, changed):
    """The change adds a document and deletes the first; the archive is that of the first day."""
    root = "redhat/vex"
    paths = [f"2025/{cve.lower()}.json" for cve in cves]
    files = {f"{root}/archive_latest.txt": text("csaf_vex_2025-06-01.tar.zst\n"),
             f"{root}/csaf_vex_2025-06-01.tar.zst":
             zst(tar({paths[0]: dump(vex_document(cves[0]))})),
             f"{root}/changes.csv": text(f'"{paths[0]}","2025-05-31T10:00:00+00:00"\n'),
             f"{root}/deletions.csv": b""}
    if changed:
        files[f"{root}/{paths[1]}"] = dump(vex_document(cves[1]))
        files[f"{root}/changes.csv"] = text(f'"{paths[1]}","2025-06-02T10:00:00+00:00"\n') + \
            files[f"{root}/changes.csv"]
        files[f"{root}/deletions.csv"] = text(f'"{paths[0]}","2025-06-02T11:00:00+00:00"\n')
    return files


# ---- the table ----

def osv_case(folder, ecosystem, name, package, prefix, fixed="1.0.1", system=(), **more):
    def again(cves):
        return [f"osv/{folder}/modified_id.csv",
                *(f"osv/{folder}/{prefix}-{cve[4:]}.json" for cve in cves)]
    return Case(osv(folder, ecosystem, name, fixed, prefix, **more), package, system, again,
                after="second")


def shard_case(folder, ecosystem, shard):
    """Packages of this ecosystem are in no image: what is seen is the database."""
    case = osv_case(folder, ecosystem, "x", "", "HSEC")
    case.look = lambda world: world.advisories(shard, "HSEC-")
    return case


def enriched(serve, key):
    return Case(serve, look=seen_in_findings(key))


def make_cases(enriched_cves):
    cases = {
        "kev/known_exploited_vulnerabilities.json":
        enriched(kev, lambda f: f.get("known_exploited")),
        "epss/epss_scores-current.csv.gz": enriched(epss, lambda f: f.get("epss")),
        "debian/tracker/data/json":
        Case(tracker, "pkg:deb/debian/tracked@1.0-1?arch=amd64", ("debian", "12")),
        "packages.wolfi.dev/os/security.json": Case(
            secdb("packages.wolfi.dev/os/security.json", "", "os"),
            "pkg:apk/wolfi/safe-os@1.0-r1?arch=x86_64", ("wolfi", "20230201")),
        "packages.cgr.dev/chainguard/security.json": Case(
            secdb("packages.cgr.dev/chainguard/security.json", "", "chainguard"),
            "pkg:apk/chainguard/safe-chainguard@1.0-r1?arch=x86_64", ("chainguard", "20230201")),
        "redhat/repository-to-cpe.json": Case(
            repositories, look=lambda world: {
                key.removeprefix("repository:repo-").removesuffix("-rpms")
                for key in world.facts("redhat-repositories")}),
        "oracle/com.oracle.elsa-all.xml.bz2":
        Case(oracle, "pkg:rpm/oracle/orac@1.0-1?arch=x86_64", ("ol", "9.4")),
        "azurelinux/azurelinux-3.0-oval.xml":
        Case(azure("azurelinux-3.0"), "pkg:rpm/azurelinux/azured@1.0-1?arch=x86_64",
             ("azurelinux", "3.0")),
        "azurelinux/cbl-mariner-2.0-oval.xml":
        Case(azure("cbl-mariner-2.0"), "pkg:rpm/mariner/azured@1.0-1?arch=x86_64",
             ("mariner", "2.0")),
        "redhat/vex": Case(
            vex, "pkg:rpm/redhat/hat@1.0-1.el9?arch=x86_64", ("rhel", "9.6"),
            lambda cves: ["redhat/vex/changes.csv", "redhat/vex/deletions.csv",
                          f"redhat/vex/2025/{cves[1].lower()}.json"], after="second"),
        "amazonlinux/2/core/latest/x86_64": Case(
            amazon("2/core/latest/x86_64", "2/core/2.0/x86_64", "amazon-linux-2", "cored",
                   ".amzn2"), "pkg:rpm/amzn/cored@1.0-1.amzn2?arch=x86_64", ("amzn", "2")),
        "amazonlinux/2/extras-catalog.json": Case(
            extras, "pkg:rpm/amzn/docked@1.0-1.amzn2?arch=x86_64", ("amzn", "2")),
        "amazonlinux/al2023/core/mirrors/latest/x86_64": Case(
            amazon("al2023/core/mirrors/latest/x86_64", "al2023/core/guids", "amazon-linux-2023",
                   "cored", ".amzn2023"),
            "pkg:rpm/amzn/cored@1.0-1.amzn2023?arch=x86_64", ("amzn", "2023")),
        "amazonlinux/al2023/kernel-livepatch/mirrors/latest/x86_64": Case(
            amazon("al2023/kernel-livepatch/mirrors/latest/x86_64", "al2023/kernel-livepatch/guids",
                   "amazon-linux-2023---kernel-livepatch", "patched", ".amzn2023"),
            "pkg:rpm/amzn/patched@1.0-1.amzn2023?arch=x86_64", ("amzn", "2023")),
        "ubuntu/osv-all.tar.xz":
        Case(ubuntu, "pkg:deb/ubuntu/ubu@1.0-1?arch=amd64", ("ubuntu", "22.04")),
        "security.archlinux.org/all.json":
        Case(arch, "pkg:alpm/arch/arched@1.0-1?arch=x86_64", ("arch", "")),
        "rubysec/ruby-advisory-db.tar.gz": Case(rubysec, "pkg:gem/gemmed@1.0.0"),
        "friendsofphp/security-advisories.tar.gz":
        Case(friendsofphp, "pkg:composer/vendor/packed@1.0.0"),
        "retirejs/jsrepository-v5.json":
        Case(retirejs("jsrepository-v5.json", "retired"), "pkg:npm/retired@1.0.0"),
        "retirejs/npmrepository.json":
        Case(retirejs("npmrepository.json", "noded"), "pkg:npm/noded@1.0.0"),
        "endoflife.date/api/v1/products/full.json": Case(
            endoflife, look=lambda world: [
                cve for cve, key in zip(world.cves("endoflife.date/api/v1/products/full.json"),
                                        ("eol:ubuntu-22.04", "eol:ubuntu-24.04"))
                if key in world.facts("endoflife")]),
        "osv/AlmaLinux": osv_case("AlmaLinux", "AlmaLinux:9", "almy",
                                  "pkg:rpm/almalinux/almy@1.0-1?arch=x86_64", "ALSA", "1.0-2",
                                  ("almalinux", "9.4")),
        "osv/Alpine": osv_case("Alpine", "Alpine:v3.16", "alpy",
                               "pkg:apk/alpine/alpy@1.0-r1?arch=x86_64", "ALPINE", "1.0-r2",
                               ("alpine", "3.16.2")),
        "osv/Bitnami": osv_case("Bitnami", "Bitnami", "bity", "pkg:bitnami/bity@1.0.0", "BIT"),
        "osv/CRAN": osv_case("CRAN", "CRAN", "crany", "pkg:cran/crany@1.0.0", "RSEC"),
        "osv/Debian": osv_case("Debian", "Debian:13", "deby",
                               "pkg:deb/debian/deby@1.0-1?arch=amd64", "DSA", "1.0-2",
                               ("debian", "13")),
        "osv/GHC": shard_case("GHC", "GHC", "ghc"),
        "osv/Go": osv_case("Go", "Go", "example.com/goy", "pkg:golang/example.com/goy@v1.0.0",
                           "GO"),
        "osv/Hackage": osv_case("Hackage", "Hackage", "hacky", "pkg:hackage/hacky@1.0", "HSEC",
                                "1.1"),
        "osv/Hex": osv_case("Hex", "Hex", "hexy", "pkg:hex/hexy@1.0.0", "EEF"),
        "osv/Maven": osv_case("Maven", "Maven", "org.example:mavy",
                              "pkg:maven/org.example/mavy@1.0.0", "GHSA-mv"),
        "osv/NuGet": osv_case("NuGet", "NuGet", "Nugy", "pkg:nuget/Nugy@1.0.0", "GHSA-ng"),
        "osv/Packagist": osv_case("Packagist", "Packagist", "vendor/packy",
                                  "pkg:composer/vendor/packy@1.0.0", "DRUPAL"),
        "osv/Pub": osv_case("Pub", "Pub", "puby", "pkg:pub/puby@1.0.0", "GHSA-pb"),
        "osv/PyPI": osv_case("PyPI", "PyPI", "pyy", "pkg:pypi/pyy@1.0.0", "PYSEC"),
        "osv/Red Hat": osv_case("Red Hat", "Red Hat:enterprise_linux:9::baseos", "haty",
                                "pkg:rpm/redhat/haty@1.0-1.el9?arch=x86_64", "RHSA", "1.0-2.el9",
                                ("rhel", "9.6")),
        "osv/Rocky Linux": osv_case("Rocky Linux", "Rocky Linux:9", "rocky",
                                    "pkg:rpm/rocky/rocky@1.0-1?arch=x86_64", "RLSA", "1.0-2",
                                    ("rocky", "9.4")),
        "osv/RubyGems": osv_case("RubyGems", "RubyGems", "ruby2", "pkg:gem/ruby2@1.0.0", "GHSA-rb"),
        "osv/SUSE": osv_case("SUSE", "SUSE:Linux Enterprise Server 15 SP6", "susy2",
                             "pkg:rpm/suse/susy2@1.0-1?arch=x86_64", "SUSE-SU", "1.0-2",
                             ("sles", "15.6")),
        "osv/SwiftURL": osv_case("SwiftURL", "SwiftURL", "https://github.com/example/swifty",
                                 "pkg:swift/github.com/example/swifty@1.0.0", "GHSA-sw"),
        "osv/crates.io": osv_case("crates.io", "crates.io", "craty", "pkg:cargo/craty@1.0.0",
                                  "RUSTSEC"),
        "osv/npm": osv_case("npm", "npm", "npmy", "pkg:npm/npmy@1.0.0", "GHSA-np",
                            extra=enriched_cves),
        "osv/openSUSE": osv_case("openSUSE", "openSUSE:Leap 15.4", "leapy",
                                 "pkg:rpm/opensuse/leapy@1.0-1?arch=x86_64", "openSUSE-SU", "1.0-2",
                                 ("opensuse-leap", "15.4")),
    }
    for name in ("modified", *range(2002, 2027)):
        cases[f"nvd/nvdcve-2.0-{name}.json.gz"] = enriched(nvd(name), lambda f: f.get("cvss"))
    for kind in ("DSA", "DLA"):
        cases[f"debian/data/{kind}/list"] = Case(
            debian_list(kind), f"pkg:deb/debian/listed{kind.lower()}@1.0-1?arch=amd64",
            ("debian", "12"))
    for branch in ("edge", "v3.17", "v3.18", "v3.19", "v3.20", "v3.21", "v3.22", "v3.23"):
        version = "3.24_alpha20250601" if branch == "edge" else branch[1:] + ".1"
        for name in ("main", "community"):
            path = f"alpine/secdb/{branch}/{name}.json"
            cases[path] = Case(secdb(path, branch, name),
                               f"pkg:apk/alpine/safe-{name}@1.0-r1?arch=x86_64",
                               ("alpine", version))
    for release in (42, 43, 44, 45):
        folder = f"fedora/updates/{release}/Everything/x86_64"
        cases[folder] = Case(fedora(release),
                             f"pkg:rpm/fedora/hatted@1.0-1.fc{release}?arch=x86_64",
                             ("fedora", str(release)))
    for name, product, system in (
            ("opensuse.leap.15.5", "openSUSE Leap 15.5", ("opensuse-leap", "15.5")),
            ("opensuse.leap.15.6", "openSUSE Leap 15.6", ("opensuse-leap", "15.6")),
            ("opensuse.leap.16.0", "openSUSE Leap 16.0", ("opensuse-leap", "16.0")),
            ("opensuse.tumbleweed", "openSUSE Tumbleweed", ("opensuse-tumbleweed", "20250601")),
            ("suse.linux.enterprise.server.12", "SUSE Linux Enterprise Server 12 SP5",
             ("sles", "12.5")),
            ("suse.linux.enterprise.server.15", "SUSE Linux Enterprise Server 15 SP7",
             ("sles", "15.7")),
            ("suse.linux.enterprise.micro.5", "SUSE Linux Enterprise Micro 5.5",
             ("sle-micro", "5.5")),
            ("suse.linux.micro.6", "SUSE Linux Micro 6.0", ("sl-micro", "6.0"))):
        cases[f"suse/{name}.xml.bz2"] = Case(
            suse(name, product), "pkg:rpm/suse/susy@1.0-1?arch=x86_64", system)
    for release in ("3.0", "4.0", "5.0"):
        cases[f"photon/cve_data_photon{release}.json"] = Case(
            photon(release), f"pkg:rpm/photon/phot@1.0-1.ph{release[0]}?arch=x86_64",
            ("photon", release))
    return cases
