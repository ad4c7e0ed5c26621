import os
from typing import Annotated
from urllib.parse import urlsplit

import httpx
from authlib.integrations.httpx_client import AsyncOAuth2Client
from fastapi import Depends, FastAPI, HTTPException, Request, Response

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
RESOURCE_PARTS = urlsplit(RESOURCE)
METADATA = f"/.well-known/oauth-protected-resource{RESOURCE_PARTS.path}"
asking = AsyncOAuth2Client(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"], trust_env=False)
app = FastAPI()


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
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refused(401)
    try:
        answer = await asking.introspect_token(f"{ISSUER}/introspect", token=token)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError):
        # The token may be good: nothing that makes a client throw it away.
        raise HTTPException(503, headers={"Retry-After": "2"})
    if not found["active"] or found["iss"] != ISSUER or found["aud"] != RESOURCE:
        raise refused(401, "invalid_token")
    reads = request.method in ("GET", "HEAD", "OPTIONS")
    may = "notes:read" in found["scope"].split() and (reads or found.get("access") == "write")
    if not found.get("project") or not may:
        raise refused(403, "insufficient_scope")
    return found


@app.api_route("/notes/{project}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def notes(project: str, grant: Annotated[dict, Depends(grant)]):
    # What is not this project's is not there.
    if project != grant["project"]:
        raise HTTPException(404)
    return [f"a note of project {project}"]
