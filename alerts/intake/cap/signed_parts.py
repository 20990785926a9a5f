"""Which part of a document does an XML signature stand for, and may it be checked at all?

Works on one alert at a time, taken out of whatever it stands in. Nothing here trusts anything: it
only says which signatures an alert has, whether their form is one that can be checked without
danger, and what of the alert is content.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
SIGNATURE = f"{DS}Signature"
MAX_SIGNATURES = 3  # of an alert; Canada's has two, its author's and its aggregator's

_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_C14N_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL = frozenset(
    method + comments
    for method in (_C14N, _C14N_1_1, _EXCLUSIVE)
    for comments in ("", "#WithComments", "WithComments")
)
# No XPath, no XSLT, no base64: what is left out or made up by a transform is signed by nobody.
_TRANSFORMS = _CANONICAL | {"http://www.w3.org/2000/09/xmldsig#enveloped-signature"}
_SHA1 = frozenset(
    {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSignature:
    """One signature of an alert, in a copy of the alert that stands alone."""

    element: Any  # the <Signature>, the first one of its alert
    alert: Any

    @property
    def is_weak(self) -> bool:
        """It rests on SHA-1, for which collisions can be made (Leurent and Peyrin 2020)."""
        used = self.element.iter(f"{DS}SignatureMethod", f"{DS}DigestMethod")
        return any(method.get("Algorithm") in _SHA1 for method in used)

    @property
    def certificates(self) -> tuple[str, ...]:
        """The certificates inside, base64 without blanks: they say who claims to have signed."""
        texts = (found.text or "" for found in self.element.iter(f"{DS}X509Certificate"))
        return tuple("".join(text.split()) for text in texts)

    @property
    def form_problem(self) -> str:
        """Why it can't be checked, "" if it can."""
        info = self.element.findall(f"{DS}SignedInfo")
        references = self.element.findall(f"{DS}SignedInfo/{DS}Reference")
        if len(info) != 1 or len(references) != 1:
            return "it must have one SignedInfo with one Reference"
        if not self._is_about_its_alert(references[0].get("URI")):
            return "it must be about the alert that it stands in"
        transforms = references[0].findall(f".//{DS}Transform")
        canonical = info[0].find(f"{DS}CanonicalizationMethod")
        if canonical is None or canonical.get("Algorithm") not in _CANONICAL:
            return "its canonicalization isn't accepted"
        if any(transform.get("Algorithm") not in _TRANSFORMS for transform in transforms):
            return "it uses a transform that isn't accepted"
        return ""

    def _is_about_its_alert(self, uri: str | None) -> bool:
        if uri == "":
            return True
        own = {self.alert.get(name) for name in ("Id", "ID", "id")} - {None, ""}
        return bool(uri) and uri[:1] == "#" and uri[1:] in own if uri else False


def own_signatures(alert: bytes) -> Iterator[OwnSignature]:
    """Yield the signatures that are children of an alert, each in two copies of the alert.

    The first copy has this signature only, the second the others too: one that was made later
    covers those before it. In both it comes first, where the library looks for it.
    """
    count = min(len(_tree(alert).findall(SIGNATURE)), MAX_SIGNATURES)
    for number in range(count):
        yield _own(_tree(alert), number, alone=True)
        if count > 1:
            yield _own(_tree(alert), number, alone=False)


def _own(alert: Any, number: int, *, alone: bool) -> OwnSignature:
    signatures = alert.findall(SIGNATURE)
    mine = signatures[number]
    for one in signatures if alone else [mine]:
        _take_out(one)
    alert.insert(0, mine)
    return OwnSignature(element=mine, alert=alert)


def _take_out(element: Any) -> None:
    """Remove an element, not the text behind it."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)


def content_of(alert: Any) -> bytes:
    """Return what an alert says, without its signatures, comments and instructions, canonical."""
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True)
    copy = etree.fromstring(etree.tostring(alert, with_tail=False), parser)
    for signature in copy.findall(SIGNATURE):
        _take_out(signature)
    return bytes(etree.tostring(copy, method="c14n", exclusive=True, with_comments=False))


def has_signature_elsewhere(root: Any) -> bool:
    """Tell whether a signature stands somewhere where it says nothing of an alert."""
    return any(True for _ in root.iter(SIGNATURE))


def _tree(alert: bytes) -> Any:
    return etree.fromstring(alert, etree.XMLParser(resolve_entities=False))
