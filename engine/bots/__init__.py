"""One module a kind of bot: turns (configuration, state, market) into desired orders. Pure like the domain."""
