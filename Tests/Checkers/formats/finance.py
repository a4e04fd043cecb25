"""Files for payroll and accounts."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from formats.tables import STATUSES, assert_rfc_4180, assert_tables, column, key, rows, table


def generic(folder: Path):
    """The contract's own columns, one row a person."""
    file = folder / "payroll.csv"
    assert_rfc_4180(file)
    assert_tables(
        table(
            file,
            [
                key("Payroll ID"),
                column("First Name", required=True),
                column("Last Name", required=True),
                column("Cost Centre"),
                column("Organisational Unit"),
                column("Payroll Status", required=True, enum=STATUSES),
                column("Start Date", "date"),
                column("End Date", "date"),
            ],
        )
    )


def split(folder: Path):
    """A row for each unit of a person; the shares of everybody come to exactly 100.00."""
    file = folder / "payroll-split.csv"
    assert_rfc_4180(file)
    assert_tables(
        table(
            file,
            [
                column("Payroll ID", required=True),
                column("First Name", required=True),
                column("Last Name", required=True),
                column("Cost Centre"),
                column("Organisational Unit"),
                column("Share", required=True, pattern=r"(100|[1-9]?\d)\.\d\d"),
                column("Payroll Status", required=True, enum=STATUSES),
            ],
        )
    )
    shares: dict[str, list[Decimal]] = defaultdict(list)
    places = set()
    for row in rows(file):
        shares[row["Payroll ID"]].append(Decimal(row["Share"]))
        place = (row["Payroll ID"], row["Organisational Unit"], row["Cost Centre"])
        assert place not in places, f"{place} stands twice"
        places.add(place)
    for person, parts in shares.items():
        assert min(parts) > 0 and sum(parts) == Decimal("100.00"), f"{person} has {sum(parts)}"


# What payroll wants to be told of; a journal lists each change of one of them.
WATCHED = [
    "Payroll ID",
    "First Name",
    "Last Name",
    "Cost Centre",
    "Organisational Unit",
    "Payroll Status",
    "Start Date",
    "End Date",
]


def journal(folder: Path):
    """A row for each value that changed: whose, which, from what, to what."""
    file = folder / "journal.csv"
    assert_rfc_4180(file)
    assert_tables(
        table(
            file,
            [
                column("Payroll ID", required=True),
                column("First Name", required=True),
                column("Last Name", required=True),
                column("As Of", "date", required=True),
                column("Change", required=True, enum=["created", "updated", "removed"]),
                column("Field", required=True, enum=WATCHED),
                column("Old Value"),
                column("New Value"),
            ],
        )
    )
    told = set()
    for row in rows(file):
        assert row["Old Value"] != row["New Value"]
        assert row["Change"] != "created" or row["Old Value"] == "", "nothing was there before"
        assert row["Field"] not in ("Start Date", "End Date") or all(
            not value or str(date.fromisoformat(value)) == value for value in (row["Old Value"], row["New Value"])
        )
        value = (row["Payroll ID"], row["Field"])
        assert value not in told, f"{value} stands twice"
        told.add(value)


JUDGES = {("finance", "generic"): generic, ("finance", "split"): split, ("finance", "journal"): journal}
