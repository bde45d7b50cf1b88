"""Who is at the other end of the channels: HTTP servers that check what they get by the documents of ntfy, Gotify,
Apprise API and Home Assistant, a webhook's receiver, and a real SMTP server. All on loopback, on ports of the system's choice."""
import asyncio
import hashlib
import hmac
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import threading
import time

from aiosmtpd.smtp import SMTP, AuthResult


def certificate(folder: pathlib.Path, name: str) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    return str(cert), str(key)


def tls_context(pair: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


class HttpServer:
    """Answers each request with what `check(method, path, headers, body)` says, a status, and with `answer`."""

    def __init__(self, check, context: ssl.SSLContext | None = None, port: int = 0, answer: bytes = b"{}"):
        self.requests = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = check(self.command, self.path, self.headers, body)
                server.requests.append({"at": time.monotonic(), "method": self.command, "path": self.path,
                                        "headers": self.headers, "body": body, "status": status})
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0" if status == 204 else str(len(answer)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(answer)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.httpd.daemon_threads = True
        if context:
            self.httpd.socket = context.wrap_socket(self.httpd.socket, server_side=True)
        self.port = self.httpd.server_address[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self.httpd.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()

    def bodies(self):
        return [json.loads(r["body"]) for r in self.requests if r["status"] == 200]


def webhook_check(key: bytes, status: int = 200):
    def check(method, _path, headers, body):
        stamp = headers["X-Millrace-Timestamp"]
        if abs(time.time() - int(stamp)) > 300 or headers["Content-Type"] != "application/json":
            return 400
        wanted = "sha256=" + hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return status if hmac.compare_digest(wanted, headers["X-Millrace-Signature"] or "") and method == "POST" else 401

    return check


def ntfy_check(token: str):
    """Publishing as JSON: POST to the root, with a topic; priority 1 to 5, at most three actions."""

    def check(method, path, headers, body):
        if headers["Authorization"] != f"Bearer {token}":
            return 403
        message = json.loads(body)
        good = (method == "POST" and path == "/" and message["topic"] == "water" and 1 <= message["priority"] <= 5
                and len(message["message"]) <= 4096 and len(message.get("actions", [])) <= 3
                and all(a["action"] == "http" and a["method"] == "POST" for a in message.get("actions", [])))
        return 200 if good else 400

    return check


def gotify_check(token: str):
    def check(method, path, headers, body):
        if headers["X-Gotify-Key"] != token:
            return 401
        message = json.loads(body)
        return 200 if method == "POST" and path == "/message" and message["message"] and message["priority"] >= 0 else 400

    return check


def apprise_check(key: str):
    """204 when there is no configuration under the key, 424 when a recipient failed."""

    def check(method, path, _headers, body):
        message = json.loads(body)
        if not message["body"] or message["type"] not in ("info", "success", "warning", "failure") or method != "POST":
            return 400
        if path == "/notify":
            return 200 if message.get("urls") else 400
        return 200 if path == f"/notify/{key}" else 204

    return check


def home_assistant_check(token: str):
    def check(method, path, headers, body):
        if headers["Authorization"] != f"Bearer {token}":
            return 401
        message = json.loads(body)
        if path == "/api/services/persistent_notification/create":
            return 200 if set(message) == {"title", "message", "notification_id"} else 400
        return 200 if method == "POST" and path == "/api/services/notify/mobile_app_phone" and message["message"] else 400

    return check


class MailServer:
    """aiosmtpd; keeps what it gets."""

    def __init__(self, context: ssl.SSLContext | None, starttls: bool, password: str | None = None):
        self.mails = []
        self.logins = []
        self.loop = asyncio.new_event_loop()

        def log_in(_server, _session, _envelope, _mechanism, data):
            self.logins.append((data.login, data.password))
            return AuthResult(success=data.password == (password or "").encode(), handled=False)

        class Handler:
            async def handle_DATA(_self, _server, _session, envelope):
                self.mails.append(envelope)
                return "250 OK"

        def session():
            return SMTP(Handler(), hostname="localhost", loop=self.loop, enable_SMTPUTF8=False,
                        tls_context=context if starttls else None, require_starttls=starttls,
                        authenticator=log_in if password else None, auth_required=bool(password),
                        auth_require_tls=starttls)

        self.server = self.loop.run_until_complete(
            self.loop.create_server(session, "127.0.0.1", 0, ssl=None if starttls else context))
        self.port = self.server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()


class RawServer:
    """Takes connections and does with each what `behave(connection)` says."""

    def __init__(self, behave=lambda connection: time.sleep(60)):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = []

        def accept():
            while True:
                try:
                    connection, _ = self.socket.accept()
                except OSError:
                    return
                self.connections.append(connection)
                threading.Thread(target=self.behave_quietly, args=(behave, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    @staticmethod
    def behave_quietly(behave, connection):
        try:
            behave(connection)
        except OSError:
            pass


def dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
