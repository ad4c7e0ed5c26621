"""A relying-party app on Authlib's Starlette integration: /login sends the browser away, /callback says who came back."""

import sys

import uvicorn
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

issuer, client_id, client_secret, redirect_uri, port = sys.argv[1:]

oauth = OAuth()
oauth.register(
    "lanyard",
    server_metadata_url=f"{issuer}/.well-known/openid-configuration",
    client_id=client_id,
    client_secret=client_secret,
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
)


async def login(request):
    return await oauth.lanyard.authorize_redirect(request, redirect_uri)


async def callback(request):
    try:
        token = await oauth.lanyard.authorize_access_token(request)
    except OAuthError as error:
        return JSONResponse({"error": error.error, "description": error.description}, status_code=400)
    userinfo = await oauth.lanyard.userinfo(token=token)
    refreshed = await oauth.lanyard.fetch_access_token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    return JSONResponse(
        {
            "claims": token["userinfo"],
            "userinfo": userinfo,
            "refreshed": bool(refreshed.get("access_token")),
        }
    )


app = Starlette(
    routes=[Route("/login", login), Route("/callback", callback)],
    middleware=[Middleware(SessionMiddleware, secret_key="only for this run")],
)
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="info")
