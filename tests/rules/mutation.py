"""Is every part of every rule drawn? Change the rules in one place at a time and see that a drawn case notices.

A mutant is one change: of a comparison, an operand, a level, a column, an option or a constant in a rule's function or
in what several rules share; of a comparison or an operand in the vocabulary; of a word or a code of the description. It
dies when a case of a rule that it touches comes out otherwise.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from returns import described
from returns.model import Field, Return
from rules.drawn import Case, cases
from validation.rule import RuleBook, run
from validation.rules import book
from validation.submission import Submission, submit
from validation.typed import typed

PACKAGE = "validation.rules.cin"
WORDS = "validation.words"
CIN = described("cin")
BOOK = book("cin")
CASES = cases("cin")

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}
JOINED: dict[type[ast.operator], type[ast.operator]] = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
NAMES = {"yes": "no", "no": "yes", "inside": "outside", "outside": "inside"}
ATTRIBUTES = {"isna": "notna", "notna": "isna", "start": "end", "end": "start"}
LEVELS = {"child": "episode", "episode": "child", "assessment": "episode", "plan": "episode"}
OPTIONS = {"yes": ("any_case", True), "no": ("any_case", True), "overlapping": ("touching", False)}


@dataclass(frozen=True)
class Mutant:
    """One change; `rules` are those whose cases must notice it."""

    rules: tuple[str, ...]
    place: str
    change: str
    survives: Callable[[], bool]

    def __str__(self) -> str:
        return f"{' '.join(self.rules)} at {self.place}: {self.change}"

    @property
    def name(self) -> str:
        """The rules, or for a change of the vocabulary its file."""
        file = self.place.partition(":")[0]
        return file if file == "words.py" else " ".join(self.rules)


# ------------------------------------------------------------------------------------------------------ judging


@cache
def _submitted(number: int) -> Submission:
    return submit("cin", CASES[number].frames(), CASES[number].period)


def as_drawn(rules: RuleBook, case: Case, given: Submission) -> bool:
    """Whether the case comes out as drawn."""
    outcome = run(rules, given, [case.code])
    if outcome.ran != [case.code]:
        return False
    found = outcome.findings
    if case.whole is not None:
        return len(found) == case.whole
    return set(zip(found["table"], found["row"], strict=True)) == case.marked


def _survives_in(rules: RuleBook, codes: tuple[str, ...]) -> bool:
    """Whether all cases of `codes` still come out; what rules read is that of the real ones."""
    drawn = [(case, _submitted(n)) for n, case in enumerate(CASES) if case.code in codes]
    for _, given in drawn:
        _forget(given)
        for rule in BOOK.at(given.period.name):
            if rule.code in codes:
                BOOK.reads(rule, given.asked)
    rules._reads = BOOK._reads
    return all(as_drawn(rules, case, given) for case, given in drawn)


def _forget(given: Submission) -> None:
    """Take away what words made of the tables and keep with them: it is that of other rules than these."""
    for source in (given.tables, given.last_year):
        for frame in source.tables.values() if source else ():
            frame.__dict__.pop("_made", None)


# ------------------------------------------------------------------------------------------------------ rules


class _Changed(MetaPathFinder, Loader):
    """Loads one module from a changed tree."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name = name
        self.code = compile(tree, f"<{name}, changed>", "exec")

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


@contextmanager
def _apart() -> Iterator[None]:
    """Within, the rules and their words are imported anew; afterwards the real modules are back."""
    real = {name: module for name, module in sys.modules.items() if name == WORDS or name.startswith(PACKAGE)}
    for name in real:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name == WORDS or name.startswith(PACKAGE)]:
            del sys.modules[name]
        sys.modules.update(real)
        for name in (WORDS, PACKAGE):
            parent, _, child = name.rpartition(".")
            setattr(sys.modules[parent], child, real[name])


def changed_book(module: str, tree: ast.Module) -> RuleBook:
    """The rule book with one of its modules taken from `tree`."""
    finder = _Changed(module, tree)
    with _apart():
        sys.meta_path.insert(0, finder)
        try:
            rules: RuleBook = import_module(PACKAGE).rule
        finally:
            sys.meta_path.remove(finder)
    return rules


def in_rules() -> Iterator[Mutant]:
    """Every change of the functions of rules, of what they share, and of the words they are written in."""
    trees = {name: ast.parse(_path(name).read_text(encoding="utf-8")) for name in sorted(_modules())}
    for module, tree in trees.items():
        for at, node in enumerate(tree.body):
            codes = _codes_of(node) or _users(node, trees)
            for number, variant, old, new in _changes(node) if codes else ():
                if module == WORDS and not isinstance(old, ast.Compare | ast.UnaryOp) and not _joins(old):
                    continue  # constants of the vocabulary are mostly sizes of arrays; it has tests of its own
                place = f"{_path(module).name}:{getattr(old, 'lineno', node.lineno)}"
                survives = _judge(module, partial(_changed, tree, at, number, variant), codes)
                yield Mutant(codes, place, f"{_shown(old)} -> {_shown(new)}", survives)


def _judge(module: str, tree: Callable[[], ast.Module], codes: tuple[str, ...]) -> Callable[[], bool]:
    def survives() -> bool:
        try:
            rules = changed_book(module, tree())
        except Exception:  # noqa: BLE001 - a mutant that cannot be loaded is noticed
            return False
        return _survives_in(rules, codes)

    return survives


def _modules() -> list[str]:
    return [WORDS, *(n for n in sys.modules if n.startswith(f"{PACKAGE}.") and n != f"{PACKAGE}.book")]


def _path(module: str) -> Path:
    spec = find_spec(module)
    assert spec
    assert spec.origin
    return Path(spec.origin)


def _codes_of(node: ast.stmt) -> tuple[str, ...]:
    """The rules that a function is registered as."""
    calls = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return tuple(ast.literal_eval(call.args[0]) for call in calls if isinstance(call, ast.Call))


def _users(node: ast.stmt, trees: dict[str, ast.Module]) -> tuple[str, ...]:
    """The rules whose functions use what a statement defines."""
    if isinstance(node, ast.FunctionDef):
        name = node.name
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
    else:
        return ()
    found: list[str] = []
    for tree in trees.values():
        for user in tree.body:
            if isinstance(user, ast.FunctionDef) and user is not node and name in _names(user):
                found += _codes_of(user) or _users(user, trees)
    return tuple(dict.fromkeys(found))


def _names(function: ast.FunctionDef) -> set[str]:
    return {node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)}


def _changes(node: ast.stmt) -> Iterator[tuple[int, int, ast.AST, ast.AST]]:
    """Every change within one statement of a module: number of the part, number of the variant, old and new."""
    for number, old in enumerate(_parts(node)):
        for variant, new in enumerate(_variants(old, node)):
            yield number, variant, old, new


def _changed(tree: ast.Module, at: int, number: int, variant: int) -> ast.Module:
    tree = deepcopy(tree)
    old = _parts(tree.body[at])[number]
    _Put(old, _variants(old, tree.body[at])[variant]).visit(tree.body[at])
    return ast.fix_missing_locations(tree)


def _parts(statement: ast.stmt) -> list[ast.AST]:
    body = statement.body if isinstance(statement, ast.FunctionDef) else [statement]
    return [node for part in body for node in ast.walk(part)]


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


class _Put(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _variants(node: ast.AST, statement: ast.stmt) -> list[ast.AST]:
    """What the node could be changed to; new nodes may share parts of the old one."""
    if isinstance(node, ast.Compare):
        return [
            ast.Compare(node.left, [other()], node.comparators)
            for other in (COMPARED.get(type(node.ops[0]), ()) if len(node.ops) == 1 else ())
        ]
    if isinstance(node, ast.BinOp):
        return _of_operation(node)
    if isinstance(node, ast.BoolOp):
        return list(node.values)
    if isinstance(node, ast.UnaryOp):
        return [node.operand] if isinstance(node.op, ast.Invert | ast.Not) else []
    if isinstance(node, ast.Call):
        return _of_call(node)
    if isinstance(node, ast.Attribute):
        return _of_attribute(node, statement)
    if isinstance(node, ast.Dict | ast.Set | ast.Tuple):
        return _of_display(node)
    return _of_constant(node) if isinstance(node, ast.Constant) else []


def _joins(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and type(node.op) in JOINED


def _of_operation(node: ast.BinOp) -> list[ast.AST]:
    if _joins(node):
        return [node.left, node.right, ast.BinOp(node.left, JOINED[type(node.op)](), node.right)]
    other = CALCULATED.get(type(node.op))
    return [ast.BinOp(node.left, other(), node.right)] if other else []


def _of_call(node: ast.Call) -> list[ast.AST]:
    """Opposite words, an option the other way, an argument less."""
    changed: list[ast.AST] = []
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name in NAMES:
        changed.append(ast.Call(ast.Name(NAMES[name], ast.Load()), node.args, node.keywords))
    if name in OPTIONS:
        option, value = OPTIONS[name]
        rest = [word for word in node.keywords if word.arg != option]
        given = len(rest) < len(node.keywords)
        changed.append(
            ast.Call(node.func, node.args, rest if given else [*rest, ast.keyword(option, ast.Constant(value))])
        )
    if name == "overlapping" and any(word.arg == "copies" for word in node.keywords):
        changed.append(ast.Call(node.func, node.args, [word for word in node.keywords if word.arg != "copies"]))
    if name in ("flagged", "either", "has", "how_many") and len(node.args) > 2:
        least = 1 if name in ("flagged", "either") else 3
        changed += [
            ast.Call(node.func, node.args[:n] + node.args[n + 1 :], node.keywords)
            for n in range(0 if name == "either" else least, len(node.args))
        ]
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("upper", "lower"):
        changed.append(node.func.value.value if isinstance(node.func.value, ast.Attribute) else node.func.value)
    return changed


def _of_attribute(node: ast.Attribute, statement: ast.stmt) -> list[ast.AST]:
    """The opposite method, or another column of the kind that the rule's tables hold."""
    if node.attr in ATTRIBUTES:
        return [ast.Attribute(node.value, ATTRIBUTES[node.attr], ast.Load())]
    return [ast.Attribute(node.value, name, ast.Load()) for name in _columns_like(node.attr, statement)]


def _columns_like(column: str, statement: ast.stmt) -> list[str]:
    arguments = [one.arg for one in statement.args.args] if isinstance(statement, ast.FunctionDef) else []
    holding = [table for table in CIN if table.argument in arguments and column in table]
    return list(
        dict.fromkeys(
            item.name
            for table in holding
            for item in table.fields
            if item.name != column and item.kind == table[column].kind and item.given == table[column].given
        )
    )


def _of_display(node: ast.Dict | ast.Set | ast.Tuple) -> list[ast.AST]:
    """One entry less."""
    if isinstance(node, ast.Dict):
        return [
            ast.Dict(node.keys[:n] + node.keys[n + 1 :], node.values[:n] + node.values[n + 1 :])
            for n in range(len(node.keys))
        ]
    if isinstance(node, ast.Set):
        return [ast.Set(node.elts[:n] + node.elts[n + 1 :]) for n in range(len(node.elts))]
    return []


def _of_constant(node: ast.Constant) -> list[ast.AST]:
    if isinstance(node.value, bool):
        return [ast.Constant("first")] if node.value is False else [ast.Constant(value=False)]
    if isinstance(node.value, int):
        return [ast.Constant(node.value - 1), ast.Constant(node.value + 1)]
    if isinstance(node.value, str) and node.value in LEVELS:
        return [ast.Constant(LEVELS[node.value])]
    if isinstance(node.value, str) and _is_date(node.value):
        day = int(node.value[-2:])
        return [ast.Constant(f"{node.value[:-2]}{other:02}") for other in (day + 1, day + 2)]
    if isinstance(node.value, str) and not node.value.isidentifier() | node.value.isalnum():
        return []
    return [ast.Constant(f"{node.value}~")] if isinstance(node.value, str) else []


def _is_date(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()


# ------------------------------------------------------------------------------------------------------ description


def in_description() -> Iterator[Mutant]:
    """Every word of a field that says a rule taken away, every pattern's count changed, every code taken away."""
    for table in CIN:
        for item in table.fields:
            for code, change, other in _other_fields(item):
                changed = replace(CIN, tables=tuple(_with_field(t, item, other) if t is table else t for t in CIN))
                yield Mutant((code,), f"{table.name}.{item.name}", change, _judge_description(changed, (code,)))
    for name, values in CIN.codes.items():
        codes = _users_of_codes(name)
        for value in values if codes else ():
            rest = tuple(other for other in values if other is not value)
            changed = replace(CIN, codes=MappingProxyType({**CIN.codes, name: rest}))
            yield Mutant(codes, name, f"{value.code} taken away", _judge_description(changed, codes))


def _with_field(table: Any, item: Field, other: Field) -> Any:
    return replace(table, fields=tuple(other if one is item else one for one in table.fields))


def _other_fields(item: Field) -> Iterator[tuple[str, str, Field]]:
    if item.wrong and item.wrong == item.absent:
        yield item.wrong, f"wrong={item.wrong} taken away", replace(item, wrong=None)
        yield item.absent, f"absent={item.absent} taken away", replace(item, absent=None)
    else:
        for word in ("wrong", "absent"):
            if code := getattr(item, word):
                yield code, f"{word}={code} taken away", replace(item, **{word: None})
    if item.wrong and item.minimum is not None:
        yield item.wrong, "minimum one more", replace(item, minimum=item.minimum + 1)
        yield item.wrong, "minimum one less", replace(item, minimum=item.minimum - 1)
    for shape in item.shapes:
        rest = tuple(other for other in item.shapes if other is not shape)
        yield shape.rule, f"shape of {shape.rule} taken away", replace(item, shapes=rest)
        for pattern in _other_patterns(shape.pattern):
            other = replace(shape, pattern=pattern)
            yield shape.rule, f"{shape.pattern} -> {pattern}", replace(item, shapes=(*rest, other))


def _other_patterns(pattern: str) -> Iterator[str]:
    """The pattern with one of its counts one more or less."""
    for found in re.finditer(r"(?<=[{,])[0-9]+(?=[,}])", pattern):
        for number in (int(found[0]) - 1, int(found[0]) + 1):
            other = pattern[: found.start()] + str(number) + pattern[found.end() :]
            try:
                re.compile(other)
            except re.error:
                continue
            yield other


def _users_of_codes(name: str) -> tuple[str, ...]:
    """The rules that a code set decides: by a field's word, or named in the rule's function."""
    said = {
        code
        for table in CIN
        for item in table.fields
        for code in (item.wrong,)
        if code and item.codes == name and item.kind != "flag"
    }
    for module in _modules():
        tree = ast.parse(_path(module).read_text(encoding="utf-8"))
        trees = {module: tree}
        for node in tree.body:
            text = ast.unparse(node)
            if isinstance(node, ast.FunctionDef) and f"codes.{name}" in text:
                said |= set(_codes_of(node) or _users(node, trees))
    return tuple(sorted(said))


def _judge_description(changed: Return, codes: tuple[str, ...]) -> Callable[[], bool]:
    def survives() -> bool:
        for case in CASES:
            if case.code in codes:
                asked = changed.at(case.period)
                assert asked.period
                if not as_drawn(BOOK, case, Submission(asked, asked.period, typed(case.frames(), asked))):
                    return False
        return True

    return survives
