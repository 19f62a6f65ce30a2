"""The children in need census."""

from assets.stages import stages

assets = stages("cin")
