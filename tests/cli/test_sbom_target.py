# SPDX-License-Identifier: Apache-2.0
"""SBOMs as targets: the findings are those of the image, whoever wrote the document."""
import copy
import io
import json
import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
STATUS = """\
Package: curl
Status: install ok installed
Maintainer: Curl People <curl@example.com>
Architecture: amd64
Version: 7.88.1-10+b1

Package: libcurl4
Status: install ok installed
Maintainer: Curl People <curl@example.com>
Architecture: amd64
Source: curl (7.88.1-10)
Version: 7.88.1-10+b1

"""
OS_RELEASE = """\
ID=debian
NAME="Debian GNU/Linux"
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID="12"
VERSION_CODENAME=bookworm
"""
ADVISORY = {
    "id": "DEBIAN-CVE-2024-0001", "modified": "2024-02-01T00:00:00Z", "schema_version": "1.6.0",
    "upstream": ["CVE-2024-0001"], "details": "Written for a test.",
    "affected": [{"package": {"ecosystem": "Debian:12", "name": "curl"},
                  "ranges": [{"type": "ECOSYSTEM",
                              "events": [{"introduced": "0"}, {"fixed": "7.88.1-11"}]}]}],
}
NPM = {
    "id": "GHSA-0000-0000-0001", "modified": "2024-02-01T00:00:00Z", "schema_version": "1.6.0",
    "aliases": ["CVE-2024-0002"], "summary": "Written for a test.",
    "affected": [{"package": {"ecosystem": "npm", "name": "@team/left"},
                  "ranges": [{"type": "SEMVER",
                              "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}]}],
}
CURL = {"type": "library", "bom-ref": "curl", "name": "curl", "version": "7.88.1-10+b1"}


def run(tmp_path, *words, **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"),
           "PLIMSOLL_DB": str(tmp_path / "db"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return subprocess.run([PLIMSOLL, *map(str, words)], cwd=tmp_path, env=env, timeout=120,
                          capture_output=True, check=False, **more)


def scan(tmp_path, target, *words, **more):
    done = run(tmp_path, "scan", "--format", "json", "-q", target, *words, **more)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    work = tmp_path_factory.mktemp("database")
    for ecosystem, record in (("Debian", ADVISORY), ("npm", NPM)):
        folder = work / "feeds" / "osv" / ecosystem
        folder.mkdir(parents=True)
        (folder / f"{record['id']}.json").write_text(json.dumps(record))
    done = run(work, "db", "build", "--feeds", "feeds")
    assert done.returncode == 0, done.stderr
    return work / "db"


@pytest.fixture
def work(tmp_path, database):
    shutil.copytree(database, tmp_path / "db")
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        for name, text in (("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", STATUS)):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return tmp_path


def write(work, document, name="bom.json"):
    (work / name).write_text(json.dumps(document))
    return f"sbom:{name}"


def cyclonedx(*components, **more):
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "components": list(components), **more}


def operating_system(name="debian", version="12", **properties):
    return {"type": "operating-system", "name": name, "version": version,
            "properties": [{"name": k, "value": v} for k, v in properties.items()]}


def library(purl, properties=(), **more):
    return {**CURL, "purl": purl, **more,
            "properties": [{"name": k, "value": v} for k, v in dict(properties).items()]}


def spdx(*packages, **more):
    return {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "dataLicense": "CC0-1.0",
            "name": "test", "creationInfo": {"created": "2024-01-01T00:00:00Z",
                                             "creators": ["Tool: x"]},
            "packages": list(packages), **more}


def spdx_package(purl, **more):
    return {"SPDXID": "SPDXRef-curl", "name": "curl", "downloadLocation": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": purl}], **more}


def coverage(report):
    return {c["what"]: (c["state"], c["reason"]) for c in report["coverage"]}


@pytest.mark.parametrize("form", ["cyclonedx-json", "spdx-json"])
def test_our_own_document_has_the_findings_of_its_image(work, form):
    image = scan(work, "rootfs:image.tar")
    assert [f["rule"] for f in image["findings"]] == ["CVE-2024-0001"] * 2
    done = run(work, "sbom", "--format", form, "-o", "bom.json", "rootfs:image.tar")
    assert done.returncode == 0
    again = scan(work, "sbom:bom.json")
    assert json.dumps(again["findings"]) == json.dumps(image["findings"])
    assert again["distro"] == image["distro"]
    for was, now in zip(image["packages"], again["packages"], strict=True):
        assert {**was, "evidence": 0, "licenses": 0} == {**now, "evidence": 0, "licenses": 0}
    assert coverage(again)["packages (as the SBOM lists them)"] == ("assessed", "")
    assert again["target"] == {"given": "sbom:bom.json", "transport": "sbom",
                               "location": "bom.json"}


def test_json_is_told_from_an_archive_at_a_path_and_in_a_pipe(work):
    document = cyclonedx(operating_system(), library("pkg:deb/debian/curl@7.88.1-10"))
    write(work, document)
    named = scan(work, "sbom:bom.json")
    bare = scan(work, "bom.json")
    piped = scan(work, "-", input=b"\xef\xbb\xbf \n" + json.dumps(document).encode())
    with open(work / "bom.json", "rb") as file:
        redirected = scan(work, "-", stdin=file)
    for other in (bare, piped, redirected):
        assert other["findings"] == named["findings"]
        assert other["target"]["transport"] == "sbom"
    assert len(named["findings"]) == 1
    archive = (work / "image.tar").read_bytes()
    assert scan(work, "-", input=archive)["target"]["transport"] == "rootfs"


DEB = "pkg:deb/debian/libcurl4@7.88.1-10%2Bb1?arch=amd64&distro=debian-12"


@pytest.mark.parametrize("component", [
    library(DEB + "&upstream=curl%407.88.1-10"),
    library(DEB, {"syft:metadata:source": "curl", "syft:metadata:sourceVersion": "7.88.1-10"}),
    library(DEB, {"aquasecurity:trivy:SrcName": "curl", "aquasecurity:trivy:SrcVersion": "7.88.1",
                  "aquasecurity:trivy:SrcRelease": "10"}),
    library(DEB, {"aquasecurity:trivy:SrcName": "curl",
                  "aquasecurity:trivy:SrcVersion": "7.88.1-10"}),
])
def test_other_tools_name_the_source_in_their_ways(work, component):
    report = scan(work, write(work, cyclonedx(operating_system(), component)))
    finding, = report["findings"]
    assert finding["rule"] == "CVE-2024-0001"
    assert report["packages"][0]["source"] == {"name": "curl", "version": "7.88.1-10"}


@pytest.mark.parametrize("package", [
    spdx_package(DEB + "&upstream=curl"),
    spdx_package(DEB, sourceInfo="built package from: curl 7.88.1-10"),
])
def test_spdx_names_the_source_in_two_ways(work, package):
    report = scan(work, write(work, spdx(package)))
    assert [f["rule"] for f in report["findings"]] == ["CVE-2024-0001"]
    assert report["distro"]["release"] == "debian-12"


def test_spdx_22_tells_image_and_system_by_their_ids(work):
    system = {"SPDXID": "SPDXRef-OperatingSystem-1", "name": "debian", "versionInfo": "12.5"}
    image = {"SPDXID": "SPDXRef-ContainerImage-1", "name": "shop",
             "attributionTexts": ["SchemaVersion: 2", "DiffID: sha256:aa"]}
    package = spdx_package("pkg:deb/debian/libcurl4@7.88.1-10",
                           sourceInfo="built package from: curl 7.88.1-10",
                           attributionTexts=["PkgID: x", "LayerDiffID: sha256:aa"])
    del package["downloadLocation"]
    report = scan(work, write(work, spdx(image, system, package, spdxVersion="SPDX-2.2")))
    assert [f["rule"] for f in report["findings"]] == ["CVE-2024-0001"]
    assert report["image"]["name"] == "shop"
    assert [(layer["diff_id"], layer["packages"]) for layer in report["layers"]] == [
        ("sha256:aa", 1)]
    assert report["packages"][0]["layer"] == "sha256:aa"


@pytest.mark.parametrize("version, epoch, expect", [
    ("4.4.20-4.el8", None, "4.4.20-4.el8"), ("4.4.20-4.el8", "2", "2:4.4.20-4.el8")])
def test_an_rpm_has_its_epoch_from_the_purl(work, version, epoch, expect):
    purl = f"pkg:rpm/redhat/bash@{version}?arch=x86_64&upstream=bash-4.4.20-4.el8.src.rpm"
    purl += f"&epoch={epoch}" if epoch else ""
    component = library(purl, {"aquasecurity:trivy:Modularitylabel": "m:8:1:a"})
    report = scan(work, write(work, cyclonedx(operating_system("redhat", "8.6"), component)))
    package, = report["packages"]
    assert package["version"] == expect
    assert package["source"] == {"name": "bash", "version": "4.4.20-4.el8"}
    assert package["modularity"] == "m:8:1:a"
    assert report["distro"]["release"] == "rhel-8"


def test_language_packages_match_by_their_full_name(work):
    inner = library("pkg:npm/%40team/left@1.0.0", name="left", version="1.0.0")
    outer = {"type": "application", "bom-ref": "app", "name": "package-lock.json",
             "components": [inner]}
    report = scan(work, write(work, cyclonedx(outer)))
    assert [f["rule"] for f in report["findings"]] == ["CVE-2024-0002"]


def test_what_no_purl_names_is_not_assessed(work):
    bad = library("no purl at all", **{"bom-ref": "bad"})
    unnamed = {"type": "library", "bom-ref": "unnamed", "name": "mystery"}
    report = scan(work, write(work, cyclonedx(library(DEB), unnamed, bad,
                                              {"type": "file", "name": "/etc/passwd"})))
    assert coverage(report)["components without a package URL"][0] == "not-assessed"
    problem, = report["problems"]
    assert problem["parser"] == "cyclonedx"
    assert problem["message"].startswith('component "curl": ')
    assert len(report["packages"]) == 1


def test_an_empty_document_is_no_clean_one(work):
    done = run(work, "scan", "--require-complete", write(work, cyclonedx()))
    assert done.returncode == 3
    assert b"the SBOM lists none" in done.stdout


@pytest.mark.parametrize("change, message", [
    ({"specVersion": "1.3"}, 'specVersion "1.3": CycloneDX 1.4 to 1.7 are read'),
    ({"bomFormat": "Other"}, 'bomFormat: no such value: "Other"'),
    ({"bomFormat": None}, "bomFormat: expected a string"),
    ({"components": [{"type": "library"}]}, "components: entry 1: name is missing"),
    ({"components": [{"type": "lib", "name": "x"}]},
     'components: entry 1: type: no such value: "lib"'),
    ({"components": [CURL, CURL]},
     'components: entry 2: bom-ref: "curl" stands in the document twice'),
    ({"components": [{**CURL, "hashes": [{"alg": "MD5", "content": "0" * 40}]}]},
     "components: entry 1: hashes: entry 1: content: MD5 has 32 digits, not 40"),
    ({"components": {}}, "components: expected a list"),
    ({"serialNumber": "urn:uuid:1"}, 'serialNumber: expected "urn:uuid:" and a UUID, not '
                                     '"urn:uuid:1"'),
    ({"metadata": {"timestamp": "yesterday"}},
     'metadata: timestamp: expected an RFC 3339 time, not "yesterday"'),
])
def test_a_broken_document_is_refused_with_the_place(work, change, message):
    done = run(work, "scan", write(work, {**cyclonedx(), **change}))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"plimsoll: bom.json: {message}\n"


@pytest.mark.parametrize("text, message", [
    ("{}", "JSON, but no SBOM: neither bomFormat nor spdxVersion"),
    ('{"spdxVersion": "SPDX-2.1"}', 'spdxVersion "SPDX-2.1": SPDX 2.2 and 2.3 are read'),
    ('{"spdxVersion": "SPDX-2.3"}', "SPDXID is missing"),
    ('{"@context": "x"}', "JSON-LD: of SPDX the versions 2.2 and 2.3 are read"),
])
def test_other_json_is_refused(work, text, message):
    (work / "bom.json").write_text(text)
    done = run(work, "scan", "bom.json")
    assert (done.returncode, done.stderr.decode()) == (2, f"plimsoll: bom.json: {message}\n")


def test_keys_may_stand_in_any_order_but_once(work):
    document = cyclonedx(operating_system(), library(DEB + "&upstream=curl"))
    swapped = dict(reversed(copy.deepcopy(document).items()))
    assert len(scan(work, write(work, swapped))["findings"]) == 1
    text = json.dumps(document)[:-1] + ', "components": []}'
    (work / "bom.json").write_text(text)
    done = run(work, "scan", "bom.json")
    assert done.stderr == b"plimsoll: bom.json: components stands there twice\n"


def test_deep_and_cut_documents_are_errors(work):
    deep = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": ' + "[" * 100000
    whole = json.dumps(cyclonedx(library(DEB)))
    for text in (deep, whole[:-2], whole[: len(whole) // 2], "{"):
        (work / "bom.json").write_text(text)
        done = run(work, "scan", "bom.json")
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.startswith(b"plimsoll: bom.json: ")
