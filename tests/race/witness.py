"""What the database saw, at the moment it was committed: written down by triggers that only the race has."""

import asyncpg

#: Checked at commit, with the rows as they are then: under which token was an intent, and what was its lease's?
HISTORY = """
CREATE TABLE race_intents (
    n BIGSERIAL PRIMARY KEY, client_order_id TEXT, bot_uid TEXT, account_id TEXT, token BIGINT, lease_token BIGINT,
    holder TEXT, is_expired BOOLEAN, at TIMESTAMPTZ
);
CREATE TABLE race_leases (
    n BIGSERIAL PRIMARY KEY, account_id TEXT, desk_id TEXT, token BIGINT, at TIMESTAMPTZ
);
CREATE FUNCTION race_intent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO race_intents (client_order_id, bot_uid, account_id, token, lease_token, holder, is_expired, at)
    SELECT NEW.client_order_id, NEW.bot_uid, NEW.account_id, NEW.fencing_token, l.token, l.desk_id,
        l.expires_at < clock_timestamp(), clock_timestamp()
    FROM leases l WHERE l.user_id = NEW.user_id AND l.account_id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER race_intent AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION race_intent();
CREATE FUNCTION race_lease() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO race_leases (account_id, desk_id, token, at)
        VALUES (NEW.account_id, NEW.desk_id, NEW.token, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER race_lease AFTER INSERT ON leases FOR EACH ROW EXECUTE FUNCTION race_lease();
CREATE TRIGGER race_lease_moved AFTER UPDATE OF desk_id, token ON leases FOR EACH ROW
    WHEN (OLD.desk_id IS DISTINCT FROM NEW.desk_id OR OLD.token <> NEW.token) EXECUTE FUNCTION race_lease();
"""


async def watch(url: str) -> None:
    """Put the triggers into a migrated database that nobody uses yet."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(HISTORY)
    finally:
        await connection.close()
