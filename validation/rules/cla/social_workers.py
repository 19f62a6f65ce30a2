"""Social workers of the child: who, from when to when, why they changed.

A row without a readable start comes after the others of the child where the order is by start, unless a rule says
otherwise.
"""

import datetime as dt

from validation.rules.cla.book import rule
from validation.rules.cla.care import LONG_AGO, short_break
from validation.words import (
    all_given,
    blank,
    consecutive,
    day,
    days_between,
    has,
    last_by,
    matched,
    on,
    outside,
    unlisted,
    years_after,
)

FIRST_DAY = day(dt.date(2023, 4, 1))  # of the first year that asks for social workers
LAST_DAYS = dt.timedelta(days=5)


def undated_first(sw_episodes):
    """The rows, those without a start before all others."""
    return sw_episodes.assign(SW_DECOM=sw_episodes.SW_DECOM.fillna(LONG_AGO))


@rule(
    "SW01STG1",
    "Looked after on 31 March without a complete record of a social worker",
    flags="episodes.DEC",
    advice="Give social worker, start and reason for at least one social worker of the child, or the end of care.",
    severity="error",
    confidence="inferred",
    since="2023-24",
    until="2023-24",
    stage=1,
)
def no_social_worker(episodes, sw_episodes):
    complete = all_given(sw_episodes, "SW_ID", "SW_DECOM", "SW_REASON")
    looked_after = blank(episodes, "DEC") & ~short_break(episodes)
    return looked_after & ~has(episodes, "child", sw_episodes, complete)


@rule(
    "SW01aSTG1",
    "Social worker from before 1 April 2023 has no id, or no start is given",
    flags="sw_episodes.SW_DECOM sw_episodes.SW_ID",
    advice="Give the start and the registration number of the social worker.",
    severity="error",
    since="2024-25",
    stage=1,
)
def incomplete_before(sw_episodes):
    early = sw_episodes.SW_DECOM < FIRST_DAY
    return sw_episodes.SW_DECOM.isna() | (early & sw_episodes.SW_ID.isna())


@rule(
    "SW01bSTG1",
    "Social worker from 1 April 2023 on has no id or reason, or no start is given",
    flags="sw_episodes.SW_DECOM sw_episodes.SW_ID sw_episodes.SW_REASON",
    advice="Give the start, the registration number of the social worker and the reason for the change.",
    severity="error",
    since="2024-25",
    stage=1,
)
def incomplete_since(sw_episodes):
    late = sw_episodes.SW_DECOM >= FIRST_DAY
    return sw_episodes.SW_DECOM.isna() | (late & (sw_episodes.SW_ID.isna() | sw_episodes.SW_REASON.isna()))


@rule(
    "SW02STG1",
    "Id of the social worker does not begin with SW or XX",
    flags="sw_episodes.SW_ID",
    advice="Give the registration number of the social worker (SW and digits), or XX where there is none.",
    severity="error",
    since="2023-24",
    stage=1,
)
def wrong_id(sw_episodes):
    return ~sw_episodes.SW_ID.str[:2].isin({"SW", "XX"})


@rule(
    "SW03STG1",
    "Record of a social worker lacks id, start or reason",
    flags="sw_episodes.SW_ID sw_episodes.SW_DECOM sw_episodes.SW_REASON",
    advice="Give the registration number of the social worker, the start and the reason for the change.",
    severity="error",
    since="2023-24",
    until="2023-24",
    stage=1,
)
def incomplete(sw_episodes):
    return ~all_given(sw_episodes, "SW_ID", "SW_DECOM", "SW_REASON")


rule.column(
    "SW04STG1",
    "Day on which the social worker began cannot be read",
    advice="Give the start as dd/mm/yyyy.",
    stage=1,
)

rule.column(
    "SW05STG1",
    "Day on which the social worker ended cannot be read",
    advice="Give the end as dd/mm/yyyy, or leave it out while it goes on.",
    stage=1,
)


@rule(
    "SW06STG2",
    "Social worker begins after the end of the year",
    flags="sw_episodes.SW_DECOM",
    advice="Leave out social workers who begin after 31 March, or correct the start.",
    severity="error",
    since="2023-24",
    stage=2,
)
def starts_after_year(sw_episodes, period):
    return sw_episodes.SW_DECOM > day(period.end)


@rule(
    "SW07STG2",
    "Social worker ends before the year or after it",
    flags="sw_episodes.SW_DEC",
    advice="Leave out those who ended before the year; who ended after 31 March is sent without an end.",
    severity="error",
    since="2023-24",
    until="2023-24",
    stage=2,
)
def ends_outside_year(sw_episodes, period):
    return outside(sw_episodes.SW_DEC, period)


@rule(
    "SW07STG2",
    "Social worker ends before the year before this one, or after this year",
    flags="sw_episodes.SW_DEC",
    advice="Leave out those who ended earlier; who ended after 31 March is sent without an end.",
    severity="error",
    since="2024-25",
    stage=2,
)
def ends_outside_two_years(sw_episodes, period):
    too_early = sw_episodes.SW_DEC < years_after(day(period.start), -1)
    return too_early | (sw_episodes.SW_DEC > day(period.end))


@rule(
    "SW08STG2",
    "Social worker has no end although a later one began",
    flags="sw_episodes.SW_DEC",
    advice="Give the end of every social worker of the child but the last.",
    severity="error",
    since="2023-24",
    stage=2,
)
def open_before_the_last(sw_episodes):
    before, _ = consecutive(sw_episodes, "child", "SW_DECOM")
    return on(before, before.SW_DEC.isna() & before.SW_DECOM.notna())


@rule(
    "SW09STG2",
    "Social worker begins and ends on the same day",
    flags="sw_episodes.SW_DECOM sw_episodes.SW_DEC",
    advice="Check both dates; leave out who was recorded by mistake.",
    severity="query",
    since="2023-24",
    stage=2,
)
def no_day(sw_episodes):
    return sw_episodes.SW_DEC == sw_episodes.SW_DECOM


def far_from_the_end_before(sw_episodes):
    """The second of neighbours, and whether it begins on no day within a week of the end of the first."""
    before, after = consecutive(sw_episodes, "child", "SW_DECOM", "SW_DEC")
    return after, ~(days_between(before.SW_DEC, after.SW_DECOM).abs() <= 7)


@rule(
    "SW10STG2",
    "Social worker does not begin within 7 days of the end of the one before",
    flags="sw_episodes.SW_DECOM",
    advice="Check the start, and the end of the social worker before; give a worker who is missing in between.",
    severity="query",
    since="2023-24",
    until="2023-24",
    stage=2,
)
def gap_or_overlap(sw_episodes):
    after, far = far_from_the_end_before(sw_episodes)
    return on(after, far)


@rule(
    "SW10STG2",
    "Social worker (no first contact) does not begin within 7 days of the end of the one before",
    flags="sw_episodes.SW_DECOM",
    advice="Check the start, and the end of the social worker before; give a worker who is missing in between.",
    severity="query",
    since="2024-25",
    stage=2,
)
def gap_or_overlap_but_first_contact(sw_episodes):
    after, far = far_from_the_end_before(sw_episodes)
    return on(after, far & (after.SW_REASON != "FCONTA"))


@rule(
    "SW11aSTG2",
    "Social worker ended before the last days of the year, and none began within 5 days",
    flags="sw_episodes.SW_DEC",
    advice="Give the next social worker, or correct the end; nothing is wrong where the child had left care.",
    severity="query",
    confidence="inferred",
    since="2023-24",
    until="2023-24",
    stage=2,
)
def not_followed(sw_episodes, period):
    before, after = consecutive(undated_first(sw_episodes), "child", "SW_DECOM")
    followed = on(before, days_between(before.SW_DEC, after.SW_DECOM).abs() <= 5)
    ended = sw_episodes.SW_DEC <= day(period.end) - LAST_DAYS
    return ended & has(sw_episodes, "child", sw_episodes) & ~followed


@rule(
    "SW11bSTG2",
    "Last social worker of the child ended from 26 to 31 March",
    flags="sw_episodes.SW_DEC",
    advice="Give the next social worker, or correct the end; nothing is wrong where the child had left care.",
    severity="query",
    confidence="inferred",
    since="2023-24",
    stage=2,
)
def ended_with_the_year(sw_episodes, period):
    ended = (sw_episodes.SW_DEC >= day(period.end) - LAST_DAYS) & (sw_episodes.SW_DEC <= day(period.end))
    return ended & last_by(undated_first(sw_episodes), "child", "SW_DECOM")


def uncovered(episodes, sw_episodes, dates):
    """Episodes at whose `dates` no social worker of the child was there: begun by that day and not ended before it."""
    episode, worker = matched(episodes, sw_episodes, "child")
    return ~on(episode, (worker.SW_DECOM <= episode(dates)) & ~(worker.SW_DEC < episode(dates)))


def without_social_worker(episodes, sw_episodes):
    """Starts and ends of care, short breaks apart, at which no social worker of the child was there."""
    ends = (episodes.REC != "X1") & (episodes.REC.notna() | episodes.DEC.notna())
    nobody_first = (episodes.RNE == "S") & uncovered(episodes, sw_episodes, episodes.DECOM)
    return ~short_break(episodes) & (nobody_first | (ends & uncovered(episodes, sw_episodes, episodes.DEC)))


@rule(
    "SW12STG2",
    "Care begins or ends without a social worker",
    flags="episodes.DECOM episodes.DEC",
    advice="Give the social workers of the child from the start of care to its end.",
    severity="error",
    confidence="inferred",
    since="2023-24",
    until="2023-24",
    stage=2,
)
def nobody_at_start_or_end(episodes, sw_episodes):
    return without_social_worker(episodes, sw_episodes)


@rule(
    "SW12STG2",
    "Care begins or ends without a social worker, in this year or the one before",
    flags="episodes.DECOM episodes.DEC",
    advice="Give the social workers of the child from the start of care to its end.",
    severity="error",
    confidence="inferred",
    since="2024-25",
    stage=2,
)
def nobody_at_start_or_end_in_two_years(episodes, sw_episodes, period):
    in_two_years = (episodes.DEC >= years_after(day(period.start), -1)) & (episodes.DEC <= day(period.end))
    return (episodes.DEC.isna() | in_two_years) & without_social_worker(episodes, sw_episodes)


@rule(
    "SW13STG1",
    "Reason for the change of social worker is missing or not a known code",
    flags="sw_episodes.SW_REASON",
    advice="Give the code of why the social worker changed.",
    severity="error",
    since="2023-24",
    until="2023-24",
    stage=1,
)
def no_reason(sw_episodes, codes):
    return ~sw_episodes.SW_REASON.isin(codes.social_worker_reason)


@rule(
    "SW13STG1",
    "Reason for the change of social worker is not a known code, or missing since 1 April 2023",
    flags="sw_episodes.SW_REASON",
    advice="Give the code of why the social worker changed; those from before 1 April 2023 need none.",
    severity="error",
    since="2024-25",
    stage=1,
)
def no_reason_since(sw_episodes, codes):
    lacking = sw_episodes.SW_REASON.isna() & (sw_episodes.SW_DECOM >= FIRST_DAY)
    return lacking | unlisted(sw_episodes.SW_REASON, codes.social_worker_reason)


@rule(
    "SW14STG2",
    "Social worker who is not the child's last has no end",
    flags="sw_episodes.SW_DEC",
    advice="Give the end of every social worker of the child but the last, and the start of each.",
    severity="error",
    since="2023-24",
    until="2023-24",
    stage=2,
)
def open_but_not_last(sw_episodes):
    before, _ = consecutive(sw_episodes, "child", "SW_DECOM")
    return on(before, before.SW_DEC.isna())


@rule(
    "SW17STG2",
    "Last social worker of the child has an end",
    flags="sw_episodes.SW_DEC sw_episodes.SW_DECOM",
    advice="Give the social worker of 31 March without an end; nothing is wrong where the child had left care.",
    severity="query",
    since="2025-26",
    stage=2,
)
def last_has_ended(sw_episodes):
    return ~blank(sw_episodes, "SW_DEC") & last_by(undated_first(sw_episodes), "child", "SW_DECOM")
