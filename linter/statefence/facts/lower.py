"""From `ast` to the records of `ir`. One small function per kind of node, found by its class."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from statefence.facts import ir
from statefence.model import Span

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Div: "/",
    ast.Mod: "%",
    ast.BitOr: "|",
    ast.Sub: "-",
    ast.BitAnd: "&",
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}


def span(node: ast.expr | ast.stmt | ast.ExceptHandler | ast.pattern) -> Span:
    """Where a node stands."""
    return Span(
        node.lineno,
        node.col_offset,
        node.end_lineno if node.end_lineno is not None else node.lineno,
        node.end_col_offset if node.end_col_offset is not None else node.col_offset,
    )


def expressions(nodes: Iterable[ast.expr]) -> tuple[ir.Expression, ...]:
    """Each of the expressions, lowered."""
    return tuple([expression(node) for node in nodes])


def expression(node: ast.expr) -> ir.Expression:
    """An expression, lowered."""
    lower = EXPRESSIONS.get(type(node))
    return opaque(node) if lower is None else lower(node)


def optional(node: ast.expr | None) -> ir.Expression | None:
    """An expression that may be missing."""
    return None if node is None else expression(node)


def opaque(node: ast.expr) -> ir.Expression:
    """A node the analysis does not interpret, with its sub-expressions."""
    children: list[ast.expr] = []
    todo: list[ast.AST] = list(ast.iter_child_nodes(node))
    while todo:
        child = todo.pop(0)
        if isinstance(child, ast.expr):
            children.append(child)
        else:
            todo[:0] = ast.iter_child_nodes(child)
    return ir.Opaque(span(node), expressions(children))


def constant(node: ast.Constant) -> ir.Expression:
    """A literal, unless it is one that no record can hold: half a character, or a number of more than 64 bits."""
    value = node.value
    if isinstance(value, bytes | str):
        text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
        return ir.Constant(span(node), text) if _is_whole(text) else ir.Opaque(span(node), ())
    if value is None or isinstance(value, bool | float):
        return ir.Constant(span(node), value)
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return ir.Constant(span(node), value)
    return ir.Opaque(span(node), ())


def _is_whole(text: str) -> bool:
    """Whether every character is one of Unicode's."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def call(node: ast.Call) -> ir.Expression:
    """A call."""
    keywords = tuple([ir.Keyword(keyword.arg, expression(keyword.value)) for keyword in node.keywords])
    return ir.Call(span(node), expression(node.func), expressions(node.args), keywords)


def binary(node: ast.BinOp) -> ir.Expression:
    """A binary operation."""
    operator = OPERATORS.get(type(node.op))
    if operator is None:
        return ir.Opaque(span(node), (expression(node.left), expression(node.right)))
    return ir.Binary(span(node), operator, expression(node.left), expression(node.right))


def boolean(node: ast.BoolOp) -> ir.Expression:
    """`and` or `or`."""
    return ir.Boolean(span(node), "and" if isinstance(node.op, ast.And) else "or", expressions(node.values))


def compare(node: ast.Compare) -> ir.Expression:
    """A comparison; a chained one is opaque."""
    operator = COMPARISONS.get(type(node.ops[0])) if len(node.ops) == 1 else None
    if operator is None:
        return ir.Opaque(span(node), expressions([node.left, *node.comparators]))
    return ir.Compare(span(node), operator, expression(node.left), expression(node.comparators[0]))


def unary(node: ast.UnaryOp) -> ir.Expression:
    """`not`; other unary operations are opaque."""
    if isinstance(node.op, ast.Not):
        return ir.Not(span(node), expression(node.operand))
    return ir.Opaque(span(node), (expression(node.operand),))


def formatted(node: ast.JoinedStr) -> ir.Expression:
    """An f-string."""
    return ir.Format(span(node), tuple([_formatted_part(part) for part in node.values]))


def _formatted_part(node: ast.expr) -> ir.Expression:
    """A part of an f-string; one whose format is put together when it runs may be any text."""
    if not isinstance(node, ast.FormattedValue):
        return expression(node)
    options = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    computed = [part.value for part in options if isinstance(part, ast.FormattedValue)]
    return ir.Opaque(span(node), expressions([node.value, *computed])) if computed else expression(node.value)


def dict_display(node: ast.Dict) -> ir.Expression:
    """A dict display."""
    entries = [ir.Entry(optional(key), expression(value)) for key, value in zip(node.keys, node.values, strict=True)]
    return ir.DictDisplay(span(node), tuple(entries))


def display(node: ast.Tuple | ast.List | ast.Set) -> ir.Expression:
    """A tuple, list or set display."""
    return ir.Display(span(node), type(node).__name__.lower(), expressions(node.elts))


def subscript(node: ast.Subscript) -> ir.Expression:
    """`value[index]`."""
    return ir.Subscript(span(node), expression(node.value), _index(node.slice))


def _index(node: ast.expr) -> ir.Expression:
    """An index, which may be counted from the end, or the bounds of a slice, None for one that is left out."""
    if isinstance(node, ast.Slice):
        bounds = [node.lower, node.upper, node.step]
        found = [ir.Constant(span(node), None) if bound is None else _index(bound) for bound in bounds]
        return ir.Display(span(node), "slice", tuple(found))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        return ir.Constant(span(node), -number) if type(number) is int else expression(node)
    return expression(node)


def comprehension(node: ast.DictComp | ast.ListComp | ast.SetComp | ast.GeneratorExp) -> ir.Expression:
    """A comprehension or generator."""
    clauses = tuple(
        [ir.Clause(expression(g.target), expression(g.iter), expressions(g.ifs)) for g in node.generators],
    )
    if isinstance(node, ast.DictComp):
        return ir.Comprehension(span(node), "dict", expression(node.key), expression(node.value), clauses)
    kind = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}[type(node)]
    return ir.Comprehension(span(node), kind, None, expression(node.elt), clauses)


def lambda_(node: ast.Lambda) -> ir.Expression:
    """A lambda, as a function whose body is one return."""
    where = span(node)
    body = (ir.Return(span(node.body), expression(node.body)),)
    return ir.Lambda(where, ir.Function(where, "<lambda>", parameters(node.args), body, (), None))


EXPRESSIONS: dict[type[ast.expr], Callable[..., ir.Expression]] = {
    ast.Constant: constant,
    ast.Name: lambda node: ir.Name(span(node), node.id),
    ast.Attribute: lambda node: ir.Attribute(span(node), expression(node.value), node.attr),
    ast.Starred: lambda node: ir.Starred(span(node), expression(node.value)),
    ast.Call: call,
    ast.Subscript: subscript,
    ast.BinOp: binary,
    ast.BoolOp: boolean,
    ast.Compare: compare,
    ast.UnaryOp: unary,
    ast.IfExp: lambda node: ir.Conditional(
        span(node), expression(node.test), expression(node.body), expression(node.orelse)
    ),
    ast.JoinedStr: formatted,
    ast.Dict: dict_display,
    ast.Tuple: display,
    ast.List: display,
    ast.Set: display,
    ast.DictComp: comprehension,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.Lambda: lambda_,
    ast.NamedExpr: lambda node: ir.Walrus(span(node), node.target.id, expression(node.value)),
    ast.Await: lambda node: expression(node.value),
    ast.Yield: lambda node: ir.Yield(span(node), optional(node.value)),
    ast.YieldFrom: lambda node: ir.Yield(span(node), expression(node.value)),
}


def parameters(arguments: ast.arguments) -> tuple[ir.Parameter, ...]:
    """A signature, in order, each default beside its parameter."""
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    found = []
    for index, (argument, default) in enumerate(zip(positional, [*missing, *arguments.defaults], strict=True)):
        kind = "positional" if index < len(arguments.posonlyargs) else "both"
        found.append(parameter(argument, kind, default))
    if arguments.vararg:
        found.append(parameter(arguments.vararg, "args", None))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(parameter(argument, "keyword", default))
    if arguments.kwarg:
        found.append(parameter(arguments.kwarg, "kwargs", None))
    return tuple(found)


def parameter(argument: ast.arg, kind: str, default: ast.expr | None) -> ir.Parameter:
    """One parameter."""
    return ir.Parameter(argument.arg, kind, optional(default), optional(argument.annotation))


def block(nodes: Sequence[ast.stmt]) -> tuple[ir.Statement, ...]:
    """A suite, lowered; statements that do nothing for the analysis are left out."""
    lowered: list[ir.Statement] = []
    for node in nodes:
        lower = STATEMENTS.get(type(node))
        if lower is not None:
            lowered.extend(lower(node))
    return tuple(lowered)


def function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[ir.Statement]:
    """A function definition."""
    yield ir.Function(
        span(node),
        node.name,
        parameters(node.args),
        block(node.body),
        expressions(node.decorator_list),
        optional(node.returns),
    )


def module(tree: ast.Module) -> tuple[ir.Statement, ...]:
    """A module, without the bodies of its functions and methods."""
    return tuple(_outlined(tree.body))


def _outlined(nodes: Sequence[ast.stmt]) -> Iterable[ir.Statement]:
    """A suite of a module or class."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators, returns = expressions(node.decorator_list), optional(node.returns)
            yield ir.Function(span(node), node.name, parameters(node.args), None, decorators, returns)
        elif isinstance(node, ast.ClassDef):
            body = tuple(_outlined(node.body))
            yield from class_keywords(node)
            yield ir.Class(span(node), node.name, expressions(node.bases), body, expressions(node.decorator_list))
        else:
            yield from block([node])


def outer_functions(nodes: Sequence[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and methods of which `module` leaves the bodies out, in order."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from outer_functions(node.body)


def class_keywords(node: ast.ClassDef) -> Iterable[ir.Statement]:
    """What a class hands to its metaclass, for the calls in it."""
    for keyword in node.keywords:
        if not isinstance(keyword.value, ast.Constant | ast.Name):
            yield ir.Evaluate(span(keyword.value), expression(keyword.value))


def class_(node: ast.ClassDef) -> Iterable[ir.Statement]:
    """A class definition."""
    yield from class_keywords(node)
    yield ir.Class(span(node), node.name, expressions(node.bases), block(node.body), expressions(node.decorator_list))


def assign(node: ast.Assign) -> Iterable[ir.Statement]:
    """An assignment."""
    yield ir.Assign(span(node), expressions(node.targets), expression(node.value))


def annotated(node: ast.AnnAssign) -> Iterable[ir.Statement]:
    """An annotated name, with or without a value."""
    target, annotation = expression(node.target), expression(node.annotation)
    if node.value is None:
        yield ir.Declare(span(node), target, annotation)
    else:
        yield ir.Assign(span(node), (target,), expression(node.value), annotation)


def augment(node: ast.AugAssign) -> Iterable[ir.Statement]:
    """An augmented assignment."""
    operator = OPERATORS.get(type(node.op), "")
    yield ir.Augment(span(node), expression(node.target), operator, expression(node.value))


def loop(node: ast.For | ast.AsyncFor) -> Iterable[ir.Statement]:
    """A `for` loop."""
    yield ir.Loop(
        span(node), expression(node.target), expression(node.iter), None, block(node.body), block(node.orelse)
    )


def while_(node: ast.While) -> Iterable[ir.Statement]:
    """A `while` loop."""
    yield ir.Loop(span(node), None, None, expression(node.test), block(node.body), block(node.orelse))


def try_(node: ast.Try) -> Iterable[ir.Statement]:
    """A `try` statement."""
    handlers = tuple(
        [ir.Handler(() if h.type is None else (expression(h.type),), h.name, block(h.body)) for h in node.handlers],
    )
    yield ir.Try(span(node), block(node.body), handlers, block(node.orelse), block(node.finalbody))


def with_(node: ast.With | ast.AsyncWith) -> Iterable[ir.Statement]:
    """A `with` statement."""
    items = tuple([ir.WithItem(expression(i.context_expr), optional(i.optional_vars)) for i in node.items])
    yield ir.With(span(node), items, block(node.body))


def match(node: ast.Match) -> Iterable[ir.Statement]:
    """A match statement as a chain of ifs whose tests are not interpreted; the subject is evaluated once."""
    yield ir.Evaluate(span(node), expression(node.subject))
    chain: tuple[ir.Statement, ...] = ()
    for case in reversed(node.cases):
        test = ir.Opaque(span(case.pattern), () if case.guard is None else (expression(case.guard),))
        chain = (ir.If(span(case.pattern), test, block(case.body), chain),)
    yield from chain


def import_(node: ast.Import) -> Iterable[ir.Statement]:
    """An `import` statement, one record per module."""
    for alias in node.names:
        yield ir.ImportModule(span(node), alias.name, alias.asname)


def import_from(node: ast.ImportFrom) -> Iterable[ir.Statement]:
    """A `from ... import` statement."""
    names = tuple([(alias.name, alias.asname or alias.name) for alias in node.names])
    yield ir.ImportFrom(span(node), node.module or "", node.level, names)


def raised(node: ast.Raise) -> Iterable[ir.Statement]:
    """`raise`, with the cause for the calls in it."""
    causes = [] if node.cause is None or isinstance(node.cause, ast.Constant | ast.Name) else [node.cause]
    value = optional(node.exc)
    if value is not None and causes:
        value = ir.Opaque(value.span, (value, *expressions(causes)))
    yield ir.Leave(span(node), "raise", value)


def assertion(node: ast.Assert) -> Iterable[ir.Statement]:
    """An assertion, for the calls in it."""
    for part in (node.test, node.msg):
        if part is not None and not isinstance(part, ast.Constant):
            yield ir.Evaluate(span(part), expression(part))


def evaluate(node: ast.Expr) -> Iterable[ir.Statement]:
    """An expression statement; docstrings are left out."""
    if not isinstance(node.value, ast.Constant):
        yield ir.Evaluate(span(node), expression(node.value))


STATEMENTS: dict[type[ast.stmt], Callable[..., Iterable[ir.Statement]]] = {
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.ClassDef: class_,
    ast.Assign: assign,
    ast.AnnAssign: annotated,
    ast.AugAssign: augment,
    ast.Delete: lambda node: [ir.Delete(span(node), expressions(node.targets))],
    ast.Expr: evaluate,
    ast.Return: lambda node: [ir.Return(span(node), optional(node.value))],
    ast.Raise: raised,
    ast.Break: lambda node: [ir.Leave(span(node), "break")],
    ast.Continue: lambda node: [ir.Leave(span(node), "continue")],
    ast.If: lambda node: [ir.If(span(node), expression(node.test), block(node.body), block(node.orelse))],
    ast.For: loop,
    ast.AsyncFor: loop,
    ast.While: while_,
    ast.Try: try_,
    ast.TryStar: try_,
    ast.With: with_,
    ast.AsyncWith: with_,
    ast.Match: match,
    ast.Import: import_,
    ast.ImportFrom: import_from,
    ast.Global: lambda node: [ir.GlobalNames(span(node), tuple(node.names))],
    ast.Nonlocal: lambda node: [ir.OuterNames(span(node), tuple(node.names))],
    ast.Assert: assertion,
}
