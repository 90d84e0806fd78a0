from pathlib import Path

import pytest

from talkoot.choosing import load_settings, where_from
from talkoot.setting_groups import GROUPS
from talkoot.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TALKOOT_{name.upper()}", raising=False)


def written(text: str) -> Path:
    path = Path("talkoot.toml")
    path.write_text(text)
    return path


def test_flags_win_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    written("port = 1\nhost = '192.0.2.1'\nreaders = 7\n")
    monkeypatch.setenv("TALKOOT_PORT", "2")
    monkeypatch.setenv("TALKOOT_HOST", "192.0.2.2")
    settings = load_settings(port="3")
    assert (settings.port, settings.host, settings.readers, settings.writers) == (3, "192.0.2.2", 7, 2)
    sources = where_from(port="3")
    assert [sources[name] for name in ("port", "host", "readers", "writers")] == [
        "flag",
        "TALKOOT_HOST",
        "talkoot.toml",
        "default",
    ]


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    written("port = 1\n")
    monkeypatch.setenv("TALKOOT_PORT", "")
    assert load_settings().port == 1


def test_a_misspelt_variable_names_the_near_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_DATABASE_ULR", "x")
    with pytest.raises(SettingsError, match=r"TALKOOT_DATABASE_ULR.*did you mean `TALKOOT_DATABASE_URL`"):
        load_settings()


def test_a_misspelt_line_names_the_near_match() -> None:
    written("max_conections = 5\n")
    with pytest.raises(SettingsError, match=r"talkoot.toml.*max_conections.*did you mean `max_connections`"):
        load_settings()


def test_a_variable_in_small_letters_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("talkoot_port", "9000")
    with pytest.raises(SettingsError, match=r"talkoot_port.*did you mean `TALKOOT_PORT`"):
        load_settings()


def test_what_is_near_nothing_points_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_ZZZZZZZZZZZZ", "x")
    with pytest.raises(SettingsError, match="talkoot settings"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("port", "70000", "less than or equal to 65535"),
        ("registration", "maybe", "'open', 'invite' or 'closed'"),
        ("secret_key", "short", "at least 32 characters"),
        ("public_url", "chat.example.org", "https://chat.example.org"),
        ("redis_url", "localhost:6379", "redis://:password@host:6379/0"),
        ("redis_url", "redis://127.0.0.1", "several servers need one PostgreSQL"),
        ("trusted_proxies", "10.0.0.0/8,proxy", "'proxy' does not appear to be"),
        ("trusted_proxies", "unix", "'unix' does not appear to be"),
        ("trusted_proxies", "[1", "Expecting"),
    ],
)
def test_a_wrong_value_is_named_and_explained(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, **{name: value})
    assert f"`{name}` (TALKOOT_{name.upper()})" in str(refused.value)
    assert said in str(refused.value)


def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_SECRET_KEY", "hunter2hunter2")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_a_wrong_redis_does_not_tell_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, redis_url="redis://:hunter2@127.0.0.1", database_url="sqlite:///talkoot.db")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("given", ["10.0.0.1, 10.0.0.0/8,", '["10.0.0.1", "10.0.0.0/8"]'])
def test_lists_are_written_with_commas_or_as_json(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_TRUSTED_PROXIES", given)
    assert load_settings().trusted_proxies == ("10.0.0.1", "10.0.0.0/8")


@pytest.mark.parametrize(("text", "said"), [("port = = 1", "can not be read"), (None, "can not be read")])
def test_a_broken_or_missing_file_is_named(text: str | None, said: str) -> None:
    path = written(text) if text else Path("missing.toml")
    with pytest.raises(SettingsError, match=f"{path}.*{said}"):
        load_settings(path)


def test_every_setting_has_its_place_and_its_words() -> None:
    placed = [name for names in GROUPS.values() for name in names]
    assert sorted(placed) == sorted(Settings.model_fields)
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
