"""Classes: what a constructor leaves on an instance, and what an attribute of an instance, a class or `super()` is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from statefence.facts import ir
from statefence.project import (
    assigned,
    bindings,
    declared_reads,
    functions,
    getters,
    heirs,
    inherited,
    models,
    mutations,
    scopes,
    sinks,
)
from statefence.project.frames import State
from statefence.project.mappings import open_test
from statefence.project.program import ClassModel, Definition, Edge, Program, Summary
from statefence.project.values import (
    AS_PATH,
    Arguments,
    Change,
    Choice,
    ClassValue,
    Constant,
    Dictionary,
    External,
    FunctionValue,
    Item,
    Member,
    ModuleValue,
    Object,
    Parameter,
    Result,
    Sequence,
    SuperValue,
    Test,
    Unknown,
    Value,
    choose,
    is_constant_none,
)
from statefence.project.worlds import main_world

if TYPE_CHECKING:
    from statefence.project.interpreter import Interpreter

FIELD_BASES = frozenset({"BaseModel", "NamedTuple", "TypedDict", "Struct", "SQLModel", "RootModel"})
SETTINGS_BASES = frozenset(
    {
        *("BaseSettings", "Configurable", "SingletonConfigurable", "HasTraits", "LoggingConfigurable"),
        *("JupyterApp", "ServerApp", "ExtensionApp", "LabApp"),
    }
)
TRAIT_DEFAULTS: Mapping[str, Value] = {
    **dict.fromkeys(("Unicode", "CUnicode", "ObjectName", "DottedObjectName"), Constant("")),
    **dict.fromkeys(("Int", "Integer", "Float", "CInt", "CFloat"), Constant(0)),
    **dict.fromkeys(("Bool", "CBool"), Constant(value=False)),
    **dict.fromkeys(("List", "Tuple", "Set"), Sequence(())),
    "Dict": Dictionary(()),
}
"""What a trait of traitlets holds to which no value is given."""
PATHS = ("pathlib.Path", "pathlib.WindowsPath")
"""The classes outside the project whose instances are paths, by canonical name."""
FIELD_DECORATORS = frozenset(
    {"dataclass", "dataclass_transform", "define", "frozen", "mutable", "s", "attrs", "attributes"}
)


FIELDS = frozenset(
    {
        "attr.field",
        "attr.ib",
        "attrs.field",
        "dataclasses.field",
        "msgspec.field",
        "pydantic.Field",
        "pydantic.fields.Field",
        "sqlmodel.Field",
    }
)
"""The functions that declare a field of a class, by canonical name."""


def declare(interpreter: Interpreter, key: str, node: ir.Class) -> None:
    """Interpret a class body and keep what it leaves."""
    from statefence.project.interpreter import Interpreter as Body

    program = interpreter.program
    bases = tuple([interpreter.state.freeze(interpreter.evaluate(base)) for base in node.bases])
    decorators = [interpreter.state.freeze(interpreter.evaluate(entry)) for entry in node.decorators]
    body = Body(program, program.definitions[key], State({}, {}), interpreter.enclosing())
    body.run(node.body)
    names = {name: body.state.freeze(value) for name, value in body.state.variables.items()}
    synthetic = any(_last_name(entry) in FIELD_DECORATORS for entry in decorators) or any(
        _is_field_base(program, base) for base in bases
    )
    synthetic = synthetic or any(_makes_fields(interpreter, entry) for entry in node.decorators)
    synthetic = synthetic or any(_is_declared_field(value) for value in names.values())
    program.models[key] = ClassModel(key, bases, names, tuple(_fields(node.body)), synthetic)
    if synthetic or _settings(program, key):
        _declare_fields(interpreter, key, node)
    if _settings(program, key):
        _declare_reads(body, node)


def _declare_reads(body: Interpreter, node: ir.Class) -> None:
    """The variables that a field is read from, as its value or its annotation says."""
    for statement in node.body if declared_reads.ALIASES.encode() in body.unit.words else ():
        if isinstance(statement, ir.Declare | ir.Assign):
            target = statement.target if isinstance(statement, ir.Declare) else statement.targets[0]
            said = [body.lookup(target.id)] if isinstance(target, ir.Name) and isinstance(statement, ir.Assign) else []
            said += [body.evaluate(statement.annotation)] if statement.annotation is not None else []
            for value in said:
                declared_reads.field(body, statement.span, body.owner.symbol, body.state.freeze(value))


def _fields(body: Iterable[ir.Statement]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ir.Declare) and isinstance(statement.target, ir.Name):
            yield statement.target.id
        elif isinstance(statement, ir.Assign) and isinstance(statement.targets[0], ir.Name):
            yield statement.targets[0].id


def _makes_fields(interpreter: Interpreter, decorator: ir.Expression) -> bool:
    """Whether a decorator is a function of the project that is itself decorated with `dataclass_transform`."""
    made = interpreter.evaluate(decorator.function if isinstance(decorator, ir.Call) else decorator)
    return isinstance(made, FunctionValue) and made.key in interpreter.program.field_decorators


def _last_name(value: Value) -> str:
    name = value.callee if isinstance(value, Result) else value.name if isinstance(value, External) else ""
    return name.rpartition(".")[2]


def _is_declared_field(value: Value) -> bool:
    """Whether a class says by it that an attribute is a field, whatever makes a constructor of that."""
    return isinstance(value, Result) and value.callee in FIELDS


def _is_field_base(program: Program, base: Value) -> bool:
    if isinstance(base, External):
        return _last_name(base) in FIELD_BASES or _is_settings_base(base)
    model = program.models.get(base.key) if isinstance(base, ClassValue) else None
    return model is not None and model.synthetic


def _settings(program: Program, key: str) -> bool:
    """Whether a configuration, not the program, decides the fields of this class."""
    return any(isinstance(base, External) and _is_settings_base(base) for base in lineage(program, key))


def _is_settings_base(base: External) -> bool:
    return _last_name(base) in SETTINGS_BASES or base.name.startswith("traitlets.")


def _declare_fields(interpreter: Interpreter, key: str, node: ir.Class) -> None:
    """The constructor that a class of fields gets by itself: a parameter per field, those of its bases first."""
    program = interpreter.program
    settings = _settings(program, key)
    constructor = f"{key}.__init__"
    parameters: dict[str, Parameter] = {}
    for base in reversed(program.models[key].bases):
        if isinstance(base, ClassValue):
            for parameter in program.signatures.get(f"{base.key}.__init__", ()):
                if parameter.name != "self":
                    parameters[parameter.name] = parameter
    for statement in node.body:
        if isinstance(statement, ir.Declare | ir.Assign):
            field = _field(program, constructor, statement, settings=settings)
            if field is not None:
                parameters[field.name] = field
    if "__init__" not in program.models[key].names:
        own = Parameter(constructor, "self", "both")
        program.signatures[constructor] = (own, *parameters.values())
        program.definitions.setdefault(constructor, _constructor(program, key, node))


def _constructor(program: Program, key: str, node: ir.Class) -> Definition:
    definition = program.definitions[key]
    return Definition(definition.unit, f"{definition.qualified}.__init__", node, owner=key)


def _field(
    program: Program, constructor: str, statement: ir.Declare | ir.Assign, *, settings: bool
) -> Parameter | None:
    target = statement.target if isinstance(statement, ir.Declare) else statement.targets[0]
    annotation = statement.annotation
    if not isinstance(target, ir.Name) or (annotation is None and not settings):
        return None
    default: Value | None = None
    if isinstance(statement, ir.Assign):
        cls = constructor.removesuffix(".__init__")
        default = _field_default(program, program.models[cls].names.get(target.id))
    return Parameter(constructor, target.id, "both", default, settings, tuple(type_names(annotation)))


def _field_default(program: Program, value: Value | None) -> Value | None:
    """The default of `field(default=...)`, `Field(default_factory=...)` or a plain value; None for a required field."""
    if value is not None and _is_trait(value):
        return _trait_default(value)
    if not isinstance(value, Result) or value.callee.rpartition(".")[2] not in {"field", "Field", "ib", "attrib"}:
        return value
    keywords = dict(value.keywords)
    if "default" in keywords:
        return keywords["default"]
    factory = keywords.get("default_factory", keywords.get("factory"))
    if isinstance(factory, FunctionValue):
        return functions.summarize(program, factory.key).returns
    if isinstance(factory, External) and factory.name in {"builtins.dict", "collections.OrderedDict"}:
        return Dictionary(())
    if factory is not None:
        return Unknown("a default made by a factory")
    positional = value.arguments[0] if value.arguments else None
    return None if isinstance(positional, External) or positional is None else positional


def _is_trait(value: Value) -> bool:
    """Whether it is a trait of traitlets, `Unicode(...)` or `Unicode(...).tag(config=True)`."""
    tagged = isinstance(value, Result) and value.callee == "tag" and bool(value.arguments)
    trait = value.arguments[0] if tagged and isinstance(value, Result) else value
    return isinstance(trait, Result) and trait.callee.startswith("traitlets.")


def _trait_default(value: Value) -> Value:
    """The default of a trait of traitlets."""
    assert isinstance(value, Result)
    trait = value.arguments[0] if value.callee == "tag" else value
    assert isinstance(trait, Result)
    given = dict(trait.keywords).get("default_value")
    kind = trait.callee.rpartition(".")[2]
    if given is None and trait.arguments and (kind in TRAIT_DEFAULTS or kind == "Any"):
        given = trait.arguments[0]
    return given if given is not None else TRAIT_DEFAULTS.get(kind, Unknown("a trait without a default"))


def synthetic_summary(_program: Program, _key: str) -> Summary:
    """The constructor of a class of fields only stores them."""
    return Summary(Unknown("a constructor returns nothing"))


def type_names(annotation: ir.Expression | None) -> Iterator[str]:
    """The dotted names an annotation is made of, in order; those within a quoted annotation too."""
    if annotation is None:
        return
    if isinstance(annotation, ir.Name):
        yield annotation.id
    elif isinstance(annotation, ir.Attribute):
        owner = next(type_names(annotation.value), "")
        yield f"{owner}.{annotation.attr}"
    elif isinstance(annotation, ir.Subscript):
        yield from type_names(annotation.value)
        yield from type_names(annotation.index)
    elif isinstance(annotation, ir.Binary):
        yield from type_names(annotation.left)
        yield from type_names(annotation.right)
    elif isinstance(annotation, ir.Display):
        for entry in annotation.items:
            yield from type_names(entry)
    elif isinstance(annotation, ir.Constant) and isinstance(annotation.value, str):
        for part in annotation.value.replace("[", "|").replace("]", "|").replace(",", "|").split("|"):
            if part.strip().replace(".", "").isidentifier():
                yield part.strip()


def class_of(program: Program, parameter: Parameter) -> str | None:
    """The project class that a parameter's annotation names, None when it names none."""
    unit = parameter.function.partition(":")[0]
    for name in parameter.types:
        first, *rest = name.split(".")
        value = scopes.global_value(program, unit, first)
        for part in rest:
            value = None if value is None else scopes.module_attribute(program, value, part)
        if isinstance(value, ClassValue) and value.key in program.models:
            return value.key
    return None


def external_types(program: Program, parameter: Parameter) -> tuple[str, ...]:
    """The dotted names of the classes outside the project that a parameter's annotation names."""
    unit = parameter.function.partition(":")[0]
    found = []
    for name in parameter.types:
        first, _, rest = name.partition(".")
        value = scopes.global_value(program, unit, first)
        if isinstance(value, External):
            found.append(f"{value.name}.{rest}" if rest else value.name)
        elif value is None and rest:
            found.append(name)
    return tuple(found)


def is_property(program: Program, owner: Value, name: str) -> bool:
    """Whether an instance's attribute is made anew each time it is asked for."""
    found = _class_attribute(program, ClassValue(owner.cls), name) if isinstance(owner, Object) else None
    return isinstance(found, FunctionValue) and found.key in program.properties


def lineage(program: Program, key: str) -> list[Value]:
    """The class and its bases, nearest first: project classes and external ones."""
    found: list[Value] = []
    todo: list[Value] = [ClassValue(key)]
    while todo:
        cls = todo.pop(0)
        if isinstance(cls, Choice):
            todo[:0] = [cls.then, cls.orelse]
        elif cls not in found:
            found.append(cls)
            model = program.models.get(cls.key) if isinstance(cls, ClassValue) else None
            if model is not None:
                todo[:0] = model.bases
    return found


def attribute(program: Program, owner: Value, name: str, reference: Value) -> Value | None:
    """`owner.name` for an instance, a class, `super()` or an annotated parameter; None when the analysis cannot tell.

    Args:
        reference: what a method found on it is bound to.
    """
    if isinstance(owner, Object):
        return _instance_attribute(program, owner, name, reference)
    if isinstance(owner, ClassValue):
        return _class_attribute(program, owner, name)
    if isinstance(owner, SuperValue):
        return _super_attribute(program, owner, name)
    if isinstance(owner, Parameter) and owner.types:
        key = class_of(program, owner)
        found = None if key is None else _instance_attribute(program, Object(key, None), name, reference)
        return found if found is None or _is_followed(found) else None
    return None


def _is_followed(value: Value) -> bool:
    """Whether the main answer is known; where it is not, whoever hands the object over decides on the attribute."""
    main = main_world(value) if isinstance(value, Choice) else value
    while isinstance(main, Member | Item):
        main = main.owner
    return not isinstance(main, Unknown) and main != Result("")


def _instance_attribute(program: Program, owner: Object, name: str, reference: Value) -> Value | None:
    for attribute_name, value in owner.attributes:
        if attribute_name == name:
            return value
    binding = (
        {} if owner.bound is None else {(function, parameter): value for function, parameter, value in owner.bound}
    )
    for cls in lineage(program, owner.cls):
        if not isinstance(cls, ClassValue) or cls.key not in program.models:
            continue
        found = _own_attribute(program, cls.key, name)
        if isinstance(found, FunctionValue):
            meant = heirs.overridden(program, owner.cls, found) if owner.bound is None else found
            return _bound_each(program, meant, reference, owner, binding)
        if found is not None:
            meant = found if owner.bound is not None else heirs.replaced(program, owner.cls, name, found)
            return bindings.instantiate(program, meant, binding)
    made = _module_on_demand(program, owner, name)
    return _set_by_heirs(program, owner.cls, name) if made is None and owner.bound is None else made


def _set_by_heirs(program: Program, cls: str, name: str) -> Value | None:
    """An attribute that a class uses and leaves to the constructors of those derived from it; None where none sets it.

    While the constructor of a class is being interpreted, it is not known what derived ones do around it.
    """
    if not _mentions(program, cls, rb"\bself\.%s\b" % name.encode()):
        return None
    if any(f"{key.key}.__init__" in program.running for key in lineage(program, cls) if isinstance(key, ClassValue)):
        return None
    setting = [heir for heir in heirs.heirs(program, cls) if _sets(program, heir, name)]
    values = [members(program, heir).get(name) for heir in (setting if len(setting) <= heirs.MOST else ())]
    found = [value for value in values if value is not None and not is_constant_none(value)]
    result = found.pop(0) if found else None
    for other in found:
        result = choose(open_test(preferred=False), other, result) if result is not None else other
    return result


def _sets(program: Program, cls: str, name: str) -> bool:
    """Whether the text of a class assigns an attribute of `self`; a class that does not is not interpreted for it."""
    return _mentions(program, cls, rb"\bself\.%s\b[^=\n()]*=(?!=)" % name.encode())


def _mentions(program: Program, cls: str, pattern: bytes) -> bool:
    definition = program.definitions[cls]
    return re.search(pattern, definition.unit.data[slice(*program.extent(definition))]) is not None


def _module_on_demand(program: Program, owner: Object, name: str) -> Value | None:
    """The module that a `__getattr__` imports by the name it is asked for; None where it gives anything else."""
    for cls in lineage(program, owner.cls):
        model = program.models.get(cls.key) if isinstance(cls, ClassValue) else None
        method = None if model is None else model.names.get("__getattr__")
        if isinstance(method, FunctionValue) and len(program.signatures.get(method.key, ())) == 2:
            parameter = program.signatures[method.key][1]
            binding = {(method.key, parameter.name): Constant(name)}
            found = bindings.instantiate(program, functions.summarize(program, method.key).returns, binding)
            return found if isinstance(found, ModuleValue | External) else None
    return None


def as_tuple(interpreter: Interpreter, value: Object) -> Value | None:
    """The fields of a named tuple, in order; None for an instance of any other class."""
    model = interpreter.program.models.get(value.cls)
    if model is None or not any(_last_name(base) == "NamedTuple" for base in model.bases):
        return None
    found = [attribute(interpreter.program, value, name, value) for name in model.fields]
    return Sequence(tuple([Unknown("a field that is not known") if field is None else field for field in found]))


def _bound_each(
    program: Program, method: Value, reference: Value, owner: Object, binding: Mapping[tuple[str, str], Value]
) -> Value:
    """Every method of a choice of them, bound."""
    if isinstance(method, Choice):
        then = _bound_each(program, method.then, reference, owner, binding)
        return choose(method.test, then, _bound_each(program, method.orelse, reference, owner, binding))
    return _bound(program, method, reference, owner, binding) if isinstance(method, FunctionValue) else method


def _own_attribute(program: Program, key: str, name: str) -> Value | None:
    """An attribute as one class itself decides it, its bases left aside."""
    model = program.models[key]
    member = members(program, key).get(name)
    if isinstance(member, Dictionary):
        return Dictionary((*member.changes, *_changed_later(program, key, name)), member.place, member.display)
    if member is not None and not is_constant_none(member):
        return member
    for parameter in program.signatures.get(f"{key}.__init__", ()) if model.synthetic else ():
        if parameter.name == name and parameter.function == f"{key}.__init__":
            return _field_value(program, model, parameter)
    in_body = model.names.get(name)
    if isinstance(in_body, FunctionValue):
        return in_body
    if in_body is not None and _is_declared_field(in_body):
        return Parameter(f"{key}.__init__", name, "keyword", _field_default(program, in_body))
    if in_body is not None and _is_trait(in_body):
        return Parameter(f"{key}.__init__", name, "keyword", _field_default(program, in_body), settings=True)
    late = _late_member(program, key, name)
    early = member if member is not None else assigned.class_value(program, key, name, in_body)
    if late is None or early is None:
        return late if early is None else early
    return choose(open_test(), late, early)


def _field_value(program: Program, model: ClassModel, parameter: Parameter) -> Value:
    """What a field holds that a constructor of the class's own takes: its default where None is passed or nothing."""
    declared = model.names.get(parameter.name)
    takes_none = parameter.default is not None and is_constant_none(parameter.default)
    if declared is None or not _is_declared_field(declared) or not takes_none:
        return parameter
    default = _field_default(program, declared)
    if default is None or is_constant_none(default):
        return parameter
    return choose(Test("none", (parameter,)), default, parameter)


def _changed_later(program: Program, key: str, name: str) -> tuple[Change, ...]:
    """What methods other than the constructor may do to the mapping that an attribute holds."""
    known = program.mutations.get((key, name))
    if known is None:
        known = program.mutations[key, name] = tuple(_mutations(program, key, name))
    return known


def _mutations(program: Program, key: str, name: str) -> Iterator[Change]:
    definition = program.definitions[key]
    pattern = mutations.pattern(f"self.{name}")
    if not pattern.search(definition.unit.data, *program.extent(definition)):
        return

    def matches(node: ir.Expression) -> bool:
        return isinstance(node, ir.Attribute) and node.attr == name and isinstance(node.value, ir.Name)

    for value in program.models[key].names.values():
        method = program.definitions.get(value.key) if isinstance(value, FunctionValue) else None
        if method is None or not isinstance(method.node, ir.Function) or method.node.name == "__init__":
            continue
        if pattern.search(method.unit.data, *program.extent(method)):
            yield from mutations.alternatives(method.unit.path, program.function(method).body or (), matches)


def _bound(
    program: Program, method: FunctionValue, reference: Value, owner: Object, binding: Mapping[tuple[str, str], Value]
) -> Value:
    if method.key in program.properties:
        summary, given = functions.summarize(program, method.key), getters.given_attribute(program, method.key)
        found = None if given is None else _instance_attribute(program, owner, given, reference)
        return bindings.instantiate(program, summary.returns, binding) if found is None else found
    if method.key in program.static_methods or method.receiver is not None:
        return method
    receiver: Value = ClassValue(owner.cls) if method.key in program.class_methods else reference
    return FunctionValue(method.key, receiver)


def _class_attribute(program: Program, owner: ClassValue, name: str) -> Value | None:
    for cls in lineage(program, owner.key):
        if isinstance(cls, External):
            return External(f"{cls.name}.{name}") if name[:1].islower() else None
        model = program.models.get(cls.key) if isinstance(cls, ClassValue) else None
        found = None if model is None else model.names.get(name)
        if isinstance(found, FunctionValue):
            return FunctionValue(found.key, owner) if found.key in program.class_methods else found
        if model is not None:
            found = assigned.class_value(program, model.key, name, found)
        if found is not None:
            return found
    return None


def _super_attribute(program: Program, owner: SuperValue, name: str) -> Value | None:
    for cls in lineage(program, owner.key)[1:]:
        if isinstance(cls, External):
            return External(f"{cls.name}.{name}")
        model = program.models.get(cls.key) if isinstance(cls, ClassValue) else None
        if model is None:
            continue
        found = model.names.get(name)
        if found is None and name == "__init__" and model.synthetic:
            return FunctionValue(f"{model.key}.__init__", owner.receiver)
        if isinstance(found, FunctionValue):
            return FunctionValue(found.key, owner.receiver)
        if found is not None:
            return found
    return None


def super_value(interpreter: Interpreter) -> Value:
    """`super()` in the method being interpreted."""
    owner = interpreter.owner.owner
    node = interpreter.owner.node
    if owner is None or not isinstance(node, ir.Function) or not node.parameters:
        return Unknown("super() outside a method")
    receiver = interpreter.state.variables.get(node.parameters[0].name)
    return Unknown("super() without a receiver") if receiver is None else SuperValue(owner, receiver)


def members(program: Program, key: str) -> Mapping[str, Value]:
    """The attributes that a class's own constructor sets, in terms of its parameters."""
    asked = f"{key}.<members>"
    program.consulted.ask(asked)
    known = program.members.get(key)
    if known is not None:
        return known
    with program.consulted.finding(asked):
        found, finished = _members(program, key)
    if finished:
        program.members[key] = found
    return found


def _members(program: Program, key: str) -> tuple[Mapping[str, Value], bool]:
    """The attributes, and whether they are all; they are not while the constructor is being interpreted."""
    model = program.models[key]
    found: dict[str, Value] = {}
    for name in ("__init__", "__post_init__", "model_post_init", "__attrs_post_init__"):
        method = model.names.get(name)
        if not isinstance(method, FunctionValue):
            continue
        running = program.running.get(method.key)
        if running is not None:
            program.consulted.circle(method.key)
            return _attributes_so_far(program, method.key, running), False
        found.update(_attributes_set(program, method.key))
    return found, True


def _attributes_set(program: Program, method: str) -> Mapping[str, Value]:
    """The attributes a method leaves on its receiver."""
    summary = functions.summarize(program, method)
    signature = program.signatures.get(method, ())
    receiver = signature[0].name if signature else ""
    for effect in summary.effects:
        if effect.parameter == receiver and isinstance(effect.value, Object):
            return dict(effect.value.attributes)
    return {}


def _attributes_so_far(program: Program, method: str, running: State) -> Mapping[str, Value]:
    signature = program.signatures.get(method, ())
    receiver = running.variables.get(signature[0].name) if signature else None
    content = None if receiver is None else running.content(receiver)
    if not isinstance(content, Object):
        return {}
    return {name: running.freeze(value) for name, value in content.attributes}


def _late_member(program: Program, key: str, name: str) -> Value | None:
    """An attribute that methods other than the constructor set."""
    for method in _setters(program, key).get(name, ()):
        running = program.running.get(method)
        if running is not None:
            program.consulted.circle(method)
        so_far = None if running is None else _attributes_so_far(program, method, running)
        value = (_attributes_set(program, method) if so_far is None else so_far).get(name)
        if value is not None and not is_constant_none(value):
            return value
    return None


def _setters(program: Program, key: str) -> Mapping[str, tuple[str, ...]]:
    """For each attribute, the methods of the class that assign it."""
    known = program.setters.get(key)
    if known is not None:
        return known
    found: dict[str, list[str]] = {}
    for value in program.models[key].names.values():
        definition = program.definitions.get(value.key) if isinstance(value, FunctionValue) else None
        if definition is None or not isinstance(definition.node, ir.Function) or definition.node.name == "__init__":
            continue
        method = program.function(definition)
        parameters = method.parameters
        for name in _assigned_attributes(method.body or (), parameters[0].name if parameters else ""):
            found.setdefault(name, []).append(definition.key)
    program.setters[key] = {name: tuple(methods) for name, methods in found.items()}
    return program.setters[key]


def received(program: Program, key: str, method: ir.Function) -> Object:
    """The receiver that a method begins with: of a constructor, with what the class body gives that it may replace."""
    model = program.models.get(key)
    if model is not None and any(isinstance(base, External) and base.name in PATHS for base in lineage(program, key)):
        return Object(key, None, ((AS_PATH, Parameter(f"{key}.__init__", "path", "both")),))
    if method.name != "__init__" or model is None or model.synthetic or not method.parameters:
        return Object(key, None)
    assigned = dict.fromkeys(_assigned_attributes(method.body or (), method.parameters[0].name))
    given = [(name, model.names[name]) for name in assigned if isinstance(model.names.get(name), Constant)]
    return Object(key, None, tuple(given))


def _assigned_attributes(body: Iterable[ir.Statement], receiver: str) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ir.Assign):
            for target in statement.targets:
                if (
                    isinstance(target, ir.Attribute)
                    and isinstance(target.value, ir.Name)
                    and target.value.id == receiver
                ):
                    yield target.attr
        elif isinstance(statement, ir.If):
            yield from _assigned_attributes((*statement.then, *statement.orelse), receiver)
        elif isinstance(statement, ir.Loop | ir.With):
            yield from _assigned_attributes(statement.body, receiver)
        elif isinstance(statement, ir.Try):
            handlers = tuple(inner for handler in statement.handlers for inner in handler.body)
            yield from _assigned_attributes((*statement.body, *handlers, *statement.orelse, *statement.final), receiver)


def construct(interpreter: Interpreter, cls: ClassValue, arguments: Arguments, node: ir.Call) -> Value:
    """An instance of a project class; the call counts as one of its constructor."""
    program = interpreter.program
    reference = interpreter.allocate(Object(cls.key, None))
    constructor = _constructor_of(program, cls.key)
    if isinstance(constructor, External) and constructor.name in PATHS:
        made = interpreter.state.freeze(models.external_call(interpreter, PATHS[0], arguments, node))
        interpreter.state.heap[reference.number] = Object(cls.key, None, ((AS_PATH, made),))
        return reference
    if isinstance(constructor, External):
        sinks.external_call(interpreter, constructor.name, arguments, node)
        return reference
    if constructor is None:
        interpreter.state.heap[reference.number] = Object(cls.key, ())
        return reference
    method = FunctionValue(constructor, reference)
    binding, _ = bindings.bind(interpreter, method, arguments, node)
    signature = program.signatures.get(constructor, ())
    bound = tuple([(p.function, p.name, binding[constructor, p.name]) for p in signature[1:]])
    interpreter.state.heap[reference.number] = Object(cls.key, bound)
    edge = Edge(
        interpreter.owner.key,
        constructor,
        program.definitions[cls.key].dotted,
        interpreter.unit.path,
        node.span,
        interpreter.owner.symbol,
        {**binding, **{(function, name): value for function, name, value in bound}},
        bindings.argument_spans(program, method, arguments),
        interpreter.directory(),
        interpreter.reached_under(),
    )
    program.edges.setdefault(interpreter.owner.key, []).append(edge)
    inherited.leave(interpreter, functions.summarize(program, constructor), binding)
    return reference


def _constructor_of(program: Program, key: str) -> str | External | None:
    """The key of the constructor that an instantiation calls; an external class where that is the first to have one."""
    for cls in lineage(program, key):
        if isinstance(cls, External):
            return cls
        model = program.models.get(cls.key) if isinstance(cls, ClassValue) else None
        if model is None:
            continue
        own = model.names.get("__init__")
        if isinstance(own, FunctionValue):
            return own.key
        if f"{model.key}.__init__" in program.signatures:
            return f"{model.key}.__init__"
    return None
