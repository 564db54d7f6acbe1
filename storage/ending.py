"""Ending a task for certain."""

import asyncio

ASK_AGAIN_S = 0.1


async def end(task: "asyncio.Task[None]") -> None:
    """Cancel a task and return when it has ended, whatever it ended with.

    Libraries have places where a cancellation that meets a timeout is lost; then it is asked again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=ASK_AGAIN_S)
    if not task.cancelled():
        # Looked at, so that nobody reports it as forgotten.
        task.exception()
