"""The CIN rule book that every module of this package adds to."""

from validation.rule import RuleBook

rule = RuleBook("cin")
