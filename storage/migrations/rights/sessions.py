"""Sessions: an access token for half an hour, a refresh token for a week that is good once. Only hashes are kept.

A refresh token that comes a second time was stolen, from us or by us: the whole family of tokens ends.
"""

from storage.migrations.rights.function import SqlFunction

RENEW = SqlFunction(
    "renew_session(presented text, access_hash text, refresh_hash text)",
    "TABLE (result text, person_id bigint, person_name text, person_role text, access_expires_at timestamptz, "
    "renewable_until timestamptz)",
    """
DECLARE
    old public.user_sessions;
    me public.users;
    made timestamptz := clock_timestamp();
    because text;
BEGIN
    SELECT * INTO old FROM public.user_sessions s
        WHERE s.refresh_token = encode(sha256(convert_to(presented, 'UTF8')), 'hex')
            AND s.user_id = public.current_user_id() FOR UPDATE;
    SELECT * INTO me FROM public.users u WHERE u.id = old.user_id AND u.is_active;
    because := CASE
        WHEN old.id IS NULL THEN 'unknown'
        WHEN old.renewed_at IS NOT NULL THEN 'used twice'
        WHEN NOT old.is_active OR me.id IS NULL THEN 'ended'
        WHEN old.refresh_expires_at <= made THEN 'expired'
    END;
    IF because = 'used twice' THEN
        INSERT INTO public.denied_tokens (user_id, token_hash, expires_at)
            SELECT s.user_id, s.session_token, s.expires_at FROM public.user_sessions s
            WHERE s.user_id = old.user_id AND s.family = old.family AND s.is_active AND s.expires_at > made
            ON CONFLICT DO NOTHING;
        UPDATE public.user_sessions s SET is_active = false
            WHERE s.user_id = old.user_id AND s.family = old.family AND s.is_active;
        INSERT INTO public.login_history (user_id, created_at, ip_address, user_agent, result)
            VALUES (old.user_id, made, coalesce(host(inet_client_addr()), 'local'), old.user_agent, 'used twice');
    END IF;
    IF because IS NOT NULL THEN
        RETURN QUERY SELECT because, NULL::bigint, NULL::text, NULL::text, NULL::timestamptz, NULL::timestamptz;
        RETURN;
    END IF;
    UPDATE public.user_sessions s SET is_active = false, renewed_at = made WHERE s.id = old.id;
    INSERT INTO public.user_sessions (user_id, session_token, refresh_token, family, created_at, expires_at,
            refresh_expires_at, ip_address, user_agent)
        VALUES (me.id, access_hash, refresh_hash, old.family, made, made + interval '30 minutes',
            made + interval '7 days', coalesce(host(inet_client_addr()), 'local'), old.user_agent);
    DELETE FROM public.user_sessions s WHERE s.user_id = me.id AND s.refresh_expires_at < made - interval '7 days';
    RETURN QUERY SELECT 'renewed', me.id, me.username,
        (SELECT r.role FROM public.user_rights r WHERE r.user_id = me.id),
        made + interval '30 minutes', made + interval '7 days';
END
""",
)

#: No row: forged, expired, signed out, denied, or somebody who was disabled since.
CHECK_SESSION = SqlFunction(
    "check_session(presented text)",
    "TABLE (person_id bigint, person_name text, person_role text, access_expires_at timestamptz)",
    """
DECLARE
    presented_hash text := encode(sha256(convert_to(presented, 'UTF8')), 'hex');
BEGIN
    RETURN QUERY SELECT u.id, u.username, r.role, s.expires_at FROM public.user_sessions s
        JOIN public.users u ON u.id = s.user_id JOIN public.user_rights r ON r.user_id = u.id
        WHERE s.session_token = presented_hash AND s.user_id = public.current_user_id() AND s.is_active
            AND u.is_active AND s.expires_at > clock_timestamp()
            AND NOT EXISTS (SELECT FROM public.denied_tokens d WHERE d.token_hash = presented_hash);
END
""",
)

#: For a program beside the one that renews: whether its refresh token is good, without using it up.
LOOK_AT_SESSION = SqlFunction(
    "look_at_session(presented text)",
    "TABLE (person_id bigint, person_name text, person_role text)",
    """
BEGIN
    RETURN QUERY SELECT u.id, u.username, r.role FROM public.user_sessions s
        JOIN public.users u ON u.id = s.user_id JOIN public.user_rights r ON r.user_id = u.id
        WHERE s.refresh_token = encode(sha256(convert_to(presented, 'UTF8')), 'hex')
            AND s.user_id = public.current_user_id() AND s.is_active AND s.renewed_at IS NULL AND u.is_active
            AND s.refresh_expires_at > clock_timestamp();
END
""",
)

SIGN_OUT = SqlFunction(
    "sign_out(presented text)",
    "boolean",
    """
DECLARE
    ended public.user_sessions;
BEGIN
    UPDATE public.user_sessions s SET is_active = false
        WHERE s.session_token = encode(sha256(convert_to(presented, 'UTF8')), 'hex')
            AND s.user_id = public.current_user_id() AND s.is_active RETURNING * INTO ended;
    IF ended.id IS NULL THEN RETURN false; END IF;
    INSERT INTO public.denied_tokens (user_id, token_hash, expires_at)
        VALUES (ended.user_id, ended.session_token, ended.expires_at) ON CONFLICT DO NOTHING;
    RETURN true;
END
""",
)

SIGN_OUT_EVERYWHERE = SqlFunction(
    "sign_out_everywhere()",
    "bigint",
    """
BEGIN
    RETURN public.end_sessions_of(public.current_user_id());
END
""",
)

ACTS = (RENEW, CHECK_SESSION, LOOK_AT_SESSION, SIGN_OUT, SIGN_OUT_EVERYWHERE)
