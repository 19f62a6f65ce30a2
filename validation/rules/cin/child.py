"""The child: identifiers, birth and death, sex, ethnicity."""

import pandas as pd

from validation.rules.cin.book import rule
from validation.words import day, flagged, has, matched, no, outside, wrong_check_letter, years_after, yes

ASK_SCHOOL = (
    "Check the UPN with the child's school or in the school's census data and correct it on the child's record."
)


@rule(
    "1510",
    "First letter of the UPN is not the check letter of its digits",
    flags="child_identifiers.UPN",
    advice=ASK_SCHOOL,
)
def check_letter(child_identifiers):
    return wrong_check_letter(child_identifiers.UPN)


@rule(
    "1520",
    "Several children have the same UPN",
    flags="child_identifiers.UPN",
    advice="Find out whose UPN it is; merge records if it is one child, else remove the UPN from the child it does "
    "not belong to.",
    across="UPN",
    together="child",
)
def same_upn(child_identifiers):
    return child_identifiers.UPN.notna() & child_identifiers.UPN.duplicated(keep=False)


@rule(
    "1530", "Characters 2 to 4 of the UPN are no authority's number", flags="child_identifiers.UPN", advice=ASK_SCHOOL
)
def unknown_authority(child_identifiers, codes):
    return (child_identifiers.UPN.str.len() == 13) & ~child_identifiers.UPN.str.slice(1, 4).isin(codes.upn_authority)


rule.column("1540", "Characters 5 to 12 of the UPN are not all digits", advice=ASK_SCHOOL)
rule.column("1550", "Last character of the UPN is neither a digit nor a permitted letter", advice=ASK_SCHOOL)
rule.column(
    "1560Q",
    "Former UPN is not written as a UPN",
    advice="Correct the former UPN on the child's record (a letter, eleven digits, a digit or letter), or remove it "
    "if it is not known.",
)
rule.column(
    "1570",
    "Child's id is longer than 20 characters",
    advice="Send the id that the case system gives the child; choose once which id is used and keep it at most 20 "
    "characters long.",
)
rule.column(
    "1580",
    "Child's id has characters that are neither letters nor digits",
    advice="Use the plain id of the case system; take out spaces, hyphens and slashes where the extract builds it.",
)


@rule(
    "2886Q",
    "Gender is not known for more than 2% of children already born",
    advice="List the children with gender 0 or none and complete their records.",
    per="return",
    until="2023-24",
)
def gender_often_unknown(child_identifiers):
    unknown = child_identifiers.GenderCurrent.isna() | (child_identifiers.GenderCurrent == "0")
    return bool((unknown & child_identifiers.ExpectedPersonBirthDate.isna()).sum() * 50 > len(child_identifiers))


@rule(
    "2886Q",
    "Sex is not known for more than 2% of children already born",
    advice="List the children with sex U or none and complete their records.",
    per="return",
    since="2024-25",
)
def sex_often_unknown(child_identifiers):
    unknown = child_identifiers.Sex.isna() | (child_identifiers.Sex == "U")
    return bool((unknown & child_identifiers.ExpectedPersonBirthDate.isna()).sum() * 50 > len(child_identifiers))


rule.column(
    "4180",
    "Sex (until 2023-24 gender) is missing or not a listed code",
    advice="Record the child's sex: M, F or U (until 2023-24 gender 0, 1, 2 or 9).",
)
rule.column(
    "4220",
    "Ethnic group is missing or not a listed code",
    advice="Record the ethnic group; use REFU when it was declined, NOBT when it was not obtained yet.",
)
rule.column(
    "8500",
    "Child has no id",
    advice="Every child needs the id of the case system; look for a record that was made outside it.",
)


@rule(
    "8510",
    "Child's id is used for more than one child",
    flags="child_identifiers.LAchildID",
    advice="Merge the records if it is one child, else give each child its own id.",
    across="LAchildID",
)
def same_id(child_identifiers):
    return child_identifiers.LAchildID.duplicated(keep=False)


@rule(
    "8520",
    "Child is born after the end of the collection year",
    flags="child_identifiers.PersonBirthDate",
    advice="Correct the date of birth; for an unborn child record the expected date of birth instead.",
)
def born_later(child_identifiers, period):
    return child_identifiers.PersonBirthDate > day(period.end)


@rule(
    "8525Q",
    "Child has both a date of birth and an expected one, or neither",
    flags="child_identifiers.PersonBirthDate child_identifiers.ExpectedPersonBirthDate",
    advice="Give the date of birth of a born child, the expected date of an unborn one, never both.",
    together="child",
)
def one_birth_date(child_identifiers):
    return child_identifiers.PersonBirthDate.notna() == child_identifiers.ExpectedPersonBirthDate.notna()


@rule(
    "8530Q",
    "Expected date of birth is over 30 days before or 9 months after the year's end",
    flags="child_identifiers.ExpectedPersonBirthDate",
    advice="If the child has been born record the date of birth, else correct the expected date.",
)
def expected_far_away(child_identifiers, period):
    expected = child_identifiers.ExpectedPersonBirthDate
    return (expected < day(period.end) - pd.DateOffset(days=30)) | (
        expected > day(period.end) + pd.DateOffset(months=9)
    )


@rule(
    "8535Q",
    "Child died before the date of birth, or has a date of death but none of birth",
    flags="child_identifiers.PersonDeathDate child_identifiers.PersonBirthDate",
    advice="Check both dates on the child's record; a child with a date of death needs the date of birth too.",
)
def died_before_birth(child_identifiers):
    born, died = child_identifiers.PersonBirthDate, child_identifiers.PersonDeathDate
    return died.notna() & (born.isna() | (born > died))


@rule(
    "8545Q",
    "Date of death is not in the collection year",
    flags="child_identifiers.PersonDeathDate",
    advice="Check the date of death; a child who died before the year should have no episode in it.",
)
def death_outside_year(child_identifiers, period):
    return outside(child_identifiers.PersonDeathDate, period)


@rule(
    "8585Q",
    "Episode was closed because the child died, but there is no date of death",
    flags="child_identifiers.PersonDeathDate cin_details.ReasonForClosure",
    advice="Record the date of death, or correct the reason for closure.",
)
def death_without_date(child_identifiers, cin_details):
    child, episode = matched(child_identifiers, cin_details, "child")
    return flagged((episode.ReasonForClosure == "RC2") & child.PersonDeathDate.isna(), child, episode)


@rule(
    "8590",
    "Child has no episode of need",
    flags="child_identifiers.LAchildID",
    advice="Each child in the census needs a referral in the year or open in it; add the episode or leave the child "
    "out.",
    together="child",
)
def no_episode(child_identifiers, cin_details):
    return ~has(child_identifiers, "child", cin_details)


@rule(
    "8750",
    "Gender of an unborn child is missing or not 0",
    flags="child_identifiers.GenderCurrent child_identifiers.PersonBirthDate child_identifiers.ExpectedPersonBirthDate",
    advice="Use gender 0 until the child is born; if born, record the date of birth.",
    until="2023-24",
)
def gender_before_birth(child_identifiers):
    unborn = child_identifiers.ExpectedPersonBirthDate.notna() & child_identifiers.PersonBirthDate.isna()
    return unborn & (child_identifiers.GenderCurrent != "0")


@rule(
    "8750",
    "Sex of an unborn child is missing or not U",
    flags="child_identifiers.Sex child_identifiers.PersonBirthDate child_identifiers.ExpectedPersonBirthDate",
    advice="Use sex U until the child is born; if born, record the date of birth.",
    since="2024-25",
)
def sex_before_birth(child_identifiers):
    unborn = child_identifiers.ExpectedPersonBirthDate.notna() & child_identifiers.PersonBirthDate.isna()
    return unborn & (child_identifiers.Sex != "U")


def _upn_wanting(child_identifiers, cin_details, codes, of_school_age):
    acceptable = codes.upn_unknown - {"UN1"}
    went_on = has(child_identifiers, "child", cin_details, no(cin_details.ReferralNFA, any_case=True))
    without = child_identifiers.UPN.isna() & ~child_identifiers.UPNunknown.str.upper().isin(acceptable)
    return went_on & without & of_school_age


@rule(
    "8770Q",
    "School-age child in need has no UPN and no good reason for that",
    flags="child_identifiers.UPN child_identifiers.UPNunknown",
    advice="Get the UPN from the school or the authority's pupil database, or give the reason (UN2 to UN7) why there "
    "is none.",
    until="2023-24",
)
def six_without_upn(child_identifiers, cin_details, codes, period):
    born_before = years_after(day(period.end), -6)
    return _upn_wanting(child_identifiers, cin_details, codes, child_identifiers.PersonBirthDate < born_before)


@rule(
    "8770Q",
    "School-age child in need has no UPN and no good reason for that",
    flags="child_identifiers.UPN child_identifiers.UPNunknown",
    advice="Get the UPN from the school or the authority's pupil database, or give the reason (UN2 to UN7) why there "
    "is none.",
    since="2024-25",
)
def five_in_august_without_upn(child_identifiers, cin_details, codes, period):
    born_by = pd.Timestamp(period.year - 6, 8, 31)
    return _upn_wanting(child_identifiers, cin_details, codes, child_identifiers.PersonBirthDate <= born_by)


@rule(
    "8772",
    "UN7 is given, but the child's referrals are not all marked as no further action",
    flags="child_identifiers.UPNunknown cin_details.ReferralNFA",
    advice="UN7 is for children all of whose referrals ended with no further action; give the UPN or another reason.",
)
def un7_with_action(child_identifiers, cin_details):
    un7 = child_identifiers.UPNunknown == "UN7"
    went_on = ~yes(cin_details.ReferralNFA, any_case=True)
    unfounded = has(child_identifiers, "child", cin_details, went_on) | ~has(child_identifiers, "child", cin_details)
    return {
        "ChildIdentifiers": un7 & unfounded,
        "CINdetails": went_on & has(cin_details, "child", child_identifiers, un7),
    }


@rule(
    "8775Q",
    "Person is over 25 and has an episode open beyond the 25th birthday",
    flags="child_identifiers.PersonBirthDate cin_details.CINclosureDate",
    advice="Check the date of birth; close the episode if services to the young person have ended.",
)
def over_25(child_identifiers, cin_details, period):
    person, episode = matched(child_identifiers, cin_details, "child")
    ran_on = episode.CINclosureDate.isna() | (episode.CINclosureDate > years_after(person.PersonBirthDate, 25))
    return flagged((person.PersonBirthDate < years_after(day(period.end), -25)) & ran_on, person, episode)
