"""Pages of HTML as values: the rendered reports, read strictly, and reports full of strings that would be markup."""

from html.parser import HTMLParser
from typing import Any

from msgspec import Struct, structs
from rendering import render
from reports import EVIL, ROOT

from lifespan_cli.model import Report
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style

MARKUP = "</script><script>document.title='owned'</script><!-- \"><img src=x onerror=document.title='owned'> ' onload='"
PAYLOAD = f"{MARKUP}</title></style></svg>]]>&lt;b&gt;\u2028\u202e\x00\x1b[31m{EVIL}"


class Element:
    """An element of a page, with its text and its children."""

    def __init__(self, name: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children: list[Element] = []
        self.parts: list[Element | str] = []

    @property
    def own(self) -> str:
        """Its text without that of the elements in it."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def raw(self) -> str:
        """Its text as it is, for an element that keeps lines."""
        return "".join(part if isinstance(part, str) else part.raw for part in self.parts)

    @property
    def text(self) -> str:
        """Its text as it is shown, on one line."""
        return " ".join(self.raw.split())

    @property
    def look(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self, name: str = "", look: str = "") -> "list[Element]":
        """The elements below this one of that name and class."""
        found = []
        for child in self.children:
            if name in ("", child.name) and (not look or look in child.look):
                found.append(child)
            found += child.all(name, look)
        return found

    def one(self, name: str = "", look: str = "") -> "Element":
        (found,) = self.all(name, look)
        return found


class Page(HTMLParser):
    """A strict reader of the pages: every element is closed in its turn, every attribute is given once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)
        self.comments = 0
        self.feed(text)
        self.close()
        assert self.here is self.root

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert len(dict(attrs)) == len(attrs)
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        self.here.parts.append(element)
        if tag != "meta":
            self.here = element

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.here.name
        self.here = self.here.parent or self.root

    def handle_data(self, data: str) -> None:
        self.here.parts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments += 1


def html(shown: Report | DiagnosedReport, root: str = ROOT) -> str:
    return render("html", shown, Style(root=root))


def page(shown: Report | DiagnosedReport) -> Element:
    """The page, after a look at what every page must be."""
    text = html(shown)
    assert text.isascii()
    assert text.startswith('<!doctype html>\n<html lang="en">')
    assert text.endswith("</html>\n")
    read = Page(text)
    assert read.comments == 0
    everything = read.root.all()
    for element in everything:
        assert not {name for name in element.attributes if name.startswith("on") or name in ("style", "src", "srcset")}
        assert element.attributes.get("href", "#").startswith("#")
    assert not {element.name for element in everything} & {"img", "iframe", "object", "embed", "link", "base", "form"}
    assert len(code(read.root)) == len(read.root.all("style")) == 1
    return read.root


def code(element: Element) -> list[Element]:
    """The scripts that are executed."""
    return [script for script in element.all("script") if script.attributes.get("type") != "application/json"]


def replaced(value: Any, old: str, new: str) -> Any:
    """The value with one string in it, wherever it is, made another."""
    if isinstance(value, Struct):
        changed = {name: replaced(item, old, new) for name, item in structs.asdict(value).items()}
        return type(value)(**changed)
    if isinstance(value, tuple):
        return tuple(replaced(item, old, new) for item in value)
    if isinstance(value, dict):
        return {replaced(key, old, new): replaced(item, old, new) for key, item in value.items()}
    return value.replace(old, new) if isinstance(value, str) else value


def hostile(shown: Report) -> Report:
    return replaced(shown, EVIL, PAYLOAD)


def rows(element: Element, look: str) -> list[list[str]]:
    """The cells of all tables of that class."""
    return [
        [cell.text for cell in row.children]
        for table in element.all("table", look)
        for row in table.one("tbody").all("tr")
    ]
