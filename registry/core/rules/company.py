"""Who appears together: co_appearance, derived from the mentions of one prompt, in time linear in them."""

from collections import Counter
from collections.abc import Callable, Iterable

from registry.core.model import Mention, MentionStatus
from registry.core.rules.facts import BIT, UNKNOWN

_ALONE, _SAME_WORK, _SAME_RIGHTSHOLDER, _OTHERS, _REAL_PERSONS = (
    BIT["co_appearance"][who] for who in ("alone", "same_work", "same_rightsholder", "others", "real_persons")
)
_PERSONS = {None: UNKNOWN["co_appearance"], True: _REAL_PERSONS, False: 0}

Owner = tuple[str, str]
"""The work and the rightsholder of a character; a character without a work is its own work."""


class Cast:
    """Everybody whom one prompt names. Candidates of one mention are alternatives, not company for each other."""

    def __init__(self, mentions: Iterable[Mention], owner_of: Callable[[str], Owner], real_persons: bool | None) -> None:
        self._home: dict[str, Owner] = {}
        self._persons = _PERSONS[real_persons]
        self._owners: dict[tuple[str, ...], set[Owner]] = {}
        self._groups: dict[str, list[tuple[str, ...]]] = {}
        self._count: dict[Owner, int] = {}
        self._of_rightsholder: dict[str, set[Owner]] = {}
        for group in {mention.candidates for mention in mentions if mention.status is not MentionStatus.dismissed}:
            for candidate in group:
                self._home[candidate] = owner_of(candidate)
                self._groups.setdefault(candidate, []).append(group)
            self._owners[group] = {self._home[candidate] for candidate in group}
            for owner in self._owners[group]:
                self._count[owner] = self._count.get(owner, 0) + 1
                self._of_rightsholder.setdefault(owner[1], set()).add(owner)

    def company_of(self, character: str) -> int:
        """Return the bits of who is there beside `character`; "not said" where real persons may be."""
        owner = self._home[character]
        groups = self._groups[character]
        near = self._beside_a_clear_name(owner) if groups == [(character,)] else self._beside_candidates(owner, groups)
        return near | self._persons if near or self._persons == _REAL_PERSONS else _ALONE | self._persons

    def _beside_a_clear_name(self, owner: Owner) -> int:
        """What `_beside_candidates` comes to where no mention but its own can mean the character."""
        near = _SAME_WORK if self._count[owner] > 1 else 0
        if len(self._of_rightsholder[owner[1]]) > 1:
            near |= _SAME_RIGHTSHOLDER
        return near | _OTHERS if len(self._of_rightsholder) > 1 else near

    def _beside_candidates(self, owner: Owner, groups: Iterable[tuple[str, ...]]) -> int:
        """Count, of each owner, the mentions that cannot mean the character itself; stops at the first."""
        own = Counter(o for group in groups for o in self._owners[group])
        near = _SAME_WORK if self._count[owner] > own[owner] else 0
        if any(self._count[o] > own[o] for o in self._of_rightsholder[owner[1]] if o != owner):
            near |= _SAME_RIGHTSHOLDER
        others = (o for rightsholder, owners in self._of_rightsholder.items() if rightsholder != owner[1] for o in owners)
        return near | _OTHERS if any(self._count[o] > own[o] for o in others) else near
