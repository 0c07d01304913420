"""Settings: precedence, and errors that name their place."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.network.proxies import proxies
from pipeline.settings.environment import in_ci
from pipeline.settings.loading import load
from pipeline.settings.model import HIDDEN, Settings
from pipeline.settings.values import parse_duration


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder and no settings of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in (*(f"PIPELINE_{field.upper()}" for field in Settings.model_fields), "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


def test_defaults_hold_without_anything() -> None:
    """A run needs no setting."""
    settings = load({})

    assert settings.out == Path("data")
    assert settings.arxiv_age == timedelta(days=7)
    assert settings.repository_age == timedelta(hours=20)
    assert settings.github_token is None


def test_flag_beats_environment_beats_file_beats_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each layer overrides those below it, and its origin is remembered."""
    Path("pipeline.toml").write_text('out = "file"\ncache_dir = "file"\nlink_age = "9d"\n')
    monkeypatch.setenv("PIPELINE_OUT", "environment")
    monkeypatch.setenv("PIPELINE_CACHE_DIR", "environment")

    settings = load({"out": Path("flag"), "cache_dir": None})

    assert (settings.out, settings.cache_dir) == (Path("flag"), Path("environment"))
    assert settings.link_age == timedelta(days=9)
    assert settings.origins["out"] == "--out"
    assert settings.origins["cache_dir"] == "PIPELINE_CACHE_DIR"
    assert settings.origins["link_age"] == "pipeline.toml: link_age"


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("20h", timedelta(hours=20)),
        ("1.5d", timedelta(hours=36)),
        ("30", timedelta(seconds=30)),
        (2.5, timedelta(seconds=2.5)),
    ],
)
def test_durations_are_read(written: object, duration: timedelta) -> None:
    """A number and a unit, or seconds."""
    assert parse_duration(written) == duration


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('link_age = "soon"\n', "pipeline.toml: link_age"),
        ("web_concurrency = 0\n", "pipeline.toml: web_concurrency"),
        ("colour = 1\n", "pipeline.toml: no setting is called 'colour'"),
        ("github_token = 'x'\n", "pipeline.toml: no setting is called 'github_token'"),
        ("lists = 3\n", "pipeline.toml: lists"),
        ("[lists]\na = 3\n", "pipeline.toml: lists: a should be"),
        ("= 1\n", "pipeline.toml: Invalid statement"),
        ('contact = "a\\nb"\n', "pipeline.toml: contact"),
        ('contact = "me"\n', "pipeline.toml: contact"),
        ('contact = "https://"\n', "pipeline.toml: contact"),
        (
            '[[ignore]]\nurl = "x"\n',
            "pipeline.toml: no setting is called 'ignore'; rules",
        ),
    ],
)
def test_bad_file_is_one_sentence_that_names_it(text: str, place: str) -> None:
    """File and setting stand at the beginning of the message."""
    Path("pipeline.toml").write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        load({})

    assert str(caught.value).startswith(place)
    assert "\n" not in str(caught.value)


def test_bad_variable_and_bad_flag_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which variable or which flag."""
    with pytest.raises(ConfigurationError, match=r"^--time-budget: "):
        load({"time_budget": "soon"})
    monkeypatch.setenv("PIPELINE_ALLOW_PRIVATE", "10.0.0.0/99")
    with pytest.raises(ConfigurationError, match=r"^PIPELINE_ALLOW_PRIVATE: "):
        load({})


def test_missing_config_file_is_an_error_only_where_it_was_asked_for(tmp_path: Path) -> None:
    """Without `--config` a folder needs no pipeline.toml."""
    load({})
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read"):
        load({}, Path("nowhere.toml"))


def test_lists_take_one_file_or_several() -> None:
    """A list may be one source or a row of them."""
    Path("pipeline.toml").write_text('[lists]\none = "a.md"\nmany = ["b.md", "c.md"]\n')

    assert load({}).lists == {"one": ("a.md",), "many": ("b.md", "c.md")}


def test_networks_of_the_environment_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas separate the networks that may be asked after all."""
    monkeypatch.setenv("PIPELINE_ALLOW_PRIVATE", "127.0.0.0/8, fd00::/8")

    assert [str(network) for network in load({}).allow_private] == ["127.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("github", "gh", "token"),
    [("a", "b", "a"), ("", "b", "b"), ("  ", "", None), ("a\n", "", "a")],
)
def test_empty_token_is_none(
    monkeypatch: pytest.MonkeyPatch, github: str, gh: str, token: str | None
) -> None:
    """An empty variable is no token: it would be answered 401."""
    monkeypatch.setenv("GITHUB_TOKEN", github)
    monkeypatch.setenv("GH_TOKEN", gh)
    settings = load({})

    assert (settings.github_token and settings.github_token.get_secret_value()) == token
    assert "a" not in repr(settings.github_token)


def test_sandbox_has_its_own_folders_and_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing made up is ever near a real run, and no secret near the sandbox."""
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    Path("pipeline.toml").write_text('out = "real"\ncache_dir = "real-cache"\n')

    settings = load({"sandbox": True})

    assert (settings.out, settings.cache_dir) == (Path("data/sandbox"), Path("cache/sandbox"))
    assert settings.github_token is None


@pytest.mark.parametrize(
    "text",
    [
        'sources = ["crosref"]',
        'second_opinion = "no address"',
        "second_opinion = 5",
        "verify = -1",
        'doi_handles = "perhaps"',
        'wayback = "sometimes"',
        "out = 5",
        "cache_dir = false",
        'archive = "x"',
        'fragments = "x"',
    ],
)
def test_what_is_set_wrongly_is_refused_in_the_sandbox_too(text: str) -> None:
    """Whoever tries a config file there would learn of its faults in the first real run."""
    Path("pipeline.toml").write_text(text + "\n")
    with pytest.raises(ConfigurationError) as real:
        load({})
    with pytest.raises(ConfigurationError) as replica:
        load({"sandbox": True})

    assert str(replica.value) == str(real.value)
    assert str(real.value).startswith(f"pipeline.toml: {text.partition(' ')[0]}")


def test_nobody_is_asked_in_the_sandbox_whom_it_does_not_hold() -> None:
    """Whatever is set."""
    Path("pipeline.toml").write_text('sources = ["crossref"]\nverify = 3\nwayback = true\n')

    assert load({}).sources == ("crossref",)
    settings = load({"sandbox": True})
    assert (settings.sources, settings.verify, settings.wayback) == ((), 0, False)


def test_sandbox_folders_can_be_given_by_flag() -> None:
    """A flag is meant for this run."""
    settings = load({"sandbox": True, "out": Path("x"), "cache_dir": Path("y")})

    assert (settings.out, settings.cache_dir) == (Path("x"), Path("y"))


def test_user_agent_has_a_contact_only_where_one_is_set() -> None:
    """No contact is invented."""
    assert load({}).user_agent.startswith("paper-list-pipeline/")
    assert "(" not in load({}).user_agent
    assert load({"contact": "mailto:me@example.org"}).user_agent.endswith(
        "(+mailto:me@example.org)"
    )


def test_every_setting_says_what_it_is() -> None:
    """The README's table is made of these descriptions."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
    assert set(Settings.model_fields) >= HIDDEN


def test_ci_and_proxies_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are facts of the machine."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert in_ci()
    assert proxies()["https"] == "http://proxy.example:3128"
    monkeypatch.setenv("CI", "false")
    assert not in_ci()


@pytest.mark.parametrize(
    ("scenario", "folder"),
    [(None, "cache/sandbox"), ("default", "cache/sandbox"), ("clean", "cache/sandbox-clean")],
)
def test_every_scenario_has_a_cache_of_its_own(scenario: str | None, folder: str) -> None:
    """What one has answered hides nothing that goes wrong in another."""
    flags = {"sandbox": True, "scenario": scenario}

    assert load(flags).cache_dir == Path(folder)
    assert load({**flags, "cache_dir": Path("mine")}).cache_dir == Path("mine")


ELSEWHERE = "https://github.evil.example/api"


@pytest.mark.parametrize(
    ("named", "token"),
    [
        ((None, None, None), "secret"),
        (("https://api.github.com/", None, None), "secret"),
        ((ELSEWHERE, None, None), None),
        (("https://api.github.com.evil.example", None, None), None),
        ((None, ELSEWHERE, None), "secret"),
        ((None, None, ELSEWHERE), "secret"),
        ((ELSEWHERE, ELSEWHERE, None), "secret"),
    ],
)
def test_config_file_does_not_say_where_the_token_goes(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    named: tuple[str | None, str | None, str | None],
    token: str | None,
) -> None:
    """A pull request can change it; a flag and the environment are the user's own word."""
    file, variable, flag = named
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    if variable:
        monkeypatch.setenv("PIPELINE_GITHUB_URL", variable)
    config = tmp_path / "pipeline.toml"
    config.write_text(f'github_url = "{file}"\n' if file else "", encoding="utf-8")

    settings = load({"github_url": flag}, config)

    assert settings.secret_for("github_token") == token
    assert len(settings.withheld) == (token is None)
    assert all("secret" not in one and "GITHUB_TOKEN" in one for one in settings.withheld)


@pytest.mark.parametrize(
    ("variable", "name", "url"),
    [
        ("S2_API_KEY", "semantic_scholar_key", "semantic_scholar_url"),
        ("OPENALEX_API_KEY", "openalex_key", "openalex_url"),
    ],
)
def test_other_keys_stay_at_home_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, name: str, url: str
) -> None:
    """Each secret has its host."""
    monkeypatch.setenv(variable, "secret")
    config = tmp_path / "other.toml"
    config.write_text(f'{url} = "https://evil.example"\n', encoding="utf-8")

    assert load({}, config).secret_for(name) is None
    assert load({}).secret_for(name) == "secret"


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GH_TOKEN", "S2_API_KEY", "OPENALEX_API_KEY"])
@pytest.mark.parametrize(
    "bad", ["a\nb", "a\r\nX-Evil: b", "a b", "a\tb", "tök", "a\x7fb", "a\u2028b"]
)
def test_a_token_that_no_header_can_carry_is_refused_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, bad: str
) -> None:
    """A library would refuse it later, and print it."""
    monkeypatch.setenv(name, f"secret-{bad}-secret")
    with pytest.raises(ConfigurationError) as caught:
        load({})
    assert str(caught.value).startswith(f"{name}: ")
    assert "secret" not in str(caught.value)


def test_a_line_break_at_the_end_of_a_token_is_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and shells put one there."""
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_0123\n")
    token = load({}).github_token

    assert token is not None
    assert token.get_secret_value() == "ghp_0123"


@pytest.mark.parametrize(
    "line",
    [
        "link_age = '99999999999999999d'",
        "link_age = '36501d'",
        f"link_age = {'9' * 400}",
        "link_age = inf",
        "link_age = '١d'",
        "time_budget = '1e400s'",
        "allow_private = 10",
        "allow_private = [10]",
        "allow_private = {a = 1}",
        "exclude = 10",
        "lists = 3",
        "host_intervals = 3",
        "web_in_flight = 'many'",
        "out = 3",
        "contact = 3",
        f"x = {'[' * 5000}",
    ],
)
def test_whatever_stands_in_the_file_is_one_sentence(line: str) -> None:
    """No value ends in a traceback."""
    Path("pipeline.toml").write_text(line, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"^pipeline\.toml") as caught:
        load({})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "ci", "words"),
    [
        ("PIPELINE_WORKSPACE", "", None),
        ("PIPELINE_RUN_ID", "", None),
        ("PIPELINE_COLOUR", "", "so the variable has no effect"),
        ("PIPELINE_COLOUR", "true", None),
        ("PIPELINE_CONTAKT", "", "did you mean PIPELINE_CONTACT?"),
        ("PIPELINE_CACHEDIR", "true", "did you mean PIPELINE_CACHE_DIR?"),
        ("CI_PIPELINE_ID", "true", None),
    ],
)
def test_variables_of_others_are_no_misspelt_settings(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variable: str,
    ci: str,
    words: str | None,
) -> None:
    """Services set some in every job; a person who misspells a setting is told everywhere."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv(variable, "a")
    load({})

    assert len(caplog.messages) == (words is not None)
    for message in caplog.messages:
        assert message.startswith(f"{variable}: ")
        assert words is not None
        assert words in message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[lists]\na = "a.md"\ncontact = "https://example.org/"\n', "pipeline.toml:3: contact is"),
        ('lists.contact = "x"\n', "pipeline.toml:1: contact is"),
        ('\nlists = { contact = "x" }\n', "pipeline.toml:1: contact is"),
        ('out = "a"\n\n[ lists ]\n"contact" = "x"\n', "pipeline.toml:4: contact is"),
        ('[lists]\na = "a.md"\n\nwayback = true\n', "pipeline.toml:4: wayback is"),
        ('[lists]\na = "a.md"\nlink_age = "3d"\n', "pipeline.toml:3: link_age is"),
        ('[lists]\na = "a.md"\nexclude = ["https://x.example/*"]\n', "pipeline.toml:3: exclude is"),
        ('[host_intervals]\n"a.example" = "2s"\nout = "data"\n', "pipeline.toml:3: out is"),
    ],
)
def test_setting_below_a_table_is_no_list(text: str, place: str) -> None:
    """TOML has tables end where the next one begins; whoever appends a line is told so."""
    Path("pipeline.toml").write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        load({})

    assert str(caught.value).startswith(place)
    assert "move it above the first line in brackets" in str(caught.value)


def test_a_list_may_be_called_like_a_setting() -> None:
    """Its file tells what it is."""
    Path("pipeline.toml").write_text(
        '[lists]\nsearch = "search.md"\nsources = ["a.md", "b.md"]\nout = "github:owner/repo"\n'
    )

    assert set(load({}).lists) == {"search", "sources", "out"}


@pytest.mark.parametrize(
    "contact", ["https://example.org/", "me@example.org", "mailto:me@example.org", "I, me@x.org"]
)
def test_contacts_by_which_somebody_is_reached(contact: str) -> None:
    """An address anywhere in it."""
    assert load({"contact": contact}).contact == contact


def test_one_pattern_may_stand_alone_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comma is a part of it; in the environment it stands between patterns."""
    Path("pipeline.toml").write_text('exclude = "https://a.example/x,y/*"\n')
    assert load({}).exclude == ("https://a.example/x,y/*",)

    monkeypatch.setenv("PIPELINE_EXCLUDE", "https://a.example/*, https://b.example/*")
    assert load({}).exclude == ("https://a.example/*", "https://b.example/*")


def test_a_misspelt_setting_is_told_which_one_is_near() -> None:
    """The name of the setting that was meant."""
    Path("pipeline.toml").write_text('contakt = "x"\n')

    with pytest.raises(ConfigurationError, match="did you mean contact"):
        load({})


@pytest.mark.parametrize(
    "network",
    ["10.0.0.0/8", "192.168.7.9", "100.64.0.0/16", "fd12:3456::/32", "172.20.0.0/16"],
)
def test_config_file_may_allow_networks_of_private_use(network: str) -> None:
    """And it is said aloud, for a pull request can change the file."""
    Path("pipeline.toml").write_text(f'allow_private = ["{network}"]\n')
    settings = load({})

    (said,) = settings.opened
    assert said.startswith("pipeline.toml: allow_private: links may lead into ")
    assert network.partition("/")[0] in said


@pytest.mark.parametrize(
    "network",
    ["0.0.0.0/0", "::/0", "0.0.0.0/1", "8.0.0.0/6", "127.0.0.0/8", "169.254.0.0/16", "fe80::/10"],
)
def test_what_is_more_than_private_is_allowed_by_the_environment_alone(
    monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    """A pull request does not open this machine's own services, nor everything."""
    Path("pipeline.toml").write_text(f'allow_private = ["10.0.0.0/8", "{network}"]\n')
    with pytest.raises(ConfigurationError, match=r"allow_private: .*only PIPELINE_ALLOW_PRIVATE"):
        load({})

    monkeypatch.setenv("PIPELINE_ALLOW_PRIVATE", network)
    assert [str(one) for one in load({}).allow_private] == [network]
    assert load({}).opened == ()


def test_an_address_with_a_password_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever shows settings would show it, and a host behind an `@` deceives."""
    monkeypatch.setenv("PIPELINE_GITHUB_URL", "https://me:s3cret@api.github.com")

    with pytest.raises(ConfigurationError) as refused:
        load({})
    assert "names no user or password" in str(refused.value)
    assert "s3cret" not in str(refused.value)


# --- headers for single hosts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "host", "name", "value"),
    [
        ("docs.example Authorization: Bearer abc", "docs.example", "Authorization", "Bearer abc"),
        ("Docs.Example:8443 x-key:abc", "docs.example:8443", "x-key", "abc"),
        ("docs.example:443  X-Key:  a b ", "docs.example", "X-Key", "a b"),
        ("faß.example Cookie: a=b; c=d", "xn--fa-hia.example", "Cookie", "a=b; c=d"),
    ],
)
def test_headers_of_a_host_come_from_the_environment(
    line: str, host: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable names the host beside the secret; a misspelt setting is still warned of."""
    monkeypatch.setenv("PIPELINE_HEADER_X", line)

    headers = load({}).host_headers

    assert list(headers) == [host]
    assert {one: secret.get_secret_value() for one, secret in headers[host].items()} == {
        name: value
    }
    assert value not in repr(headers)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer 5ecr3t",
        "docs.example Bearer 5ecr3t",
        "https://docs.example Authorization: Bearer 5ecr3t",
        "docs.example/path Authorization: Bearer 5ecr3t",
        "*.example Authorization: Bearer 5ecr3t",
        "*.docs.example X-Key: 5ecr3t",
        "user@docs.example X-Key: 5ecr3t",
        "docs.example:99999 X-Key: 5ecr3t",
        "docs.example X-Key: 5ecr3t\nX-Other: b",
        "docs.example X-Key: 5ecr3t\x00",
        "docs.example X-Key: 5ecr3tä",
        "docs.example Host: 5ecr3t",
        "docs.example Content-Length: 5ecr3t",
        "docs.example Range: 5ecr3t",
    ],
)
def test_a_header_that_is_none_is_refused(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any request; the message names the variable and not the value."""
    monkeypatch.setattr("os.environ", {"PIPELINE_HEADER_X": line})

    with pytest.raises(ConfigurationError, match=r"^PIPELINE_HEADER_X: ") as caught:
        load({})

    assert "5ecr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["", " ", "docs.example X-Key:", "docs.example Authorization: Bearer"]
)
def test_a_secret_that_a_ci_service_does_not_know_is_none(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull request from a fork gets no secrets: then the page is asked without."""
    monkeypatch.setenv("PIPELINE_HEADER_X", line)

    assert load({}).host_headers == {}


def test_two_variables_for_one_header_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which one counts would depend on their names."""
    monkeypatch.setenv("PIPELINE_HEADER_A", "docs.example X-Key: a")
    monkeypatch.setenv("PIPELINE_HEADER_B", "docs.example x-key: b")

    with pytest.raises(ConfigurationError, match=r"PIPELINE_HEADER_B: x-key of docs"):
        load({})


@pytest.mark.parametrize(
    "text",
    [
        '[host_headers]\n"docs.example" = {"X-Key" = "abc"}\n',
        'header_x = "docs.example X-Key: abc"\n',
    ],
)
def test_a_config_file_has_no_say_in_headers(text: str) -> None:
    """A pull request can change it."""
    Path("pipeline.toml").write_text(text)

    with pytest.raises(ConfigurationError, match="no setting is called"):
        load({})


def test_the_sandbox_has_no_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret comes near it."""
    monkeypatch.setenv("PIPELINE_HEADER_A", "docs.example X-Key: a")

    assert load({"sandbox": True}).host_headers == {}


def test_second_way_of_a_config_file_may_only_be_where_links_may_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pull request can change the file; what the environment names may be anywhere."""
    assert load({}).second_way is None
    Path("pipeline.toml").write_text('second_opinion = "http://proxy.example:8080"\n')
    assert load({}).second_way == ("http://proxy.example:8080", True)

    monkeypatch.setenv("PIPELINE_SECOND_OPINION", "http://10.0.0.1:8080")
    assert load({}).second_way == ("http://10.0.0.1:8080", False)

    monkeypatch.setenv("SECOND_OPINION_PROXY", "http://user:word@proxy.example:8080")
    settings = load({})
    assert settings.second_way == ("http://user:word@proxy.example:8080", False)
    assert "word" not in repr(settings)
    assert load({"sandbox": True}).second_way is None


def test_password_of_a_second_way_stands_in_no_config_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in a message."""
    Path("pipeline.toml").write_text('second_opinion = "http://user:word@proxy.example"\n')
    with pytest.raises(ConfigurationError, match="second_opinion") as caught:
        load({})
    assert "word" not in str(caught.value).replace("password", "")
    Path("pipeline.toml").unlink()
    monkeypatch.setenv("SECOND_OPINION_PROXY", "user:word@proxy.example")
    with pytest.raises(ConfigurationError, match=r"^SECOND_OPINION_PROXY: not a valid URL"):
        load({})


@pytest.mark.parametrize(
    "place", ["here", "dask://", "dask://host", "dask://host:0:1", "tcp://a:1"]
)
def test_an_executor_is_one_of_three(place: str) -> None:
    """What is none is refused before anything is read."""
    with pytest.raises(ConfigurationError, match="--executor: an executor is"):
        load({"executor": place})


def test_config_file_does_not_name_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull request can change the file, and who works for a run runs code in it."""
    Path("pipeline.toml").write_text('executor = "dask://elsewhere.example:8786"\n')
    with pytest.raises(ConfigurationError, match=r"pipeline\.toml: executor: only --executor"):
        load({})
    monkeypatch.setenv("PIPELINE_EXECUTOR", "dask://cluster.example:8786")
    assert load({}).executor == "dask://cluster.example:8786"
    assert load({"executor": "dask"}).executor == "dask"
