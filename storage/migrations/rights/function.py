"""How every function of the rights is made: owned by the owner of the tables, deaf to the caller's search path."""

from dataclasses import dataclass

from alembic import op

from storage.errors import StorageError

#: pg_catalog first and the temporary schema last: nothing of the caller's can take a name away.
PATH = "SET search_path = pg_catalog, public, pg_temp"


@dataclass(frozen=True, slots=True)
class SqlFunction:
    """A PL/pgSQL function. `signature` is its name with named arguments; `is_definer`: with the owner's rights."""

    signature: str
    returns: str
    body: str
    is_definer: bool = True
    volatility: str = "VOLATILE"

    def make(self) -> None:
        """Create it; nobody but the owner may call it until that is granted."""
        if "$$" in self.body:
            raise StorageError(f"The body of {self.signature} would end early.")
        security = "SECURITY DEFINER" if self.is_definer else "SECURITY INVOKER"
        op.execute(
            f"CREATE FUNCTION {self.signature} RETURNS {self.returns} LANGUAGE plpgsql {self.volatility} {security} "
            f"{PATH} AS $$\n{self.body.strip()}\n$$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC")

    def drop(self) -> None:
        op.execute(f"DROP FUNCTION {self.signature}")
