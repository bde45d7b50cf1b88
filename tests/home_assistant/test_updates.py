"""The update entity in the real Home Assistant: a newer version, and a newest one that is ours."""
import http.server
import json
import threading

from harness import until


def place_of_releases(started, answer):
    class Place(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Place)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    started.stack.callback(server.server_close)
    started.stack.callback(server.shutdown)
    return f"updates:\n  url: http://127.0.0.1:{server.server_address[1]}/\n  first_within: 1 s\n"


def test_the_update_entity_is_on_while_a_newer_version_is_out(started, home_assistant):
    broker = started.broker()
    said = started.listener(broker)
    newer = {"version": "99.1.0", "url": "https://example.org/99.1.0", "summary": "Finds slow leaks sooner."}
    daemon = started.daemon(broker, config=place_of_releases(started, newer))
    until(lambda: "99.1.0" in (said.last("millrace/update") or ""), "the newer version in MQTT")
    home_assistant.start()
    home_assistant.add_broker(broker)
    entity = until(lambda: home_assistant.entities().get("millrace_update"), "the entity", 60, 1)
    assert (entity["entity_id"], entity["entity_category"]) == ("update.millrace_update", "diagnostic")
    until(lambda: home_assistant.state(entity["entity_id"]) == "on", "the update to show", 60, 1)
    shown = home_assistant.call(f"/api/states/{entity['entity_id']}")["attributes"]
    assert shown["title"] == "Millrace" and shown["latest_version"] == newer["version"]
    assert (shown["release_url"], shown["release_summary"]) == (newer["url"], newer["summary"])
    assert shown["device_class"] == "firmware"
    assert not shown["supported_features"] & 1, "nothing can be installed by it"

    assert daemon.stop() == 0
    older = {"version": "0.0.1", "summary": "Old words."}
    started.daemon(broker, config=place_of_releases(started, older), bridge_port=daemon.bridge_port,
                   http_port=daemon.http_port)
    until(lambda: home_assistant.state(entity["entity_id"]) == "off", "no downgrade to be offered", 60, 1)
    shown = home_assistant.call(f"/api/states/{entity['entity_id']}")["attributes"]
    assert shown["latest_version"] == shown["installed_version"] and not shown["release_summary"]
    assert home_assistant.complaints() == []
