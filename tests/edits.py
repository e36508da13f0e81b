"""Random edits of Python source: such as change nothing that is run, and such as change it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Iterator
from random import Random

Edit = Callable[[str, Random], str | None]  # None where a text has no place for it
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def ends_of_lines(text: str) -> list[int]:
    """Numbers of the lines that logical lines end on, counted from 0."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.start[0] - 1 for token in tokens if token.type == tokenize.NEWLINE]


def comment(text: str, rng: Random) -> str:
    lines = text.split("\n")
    lines[rng.choice(ends_of_lines(text))] += "  # another thought"
    return "\n".join(lines)


def blank_lines(text: str, rng: Random) -> str:
    lines = text.split("\n")
    lines[rng.choice(ends_of_lines(text))] += "   \n\n  \n"
    return "\n".join(lines)


def written_anew(text: str, rng: Random) -> str:
    """Other quotes, line breaks and parentheses, and no comments."""
    return ast.unparse(ast.parse(text))


def other_line_ends(text: str, rng: Random) -> str:
    return text.replace("\n", "\r\n")  # Python reads them as \\n in strings, too


def docstring_of(node: ast.AST) -> bool:
    body = getattr(node, "body", [])
    return bool(body) and isinstance(body[0], ast.Expr) and is_text(body[0].value)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def docstring(text: str, rng: Random) -> str:
    """One more, one less, or another one."""
    tree = ast.parse(text)
    node = rng.choice([n for n in ast.walk(tree) if isinstance(n, Definition | ast.Module)])
    had = docstring_of(node)
    rest = node.body[1:] if had else node.body
    if had and rng.random() < 0.5:
        node.body = rest or [ast.Pass()]
    else:
        node.body = [ast.Expr(ast.Constant(f"Another word {rng.random()}.")), *rest]
    return ast.unparse(ast.fix_missing_locations(tree))


def is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def imports_of(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    found = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return [node for node in found if not is_future(node)]


def with_imports(tree: ast.Module, imports: list[ast.Import | ast.ImportFrom]) -> str:
    """The tree's text with other imports at its top."""
    old = imports_of(tree)
    rest = [node for node in tree.body if node not in old]
    first = next((i for i, node in enumerate(rest) if is_future(node)), 0)
    first += 1 if first or is_future(rest[0]) or docstring_of(tree) else 0
    tree.body = [*rest[:first], *imports, *rest[first:]]
    return ast.unparse(ast.fix_missing_locations(tree))


def shuffled_imports(text: str, rng: Random) -> str:
    tree = ast.parse(text)
    imports = imports_of(tree)
    for node in imports:
        rng.shuffle(node.names)
    rng.shuffle(imports)
    return with_imports(tree, imports)


def split_imports(text: str, rng: Random) -> str | None:
    tree, found = ast.parse(text), []
    for node in imports_of(tree):
        for alias in node.names:
            one: ast.Import | ast.ImportFrom = ast.Import([alias])
            if isinstance(node, ast.ImportFrom):
                one = ast.ImportFrom(node.module, [alias], node.level)
            found.append(one)
    return with_imports(tree, found) if found else None


def unused_import(text: str, rng: Random) -> str:
    tree = ast.parse(text)
    line = rng.choice(
        (
            "import textwrap",
            "import ganbench.reporting.tables as told",
            "from ganbench.running.runner import carry_out",
        )
    )
    return with_imports(tree, [*imports_of(tree), *imports_of(ast.parse(line))])


def bound_elsewhere(tree: ast.Module) -> set[str]:
    """Names that something else than an import at the top binds, and the arguments of calls."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, Definition | ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom) and node not in tree.body:
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def aliased(kept: frozenset[str]) -> Edit:
    """An imported name called otherwise. kept: names that other files take from this one."""

    def edit(text: str, rng: Random) -> str | None:
        tree = ast.parse(text)
        taken = bound_elsewhere(tree) | kept
        choice = [
            (node, alias)
            for node in imports_of(tree)
            for alias in node.names
            if (alias.asname or alias.name) not in taken and (alias.asname or "." not in alias.name)
        ]
        if not choice:
            return None
        _, alias = rng.choice(choice)
        before = alias.asname or alias.name
        alias.asname = f"{before}_again"
        for part in ast.walk(tree):
            if isinstance(part, ast.Name) and part.id == before:
                part.id = alias.asname
        return ast.unparse(tree)

    return edit


def import_inside(text: str, rng: Random) -> str | None:
    """An import that only the bodies of functions use, moved into them."""
    tree = ast.parse(text)
    taken = bound_elsewhere(tree)
    functions = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
    choice = []
    for node in imports_of(tree):
        names = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        users = [f for f in functions if names & loaded(f.body)]
        inside = [id(n) for f in users for s in f.body for n in ast.walk(s)]
        everywhere = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names]
        if users and not names & taken and all(id(n) in inside for n in everywhere):
            choice.append((node, users))
    if not choice:
        return None
    node, users = rng.choice(choice)
    for function in users:
        place = 1 if docstring_of(function) else 0
        function.body.insert(place, node)
    return with_imports(tree, [other for other in imports_of(tree) if other is not node])


def loaded(statements: list[ast.stmt]) -> set[str]:
    return {n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name)}


SILENT: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        *(comment, blank_lines, written_anew, other_line_ends, docstring),
        *(shuffled_imports, split_imports, unused_import, import_inside),
    )
}


def executed(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are run: no annotations, docstrings, imports, or blocks for type checkers."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.Import | ast.ImportFrom):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            yield child
            yield from executed(child)


def of_kind(tree: ast.Module, rng: Random, *kinds: type[ast.AST]) -> ast.AST | None:
    found = [node for node in executed(tree) if isinstance(node, kinds)]
    return rng.choice(found) if found else None


def changed(change: Callable[[ast.Module, Random], bool]) -> Edit:
    def edit(text: str, rng: Random) -> str | None:
        tree = ast.parse(text)
        return ast.unparse(ast.fix_missing_locations(tree)) if change(tree, rng) else None

    return edit


def constant(tree: ast.Module, rng: Random) -> bool:
    found = [n for n in executed(tree) if isinstance(n, ast.Constant) and n.value is not ...]
    if not found:
        return False
    node = rng.choice(found)
    value = node.value
    if isinstance(value, bool | None):
        node.value = not value
    elif isinstance(value, int | float):
        node.value = value + 1
    elif isinstance(value, str | bytes):
        node.value = value + type(value)(b"x" if isinstance(value, bytes) else "x")  # type: ignore
    return True


def operator(tree: ast.Module, rng: Random) -> bool:
    node = of_kind(tree, rng, ast.BinOp, ast.BoolOp, ast.AugAssign)
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    return node is not None


def comparison(tree: ast.Module, rng: Random) -> bool:
    node = of_kind(tree, rng, ast.Compare)
    if isinstance(node, ast.Compare):
        node.ops[0] = ast.LtE() if isinstance(node.ops[0], ast.Lt) else ast.Lt()
    return node is not None


def argument(tree: ast.Module, rng: Random) -> bool:
    """One less."""
    calls = [n for n in executed(tree) if isinstance(n, ast.Call) and (n.args or n.keywords)]
    if not calls:
        return False
    call = rng.choice(calls)
    given: list[ast.expr] | list[ast.keyword] = call.keywords or call.args
    given.pop(rng.randrange(len(given)))
    return True


def name(tree: ast.Module, rng: Random) -> bool:
    """Another name, or another attribute."""
    node = of_kind(tree, rng, ast.Name, ast.Attribute)
    if isinstance(node, ast.Name):
        node.id += "_other"
    elif isinstance(node, ast.Attribute):
        node.attr += "_other"
    return node is not None


def statement(tree: ast.Module, rng: Random) -> bool:
    """One less."""
    functions = [n for n in executed(tree) if isinstance(n, ast.FunctionDef)]
    found = [
        (f.body, i)
        for f in functions
        for i, s in enumerate(f.body)
        if not isinstance(s, ast.Import | ast.ImportFrom | ast.Pass)
        and not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
    if not found:
        return False
    body, i = rng.choice(found)
    body[i] = ast.Pass()
    return True


def order(tree: ast.Module, rng: Random) -> bool:
    """Two statements of a function the other way round."""
    functions = [n for n in executed(tree) if isinstance(n, ast.FunctionDef)]
    found = [
        (f.body, i)
        for f in functions
        for i in range(1 if docstring_of(f) else 0, len(f.body) - 1)
        if ast.dump(f.body[i]) != ast.dump(f.body[i + 1])
        and not any(isinstance(s, ast.Import | ast.ImportFrom) for s in f.body[i : i + 2])
    ]
    if not found:
        return False
    body, i = rng.choice(found)
    body[i], body[i + 1] = body[i + 1], body[i]
    return True


def condition(tree: ast.Module, rng: Random) -> bool:
    node = of_kind(tree, rng, ast.If, ast.IfExp, ast.While)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    return node is not None


def result(tree: ast.Module, rng: Random) -> bool:
    nodes = [n for n in executed(tree) if isinstance(n, ast.Return) and n.value is not None]
    if nodes:
        rng.choice(nodes).value = None
    return bool(nodes)


def decorator(tree: ast.Module, rng: Random) -> bool:
    nodes = [n for n in executed(tree) if isinstance(n, Definition) and n.decorator_list]
    if nodes:
        rng.choice(nodes).decorator_list.pop()
    return bool(nodes)


def parameter(tree: ast.Module, rng: Random) -> bool:
    """Another name of one."""
    node = of_kind(tree, rng, ast.arg)
    if isinstance(node, ast.arg):
        node.arg += "_other"
    return node is not None


TELLING: dict[str, Edit] = {
    change.__name__: changed(change)
    for change in (
        *(constant, operator, comparison, argument, name, statement, order, condition, result),
        *(decorator, parameter),
    )
}
