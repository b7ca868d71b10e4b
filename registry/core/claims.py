"""Claims: who may say that a name is theirs, and which names wait until somebody has looked (YouTube's lesson: one false reference,
thousands of false blocks). Pure: what the registry knows goes in, the risks of a claim come out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal

from registry.core.catalog import Catalog
from registry.core.decision_log.canonical import canonical_bytes
from registry.core.matching import NameWeight, everyday_titles, fold_name, names_of, weigh_names
from registry.core.model import Alias, Character, MatchMode, NameText, Value, Work

MAX_RISKS = 20  # a claim names so many; more say nothing new to a reviewer, and must fit the log
MAX_HOLDERS = 5
NAME_FIELDS = {"character": ("name", "aliases", "work"), "work": ("title", "titles")}


class RiskCode(StrEnum):
    """Why a claim waits. The words for each are in `RISKS`."""

    UNVERIFIED = "UNVERIFIED"
    EVERYDAY_WORD = "EVERYDAY_WORD"
    EVERYDAY_TITLE = "EVERYDAY_TITLE"
    HELD_BY_OTHERS = "HELD_BY_OTHERS"
    RESERVED_NAME = "RESERVED_NAME"
    CONTESTED_NAME = "CONTESTED_NAME"
    SUDDEN_BULK = "SUDDEN_BULK"


RISKS: Mapping[RiskCode, tuple[str, str]] = {
    RiskCode.UNVERIFIED: (
        "your organisation has not proved who it is",
        "prove it once: a DNS record of your domain or the operator's review, `POST /v1/organisations/me/verification`",
    ),
    RiskCode.EVERYDAY_WORD: (
        "`{name}` is an everyday word or a person's name",
        (
            "put it among the `aliases` with `match`: `needs_context`, also when it is the `name`, and it is found only beside its work; "
            "or wait for the review"
        ),
    ),
    RiskCode.EVERYDAY_TITLE: (
        "the title `{name}` is an everyday word, and beside it names that wait for context would be found",
        "leave the title out, or wait for the review",
    ),
    RiskCode.HELD_BY_OTHERS: (
        "`{name}` is in force for another rightsholder",
        "wait for the reviewer, who may ask why it is yours too, or contest the other entry: `POST /v1/disputes`",
    ),
    RiskCode.RESERVED_NAME: ("`{name}` is on the operator's list of reserved names", "wait for the review"),
    RiskCode.CONTESTED_NAME: ("`{name}` is or was contested in a dispute about an entry of yours", "wait for the review"),
    RiskCode.SUDDEN_BULK: (
        "more than your quota of new entries in 24 hours",
        "wait for the review, which takes the whole batch at once",
    ),
}


class Risk(Value):
    """One reason why a claim waits: about which name, and who else holds it (ids of characters, at most five)."""

    code: RiskCode
    name: NameText | None = None
    held_by: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The reason in words."""
        return RISKS[self.code][0].format(name=self.name)

    @property
    def action(self) -> str:
        """What the rightsholder can do."""
        return RISKS[self.code][1]


class ClaimState(StrEnum):
    """`waiting` for the operator, `asked` waits for the rightsholder's answer; the others are final."""

    waiting = "waiting"
    asked = "asked"
    approved = "approved"
    rejected = "rejected"
    withdrawn = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether a decision is still to come."""
        return self in OPEN


OPEN = frozenset({ClaimState.waiting, ClaimState.asked})


class Claim(Value):
    """Names of an entry that wait for review, as the log holds it.

    `proposal` is the SHA-256 of what the entry is to become, for entries that are in force (or were) and stay as they are meanwhile;
    without it the whole entry is pending. `batch` is the import that it came with.
    """

    id: str
    kind: Literal["work", "character"]
    entry: str
    rightsholder: str
    state: ClaimState
    risks: tuple[Risk, ...]
    proposal: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry knows of a rightsholder beside the catalog.

    `recent` new entries came in the last 24 hours, `quota` may; `reserved` maps folded names to the rightsholder they are kept for, if
    any; `contested` are folded names of its entries that are or were under dispute.
    """

    is_verified: bool
    recent: int = 0
    quota: int = 0
    reserved: Mapping[str, str | None] = field(default_factory=dict)
    contested: frozenset[str] = frozenset()


def screen(
    after: Character, before: Character | None, work: Work | None, catalog: Catalog, standing: Standing, *, is_new: bool
) -> tuple[Risk, ...]:
    """Return why the names that `after` claims beyond `before` (what is in force, None: nothing) must wait; none: they go live.

    INVARIANT: only what finds more than before is a claim; taking names away or finding them less never waits.
    """
    known = _known(before, catalog)
    claimed = [n for n in weigh_names(after, work, catalog.lexicon) if _finds_more(n, known, after, before)]
    risks: list[Risk] = []
    if (claimed or before is None) and not standing.is_verified:
        risks.append(Risk(code=RiskCode.UNVERIFIED))
    if is_new and standing.recent >= standing.quota:
        risks.append(Risk(code=RiskCode.SUDDEN_BULK))
    has_weak_title = work is not None and bool(everyday_titles(work, catalog.lexicon))
    for name in claimed:
        risks.extend(_risks_of(name, after, catalog, standing, has_weak_title=has_weak_title))
    return tuple(risks[:MAX_RISKS])


def screen_work(after: Work, before: Work | None, catalog: Catalog, *, has_characters: bool) -> tuple[Risk, ...]:
    """Return why a work's new titles must wait: everyday words beside which its characters would be found."""
    if not has_characters:
        return ()
    known = set(everyday_titles(before, catalog.lexicon)) if before else set()
    new = (title for title in everyday_titles(after, catalog.lexicon) if title not in known)
    return tuple(Risk(code=RiskCode.EVERYDAY_TITLE, name=title) for title in new)[:MAX_RISKS]


def _risks_of(name: NameWeight, after: Character, catalog: Catalog, standing: Standing, *, has_weak_title: bool) -> Iterator[Risk]:
    if name.is_everyday and (name.match is not MatchMode.needs_context or has_weak_title):
        yield Risk(code=RiskCode.EVERYDAY_WORD, name=name.text)
    others = [c for c in name.shared_with if c in catalog.entries and catalog.entries[c].rightsholder.id != after.rightsholder]
    if others:
        yield Risk(code=RiskCode.HELD_BY_OTHERS, name=name.text, held_by=tuple(others[:MAX_HOLDERS]))
    if name.folded in standing.reserved and standing.reserved[name.folded] != after.rightsholder:
        yield Risk(code=RiskCode.RESERVED_NAME, name=name.text)
    if name.folded in standing.contested:
        yield Risk(code=RiskCode.CONTESTED_NAME, name=name.text)


def _known(before: Character | None, catalog: Catalog) -> dict[tuple[str, MatchMode], frozenset[str]]:
    """Return what is found already: folded names with their modes, and the benign phrases that each leaves out."""
    if before is None:
        return {}
    return {(fold_name(t, catalog.lexicon), mode): _benign(before.aliases, t) for t, mode in names_of(before).items()}


def _finds_more(
    name: NameWeight, known: Mapping[tuple[str, MatchMode], frozenset[str]], after: Character, before: Character | None
) -> bool:
    if not name.folded or name.match is MatchMode.never:
        return False
    benign = known.get((name.folded, name.match))
    moved = before is not None and name.match is MatchMode.needs_context and after.work != before.work
    return benign is None or moved or not benign <= _benign(after.aliases, name.text)


def _benign(aliases: Iterable[Alias], text: str) -> frozenset[str]:
    return frozenset(phrase for alias in aliases if alias.text == text for phrase in alias.benign)


def proposed_fields(kind: str, before: Work | Character, after: Work | Character) -> dict[str, Any]:
    """Return what of the names differs, as JSON values: that waits, everything else of `after` counts at once."""
    said = after.model_dump(mode="json", include={*NAME_FIELDS[kind], "status"}, exclude_defaults=False)
    stood = before.model_dump(mode="json", include={*NAME_FIELDS[kind], "status"}, exclude_defaults=False)
    names = {name: said[name] for name in NAME_FIELDS[kind] if said[name] != stood[name]}
    return names if before.status.is_in_force else {**names, "status": "active"}


def hash_of(fields: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex by which a claim names what it proposes."""
    return sha256(canonical_bytes(fields)).hexdigest()
