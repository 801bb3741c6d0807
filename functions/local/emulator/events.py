"""HTTP to function-URL events (payload version 2.0) and results back to HTTP. Pure: no socket, no clock.

Shapes: AWS documentation, "Invoking Lambda function URLs", request and response payload.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from functions.local.emulator.template import ACCOUNT
from functions.local.emulator.web import Request, Response

TEXT_TYPES = re.compile(r"text/.*|application/(json|xml|javascript|.*\+json|.*\+xml)")
CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 .*\bCredential=([^/,\s]+)/\d{8}/[^/,\s]+/lambda/aws4_request")
# belong to one connection, so the platform neither hands them on nor takes them back
HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    *("expect", "content-length"),
}


class MalformedResult(Exception):
    """The function's answer is no HTTP response: the platform answers 502."""


def build_event(request: Request, *, request_id: str, trace_id: str, now: datetime) -> dict[str, Any]:
    """Return the event a function URL would hand to the function for this request. `now` is aware, in UTC."""
    path, _, query = request.target.partition("?")
    headers = _build_headers(request, trace_id)
    host = _host_name(headers.get("host", "localhost"))
    identity = _read_identity(headers.get("authorization", ""))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": identity["accountId"] if identity else "anonymous",
            "apiId": host.split(".")[0],
            "domainName": host,
            "domainPrefix": host.split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if identity:
        event["requestContext"]["authorizer"] = {"iam": identity}
    if cookies := request.header("cookie"):
        event["cookies"] = [part.strip() for part in re.split("[;,]", cookies) if part.strip()]
    if query:
        event["queryStringParameters"] = _join_values(parse_qsl(query, keep_blank_values=True))
    if request.body:
        event["body"], event["isBase64Encoded"] = _encode_body(request.body, headers)
    return event


def _join_values(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for key, value in pairs:
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    return joined


def _build_headers(request: Request, trace_id: str) -> dict[str, str]:
    sent = [(key, value) for key, value in request.headers if key not in HOP_BY_HOP and key != "cookie"]
    added = {
        "x-forwarded-for": request.client,
        "x-forwarded-proto": "http",
        "x-forwarded-port": str(request.port),
        "x-amzn-trace-id": trace_id,
    }
    headers = _join_values([pair for pair in sent if pair[0] not in added]) | added
    if request.body:
        headers["content-length"] = str(len(request.body))
    return headers


def _host_name(host: str) -> str:
    """Without the port; an IPv6 address loses its brackets too."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _read_identity(authorization: str) -> dict[str, str | None] | None:
    """Who signed the request (SigV4). The signature is not checked: there is no key to check it with."""
    match = CREDENTIAL.match(authorization)
    if match is None:
        return None
    return {
        "accessKey": match[1],
        "accountId": ACCOUNT,
        "callerId": match[1],
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{ACCOUNT}:user/local",
        "userId": match[1],
    }


def _encode_body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if TEXT_TYPES.fullmatch(media_type) and "content-encoding" not in headers:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def read_result(payload: bytes) -> Response:
    """Return the HTTP response in a function's result; without a statusCode the whole result is the body.

    Raises MalformedResult if it has a statusCode but is otherwise no response.
    """
    try:
        result = json.loads(payload)
    except ValueError as error:
        raise MalformedResult("the result is not JSON") from error
    if not isinstance(result, dict) or "statusCode" not in result:
        body = result.encode() if isinstance(result, str) else payload
        return Response(200, body, [("content-type", "application/json")])
    try:
        return _read_response(result)
    except (TypeError, ValueError, AttributeError) as error:
        raise MalformedResult(f"the result is no HTTP response: {error}") from error


def _read_response(result: Mapping[str, Any]) -> Response:
    status = int(result["statusCode"])
    if not 200 <= status <= 599:
        raise ValueError(f"statusCode {status}")
    headers = [
        (str(key).lower(), _header_text(value))
        for key, value in (result.get("headers") or {}).items()
        if str(key).lower() not in HOP_BY_HOP
    ]
    if not any(key == "content-type" for key, _ in headers):
        headers.append(("content-type", "application/json"))
    headers += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or []]
    body = result.get("body") or ""
    if not isinstance(body, str):
        body = json.dumps(body)
    if result.get("isBase64Encoded"):
        return Response(status, base64.b64decode(body, validate=True), headers)
    return Response(status, body.encode(errors="replace"), headers)


def _header_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
