# SPDX-License-Identifier: Apache-2.0
"""The golden SBOMs hold together: ids are unique, references lead somewhere, encodings agree."""
import json
import pathlib
import re
import xml.etree.ElementTree as ET

RENDER = pathlib.Path(__file__).resolve().parent.parent / "fixtures/render"
CDX = json.loads((RENDER / "cyclonedx-json/expected.json").read_text())
SPDX = json.loads((RENDER / "spdx-json/expected.json").read_text())
REPORT = json.loads((RENDER / "json/expected.json").read_text())
XML = ET.parse(RENDER / "cyclonedx-xml/expected.xml").getroot()
TAGS = [line.split(": ", 1)
        for line in (RENDER / "spdx/expected.txt").read_text().splitlines() if ": " in line]
NS = "{http://cyclonedx.org/schema/bom/1.6}"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def values(tag):
    return [value for key, value in TAGS if key == tag]


def test_cyclonedx_head():
    assert (CDX["bomFormat"], CDX["specVersion"], CDX["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(f"urn:uuid:{UUID}", CDX["serialNumber"])
    assert CDX["metadata"]["timestamp"] == REPORT["time"]
    image = CDX["metadata"]["component"]
    assert image["type"] == "container"
    assert image["hashes"] == [{"alg": "SHA-256",
                                "content": REPORT["image"]["manifest_digest"].split(":")[1]}]
    assert image["purl"].startswith("pkg:oci/shop@sha256:")


def test_cyclonedx_references_are_unique_and_lead_somewhere():
    refs = [CDX["metadata"]["component"]["bom-ref"]] + [c["bom-ref"] for c in CDX["components"]]
    assert len(refs) == len(set(refs)) == len(REPORT["packages"]) + 2
    root = CDX["dependencies"][0]
    assert root["ref"] == refs[0] and root["dependsOn"] == refs[1:]
    assert CDX["compositions"] == [{"aggregate": "incomplete", "assemblies": [refs[0]]}]


def test_cyclonedx_has_every_package():
    assert [c["purl"] for c in CDX["components"][1:]] == [p["purl"] for p in REPORT["packages"]]
    assert CDX["components"][0]["type"] == "operating-system"
    layers = [next(p["value"] for p in c["properties"] if p["name"] == "plimsoll:layer:diffId")
              for c in CDX["components"][1:]]
    assert layers == [p["layer"] for p in REPORT["packages"]]


def test_cyclonedx_licences_are_ids_one_expression_or_names():
    licences = {c["name"]: c.get("licenses") for c in CDX["components"]}
    assert licences["libc6"] == [{"expression": "MIT AND Apache-2.0"}]
    assert licences["curl"] == [{"license": {"id": "curl"}},
                                {"license": {"name": 'See "file"</text>, <page 3>'}}]


def test_cyclonedx_says_what_is_missing():
    names = [p["name"] for p in CDX["metadata"]["properties"]]
    assert names.count("plimsoll:coverage:notAssessed") == 2
    assert names.count("plimsoll:coverage:partial") == 1


def test_cyclonedx_encodings_agree():
    assert XML.tag == NS + "bom" and XML.get("serialNumber") == CDX["serialNumber"]
    assert [c.get("bom-ref") for c in XML.find(NS + "components")] == [
        c["bom-ref"] for c in CDX["components"]]
    assert [c.findtext(NS + "purl") for c in XML.find(NS + "components")] == [
        c.get("purl") for c in CDX["components"]]
    assert [e.get("ref") for e in XML.find(NS + "dependencies")[0]] == (
        CDX["dependencies"][0]["dependsOn"])


def test_spdx_head():
    assert (SPDX["spdxVersion"], SPDX["dataLicense"]) == ("SPDX-2.3", "CC0-1.0")
    assert re.fullmatch(rf"https://spdx\.org/spdxdocs/plimsoll-[A-Za-z0-9.-]+-{UUID}",
                        SPDX["documentNamespace"])
    assert SPDX["creationInfo"]["created"] == REPORT["time"]
    assert "not assessed: vulnerabilities" in SPDX["comment"]


def test_spdx_ids_are_unique_valid_and_related():
    ids = [p["SPDXID"] for p in SPDX["packages"]]
    assert len(ids) == len(set(ids)) == len(REPORT["packages"]) + 2
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
    relations = [(r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"])
                 for r in SPDX["relationships"]]
    assert relations[0] == ("SPDXRef-DOCUMENT", "DESCRIBES", ids[0])
    assert relations[1:] == [(ids[0], "CONTAINS", i) for i in ids[1:]]


def test_spdx_licence_references_are_defined():
    used = {ref for p in SPDX["packages"]
            for ref in re.findall(r"LicenseRef-[A-Za-z0-9.-]+", p["licenseDeclared"])}
    defined = [i["licenseId"] for i in SPDX["hasExtractedLicensingInfos"]]
    assert used == set(defined) and defined == sorted(set(defined))
    assert all(i["extractedText"] for i in SPDX["hasExtractedLicensingInfos"])


def test_spdx_encodings_agree():
    assert values("SPDXID")[1:] == [p["SPDXID"] for p in SPDX["packages"]]
    assert values("PackageName") == [p["name"] for p in SPDX["packages"]]
    assert values("PackageLicenseDeclared") == [p["licenseDeclared"] for p in SPDX["packages"]]
    assert values("DocumentNamespace") == [SPDX["documentNamespace"]]
    assert values("LicenseID") == [i["licenseId"] for i in SPDX["hasExtractedLicensingInfos"]]
    assert len(values("Relationship")) == len(SPDX["relationships"])


def test_spdx_text_cannot_be_ended_by_a_name():
    assert values("ExtractedText")[1] == '<text>See "file"\\x3c/text>, <page 3></text>'
