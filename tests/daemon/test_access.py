"""Who is let in: tokens from the command line, sessions, other machines, TLS, and Home Assistant's Supervisor."""
import http.client
import os
import ssl
import subprocess

import pytest
from harness import ask, make_token, run, until, with_token
from own_network import own_network

HERE = "192.0.2.10"
NEIGHBOUR = "192.0.2.20"
SUPERVISOR = "172.30.32.2"


@pytest.fixture
def house():
    with own_network(HERE, NEIGHBOUR, SUPERVISOR):
        yield


def lan_daemon(started, **options):
    """A daemon on the address that other machines see too; its port."""
    daemon = started.daemon(http_address="0.0.0.0", **options)
    return daemon, daemon.http_port


def test_other_machines_need_a_token_with_enough_scope(house, started):
    daemon, port = lan_daemon(started)

    def status(path, **options):
        return ask(port, path, host=HERE, source=NEIGHBOUR, **options).status

    assert ask(port, "/api/v1/status").status == 200, "this machine needs none"
    for path in ("/api/v1/status", "/metrics", "/api/v1/devices", "/api/v1/keys"):
        stranger = ask(port, path, host=HERE, source=NEIGHBOUR)
        assert stranger.status == 401 and stranger.json()["status"] == 401
        assert stranger.headers["WWW-Authenticate"].startswith("Bearer")
    for path in ("/healthz", "/readyz", "/", "/favicon.svg"):
        assert status(path) == 200, path
    assert ask(port, "/readyz", host=HERE, source=NEIGHBOUR).json()["items"] == []

    reader, controller, admin = (make_token(daemon, scope, scope) for scope in ("read", "control", "admin"))
    mode = {"method": "PUT", "document": {"mode": "away"}}
    cloud = {"method": "PUT", "document": {"mode": "local"}}
    assert status("/api/v1/status", **with_token(reader)) == 200
    assert status("/api/v1/mode", **mode, **with_token(reader)) == 403
    assert status("/api/v1/mode", **mode, **with_token(controller)) == 200
    assert status("/api/v1/cloud", **cloud, **with_token(controller)) == 403
    assert status("/api/v1/cloud", **cloud, **with_token(admin)) == 200
    assert status("/api/v1/keys", **with_token(controller)) == 403
    assert status("/api/v1/mode", **mode) == 401

    assert "admin" in run("token", "list", "--state-dir", daemon.state).stdout
    assert run("token", "revoke", "admin", "--state-dir", daemon.state).returncode == 0
    assert status("/api/v1/status", **with_token(admin)) == 401
    assert status("/api/v1/status", **with_token(reader)) == 200
    kept = (daemon.state / "tokens.json").read_text()
    for token in (reader, controller, admin):
        assert token[9:] not in kept and token[9:] not in daemon.log()
    assert (daemon.state / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_a_browser_logs_in_and_stays_so_over_a_restart(house, started):
    daemon, port = lan_daemon(started)
    token = make_token(daemon, "phone", "control")

    def browse(path, method="GET", **options):
        return ask(port, path, method, host=HERE, source=NEIGHBOUR, **options)

    def log_in(shown):
        return browse("/api/v1/session", "POST", document={"token": shown}, Origin=f"http://{HERE}:{port}")

    assert browse("/api/v1/session").json() == {"scope": "open", "granted_by": "nobody", "token": None}
    wrong = log_in("millrace_" + "0" * 48)
    assert wrong.status == 401 and "Set-Cookie" not in wrong.headers
    stranger = browse("/api/v1/session", "POST", document={"token": token}, Origin="http://evil.example")
    assert stranger.status == 403
    came_in = log_in(token)
    assert came_in.status == 200
    said = came_in.headers["Set-Cookie"]
    assert "HttpOnly" in said and "SameSite=Strict" in said and token not in said
    cookie = said.split(";")[0]
    assert browse("/api/v1/session", Cookie=cookie).json()["scope"] == "control"
    assert browse("/api/v1/status", Cookie=cookie).status == 200
    change = {"method": "PUT", "document": {"mode": "away"}, "Cookie": cookie}
    assert browse("/api/v1/mode", **change).status == 200
    assert browse("/api/v1/mode", **change, Origin="http://evil.example").status == 403

    assert daemon.stop() == 0
    daemon, port = lan_daemon(started)
    assert browse("/api/v1/status", Cookie=cookie).status == 200
    bye = browse("/api/v1/session", "DELETE", Cookie=cookie)
    assert bye.status == 204 and "Max-Age=0" in bye.headers["Set-Cookie"]
    assert run("token", "revoke", "phone", "--state-dir", daemon.state).returncode == 0
    assert browse("/api/v1/status", Cookie=cookie).status == 401


def test_guessing_is_slowed_down(house, started):
    daemon, port = lan_daemon(started)
    statuses = [ask(port, "/api/v1/status", host=HERE, source=NEIGHBOUR, Authorization="Bearer wrong-guess").status
                for _ in range(12)]
    assert statuses[0] == 401 and statuses[-1] == 429
    slowed = ask(port, "/api/v1/status", host=HERE, source=NEIGHBOUR, Authorization="Bearer wrong-guess")
    assert int(slowed.headers["Retry-After"]) > 0
    assert ask(port, "/api/v1/status").status == 200
    assert "wrong-guess" not in daemon.log()


def test_only_the_supervisor_of_its_app_lets_people_in(house, started):
    ingress = {"X_Forwarded_For": "192.168.1.7", "X_Ingress_Path": "/api/hassio_ingress/abc",
               "X_Remote_User_Name": "anna"}
    plain, port = lan_daemon(started)
    assert ask(port, "/api/v1/status", host=HERE, source=SUPERVISOR, **ingress).status == 401
    plain.stop()
    os.environ["SUPERVISOR_TOKEN"] = "made-up-by-the-test"
    try:
        app, port = lan_daemon(started)
    finally:
        del os.environ["SUPERVISOR_TOKEN"]
    assert ask(port, "/api/v1/status", host=HERE, source=SUPERVISOR, **ingress).status == 200
    assert ask(port, "/api/v1/session", host=HERE, source=SUPERVISOR, **ingress).json()["scope"] == "admin"
    assert ask(port, "/api/v1/status", host=HERE, source=NEIGHBOUR, **ingress).status == 401
    assert "made-up-by-the-test" not in app.log()


def test_a_proxy_that_says_nothing_needs_the_setting(started, tmp_path):
    daemon = started.daemon(config="http:\n  loopback_needs_token: true\n  host_names: [water.lan]\n", wait=False,
                            key=None)
    until(lambda: daemon.running() and "page and API" in daemon.log(), "the daemon to listen")
    assert ask(daemon.http_port, "/healthz").status == 200
    assert ask(daemon.http_port, "/api/v1/status").status == 401
    token = make_token(daemon, "proxy", "read")
    assert ask(daemon.http_port, "/api/v1/status", Host="water.lan", **with_token(token)).status == 200
    assert ask(daemon.http_port, "/api/v1/status", Host="evil.example", **with_token(token)).status == 421

    token_file, key = tmp_path / "token", tmp_path / "another.key"
    token_file.write_text(make_token(daemon, "admin", "admin") + "\n")
    key.write_text("22" * 32)
    add = ["key", "add", "--url", f"http://127.0.0.1:{daemon.http_port}", "--key-file", key]
    refused = run(*add)
    assert refused.returncode == 1 and "token" in refused.stderr
    assert run(*add, "--token-file", token_file).returncode == 0


def certificate(folder, name):
    certificate_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key_file, "-out", certificate_file],
                   check=True, capture_output=True)
    return certificate_file, key_file


def test_tls_serves_the_page_and_refuses_plain_talk(started, tmp_path):
    certificate_file, key_file = certificate(tmp_path, "house")
    config = f"http:\n  tls:\n    certificate_file: {certificate_file}\n    key_file: {key_file}\n"
    daemon = started.daemon(config=config, wait=False, key=None)
    until(lambda: daemon.running() and "page and API on https://" in daemon.log(), "the daemon to listen")
    tls = ssl.create_default_context(cafile=str(certificate_file))
    page = ask(daemon.http_port, "/", tls=tls)
    assert page.status == 200 and "<title>" in page.body
    assert ask(daemon.http_port, "/api/v1/mode", "PUT", document={"mode": "away"}, tls=tls).status == 200
    token = make_token(daemon, "phone", "read")
    said = ask(daemon.http_port, "/api/v1/session", "POST", document={"token": token}, tls=tls).headers["Set-Cookie"]
    assert "; Secure" in said
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(daemon.http_port, "/")
    config = daemon.config.read_text() + f"  listen: 127.0.0.1:{daemon.http_port}\n"
    daemon.config.write_text(config)
    key = tmp_path / "another.key"
    key.write_text("22" * 32)
    added = run("key", "add", "--config", daemon.config, "--key-file", key)
    assert added.returncode == 0 and "https://" in added.stdout, added.stderr
    by_name = run("key", "add", "--url", f"https://localhost:{daemon.http_port}", "--key-file", key,
                  "--ca-file", certificate_file)
    assert by_name.returncode == 1 and "certificate" in by_name.stderr, "the certificate is for an address"
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version, old.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        ask(daemon.http_port, "/", tls=old)
    assert ask(daemon.http_port, "/", tls=tls).status == 200


def test_a_certificate_that_cannot_be_used_is_named(started, tmp_path):
    certificate_file, _ = certificate(tmp_path, "house")
    _, other_key = certificate(tmp_path, "other")
    for name, key_file, words in (("foreign", other_key, "it must be the certificate's"), ("absent", tmp_path / "no", "No such")):
        folder = tmp_path / name
        folder.mkdir()
        config = folder / "millrace.yaml"
        config.write_text(f"version: 1\nhttp:\n  tls:\n    certificate_file: {certificate_file}\n    key_file: {key_file}\n")
        ended = run("run", "--config", config, "--state-dir", folder / "state", "--bridge-listen", "127.0.0.1:0",
                    "--http-listen", "127.0.0.1:0")
        assert ended.returncode == 1 and words in ended.stderr, ended.stderr
    alone = tmp_path / "alone.yaml"
    alone.write_text(f"version: 1\nhttp:\n  tls:\n    certificate_file: {certificate_file}\n")
    checked = run("check-config", alone)
    assert checked.returncode == 3 and "http.tls.key_file" in checked.stdout


def test_token_command_says_what_is_wrong(tmp_path):
    state = tmp_path / "state"
    missing = run("token", "add", "a", "--state-dir", state)
    assert missing.returncode == 1 and str(state) in missing.stderr
    state.mkdir()
    assert run("token", "add", "a", "--scope", "everything", "--state-dir", state).returncode == 2
    assert run("token", "add", "a b", "--state-dir", state).returncode == 1
    assert run("token", "add", "a", "--state-dir", state).returncode == 0
    again = run("token", "add", "a", "--state-dir", state)
    assert again.returncode == 1 and "already" in again.stderr and again.stdout == ""
    assert run("token", "revoke", "b", "--state-dir", state).returncode == 1
    (state / "tokens.json").write_text("{")
    broken = run("token", "list", "--state-dir", state)
    assert broken.returncode == 1 and "tokens.json" in broken.stderr
