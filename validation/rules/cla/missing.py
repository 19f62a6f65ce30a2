"""Missing from care, and away without leave: dates and type, periods of care, last year."""

import pandas as pd

from validation.rules.cla.book import rule
from validation.rules.cla.care import after_unfinished, ends_in_no_care, periods_of_care
from validation.words import any_given, blank, day, first_by, has, matched, on, outside, years_after

FAR_OFF = pd.Timestamp("2099-01-01")

rule.column(
    "1004",
    "Start of the absence is missing or cannot be read",
    advice="Give the day on which the child went missing or away.",
)
rule.column(
    "1005",
    "End of the absence cannot be read",
    advice="Give the day on which the child came back as dd/mm/yyyy, or leave it out while the child is away.",
)
rule.column(
    "1006",
    "Type of the absence is neither missing nor away",
    advice="Give M for missing from care, A for away without authorisation.",
)


@rule(
    "564",
    "Child is said to be missing or away, but not since when",
    flags="missing.MISSING missing.MIS_START",
    advice="Give the start of the absence, or leave the row out.",
    severity="error",
)
def type_without_start(missing, codes):
    return missing.MISSING.isin(codes.missing_type) & blank(missing, "MIS_START")


@rule(
    "565",
    "Start of an absence is given, but not whether missing or away",
    flags="missing.MISSING missing.MIS_START",
    advice="Say whether the child was missing (M) or away without authorisation (A).",
    severity="error",
)
def start_without_type(missing):
    return any_given(missing, "MIS_START") & missing.MISSING.isna()


@rule(
    "566",
    "End of an absence is given, but not whether missing or away",
    flags="missing.MISSING missing.MIS_END",
    advice="Say whether the child was missing (M) or away without authorisation (A).",
    severity="error",
)
def end_without_type(missing):
    return any_given(missing, "MIS_END") & missing.MISSING.isna()


@rule(
    "567",
    "Absence ends before it starts",
    flags="missing.MIS_START missing.MIS_END",
    advice="Correct the start or the end of the absence.",
    severity="error",
)
def end_before_start(missing):
    return missing.MIS_START > missing.MIS_END


@rule(
    "570",
    "Absence starts after the end of the year",
    flags="missing.MIS_START",
    advice="Correct the start; absences of the next year belong in next year's return.",
    severity="error",
)
def start_after_year(missing, period):
    return missing.MIS_START > day(period.end)


@rule(
    "571",
    "Absence ends before the year or after it",
    flags="missing.MIS_END",
    advice="Correct the end; leave it out if the child was still away on 31 March.",
    severity="error",
)
def end_outside_year(missing, period):
    return outside(missing.MIS_END, period)


@rule(
    "574",
    "Absence starts before the one before it has ended",
    flags="missing.MIS_START missing.MIS_END",
    advice="End each absence before the next one starts, or give the two as one.",
    severity="error",
)
def overlapping_absences(missing):
    return after_unfinished(missing, "MIS_START", "MIS_END")


@rule(
    "575",
    "Episode has ended, but not the absence that started in it",
    flags="missing.MIS_END",
    advice="Give the end of the absence, at the latest the day on which the placement ended.",
    severity="error",
)
def absence_outlasts_placement(episodes, missing):
    absence, episode = matched(missing, episodes, "child")
    started = (episode.DECOM <= absence.MIS_START) & (absence.MIS_START <= episode.DEC)
    return blank(missing, "MIS_END") & on(absence, started)


@rule(
    "576",
    "First absence of the year does not start as the one left open last year did",
    flags="missing.CHILD",
    advice="Repeat last year's open absence as the first of this year, with its start.",
    severity="error",
)
def open_absence_not_first(missing, previous_missing):
    first = first_by(missing.assign(MIS_START=missing.MIS_START.fillna(FAR_OFF)), "child", "MIS_START")
    absence, last_year = matched(missing, previous_missing, "child")
    left_open = last_year(blank(previous_missing, "MIS_END")) & last_year.MIS_START.notna()
    return first & on(absence, left_open & (absence.MIS_START != last_year.MIS_START))


@rule(
    "577",
    "Absence goes on after the child left care, or ends outside care",
    flags="missing.MIS_END",
    advice="Give an end within the time in care, at the latest the day on which the child left.",
    severity="error",
)
def absence_outlasts_care(episodes, missing):
    return ends_in_no_care(missing, "MIS_START", "MIS_END", episodes)


@rule(
    "578",
    "Absence starts when the child was not in care, or on the day of leaving",
    flags="missing.MIS_START",
    advice="Correct the start of the absence, or the episodes of the child.",
    severity="error",
    confidence="inferred",
)
def starts_out_of_care(episodes, missing):
    care = periods_of_care(episodes)
    absence, period = matched(missing, care, "child")
    in_care = (absence.MIS_START >= period.START) & ~(absence.MIS_START >= period.END)
    return missing.MIS_START.notna() & has(missing, "child", care) & ~on(absence, in_care)


@rule(
    "580",
    "Child left care on the 18th birthday while missing, but not for that reason",
    flags="episodes.REC",
    advice="Give E8 as the reason why the episode ended, or correct the dates.",
    severity="error",
)
def came_of_age_while_missing(missing, episodes):
    absence, episode = matched(missing, episodes, "child")
    at_18 = (years_after(absence.DOB, 18) == absence.MIS_END) & (absence.MIS_END == episode.DEC)
    return on(episode, at_18 & (episode.REC != "E8"))


@rule(
    "581",
    "Absence starts in none of the episodes of the child",
    flags="missing.MIS_START",
    advice="Correct the start of the absence, or the episodes of the child.",
    severity="error",
)
def starts_in_no_episode(episodes, missing):
    absence, episode = matched(missing, episodes, "child")
    within = (episode.DECOM <= absence.MIS_START) & ~(absence.MIS_START > episode.DEC)
    return has(missing, "child", episodes) & ~on(absence, within)


@rule(
    "586",
    "Absence starts before the child was born, or on that day",
    flags="missing.MIS_START",
    advice="Check the date of birth and the start of the absence.",
    severity="error",
)
def starts_by_birth(missing):
    return missing.MIS_START <= missing.DOB
