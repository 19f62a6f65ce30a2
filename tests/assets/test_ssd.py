"""Reading SSD databases: PostgreSQL and SQLite give the same, in one moment, or refuse with one sentence."""

import contextlib
import datetime as dt
import socket
import sqlite3
import sys
import time

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
from drawn_ssd import authority, build, draw, loose
from sqlalchemy.dialects import mssql

from assets.sources import database
from assets.sources.database import Patience
from assets.sources.errors import SourceError
from assets.sources.ssd import extract
from assets.sources.ssd_cin import EVENTS
from assets.sources.ssd_tables import SSD
from returns import described

CIN = described("cin")
SECRET = "S3CRET"
SMALL = f"""
    ssd_person: pers_person_id | pers_upn | pers_dob | pers_sex
    {SECRET} | A{SECRET} | 2015-05-06 | F
    ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date
    R1 | {SECRET} | 2025-05-01 13:45:10
"""


def refusal(source, *more, **settings):
    with pytest.raises(SourceError) as refused:
        extract(source, CIN, "2025-26", *more, **settings)
    said = str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert SECRET not in said
    assert "\n" not in said
    assert said.endswith(".")
    return said


def same(one, other):
    assert list(one[0]) == list(other[0])
    for name, table in one[0].items():
        pd.testing.assert_frame_equal(table, other[0][name])
    pd.testing.assert_frame_equal(one[1], other[1])
    assert one[1].attrs == other[1].attrs


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'care.db'}"


# The same from both


def test_postgresql_and_sqlite_give_the_same(postgres_url, sqlite_url):
    drawn = authority(40, seed=11)
    build(postgres_url, drawn)
    build(sqlite_url, {table: rows[::-1] for table, rows in drawn.items()})
    for period in ("2023-24", "2025-26", "2026-27"):
        given = extract(postgres_url, CIN, period)
        same(given, extract(sqlite_url, CIN, period))
        assert all(len(table) for name, table in given[0].items() if name != "Header")


def test_text_dates_and_a_schema_of_its_own(postgres_url, sqlite_url):
    drawn = draw(SMALL)
    build(postgres_url, drawn, loose(), schema="ssd_development")
    build(sqlite_url, drawn)
    same(extract(postgres_url, CIN, "2025-26", "ssd_development"), extract(sqlite_url, CIN, "2025-26"))


TYPES = """
    ssd_person.pers_person_id bigint
    ssd_person.pers_dob date
    ssd_person.pers_sex char(20)
    ssd_cin_episodes.cine_referral_id integer
    ssd_cin_episodes.cine_person_id integer
    ssd_cin_episodes.cine_referral_date date
    ssd_cin_episodes.cine_referral_nfa boolean
    ssd_cin_plans.cinp_referral_id varchar(9)
    ssd_assessment_factors.cinf_assessment_factors_json jsonb
"""


def test_keys_as_numbers_days_as_dates_and_yes_as_true_are_read_as_text_is(postgres_url, postgres_server, sqlite_url):
    drawn = draw("""
        ssd_person: pers_person_id | pers_dob | pers_sex
        10 | 2015-05-06 | F
        9 | 2016-05-06 | Male
        ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date | cine_referral_nfa
        7 | 9 | 2025-05-01 | N
        8 | 10 | 2025-05-02 | Y
        ssd_cin_plans: cinp_cin_plan_id | cinp_referral_id | cinp_cin_plan_start_date
        N | 7 | 01/06/2025
        ssd_cin_assessments: cina_assessment_id | cina_referral_id
        A | 7
        ssd_assessment_factors: cinf_table_id | cinf_assessment_id | cinf_assessment_factors_json
        F | A | ["1A", "2B"]
    """)
    for url in (postgres_url, sqlite_url):
        build(url, drawn, loose())
    for line in TYPES.split("\n")[1:-1]:
        name, kind = line.split()
        table, column = name.split(".")
        sql = f"ALTER TABLE {table} ALTER {column} TYPE {kind} USING {column}::{kind}"
        postgres_server.execute(sql, postgres_url.database)
    given = extract(postgres_url, CIN, "2025-26")
    same(given, extract(sqlite_url, CIN, "2025-26"))
    assert given[0]["CINdetails"]["ReferralNFA"].tolist() == ["1", "0"]
    assert given[0]["AssessmentFactorsList"]["AssessmentFactor"].tolist() == ["1A", "2B"]
    assert len(given[0]["CINplanDates"]) == 1


def test_a_day_is_that_of_the_clock_in_england(postgres_url, postgres_server):
    build(postgres_url, draw(SMALL))
    for number, moment in enumerate(("2025-06-30 23:00:00+00", "2025-12-31 23:00:00+00")):
        postgres_server.execute(
            f"ALTER TABLE ssd_cin_episodes ALTER cine_referral_date TYPE timestamptz USING '{moment}'::timestamptz",
            postgres_url.database,
        )
        tables, _ = extract(postgres_url, CIN, "2025-26")
        assert tables["CINdetails"]["CINreferralDate"].tolist() == [["2025-07-01"], ["2025-12-31"]][number]


def test_views_are_read_as_tables_are(postgres_url, postgres_server):
    build(postgres_url, draw(SMALL), schema="kept")
    for table in SSD.tables:
        postgres_server.execute(f"CREATE VIEW {table} AS SELECT * FROM kept.{table}", postgres_url.database)
    assert len(extract(postgres_url, CIN, "2025-26")[0]["CINdetails"]) == 1


def test_an_engine_is_taken_and_given_back_as_it_was(postgres_url, sqlite_url):
    for url in (postgres_url, sqlite_url):
        build(url, draw(SMALL))
        engine = sa.create_engine(url)
        try:
            assert len(extract(engine, CIN, "2025-26")[0]["CINdetails"]) == 1
            with engine.begin() as connection:
                connection.exec_driver_sql("DELETE FROM ssd_cin_episodes")
            assert len(extract(engine, CIN, "2025-26")[0]["CINdetails"]) == 0
        finally:
            engine.dispose()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_postgresql_and_sqlite_give_the_same_for_many(postgres_url, sqlite_url, seed):
    drawn = authority(300, seed)
    build(postgres_url, drawn)
    build(sqlite_url, drawn)
    same(extract(postgres_url, CIN, "2026-27"), extract(sqlite_url, CIN, "2026-27"))


def test_the_sql_for_sql_server_is_portable():
    class Server:
        dialect = mssql.dialect()

    table = SSD.tables["ssd_cin_episodes"]
    text = str(sa.select(database._text(Server, table.c.cine_referral_date)).compile(dialect=Server.dialect))
    assert "SELECT convert(NVARCHAR(MAX), ssd_cin_episodes.cine_referral_date, 126) AS" in text


# One moment, nothing written


def changing(monkeypatch, change):
    """Let somebody else change the database between the first table and the second."""
    loaded = []

    def load(connection, table, names, original=database.load):
        if len(loaded) == 1:
            change()
        loaded.append(table.name)
        return original(connection, table, names)

    monkeypatch.setattr("assets.sources.ssd.load", load)
    return loaded


LATER = f"INSERT INTO ssd_cin_episodes (cine_referral_id, cine_person_id) VALUES ('R2', '{SECRET}')"


def test_postgresql_is_read_as_of_one_moment(postgres_url, postgres_server, monkeypatch):
    build(postgres_url, draw(SMALL))
    loaded = changing(monkeypatch, lambda: postgres_server.execute(LATER, postgres_url.database))
    assert len(extract(postgres_url, CIN, "2025-26")[0]["CINdetails"]) == 1
    assert loaded.index("ssd_cin_episodes") > 1
    monkeypatch.undo()
    assert len(extract(postgres_url, CIN, "2025-26")[0]["CINdetails"]) == 2


def test_sqlite_is_read_as_of_one_moment(sqlite_url, tmp_path, monkeypatch):
    build(sqlite_url, draw(SMALL))
    with contextlib.closing(sqlite3.connect(tmp_path / "care.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        changing(monkeypatch, lambda: other.execute(LATER))
        assert len(extract(sqlite_url, CIN, "2025-26")[0]["CINdetails"]) == 1
        monkeypatch.undo()
        assert len(extract(sqlite_url, CIN, "2025-26")[0]["CINdetails"]) == 2


def test_nothing_can_be_written(postgres_url, sqlite_url):
    for url in (postgres_url, sqlite_url):
        build(url, draw(SMALL))
        with pytest.raises(SourceError, match="cannot be read"), database.snapshot(url) as connection:
            connection.execute(sa.delete(SSD.tables["ssd_person"]))
        assert len(extract(url, CIN, "2025-26")[0]["CINdetails"]) == 1


def test_no_file_is_made_where_there_is_none(tmp_path):
    said = refusal(f"sqlite:///{tmp_path / 'none.db'}")
    assert said == "SQLite database none.db: there is no such file; check the path."
    assert list(tmp_path.iterdir()) == []


# Refusals: the address


@pytest.mark.parametrize("address", ["nonsense", "", "postgres://host/x", "foo://", "postgresql://host:port/x"])
def test_an_address_that_cannot_be_read(address):
    assert refusal(address).startswith("The address of the database cannot be read; expected the form of postgresql://")


def test_an_at_in_the_password_does_not_show_the_rest_of_it():
    said = refusal(f"postgresql://user:p@{SECRET}@no-such-host.invalid/ssd")
    assert said == "The address of the database holds more than one @; write the password's @ as %40."


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_sqlite_without_a_file(address):
    assert "names no file" in refusal(address)


def test_a_missing_driver():
    said = refusal(f"mssql+pyodbc://user:{SECRET}@care/ssd")
    assert said.startswith("Database ssd on care: Python's driver for mssql+pyodbc is not installed")


def test_a_database_of_another_kind():
    engine = sa.create_engine(f"mysql+pymysql://user:{SECRET}@care/ssd", module=sqlite3)
    for source in (engine, f"mysql://user:{SECRET}@care/ssd"):
        assert refusal(source).startswith("Database ssd on care: databases of this kind are not read; use one of")


def test_an_unknown_host_and_port():
    assert "there is no host of this name" in refusal(f"postgresql://user:{SECRET}@no-such-host.invalid/ssd")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = refusal(f"postgresql://user:{SECRET}@127.0.0.1:{port}/ssd")
    assert said.startswith(f"Database ssd on 127.0.0.1 port {port}: nothing answers at this host and port")


def test_a_server_that_does_not_answer():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        address = f"postgresql://user:{SECRET}@127.0.0.1:{silent.getsockname()[1]}/ssd"
        began = time.monotonic()
        assert "did not answer in time" in refusal(address, patience=Patience(connect=0.1))
    assert time.monotonic() - began < 10


def test_a_wrong_login(postgres_server):
    for password in (SECRET, None):
        said = refusal(postgres_server.url(user="keyed", password=password))
        assert said == "Database postgres on this machine: the login was refused; check user and password."
    assert "the login was refused" in refusal(postgres_server.url(user="stranger"))
    assert "there is no database of this name" in refusal(postgres_server.url("nowhere"))
    right = refusal(postgres_server.url(user="keyed", password=postgres_server.password))
    assert "None of the SSD's tables" in right


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "care.db").write_text(f"{SECRET} " * 1000)
    assert "is not an SQLite database" in refusal(f"sqlite:///{tmp_path / 'care.db'}")


def test_a_damaged_file(sqlite_url, tmp_path):
    build(sqlite_url, draw(SMALL))
    whole = (tmp_path / "care.db").read_bytes()
    (tmp_path / "care.db").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert refusal(sqlite_url) == "SQLite database care.db: the file is damaged; ask its owner for a whole copy."
    (tmp_path / "care.db").write_bytes(b"")
    assert refusal(sqlite_url) == "None of the SSD's tables is in the SQLite database; check the path."


# Refusals: what is in it


def test_all_that_lacks_is_named_at_once(postgres_url, sqlite_url):
    lacking = ("ssd_cp_plans", "ssd_person.pers_dob", "ssd_cp_reviews.cppr_cp_plan_id")
    drawn = draw(SMALL + "ssd_version_log: version_number | is_current\n1.2.9 | 0\n1.3.2 | 1")
    del drawn["ssd_person"][0]["pers_dob"]
    for url in (postgres_url, sqlite_url):
        build(url, drawn, loose(without=lacking))
        said = refusal(url)
        assert "lacks ssd_person.pers_dob, ssd_cp_plans, ssd_cp_reviews.cppr_cp_plan_id, which" in said
        assert "SSD release 1.4.5 has (this database says that it is 1.3.2)" in said


def test_what_not_every_build_has_may_lack(postgres_url, sqlite_url):
    lacking = ("ssd_linked_identifiers", "ssd_pre_proceedings", "ssd_version_log", "ssd_person.pers_upn")
    drawn = draw(SMALL)
    del drawn["ssd_person"][0]["pers_upn"]
    for url in (postgres_url, sqlite_url):
        build(url, drawn, loose(without=lacking))
        tables, left_out = extract(url, CIN, "2026-27", today=dt.date(2027, 5, 1))
        assert tables["ChildIdentifiers"][["UPN", "FormerUPN"]].isna().all(axis=None)
        assert tables["PreProceedings"].empty
        assert left_out.attrs["ssd_release"] is None
        assert [said for said in left_out.attrs["warnings"] if "lacks" in said] == [
            "The database lacks ssd_person.pers_upn; what it would give is missing in the return.",
            "The database lacks ssd_pre_proceedings; what it would give is missing in the return.",
            "The database lacks ssd_linked_identifiers; what it would give is missing in the return.",
        ]


def test_the_wrong_schema(postgres_url, sqlite_url):
    build(postgres_url, draw(SMALL), schema="ssd_development")
    assert "None of the SSD's tables is in the default schema; check" in refusal(postgres_url)
    assert "None of the SSD's tables is in schema other; check" in refusal(postgres_url, "other")
    build(sqlite_url, draw(SMALL))
    assert "SQLite has no schemas" in refusal(sqlite_url, "ssd_development")
    for name in ('x"; DROP TABLE ssd_person', "a.b.c", "", "1a"):
        assert "The name of the database schema may hold" in refusal(postgres_url, name)


def test_an_empty_database(postgres_url, sqlite_url):
    for url in (postgres_url, sqlite_url):
        build(url, {})
        assert "The table ssd_person is empty" in refusal(url)


def test_no_right_to_read(postgres_url, postgres_server):
    build(postgres_url, draw(SMALL))
    url = postgres_server.url(postgres_url.database, "keyed", postgres_server.password)
    assert "table ssd_version_log: the login may not read" in refusal(url)
    for sql in ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO keyed", "REVOKE ALL ON ssd_cp_plans FROM keyed"):
        postgres_server.execute(sql, postgres_url.database)
    assert "table ssd_cp_plans: the login may not read" in refusal(url)


def test_a_name_in_other_letters_is_another_name_in_postgresql(postgres_url, postgres_server):
    build(postgres_url, draw(SMALL))
    postgres_server.execute('ALTER TABLE ssd_person RENAME pers_sex TO "PERS_SEX"', postgres_url.database)
    assert "lacks ssd_person.pers_sex, which" in refusal(postgres_url)


def test_a_view_that_fails(postgres_url, postgres_server, sqlite_url, tmp_path):
    build(postgres_url, draw(SMALL), schema="kept")
    for table in SSD.tables:
        wrong = "1 / 0 > 0" if table == "ssd_cin_episodes" else "true"
        view = f"CREATE VIEW {table} AS SELECT * FROM kept.{table} WHERE length(current_user) > 99 OR {wrong}"
        postgres_server.execute(view, postgres_url.database)
    assert "table ssd_cin_episodes: it cannot be read; check address, login and rights" in refusal(postgres_url)
    build(sqlite_url, draw(SMALL))
    with contextlib.closing(sqlite3.connect(tmp_path / "care.db")) as other:
        other.executescript("DROP TABLE ssd_cp_plans; CREATE VIEW ssd_cp_plans AS SELECT * FROM nowhere")
    assert "a view reads a table that is not there" in refusal(sqlite_url)


def test_text_that_is_not_in_the_declared_encoding(sqlite_url, tmp_path):
    build(sqlite_url, draw(SMALL))
    with contextlib.closing(sqlite3.connect(tmp_path / "care.db")) as other:
        other.execute("UPDATE ssd_person SET pers_upn = CAST(? AS TEXT)", (SECRET.encode() + b"\xff",))
        other.commit()
    assert "is not in the encoding" in refusal(sqlite_url)


def test_other_wrong_settings(sqlite_url):
    build(sqlite_url, draw(SMALL))
    assert "pers_person_id or pers_legacy_id" in refusal(sqlite_url, child_id="pers_upn")


# Refusals: locks, time, lost connections


def test_a_locked_table(postgres_url):
    build(postgres_url, draw(SMALL))
    address = postgres_url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(address) as other:
        other.execute("LOCK TABLE ssd_cp_reviews IN ACCESS EXCLUSIVE MODE")
        assert "table ssd_cp_reviews: a table is locked by another program; nothing was extracted" in refusal(
            postgres_url, patience=Patience(lock=0.2)
        )
        other.rollback()
    assert len(extract(postgres_url, CIN, "2025-26")[0]["CINdetails"]) == 1


def test_a_locked_file(sqlite_url, tmp_path):
    build(sqlite_url, draw(SMALL))
    with contextlib.closing(sqlite3.connect(tmp_path / "care.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "a table is locked by another program" in refusal(sqlite_url, patience=Patience(lock=0.2))
        other.execute("ROLLBACK")
    assert len(extract(sqlite_url, CIN, "2025-26")[0]["CINdetails"]) == 1


def test_a_query_that_takes_too_long(postgres_url, postgres_server):
    build(postgres_url, draw(SMALL), schema="kept")
    for table in SSD.tables:
        wait = ", pg_sleep(5)" if table == "ssd_cp_plans" else ""
        view = f"CREATE VIEW {table} AS SELECT {table}.* FROM kept.{table}{wait}"
        postgres_server.execute(view, postgres_url.database)
    postgres_server.execute("INSERT INTO kept.ssd_cp_plans (cppl_cp_plan_id) VALUES ('P')", postgres_url.database)
    assert "a query took longer than allowed" in refusal(postgres_url, patience=Patience(statement=0.3))


def test_a_connection_that_is_lost_half_way(postgres_url, postgres_server, monkeypatch):
    build(postgres_url, draw(SMALL))
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{postgres_url.database}'"
    changing(monkeypatch, lambda: postgres_server.execute(end))
    assert "nothing was extracted, try again" in refusal(postgres_url)


# The window of the SSD


@pytest.mark.parametrize(
    ("today", "short"), [(dt.date(2026, 5, 1), False), (dt.date(2031, 4, 30), False), (dt.date(2031, 5, 1), True)]
)
def test_a_window_too_short_for_the_year_is_said(sqlite_url, today, short):
    build(sqlite_url, draw(SMALL))
    warnings = extract(sqlite_url, CIN, "2025-26", today=today)[1].attrs["warnings"]
    assert f"now from about {today:%B} {today.year - 6}" in warnings[0]
    assert "use the authority's own count" in warnings[0]
    assert any("after the start of 2025-26" in said for said in warnings) is short


def test_what_is_left_out_names_no_one(sqlite_url):
    build(sqlite_url, authority(30, seed=3))
    _, left_out = extract(sqlite_url, CIN, "2025-26")
    assert {*left_out["table"]} <= {event.ssd for event in EVENTS} | {"ssd_initial_cp_conference"}
    assert left_out["rows"].min() > 0
    assert not left_out["reason"].str.contains("[A-Z][0-9]").any()


def test_python_does_not_walk_the_rows(tmp_path):
    """Calls of our own functions go with tables and distinct texts, not with children."""
    ours = 0

    def count(frame, event, _):
        nonlocal ours
        ours += event == "call" and "/assets/sources/" in frame.f_code.co_filename

    def calls(children):
        nonlocal ours
        url = f"sqlite:///{tmp_path / f'{children}.db'}"
        build(url, authority(children, seed=5))
        ours = 0
        sys.setprofile(count)
        try:
            extract(url, CIN, "2025-26")
        finally:
            sys.setprofile(None)
        return ours

    few, many = calls(40), calls(400)
    assert 100 < many < few * 1.2
