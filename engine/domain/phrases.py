"""Every sentence the engine can say, as templates. The window translates them in the context "engine"."""

# Commands and bots
UNKNOWN_BOT = "There is no bot {bot}."
