"""Adoption in the year: decision, match, adopters, and the episode that ends with it."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import ADOPTED, FOR_ADOPTION
from validation.words import all_given, any_given, blank, either, first_of_last, flagged, has, inside, matched, on

ITEMS = ("DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR")
EVERY_ITEM = " ".join(f"ad1.{item}" for item in ITEMS)
SINGLE, SAME_SEX, BOTH_SEXES = frozenset({"M1", "F1"}), frozenset({"MM", "FF"}), "MF"
BY_CARER, BY_OTHERS = frozenset({"A2", "A3", "A5"}), frozenset({"A1", "A4", "A6"})

rule.column(
    "112",
    "Date of the decision that adoption is in the child's interest cannot be read",
    advice="Give the date of the decision as dd/mm/yyyy.",
)
rule.column(
    "113",
    "Date of the match with the adopters cannot be read",
    advice="Give the date of the match as dd/mm/yyyy.",
)
rule.column(
    "114",
    "Adoption by the former foster carer is neither 0 nor 1",
    advice="Say 1 where the carer who fostered the child adopts it, else 0.",
)


@rule(
    "134",
    "Care leaver also has details of an adoption",
    flags=EVERY_ITEM,
    advice="An adopted child is no care leaver: remove the details of the adoption, or those of the care leaver.",
    severity="error",
)
def care_leaver(oc3, ad1):
    leaver = has(ad1, "child", oc3, any_given(oc3, "IN_TOUCH", "ACTIV", "ACCOM"))
    return any_given(ad1, *ITEMS) & leaver


@rule(
    "151",
    "Adoption has some of its details, but not all",
    flags=EVERY_ITEM,
    advice="Give all six details of the adoption, or none of them.",
    severity="error",
)
def partly_given(ad1):
    return any_given(ad1, *ITEMS) & ~all_given(ad1, *ITEMS)


rule.column("175", "Number of adopters is neither 1 nor 2", advice="Give the number of adopters, 1 or 2.")
rule.column(
    "176",
    "Sex of the adopters is not a known code",
    advice="Give M1 or F1 for one adopter, MM, FF or MF for two.",
)
rule.column(
    "177",
    "Legal status of the adopters is not a known code",
    advice="Give how the adopters live: L0, L11, L12, L2, L3 or L4.",
)


@rule(
    "331",
    "Match with the adopters is dated after the start of the episode that ends in adoption",
    flags="ad1.DATE_MATCH episodes.DECOM episodes.REC",
    advice="Adopters are matched before the child moves in: check the date of the match and the start of the episode.",
    severity="error",
)
def matched_late(ad1, episodes):
    adoption, episode = matched(ad1, episodes, "child")
    adopted = episode.REC.isin(ADOPTED)
    return flagged(adopted & (adoption.DATE_MATCH > episode.DECOM), adoption, episode)


@rule(
    "333",
    "Match with the adopters comes without a decision for adoption, or before it",
    flags="ad1.DATE_INT",
    advice="Give the date of the decision for adoption; it is not after the match.",
    severity="error",
)
def matched_undecided(ad1):
    return (ad1.DATE_MATCH.notna() & ad1.DATE_INT.isna()) | (ad1.DATE_INT > ad1.DATE_MATCH)


@rule(
    "334",
    "Decision for adoption is dated before the child was last taken into care",
    flags="episodes.DECOM episodes.RNE ad1.DATE_INT",
    advice="Give the decision of the present period of care, or correct the start of that period.",
    severity="error",
)
def decided_before_care(episodes, ad1):
    started = first_of_last(episodes, "child", "DECOM", episodes.RNE == "S")
    episode, adoption = matched(episodes, ad1, "child")
    return flagged(episode(started) & (adoption.DATE_INT < episode.DECOM), episode, adoption)


@rule(
    "335",
    "Placement and adoption do not agree on whether the foster carer adopts the child",
    flags="episodes.PLACE ad1.FOSTER_CARE",
    advice="Correct the placement of the last episode, or whether the former foster carer adopts the child.",
    severity="error",
)
def other_adopter(episodes, ad1):
    episode, adoption = matched(episodes, ad1, "child")
    adopted = episode.REC.isin(ADOPTED | {"E1"})
    denied = episode.PLACE.isin(BY_CARER) & (adoption.FOSTER_CARE == "0")
    claimed = episode.PLACE.isin(BY_OTHERS) & (adoption.FOSTER_CARE == "1")
    return flagged(adopted & (denied | claimed), episode, adoption)


@rule(
    "511",
    "There are two adopters, but the sex is that of one",
    flags="ad1.NB_ADOPTR ad1.SEX_ADOPTR",
    advice="Correct the number of adopters, or give the sex of both (MM, FF or MF).",
    severity="error",
)
def two_as_one(ad1):
    return (ad1.NB_ADOPTR == "2") & ad1.SEX_ADOPTR.isin(SINGLE)


@rule(
    "514",
    "Adopter is single (L0), but the sex is not that of one adopter",
    flags="ad1.LS_ADOPTR ad1.SEX_ADOPTR",
    advice="Give M1 or F1 for a single adopter, or correct the legal status.",
    severity="error",
)
def single(ad1):
    return (ad1.LS_ADOPTR == "L0") & ~ad1.SEX_ADOPTR.isin(SINGLE)


@rule(
    "517",
    "Adopters are an unmarried couple of both sexes (L3), but their sex is not MF",
    flags="ad1.LS_ADOPTR ad1.SEX_ADOPTR",
    advice="Give MF for the sex of the adopters, or correct their legal status.",
    severity="error",
)
def unmarried(ad1):
    return (ad1.LS_ADOPTR == "L3") & (ad1.SEX_ADOPTR != BOTH_SEXES)


@rule(
    "518",
    "Adopters are an unmarried couple of one sex (L4), but their sex is neither MM nor FF",
    flags="ad1.LS_ADOPTR ad1.SEX_ADOPTR",
    advice="Give MM or FF for the sex of the adopters, or correct their legal status.",
    severity="error",
)
def unmarried_of_one_sex(ad1):
    return (ad1.LS_ADOPTR == "L4") & ~ad1.SEX_ADOPTR.isin(SAME_SEX)


@rule(
    "519",
    "Adopters are civil partners (L2), but the sex is not that of two",
    flags="ad1.LS_ADOPTR ad1.SEX_ADOPTR",
    advice="Give the sex of both partners (MM, FF or MF), or correct their legal status.",
    severity="error",
)
def civil_partners(ad1):
    return (ad1.LS_ADOPTR == "L2") & ~ad1.SEX_ADOPTR.isin(SAME_SEX | {BOTH_SEXES})


@rule(
    "520",
    "Adopters are husband and wife (L11), but their sex is not MF",
    flags="ad1.LS_ADOPTR ad1.SEX_ADOPTR",
    advice="Give MF for the sex of the married couple, or correct their legal status.",
    severity="error",
)
def married(ad1):
    return (ad1.LS_ADOPTR == "L11") & (ad1.SEX_ADOPTR != BOTH_SEXES)


@rule(
    "521",
    "Decision for adoption is dated after the child was placed with the adopters",
    flags="episodes.PLACE episodes.DECOM ad1.DATE_INT",
    advice="Check the date of the decision and the start of the placement for adoption.",
    severity="error",
)
def decided_after_placing(episodes, ad1):
    episode, adoption = matched(episodes, ad1, "child")
    placed = episode.PLACE.isin(FOR_ADOPTION)
    return flagged(placed & (adoption.DATE_INT > episode.DECOM), episode, adoption)


@rule(
    "523",
    "The two dates of the decision for adoption are not the same",
    flags="placed_adoption.DATE_PLACED ad1.DATE_INT",
    advice="Give one date of the decision in the details of the adoption and in those of the placing.",
    severity="error",
)
def two_decisions(placed_adoption, ad1):
    decision, adoption = matched(placed_adoption, ad1, "child")
    dated = decision.DATE_PLACED.notna() & adoption.DATE_INT.notna()
    return flagged(dated & (decision.DATE_PLACED != adoption.DATE_INT), decision, adoption)


@rule(
    "524",
    "Adopters are a married couple of one sex (L12), but their sex is neither MM nor FF",
    flags="ad1.LS_ADOPTR ad1.SEX_ADOPTR",
    advice="Give MM or FF for the sex of the married couple, or correct their legal status.",
    severity="error",
)
def married_of_one_sex(ad1):
    return (ad1.LS_ADOPTR == "L12") & ~ad1.SEX_ADOPTR.isin(SAME_SEX)


@rule(
    "525",
    "Decision that the child be placed for adoption is reversed, but the child has an adoption",
    flags=f"placed_adoption.DATE_PLACED_CEASED {EVERY_ITEM}",
    advice="Remove the date of the reversal, or the details of the adoption that did not come about.",
    severity="error",
)
def reversed_yet_adopted(placed_adoption, ad1):
    decision, adoption = matched(placed_adoption, ad1, "child")
    reversed_ = decision(~blank(placed_adoption, "DATE_PLACED_CEASED"))
    return flagged(reversed_ & adoption(any_given(ad1, *ITEMS)), decision, adoption)


@rule(
    "582",
    "Child is adopted on the day of the match with the adopters",
    flags="episodes.DEC",
    advice="Weeks or months lie between match and adoption as a rule: check both dates.",
    severity="query",
)
def adopted_when_matched(episodes, ad1):
    episode, adoption = matched(episodes, ad1, "child")
    return on(episode, episode.REC.isin(ADOPTED) & (episode.DEC == adoption.DATE_MATCH))


@rule(
    "601",
    "Child is adopted in the year, but details of the adoption are missing",
    flags=f"episodes.REC {EVERY_ITEM}",
    advice="Give all six details of the adoption, or correct why the episode ended.",
    severity="error",
    confidence="inferred",
)
def details_missing(episodes, ad1, period):
    adopted = _adopted_in_year(episodes, period)
    episode, adoption = matched(episodes, ad1, "child")
    incomplete = episode(adopted) & adoption(~all_given(ad1, *ITEMS))
    return either(flagged(incomplete, episode, adoption), {"Episodes": adopted & ~has(episodes, "child", ad1)})


@rule(
    "602",
    "Details of an adoption are given, but no episode of the child ends in adoption in the year",
    flags="ad1.CHILD",
    advice="Correct why and when the last episode ended, or remove the details of the adoption.",
    severity="error",
)
def not_adopted(episodes, ad1, period):
    return any_given(ad1, *ITEMS) & ~has(ad1, "child", episodes, _adopted_in_year(episodes, period))


def _adopted_in_year(episodes, period):
    return episodes.REC.isin(ADOPTED) & inside(episodes.DEC, period)
