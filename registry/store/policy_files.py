"""Reads the YAML files of policies/: vocabulary, templates, stories (YAML 1.2 core schema).

The files lie in the wheel as `registry/policies`, and beside the package in a source tree.
"""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from registry.core.errors import FieldError, InvalidInput
from registry.core.model import Policy
from registry.core.policy import Duty
from registry.core.value import LongText, RefText, Value
from registry.core.vocabulary import Vocabulary, read_vocabulary

_LONG_TEXT: TypeAdapter[str] = TypeAdapter(LongText)
NAME = re.compile(r"[a-z0-9-]+")
_BOOLEAN = "tag:yaml.org,2002:bool"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """SafeLoader without YAML 1.1's surprises: `NO` is Norway, not false, and a date stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in {_BOOLEAN, _TIMESTAMP}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(text: str, where: str) -> Any:
    """Parse one YAML document. Raises InvalidInput with the line; `where` names the file in messages."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that is none
        raise InvalidInput(f"`{where}` is not readable YAML: {error}") from error


def policies_folder() -> Path:
    """Return the folder of policies/, installed or in the source tree."""
    installed = Path(str(files("registry"))) / "policies"
    return installed if installed.is_dir() else installed.parent.parent / "policies"


@cache
def load_vocabulary() -> Vocabulary:
    """Read `policies/vocabulary.yaml`, once per process."""
    path = policies_folder() / "vocabulary.yaml"
    return read_vocabulary(read_yaml(path.read_text("utf-8"), path.name))


class Template(Value):
    """A policy to start from, with its prose in English and Japanese. `examples` stand in its duties until you put your own there."""

    name: RefText
    en: LongText
    ja: LongText
    prose: LongText
    examples: tuple[LongText, ...] = ()
    policy: Policy

    def filled(self, *, credit: object = None, address: object = None) -> Policy:
        """Return the policy with one's own credit and address in the place of the examples. Raises InvalidInput where there is none."""
        own = {
            name: _read(field, said)
            for name, field, said in (("text", "credit", credit), ("address", "address", address))
            if said is not None
        }
        there = {name for p in self.policy.permissions for d in p.duties for name in own if getattr(d, name) in self.examples}
        for name in sorted(own.keys() - there):
            field = "credit" if name == "text" else name
            raise InvalidInput(f"the template `{self.name}` has no {field}", fields=(FieldError(f"/{field}", "nothing to put it into"),))
        permissions = tuple(
            p.model_copy(update={"duties": tuple(d.model_copy(update=_own(d, own, self.examples)) for d in p.duties)})
            for p in self.policy.permissions
        )
        return self.policy.model_copy(update={"permissions": permissions})


def _read(field: str, said: object) -> str:
    try:
        return _LONG_TEXT.validate_python(said)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]["msg"]
        raise InvalidInput(f"`{field}` cannot be put into a template: {wrong}", fields=(FieldError(f"/{field}", wrong),)) from None


def _own(duty: Duty, own: dict[str, str], examples: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name, text in own.items() if getattr(duty, name) in examples}


@cache
def load_template(name: str) -> Template:
    """Read the template `name`. Raises InvalidInput where there is none."""
    path = policies_folder() / "templates" / f"{name}.yaml"
    if not (NAME.fullmatch(name) and path.is_file()):
        raise InvalidInput(f"there is no template `{name}`; use one of {', '.join(list_templates())}")
    return Template.model_validate({"name": name, **read_yaml(path.read_text("utf-8"), path.name)})


@cache
def template_examples() -> tuple[str, ...]:
    """Return everything that stands in a template until somebody puts their own there."""
    return tuple(sorted({example for name in list_templates() for example in load_template(name).examples}))


def list_templates() -> tuple[str, ...]:
    """Return the names of all templates."""
    return tuple(sorted(path.stem for path in (policies_folder() / "templates").glob("*.yaml")))


def list_examples() -> tuple[Path, ...]:
    """Return the story files of policies/examples."""
    return tuple(sorted((policies_folder() / "examples").glob("*.yaml")))
