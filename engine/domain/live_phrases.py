"""What is said about real money: going live, keys, orders that are not ours. Templates as in `phrases`."""

# Switching an account on and off
LIVE_OFF = "{account} is switched off, so no order is sent; `account go-live {account}` switches it on."
NOT_LIVE = "{account} has no real money, so there is nothing to switch."
ALREADY_LIVE = "{account} is live already."
ALREADY_DARK = "{account} is switched off already."
NOT_CONNECTED = "{account} is not connected, so its key cannot be looked at."
NOT_REHEARSED = (
    "{symbol} was not rehearsed: no grid of yours ran an hour on paper at {exchange} and closed a cycle on it; "
    "`account open-paper {exchange} {symbol}` begins, and --without-rehearsal {account} goes without."
)
LIVE_ON = "{account} is live: its bots trade real money from now on."
LIVE_ON_UNREHEARSED = (
    "{account} is live without a rehearsal, as its owner asked: its bots trade real money from now on."
)
LIVE_SWITCHED_OFF = "{account} is switched off: its resting orders are cancelled, nothing new is sent."
LIVE_SWITCHED_OFF_LATER = (
    "{account} is switched off: nothing new is sent, and its resting orders are cancelled as soon as it is connected."
)
LIVE_BACK = "{account} may trade again."
LIVE_HELD = "{account} stopped trading, its resting orders are cancelled: {cause}"

# The instruments of an account
SYMBOLS_NOT_LIVE = "{account} has no real money; its market is what it was opened on."
SYMBOLS_NONE = "Say which symbols to add or to remove."
SYMBOLS_BAD = "{symbol} is no symbol; write BASE/QUOTE, such as BTC/KRW."
SYMBOLS_THERE = "{account} trades {symbol} already."
SYMBOLS_NOT_THERE = "{account} does not trade {symbol}."
SYMBOLS_QUOTE = "{account} trades against {quote}, not against {other}; open another account for {symbol}."
SYMBOLS_LAST = "{symbol} is all that {account} trades."
SYMBOLS_IN_USE = "{bot} trades {symbol} or holds some of it; stop it with its inventory sold, or remove it, first."
SYMBOLS_POSITION = "{account} has a position of {symbol}; close it first."
SYMBOLS_UNKNOWN_ORDERS = "Orders of {symbol} with our name that nobody knows are open; adopt or cancel them first."
SYMBOLS_BUSY = "The symbols of {account} are being changed."
SYMBOLS_INTERRUPTED = "{account} was connected anew meanwhile, so its symbols stay as they were; ask again."
SYMBOLS_CHANGED = "{account} trades {symbols} from now on."
SYMBOLS_KEPT = "The symbols of {account} stay as they were: {cause}"

# The first orders of a bot
NEEDS_CONFIRMATION = (
    "{bot} would send its first orders with real money; it waits until somebody has seen them (`bot confirm {id}`)."
)
NOT_WAITING = "{bot} does not wait for a confirmation."
BOT_CONFIRMED = "Its first orders with real money were seen and confirmed."

# What a key may do
KEY_UNCHECKED = "The key of {account} has not been looked at yet."
KEY_WITHDRAWS = (
    "This key could withdraw money. Make one that cannot; `account allow-withdrawal-key` trades with it all the same."
)
KEY_WITHDRAWS_ALLOWED = "This key could withdraw money, which its owner allowed."
KEY_CANNOT_TRADE = "This key may not trade; give it that right at the exchange, or use another one."
KEY_EXPIRED = "This key expired on {day}; make a new one."
KEY_EXPIRES_SOON = "This key expires in {days} days, on {day}; make a new one before."
KEY_NOT_IP_BOUND = "This key works from every address; bind it to this machine's at the exchange."
CLOCK_OFF = (
    "The exchange's clock is {offset} ms off this computer's; up to {most} ms are right. Set this computer's clock."
)
FACT_TRADING = "right to trade"
FACT_WITHDRAWAL = "right to withdraw"
FACT_ADDRESSES = "binding to addresses"
FACT_POSITION_MODE = "position mode"
FACT_MARGIN_MODE = "margin mode"
FACT_SELF_TRADE = "self-trade prevention"
FACT_FEE_ASSET = "asset of fees"
FACT_LEVERAGE = "leverage of {symbol}"
FACT_MAKER_FEE = "maker fee"
FACT_TAKER_FEE = "taker fee"
FACT_CHANGED = "The {fact} was {old} and is {new} now."
FACTS_CHANGED = "{change} `account accept-facts {account}` trades on with it."
FACTS_ACCEPTED = "What the exchange says of the key of {account} was accepted."
NOTHING_CHANGED = "Nothing about the key of {account} has changed."
WITHDRAWAL_ALLOWED = "The key of {account} may withdraw money; its owner allowed trading with it."
WITHDRAWAL_NOT_ASKED = "The key of {account} cannot withdraw money, so there is nothing to allow."

# Orders that are not ours
FOREIGN_APPEARED = "{account} has {count} open orders that are not of this program; they are left alone."
SECOND_PROGRAM = (
    "Another program trades on {account}: its orders look automatic ({sign}). Two programs use up each other's money."
)
SIGN_IDS = "ids such as {id}"
SIGN_SPEED = "{count} orders within {seconds} s"
OTHER_GRIDWRIGHT = (
    "Another Gridwright uses the key of {account}: an order there carries the name of the bot {bot}, which is not here."
)
NO_SUCH_ORDER = "There is no open order {order} on {account} that carries our name and is not known."
ADOPT_OTHER_BOT = "The order {order} carries the name of the bot {bot}."
ADOPT_NO_RUNG = "{bot} has no rung {rung}."
ADOPT_NO_FIT = "The order {order} ({side} at {price}) is not what rung {rung} does (buys at {buy}, sells at {sell})."
ADOPT_TAKEN = "Rung {rung} has an order of its own already."
ADOPTED = "The order {order} was adopted as rung {rung}'s; it had filled {filled} of {quantity}."
NOTHING_UNKNOWN = "{account} has no open orders with our name that are not known."
UNKNOWN_CANCELED = "The order {order} with our name, which nobody knew, is being cancelled; it had filled {filled}."

# What an exchange says
FRAMES_UNREAD = (
    "{account}: {count} messages of the exchange could not be read since it was connected; what they told is asked for "
    "instead. The exchange may speak differently now: look for a newer version of this program."
)

# The dead-man switch
DEAD_MAN_ARMED = "{account}: the exchange cancels its open orders when it hears nothing of us for {seconds} s."
DEAD_MAN_DISARMED = "{account}: the exchange's dead-man switch is off; resting orders stay."
DEAD_MAN_FAILED = "{account}: the exchange's dead-man switch could not be set: {cause}"
DEAD_MAN_WOULD_HIT = (
    "{account}: the exchange's dead-man switch stays off, because it would cancel {count} orders that are not ours too."
)
DEAD_MAN_ALL = "{account}: the exchange's dead-man switch cancels every open order of the account, whoever placed it."

# Limits of an exchange
BANNED = "{exchange} takes no requests from us for {seconds} s; nothing was sent."
BAN_BEGAN = "{exchange} refuses requests for {seconds} s ({status}); until then nothing is asked and no order is sent."
SUSPENDED = "The exchange lets nobody trade it now ({text}): orders are tried again until it does."
NOT_SENT = "An order was not sent and is decided anew later: {text}"
