"""The children in need census (CIN): every table and field, in the Department's names and XML order.

Sources: the census message as published for collections 2021-22 to 2025-26 and the CBDS item numbers. Module 5 (pre-
proceedings and family group decision making) is collected from 2026-27; no published schema has shown its elements yet,
so it is marked unconfirmed.
"""

from dataclasses import replace
from typing import Any

from returns.calendar import yearly
from returns.codes import sets
from returns.model import Field, Group, Kind, Privacy, Return, Shape, Table

_S83 = "UK GDPR Art 6(1)(c); Children Act 1989 s83"
_RETURN = "statutory return to the Department for Education"

AUTHORITY_NUMBER = "its three digits at the Department, for instance 356"
RUN = Privacy(
    personal=False,
    subjects="",
    category="ordinary",
    purpose=_RETURN,
    basis=_S83,
    condition="",
    retention="return file",
)
ORDINARY = replace(RUN, personal=True, subjects="the child", retention="child in need record")
SPECIAL = replace(
    ORDINARY, category="special", condition="UK GDPR Art 9(2)(g); Data Protection Act 2018 Sch 1 paras 6 and 18"
)
# many factors tell of an adult's health or drinking, some of an offence that somebody is said to have committed
FACTORS = replace(
    SPECIAL,
    subjects="the child; parents, carers and others in the household",
    condition=f"{SPECIAL.condition}; where an offence is alleged UK GDPR Art 10; the Act's s10(5) and s11(2)",
)

UPN_FORM = "[A-Za-z][0-9]{11}[0-9A-Za-z]"
UPN_LETTERS = "A-HJ-NP-RT-Z"


def _item(
    name: str, kind: Kind, label: str, cbds: str | None = None, privacy: Privacy = ORDINARY, **more: Any
) -> Field:
    return Field(name=name, kind=kind, label=label, cbds=cbds, privacy=privacy, **more)


def _carried(name: str, label: str) -> Field:
    return _item(name, "text", label, given="carried")


_CHILD = _carried("LAchildID", "the authority's id of the child")
_EPISODE = _carried("CINdetailsID", "number of the episode within the child")

HEADER = Table(
    name="Header",
    argument="header",
    label="Return header",
    element="Header",
    fields=(
        _item("Collection", "text", "collection name", privacy=RUN, group=("CollectionDetails",), only="CIN"),
        _item("Year", "year", "calendar year in which the collection ends", privacy=RUN, group=("CollectionDetails",)),
        _item(
            "ReferenceDate", "date", "last day of the collection", "N00603", privacy=RUN, group=("CollectionDetails",)
        ),
        _item("SourceLevel", "text", "L for a local authority", privacy=RUN, group=("Source",), only="L"),
        _item(
            "LEA", "text", "number of the authority", privacy=RUN, group=("Source",), required=True, pattern="[0-9]{3}"
        ),
        _item(
            "SoftwareCode",
            "text",
            "software that made the file",
            privacy=RUN,
            group=("Source",),
            may_be_empty=True,
            per_file=True,
        ),
        _item(
            "Release",
            "text",
            "release of that software",
            privacy=RUN,
            group=("Source",),
            may_be_empty=True,
            per_file=True,
        ),
        _item(
            "SerialNo",
            "text",
            "number of this file, rising",
            privacy=RUN,
            group=("Source",),
            pattern="[0-9]{3,}",
            per_file=True,
        ),
        _item("DateTime", "datetime", "when the file was made", privacy=RUN, group=("Source",), per_file=True),
    ),
    groups=(Group(element="CollectionDetails", least=0), Group(element="Source", least=0, most=None)),
    occurs=(0, 1),
)

_IDENTIFIERS = ("ChildIdentifiers",)
CHILD_IDENTIFIERS = Table(
    name="ChildIdentifiers",
    argument="child_identifiers",
    label="Child",
    element="Child",
    wrapper="Children",
    level="child",
    occurs=(1, None),
    fields=(
        _item(
            "LAchildID",
            "text",
            "the authority's id of the child",
            "N00097",
            group=_IDENTIFIERS,
            required=True,
            may_be_empty=True,
            absent="8500",
            shapes=(
                Shape(rule="1570", pattern=r"(.|\n){0,20}", since="2024-25"),
                Shape(rule="1580", pattern=r"[^\W_]*", since="2024-25"),
            ),
        ),
        _item(
            "UPN",
            "text",
            "unique pupil number",
            "N00001",
            group=_IDENTIFIERS,
            pattern=UPN_FORM,
            shapes=(
                Shape(rule="1540", pattern=r"(.|\n){4}[0-9]{1,7}|(.|\n){4}[0-9]{8}(.|\n)*"),
                Shape(rule="1550", pattern=rf"(.|\n){{12}}[0-9{UPN_LETTERS}]|(.|\n){{0,12}}|(.|\n){{14,}}"),
            ),
        ),
        _item(
            "FormerUPN",
            "text",
            "the UPN before this one",
            "N00002",
            group=_IDENTIFIERS,
            pattern=UPN_FORM,
            shapes=(Shape(rule="1560Q", pattern=rf"[A-Za-z][0-9]{{11}}[0-9{UPN_LETTERS}]"),),
        ),
        _item("UPNunknown", "code", "why there is no UPN", "N00135", group=_IDENTIFIERS, codes="upn_unknown"),
        _item("PersonBirthDate", "date", "date of birth", "N00066", group=_IDENTIFIERS),
        _item(
            "ExpectedPersonBirthDate", "date", "expected date of birth of an unborn child", "N00098", group=_IDENTIFIERS
        ),
        _item(
            "GenderCurrent",  # no item number: the sources disagree on it
            "code",
            "gender",
            group=_IDENTIFIERS,
            codes="gender_current",
            required=True,
            wrong="4180",
            absent="4180",
            until="2023-24",
        ),
        _item(
            "Sex",
            "code",
            "sex",
            "N00783",
            group=_IDENTIFIERS,
            codes="sex",
            required=True,
            wrong="4180",
            absent="4180",
            since="2024-25",
        ),
        _item("PersonDeathDate", "date", "date of death", "N00108", group=_IDENTIFIERS),
    ),
)

CHILD_CHARACTERISTICS = Table(
    name="ChildCharacteristics",
    argument="child_characteristics",
    label="Child's characteristics",
    element="ChildCharacteristics",
    parent="ChildIdentifiers",
    occurs=(1, 1),
    fields=(
        _CHILD,
        _item(
            "Ethnicity",
            "code",
            "ethnic group",
            "N00177",
            SPECIAL,
            codes="ethnicity",
            required=True,
            wrong="4220",
            absent="4220",
        ),
    ),
)

DISABILITIES = Table(
    name="Disabilities",
    key=("Disability",),
    argument="disabilities",
    label="Disability",
    element="Disability",
    parent="ChildCharacteristics",
    wrapper="Disabilities",
    fields=(
        _CHILD,
        _item(
            "Disability",
            "code",
            "kind of disability",
            "N00099",
            SPECIAL,
            codes="disability",
            required=True,
            element=".",
        ),
    ),
)

CIN_DETAILS = Table(
    name="CINdetails",
    key=("CINreferralDate",),
    argument="cin_details",
    label="Episode of need",
    element="CINdetails",
    parent="ChildIdentifiers",
    level="episode",
    occurs=(1, None),
    absent="8590",
    order=(
        "CINreferralDate",
        "ReferralSource",
        "PrimaryNeedCode",
        "CINclosureDate",
        "ReasonForClosure",
        "DateOfInitialCPC",
        "Assessments",
        "CINplanDates",
        "Section47",
        "ReferralNFA",
        "ChildProtectionPlans",
        "PreProceedings",
    ),
    fields=(
        _CHILD,
        _item("CINdetailsID", "text", "number of the episode within the child", given="ordinal"),
        _item("CINreferralDate", "date", "date of referral", "N00100", required=True),
        _item("ReferralSource", "code", "who referred the child", "N00152", codes="referral_source", required=True),
        _item(
            "PrimaryNeedCode",
            "code",
            "main need at first assessment",
            "N00101",
            SPECIAL,
            codes="primary_need",
            wrong="8650",
        ),
        _item("CINclosureDate", "date", "date the episode was closed", "N00102"),
        _item(
            "ReasonForClosure", "code", "why the episode was closed", "N00103", codes="reason_for_closure", wrong="8640"
        ),
        _item("DateOfInitialCPC", "date", "initial child protection conference without a section 47 here", "N00110"),
        _item(
            "ReferralNFA",
            "flag",
            "no further action was taken on the referral",
            "N00112",
            codes="yes_no",
            required=True,
            wrong="8568",
            absent="8568",
        ),
    ),
)

ASSESSMENTS = Table(
    name="Assessments",
    key=("AssessmentActualStartDate",),
    argument="assessments",
    label="Assessment",
    element="Assessments",
    parent="CINdetails",
    level="assessment",
    fields=(
        _CHILD,
        _EPISODE,
        _item("AssessmentID", "text", "number of the assessment within the episode", given="ordinal"),
        _item("AssessmentActualStartDate", "date", "start of the assessment", "N00159", required=True),
        _item("AssessmentInternalReviewDate", "date", "internal review point", "N00161"),
        _item("AssessmentAuthorisationDate", "date", "end of the assessment, when authorised", "N00160"),
        _item(
            "AssessmentFactors",
            "code",
            "factors identified at the end of the assessment",
            "N00181",
            FACTORS,
            codes="assessment_factors",
            given="list",
        ),
    ),
)

ASSESSMENT_FACTORS = Table(
    name="AssessmentFactorsList",
    key=("AssessmentFactor",),
    argument="assessment_factors_list",
    label="Assessment factor",
    element="AssessmentFactors",
    parent="Assessments",
    wrapper="FactorsIdentifiedAtAssessment",
    fields=(
        _CHILD,
        _EPISODE,
        _carried("AssessmentID", "number of the assessment within the episode"),
        _item(
            "AssessmentFactor",
            "code",
            "factor",
            "N00181",
            FACTORS,
            codes="assessment_factors",
            required=True,
            element=".",
        ),
    ),
)

CIN_PLANS = Table(
    name="CINplanDates",
    key=("CINPlanStartDate",),
    argument="cin_plan_dates",
    label="Child in need plan",
    element="CINPlanDates",
    parent="CINdetails",
    fields=(
        _CHILD,
        _EPISODE,
        _item("CINPlanStartDate", "date", "start of the plan", "N00689", required=True),
        _item("CINPlanEndDate", "date", "end of the plan", "N00690"),
    ),
)

SECTION_47 = Table(
    name="Section47",
    key=("S47ActualStartDate",),
    argument="section47",
    label="Section 47 enquiry",
    element="Section47",
    parent="CINdetails",
    fields=(
        _CHILD,
        _EPISODE,
        _item("S47ActualStartDate", "date", "start of the enquiry", "N00148", required=True),
        _item("InitialCPCtarget", "date", "date by which the initial conference should be held", "N00109"),
        _item("DateOfInitialCPC", "date", "initial child protection conference", "N00110"),
        _item("ICPCnotRequired", "flag", "no conference was needed", "N00111", codes="yes_no", required=True),
    ),
)

PROTECTION_PLANS = Table(
    name="ChildProtectionPlans",
    key=("CPPstartDate",),
    argument="child_protection_plans",
    label="Child protection plan",
    element="ChildProtectionPlans",
    parent="CINdetails",
    level="plan",
    fields=(
        _CHILD,
        _EPISODE,
        _item("CPPID", "text", "number of the plan within the episode", given="ordinal"),
        _item("CPPstartDate", "date", "start of the plan", "N00105", required=True),
        _item("CPPendDate", "date", "end of the plan", "N00115"),
        _item(
            "InitialCategoryOfAbuse",
            "code",
            "category of abuse at the start",
            "N00113",
            SPECIAL,
            codes="category_of_abuse",
            required=True,
            wrong="8905",
            absent="8905",
        ),
        _item(
            "LatestCategoryOfAbuse",
            "code",
            "latest category of abuse",
            "N00114",
            SPECIAL,
            codes="category_of_abuse",
            required=True,
            wrong="8910",
            absent="8910",
        ),
        _item(
            "NumberOfPreviousCPP",
            "whole",
            "earlier plans of the child",
            "N00106",
            required=True,
            minimum=0,
            wrong="8730",
            absent="8730",
        ),
    ),
)

REVIEWS = Table(
    name="Reviews",
    key=("CPPreviewDate",),
    argument="reviews",
    label="Review of a child protection plan",
    element="CPPreviewDate",
    parent="ChildProtectionPlans",
    wrapper="Reviews",
    row_if_empty=True,
    fields=(
        _CHILD,
        _EPISODE,
        _carried("CPPID", "number of the plan within the episode"),
        _item(
            "CPPreviewDate",
            "date",
            "date of the review",
            "N00116",
            required=True,
            wrong="8842Q",
            absent="8842Q",
            element=".",
        ),
    ),
)

PRE_PROCEEDINGS = Table(
    name="PreProceedings",
    key=("PPStartDate",),
    argument="pre_proceedings",
    label="Pre-proceedings and family group decision making",
    element="PreProceedingsandFGDM",
    parent="CINdetails",
    since="2026-27",
    confirmed=False,
    fields=(
        _CHILD,
        _EPISODE,
        _item("PPStartDate", "date", "decision to begin pre-proceedings", "N00826"),
        _item("LBPSentDate", "date", "letter before proceedings sent", "N00827"),
        _item(
            "FGDMMeetingOffer", "flag", "family group decision making offered in the letter", "N00828", codes="yes_no"
        ),
        _item("FGDMMeetingFac", "flag", "family group decision making meeting held", "N00829", codes="yes_no"),
        _item("InitialPPMeetingDate", "date", "first pre-proceedings meeting", "N00830"),
        _item("ReviewMeetingsCount", "whole", "number of review meetings", "N00831", minimum=0),
        _item("StepDecisionDate", "date", "decision to step up or down"),
        _item("PPOutcome", "code", "outcome", "N00833", codes="pp_outcome", wrong="9011"),
        _item("CourtAppDate", "date", "application to the court", "N00834"),
        _item("LetterInitCPDate", "date", "letter that begins care proceedings"),
    ),
)

CIN = Return(
    name="cin",
    title="Children in need census",
    unit="local authority",
    unit_pattern="[0-9]{3}",
    unit_form=AUTHORITY_NUMBER,
    root="Message",
    child="LAchildID",
    authority="Header.LEA",
    collection="Header.Collection",
    periods=yearly(2023, 2027, opens=(4, 1), load_by=(6, 30), submit_by=(7, 31)),
    tables=(
        HEADER,
        CHILD_IDENTIFIERS,
        CHILD_CHARACTERISTICS,
        DISABILITIES,
        CIN_DETAILS,
        ASSESSMENTS,
        ASSESSMENT_FACTORS,
        CIN_PLANS,
        SECTION_47,
        PROTECTION_PLANS,
        REVIEWS,
        PRE_PROCEEDINGS,
    ),
    codes=sets(
        "yes_no",
        "gender_current",
        "sex",
        "upn_unknown",
        "ethnicity",
        "disability",
        "referral_source",
        "primary_need",
        "reason_for_closure",
        "category_of_abuse",
        "assessment_factors",
        "pp_outcome",
        "upn_authority",
    ),
    levels={
        "child": ("LAchildID",),
        "episode": ("LAchildID", "CINdetailsID"),
        "assessment": ("LAchildID", "CINdetailsID", "AssessmentID"),
        "plan": ("LAchildID", "CINdetailsID", "CPPID"),
    },
    known_rules=121,
    book="CIN census rules to collection 2026-27, read 2026-11-23",
    confirmed_until="2025-26",
)
