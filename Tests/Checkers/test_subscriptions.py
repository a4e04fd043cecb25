"""A program subscribes by its key, as docs/api.md says: what it is told, what it is refused, and how it ends again."""

import json
from pathlib import Path

import pytest
from service_process import new_key
from ward import Ward

HERE = "http://127.0.0.1:19/staff"
WISH = {"action": "subscribe", "url": HERE, "events": ["person.created"]}


@pytest.fixture
def begin(binary, tmp_path):
    """A ward with keys of two systems. In the sample only administrators change subscriptions; here whoever may ask."""
    begun = []

    def begin(needs_administrator: bool = False) -> Ward:
        ward = Ward(binary, tmp_path)
        begun.append(ward)
        ward.rota, ward.other = new_key(21), new_key(22)
        ward.write_key("rota", ward.rota, "rota", ["webhooks:write", "staff:read"])
        ward.write_key("other", ward.other, "recruitment", ["webhooks:write", "staff:read"])
        if not needs_administrator:
            ward.let_keys_subscribe()
        return ward.open()

    yield begin
    for ward in begun:
        ward.close()


@pytest.fixture
def ward(begin):
    return begin()


def ask(ward: Ward, wish: dict, key: str | None = None) -> tuple[int, dict]:
    status, _, body = ward.service.request(
        "POST", "/api/webhooks", key or ward.rota, json.dumps(wish).encode(), Content_Type="application/json"
    )
    return status, json.loads(body)


def names(ward: Ward) -> list[str]:
    return [subscription["name"] for subscription in ask(ward, {"action": "list"})[1]["subscriptions"]]


def secrets(ward: Ward) -> list[str]:
    folder = Path(ward.records) / "staffrepo/secrets"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def made(*names: str) -> list[str]:
    """As the API calls the secrets that it makes: never what staffrepo.yaml may name for something else."""
    return [f"api-{name}" for name in names]


def files(ward: Ward) -> set[str]:
    return set(ward.house.git("-C", str(ward.records), "ls-tree", "--name-only", "main:data/webhooks").split())


def test_the_same_wish_once_more_makes_no_second_subscription(ward):
    status, first = ask(ward, WISH)
    assert (status, first["state"], first["warnings"]) == (201, "accepted", [])
    assert first["secret"].startswith("whsec_")
    status, again = ask(ward, WISH)
    assert (status, again["type"]) == (409, "urn:staffrepo:problem:subscribed-already")
    assert again["subscription"] == first["subscription"]
    assert first["secret"] not in json.dumps(again)
    assert (names(ward), secrets(ward)) == (["rota"], made("rota"))
    # Whoever wants a second one says so, and is told what it means; the other's file is no business of the new one.
    status, second = ask(ward, WISH | {"name": "rota-too"})
    assert status == 201
    assert [(warning["code"], warning["field"]) for warning in second["warnings"]] == [("W012", "url")]
    assert "rota-too.yaml" not in second["warnings"][0]["message"] and second["warnings"][0]["help"]
    assert ask(ward, WISH, ward.other)[0] == 201, "what others have does not count"


def test_one_is_ended_by_its_name_or_by_an_address_that_it_alone_has(ward):
    for name, url in (("one", HERE), ("two", HERE), ("three", HERE + "/3"), ("rota", HERE + "/4")):
        assert ask(ward, WISH | {"name": name, "url": url})[0] == 201
    all_of_them = ["one", "rota", "three", "two"]
    assert (names(ward), secrets(ward)) == (all_of_them, made(*all_of_them))
    for more, field in (
        ({}, "name"), ({"url": HERE}, "url"), ({"url": HERE + "/5"}, "url"), ({"name": "one", "url": HERE + "/3"}, "url"),
    ):  # fmt: skip
        status, refused = ask(ward, {"action": "unsubscribe"} | more)
        assert (status, refused["errors"][0]["field"], refused["names"]) == (422, field, all_of_them), more
        assert refused["errors"][0]["help"]
    assert ask(ward, {"action": "unsubscribe", "name": "four"})[0] == 404
    assert ask(ward, {"action": "unsubscribe", "name": "cards"})[0] == 404, "that of others"
    assert ask(ward, {"action": "unsubscribe", "name": "one"}, ward.other)[0] == 404
    assert names(ward) == all_of_them
    status, ended = ask(ward, {"action": "unsubscribe", "name": "Two", "url": HERE})
    assert (status, ended["subscription"], ended["warnings"]) == (200, {"name": "two", "target": "webhook/two"}, [])
    status, ended = ask(ward, {"action": "unsubscribe", "url": HERE + "/3"})
    assert (status, ended["subscription"]["name"]) == (200, "three")
    assert (names(ward), secrets(ward)) == (["one", "rota"], made("one", "rota"))


def test_the_secret_goes_with_the_subscription_and_no_other_does(ward):
    folder = Path(ward.records) / "staffrepo/secrets"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "api-rota").write_text("somebody else's\n")
    assert ask(ward, WISH)[0] == 201
    assert secrets(ward) == made("rota", "rota-2")
    # The second is used by a subscription that people wrote as well.
    ward.house.git("pull", "--quiet", "origin", "main")
    ward.house.write("webhooks/shared.yaml", f"url: {HERE}/shared\nsecrets: [file:api-rota-2]\n")
    ward.push("One secret for two")
    assert ask(ward, {"action": "unsubscribe", "name": "rota"})[0] == 200
    assert secrets(ward) == made("rota", "rota-2")
    assert ask(ward, WISH | {"name": "late"})[0] == 201
    assert ask(ward, {"action": "unsubscribe", "name": "late"})[0] == 200
    assert secrets(ward) == made("rota", "rota-2")
    assert "late.yaml" not in files(ward)


def test_a_refusal_names_the_member_and_what_there_is(ward):
    def fault(**more) -> tuple[str, str]:
        status, refused = ask(ward, WISH | more)
        assert (status, len(refused["errors"])) == (422, 1), refused
        found = refused["errors"][0]
        assert found["message"] in refused["detail"]
        return found["field"], f"{found['message']} {found.get('help', '')}"

    field, text = fault(event=["person.created"])
    assert field == "event" and "Did you mean 'events'?" in text and "units" in text
    field, text = fault(events=["person.hired"])
    assert field == "events" and "Known are: *, person.created, person.updated" in text
    field, text = fault(events=["*", "person.creatd"])
    assert field == "events" and "Did you mean 'person.created'?" in text
    assert fault(events=[])[0] == "events"
    field, text = fault(fields=["id", "surname"])
    assert field == "fields" and "Known are: id, employee_reference, " in text
    assert fault(fields=["salary_grade"])[0] == "fields"
    assert fault(units=["nowhere"])[0] == "units"
    for url in ("http://rota.example.org/staff", "http://169.254.169.254/", "https://a:b@rota.example.org/", "ftp://rota.example.org/"):
        field, text = fault(url=url)
        assert field == "url" and len(text.split(". ")) > 1, text
    assert fault(name="a b")[0] == "name"
    status, refused = ask(ward, WISH | {"events": ["person.hired"], "fields": ["surname"], "units": ["nowhere"]})
    assert [found["field"] for found in refused["errors"]] == ["events", "fields", "units"]
    assert (names(ward), secrets(ward)) == ([], [])


def test_an_address_inside_comes_with_the_way_to_allow_it(ward):
    status, answer = ask(ward, WISH | {"url": "http://10.1.2.3:19/staff"})
    assert status == 201
    (warning,) = answer["warnings"]
    assert (warning["code"], warning["field"]) == ("W011", "url")
    assert "staffrepo.allowNetworks" in warning["help"]


def test_what_waits_for_an_administrator_is_not_asked_for_twice(begin):
    ward = begin(needs_administrator=True)
    status, first = ask(ward, WISH)
    assert (status, first["state"], first["branch"]) == (202, "pending_review", "webhooks/rota/rota")
    assert first["secret"] and first["reason"]
    status, again = ask(ward, WISH)
    assert (status, again["type"]) == (409, "urn:staffrepo:problem:subscribed-already")
    assert (names(ward), secrets(ward)) == ([], made("rota"))
