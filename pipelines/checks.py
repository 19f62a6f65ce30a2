"""Asset checks, made from the description: one a table and severity, with counts only."""

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from pipelines.partitions import partitions
from returns import described

SEVERITIES = ("error", "query")
WHOLE = "return"


def _spec(check: str, asset: dg.AssetKey, text: str, **more: Any) -> dg.AssetCheckSpec:
    with warnings.catch_warnings():  # checks by partition are a preview, which is why Dagster is pinned
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(check, asset=asset, description=text, **more)


def _name(table: str, severity: str) -> str:
    return f"{table}_{'errors' if severity == 'error' else 'queries'}"


def finding_specs(name: str) -> list[dg.AssetCheckSpec]:
    """The checks of [return, findings]."""
    asset, parts = dg.AssetKey([name, "findings"]), partitions(name)
    said = [
        (_name(table, severity), f"{title}: {'errors' if severity == 'error' else 'queries'} found by the rules")
        for table, title in [*((each.name, each.label) for each in described(name)), (WHOLE, "The return as a whole")]
        for severity in SEVERITIES
    ]
    said.append(("rules_crashed", "Every rule that could be run ended; one that crashes has checked nothing"))
    return [_spec(check, asset, text, partitions_def=parts) for check, text in said]


def finding_results(
    name: str, findings: pd.DataFrame, crashed: Mapping[str, str], address: str
) -> Iterator[dg.AssetCheckResult]:
    """A result for every declared check: findings, rules behind them and where the report is.

    Never a value or an id.
    """
    counts = (
        findings.assign(table=findings["table"].fillna(WHOLE))
        .groupby(["table", "severity"])["rule"]
        .agg(["size", "nunique"])
    )
    report = dg.MetadataValue.url(address)
    for table in [*(each.name for each in described(name)), WHOLE]:
        for severity in SEVERITIES:
            rows, rules = counts.loc[(table, severity)] if (table, severity) in counts.index else (0, 0)
            yield dg.AssetCheckResult(
                check_name=_name(table, severity),
                passed=not rows,
                severity=dg.AssetCheckSeverity.ERROR if severity == "error" else dg.AssetCheckSeverity.WARN,
                metadata={"findings": int(rows), "rules": int(rules), "report": report},
            )
    yield dg.AssetCheckResult(
        check_name="rules_crashed",
        passed=not crashed,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"rules": len(crashed), "codes": " ".join(sorted(crashed)), "report": report},
    )


def shape_spec(name: str) -> dg.AssetCheckSpec:
    """The blocking check of [return, tables]."""
    return _spec(
        "shape",
        dg.AssetKey([name, "tables"]),
        "Every table has the described columns and types, and there is at least one child",
        blocking=True,
        partitions_def=partitions(name),
    )


def complete_spec(name: str, kind: str) -> dg.AssetCheckSpec:
    """The check of [return, kind of file] that the files could be written whole."""
    return _spec(
        "complete",
        dg.AssetKey([name, kind]),
        "Nothing stops a file that is valid against the schema of the year",
        partitions_def=partitions(name),
    )
