"""`porchlight feed check`: one JSON object a line, whatever the files are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import BLOW_UP_S
from tests.service.cli.conftest import Ran, Run, environment

CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>EX-1</identifier><sender>desk@example.org</sender>
  <sent>2026-11-22T10:00:00-05:00</sent><status>Actual</status><msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>en-US</language><category>Rescue</category><event>Child Abduction Emergency</event>
    <urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
    <headline>AMBER Alert: fictional child</headline><contact>1-906-555-0100</contact>
    <area><areaDesc>Marquette</areaDesc><circle>46.54,-87.40 16</circle></area>
  </info>
</alert>
"""
POSTER = {
    "organizationCode": "NCMC",
    "caseNumber": "1",
    "lastModified": "2026-11-22T10:00:00Z",
    "children": [
        {
            "firstName": "Wren",
            "lastName": "Example",
            "missingCity": "Marquette",
            "missingState": "MI",
            "missingZip": "49855",
            "missingSince": "2026-11-22T08:00:00Z",
        }
    ],
    "contacts": [{"name": "Police", "phoneNumbers": ["1-906-555-0100"]}],
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good.xml").write_text(CAP)
    (folder / "broken.xml").write_text(CAP.replace("</alert>", ""))
    (folder / "poster.json").write_text(json.dumps(POSTER))
    return folder


def reports(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def test_good_documents_exit_with_0(porchlight: Run, files: Path) -> None:
    ran = porchlight("feed", "check", str(files / "good.xml"), str(files / "poster.json"))
    assert ran.code == 0, ran.err
    cap, poster = reports(ran)
    assert (cap["format"], poster["format"]) == ("cap", "ncmec")
    assert poster["alerts"][0]["area_provenance"] == "zip"  # type: ignore[index]


def test_one_bad_document_exits_with_1_and_stops_nothing(quick: Run, files: Path) -> None:
    names = [str(files / name) for name in ("broken.xml", "nope.xml", "good.xml")]
    ran = quick("feed", "check", names[0], names[1], str(files), names[2], "--json")
    assert ran.code == 1
    assert ran.err == ""
    found = reports(ran)
    assert [report["ok"] for report in found] == [False, False, False, True]
    assert [report["file"] for report in found] == [names[0], names[1], str(files), names[2]]
    codes = [report["problems"][0]["code"] for report in found[1:3]]  # type: ignore[index]
    assert codes == ["unreadable_file", "directory"]
    assert set(found[1]) == set(found[3])


def test_it_works_without_an_instance_and_makes_none(
    quick: Run, files: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "none"
    ran = quick("feed", "check", str(files / "poster.json"), folder=folder)
    assert ran.code == 0, ran.err
    alert = reports(ran)[0]["alerts"][0]  # type: ignore[index]
    assert alert["area_provenance"] == "zip"
    assert alert["area"]["type"] == "Polygon"
    assert not folder.exists()


def test_the_format_can_be_insisted_on(quick: Run, files: Path) -> None:
    ran = quick("feed", "check", "--format", "rss", str(files / "good.xml"))
    assert ran.code == 1
    assert quick("feed", "check", "--format", "pdf", str(files / "good.xml")).code == 2
    assert quick("feed", "check").code == 2


MEASURED = """
import re, sys, time
from pathlib import Path
from service.cli import run
begun = time.process_time()
run(["feed", "check", sys.argv[1]])
status = Path("/proc/self/status").read_text()
peak_mb = int(re.search(r"VmHWM:\\s+([0-9]+) kB", status)[1]) / 1024
print(f"{time.process_time() - begun} {peak_mb}")
"""
INSIDE = CAP.split("</info>")[0]
TOO_MUCH = {
    "100 MB of XML": (INSIDE + "<web>", "x" * 100_000_000, "</web></info></alert>"),
    "1,000,000 elements": (INSIDE, "<parameter/>" * 1_000_000, "</info></alert>"),
    "100 MB of JSON": ('{"posters":["', "x" * 100_000_000, '"]}'),
    "1,000,000 posters": ('{"posters":[', "{}," * 1_000_000, "{}]}"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_is_too_large_is_refused_in_time_and_within_100_mb(what: str, tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("w") as opened:
        opened.writelines(TOO_MUCH[what])
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(file)],
        env=environment(tmp_path / "none"),
        capture_output=True,
        text=True,
        check=True,
    )
    said, measured = done.stdout.splitlines()
    assert [found["code"] for found in json.loads(said)["problems"]] == ["too_large"]
    took_s, peak_mb = map(float, measured.split())
    assert took_s < BLOW_UP_S
    assert peak_mb < 100  # of the whole process
