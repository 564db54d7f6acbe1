"""More rights than one's own: through functions, search paths, roles, definers, leaks of the planner and of names."""

import asyncpg
import pytest

from engine.domain.messages import CommandReceived, PauseBot
from engine.errors import UsageError
from storage.commands import PostgresCommands
from storage.database import connect
from storage.users.grants import FOR_ADMINISTRATORS, FOR_ALL, FOR_TRADERS
from storage.users.groups import set_up
from storage.users.names import LONGEST, SHAPE, check_name, normal_name
from storage.users.passwords import postgres_verifier
from storage.users.people import People
from tests.security.conftest import Enter
from tests.storage.builders import DESK, NOW
from tests.support.postgres import PostgresCluster, database_name
from tests.support.shared import SharedDatabase, share

HOSTILE = (
    'x"; DROP TABLE users; --', "x'; SELECT 1 --", "public", "pg_monitor", "gridwright_test_1_admin", "Alice", "alice ",
    "аlice", "a", "", "x" * 41, "current_user", "none", "a;b", "a\nb", "a\x00b", "1abc", "-abc", "postgres",
)  # fmt: skip


async def test_every_definer_is_known_and_deaf_to_the_callers_path(enter: Enter) -> None:
    async with enter("") as owner:
        definers = await owner.fetch(
            "SELECT proname AS name, proconfig AS settings, prorettype = 'trigger'::regtype AS is_trigger, "
            "has_function_privilege($1, oid, 'EXECUTE') AS by_traders, "
            "has_function_privilege($2, oid, 'EXECUTE') AS by_administrators "
            "FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef",
            await owner.fetchval("SELECT rights_group('trader')"),
            await owner.fetchval("SELECT rights_group('admin')"),
        )
    assert {row["name"] for row in definers if not row["is_trigger"]} >= FOR_ALL | FOR_TRADERS | FOR_ADMINISTRATORS
    for row in definers:
        path = [part.strip() for part in row["settings"][0].partition("=")[2].split(",")]
        assert path[-1] == "pg_temp", row["name"]
        if not row["is_trigger"]:
            assert row["by_traders"] == (row["name"] in FOR_ALL | FOR_TRADERS), row["name"]
            assert row["by_administrators"] == (row["name"] in FOR_ALL | FOR_TRADERS | FOR_ADMINISTRATORS), row["name"]


async def test_views_see_with_the_eyes_of_the_asker(enter: Enter) -> None:
    async with enter("") as owner:
        views = await owner.fetch(
            "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' "
            "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')"
        )
    assert views
    assert all("security_invoker=true" in (row["reloptions"] or ()) for row in views)


@pytest.mark.parametrize("name", ["alice", "vera", "adam"])
async def test_no_person_becomes_anybody_else(shared: SharedDatabase, enter: Enter, name: str) -> None:
    owner_name = shared.owner_url.split("//")[1].split(":")[0]
    async with enter(name) as person:
        me = await person.fetchval("SELECT current_user_id()")
        groups = await person.fetchrow("SELECT rights_group('admin'), rights_group('trader')")
        attacks = [
            f'SET ROLE "{owner_name}"', f"SET SESSION AUTHORIZATION '{owner_name}'",
            f'SET ROLE "{shared.role("bob")}"', f"SET SESSION AUTHORIZATION '{shared.role('bob')}'",
            f'GRANT "{owner_name}" TO "{shared.role(name)}"', f'GRANT "{groups[0]}" TO "{shared.role(name)}"',
            f'ALTER ROLE "{shared.role(name)}" SUPERUSER', f'ALTER ROLE "{shared.role(name)}" BYPASSRLS',
            f'ALTER ROLE "{shared.role(name)}" CREATEROLE', f'ALTER ROLE "{shared.role("bob")}" PASSWORD \'x\'',
            f'DROP ROLE "{shared.role("bob")}"', "CREATE ROLE mallory", "CREATE SCHEMA mine",
            "CREATE TABLE public.mine (x int)", "CREATE EXTENSION pg_stat_statements", "ALTER TABLE users ADD x int",
            "CREATE OR REPLACE FUNCTION public.current_user_id() RETURNS bigint LANGUAGE sql AS 'SELECT 3::bigint'",
            "ALTER FUNCTION current_user_id() SECURITY INVOKER", "COPY users TO '/tmp/x'", "COPY users TO PROGRAM 'id'",
            "SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/etc/passwd')", "LOAD 'x'",
            "SELECT * FROM pg_authid", "SELECT * FROM pg_statistic", "ALTER SYSTEM SET fsync = off", "CHECKPOINT",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{owner_name}'",
            f'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner_name}" GRANT ALL ON TABLES TO PUBLIC',
            f'REASSIGN OWNED BY "{owner_name}" TO "{shared.role(name)}"',
        ]  # fmt: skip
        async with enter(""):
            for attack in attacks:
                with pytest.raises(asyncpg.PostgresError) as caught:
                    await person.execute(attack)
                assert caught.value.sqlstate in {"42501", "0A000", "58P01"}, (attack, caught.value)
        # The switch that asks for an error instead of silence does not open anything.
        await person.execute("SET row_security = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await person.fetch("SELECT * FROM desks")
        assert await person.fetchval("SELECT current_user_id()") == me


async def test_shadows_in_the_temporary_schema_fool_nobody(shared: SharedDatabase, enter: Enter) -> None:
    async with enter("alice") as alice:
        await alice.execute("CREATE TEMP TABLE users (id bigint, username text, database_role text, is_active boolean)")
        await alice.execute(f"INSERT INTO pg_temp.users VALUES (1, 'local', '{shared.role('alice')}', true)")
        await alice.execute(
            "CREATE FUNCTION pg_temp.current_user_id() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'"
        )
        await alice.execute("CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'")
        await alice.execute("SET search_path = pg_temp, public, pg_catalog")
        assert await alice.fetchval("SELECT public.current_user_id()") not in (None, 1)
        with pytest.raises(asyncpg.PostgresError, match=r"Only an administrator|permission denied"):
            await alice.execute("SELECT public.set_person_role('alice', 'admin')")
        assert await alice.fetch("SELECT * FROM public.desks") == []


async def test_a_cheap_function_in_a_condition_sees_only_own_rows(enter: Enter) -> None:
    async with enter("bob") as bob, enter("alice") as alice:
        await bob.execute("INSERT INTO desks (desk_id, name) VALUES ('secret of bob', 'n')")
        await alice.execute("INSERT INTO desks (desk_id, name) VALUES ('alices', 'n')")
        heard: list[str] = []
        alice.add_log_listener(lambda _, message: heard.append(message.message))
        await alice.execute(
            "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
        await alice.fetch("SELECT * FROM desks WHERE pg_temp.leak(desk_id)")
        await alice.fetch("SELECT * FROM desks WHERE pg_temp.leak(desk_id) AND desk_id LIKE '%bob%'")
        assert set(heard) == {"alices"}
        for statement in (
            "SELECT 1/(CASE WHEN desk_id LIKE 'secret%' THEN 0 ELSE 1 END) FROM desks",
            "SELECT desk_id::int FROM desks WHERE desk_id LIKE 'secret%'",
        ):
            await alice.fetch(statement)
        assert await alice.fetch("SELECT attname FROM pg_stats WHERE tablename = 'desks'") == []


async def test_bells_carry_ids_alone(shared: SharedDatabase, enter: Enter) -> None:
    heard: list[str] = []
    database = await connect(shared.url("alice"), pool_size=1)
    async with enter("bob") as bob:
        for channel in ("gridwright_commands", "gridwright_answers"):
            await bob.add_listener(channel, lambda *call: heard.append(call[3]))
        await PostgresCommands(database, DESK).submit(CommandReceived("c1", PauseBot("bot-with-a-name"), NOW))
        await bob.fetchval("SELECT 1")
        assert set(heard) <= {DESK, "c1"}
        # Who knows the id of a desk rings its bell; the desk looks into its own rows and finds nothing new.
        await bob.execute("SELECT pg_notify('gridwright_commands', $1)", DESK)
        assert await bob.fetch("SELECT * FROM commands") == []
    await database.close()


async def test_a_refusal_does_not_tell_what_it_met(shared: SharedDatabase, enter: Enter) -> None:
    async with enter("bob") as bob, enter("alice") as alice:
        await bob.execute("INSERT INTO desks (desk_id, name) VALUES ('bobs', 'name of bob')")
        for attack in (
            "INSERT INTO desks (desk_id, name) VALUES ('bobs', 'n')",
            "INSERT INTO desks (desk_id, name) VALUES ('bobs', 'n') ON CONFLICT (desk_id) DO UPDATE SET name = 'mine'",
        ):
            with pytest.raises(asyncpg.PostgresError) as caught:
                await alice.execute(attack)
            assert "name of bob" not in f"{caught.value.as_dict()}"
        assert await bob.fetchval("SELECT name FROM desks") == "name of bob"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


def test_a_name_has_one_spelling() -> None:
    assert {normal_name(name) for name in ("alice", "ALICE", " Alice ", "ａｌｉｃｅ", "ALİCE".replace("İ", "I"))} == {
        "alice"
    }


async def test_sql_in_every_text_of_the_functions(shared: SharedDatabase, enter: Enter) -> None:
    """Also under the owner's own hand: what is refused or taken is text, never a statement."""
    verifier = postgres_verifier("a good Password 1")
    async with enter("adam") as adam, enter("") as owner:
        people = await owner.fetchval("SELECT count(*) FROM users")
        # What has the shape of a name is a name, whatever it means; a NUL does not even reach the server.
        for evil in (name for name in HOSTILE if not SHAPE.match(name) and "\x00" not in name):
            for statement, arguments in (
                ("SELECT add_person($1, 'trader', 'fine', $2, NULL)", (evil, verifier)),
                ("SELECT add_person('fine', 'trader', $1, $2, NULL)", (evil, verifier)),
                ("SELECT add_person('fine', $1, 'fine', $2, NULL)", (evil, verifier)),
                ("SELECT add_person('fine', 'trader', 'fine', $1, NULL)", (evil,)),
                ("SELECT add_person('fine', 'trader', 'fine', $2, $1)", (evil, verifier)),
                ("SELECT set_person_role($1, 'admin')", (evil,)),
                ("SELECT set_person_role('bob', $1)", (evil,)),
                ("SELECT set_person_password($1, $2, NULL)", (evil, verifier)),
                ("SELECT set_person_password('bob', $1, $1)", (evil,)),
                ("SELECT remove_person($1)", (evil,)),
                ("SELECT unlock_person($1)", (evil,)),
            ):
                if len(evil) > LONGEST and "'trader', $1" in statement:
                    continue
                with pytest.raises(asyncpg.PostgresError) as caught:
                    await adam.execute(statement, *arguments)
                assert caught.value.sqlstate.startswith("GW2"), (statement, evil, caught.value)
        assert await owner.fetchval("SELECT count(*) FROM users") == people


async def test_an_administrator_has_no_more_than_the_functions(shared: SharedDatabase, enter: Enter) -> None:
    administrator = await connect(shared.url("adam"), pool_size=1)
    people = People(administrator)
    for name in ("local",):
        with pytest.raises(UsageError, match=r"^The local user is the owner of the database and stays as it is\.$"):
            await people.set_password(name, "a good Password 1")
    for act in (people.set_active("adam", is_active=False), people.remove("adam")):
        with pytest.raises(UsageError, match=r"^Nobody can do this to himself\.$"):
            await act
    with pytest.raises(UsageError, match=r"^The name postgres is taken"):
        await people.add("mallory", "admin", "a good Password 1", database_role="postgres")
    async with enter("adam") as adam:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await adam.execute("UPDATE users SET database_role = NULL")
        assert await adam.fetchval("SELECT count(*) FROM users") == 1
    await administrator.close()
    trader = await connect(shared.url("alice"), pool_size=1)
    with pytest.raises(UsageError, match=r"^Only an administrator may do this\.$"):
        await People(trader).everybody()
    await trader.close()


async def test_two_databases_of_one_server_share_nothing(
    shared: SharedDatabase, postgres_cluster: PostgresCluster, migrated_template: str
) -> None:
    other = await share(postgres_cluster.create_database(template=migrated_template))
    try:
        await other.add_role("alice")
        for mine, theirs in ((shared, other), (other, shared)):
            place = mine.url("alice").rpartition("/")[0]
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(f"{place}/{database_name(theirs.owner_url)}")
        # The role of one person cannot become another person's of the second database.
        database = await connect(other.owner_url, pool_size=1)
        with pytest.raises(UsageError, match=r"has a role .* already"):
            await People(database).add("eve", "trader", "a good Password 1", database_role=shared.role("alice"))
        await database.close()
    finally:
        await other.leave()
        postgres_cluster.drop_database(other.owner_url)


async def test_an_owner_who_is_no_superuser_can_do_it_all(
    postgres_cluster: PostgresCluster, empty_database_url: str
) -> None:
    name = database_name(empty_database_url)
    owner = await asyncpg.connect(empty_database_url)
    role = f"plain_{name}"
    await owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    await owner.execute(f"ALTER DATABASE {name} OWNER TO {role}")
    url = f"postgresql://{role}:secret@{empty_database_url.rpartition('@')[2]}"
    with pytest.raises(Exception, match="may not make database roles; a superuser must run ALTER ROLE"):
        await share(url)
    await owner.execute(f"ALTER ROLE {role} CREATEROLE")
    shared = await share(url)
    await set_up_again(url)
    await shared.add("alice")
    administrator = await connect(url, pool_size=1)
    people = People(administrator)
    await people.set_role("alice", "admin")
    await people.set_role("alice", "trader")
    await people.set_active("alice", is_active=False)
    await people.set_active("alice", is_active=True)
    await people.set_password("alice", "another Password 77")
    assert await people.remove("alice")
    assert [row.name for row in await people.everybody()] == ["local"]
    await administrator.close()
    await owner.execute(f"ALTER DATABASE {name} OWNER TO current_user")
    await owner.execute(f"REASSIGN OWNED BY {role} TO current_user")
    for group in ("admin", "trader", "viewer"):
        await owner.execute(f"DROP OWNED BY gridwright_{name}_{group}")
        await owner.execute(f"DROP ROLE gridwright_{name}_{group}")
    await owner.execute(f"DROP OWNED BY {role}")
    await owner.execute(f"DROP ROLE {role}")
    await owner.close()


async def set_up_again(url: str) -> None:
    """Twice is as good as once."""
    connection = await asyncpg.connect(url)
    rights = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    before = await connection.fetch(rights)
    await set_up(connection)
    assert await connection.fetch(rights) == before
    await connection.close()


async def test_a_role_that_is_not_ours_is_left_alone(shared: SharedDatabase, enter: Enter) -> None:
    """After a restore elsewhere, the name of a person may be the name of somebody else's role."""
    foreign = f"foreign_{database_name(shared.owner_url)}"
    missing = f"missing_{database_name(shared.owner_url)}"
    administrator = await connect(shared.owner_url, pool_size=1)
    people = People(administrator)
    async with enter("") as owner:
        await owner.execute(f"CREATE ROLE {foreign} LOGIN PASSWORD 'its own'")
        await owner.execute("UPDATE users SET database_role = $1 WHERE username = 'bob'", foreign)
        for act in (
            people.set_password("bob", "a good Password 1"),
            people.set_role("bob", "viewer"),
            people.set_active("bob", is_active=False),
            people.remove("bob"),
        ):
            with pytest.raises(UsageError, match=r"is not one that this database made, so it is left alone\.$"):
                await act
        place = shared.owner_url.rpartition("@")[2].rpartition("/")[0]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(f"postgresql://{foreign}:its%20own@{place}/{database_name(shared.owner_url)}")
        # One that is missing is made, with the rights it had.
        await owner.execute("UPDATE users SET database_role = $1 WHERE username = 'bob'", missing)
        await people.set_password("bob", "a good Password 1")
        bob = await asyncpg.connect(
            f"postgresql://{missing}:a%20good%20Password%201@{place}/{database_name(shared.owner_url)}"
        )
        await bob.execute("INSERT INTO desks (desk_id, name) VALUES ('d', 'n')")
        await bob.close()
    await administrator.close()
