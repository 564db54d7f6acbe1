"""The group roles of a database: made once by its owner, given their rights anew after every migration.

Roles belong to the whole server, so their names carry the database's; two databases on one server share nothing.
"""

from storage.database import Connection
from storage.errors import StorageError
from storage.users.grants import KINDS, Function, Groups, Relation, function_grants, quoted, table_grants

RELATIONS = """
    SELECT c.relname AS name, c.relkind IN ('v', 'm') AS is_view,
        bool_or(a.attname = 'user_id') AS is_owned,
        array_agg(a.attname::text ORDER BY a.attnum) AS columns,
        array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attidentity = '' AND a.attgenerated = '')
            AS writable
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    GROUP BY c.oid ORDER BY c.relname
"""
#: Functions of extensions are the extensions' business. A trigger's function needs no right when it fires.
FUNCTIONS = """
    SELECT p.proname AS name, p.oid::regprocedure::text AS signature, p.prosecdef AS is_definer
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
        AND p.prorettype <> 'trigger'::regtype
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    ORDER BY 2
"""
OWNER = """
    SELECT r.rolname AS name, r.rolsuper OR r.rolcreaterole AS makes_roles,
        pg_has_role(session_user, r.oid, 'MEMBER') AS is_us, r.rolname = current_user AS is_exactly_us
    FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = 'public.users'::regclass
"""
GROUPS = "SELECT public.rights_group('viewer'), public.rights_group('trader'), public.rights_group('admin')"


async def group_names(connection: Connection) -> Groups:
    """What the groups of this database are called."""
    return Groups(*await connection.fetchrow(GROUPS))


async def are_groups_there(connection: Connection, groups: Groups) -> bool:
    """Whether somebody has set this database up for users."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM pg_roles WHERE rolname = ANY($1::text[])", [groups.viewer, groups.trader, groups.admin]
    )
    return found == len(KINDS)


async def set_up(connection: Connection) -> Groups:
    """Make the groups where they are missing and give them their rights. Only for the owner of the tables.

    Nobody else but these groups may connect afterwards (and the server's superusers, whom nothing stops). Raises
    StorageError when the owner may not make roles.
    """
    owner = await connection.fetchrow(OWNER)
    if not owner["is_us"]:
        raise StorageError(
            f"Only {owner['name']}, who owns this database's tables, may set it up for users; use that database URL."
        )
    if not owner["makes_roles"]:
        raise StorageError(
            f"The owner {owner['name']} may not make database roles; a superuser must run "
            f"ALTER ROLE {quoted(owner['name'])} CREATEROLE once."
        )
    groups = await group_names(connection)
    async with connection.transaction():
        if not owner["is_exactly_us"]:
            # What the owner makes, the owner's functions may grant; what a superuser makes, they may not.
            await connection.execute(f"SET LOCAL ROLE {quoted(owner['name'])}")
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('gridwright groups', 0))")
        for name in (groups.viewer, groups.trader, groups.admin):
            if not await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", name):
                await connection.execute(f"CREATE ROLE {quoted(name)} NOLOGIN")
        await connection.execute(f"GRANT {quoted(groups.trader)} TO {quoted(groups.admin)}")
        await give_rights(connection, groups)
    return groups


async def give_rights(connection: Connection, groups: Groups) -> None:
    """Exactly the rights of storage/users/grants.py, whatever was granted before. Runs in the caller's transaction."""
    database = quoted(await connection.fetchval("SELECT current_database()"))
    relations = [
        Relation(row["name"], row["is_view"], row["is_owned"], tuple(row["columns"]), tuple(row["writable"] or ()))
        for row in await connection.fetch(RELATIONS)
    ]
    functions = [
        Function(row["name"], row["signature"], row["is_definer"]) for row in await connection.fetch(FUNCTIONS)
    ]
    statements = [
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC, {groups.all}",
        f"GRANT CONNECT ON DATABASE {database} TO {groups.all}",
        # Staging tables of the recorder; a viewer writes nothing, not even those.
        f"GRANT TEMPORARY ON DATABASE {database} TO {quoted(groups.trader)}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {groups.all}",
        f"GRANT USAGE ON SCHEMA public TO {groups.all}",
        *table_grants(relations, groups),
        *function_grants(functions, groups),
    ]
    await connection.execute(";\n".join(statements))


async def restore_rights(connection: Connection) -> None:
    """After a migration: new tables are everybody's business who had rights on the old ones. Nothing without groups."""
    if await connection.fetchval("SELECT to_regproc('public.rights_group')") is None:
        return
    groups = await group_names(connection)
    if await are_groups_there(connection, groups):
        async with connection.transaction():
            await give_rights(connection, groups)


__all__ = ["are_groups_there", "group_names", "restore_rights", "set_up"]
