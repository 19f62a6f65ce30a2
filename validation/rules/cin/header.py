"""The return's header."""

from validation.rules.cin.book import rule


@rule(
    "100",
    "Reference date is missing or is not 31 March of the header's year",
    flags="header.ReferenceDate",
    advice="The header is filled by the software: run the export for the right collection year, whose reference date "
    "is 31 March.",
    per="return",
)
def reference_date(header):
    last_of_march = (header.ReferenceDate.dt.month == 3) & (header.ReferenceDate.dt.day == 31)
    return ~(last_of_march & (header.ReferenceDate.dt.year == header.Year).fillna(value=False).astype(bool))
