"""What policies are written with: the vocabulary and the templates."""

from registry.core.errors import NotFound
from registry.core.vocabulary import Vocabulary
from registry.store import policy_files as store
from registry.store.policy_files import Template


def get_vocabulary() -> Vocabulary:
    """Return all words."""
    return store.load_vocabulary()


def list_templates() -> list[Template]:
    """Return all templates, by name."""
    return [store.load_template(name) for name in store.list_templates()]


def get_template(name: str) -> Template:
    """Return one template. Raises NotFound."""
    if name not in store.list_templates():
        raise NotFound(f"there is no template `{name}`")
    return store.load_template(name)
