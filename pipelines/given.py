"""What a command was given: the files of a return, last period's, and what its rules take beside them."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.terminal import Refused, tell

if TYPE_CHECKING:
    import pandas as pd

    from returns.model import Return


LIST_THEM = "If the case system gave new ids, name a list of them with --child-ids FILE (CSV, columns old,new)"


class Input:
    """What a command was given: raw tables, period, header, and what the reading showed."""

    def __init__(self, paths: list[Path], name: str | None, period: str | None) -> None:
        from assets.sources.errors import SourceError
        from assets.sources.recognise import recognise
        from returns import RETURNS, described

        self.paths = paths
        _refuse_names(paths)
        if name is not None:
            described(name)
        known = recognise(paths, name)
        self.whole: Return = described(known or RETURNS[0])
        self.doubt = ""  # what speaks against the period
        if period is not None:
            self.whole.position(period)
        self.tables: dict[str, pd.DataFrame]
        self.issues: pd.DataFrame | None = None  # by row, as findings
        self.notes: pd.DataFrame  # for the report
        self.header: dict[str, str]
        self.flat = any(path.is_dir() or path.suffix.lower() == ".csv" for path in paths)
        if not self.flat:
            from exports.xml import read

            document = read(paths, self.whole.name, period)
            self.tables, self.issues, self.period = document.tables, document.issues, document.period
            self.notes, self.header, self.digest = document.issues, document.header, document.digest
        elif len(paths) > 1:
            raise Refused(
                "Give XML files, or one folder of CSV files: put all CSV files of the return into one folder."
            )
        else:
            try:
                self._read_folder(paths[0], period)
            except SourceError as refusal:
                if known:
                    raise
                raise Refused(
                    f"{str(refusal).rstrip('.')}; taken as {self.whole.name}, --return names another."
                ) from None
            if not known:
                tell(f"The files do not say of which return: taken as {self.whole.name}; --return names another.")
        if not self.whole.authority:
            self._doubt_period(assumed=period is None)
        if not (self.header or period):
            tell(f"No header says of which period this is: taken as {self.period}; --period names another.")

    def tell_doubts(self) -> None:
        """Tells where the header or the dates say another period than what the files are taken as."""
        from exports.xml import stated_period

        if self.doubt:
            tell(self.doubt)
        said = stated_period(self.header, self.whole) if self.header else None
        if said not in (None, self.period):
            tell(f"The header says that this is the return of {said}: taken as {self.period}, as --period asks.")

    @property
    def untold(self) -> "pd.DataFrame":
        """The notes without the doubt about the period, which is told by itself."""
        return self.notes[self.notes["what"] != self.doubt]

    @property
    def invented(self) -> bool:
        """Whether nobody lived what is in the files."""
        from assets.sources.collect import INVENTED, source_of

        return source_of(self.tables) == INVENTED

    def _doubt_period(self, *, assumed: bool) -> None:
        import pandas as pd

        from assets.sources.files import event_days, period_doubt

        at = self.whole.at(self.period)
        self.doubt = period_doubt(self.tables, at)
        found = event_days(self.tables, at)
        inside = {
            each.name: int(found.between(pd.Timestamp(each.start), pd.Timestamp(each.end)).sum())
            for each in reversed(self.whole.periods)  # of two with as many dates the later
        }
        most = max(inside, key=lambda name: inside[name])
        here, other = inside[self.period], f"{inside[most]:,} are in {most}"
        if assumed and len(found) and not here:
            where = f"{other}: say" if inside[most] else "nor in another that is described: look at the dates, or say"
            raise Refused(
                f"None of the {len(found):,} dates of episodes, reviews and so on is in {self.period}, the collection "
                f"that is open or opens next; {where} the period with --period."
            )
        if assumed and here < inside[most] and not self.doubt:
            self.doubt = (
                f"Of {len(found):,} dates of episodes, reviews and so on {here:,} are in {self.period}, and {other}: "
                "check that this is the return of that period, or say it with --period."
            )
        if self.doubt and self.doubt not in set(self.notes["what"]):
            told = pd.DataFrame([("", "", self.doubt, 0, 0)], columns=["table", "field", "what", "row", "line"])
            self.notes = pd.concat([self.notes, told])

    def _read_folder(self, path: Path, period: str | None) -> None:
        import pandas as pd

        from assets.sources.files import csv_files, header_of, read_csv_folder
        from exports.xml import period_of

        self.header = header_of(path, self.whole)
        doubts: list[tuple[str, str]] = []
        if self.header:
            self.period, doubts = period_of(path.resolve().name, self.header, self.whole, period)
        elif period:
            self.period = period
        else:
            self.period = self.whole.open_next(dt.date.today()).name
        read = read_csv_folder(path, self.whole, self.period)
        self.tables = read.tables
        table = self.whole.authority.partition(".")[0]
        told = [(table, field, what, 0, 0) for field, what in doubts]
        self.notes = pd.concat([read.issues, pd.DataFrame(told, columns=read.issues.columns)]) if told else read.issues
        hashes = (hashlib.sha256(file.read_bytes()).digest() for file in csv_files(path))
        self.digest = hashlib.sha256(b"".join(hashes)).hexdigest()

    @property
    def unit(self) -> str:
        """The unit's number, where the header has one."""
        said = self.header.get(self.whole.authority.partition(".")[2], "")
        return said if self.whole.takes(said) else ""

    def files(self) -> list[Path]:
        from assets.sources.files import csv_files

        return [file for path in self.paths for file in (csv_files(path) if path.is_dir() else [path])]


def _refuse_names(paths: list[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise Refused(f"There is no file or folder {path}; check the name.")
    if twice := next((path for at, path in enumerate(paths) if any(map(path.samefile, paths[:at]))), None):
        raise Refused(f"{twice} is named more than once; name every file once.")


def before_of(paths: list[Path], given: Input, listed: Path | None = None) -> Input:
    """Last period's return, its children under the ids of now where they are `listed`; tells where the ids are of other
    children than this period's. Refuses the return of another period, as when the two are exchanged."""
    from assets.sources.child_ids import children, few_known, renamed
    from assets.sources.collect import compared
    from exports.xml import stated_period

    last = given.whole.previous(given.period)
    if last is None:
        raise Refused(f"No period before {given.period} is described; leave out --previous.")
    before = Input(paths, given.whole.name, last)
    said = stated_period(before.header, given.whole) if before.header else None
    if said not in (None, last):
        raise Refused(
            f"{paths[0].name} is the return of {said}, and --previous takes that of {last}, the period before "
            f"{given.period}; give that one, or exchange the two."
        )
    if before.digest == given.digest:
        raise Refused(f"--previous is the same as the return itself; give that of {last}, the period before.")
    for what in before.notes["what"].unique() if not given.whole.authority else ():
        tell(f"Last period's return: {what}")
    if listed:
        made = renamed(before.tables, given.whole, listed)
        before.tables = made.tables
        if made.unknown:
            tell(f"{listed.name}: {made.unknown:,} of {made.lines:,} old ids are of no child in last period's return.")
    then, now = children(before.tables, given.whole), children(given.tables, given.whole)
    alike = _but_for_zeros(then, now)
    if compared(given.whole) and (told := few_known(then, now, alike)):
        tell(
            f"{told} {'Look at the list of new ids' if listed else LIST_THEM}, and see that both are of one authority."
        )
    if alike:
        tell(
            f"{alike:,} children of last period have the id of one of this period but for zeros at its start: a "
            "spreadsheet may have taken them away; compare with the system."
        )
    return before


def _but_for_zeros(last: "pd.Index", now: "pd.Index") -> int:
    """How many ids of `last` are not in `now` but would be without the zeros at their start, or with more."""
    bare = now.difference(last).str.lstrip("0")
    return int(last.difference(now).str.lstrip("0").isin(bare).sum())


def reference_of(given: Input, unit: str | None, providers: list[Path]) -> dict[str, Any]:
    """What the rules of the return take beside the files."""
    wanted = given.whole.reference
    if providers and "providers" not in wanted:
        raise Refused(f"--providers: the rules of {given.whole.title} take no list of providers; leave it out.")
    if unit is not None:
        given.whole.refuse_unit(unit)
        if given.unit not in ("", unit):
            raise Refused(f"--unit {unit}: the header says {given.unit}; leave it out, or give the files of {unit}.")
    reference: dict[str, Any] = {}
    if "authority" in wanted and unit:
        reference["authority"] = unit
    if providers:
        from assets.sources.providers import read_providers

        for path in providers:
            if not path.is_file():
                raise Refused(f"There is no file {path}; name Ofsted's list with --providers.")
        reference["providers"] = read_providers(*providers)
    return reference
