"""What does NCMEC's Poster schema say? The names of its fields, and those that we add.

There is no public document of the schema; these are the names that public clients of the Poster
API read and write. Nearly every field may be null. `reader` turns such a document into a `Poster`.

Beyond NCMEC's schema a partner may push:

| where | fields |
|---|---|
| poster | `organizationName`, `endangered`, `caseType`, `expires`, `sourceUri` |
| poster | `vehicle` or `vehicles` |
| vehicle | `description`, `licensePlate`, `licenseState` |
| child, companion | `height`, `weight`, `clothing` |
| description | `headline`, `instruction` |
"""

# The organization whose name is shown when the poster only has its code.
ORGANIZATION_NAMES = {"NCMC": "National Center for Missing & Exploited Children"}

# A description without `languageId`: BCP 47's word for "undetermined" (RFC 5646, 4.1).
UNDETERMINED_LANGUAGE = "und"

# Known, and not kept: NCMEC's own row number and logo (fetched from /Logo), and filters it echoes.
POSTER_NOT_KEPT = ("id", "organizationLogo", "posterType")

# Known, and not kept: where a child was found is nobody's business (DOMAIN rule 15).
CHILD_NOT_KEPT = ("foundCity", "foundCounty", "foundState", "foundZip", "foundCountry", "namus")

# Members of a GeoJSON Feature (RFC 7946, 3.2) beside `properties` and `geometry`.
FEATURE_MEMBERS = ("type", "id", "bbox")

# `caseType` of the older documents that make a case endangered.
ENDANGERED_CASE_TYPES = frozenset({"endangeredrunaway", "endangeredmissing", "endangered"})

MAX_TEXT_CHARS = 20_000  # the longest text of a poster; a whole circumstance is below 2,000
MAX_ITEMS = 200  # children, photos, contacts... of one poster
MAX_PROBLEMS = 200  # findings that are reported of one document
MAX_UNKNOWN = 50  # fields that nobody knows; more is another schema, not a change of this one
