"""Asking for an account to be run elsewhere: written into its lease, heard by whoever holds it.

Accounts that two-leg bots tie to it are asked for with it (`storage/tied_accounts.py`), in one statement: whoever holds
them hears of all at once.
"""

from engine.domain import phrases
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.sentences import Refusal, say
from storage.database import Connection
from storage.tied_accounts import TOGETHER

KNOWN = f"""
    SELECT l.account_id, l.bound_desk_id, b.name AS bound_name
    FROM leases l LEFT JOIN desks b ON b.desk_id = l.bound_desk_id
    WHERE l.user_id = $1 AND l.account_id IN ({TOGETHER}) ORDER BY l.account_id <> $2, l.account_id
"""  # noqa: S608 - our own words
DESK = """
    SELECT name, last_seen_at >= clock_timestamp() - make_interval(secs => $3) AS is_alive FROM desks
    WHERE user_id = $1 AND desk_id = $2
"""
#: Rows of several leases are always locked in one order, by this and by renewals: nobody waits in a circle.
LOCKED = """
    WITH wanted AS MATERIALIZED (
        SELECT user_id, account_id FROM leases WHERE user_id = $1 AND account_id = ANY($2::text[])
        ORDER BY account_id FOR NO KEY UPDATE
    )
"""
ASK = f"""{LOCKED}
    UPDATE leases l SET requested_by_desk_id = $3, requested_at = clock_timestamp() FROM wanted w
    WHERE l.user_id = w.user_id AND l.account_id = w.account_id AND l.desk_id IS DISTINCT FROM $3
"""  # noqa: S608 - likewise
PREFER = f"""{LOCKED}
    UPDATE leases l SET preferred_desk_id = NULLIF($3, '') FROM wanted w
    WHERE l.user_id = w.user_id AND l.account_id = w.account_id
"""  # noqa: S608 - likewise


async def request_lease(
    connection: Connection, user_id: int, here: str, request: HandOver | PreferDesk, alive_s: float, bell: str
) -> tuple[Refusal, ...]:
    """Write a request and ring; refusals where an account can never be run by that desk, or the desk is not there.

    `here` is the desk that "" means for HandOver; one that was seen within `alive_s` seconds is there.
    """
    known = await connection.fetch(KNOWN, user_id, request.account_id)
    if not any(row["account_id"] == request.account_id for row in known):
        return (Refusal("account", say(phrases.UNKNOWN_ACCOUNT, account=request.account_id)),)
    is_move = isinstance(request, HandOver)
    wanted = request.desk_id or (here if is_move else "")
    if wanted:
        desk = await connection.fetchrow(DESK, user_id, wanted, alive_s)
        if desk is None:
            return (Refusal("desk", say(phrases.UNKNOWN_DESK, desk=wanted)),)
        for row in known:
            if row["bound_desk_id"] not in (None, wanted):
                sentence = say(phrases.ACCOUNT_BOUND, account=row["account_id"], desk=row["bound_name"])
                return (Refusal("desk", sentence),)
        if is_move and not desk["is_alive"]:
            return (Refusal("desk", say(phrases.DESK_NOT_THERE, desk=desk["name"])),)
    together = [row["account_id"] for row in known]
    await connection.execute(ASK if is_move else PREFER, user_id, together, wanted)
    await connection.execute("SELECT pg_notify($1, $2)", bell, request.account_id)
    return ()
