"""A Home Assistant that has nothing but its WebSocket API and long-term statistics.

It answers as Home Assistant's own handlers do (auth, recorder/import_statistics, recorder/statistics_during_period), and
writes down as a complaint whatever those would refuse.
"""
import asyncio
import datetime
import json
import re
import threading

import websockets

from harness import free_port

METADATA = {"has_sum": bool, "name": str, "source": str, "statistic_id": str, "unit_class": str,
            "unit_of_measurement": str, "mean_type": int}
EXTERNAL_ID = re.compile(r"^(?!.+__)(?!_)[\da-z_]+(?<!_):(?!_)[\da-z_]+(?<!_)$")


def moment(text):
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert time.tzinfo is not None, f"{text} has no zone"
    return int(time.timestamp())


class HomeAssistant:
    """Rows outlive `stop`; `start` listens on the same port again."""

    def __init__(self, token="made-up-token"):
        self.token = token
        self.port = free_port()
        self.rows = {}        # statistic id -> {start of the hour: sum}
        self.metadata = {}    # statistic id -> its metadata
        self.imports = []     # (statistic id, [starts]) in order
        self.complaints = []
        self.logins = []      # True or False, in order
        self.drop_after = None  # imports after which the connection is cut before it is answered
        self.loop = None
        self.start()

    def start(self):
        self.loop = asyncio.new_event_loop()
        up = threading.Event()

        async def serve():
            self.server = await websockets.serve(self.talk, "127.0.0.1", self.port, max_size=4 * 1024 * 1024)
            up.set()

        def run():
            asyncio.set_event_loop(self.loop)
            self.loop.run_until_complete(serve())
            self.loop.run_forever()

        self.thread = threading.Thread(target=run)
        self.thread.start()
        assert up.wait(10), "the fake Home Assistant did not start"

    def stop(self):
        if self.loop is None:
            return

        async def end():
            self.server.close()
            await self.server.wait_closed()

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
        self.loop = None

    async def talk(self, socket, path):
        try:
            if path != "/api/websocket":
                self.complaints.append(f"path {path}")
            await socket.send(json.dumps({"type": "auth_required", "ha_version": "2026.9.1"}))
            auth = json.loads(await socket.recv())
            if set(auth) != {"type", "access_token"} or auth["type"] != "auth":
                self.complaints.append(f"auth with {sorted(auth)}")
            self.logins.append(auth.get("access_token") == self.token)
            if not self.logins[-1]:
                await socket.send(json.dumps({"type": "auth_invalid", "message": "Invalid access token or password"}))
                return
            await socket.send(json.dumps({"type": "auth_ok", "ha_version": "2026.9.1"}))
            last = 0
            async for text in socket:
                request = json.loads(text)
                if request["id"] <= last:
                    self.complaints.append(f"id {request['id']} after {last}")
                last = request["id"]
                try:
                    result = self.answer(request)
                except (AssertionError, KeyError, TypeError, ValueError) as wrong:
                    self.complaints.append(f"{request.get('type')}: {wrong!r}")
                    error = {"code": "invalid_format", "message": str(wrong)}
                    await socket.send(json.dumps({"id": last, "type": "result", "success": False, "error": error}))
                    continue
                if self.drop_after is not None and len(self.imports) >= self.drop_after:
                    self.drop_after = None
                    socket.transport.abort()
                    return
                await socket.send(json.dumps({"id": last, "type": "result", "success": True, "result": result}))
        except websockets.ConnectionClosed:
            pass

    def answer(self, request):
        kind = request["type"]
        if kind == "recorder/import_statistics":
            return self.take(request)
        assert kind == "recorder/statistics_during_period", "unknown command"
        assert set(request) == {"id", "type", "start_time", "end_time", "statistic_ids", "period", "types"}, "keys"
        assert request["period"] == "hour" and request["types"] == ["sum"], "not hourly sums"
        begin, end = moment(request["start_time"]), moment(request["end_time"])
        found = {}
        for statistic in request["statistic_ids"]:
            rows = [{"start": start * 1000, "end": (start + 3600) * 1000, "sum": value}
                    for start, value in sorted(self.rows.get(statistic, {}).items()) if begin <= start < end]
            if rows:
                found[statistic] = rows
        return found

    def take(self, request):
        assert set(request) == {"id", "type", "metadata", "stats"}, "keys"
        metadata, stats = request["metadata"], request["stats"]
        assert set(metadata) == set(METADATA), f"metadata {sorted(metadata)}"
        for key, kind in METADATA.items():
            assert type(metadata[key]) is kind, key
        statistic = metadata["statistic_id"]
        assert EXTERNAL_ID.match(statistic), f"{statistic} is no external id"
        assert statistic.split(":")[0] == metadata["source"], "the source is not the id's domain"
        assert metadata["has_sum"] and metadata["mean_type"] == 0 and metadata["unit_class"] == "volume"
        assert metadata["unit_of_measurement"] in ("L", "gal"), "unit"
        assert 0 < len(stats) <= 1000, f"{len(stats)} rows"
        starts = []
        for row in stats:
            assert set(row) == {"start", "state", "sum"}, "keys of a row"
            start = moment(row["start"])
            assert start % 3600 == 0, "not the start of an hour"
            starts.append(start)
        assert starts == sorted(set(starts)), "hours out of order"
        self.rows.setdefault(statistic, {}).update(zip(starts, [row["sum"] for row in stats]))
        self.metadata[statistic] = metadata
        self.imports.append((statistic, starts))
        return None
