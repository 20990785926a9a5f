"""What the documents of the other folders say; see `expected`."""

from dataclasses import replace

from tests.intake.cap.expected import (
    CHILD,
    GOOGLE,
    HOMELAND,
    QUAKE,
    STORM,
    Bounds,
    Expected,
    same,
)

MYANMAR_FLOOD: Bounds = (94.91566847897617, 20.14196714759809, 94.93249129391106, 20.15904948691015)
MYANMAR_SEA: Bounds = (96.83819543457666, 9.846380669375145, 99.03546105958102, 17.357808290284122)
MALE: Bounds = (73.71235573451844, 4.441047494432323, 73.71498429935336, 4.443561196575404)
YANGON: Bounds = (96.267, 17.171, 96.575, 17.59)
LEYTE: Bounds = (124.91374699980986, 11.160721663847708, 125.12798039825047, 11.308888827210723)
LUZON: Bounds = (119.6749421826177, 11.674430659535858, 125.60755937011777, 14.775549225950998)
SURIGAO: Bounds = (125.53912347765392, 6.493625260193162, 126.79156488389714, 10.858486092459886)
SAMAR: Bounds = (124.81368266629404, 11.297947269613378, 125.6651230959777, 12.646706062306396)
MARYLAND: Bounds = (-77.17731197596578, 39.062185407256315, -77.12151202403373, 39.105674511421775)

OTHERS: dict[str, tuple[Expected, ...]] = {
    "google-cap-library/validator-examples/43b080713727.cap": (HOMELAND,),
    "google-cap-library/validator-examples/KAR0-0306112239-SW.cap": (CHILD,),
    "google-cap-library/validator-examples/earthquake.atom": (QUAKE,),
    "google-cap-library/validator-examples/thunderstorm.cap": (STORM,),
    "ibm-cap/cap_amber_alert_example.xml": (replace(CHILD, languages=("en-US", "es-US")),),
    "oasiscap/google-PAAQ-4-mg5a94.xml": (
        Expected(
            identifier="PAAQ-4-mg5a94",
            sender="wcatwc@noaa.gov",
            sent="2013-01-05T10:58:23Z",
            msg_type="Update",
            references=(
                "wcatwc@noaa.gov,PAAQ-1-mg5a94,2013-01-05T09:01:16-00:00",
                "wcatwc@noaa.gov,PAAQ-2-mg5a94,2013-01-05T09:30:16-00:00",
                "wcatwc@noaa.gov,PAAQ-3-mg5a94,2013-01-05T10:17:31-00:00",
            ),
            circles=((-134.9, 55.3, 0),),
        ),
    ),
    "oasiscap/ipaws-5e6dd964023f1930ef638846.xml": (
        Expected(
            identifier="309104501346800",
            sender="309104501346800",
            sent="2019-01-04T18:33:15Z",
            geocodes=same("053011", "041005", "041009", "041051", "041067"),
            places=("fips:53011", "fips:41005", "fips:41009", "fips:41051", "fips:41067"),
        ),
    ),
    "oasiscap/ipaws-5e6dd9de023f1930ef6548d9.xml": (  # a Cancel without <info>
        Expected(
            identifier="AS-NV-58d33e3a-1f9a-4909-9d59-34e90b33b3e8",
            sender="bbrundage@dps.state.nv.us",
            sent="2019-04-19T17:46:20Z",
            msg_type="Cancel",
            languages=(),
            references=(
                "bbrundage@dps.state.nv.us,AS-NV-e18921c7-1b35-4a81-9705-42d25c265ddd,"
                "2019-04-18T12:02:32-06:00",
            ),
        ),
    ),
    "oasiscap/ipaws-5e6ddbad023f1930ef6c1a5a.xml": (
        Expected(
            identifier="44232112-8DF1-402A-BB60-948B569D6C7E",
            sender="OTG:manuel.centeno@fema.dhs.gov",
            sent="2019-05-30T15:55:41Z",
            geocodes=same("072115"),
            places=("fips:72115",),  # Quebradillas, Puerto Rico
        ),
    ),
    "oasiscap/ipaws-5e7e0fc5023f1930efcf3deb.xml": (
        Expected(
            identifier="402013233923688",
            sender="402013233923688",
            sent="2019-12-13T21:24:50Z",
            polygons=(MARYLAND,),
            geocodes=same("024031"),
        ),
    ),
    "oasiscap/ipaws-5ea321f39fc226a7b44b6874.xml": (
        Expected(
            identifier="482277582702553",
            sender="482277582702553",
            sent="2020-04-24T17:23:35Z",
            geocodes=same("026000"),
            places=("state:MI",),  # CCC 000: all of Michigan
        ),
    ),
    "oasiscap/nws-5c2cf27b1f56885d61654dc47fa411d5.xml": (
        Expected(
            identifier="NOAA-NWS-ALERTS-MN1261CB03F0E0.BlizzardWarning.1261CB10BF00MN."
            "DLHWSWDLH.5c2cf27b1f56885d61654dc47fa411d5",
            sender="w-nws.webmaster@noaa.gov",
            sent="2021-12-27T16:08:00Z",
            geocodes=(
                *same("027031", "027075", scheme="fips6"),
                *same("MNZ020", "MNZ021", scheme="ugc"),
            ),
            places=("fips:27031", "fips:27075"),  # Cook and Lake, Minnesota
        ),
    ),
    "oasiscap/v1dot0_appendix_adot1.xml": (HOMELAND,),
    "oasiscap/v1dot0_appendix_adot2.xml": (
        replace(STORM, geocodes=same("006109", "006009", "006003", scheme="fips6")),
    ),
    "oasiscap/v1dot0_appendix_adot3.xml": (QUAKE,),
    "oasiscap/v1dot0_appendix_adot4.xml": (
        replace(CHILD, geocodes=same("006037", scheme="fips6")),
    ),
    "oasiscap/v1dot1_appendix_adot1.xml": (HOMELAND,),
    "oasiscap/v1dot1_appendix_adot2.xml": (
        replace(STORM, geocodes=same("006109", "006009", "006003", scheme="fips6")),
    ),
    "oasiscap/v1dot1_appendix_adot3.xml": (QUAKE,),
    "oasiscap/v1dot1_appendix_adot4.xml": (CHILD,),
    "oasiscap/v1dot2_appendix_adot1.xml": (HOMELAND,),
    "oasiscap/v1dot2_appendix_adot2.xml": (STORM,),
    "oasiscap/v1dot2_appendix_adot3.xml": (
        Expected(
            identifier="TRI13970876.2",
            sender="trinet@caltech.edu",
            sent="2003-06-12T03:56:00Z",
            msg_type="Update",
            references=("trinet@caltech.edu,TRI13970876.1,2003-06-11T20:30:00-07:00",),
            circles=((-115.5527, 32.9525, 0),),
        ),
    ),
    "oasiscap/v1dot2_appendix_adot4.xml": (replace(CHILD, languages=("en-US", "es-US")),),
    "sahana-eden-sambro/Fiji_Water_Shortage_Suva.xml": (  # <reference>, which CAP doesn't have
        Expected(
            identifier="urn:oid:.2019.12.03.021",
            sender="admin@example.com",
            sent="2019-12-03T09:45:32Z",
            status="Test",
            languages=("en-US", "hi"),
        ),
    ),
    "sahana-eden-sambro/Flood.xml": (
        Expected(
            identifier="urn:oid:2.49.0.0.104.0.1.20150716.001",
            sender="myotunoo2009@gmail.com",
            sent="2015-07-16T08:00:00Z",
            status="Exercise",
            scope="Restricted",
            polygons=(YANGON,),
        ),
    ),
    "sahana-eden-sambro/Homeland_Sec_Adv.xml": (HOMELAND,),
    "sahana-eden-sambro/Maldives-Tsunami-MultiLanguage.xml": (
        Expected(
            identifier="MaldivesMeteorology-2.49.0.0.462.0-20150910-017-alert",
            sender="http://www.meteorology.gov.mv/",
            sent="2015-09-10T02:10:29Z",
            languages=("dv", "en-US"),
            polygons=(MALE,),
        ),
    ),
    "sahana-eden-sambro/Myanmar-Flood-MultiLanguage.xml": (
        Expected(
            identifier="MyanmarDMH-2.49.0.0.104.0-20150910-058-alert",
            sender="dmh.gov.mm",
            sent="2015-09-10T02:29:56Z",
            status="Test",
            scope="Restricted",
            languages=("en-US", "my"),
            polygons=(MYANMAR_FLOOD,),
        ),
    ),
    "sahana-eden-sambro/Myanmar-Flood-MultiLanguage_MultipleArea.xml": (
        Expected(
            identifier="MyanmarDMH-2.49.0.0.104.0-20160221-058-alert",
            sender="dmh.gov.mm",
            sent="2015-09-10T02:29:56Z",
            status="Test",
            scope="Restricted",
            languages=("en-US", "my"),
            polygons=(YANGON, (94.915, 20.155, 94.946, 20.166)),
        ),
    ),
    "sahana-eden-sambro/Myanmar-Tsunami-MultiLanguage.xml": (
        Expected(
            identifier="MyanmarDMH-2.49.0.0.104.0-20150910-057-alert",
            sender="mm.aidiq.com/10",
            sent="2015-09-10T02:21:53Z",
            status="Exercise",
            languages=("my", "en-US"),
            polygons=(MYANMAR_SEA,),
        ),
    ),
    "sahana-eden-sambro/Myanmar_Flood_Multiple_Area.xml": (
        Expected(
            identifier="urn:oid:2.49.0.0.104.0.1.20160221.001",
            sender="myotunoo2009@gmail.com",
            sent="2015-07-16T08:00:00Z",
            status="Exercise",
            scope="Restricted",
            polygons=((94.915, 20.127, 94.947, 20.166), YANGON),
        ),
    ),
    "sahana-eden-sambro/Philippines-Flood-MultiLanguage.xml": (
        Expected(
            identifier="PHIVOLS-DOST-2.49.0.0.608.0-20150910-046-alert",
            sender="pagasa.dost.gov.ph",
            sent="2015-09-10T02:11:35Z",
            status="Test",
            scope="Restricted",
            languages=("en-US", "tl"),
            polygons=(LEYTE,),
        ),
    ),
    "sahana-eden-sambro/Philippines-Tropical-Cyclone-MultiLanguage.xml": (
        Expected(
            identifier="PHIVOLS-DOST-2.49.0.1.608.0-20150910-044-alert",
            sender="pagasa.dost.gov.ph",
            sent="2015-09-10T02:05:38Z",
            status="Exercise",
            languages=("en-US", "tl"),
            polygons=(LUZON,),
        ),
    ),
    "sahana-eden-sambro/Philippines-Tsunami.xml": (
        Expected(
            identifier="PHIVOLS-DOST-2.49.0.0.608.0-20150909-043-alert",
            sender="PHIVOLCS",
            sent="2015-09-09T07:57:43Z",
            status="Exercise",
            polygons=(SURIGAO, SAMAR),
        ),
    ),
    "sahana-eden-sambro/Severe_Thunderstorm_Warning.xml": (STORM,),
    "sahana-eden-sambro/TropicalCyclone20150806.xml": (
        Expected(
            identifier="6e8cb0c9-e44e-4c75-8b74-bd1974680833",
            sender="PAGASA-DOST",
            sent="2015-08-05T03:46:52Z",
            polygons=((113.0, 5.0, 130.0, 21.0),),
        ),
    ),
    "sahana-eden-sambro/TropicalCyclone20150808.xml": (  # its "SAME" code is a Philippine one
        Expected(
            identifier="730b1b5f-b194-48e5-8eee-fa6726bedf9d",
            sender="PAGASA-DOST",
            sent="2015-08-08T03:02:59Z",
            msg_type="Update",
            references=(
                "PAGASA-DOST,34c696a6-5e45-4da1-8131-01d862de4b33,2015-08-07T22:04:05+00:00",
            ),
            geocodes=same("020900000"),
        ),
    ),
    "sahana-eden-sambro/heavy_rain.xml": (
        Expected(
            identifier="urn:oid:2.49.0.0.104.0.1.20150715.001",
            sender="hhthan.dmh@gmail.com",
            sent="2015-07-15T08:00:00Z",
            status="Exercise",
            polygons=((92.628, 20.79, 97.655, 28.435),),
        ),
    ),
    "sahana-eden-sambro/landslide.xml": (
        Expected(
            identifier="urn:oid:2.49.0.0.104.0.1.20150715.002",
            sender="tmarhtay@gmail.com",
            sent="2015-07-15T08:00:00Z",
            status="Exercise",
            scope="Restricted",
            polygons=((97.5, 19.8, 111.2, 24.1),),
        ),
    ),
    "sahana-eden-sambro/tsunami.xml": (
        Expected(
            identifier="urn:oid:2.49.0.0.104.0.1.20150715.003",
            sender="jianyou.wu007@gmail.com",
            sent="2015-07-15T08:00:00Z",
            status="Exercise",
            scope="Restricted",
            polygons=((92.208, 15.855, 95.677, 21.28),),
            parts=2,  # its outline crosses itself: a bow-tie, both halves are meant
        ),
    ),
}

EXPECTED = GOOGLE | OTHERS
