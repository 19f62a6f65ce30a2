"""The stages that every return goes through, as Dagster assets.

Thin: each calls what does the work and keeps its frames.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from assets.sources.child_ids import children, few_known, renamed
from assets.sources.collect import INVENTED, collect, compared, from_files
from assets.sources.errors import SourceError
from exports.store import NothingPublished
from exports.version import NOT_FOR_SUBMISSION
from pipelines.checks import complete_spec, finding_results, finding_specs, shape_spec
from pipelines.guard import guarded, keep
from pipelines.io import pairs, value
from pipelines.partitions import partitions, split
from pipelines.resources import SOFTWARE, CareRecords, Home, dropped, release, unread
from returns import described
from returns.model import Return
from returns.refusal import Refusal

Frames = dict[str, pd.DataFrame]
_BEFORE = "@before."
_HOLDS_ALL = ("csv",)  # kinds of file in which every cell stands as it was given: there is no incomplete one
_WRITES = {
    "xml": "The Department's XML file in the working area; where it cannot be written, which rules stop it.",
    "csv": "The Department's CSV files in the working area, one a table.",
}


class MixedLineage(Refusal):
    """What should be published together was made from different tables."""


class Source(Enum):
    """Where the rows come from; auto: dropped files, else the care records, else invented data."""

    auto = "auto"
    file = "file"
    records = "records"
    demo = "demo"


class Extract(dg.Config):
    """Where the rows come from, and how many children are invented when nothing else is there."""

    source: Source = Source.auto
    children: int = 500


class Rules(dg.Config):
    """Another period's rules on the same data, for instance next year's; empty for the period's own."""

    ruleset: str = ""


class File(dg.Config):
    """Whether an incomplete file, marked as not for submission, is wanted where a whole one cannot be written."""

    incomplete: bool = False


def stages(name: str) -> list[dg.AssetsDefinition]:  # noqa: C901 - seven steps, each of them plain
    """The assets of return `name`: extract, tables, last_year, findings, xml, report, published."""
    whole = described(name)

    def asset(**more: Any) -> Any:
        return dg.asset(key_prefix=name, group_name=name, partitions_def=partitions(name), **more)

    def upstream(*stage_names: str) -> dict[str, dg.AssetIn]:
        return {stage: dg.AssetIn(key=dg.AssetKey([name, stage])) for stage in stage_names}

    def here(context: dg.AssetExecutionContext) -> tuple[str, str]:
        return split(name, context.partition_key)

    @asset(
        description="Raw text tables from files, care records or invented data; rows that do not belong are counted."
    )
    @guarded
    def extract(context: dg.AssetExecutionContext, config: Extract, home: Home, care_records: CareRecords):
        period, unit = here(context)
        got = collect(
            whole,
            period,
            unit,
            config.source.value,
            files=dropped(home.inbox(name, unit, period)),
            unread=unread(home.inbox(name, unit, period)) + home.astray(name, unit, period),
            demo=home.root / "demo",
            children=config.children,
            url=care_records.url,
            schema=care_records.schema_name,
            child_id=care_records.child_id,
        )
        left_out = int(got.left_out["rows"].sum()) if len(got.left_out) else 0
        frames = {table: frame for table, frame in got.tables.items() if table in whole}
        rows = {f"rows of {table}": len(frame) for table, frame in frames.items()}
        extras = {"@issues": got.issues, "@left_out": got.left_out, "@facts": pairs(got.facts)}
        extras |= {f"{_BEFORE}{table}": frame for table, frame in got.before.items()}
        return dg.MaterializeResult(
            value=frames | extras,
            metadata={
                "source": got.facts["source"],
                "rows left out": left_out,
                "reading issues": len(got.issues),
                **rows,
            },
        )

    @asset(
        ins=upstream("extract"),
        check_specs=[shape_spec(name)],
        description="The same tables with types, read once; cells that cannot be read are kept aside.",
    )
    @guarded
    def tables(context: dg.AssetExecutionContext, extract: Frames):
        from validation.schema import shape_faults
        from validation.typed import as_frames, lineage, typed

        period, _ = here(context)
        at = whole.at(period)
        made = typed({table: frame for table, frame in extract.items() if table in at}, at)
        frames = as_frames(made)
        faults = shape_faults(at, made)
        root = next(table for table in at if table.level == next(iter(at.levels)))
        children = len(made.tables[root.name])
        unreadable = sum(len(cells.positions) for cells in made.unreadable)
        frames["@lineage"] = pairs({"sha256": lineage(frames), "input": _input(extract)})
        return dg.MaterializeResult(
            value=frames,
            metadata={
                "children": children,
                "cells that cannot be read": unreadable,
                "lineage": value(frames, "@lineage")["sha256"],
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name="shape",
                    passed=not faults and children > 0,
                    metadata={"faults": " ".join(faults), "children": children},
                )
            ],
        )

    @asset(
        ins=upstream("extract"),
        description="The return of the period before as the Department accepted it; of invented children the one "
        "invented with theirs; or nothing. The metadata say which.",
    )
    @guarded
    def last_year(context: dg.AssetExecutionContext, home: Home, extract: Frames):
        from validation.typed import lineage

        period, unit = here(context)
        before = whole.previous(period)
        paths, origin = (
            _accepted(home, name, unit, before) if before else ([], "no period before this one is described")
        )
        frames = {table.removeprefix(_BEFORE): frame for table, frame in extract.items() if table.startswith(_BEFORE)}
        facts = {"sha256": "", "invented_with": ""}
        if paths and before is not None:
            read = from_files(whole, before, unit, paths)
            frames, facts["sha256"] = dict(read.tables), read.facts["input_sha256"]
            origin = ": ".join(filter(None, (origin, read.facts.get("reading", ""))))
        elif frames:
            facts |= {"sha256": lineage(frames), "invented_with": _input(extract)}
            origin = f"{INVENTED} of {before}, of the same children, as {origin}"
        counts: dict[str, int] = {}
        listed = _new_ids(home, name, unit, before) if before else None
        if listed and not frames:
            origin += "; the list of new ids has nothing to rename"
        elif listed:
            made = renamed(frames, whole, listed)
            frames, facts["sha256"] = made.tables, _hash([facts["sha256"], _digest([listed])])
            counts = {"children under new ids": made.children, "old ids of no child": made.unknown}
            origin += f"; children under new ids: {made.children:,}"
            if made.unknown:
                origin += f"; {made.unknown:,} old ids in the list are of no child"
        if frames:
            then, now = children(frames, whole), children(extract, whole)
            counts["children also in this return"] = len(then.intersection(now))
            if compared(whole) and (told := few_known(then, now)):
                way = "Look at the list in" if listed else "If the case system gave new ids, put a list of them into"
                folder = f"inbox/{name}/{unit}/{before}/child_ids"
                origin += f"; {told} {way} {folder}, and see that both are of one authority."
        frames["@facts"] = pairs({"last_year": origin, **facts})
        return dg.MaterializeResult(value=frames, metadata={"last year": origin, "tables": len(frames) - 1, **counts})

    @asset(
        ins=upstream("extract", "tables", "last_year"),
        check_specs=finding_specs(name),
        description="Every row that breaks a rule; which rules were not run and why, which crashed.",
    )
    @guarded
    def findings(
        context: dg.AssetExecutionContext, config: Rules, home: Home, extract: Frames, tables: Frames, last_year: Frames
    ):
        from validation.local import in_force, read_local
        from validation.rule import run
        from validation.rules import book

        period, unit = here(context)
        invented_with = value(last_year, "@facts").get("invented_with") or _input(extract)
        _alike(
            name,
            unit,
            period,
            (_input(extract), value(tables, "@lineage")["input"]),
            (_input(extract), invented_with),
        )
        rulebook = book(name)
        providers = home.providers() if "providers" in whole.reference else []
        reference = _reference(whole, unit, providers)
        given = _submission(name, period, config.ruleset, extract, tables, last_year, reference)
        local = read_local(home.root / "rules" / f"{name}.csv", rulebook)
        settings = in_force(local, dt.date.today())
        outcome = run(rulebook, given, severity=settings, issues=extract["@issues"])
        for text in outcome.tracebacks.values():
            keep(home.root, text)
        severities = outcome.findings["severity"].value_counts()
        frames = {
            "findings": outcome.findings,
            "ran": pd.DataFrame({"code": outcome.ran}, dtype="str"),
            "not_run": pairs(outcome.not_run),
            "crashed": pairs(outcome.crashed),
            "local": local,
            "@facts": pairs(
                {
                    "lineage": value(tables, "@lineage")["sha256"],
                    "book": rulebook.version,
                    "ruleset": config.ruleset or period,
                    "last_year": value(last_year, "@facts")["sha256"],
                    "providers": _digest(providers),
                    "settings": _hash([local.to_csv(index=False), str(sorted(settings.items()))]),
                }
            ),
        }
        address = home.address(name, unit, period)
        return dg.MaterializeResult(
            value=frames,
            metadata={
                "errors": int(severities.get("error", 0)),
                "queries": int(severities.get("query", 0)),
                "rules run": len(outcome.ran),
                "rules not run": len(outcome.not_run),
                "rules crashed": len(outcome.crashed),
                "rule book": rulebook.version,
                "report": dg.MetadataValue.url(address),
            },
            check_results=list(finding_results(name, outcome.findings, outcome.crashed, address)),
        )

    def file_of(kind: str) -> dg.AssetsDefinition:
        def made_of(
            context: dg.AssetExecutionContext,
            home: Home,
            extract: Frames,
            tables: Frames,
            findings: Frames,
            *,
            incomplete: bool = False,
        ) -> dg.MaterializeResult:
            from exports.schemas import digest
            from exports.submission import write
            from validation.typed import from_frames

            period, unit = here(context)
            _alike(name, unit, period, *_same_tables(extract, tables, findings))
            at = whole.at(period)
            facts = _identity(extract, findings, [f"incomplete {incomplete}", digest(home.root, at)])
            ruleset = value(findings, "@facts")["ruleset"]
            made = write(
                kind,
                from_frames(tables, at),
                at,
                unit,
                home.work(name, unit, period, f"{kind}_files"),
                demo=value(extract, "@facts")["source"] == INVENTED,
                ruleset="" if ruleset == period else ruleset,
                incomplete=incomplete,
                software=(SOFTWARE, release()),
                serial=lambda: home.store(context.run.run_id).next_serial(name, unit, period, facts),
                home=home.root,
            )
            faults, stopping = made.faults, made.obstacles
            said = {"serial": made.serial, "schema_faults": str(faults or "")}
            frames = {"files": _files(made.paths), "obstacles": stopping, "@facts": pairs(facts | said)}
            codes = stopping["rule"].value_counts().sort_index()
            stopped_by = " ".join(f"{code} ({count})" for code, count in codes.items())
            address = dg.MetadataValue.url(home.address(name, unit, period))
            return dg.MaterializeResult(
                value=frames,
                metadata={
                    "files": len(made.paths),
                    "serial": made.serial,
                    "cells and rows that cannot be written": len(stopping),
                    "stopped by": stopped_by,
                    "faults by the registered schema": faults,
                    "report": address,
                },
                check_results=[
                    dg.AssetCheckResult(
                        check_name="complete",
                        passed=not len(stopping) and not faults,
                        metadata={
                            "cells and rows": len(stopping),
                            "rules": stopped_by,
                            "faults by the registered schema": faults,
                            "report": address,
                        },
                    )
                ],
            )

        @guarded
        def whole_file(
            context: dg.AssetExecutionContext, home: Home, extract: Frames, tables: Frames, findings: Frames
        ):
            return made_of(context, home, extract, tables, findings)

        @guarded
        def file(
            context: dg.AssetExecutionContext,
            config: File,
            home: Home,
            extract: Frames,
            tables: Frames,
            findings: Frames,
        ):
            return made_of(context, home, extract, tables, findings, incomplete=config.incomplete)

        return asset(
            name=kind,
            ins=upstream("extract", "tables", "findings"),
            check_specs=[complete_spec(name, kind)],
            description=_WRITES[kind],
        )(whole_file if kind in _HOLDS_ALL else file)

    files = [file_of(kind) for kind in whole.files]

    @asset(
        ins=upstream("extract", "tables", "last_year", "findings", *whole.files),
        description="The findings as one page, one workbook, CSV and JSON, in the working area.",
    )
    @guarded
    def report(
        context: dg.AssetExecutionContext,
        home: Home,
        extract: Frames,
        tables: Frames,
        last_year: Frames,
        findings: Frames,
        **files: Frames,
    ):
        from exports.report import report as assemble
        from exports.report_files import write_csv, write_json, write_page, write_workbook

        period, unit = here(context)
        said = value(findings, "@facts")
        _alike(
            name,
            unit,
            period,
            *_same_tables(extract, tables, findings, *files.values()),
            (said["last_year"], value(last_year, "@facts")["sha256"]),
        )
        given = _submission(name, period, said["ruleset"], extract, tables, last_year, _reference(whole, unit, []))
        assembled = assemble(
            given,
            outcome_from(findings),
            facts={
                "return": whole.title,
                "unit": unit,
                "period": period,
                "ruleset": said["ruleset"],
                "rule book": said["book"],
                **value(extract, "@facts"),
                "last year": value(last_year, "@facts")["last_year"],
                "run": context.run.run_id,
                "software": f"{SOFTWARE} {release()}",
                "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                **_said(files),
            },
            left_out=extract["@left_out"],
            issues=extract["@issues"],
            obstacles=_obstacles(files),
            local=findings["local"],
        )
        folder = home.work(name, unit, period, "report_files")
        paths = []
        for write, file in (
            (write_page, "report.html"),
            (write_workbook, "findings.xlsx"),
            (write_csv, "findings.csv"),
            (write_json, "findings.json"),
        ):
            write(assembled, folder / file)
            (folder / file).chmod(0o600)
            paths.append(folder / file)
        frames = {"files": _files(paths), "@facts": pairs(_facts(files)), "@totals": pairs(assembled.totals)}
        return dg.MaterializeResult(
            value=frames,
            metadata={"report": dg.MetadataValue.url(home.address(name, unit, period)), "files": len(paths)},
        )

    @asset(
        ins=upstream("extract", "tables", "findings", "report", *whole.files),
        description="One version in the store: the Department's file, findings and report. Invented data are marked.",
    )
    @guarded
    def published(
        context: dg.AssetExecutionContext,
        home: Home,
        extract: Frames,
        tables: Frames,
        findings: Frames,
        report: Frames,
        **files: Frames,
    ):
        period, unit = here(context)
        made = {"findings": findings, **files, "report": report}
        lineages = {stage: value(frames, "@facts")["lineage"] for stage, frames in made.items()}
        facts = _facts(files)
        _alike(
            name,
            unit,
            period,
            *_same_tables(extract, tables, *made.values()),
            (facts, value(report, "@facts")),
            *(
                (list(_files(frames["files"]["path"])["sha256"]), list(frames["files"]["sha256"]))
                for frames in (*files.values(), report)
            ),
        )
        paths = {
            Path(path).name: Path(path) for frames in (*files.values(), report) for path in frames["files"]["path"]
        }
        source = value(extract, "@facts")
        names = [Path(path).name for frames in files.values() for path in frames["files"]["path"]]
        severities = findings["findings"]["severity"].value_counts()
        version = home.store(context.run.run_id).publish(
            name,
            unit,
            period,
            paths,
            {
                **{key: facts[key] for key in ("lineage", "rule_book", "code_version", "content_key")},
                "lineages": lineages,
                "submission": [file for file in names if NOT_FOR_SUBMISSION not in file],
                "source": source["source"],
                "input_sha256": source["input_sha256"],
                "demo": source["source"] == INVENTED,
                **({"serial": facts["serial"]} if facts["serial"] else {}),
                "counts": {
                    "children": int(value(report, "@totals")["children"]),
                    "errors": int(severities.get("error", 0)),
                    "queries": int(severities.get("query", 0)),
                    "rules_run": len(findings["ran"]),
                    "rules_not_run": len(findings["not_run"]),
                    "rules_crashed": len(findings["crashed"]),
                    "obstacles": len(_obstacles(files)),
                    "schema_faults": int(facts["schema_faults"] or 0),
                },
            },
        )
        return dg.MaterializeResult(
            value={"files": _files(list(version.files.values()))},
            metadata={
                "version": version.id,
                "made before": version.reused,
                "files": len(version.files),
                "invented data": source["source"] == INVENTED,
                "report": dg.MetadataValue.url(home.address(name, unit, period)),
                **{f"sha256 of {file}": digest for file, digest in version.hashes.items()},
            },
        )

    return [extract, tables, last_year, findings, *files, report, published]


def _reference(whole: Return, unit: str, providers: list[Path]) -> dict[str, Any]:
    """What the rules take beside the returns; Ofsted's lists only where there are any."""
    from assets.sources.providers import read_providers

    given: dict[str, Any] = {"authority": unit} if "authority" in whole.reference else {}
    return given | ({"providers": read_providers(*providers)} if providers else {})


def _submission(
    name: str,
    period: str,
    ruleset: str,
    extract: Frames,
    tables: Frames,
    last_year: Frames,
    reference: Mapping[str, Any],
) -> Any:
    """The typed tables as the rules take them; another period's rule set types the raw tables again, by its own
    description."""
    from validation.submission import submission, submit
    from validation.typed import from_frames, typed

    whole = described(name)
    previous = {table: frame for table, frame in last_year.items() if table in whole}
    if ruleset and ruleset != period:
        raw = {table: frame for table, frame in extract.items() if table in whole}
        return submit(name, raw, period, ruleset, previous or None, **reference)
    at = whole.at(period)
    return submission(at, from_frames(tables, at), typed(previous, at) if previous else None, **reference)


def outcome_from(findings: Frames) -> Any:
    """What the asset [return, findings] kept, as the run's outcome."""
    from validation.rule import Outcome

    return Outcome(
        findings["findings"], list(findings["ran"]["code"]), value(findings, "not_run"), value(findings, "crashed")
    )


def _input(extract: Frames) -> str:
    """What the rows were read from."""
    facts = value(extract, "@facts")
    return f"{facts['source']} {facts['input_sha256']}"


def _facts(files: Mapping[str, Frames]) -> dict[str, str]:
    """What the files of a return record together."""
    each = [value(frames, "@facts") for frames in files.values()]
    faults = sum(int(facts["schema_faults"] or 0) for facts in each)
    return {
        **each[0],
        "content_key": each[0]["content_key"] if len(each) == 1 else _hash(facts["content_key"] for facts in each),
        "serial": next((facts["serial"] for facts in each if facts["serial"]), ""),
        "schema_faults": str(faults or ""),
    }


def _said(files: Mapping[str, Frames]) -> dict[str, str]:
    """What the report says of the files."""
    facts = _facts(files)
    return {"serial": facts["serial"], "faults by the registered schema": facts["schema_faults"]}


def _obstacles(files: Mapping[str, Frames]) -> pd.DataFrame:
    return pd.concat([frames["obstacles"] for frames in files.values()], ignore_index=True)


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _identity(extract: Frames, findings: Frames, content: list[str]) -> dict[str, str]:
    """What decides a published version's content, as the store compares it; `findings` is what they were made with."""
    said = value(findings, "@facts")
    return {
        "lineage": said["lineage"],
        "rule_book": said["book"],
        "code_version": f"{SOFTWARE} {release()}",
        "content_key": _hash([_input(extract), *said.values(), *content]),
        "findings": _hash(said.values()),
    }


def _same_tables(extract: Frames, tables: Frames, findings: Frames, *made: Frames) -> Iterator[tuple[object, object]]:
    """What has to be alike where findings, and the file and report made from them, are used together."""
    lineage = value(tables, "@lineage")
    said = value(findings, "@facts")
    yield _input(extract), lineage["input"]
    yield said["lineage"], lineage["sha256"]
    for frames in made:
        facts = value(frames, "@facts")
        yield facts["lineage"], lineage["sha256"]
        yield facts["findings"], _hash(said.values())


def _alike(name: str, unit: str, period: str, *each: tuple[object, object]) -> None:
    """Raise MixedLineage unless the two of each pair are equal."""
    if any(one != other for one, other in each):
        raise MixedLineage(
            f"{name} {unit} {period}: tables, findings, file and report are of different data; run the return again."
        )


def _accepted(home: Home, name: str, unit: str, period: str) -> tuple[list[Path], str]:
    """Last period's files: ours if their hashes are those recorded as accepted, else those dropped as accepted."""
    store = home.store("read")
    record = store.accepted_hash(name, unit, period)
    given = dropped(home.inbox(name, unit, period) / "accepted")
    if record:
        for version in _versions(store, name, unit, period):
            files = [path for file, path in version.files.items() if record.files.get(file) == version.hashes[file]]
            if files:
                store.verify(version)
                return _of_one_kind(files, described(name)), f"the file of {period} recorded as accepted"
    if len({path.suffix for path in given}) > 1 or len([path for path in given if path.suffix.lower() == ".xml"]) > 1:
        raise SourceError(
            f"The folder accepted of {name} {unit} {period} holds several returns; leave the files of the one accepted."
        )
    if given:
        return given, f"the file of {period} dropped as accepted"
    return [], f"nothing of {period} is recorded as accepted and no file was dropped"


def _new_ids(home: Home, name: str, unit: str, period: str) -> Path | None:
    """The list of new ids for the children in the return of `period`, if there is one."""
    lists = home.child_ids(name, unit, period)
    if len(lists) > 1:
        raise SourceError(
            f"The folder child_ids of {name} {unit} {period} holds several files; leave one list with the columns "
            "old,new there."
        )
    return lists[0] if lists else None


def _of_one_kind(files: list[Path], whole: Return) -> list[Path]:
    """Of one content in several kinds of file, the kind that the Department takes first."""
    kinds = [[path for path in files if path.suffix.lower() == f".{kind}"] for kind in whole.files]
    return next(paths for paths in kinds if paths)


def _versions(store: Any, name: str, unit: str, period: str) -> list[Any]:
    try:
        return list(store.versions(name, unit, period))
    except NothingPublished:
        return []


def _digest(paths: list[Path]) -> str:
    return _hash(_files(paths)["sha256"]) if paths else ""


def _files(paths: Iterable[Path | str]) -> pd.DataFrame:
    hashes = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]
    return pd.DataFrame({"path": [str(path) for path in paths], "sha256": hashes}, dtype="str")
