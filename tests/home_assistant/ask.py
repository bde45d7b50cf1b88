"""Runs inside, with Home Assistant's own aiohttp: commands as lines of JSON in, WebSocket results as lines of JSON out.

ask.py URL; the first line in is the access token.
"""
import asyncio
import json
import sys

import aiohttp


async def main():
    async with aiohttp.ClientSession() as session, session.ws_connect(sys.argv[1], max_msg_size=0) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": sys.stdin.readline().strip()})
        assert (await socket.receive_json())["type"] == "auth_ok"
        for number, line in enumerate(sys.stdin, 1):
            await socket.send_json({"id": number, **json.loads(line)})
            print(json.dumps(await socket.receive_json()), flush=True)


asyncio.run(main())
