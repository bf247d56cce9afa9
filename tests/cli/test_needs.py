# SPDX-License-Identifier: Apache-2.0
"""plimsoll needs: what the commands of an image need of it, and what nothing needs."""
import io
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import time

import pytest

import small_scan
from test_scan import docker_archive

CC = shutil.which("cc") or shutil.which("gcc")
ENV_PATH = "PATH=/usr/local/bin:/usr/bin:/bin"
needs_compiler = pytest.mark.skipif(not CC, reason="a C compiler makes the programs of these tests")


def write(root, name, text="x\n", mode=0o755):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def cc(root, name, source, *args):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([CC, "-x", "c", "-", "-x", "none", "-o", str(path), "-Wl,--no-as-needed", *map(str, args)],
                   input=source.encode(), check=True)


def library(root, name, source="int f(void) { return 1; }", *args):
    cc(root, name, source, "-shared", "-fPIC", f"-Wl,-soname,{pathlib.Path(name).name}", *args)


def image_of(tmp_path, root, **config):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(root.rglob("*")):
            tar.add(path, path.relative_to(root), recursive=False)
    docker_archive(tmp_path / "image.tar", [raw.getvalue()], {"config": config})
    return "image.tar"


def run(tmp_path, *args, **how):
    """With the database where a test has made one."""
    db = str(tmp_path / "db") if (tmp_path / "db").exists() else None
    return small_scan.run(tmp_path, *args, PLIMSOLL_DB=db, **how)


def ask(tmp_path, target, *args):
    return json.loads(run(tmp_path, "needs", target, "-f", "json", *args).stdout)["needs"]


def paths(needs):
    return {f["path"]: f for f in needs["files"]}


def gaps(needs):
    return {(g.get("path", ""), g["what"]) for g in needs["not_followed"]}


@needs_compiler
def test_libraries_are_found_by_the_rules_of_the_linker(tmp_path):
    root = tmp_path / "root"
    library(root, "opt/app/lib/libfirst.so.1")
    library(root, "usr/lib/libfirst.so.1")
    library(root, "srv/libs/libthird.so.3")
    library(root, "srv/libs/libsecond.so.2", "int g(void) { return 2; }", root / "srv/libs/libthird.so.3")
    library(root, "opt/env/libfourth.so.4")
    library(root, "usr/lib/libnothing.so.1")
    cc(root, "opt/app/bin/main", "int main(void) { return 0; }", root / "opt/app/lib/libfirst.so.1",
       root / "srv/libs/libsecond.so.2", root / "opt/env/libfourth.so.4",
       "-Wl,-rpath,$ORIGIN/../lib", "-Wl,--enable-new-dtags", f"-Wl,-rpath-link,{root}/srv/libs")
    write(root, "etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n", 0o644)
    write(root, "etc/ld.so.conf.d/x.conf", "# ours\n/srv/libs\n", 0o644)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/main").symlink_to("../../opt/app/bin/main")
    image = image_of(tmp_path, root, Entrypoint=["main"], Env=[ENV_PATH, "LD_LIBRARY_PATH=/opt/env"])
    needs = ask(tmp_path, image)
    found = paths(needs)
    assert {"usr/bin/main", "opt/app/bin/main", "opt/app/lib/libfirst.so.1", "srv/libs/libsecond.so.2",
            "srv/libs/libthird.so.3", "opt/env/libfourth.so.4"} <= set(found)
    assert not {"usr/lib/libfirst.so.1", "usr/lib/libnothing.so.1"} & set(found)
    assert found["srv/libs/libthird.so.3"]["by"] == "srv/libs/libsecond.so.2"
    assert found["srv/libs/libthird.so.3"]["why"] == "library libthird.so.3"
    assert not found["srv/libs/libthird.so.3"]["assumed"]
    assert ("opt/app/bin/main", "library libc.so.6 is not in the image") in gaps(needs)


@needs_compiler
def test_names_in_data_are_assumed(tmp_path):
    root = tmp_path / "root"
    library(root, "usr/lib/libplug.so.1")
    write(root, "etc/app/app.conf", "include /etc/app/more/*.inc\nuser /nowhere\n", 0o644)
    write(root, "etc/app/more/a.inc", mode=0o644)
    write(root, "usr/lib/app/plugins/one.txt", mode=0o644)
    write(root, "usr/share/other/x.txt", mode=0o644)
    cc(root, "usr/bin/app", """
        #include <dlfcn.h>
        int main(void) { return dlopen("libplug.so.1", 1) != 0; }
        const char *const names[] = {"/etc/app/app.conf", "/usr/lib/app/plugins", "/usr/share"};
        """)
    found = paths(ask(tmp_path, image_of(tmp_path, root, Cmd=["/usr/bin/app"])))
    for name in ("usr/lib/libplug.so.1", "etc/app/app.conf", "etc/app/more/a.inc", "usr/lib/app/plugins/one.txt"):
        assert found[name]["assumed"], name
    assert "usr/share/other/x.txt" not in found


def test_a_shell_entrypoint_is_followed_to_its_arguments(tmp_path):
    root = tmp_path / "root"
    for name in ("bin/sh", "usr/bin/gosu", "usr/bin/server", "usr/bin/unused", "usr/bin/sed", "usr/bin/curl"):
        write(root, name, "\x7fno program\n")
    write(root, "etc/app.env", "X=1\n", 0o644)
    write(root, "opt/x/run", "#!/bin/sh\n")
    write(root, "entry.sh", """#!/bin/sh
set -e
. /etc/app.env
prepare() { sed -i s/a/b/ /etc/app.conf; }
prepare
"$APP_HOME/run"
$(unknowable)
exec gosu app "$@"
""")
    image = image_of(tmp_path, root, Entrypoint=["/entry.sh"], Cmd=["server", "--now"],
                     Env=[ENV_PATH, "APP_HOME=/opt/x"], Healthcheck={"Test": ["CMD-SHELL", "curl -f http://x || exit 1"]})
    needs = ask(tmp_path, image)
    found = paths(needs)
    assert {"entry.sh", "bin/sh", "etc/app.env", "usr/bin/sed", "opt/x/run", "usr/bin/gosu", "usr/bin/server",
            "usr/bin/curl"} == set(found)
    assert needs["commands"] == ["'/entry.sh' 'server' '--now'", "curl -f http://x || exit 1"]
    assert any("computed" in what for _, what in gaps(needs))
    assert needs["confidence"] < 0.95


@needs_compiler
def test_modules_of_python_are_found_by_its_rules(tmp_path):
    root = tmp_path / "root"
    lib = "usr/lib/python3.11"
    cc(root, "usr/bin/python3.11", "int main(void) { return 0; }")
    (root / "usr/bin/python3").symlink_to("python3.11")
    for name, text in {
            f"{lib}/os.py": "import stat\n", f"{lib}/stat.py": "", f"{lib}/site.py": "import os\n",
            f"{lib}/json/__init__.py": "from .decoder import JSONDecoder\n", f"{lib}/json/decoder.py": "import _json\n",
            f"{lib}/json/tool.py": "", f"{lib}/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so": "x",
            f"{lib}/__pycache__/os.cpython-311.pyc": "x", f"{lib}/turtle.py": "",
            f"{lib}/site-packages/web/__init__.py": "from web.core import (\n    App,  # comment\n    helper,\n)\n",
            f"{lib}/site-packages/web/core.py": "import importlib\nx = importlib.import_module(name)\n",
            f"{lib}/site-packages/web/helper.py": "", f"{lib}/site-packages/web/late.py": "",
            f"{lib}/site-packages/extra.pth": "../vendor\n", f"{lib}/vendor/vendored.py": "",
            f"{lib}/site-packages/other/__init__.py": "",
            "srv/app/main.py": "#!/usr/bin/env python3\n\"\"\"import turtle\"\"\"\nimport json, web as w\nimport vendored\n"
                               "def f():\n    from local import thing\n",
            "srv/app/local.py": "", "usr/bin/env": "x"}.items():
        write(root, name, text)
    needs = ask(tmp_path, image_of(tmp_path, root, Cmd=["/srv/app/main.py"], Env=[ENV_PATH]))
    found = paths(needs)
    assert {f"{lib}/os.py", f"{lib}/__pycache__/os.cpython-311.pyc", f"{lib}/json/__init__.py", f"{lib}/json/decoder.py",
            f"{lib}/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so", f"{lib}/site-packages/web/core.py",
            f"{lib}/site-packages/web/helper.py", f"{lib}/vendor/vendored.py", "srv/app/local.py", "usr/bin/env",
            "usr/bin/python3.11", "usr/bin/python3"} <= set(found)
    assert found[f"{lib}/site-packages/web/late.py"]["assumed"]  # its package imports by computed names
    assert not {f"{lib}/turtle.py", f"{lib}/json/tool.py", f"{lib}/site-packages/other/__init__.py"} & set(found)
    assert (f"{lib}/site-packages/web/core.py", "line 2: imports a module whose name is computed") in gaps(needs)


def test_packages_of_node_are_found_by_its_rules(tmp_path):
    root = tmp_path / "root"
    write(root, "usr/bin/node", "\x7f")
    write(root, "bin/sh", "\x7f")
    write(root, "usr/bin/npm", "#!/usr/bin/node\n")
    for name, text in {
            "app/package.json": json.dumps({"scripts": {"start": "node --require ./early server", "test": "mocha"}}),
            "app/early.js": "", "app/server.js": "const a = require('a');\nimport b from \"@s/b/sub\";\nrequire('./lib')\n"
                                                 "require('fs'); require('node:path'); require(name)\n",
            "app/lib/index.js": "module.exports = import('../data.json')", "app/data.json": "{}",
            "app/node_modules/a/package.json": json.dumps({"main": "dist/a"}),
            "app/node_modules/a/dist/a.js": "require('c')", "app/node_modules/a/dist/z.js": "",
            "app/node_modules/a/node_modules/c/index.js": "", "app/node_modules/c/index.js": "",
            "app/node_modules/@s/b/package.json": json.dumps(
                {"exports": {".": "./m.js", "./*": {"import": "./esm/*.mjs", "types": "./t/*.d.ts"}}}),
            "app/node_modules/@s/b/esm/sub.mjs": "", "app/node_modules/@s/b/m.js": "",
            "app/node_modules/mocha/index.js": ""}.items():
        write(root, name, text, 0o644)
    needs = ask(tmp_path, image_of(tmp_path, root, Cmd=["npm", "start"], WorkingDir="/app", Env=[ENV_PATH]))
    found = paths(needs)
    modules = "app/node_modules"
    assert {"app/package.json", "app/early.js", "app/server.js", "app/lib/index.js", "app/data.json",
            f"{modules}/a/package.json", f"{modules}/a/dist/a.js", f"{modules}/a/node_modules/c/index.js",
            f"{modules}/@s/b/package.json", f"{modules}/@s/b/esm/sub.mjs", "usr/bin/npm", "bin/sh"} <= set(found)
    assert not {f"{modules}/c/index.js", f"{modules}/@s/b/m.js", f"{modules}/mocha/index.js",
                f"{modules}/a/dist/z.js"} & set(found)
    folders = {f["folder"]: f["needed"] for f in needs["folders"]}
    assert folders[f"{modules}/a"] and folders[f"{modules}/@s/b"] and not folders[f"{modules}/mocha"]


def test_modules_of_perl_are_found(tmp_path):
    root = tmp_path / "root"
    write(root, "usr/bin/perl", "\x7f")
    for name, text in {"usr/share/perl5/A/B.pm": "use parent 'C';\n1;\n", "usr/share/perl5/C.pm": "1;\n",
                       "usr/share/perl5/D.pm": "1;\n", "usr/share/perl5/E/F.pm": "", "usr/share/perl5/G.pm": "",
                       "usr/bin/script": "#!/usr/bin/perl -w\nuse strict; use A::B qw(x);\neval { require D };\n"
                                         "require \"E/$name.pm\";\n__END__\nuse G;\n"}.items():
        write(root, name, text)
    found = paths(ask(tmp_path, image_of(tmp_path, root, Cmd=["/usr/bin/script"])))
    assert {"usr/bin/perl", *(f"usr/share/perl5/{m}.pm" for m in ("A/B", "C", "D", "E/F"))} <= set(found)
    assert "usr/share/perl5/G.pm" not in found


def packaged(tmp_path):
    """root/ with three packages, of which only curl is needed; openssl's has two findings' worth."""
    small_scan.make(tmp_path)
    root = tmp_path / "root"
    status = small_scan.STATUS.replace("Package: zlib1g\n", "Package: zlib1g\nEssential: yes\n")
    write(root, "var/lib/dpkg/status", status, 0o644)
    for package, files in {"curl": ["usr/bin/curl"], "libssl3": ["usr/lib/libssl.so.3", "usr/lib/old"],
                           "zlib1g": ["usr/lib/libz.so.1"]}.items():
        write(root, f"var/lib/dpkg/info/{package}.list", "".join(f"/{f}\n" for f in ["usr", *files]), 0o644)
        for name in files:
            write(root, name, "0123456789" * (100 if package == "libssl3" else 1))
    write(root, "opt/left/over.bin", "y" * 5000)
    return root


def test_packages_that_nothing_needs_are_told_with_what_they_carry(tmp_path):
    packaged(tmp_path)
    done = small_scan.run(tmp_path, "needs", "root", "--run", "curl -V")
    assert ("Removing libssl3 and 1 other package nothing needs: 2.01 kB and 1 finding less.\n"
            "Of them 1 is essential to the distribution") in done.stdout
    needs = ask(tmp_path, "root", "--run", "curl -V")
    parts = {p["name"]: p for p in needs["packages"]}
    assert [p["name"] for p in needs["packages"]] == ["libssl3", "zlib1g", "curl"]
    assert parts["libssl3"]["bytes"] == 2000 and parts["libssl3"]["files"] == 2
    assert parts["libssl3"]["findings"] == 1 and parts["curl"]["findings"] == 2
    assert parts["zlib1g"]["essential"] and not parts["zlib1g"]["needed"]
    assert needs["removable"] == {"packages": 2, "essential": 1, "bytes": 2010, "findings": 1, "grave_findings": 0}
    assert {f["folder"]: f["bytes"] for f in needs["folders"]}["opt/left"] == 5000
    assert needs["image_files"] == sum(p["files"] for p in needs["packages"] + needs["folders"])
    assert needs["image_bytes"] == sum(p["bytes"] for p in needs["packages"] + needs["folders"])
    done = small_scan.run(tmp_path, "needs", "root", "--run", "curl -V", "--keep", "usr/lib/libssl.so.3")
    assert " and 0 findings less." in done.stdout


def test_what_is_kept_is_needed_and_followed(tmp_path):
    packaged(tmp_path)
    write(tmp_path / "root", "opt/left/run", "#!/usr/lib/libz.so.1\n")
    done = small_scan.run(tmp_path, "needs", "root", "--run", "curl", "--keep", "/opt/left", "-f", "paths")
    assert done.stdout.splitlines() == ["opt/left/over.bin", "opt/left/run", "usr/bin/curl", "usr/lib/libz.so.1"]


def test_without_a_command_nothing_is_said_to_be_needless(tmp_path):
    packaged(tmp_path)
    for args, reason in (((), "the target names no command to run"),
                         (("--run", "/usr/bin/absent"), "the command is not in the image")):
        needs = ask(tmp_path, "root", *args)
        assert needs["assessed"] is False and needs["reason"] == reason and "packages" not in needs
    small_scan.run(tmp_path, "needs", "root", "--require-complete", status=3)


def test_scan_tells_it_too_when_asked(tmp_path):
    root = packaged(tmp_path)
    image = image_of(tmp_path, root, Cmd=["/usr/bin/curl"])
    assert "needs" not in json.loads(small_scan.run(tmp_path, "scan", image, "-f", "json").stdout)
    done = small_scan.run(tmp_path, "scan", image, "--needs")
    assert "WHAT IT RUNS NEEDS" in done.stdout and "NOTHING NEEDS  2" in done.stdout
    first = small_scan.run(tmp_path, "needs", image, "-f", "json").stdout
    assert first == small_scan.run(tmp_path, "needs", image, "-f", "json").stdout  # from the cache
    assert first == small_scan.run(tmp_path, "needs", image, "-f", "json", "--no-cache").stdout


def test_arguments_of_scripts_are_kept_nowhere(tmp_path):
    root = tmp_path / "root"
    secret = "hunter2-s3cr3t"
    write(root, "bin/sh", "\x7f")
    write(root, "run.sh", f"#!/bin/sh\nexport TOKEN={secret}\nlogin --password {secret} -p{secret}\nmysql -u x {secret}\n")
    write(root, "app.py", f"#!/usr/bin/env python3\nPASSWORD = '{secret}'\n")
    write(root, "etc/app.conf", f"password = {secret}\n", 0o644)
    image = image_of(tmp_path, root, Cmd=["/run.sh"])
    done = run(tmp_path, "needs", image, "-f", "json")
    assert secret not in done.stdout + done.stderr
    for path in (tmp_path / "cache").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


def test_loops_and_nonsense_end(tmp_path):
    root = tmp_path / "root"
    write(root, "bin/sh", "#!/bin/sh\n")
    write(root, "a.sh", "#!/bin/sh\n. ./a.sh\nexec ./a.sh \"$@\"\n/loop/x\n/deep\n")
    (root / "loop").symlink_to("loop2")
    (root / "loop2").symlink_to("loop")
    for i in range(600):
        (root / f"deep{i}").symlink_to(f"deep{i + 1}/x")
    (root / "deep").symlink_to("deep0")
    write(root, "elf", "\x7fELF\x02\x01\x01")
    write(root, "usr/lib/python3.11/os.py", "import os.os.os, .. , ...x\nfrom import\nfrom . import (\n")
    write(root, "app/package.json", '{"main": 7, "exports": [[[["./a.js"]]], {"a": {"b": null}}], "bin": {"x": 1}}')
    needs = ask(tmp_path, image_of(tmp_path, root, Entrypoint=["/a.sh"], Cmd=["/a.sh", "elf", "''"], WorkingDir="/"))
    assert {"a.sh", "bin/sh"} <= set(paths(needs))


TRACE = shutil.which("strace") and os.geteuid() == 0 and CC


def test_what_runs_itself_is_followed_once(tmp_path):
    root = tmp_path / "root"
    write(root, "bin/sh")
    write(root, "usr/bin/npm", "#!/bin/sh\n")
    write(root, "usr/bin/tool", "#!/bin/sh\n")
    write(root, "app/package.json", json.dumps({"scripts": {"start": "tool; npm run restart", "restart": "npm start"}}), 0o644)
    write(root, "entry.sh", '#!/bin/sh\nexec "$@"\n')
    image = image_of(tmp_path, root, Cmd=["npm", "start"], WorkingDir="/app", Env=[ENV_PATH])
    assert "usr/bin/tool" in paths(ask(tmp_path, image))
    image = image_of(tmp_path, root, Entrypoint=["/entry.sh"], Cmd=["sh", "-c", 'tool; exec "$@"'], Env=[ENV_PATH])
    assert "usr/bin/tool" in paths(ask(tmp_path, image))


@needs_compiler
def test_settings_of_the_linker_that_include_each_other_are_read_once(tmp_path):
    root = tmp_path / "root"
    library(root, "srv/libs/libfirst.so.1")
    cc(root, "main", "int main(void) { return 0; }", root / "srv/libs/libfirst.so.1")
    write(root, "etc/ld.so.conf", "include ld.so.conf.d/*.conf\n", 0o644)
    for i in range(30):
        write(root, f"etc/ld.so.conf.d/{i}.conf", "include /etc/ld.so.conf.d/*.conf\n/srv/libs\n", 0o644)
    assert "srv/libs/libfirst.so.1" in paths(ask(tmp_path, "root", "--run", "/main"))


def test_no_more_links_are_followed_than_linux_follows(tmp_path):
    root = tmp_path / "root"
    write(root, "real/a")
    write(root, "real/b")
    (root / "real/here").symlink_to(".")
    (root / "l0").symlink_to("real")
    for i in range(1, 60):
        (root / f"l{i}").symlink_to(f"l{i - 1}/here")
    write(root, "run.sh", "#!/bin/sh\n" + "".join(f"cat /l{i}\n" for i in range(60)) + "/l10/a\n/l50/b\n")
    found = paths(ask(tmp_path, "root", "--run", "/run.sh"))
    assert "real/a" in found and "real/b" not in found


def test_a_package_of_many_computed_names_takes_no_long(tmp_path):
    root = tmp_path / "root"
    write(root, "usr/bin/node")
    write(root, "app/package.json", "{}", 0o644)
    for i in range(5000):
        write(root, f"app/m{i}.js", f"require(x)\nrequire('./m{i + 1}')\n", 0o644)
    began = time.monotonic()
    needs = ask(tmp_path, image_of(tmp_path, root, Cmd=["node", "/app/m0.js"], Env=[ENV_PATH]))
    assert "app/m4999.js" in paths(needs)
    assert time.monotonic() - began < 4  # each for all of them: six seconds and more


def test_work_beyond_the_limit_is_told(tmp_path):
    root = tmp_path / "root"
    write(root, "usr/bin/node")
    write(root, "app/package.json", "{}", 0o644)
    write(root, "app/node_modules/p/package.json",
          json.dumps({"exports": {f"./s{i}": "./x.js" for i in range(10000)}}), 0o644)
    write(root, "app/node_modules/p/x.js", mode=0o644)
    write(root, "app/main.js", "".join(f"require('p/n{i}')\n" for i in range(40000)), 0o644)
    needs = ask(tmp_path, image_of(tmp_path, root, Cmd=["node", "/app/main.js"], Env=[ENV_PATH]))
    assert needs["reason"] == "following it took more steps than needs_steps" and "files" not in needs


@pytest.mark.skipif(not TRACE, reason="root, strace and a C compiler run the program for real")
def test_all_that_a_program_really_opens_is_named(tmp_path):
    root = tmp_path / "root"
    library(root, "usr/lib/libplug.so.1")
    library(root, "opt/lib/liblinked.so.1")
    cc(root, "usr/bin/app", """
        #include <dlfcn.h>
        #include <pwd.h>
        #include <stdio.h>
        #include <time.h>
        int main(void)
        {
            time_t now = 0;
            FILE *f = fopen("/etc/app.conf", "r");
            return !dlopen("/usr/lib/libplug.so.1", RTLD_NOW) | !getpwnam("nobody") | !f | !localtime(&now);
        }""", root / "opt/lib/liblinked.so.1", "-Wl,-rpath,/opt/lib")
    for name in ("etc/passwd", "etc/nsswitch.conf", "etc/localtime"):
        if pathlib.Path("/", name).is_file():
            (root / "etc").mkdir(exist_ok=True)
            shutil.copy(f"/{name}", root / name)
    write(root, "etc/app.conf", mode=0o644)
    write(root, "etc/never.conf", mode=0o644)
    listed = subprocess.run(["ldd", "/bin/sh", root / "usr/bin/app"], capture_output=True, text=True, check=False).stdout
    for word in listed.split():
        if word.startswith("/") and word.endswith((".so.6", ".so.2", ".so.1")) and not word.startswith(str(tmp_path)):
            (root / word[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(word, root / word[1:])
    log = tmp_path / "log"
    done = subprocess.run(["strace", "-f", "-y", "-e", "trace=open,openat,execve", "-o", log, "chroot", root, "/usr/bin/app"],
                          check=False)
    if done.returncode != 0:
        pytest.skip("the program does not run in a chroot of this machine")
    opened = {line.rsplit("<", 1)[1].split(">")[0] for line in log.read_text().splitlines()
              if line.rstrip().endswith(">") and str(root) in line}
    opened = {str(pathlib.Path(p).relative_to(root)) for p in opened if p.startswith(str(root) + "/")}
    found = set(paths(ask(tmp_path, "root", "--run", "/usr/bin/app")))
    assert len(opened) >= 4 and opened <= found, opened - found
    assert "etc/never.conf" not in found
