import os
from urllib.parse import urlsplit

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.introspection import IntrospectionTokenVerifier
from fastmcp.server.dependencies import get_access_token

ISSUER, RESOURCE = os.environ["ISSUER"], os.environ["RESOURCE"]
parts = urlsplit(RESOURCE)


class Verifier(IntrospectionTokenVerifier):
    """FastMCP's own, held to the issuer and to a project too."""

    async def verify_token(self, token: str):
        found = await super().verify_token(token)
        said = found.claims if found else {}
        return found if said.get("iss") == ISSUER and said.get("project") else None


verifier = Verifier(
    introspection_url=f"{ISSUER}/introspect",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    audience=RESOURCE,
    required_scopes=["notes:read"],
)
base = f"{parts.scheme}://{parts.netloc}"
mcp = FastMCP("notes", auth=RemoteAuthProvider(verifier, authorization_servers=[ISSUER], base_url=base))


@mcp.tool
def list_notes() -> str:
    """The notes of the project."""
    return f"a note of project {get_access_token().claims['project']}"


@mcp.tool
def write_note() -> str:
    """Writes a note."""
    if get_access_token().claims.get("access") != "write":
        raise ToolError("This connection may only read.")
    return "written"


if __name__ == "__main__":
    mcp.run(transport="http", host="127.0.0.1", port=int(os.environ.get("PORT", "8090")), path=parts.path, stateless_http=True)
