"""Where the endpoints of the alert desk hang, and what they share in /openapi.json."""

from flask import Blueprint

from service.api.never_stored import never_stored

desk_api = Blueprint("desk", __name__)
never_stored(desk_api)

TAG = "Alert desk"
READ_PROBLEMS = (403, 404)
ASK_PROBLEMS = (400, 403, 404, 413, 422)
