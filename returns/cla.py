"""The children looked after return (SSDA903, "903"): every table and field, in the Department's names and CSV order.

Sources: the columns of the published validator and of the regional pipelines, the XML schema of the 2021 return, the
guidance for collections 2022-23 to 2026-27. The XML of what came after 2021 (social worker episodes, deprivation of
liberty orders, placement codes of three characters) has not been shown by a published schema.
"""

from dataclasses import replace
from typing import Any

from returns.calendar import yearly
from returns.cin import AUTHORITY_NUMBER, RUN
from returns.codes import sets
from returns.model import Field, Kind, Privacy, Return, Shape, Table

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


def _item(name: str, kind: Kind, label: str, privacy: Privacy = _CARE, **more: Any) -> Field:
    return Field(name=name, kind=kind, label=label, privacy=privacy, **more)


def _code(name: str, codes: str, label: str, privacy: Privacy = _CARE, **more: Any) -> Field:
    return _item(name, "code", label, privacy, codes=codes, **more)


_CHILD = _item("CHILD", "text", "the authority's id of the child", required=True)
_BORN = _item("DOB", "date", "date of birth", required=True)


_KEYS = {
    "Episodes": ("DECOM",),
    "Reviews": ("REVIEW",),
    "PlacedAdoption": ("DATE_PLACED",),
    "Missing": ("MIS_START",),
    "SWEpisodes": ("SW_DECOM",),
    "DoLo": ("DOLO_START",),
}
# no source names the files; the portal knows them by their columns
_FILES = {
    "PlacedAdoption": "placed_for_adoption",
    "PrevPerm": "previous_permanence",
    "SWEpisodes": "sw_episodes",
}


def _table(name: str, argument: str, label: str, *fields: Field, **more: Any) -> Table:
    file, key = _FILES.get(name, name.lower()), _KEYS.get(name, ())
    return Table(name=name, argument=argument, label=label, fields=fields, file=file, key=key, **more)


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
    needed=True,
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
    needed=True,
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

# The XML. Order, lengths and patterns are those of the schema of the 2021 return, the last that was published; its
# pattern of a year also takes a comma, a slip that is not repeated here.

_PERIODS = yearly(2023, 2027, opens=(4, 1), load_by=(6, 30), submit_by=(7, 31))
_DAY = "[0-3][0-9]/[0-1][0-9]/[0-9]{4}"
_DAY_OF_EPISODE = "[0-3][0-9]/[0-1][0-9]/[1-2][09][0-9]{2}"


def _sent(
    table: Table, name: str, shortest: int, longest: int, *also: Table, required: bool = False, **more: Any
) -> Field:
    """What the XML holds of a field: text of so many characters; the same of the tables `also` stands in it too."""
    item = table[name]
    carries = tuple(f"{each.name}.{name}" for each in (table, *also))
    return replace(
        item,
        kind="text",
        codes=None,
        minimum=None,
        maximum=None,
        shapes=(),
        given="document",
        required=required or shortest > 0,
        may_be_empty=shortest == 0,
        absent=item.absent if shortest else None,
        shortest=shortest or None,
        longest=longest,
        carries=carries,
        **more,
    )


def _repeated(table: Table, element: str, most: int, parent: str, *fields: Field, **more: Any) -> Table:
    return replace(table, element=element, parent=parent, occurs=(0, most), fields=fields, file="", **more)


def _message(name: str, root: str, remark: str, *tables: Table) -> Return:
    return Return(
        name=name,
        title="Children looked after return",
        unit="local authority",
        unit_pattern="[0-9]{3}",
        unit_form=AUTHORITY_NUMBER,
        root=root,
        child="CHILD",
        authority="",
        periods=_PERIODS,
        tables=tables,
        codes={},
        levels={"child": ("CHILD",)},
        known_rules=0,
        book="",
        upper_cased=True,
        unreadable_is_absent=False,
        remark=remark,
    )


_SENT_CHILD = Table(
    name="Child", argument="child", label="Child", element="CHILD", level="child", occurs=(1, None), fields=()
)
_BESIDE = (UASC, AD1, OC3, MISSING, REVIEWS, PREVIOUS_PERMANENCE, OC2, PLACED_ADOPTION)
_SENT_HEADER = replace(
    HEADER,
    element="HEADER",
    parent="Child",
    level=None,
    occurs=(1, 1),
    file="",
    fields=(
        _sent(HEADER, "CHILD", 1, 10, *_BESIDE, EPISODES, element="CHILDID"),
        _sent(HEADER, "UPN", 0, 13, required=True),
        _sent(HEADER, "SEX", 1, 1, UASC),
        _sent(HEADER, "DOB", 10, 10, *_BESIDE, pattern=_DAY),
        _sent(HEADER, "ETHNIC", 4, 4),
        _sent(HEADER, "UASC", 0, 1, required=True, means="UASC"),
        _sent(UASC, "DUC", 0, 10),
        _sent(AD1, "DATE_INT", 0, 10),
        _sent(AD1, "DATE_MATCH", 0, 10),
        _sent(AD1, "FOSTER_CARE", 0, 1),
        _sent(AD1, "NB_ADOPTR", 0, 1),
        _sent(AD1, "SEX_ADOPTR", 0, 2),
        _sent(AD1, "LS_ADOPTR", 0, 3),
        _sent(OC3, "IN_TOUCH", 0, 4),
        _sent(OC3, "ACTIV", 0, 2),
        _sent(OC3, "ACCOM", 0, 2),
        _sent(HEADER, "MOTHER", 0, 1),
        _sent(HEADER, "MC_DOB", 0, 10),
    ),
    order=(
        *("CHILD", "UPN", "SEX", "DOB", "ETHNIC", "UASC", "DUC"),
        *("DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"),
        *("IN_TOUCH", "ACTIV", "ACCOM"),
        *("Missing", "Reviews", "MOTHER", "MC_DOB", "PrevPerm", "OC2", "PlacedAdoption"),
    ),
)

_MAIN = _message(
    "cla",
    "EXPSSDA903",
    "Elements and lengths are those of the schema of the 2021 return, the last that was published; that one takes two "
    "characters in PL, where placement codes from 2025-26 have up to three.",
    _SENT_CHILD,
    _SENT_HEADER,
    _repeated(
        MISSING,
        "AMISSING",
        366,
        "Header",
        _sent(MISSING, "MISSING", 0, 1, required=True),
        _sent(MISSING, "MIS_START", 0, 10, required=True),
        _sent(MISSING, "MIS_END", 0, 10),
        sorted_by="MIS_START",
    ),
    _repeated(
        REVIEWS,
        "AREVIEW",
        52,
        "Header",
        _sent(REVIEWS, "REVIEW", 10, 10, pattern=_DAY_OF_EPISODE),
        _sent(REVIEWS, "REVIEW_CODE", 3, 3),
        sorted_by="REVIEW",
    ),
    _repeated(
        PREVIOUS_PERMANENCE,
        "PERMANENCE",
        1,
        "Header",
        _sent(PREVIOUS_PERMANENCE, "PREV_PERM", 0, 2),
        _sent(PREVIOUS_PERMANENCE, "LA_PERM", 0, 3),
        _sent(PREVIOUS_PERMANENCE, "DATE_PERM", 0, 10),
    ),
    _repeated(
        OC2,
        "OC2",
        1,
        "Header",
        _sent(OC2, "SDQ_SCORE", 0, 2),
        _sent(OC2, "SDQ_REASON", 0, 4),
        _sent(OC2, "CONVICTED", 0, 1),
        *(_sent(OC2, name, 0, 1) for name, _ in _HEALTH),
    ),
    _repeated(
        PLACED_ADOPTION,
        "AD_PLACED",
        366,
        "Header",
        _sent(PLACED_ADOPTION, "DATE_PLACED", 0, 10, required=True),
        _sent(PLACED_ADOPTION, "DATE_PLACED_CEASED", 0, 10),
        _sent(PLACED_ADOPTION, "REASON_PLACED_CEASED", 0, 3),
        sorted_by="DATE_PLACED",
    ),
    _repeated(
        EPISODES,
        "EPISODE",
        366,
        "Child",
        _sent(EPISODES, "DECOM", 10, 10, pattern=_DAY_OF_EPISODE),
        _sent(EPISODES, "RNE", 1, 1),
        _sent(EPISODES, "LS", 2, 2),
        _sent(EPISODES, "CIN", 2, 2),
        _sent(EPISODES, "PLACE", 2, 3, element="PL", longest_shown=2),
        _sent(EPISODES, "PL_POST", 0, 8),
        _sent(EPISODES, "HOME_POST", 0, 8),
        _sent(EPISODES, "URN", 0, 8),
        _sent(EPISODES, "PLACE_PROVIDER", 0, 3),
        _sent(EPISODES, "DEC", 0, 10, required=True, pattern=_DAY_OF_EPISODE),
        _sent(EPISODES, "REC", 0, 3, required=True),
        _sent(EPISODES, "REASON_PLACE_CHANGE", 0, 6),
        sorted_by="DECOM",
    ),
)

# No source shows the file of the social workers: root, elements and lengths are a guess in the manner of the first one.
_UNSHOWN: dict[str, Any] = {"since": SW_EPISODES.since, "confirmed": False}
_WORKERS = _message(
    "cla_social_workers",
    "EXPSSDA903SW",
    "",
    replace(_SENT_CHILD, **_UNSHOWN),
    replace(
        SW_EPISODES,
        name="Header",
        argument="header",
        label="Child",
        element="HEADER",
        parent="Child",
        occurs=(1, 1),
        file="",
        fields=(
            _sent(SW_EPISODES, "CHILD", 1, 10, element="CHILDID"),
            _sent(SW_EPISODES, "DOB", 10, 10, pattern=_DAY),
        ),
    ),
    _repeated(
        SW_EPISODES,
        "SWEPISODE",
        366,
        "Child",
        _sent(SW_EPISODES, "SW_ID", 1, 20),
        _sent(SW_EPISODES, "SW_DECOM", 10, 10, pattern=_DAY_OF_EPISODE),
        _sent(SW_EPISODES, "SW_DEC", 0, 10, required=True, pattern=_DAY_OF_EPISODE),
        _sent(SW_EPISODES, "SW_REASON", 0, 6, required=True),
        sorted_by="SW_DECOM",
    ),
)

CLA = Return(
    name="cla",
    title="Children looked after return",
    unit="local authority",
    unit_pattern="[0-9]{3}",
    unit_form=AUTHORITY_NUMBER,
    root="EXPSSDA903",
    child="CHILD",
    authority="",
    periods=_PERIODS,
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
    aliases=("903", "ssda903", "lac"),
    confirmed_until=None,
    upper_cased=True,
    unreadable_is_absent=False,
    reference=("authority", "providers"),
    files=("csv", "xml"),
    files_known_by="columns",
    messages=(_MAIN, _WORKERS),
)
