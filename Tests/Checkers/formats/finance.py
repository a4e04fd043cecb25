"""Files for payroll and accounts."""

from collections import defaultdict
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


JUDGES = {("finance", "generic"): generic}
