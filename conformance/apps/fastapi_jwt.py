import os
import time
from typing import Annotated
from urllib.parse import urlsplit

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
RESOURCE_PARTS = urlsplit(RESOURCE)
METADATA = f"/.well-known/oauth-protected-resource{RESOURCE_PARTS.path}"
required = {name: {"essential": True} for name in ("exp", "iat", "sub", "client_id", "jti", "project")}
claims = jwt.JWTClaimsRegistry(
    leeway=5, iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": RESOURCE}, **required
)
app = FastAPI()


class Keys:
    """The issuer's keys: fetched when a token names one that is not there, ten seconds apart at least."""

    known, fetched = KeySet([]), -10.0

    async def named(self, kid: str) -> KeySet:
        if not any(key.kid == kid for key in self.known) and time.monotonic() - self.fetched > 10:
            async with httpx.AsyncClient(trust_env=False) as http:
                answer = await http.get(f"{ISSUER}/jwks")
            self.known, self.fetched = KeySet.import_key_set(answer.raise_for_status().json()), time.monotonic()
        return self.known


keys = Keys()


@app.get(METADATA)
def metadata(response: Response):
    response.headers["Access-Control-Allow-Origin"] = "*"
    return {
        "resource": RESOURCE,
        "authorization_servers": [ISSUER],
        "scopes_supported": ["notes:read"],
        "bearer_methods_supported": ["header"],
    }


def refused(status: int, error: str | None = None) -> HTTPException:
    said = [f'error="{error}"'] if error else []
    said += ['scope="notes:read"', f'resource_metadata="{RESOURCE_PARTS.scheme}://{RESOURCE_PARTS.netloc}{METADATA}"']
    return HTTPException(status, headers={"WWW-Authenticate": "Bearer " + ", ".join(said)})


async def grant(request: Request) -> dict:
    """Lets in whoever brings a good token of one project, and readers no further than reading."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise refused(401)
    try:
        header = jws.extract_compact(text.encode()).headers()
        known = await keys.named(header.get("kid", ""))
        token = jwt.decode(text, known, algorithms=["ES256"])
        claims.validate(token.claims)
    except httpx.HTTPError:
        # The token may be good: nothing that makes a client throw it away.
        raise HTTPException(503, headers={"Retry-After": "2"})
    except (JoseError, ValueError):
        raise refused(401, "invalid_token")
    # An ID token is signed with the same keys.
    if token.header.get("typ") != "at+jwt":
        raise refused(401, "invalid_token")
    reads = request.method in ("GET", "HEAD", "OPTIONS")
    if "notes:read" not in token.claims["scope"].split() or not (reads or token.claims.get("access") == "write"):
        raise refused(403, "insufficient_scope")
    return token.claims


@app.api_route("/notes/{project}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def notes(project: str, grant: Annotated[dict, Depends(grant)]):
    # What is not this project's is not there.
    if project != grant["project"]:
        raise HTTPException(404)
    return [f"a note of project {project}"]
