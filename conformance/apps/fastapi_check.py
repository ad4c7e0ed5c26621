import os
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
lanyard = httpx.AsyncClient(base_url=ISSUER, auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]), trust_env=False)
app = FastAPI()


@app.get("/.well-known/oauth-protected-resource/notes")
def metadata():
    return {"resource": RESOURCE, "authorization_servers": [ISSUER]}


async def project(request: Request) -> str:
    """Lets in whoever brings a good token of one project, and readers no further than reading."""
    carried = {"lanyard-authorization": request.headers.get("authorization", ""), "lanyard-method": request.method}
    try:
        answer = await lanyard.get("/check?scope=notes%3Aread", headers=carried)
    except httpx.HTTPError:
        raise HTTPException(503, headers={"Retry-After": "2"})
    if answer.status_code == 204:
        return answer.headers["lanyard-project"]
    said = {name: answer.headers[name] for name in ("www-authenticate", "retry-after") if name in answer.headers}
    raise HTTPException(answer.status_code if answer.status_code in (401, 403, 429) else 503, headers=said)


@app.api_route("/notes/{named}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def notes(named: str, project: Annotated[str, Depends(project)]):
    if named != project:
        raise HTTPException(404)
    return [f"a note of project {project}"]
