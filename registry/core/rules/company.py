"""Who appears together: co_appearance, derived from the mentions of one prompt, in time linear in them."""

from collections.abc import Callable, Iterable

from registry.core.model import Mention, MentionStatus
from registry.core.rules.facts import UNKNOWN, bits_of

Owner = tuple[str, str]
"""The work and the rightsholder of a character; a character without a work is its own work."""


class Cast:
    """Everybody whom one prompt names. Candidates of one mention are alternatives, not company for each other."""

    def __init__(self, mentions: Iterable[Mention], owner_of: Callable[[str], Owner], real_persons: bool | None) -> None:
        groups = {mention.candidates for mention in mentions if mention.status is not MentionStatus.dismissed}
        self._owner_of = owner_of
        self._owners = {group: {owner_of(candidate) for candidate in group} for group in groups}
        self._groups: dict[str, list[tuple[str, ...]]] = {}
        self._count: dict[Owner, int] = {}
        for group, owners in self._owners.items():
            for candidate in group:
                self._groups.setdefault(candidate, []).append(group)
            for owner in owners:
                self._count[owner] = self._count.get(owner, 0) + 1
        self._of_rightsholder: dict[str, list[Owner]] = {}
        for owner in self._count:
            self._of_rightsholder.setdefault(owner[1], []).append(owner)
        self._persons = real_persons
        self._known: dict[Owner, int] = {}

    def company_of(self, character: str) -> int:
        """Return the bits of who is there beside `character`; "not said" where real persons may be."""
        owner = self._owner_of(character)
        if self._groups[character] != [(character,)]:
            own = [o for group in self._groups[character] for o in self._owners[group]]
            return self._bits(owner, {o: own.count(o) for o in own})
        if owner not in self._known:  # all whose names are clear and who have one work are in the same company
            self._known[owner] = self._bits(owner, {owner: 1})
        return self._known[owner]

    def _bits(self, owner: Owner, own: dict[Owner, int]) -> int:
        work, rightsholder = owner
        there = {
            "same_work": self._beyond(own, [owner]),
            "same_rightsholder": self._beyond(own, (o for o in self._of_rightsholder[rightsholder] if o[0] != work)),
            "others": self._beyond(own, (o for r, owners in self._of_rightsholder.items() if r != rightsholder for o in owners)),
            "real_persons": self._persons is True,
        }
        bits = bits_of("co_appearance", [who for who, is_there in there.items() if is_there] or ["alone"])
        return bits | UNKNOWN["co_appearance"] if self._persons is None else bits

    def _beyond(self, own: dict[Owner, int], owners: Iterable[Owner]) -> bool:
        """Whether a mention that cannot mean the character itself names somebody of these owners; stops at the first."""
        return any(self._count[owner] > own.get(owner, 0) for owner in owners)
