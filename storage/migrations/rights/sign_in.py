"""Signing in: the server counts, decides and remembers; what it is told cannot be taken back.

Three calls, each in a transaction of its own: `begin_sign_in` writes the attempt down, `prove_sign_in` writes the proof
down, `finish_sign_in` judges it. A caller who rolls back an earlier step has nothing to go on with, and rolling back
the last one teaches nothing that the same proof would not say again: every guess costs an attempt that stays.
Each person signs in under the own database role, so nobody can lock another one out. All times are clock_timestamp():
a transaction held open does not stop the clock.
"""

from storage.migrations.rights.function import SqlFunction

#: HMAC-SHA-256 (RFC 2104): PostgreSQL brings SHA-256 alone, and an extension is not everywhere.
HMAC = SqlFunction(
    "hmac_sha256(secret bytea, message bytea)",
    "bytea",
    r"""
DECLARE
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
    one integer;
BEGIN
    IF length(secret) > 64 THEN secret := sha256(secret); END IF;
    FOR at IN 0 .. length(secret) - 1 LOOP
        one := get_byte(secret, at);
        inner_pad := set_byte(inner_pad, at, one # 54);
        outer_pad := set_byte(outer_pad, at, one # 92);
    END LOOP;
    RETURN sha256(outer_pad || sha256(inner_pad || message));
END
""",
    is_definer=False,
    volatility="IMMUTABLE",
)

#: Counts one request of a subject and says whether it is within the limit. Windows begin at whole multiples.
COUNT_REQUEST = SqlFunction(
    "count_request(subject text, counted_endpoint text, most integer, window_s integer)",
    "boolean",
    """
DECLARE
    counted integer;
BEGIN
    INSERT INTO public.rate_limits AS r (address, endpoint, window_start, window_s, requests)
        VALUES (subject, counted_endpoint,
            to_timestamp(floor(extract(epoch FROM clock_timestamp()) / window_s) * window_s), window_s, 1)
        ON CONFLICT (address, endpoint, window_start) DO UPDATE SET requests = r.requests + 1
        RETURNING r.requests INTO counted;
    RETURN counted <= most;
END
""",
)

#: Rows of the lists that time has passed by; asked by those that write new ones.
FORGET_OLD = SqlFunction(
    "forget_old_sign_ins()",
    "void",
    """
BEGIN
    DELETE FROM public.denied_tokens WHERE expires_at < clock_timestamp();
    DELETE FROM public.rate_limits WHERE window_start < clock_timestamp() - interval '1 hour';
    DELETE FROM public.sign_in_attempts WHERE begun_at < clock_timestamp() - interval '1 hour';
END
""",
)

#: Failures of a quarter of an hour, or since the last success or unlocking; one that is not finished counts as one.
BEGIN_SIGN_IN = SqlFunction(
    "begin_sign_in(given_name text, from_desk text, client text)",
    "TABLE (attempt bigint, refused text, wait_s integer, cost text, salt bytea, nonce bytea)",
    """
DECLARE
    me public.users;
    mine public.user_rights;
    address text := coalesce(host(inet_client_addr()), 'local');
    made timestamptz;
    failures integer;
    latest timestamptz;
    because text;
    made_attempt bigint;
    made_nonce bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
BEGIN
    -- With an older picture of the table, attempts at the same time would not see one another.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = 'GW221', MESSAGE = 'Signing in needs a transaction that is read committed.';
    END IF;
    SELECT * INTO me FROM public.users u WHERE u.database_role = session_user;
    IF me.id IS NULL AND public.current_user_id() = 1 THEN
        SELECT * INTO me FROM public.users u WHERE u.id = 1;
    END IF;
    SELECT * INTO mine FROM public.user_rights r WHERE r.user_id = me.id FOR UPDATE;
    made := clock_timestamp();
    IF mine.user_id IS NULL THEN
        RETURN QUERY SELECT NULL::bigint, 'unknown', 0, NULL::text, NULL::bytea, NULL::bytea;
        RETURN;
    END IF;
    SELECT count(*), max(h.created_at) INTO failures, latest FROM public.login_history h
        WHERE h.user_id = me.id AND h.result IN ('open', 'wrong')
            AND h.created_at > greatest(made - interval '15 minutes', mine.attempts_since);
    IF failures >= 5 AND (mine.locked_until IS NULL OR mine.locked_until <= latest) THEN
        UPDATE public.user_rights r SET lock_count = least(mine.lock_count + 1, 7),
            locked_until = latest + interval '15 minutes' * power(2, least(mine.lock_count, 6))
            WHERE r.user_id = me.id RETURNING r.locked_until INTO mine.locked_until;
    END IF;
    because := CASE
        WHEN NOT me.is_active THEN 'disabled'
        WHEN me.hashed_password IS NULL THEN 'no password'
        WHEN mine.locked_until > made THEN 'locked'
        WHEN NOT public.count_request(address, 'sign_in', 60, 300) THEN 'limited'
    END;
    INSERT INTO public.login_history (user_id, created_at, ip_address, desk_id, user_agent, result)
        VALUES (me.id, made, address, left(from_desk, 100), left(client, 200), coalesce(because, 'open'))
        RETURNING id INTO made_attempt;
    IF because IS NOT NULL THEN
        RETURN QUERY SELECT NULL::bigint, because, CASE because
            WHEN 'locked' THEN ceil(extract(epoch FROM mine.locked_until - made))::integer
            WHEN 'limited' THEN 300 ELSE 0 END, NULL::text, NULL::bytea, NULL::bytea;
        RETURN;
    END IF;
    PERFORM public.forget_old_sign_ins();
    INSERT INTO public.sign_in_attempts (id, user_id, begun_at, begun_in, nonce, is_named)
        VALUES (made_attempt, me.id, made, pg_current_xact_id()::text::bigint, made_nonce,
            coalesce(given_name = '' OR lower(normalize(given_name, NFKC)) = me.username, false));
    RETURN QUERY SELECT made_attempt, NULL::text, 0, split_part(me.hashed_password, '$', 4),
        decode(split_part(me.hashed_password, '$', 5), 'hex'), made_nonce;
END
""",
)

PROVE_SIGN_IN = SqlFunction(
    "prove_sign_in(of_attempt bigint, given_proof bytea)",
    "void",
    """
BEGIN
    UPDATE public.sign_in_attempts SET proof = given_proof, proven_in = pg_current_xact_id()::text::bigint
        WHERE id = of_attempt AND user_id = public.current_user_id() AND proof IS NULL AND length(given_proof) = 32
            AND begun_in <> pg_current_xact_id()::text::bigint AND begun_at > clock_timestamp() - interval '2 minutes';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'GW220', MESSAGE = 'This attempt to sign in is over; begin again.';
    END IF;
END
""",
)

FINISH_SIGN_IN = SqlFunction(
    "finish_sign_in(of_attempt bigint, access_hash text, refresh_hash text)",
    "TABLE (result text, person_id bigint, person_name text, person_role text, access_expires_at timestamptz, "
    "renewable_until timestamptz)",
    """
DECLARE
    tried public.sign_in_attempts;
    me public.users;
    stored_key bytea;
    signature bytea;
    client_key bytea;
    mine public.user_rights;
    made timestamptz;
    seen record;
BEGIN
    SELECT * INTO tried FROM public.sign_in_attempts a WHERE a.id = of_attempt
        AND a.user_id = public.current_user_id() AND a.proof IS NOT NULL AND NOT a.is_finished
        AND a.proven_in <> pg_current_xact_id()::text::bigint AND a.begun_at > clock_timestamp() - interval '2 minutes'
        FOR UPDATE;
    IF tried.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW220', MESSAGE = 'This attempt to sign in is over; begin again.';
    END IF;
    SELECT * INTO me FROM public.users u WHERE u.id = tried.user_id;
    stored_key := decode(split_part(me.hashed_password, '$', 6), 'hex');
    signature := public.hmac_sha256(stored_key, convert_to(
        format('gridwright sign-in|%s|%s|%s', tried.id, me.username, encode(tried.nonce, 'hex')), 'UTF8'));
    client_key := tried.proof;
    FOR at IN 0 .. 31 LOOP
        client_key := set_byte(client_key, at, get_byte(client_key, at) # get_byte(signature, at));
    END LOOP;
    UPDATE public.sign_in_attempts a SET is_finished = true WHERE a.id = tried.id;
    IF NOT coalesce(tried.is_named AND me.is_active AND sha256(client_key) = stored_key, false) THEN
        UPDATE public.login_history h SET result = 'wrong' WHERE h.id = tried.id;
        RETURN QUERY SELECT 'wrong', NULL::bigint, NULL::text, NULL::text, NULL::timestamptz, NULL::timestamptz;
        RETURN;
    END IF;
    made := clock_timestamp();
    UPDATE public.login_history h SET result = 'signed in' WHERE h.id = tried.id;
    UPDATE public.users u SET last_login = made WHERE u.id = me.id;
    UPDATE public.user_rights r SET attempts_since = made, locked_until = NULL, lock_count = 0 WHERE r.user_id = me.id
        RETURNING * INTO mine;
    SELECT h.ip_address, h.user_agent, h.desk_id INTO seen FROM public.login_history h WHERE h.id = tried.id;
    INSERT INTO public.user_sessions (user_id, session_token, refresh_token, family, created_at, expires_at,
            refresh_expires_at, ip_address, user_agent)
        VALUES (me.id, access_hash, refresh_hash, tried.id, made, made + interval '30 minutes',
            made + interval '7 days', seen.ip_address, seen.user_agent);
    RETURN QUERY SELECT 'signed in', me.id, me.username, mine.role, made + interval '30 minutes',
        made + interval '7 days';
END
""",
)

#: With a password just proved: a new password, or the same one kept at a higher cost.
REPLACE_PASSWORD = SqlFunction(
    "replace_password(of_attempt bigint, verifier text, kept text)",
    "void",
    """
DECLARE
    me public.users;
BEGIN
    PERFORM public.check_kept_password(verifier, kept);
    PERFORM FROM public.sign_in_attempts a JOIN public.login_history h ON h.id = a.id
        WHERE a.id = of_attempt AND a.user_id = public.current_user_id() AND a.is_finished AND NOT a.is_used
            AND h.result = 'signed in' AND a.begun_at > clock_timestamp() - interval '2 minutes';
    IF NOT FOUND OR kept IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'GW220', MESSAGE = 'Sign in again before the password is changed.';
    END IF;
    UPDATE public.sign_in_attempts SET is_used = true WHERE id = of_attempt;
    UPDATE public.users SET hashed_password = kept, updated_at = clock_timestamp()
        WHERE id = public.current_user_id() RETURNING * INTO me;
    IF verifier IS NOT NULL THEN
        IF me.database_role IS NOT NULL THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', me.database_role, verifier);
        END IF;
        PERFORM public.end_sessions_of(me.id);
    END IF;
END
""",
)

#: Whom the server takes the caller for, and whether a password is to be proved. No row: nobody.
WHO_AM_I = SqlFunction(
    "who_am_i()",
    "TABLE (person_id bigint, person_name text, person_role text, may_act boolean, has_password boolean)",
    """
BEGIN
    RETURN QUERY SELECT u.id, u.username, r.role, u.is_active, u.hashed_password IS NOT NULL
        FROM public.users u JOIN public.user_rights r ON r.user_id = u.id
        WHERE u.database_role = session_user OR u.id = public.current_user_id();
END
""",
    volatility="STABLE",
)

INSIDE = (HMAC, COUNT_REQUEST, FORGET_OLD)
#: What every person may call; each works on nobody but the caller.
ACTS = (WHO_AM_I, BEGIN_SIGN_IN, PROVE_SIGN_IN, FINISH_SIGN_IN, REPLACE_PASSWORD)
