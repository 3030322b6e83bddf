"""What the parent asks of the probe, as words of the form `name=value` on its command line."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


class Options:
    """The parsed words. A name that may be repeated (`preload`, `request`) keeps them all, in order."""

    def __init__(self, words: "list[str]") -> None:
        values: dict[str, str] = {}
        self.preload: list[str] = []
        self.request: list[str] = []
        for word in words:
            name, _, value = word.partition("=")
            if name == "preload":
                self.preload.append(value)
            elif name == "request":
                self.request.append(value)
            else:
                values[name] = value
        self.target = values["target"]
        """As the user wrote it; becomes `sys.argv[1]`."""
        self.module = values["module"]
        self.attribute = values.get("attribute", "")
        """Empty: look for the usual names."""
        self.factory = values.get("factory") == "1"
        self.app_dir = values["app_dir"]
        self.backend: Literal["asyncio", "uvloop", "trio"] = values["backend"]  # type: ignore[assignment]  # the tool checked it
        self.hold_ns = int(values.get("hold_ns", "0"))
        self.blocking_ns = int(values.get("blocking_ns", "0"))
        """The limit for stretches in which the event loop is blocked; 0 where there is none."""
        self.restart = values.get("restart") == "1"
        self.measure = values.get("measure", "1") == "1"
        """Record imports and sample; switched off only to measure what that costs."""
        self.wire = int(values["wire"])
        """The descriptor for events."""
        self.control = int(values["control"])
        """The descriptor on which the parent gives orders; at its end the parent is dead."""
        self.seen = int(values["seen"])
        """The descriptor of the file for where the main thread was seen last."""
        self.dump = int(values["dump"])
        """The descriptor for faulthandler, which works when Python does not."""
        self.lifeline = int(values["lifeline"])
        """The descriptor whose other end the parent alone holds, for the kernel to watch."""
        self.dump_signal = int(values["dump_signal"])
