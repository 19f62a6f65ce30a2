"""Child in need plans."""

from validation.rules.cin.book import rule
from validation.words import day, during, flagged, how_many, matched, on, outside, overlapping, yes


@rule(
    "4000",
    "No-further-action referral has a child in need plan",
    flags="cin_plan_dates.LAchildID cin_details.ReferralNFA",
    advice="Correct the no-further-action flag, or move the plan to the referral it belongs to.",
)
def plan_on_no_action(cin_plan_dates, cin_details):
    plan, episode = matched(cin_plan_dates, cin_details, "episode")
    return flagged(yes(episode.ReferralNFA), plan, episode)


@rule(
    "4001",
    "Child in need plan and child protection plan are open together",
    flags="child_protection_plans.CPPendDate cin_plan_dates.CINPlanEndDate",
    advice="A child has one or the other: end the child in need plan when the protection plan starts.",
)
def both_open(child_protection_plans, cin_plan_dates):
    protection, plan = matched(child_protection_plans, cin_plan_dates, "episode")
    plan_open = plan.CINPlanStartDate.notna() & plan.CINPlanEndDate.isna()
    return flagged(protection.CPPendDate.isna() & plan_open, protection, plan)


@rule(
    "4003",
    "Child protection review is held during a child in need plan",
    flags="reviews.CPPreviewDate child_protection_plans.CPPendDate cin_plan_dates.CINPlanStartDate",
    advice="Correct the date of the review, or the dates of the child in need plan, which starts when protection ends.",
    together="episode",
)
def review_during_plan(reviews, child_protection_plans, cin_plan_dates):
    review, plan = matched(reviews, cin_plan_dates, "episode")
    going_on = (review.CPPreviewDate >= plan.CINPlanStartDate) & (
        plan.CINPlanEndDate.isna() | (review.CPPreviewDate < plan.CINPlanEndDate)
    )
    held, protection = matched(reviews, child_protection_plans, "plan")
    failing = held(on(review, going_on)) & (held.CPPreviewDate != protection.CPPendDate)
    marks = flagged(failing, held, protection)
    return marks | {"CINplanDates": on(plan, going_on & review(marks["Reviews"]))}


@rule(
    "4004",
    "Episode has several open child in need plans",
    flags="cin_plan_dates.CINPlanEndDate",
    advice="End the earlier plan, or remove the one recorded twice.",
    together="episode",
)
def open_twice(cin_plan_dates):
    still_open = cin_plan_dates.CINPlanEndDate.isna()
    return still_open & (how_many(cin_plan_dates, "episode", cin_plan_dates, still_open) >= 2)


@rule(
    "4008",
    "Child in need plan starts after the date of death",
    flags="child_identifiers.PersonDeathDate cin_plan_dates.CINPlanStartDate",
    advice="Check the date of death and the start of the plan.",
)
def starts_after_death(child_identifiers, cin_plan_dates):
    child, plan = matched(child_identifiers, cin_plan_dates, "child")
    return flagged(plan.CINPlanStartDate > child.PersonDeathDate, child, plan)


@rule(
    "4009Q",
    "Child in need plan ends after the date of death",
    flags="child_identifiers.PersonDeathDate cin_plan_dates.CINPlanEndDate",
    advice="Check the date of death; the plan ends on that day at the latest.",
)
def ends_after_death(child_identifiers, cin_plan_dates):
    child, plan = matched(child_identifiers, cin_plan_dates, "child")
    return flagged(plan.CINPlanEndDate > child.PersonDeathDate, child, plan)


@rule(
    "4010",
    "Start of a child in need plan is missing or after the end of the year",
    flags="cin_plan_dates.CINPlanStartDate",
    advice="Record the start of the plan; leave out plans that start after 31 March.",
)
def start_date(cin_plan_dates, period):
    return cin_plan_dates.CINPlanStartDate.isna() | (cin_plan_dates.CINPlanStartDate > day(period.end))


@rule(
    "4011",
    "Child in need plan ends before it starts",
    flags="cin_plan_dates.CINPlanEndDate cin_plan_dates.CINPlanStartDate",
    advice="Correct the start or the end of the plan.",
)
def ends_before_start(cin_plan_dates):
    return cin_plan_dates.CINPlanEndDate < cin_plan_dates.CINPlanStartDate


@rule(
    "4012Q",
    "Child in need plan ends on the day it starts",
    flags="cin_plan_dates.CINPlanStartDate cin_plan_dates.CINPlanEndDate",
    advice="Check both dates; remove a plan that was recorded by mistake.",
)
def no_day(cin_plan_dates):
    return cin_plan_dates.CINPlanStartDate == cin_plan_dates.CINPlanEndDate


@rule(
    "4013",
    "Child in need plan ends outside the collection year",
    flags="cin_plan_dates.CINPlanEndDate",
    advice="Leave out plans that ended before the year; send a plan that ended after 31 March as open.",
)
def ends_outside_year(cin_plan_dates, period):
    return outside(cin_plan_dates.CINPlanEndDate, period)


@rule(
    "4014",
    "Child's child in need plans overlap",
    flags="cin_plan_dates.CINPlanStartDate cin_plan_dates.CINPlanEndDate",
    advice="End the first plan before the day on which the next starts.",
    together="child",
)
def plans_overlap(cin_plan_dates, period):
    end = cin_plan_dates.CINPlanEndDate.fillna(day(period.end))
    return overlapping(cin_plan_dates, "child", cin_plan_dates.CINPlanStartDate, end)


@rule(
    "4015",
    "Child in need plan starts before the referral",
    flags="cin_plan_dates.CINPlanStartDate cin_details.CINreferralDate",
    advice="Correct the start of the plan or the date of referral, or move the plan to the referral it followed.",
)
def before_referral(cin_plan_dates, cin_details):
    plan, episode = matched(cin_plan_dates, cin_details, "episode")
    return flagged(plan.CINPlanStartDate < episode.CINreferralDate, plan, episode)


@rule(
    "4016",
    "Child in need plan starts during a child protection plan",
    flags="cin_plan_dates.CINPlanStartDate child_protection_plans.CPPstartDate child_protection_plans.CPPendDate",
    advice="The child in need plan may start on the day the protection plan ends, not before.",
    together="child",
)
def starts_under_protection(cin_plan_dates, child_protection_plans, period):
    plan, protection = matched(cin_plan_dates, child_protection_plans, "child")
    return flagged(
        during(plan.CINPlanStartDate, protection.CPPstartDate, protection.CPPendDate, period), plan, protection
    )


@rule(
    "4017",
    "Child protection plan starts during a child in need plan",
    flags="child_protection_plans.CPPstartDate cin_plan_dates.CINPlanStartDate cin_plan_dates.CINPlanEndDate",
    advice="End the child in need plan on or before the day the protection plan starts.",
    together="child",
)
def protection_starts_during(child_protection_plans, cin_plan_dates, period):
    protection, plan = matched(child_protection_plans, cin_plan_dates, "child")
    return flagged(
        during(protection.CPPstartDate, plan.CINPlanStartDate, plan.CINPlanEndDate, period), protection, plan
    )
