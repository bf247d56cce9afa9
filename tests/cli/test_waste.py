# SPDX-License-Identifier: Apache-2.0
"""What scan says of bytes that an image could do without, of its attack surface, of budgets."""
import json
import shutil
import subprocess

import pytest

from test_scan import report, run
from test_scan_config import QUIET, image, layer

BIG = "x" * 200_000


def waste(tmp_path, *args, target="image.tar", **how):
    got = report(tmp_path, target, "--scanners", "waste", *args, **how)
    return got, [(f["rule"], f["saved_bytes"], f["title"]) for f in got["findings"]]


def three_layers(tmp_path):
    image(tmp_path,
          layer(("tmp", None, 0o1777), ("tmp/build.tar", BIG, 0o644), ("app/a", BIG + "a", 0o644)),
          layer(("tmp/.wh.build.tar", "", 0o644), ("app/a", BIG + "a", 0o755)),
          layer(("var/cache/apk/x", "y" * 9, 0o644), ("usr/bin/bash", "#!", 0o755)),
          history=[{"created_by": "RUN wget build.tar"}, {"created_by": "RUN chmod +x app/a && rm build.tar"},
                   {"created_by": "RUN apk add x"}], **QUIET)


def test_each_finding_names_bytes_layer_places_and_the_line_to_write(tmp_path):
    three_layers(tmp_path)
    got, said = waste(tmp_path)
    assert said == [
        ("waste-unchanged", 200_001,
         "200 kB of layer 1 are there once more in layer 2, with the same content: /app/a"),
        ("waste-deleted", 200_000,
         "200 kB of layer 1 are deleted in layer 2 and still in the image: /tmp/build.tar"),
        ("image-apk-cache-left", 9, "9 B of the cache of apk are in layer 3")]
    deleted = got["findings"][1]
    assert deleted["kind"] == "waste" and deleted["locations"][0]["path"] == "tmp/build.tar"
    assert deleted["fix"]["action"].endswith("COPY the result: RUN wget build.tar")
    assert [(c["what"], c["state"]) for c in got["coverage"] if c["what"].startswith("waste")] == [
        ("waste", "assessed"), ("waste: content of large files", "assessed")]
    assert [layer.get("hidden_bytes", 0) for layer in got["layers"]] == [400_001, 0, 0]
    assert got["size"]["hidden_bytes"] == 400_001 and got["size"]["class"] == "minimal"


def test_content_is_compared_only_where_waste_is_asked_for_by_name(tmp_path):
    three_layers(tmp_path)
    got = report(tmp_path, "image.tar", "--fail-on", "critical", status=0)
    assert [c["what"] for c in got["coverage"] if c["what"].startswith("waste")] == ["waste"]
    assert [f["rule"] for f in got["findings"] if f["kind"] == "waste"] == [
        "waste-deleted", "image-apk-cache-left"]
    again, _ = waste(tmp_path)  # another recipe: the cache has no such record yet
    assert len([c for c in again["coverage"] if c["what"].startswith("waste")]) == 2


def test_the_cache_gives_the_same_bytes(tmp_path):
    three_layers(tmp_path)
    first = run(tmp_path, "scan", "image.tar", "--scanners", "waste", "--format", "json")
    second = run(tmp_path, "scan", "image.tar", "--scanners", "waste", "--format", "json")
    assert first.stdout == second.stdout


def test_rules_of_waste_are_set_and_switched_as_all_rules(tmp_path):
    three_layers(tmp_path)
    (tmp_path / ".plimsoll.yaml").write_text(
        "rules:\n  waste-deleted: {parameters: {min_bytes: 300000}}\n  waste-unchanged: off\n")
    assert [rule for rule, _, _ in waste(tmp_path)[1]] == ["image-apk-cache-left"]


def test_the_table_fits_80_columns_and_tells_it_all(tmp_path):
    three_layers(tmp_path)
    out = run(tmp_path, "scan", "image.tar", "--scanners", "waste").stdout.decode()
    assert max(map(len, out.splitlines())) <= 80
    assert "WASTE  400 kB of 600 kB could be saved" in out
    assert "ATTACK SURFACE\n  size              200 kB, minimal\n" in out
    assert "  shells            bash\n" in out


def test_budgets_fail_with_a_row_each_and_exit_status_1(tmp_path):
    three_layers(tmp_path)
    (tmp_path / ".dive-ci").write_text(
        "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 1MB\n  highestUserWastedPercent: disabled\n")
    got = report(tmp_path, "image.tar", "--max-size", "100kB", status=1)
    assert [(b["name"], b["state"], b["limit"]) for b in got["budgets"]] == [
        ("max-size", "fail", "100kB"), ("highestUserWastedPercent", "skip", "disabled"),
        ("highestWastedBytes", "pass", "1MB"), ("lowestEfficiency", "fail", "0.95")]
    assert [f["title"] for f in got["findings"] if f["rule"] == "image-max-size"] == [
        "the image has 200 kB of files, 100 kB more than 100kB"]
    (tmp_path / "other.yaml").write_text("rules: {lowestEfficiency: 0.3, highestUserWastedPercent: off}\n")
    report(tmp_path, "image.tar", "--max-size", "1MB", "--dive-ci", "other.yaml", status=0)


@pytest.mark.parametrize("args,message", [
    (["--max-size", "ten"], '--max-size: "ten" is no number of bytes: 100MB, 1.5GiB'),
    (["--dive-ci", "none.yaml"], "none.yaml: No such file or directory"),
    (["--dive-ci", "x.yaml", "--scanners", "vuln"], "--dive-ci needs the scanner waste"),
])
def test_mistakes_are_told_before_anything_is_read(tmp_path, args, message):
    bad = run(tmp_path, "scan", "no-such-image.tar", *args, status=2)
    assert bad.stderr.decode() == f"plimsoll: {message}\n"


def test_diff_puts_attack_surfaces_side_by_side(tmp_path):
    image(tmp_path, layer(("bin/sh", "#!", 0o755)), **QUIET)
    (tmp_path / "image.tar").rename(tmp_path / "before.tar")
    image(tmp_path, layer(("bin/sh", "#!", 0o755), ("usr/bin/curl", "#!", 0o4755)), **QUIET)
    out = run(tmp_path, "diff", "before.tar", "image.tar").stdout.decode()
    assert "  network tools     none -> curl\n" in out.replace("\u2192", "->")
    assert "  shells            sh\n" in out
    got = json.loads(run(tmp_path, "diff", "before.tar", "image.tar", "--format", "json").stdout)
    assert got["surface"]["before"]["setuid"] == 0 and got["surface"]["after"]["setuid"] == 1


def test_policies_see_waste_and_what_it_would_save(tmp_path):
    three_layers(tmp_path)
    (tmp_path / "policy.yaml").write_text(
        "policy: small\nrules:\n  - id: no-hidden-files\n    each: waste\n"
        "    deny: waste.rule == 'waste-deleted' && waste.saved > 100000\n    message: '{waste.title}'\n")
    got = report(tmp_path, "image.tar", "--policy", "policy.yaml", status=1)
    assert [r["rule"] for r in got["verdict"]["reasons"]] == ["no-hidden-files"]
    got = report(tmp_path, "image.tar", "--scanners", "config", "--policy", "policy.yaml", status=1)
    assert got["verdict"]["reasons"][0]["outcome"] == "unknown"


@pytest.mark.skipif(not (shutil.which("gcc") and shutil.which("strip")), reason="needs gcc and strip")
def test_what_strip_takes_is_what_is_said(tmp_path):
    (tmp_path / "rootfs").mkdir()
    (tmp_path / "a.c").write_text("int main(void) { return 0; }\n" + "".join(
        f"int function_of_a_long_name_{i}(int x) {{ return x + {i}; }}\n" for i in range(4000)))
    subprocess.run(["gcc", "-g", "-O0", "-o", "rootfs/app", "a.c"], cwd=tmp_path, check=True)
    before = (tmp_path / "rootfs/app").stat().st_size
    (tmp_path / ".plimsoll.yaml").write_text("rules: {waste-unstripped: {parameters: {min_bytes: 1}}}\n")
    said = waste(tmp_path, target="rootfs:rootfs")[1]
    subprocess.run(["strip", "rootfs/app"], cwd=tmp_path, check=True)
    saved = before - (tmp_path / "rootfs/app").stat().st_size
    assert [rule for rule, _, _ in said] == ["waste-unstripped"]
    assert abs(said[0][1] - saved) < 4096


def test_of_an_image_with_a_layer_that_could_not_be_read_no_efficiency_is_told(tmp_path):
    good = [layer(("a", "x" * 300000, 0o644)), layer((".wh.a", "", 0o644))]
    image(tmp_path, *good, b"no tar archive" * 500)
    got = report(tmp_path, "image.tar")
    assert "size" not in got and got["waste"][0]["bytes"] == 300000
    shown = run(tmp_path, "scan", "image.tar").stdout
    assert "efficiency" not in (shown.decode() if isinstance(shown, bytes) else shown)
    image(tmp_path, *good)
    assert report(tmp_path, "image.tar")["size"]["dive"]["wasted_bytes"] == 300000
