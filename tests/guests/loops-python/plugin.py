"""The plugin `loopspy`: a tool that never ends, and one that does, to see that a looping guest is stopped and its neighbour
is not."""

from tickiti_relay import plugin, text, tool


@tool("Loop for ever", {})
def spin(call):
    """Loops for ever."""
    count = 0
    while True:
        count += 1


@tool("Say hello", {})
def hello(call):
    """Says hello."""
    return text("Hello from Python.")


Tools = plugin("loopspy", "0.1.0", "Loops for ever, to be stopped.", [spin, hello])
