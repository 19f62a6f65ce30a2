"""Is every part of every rule drawn? Change the rules in one place at a time and see that a drawn case notices.

A mutant is one change: of a comparison, an operand, a level, a column, an option or a constant in a rule's function or
in what several rules share; of a comparison or an operand in the vocabulary; of a word or a code of the description. It
dies when a case of a rule that it touches comes out otherwise. A word of the vocabulary is judged by the first return
whose rules use it.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from itertools import chain
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from returns import described
from returns.model import Field, Return
from rules.drawn import Case, cases
from validation.rule import RuleBook, run
from validation.rules import book
from validation.submission import Submission, submission, submit
from validation.typed import typed

WORDS = "validation.words"

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
OPPOSITES = [("yes", "no"), ("inside", "outside"), ("first_by", "last_by"), ("any_given", "all_given")]
NAMES = {one: other for pair in OPPOSITES for one, other in (pair, pair[::-1])}
ATTRIBUTES = {"isna": "notna", "notna": "isna", "start": "end", "end": "start"}
LEVELS = {"child": "episode", "episode": "child", "assessment": "episode", "plan": "episode"}
LEAST = {"either": 0, "flagged": 1, "has": 3, "how_many": 3, "first_by": 3, "last_by": 3, "lookup": 4}  # arguments
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
        """The rules, or for a change of a vocabulary its file."""
        file = self.place.partition(":")[0]
        return file if file in ("words.py", "care.py") else " ".join(self.rules)


# ------------------------------------------------------------------------------------------------------ judging


@dataclass(frozen=True)
class Book:
    """The rules of one return, and the cases that changes of them are judged by."""

    name: str

    @cached_property
    def package(self) -> str:
        return f"validation.rules.{self.name}"

    @cached_property
    def described(self) -> Return:
        return described(self.name)

    @cached_property
    def rules(self) -> RuleBook:
        return book(self.name)

    @cached_property
    def cases(self) -> list[Case]:
        return cases(self.name)

    @cached_property
    def modules(self) -> list[str]:
        """The modules of its rules, by name."""
        book(self.name)
        return sorted(name for name in sys.modules if name.startswith(f"{self.package}.") and name[-5:] != ".book")

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        names = [*self.modules, WORDS]
        return {name: ast.parse(_path(name).read_text(encoding="utf-8")) for name in names}

    def users_of(self, module: str) -> list[str]:
        """A module, and those that import from it or from one that does."""
        found = [module]
        for one in found:
            found += [name for name, tree in self.trees.items() if _taken_from(one, tree) and name not in found]
        return found

    @cache  # noqa: B019 - there are two, for good
    def submitted(self, number: int) -> Submission:
        case = self.cases[number]
        return submit(self.name, case.frames(), case.period, **case.beside())

    def survives_in(self, rules: RuleBook, codes: tuple[str, ...]) -> bool:
        """Whether all cases of `codes` still come out; what rules read is that of the real ones."""
        drawn = [(case, self.submitted(n)) for n, case in enumerate(self.cases) if case.code in codes]
        for _, given in drawn:
            for rule in self.rules.at(given.period.name):
                if rule.code in codes:
                    self.rules.reads(rule, given.asked)
        rules._reads = self.rules._reads
        return all(as_drawn(rules, case, given) for case, given in drawn)


BOOKS = {name: Book(name) for name in ("cin", "cla")}


def as_drawn(rules: RuleBook, case: Case, given: Submission) -> bool:
    """Whether the case comes out as drawn; what other rules made of its tables (`words.once`) is forgotten."""
    years = [typed_tables.tables.values() for typed_tables in (given.tables, given.last_year) if typed_tables]
    for made_of in chain(*years, given.reference.values()):
        getattr(made_of, "__dict__", {}).pop("_made", None)
    outcome = run(rules, given, [case.code])
    if outcome.ran != [case.code]:
        return False
    found = outcome.findings
    if case.whole is not None:
        return len(found) == case.whole
    return set(zip(found["table"], found["row"], strict=True)) == case.marked


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
def _apart(names: list[str]) -> Iterator[None]:
    """Within, these modules are imported anew; afterwards the real ones are back."""
    real = {name: sys.modules.pop(name) for name in names}
    try:
        yield
    finally:
        for name, module in real.items():
            sys.modules[name] = module
            parent, _, child = name.rpartition(".")
            setattr(sys.modules[parent], child, module)


def changed_book(of: Book, module: str, tree: ast.Module) -> RuleBook:
    """The rule book with one of its modules taken from `tree`, and with what imports from that loaded anew."""
    finder, names = _Changed(module, tree), [f"{of.package}.book", *of.users_of(module)]
    with _apart(names):
        sys.meta_path.insert(0, finder)
        try:
            for name in names:
                import_module(name)
        finally:
            sys.meta_path.remove(finder)
        anew: RuleBook = sys.modules[names[0]].rule
    rules = copy(of.rules)
    rules.versions = {**of.rules.versions, **anew.versions}
    return rules


def in_rules(of: Book) -> Iterator[Mutant]:
    """Every change of the functions of rules, of what they share, and of the words they are written in."""
    for module, tree in of.trees.items():
        for at, node in enumerate(tree.body):
            codes = _codes_of(node) or _users(node, module, of.trees)
            if module == WORDS and of is not BOOKS["cin"] and _users(node, WORDS, BOOKS["cin"].trees):
                continue
            for number, variant, old, new in _changes(node, of) if codes else ():
                if module == WORDS and not isinstance(old, ast.Compare | ast.UnaryOp) and not _joins(old):
                    continue  # constants of the vocabulary are mostly sizes of arrays; it has tests of its own
                place = f"{_path(module).name}:{getattr(old, 'lineno', node.lineno)}"
                survives = _judge(of, module, partial(_changed, tree, at, number, variant, of), codes)
                yield Mutant(codes, place, f"{_shown(old)} -> {_shown(new)}", survives)


def _judge(of: Book, module: str, tree: Callable[[], ast.Module], codes: tuple[str, ...]) -> Callable[[], bool]:
    def survives() -> bool:
        try:
            rules = changed_book(of, module, tree())
        except Exception:  # noqa: BLE001 - a mutant that cannot be loaded is noticed
            return False
        return of.survives_in(rules, codes)

    return survives


def _path(module: str) -> Path:
    spec = find_spec(module)
    assert spec
    assert spec.origin
    return Path(spec.origin)


def _codes_of(node: ast.stmt) -> tuple[str, ...]:
    """The rules that a function is registered as."""
    calls = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return tuple(ast.literal_eval(call.args[0]) for call in calls if isinstance(call, ast.Call))


def _users(
    node: ast.stmt, module: str, trees: dict[str, ast.Module], seen: frozenset[tuple[str, str]] = frozenset()
) -> tuple[str, ...]:
    """The rules whose functions use what a statement of `module` defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        name = node.name
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
    else:
        return ()
    if (module, name) in seen:
        return ()
    found: list[str] = []
    for other, tree in trees.items():
        if other != module and name not in _taken_from(module, tree):
            continue
        for user in tree.body:
            if user is not node and name in _names(user):
                found += _codes_of(user) or _users(user, other, trees, seen | {(module, name)})
    return tuple(dict.fromkeys(found))


@cache
def _taken_from(module: str, tree: ast.Module) -> set[str]:
    """The names that a module imports from another."""
    taken = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == module]
    return {alias.name for node in taken for alias in node.names}


@cache
def _names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        parts: list[ast.AST] = list(statement.body)
    else:
        parts = [statement.value] if isinstance(statement, ast.Assign) else []
    return {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}


def _changes(node: ast.stmt, of: Book) -> Iterator[tuple[int, int, ast.AST, ast.AST]]:
    """Every change within one statement of a module: number of the part, number of the variant, old and new."""
    for number, old in enumerate(_parts(node)):
        for variant, new in enumerate(_variants(old, node, of)):
            yield number, variant, old, new


def _changed(tree: ast.Module, at: int, number: int, variant: int, of: Book) -> ast.Module:
    tree = ast.Module([*tree.body], [])
    tree.body[at] = deepcopy(tree.body[at])
    old = _parts(tree.body[at])[number]
    new = _variants(old, tree.body[at], of)[variant]
    _Put(old, new).visit(tree.body[at])
    if isinstance(new, ast.Call) and isinstance(new.func, ast.Name) and new.func.id in NAMES:
        tree.body.insert(0, ast.ImportFrom(WORDS, [ast.alias(new.func.id)], 0))
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


def _variants(node: ast.AST, statement: ast.stmt, of: Book) -> list[ast.AST]:
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
        return _of_attribute(node, statement, of.described)
    if isinstance(node, ast.Dict | ast.Set | ast.Tuple):
        return _of_display(node)
    return _of_constant(node, of.described) if isinstance(node, ast.Constant) else []


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
    if name in NAMES and (name not in ("any_given", "all_given") or len(node.args) > 2):
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
    least = LEAST.get(name or "")
    if least is not None and len(node.args) > max(least, 2):
        changed += [
            ast.Call(node.func, node.args[:n] + node.args[n + 1 :], node.keywords) for n in range(least, len(node.args))
        ]
    for option in node.keywords if name in ("consecutive", "lookup") else ():
        changed.append(ast.Call(node.func, node.args, [word for word in node.keywords if word is not option]))
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("upper", "lower"):
        changed.append(node.func.value.value if isinstance(node.func.value, ast.Attribute) else node.func.value)
    return changed


def _of_attribute(node: ast.Attribute, statement: ast.stmt, asked: Return) -> list[ast.AST]:
    """The opposite method, or another column of the kind that the rule's tables hold."""
    if node.attr in ATTRIBUTES:
        return [ast.Attribute(node.value, ATTRIBUTES[node.attr], ast.Load())]
    return [ast.Attribute(node.value, name, ast.Load()) for name in _columns_like(node.attr, statement, asked)]


def _columns_like(column: str, statement: ast.stmt, asked: Return) -> list[str]:
    arguments = [one.arg for one in statement.args.args] if isinstance(statement, ast.FunctionDef) else []
    known = {argument.removeprefix("previous_") for argument in arguments}
    holding = [table for table in asked if table.argument in known and column in table]
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


def _of_constant(node: ast.Constant, asked: Return) -> list[ast.AST]:
    if isinstance(node.value, bool):
        return [ast.Constant("first")] if node.value is False else [ast.Constant(value=False)]
    if isinstance(node.value, int):
        return [ast.Constant(node.value - 1), ast.Constant(node.value + 1)]
    if isinstance(node.value, str) and node.value in LEVELS and LEVELS[node.value] in asked.levels:
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


def in_description(of: Book) -> Iterator[Mutant]:
    """Every word of a field that says a rule taken away, every pattern's count changed, every code taken away."""
    whole = of.described
    for table in whole:
        for item in table.fields:
            for code, change, other in _other_fields(item):
                changed = replace(whole, tables=tuple(_with_field(t, item, other) if t is table else t for t in whole))
                yield Mutant((code,), f"{table.name}.{item.name}", change, _judge_description(of, changed, (code,)))
    for name, values in whole.codes.items():
        codes = _users_of_codes(of, name)
        for value in values if codes else ():
            rest = tuple(other for other in values if other is not value)
            changed = replace(whole, codes=MappingProxyType({**whole.codes, name: rest}))
            yield Mutant(codes, name, f"{value.code} taken away", _judge_description(of, changed, codes))


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


def _users_of_codes(of: Book, name: str) -> tuple[str, ...]:
    """The rules that a code set decides: by a field's word, or named in the rule's function."""
    said = {
        code
        for table in of.described
        for item in table.fields
        for code in (item.wrong,)
        if code and item.codes == name and item.kind != "flag"
    }
    for module, tree in of.trees.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and re.search(rf"\bcodes\.{name}\b", ast.unparse(node)):
                said |= set(_codes_of(node) or _users(node, module, of.trees))
    return tuple(sorted(said))


def _judge_description(of: Book, changed: Return, codes: tuple[str, ...]) -> Callable[[], bool]:
    def survives() -> bool:
        for n, case in enumerate(of.cases):
            if case.code in codes:
                asked, beside = changed.at(case.period), case.beside()
                previous = beside.pop("previous", None)
                before = None if previous is None else typed(previous, asked)
                given = submission(asked, typed(case.frames(), asked), before, of.submitted(n).period, **beside)
                if not as_drawn(of.rules, case, given):
                    return False
        return True

    return survives
