"""Makes up children, their posters, and what sources do to a name. Seeded; fictional.

Given names are those of the nickname list, surnames are made of syllables.
"""

import random
import string
from datetime import UTC, date, datetime, timedelta

from nicknames import NickNamer

from alerts.poster import CaseKey, Child, Narrative, Place, Poster

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NAMES = NickNamer()
GIVEN = sorted(n for n in NAMES.nickname_lookup if n.isalpha() and len(n) > 2)
_BEGIN = "Ash Birch Cold Dun East Fair Grey Hart Iron Kirk Long Marsh North Oak Penn Quill Red Stan"
_END = "berg bury by dale field ford gate ham hurst land ley man ner ridge sen stead ton well wick"
FAMILY = sorted({b + e for b in _BEGIN.split() for e in _END.split()})
ACCENTED = {"García": "Garcia", "Muñoz": "Munoz", "Müller": "Mueller", "Søgård": "Sogard"} | {
    "Ivanova-Exampleva": "Ivanova Exampleva",
    "Nguyễn": "Nguyen",
    "Ö Example": "O Example",
    "O’Example": "OExample",
    "Иванова": "Ivanova",
}
PLACES = [
    ("Marquette", "MI", "Michigan", "49855"),
    ("Ishpeming", "MI", "Michigan", "49849"),
    ("Houston", "TX", "Texas", "77002"),
    ("Austin", "TX", "Texas", "78701"),
    ("El Paso", "TX", "Texas", "79901"),
    ("Los Angeles", "CA", "California", "90012"),
    ("San Diego", "CA", "California", "92101"),
    ("Fresno", "CA", "California", "93721"),
    ("New York", "NY", "New York", "10007"),
    ("Buffalo", "NY", "New York", "14202"),
    ("Miami", "FL", "Florida", "33130"),
    ("Tampa", "FL", "Florida", "33602"),
    ("Columbus", "OH", "Ohio", "43215"),
    ("Cleveland", "OH", "Ohio", "44114"),
    ("Boise", "ID", "Idaho", "83702"),
    ("Fargo", "ND", "North Dakota", "58102"),
]
# Twins are often named alike. Not chosen by what the rules can tell apart.
_TWINS = """
Ana/Anna Maria/Marie Daniel/Daniela Mia/Lia Emma/Emily Jack/Zack Carl/Karl Aiden/Jaiden Eric/Erica
Jaden/Jayden Kaitlyn/Katelyn Brianna/Breanna Tim/Tom Ella/Bella Ava/Eva Amy/Ann John/Juan Leo/Theo
Haley/Bailey Taylor/Tyler Jordan/Jorden Makayla/Mikayla Isabel/Isabella Julian/Juliana Ian/Ryan
Faith/Hope Logan/Landon Olivia/Oliver Alexander/Alexandra Gabriel/Gabriela Mary/Molly Aaron/Erin
Madison/Addison Christian/Christina Nathan/Ethan Samuel/Samantha Jonathan/Nathaniel Ella/Emma
"""
TWINS_ALIKE = [tuple(pair.split("/")) for pair in _TWINS.split()]
ORIGINS = ("NCMC", "TXDPS")


def seeded(seed: int) -> random.Random:
    """Return chances that are the same each time."""
    return random.Random(seed)  # noqa: S311 - not for secrets


def child_of(rng: random.Random) -> Child:
    """Make up a child of today."""
    city, state, _, zip_code = rng.choice(PLACES)
    born = date(2009, 1, 1) + timedelta(days=rng.randrange(16 * 365))
    since = NOW - timedelta(days=rng.randrange(0, 45), hours=rng.randrange(24))
    return Child(
        first_name=rng.choice(GIVEN).title(),
        middle_name=rng.choice(GIVEN).title() if rng.random() < 0.5 else None,
        last_name=rng.choice(FAMILY),
        date_of_birth=born,
        age_now=str((NOW.date() - born).days // 365),
        sex=rng.choice(("Male", "Female")),
        missing_since=since,
        missing_from=Place(city=city, state=state, zip=zip_code, country="US"),
    )


def poster_of(rng: random.Random, organization: str, *children: Child, says: str = "") -> Poster:
    """Make the poster of one source."""
    words = (Narrative(language="en-US", description=says),) if says else ()
    return Poster(
        case=CaseKey(organization=organization, number=str(rng.randrange(1_000_000, 9_999_999))),
        modified_at=NOW,
        children=children,
        narratives=words,
    )


def misspelt(rng: random.Random, word: str) -> str:
    """Slip once: leave a letter out, double one, swap two, or hit another key; anywhere."""
    at = rng.randrange(len(word))
    slip = rng.randrange(4)
    if slip == 0 and len(word) > 3:
        return word[:at] + word[at + 1 :]
    if slip == 1:
        return word[:at] + word[at] + word[at:]
    if slip == 2 and at + 1 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    other = rng.choice([c for c in string.ascii_lowercase if c != word[at].lower()])
    return word[:at] + other + word[at + 1 :]


def changed(child: Child, **fields: object) -> Child:
    """Return the child as another source has it."""
    return child.model_copy(update=fields)
