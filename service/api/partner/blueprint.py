"""Where the endpoints of partner feeds hang, and what they share in /openapi.json."""

from flask import Blueprint

from service.api.never_stored import never_stored

partner_api = Blueprint("partner", __name__)
never_stored(partner_api)

TAG = "Partner feeds"
# What a document may be answered with: unreadable, not allowed, too large, of the wrong kind, of
# the wrong content, our error.
DOCUMENT_PROBLEMS = (400, 403, 413, 415, 422, 500)
READ_PROBLEMS = (403, 404, 422)
