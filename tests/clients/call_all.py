"""Lists and calls all 18 tools of the relay with the official Python client of MCP, and looks whether the results are sane.

Reads TICKITI_RELAY_BINARY, TICKITI_API_BASE and TICKITI_API_TOKEN; the helpdesk must be a scratch one, because tickets are
made. Run by `cargo xtask clients python`. Ends with exit code 1 at the first result that is not as it should be.
"""

import asyncio
import base64
import json
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

TOOLS = {
    "create_ticket", "respond_to_ticket", "query_tickets", "get_ticket", "list_responses", "get_attachment",
    "query_responses", "export_responses", "list_perspectives", "list_watchlists", "list_stock_responses", "list_queues",
    "list_workflow", "run_report", "list_endpoints", "tickiti_call", "unsettled_writes", "settle_write",
}
# A red dot, one pixel.
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)
ASKER = "ada.client@python.example"


class NotSane(Exception):
    """A result that is not as it should be."""


def demand(holds, what):
    if not holds:
        raise NotSane(what)


def text(result):
    return "\n".join(block.text for block in result.content if block.type == "text")


def find(value, wanted):
    """The first value that `wanted` accepts, anywhere within parsed JSON."""
    if wanted(value):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        found = find(part, wanted)
        if found is not None:
            return found
    return None


class Calls:
    """Calls tools, and keeps which."""

    def __init__(self, client):
        self.client = client
        self.called = set()

    async def __call__(self, tool, **arguments):
        self.called.add(tool)
        result = await self.client.call_tool(tool, arguments)
        demand(not result.is_error, f"{tool} answered an error: {text(result)[:2000]}")
        demand(result.content, f"{tool} answered nothing")
        return result

    async def json(self, tool, **arguments):
        words = text(await self(tool, **arguments))
        try:
            return json.loads(words)
        except ValueError as error:
            raise NotSane(f"{tool} answered no JSON ({error}): {words[:2000]}") from error


async def everything(client, folder):
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    demand(TOOLS <= listed.keys(), f"not listed: {sorted(TOOLS - listed.keys())}")
    for tool in listed.values():
        demand(tool.description and tool.input_schema.get("type") == "object", f"{tool.name} is not described")
        demand(tool.annotations is not None, f"{tool.name} has no annotations")
    call = Calls(client)

    queues = await call.json("list_queues")
    demand(find(queues, lambda part: part == "Inbox"), f"no Inbox among the queues: {queues}")
    for tool in ("list_perspectives", "list_watchlists", "list_stock_responses"):
        demand(await call.json(tool), f"{tool} is empty")
    for kind in ("resolution-categories", "interventions", "escalations"):
        await call.json("list_workflow", kind=kind)
    await call.json("run_report", report="meta")
    days = {"date_from": "2026-01-01", "date_to": "2026-01-31", "group_by": "day"}
    for report in ("resolutions", "volumes", "response-times", "agent-activity"):
        await call.json("run_report", report=report, filters=days)

    picture = folder / "dot.png"
    picture.write_bytes(IMAGE)
    made = await call.json(
        "create_ticket",
        originator_email_address=ASKER,
        subject="The printer prints a red dot",
        content="<p>Look: {{attach:dot}}</p>",
        is_public=True,
        attachments=[{"path": str(picture), "name": "dot"}],
    )
    holder = find(made, lambda part: isinstance(part, dict) and "ticket_number" in part)
    demand(holder, f"no ticket number in {made}")
    number = str(holder["ticket_number"])
    await call("respond_to_ticket", ticket_number=number, from_email=ASKER, content="<p>It is back, and larger.</p>")

    rows = await call.json("query_tickets", search_object={"criteria": [{"mode": "ticket_number", "tokens": [number]}]})
    demand(number in json.dumps(rows), f"ticket {number} was not found: {rows}")
    demand("red dot" in text(await call("get_ticket", ticket_number=number)), "get_ticket lost the subject")
    demand("and larger" in text(await call("list_responses", ticket_number=number)), "list_responses lost the answer")

    responses = await call.json("query_responses", ticket_number=[number], fields=["plain_text", "attachments"])
    demand("and larger" in json.dumps(responses), f"query_responses lost the answer: {responses}")
    files = find(responses, lambda part: isinstance(part, dict) and part.get("attachments"))
    demand(files, f"no response has the image: {responses}")
    attachment = files["attachments"][0]["id"]
    shown = await call("get_attachment", ticket_number=number, response_attachment_id=attachment)
    images = [base64.b64decode(block.data) for block in shown.content if block.type == "image"]
    demand(images == [IMAGE], f"the image came back otherwise: {[block.type for block in shown.content]}")

    export = folder / "responses.ndjson"
    await call("export_responses", path=str(export), ticket_number=[number])
    lines = [json.loads(line) for line in export.read_text(encoding="utf-8").splitlines()]
    demand(len(lines) == 2, f"{len(lines)} lines were exported, not 2")

    demand("tickets" in text(await call("list_endpoints")), "list_endpoints names no family tickets")
    demand("query" in text(await call("list_endpoints", family="tickets")), "list_endpoints does not name tickets.query")
    ticket = await call("tickiti_call", family="tickets", action="show", payload={"ticket_number": number})
    demand("red dot" in text(ticket), "tickiti_call lost the subject")

    demand(json.loads(text(await call("unsettled_writes"))) == {"writes": []}, "a write is unsettled")
    call.called.add("settle_write")
    unknown = await client.call_tool("settle_write", {"id": "w999", "happened": True})
    demand(unknown.is_error and "w999" in text(unknown), f"a write that is not there was settled: {text(unknown)}")

    refused = await client.call_tool("tickiti_call", {"family": "ticket", "action": "show"})
    demand(refused.is_error and "tickets" in text(refused), f"a wrong family was not refused with the right one: {text(refused)}")
    demand(call.called == TOOLS, f"not called: {sorted(TOOLS - call.called)}")
    return len(listed)


async def main():
    print(f"mcp {version('mcp')}, Python {platform.python_version()}")
    for mode in ("legacy", "auto"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve() / "files"
            folder.mkdir()
            own = {
                "TICKITI_API_BASE": os.environ["TICKITI_API_BASE"],
                "TICKITI_API_TOKEN": os.environ["TICKITI_API_TOKEN"],
                "TICKITI_RELAY_FILES": str(folder),
                "TICKITI_RELAY_STATE": str(folder.parent / "state"),
            }
            relay = StdioServerParameters(command=os.environ["TICKITI_RELAY_BINARY"], env=own)
            async with Client(stdio_client(relay), mode=mode) as client:
                listed = await everything(client, folder)
                print(f"  {mode}: protocol {client.protocol_version}, {listed} tools listed, {len(TOOLS)} called")


def cause(error):
    """What went wrong within a group of tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except Exception as error:  # noqa: BLE001, whatever it was is told in one line
        found = cause(error)
        sys.exit(f"the Python client: {found if isinstance(found, NotSane) else repr(found)}")
