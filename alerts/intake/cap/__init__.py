"""What does a CAP document say? Bytes in, frozen values and problems out; nothing is fetched.

`xml` parses safely, `containers` finds alerts in EDXL-DE, Atom and RSS, `bounds` refuses what is
more than any real document, `reader` reads one alert of CAP 1.0, 1.1 or 1.2, `schema` says what it
got wrong, `signature` who signed it, `poster` turns it into what the rest of the flow reads.
"""
