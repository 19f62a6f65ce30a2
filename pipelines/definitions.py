"""Everything that Dagster loads."""

import dagster as dg

from assets import cin, cla
from pipelines.io import Frames
from pipelines.jobs import census, dry_run
from pipelines.resources import CareRecords, Home
from pipelines.schedules import nightly
from pipelines.sensors import inbox
from returns import RETURNS

home = Home()
ASSETS = [*cin.assets, *cla.assets]
CENSUS = {name: census(name) for name in RETURNS}
DRY_RUN = {name: dry_run(name) for name in RETURNS}

defs = dg.Definitions(
    assets=ASSETS,
    jobs=[*CENSUS.values(), *DRY_RUN.values()],
    schedules=[nightly(name, DRY_RUN[name]) for name in RETURNS],
    sensors=[inbox(name, CENSUS[name]) for name in RETURNS],
    resources={"home": home, "care_records": CareRecords(), "io_manager": Frames(home=home)},
    executor=dg.in_process_executor,
)
