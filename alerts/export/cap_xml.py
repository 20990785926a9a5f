"""Writes CAP's elements: texts that XML can carry, in the order in which they are added."""

import re

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

# What XML 1.0 (2.2) can't carry; sources send such characters in free text.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")  # xs:language


class Writer:
    """One element that is being written."""

    def __init__(self, name: str) -> None:
        self.element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})

    def child(self, name: str) -> "Writer":
        """Add an element that holds others."""
        made = Writer(name)
        self.element.append(made.element)
        return made

    def add(self, name: str, text: str | None) -> None:
        """Add an element with a text; none for no text."""
        clean = without_controls(text or "").strip()
        if clean:
            etree.SubElement(self.element, f"{{{NAMESPACE}}}{name}").text = clean

    def pair(self, name: str, value_name: str, value: str) -> None:
        """Add a name-value pair: eventCode, parameter, geocode."""
        made = self.child(name)
        made.add("valueName", value_name)
        made.add("value", value)


def without_controls(text: str) -> str:
    """Return a text with a blank for each character that XML can't carry."""
    return _NO_XML.sub(" ", text)


def language_tag(language: str) -> str:
    """Return a language as XML Schema wants it: "en-US"; "und" for what is none."""
    tag = language.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else "und"
