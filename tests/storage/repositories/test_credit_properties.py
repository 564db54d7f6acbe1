"""Whatever people do with credits, in whatever order: the books sum to zero and agree with a model of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import UsageError
from storage.database import Database, connect
from storage.repositories.credits import CreditRepository
from tests.storage.builders import D
from tests.storage.repositories.conftest import add_user
from tests.support.postgres import PostgresCluster

PEOPLE = 3
AMOUNTS = st.decimals(D("0.01"), D(20), places=2)
REFERENCES = st.sampled_from(["a", "b", "c", "d", "e", "f"])
WHO = st.integers(0, PEOPLE - 1)


@dataclass(frozen=True)
class Act:
    """One thing somebody does. `other` is a person for a transfer; `original` a reference for a refund."""

    kind: str
    who: int
    reference: str
    amount: Decimal
    other: int = 0
    original: str = ""


ACTS = st.lists(
    st.one_of(
        st.builds(Act, st.just("charge"), WHO, REFERENCES, AMOUNTS),
        st.builds(Act, st.just("spend"), WHO, REFERENCES, AMOUNTS),
        st.builds(Act, st.just("transfer"), WHO, REFERENCES, AMOUNTS, WHO),
        st.builds(Act, st.just("refund"), WHO, REFERENCES, AMOUNTS, st.just(0), REFERENCES),
    ),
    max_size=25,
)


@dataclass
class Books:
    """The rules again, as plainly as they can be written."""

    balances: list[Decimal] = field(default_factory=lambda: [D(0)] * PEOPLE)
    booked: dict[tuple[int, str], tuple[Act, dict[int, Decimal]]] = field(default_factory=dict)
    taken_back: dict[tuple[int, str], Decimal] = field(default_factory=dict)

    def book(self, act: Act) -> bool:
        """Whether it is accepted."""
        key, original = (act.who, act.reference), (act.who, act.original)
        if act.kind == "transfer" and act.other == act.who:
            return False
        if act.kind == "refund" and (original not in self.booked or self.booked[original][0].kind == "refund"):
            return False
        if key in self.booked:
            return self.booked[key][0] == act
        changes = self._changes(act)
        if any(self.balances[who] + change < 0 for who, change in changes.items()):
            return False
        if act.kind == "refund":
            taken = self.taken_back.get(original, D(0)) + act.amount
            if taken > self.booked[original][0].amount:
                return False
            self.taken_back[original] = taken
        for who, change in changes.items():
            self.balances[who] += change
        self.booked[key] = (act, changes)
        return True

    def _changes(self, act: Act) -> dict[int, Decimal]:
        match act.kind:
            case "charge":
                return {act.who: act.amount}
            case "spend":
                return {act.who: -act.amount}
            case "transfer":
                return {act.who: -act.amount, act.other: act.amount}
        _, moved = self.booked[(act.who, act.original)]
        return {who: -act.amount if change > 0 else act.amount for who, change in moved.items()}


async def attempt(ledger: CreditRepository, people: list[int], act: Act) -> bool:
    who = people[act.who]
    does: dict[str, Callable[[], object]] = {
        "charge": lambda: ledger.charge(who, act.amount, act.reference),
        "spend": lambda: ledger.spend(who, act.amount, act.reference),
        "transfer": lambda: ledger.transfer(who, people[act.other], act.amount, act.reference),
        "refund": lambda: ledger.refund(who, act.original, act.reference, act.amount),
    }
    try:
        await does[act.kind]()  # type: ignore[misc]
    except UsageError:
        return False
    return True


async def total(database: Database, sql: str) -> Decimal:
    async with database.question() as connection:
        found: Decimal = await connection.fetchval(sql)
    return found


async def in_order(url: str, acts: list[Act]) -> None:
    database, books = await connect(url), Books()
    try:
        ledger = CreditRepository(database)
        people = [await add_user(database, f"p{number}") for number in range(PEOPLE)]
        for act in acts:
            assert await attempt(ledger, people, act) == books.book(act), act
            assert [await ledger.balance(who) for who in people] == books.balances
        await add_up(database, ledger, people)
    finally:
        await database.close()


async def at_once(url: str, acts: list[Act]) -> None:
    database = await connect(url)
    try:
        ledger = CreditRepository(database)
        people = [await add_user(database, f"p{number}") for number in range(PEOPLE)]
        await asyncio.gather(*(attempt(ledger, people, act) for act in acts))
        await add_up(database, ledger, people)
    finally:
        await database.close()


async def add_up(database: Database, ledger: CreditRepository, people: list[int]) -> None:
    assert await ledger.audit() == []
    assert await total(database, "SELECT COALESCE(sum(amount), 0) FROM credit_entries") == 0
    for who in people:
        seen = sum((one.change_of(who) for one in await ledger.history(who)), D(0))
        assert await ledger.balance(who) == seen >= 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_order_agrees_with_the_model(
    postgres_cluster: PostgresCluster, migrated_template: str, acts: list[Act]
) -> None:
    url = postgres_cluster.create_database(template=migrated_template)
    try:
        asyncio.run(in_order(url, acts))
    finally:
        postgres_cluster.drop_database(url)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_all_at_once_adds_up(postgres_cluster: PostgresCluster, migrated_template: str, acts: list[Act]) -> None:
    url = postgres_cluster.create_database(template=migrated_template)
    try:
        asyncio.run(at_once(url, acts))
    finally:
        postgres_cluster.drop_database(url)
