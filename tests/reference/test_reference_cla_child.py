"""Hand-written cases of the reference for the child itself."""

import pytest

from reference.cla import child
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    ("101", "2023-24", {"Header": "CHILD SEX; A 1; B 2; C M; D -"}, "Header 2 3"),
    ("101", "2024-25", {"Header": "CHILD SEX; A m; B F; C U; D 1; E -"}, "Header 3 4"),
    ("102", "2025-26", {"Header": "DOB; 29/02/2012; 2012-02-29; 29/02/2013; 1/2/2012; -"}, "Header 2 3 4"),
    ("103", "2025-26", {"Header": "ETHNIC; WBRI; nobt; XXXX; -"}, "Header 2 3"),
    ("105", "2025-26", {"Header": "CHILD UASC; A 0; B 1.0; C 2; D YES; E -"}, "Header 2 3 4"),
    ("105", "2025-26", {"Header": "CHILD SEX; A F", "UASC": "CHILD; A"}, ""),
    (
        "165",
        "2022-23",
        {
            "Header": "CHILD SEX MOTHER; A 1 0; B 2 -; C 2 1; D 2 -; E 2 2; F F -",
            "Episodes": (
                "CHILD LS DECOM DEC; A C2 01/05/2022 -; B C2 01/05/2022 31/03/2023; C C2 01/05/2022 -; "
                "D V3 01/05/2022 -; E - 01/05/2022 01/06/2022; F C2 01/05/2022 -"
            ),
            "OC3": "CHILD; B; C; A; A",
        },
        "Header 0 1 4, OC3 0 2 3",
    ),
    (
        "165",
        "2025-26",
        {
            "Header": "CHILD SEX MOTHER; A M 0; B F -; C F -; D 1 1; E F 1; F F -",
            "Episodes": (
                "CHILD LS DECOM DEC; A C2 - -; B C2 01/05/2020 01/04/2025; B C2 01/05/2019 01/05/2020; "
                "C C2 01/05/2020 31/03/2025; D C2 01/05/2025 -; E C2 01/05/2020 01/06/2021; "
                "F C2 01/04/2026 -"
            ),
            "OC3": "CHILD IN_TOUCH; E YES; B -",
        },
        "Header 0 1, OC3 1",
    ),
    (
        "168",
        "2025-26",
        {"Header": ("UPN; A12345678901A; a123456789012; I12345678901A; A12345678901I; UN5; UN6; A1234567890AA; -")},
        "Header 2 5 6",
    ),
    ("171", "2025-26", {"Header": "MC_DOB; 31/02/2020; 28/02/2020; -"}, "Header 0"),
    ("174", "2023-24", {"Header": "SEX MC_DOB; 1 SOON; 2 01/01/2020; 1 -; M 01/01/2020"}, "Header 0"),
    ("174", "2024-25", {"Header": "SEX MC_DOB; 1 SOON; M 01/01/2020; M -; F 01/01/2020"}, "Header 1"),
    (
        "202",
        "2025-26",
        {
            "Header": "CHILD SEX; A M; B F; C -; D -; E F; F U; G M",
            "last Header": "CHILD SEX; A 1; B 1; C -; D 2; F -; G M; G F",
        },
        "Header 1 3 5 6",
    ),
    (
        "203",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2012; B 01/02/2012; C SOON; D -; E 01/02/2012; - 01/02/2012",
            "last Header": "CHILD DOB; A 2012-02-01; B 02/02/2012; C -; D 01/02/2012; - 02/02/2012; A 02/02/2012",
        },
        "Header 1 3",
    ),
    (
        "204",
        "2025-26",
        {
            "Header": "CHILD ETHNIC; A wbri; B WBRI; C -; D WIRI; E WBRI",
            "last Header": "CHILD ETHNIC; A WBRI; B WIRI; C -; D -; E WBRI; E WIRI",
        },
        "Header 1 3",
    ),
    (
        "207",
        "2025-26",
        {
            "Header": "CHILD MOTHER; A 0; B -; C 1; D 0; E 0",
            "Episodes": "CHILD; A; B; C; E",
            "last Header": "CHILD MOTHER; A 1; A 0; B 1; C 1; D 1; E 0",
        },
        "Header 0 1",
    ),
    (
        "208",
        "2025-26",
        {
            "Header": "CHILD UPN; A UN2; B UN1; C A; D UN3; E -; F A; G -; H UN2; I A; J UN1; K Z",
            "last Header": "CHILD UPN; A UN1; B -; C UN4; D UN2; E A; F B; G -; H -; I a; J UN2; I b",
        },
        "Header 3 4 5 9",
    ),
    (
        "624",
        "2025-26",
        {
            "Header": "CHILD MC_DOB; A 01/02/2020; B 02/02/2020; C -; D 01/02/2020; E SOON; F LATER; G 01/02/2020",
            "last Header": "CHILD MC_DOB; A 2020-02-01; B 01/02/2020; C 01/02/2020; D -; E SOON; F SOON; G SOON",
        },
        "Header 1 2 6",
    ),
    (
        "626",
        "2025-26",
        {
            "Header": (
                "CHILD MOTHER MC_DOB; A 1 31/03/2025; B 1 01/04/2025; C 1.0 31/03/2025; D 1 31/03/2025; "
                "E 0 31/03/2025; F 1 -"
            ),
            "last Header": "CHILD MOTHER; A 0; B 0; C 0; D -; E 0; F 0",
        },
        "Header 0 2",
    ),
    ("209", "2025-26", {"Header": "UPN DOB; UN1 31/08/2020; UN1 01/09/2020; UN2 31/08/2020; UN1 -"}, "Header 0"),
    (
        "210",
        "2025-26",
        {
            "Header": "CHILD UPN; A UN4; B UN4; C UN3",
            "Episodes": "CHILD DECOM; A 23/03/2026; A 24/03/2026; B 24/03/2026; C 01/05/2025; B -",
        },
        "Header 0, Episodes 0",
    ),
    (
        "442",
        "2025-26",
        {"Header": "CHILD UPN; A -; B UN1; C -; D -; E -", "Episodes": "CHILD LS; A V3; A -; B C2; C V4; D C2"},
        "Header 0 3",
    ),
    ("444", "2025-26", {"Header": "CHILD UPN; A X1; B x1; C UN1; D UN1; E -; F -; G X2"}, "Header 0 1"),
    ("232", "2024-25", {"Header": "SEX; u; M; -"}, "Header 0"),
    ("301", "2025-26", {"Header": "DOB; 01/04/2026; 31/03/2026; -"}, "Header 0"),
    (
        "302",
        "2025-26",
        {
            "Header": "CHILD DOB; A 02/05/2025; B 01/05/2025; C 02/05/2025; C 01/05/2025",
            "Episodes": (
                "CHILD DECOM; A 01/06/2025; A 01/05/2025; A 2025-05-01; B 01/05/2025; C 01/05/2025; C -; D 01/05/2025"
            ),
        },
        "Header 0 2, Episodes 1 4",
    ),
    ("351", "2025-26", {"Header": "DOB; 31/03/2000; 01/04/2000; 29/02/2000; -"}, "Header 0 2"),
    (
        "393",
        "2023-24",
        {
            "Header": "CHILD SEX MOTHER; A 2 -; B 2 0; C 1 -; D 2 -; E F -",
            "Episodes": "CHILD LS; A V3; A C2; B C2; C C2; D V3; E C2",
        },
        "Header 0",
    ),
    (
        "393",
        "2024-25",
        {
            "Header": "CHILD SEX MOTHER; A 2 -; B F 0; C M -; D F -; E F -",
            "Episodes": "CHILD LS; A C2; B C2; C C2; D V3; E -",
        },
        "Header 4",
    ),
    (
        "399",
        "2025-26",
        {
            "Header": "CHILD MOTHER; A 0; B -; C -; D 1",
            "Episodes": "CHILD LS; A V3; A v4; B V3; C V4; D V3; D -; E V3",
            "Reviews": "CHILD REVIEW REVIEW_CODE; A - -; B 01/05/2025 -; B - -; D 01/05/2025 PN1; E - PN1",
        },
        "Header 0 1, Episodes 0 1 2 6, Reviews 0 1 4",
    ),
    (
        "607",
        "2023-24",
        {
            "Header": "CHILD SEX MOTHER; A 2 -; B F -; C 2 0",
            "Episodes": (
                "CHILD DEC REC LS; A 01/04/2023 E4A C2; A 31/03/2024 E4A -; A 01/04/2024 E4A C2; "
                "A 01/05/2023 X1 C2; A 01/05/2023 - C2; A 01/05/2023 E4A V3; B 01/05/2023 E4A C2; "
                "C 01/05/2023 E4A C2"
            ),
        },
        "Header 0, Episodes 0 1",
    ),
    (
        "607",
        "2024-25",
        {
            "Header": "CHILD SEX MOTHER; A 2 -; B F -",
            "Episodes": "CHILD DEC REC LS; A 01/05/2024 E4A C2; B 01/05/2024 E4A C2; Z 01/05/2024 E4A C2",
        },
        "Header 1, Episodes 1",
    ),
    ("611", "2025-26", {"Header": "MOTHER MC_DOB; 1 -; 1 SOON; 0 -; - -"}, "Header 0"),
    (
        "612",
        "2023-24",
        {
            "Header": (
                "MOTHER SEX MC_DOB; 0 2 SOON; - 2 01/01/2020; 1 2 01/01/2020; 0 1 01/01/2020; 0 2 -; 0 F 01/01/2020"
            )
        },
        "Header 0 1",
    ),
    ("612", "2024-25", {"Header": "MOTHER SEX MC_DOB; 0 F SOON; - 2 01/01/2020; 1 F 01/01/2020"}, "Header 0"),
    ("620", "2025-26", {"Header": "MOTHER DOB; 1 02/04/2014; 1 01/04/2014; 0 02/04/2014; 1 -"}, "Header 0"),
    (
        "621",
        "2025-26",
        {"Header": "DOB MC_DOB; 01/01/2010 01/01/2010; 01/01/2010 02/01/2010; - 01/01/2020; 01/01/2010 -"},
        "Header 0",
    ),
    (
        "625",
        "2025-26",
        {
            "Header": (
                "CHILD MC_DOB; A 02/05/2025; B 01/05/2025; C 01/04/2026; D 31/03/2026; E 01/07/2025; F 01/04/2026"
            ),
            "Episodes": (
                "CHILD DECOM DEC; A 01/04/2024 01/05/2025; B 01/04/2024 01/05/2025; C 01/04/2024 -; "
                "D 01/04/2024 -; E 01/05/2025 -; E 01/04/2024 01/05/2025"
            ),
        },
        "Header 0 2, Episodes 0 2",
    ),
    (
        "628",
        "2025-26",
        {
            "Header": "CHILD MOTHER; A 0; B 1; C 1; D -; E 1",
            "Episodes": "CHILD; B",
            "OC3": ("CHILD IN_TOUCH ACTIV ACCOM; A YES - -; B YES F1 B1; C - - -; D YES - -; E - - 0; E - - -"),
        },
        "Header 0 4",
    ),
    ("EPI", "2025-26", {"Header": "CHILD; A; B; C; -", "Episodes": "CHILD; A", "OC3": "CHILD; B; -"}, "Header 2 3"),
    ("EPI", "2025-26", {"Header": "CHILD; A"}, "Header 0"),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(child.RULES, [(code, period) for code, period, _, _ in CASES]) == set()
