"""The invented authority: the same everywhere, shaped like England, and clean by every rule of every period."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from assets.sources import demo_shape as shape
from assets.sources.demo import FEWEST, MADE_HERE, MOST, SOFTWARE, population, write
from assets.sources.errors import SourceError
from assets.sources.ssd import extract
from assets.sources.ssd_tables import SSD
from exports.header import header
from returns import described
from validation import validate

CIN = described("cin")
PERIODS = [period.name for period in CIN.periods]
GOLDEN = "b8645431dc598b893021a8b6f6588c9a0ca7e870a778c06c542debd7b11ce054"


def extracted(frames, folder, period):
    """The raw tables that the authority's database gives, and what was left out of them."""
    url = f"sqlite:///{folder / 'demo.sqlite'}"
    write(frames, url)
    tables, left_out = extract(url, CIN, period)
    now = pd.Timestamp("2027-05-01").to_pydatetime()
    return dict(tables) | {"Header": header(CIN, period, "356", SOFTWARE, "1", "001", now)}, left_out


def text(frames):
    return "".join(f"{name}\n{frame.to_csv(index=False, lineterminator=chr(10))}" for name, frame in frames.items())


def test_the_same_seed_gives_the_same_tables_everywhere():
    assert hashlib.sha256(text(population(60, seed=1)).encode()).hexdigest() == GOLDEN


def test_another_seed_gives_others():
    assert text(population(60, seed=1)) != text(population(60, seed=2))


def test_a_larger_authority_begins_with_the_same_children():
    small, large = population(60), population(700)
    same = {"ssd_person": "pers_person_id", "ssd_disability": "disa_person_id", "ssd_cin_plans": "cinp_person_id"}
    ours = set(small["ssd_person"].pers_person_id[:60])
    for table, child in same.items():
        columns = [name for name in small[table] if not name.endswith(("table_id", "plan_id", "referral_id"))]
        fewer, more = (frames[table].loc[lambda rows: rows[child].isin(ours), columns] for frames in (small, large))  # noqa: B023
        order = [name for name in columns if fewer[name].notna().all()]
        fewer, more = (rows.sort_values(order).reset_index(drop=True) for rows in (fewer, more))
        pd.testing.assert_frame_equal(fewer, more)


@pytest.mark.parametrize("wrong", [FEWEST - 1, MOST + 1])
def test_too_few_or_too_many_children_are_refused(wrong):
    with pytest.raises(SourceError, match="10 to 400,000"):
        population(wrong)


def test_a_negative_seed_is_refused():
    with pytest.raises(SourceError, match="from 0 upwards"):
        population(10, seed=-1)


@pytest.mark.parametrize(
    ("children", "seed", "period"),
    [(10, 1, period) for period in PERIODS] + [(11, 7, "2025-26"), (1000, 4, "2026-27")],
)
def test_no_rule_fires(tmp_path, children, seed, period):
    tables, left_out = extracted(population(children, seed, period), tmp_path, period)
    found = validate("cin", tables, period)
    assert found["rule"].tolist() == []
    assert found.attrs["not_run"] == {}
    assert found.attrs["crashed"] == {}
    assert len(tables["ChildIdentifiers"]) == children
    assert all(len(tables[table.name]) for table in CIN.at(period))
    assert left_out["rows"].sum() > 0


@pytest.mark.soak
@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("children", "seed"), [(10, seed) for seed in range(40)] + [(50_000, 5)])
def test_no_rule_fires_whatever_the_seed(tmp_path, children, seed, period):
    tables, _ = extracted(population(children, seed, period), tmp_path, period)
    assert validate("cin", tables, period)["rule"].tolist() == []


def test_what_does_not_belong_in_the_return_is_there_to_be_left_out(tmp_path):
    _, left_out = extracted(population(300), tmp_path, "2025-26")
    reasons = {(row.table, row.reason) for row in left_out.itertuples()}
    assert {
        ("ssd_person", "no referral in the return"),
        ("ssd_cin_episodes", "not open in the year"),
        ("ssd_cin_episodes", "no further action on a referral of another year"),
        ("ssd_cin_plans", "not open in the year"),
        ("ssd_cp_plans", "not open in the year"),
        ("ssd_cp_plans", "temporary plan of another authority"),
    } <= reasons


def test_identifiers_are_unique_and_cannot_be_anybodys():
    frames = population(12_000)
    person, identifiers = frames["ssd_person"], frames["ssd_linked_identifiers"]
    assert person.pers_person_id.is_unique
    assert person.pers_person_id.str.fullmatch("DEMO[0-9]{7}").all()
    upns = pd.concat([person.pers_upn.dropna(), identifiers.link_identifier_value])
    assert upns.is_unique
    assert upns.str.fullmatch("[A-HJ-NP-RT-Z]356[0-9]{9}").all()
    assert upns.str[4:8].astype(int).between(1, 999).all()
    for upn in upns.sample(200, random_state=1):
        total = sum(int(digit) * place for place, digit in enumerate(upn[1:], start=2))
        assert upn[0] == "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23]


@pytest.fixture(scope="module")
def five_thousand():
    return population(5000)


def near(found, expected, tolerance):
    expected = pd.Series(expected) / sum(expected.values())
    assert (found.value_counts(normalize=True).reindex(expected.index, fill_value=0) - expected).abs().max() < tolerance


def test_codes_come_in_the_published_proportions(five_thousand):
    episodes, plans = five_thousand["ssd_cin_episodes"], five_thousand["ssd_cp_plans"]
    near(episodes.cine_referral_source_code, shape.SOURCE, 0.02)
    near(episodes.cine_cin_primary_need_code.dropna(), shape.NEED, 0.02)
    near(five_thousand["ssd_person"].pers_ethnicity, shape.ETHNICITY, 0.02)
    near(plans[plans.cppl_cp_plan_ola == "N"].cppl_cp_plan_initial_category, shape.CATEGORY, 0.05)


def test_referrals_and_assessments_are_as_published(five_thousand):
    first, last = pd.Timestamp("2025-04-01"), pd.Timestamp("2026-03-31")
    episodes = five_thousand["ssd_cin_episodes"]
    year = episodes[episodes.cine_referral_date.between(first, last)]
    pairs = year.merge(episodes, on="cine_person_id", suffixes=("", "_before"))
    gap = (pairs.cine_referral_date - pairs.cine_referral_date_before).dt.days
    again = pairs[gap.between(1, 365)].cine_referral_id.nunique() / len(year)
    assert again == pytest.approx(shape.REREFERRED, abs=0.03)
    assert (year.cine_referral_nfa == "Y").mean() == pytest.approx(shape.NFA, abs=0.02)
    assessments = five_thousand["ssd_cin_assessments"]
    further = year[year.cine_referral_nfa == "N"]
    assert further.cine_referral_id.isin(assessments.cina_referral_id).mean() > 0.9
    done = assessments[assessments.cina_assessment_auth_date.between(first, last)]
    days = np.busday_count(
        done.cina_assessment_start_date.to_numpy().astype("datetime64[D]"),
        done.cina_assessment_auth_date.to_numpy().astype("datetime64[D]"),
    )
    assert (days <= 47).mean() == pytest.approx(shape.ASSESSED_IN_45_DAYS, abs=0.06)


def test_children_are_as_published(five_thousand):
    person, disability = five_thousand["ssd_person"], five_thousand["ssd_disability"]
    assert person.pers_dob.isna().mean() == pytest.approx(shape.UNBORN, abs=0.01)
    disabled = disability[disability.disa_disability_code != "NONE"].disa_person_id.nunique() / len(person)
    assert disabled == pytest.approx(shape.DISABLED, abs=0.03)
    age = (pd.Timestamp("2026-03-31") - person.pers_dob[:5000]).dt.days.dropna() // 365.25
    found = pd.Series({band: age.between(band[0], band[1] - 1).mean() for band in shape.AGES})
    expected = pd.Series(shape.AGES) / sum(shape.AGES.values())
    assert (found - expected).abs().max() < 0.03


def test_enquiries_and_conferences_are_as_published(five_thousand):
    first, last = pd.Timestamp("2025-04-01"), pd.Timestamp("2026-03-31")
    conferences, plans = five_thousand["ssd_initial_cp_conference"], five_thousand["ssd_cp_plans"]
    held = conferences[conferences.icpc_icpc_date.between(first, last)]
    assert (held.icpc_icpc_date <= held.icpc_icpc_target_date).mean() == pytest.approx(
        shape.CONFERENCE_IN_15_DAYS, abs=0.06
    )
    enquiries = five_thousand["ssd_s47_enquiry"].s47e_s47_start_date.between(first, last).sum()
    assert enquiries / len(held) == pytest.approx(225 / 73, abs=0.5)
    own = plans[plans.cppl_cp_plan_ola == "N"]
    begun = own[own.cppl_cp_plan_start_date.between(first, last)]
    before = own[own.cppl_cp_plan_start_date < first].cppl_person_id
    assert begun.cppl_person_id.isin(before).mean() == pytest.approx(shape.SECOND_PLAN, abs=0.06)


# -------------------------------------------------------------------------------------------------------- the database


def rows_in(url):
    with sa.create_engine(url).connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            for name, table in SSD.tables.items()
        }


def sizes(frames):
    return {name: len(frames.get(name, ())) for name in SSD.tables}


def test_an_invented_authority_is_replaced(tmp_path):
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    write(population(200), url)
    smaller = population(50)
    write(smaller, url)
    assert rows_in(url) == sizes(smaller)


@pytest.mark.parametrize("statement", ["CREATE TABLE ssd_person (pers_person_id TEXT)", "CREATE TABLE runs (id TEXT)"])
def test_a_database_of_somebody_else_is_left_alone(tmp_path, statement):
    url = f"sqlite:///{tmp_path / 'theirs.sqlite'}"
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql(statement)
    before = (tmp_path / "theirs.sqlite").read_bytes()
    with pytest.raises(SourceError, match="no invented authority"):
        write(population(10), url)
    assert (tmp_path / "theirs.sqlite").read_bytes() == before


def test_an_invented_authority_with_other_tables_beside_it_is_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    write(population(10), url)
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id TEXT)")
    with pytest.raises(SourceError, match="no invented authority"):
        write(population(11), url)


@pytest.mark.parametrize("before", [0, 30])
def test_it_is_all_or_nothing(tmp_path, before):
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    if before:
        write(population(before), url)
    broken = population(60)
    broken["ssd_cp_plans"] = pd.concat([broken["ssd_cp_plans"]] * 2)  # the same key twice
    with pytest.raises(SourceError, match="could not be written"):
        write(broken, url)
    with sa.create_engine(url).connect() as connection:
        assert bool(sa.inspect(connection).get_table_names()) == bool(before)
    if before:
        assert rows_in(url) == sizes(population(before))


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match="could not be written") as refused:
        write(population(10), f"sqlite:///{tmp_path / 'none' / 'demo.sqlite'}")
    assert refused.value.__suppress_context__
    with pytest.raises(SourceError, match="could not be written"):
        write(population(10), "no address")


def test_it_says_that_it_is_invented(tmp_path):
    frames = population(10)
    assert frames["ssd_version_log"].description.tolist() == [MADE_HERE]
    assert (frames["ssd_person"].pers_forename == "Demo Child").all()


def test_postgresql_gives_the_same(tmp_path, postgres_url):
    frames = population(60)
    write(frames, postgres_url.set(drivername="postgresql+psycopg"))
    theirs, _ = extract(postgres_url.set(drivername="postgresql+psycopg"), CIN, "2025-26")
    ours, _ = extracted(frames, tmp_path, "2025-26")
    for name in theirs.keys() - {"Header"}:
        pd.testing.assert_frame_equal(theirs[name], ours[name])


@pytest.mark.soak
def test_400_000_children_have_400_000_upns_to_choose_from():
    person = population(400_000)["ssd_person"]
    assert person.pers_upn.dropna().is_unique
    assert person.pers_upn.dropna().str[4:8].astype(int).max() < 600
