# SPDX-License-Identifier: Apache-2.0
"""plimsoll tree and plimsoll attach: what is attached to an image."""
import json
import subprocess

import pytest

from artifact_registry import (BUNDLE, DSSE, INDEX, NOTATION, SLSA, ArtifactRegistry, Content,
                               sha256, tag_of)
from test_copy import distribution, fetch, read_layout, registry, run  # noqa: F401


def tree(tmp_path, target, *words, status=0):
    done = run(tmp_path, target, "--format", "json", *words, command="tree", status=status)
    return json.loads(done.stdout)


def kinds(node):
    return sorted((c["kind"], c["digest"]) for c in node["children"])


def child(node, digest):
    return next(c for c in node["children"] if c["digest"] == digest)


def check_everything(doc, made, listed_by):
    assert doc["format"] == "plimsoll.tree/1" and doc["digest"] == made["index"]["digest"]
    assert kinds(doc) == sorted([
        ("image", made["amd64"]["digest"]), ("image", made["arm64"]["digest"]),
        ("sigstore-bundle", made["bundle"]["digest"]), ("sbom", made["sbom"]["digest"]),
        ("cosign-signature", made["sig"]["digest"]),
        ("cosign-attestation", made["att"]["digest"])])
    bundle = child(doc, made["bundle"]["digest"])
    assert bundle["predicate_types"] == [SLSA] and bundle["found_by"] == listed_by
    att = child(doc, made["att"]["digest"])
    assert att["predicate_types"] == ["https://spdx.dev/Document"]
    assert att["tag"] == tag_of(made["index"]["digest"], ".att")
    arm = child(doc, made["arm64"]["digest"])
    assert arm["platform"] == "linux/arm64"
    assert kinds(arm) == [("notation-signature", made["notation"]["digest"])]
    sbom = child(doc, made["sbom"]["digest"])
    assert sbom["created"] == "2026-01-02T03:04:05Z"
    assert sbom["artifact_type"] == "application/spdx+json"
    assert kinds(sbom) == [("sigstore-bundle", made["sbom signature"]["digest"])]
    assert child(doc, made["amd64"]["digest"])["children"] == []


# --- what is found ---

def test_all_kinds_in_a_registry_with_a_list(tmp_path, registry):
    made = registry.of("team/app").everything()
    check_everything(tree(tmp_path, f"{registry.host}/team/app:1"), made, "referrers")


def test_all_kinds_in_a_registry_without(tmp_path, registry, distribution):
    made = registry.of("team/app").everything()
    run(tmp_path, f"{registry.host}/team/app:1", f"{distribution.host}/tree/app:1")
    check_everything(tree(tmp_path, f"{distribution.host}/tree/app:1"), made, "fallback-tag")


def test_all_kinds_in_a_layout(tmp_path, registry):
    made = registry.of("team/app").everything()
    run(tmp_path, f"{registry.host}/team/app:1", "oci:out:1")
    check_everything(tree(tmp_path, "oci:out:1"), made, "referrers")
    check_everything(tree(tmp_path, "oci:out"), made, "referrers")


def test_the_list_comes_in_pages(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    made = [content.attach(image, BUNDLE, b"%d" % i)["digest"] for i in range(7)]
    registry.page_size = 2
    doc = tree(tmp_path, f"{registry.host}/a:1")
    assert sorted(c["digest"] for c in doc["children"]) == sorted(made)
    assert len(registry.asked("GET", f"referrers/{image['digest']}")) == 4


def test_what_the_list_says_of_the_type_decides_nothing(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    content.attach(image, BUNDLE, b"{}")
    registry.listed_type = "application/vnd.oci.empty.v1+json"
    assert tree(tmp_path, f"{registry.host}/a:1")["children"][0]["kind"] == "sigstore-bundle"
    registry.listed_type = None
    registry.referrers = False
    entry = {**content.attach(image, NOTATION, b"x"), "artifactType": BUNDLE}
    content.list_at_tag(image, entry)
    assert tree(tmp_path, f"{registry.host}/a:1")["children"][0]["kind"] == "notation-signature"


def test_the_list_and_the_tag_are_both_asked_and_each_is_told_once(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    new, old = content.attach(image, BUNDLE, b"new"), content.attach(image, BUNDLE, b"old")
    content.list_at_tag(image, new, old)
    doc = tree(tmp_path, f"{registry.host}/a:1")
    assert sorted(c["digest"] for c in doc["children"]) == sorted([new["digest"], old["digest"]])


def test_attestations_of_a_build_stand_in_the_index(tmp_path, registry):
    content = registry.of("a")
    image = content.image()
    statement = content.manifest({
        "schemaVersion": 2, "mediaType": image["mediaType"],
        "config": content.blob(b'{"os":"unknown"}', "application/vnd.oci.image.config.v1+json"),
        "layers": [content.blob(b"{}", "application/vnd.in-toto+json",
                                annotations={"in-toto.io/predicate-type": SLSA})]})
    content.index({**image, "platform": {"os": "linux", "architecture": "amd64"}},
                  {**statement, "platform": {"os": "unknown", "architecture": "unknown"},
                   "annotations": {"vnd.docker.reference.type": "attestation-manifest",
                                   "vnd.docker.reference.digest": image["digest"]}}, tag="1")
    node = tree(tmp_path, f"{registry.host}/a:1")["children"][1]
    assert node["kind"] == "cosign-attestation" and node["about"] == image["digest"]
    assert node["predicate_types"] == [SLSA] and "platform" not in node


# --- for a person ---

def test_a_person_reads_a_tree(tmp_path, registry):
    made = registry.of("team/app").everything()
    done = run(tmp_path, f"{registry.host}/team/app:1", command="tree")
    lines = done.stdout.splitlines()
    assert lines[0] == f"{registry.host}/team/app:1"
    assert lines[1] == made["index"]["digest"]
    assert lines[2] == "index  2 manifests"
    assert f"|- linux/amd64 {made['amd64']['digest'][:19]}  1 layer, 184 B" in lines
    assert f"|- attestation (Sigstore bundle) {made['bundle']['digest'][:19]}" in done.stdout
    assert f"|      {SLSA}" in lines
    assert f"|- SBOM {made['sbom']['digest'][:19]}  26 B, 2026-01-02T03:04:05Z" in lines
    assert "|  |   application/spdx+json" in lines
    assert all(len(line) <= 80 for line in lines)


def test_nothing_attached_is_said(tmp_path, registry):
    registry.of("a").image(tag="1")
    done = run(tmp_path, f"{registry.host}/a:1", command="tree")
    assert done.stdout.endswith("nothing is attached to it\n")


def test_names_of_others_cannot_reach_the_terminal(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    content.cosign(image, ".att", b"{}", DSSE, predicateType="\u001b[31mred")
    done = run(tmp_path, f"{registry.host}/a:1", command="tree")
    assert "\u001b" not in done.stdout and "\\x1b[31mred" in done.stdout


# --- what cannot be used ---

def test_what_is_about_something_else_is_shown_as_that(tmp_path, registry):
    registry.referrers = False
    content = registry.of("a")
    image, other = content.image(tag="1"), content.image("other")
    content.list_at_tag(image, content.attach(other, BUNDLE, b"{}"), content.image("no subject"))
    doc = tree(tmp_path, f"{registry.host}/a:1", status=3)
    problems = [c["problem"] for c in doc["children"]]
    assert "is about " + other["digest"] in problems[0] and "is about nothing" in problems[1]


def test_what_is_listed_and_gone_is_shown_as_that(tmp_path, registry):
    registry.referrers = False
    content = registry.of("a")
    image = content.image(tag="1")
    gone = content.attach(image, BUNDLE, b"{}")
    content.list_at_tag(image, gone)
    del content.manifests[gone["digest"]]
    doc = tree(tmp_path, f"{registry.host}/a:1", status=3)
    assert "404 MANIFEST_UNKNOWN" in doc["children"][0]["problem"]


@pytest.mark.parametrize("document", [b"not json", b'{"schemaVersion":2}', b'{"a":1,"a":2}'])
def test_what_is_no_manifest_is_shown_as_that(tmp_path, registry, document):
    registry.referrers = False
    content = registry.of("a")
    image = content.image(tag="1")
    entry = {"mediaType": image["mediaType"], "digest": sha256(document), "size": len(document)}
    content.manifests[entry["digest"]] = (document, entry["mediaType"])
    content.list_at_tag(image, entry)
    doc = tree(tmp_path, f"{registry.host}/a:1", status=3)
    assert doc["children"][0]["problem"]


def test_pages_without_end(tmp_path, registry):
    registry.of("a").image(tag="1")
    registry.endless = True
    done = run(tmp_path, f"{registry.host}/a:1", command="tree", status=2)
    assert "more than list_pages (100) pages" in done.stderr


def test_a_page_that_is_gone_is_not_the_end(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    for i in range(3):
        content.attach(image, BUNDLE, b"%d" % i)
    registry.page_size = 2
    registry.refuse = lambda method, path: 404 if "from=2" in path else None
    done = run(tmp_path, f"{registry.host}/a:1", command="tree", status=2)
    assert "referrers: 404" in done.stderr and done.stdout == ""


def test_a_layout_that_names_what_it_does_not_have(tmp_path):
    content = Content()
    content.image(tag="1")
    gone = content.image("gone", tag="2")
    layout = content.write_layout(tmp_path / "in")
    (layout / "blobs/sha256" / gone["digest"][7:]).unlink()
    done = run(tmp_path, "oci:in:1", command="tree", status=2)
    assert gone["digest"][7:] in done.stderr


def test_a_next_page_elsewhere_is_not_asked_for(tmp_path, registry):
    with ArtifactRegistry() as other:
        content = registry.of("a")
        content.image(tag="1")
        answer = registry.answer_referrers
        registry.answer_referrers = lambda rq, *words: rq.reply(
            200, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode(),
            Content_Type=INDEX, Link=f'<http://{other.host}/v2/>; rel="next"')
        done = run(tmp_path, f"{registry.host}/a:1", command="tree", status=2)
        assert "its next page is at another server" in done.stderr and not other.seen
        registry.answer_referrers = answer


@pytest.mark.parametrize("status", [401, 403, 418])
def test_a_list_that_is_refused_is_not_an_empty_one(tmp_path, registry, status):
    registry.of("a").image(tag="1")
    registry.refuse = lambda method, path: status if "referrers" in path else None
    done = run(tmp_path, f"{registry.host}/a:1", command="tree", status=2)
    assert "referrers" in done.stderr and done.stdout == ""


def test_a_tag_that_is_refused_is_not_one_that_is_not_there(tmp_path, registry):
    registry.of("a").image(tag="1")
    registry.refuse = lambda method, path: 403 if path.endswith(".sig") else None
    done = run(tmp_path, f"{registry.host}/a:1", command="tree", status=2)
    assert ".sig: 403" in done.stderr


def test_an_answer_that_is_no_index_is_no_list(tmp_path, registry):
    registry.of("a").image(tag="1")
    registry.answer_referrers = lambda rq, *words: rq.reply(200, b"<html>", Content_Type="text/html")
    assert tree(tmp_path, f"{registry.host}/a:1")["children"] == []


def test_something_else_at_the_tag_of_the_list_is_an_error(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    content.tags[tag_of(image["digest"])] = image["digest"]
    done = run(tmp_path, f"{registry.host}/a:1", command="tree", status=2)
    assert "it is no index" in done.stderr


def test_an_archive_has_a_digest_and_nothing_attached(tmp_path):
    content = Content()
    image = content.image(tag="1")
    layout = content.write_layout(tmp_path / "in")
    subprocess.run(["tar", "-C", layout, "-cf", tmp_path / "in.tar", "."], check=True)
    done = run(tmp_path, "oci-archive:in.tar", command="tree", status=2)
    assert image["digest"] in done.stderr and "has no place for signatures" in done.stderr


@pytest.mark.parametrize("words, why", [
    ((), "needs one TARGET"), (("a", "b"), "needs one TARGET"),
    (("oci:x", "--format", "xml"), "expected table or json"),
    (("oci:none",), "open none"), (("rootfs:/",), "has no manifest"),
])
def test_words_that_mean_nothing(tmp_path, words, why):
    assert why in run(tmp_path, *words, command="tree", status=2).stderr


# --- attach ---

SBOMS = [
    (b'{"bomFormat":"CycloneDX","specVersion":"1.6"}', "application/vnd.cyclonedx+json"),
    (b'{"spdxVersion":"SPDX-2.3"}', "application/spdx+json"),
    (b"SPDXVersion: SPDX-2.3\n", "text/spdx"),
    (b'<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>',
     "application/vnd.cyclonedx+xml"),
]


@pytest.mark.parametrize("data, kind", SBOMS)
def test_an_sbom_is_known_by_its_content(tmp_path, registry, data, kind):
    image = registry.of("a").image(tag="1")
    (tmp_path / "bom").write_bytes(data)
    done = run(tmp_path, "sbom", f"{registry.host}/a:1", "--sbom", "bom", command="attach")
    digest = done.stdout.strip().split("@")[1]
    assert done.stderr == f"attached to {image['digest']}\n"
    document = json.loads(registry.of("a").manifests[digest][0])
    assert document["artifactType"] == kind and document["layers"][0]["mediaType"] == kind
    assert document["layers"][0]["digest"] == sha256(data)
    assert document["subject"] == image
    assert document["config"] == {"mediaType": "application/vnd.oci.empty.v1+json",
                                  "digest": sha256(b"{}"), "size": 2}
    assert tag_of(image["digest"]) not in registry.of("a").tags
    assert tree(tmp_path, f"{registry.host}/a:1")["children"][0]["kind"] == "sbom"


def test_where_there_is_no_list_an_index_is_kept(tmp_path, distribution):
    content = Content()
    image = content.image("attach", tag="1")
    content.write_layout(tmp_path / "in")
    target = f"{distribution.host}/attach/app:1"
    run(tmp_path, "oci:in:1", target)
    for name in ("one", "two", "one"):
        (tmp_path / name).write_text(name)
        run(tmp_path, "file", target, "--file", name, "--type", "text/plain", "-a", f"n={name}",
            "-a", "org.opencontainers.image.created=2026-01-02T03:04:05Z", command="attach")
    index = json.loads(fetch(distribution.host, f"attach/app/manifests/{tag_of(image['digest'])}"))
    assert [e["annotations"]["n"] for e in index["manifests"]] == ["one", "two"]
    assert {e["artifactType"] for e in index["manifests"]} == {"text/plain"}
    nodes = tree(tmp_path, target)["children"]
    assert [n["artifact_type"] for n in nodes] == ["text/plain"] * 2


def test_what_others_wrote_into_the_index_stays(tmp_path, registry):
    registry.referrers = False
    content = registry.of("a")
    image = content.image(tag="1")
    entry = {**content.attach(image, BUNDLE, b"{}"), "x-own": {"a": [1, 2.5, None, True]},
             "annotations": {"k": "v"}}
    content.index(entry, tag=tag_of(image["digest"]), annotations={"top": "1"}, other=7)
    (tmp_path / "f").write_text("f")
    run(tmp_path, "file", f"{registry.host}/a:1", "--file", "f", "--type", "text/plain",
        command="attach")
    after = json.loads(content.manifests[content.tags[tag_of(image["digest"])]][0])
    assert after["manifests"][0] == entry and len(after["manifests"]) == 2
    assert after["annotations"] == {"top": "1"} and after["other"] == 7


def test_to_a_layout(tmp_path):
    content = Content()
    image = content.image(tag="1")
    content.write_layout(tmp_path / "in")
    (tmp_path / "f").write_text("f")
    done = run(tmp_path, "file", "oci:in:1", "--file", "f", "--type", "text/plain",
               command="attach")
    digest = done.stdout.strip().removeprefix("oci:in:")
    after = read_layout(tmp_path / "in")
    assert after.tags == {"1": image["digest"]}
    assert set(after.manifests) == {image["digest"], digest}
    assert tree(tmp_path, "oci:in")["children"][0]["digest"] == digest


def test_the_same_bytes_at_the_same_time_are_the_same(tmp_path, registry):
    registry.of("a").image(tag="1")
    (tmp_path / "f").write_text("f")
    words = ("file", f"{registry.host}/a:1", "--file", "f", "--type", "text/plain")
    first, second, other = (run(tmp_path, *words, command="attach", SOURCE_DATE_EPOCH=epoch).stdout
                            for epoch in ("1767323045", "1767323045", "1767323046"))
    assert first == second != other
    document = json.loads(registry.of("a").manifests[first.strip().split("@")[1]][0])
    assert document["annotations"] == {"org.opencontainers.image.created": "2026-01-02T03:04:05Z"}


@pytest.mark.parametrize("words, why", [
    ((), "needs sbom or file"), (("sbom",), "needs sbom or file"),
    (("image", "oci:in"), "expected sbom or file"),
    (("sbom", "oci:in"), "needs --sbom FILE"),
    (("sbom", "oci:in", "--sbom", "f"), "is no SBOM"),
    (("file", "oci:in", "--file", "f"), "needs --file FILE and --type TYPE"),
    (("file", "oci:in", "--file", "f", "--type", "nonsense"), 'expected "type/subtype"'),
    (("file", "oci:in", "--file", "f", "--type", "a/b", "-a", "novalue"), "expected KEY=VALUE"),
    (("file", "oci:in", "--file", "none", "--type", "a/b"), "none: No such file"),
])
def test_attach_words_that_mean_nothing(tmp_path, words, why):
    content = Content()
    content.image(tag="1")
    content.write_layout(tmp_path / "in")
    (tmp_path / "f").write_text("f")
    before = (tmp_path / "in/index.json").read_bytes()
    assert why in run(tmp_path, *words, command="attach", status=2).stderr
    assert (tmp_path / "in/index.json").read_bytes() == before
