"""Disabilities."""

from validation.rules.cin.book import rule
from validation.words import has, how_many, no, repeated


@rule(
    "2887Q",
    "Fewer than eight kinds of disability are used in the whole return",
    advice="Check that the extract takes every disability code of a child and maps them all; otherwise explain in a "
    "note.",
    per="return",
)
def few_kinds(disabilities):
    return bool(disabilities.Disability[disabilities.Disability != "NONE"].nunique() < 8)


@rule(
    "2888Q",
    "No child in the return has more than one disability",
    advice="Check that the extract takes every disability of a child, not the first only; otherwise explain in a note.",
    per="return",
)
def never_two(disabilities):
    counted = disabilities.LAchildID.notna() & (disabilities.Disability != "NONE")
    each = how_many(disabilities, "child", disabilities, counted & disabilities.Disability.notna())[counted]
    return bool(each.max() <= 1)


@rule(
    "8540",
    "Born child in need has no disability entry, or one that is no listed code",
    flags="child_identifiers.PersonBirthDate cin_details.ReferralNFA disabilities.Disability",
    advice="Record the child's disabilities; NONE where it was established that there is none.",
)
def disability_unknown(child_identifiers, cin_details, disabilities, codes):
    bad = ~disabilities.Disability.isin(codes.disability)
    went_on = no(cin_details.ReferralNFA)
    lacking = ~has(child_identifiers, "child", disabilities) | has(child_identifiers, "child", disabilities, bad)
    failing = (
        child_identifiers.PersonBirthDate.notna() & has(child_identifiers, "child", cin_details, went_on) & lacking
    )
    return {
        "ChildIdentifiers": failing,
        "CINdetails": went_on & has(cin_details, "child", child_identifiers, failing),
        "Disabilities": bad & has(disabilities, "child", child_identifiers, failing),
    }


@rule(
    "8790",
    "Child has disability NONE and another disability",
    flags="disabilities.Disability",
    advice="Remove NONE, or the others, on the child's record.",
)
def none_and_some(disabilities):
    none = disabilities.Disability.str.upper() == "NONE"
    return ~none & has(disabilities, "child", disabilities, none)


@rule(
    "8794",
    "The same disability is given twice for a child",
    flags="disabilities.Disability",
    advice="Remove the repeated entry on the child's record.",
)
def twice(disabilities):
    return repeated(disabilities, "child", "Disability")
