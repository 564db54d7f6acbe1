"""What can be asked about the truth of an account. The engine asks the venue first, and the kernel only then."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LookAtTruth:
    """Compare an account with its venue. The answer's body is a TruthReport; its plan mends the `rows` of these keys,
    all that differ where none is named.
    """

    account_id: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairAccount:
    """Carry out the plan that a look at these rows showed. Refused when a new look does not come to the same plan."""

    account_id: str
    plan_id: str
    rows: tuple[str, ...] = ()


TruthRequest = LookAtTruth | RepairAccount
