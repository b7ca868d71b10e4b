"""Writes what is made from policies/: `python tests/policies/regenerate.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from registry.core.vocabulary import words_module  # noqa: E402
from registry.store.policy_files import load_vocabulary  # noqa: E402
from registry.usecases.policy_pages import policies_page  # noqa: E402

MADE = {
    "registry/core/words.py": lambda: words_module(load_vocabulary()),
    "docs/policies.md": policies_page,
}

if __name__ == "__main__":
    for path, text in MADE.items():
        (ROOT / path).write_text(text(), "utf-8")
        print("wrote", path)
