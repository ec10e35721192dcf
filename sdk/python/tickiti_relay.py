"""What the author of a Tickiti Relay plugin in Python imports: lay it beside `plugin.py`.

A tool is a function over one `Call`. One that sends requests is a generator and reads as straight code: `yield send(...)`
waits for the answer. It is run anew from its start at each turn, and what was answered before is answered again; so it must
do the same for the same arguments and answers. Long loops go through `Call.rounds`, whose state takes the place of all that
was answered.
"""

import json
from types import GeneratorType

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import tools as wit


class ToolError(Exception):
    """Ends the call with this sentence for the assistant: what is wrong, and what to do instead."""


def tool(
    title, arguments, *, required=(), effect="read", routes=(), files=None, idempotent=None, open_world=False, output=None
):
    """Makes a function a tool: its name is the tool's, its docstring is what the assistant reads. `arguments` are the
    properties of the JSON Schema; `effect` is read, write or destructive; `files` maps JSON pointers to text, image, bytes
    or output; `output` is the JSON Schema of a structured result. What is written otherwise fails the build."""

    def declare(function):
        _judge(function.__name__, arguments, required, effect, routes, files or {})

        def describe():  # Only `describe` asks: a call must not pay for schemas.
            paragraphs = (function.__doc__ or "").split("\n\n")
            schema = {"type": "object", "properties": arguments, "required": list(required)}
            return wit.Tool(
                name=function.__name__,
                title=title,
                description="\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs),
                input=_compact({**schema, "additionalProperties": False}),
                output=None if output is None else _compact(output),
                effect=wit.Effect[effect.upper()],
                idempotent=effect == "read" if idempotent is None else idempotent,
                open_world=open_world,
                routes=list(routes),
                files=[wit.FileArgument(at, wit.Access[access.upper()]) for at, access in (files or {}).items()],
            )

        function.describe = describe
        return function

    return declare


def _judge(name, arguments, required, effect, routes, files):
    def one_of(at, word, words):
        known = [member.lower() for member in words.__members__]
        if word not in known:
            raise ValueError(f"the tool `{name}`: {at} is {word!r}; it must be one of {', '.join(known)}")

    if isinstance(required, str) or isinstance(routes, str):
        raise TypeError(f"the tool `{name}`: `required` and `routes` must be lists")
    for argument in required:
        if argument not in arguments:
            raise ValueError(f"the tool `{name}`: `required` names {argument!r}, which is none of its arguments")
    one_of("`effect`", effect, wit.Effect)
    for at, access in files.items():
        one_of(f"`files`, {at},", access, wit.Access)


def plugin(name, version, about, tools):
    """The class that the component exports: `Tools = plugin(...)` at the end of `plugin.py`."""
    for function in tools:
        if not hasattr(function, "describe"):
            raise TypeError(f"`{getattr(function, '__name__', function)}` is no tool: write @tool(...) above it")
    known = {function.__name__: function for function in tools}

    class Tools(exports.Tools):
        def describe(self):
            return wit.Manifest(name, version, about, [function.describe() for function in tools])

        def start(self, call):
            return _turn(known, call, "", [])

        def resume(self, call, state, answers):
            return _turn(known, call, state, answers)

    return Tools


class send:
    """`yield send(route, input)`: a request to wait for; `yield [send(...), send(...)]` for several in order. A failure ends
    the call in the relay's words unless its status is in `accept`. `hold` is the JSON pointer of a big value that stays with
    the relay. `keep` picks from a success's body what the tool reads; the rest is forgotten, and so costs nothing later."""

    def __init__(self, route, input, *, accept=(), hold=None, keep=None):
        self.request, self.keep = wit.Request(route, _json(input), list(accept), hold), keep

    def _kept(self, answer):
        body, held = json.loads(answer.body), answer.held
        if self.keep is not None and answer.status < 300:
            body = self.keep(body)
        return [answer.status, body, held and [held.mark, held.bytes, held.items, held.text]]


class Answer:
    """What came back: `status`, `body`, and `held` (mark, bytes, items, text) where `hold` found its value."""

    def __init__(self, status, body, held):
        self.status, self.body, self.held = status, body, held and wit.Held(*held)


class last:
    """`return last(state)` from a round of `Call.rounds`: the loop ends with this."""

    def __init__(self, state):
        self.state = state


def relay(route, input):
    """Ends the call with the answer of a route, handed on untouched. What most tools do."""
    return wit.Step_Relay(wit.Request(route, _json(input), [], None))


def done(*content, structured=None):
    """Ends the call with pieces of content, a value that fits the tool's `output` schema, or both."""
    return wit.Step_Done(wit.Output(list(content), None if structured is None else _compact(structured)))


def text(said):
    """Ends the call with a text, or with the text that a mark stands for."""
    return done(words(said))


def structured(value):
    """Ends the call with a value that fits the tool's `output` schema; it is shown as text too."""
    return done(structured=value)


def words(said):
    """For `done`: a text beside other pieces, or the text that a mark stands for."""
    return wit.Content_Text(said)


def image(media_type, data):
    """For `done`: an image that the assistant sees, by its bytes or a mark."""
    return wit.Content_Image(wit.Blob(media_type, _bytes(data)))


def audio(media_type, data):
    """For `done`: sound, by its bytes or a mark."""
    return wit.Content_Audio(wit.Blob(media_type, _bytes(data)))


def document(uri, name, media_type=None, data=None):
    """For `done`: an enclosed document, by its bytes or a mark; a link where neither is given."""
    blob = None if data is None else wit.Blob(media_type, _bytes(data))
    return wit.Content_Document(wit.Document(uri, name, blob))


class Call:
    """One call: `arguments` and `settings`, `raw` the arguments as JSON text, `now` in RFC 3339 (UTC), the only clock."""

    def __init__(self, call, journal, fresh):
        self.tool, self.raw, self.now, self.files = call.tool, call.arguments, call.now, call.files
        self.arguments, self.settings = json.loads(call.arguments), json.loads(call.settings)
        self._journal, self._fresh, self._at = journal, fresh, 0  # One compact JSON text an entry.
        self._passed()

    def file(self, at):
        """The local file that the argument at this JSON pointer names (name, size, text, mark), or None."""
        return next((file for file in self.files if file.at == at), None)

    def write(self, to, data, sha256=None):
        """Appends bytes, text or a mark to the output file that the argument at this JSON pointer names."""
        self._writes.append(wit.Write(to, _bytes(data), sha256))

    def progress(self, done, total, words):
        """Tells the person who waits how far the call is; `total` is None where nobody knows."""
        self._progress = wit.Progress(done, total, words)

    def rounds(self, state, step):
        """`state = yield from call.rounds(first, step)`: runs the generator `step(state)` until it returns `last(state)`.
        States are JSON; a round's end is remembered in place of all that happened in it, so a thousand pages stay cheap."""
        at = self._at
        if at == len(self._journal):
            self._journal.append(_compact({"round": state}))
        while True:
            entry = json.loads(self._journal[at])
            self._at = at + 1
            if not isinstance(entry, dict):
                raise ToolError(DIVERGED)
            if "last" in entry:
                return entry["last"]
            state = yield from step(entry["round"])
            end = {"last": state.state} if isinstance(state, last) else {"round": state}
            self._journal[at:] = [_compact(end)]

    def _answers(self, sends):
        if self._at == len(self._journal):
            if not self._fresh:
                return None
            if len(self._fresh) != len(sends):
                raise ToolError(DIVERGED)
            self._journal.append(_compact([wait._kept(answer) for wait, answer in zip(sends, self._fresh)]))
            self._fresh = None
        entry = json.loads(self._journal[self._at])
        if not isinstance(entry, list) or len(entry) != len(sends):
            raise ToolError(DIVERGED)
        self._at += 1
        self._passed()
        return [Answer(*answer) for answer in entry]

    def _passed(self):  # A wait was answered, so what the tool did before it was part of an earlier turn.
        self._writes, self._progress = [], None

    def _run(self, function):
        steps, answers = function(self), None
        if not isinstance(steps, GeneratorType):
            return steps
        while True:
            try:
                wanted = steps.send(answers)
            except StopIteration as end:
                return end.value
            sends = wanted if isinstance(wanted, list) else [wanted]
            answers = self._answers(sends) if sends else []
            if answers is None:
                return wit.Step_Send([wait.request for wait in sends])
            answers = answers if isinstance(wanted, list) else answers[0]


DIVERGED = "The tool did not do the same as in its earlier turns; a plugin must be a pure function. Tell its author."


def _turn(known, call, state, answers):
    try:
        cx = Call(call, state.split("\n") if state else [], answers)
        step = cx._run(known[call.tool])
        if cx._fresh:
            raise ToolError(DIVERGED)
        if not isinstance(step, (wit.Step_Relay, wit.Step_Send, wit.Step_Done)):
            raise TypeError("it returned none of relay(...), text(...), structured(...), done(...)")
        journal = cx._journal if isinstance(step, wit.Step_Send) else []
        return wit.Turn(cx._writes, step, "\n".join(journal), cx._progress)
    except ToolError as error:
        raise Err(str(error)) from None
    except Exception as error:
        at = error.__traceback__
        while at.tb_next:
            at = at.tb_next
        file = at.tb_frame.f_code.co_filename.rsplit("/", 1)[-1]
        fault = f"{type(error).__name__}: {error} ({file}, line {at.tb_lineno})"
        raise Err(f"The tool {call.tool} has a fault: {fault}. Tell its author.") from None


def _compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _json(value):
    return value if isinstance(value, str) else _compact(value)


def _bytes(data):
    return data.encode() if isinstance(data, str) else bytes(data)
