"""The children looked after return."""

from assets.stages import stages

assets = stages("cla")
