"""The Python MCP SDK, told what to do in lines of JSON (see harness/program.mjs)."""

import asyncio
import json
import os
import sys
import time
import traceback
from urllib.parse import parse_qs, urlparse

from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata, OAuthToken, ProtectedResourceMetadata

OPTIONS = json.loads(sys.argv[1])
REDIRECT = OPTIONS["redirectUri"]


def announce(event):
    print(json.dumps(event), flush=True)


class FileStorage:
    """Tokens and registration in one JSON file."""

    def read(self):
        try:
            with open(OPTIONS["store"]) as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def write(self, **changes):
        beside = f"{OPTIONS['store']}.{os.getpid()}"
        with open(beside, "w") as file:
            json.dump({**self.read(), **changes}, file)
        os.replace(beside, OPTIONS["store"])

    async def get_tokens(self):
        stored = self.read().get("tokens")
        return OAuthToken.model_validate(stored) if stored else None

    async def set_tokens(self, tokens):
        expires_at = int((time.time() + tokens.expires_in) * 1000)
        self.write(tokens=tokens.model_dump(mode="json", exclude_none=True), expires_at=expires_at)

    async def get_client_info(self):
        stored = self.read().get("client")
        return OAuthClientInformationFull.model_validate(stored) if stored else None

    async def set_client_info(self, client):
        self.write(client=client.model_dump(mode="json", exclude_none=True))


class Provider(OAuthClientProvider):
    """The SDK stores neither when a token expires nor where it is refreshed, and would sign in anew after a restart; this one remembers both."""

    async def _initialize(self):
        await super()._initialize()
        stored = self.context.storage.read()
        if self.context.current_tokens and "discovered" in stored:
            self.context.token_expiry_time = stored["expires_at"] / 1000
            self.context.oauth_metadata = OAuthMetadata.model_validate(stored["discovered"]["server"])
            self.context.protected_resource_metadata = ProtectedResourceMetadata.model_validate(stored["discovered"]["resource"])

    async def _handle_token_response(self, response):
        await super()._handle_token_response(response)
        server, resource = self.context.oauth_metadata, self.context.protected_resource_metadata
        plain = {"mode": "json", "exclude_none": True}
        self.context.storage.write(discovered={"server": server.model_dump(**plain), "resource": resource.model_dump(**plain)})


class Callback:
    """Waits at the loopback redirect for the browser."""

    def __init__(self):
        self.may_sign_in = True
        self.answer = None

    async def redirect(self, url):
        announce({"event": "authorize" if self.may_sign_in else "refused-to-sign-in", "url": url})
        if not self.may_sign_in:
            raise RuntimeError("a new sign-in was asked for")
        self.answer = asyncio.get_running_loop().create_future()
        place = urlparse(REDIRECT)
        host = "127.0.0.1" if place.hostname == "localhost" else place.hostname
        self.server = await asyncio.start_server(self.hear, host, place.port)

    async def hear(self, reader, writer):
        target = (await reader.readline()).split()[1].decode()
        while (await reader.readline()).strip():
            pass
        body = b"You can close this window."
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()
        if urlparse(target).path == urlparse(REDIRECT).path and not self.answer.done():
            self.answer.set_result({name: values[0] for name, values in parse_qs(urlparse(target).query).items()})

    async def wait(self):
        try:
            answer = await asyncio.wait_for(self.answer, 60)
        finally:
            self.server.close()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))


class Assistant:
    def __init__(self):
        self.callback = Callback()
        self.provider = Provider(
            server_url=OPTIONS["url"],
            client_metadata=OAuthClientMetadata(
                client_name=OPTIONS["name"],
                redirect_uris=[REDIRECT],
                grant_types=["authorization_code", "refresh_token"],
                response_types=["code"],
                token_endpoint_auth_method="none",
            ),
            storage=FileStorage(),
            redirect_handler=self.callback.redirect,
            callback_handler=self.callback.wait,
        )
        self.opened = None
        self.closing = asyncio.Event()

    async def connect(self):
        ready = asyncio.get_running_loop().create_future()
        self.opened = asyncio.create_task(self.hold(ready))
        return await ready

    async def hold(self, ready):
        """Keeps the connection open in one task, as the SDK's task groups demand."""
        try:
            async with create_mcp_http_client(auth=self.provider) as http:
                transport = streamable_http_client(OPTIONS["url"], http_client=http)
                async with Client(transport, mode=OPTIONS.get("mode", "auto"), cache=None) as self.client:
                    ready.set_result({"server": None})
                    await self.closing.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error if isinstance(error, Exception) else RuntimeError(repr(error)))

    async def close(self):
        self.closing.set()
        if self.opened:
            await self.opened
        self.closing = asyncio.Event()

    async def tools(self):
        listed = await self.client.list_tools()
        return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]

    async def call(self, tool, arguments=None):
        result = await self.client.call_tool(tool, arguments or {})
        text = "\n".join(getattr(part, "text", "") for part in result.content)
        if result.is_error:
            raise RuntimeError(text)
        return text

    async def parallel(self, count, tool, arguments=None, at=None):
        if at:
            await asyncio.sleep(at / 1000 - time.time())
        texts = await asyncio.gather(*(self.call(tool, arguments) for _ in range(count)))
        return [{"text": text, "again": False} for text in texts]

    async def signIn(self, allowed):
        self.callback.may_sign_in = allowed


def innermost(error):
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def answer(assistant, message):
    number, command = message.pop("id"), message.pop("do")
    try:
        announce({"id": number, "ok": True, "value": await getattr(assistant, command)(**message)})
    except Exception as error:
        traceback.print_exc()
        cause = innermost(error)
        announce({"id": number, "ok": False, "error": {"name": type(cause).__name__, "message": str(cause)}})


async def main():
    assistant, tasks = Assistant(), set()
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        task = asyncio.create_task(answer(assistant, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
