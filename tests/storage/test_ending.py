"""Ending tasks, also those that lose a cancellation."""

import asyncio

import pytest

from storage.ending import end


async def test_a_task_that_loses_cancellations_ends_all_the_same() -> None:
    lost = 0

    async def deaf() -> None:
        nonlocal lost
        while lost < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end(task)
    assert (lost, task.cancelled()) == (3, True)


@pytest.mark.filterwarnings("error")
async def test_what_a_task_failed_with_is_no_ones_surprise() -> None:
    async def failing() -> None:
        raise OSError("gone")

    task = asyncio.create_task(failing())
    await asyncio.wait({task})
    await end(task)
    assert task.done()
