"""The children looked after return (SSDA903, "903"): every table and field, in the Department's names and CSV order.

Sources: the columns of the published validator and of the regional pipelines, the XML schema of the 2021 return, the
guidance for collections 2022-23 to 2026-27. The XML of what came after 2021 (social worker episodes, deprivation of
liberty orders, placement codes of three characters) has not been shown by a published schema.
"""

from dataclasses import replace

from returns.calendar import yearly
from returns.cin import RUN
from returns.codes import sets
from returns.model import Field, Privacy, Return, Shape, Table

_CARE = replace(
    RUN,
    personal=True,
    subjects="the child",
    basis="UK GDPR Art 6(1)(c); Children Act 1989 s83",
    retention="looked after record",
)
_SPECIAL = replace(
    _CARE, category="special", condition="UK GDPR Art 9(2)(g); Data Protection Act 2018 Sch 1 paras 6 and 18"
)
# legal status tells of remand, a placement of custody; both also of what a parent is said to have done
_LEGAL = replace(
    _CARE,
    category="offence",
    condition="UK GDPR Art 10; Data Protection Act 2018 s10(5), Sch 1 paras 6 and 18",
)
_ADOPTION = replace(_CARE, retention="adoption record")
_ADOPTERS = replace(
    _SPECIAL, subjects="the child; the adopters", retention="adoption record"
)  # sex and form of partnership together tell of sexual orientation
_LEAVER = replace(_CARE, subjects="the care leaver")
_MOTHER = replace(_CARE, subjects="the child; the child's own child")
_WORKER = replace(_CARE, subjects="the child; the social worker")


def _item(name: str, kind: str, label: str, privacy: Privacy = _CARE, **more: object) -> Field:
    return Field(name=name, kind=kind, label=label, privacy=privacy, **more)  # type: ignore[arg-type]


def _code(name: str, codes: str, label: str, privacy: Privacy = _CARE, **more: object) -> Field:
    return _item(name, "code", label, privacy, codes=codes, **more)


_CHILD = _item("CHILD", "text", "the authority's id of the child", required=True)
_BORN = _item("DOB", "date", "date of birth", required=True)


# no source names the files; the portal knows them by their columns
_FILES = {
    "PlacedAdoption": "placed_for_adoption",
    "PrevPerm": "previous_permanence",
    "SWEpisodes": "sw_episodes",
}


def _table(name: str, argument: str, label: str, *fields: Field, **more: object) -> Table:
    file = _FILES.get(name, name.lower())
    return Table(name=name, argument=argument, label=label, fields=fields, file=file, **more)  # type: ignore[arg-type]


HEADER = _table(
    "Header",
    "header",
    "Child",
    _CHILD,
    _code("SEX", "sex_looked_after", "sex", required=True, wrong="101", absent="101"),
    replace(_BORN, wrong="102", absent="102"),
    _code("ETHNIC", "ethnicity", "ethnicity", _SPECIAL, required=True, wrong="103", absent="103"),
    _item(
        "UPN",
        "text",
        "unique pupil number, or why there is none",
        shapes=(Shape(rule="168", pattern="UN[1-5]|[A-HJ-NP-RT-Z][0-9]{11}[0-9A-Z]"),),
    ),
    _code("MOTHER", "yes_no", "is a mother herself", _MOTHER),
    _item("MC_DOB", "date", "date of birth of the mother's first child", _MOTHER, wrong="171"),
    _code(
        "UASC",
        "yes_no",
        "unaccompanied asylum-seeking child in the year",
        _SPECIAL,
        given="derived",
        wrong="105",
        absent="105",
    ),
    level="child",
)

EPISODES = _table(
    "Episodes",
    "episodes",
    "Episode of care",
    _CHILD,
    _item("DECOM", "date", "start of the episode", required=True, wrong="141"),
    _code("RNE", "reason_for_new_episode", "reason for the new episode", required=True, wrong="143"),
    _code("LS", "legal_status", "legal status", _LEGAL, required=True, wrong="144"),
    _code("CIN", "category_of_need", "main category of need", _SPECIAL, required=True, wrong="145"),
    _code("PLACE", "placement", "type of placement", _LEGAL, required=True, wrong="146"),
    _code("PLACE_PROVIDER", "placement_provider", "who provides the placement"),
    _item("DEC", "date", "end of the episode", wrong="147"),
    _code("REC", "reason_episode_ceased", "reason the episode ended", _LEGAL, wrong="149"),
    _code("REASON_PLACE_CHANGE", "reason_for_placement_change", "reason the placement changed", _LEGAL, wrong="1009"),
    _item("HOME_POST", "postcode", "postcode of the child's home"),
    _item("PL_POST", "postcode", "postcode of the placement"),
    _item("URN", "text", "Ofsted's number of the provider, XXXXXXX where there is none"),
    _item("PL_LA", "text", "authority in which the placement lies (ONS code, or WAL, SCO, NIR)", given="derived"),
    _item("PL_LOCATION", "text", "IN or OUT of the returning authority", given="derived"),
    _item("PL_DISTANCE", "decimal", "miles from home to placement", given="derived"),
)

UASC = _table(
    "UASC",
    "uasc",
    "Unaccompanied asylum-seeking child",
    _CHILD,
    _code("SEX", "sex_looked_after", "sex", required=True),
    _BORN,
    _item("DUC", "date", "status of unaccompanied asylum-seeking child ceased", _SPECIAL),
)

REVIEWS = _table(
    "Reviews",
    "reviews",
    "Review",
    _CHILD,
    _BORN,
    _item("REVIEW", "date", "date of the review", required=True, wrong="166", absent="166"),
    _code("REVIEW_CODE", "review_participation", "how the child took part", required=True),
)

_HEALTH = (
    ("HEALTH_CHECK", "health promotion checks up to date (under 5)"),
    ("IMMUNISATIONS", "immunisations up to date"),
    ("TEETH_CHECK", "teeth checked in the year"),
    ("HEALTH_ASSESSMENT", "annual health assessment done"),
    ("SUBSTANCE_MISUSE", "substance misuse problem identified"),
    ("INTERVENTION_RECEIVED", "intervention for substance misuse received"),
    ("INTERVENTION_OFFERED", "intervention offered where none was received"),
)
OC2 = _table(
    "OC2",
    "oc2",
    "Health of a child looked after for 12 months",
    _CHILD,
    _BORN,
    _item("SDQ_SCORE", "whole", "strengths and difficulties score", _SPECIAL, minimum=0, maximum=40, wrong="180"),
    _code("SDQ_REASON", "sdq_reason", "why there is no score", _SPECIAL, wrong="196"),
    _code("CONVICTED", "yes_no", "convicted in the year (10 and over)", _LEGAL),
    *(_code(name, "yes_no", label, _SPECIAL) for name, label in _HEALTH),
)

OC3 = _table(
    "OC3",
    "oc3",
    "Care leaver",
    _CHILD,
    _BORN,
    _code("IN_TOUCH", "in_touch", "is the authority in touch", _LEAVER, required=True, wrong="131", absent="131"),
    _code(
        "ACTIV",
        "care_leaver_activity",
        "main activity",
        replace(_LEAVER, category="special", condition=_SPECIAL.condition),
        required=True,
        wrong="132",
        absent="132",
    ),
    _code(
        "ACCOM",
        "care_leaver_accommodation",
        "accommodation and whether suitable",
        replace(_LEAVER, category="offence", condition=_LEGAL.condition),
        required=True,
        wrong="133",
        absent="133",
    ),
)

AD1 = _table(
    "AD1",
    "ad1",
    "Adoption in the year",
    _CHILD,
    _BORN,
    _item("DATE_INT", "date", "decision that adoption is in the child's best interest", _ADOPTION, wrong="112"),
    _item("DATE_MATCH", "date", "matched with the adopters", _ADOPTION, wrong="113"),
    _code("FOSTER_CARE", "yes_no", "adopted by the former foster carer", _ADOPTION, wrong="114"),
    _code("NB_ADOPTR", "number_of_adopters", "number of adopters", _ADOPTERS, wrong="175"),
    _code("SEX_ADOPTR", "sex_of_adopters", "sex of the adopters", _ADOPTERS, wrong="176"),
    _code("LS_ADOPTR", "legal_status_of_adopters", "legal status of the adopters", _ADOPTERS, wrong="177"),
)

PLACED_ADOPTION = _table(
    "PlacedAdoption",
    "placed_adoption",
    "Decision that the child should be placed for adoption",
    _CHILD,
    _BORN,
    _item("DATE_PLACED", "date", "date of the decision", _ADOPTION, required=True, wrong="115"),
    _item("DATE_PLACED_CEASED", "date", "decision reversed", _ADOPTION, wrong="116"),
    _code("REASON_PLACED_CEASED", "reason_placed_ceased", "why reversed", _ADOPTION, wrong="120"),
)

PREVIOUS_PERMANENCE = _table(
    "PrevPerm",
    "prev_perm",
    "Previous permanence arrangement",
    _CHILD,
    _BORN,
    _code("PREV_PERM", "previous_permanence", "arrangement before", _ADOPTION, required=True, wrong="631"),
    _code("LA_PERM", "permanence_authority", "authority that arranged it", _ADOPTION, wrong="633"),
    _item("DATE_PERM", "text", "date of the order, dd/mm/yyyy with Z for unknown parts", _ADOPTION),
)

MISSING = _table(
    "Missing",
    "missing",
    "Missing or away without authorisation",
    _CHILD,
    _BORN,
    _code("MISSING", "missing_type", "missing or away", required=True, wrong="1006"),
    _item("MIS_START", "date", "start", required=True, wrong="1004", absent="1004"),
    _item("MIS_END", "date", "end", wrong="1005"),
)

SW_EPISODES = _table(
    "SWEpisodes",
    "sw_episodes",
    "Social worker of the child",
    _CHILD,
    _BORN,
    _item("SW_ID", "text", "registration number of the social worker", _WORKER, required=True),
    _item("SW_DECOM", "date", "start", _WORKER, required=True, wrong="SW04STG1"),
    _item("SW_DEC", "date", "end", _WORKER, wrong="SW05STG1"),
    _code("SW_REASON", "social_worker_reason", "reason for the change", _WORKER),
    since="2023-24",
    confirmed=False,
)

DOLO = _table(
    "DoLo",
    "dolo",
    "Deprivation of liberty order",
    _CHILD,
    _BORN,
    _item("DOLO_START", "date", "start of the order", _SPECIAL, required=True, wrong="700", absent="700"),
    _item("DOLO_END", "date", "end of the order", _SPECIAL, wrong="701"),
    since="2026-27",
    confirmed=False,
)

CLA = Return(
    name="cla",
    title="Children looked after return",
    unit="local authority",
    unit_pattern="[0-9]{3}",
    root="EXPSSDA903",
    child="CHILD",
    authority="",
    periods=yearly(2023, 2027, opens=(4, 1), load_by=(6, 30), submit_by=(7, 31)),
    tables=(
        HEADER,
        EPISODES,
        REVIEWS,
        UASC,
        OC2,
        OC3,
        AD1,
        PLACED_ADOPTION,
        PREVIOUS_PERMANENCE,
        MISSING,
        SW_EPISODES,
        DOLO,
    ),
    codes=sets(
        "yes_no",
        "sex_looked_after",
        "ethnicity",
        "reason_for_new_episode",
        "legal_status",
        "category_of_need",
        "placement",
        "placement_provider",
        "reason_episode_ceased",
        "reason_for_placement_change",
        "review_participation",
        "sdq_reason",
        "in_touch",
        "care_leaver_activity",
        "care_leaver_accommodation",
        "number_of_adopters",
        "sex_of_adopters",
        "legal_status_of_adopters",
        "reason_placed_ceased",
        "previous_permanence",
        "permanence_authority",
        "missing_type",
        "social_worker_reason",
    ),
    levels={"child": ("CHILD",)},
    known_rules=337,
    book="903 rules to collection 2026-27, read 2026-11-23",
    confirmed_until=None,
    upper_cased=True,
    unreadable_is_absent=False,
    reference=("authority", "providers"),
    files=("csv", "xml"),
    files_known_by="columns",
)
