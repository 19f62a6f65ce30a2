"""Draw an authority's SSD database as text and make it real, in SQLite or PostgreSQL."""

import datetime as dt
import random

import sqlalchemy as sa
from sqlalchemy.engine import URL

from assets.sources.ssd_tables import SSD


def draw(text: str) -> dict[str, list[dict[str, str]]]:
    """Blocks of `ssd_table: column | column` followed by a line a row; an empty cell is null, an absent column too."""
    drawn: dict[str, list[dict[str, str]]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("ssd_"):
            table, _, heads = line.partition(":")
            columns = [head.strip() for head in heads.split("|")]
            rows = drawn.setdefault(table, [])
        else:
            cells = [cell.strip() for cell in line.split("|")]
            assert len(cells) == len(columns), line
            rows.append({column: cell for column, cell in zip(columns, cells, strict=True) if cell})
    return drawn


def loose(schema: str | None = None, without: tuple[str, ...] = ()) -> sa.MetaData:
    """The SSD's tables as a careless build has them: no keys, dates as text; `without` names what it lacks."""
    metadata = sa.MetaData(schema=schema)
    for table in SSD.tables.values():
        if table.name not in without:
            columns = [sa.Column(c.name, sa.Text) for c in table.c if f"{table.name}.{c.name}" not in without]
            sa.Table(table.name, metadata, *columns)
    return metadata


def build(
    url: str | URL, drawn: dict[str, list[dict[str, str]]], metadata: sa.MetaData = SSD, schema: str | None = None
) -> None:
    """Create the tables and fill them as drawn; the text goes in as it is, the database reads its dates."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA synchronous = OFF")
            if schema:
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
                connection = connection.execution_options(schema_translate_map={None: schema})
            metadata.create_all(connection)
            mark = "?" if engine.dialect.name == "sqlite" else "%s"
            for table, rows in drawn.items():
                name = f"{schema}.{table}" if schema else table
                for row in rows:
                    sql = f"INSERT INTO {name} ({', '.join(row)}) VALUES ({', '.join([mark] * len(row))})"
                    connection.exec_driver_sql(sql, tuple(row.values()))
    finally:
        engine.dispose()


# table, rows a child, and for each column how its cells are made: `#C` the row's own key, `?C` some key (now and then
# of no row), `date` and `date?` (half of them null), else one of the words between `;` (the empty one is null)
AUTHORITY = """
    ssd_person 1: pers_person_id #C | pers_upn #U | pers_upn_unknown UN1;SSD_PH; | pers_dob date?
        | pers_expected_dob date? | pers_sex M;F;U;Female;?; | pers_ethnicity WBRI;MWBC - Mixed;Élève ✓;-1
    ssd_disability 1: disa_table_id #D | disa_person_id ?C | disa_disability_code LD;NONE;AUT: autism
    ssd_linked_identifiers 1: link_table_id #L | link_person_id ?C | link_identifier_value #F
        | link_valid_from_date date? | link_identifier_type Former Unique Pupil Number;Other
    ssd_cin_episodes 2: cine_referral_id #R | cine_person_id ?C | cine_referral_date date | cine_close_date date?
        | cine_close_reason RC1;RC8 - closed; | cine_referral_nfa Y;N;N; | cine_referral_source_code 1A: family;10;zz
        | cine_cin_primary_need_code N1;N0;
    ssd_cin_assessments 2: cina_assessment_id #A | cina_referral_id ?R | cina_assessment_start_date date
        | cina_assessment_auth_date date?
    ssd_assessment_factors 2: cinf_table_id #G | cinf_assessment_id ?A
        | cinf_assessment_factors_json ["1A","2B"];{"3A": "Yes", "4A": "No"};broken;[];
    ssd_cin_plans 1: cinp_cin_plan_id #N | cinp_referral_id ?R | cinp_cin_plan_start_date date
        | cinp_cin_plan_end_date date?
    ssd_s47_enquiry 1: s47e_s47_enquiry_id #S | s47e_referral_id ?R | s47e_s47_start_date date
        | s47e_s47_outcome_json {"CP_CONFERENCE_FLAG":"Y"};{"CP_CONFERENCE_FLAG":"N"};
    ssd_initial_cp_conference 1: icpc_icpc_id #I | icpc_s47_enquiry_id ?S | icpc_referral_id ?R | icpc_icpc_date date?
        | icpc_icpc_target_date date
    ssd_cp_plans 1: cppl_cp_plan_id #P | cppl_person_id ?C | cppl_referral_id ?R | cppl_cp_plan_start_date date
        | cppl_cp_plan_end_date date? | cppl_cp_plan_ola Y;N;N; | cppl_cp_plan_initial_category Neglect;Physical abuse;?
        | cppl_cp_plan_latest_category Neglect;EMO
    ssd_cp_reviews 2: cppr_cp_review_id #V | cppr_cp_plan_id ?P | cppr_cp_review_date date
    ssd_pre_proceedings 1: prep_table_id #E | prep_person_id ?C | prep_pre_pro_decision_date date?
        | prep_pre_pro_meetings_num 0;3;
"""


def authority(children: int, seed: int) -> dict[str, list[dict[str, str]]]:
    """An invented authority: every table with rows inside and outside the years, faults and case systems' texts."""
    chance = random.Random(seed)

    def cell(word: str, number: int) -> str:
        if word.startswith("#"):
            return f"{word[1]}{number}"
        if word.startswith("?") and len(word) == 2:
            return f"{word[1]}{chance.randrange(children + 2)}"
        if word in ("date", "date?"):
            day = dt.date(2023, 1, 1) + dt.timedelta(days=chance.randrange(1500))
            return "" if chance.random() < (0.5 if word == "date?" else 0.05) else day.isoformat()
        return chance.choice(word.split(";"))

    drawn = {}
    for line in AUTHORITY.replace("\n        |", " |").strip().splitlines():
        name, _, columns = line.partition(":")
        table, times = name.split()
        words = [column.split(maxsplit=1) for column in columns.split(" | ")]
        numbers = [*range(children * int(times))]
        chance.shuffle(numbers)  # databases promise no order
        rows = [{column: cell(word, number) for column, word in words} for number in numbers]
        drawn[table] = [{column: value for column, value in row.items() if value} for row in rows]
    return drawn
