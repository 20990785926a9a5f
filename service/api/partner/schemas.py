"""What a poster looks like on the wire: for /openapi.json only.

The reader (`alerts.intake.ncmec`) is more liberal than any schema: nearly everything may be null
or missing, unknown fields are ignored and noted. What it refuses, it names by JSON pointer.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

Text = str | None
Texts = list[str] | None


class PosterPart(BaseModel):
    """Base: unknown fields are accepted and noted."""

    model_config = ConfigDict(extra="allow")


class PosterPhoto(PosterPart):
    """A picture: by address, or inline in base64."""

    photoUri: Text = None  # noqa: N815 - NCMEC's name, as all below
    photoData: Text = Field(None, description="The picture itself, base64.")  # noqa: N815
    md5: Text = Field(None, description="32 hex digits; the picture is checked against it.")
    fileName: Text = None  # noqa: N815
    fileType: Text = None  # noqa: N815
    description: Text = None


class PosterPerson(PosterPart):
    """What children and companions share."""

    firstName: Text = None  # noqa: N815
    middleName: Text = None  # noqa: N815
    lastName: Text = None  # noqa: N815
    dateOfBirth: Text = None  # noqa: N815
    ageNow: str | int | None = None  # noqa: N815
    sex: Text = None
    races: Texts = None
    hairColor: Text = None  # noqa: N815
    eyeColor: Text = None  # noqa: N815
    height: str | float | None = None
    weight: str | float | None = None
    clothing: Text = None
    description: Text = None
    ncicNumber: str | int | None = None  # noqa: N815
    photos: list[PosterPhoto] | None = None
    ageProgressionPhotos: list[PosterPhoto] | None = None  # noqa: N815


class PosterChild(PosterPerson):
    """A missing child; `dateFound` ends the case for this child."""

    approximateAge: str | int | None = None  # noqa: N815
    missingSince: Text = None  # noqa: N815
    missingCity: Text = None  # noqa: N815
    missingCounty: Text = None  # noqa: N815
    missingState: Text = None  # noqa: N815
    missingZip: str | int | None = None  # noqa: N815
    missingCountry: Text = None  # noqa: N815
    dateFound: Text = None  # noqa: N815


class PosterCompanion(PosterPerson):
    """Somebody the poster names beside the child."""

    companionType: Text = None  # noqa: N815


class PosterContact(PosterPart):
    """Whom to call."""

    name: Text = None
    state: Text = None
    phoneNumbers: Texts = None  # noqa: N815


class PosterDescription(PosterPart):
    """What is told, in one language."""

    languageId: str | int | None = Field(None, description='BCP 47: "en-US".')  # noqa: N815
    headline: Text = None
    description: Text = None
    instruction: Text = None


class PosterVehicle(PosterPart):
    """A vehicle to look for."""

    description: Text = None
    licensePlate: str | int | None = None  # noqa: N815
    licenseState: Text = None  # noqa: N815


class PosterLocation(PosterPart):
    """Where the poster is to be shown."""

    state: Text = None


class NcmecPoster(PosterPart):
    """NCMEC's Poster schema, with fields of ours: organizationName, endangered, expires, vehicle.

    A poster needs its case, and a child or a description.
    """

    organizationCode: str  # noqa: N815
    caseNumber: str | int  # noqa: N815
    organizationName: Text = None  # noqa: N815
    sourceUri: Text = None  # noqa: N815
    dateCreated: Text = None  # noqa: N815
    lastModified: Text = Field(None, description="Older than what is here: ignored.")  # noqa: N815
    expires: Text = None
    unidentified: bool | None = None
    amberAlert: bool | None = None  # noqa: N815
    endangered: bool | None = None
    descriptions: list[PosterDescription] | None = None
    children: list[PosterChild] | None = None
    companions: list[PosterCompanion] | None = None
    vehicle: PosterVehicle | None = None
    vehicles: list[PosterVehicle] | None = None
    extraPhotos: list[PosterPhoto] | None = None  # noqa: N815
    contacts: list[PosterContact] | None = None
    distributionLocations: list[PosterLocation] | None = None  # noqa: N815


class PosterFeature(PosterPart):
    """GeoJSON whose properties are a poster: the geometry is the area of interest.

    A Polygon or MultiPolygon, or a Point with `properties.radius_m` in metres; lon before lat.
    """

    type: Literal["Feature"]
    geometry: dict[str, Any] | None = None
    properties: NcmecPoster


class PosterDocument(RootModel[NcmecPoster | PosterFeature]):
    """A poster in NCMEC's schema, or a GeoJSON Feature around one."""
