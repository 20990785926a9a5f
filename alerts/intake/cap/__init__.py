"""What does a CAP document say? Bytes in, frozen values and problems out; nothing is fetched.

`xml` parses safely, `reader` reads one alert of CAP 1.0, 1.1 or 1.2, `containers` finds alerts in
EDXL-DE, Atom and RSS, `poster` turns an alert into the poster that the rest of the flow reads.
"""
