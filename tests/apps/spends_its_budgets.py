# expect: none
# No budget is set: how it spends one is for the tests of budgets.
import asyncio
import decimal


async def app(scope, receive, send):
    await receive()
    import statistics

    app.numbers = decimal.Decimal(1), statistics.mean([1, 2])
    await asyncio.sleep(1)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
