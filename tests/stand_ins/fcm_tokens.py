"""Who gives out access tokens in Google's place? OAuth 2 for one service account (RFC 7523)."""

import json
import secrets
import time
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions
from google.auth import jwt as google_jwt

from tests.stand_ins.exchange import Answered, Asked

_AUDIENCE = "https://oauth2.googleapis.com/token"  # google-auth's, whatever the token_uri


class TokenService:
    """Gives an access token for an assertion that the account's key has signed."""

    def __init__(self) -> None:
        self.lifetime_s = 3599.0
        self.account_is_refused = False
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._ends: dict[str, float] = {}  # when each bearer stops being accepted

    def knows(self, authorization: str) -> bool:
        """Tell whether the header has a bearer that was given out and hasn't ended."""
        ends_at = self._ends.get(authorization.removeprefix("Bearer "))
        return ends_at is not None and time.monotonic() < ends_at

    def revoke(self) -> None:
        """Forget every access token that was given out."""
        self._ends.clear()

    def answer(self, asked: Asked) -> Answered:
        """Check the signed assertion, give an access token."""
        assertion = parse_qs(asked.body.decode()).get("assertion", [""])[0]
        if self.account_is_refused or not self._is_signed(assertion):
            return Answered(status=400, body=b'{"error": "invalid_grant"}')
        bearer = secrets.token_urlsafe(24)
        self._ends[bearer] = time.monotonic() + self.lifetime_s
        body = {
            "access_token": bearer,
            "expires_in": int(self.lifetime_s),
            "token_type": "Bearer",
        }
        return Answered(body=json.dumps(body).encode())

    def private_key(self) -> str:
        """Return the account's key as its key file has it."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def _is_signed(self, assertion: str) -> bool:
        public_key = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        try:
            google_jwt.decode(  # type: ignore[no-untyped-call]
                assertion, certs=public_key, audience=_AUDIENCE
            )
        except (ValueError, exceptions.GoogleAuthError):
            return False
        return True
