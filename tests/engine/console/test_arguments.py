"""What may be typed, and the one sentence for what may not."""

from decimal import Decimal

import pytest

from engine.console.arguments import build_parser, one_sentence, parse
from engine.console.bot_commands import changed_config, grid_config
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from engine.errors import UsageError

GRID = ["--lower", "3500", "--upper", "4500", "--grid-count", "40", "--investment", "10,000,000"]


def test_a_grid_of_only_the_needed_options_has_the_defaults_of_the_domain() -> None:
    options = parse(["bot", "add", "grid", "--account", "replay:x", *GRID])
    assert grid_config(options) == GridConfig(Decimal(3500), Decimal(4500), 40, Decimal(10_000_000))
    assert not options.start
    assert options.symbol is None


def test_every_field_of_a_grid_can_be_typed() -> None:
    words = (
        "--mode geometric --sizing equal_quote --post-only off --use-held-base on --compounding on --trigger-price 4000"
        " --stop-upper 5000 --stop-lower 3000 --stop-loss 10 --take-profit 20.5 --stop-upper-inventory keep"
        " --stop-lower-inventory sell --stop-loss-inventory keep --take-profit-inventory keep"
    )
    options = parse(["replay", "file.parquet", *GRID, *words.split()])
    assert grid_config(options) == GridConfig(
        lower=Decimal(3500),
        upper=Decimal(4500),
        grid_count=40,
        investment=Decimal(10_000_000),
        mode=GridMode.GEOMETRIC,
        sizing=Sizing.EQUAL_QUOTE,
        post_only=False,
        use_held_base=True,
        compounding=True,
        trigger_price=Decimal(4000),
        stop_upper=Decimal(5000),
        stop_lower=Decimal(3000),
        stop_loss_pct=Decimal(10),
        take_profit_pct=Decimal("20.5"),
        stop_upper_inventory=Inventory.KEEP,
        stop_lower_inventory=Inventory.SELL,
        stop_loss_inventory=Inventory.KEEP,
        take_profit_inventory=Inventory.KEEP,
    )


def test_an_edit_changes_what_is_named_and_none_takes_a_price_away() -> None:
    before = GridConfig(Decimal(1), Decimal(2), 10, Decimal(100), stop_upper=Decimal(3), compounding=True)
    options = parse(["bot", "edit", "x", "--upper", "2.5", "--stop-upper", "none", "--compounding", "off"])
    assert changed_config(before, options) == GridConfig(Decimal(1), Decimal("2.5"), 10, Decimal(100))


@pytest.mark.parametrize("words", [["--data-folder", "/x", "status"], ["status", "--data-folder", "/x"]])
def test_settings_stand_before_or_after_the_sub_command(words: list[str]) -> None:
    assert parse(words).data_folder == "/x"


@pytest.mark.parametrize(
    ("word", "speed"), [("max", None), ("0", Decimal(0)), ("60", Decimal(60)), ("0.5", Decimal("0.5"))]
)
def test_speeds(word: str, speed: Decimal | None) -> None:
    assert parse(["market", "speed", "replay:x", word]).speed == speed


@pytest.mark.parametrize(
    ("word", "deposit"),
    [("5000", ("", Decimal(5000))), ("KRW=10_000", ("KRW", Decimal(10000))), ("btc=0.5", ("BTC", Decimal("0.5")))],
)
def test_deposits(word: str, deposit: tuple[str, Decimal]) -> None:
    assert parse(["account", "open-simulated", "--cash", word]).cash == [deposit]


BAD = (
    (
        "foo",
        (
            "There is no command 'foo'; choose from "
            "bot, account, market, fills, log, orders, pnl, halt, resume, desks, status, replay, "
            "arb, premium, opportunities, inventory, symbols, jobs, notifications, lease, db, vault, user, credential, "
            "practice."
        ),
    ),
    ("bot", "Missing: COMMAND."),
    (
        "bot dance",
        "There is no command 'dance'; choose from add, list, confirm, show, start, pause, remove, restore, stop, edit.",
    ),
    ("bot add", "Missing: COMMAND."),
    ("bot add hedge", "There is no command 'hedge'; choose from grid."),
    ("bot add grid", "Missing: --account, --lower, --upper, --grid-count, --investment."),
    ("bot show", "Missing: bot."),
    ("bot stop x", "Say one of --keep, --sell."),
    ("bot stop x --keep --sell", "--sell and --keep exclude each other."),
    ("bot add grid --lower", "--lower needs a value."),
    ("bot add grid --lower abc", "--lower must be a number, not 'abc'."),
    ("bot add grid --lower NaN", "--lower must be a finite number, not 'NaN'."),
    ("bot add grid --lower Infinity", "--lower must be a finite number, not 'Infinity'."),
    ("bot add grid --lower=-Infinity", "--lower must be a finite number, not '-Infinity'."),
    ("bot add grid --lower 1e400", "--lower is larger than any amount this program handles: '1e400'."),
    ("bot add grid --lower 1e-30", "--lower has more than 18 decimals: '1e-30'."),
    ("bot add grid --grid-count 2.5", "--grid-count must be a whole number, not '2.5'."),
    ("bot add grid --grid-count 99999999999", "--grid-count is too large: '99999999999'."),
    ("bot add grid --mode cubic", "--mode must be one of arithmetic, geometric, not 'cubic'."),
    ("bot add grid --post-only maybe", "--post-only must be one of on, off, not 'maybe'."),
    ("bot add grid --account=", "--account must not be empty."),
    ("bot add grid --frobnicate 1", "Missing: --account, --lower, --upper, --grid-count, --investment."),
    ("status --frobnicate", "Not understood: --frobnicate."),
    ("fills --limit 0", "--limit must be from 1 to 2000, not '0'."),
    ("fills --limit 2001", "--limit must be from 1 to 2000, not '2001'."),
    ("market speed v -1", "SPEED must be max or a number that is not negative, not '-1'."),
    ("market speed v fast", "SPEED must be max or a number that is not negative, not 'fast'."),
    ("market speed v", "Missing: SPEED."),
    ("replay", "Missing: FILE, --lower, --upper, --grid-count, --investment."),
    ("account open-replay f --rules kraken", "--rules must be one of upbit, binance, plain, not 'kraken'."),
    ("account open-replay f --cash KRW=x", "--cash must be a number, not 'x'."),
    ("account open-replay f --cash K!=5", "--cash must be AMOUNT or ASSET=AMOUNT, not 'K!=5'."),
    ("account open-replay f --cash=-5", "--cash must not be negative, not '-5'."),
    ("--until-replay-ends", "--until-replay-ends needs --no-gui."),
    ("--no-gui status", "--no-gui runs the desk; leave it out to run the command 'status'."),
    ("--data-folder", "--data-folder needs a value."),
    ("symbols block okx", "Missing: SYMBOL."),
    ("symbols block okx ;", "SYMBOL must be a symbol like DOGE/USDT or DOGE-USDT-SWAP, not ';'."),
    ("notifications read 0", "ID must be a number of the list, not '0'."),
    ("notifications read 99999999999999999999", "ID must be a number of the list, not '99999999999999999999'."),
    ("pnl --by week", "--by must be one of bot, day, not 'week'."),
)


@pytest.mark.parametrize(
    ("typed", "is_json", "ids"),
    [
        ("notifications", False, None),
        ("notifications --json", True, None),
        ("notifications --json read 7", True, [7]),
        ("notifications read --json", True, []),
    ],
)
def test_notifications_are_listed_or_read(typed: str, is_json: bool, ids: list[int] | None) -> None:
    options = parse(typed.split())
    assert (options.command, options.json, vars(options).get("ids")) == ("notifications", is_json, ids)
    assert options.notifications_command == (None if ids is None else "read")


@pytest.mark.parametrize(("typed", "sentence"), BAD)
def test_what_is_wrong_is_said_in_one_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(typed.split())
    assert str(refused.value) == sentence
    assert refused.value.exit_code == 2


def test_words_of_argparse_that_are_not_known_still_become_a_sentence() -> None:
    assert one_sentence("something else happened") == "Something else happened."


def test_every_sub_command_that_answers_can_answer_as_json() -> None:
    for words in (
        "bot list",
        "bot show x",
        "account list",
        "market speed v 1",
        "fills",
        "log",
        "orders",
        "pnl",
        "status",
        "halt",
    ):
        assert parse([*words.split(), "--json"]).json


def test_the_help_names_the_exit_codes() -> None:
    assert "5 already running" in build_parser().format_help()


@pytest.mark.parametrize(
    "typed",
    [
        "upbit binance BTC XRP --size 0.05 --json",
        "upbit binance --size 0.05 --json BTC XRP",
        "--size 0.05 upbit binance BTC XRP --json",
        "upbit --size 0.05 binance BTC --json XRP",
    ],
)
def test_names_and_options_stand_in_any_order(typed: str) -> None:
    options = parse(["premium", "watch", *typed.split()])
    assert (options.home, options.foreign, options.bases) == ("upbit", "binance", ["BTC", "XRP"])
    assert (options.size, options.json) == (Decimal("0.05"), True)


@pytest.mark.parametrize("typed", ["--without LUNA,GAS upbit binance --all", "upbit binance --all --without LUNA,GAS"])
def test_what_is_left_out_takes_no_name_that_follows_it(typed: str) -> None:
    options = parse(["premium", "watch", "--value", "1000000", *typed.split()])
    assert (options.home, options.foreign, options.bases) == ("upbit", "binance", [])
    assert options.without == "LUNA,GAS"


def test_what_is_missing_is_named_also_where_the_order_is_free() -> None:
    for typed, sentence in (
        ("watch upbit --size 1", "Missing: foreign."),
        ("watch upbit binance BTC", "Say one of --size, --value."),
        ("unwatch BTC --sise", "Not understood: --sise."),
    ):
        with pytest.raises(UsageError) as caught:
            parse(["premium", *typed.split()])
        assert str(caught.value) == sentence
