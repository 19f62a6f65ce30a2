"""A crowd of looked-after children who never lived, as the 903 of two years running: many, quickly, and full of faults.

This is not the invented authority of `returns demo`, which is shaped like England and keeps the rules. Here the numbers
are those that the speed of the 903 is judged by (for 50,000 children some 90,000 episodes and 240,000 reviews in the
year, as much in the year before), drawn column by column; what does not fit together, and cells lost or spoilt, give
some fourteen findings a child. 7 of 10 children are in both years.
"""

import string
from typing import Any

import numpy as np
import pandas as pd

from returns import described
from validation import postcodes
from validation.typed import PROVIDERS, TEXT

LOST = SPOILT = 0.002  # of the cells
AREAS = ("B", "BS", "CF", "DE", "L", "LS", "M", "NE", "NG", "S")
NEVER = np.datetime64("NaT", "D")
AFTER = np.datetime64("2099-01-01")
Tables = dict[str, pd.DataFrame]


class Crowd:
    """`now` and `last`: raw tables as a reader of CSV files gives them. `providers`: a list of them."""

    def __init__(self, children: int, period: str, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        self.asked = described("cla").at(period)
        year = int(period[:4])
        first, before = (np.datetime64(f"{one}-04-01") for one in (year, year - 1))
        self.end = np.datetime64(f"{year + 1}-03-31")
        self.count = int(children * 1.3)
        self.child = np.arange(self.count)
        self._people(children, first, before)
        self.providers = self._providers(3_000)
        self.episodes = self._episodes(before)
        self.now = self._year(self.child < children, first, self.end)
        self.last = self._year(self.child >= self.count - children, before, first - 1)

    def codes(self, name: str, size: int) -> np.ndarray:
        return self.dice.choice([code.code for code in self.asked.codes[name]], size)

    def days(self, low: int, high: int) -> np.ndarray:
        return self.dice.integers(low, high, self.count)

    def some(self, share: float, size: int | None = None) -> np.ndarray:
        return self.dice.random(self.count if size is None else size) < share

    def _people(self, children: int, first: Any, before: Any) -> None:
        gone, new = self.child >= children, self.child < self.count - children
        self.born = first - self.days(100, 365 * 17 + 200)
        began = np.where(new, first + self.days(0, 300), before - self.days(30, 1_500))
        self.began = np.maximum(began, self.born)
        left = np.where(gone, before + self.days(50, 340), first + self.days(200, 364))
        self.over = np.maximum(np.where(gone | self.some(0.3), left, AFTER), self.began + 5)
        upn = "A" + pd.Series(self.dice.permutation(self.count)).astype(TEXT).str.zfill(12)
        self.people = pd.DataFrame(
            {
                "CHILD": self.child,
                "SEX": self.codes("sex_looked_after", self.count),
                "DOB": self.born,
                "ETHNIC": self.codes("ethnicity", self.count),
                "UPN": upn.mask(self.some(0.1), "UN1"),
                "MOTHER": np.where(self.some(0.02), "1", None),
                "MC_DOB": NEVER,
            }
        )
        self.alone = self.some(0.06)

    def _places(self, size: int) -> np.ndarray:
        """Postcodes that there are."""
        letters = list(string.ascii_uppercase)
        drawn = [self.dice.choice(AREAS, size), self.dice.integers(1, 20, size), self.dice.integers(1, 10, size)]
        drawn += [self.dice.choice(letters, size), self.dice.choice(letters, size)]
        tried = pd.Series([f"{area}{out} {into}{one}{two}" for area, out, into, one, two in zip(*drawn, strict=True)])
        return tried[postcodes.known(tried)].unique()

    def _providers(self, size: int) -> pd.DataFrame:
        self.places = self._places(150_000)
        rows = {
            "URN": [f"SC{number:06}" for number in range(size)],
            "PLACE_CODES": self.dice.choice(["K2", "U1,U4,U6", "K1,K2,R3,S1,H5", "A3,A5,U6"], size),
            "PROVIDER_CODES": self.dice.choice(["PR1", "PR1,PR2", "PR4,PR5", "PR0,PR3"], size),
            "REG_END": np.where(self.some(0.1, size), "01/06/2025", None),
            "POSTCODE": self.dice.choice(self.places, size),
            "LA_CODE": "E10000016",
        }
        return pd.DataFrame(rows, dtype=TEXT)[list(PROVIDERS)]

    def _episodes(self, before: Any) -> pd.DataFrame:
        """Episodes of both years, one after the other from the first to the last day of a child's care."""
        many = self.dice.choice(5, self.count, p=[0.3, 0.31, 0.2, 0.12, 0.07]) + 1
        child = np.repeat(self.child, many)
        size = len(child)
        first = np.append(True, child[1:] != child[:-1])
        last = np.append(first[1:], True)
        low, high = np.maximum(self.began, before - 60)[child], np.minimum(self.over, self.end)[child]
        start = np.where(first, self.began[child], low + _share(high - low, self.dice.random(size)))
        start = start[np.lexsort((start, child))]
        homes = self.dice.choice(self.places, self.count)
        status = self.codes("legal_status", self.count)
        return pd.DataFrame(
            {
                "CHILD": child,
                "DECOM": start,
                "RNE": np.where(first, "S", self.dice.choice(["P", "L", "T", "B"], size)),
                "LS": np.where(self.some(0.7), "C2", status)[child],
                "CIN": self.codes("category_of_need", self.count)[child],
                "PLACE": np.where(self.some(0.5, size), "U6", self.codes("placement", size)),
                "PLACE_PROVIDER": self.codes("placement_provider", size),
                "DEC": np.where(last, self.over[child], np.append(start[1:], AFTER)),
                "REC": np.where(last, self.codes("reason_episode_ceased", size), "X1"),
                "REASON_PLACE_CHANGE": np.where(last, None, self.codes("reason_for_placement_change", size)),
                "HOME_POST": homes[child],
                "PL_POST": self.dice.choice(self.places, size),
                "URN": np.where(self.some(0.3, size), "XXXXXXX", self.dice.choice(self.providers["URN"], size)),
            }
        )

    def _year(self, mine: np.ndarray, start: Any, end: Any) -> Tables:
        """The tables of one year, of the children that are `mine`."""

        def of(share: float, most: float = 0.0) -> np.ndarray:
            """Children with a row, or (`most`) with so many on average."""
            rows = self.dice.poisson(most, self.count) if most else 1
            return np.repeat(self.child, rows * (mine & self.some(share)))

        def table(child: np.ndarray, **columns: Any) -> pd.DataFrame:
            return pd.DataFrame({"CHILD": child, "DOB": self.born[child], **columns})

        def on(child: np.ndarray) -> np.ndarray:
            """Days in care, in order."""
            low, high = np.maximum(self.began, start)[child], np.minimum(self.over, end)[child]
            drawn = low + _share(high - low, self.dice.random(len(child)))
            return drawn[np.lexsort((drawn, child))]

        def until(days: np.ndarray, longest: int, share: float) -> np.ndarray:
            return np.where(self.some(share, len(days)), days + self.dice.integers(0, longest, len(days)), NEVER)

        def flags(child: np.ndarray, *names: str) -> dict[str, np.ndarray]:
            return {name: self.dice.choice(["0", "1"], len(child)) for name in names}

        episodes = self.episodes
        here = mine[episodes["CHILD"]] & (episodes["DECOM"] <= end) & (episodes["DEC"] >= start)
        episodes = episodes[here].assign(DEC=episodes["DEC"].where(episodes["DEC"] <= end))
        ended = episodes["DEC"].notna()
        episodes[["REC", "REASON_PLACE_CHANGE"]] = episodes[["REC", "REASON_PLACE_CHANGE"]].where(ended)
        uasc, reviews, health, leavers = self.child[self.alone & mine], of(1, 4.8), of(0.6), of(0.2)
        adopted, placed, earlier, missing, seen = of(0.03), of(0.05, 1), of(0.1), of(0.15, 3), of(1, 1)
        gone, met, decided = on(missing), on(seen), on(placed)
        score = pd.Series(self.dice.integers(0, 41, len(health))).astype(TEXT)
        tables = {
            "Header": self.people[mine],
            "Episodes": episodes,
            "UASC": table(uasc, SEX=self.people["SEX"].to_numpy()[uasc], DUC=NEVER),
            "Reviews": table(
                reviews, REVIEW=on(reviews), REVIEW_CODE=self.codes("review_participation", len(reviews))
            ),
            "OC2": table(
                health,
                SDQ_SCORE=score.mask(self.some(0.2, len(health))),
                SDQ_REASON=np.where(self.some(0.2, len(health)), "SDQ2", None),
                **flags(health, "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT"),
                **flags(health, "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED"),
            ),
            "OC3": table(
                leavers,
                IN_TOUCH=self.codes("in_touch", len(leavers)),
                ACTIV=self.codes("care_leaver_activity", len(leavers)),
                ACCOM=self.codes("care_leaver_accommodation", len(leavers)),
            ),
            "AD1": table(
                adopted, DATE_INT=end - 200, DATE_MATCH=end - 250, FOSTER_CARE="0", NB_ADOPTR="2", SEX_ADOPTR="MF",
                LS_ADOPTR="L0",
            ),
            "PlacedAdoption": table(
                placed, DATE_PLACED=decided, DATE_PLACED_CEASED=until(decided, 60, 0.2), REASON_PLACED_CEASED=None
            ),
            "PrevPerm": table(
                earlier, PREV_PERM=self.codes("previous_permanence", len(earlier)), LA_PERM="330",
                DATE_PERM="ZZ/05/2018",
            ),
            "Missing": table(
                missing, MISSING=self.codes("missing_type", len(missing)), MIS_START=gone, MIS_END=until(gone, 5, 0.95)
            ),
            "SWEpisodes": table(
                seen,
                SW_ID="SW" + pd.Series(self.dice.integers(1_000, 9_000, len(seen))).astype(TEXT),
                SW_DECOM=met,
                SW_DEC=until(met, 90, 0.5),
                SW_REASON=self.codes("social_worker_reason", len(seen)),
            ),
        }  # fmt: skip
        return {name: self._as_given(frame.reset_index(drop=True)) for name, frame in tables.items()}

    def _as_given(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Everything as text, some cells lost and some spoilt."""
        made = {}
        for name, values in frame.items():
            text = values.dt.strftime("%d/%m/%Y") if values.dtype.kind == "M" else values
            thrown = self.dice.random(len(frame))
            if name == "CHILD":
                text, thrown = "CROWD" + text.astype(TEXT).str.zfill(6), thrown * 10
            spoilt = (thrown >= LOST) & (thrown < LOST + SPOILT) & (name != "CHILD")
            made[name] = text.astype(TEXT).mask(thrown < LOST).mask(spoilt, "X9")
        return pd.DataFrame(made).rename_axis("row")


def _share(spans: np.ndarray, share: np.ndarray) -> np.ndarray:
    return (spans.astype("int64") * share).astype("timedelta64[D]")
