"""Child protection plans and their reviews."""

from validation.rules.cin.book import rule
from validation.words import day, flagged, has, how_many, inside, matched, on, outside, overlapping, yes


@rule(
    "1105",
    "Child protection plan starts before the referral",
    flags="child_protection_plans.CPPstartDate cin_details.CINreferralDate",
    advice="Correct the start of the plan or the date of referral, or move the plan to the referral it followed.",
)
def before_referral(child_protection_plans, cin_details):
    plan, episode = matched(child_protection_plans, cin_details, "episode")
    return flagged(plan.CPPstartDate < episode.CINreferralDate, plan, episode)


@rule(
    "2883",
    "More child protection plans start in the year than initial conferences are held",
    advice="Every plan starts at a conference: look for plans whose section 47 or episode has no conference date.",
    per="return",
)
def more_plans_than_conferences(child_protection_plans, cin_details, section47, period):
    conferences = inside(cin_details.DateOfInitialCPC, period).sum() + inside(section47.DateOfInitialCPC, period).sum()
    return bool(inside(child_protection_plans.CPPstartDate, period).sum() > conferences)


@rule(
    "2885",
    "Child protection plan does not start on the day of its episode's initial conference",
    flags="child_protection_plans.CPPstartDate section47.DateOfInitialCPC cin_details.DateOfInitialCPC",
    advice="The plan starts on the day of the conference: correct the date that is wrong, or add the conference that "
    "is missing.",
)
def not_at_conference(child_protection_plans, section47, cin_details, period):
    started = inside(child_protection_plans.CPPstartDate, period)
    wanted = ~yes(section47.ICPCnotRequired)
    plan, enquiry = matched(child_protection_plans, section47, "episode")
    by_enquiry = on(plan, plan(started) & enquiry(wanted) & (plan.CPPstartDate == enquiry.DateOfInitialCPC))
    unasked = started & ~has(child_protection_plans, "episode", section47, wanted)
    plan, episode = matched(child_protection_plans, cin_details, "episode")
    by_episode = on(plan, plan(unasked) & (plan.CPPstartDate == episode.DateOfInitialCPC))
    return {
        "ChildProtectionPlans": started & ~by_enquiry & ~by_episode,
        "Section47": wanted
        & has(section47, "episode", child_protection_plans, started)
        & ~has(section47, "episode", child_protection_plans, by_enquiry),
        "CINdetails": has(cin_details, "episode", child_protection_plans, unasked)
        & ~has(cin_details, "episode", child_protection_plans, by_episode),
    }


@rule(
    "8720",
    "Start of a child protection plan is missing or after the end of the year",
    flags="child_protection_plans.CPPstartDate",
    advice="Record the start of the plan; leave out plans that start after 31 March.",
)
def start_date(child_protection_plans, period):
    return child_protection_plans.CPPstartDate.isna() | (child_protection_plans.CPPstartDate > day(period.end))


rule.column(
    "8730",
    "Number of earlier child protection plans is missing, below zero or no whole number",
    advice="Record on the plan how many the child had before it, without this one; 0 if there were none.",
)


@rule(
    "8832",
    "No-further-action referral has a child protection plan",
    flags="child_protection_plans.LAchildID cin_details.ReferralNFA",
    advice="Correct the no-further-action flag, or move the plan to the referral it belongs to.",
)
def plan_on_no_action(child_protection_plans, cin_details):
    plan, episode = matched(child_protection_plans, cin_details, "episode")
    return flagged(yes(episode.ReferralNFA, any_case=True), plan, episode)


@rule(
    "8840",
    "Child protection plan ends on the day it starts",
    flags="child_protection_plans.CPPstartDate child_protection_plans.CPPendDate",
    advice="Correct one of the dates; remove a plan that was recorded by mistake.",
)
def no_day(child_protection_plans):
    return child_protection_plans.CPPstartDate == child_protection_plans.CPPendDate


@rule(
    "8841",
    "Review is not later than the start of the child protection plan",
    flags="child_protection_plans.CPPstartDate reviews.CPPreviewDate",
    advice="The initial conference is not a review: correct the date or remove the entry.",
)
def review_too_early(child_protection_plans, reviews):
    plan, review = matched(child_protection_plans, reviews, "plan")
    return flagged(review.CPPreviewDate <= plan.CPPstartDate, plan, review)


rule.column(
    "8842Q",
    "Review of a child protection plan has no date",
    advice="Record the date of the review, or remove the empty entry.",
)
rule.column(
    "8905",
    "Category of abuse at the plan's start is missing or not a listed code",
    advice="Record the category decided at the conference: NEG, PHY, SAB, EMO or MUL.",
)
rule.column(
    "8910",
    "Latest category of abuse is missing or not a listed code",
    advice="Record the category decided at the latest review: NEG, PHY, SAB, EMO or MUL.",
)


@rule(
    "8915",
    "Child protection plan starts after the date of death",
    flags="child_protection_plans.CPPstartDate child_identifiers.PersonDeathDate",
    advice="Check the date of death and the start of the plan.",
)
def starts_after_death(child_protection_plans, child_identifiers):
    plan, child = matched(child_protection_plans, child_identifiers, "child")
    return flagged(plan.CPPstartDate > child.PersonDeathDate, plan, child)


@rule(
    "8920",
    "Child protection plan ends after the date of death",
    flags="child_protection_plans.CPPendDate child_identifiers.PersonDeathDate",
    advice="Check the date of death; the plan ends on that day at the latest.",
)
def ends_after_death(child_protection_plans, child_identifiers):
    plan, child = matched(child_protection_plans, child_identifiers, "child")
    return flagged(plan.CPPendDate > child.PersonDeathDate, plan, child)


@rule(
    "8925",
    "Child protection plan ends before it starts",
    flags="child_protection_plans.CPPstartDate child_protection_plans.CPPendDate",
    advice="Correct one of the two dates.",
)
def ends_before_start(child_protection_plans):
    return child_protection_plans.CPPendDate < child_protection_plans.CPPstartDate


@rule(
    "8930",
    "Child protection plan ends outside the collection year",
    flags="child_protection_plans.CPPendDate",
    advice="Leave out plans that ended before the year; send a plan that ended after 31 March as open.",
)
def ends_outside_year(child_protection_plans, period):
    return outside(child_protection_plans.CPPendDate, period)


@rule(
    "8935",
    "Child has several open child protection plans",
    flags="child_protection_plans.CPPendDate",
    advice="End the earlier plan, or remove the one recorded twice.",
    together="child",
)
def open_twice(child_protection_plans):
    still_open = child_protection_plans.CPPendDate.isna()
    return still_open & (how_many(child_protection_plans, "child", child_protection_plans, still_open) >= 2)


@rule(
    "8940",
    "Child's child protection plans overlap",
    flags="child_protection_plans.CPPstartDate child_protection_plans.CPPendDate",
    advice="End the first plan before the day on which the next starts.",
    together="child",
)
def plans_overlap(child_protection_plans, period):
    end = child_protection_plans.CPPendDate.fillna(day(period.end))
    return overlapping(child_protection_plans, "child", child_protection_plans.CPPstartDate, end)
