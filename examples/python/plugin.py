"""The plugin `waiting`: finds customers who wait for us too long, and reminds the team with an internal note."""

from datetime import datetime
from html import escape

from tickiti_relay import ToolError, last, plugin, relay, send, text, tool

# As many tickets as one filter of responses takes.
MOST_TICKETS = 1000
# Responses of a page: without their texts, some 60 KB.
PAGE = 500
# More is no list for a person, nor for an assistant.
MOST_LINES = 50
PRIORITIES = {"10": "low", "20": "normal", "30": "high", "40": "urgent"}
HOURS = {"type": "integer", "minimum": 1, "maximum": 8760, "description": "Hours without an answer; default 24."}


@tool(
    "Find customers who wait for us",
    {
        "hours": HOURS,
        "queue": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Only these, by name."},
    },
    routes=["tickets.query", "tickets.responses_query"],
    open_world=True,
)
def find_waiting(call):
    """Lists the open tickets in which the customer had the last word and has waited for `hours`, the longest wait first:
    number, hours, priority, queue, assignee, subject. Internal notes are no answer. Looks at up to 1,000 open tickets.
    Needs tickets:read. note_waiting reminds the team on one of them."""
    criteria = [{"mode": "status", "tokens": ["open"]}]
    if "queue" in call.arguments:
        criteria.append({"mode": "queue", "tokens": call.arguments["queue"]})
    search = {"row_limit": MOST_TICKETS, "search_object": {"criteria": criteria}}
    tickets = (yield send("tickets.query", search, keep=ticket_rows)).body
    if not tickets:
        return text("There are no open tickets there.")

    numbers = [number for number, _ in tickets]
    found = yield from call.rounds({"cursor": None, "pages": 0, "since": {}}, lambda at: read_page(call, numbers, at))

    hours = call.arguments.get("hours", 24)
    late = [(hours_since(call, found["since"].get(number)), number, words) for number, words in tickets]
    late = sorted((line for line in late if line[0] >= hours), key=lambda line: -line[0])
    lines = [f"{len(late)} of {len(tickets)} open tickets have waited for us for {hours} hours or more."]
    lines += [f"{number}: {waited} h, {words}" for waited, number, words in late[:MOST_LINES]]
    if len(late) > MOST_LINES:
        lines.append(f"And {len(late) - MOST_LINES} more: ask queue by queue, or for more hours.")
    if len(tickets) == MOST_TICKETS:
        lines.append(f"There may be more open tickets: only {MOST_TICKETS} were looked at. Ask queue by queue.")
    return text("\n".join(lines))


def read_page(call, numbers, at):
    """One page of the responses to these tickets; afterwards `since` says for each from when its customer waits."""
    asked = {
        "ticket_number": numbers,
        "is_internal": False,
        "fields": ["staff_response", "created_at", "is_audit_only"],
        "limit": PAGE,
    }
    if at["cursor"]:
        asked["cursor"] = at["cursor"]
    page = (yield send("tickets.responses_query", asked)).body["data"]
    since = at["since"]
    for row in page["responses"]:
        wait_from(since, str(row["ticket_number"]), row)
    pages, cursor = at["pages"] + 1, page.get("next_cursor")
    call.progress(pages, None, f"{pages} pages of responses read")
    if cursor and cursor == at["cursor"]:
        raise ToolError("The helpdesk gave the same page twice, so the search would not end. Ask for fewer queues.")
    state = {"cursor": cursor, "pages": pages, "since": since}
    return state if cursor else last(state)


@tool(
    "Remind the team of a customer who waits",
    {
        "ticket_number": {"type": "string", "pattern": "^[0-9]{6}$", "description": "Six digits."},
        "hours": HOURS,
        "note": {"type": "string", "maxLength": 2000, "description": "What to write; without it, a standard sentence."},
    },
    required=["ticket_number"],
    effect="write",
    routes=["tickets.show", "tickets.respond"],
)
def note_waiting(call):
    """Puts one internal note into one ticket that find_waiting has listed; the team sees it, the customer does not. First
    reads the ticket, and refuses when the customer does not wait, or the wait has been noted already. The note is from the
    address in the plugin's setting `from_email`. Needs tickets:write."""
    number, hours = call.arguments["ticket_number"], call.arguments.get("hours", 24)
    sender = call.settings.get("from_email")
    if not sender:
        raise ToolError(
            "Nobody said whom notes are from. The person who runs the relay sets it: "
            'from_email = "someone@your-team.example" under [plugins.waiting.settings] in plugins.toml.'
        )
    data = (yield send("tickets.show", {"ticket_number": number, "max_body_chars": 0})).body["data"]
    if data["ticket"]["status"] != "open":
        raise ToolError(f"Ticket {number} is {data['ticket']['status']}, so nobody waits. Nothing was written.")
    since, noted = {}, None
    # A thread begins with what was pinned; time is what counts here.
    for row in sorted(data["responses"], key=lambda row: row["created_at"]):
        if row["is_internal"]:
            noted = row["created_at"] if row["created_by_email"] == sender else noted
        else:
            wait_from(since, number, row)
    start = since.get(number)
    if hours_since(call, start) < hours:
        raise ToolError(f"The customer of ticket {number} has not waited for {hours} hours. Nothing was written.")
    if noted and noted >= start:
        raise ToolError(f"{sender} has noted on ticket {number} since the customer wrote. Nothing was written.")
    # The moment and not the hours: the same call again, an hour later, must be the same write.
    words = escape(call.arguments.get("note") or "Please have a look.", quote=False)
    content = f"<p>{words}</p><p>The customer has been waiting since {start[:16].replace('T', ' ')} UTC.</p>"
    return relay(
        "tickets.respond",
        {"ticket_number": number, "from_email": sender, "is_internal": True, "content": content},
    )


def wait_from(since, number, row):
    """Takes in one public response, in the order of time: an answer ends a wait, the first message after it begins one."""
    if row.get("is_audit_only"):
        return  # Somebody changed the ticket and wrote nothing.
    if row["staff_response"]:
        since[number] = None
    elif since.get(number) is None:
        since[number] = row["created_at"]


def hours_since(call, moment):
    """Whole hours from then to now; -1 for a wait that has not begun."""
    if moment is None:
        return -1
    return int((datetime.fromisoformat(call.now) - datetime.fromisoformat(moment)).total_seconds() // 3600)


def ticket_rows(body):
    """Number and words of each ticket; servers differ in what they wrap the rows."""
    rows = body["data"] if isinstance(body, dict) else body
    rows = rows["tickets"] if isinstance(rows, dict) else rows
    return [
        [
            str(row["number"]),
            f"{PRIORITIES.get(str(row['priority']), row['priority'])}, {row['queue']}, "
            f"{row.get('assigned_to_email') or 'unassigned'}: {row['subject']}",
        ]
        for row in rows
    ]


Tools = plugin(
    "waiting",
    "0.1.0",
    "Finds customers who wait for an answer too long, and reminds the team with an internal note.",
    [find_waiting, note_waiting],
)
