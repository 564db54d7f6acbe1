"""Asking for an account to be run elsewhere: written into its lease, heard by whoever holds it."""

from engine.domain import phrases
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.sentences import Refusal, say
from storage.database import Connection

KNOWN = """
    SELECT l.bound_desk_id, l.desk_id, l.expires_at >= clock_timestamp() AS is_held, b.name AS bound_name
    FROM leases l LEFT JOIN desks b ON b.desk_id = l.bound_desk_id
    WHERE l.user_id = $1 AND l.account_id = $2
"""
DESK = """
    SELECT name, last_seen_at >= clock_timestamp() - make_interval(secs => $3) AS is_alive FROM desks
    WHERE user_id = $1 AND desk_id = $2
"""
ASK = """
    UPDATE leases SET requested_by_desk_id = $3, requested_at = clock_timestamp()
    WHERE user_id = $1 AND account_id = $2 AND desk_id IS DISTINCT FROM $3
"""
PREFER = "UPDATE leases SET preferred_desk_id = NULLIF($3, '') WHERE user_id = $1 AND account_id = $2"


async def request_lease(
    connection: Connection, user_id: int, here: str, request: HandOver | PreferDesk, alive_s: float, bell: str
) -> tuple[Refusal, ...]:
    """Write a request and ring; refusals where the account can never be run by that desk, or the desk is not there.

    `here` is the desk that "" means for HandOver; one that was seen within `alive_s` seconds is there.
    """
    known = await connection.fetchrow(KNOWN, user_id, request.account_id)
    if known is None:
        return (Refusal("account", say(phrases.UNKNOWN_ACCOUNT, account=request.account_id)),)
    is_move = isinstance(request, HandOver)
    wanted = request.desk_id or (here if is_move else "")
    if wanted:
        desk = await connection.fetchrow(DESK, user_id, wanted, alive_s)
        if desk is None:
            return (Refusal("desk", say(phrases.UNKNOWN_DESK, desk=wanted)),)
        if known["bound_desk_id"] not in (None, wanted):
            sentence = say(phrases.ACCOUNT_BOUND, account=request.account_id, desk=known["bound_name"])
            return (Refusal("desk", sentence),)
        if is_move and not desk["is_alive"]:
            return (Refusal("desk", say(phrases.DESK_NOT_THERE, desk=desk["name"])),)
    await connection.execute(ASK if is_move else PREFER, user_id, request.account_id, wanted)
    await connection.execute("SELECT pg_notify($1, $2)", bell, request.account_id)
    return ()
