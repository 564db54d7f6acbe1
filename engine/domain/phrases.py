"""Every sentence the engine can say, as templates. The window translates them in the context "engine"."""

# Commands and bots
UNKNOWN_BOT = "There is no bot {bot}."
BOT_EXISTS = "A bot with the id {bot} exists already."
NAME_EMPTY = "A bot needs a name."
NAME_TOO_LONG = "A bot's name has at most {maximum} characters."
NAME_TAKEN = "Another bot is already called {name}."
UNKNOWN_ACCOUNT = "There is no account {account}."
UNKNOWN_SYMBOL = "The venue {venue} does not trade {symbol}."
NOT_RUNNING = "{bot} is not running."
ALREADY_RUNNING = "{bot} is already running."
ALREADY_STOPPING = "{bot} is already stopping."
STOP_FIRST = "{bot} is running; stop it first."
NOT_REMOVED = "{bot} was not removed."
BOT_REMOVED = "{bot} was removed; restore it first."
EDIT_WHILE_CHANGING = "{bot} is starting, rebalancing or stopping; edit it when that is done."
ALLOCATION_RANGE = "The allocation must be above 0 % and at most 100 %, not {percent} %."
ALLOCATION_FULL = "Your running bots have {used} % allocated; with {percent} % more it would be over 100 %."
CASH_NEGATIVE = "The starting cash {amount} {asset} must be a positive number."
CASH_MISSING = "A paper account needs starting cash in {quote}."
NOT_PACED = "{venue} is a live market; its pace cannot be set."
SPEED_NEGATIVE = "The speed must be 0 or more, not {speed}."
NOT_HALTED = "Trading is not halted."
TRADING_HALTED = "Trading is halted; resume it first."
BOT_ID_BAD = "A bot id is 8 of the characters a-z and 0-9, not {bot}."

# Grid configuration
NOT_A_NUMBER = "This must be a number."
MUST_BE_POSITIVE = "This must be above 0, not {value}."
LOWER_NOT_BELOW_UPPER = "The lower price {lower} must be below the upper price {upper}."
COUNT_RANGE = "The number of grids must be from {minimum} to {maximum}, not {count}."
LINES_EQUAL = (
    "With {count} grids two lines fall on the same price {price}, because prices here move in steps of {increment}."
)
LOSES_AFTER_FEES = (
    "A cycle bought at {buy} and sold at {sell} would lose {loss} {quote} after fees; use fewer grids or a wider range."
)
TOO_SMALL = "Each order must reach {minimum} {quote}; with {count} grids invest at least {needed} {quote}."
BELOW_MIN_QUANTITY = (
    "Each order must be at least {minimum} {base}; with {count} grids invest at least {needed} {quote}."
)
ABOVE_MAX_QUANTITY = "An order of {quantity} {base} is above the venue's maximum of {maximum} {base}."
NOT_ENOUGH_QUOTE = "The grid needs {needed} {quote}; {free} {quote} are free."
STOP_LOWER_INSIDE = "The lower stop {stop} must be below the lowest line {lower}."
STOP_UPPER_INSIDE = "The upper stop {stop} must be above the highest line {upper}."
STOP_LOWER_ABOVE_PRICE = "The lower stop {stop} is not below the present price {price}: the bot would stop at once."
STOP_UPPER_BELOW_PRICE = "The upper stop {stop} is not above the present price {price}: the bot would stop at once."
STOP_LOSS_RANGE = "The stop loss must be above 0 % and at most 100 %, not {percent} %."
