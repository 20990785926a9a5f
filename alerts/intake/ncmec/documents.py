"""Which posters are in this file? One, a listing, an array, or an older child detail document."""

from collections.abc import Iterator, Mapping

from alerts.intake.ncmec.child_bean import read_child_bean
from alerts.intake.ncmec.fields import Fields, Findings
from alerts.intake.ncmec.json_text import read_json
from alerts.intake.ncmec.reader import PosterReading, read_poster
from alerts.poster import Poster
from alerts.problem import Problem, error, warning

MAX_POSTERS = 20_000  # of one document: four times what NCMEC lists
_MOST_PROBLEMS = 1_000  # findings that are reported of one document


def read_ncmec_document(raw: bytes) -> tuple[tuple[Poster, ...], tuple[Problem, ...]]:
    """Read every poster of a JSON document.

    Parameters
    ----------
    raw: a Poster or Feature; `{"posters": [...]}` as GET /Posters answers; a FeatureCollection;
        an array of any of these; or `{"childBean": {...}}`.

    Returns
    -------
    The posters that could be read, and the problems of all of them with pointers from the
    document's root. A poster with an error is left out and doesn't stop the rest; more than
    MAX_POSTERS aren't read at all (`too_many_posters`). Never raises.
    """
    document = read_json(raw)
    if not document.ok:
        return (), document.problems
    if _count(document.value) > MAX_POSTERS:
        message = f"More than {MAX_POSTERS:,} posters: send them in parts."
        return (), (error("too_many_posters", "", message),)
    posters: list[Poster] = []
    problems = list(document.problems)
    for where, reading in _readings(document.value):
        posters.extend([reading.poster] if reading.poster else [])
        room = max(_MOST_PROBLEMS - len(problems), 0)
        told = reading.problems[:room]
        problems.extend(p.model_copy(update={"where": where + p.where}) for p in told)
    if not posters and not problems:
        problems.append(warning("empty_listing", "", "The document holds no poster."))
    return tuple(posters), tuple(problems)


def _count(value: object) -> int:
    if isinstance(value, Mapping):
        value = value.get("posters") or value.get("features")
    return len(value) if isinstance(value, list) else 1


def _readings(value: object) -> Iterator[tuple[str, PosterReading]]:
    """Read each item with the pointer to it."""
    if isinstance(value, list):
        yield from ((f"/{i}", read_poster(item)) for i, item in enumerate(value))
        return
    if isinstance(value, Mapping):
        if isinstance(value.get("childBean"), Mapping):
            yield "", _read_bean(value)
            return
        for name in ("posters", "features"):
            if isinstance(items := value.get(name), list):
                yield from ((f"/{name}/{i}", read_poster(item)) for i, item in enumerate(items))
                return
    yield "", read_poster(value)


def _read_bean(value: Mapping[str, object]) -> PosterReading:
    findings = Findings()
    document = Fields(value, "", findings)
    document.ignore("status", "msg")
    bean = document.member("childBean")
    poster = read_child_bean(bean) if bean else None
    document.rest()
    return PosterReading(
        poster=None if findings.refused else poster, problems=tuple(findings.problems)
    )
