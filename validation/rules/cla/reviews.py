"""Reviews of the child's case: date, participation, age."""

from validation.rules.cla.book import rule
from validation.words import blank, unlisted, years_after

rule.column("166", "Date of the review is missing or cannot be read", advice="Give the date of the review.")


@rule(
    "167",
    "Participation in the review is not a known code, or date or code stands alone",
    flags="reviews.REVIEW_CODE",
    advice="Give how the child took part (PN0 to PN7) for every review that has a date.",
    severity="error",
)
def participation(reviews, codes):
    known = unlisted(reviews.REVIEW_CODE, codes.review_participation)
    return known | (blank(reviews, "REVIEW") != reviews.REVIEW_CODE.isna())


@rule(
    "440",
    "Review says that the child was under 4, but the child was 4 or over",
    flags="reviews.DOB reviews.REVIEW reviews.REVIEW_CODE",
    advice="Check the date of birth and the date of the review; from the 4th birthday give how the child took part.",
    severity="error",
)
def not_under_four(reviews):
    return (reviews.REVIEW_CODE == "PN0") & (reviews.REVIEW >= years_after(reviews.DOB, 4))


@rule(
    "441",
    "Review says how the child took part, but the child was under 4",
    flags="reviews.DOB reviews.REVIEW reviews.REVIEW_CODE",
    advice="Check the date of birth and the date of the review; under 4 the code is PN0.",
    severity="error",
)
def under_four(reviews, codes):
    took_part = reviews.REVIEW_CODE.isin(codes.review_participation - {"PN0"})
    return took_part & (reviews.REVIEW < years_after(reviews.DOB, 4))
