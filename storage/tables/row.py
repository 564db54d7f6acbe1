"""What every table shares: one metadata with named constraints, and the column types of this program."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Numeric,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "unique_%(table_name)s_%(column_0_N_name)s",
    "ck": "check_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: A number that names a row and means nothing else.
RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
#: The user a row belongs to: whoever writes it, unless the writer says otherwise.
OwnerId = Annotated[int, mapped_column(BigInteger, server_default=text("current_user_id()"))]
#: The number of a row of another table.
RowNumber = Annotated[int, mapped_column(BigInteger)]
#: Money, prices and quantities: NUMERIC without a scale, so that what was computed is what is stored.
Money = Annotated[Decimal, mapped_column(Numeric)]
#: Money that is zero until something happened.
Sum = Annotated[Decimal, mapped_column(Numeric, server_default="0")]
#: An instant with its zone; a wall clock without one names two instants a year.
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
#: When the row was written, by the database's clock.
WrittenAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
#: One number of a recorded market series, which is looked at and never booked.
Measured = Annotated[float, mapped_column(Double)]
Words = Annotated[str, mapped_column(Text)]
NoWords = Annotated[str, mapped_column(Text, server_default="")]
Json = Annotated[Any, mapped_column(JSONB)]


class Row(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text}  # noqa: RUF012 - read by SQLAlchemy once


def owned(parent: str, *columns: str, theirs: str = "", ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference to a row of the same user. `theirs` is the parent's column where it has another name than ours."""
    parents = (theirs,) if theirs else columns
    return ForeignKeyConstraint(
        ["user_id", *columns], [f"{parent}.{name}" for name in ("user_id", *parents)], ondelete=ondelete
    )


def one_of(column: str, names: tuple[str, ...]) -> str:
    """The text of a check that a column holds one of these names."""
    return f"{column} IN ({', '.join(repr(name) for name in names)})"
