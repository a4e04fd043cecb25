"""The staff service as a system sees it that keeps a copy: asking, comparing, and taking its messages.

Python's standard library only. Copy it, or read it as a pattern: `digital_id_app.py` is built on it, and so is
`recruitment_app.py`.
"""

import base64
import gzip
import hashlib
import hmac
import http.client
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

PAGE = 1000
# Standard Webhooks: a message whose time of sending is further off than this is somebody's recording.
TOLERANCE = 300


class Away(Exception):
    """The service cannot be asked now. Go on with what you have, and ask again, no sooner than it says."""

    def __init__(self, reason: str, retry_after: int = 0):
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """The service answered, and the same question will get the same answer: somebody has to look."""

    def __init__(self, status: int, problem: dict):
        self.status, self.problem = status, problem
        self.kind = problem.get("type", "").rpartition(":")[2]
        super().__init__(f"{status} {self.kind}: {problem.get('detail') or problem.get('title')}")


class Missing(Exception):
    """There is no such person or picture, or none that this key may see."""


class Resync(Exception):
    """The service does not know any more what it told us last: fetch everything."""


@dataclass(frozen=True)
class Settings:
    """USE_STAFF_SERVICE, STAFF_SERVICE_URL and STAFF_SERVICE_API_KEY."""

    use: bool = False
    url: str = ""
    key: str = ""
    # Newest first; while a secret is being rotated there are two.
    webhook_secrets: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        return cls(
            use=environment.get("USE_STAFF_SERVICE", "false").strip().lower() in ("true", "1", "yes", "on"),
            url=environment.get("STAFF_SERVICE_URL", "").strip().rstrip("/"),
            key=environment.get("STAFF_SERVICE_API_KEY", "").strip(),
            webhook_secrets=tuple(environment.get("STAFF_SERVICE_WEBHOOK_SECRETS", "").split()),
        )

    def __repr__(self) -> str:
        """Without key and secrets, so that no log ever has them."""
        return f"Settings(use={self.use}, url={self.url!r})"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def etag(self) -> str | None:
        return self.headers.get("etag")


class StaffService:
    """One service, asked with one key. Nothing is kept here."""

    def __init__(self, settings: Settings, timeout: float = 20):
        self.settings, self.timeout = settings, timeout

    # Asking

    def ask(
        self, path: str, query: dict | None = None, *, etag: str | None = None, body: bytes | None = None, **headers: str
    ) -> Answer:
        """One request; 200 to 299 and 304 are answers, everything else is one of the exceptions above.

        Redirects are not followed: they would carry the key somewhere else.
        """
        address = urllib.parse.urlsplit(self.settings.url)
        secure = address.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(address.hostname, address.port, timeout=self.timeout)
        wanted = {"Authorization": f"Bearer {self.settings.key}", "Accept-Encoding": "gzip"}
        wanted |= {name.replace("_", "-"): value for name, value in headers.items()}
        if etag:
            wanted["If-None-Match"] = etag
        target = address.path + path + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            connection.request("GET" if body is None else "POST", target, body, wanted)
            answer = connection.getresponse()
            # Raises IncompleteRead when the service went away in the middle: half an answer is none.
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Away(f"{type(error).__name__}: {error}") from None
        finally:
            connection.close()
        names = {name.lower(): value for name, value in answer.getheaders()}
        if answer.status not in (204, 304) and not {"content-length", "transfer-encoding"} & set(names):
            # Without either the end cannot be told from a wire that broke within the header.
            raise Away("the answer was cut off")
        if names.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return judged(Answer(answer.status, names, content))

    def key(self) -> dict:
        """What our key is and may do: the connection test."""
        return self.ask("/api/key").json

    # People

    def everybody(self) -> tuple[list[dict], dict]:
        """All people that the key may see, also who has left, and what the service says about the list."""
        people, meta, _ = self.pages({"include_inactive": 1})
        if digest(people) != meta["digest"]:
            raise Away("the list is not what its digest says")
        return people, meta

    def changes(self, cursor: str, etag: str | None) -> tuple[list[dict], dict, str | None] | None:
        """Who differs since then, what the service says about it, and the ETag for the next time; `None`: nothing new."""
        return self.pages({"updated_since": cursor}, etag)

    def pages(self, query: dict, etag: str | None = None):
        """All pages of a list, of one state of the records: when they change in between, from the start again."""
        for _ in range(5):
            items: list[dict] = []
            first = None
            for page in range(1, 1_000_000):
                answer = self.ask(
                    "/api/staff-data", query | {"per_page": PAGE, "page": page}, etag=etag if page == 1 else None
                )
                if answer.status == 304:
                    return None
                meta = answer.json["meta"]
                first = first or (meta, answer.etag)
                if meta["cursor"] != first[0]["cursor"]:
                    break
                items += answer.json["data"]
                if page * PAGE >= meta["total"]:
                    return items, *first
        raise Away("the records change faster than they can be read", retry_after=5)

    def person(self, id: int, etag: str | None = None) -> Answer:
        """One person by number; status 304: as we have it."""
        return self.ask(f"/api/staff-data/{id}", {"by": "id"}, etag=etag)

    def image(self, id: int, kind: str, etag: str | None = None) -> Answer:
        """The `photo` or `signature`; status 304: as we have it."""
        return self.ask(f"/api/staff-data/{id}/{kind}", {"by": "id"}, etag=etag)


def judged(answer: Answer) -> Answer:
    if 200 <= answer.status < 300 or answer.status == 304:
        return answer
    try:
        problem = answer.json
    except ValueError:
        # Not the service's own: a proxy's page, or something else that listens there.
        problem = {"title": answer.body[:100].decode(errors="replace")}
    if answer.status == 404:
        raise Missing(problem.get("detail", "not found"))
    if answer.status == 410:
        raise Resync
    if answer.status == 429 or answer.status >= 500:
        wait = answer.headers.get("retry-after", "")
        raise Away(f"the service answered {answer.status}", int(wait) if wait.isdigit() else 30)
    raise Refused(answer.status, problem)


# Comparing


def digest(people: Iterable[dict]) -> str:
    """What `meta.digest` is for these people: equal digests, equal copies."""
    lines = (f"{person['id']}:{hashlib.sha256(canonical(person)).hexdigest()}\n" for person in sorted_by_id(people))
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def canonical(item: dict) -> bytes:
    """Members sorted by name, no blanks, UTF-8 (RFC 8785)."""
    return json.dumps(item, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sorted_by_id(people: Iterable[dict]) -> list[dict]:
    return sorted(people, key=lambda person: person["id"])


# Messages


def is_genuine(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a webhook is the service's own and of now. `body`: the bytes as they came. Header names in lower case."""
    try:
        id, timestamp, signatures = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        if abs(now - int(timestamp)) > TOLERANCE:
            return False
    except (KeyError, ValueError):
        return False
    signed = f"{id}.{timestamp}.".encode() + body
    ours = ["v1," + base64.b64encode(hmac.digest(secret_key(it), signed, "sha256")).decode() for it in secrets]
    return any(
        hmac.compare_digest(one.encode(), other.encode()) for one in ours for other in signatures.split()
    )


def secret_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
