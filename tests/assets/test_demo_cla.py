"""The invented authority's looked-after children: two years that agree, shaped like England, clean by every rule."""

import datetime as dt
import hashlib

import pandas as pd
import pytest

from assets.sources import demo_care_shape as shape
from assets.sources.collect import INVENTED, collect
from assets.sources.demo import FEWEST, MADE_HERE, MOST, write
from assets.sources.demo_care import FIRST_PERSON, care_population
from assets.sources.demo_folder import make_demo
from assets.sources.errors import SourceError
from assets.sources.files import read_csv_folder
from assets.sources.ssd import extract
from exports.csv_files import write_files
from returns import described
from validation import postcodes, validate
from validation.typed import typed

CLA = described("cla")
PERIODS = [period.name for period in CLA.periods]
UNAVOIDABLE = {"1002"}  # a query on care leavers whose care was before the two years that the rules can see
GOLDEN = "2aa9c832fa51f2c93c79ed3d3c45c45c7d6aa1880900c32825d92929ff808b72"


def both_years(frames, folder, period):
    """The raw tables that the authority's database gives for the period and for the one before."""
    url = f"sqlite:///{folder / 'demo.sqlite'}"
    write(frames, url)
    before = CLA.previous(period)
    return extract(url, CLA, period)[0], extract(url, CLA, before)[0] if before else None


def text(frames):
    return "".join(f"{name}\n{frame.to_csv(index=False, lineterminator=chr(10))}" for name, frame in frames.items())


def test_the_same_seed_gives_the_same_tables_everywhere():
    assert hashlib.sha256(text(care_population(60, seed=1)).encode()).hexdigest() == GOLDEN


def test_another_seed_gives_others():
    assert text(care_population(60, seed=1)) != text(care_population(60, seed=2))


def test_a_larger_authority_begins_with_the_same_children():
    small, large = care_population(60), care_population(700)
    first = {f"DEMO{FIRST_PERSON + number:06}" for number in range(1, 61)}
    for table in ("ssd_person", "ssd_cla_episodes", "ssd_cla_placement", "ssd_missing", "ssd_sdq_scores"):
        child = next(name for name in small[table] if name.endswith("person_id"))
        columns = [name for name in small[table] if not name.endswith(("table_id", "episode_id"))]
        fewer, more = (frames[table].loc[lambda rows: rows[child].isin(first), columns] for frames in (small, large))  # noqa: B023
        fewer, more = (rows.sort_values(columns).reset_index(drop=True) for rows in (fewer, more))
        pd.testing.assert_frame_equal(fewer, more)


@pytest.mark.parametrize("wrong", [{"children": FEWEST - 1}, {"children": MOST + 1}, {"seed": -1}, {"unit": "12"}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(SourceError):
        care_population(**{"children": 10} | wrong)


@pytest.mark.parametrize(("children", "seed", "period"), [(10, 1, "2022-23"), (11, 7, "2025-26"), (1000, 4, "2026-27")])
def test_no_rule_fires_with_last_year_beside_it(tmp_path, children, seed, period):
    now, before = both_years(care_population(children, seed, period), tmp_path, period)
    found = validate("cla", now, period, previous=before, authority="356")
    assert set(found["rule"]) <= UNAVOIDABLE
    assert "error" not in set(found["severity"])
    assert found.attrs["crashed"] == {}
    untold = ("Ofsted's list of providers was not given", "not supplied: table DoLo")
    assert not before or all(why.startswith(untold) for why in found.attrs["not_run"].values())
    assert len(now["Header"]) == children
    assert all(len(table) for table in now.values())
    if children > 11:
        alone = validate("cla", before, CLA.previous(period), authority="356")
        assert alone["rule"].tolist() == []


@pytest.mark.soak
@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(
    ("children", "seed"),
    [(10, seed) for seed in range(40)]
    + [(children, seed) for children in (500, 3000, 10_000) for seed in (1, 2)]
    + [(50_000, 5)],
)
def test_no_rule_fires_whatever_the_seed(tmp_path, children, seed, period):
    now, before = both_years(care_population(children, seed, period), tmp_path, period)
    assert set(validate("cla", now, period, previous=before, authority="356")["rule"]) <= UNAVOIDABLE
    if before:
        assert validate("cla", before, CLA.previous(period), authority="356")["rule"].tolist() == []


def test_every_kind_of_child_is_there_in_the_smallest_authority(tmp_path):
    now, before = both_years(care_population(10), tmp_path, "2025-26")
    assert {*now["Episodes"]["RNE"].dropna()} >= {"S", "P", "L"}
    assert {*now["Episodes"]["LS"]} >= {"V2", "C2", "E1"}
    assert now["Episodes"]["REC"].isin(["E11", "E12"]).any()
    assert set(before["Header"]["CHILD"]) - set(now["Header"]["CHILD"])


def test_identifiers_cannot_be_anybodys():
    frames = care_population(3000)
    person, placements = frames["ssd_person"], frames["ssd_cla_placement"]
    assert person.pers_person_id.is_unique
    assert person.pers_person_id.str.fullmatch("DEMO[0-9]{6}").all()
    assert (person.pers_forename == "Demo Child").all()
    assert person.pers_upn.dropna().is_unique
    assert person.pers_upn.dropna().str[4:8].astype(int).between(1, 999).all()
    assert placements.clap_cla_placement_urn.dropna().str.fullmatch("SC9[0-9]{5}").all()
    assert frames["ssd_professionals"].prof_social_worker_registration_no.str.startswith("SWDEMO").all()
    assert frames["ssd_version_log"].description.tolist() == [MADE_HERE]


def test_every_postcode_is_on_the_map_and_no_home_is_a_placement():
    places = pd.Series([*shape.HOMES, *shape.NEAR, *shape.FAR])
    assert places.is_unique
    assert postcodes.known(places).all()
    assert postcodes.upper_tier(places).notna().all()


@pytest.fixture(scope="module")
def three_thousand(tmp_path_factory):
    return both_years(care_population(3000), tmp_path_factory.mktemp("demo"), "2025-26")


def share(marks):
    return float(marks.mean())


def test_children_are_as_published(three_thousand):
    now, _ = three_thousand
    episodes, header = now["Episodes"], now["Header"].set_index("CHILD")
    still = episodes[episodes["DEC"].isna() & ~episodes["LS"].isin(["V3", "V4"])]
    born = pd.to_datetime(header["DOB"].reindex(still["CHILD"]))
    age = (pd.Timestamp("2026-03-31") - born).dt.days / 365.25
    for (low, high), expected in {(0, 1): 5, (1, 5): 13, (5, 10): 18, (10, 16): 38, (16, 18): 26}.items():
        assert share(age.between(low, high, inclusive="left")) == pytest.approx(expected / 100, abs=0.045)
    assert share(still["CHILD"].isin(now["UASC"]["CHILD"])) == pytest.approx(0.07, abs=0.02)
    kinds = still["PLACE"].str[0].value_counts(normalize=True)
    assert kinds["U"] == pytest.approx(0.68, abs=0.06)
    assert kinds["K"] == pytest.approx(0.17, abs=0.04)
    assert kinds["P"] == pytest.approx(0.07, abs=0.03)
    assert kinds["A"] == pytest.approx(0.03, abs=0.02)


def test_care_is_as_published(three_thousand):
    now, before = three_thousand
    episodes = now["Episodes"][lambda rows: ~rows["LS"].isin(["V3", "V4"])]  # the published numbers are without them
    still = episodes["DEC"].isna().sum()
    assert (episodes["RNE"].eq("S") & (episodes["DECOM"] >= "2025-04-01")).sum() / still == pytest.approx(0.4, abs=0.05)
    assert (episodes["REC"].notna() & episodes["REC"].ne("X1")).sum() / still == pytest.approx(0.42, abs=0.06)
    children = episodes["CHILD"].nunique()
    assert now["Missing"]["CHILD"].nunique() / children == pytest.approx(0.11, abs=0.03)
    assert set(now["SWEpisodes"]["CHILD"]) == set(now["Episodes"]["CHILD"])
    assert len(before["Header"]) == pytest.approx(3000, rel=0.15)


def test_short_breaks_and_remand_and_temporary_placements_are_as_published(three_thousand):
    for tables in three_thousand:
        episodes = tables["Episodes"]
        children = episodes["CHILD"].nunique()

        def share_of(rows, children=children):
            return rows["CHILD"].nunique() / children

        single, series = (episodes[episodes["LS"] == status] for status in ("V3", "V4"))
        assert share_of(single) == pytest.approx(0.008, abs=0.005)
        assert share_of(series) == pytest.approx(0.013, abs=0.006)
        assert len(single) > 5 * single["CHILD"].nunique()
        assert {*pd.concat([single, series])["PLACE"]} == {"R1", "R2"}
        held = episodes[episodes["LS"].str.startswith("J")]
        assert share_of(held) == pytest.approx(0.01, abs=0.005)
        assert held["PLACE"].isin(["R5", "K1"]).mean() > 0.5
        assert {*held["REC"].dropna()} >= {"E14", "E9"}
        away = episodes[episodes["PLACE"].str.startswith("T")]
        assert share_of(away) == pytest.approx(0.006, abs=0.004)
        assert {*away["PLACE"]} >= {"T1", "T3"}


def test_postgresql_gives_the_same(tmp_path, postgres_url):
    frames = care_population(40)
    theirs_url = postgres_url.set(drivername="postgresql+psycopg")
    write(frames, theirs_url)
    ours, _ = both_years(frames, tmp_path, "2025-26")
    theirs, _ = extract(theirs_url, CLA, "2025-26")
    assert list(theirs) == list(ours)
    for name, table in theirs.items():
        pd.testing.assert_frame_equal(table, ours[name])


# ---------------------------------------------------------------------------------------------------------- as files


def test_the_files_of_both_years_are_written_from_one_database_and_read_back(tmp_path):
    said = make_demo("cla", "356", "2025-26", 12, 1, tmp_path / "demo", "", dt.datetime(2026, 5, 1))
    assert [line.partition(":")[0].rpartition("/")[2] for line in said] == [
        "care_records.sqlite",
        "cla_356_2025-26_DEMO",
        "cla_356_2025-26_DEMO_NOT_FOR_SUBMISSION.xml",
        "cla_356_2025-26_DEMO_social_workers_NOT_FOR_SUBMISSION.xml",
        "cla_356_2024-25_DEMO",
    ]
    now, _ = read_csv_folder(tmp_path / "demo" / "cla_356_2025-26_DEMO", CLA, "2025-26")
    before, _ = read_csv_folder(tmp_path / "demo" / "cla_356_2024-25_DEMO", CLA, "2024-25")
    assert {*now} == {table.name for table in CLA} - {"DoLo"}
    assert now["Episodes"]["DECOM"].str.fullmatch("[0-9]{2}/[0-9]{2}/[0-9]{4}").all()
    found = validate("cla", now, "2025-26", previous=before, authority="356")
    assert set(found["rule"]) <= UNAVOIDABLE


def test_what_of_all_defects_could_not_be_made_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("assets.sources.demo_care_defects.in_force", lambda period: ("101", "384"))
    said = make_demo("cla", "356", "2025-26", 10, 1, tmp_path / "demo", "all=0.01", dt.datetime(2026, 5, 1))
    assert said[-1] == "Defects not made, as no child was left for them: 384; make more children."
    header = pd.read_csv(tmp_path / "demo" / "cla_356_2025-26_DEMO" / "header.csv")
    assert (header["SEX"] == "X").sum() == 1
    with pytest.raises(SourceError, match="Defect 384: no row"):
        make_demo("cla", "356", "2025-26", 10, 1, tmp_path / "named", "384=0.01", dt.datetime(2026, 5, 1))


def test_its_files_stay_invented_wherever_they_are_dropped(tmp_path):
    more = {"demo": tmp_path / "demo", "children": 10, "url": None, "schema": None}
    made = collect(CLA, "2025-26", "356", "demo", files=[], **more)
    assert made.facts["source"] == INVENTED
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["cla_356_2025-26_10.sqlite"]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    files = write_files(typed(made.tables, CLA.at("2025-26")), CLA.at("2025-26"), inbox)
    assert collect(CLA, "2025-26", "356", "file", files=files, **more).facts["source"] == INVENTED
    header = inbox / "header.csv"
    header.write_text(header.read_text(encoding="utf-8").replace("DEMO400001", "A1"), encoding="utf-8")
    assert collect(CLA, "2025-26", "356", "file", files=files, **more).facts["source"] == "file"


def test_the_first_period_has_no_year_before(tmp_path):
    said = make_demo("cla", "356", "2022-23", 10, 1, tmp_path / "demo", "", dt.datetime(2026, 5, 1))
    assert len(said) == 3  # database, CSV files, XML


@pytest.mark.soak
def test_the_largest_authority_has_ids_of_ten_characters_and_upns_to_choose_from():
    person = care_population(MOST)["ssd_person"]
    assert person.pers_person_id.str.len().eq(10).all()
    assert person.pers_upn.dropna().is_unique
    assert person.pers_upn.dropna().str[4:8].astype(int).max() < 1000
