"""An identity provider that says what a test lets it say: right, wrong, or somebody else's."""

import base64
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

Json = dict[str, Any]


class Issuer:
    """Listens on this machine; `tokens` has what the token endpoint answers to each code."""

    def __init__(self) -> None:
        self.rsa = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
        self.ec = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
        self.stranger = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
        self.tokens: dict[str, Json] = {}
        self.pages: dict[str, Json] = {}
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def publish(self, below: str = "", issuer: str = "", **more: Any) -> Self:
        """Have metadata below this path, and call itself that."""
        self.pages[f"{below}/.well-known/openid-configuration"] = {
            "issuer": issuer or self.url + below,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **more,
        }
        self.pages["/keys"] = {"keys": [self.rsa.as_dict(private=False), self.ec.as_dict(private=False)]}
        return self

    def sign(self, claims: Json, *, key: RSAKey | None = None, **header: Any) -> str:
        """A token, made by hand: no library would sign what some of the tests need."""
        head = {"alg": "RS256", "kid": "rsa", **header}
        signed = f"{_encoded(json.dumps(head))}.{_encoded(json.dumps(claims))}"
        if head["alg"] == "none":
            return f"{signed}."
        if head["alg"] == "HS256":  # with the public key, which everybody has, as the secret
            mac = hmac.digest(self.rsa.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{_encoded(mac)}"
        private = (key or self.rsa).private_key
        assert private
        return f"{signed}.{_encoded(private.sign(signed.encode(), PKCS1v15(), SHA256()))}"

    def claims(self, nonce: str, /, **changed: Any) -> Json:
        """What a right ID token says, but for what is changed; None leaves a claim out."""
        now = int(time.time())
        right = {
            "iss": self.url,
            "aud": "talkoot",
            "sub": "248289761001",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        }
        return {name: value for name, value in {**right, **changed}.items() if value is not None}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, form: dict[str, str], headers: dict[str, str]) -> Json | None:
        self.asked.append((path, form, headers))
        if path == "/token":
            return self.tokens.pop(form.get("code", ""), {"error": "invalid_grant"})
        return self.pages.get(path)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply({})

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                sent = parse_qs(self.rfile.read(length).decode())
                self._reply({name: values[0] for name, values in sent.items()})

            def _reply(self, form: dict[str, str]) -> None:
                answer = issuer._answer(urlsplit(self.path).path, form, dict(self.headers.items()))
                body = json.dumps(answer).encode()
                self.send_response(200 if answer is not None else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def _encoded(part: str | bytes) -> str:
    data = part.encode() if isinstance(part, str) else part
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
