"""Interpretation of one function, module or class body: statements change the state, expressions give values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.model import Place, Span
from statefence.project import (
    assigned,
    calls,
    classes,
    commands,
    configuration,
    functions,
    idioms,
    inherited,
    loops,
    name_sets,
    scopes,
)
from statefence.project.frames import State, join
from statefence.project.mappings import is_items, item, joined_pairs, open_test
from statefence.project.methods import Asked, method_of
from statefence.project.pieces import SLICE
from statefence.project.program import Chain, Definition, Program, Unit, relative
from statefence.project.values import (
    ENVIRON,
    LOCAL_BLOCK,
    MOST_ITEMS,
    NONE,
    PARAMETERS,
    UNSEEN_BLOCK,
    WORKING_DIRECTORY,
    Choice,
    ClassValue,
    Constant,
    Dictionary,
    Directory,
    Drop,
    Element,
    EnvironmentVariable,
    External,
    FunctionValue,
    Imported,
    Item,
    LiveEnvironment,
    ModuleValue,
    Object,
    Parameter,
    Partial,
    Path,
    Put,
    Reference,
    Result,
    Sequence,
    Spread,
    Test,
    Text,
    Unknown,
    Value,
    asked,
    asked_variables,
    choose,
    concatenated,
    first_reads,
    is_constant_none,
)
from statefence.project.worlds import settled
from statefence.template import SymbolKind

if TYPE_CHECKING:
    from statefence.project.values import Change

AMBIENT = ENVIRON.name
"""The variable of a state that holds the changes to the process's own environment; no Python name can be it.

What libraries have in its place is in variables likewise named.
"""

WORKING = "os.getcwd()"
"""The variable of a state that holds the working directory."""

RESTORED = (WORKING, AMBIENT, LOCAL_BLOCK.name, UNSEEN_BLOCK.name)

LARGEST_CONDITION = 60
MOST_CONDITIONS = 6
"""A call remembers at most so many of the tests it stands under, each of at most so many nodes, the innermost ones."""

UNCHANGED = Dictionary(())

UNROLLED = 32
"""A loop over a literal of at most so many items is followed item by item."""

MOST_TURNS = 256
"""Loops within each other are followed item by item up to so many turns of the innermost in all."""

KNOWN_EFFECTS = sys.stdlib_module_names | {"builtins", "rich", "loguru", "structlog", "icecream"}
"""Packages whose functions change no mapping that they are handed by the way, or are known to."""


class Interpreter:
    """One body being interpreted.

    Attributes:
        owner, key: what the body belongs to; its key names the caller of every call within.
        state: variables and heap at the present statement.
        closure: the variables of the enclosing functions.
        conditions: the tests under which the present statement runs, outermost first.
        passed: the tests that hold since a branch on the way left the function.
        returned, yielded: what was returned and yielded so far, each with its conditions.
        left: the states in which the body was left, by `return`.
        suspended: the state at its first `yield`.
        nonlocals: the names it declares `nonlocal`.
        globals: the names of its module that it assigns, itself or by a call.
        of_classes: the attributes of classes that it assigns, by name, each with the variable that holds it.
        turns: how often the loops around the present statement are followed, multiplied.
    """

    def __init__(self, program: Program, owner: Definition, state: State, closure: State | None = None) -> None:
        self.program = program
        self.owner = owner
        self.key = owner.key
        self.unit: Unit = owner.unit
        self.state = state
        self.state.variables.setdefault(AMBIENT, UNCHANGED)
        self.state.variables.setdefault(WORKING, WORKING_DIRECTORY)
        self.closure = closure
        self.conditions: list[Test] = []
        self.passed: list[Test] = []
        self.returned: list[tuple[tuple[Test, ...], Value]] = []
        self.yielded: list[Value] = []
        self.left: list[State] = []
        self.suspended: State | None = None
        self.nonlocals: set[str] = set()
        self.globals: set[str] = set()
        self.of_classes: dict[str, str] = {}
        self.pending: list[tuple[str, State, tuple[Test, ...]]] = []
        self.numbers = count()
        self.nested: list[str] = []
        self.turns = 1

    # Places, objects and names

    def place(self, node: Span) -> Place:
        """A span of this file."""
        return Place(self.unit.path, node)

    def allocate(self, content: Value) -> Reference:
        """A new mutable object."""
        number = next(self.numbers)
        self.state.heap[number] = content
        return Reference(number)

    def content(self, value: Value) -> Value:
        """What a reference refers to."""
        return self.state.content(value)

    def lookup(self, name: str) -> Value:
        """What a name means here."""
        value = self.state.variables.get(name, self.state.variables.get(f"outer {name}"))
        if value is not None:
            return scopes.looked_up(self.program, value)
        if self.closure is not None and self.closure is not self.state:
            value = self.closure.variables.get(name)
            if value is not None:
                value = scopes.looked_up(self.program, self.closure.freeze(value))
        if value is None:
            value = scopes.global_value(self.program, self.unit.name, name)
        if isinstance(value, Dictionary):
            value = self.state.variables[f"outer {name}"] = self.met(value)
        return External(f"builtins.{name}") if value is None else value

    def met(self, content: Value) -> Reference:
        """An object from outside this body, which a side of a branch that does not change it leaves as it was."""
        reference = self.allocate(content)
        self.state.origins[reference.number] = content
        return reference

    def go_on_with(self, state: State) -> None:
        """Go on in another state of this body, which functions that are called from here see as well."""
        self.state = state
        if self.key in self.program.running:
            self.program.running[self.key] = state

    # Statements

    def run(self, body: Iterable[ir.Statement]) -> bool:
        """Interpret a suite; gives whether its end is reached."""
        depth, statements = len(self.passed), iter(body)
        goes_on = all(STATEMENTS[type(statement)](self, statement) is not False for statement in statements)
        if not goes_on:
            self.aside(statements)
        del self.passed[depth:]
        return goes_on

    def aside(self, body: Iterable[ir.Statement], target: ir.Expression | None = None) -> None:
        """Interpret what this run does not reach, such as what another platform does, for the calls in it alone.

        Args:
            target: what a loop that never runs would bind.
        """
        before, pending = self.state, self.pending
        kept = len(self.returned), len(self.yielded)
        self.go_on_with(before.copy())
        self.pending = []
        if target is not None:
            self.bind(target, Unknown("a loop variable"))
        self.run(body)
        self.go_on_with(before)
        self.pending = pending
        del self.returned[kept[0] :], self.left[kept[0] :], self.yielded[kept[1] :]

    def assign(self, node: ir.Assign) -> None:
        """`targets = value`."""
        value = self.evaluate(node.value)
        for target in node.targets:
            self.bind(target, value)

    def bind(self, target: ir.Expression, value: Value) -> None:
        """Assign a value to a target."""
        if isinstance(target, ir.Name):
            self.state.variables[target.id] = value
        elif isinstance(target, ir.Attribute):
            self.set_attribute(self.evaluate(target.value), target.attr, value)
        elif isinstance(target, ir.Subscript):
            self.set_item(target, value)
        elif isinstance(target, ir.Display):
            self.unpack(target, self.content(value))
        elif isinstance(target, ir.Starred):
            self.bind(target.value, Unknown("the rest of an unpacking"))

    def unpack(self, target: ir.Display, value: Value) -> None:
        """Assign the items of a value to several targets."""
        if isinstance(value, Object):
            value = classes.as_tuple(self, value) or value
        if isinstance(value, Choice):
            pairs = [(self.content(value.then), self.content(value.orelse))]
            if all(isinstance(side, Sequence) and len(side.items) == len(target.items) for side in pairs[0]):
                then, orelse = pairs[0]
                assert isinstance(then, Sequence)
                assert isinstance(orelse, Sequence)
                for name, left, right in zip(target.items, then.items, orelse.items, strict=True):
                    self.bind(name, choose(value.test, left, right))
                return
        star = next((index for index, name in enumerate(target.items) if isinstance(name, ir.Starred)), None)
        known = isinstance(value, Sequence) and (
            len(value.items) == len(target.items) if star is None else len(value.items) >= len(target.items) - 1
        )
        for index, name in enumerate(target.items):
            position = index if star is None or index <= star else index - len(target.items)
            if isinstance(name, ir.Starred) and isinstance(value, Sequence) and known:
                end = len(value.items) - (len(target.items) - 1 - index)
                self.bind(name.value, self.allocate(Sequence(value.items[index:end])))
            elif known:
                assert isinstance(value, Sequence)
                self.bind(name, value.items[position])
            else:
                self.bind(name, item(value, Constant(position), None, self.place(target.span)))

    def set_attribute(self, owner: Value, name: str, value: Value) -> None:
        """`owner.name = value`."""
        content = self.content(owner)
        if isinstance(content, ClassValue):
            self.of_classes[name] = assigned.of_class(content.key, name)
            self.state.variables[self.of_classes[name]] = value
        if not isinstance(owner, Reference):
            return
        if isinstance(content, Object):
            attributes = {**dict(content.attributes), name: value}
            self.state.heap[owner.number] = Object(content.cls, content.bound, tuple(attributes.items()))
        else:
            self.state.heap[owner.number] = scopes.with_attribute(content, name, value)

    def set_item(self, target: ir.Subscript, value: Value) -> None:
        """`owner[key] = value`."""
        owner, key = self.changing(target.value), self.evaluate(target.index)
        self.change(owner, Put(self.state.freeze(key), value))

    def changing(self, node: ir.Expression) -> Value:
        """What an expression gives whose value is about to change in place; an item of a mapping is an object in it."""
        value = self.evaluate(node)
        if isinstance(node, ir.Name) and isinstance(value, Result):
            value = self.state.variables[node.id] = self.allocate(value)
        if not isinstance(node, ir.Subscript) or not isinstance(node.value, ir.Name | ir.Attribute):
            return value
        if not isinstance(value, Dictionary | Choice | Item | Parameter):
            return value
        reference = self.allocate(value)
        self.change(self.evaluate(node.value), Put(self.state.freeze(self.evaluate(node.index)), reference))
        return reference

    def change(self, owner: Value, *changes: Change) -> None:
        """Apply changes to the mapping that `owner` refers to; what is no known mapping starts as its own copy."""
        if isinstance(owner, Choice):
            self.either(owner, lambda side: self.change(side, *changes))
            return
        block = self.content(owner)
        if isinstance(block, LiveEnvironment):
            self.chained_changes(changes)
            self.state.variables[block.name] = _changed(self.ambient(block.name), changes)
            return
        if not isinstance(owner, Reference):
            return
        content = self.content(owner)
        if isinstance(content, Object):
            return
        if isinstance(content, Choice) and any(isinstance(s, Dictionary) for s in (content.then, content.orelse)):
            then, orelse = _as_dictionary(content.then), _as_dictionary(content.orelse)
            split = (Choice(content.test, _changed(then, changes), _changed(orelse, changes)),)
            self.state.heap[owner.number] = split[0]
            return
        self.state.heap[owner.number] = _changed(_as_dictionary(content), changes)

    def either(self, owner: Choice, happens: Callable[[Value], None]) -> None:
        """Something happens to the one object or the other, by the test of the choice."""
        for test, side in ((owner.test, owner.then), (negated(owner.test), owner.orelse)):
            before = self.state.copy()
            happens(side)
            self.state.become(join(test, self.state.copy(), before))

    def ambient(self, block: str = AMBIENT) -> Dictionary:
        """What this body has done so far to the process's own environment, or what a library has in its place."""
        return _as_dictionary(self.state.variables.get(block, UNCHANGED))

    def directory(self) -> Value:
        """The working directory at the present statement, frozen."""
        return self.state.freeze(self.state.variables[WORKING])

    def change_directory(self, directory: Value) -> None:
        """`os.chdir(directory)`."""
        self.state.variables[WORKING] = directory

    def augment(self, node: ir.Augment) -> None:
        """`target operator= value`; mappings and lists change in place."""
        value = self.evaluate(node.value)
        before = self.evaluate(node.target)
        if node.operator == "|":
            self.change(before, Spread(self.state.freeze(value)))
        elif isinstance(self.content(before), Sequence):
            more = self.content(value)
            if isinstance(before, Reference) and isinstance(more, Sequence):
                held = self.content(before)
                assert isinstance(held, Sequence)
                self.state.heap[before.number] = concatenated(held, more)
        else:
            self.bind(node.target, self.combine(node.operator, before, value, node.span))

    def delete(self, node: ir.Delete) -> None:
        """`del` of items and names."""
        for target in node.targets:
            if isinstance(target, ir.Subscript):
                owner, key = self.changing(target.value), self.evaluate(target.index)
                self.change(owner, Drop(self.state.freeze(key)))
            elif isinstance(target, ir.Name):
                self.state.variables.pop(target.id, None)

    def effect(self, node: ir.Evaluate) -> None:
        """An expression for its effect, which of a call outside the project may be anything."""
        self.evaluate(node.value)
        if isinstance(node.value, ir.Call) and isinstance(node.value.function, ir.Name):
            callee = self.evaluate(node.value.function)
            if isinstance(callee, External) and callee.name.partition(".")[0] not in KNOWN_EFFECTS:
                self.unseen(callee.name, node.value)

    def unseen(self, name: str, node: ir.Call) -> None:
        """A function that cannot be seen is handed mappings, which it may fill."""
        for argument in node.arguments:
            handed = self.evaluate(argument) if isinstance(argument, ir.Name) else None
            if isinstance(handed, Reference) and isinstance(self.content(handed), Dictionary):
                self.change(handed, Spread(Unknown(f"what {name}() puts in")))

    def leave_function(self, node: ir.Return) -> bool:
        """`return`: the value is kept with the conditions it stands under."""
        value = NONE if node.value is None else self.evaluate(node.value)
        self.returned.append((tuple(self.conditions), self.state.freeze(value)))
        self.left.append(self.state.copy())
        return False

    def leave(self, node: ir.Leave) -> bool:
        """`raise`, `break` and `continue` end the suite."""
        if node.value is not None:
            self.evaluate(node.value)
        if node.kind != "raise":
            self.pending.append((node.kind, self.state.copy(), tuple(self.conditions)))
        return False

    def branch(self, node: ir.If) -> bool:
        """`if`: both sides on states of their own, then joined."""
        if idioms.removes_if_there(node):
            return self.run(node.then)
        test = self.test(node.test)
        before = self.state
        then, orelse = before.copy(), before.copy()
        self.narrow(node.test, then)
        outer, certain = list(self.pending), settled(test)
        goes_on = [self.under(test, then, node.then)]
        if certain is False:
            self.pending = list(outer)
        left = list(self.pending)
        goes_on.append(self.under(negated(test), orelse, node.orelse))
        if certain is not None:
            self.pending = left if certain else self.pending
            before.become(then if certain else orelse)
            self.go_on_with(before)
            return goes_on[not certain]
        if all(goes_on):
            before.become(join(test, then, orelse))
        elif any(goes_on):
            before.become(then if goes_on[0] else orelse)
        self.go_on_with(before)
        if all(goes_on):
            self.chained_branches(node, then, orelse)
        elif any(goes_on):
            self.passed.append(test if goes_on[0] else negated(test))
        return any(goes_on)

    def reached_under(self) -> tuple[Test, ...]:
        """The tests on which it depends whether the present statement runs, as far as they can be decided by a call."""
        tests = [test for test in (*self.conditions, *self.passed) if test.holds & PARAMETERS]
        return tuple([test for test in tests if test.size <= LARGEST_CONDITION][-MOST_CONDITIONS:])

    def narrow(self, test: ir.Expression, state: State) -> None:
        """`isinstance(name, Class)` tells what a name is in the branch."""
        if not isinstance(test, ir.Call) or not isinstance(test.function, ir.Name) or len(test.arguments) != 2:
            return
        name, cls = test.arguments
        if test.function.id != "isinstance" or not isinstance(name, ir.Name):
            return
        known = self.content(self.evaluate(cls))
        present = self.content(self.evaluate(name))
        if isinstance(known, ClassValue) and not isinstance(present, Object):
            state.variables[name.id] = self.allocate_in(state, Object(known.key, None))

    def allocate_in(self, state: State, content: Value) -> Reference:
        """A new mutable object in another state of this body."""
        number = next(self.numbers)
        state.heap[number] = content
        return Reference(number)

    def chained_branches(self, node: ir.If, then: State, orelse: State) -> None:
        """A variable that one branch fills from another variable of the process is a fallback chain too."""
        for name, value in self.state.variables.items():
            sides = then.variables.get(name), orelse.variables.get(name)
            if isinstance(value, Choice | EnvironmentVariable) and sides[0] is not sides[1] and None not in sides:
                self.chain(node.span, value, [side for side in sides if side is not None], expression=False)

    def under(self, test: Test, state: State, body: Iterable[ir.Statement]) -> bool:
        """Interpret a suite on a state of its own, under a test."""
        self.conditions.append(test)
        self.go_on_with(state)
        goes_on = self.run(body)
        self.conditions.pop()
        return goes_on

    def loop(self, node: ir.Loop) -> bool:
        """`for` and `while`."""
        source = None if node.iterable is None else self.content(self.evaluate(node.iterable))
        items = _items(source)
        if node.test is not None:
            self.test(node.test)
        outer, self.pending = self.pending, []
        if items == ():
            goes_on = True
            self.aside(node.body, node.target)
        elif items is not None and len(items) <= UNROLLED and len(items) * self.turns <= MOST_TURNS:
            goes_on = self.unrolled(node, items)
        else:
            goes_on = self.once(node, source)
        broken, self.pending = self.pending, outer
        goes_on = goes_on and self.run(node.orelse)
        for _, state, _ in broken:
            self.state.become(join(open_test(self.place(node.span)), self.state, state) if goes_on else state)
            goes_on = True
        return goes_on

    def turn(self, node: ir.Loop) -> bool:
        """Interpret a loop's body once; gives whether its end or a `continue` is reached. What breaks stays pending."""
        goes_on = self.under_open(node, node.body)
        for _, state, tests in [entry for entry in self.pending if entry[0] == "continue"]:
            self.state.become(join(self.goes_on_unless(node, tests), self.state, state) if goes_on else state)
            goes_on = True
        self.pending = [entry for entry in self.pending if entry[0] == "break"]
        return goes_on

    def goes_on_unless(self, node: ir.Loop, tests: tuple[Test, ...]) -> Test:
        """The test under which a turn is not cut short by a `continue` that stands under the given tests."""
        inner = tests[len(self.conditions) + 1 :]
        if len(inner) != 1 or not loops.is_followed(inner[0]):
            return open_test(self.place(node.span))
        return negated(inner[0])

    def unrolled(self, node: ir.Loop, items: tuple[Value, ...]) -> bool:
        """Follow a loop over known items one by one; gives whether it can end without a `break`."""
        outer = self.turns
        self.turns = outer * max(1, len(items))
        for value in items:
            before = self.state.copy()
            if node.target is not None:
                self.bind(node.target, value)
            if not self.turn(node):
                self.state.become(before)
                self.turns = outer
                return not self.pending
            self.state.heap.update(loops.over_listed(before.heap, self.state.heap))
        self.turns = outer
        return True

    def once(self, node: ir.Loop, source: Value | None) -> bool:
        """Follow a loop over unknown items, and keep the alternative that it never ran, so that it always ends.

        Where the first turn changes a block, a second shows what is done with the changed one.
        """
        before = self.state.copy()
        if node.target is not None:
            self.bind(node.target, Unknown("a loop variable") if source is None else self.element(source))
        if self.turn(node):
            if self.turns == 1 and self.has_new_block(before):
                self.again(node)
            self.state.heap.update(loops.over_all(before.heap, self.state.heap))
            mapping = loops.looped_over(source)
            over = (before.freeze(mapping),) if isinstance(mapping, Parameter | Choice) else ()
            self.state.become(join(Test("loop", over, self.place(node.span)), self.state.copy(), before))
        else:
            self.state.become(before)
        return True

    def has_new_block(self, before: State) -> bool:
        """Whether a mapping that was there before is another now, or a variable refers to another one."""
        old, new = before, self.state
        return any(
            isinstance(content, Dictionary) and new.heap.get(number) is not content
            for number, content in old.heap.items()
        ) or any(
            value is not new.variables.get(name, value)
            and isinstance(new.content(new.variables[name]), Dictionary | LiveEnvironment)
            for name, value in old.variables.items()
        )

    def again(self, node: ir.Loop) -> None:
        """Another turn of a loop, for the calls in it; the state stays that after the first."""
        first, pending = self.state.copy(), list(self.pending)
        self.turns = 2
        self.turn(node)
        self.turns = 1
        self.state.become(first)
        self.pending = pending

    def under_open(self, node: ir.Node, body: Iterable[ir.Statement], *, preferred: bool = True) -> bool:
        """Interpret a suite in place, under a test that is not interpreted."""
        self.conditions.append(open_test(self.place(node.span), preferred=preferred))
        goes_on = self.run(body)
        self.conditions.pop()
        return goes_on

    def element(self, source: Value) -> Value:
        """What iterating over a value gives."""
        return self.allocate(Element(self.state.freeze(source)))

    def attempt(self, node: ir.Try) -> bool:
        """`try`: a handler starts from what was before the body, or after it."""
        before = self.state.copy()
        after = self.state
        goes_on = self.under_open(node, node.body) and self.run(node.orelse)
        for handler in node.handlers:
            state = join(open_test(self.place(node.span), preferred=False), after.copy(), before)
            self.go_on_with(state)
            for caught in handler.types:
                if not isinstance(caught, ir.Name | ir.Attribute):
                    self.evaluate(caught)
            if handler.name:
                state.variables[handler.name] = Unknown("an exception")
            handled = self.under_open(node, handler.body, preferred=False)
            state = self.state
            if handled and goes_on:
                after.become(join(open_test(self.place(node.span)), after.copy(), state))
            elif handled:
                after.become(state)
                goes_on = True
        self.go_on_with(after)
        return self.run(node.final) and goes_on

    def manage(self, node: ir.With) -> bool:
        """`with`; a manager that changes the working directory, or what children inherit, changes it back."""
        before = {name: self.state.variables.get(name, UNCHANGED) for name in RESTORED}
        for entry in node.items:
            entered = calls.entered(self, self.evaluate(entry.manager))
            if entry.target is not None:
                self.bind(entry.target, entered)
        changed = [name for name in RESTORED if self.state.variables.get(name, UNCHANGED) is not before[name]]
        goes_on = self.run(node.body)
        self.state.variables.update({name: before[name] for name in changed})
        return goes_on

    def import_module(self, node: ir.ImportModule) -> None:
        """`import module`."""
        if node.name is not None:
            self.state.variables[node.name] = self.program.resolve_module(node.module, self.unit)
            return
        first = node.module.partition(".")[0]
        self.state.variables[first] = self.program.resolve_module(first, self.unit)

    def import_from(self, node: ir.ImportFrom) -> None:
        """`from module import names`."""
        name = relative(self.unit, node.module, node.level) if node.level else node.module
        module = self.program.resolve_module(name, self.unit) if not node.level else ModuleValue(name)
        for imported, bound in node.names:
            if imported == "*":
                self.state.variables.update(scopes.star_import(self.program, module))
            else:
                self.state.variables[bound] = self.imported(module, imported)

    def imported(self, module: Value, name: str) -> Value:
        """A name of another module; in a class body, which others read as it is, what it means there."""
        if isinstance(self.owner.node, ir.Class) or not isinstance(module, ModuleValue):
            return scopes.module_attribute(self.program, module, name)
        return Imported(module.name, name)

    def define_function(self, node: ir.Function) -> None:
        """`def`: the function under its decorators."""
        key = self.declare(node)
        value: Value = FunctionValue(key)
        for decorator in reversed(node.decorators):
            value = functions.decorated(self, self.evaluate(decorator), value, self.place(decorator.span))
        self.state.variables[node.name] = value

    def declare(self, node: ir.Function) -> str:
        """Make a function within this body known; its defaults are evaluated now, its body later."""
        name = node.name if node.name != "<lambda>" else f"<lambda:{node.span.line}:{node.span.column}>"
        inside = isinstance(self.owner.node, ir.Class)
        qualified = f"{self.owner.qualified}.{name}" if self.owner.qualified else name
        owner = self.owner.key if inside else None
        key = self.program.define(Definition(self.unit, qualified, node, owner))
        functions.set_defaults(self, key, node)
        self.program.closures[key] = self.enclosing()
        self.nested.append(key)
        return key

    def enclosing(self) -> State:
        """The state in which functions of this body look up names: a class body is no scope of theirs."""
        if isinstance(self.owner.node, ir.Class) or not self.owner.qualified:
            return self.closure if self.closure is not None else State({}, {})
        if self.closure is None:
            return self.state
        outer = {name: self.closure.freeze(value) for name, value in self.closure.variables.items()}
        return State({**outer, **self.state.variables}, self.state.heap)

    def define_class(self, node: ir.Class) -> None:
        """`class`."""
        qualified = f"{self.owner.qualified}.{node.name}" if self.owner.qualified else node.name
        key = self.program.define(Definition(self.unit, qualified, node))
        classes.declare(self, key, node)
        self.state.variables[node.name] = ClassValue(key)

    def declare_nonlocal(self, node: ir.OuterNames) -> None:
        """`nonlocal`."""
        self.nonlocals.update(node.names)

    def declare_global(self, node: ir.GlobalNames) -> None:
        """`global`."""
        self.globals.update(node.names)

    def nothing(self, _node: ir.Statement) -> None:
        """A statement without effect on values."""

    # Expressions

    def evaluate(self, node: ir.Expression) -> Value:
        """What an expression gives; calls within it are recorded."""
        return EXPRESSIONS[type(node)](self, node)

    def constant(self, node: ir.Constant) -> Value:
        """A literal."""
        return Constant(node.value)

    def name(self, node: ir.Name) -> Value:
        """A variable."""
        if node.id == "__file__":
            return Directory(SymbolKind.REPO, self.unit.path)
        value = self.lookup(node.id)
        return inherited.current(self, value) if type(value) is LiveEnvironment else value

    def attribute(self, node: ir.Attribute) -> Value:
        """`value.attr`."""
        found = scopes.attribute(self, self.evaluate(node.value), node.attr, self.place(node.span))
        if type(found) is LiveEnvironment:
            return inherited.current(self, found)
        return configuration.read(node.value, node.attr, found)

    def call(self, node: ir.Call) -> Value:
        """A call."""
        return calls.call(self, node)

    def subscript(self, node: ir.Subscript) -> Value:
        """`value[index]`."""
        owner, key = self.evaluate(node.value), self.evaluate(node.index)
        if isinstance(owner, commands.NAMING):
            command = commands.item(owner, self.state.freeze(key))
            if command is not None:
                return command
        found = item(self.content(owner), self.state.freeze(key), None, self.place(node.span))
        return configuration.read(node.value, "[]", found)

    def binary(self, node: ir.Binary) -> Value:
        """`left operator right`."""
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        if isinstance(left, Partial):
            composed = commands.composed(self, (left, right), node)
            if composed is not None:
                return composed
        return self.combine(node.operator, left, right, node.span)

    def combine(self, operator: str, left: Value, right: Value, span: Span) -> Value:
        """`left operator right`."""
        if operator == "|":
            pairs = joined_pairs((left, right)) if is_items(left) else None
            if pairs is not None:
                return pairs
            changes = (Spread(self.state.freeze(left)), Spread(self.state.freeze(right)))
            return self.allocate(Dictionary(changes, self.place(span)))
        first, second = self.state.freeze(left), self.state.freeze(right)
        if operator == "/":
            return Path((first, second))
        if operator == "+":
            if isinstance(first, Sequence) and isinstance(second, Sequence):
                return concatenated(first, second)
            pairs = joined_pairs((first, second))
            if pairs is not None:
                return pairs
            return Text((first, second))
        if operator in {"-", "&"}:
            names = name_sets.combined(operator, first, (second,))
            if names is not None:
                return names
        if operator == "%":
            return method_of(self, Asked(first, "%", (second,), {}, self.place(span)))
        return Unknown("an operator that makes no text, path or mapping")

    def boolean(self, node: ir.Boolean) -> Value:
        """`and` and `or` as choices."""
        values = [self.state.freeze(self.evaluate(value)) for value in node.values]
        result = values[-1]
        for value in reversed(values[:-1]):
            test = truth(value) or asked("truthy", (value,), self.place(node.span))
            result = choose(test, value, result) if node.operator == "or" else choose(test, result, _falsy(value))
        if node.operator == "or":
            self.chain(node.span, result, values)
        return self.rooted(result)

    def rooted(self, value: Value) -> Value:
        """A value that may be changed in place gets an object of its own."""
        mutable = isinstance(value, Dictionary | Choice | Parameter) or (isinstance(value, Result) and value.constructs)
        return self.allocate(value) if mutable else value

    def chain(self, span: Span, value: Value, links: Iterable[Value], *, expression: bool = True) -> None:
        """Remember a place where a fallback chain over variables is put together from links that each read some."""
        if sum(bool(asked_variables(link)) for link in links) > 1:
            self.remember_chain(span, asked_variables(value), value, expression=expression)

    def remember_chain(self, span: Span, names: tuple[str, ...], value: Value, *, expression: bool) -> None:
        """Keep a fallback chain; `value` is what it gives."""
        reads = {name: place.span for name, place in first_reads(value).items() if place.path == self.unit.path}
        chain = Chain(self.unit.path, span, self.owner.symbol, names, expression, reads)
        self.program.chains.setdefault(self.owner.key, []).append(chain)

    def chained_changes(self, changes: tuple[Change, ...]) -> None:
        """A variable that the process sets for itself from others falls back to them."""
        for change in changes:
            if not isinstance(change, Put) or not isinstance(change.key, Constant):
                continue
            value = self.state.freeze(change.value)
            for place in first_reads(value).values():
                if place.path == self.unit.path:
                    names = (str(change.key.value), *asked_variables(value))
                    self.remember_chain(place.span, names, value, expression=False)
                    break

    def outcome(self, node: ir.Compare | ir.Not) -> Value:
        """A comparison or negation as a value: true or false, by its test."""
        test = self.test(node)
        if test.operands and isinstance(test.operands[0], Partial) and commands.is_command(test.operands[0]):
            return test.operands[0]
        certain = settled(test)
        if certain is not None:
            return Constant(certain)
        return Choice(test, Constant(value=True), Constant(value=False))

    def conditional(self, node: ir.Conditional) -> Value:
        """`then if test else orelse`."""
        test = self.test(node.test)
        then, orelse = self.evaluate(node.then), self.evaluate(node.orelse)
        result = choose(test, self.state.freeze(then), self.state.freeze(orelse))
        self.chain(node.span, result, (self.state.freeze(then), self.state.freeze(orelse)))
        return self.rooted(result)

    def format(self, node: ir.Format) -> Value:
        """An f-string."""
        return Text(tuple([self.state.freeze(self.evaluate(part)) for part in node.parts]))

    def dict_display(self, node: ir.DictDisplay) -> Value:
        """A dict display, as the changes that make it."""
        changes: list[Change] = []
        for entry in node.entries:
            value = self.evaluate(entry.value)
            if entry.key is None:
                changes.append(Spread(self.state.freeze(value)))
            else:
                changes.append(Put(self.state.freeze(self.evaluate(entry.key)), value))
        return self.allocate(Dictionary(tuple(changes), self.place(node.span), display=True))

    def display(self, node: ir.Display) -> Value:
        """A tuple, list or set; the bounds of a slice."""
        if node.kind == "slice":
            bounds = tuple([self.evaluate(bound) for bound in node.items])
            known = all(isinstance(bound, Constant) for bound in bounds)
            return Result(SLICE, bounds) if known else Unknown("a slice with bounds that are not known")
        items: list[Value] = []
        open_ended = False
        for entry in node.items:
            value = self.evaluate(entry.value if isinstance(entry, ir.Starred) else entry)
            if isinstance(entry, ir.Starred):
                spread = self.content(value)
                if isinstance(spread, Sequence) and len(items) + len(spread.items) <= MOST_ITEMS:
                    items.extend(spread.items)
                else:
                    open_ended = True
                    items.append(self.state.freeze(value) if is_items(spread) else Unknown("an unpacked value"))
            else:
                items.append(value)
        pairs = (
            joined_pairs(
                [
                    self.state.freeze(entry) if is_items(entry) else Sequence((self.state.freeze(entry),))
                    for entry in items
                ]
            )
            if open_ended
            else None
        )
        if pairs is not None:
            return pairs
        sequence = Sequence(tuple(items))
        return sequence if node.kind == "tuple" and not open_ended else self.allocate(sequence)

    def comprehension(self, node: ir.Comprehension) -> Value:
        """A comprehension; its variables are its own."""
        outer = self.state.variables
        self.state.variables = dict(outer)
        listed = self.listed(node)
        if listed is not None:
            self.state.variables = outer
            return self.allocate(Sequence(listed))
        sources = []
        for clause in node.clauses:
            source = self.content(self.evaluate(clause.iterable))
            sources.append(self.state.freeze(source))
            self.bind(clause.target, self.element(source))
            for condition in clause.conditions:
                self.test(condition)
        key = None if node.key is None else self.evaluate(node.key)
        value = self.evaluate(node.value)
        result = calls.comprehension(self, node, sources, key, value)
        self.state.variables = outer
        return result

    def listed(self, node: ir.Comprehension) -> tuple[Value, ...] | None:
        """The items of a comprehension over one short list that is known; None for any other."""
        clause = node.clauses[0]
        pair = isinstance(node.value, ir.Display)
        if node.key is not None or pair or len(node.clauses) > 1 or clause.conditions:
            return None
        items = _items(self.content(self.evaluate(clause.iterable)))
        if items is None or len(items) > UNROLLED or len(items) * self.turns > MOST_TURNS:
            return None
        if not items:
            self.aside((ir.Evaluate(node.span, node.value),), clause.target)
        found: list[Value] = []
        for value in items:
            self.bind(clause.target, value)
            found.append(self.evaluate(node.value))
        return tuple(found)

    def lambda_(self, node: ir.Lambda) -> Value:
        """A lambda."""
        return FunctionValue(self.declare(node.function))

    def walrus(self, node: ir.Walrus) -> Value:
        """`name := value`."""
        value = self.evaluate(node.value)
        self.state.variables[node.name] = value
        return value

    def produce(self, node: ir.Yield) -> Value:
        """`yield`."""
        value = NONE if node.value is None else self.evaluate(node.value)
        self.yielded.append(self.state.freeze(value))
        self.suspended = self.state.copy() if self.suspended is None else self.suspended
        return Unknown("what is sent to a generator")

    def opaque(self, node: ir.Opaque) -> Value:
        """Whatever is not interpreted, its parts evaluated."""
        values = [self.evaluate(child) for child in node.children]
        composed = commands.composed(self, values, node) if values and isinstance(values[0], Partial) else None
        return Unknown("an expression that is not interpreted") if composed is None else composed

    def starred(self, node: ir.Starred) -> Value:
        """`*value` outside a call."""
        return self.evaluate(node.value)

    # Tests

    def test(self, node: ir.Expression) -> Test:
        """A condition as the test of a choice."""
        place = self.place(node.span)
        if isinstance(node, ir.Not):
            return negated(self.test(node.operand))
        if isinstance(node, ir.Boolean):
            return Test(node.operator, tuple([self.test(value) for value in node.values]), place)
        if isinstance(node, ir.Compare):
            return self.comparison(node, place)
        value = self.state.freeze(self.evaluate(node))
        if isinstance(value, Unknown):
            return open_test(place)
        return truth(value) or asked("truthy", (value,), place)

    def comparison(self, node: ir.Compare, place: Place) -> Test:
        """A comparison as the test of a choice."""
        left, right = self.state.freeze(self.evaluate(node.left)), self.state.freeze(self.evaluate(node.right))
        positive = {"is not": "is", "!=": "==", "not in": "in"}.get(node.operator)
        if positive is None:
            return compared(node.operator, left, right, place)
        return negated(compared(positive, left, right, place))


def truth(value: Value) -> Test | None:
    """The test that a value of true or false is the outcome of, None for any other value."""
    if not isinstance(value, Choice) or {value.then, value.orelse} != {Constant(value=True), Constant(value=False)}:
        return None
    return value.test if value.then == Constant(value=True) else negated(value.test)


def compared(operator: str, left: Value, right: Value, place: Place) -> Test:
    """`left operator right` as a test."""
    if operator == "in":
        return asked("contains", (left, right), place)
    for value, other in ((left, right), (right, left)):
        if is_constant_none(other):
            return asked("none", (value,), place)
    return asked("equal", (left, right), place)


def negated(test: Test) -> Test:
    """The test that holds when this one does not."""
    if test.kind == "not":
        inner = test.operands[0]
        assert isinstance(inner, Test)
        return inner
    return Test("not", (test,), test.place)


def _falsy(value: Value) -> Value:
    """A value that turned out false: of an optional parameter, its default."""
    if isinstance(value, Parameter) and isinstance(value.default, Constant) and not value.default.value:
        return value.default
    return value


def _as_dictionary(value: Value) -> Dictionary:
    return value if isinstance(value, Dictionary) else Dictionary((Spread(value),))


def _changed(before: Dictionary, changes: tuple[Change, ...]) -> Dictionary:
    return Dictionary(before.changes + changes, before.place, before.display)


def _items(source: Value | None) -> tuple[Value, ...] | None:
    """The items of an iteration, where they are known."""
    if isinstance(source, Sequence):
        return source.items
    if isinstance(source, Result) and source.callee == "items" and isinstance(source.arguments[0], Dictionary):
        pairs = source.arguments[0].changes
        known = all(isinstance(change, Put) for change in pairs)
        return tuple([Sequence((c.key, c.value)) for c in pairs if isinstance(c, Put)]) if known else None
    if isinstance(source, Dictionary) and all(isinstance(change, Put) for change in source.changes):
        return tuple([change.key for change in source.changes if isinstance(change, Put)])
    return None


Handler = Callable[[Interpreter, "ir.Statement"], "bool | None"]

STATEMENTS: Mapping[type, Callable[..., bool | None]] = {
    ir.Assign: Interpreter.assign,
    ir.Declare: Interpreter.nothing,
    ir.Augment: Interpreter.augment,
    ir.Delete: Interpreter.delete,
    ir.Evaluate: Interpreter.effect,
    ir.Return: Interpreter.leave_function,
    ir.Leave: Interpreter.leave,
    ir.If: Interpreter.branch,
    ir.Loop: Interpreter.loop,
    ir.Try: Interpreter.attempt,
    ir.With: Interpreter.manage,
    ir.ImportModule: Interpreter.import_module,
    ir.ImportFrom: Interpreter.import_from,
    ir.GlobalNames: Interpreter.declare_global,
    ir.OuterNames: Interpreter.declare_nonlocal,
    ir.Function: Interpreter.define_function,
    ir.Class: Interpreter.define_class,
}

EXPRESSIONS: Mapping[type, Callable[..., Value]] = {
    ir.Constant: Interpreter.constant,
    ir.Name: Interpreter.name,
    ir.Attribute: Interpreter.attribute,
    ir.Starred: Interpreter.starred,
    ir.Call: Interpreter.call,
    ir.Subscript: Interpreter.subscript,
    ir.Binary: Interpreter.binary,
    ir.Boolean: Interpreter.boolean,
    ir.Compare: Interpreter.outcome,
    ir.Not: Interpreter.outcome,
    ir.Conditional: Interpreter.conditional,
    ir.Format: Interpreter.format,
    ir.DictDisplay: Interpreter.dict_display,
    ir.Display: Interpreter.display,
    ir.Comprehension: Interpreter.comprehension,
    ir.Lambda: Interpreter.lambda_,
    ir.Walrus: Interpreter.walrus,
    ir.Yield: Interpreter.produce,
    ir.Opaque: Interpreter.opaque,
}
