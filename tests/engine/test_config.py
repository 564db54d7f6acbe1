"""Settings: which source wins, and the sentence for each that cannot be read."""

from pathlib import Path

import pytest

from engine.config import SETTINGS, load_settings
from engine.errors import UsageError


def test_with_nothing_said_everything_has_its_default(tmp_path: Path) -> None:
    settings = load_settings({}, {"GRIDWRIGHT_HOME": str(tmp_path)})
    assert settings.data_folder == tmp_path
    assert (settings.database_url, settings.redis_url, settings.theme) == (None, None, None)
    assert list(tmp_path.iterdir()) == []


def test_command_line_before_environment_before_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "light"\nlanguage = "ko"\nlog_level = "error"\n', encoding="utf-8")
    environment = {"GRIDWRIGHT_HOME": str(tmp_path), "GRIDWRIGHT_LANGUAGE": "en", "GRIDWRIGHT_LOG_LEVEL": "warning"}
    settings = load_settings({"log_level": "debug"}, environment)
    assert (settings.theme, settings.language, settings.log_level) == ("light", "en", "debug")


def test_the_data_folder_of_the_command_line_brings_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "light"', encoding="utf-8")
    assert load_settings({"data_folder": str(tmp_path)}, {"GRIDWRIGHT_HOME": "/elsewhere"}).theme == "light"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    settings = load_settings({}, {"GRIDWRIGHT_HOME": str(tmp_path), "GRIDWRIGHT_DATABASE_URL": ""})
    assert settings.database_url is None


def test_numbers_come_from_the_file_as_numbers_and_from_the_environment_as_text(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("heartbeat_s = 2\n", encoding="utf-8")
    environment = {"GRIDWRIGHT_HOME": str(tmp_path), "GRIDWRIGHT_ANSWER_TIMEOUT_S": "5.5"}
    settings = load_settings({}, environment)
    assert (settings.heartbeat_s, settings.answer_timeout_s) == (2.0, 5.5)


BAD_FILES = (
    ("colour = 1", "has an unknown key 'colour'; known are answer_timeout_s, csv_folder, database_ca"),
    ('theme = "pink"', "theme in {file} must be one of dark, light, not 'pink'."),
    ("theme = 3", "theme in {file} must be one of dark, light, not 3."),
    ("database_url = 5", "database_url in {file} must be a text in quotation marks."),
    ("heartbeat_s = true", "heartbeat_s in {file} must be a number of seconds from 1 to 3600, not True."),
    ("heartbeat_s = 0", "heartbeat_s in {file} must be a number of seconds from 1 to 3600, not 0."),
    ("heartbeat_s = nan", "heartbeat_s in {file} must be a number of seconds from 1 to 3600, not nan."),
    ("theme = ", "The settings file {file} is not valid TOML: Invalid value (at end of document)."),
)


@pytest.mark.parametrize(("text", "sentence"), BAD_FILES)
def test_a_bad_settings_file_is_one_sentence_that_names_file_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        load_settings({}, {"GRIDWRIGHT_HOME": str(tmp_path)})
    assert sentence.format(file=file) in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_settings_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read: it is not UTF-8 text"):
        load_settings({}, {"GRIDWRIGHT_HOME": str(tmp_path)})


def test_a_settings_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_settings({}, {"GRIDWRIGHT_HOME": str(tmp_path)})


def test_a_url_with_a_password_is_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('database_url = ["postgresql://me:secret@host/x"]', encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        load_settings({}, {"GRIDWRIGHT_HOME": str(tmp_path)})
    assert "secret" not in str(refused.value)


def test_the_wrong_variable_is_named() -> None:
    with pytest.raises(UsageError, match=r"GRIDWRIGHT_THEME must be one of dark, light, not 'x'\."):
        load_settings({}, {"GRIDWRIGHT_HOME": "/nowhere", "GRIDWRIGHT_THEME": "x"})


def test_every_default_is_a_value_that_could_be_typed() -> None:
    for setting in SETTINGS:
        if setting.default is not None:
            assert setting.read(setting.default) == setting.default
