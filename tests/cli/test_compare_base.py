# SPDX-License-Identifier: Apache-2.0
"""--compare-base: which other base would carry what an image's commands need, and what that saves."""
import io
import json
import pathlib
import tarfile

import jsonschema
import pytest

import small_scan
from test_scan import docker_archive

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parent.parent.parent / "docs/report.schema.json").read_text())
CURL = "#!/usr/bin/sh\nexit\n"
# package -> (version, files); what the entrypoint needs is curl, and dash for its "#!"
DEBIAN = {"libc6": ("2.36-9", {"usr/lib/libc.so.6": "c" * 1000}),
          "dash": ("0.5.12-2", {"usr/bin/sh": "s" * 500}),
          "apt": ("2.6.1", {"usr/bin/apt": "a" * 2000}),
          "libssl3": ("3.0.11-1", {"usr/lib/libssl.so.3": "l" * 9000}),
          "curl": ("7.88.1-10", {"usr/bin/curl": CURL})}
SOURCES = {"libssl3": "openssl"}


def tar_of(files):
    """All of them executable."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, text in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(text), 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
    return raw.getvalue()


def layer(packages, release=small_scan.OS_RELEASE, more=()):
    """A root file system of Debian with these packages."""
    status = "".join(small_scan.package(name, DEBIAN[name][0] if isinstance(packages, list) else packages[name],
                                        SOURCES.get(name, name)) for name in packages)
    files = [("etc/os-release", release), ("var/lib/dpkg/status", status), *more]
    for name in packages:
        files.append((f"var/lib/dpkg/info/{name}.list", "".join(f"/{f}\n" for f in DEBIAN[name][1])))
        files += DEBIAN[name][1].items()
    return tar_of(files)


def apk_layer(packages):
    database = "".join(f"P:{name}\nV:1.2.5-r0\nA:x86_64\n\n" for name in packages)
    return tar_of([("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"), ("lib/apk/db/installed", database)])


def make_image(tmp_path, name, layers, **config):
    docker_archive(tmp_path / f"{name}.tar", layers, {"config": {}, **config})
    return f"{name}.tar"


def make_base(tmp_path, name, layers, *args, **config):
    """Its report in bases/NAME.json, with the image's own name."""
    image = make_image(tmp_path, name, layers, **config)
    (tmp_path / "bases").mkdir(exist_ok=True)
    small_scan.run(tmp_path, "scan", image, "-f", "json", "-o", f"bases/{name}.json", *args)
    path = tmp_path / "bases" / f"{name}.json"
    doc = json.loads(path.read_text())
    doc["image"]["name"] = name
    path.write_text(json.dumps(doc))
    return doc


FULL = list(DEBIAN)
APP = tar_of([("srv/app.txt", "x" * 70)])
RUNS = {"config": {"Entrypoint": ["/usr/bin/curl"], "Env": ["PATH=/usr/bin"]}}


@pytest.fixture
def image(tmp_path):
    """An application upon a base with five packages, of which curl and dash are needed."""
    small_scan.make(tmp_path)
    return make_image(tmp_path, "app", [layer(FULL), APP], **RUNS)


def ask(tmp_path, image, *args):
    args = args or ("--compare-base", "bases")
    doc = json.loads(small_scan.run(tmp_path, "needs", image, "-f", "json", *args).stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(doc)
    return doc["needs"]["bases"]


def test_a_smaller_base_of_the_release_fits_and_says_what_to_install(tmp_path, image):
    full = make_base(tmp_path, "full", [layer(FULL)])
    slim = make_base(tmp_path, "slim", [layer(["libc6", "dash", "apt"])])
    bases = ask(tmp_path, image)
    assert [(b["name"], b["present"], b["fit"]) for b in bases] == [("slim", False, "fits"), ("full", True, "fits")]
    assert bases[0]["install"] == ["curl"] and bases[0]["perhaps_install"] == []
    assert bases[0]["bytes"] == slim["summary"]["bytes"]
    # curl comes back with its size and its two findings; that of openssl goes
    assert bases[0]["bytes_less"] == full["summary"]["bytes"] - slim["summary"]["bytes"] - len(CURL)
    assert {k: v for k, v in bases[0]["findings_less"].items() if v} == {"medium": 1}
    assert bases[0]["sentence"] == "on slim: 9.23 kB and 1 finding less (medium -1); install curl"
    assert "bytes_less" not in bases[1] and bases[1]["sentence"] == "on full: the image stands on it"


def test_without_the_base_packages_of_the_system_are_compared(tmp_path, image):
    make_base(tmp_path, "slim", [layer(["libc6", "dash", "apt", "curl"])])
    one, = ask(tmp_path, image)
    system = sum(len(text) for _, files in DEBIAN.values() for text in files.values())
    assert one["fit"] == "fits" and one["install"] == []
    assert one["bytes_less"] == system - one["bytes"]
    for command in ("needs", "scan"):
        out = small_scan.run(tmp_path, command, image, "--compare-base", "bases/slim.json").stdout
        assert "OTHER BASES  1\n  Which layers are its base is not known" in out
        assert "  + on slim: " in out and "(medium -1)" in out
        assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize("layers, config, fit, reason", [
    ([apk_layer(["musl", "busybox", "apk-tools"])], {}, "does-not-fit", "its C library is musl, the programs need glibc"),
    ([apk_layer(["ca-certificates"])], {}, "does-not-fit", "it has no C library; glibc is needed"),
    ([layer(["libc6", "dash"])], {}, "does-not-fit", "it has no curl, and no package manager to install it"),
    ([layer(FULL[::-1])], {"architecture": "arm64"}, "does-not-fit", "it is for arm64"),
    ([layer(["libc6", "dash", "apt"], small_scan.OS_RELEASE.replace("12", "13"))], {}, "unknown",
     "it has no curl, and whether its release has one is not known"),
    ([layer({**{n: v for n, (v, _) in DEBIAN.items()}, "libc6": "2.31-13"}, small_scan.OS_RELEASE.replace("12", "11"))],
     {}, "does-not-fit", "its libc6 2.31-13 is older than the image's 2.36-9"),
    ([APP], {}, "unknown", "its report has no packages"),
])
def test_a_base_that_does_not_fit_says_why(tmp_path, image, layers, config, fit, reason):
    make_base(tmp_path, "other", layers, **config)
    one, = ask(tmp_path, image, "--compare-base", "bases", "--keep", "/usr/lib/libc.so.6")
    assert (one["fit"], one["reason"]) == (fit, reason)
    assert "bytes_less" not in one and "findings_less" not in one
    assert one["sentence"] == f"on other: {'not known to fit' if fit == 'unknown' else 'does not fit'}: {reason}"


def test_what_the_image_installs_itself_is_installed_on_the_other_base_too(tmp_path):
    small_scan.make(tmp_path)
    image = make_image(tmp_path, "app", [layer(FULL[:4]), layer(FULL)], **RUNS)
    full = make_base(tmp_path, "full", [layer(FULL[:4])])
    slim = make_base(tmp_path, "slim", [layer(["libc6", "dash", "apt"])])
    make_base(tmp_path, "tiny", [layer(["libc6", "dash"])])  # where nothing can be installed
    best, tiny, _ = ask(tmp_path, image)
    assert best["fit"] == "fits" and best["install"] == []
    assert best["bytes_less"] == full["summary"]["bytes"] - slim["summary"]["bytes"]
    assert sum(best["findings_less"].values()) == 1  # those of curl are not the base's
    assert (tiny["name"], tiny["fit"]) == ("tiny", "does-not-fit")


def test_another_release_that_has_all_is_to_be_tried(tmp_path, image):
    make_base(tmp_path, "newer", [layer(FULL, small_scan.OS_RELEASE.replace("12", "13"))])
    one, = ask(tmp_path, image)
    assert one["fit"] == "fits" and one["sentence"].endswith("; it is debian-13: build and try it there")


def test_files_of_the_base_that_no_package_owns_are_not_known_elsewhere(tmp_path):
    small_scan.make(tmp_path)
    built = tar_of([("usr/local/bin/tool", CURL)])
    runs = {"config": {"Entrypoint": ["/usr/local/bin/tool"]}}
    image = make_image(tmp_path, "app", [layer(FULL), built, APP], **runs)
    make_base(tmp_path, "full", [layer(FULL), built])
    make_base(tmp_path, "slim", [layer(["libc6", "dash"])])
    make_base(tmp_path, "other", [layer(["libc6", "dash"]), built])  # the same layer brings the same
    slim = {b["name"]: b for b in ask(tmp_path, image)}
    assert slim["slim"]["reason"] == ("no package of the present base owns usr/local/bin/tool, "
                                      "so whether it has it is not known")
    assert slim["other"]["fit"] == "fits"


def test_what_a_report_does_not_hold_stays_unknown(tmp_path, image):
    make_base(tmp_path, "filtered", [layer(FULL[:3])], "--severity", "critical")
    make_base(tmp_path, "blind", [layer(FULL[:3])], "--scanners", "config")
    doc = make_base(tmp_path, "sizeless", [layer(FULL)])
    doc["image"]["name"], doc["summary"]["bytes"], doc["layers"] = "sizeless", 0, []
    (tmp_path / "bases/sizeless.json").write_text(json.dumps(doc))
    bases = {b["name"]: b for b in ask(tmp_path, image)}
    for name in ("filtered", "blind"):
        assert "findings" not in bases[name] and "findings_less" not in bases[name], name
        assert "less, the difference in findings is not known; install curl" in bases[name]["sentence"]
    assert "bytes" not in bases["sizeless"] and "bytes_less" not in bases["sizeless"]
    assert "how much smaller is not known" in bases["sizeless"]["sentence"]


def test_nothing_fits_for_sure_where_the_needs_are_not_known(tmp_path, image):
    make_base(tmp_path, "slim", [layer(FULL[:3])])
    one, = ask(tmp_path, make_image(tmp_path, "idle", [layer(FULL)]))
    assert one["fit"] == "unknown" and one["reason"] == "what the commands need is not known"


def test_the_best_is_first(tmp_path, image):
    make_base(tmp_path, "b-slim", [layer(["libc6", "dash", "apt"])])
    make_base(tmp_path, "a-medium", [layer(["libc6", "dash", "apt", "libssl3"])])
    make_base(tmp_path, "c-musl", [layer(["apt"])])
    args = [x for n in ("c-musl", "a-medium", "b-slim") for x in ("--compare-base", f"bases/{n}.json")]
    bases = ask(tmp_path, image, "--keep", "/usr/lib/libc.so.6", *args)
    assert [b["name"] for b in bases] == ["b-slim", "a-medium", "c-musl"]


def test_what_is_no_report_is_a_mistake(tmp_path, image):
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.json").write_text("{}")
    for path, message in (("x.json", "--compare-base x.json: no report that plimsoll scan --format json printed"),
                          ("absent", "--compare-base absent: no report"),
                          ("empty", "--compare-base empty: no report in it: no NAME.json")):
        done = small_scan.run(tmp_path, "needs", image, "--compare-base", path, status=2)
        assert message in done.stderr and done.stdout == ""
