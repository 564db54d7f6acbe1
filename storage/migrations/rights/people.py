"""What an administrator does with people, as functions of the owner: no administrator may create roles by himself.

Everything is named with its schema or found in pg_catalog first; names reach dynamic SQL through %I, texts through %L.
Errors whose state begins with GW2 carry a sentence for people.
"""

from storage.migrations.rights.function import SqlFunction

#: The group role of this database for a kind of person. Roles belong to the whole cluster, so it names the database.
RIGHTS_GROUP = SqlFunction(
    "rights_group(kind text)",
    "text",
    """
DECLARE
    full_name text := 'gridwright_' || current_database() || '_' || kind;
BEGIN
    RETURN CASE WHEN octet_length(full_name) <= 63 THEN full_name
        ELSE 'gridwright_' || md5(current_database()) || '_' || kind END;
END
""",
    is_definer=False,
    volatility="STABLE",
)

CHECK_ADMINISTRATOR = SqlFunction(
    "check_administrator()",
    "void",
    """
BEGIN
    IF EXISTS (SELECT FROM public.users WHERE database_role = session_user) THEN
        PERFORM FROM public.users u JOIN public.user_rights r ON r.user_id = u.id
            WHERE u.database_role = session_user AND u.is_active AND r.role = 'admin';
        IF FOUND THEN RETURN; END IF;
    ELSIF public.current_user_id() = 1 THEN
        RETURN;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'GW201', MESSAGE = 'Only an administrator may do this.';
END
""",
)

#: What is kept must be as dear as the program makes it, or a dump would be cheap to guess from.
CHECK_KEPT = SqlFunction(
    "check_kept_password(verifier text, kept text)",
    "void",
    r"""
DECLARE
    cost text[] := regexp_match(kept,
        '^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=\d{1,2}\$[0-9a-f]{32}\$[0-9a-f]{64}$');
BEGIN
    IF kept IS NOT NULL AND (cost IS NULL OR cost[1]::int < 65536 OR cost[2]::int < 3) THEN
        RAISE EXCEPTION USING ERRCODE = 'GW202', MESSAGE = 'What is to be kept of a password is not safe enough.';
    END IF;
    IF verifier IS NOT NULL
        AND verifier !~ '^SCRAM-SHA-256\$\d{4,7}:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
        RAISE EXCEPTION USING ERRCODE = 'GW202', MESSAGE = 'The password of a database role must come sealed.';
    END IF;
END
""",
)

PERSON = SqlFunction(
    "person(wanted text)",
    "public.users",
    """
DECLARE
    found public.users;
BEGIN
    PERFORM public.check_administrator();
    SELECT * INTO found FROM public.users WHERE username = wanted FOR UPDATE;
    IF found.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW203', MESSAGE = format('There is no user %s.', wanted);
    END IF;
    IF found.id = 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'GW204',
            MESSAGE = 'The local user is the owner of the database and stays as it is.';
    END IF;
    RETURN found;
END
""",
)

END_SESSIONS = SqlFunction(
    "end_sessions_of(person_id bigint)",
    "bigint",
    """
DECLARE
    ended bigint;
BEGIN
    INSERT INTO public.denied_tokens (user_id, token_hash, expires_at)
        SELECT user_id, session_token, expires_at FROM public.user_sessions
        WHERE user_id = person_id AND is_active AND expires_at > clock_timestamp() ON CONFLICT DO NOTHING;
    UPDATE public.user_sessions SET is_active = false WHERE user_id = person_id AND is_active;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
""",
)

#: An owner without the right to end sessions leaves them open: they own nothing any more, so they write nothing.
CUT_CONNECTIONS = SqlFunction(
    "cut_connections(role_name text)",
    "void",
    """
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = role_name AND datname = current_database() AND pid <> pg_backend_pid();
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END
""",
)

#: A database that was restored on another server names roles that may be missing there, or be somebody else's.
HAS_OWN_ROLE = SqlFunction(
    "has_own_role(role_name text)",
    "boolean",
    """
BEGIN
    IF role_name IS NULL OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
        RETURN false;
    END IF;
    PERFORM FROM unnest(ARRAY['viewer', 'trader', 'admin']) kind
        JOIN pg_roles g ON g.rolname = public.rights_group(kind) WHERE pg_has_role(role_name, g.oid, 'MEMBER');
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'GW207', MESSAGE = format(
            'The role %s of this database server is not one that this database made, so it is left alone.', role_name);
    END IF;
    RETURN true;
END
""",
)

ADD_PERSON = SqlFunction(
    "add_person(new_name text, kind text, role_name text, verifier text, kept text)",
    "bigint",
    """
DECLARE
    made bigint;
BEGIN
    PERFORM public.check_administrator();
    PERFORM public.check_kept_password(verifier, kept);
    IF new_name IS NULL OR new_name !~ '^[a-z][a-z0-9_.-]{1,39}$' OR role_name IS NULL
        OR role_name !~ '^[a-z][a-z0-9_.-]{1,62}$' OR role_name ~ '^(pg_|gridwright)' OR verifier IS NULL
        OR kind IS NULL OR kind NOT IN ('viewer', 'trader', 'admin') THEN
        RAISE EXCEPTION USING ERRCODE = 'GW205', MESSAGE = 'This name, role or password cannot be given to a user.';
    END IF;
    IF EXISTS (SELECT FROM public.users WHERE username = new_name) THEN
        RAISE EXCEPTION USING ERRCODE = 'GW206', MESSAGE = format('There is a user %s already.', new_name);
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
        RAISE EXCEPTION USING ERRCODE = 'GW207', MESSAGE = format(
            'The database server has a role %s already; choose another one with --database-role.', role_name);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = public.rights_group(kind)) THEN
        RAISE EXCEPTION USING ERRCODE = 'GW208',
            MESSAGE = 'This database is not set up for users yet; its owner must run `user setup` once.';
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', role_name, verifier);
    EXECUTE format('GRANT %I TO %I', public.rights_group(kind), role_name);
    INSERT INTO public.users (username, database_role, hashed_password)
        VALUES (new_name, role_name, kept) RETURNING id INTO made;
    INSERT INTO public.user_rights (user_id, role) VALUES (made, kind);
    RETURN made;
END
""",
)

SET_ROLE = SqlFunction(
    "set_person_role(wanted text, kind text)",
    "void",
    """
DECLARE
    found public.users := public.person(wanted);
    other text;
BEGIN
    IF kind IS NULL OR kind NOT IN ('viewer', 'trader', 'admin') THEN
        RAISE EXCEPTION USING ERRCODE = 'GW205', MESSAGE = 'A role is viewer, trader or admin.';
    END IF;
    UPDATE public.user_rights SET role = kind WHERE user_id = found.id;
    IF NOT public.has_own_role(found.database_role) THEN RETURN; END IF;
    FOREACH other IN ARRAY ARRAY['viewer', 'trader', 'admin'] LOOP
        IF other <> kind AND pg_has_role(found.database_role, public.rights_group(other), 'MEMBER') THEN
            EXECUTE format('REVOKE %I FROM %I', public.rights_group(other), found.database_role);
        END IF;
    END LOOP;
    EXECUTE format('GRANT %I TO %I', public.rights_group(kind), found.database_role);
END
""",
)

SET_ACTIVE = SqlFunction(
    "set_person_active(wanted text, may_act boolean)",
    "void",
    """
DECLARE
    found public.users := public.person(wanted);
BEGIN
    IF found.database_role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW209', MESSAGE = format('The user %s was removed.', wanted);
    END IF;
    IF found.database_role = session_user THEN
        RAISE EXCEPTION USING ERRCODE = 'GW210', MESSAGE = 'Nobody can do this to himself.';
    END IF;
    UPDATE public.users SET is_active = may_act, updated_at = clock_timestamp() WHERE id = found.id;
    IF NOT may_act THEN PERFORM public.end_sessions_of(found.id); END IF;
    IF NOT public.has_own_role(found.database_role) THEN RETURN; END IF;
    IF may_act THEN
        EXECUTE format('ALTER ROLE %I LOGIN', found.database_role);
        RETURN;
    END IF;
    EXECUTE format('ALTER ROLE %I NOLOGIN', found.database_role);
    PERFORM public.cut_connections(found.database_role);
END
""",
)

SET_PASSWORD = SqlFunction(
    "set_person_password(wanted text, verifier text, kept text)",
    "void",
    """
DECLARE
    found public.users := public.person(wanted);
BEGIN
    PERFORM public.check_kept_password(verifier, kept);
    IF found.database_role IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW209', MESSAGE = format('The user %s was removed.', wanted);
    END IF;
    IF verifier IS NULL OR kept IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW202', MESSAGE = 'A password cannot be taken away.';
    END IF;
    IF public.has_own_role(found.database_role) THEN
        EXECUTE format('ALTER ROLE %I PASSWORD %L', found.database_role, verifier);
    ELSE
        EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', found.database_role, verifier);
        EXECUTE format('GRANT %I TO %I', (SELECT public.rights_group(r.role) FROM public.user_rights r
            WHERE r.user_id = found.id), found.database_role);
    END IF;
    UPDATE public.users SET hashed_password = kept, updated_at = clock_timestamp() WHERE id = found.id;
    UPDATE public.user_rights SET locked_until = NULL, lock_count = 0, attempts_since = clock_timestamp()
        WHERE user_id = found.id;
    PERFORM public.end_sessions_of(found.id);
END
""",
)

UNLOCK = SqlFunction(
    "unlock_person(wanted text)",
    "void",
    """
DECLARE
    found public.users := public.person(wanted);
BEGIN
    UPDATE public.user_rights SET locked_until = NULL, lock_count = 0, attempts_since = clock_timestamp()
        WHERE user_id = found.id;
END
""",
)

SIGN_OUT = SqlFunction(
    "sign_out_person(wanted text)",
    "bigint",
    """
DECLARE
    found public.users := public.person(wanted);
BEGIN
    RETURN public.end_sessions_of(found.id);
END
""",
)

#: Somebody who has worked here keeps the row that the books refer to; deleting it would delete what hangs on it.
REMOVE = SqlFunction(
    "remove_person(wanted text)",
    "text",
    """
DECLARE
    found public.users := public.person(wanted);
BEGIN
    IF found.database_role = session_user THEN
        RAISE EXCEPTION USING ERRCODE = 'GW210', MESSAGE = 'Nobody can do this to himself.';
    END IF;
    PERFORM public.end_sessions_of(found.id);
    UPDATE public.users SET is_active = false, database_role = NULL, hashed_password = NULL,
        updated_at = clock_timestamp() WHERE id = found.id;
    IF public.has_own_role(found.database_role) THEN
        EXECUTE format('ALTER ROLE %I NOLOGIN', found.database_role);
        PERFORM public.cut_connections(found.database_role);
        EXECUTE format('DROP ROLE %I', found.database_role);
    END IF;
    IF EXISTS (SELECT FROM public.desks WHERE user_id = found.id) THEN
        RETURN 'kept';
    END IF;
    DELETE FROM public.users WHERE id = found.id;
    RETURN 'deleted';
EXCEPTION WHEN dependent_objects_still_exist THEN
    RAISE EXCEPTION USING ERRCODE = 'GW211', MESSAGE = format(
        'The database role of %s owns something or has other rights; disable the user instead.', wanted);
END
""",
)

LIST_PEOPLE = SqlFunction(
    "list_people()",
    "TABLE (id bigint, username text, role text, database_role text, is_active boolean, has_password boolean, "
    "locked_until timestamptz, last_login timestamptz, sessions bigint)",
    """
BEGIN
    PERFORM public.check_administrator();
    RETURN QUERY SELECT u.id, u.username, r.role, u.database_role, u.is_active, u.hashed_password IS NOT NULL,
        CASE WHEN r.locked_until > clock_timestamp() THEN r.locked_until END, u.last_login,
        (SELECT count(*) FROM public.user_sessions s WHERE s.user_id = u.id AND s.is_active
            AND s.refresh_expires_at > clock_timestamp())
        FROM public.users u LEFT JOIN public.user_rights r ON r.user_id = u.id ORDER BY u.username;
END
""",
)

LIST_SESSIONS = SqlFunction(
    "list_sessions_of(wanted text)",
    "TABLE (id bigint, created_at timestamptz, expires_at timestamptz, refresh_expires_at timestamptz, "
    "ip_address text, user_agent text)",
    """
DECLARE
    wanted_id bigint;
BEGIN
    PERFORM public.check_administrator();
    SELECT u.id INTO wanted_id FROM public.users u WHERE u.username = wanted;
    IF wanted_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW203', MESSAGE = format('There is no user %s.', wanted);
    END IF;
    RETURN QUERY SELECT s.id, s.created_at, s.expires_at, s.refresh_expires_at, s.ip_address, s.user_agent
        FROM public.user_sessions s WHERE s.user_id = wanted_id AND s.is_active
        AND s.refresh_expires_at > clock_timestamp() ORDER BY s.created_at;
END
""",
)

#: What only the others call.
INSIDE = (RIGHTS_GROUP, CHECK_ADMINISTRATOR, CHECK_KEPT, PERSON, END_SESSIONS, CUT_CONNECTIONS, HAS_OWN_ROLE)
#: What administrators call; each of them looks first whether one does.
ACTS = (
    ADD_PERSON, SET_ROLE, SET_ACTIVE, SET_PASSWORD, UNLOCK, SIGN_OUT, REMOVE, LIST_PEOPLE, LIST_SESSIONS
)  # fmt: skip
