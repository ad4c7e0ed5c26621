"""aiosmtpd as somebody's mail server: STARTTLS and a password before anything else. Tells of each mail in a line of JSON."""

import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, certificate, key, username, password = sys.argv[1:]


def announce(event):
    print(json.dumps(event), flush=True)


class Inbox:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        announce(
            {
                "event": "mail",
                "sender": envelope.mail_from,
                "recipients": envelope.rcpt_tos,
                "headers": {name.lower(): str(value) for name, value in mail.items()},
                "type": mail.get_content_type(),
                "parts": parts,
                "encrypted": session.ssl is not None,
                "authenticated": session.authenticated,
            }
        )
        return "250 taken"


def is_known(server, session, envelope, mechanism, given):
    right = getattr(given, "login", None) == username.encode() and given.password == password.encode()
    return AuthResult(success=right)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
controller = Controller(
    Inbox(),
    hostname="127.0.0.1",
    port=int(port),
    tls_context=context,
    require_starttls=True,
    authenticator=is_known,
    auth_required=True,
)
controller.start()
announce({"event": "ready"})
sys.stdin.read()
controller.stop()
