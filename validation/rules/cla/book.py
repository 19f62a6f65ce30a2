"""The rule book of the children looked after return, to which its modules add their rules."""

from validation.rule import RuleBook

rule = RuleBook("cla", severity_confirmed=False)
