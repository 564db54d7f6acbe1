"""Row-level security: on every table with an owner, a person's role sees and writes only rows of that person.

The owner of the tables passes: a database that nobody shares costs nothing, and upkeep sees everything.
"""

from alembic import op

#: Asked once a statement: a sub-select without outer references is an InitPlan.
MINE = "user_id = (SELECT current_user_id())"

#: As 0003 made it, and with it a person who was disabled owns nothing from the next statement on.
CURRENT_USER = """
CREATE OR REPLACE FUNCTION current_user_id() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found bigint;
    may_act boolean;
BEGIN
    SELECT id, is_active INTO found, may_act FROM public.users WHERE database_role = session_user;
    IF found IS NOT NULL THEN
        RETURN CASE WHEN may_act THEN found END;
    END IF;
    IF pg_catalog.pg_has_role(session_user, (
        SELECT relowner FROM pg_catalog.pg_class WHERE oid = 'public.users'::regclass), 'MEMBER') THEN
        RETURN 1;
    END IF;
    RETURN NULL;
END $$
"""

PROTECT = """
DO $$
DECLARE
    owned regclass;
BEGIN
    FOR owned IN SELECT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'user_id'
            AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY own_rows ON %s USING (MINE) WITH CHECK (MINE)', owned);
    END LOOP;
    ALTER TABLE users ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON users USING (id = (SELECT current_user_id()))
        WITH CHECK (id = (SELECT current_user_id()));
END $$
""".replace("MINE", MINE)

#: Without policies nothing may be left that lets a role in: what was granted goes with them.
UNPROTECT = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT polrelid::regclass AS owned, polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', found.polname, found.owned);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', found.owned);
    END LOOP;
    FOR found IN SELECT DISTINCT c.oid::regclass AS owned, a.grantee FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.grantee <> c.relowner
        UNION SELECT t.attrelid::regclass, a.grantee FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid,
            aclexplode(t.attacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', found.owned,
            CASE found.grantee WHEN 0 THEN 'PUBLIC' ELSE found.grantee::regrole::text END);
    END LOOP;
END $$
"""

#: They look at other tables than the one that is written; a person has no right to write those.
TRIGGERS_OF_THE_OWNER = ("check_allocation()",)


def upgrade() -> None:
    op.execute(CURRENT_USER)
    for function in TRIGGERS_OF_THE_OWNER:
        op.execute(f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp")
    op.execute(PROTECT)


def downgrade() -> None:
    op.execute(UNPROTECT)
    for function in TRIGGERS_OF_THE_OWNER:
        op.execute(f"ALTER FUNCTION {function} SECURITY INVOKER RESET search_path")
    op.execute(CURRENT_USER_BEFORE)


CURRENT_USER_BEFORE = """
CREATE OR REPLACE FUNCTION current_user_id() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT id INTO found FROM public.users WHERE database_role = session_user;
    IF found IS NULL AND pg_catalog.pg_has_role(session_user, (
        SELECT relowner FROM pg_catalog.pg_class WHERE oid = 'public.users'::regclass), 'MEMBER') THEN
        found := 1;
    END IF;
    RETURN found;
END $$
"""
