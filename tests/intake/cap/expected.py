"""What each real document says, written down by eye from the files (none in a user's clone).

Bounds are west, south, east, north of the outlines as written; circles are lon, lat and kilometres,
0 for a point. Geocodes are as they stand in the file, schemes in lower case. Only what a file says
in so many words: nothing here comes from our reader.
"""

from dataclasses import dataclass

Bounds = tuple[float, float, float, float]
Circle = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What one alert says."""

    identifier: str
    sender: str
    sent: str  # UTC
    languages: tuple[str, ...] = ("en-US",)  # of its info blocks; CAP's default where none is named
    references: tuple[str, ...] = ()
    msg_type: str = "Alert"
    status: str = "Actual"
    scope: str = "Public"
    polygons: tuple[Bounds, ...] = ()  # each once, however many info blocks repeat it
    parts: int | None = None  # of the ground; by itself, one a polygon
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()  # of all areas, each once
    places: tuple[str, ...] = ()  # of an area that comes from geocodes


def same(*codes: str, scheme: str = "same") -> tuple[tuple[str, str], ...]:
    return tuple((scheme, code) for code in codes)


CHILD = Expected(
    identifier="KAR0-0306112239-SW",
    sender="KARO@CLETS.DOJ.CA.GOV",
    sent="2003-06-12T05:39:00Z",
    geocodes=same("006037"),
    places=("fips:06037",),  # Los Angeles
)
STORM = Expected(
    identifier="KSTO1055887203",
    sender="KSTO@NWS.NOAA.GOV",
    sent="2003-06-17T21:57:00Z",
    polygons=((-120.14, 38.34, -119.74, 38.62),),
    geocodes=same("006109", "006009", "006003"),
)
QUAKE = Expected(
    identifier="TRI13970876.1",
    sender="trinet@caltech.edu",
    sent="2003-06-12T03:56:00Z",
    circles=((-115.5527, 32.9525, 0),),
)
HOMELAND = Expected(identifier="43b080713727", sender="hsas@dhs.gov", sent="2003-04-02T19:39:01Z")
NSW = "webmaster@rfs.nsw.gov.au"


def bushfire(number: str, sent: str, lon: float, lat: float) -> Expected:
    return Expected(
        identifier=f"tag:www.rfs.nsw.gov.au2011-10-18:{number}",
        sender=NSW,
        sent=sent,
        languages=("en-AU",),
        circles=((lon, lat, 0),),
        geocodes=(("iso 3166-2", "AU-NSW"),),
    )


CANADA = "profile:cap-cp:location:0.3"
CLC = "layer:ec-msc-smc:1.0:clc"
SASKATCHEWAN = Expected(
    identifier="2.49.0.1.124.f2c83f5f.2013",
    sender="cap-pac@ec.gc.ca",
    sent="2013-01-24T21:26:00Z",
    languages=("en-CA", "fr-CA"),
    msg_type="Update",
    references=(
        "cap-pac@ec.gc.ca,2.49.0.1.124.726d2331.2013,2013-01-23T21:31:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.dbd93ecf.2013,2013-01-23T21:31:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.776b7be9.2013,2013-01-24T03:46:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.644896f9.2013,2013-01-24T03:46:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.775add0e.2013,2013-01-24T10:37:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.be023d99.2013,2013-01-24T10:37:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.55e158d5.2013,2013-01-24T16:35:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.aa4c1c13.2013,2013-01-24T16:35:00-00:00",
        "cap-pac@ec.gc.ca,2.49.0.1.124.b5af9b7c.2013,2013-01-24T21:26:00-00:00",
    ),
    polygons=((-106.7776, 53.5685, -104.2, 56.12), (-110.0, 54.4855, -106.753, 56.12)),
    parts=1,
    geocodes=(
        (CLC, "067200"),
        *same("4716053", "4718012", "4718015", "4718041", "4718042", scheme=CANADA),
        *same("4718062", "4718065", "4718090", "4718802", "4718803", scheme=CANADA),
        *same("4718808", "4718809", "4718810", "4718811", "4718812", scheme=CANADA),
        *same("4718813", "4718831", "4718844", "4718849", scheme=CANADA),
        (CLC, "067100"),
        *same("4718023", "4718028", "4718030", "4718033", "4718067", scheme=CANADA),
        *same("4718069", "4718070", "4718071", "4718072", scheme=CANADA),  # and 4718090 again
        *same("4718807", "4718814", "4718817", "4718818", "4718829", scheme=CANADA),
    ),
)
# By folder and name; a document with several alerts has them in the order of the file.
GOOGLE: dict[str, tuple[Expected, ...]] = {
    "google-cap-library/testdata/amber.atom": (
        Expected(
            identifier="http://doj.dc.gov/amber12345",
            sender="KARO@CLETS.DOJ.DC.GOV",
            sent="2010-06-04T00:15:00Z",
            geocodes=same("006037", scheme="fips6"),
            places=("fips:06037",),
        ),
    ),
    "google-cap-library/testdata/australia.cap": (
        Expected(
            identifier="tag:www.rfs.nsw.gov.au2011-10-06:40184",
            sender=NSW,
            sent="2011-10-05T13:04:00Z",
            languages=("en-AU", "en-AU"),
            circles=((147.0598, -35.3888, 25),),
            geocodes=(
                ("http://www.iso.org/iso/country_codes.html", "AU-NSW"),
                ("http://www.psma.com.au/?product=postcode-boundaries", "2642"),
            ),
        ),
    ),
    "google-cap-library/testdata/bushfire_valid.edxlde": (
        bushfire("40500", "2011-10-17T11:18:00Z", 151.9576, -30.546),
        bushfire("40444", "2011-10-17T05:34:00Z", 141.0118, -30.0266),
        bushfire("40394", "2011-10-17T05:30:00Z", 141.3707, -29.0699),
        bushfire("40428", "2011-10-17T05:15:00Z", 141.0412, -31.4023),
        bushfire("40484", "2011-10-17T04:30:00Z", 150.0102, -34.2805),
        bushfire("40487", "2011-10-17T03:23:00Z", 148.3683, -34.5678),
        bushfire("40435", "2011-10-17T02:30:00Z", 149.1685, -33.7614),
    ),
    "google-cap-library/testdata/canada.cap": (
        Expected(
            identifier="2.49.0.1.124.6bddbc91.2012",
            sender="cap@ec.gc.ca",
            sent="2012-05-02T23:21:04Z",
            languages=("en-CA", "fr-CA"),
            msg_type="Update",
            references=(
                "cap@ec.gc.ca,2.49.0.1.124.a3f342a4.2012,2012-05-02T21:45:05-00:00",
                "cap@ec.gc.ca,2.49.0.1.124.60f31a3a.2012,2012-05-02T21:55:21-00:00",
            ),
            polygons=(
                (-83.1224, 41.7134, -82.3198, 42.3481),
                (-82.4889, 41.9568, -81.5498, 42.651),
            ),
            parts=1,
            geocodes=(
                (CLC, "041420"),
                *same("3537001", "3537003", "3537013", "3537016", "3537028", scheme=CANADA),
                *same("3537034", "3537039", "3537048", "3537064", scheme=CANADA),
                (CLC, "041410"),
                *same("3536020", "3536029", scheme=CANADA),
            ),
        ),
    ),
    "google-cap-library/testdata/canada_signed.atom": (SASKATCHEWAN,),
    "google-cap-library/testdata/canada_signed.cap": (SASKATCHEWAN,),
    "google-cap-library/testdata/earthquake-iso8859-1.cap": (
        Expected(
            identifier="USGS-earthquakes-usB000D5T4.3947362.7.20121014T225304.360Z.0",
            sender="http://earthquake.usgs.gov/research/monitoring/anss/neic/",
            sent="2012-10-14T22:53:04Z",
            circles=((-88.783, 12.747, 0),),
        ),
    ),
    "google-cap-library/testdata/earthquake.cap": (
        Expected(
            identifier="USGS-earthquakes-us2010apcd.6.20100831T000925.496Z",
            sender="http://earthquake.usgs.gov/research/monitoring/anss/neic/",
            sent="2010-08-31T05:09:25Z",
            circles=((-173.274, -16.053, 0),),
        ),
    ),
    "google-cap-library/testdata/earthquake_signed.cap": (
        Expected(
            identifier="USGS-earthquakes-nc71635010.28103893.20110906T171538.586Z",
            sender="http://www.cisn.org/ncmc.html",
            sent="2011-09-06T17:15:38Z",
            circles=((-122.812, 38.82, 0),),
        ),
    ),
    "google-cap-library/testdata/no_entries.atom": (
        Expected(
            identifier="9227922014-06-17T09:35:35+09:30",
            sender="cfsmedia@cfs.sa.gov.au",
            sent="2014-06-17T00:05:35Z",
            references=(
                "cfsmedia@cfs.sa.gov.au,9227922014-06-11T09:41:37+09:30,2014-06-11T09:41:37+09:30",
            ),
            geocodes=(("iso 3166-2", "AU_SA"),),
        ),
    ),
    "google-cap-library/testdata/no_optional_fields.cap": (
        Expected(
            identifier="USGS-earthquakes-us2010apcd.6.20100831T000925.496Z",
            sender="http://earthquake.usgs.gov/research/monitoring/anss/neic/",
            sent="2010-08-31T05:09:25Z",
            languages=(),
        ),
    ),
    "google-cap-library/testdata/noaa_errors.cap": (  # <references></references>, "-118.09,"
        Expected(
            identifier="NOAA-NWS-ALERTS-NV20110710035200FloodWarning20110812031500"
            "NV.LKNFLWLKN.b246748c7bbfa7c65ae9b960569510dd",
            sender="w-nws.webmaster@noaa.gov",
            sent="2011-07-10T03:52:00Z",
            polygons=((-118.09, 40.84, -117.47, 41.12),),
            geocodes=(("fips6", "032013"), ("ugc", "NVC013")),
        ),
    ),
    "google-cap-library/testdata/wcatwc-warning.cap": (
        Expected(
            identifier="PAAQ-2-lqw6d6",
            sender="http://newwcatwc.arh.noaa.gov/tsuPortal/",
            sent="2011-09-02T11:36:50Z",
            msg_type="Update",
            references=("PAAQ,PAAQ-1-lqw6d6,2011-09-02T10:55:55-00:00",),
            geocodes=same("AKZ185", "AKZ187", scheme="ugc"),
        ),
    ),
    "google-cap-library/testdata/weather.atom": (
        Expected(
            identifier="NOAA-NWS-ALERTS-MT20120830100700TFXFlashFloodWatchTFX20120830180000MT",
            sender="w-nws.webmaster@noaa.gov",
            sent="2012-08-30T10:07:00Z",
            geocodes=(("fips6", "030049"), ("ugc", "MTZ014")),
            places=("fips:30049",),  # Lewis and Clark
        ),
    ),
    "google-cap-library/testdata/weather.cap": (
        Expected(
            identifier="NOAA-NWS-ALERTS-MT20100830100700TFXFlashFloodWatchTFX20100830180000MT",
            sender="w-nws.webmaster@noaa.gov",
            sent="2010-08-30T10:07:00Z",
            geocodes=(("fips6", "030049"), ("ugc", "MTZ014")),
            places=("fips:30049",),
        ),
    ),
    "google-cap-library/testdata/weather_invalid.atom": (  # its identifier is "INVALID, "
        Expected(
            identifier="INVALID,", sender="w-nws.webmaster@noaa.gov", sent="2010-08-30T10:07:00Z"
        ),
    ),
}

# Documents that only lead to alerts: how many, and the first.
INDEXES: dict[str, tuple[int, str]] = {
    "google-cap-library/testdata/earthquake_index.atom": (
        1,
        "http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd",
    ),
    "google-cap-library/testdata/weather_index.atom": (
        2,
        "http://www.weather.gov/alerts-beta/wwacapget.php"
        "?x=CT20100831030400OKXAirQualityAlertOKX20100901031500CT",
    ),
    "ibm-cap/nws_atom_feed_example.xml": (
        163,
        "https://alerts.weather.gov/cap/wwacapget.php?x=AK125AB652A170.HighWindWarning."
        "125AB660BDF0AK.AFGNPWNSB.e9d4afdcacb3b7015f58bccc1db60d46",
    ),
    "google-cap-library/testdata/ny_index.rss": (
        2,
        "http://www.nyalert.gov/Public/News/GetCapAlert.aspx?capID=NYAlert-ALLHAZALERT-3167113",
    ),
    "google-cap-library/validator-examples/amber.rss": (
        1,
        "http://cap-validator.appspot.com/examples/KAR0-0306112239-SW.cap",
    ),
}

# What can't be acted on, and why.
REFUSED: dict[str, str] = {
    "google-cap-library/testdata/xee.cap": "xml_attack",
    "google-cap-library/testdata/xee.atom": "xml_attack",
    "google-cap-library/testdata/bushfire_invalid.edxlde": "missing_field",  # its second alert
    "google-cap-library/testdata/invalid.cap": "missing_field",  # no <scope>
    "google-cap-library/testdata/canada_errors.cap": "missing_references",  # an Update of nothing
    "google-cap-library/testdata/invalid.rss": "no_alerts",
    "google-cap-library/testdata/invalid_element.atom": "no_alerts",
    "google-cap-library/testdata/no_id.atom": "no_alerts",
    "google-cap-library/testdata/no_link.atom": "no_alerts",
    "google-cap-library/testdata/no_title.atom": "no_alerts",
    "google-cap-library/testdata/empty_weather_index.atom": "empty_feed",
    "google-cap-library/testdata/environment_canada_x509_cert.pem": "not_xml",
    "google-cap-library/testdata/naads_x509_cert.pem": "not_xml",
    "sahana-eden-sambro/cap_alert.csv": "not_xml",
    "sahana-eden-sambro/cap_area.csv": "not_xml",
    "sahana-eden-sambro/cap_info.csv": "not_xml",
    "sahana-eden-sambro/cap_warning_priority.csv": "not_xml",
}
