"""What the helper for Python promises, turn by turn. `cargo xtask examples` runs this, with bindings made from the contract."""

import json
import unittest

from componentize_py_types import Err
from tickiti_relay import ToolError, audio, document, done, image, last, plugin, relay, send, structured, text, tool, words
from wit_world.exports import tools as wit


def played(function, arguments=None, answers=(), settings=None):
    """Every turn of a call; `answers` are lists of (status, body) or (status, body, held), one list a turn."""
    tools = plugin("probe", "0.1.0", "Probes.", [function])()
    call = wit.Call(
        function.__name__, json.dumps(arguments or {}), json.dumps(settings or {}), "2026-11-22T08:00:00Z", []
    )
    turns = [tools.start(call)]
    for round in answers:
        given = [wit.Answer(row[0], json.dumps(row[1]), row[2] if len(row) > 2 else None) for row in round]
        again = [tools.resume(call, turns[-1].state, given) for _ in range(2)]
        assert again[0] == again[1], "the same turn came out differently"
        turns.append(again[0])
    return turns


def sent(turn):
    assert isinstance(turn.step, wit.Step_Send), turn.step
    return [(request.route, json.loads(request.input)) for request in turn.step.value]


class Helper(unittest.TestCase):
    def test_describe_tells_all_that_was_declared(self):
        @tool(
            "Do it",
            {"path": {"type": "string"}},
            required=["path"],
            effect="destructive",
            routes=["a.b"],
            files={"/path": "output"},
            open_world=True,
            output={"type": "object"},
        )
        def do_it(call):
            """Does it,
            and more.

            Needs a:write."""

        (told,) = plugin("probe", "0.1.0", "Probes.", [do_it])().describe().tools
        self.assertEqual((told.name, told.title, told.effect), ("do_it", "Do it", wit.Effect.DESTRUCTIVE))
        self.assertEqual(told.description, "Does it, and more.\n\nNeeds a:write.")
        self.assertEqual(
            told.input,
            '{"type":"object","properties":{"path":{"type":"string"}},"required":["path"],"additionalProperties":false}',
        )
        self.assertEqual((told.output, told.routes, told.idempotent, told.open_world), ('{"type":"object"}', ["a.b"], False, True))
        self.assertEqual(told.files, [wit.FileArgument("/path", wit.Access.OUTPUT)])

    def test_what_is_declared_wrongly_fails_the_build_with_the_tool_and_the_place(self):
        def told(**declared):
            try:
                tool("Go", {"path": {}}, **declared)(lambda call: text(""))
            except (TypeError, ValueError) as error:
                return str(error)
            return "taken"

        self.assertEqual(told(required=["path"], effect="write", files={"/path": "image"}), "taken")
        self.assertIn("`effect` is 'reed'; it must be one of read, write, destructive", told(effect="reed"))
        self.assertIn("`effect` is 'READ'", told(effect="READ"))
        self.assertIn("`files`, /path, is 'imge'; it must be one of text, image", told(files={"/path": "imge"}))
        self.assertIn("`required` names 'pth', which is none of its arguments", told(required=["pth"]))
        self.assertIn("must be lists", told(required="path"))
        self.assertIn("must be lists", told(routes="a.b"))
        with self.assertRaisesRegex(TypeError, r"`undeclared` is no tool: write @tool"):
            def undeclared(call):
                pass

            plugin("probe", "0.1.0", "Probes.", [undeclared])

    def test_a_result_may_have_pieces_of_every_kind(self):
        @tool("Show", {})
        def go(call):
            pieces = words("seen"), image("image/png", "m"), audio("audio/wav", "m")
            return done(*pieces, document("a:1", "one.pdf", "application/pdf", "m"), document("a:2", "two.pdf"))

        content = played(go)[0].step.value.content
        self.assertEqual(content[0], wit.Content_Text("seen"))
        self.assertEqual(content[2], wit.Content_Audio(wit.Blob("audio/wav", b"m")))
        self.assertEqual(content[3].value.blob, wit.Blob("application/pdf", b"m"))
        self.assertEqual(content[4], wit.Content_Document(wit.Document("a:2", "two.pdf", None)))

    def test_arguments_are_relayed_as_they_were_written(self):
        @tool("Relay", {})
        def go(call):
            return relay("a.b", call.raw)

        (turn,) = played(go, {"b": 1.0, "a": "ü"})
        self.assertEqual(turn.step.value.input, json.dumps({"b": 1.0, "a": "ü"}))

    def test_json_is_compact_and_keeps_letters(self):
        @tool("Relay", {})
        def go(call):
            return relay("a.b", {"x": [1, "ü"], "y": None})

        self.assertEqual(played(go)[0].step.value.input, '{"x":[1,"ü"],"y":null}')

    def test_waits_are_answered_again_and_what_was_done_before_them_is_not_done_again(self):
        @tool("Wait", {}, files={"/path": "output"})
        def go(call):
            call.write("/path", "begin ")
            one = yield send("a.one", {"x": 1}, accept=[404], hold="/data")
            call.write("/path", one.held.mark if one.held else "none ")
            call.progress(1, None, "one")
            two, three = yield [send("a.two", {}), send("a.three", {}, keep=lambda body: body["n"])]
            two.body["changed"] = True  # Must not reach the journal.
            nothing = yield []
            four = yield send("a.four", {"status": one.status, "three": three.body})
            return done(image("image/png", b"\1\2"), structured=[two.body, four.body, nothing])

        held = wit.Held("m" * 32, 5, 1, True)
        turns = played(go, answers=[[(200, {}, held)], [(200, {"n": 2}), (200, {"n": 3, "rest": "x\n" * 9})], [(200, 4)]])
        self.assertEqual([sent(turn) for turn in turns[:3]], [
            [("a.one", {"x": 1})], [("a.two", {}), ("a.three", {})], [("a.four", {"status": 200, "three": 3})],
        ])
        self.assertEqual((turns[0].step.value[0].accept, turns[0].step.value[0].hold), ([404], "/data"))
        self.assertEqual([[write.data for write in turn.writes] for turn in turns], [[b"begin "], [b"m" * 32], [], []])
        self.assertEqual([turn.progress and turn.progress.text for turn in turns], [None, "one", None, None])
        self.assertNotIn("rest", turns[2].state)
        self.assertEqual(turns[3].step.value.structured, '[{"n":2,"changed":true},4,[]]')
        self.assertEqual(turns[3].state, "")

    def test_keep_does_not_see_a_failure_that_was_accepted(self):
        @tool("Wait", {})
        def go(call):
            answer = yield send("a.one", {}, accept=[404], keep=lambda body: body["data"])
            return structured([answer.status, answer.body])

        turns = played(go, answers=[[(404, {"error": "not_found"})]])
        self.assertEqual(turns[1].step.value.structured, '[404,{"error":"not_found"}]')

    def test_rounds_forget_the_pages_before(self):
        @tool("Count", {}, files={"/path": "output"})
        def go(call):
            first = yield send("a.first", {})

            def page(state):
                answer = yield send("a.page", {"cursor": state["cursor"]})
                call.write("/path", f"page {state['cursor']} ")
                state = {"cursor": answer.body["next"], "count": state["count"] + answer.body["rows"]}
                return state if state["cursor"] else last(state)

            counted = yield from call.rounds({"cursor": 1, "count": 0}, page)
            after = yield send("a.after", {"count": counted["count"]})
            return structured([first.body, counted["count"], after.body])

        pages = [[(200, {"rows": 10, "next": at, "pad": "p" * 1000})] for at in range(2, 50)]
        turns = played(go, answers=[[(200, "first")], *pages, [(200, {"rows": 7, "next": None})], [(200, "after")]])
        self.assertEqual(sent(turns[1]), [("a.page", {"cursor": 1})])
        self.assertLess(max(len(turn.state) for turn in turns), 200)
        self.assertEqual([write.data for write in turns[3].writes], [b"page 2 "])
        self.assertEqual(sent(turns[-2]), [("a.after", {"count": 487})])
        self.assertEqual(turns[-1].step.value.structured, '["first",487,"after"]')

    def test_a_sentence_ends_the_call(self):
        @tool("Refuse", {})
        def go(call):
            raise ToolError("No. Try again.")

        with self.assertRaises(Err) as raised:
            played(go)
        self.assertEqual(raised.exception.value, "No. Try again.")

    def test_a_fault_says_where_it_is(self):
        @tool("Fail", {})
        def go(call):
            yield send("a.one", {})
            return text(call.nothing)

        with self.assertRaises(Err) as raised:
            played(go, answers=[[(200, {})]])
        self.assertIn("'Call' object has no attribute 'nothing' (test_tickiti_relay.py, line ", raised.exception.value)

        @tool("Forget", {})
        def forgets(call):
            pass

        with self.assertRaises(Err) as raised:
            played(forgets)
        self.assertIn("it returned none of relay(...)", raised.exception.value)

    def test_a_tool_that_does_not_do_the_same_again_is_told(self):
        seen = []

        @tool("Wander", {})
        def go(call):
            seen.append(1)
            if len(seen) == 1:
                yield [send("a.one", {}), send("a.two", {})]
            yield send("a.three", {})

        with self.assertRaises(Err) as raised:
            played(go, answers=[[(200, 1), (200, 2)]])
        self.assertIn("must be a pure function", raised.exception.value)


if __name__ == "__main__":
    unittest.main()
