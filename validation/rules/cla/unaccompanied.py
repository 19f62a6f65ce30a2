"""Unaccompanied asylum-seeking children: indicator and end of the status, alone, by age and beside last year."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import in_year
from validation.words import (
    any_given,
    blank,
    day,
    flagged,
    has,
    inside,
    matched,
    on,
    unreadable,
    years_after,
)

OUTCOMES = ["IN_TOUCH", "ACTIV", "ACCOM"]
CHECK_STATUS = "Check the indicator and the day on which the status ceased (DUC) in this year's and last year's return."


def _unaccompanied(header):
    return header.UASC == "1"


def _not_unaccompanied(header):
    return header.UASC.isna() | (header.UASC == "0")


def _was_unaccompanied(uasc, previous_uasc, previous_header):
    """Children who were so last year, by row and by indicator."""
    by_indicator = has(uasc, "child", previous_header, _unaccompanied(previous_header))
    return has(uasc, "child", previous_uasc) & by_indicator


def _with_header(uasc, wrong, header, status, *, or_none):
    """The rows `wrong` and those of Header, where that one's `status` holds; `or_none`: also without a row there."""
    there = has(uasc, "child", header, status)
    there = there | ~has(uasc, "child", header) if or_none else there
    return {"UASC": wrong & there, "Header": status & has(header, "child", uasc, wrong)}


@rule(
    "1014",
    "Care leaver who was not in care in the year has a row as an asylum-seeking child",
    flags="uasc.DUC oc3.IN_TOUCH oc3.ACTIV oc3.ACCOM",
    advice="Leave care leavers out of the table of unaccompanied children, or correct the episodes.",
    severity="error",
    together="child",
)
def status_of_a_leaver(episodes, uasc, oc3, period):
    said = any_given(oc3, *OUTCOMES)

    def out_of_care(frame):
        return has(frame, "child", episodes) & ~has(frame, "child", episodes, in_year(episodes, period))

    return {
        "UASC": out_of_care(uasc) & has(uasc, "child", oc3, said),
        "OC3": out_of_care(oc3) & said & has(oc3, "child", uasc),
    }


@rule(
    "104",
    "Day on which the asylum status ceased cannot be read or lies before the year",
    flags="uasc.DUC",
    advice="Give the day in the year on which the status ceased; leave out who lost it before.",
    severity="error",
)
def ceased_before_the_year(uasc, period):
    return unreadable(uasc, "DUC") | (uasc.DUC < day(period.start))


@rule(
    "205A",
    "Unaccompanied last year and no longer, without an end of the status in that year",
    flags="uasc.CHILD header.UASC",
    advice=CHECK_STATUS,
    severity="error",
)
def status_lost(uasc, header, previous_uasc, previous_header, period):
    start = day(period.start)
    ceased = previous_uasc.DUC
    then = has(uasc, "child", previous_uasc, ~((ceased >= years_after(start, -1)) & (ceased < start)))
    wrong = _was_unaccompanied(uasc, previous_uasc, previous_header) & (~blank(uasc, "DUC") | then)
    return _with_header(uasc, wrong, header, ~_unaccompanied(header), or_none=True)


@rule(
    "205B",
    "Unaccompanied in both years, but the ends of the status do not fit together",
    flags="uasc.DUC header.UASC",
    advice=CHECK_STATUS,
    severity="error",
)
def status_kept(uasc, header, previous_uasc, previous_header, period):
    now, before = matched(uasc, previous_uasc, "child")
    moved = ~inside(now.DUC, period) & ~(now.DUC == before.DUC)
    came_of_age = before.DUC == years_after(before.DOB, 18)
    wrong = _was_unaccompanied(uasc, previous_uasc, previous_header) & on(now, moved | ~came_of_age)
    return _with_header(uasc, wrong, header, _unaccompanied(header), or_none=False)


@rule(
    "205C",
    "Not unaccompanied in either year, but the status has an end",
    flags="uasc.DUC header.UASC",
    advice=CHECK_STATUS,
    severity="error",
)
def status_never_had(uasc, header, previous_uasc, previous_header):
    unknown_then = ~has(uasc, "child", previous_uasc) | ~has(uasc, "child", previous_header)
    not_then = unknown_then | has(uasc, "child", previous_header, _not_unaccompanied(previous_header))
    ceased = uasc.DUC.notna() | has(uasc, "child", previous_uasc, previous_uasc.DUC.notna())
    return _with_header(uasc, not_then & ceased, header, _not_unaccompanied(header), or_none=True)


@rule(
    "205D",
    "Unaccompanied this year, but in last year's return without the status",
    flags="header.UASC",
    advice="Check the indicator in this year's return and in last year's.",
    severity="query",
)
def status_gained(header, previous_header):
    return _unaccompanied(header) & has(header, "child", previous_header, ~_unaccompanied(previous_header))


@rule(
    "231",
    "Unaccompanied child is under 11 at the end of the year",
    flags="header.DOB",
    advice="Check the date of birth and the indicator; if both are right, say so to the Department.",
    since="2024-25",
    severity="query",
)
def unaccompanied_under_11(header, period):
    return _unaccompanied(header) & (header.DOB > years_after(day(period.end), -11))


@rule(
    "303",
    "Asylum status has an end, but the indicator does not say that the child had it",
    flags="uasc.DUC header.UASC",
    advice="Give 1 for who was unaccompanied at some time in the year, else leave the end of the status blank.",
    severity="error",
)
def end_without_status(uasc, header):
    row, child = matched(uasc, header, "child")
    return flagged(row(~blank(uasc, "DUC")) & (child.UASC != "1"), row, child)


@rule(
    "304",
    "Asylum status ceased after the child turned 18",
    flags="uasc.DUC",
    advice="Check the date of birth; the status ceases on the 18th birthday at the latest.",
    severity="error",
)
def ceased_after_18(uasc):
    return uasc.DUC > years_after(uasc.DOB, 18)
