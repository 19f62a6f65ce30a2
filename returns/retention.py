"""How long each class of record is kept; the authority's own schedule goes first.

A legal hold (inquiry, litigation, complaint, request for access) goes before every line.
"""

KEPT = {
    "child in need record": (
        "as long as the authority's schedule keeps the case record (no law fixes it; many keep it to the 25th "
        "birthday; 75th anniversary of birth if the child was looked after, or 15 years from a death before 18); "
        "its copy in a return as long as the return file"
    ),
    "looked after record": (
        "to the 75th anniversary of the child's birth, or 15 years from a death before 18 (Care Planning Regulations "
        "2010 reg 50); its copy in a return as long as the return file"
    ),
    "adoption record": (
        "100 years from the adoption order (Disclosure of Adoption Information Regulations 2005 reg 6); without an "
        "order it stays in the looked after record; its copy in a return as long as the return file"
    ),
    "return file": "current year and six more, as evidence (proposal; no law fixes it)",
}
