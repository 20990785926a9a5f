from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

PATHS = {
    "/v1/subscribers": {"post"},
    "/v1/me": {"get", "patch", "delete"},
    "/v1/me/export": {"get"},
    "/v1/me/devices": {"get"},
    "/v1/me/devices/{device_id}": {"put", "delete"},
    "/v1/me/neighborhoods": {"get", "post"},
    "/v1/me/neighborhoods/{neighborhood_id}": {"get", "put", "delete"},
    "/v1/me/alerts": {"get"},
    "/v1/me/alerts/{alert_id}/why": {"get"},
    "/v1/me/alerts/{alert_id}/receipts": {"post"},
    "/v1/me/alerts/{alert_id}/reports": {"post"},
    "/v1/alerts/{alert_id}": {"get"},
    "/v1/alerts.geojson": {"get"},
    "/health/live": {"get"},
    "/health/ready": {"get"},
}


def test_the_api_of_app_users_is_described(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    validate(document)
    described = {path: set(item) for path, item in document["paths"].items()}
    assert {path: described[path] for path in PATHS} == PATHS
    for path, methods in PATHS.items():
        for method in methods:
            operation = document["paths"][path][method]
            assert bool(operation.get("security")) is path.startswith("/v1/me"), (path, method)


def test_answers_have_the_media_type_that_they_come_with(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    shapes = paths["/v1/alerts.geojson"]["get"]["responses"]
    assert set(shapes["200"]["content"]) == {"application/geo+json"}
    ready = paths["/health/ready"]["get"]["responses"]
    assert set(ready["503"]["content"]) == {"application/json"}
    gone = paths["/v1/alerts/{alert_id}"]["get"]["responses"]
    assert set(gone["410"]["content"]) == {"application/problem+json"}


def test_every_address_of_a_person_asks_who_it_is(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.rule.startswith("/v1/me"):
            assert getattr(view, "porchlight_auth", None) == "subscriber", rule.rule
