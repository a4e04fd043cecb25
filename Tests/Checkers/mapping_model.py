"""What a table of `mappings` must come out as, worked out from its description and the records by other code.

Only what docs/mappings.md says is modelled: which rows there are, in which order, and what stands in each cell.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta

from house import House, is_active, memberships, status, unit_codes

CODECS = {
    "utf-8": "utf-8",
    "utf-16le": "utf-16-le",
    "windows-1250": "cp1250",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "iso-8859-2": "iso8859-2",
    "iso-8859-15": "iso8859-15",
    "us-ascii": "ascii",
}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "tilde": "~"}
# Letters, decimal digits, marks that belong to letters, blanks.
KEPT_BESIDE_PUNCTUATION = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Mn", "Mc", "Zs"}


class Refused(Exception):
    """A cell that cannot be written."""


@dataclass
class Expected:
    rows: list[list[str]] = field(default_factory=list)
    # Whose cell in which column cannot be written, as (reference or code, heading).
    refused: set[tuple[str, str]] = field(default_factory=set)
    # What each row is sorted by; rows with equal keys may stand in any order.
    subjects: list["Subject"] = field(default_factory=list)


@dataclass
class Subject:
    """What one row speaks of: a person, a person in a unit, or a unit."""

    person: dict | None = None
    unit: dict | None = None
    place: dict | None = None
    index: int = 0
    count: int = 0

    @property
    def name(self) -> str:
        return self.person["employee_reference"] if self.person else self.unit["code"]


class Model:
    """The tables of one organisation on one day."""

    def __init__(self, house: House, day: date, settings: dict):
        self.house, self.day, self.settings = house, day, settings
        self.types = {
            name: kind if isinstance(kind, str) else kind["type"] for name, kind in settings["custom_fields"].items()
        }

    def expected(self, table: dict) -> Expected:
        answer = Expected()
        columns = [self.settings_of(column, table) for column in table["columns"]]
        for subject in self.ordered(table):
            cells = []
            for column in columns:
                try:
                    cells.append(self.written(self.cell(column, subject), table))
                except Refused:
                    answer.refused.add((subject.name, column["heading"]))
            answer.rows.append(cells)
            answer.subjects.append(subject)
        return answer

    # Rows

    def ordered(self, table: dict) -> list[Subject]:
        kind = table.get("rows", "people")
        if kind == "units":
            units = sorted(self.house.units.values(), key=lambda unit: int(unit["id"]))
            scope = self.scope(table)
            return [Subject(unit=unit) for unit in units if scope is None or unit["code"] in scope]
        people = sorted(self.house.people.values(), key=lambda person: int(person["id"]))
        people = [person for person in people if self.is_wanted(person, table)]
        order = table.get("sort", "id")
        if order == "reference":
            people.sort(key=lambda person: person["employee_reference"].lower())
        elif order == "name":
            people.sort(key=lambda person: (person["last_name"].lower(), person["first_name"].lower()))
        elif order == "unit":
            # Whoever is in no unit stands last.
            people.sort(key=lambda person: next(iter(unit_codes(person, self.day)), "\U0010ffff"))
        scope = self.scope(table)
        found = []
        for person in people:
            places = memberships(person, self.day)
            if kind == "people":
                primary = self.house.units[places[0]["unit"]] if places else None
                found.append(Subject(person, primary, None, 0, len(places)))
                continue
            if not places and table.get("unassigned") and scope is None:
                found.append(Subject(person, None, None, 0, 1))
            for index, place in enumerate(places):
                if scope is None or place["unit"] in scope:
                    found.append(Subject(person, self.house.units[place["unit"]], place, index, len(places)))
        return found

    def scope(self, table: dict) -> set[str] | None:
        units = table.get("filter", {}).get("units")
        return set().union(*map(self.house.subtree, units)) if units else None

    def is_wanted(self, person: dict, table: dict) -> bool:
        wanted, scope = table.get("filter", {}), self.scope(table)
        now = status(person, self.day)
        if "status" in wanted and now not in wanted["status"]:
            return False
        if scope is not None and not scope & set(unit_codes(person, self.day)):
            return False
        active = is_active(person, self.day)
        if "is_active" not in wanted or active == wanted["is_active"]:
            return True
        days = wanted.get("leavers_within_days")
        if days is None or now == "pending":
            return False
        end = person.get("employment_end_date")
        # Nobody knows since when somebody is off who has no end date behind him: he stays.
        return end is None or end >= self.day.isoformat() or end >= (self.day - timedelta(days=days)).isoformat()

    # Cells

    def settings_of(self, column, table: dict) -> dict:
        """A column in full: its short forms, and what the table says for all of them."""
        if isinstance(column, str):
            column = {"heading": column, "field": column}
        elif len(column) == 1 and next(iter(column)) not in ("field", "constant", "join", "first_of"):
            ((heading, name),) = column.items()
            column = {"heading": heading, "field": name}
        usual = {
            "date_format": table.get("dates", "yyyy-MM-dd"),
            "booleans": table.get("booleans", ["true", "false"]),
            "separator": table.get("separator", ", "),
            "empty": table.get("empty", ""),
        }
        column = usual | column
        column.setdefault("heading", column.get("field", ""))
        column.setdefault("label", column["heading"])
        return column

    def cell(self, column: dict, subject: Subject) -> str:
        source = {name: column[name] for name in ("field", "constant", "join", "first_of", "with") if name in column}
        text = self.text(source, column, subject)
        if codes := column.get("codes"):
            if text in codes:
                text = codes[text]
            elif text:
                if "default" in column:
                    text = column["default"]
                elif column.get("unlisted", "error") == "error":
                    raise Refused
        if strip := column.get("strip"):
            if strip == "punctuation":
                text = "".join(c for c in text if unicodedata.category(c) in KEPT_BESIDE_PUNCTUATION)
            else:
                text = "".join(c for c in text if c not in strip)
        text = {"upper": str.upper, "lower": str.lower}.get(column.get("case"), str)(text)
        limit = column.get("max_length")
        if limit and len(text) > limit:
            if column.get("too_long", "error") == "error":
                raise Refused
            text = text[:limit]
        if text:
            return text
        if column.get("required"):
            raise Refused
        return column["empty"]

    def text(self, source, column: dict, subject: Subject) -> str:
        if isinstance(source, str):
            source = {"field": source}
        if "constant" in source:
            return source["constant"]
        if "field" in source:
            return self.rendered(self.value(source["field"], subject), column)
        parts = (self.text(part, column, subject) for part in source.get("join") or source["first_of"])
        if "join" in source:
            return source.get("with", " ").join(filter(None, parts))
        return next(filter(None, parts), "")

    def rendered(self, value, column: dict) -> str:
        """Codes speak of values as records write them; everything else as the column says."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower() if "codes" in column else column["booleans"][0 if value else 1]
        if isinstance(value, date):
            if "codes" in column:
                return value.isoformat()
            pattern = column["date_format"]
            return pattern.replace("yyyy", f"{value:%Y}").replace("MM", f"{value:%m}").replace("dd", f"{value:%d}")
        return column["separator"].join(value) if isinstance(value, list) else str(value)

    def written(self, text: str, table: dict) -> str:
        """The cell as it is read back by a program that knows the table's format."""
        formulas = table.get("formulas", "off")
        is_number = re.fullmatch(r"[+-][0-9.]+", text)
        if formulas != "off" and text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and text and not is_number:
            if formulas == "reject":
                raise Refused
            text = "'" + text
        delimiter = DELIMITERS.get(table.get("delimiter", "comma"), table.get("delimiter", ","))
        if table.get("quotes") == "none" and any(mark in text for mark in (delimiter, "\r", "\n")):
            raise Refused
        try:
            text.encode(CODECS[table.get("encoding", "utf-8")])
        except UnicodeEncodeError:
            raise Refused from None
        return text

    def value(self, name: str, subject: Subject):
        house, person, unit = self.house, subject.person, subject.unit
        if name.startswith("custom."):
            text = person.get("custom", {}).get(name.removeprefix("custom."))
            kind = self.types[name.removeprefix("custom.")]
            return text and (
                date.fromisoformat(text) if kind == "date" else text == "true" if kind == "boolean" else text
            )
        if name.startswith("external_ids."):
            return (person or unit).get("external_ids", {}).get(name.removeprefix("external_ids."))
        if name.startswith("unit_") and name not in ("unit_codes", "unit_names", "unit_from", "unit_until"):
            return self.unit_value(name, unit)
        match name:
            case "id":
                return (person or unit)["id"]
            case "display_name":
                return f"{person.get('preferred_name') or person['first_name']} {person['last_name']}"
            case "email_name":
                return person["email"].partition("@")[0]
            case "employment_start_date" | "employment_end_date":
                return day(person.get(name))
            case "employment_status":
                return person.get(name, "active")
            case "status":
                return status(person, self.day)
            case "is_active":
                return is_active(person, self.day)
            case "line_manager":
                return house.manager(person)
            case "line_manager_id" | "line_manager_email":
                manager = house.people.get(house.manager(person), {})
                return manager.get(name.removeprefix("line_manager_"))
            case "photo_path":
                return person.get(name) if person.get("photo_status", "approved") == "approved" else None
            case "unit_codes":
                return unit_codes(person, self.day)
            case "unit_names":
                return [house.units[code]["name"] for code in unit_codes(person, self.day)]
            case "is_primary":
                return subject.index == 0
            case "share":
                # In hundredths; the first ones get what does not come out even, so that the sum is 100.00.
                share = 10_000 // subject.count + (subject.index < 10_000 % subject.count)
                return f"{share // 100}.{share % 100:02}"
            case "unit_from" | "unit_until":
                return day((subject.place or {}).get(name.removeprefix("unit_")))
            case "organisation_id" | "organisation_name":
                return self.settings["organisation"][name.removeprefix("organisation_")]
            case "as_of":
                return self.day
            case "commit":
                return house.git("rev-parse", "HEAD")
        return person.get(name)

    def unit_value(self, name: str, unit: dict | None):
        if unit is None:
            return None
        name = name.removeprefix("unit_")
        if name.startswith("parent_"):
            return self.house.units.get(unit.get("parent"), {}).get(name.removeprefix("parent_"))
        if name == "cost_centre":
            return self.house.cost_centre(unit["code"])
        if name == "is_active":
            return unit.get("is_active", "true") == "true"
        return unit.get(name)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
