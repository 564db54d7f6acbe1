"""The functions that count what all desks of a database ask of an exchange. The rows are theirs alone.

A window is counted in slices of its fiftieth part, at least 20 ms, by the database's clock. A slice counts as long as
any moment of it can lie in a window that ends now, so that no window holds more than its limit wherever it begins.
"""

from storage.migrations.rights.function import SqlFunction

#: Rows whose time is over and which nobody has looked at since, taken away a few at a time.
SWEEP = 200

TAKE = SqlFunction(
    """take_budget(scope_name text, desk_name text, rules text[], limits bigint[], windows_ms bigint[],
        wanted bigint[], needed bigint[])""",
    "TABLE (granted bigint[], desks bigint, banned_ms bigint)",
    """
DECLARE
    now_ms bigint;
    width bigint;
    used bigint;
    given bigint;
    ends timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(scope_name, 7));
    now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
    SELECT until INTO ends FROM public.spent_budget s WHERE s.scope = scope_name AND s.rule = '' LIMIT 1;
    banned_ms := greatest(0, COALESCE(ceil(extract(epoch FROM ends) * 1000)::bigint - now_ms, 0));
    granted := array_fill(0::bigint, ARRAY[cardinality(rules)]);
    IF banned_ms = 0 THEN
        FOR n IN 1 .. cardinality(rules) LOOP
            width := greatest(windows_ms[n] / 50, 20);
            SELECT COALESCE(sum(s.amount), 0) INTO used FROM public.spent_budget s
                WHERE s.scope = scope_name AND s.rule = rules[n] AND s.slice >= (now_ms - windows_ms[n]) / width;
            given := least(wanted[n], limits[n] - used);
            IF given < needed[n] THEN
                granted := array_fill(0::bigint, ARRAY[cardinality(rules)]);
                EXIT;
            END IF;
            granted[n] := given;
        END LOOP;
        FOR n IN 1 .. cardinality(rules) LOOP
            CONTINUE WHEN granted[n] = 0;
            width := greatest(windows_ms[n] / 50, 20);
            INSERT INTO public.spent_budget AS s (scope, rule, slice, desk, amount, until)
                VALUES (scope_name, rules[n], now_ms / width, desk_name, granted[n],
                    to_timestamp((now_ms + windows_ms[n] + width) / 1000.0))
                ON CONFLICT (scope, rule, slice, desk) DO UPDATE SET amount = s.amount + EXCLUDED.amount,
                    until = EXCLUDED.until;
        END LOOP;
    END IF;
    DELETE FROM public.spent_budget s WHERE s.ctid IN (SELECT o.ctid FROM public.spent_budget o
        WHERE o.until < clock_timestamp() - interval '1 minute' LIMIT SWEEP FOR UPDATE SKIP LOCKED);
    SELECT count(DISTINCT s.desk) INTO desks FROM public.spent_budget s
        WHERE s.scope = scope_name AND s.rule <> '' AND s.until > clock_timestamp() - interval '1 minute';
    RETURN NEXT;
END
""".replace("SWEEP", str(SWEEP)),
)

BAN = SqlFunction(
    "ban_budget(scope_name text, for_ms bigint)",
    "void",
    """
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(scope_name, 7));
    INSERT INTO public.spent_budget AS s (scope, rule, slice, desk, amount, until)
        VALUES (scope_name, '', 0, '', 0, clock_timestamp() + make_interval(secs => for_ms / 1000.0))
        ON CONFLICT (scope, rule, slice, desk) DO UPDATE SET until = greatest(s.until, EXCLUDED.until);
END
""",
)

FUNCTIONS = (TAKE, BAN)
