# SPDX-License-Identifier: Apache-2.0
"""What the client does when servers break, lie, stall or send it elsewhere."""
import email.utils
import hashlib
import json
import os
import time

import pytest

from servers import (DOCKER_MANIFEST, HEX0, OCI_INDEX, OCI_MANIFEST, Faulty, own_address, probe,
                     sha256, make_ca)

BLOB = os.urandom(3 * 1024 * 1024 + 17)
DIGEST = sha256(BLOB)
ETAG = '"v1"'


def get(server, path="/blob", size=len(BLOB), *options, **kw):
    return probe(*options, "get", server.url(path), size, **kw)


def ok(result):
    status, out, err = result
    assert status == 0, err
    assert out == {"bytes": str(len(BLOB)), "sha256": DIGEST}


def send_from(rq, start, upto, **headers):
    """The honest answer to a range, cut off at `upto`."""
    length = str(len(BLOB) - start)
    if start:
        headers["Content_Range"] = f"bytes {start}-{len(BLOB) - 1}/{len(BLOB)}"
    rq.reply(206 if start else 200, BLOB[start:upto], Content_Length=length, ETag=ETAG, **headers)
    if upto < len(BLOB):
        rq.cut()


def test_a_cut_transfer_goes_on_at_the_exact_byte():
    cuts = iter((100000, 1500000, len(BLOB)))
    with Faulty(lambda rq: send_from(rq, rq.range_start(), next(cuts))) as s:
        ok(get(s))
        assert [h.get("Range") for _, _, h in s.seen] == [None, "bytes=100000-", "bytes=1500000-"]
        assert [h.get("If-Range") for _, _, h in s.seen] == [None, ETAG, ETAG]


def test_progress_pays_for_another_try():
    step = 1100000 // 4

    def handler(rq):
        start = rq.range_start()
        send_from(rq, start, min(start + step, len(BLOB)))

    with Faulty(handler) as s:
        status, _, err = get(s)
        assert status == 1 and "(after 5 tries)" in err
    step = 1100000
    with Faulty(handler) as s:
        ok(get(s))


def test_a_server_that_ignores_range_is_read_from_the_start_again():
    cuts = iter((100000, len(BLOB)))

    def handler(rq):
        upto = next(cuts)
        rq.reply(200, BLOB[:upto], Content_Length=str(len(BLOB)), ETag=ETAG)
        if upto < len(BLOB):
            rq.cut()

    with Faulty(handler) as s:
        ok(get(s))


def test_a_file_that_changes_meanwhile_is_refused():
    tags = iter(('"v1"', '"v2"'))

    def handler(rq):
        rq.reply(200, BLOB[:1000], Content_Length=str(len(BLOB)), ETag=next(tags))
        rq.cut()

    with Faulty(handler) as s:
        status, _, err = get(s)
        assert status == 1 and "it changed on the server" in err


@pytest.mark.parametrize("content_range, says", [
    ("bytes 0-9/10", "asked for bytes from 1000, the server sent those from 0"),
    ("bytes 1000-1999/2000", f"announces 2000 bytes, but it should have {len(BLOB)}"),
    ("rubbish", "206 without a usable Content-Range"),
])
def test_a_wrong_part_is_refused(content_range, says):
    def handler(rq):
        if rq.range_start():
            rq.reply(206, b"x", Content_Range=content_range)
        else:
            send_from(rq, 0, 1000)

    with Faulty(handler) as s:
        status, out, err = get(s)
        assert status == 1 and err.startswith("format: ") and says in err


@pytest.mark.parametrize("length, sent, says", [
    (10, 10, "announces 10 bytes, but it should have"),
    (len(BLOB) + 1, len(BLOB) + 1, "announces 3145746 bytes, but it should have 3145745"),
])
def test_a_length_that_is_not_the_descriptors_is_refused_at_once(length, sent, says):
    with Faulty(lambda rq: rq.reply(200, bytes(sent), Content_Length=str(length))) as s:
        status, _, err = get(s)
        assert status == 1 and err.startswith("format: ") and says in err
        assert len(s.seen) == 1


def chunks(rq, pieces):
    rq.send_response(200)
    rq.send_header("Transfer-Encoding", "chunked")
    rq.end_headers()
    for piece in pieces:
        rq.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    rq.wfile.write(b"0\r\n\r\n")


def test_an_endless_body_is_cut_at_its_size():
    def endless():
        while True:
            yield bytes(65536)

    with Faulty(lambda rq: chunks(rq, endless())) as s:
        status, _, err = get(s)
        assert status == 1 and "sends at least" in err and str(len(BLOB)) in err


def test_a_short_body_is_an_error_that_names_both_sizes():
    with Faulty(lambda rq: chunks(rq, [BLOB[:1234]])) as s:
        status, _, err = get(s)
        assert status == 1 and "sent only 1234 bytes, but it should have 3145745" in err


def test_a_body_without_any_length_is_taken_when_whole():
    def handler(rq):
        rq.close_connection = True
        rq.send_response(200)
        rq.end_headers()
        rq.wfile.write(BLOB)

    with Faulty(handler) as s:
        ok(get(s))


def test_an_endless_manifest_hits_the_limit():
    def handler(rq):
        chunks(rq, (bytes(65536) for _ in range(300)))

    with Faulty(handler) as s:
        status, _, err = probe("manifest", f"{s.host}/a:1")
        assert status == 1 and err.startswith("limit: ") and "http_body_bytes" in err


def test_endless_and_broken_header_fields_are_refused():
    def many(rq):
        rq.send_response(200)
        for i in range(4000):
            rq.send_header(f"X-{i}", "x" * 60)
        rq.end_headers()

    with Faulty(many) as s:
        status, _, err = get(s)
        assert status == 1 and "http_header_bytes" in err
    with Faulty(lambda rq: rq.wfile.write(b"\x00\x01 rubbish\r\n\r\n")) as s:
        status, _, err = get(s)
        assert status == 1 and err.startswith("format: ")


def test_a_stall_is_noticed_and_resumed():
    first = [True]

    def handler(rq):
        if first.pop() if first else False:
            rq.reply(200, BLOB[:5000], Content_Length=str(len(BLOB)), ETag=ETAG)
            rq.wfile.flush()
            time.sleep(4)
        else:
            send_from(rq, rq.range_start(), len(BLOB))

    with Faulty(handler) as s:
        started = time.monotonic()
        ok(get(s, "/blob", len(BLOB), "-t", "1"))
        assert time.monotonic() - started < 3.5


def test_a_slow_reader_is_no_stall():
    """The reader keeps the transfer waiting for longer than the stall time, then comes a gap."""
    body = BLOB[:1100000]

    def handler(rq):
        rq.reply(200, body[:1000000], Content_Length=str(len(body)))
        rq.wfile.flush()
        time.sleep(3)
        rq.wfile.write(body[1000000:])

    with Faulty(handler) as s:
        status, out, err = get(s, "/blob", len(body), "-t", "2", "-w", "140")
        assert status == 0, err
        assert out["sha256"] == sha256(body) and len(s.seen) == 1


def test_a_stream_may_be_closed_early_and_canceled():
    def handler(rq):
        rq.reply(200, BLOB[:1000000], Content_Length=str(len(BLOB)))
        rq.wfile.flush()
        time.sleep(5)

    with Faulty(handler) as s:
        started = time.monotonic()
        status, out, _ = get(s, "/blob", len(BLOB), "-q", "1000")
        assert status == 0 and int(out["bytes"]) >= 1000
        status, _, err = probe("-x", "300", "blob", f"{s.host}/a", DIGEST, len(BLOB))
        assert status == 1 and err.startswith("canceled: ")
        assert time.monotonic() - started < 3


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_troubles_are_tried_again(status):
    def handler(rq):
        if len(s.seen) < 3:
            rq.reply(status)
        else:
            send_from(rq, 0, len(BLOB))

    with Faulty(handler) as s:
        ok(get(s))
        assert len(s.seen) == 3


@pytest.mark.parametrize("status, code, says", [
    (400, "io", "malformed"), (401, "denied", "not logged in"), (403, "denied", "not allowed"),
    (404, "not-found", "not found"), (418, "io", "answered 418"),
    (500, "io", "internal error (after 5 tries)"), (503, "io", "not available (after 5 tries)"),
])
def test_a_refusal_says_what_it_means(status, code, says):
    with Faulty(lambda rq: rq.reply(status, b"secret-text")) as s:
        result, _, err = get(s)
        assert result == 1 and err.startswith(code + ": ") and f"{status}" in err and says in err
        assert "secret-text" not in err
        assert len(s.seen) == (5 if status >= 500 else 1)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(form):
    def handler(rq):
        if len(s.seen) == 1:
            when = "1" if form == "seconds" else email.utils.formatdate(time.time() + 2, usegmt=True)
            rq.reply(429, Retry_After=when)
        else:
            send_from(rq, 0, len(BLOB))

    with Faulty(handler) as s:
        started = time.monotonic()
        ok(get(s))
        assert 0.9 < time.monotonic() - started < 5


def test_a_retry_after_beyond_the_limit_is_not_waited_for():
    with Faulty(lambda rq: rq.reply(429, Retry_After="3600")) as s:
        status, _, err = get(s)
        assert status == 1 and "429" in err and "asks to wait 3600 seconds" in err
        assert len(s.seen) == 1


# --- redirects ---

def registry_handler(blob_location, token="tok"):
    """A registry that wants a token and keeps its blobs elsewhere."""
    def handler(rq):
        if rq.path.startswith("/token"):
            rq.reply(200, json.dumps({"token": token}).encode())
        elif rq.headers.get("Authorization") != f"Bearer {token}":
            rq.reply(401, WWW_Authenticate=f'Bearer realm="http://{rq.headers["Host"]}/token"')
        else:
            rq.reply(307, Location=blob_location)
    return handler


def test_authorization_is_not_sent_to_another_host():
    with Faulty(lambda rq: send_from(rq, 0, len(BLOB))) as store:
        with Faulty(registry_handler(store.url("/b?X-Signature=topsecret"))) as s:
            ok(probe("blob", f"{s.host}/a", DIGEST, len(BLOB)))
        assert "Authorization" not in store.seen[0][2]
        assert store.seen[0][1] == "/b?X-Signature=topsecret"
        assert [h.get("Authorization") for _, p, h in s.seen if "blobs" in p] == [
            None, "Bearer tok"]


def test_authorization_stays_on_the_same_host():
    def handler(rq):
        if rq.path == "/elsewhere":
            rq.reply(200, BLOB)
        else:
            registry_handler("/elsewhere")(rq)

    with Faulty(handler) as s:
        ok(probe("blob", f"{s.host}/a", DIGEST, len(BLOB)))
        assert s.seen[-1][1] == "/elsewhere"
        assert s.seen[-1][2]["Authorization"] == "Bearer tok"


def test_a_resumed_transfer_asks_the_first_address_again():
    cuts = iter((100000, len(BLOB)))
    with Faulty(lambda rq: send_from(rq, rq.range_start(), next(cuts))) as store:
        with Faulty(lambda rq: rq.reply(302, Location=store.url(f"/signed-{len(s.seen)}"))) as s:
            ok(get(s))
        assert [p for _, p, _ in store.seen] == ["/signed-1", "/signed-2"]
        assert store.seen[1][2]["Range"] == "bytes=100000-"


def test_a_signed_address_is_not_shown_in_errors():
    with Faulty(lambda rq: rq.reply(403)) as store:
        with Faulty(lambda rq: rq.reply(302, Location=store.url("/b?sig=topsecret"))) as s:
            status, _, err = get(s)
            assert status == 1 and "403" in err and "topsecret" not in err
    with Faulty(lambda rq: rq.reply(404)) as s:
        status, _, err = get(s, "/x?key=topsecret")
        assert status == 1 and "topsecret" not in err


@pytest.mark.parametrize("location, says", [
    ("file:///etc/passwd", "no http or https address"),
    ("gopher://127.0.0.1/", "no http or https address"),
    ("", "without a Location"),
    ("/again", "http_redirects"),
])
def test_bad_redirects_are_refused(location, says):
    with Faulty(lambda rq: rq.reply(302, Location=location)) as s:
        status, _, err = get(s)
        assert status == 1 and says in err
        assert len(s.seen) <= 11


def server_context(folder, client_ca=None):
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    make_ca(folder)
    return folder


def test_https_needs_a_trusted_certificate(tls):
    with Faulty(lambda rq: send_from(rq, 0, len(BLOB)), server_context(tls)) as s:
        url = f"https://{s.host}/blob"
        status, _, err = probe("get", url, len(BLOB))
        assert status == 1 and err.startswith("denied: ") and "certs.d" in err
        ok(probe("-A", tls / "ca.crt", "get", url, len(BLOB)))
        ok(probe("get", url, len(BLOB), env={"SSL_CERT_FILE": str(tls / "ca.crt")}))


def test_https_never_becomes_http(tls):
    with Faulty(lambda rq: rq.reply(200, BLOB)) as plain:
        with Faulty(lambda rq: rq.reply(302, Location=plain.url("/x")), server_context(tls)) as s:
            status, _, err = probe("-A", tls / "ca.crt", "get", f"https://{s.host}/blob")
            assert status == 1 and err.startswith("denied: ") and "unencrypted http" in err
        assert not plain.seen


def test_certificates_are_found_in_certs_d(tls, tmp_path):
    with Faulty(lambda rq: send_from(rq, 0, len(BLOB)),
                server_context(tls, tls / "ca.crt")) as s:
        url = f"https://{s.host}/blob"
        folder = tmp_path / ".config/containers/certs.d" / s.host
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes((tls / "ca.crt").read_bytes())
        assert probe("get", url, home=tmp_path)[0] == 1  # no client certificate yet
        (folder / "client.cert").write_bytes((tls / "client.crt").read_bytes())
        status, _, err = probe("get", url, home=tmp_path)
        assert status == 1 and err.startswith("usage: ") and "has no key" in err
        (folder / "client.key").write_bytes((tls / "client.key").read_bytes())
        ok(probe("get", url, len(BLOB), home=tmp_path))


def test_a_proxy_is_used_unless_excepted():
    with Faulty(lambda rq: rq.reply(200, BLOB)) as proxy:
        url = "http://registry.invalid/blob"
        for name in ("http_proxy", "HTTP_PROXY"):
            ok(probe("get", url, len(BLOB), env={name: f"http://{proxy.host}"}))
        assert [p for _, p, _ in proxy.seen] == [url, url]
        status, _, err = probe("get", url, env={"http_proxy": f"http://{proxy.host}",
                                                "NO_PROXY": "registry.invalid"})
        assert status == 1 and "registry.invalid" in err
        assert len(proxy.seen) == 2


def test_nobody_there_is_said_soon():
    started = time.monotonic()
    status, _, err = probe("get", "http://127.0.0.1:1/x")
    assert status == 1 and "127.0.0.1" in err and time.monotonic() - started < 5


def test_without_libcurl_the_package_is_named(tmp_path):
    (tmp_path / "libcurl.so.4").write_bytes(b"")
    status, _, err = probe("get", "http://127.0.0.1:1/x", env={"LD_LIBRARY_PATH": str(tmp_path)})
    assert status == 1 and err.startswith("unsupported: ") and "apt-get install libcurl4" in err


# --- manifests ---

def manifest(body, content_type=OCI_MANIFEST, **headers):
    return lambda rq: rq.reply(200, body, Content_Type=content_type, **headers)


GOOD = json.dumps({"schemaVersion": 2, "config": {}, "layers": []}).encode()


@pytest.mark.parametrize("version, body, content_type, digest, code, says", [
    ("1", GOOD, OCI_MANIFEST, None, None, OCI_MANIFEST),
    ("1", GOOD, OCI_MANIFEST + "; charset=utf-8", sha256(GOOD), None, OCI_MANIFEST),
    ("1", GOOD, "text/plain", None, None, OCI_MANIFEST),
    ("1", GOOD, DOCKER_MANIFEST, None, None, DOCKER_MANIFEST),
    ("1", GOOD, OCI_MANIFEST, "sha256:" + HEX0, "denied",
     f"has digest {sha256(GOOD)}, but the registry names sha256:{HEX0}"),
    ("@sha256:" + HEX0, GOOD, OCI_MANIFEST, None, "denied",
     f"has digest {sha256(GOOD)}, but it was asked for as sha256:{HEX0}"),
    ("@" + sha256(GOOD), GOOD, OCI_MANIFEST, None, None, OCI_MANIFEST),
    ("@sha512:" + hashlib.sha512(GOOD).hexdigest(), GOOD, OCI_MANIFEST, sha256(GOOD), None,
     OCI_MANIFEST),
    ("1", GOOD, OCI_MANIFEST, "rubbish", "format", "expected \"algorithm:hex\""),
    ("1", b"{", OCI_MANIFEST, None, "format", "manifest"),
    ("1", b"<html>", "text/html", None, "format", "manifest"),
    ("1", b"{}", "application/json", None, "unsupported", "no image manifest"),
    ("1", b'{"schemaVersion":1}', "application/vnd.docker.distribution.manifest.v1+prettyjws", None,
     "unsupported", "schema 1"),
    ("1", b'{"schemaVersion":2,"layers":[],"manifests":[]}', OCI_INDEX, None, "format",
     "an index and an image at once"),
    ("1", json.dumps({"mediaType": OCI_INDEX, "manifests": []}).encode(), OCI_MANIFEST, None,
     "format", "says it is " + OCI_INDEX),
])
def test_manifests_are_verified(version, body, content_type, digest, code, says):
    headers = {"Docker_Content_Digest": digest} if digest else {}
    with Faulty(manifest(body, content_type, **headers)) as s:
        separator = "" if version.startswith("@") else ":"
        status, out, err = probe("manifest", f"{s.host}/a{separator}{version}")
        if code is None:
            assert status == 0, err
            assert out["type"] == says and out["bytes"] == str(len(body))
        else:
            assert status == 1 and err.startswith(code + ": ") and says in err
        assert OCI_INDEX in s.seen[-1][2]["Accept"] and DOCKER_MANIFEST in s.seen[-1][2]["Accept"]
        assert s.seen[-1][2]["User-Agent"].startswith("plimsoll/")


def test_errors_tell_how_to_log_in():
    body = b'{"errors":[{"code":"NAME_UNKNOWN","message":"echoed-secret"}]}'
    with Faulty(lambda rq: rq.reply(404, body)) as s:
        status, _, err = probe("manifest", f"{s.host}/a:1")
        assert status == 1 and err.startswith("not-found: ")
        assert f"{s.host}/a:1: 404 NAME_UNKNOWN: not found" in err and "docker login" in err
        assert "echoed-secret" not in err
    with Faulty(lambda rq: rq.reply(429, Retry_After="9999")) as s:
        status, _, err = probe("manifest", f"{s.host}/a:1")
        assert "limits how often" in err


def test_a_mirror_that_fails_gives_way(tmp_path):
    conf = tmp_path / "registries.conf"
    with Faulty(lambda rq: rq.reply(404)) as bad, Faulty(manifest(GOOD)) as good, \
            Faulty(manifest(GOOD)) as own:
        conf.write_text(f"""
[[registry]]
location = "{own.host}"
[[registry.mirror]]
location = "{bad.host}/m"
[[registry.mirror]]
location = "{good.host}/m"
""")
        status, out, err = probe("-r", conf, "manifest", f"{own.host}/a:1")
        assert status == 0, err
        assert out["used"] == f"{good.host}/m/a"
        assert bad.paths() == ["/v2/m/a/manifests/1"] and not own.paths()


def test_a_mirror_that_lies_is_not_passed_over_in_silence(tmp_path):
    conf = tmp_path / "registries.conf"
    with Faulty(manifest(b'{"layers":[]}')) as liar, Faulty(manifest(GOOD)) as own:
        conf.write_text(f'''
[[registry]]
location = "{own.host}"
[[registry.mirror]]
location = "{liar.host}"
''')
        status, _, err = probe("-r", conf, "manifest", f"{own.host}/a@{sha256(GOOD)}")
        assert status == 1 and err.startswith("denied: ") and "it was asked for as" in err
        assert f"{liar.host}/a@{sha256(GOOD)} (mirror of {own.host})" in err
        assert not own.paths()


def test_another_mirror_goes_on_in_the_middle(tmp_path):
    conf = tmp_path / "registries.conf"

    def broken(rq):
        if rq.path == "/v2/":
            rq.reply(200)
        elif "manifests" in rq.path:
            rq.reply(200, GOOD, Content_Type=OCI_MANIFEST)
        elif rq.range_start():
            rq.reply(500)
        else:
            send_from(rq, 0, 100000)

    with Faulty(broken) as bad, Faulty(lambda rq: send_from(rq, rq.range_start(), len(BLOB))) as own:
        conf.write_text(f"""
[[registry]]
location = "{own.host}"
[[registry.mirror]]
location = "{bad.host}"
""")
        status, out, err = probe("-m", "-r", conf, "blob", f"{own.host}/a:1", DIGEST, len(BLOB))
        assert status == 0, err
        assert out["used"] == f"{bad.host}/a" and out["sha256"] == DIGEST
        assert own.seen[-1][2]["Range"] == "bytes=100000-"


def test_a_blocked_registry_is_not_contacted(tmp_path):
    conf = tmp_path / "registries.conf"
    with Faulty(manifest(GOOD)) as s:
        conf.write_text(f'[[registry]]\nlocation = "{s.host}"\nblocked = true\n')
        status, _, err = probe("manifest", f"{s.host}/a:1", env={
            "CONTAINERS_REGISTRIES_CONF": str(conf)})
        assert status == 1 and err.startswith("denied: ") and "blocks" in err
        assert not s.seen


# --- names without a place ---

NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock",
             "CONTAINER_HOST": "unix:///nonexistent/podman.sock"}


def test_a_bare_name_comes_from_the_registry_when_no_engine_has_it():
    with Faulty(manifest(GOOD)) as s:
        status, out, err = probe("locate", f"{s.host}/a/b", env=NO_ENGINE)
        assert status == 0, err
        assert out == {"transport": "docker", "name": f"{s.host}/a/b:latest",
                       "digest": sha256(GOOD), "found_by": f"registry {s.host}"}


def test_a_short_name_is_searched_for_in_order(tmp_path):
    conf = tmp_path / "registries.conf"
    with Faulty(lambda rq: rq.reply(404)) as first, Faulty(manifest(GOOD)) as second:
        conf.write_text(f'unqualified-search-registries = ["{first.host}", "{second.host}/sub"]\n'
                        f'[aliases]\n"known" = "{second.host}/o/known"\n')
        for target in ("app:1", "docker://app:1"):
            status, out, err = probe("-r", conf, "locate", target, env=NO_ENGINE)
            assert status == 0, err
            assert out["name"] == f"{second.host}/sub/app:1"
        assert first.paths() == ["/v2/app/manifests/1"] * 2
        status, out, err = probe("-r", conf, "locate", "known", env=NO_ENGINE)
        assert status == 0 and out["name"] == f"{second.host}/o/known:latest", err


def test_all_places_that_were_tried_are_named():
    with Faulty(lambda rq: rq.reply(404)) as s:
        status, _, err = probe("locate", f"{s.host}/a:1", env=NO_ENGINE)
        assert status == 1 and err.startswith("not-found: ")
        assert f"{s.host}/a:1: 404" in err and "/nonexistent/docker.sock" in err
    status, _, err = probe("locate", "docker-daemon:a", env=NO_ENGINE)
    assert status == 1 and err.startswith("not-found: ") and "before that" not in err
    status, _, err = probe("locate", "A:b", env=NO_ENGINE)
    assert status == 1 and err.startswith("usage: ") and "capital letters" in err


# --- logins ---

def test_a_password_is_not_sent_unencrypted_beyond_this_machine(tmp_path):
    address = own_address()
    if not address:
        pytest.skip("this machine has no address besides loopback")
    auth = tmp_path / "auth.json"
    realm = 'Bearer realm="http://{}/token"'

    def handler(rq):
        rq.reply(401, WWW_Authenticate=realm.format(rq.headers["Host"]))

    with Faulty(handler, host=address) as s:
        auth.write_text(json.dumps({"auths": {s.host: {"username": "u", "password": "hunter2"}}}))
        status, _, err = probe("-a", auth, "manifest", f"{s.host}/a:1")
        assert status == 1 and not s.paths()  # https only: it never gets that far
        assert "hunter2" not in err


@pytest.mark.parametrize("answer, says", [
    (b"rubbish", "its answer is no JSON"), (b"{}", "no usable token"),
    (b'{"token":"a\\r\\nX: y"}', "no usable token"),
    (b'{"token":"' + b"x" * 70000 + b'"}', "credential_bytes"),
])
def test_a_bad_token_answer_is_an_error(answer, says):
    def handler(rq):
        if rq.path.startswith("/token"):
            rq.reply(200, answer)
        else:
            rq.reply(401, WWW_Authenticate=f'Bearer realm="http://{rq.headers["Host"]}/token"')

    with Faulty(handler) as s:
        status, _, err = probe("manifest", f"{s.host}/a:1")
        assert status == 1 and says in err and "token from http://" in err


def test_an_identity_token_is_exchanged_by_post(tmp_path):
    auth = tmp_path / "auth.json"
    forms = []

    def handler(rq):
        if rq.path.startswith("/token"):
            forms.append((rq.command, rq.form.decode()))
            rq.reply(200, b'{"access_token":"t2","expires_in":300}')
        elif rq.headers.get("Authorization") == "Bearer t2":
            rq.reply(200, GOOD, Content_Type=OCI_MANIFEST)
        else:
            rq.reply(401, WWW_Authenticate=f'Basic realm="x", Bearer '
                     f'realm="http://{rq.headers["Host"]}/token",service="s v"')

    with Faulty(handler) as s:
        auth.write_text(json.dumps({"auths": {s.host: {"identitytoken": "id&tok"}}}))
        status, _, err = probe("-a", auth, "manifest", f"{s.host}/a:1")
        assert status == 0, err
        assert forms == [("POST", "grant_type=refresh_token&client_id=plimsoll&service=s%20v"
                          "&scope=repository%3Aa%3Apull&refresh_token=id%26tok")]


def test_a_token_that_is_no_longer_taken_is_replaced():
    given = []

    def handler(rq):
        token = (rq.headers.get("Authorization") or " ").split(" ")[1]
        if rq.path.startswith("/token"):
            given.append(f"t{len(given) + 1}")
            rq.reply(200, json.dumps({"token": given[-1], "expires_in": 3600}).encode())
        elif "manifests" in rq.path and token == "t1":
            rq.reply(200, GOOD, Content_Type=OCI_MANIFEST)
        elif "blobs" in rq.path and token == "t2":
            send_from(rq, 0, len(BLOB))
        else:
            rq.reply(401, WWW_Authenticate=f'Bearer realm="http://{rq.headers["Host"]}/token"')

    with Faulty(handler) as s:
        status, out, err = probe("-m", "blob", f"{s.host}/a:1", DIGEST, len(BLOB))
        assert status == 0, err
        assert given == ["t1", "t2"]
        assert s.seen[-3][2]["Authorization"] == "Bearer t1"  # foreseen, then refused


def test_a_refused_token_is_not_tried_for_ever():
    def handler(rq):
        if rq.path.startswith("/token"):
            rq.reply(200, b'{"token":"t"}')
        else:
            rq.reply(401, WWW_Authenticate=f'Bearer realm="http://{rq.headers["Host"]}/token"')

    with Faulty(handler) as s:
        status, _, err = probe("manifest", f"{s.host}/a:1")
        assert status == 1 and err.startswith("denied: ") and "401" in err
        assert len(s.paths()) == 3
