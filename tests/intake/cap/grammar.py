"""Documents that a CAP feed may send: good ones, by the standard's grammar, and spoilt ones.

`documents()` gives good ones as text, `spoilt()` bytes with mutations, cuts, wrong encodings, deep
nesting, huge numbers. Everybody in them is fictional.
"""

from collections.abc import Sequence
from itertools import product

from hypothesis import strategies as st

from tests.intake.cap.documents import CAP_1_0, CAP_1_1, CAP_1_2

NAMESPACES = (CAP_1_0, CAP_1_1, CAP_1_2, "", CAP_1_2.upper(), "urn:x")
STATUSES = ("Actual", "Actual", "Actual", "Exercise", "System", "Test", "Draft", "actual", "")
MSG_TYPES = ("Alert", "Alert", "Alert", "Update", "Cancel", "Ack", "Error", "ALERT")
SCOPES = ("Public", "Public", "Public", "Restricted", "Private", "public")
LANGUAGES = ("en-US", "es-US", "fr-CA", "my", "dv", "en_US", "x" * 200)
EVENTS = ("Child Abduction", "AMBER Alert", "Missing Endangered Child", "Flood", "amber")
NAMES = ("SAME", "FIPS6", "UGC", "profile:CAP-CP:Location:0.3", "NUTS", "", "WEAHandling")
VALUES = ("CAE", "MEP", "026103", "TXC201", "TXZ213", "AMBER", "0", "x" * 300, "026103 026109")
LABELS = ("childName", "childAge", "licensePlate", "vehicleColor", "childDateOfBirth")
CONTACTS = ("Example Police, 906-555-0123", "+44 20 7946 0123", "1" * 400, "call 911", "")


def escaped(text: str) -> str:
    """Write a text so that it may stand in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12).map(
    escaped
)
TIMES = st.one_of(
    st.just("2026-03-01T12:00:00-05:00"),
    st.just("2026-03-02T12:00:00-05:00"),
    st.just("2026-03-03T12:00:00-05:00"),
    st.integers(0, 9999).map(lambda year: f"{year:04}-12-31T23:59:59-00:00"),
    st.sampled_from(["2026-03-01T12:00:00Z", "2026-03-01", "9999-12-31T23:59:59+14:00", "now"]),
)
HUGE = ("1e309", "9" * 400, "-" + "9" * 30, "NaN", "inf", "0." + "0" * 80 + "1", "१२", "--1", "1_0")
NUMBERS = st.one_of(
    st.floats(-200, 200).map(lambda number: f"{number:.4f}"),
    st.integers(-90, 90).map(str),
    st.sampled_from((*HUGE, "180", "-180", "90", "-90", "0")),
)
NEAR = st.integers(0, 10**8).map(lambda n: f"{40 + n // 10**4 / 10**4},{-90 + n % 10**4 / 10**4}")
POINTS = st.one_of(NEAR, NEAR, NEAR, st.tuples(NUMBERS, NUMBERS).map(",".join))
BLANKS = st.sampled_from([" ", " ", " ", "\n", ", ", ""])


def element(name: str, inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put what is drawn into an element."""
    return inside.map(lambda text: f"<{name}>{text}</{name}>")


def maybe(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw it, or nothing."""
    return st.one_of(st.just(""), inside)


def several(inside: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    """Draw it some times over."""
    return st.lists(inside, max_size=most).map("".join)


def after_one_another(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw all, in this order."""
    return st.tuples(*parts).map("".join)


def one_of_all(*parts: Sequence[str]) -> st.SearchStrategy[str]:
    """Draw one of all ways to put these one after another: a single draw, which is fast."""
    return st.sampled_from(["".join(way) for way in product(*parts)])


def in_tags(name: str, *texts: str) -> tuple[str, ...]:
    """Write an element with each text."""
    return tuple(f"<{name}>{text}</{name}>" for text in texts)


def pairs(name: str, names: tuple[str, ...] = NAMES) -> tuple[str, ...]:
    """Write <eventCode>, <geocode> or <parameter>, as in 1.0 and later; and none, and two."""
    new = [
        f"<{name}><valueName>{one}</valueName><value>{value}</value></{name}>"
        for one, value in product(names, VALUES)
    ]
    old = [f"<{name}>{one}={value}</{name}>" for one, value in product(names, VALUES)]
    return ("", *new, *old, *(first + second for first, second in zip(new, old, strict=True)))


POLYGON = st.tuples(st.lists(POINTS, max_size=6), BLANKS).map(
    lambda drawn: drawn[1].join([*drawn[0], *drawn[0][:1]])
)
CIRCLE = st.tuples(POINTS, BLANKS, NUMBERS).map("".join)
AREA = after_one_another(
    element("areaDesc", WORDS),
    st.one_of(st.just(""), element("polygon", POLYGON), element("circle", CIRCLE)),
    st.sampled_from(pairs("geocode")),
    st.sampled_from(("", *in_tags("altitude", "1", *HUGE))),
)
RESOURCES = one_of_all(
    ("<resource><resourceDesc>x</resourceDesc>",),
    ("", *in_tags("mimeType", "image/jpeg", "audio/mpeg", "")),
    ("", *in_tags("size", "4", *HUGE)),
    ("", *in_tags("uri", "https://police.example/a.jpg", "a.jpg", "http://[")),
    ("", *in_tags("derefUri", "QUJD", "!", "data:x,QUJD")),
    ("", *in_tags("digest", "a" * 40, "SHA-1:" + "b" * 40, "z")),
    ("</resource>",),
)
WHAT = one_of_all(
    ("", *in_tags("language", *LANGUAGES)),
    in_tags("category", "Rescue", "x"),
    in_tags("event", *EVENTS),
    ("", *in_tags("responseType", "AllClear")),
    in_tags("urgency", "Immediate", "", "x"),
    in_tags("severity", "Severe"),
    in_tags("certainty", "Likely", "Very Likely"),
)
WORDED = one_of_all(
    ("", *in_tags("web", "https://police.example/", "javascript:x", "http://[")),
    ("", *in_tags("contact", *CONTACTS)),
)
INFO = after_one_another(
    WHAT,
    st.sampled_from(pairs("eventCode")),
    maybe(element("expires", TIMES)),
    maybe(element("headline", WORDS)),
    WORDED,
    st.sampled_from(pairs("parameter", (*NAMES, *LABELS))),
    maybe(RESOURCES),
    several(element("area", AREA), 2),
)
REFERENCES = st.tuples(st.sampled_from(["alerts@police.example", "a", ""]), WORDS, TIMES).map(
    ",".join
)
BODY = after_one_another(
    element("identifier", st.one_of(st.just("EX-1"), WORDS)),
    st.just("<sender>alerts@police.example</sender>"),
    element("sent", TIMES),
    one_of_all(
        in_tags("status", *STATUSES),
        in_tags("msgType", *MSG_TYPES),
        ("", *in_tags("scope", *SCOPES)),
    ),
    maybe(element("references", REFERENCES)),
    several(element("info", INFO), 2),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw an alert, or some in an envelope or a feed."""
    alerts = draw(st.lists(BODY, min_size=1, max_size=2))
    namespace = draw(st.sampled_from((*NAMESPACES[:3], *NAMESPACES)))
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    texts = [f"<alert{xmlns}>{body}</alert>" for body in alerts]
    kind = draw(st.sampled_from(["alert", "alert", "alert", "edxl", "atom", "escaped", "list"]))
    return _around(kind, texts)


def _around(kind: str, alerts: list[str]) -> str:
    if kind == "alert":
        return alerts[0]
    if kind == "edxl":
        status = "<distributionStatus>Exercise</distributionStatus>"
        xmlns = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
        return f'<EDXLDistribution xmlns="{xmlns}">{status}{"".join(alerts)}</EDXLDistribution>'
    if kind == "list":
        return f"<alerts>{''.join(alerts)}</alerts>"
    entries = [escaped(a) if kind == "escaped" else a for a in alerts]
    inside = "".join(f"<entry><content>{entry}</content></entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{inside}</feed>'


CODECS = (*["utf-8"] * 16, "utf-16", "utf-32", "utf-16-le", "latin-1", "cp1252", "utf-7")
PROLOGS = (
    *[""] * 12,
    *['<?xml version="1.0" encoding="UTF-8"?>'] * 3,
    '<?xml version="1.0" encoding="utf-16"?>',
    '<?xml version="1.0" encoding="ebcdic-cp-us"?>',
    '  \n<?xml version="1.0"?>',
    '<!DOCTYPE a [<!ENTITY x "y">]>',
    "<!-- x -->",
)
SNIPPETS = (
    "<",
    ">",
    "&",
    "&#0;",
    "&#x1F600;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "\x00",
    "\ufeff",
    "é",
    '"',
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Draw a document as it may come over the wire."""
    text = draw(st.sampled_from(PROLOGS)) + draw(documents())
    how = draw(st.sampled_from(["good", "good", "good", "good", "cut", "mutate", "nest", "swap"]))
    if how == "nest":
        depth = draw(st.sampled_from([10, 70, 300, 5_000]))
        text = text.replace("<info>", "<x>" * depth + "<info>", 1)
        text = text.replace("</info>", "</info>" + "</x>" * depth, 1)
    if how == "swap":
        old, new = (draw(st.sampled_from(["area", "info", "sent", "value", "alert"])) for _ in "ab")
        text = text.replace(f"<{old}", f"<{new}")
    raw = text.encode(draw(st.sampled_from(CODECS)), "replace")
    if how == "cut":
        return raw[: draw(st.integers(0, len(raw)))]
    return _mutated(draw, raw) if how == "mutate" else raw


def _mutated(draw: st.DrawFn, raw: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(0, len(raw))))
        length = draw(st.integers(0, 60))
        new = draw(st.one_of(st.binary(max_size=8), st.sampled_from(SNIPPETS).map(str.encode)))
        raw = raw[:start] + new + raw[start + length :]
    return raw
