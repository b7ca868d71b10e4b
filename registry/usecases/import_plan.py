"""What an import file changes: its lines compared with what is registered, before the log is locked."""

from typing import Any

from registry.core.catalog import Catalog
from registry.core.claims import Claim, Risk
from registry.core.errors import FieldError, InvalidInput, RegistryError
from registry.core.model import IN_FORCE, Character, EntryStatus, Work
from registry.core.policy import begins_later
from registry.store import catalog as store
from registry.store.cases import CaseChange, CaseFilter, list_cases
from registry.store.database import Session
from registry.store.refs import LOOKED_AT, is_like
from registry.usecases.access import Caller
from registry.usecases.claims import Asked, Screen, is_first_asked, is_local, screen_for, settle, with_proposed
from registry.usecases.entries import CHARACTER, WORK, Kind, build_entry, entry_change
from registry.usecases.import_lines import CharacterLine, ImportFile, ImportLine
from registry.usecases.policy_checks import SUGGESTED_FOR, closest, flaws, new_policies, require_no_flaws
from registry.usecases.registry import Registry

ASKED_FOR = IN_FORCE | {EntryStatus.pending}


class ImportPlan:
    """Compares lines with what is registered and collects what must change: entries, and claims for names that must wait.

    `revision` is the catalog's that it was planned against, `asked` how many new characters are to be in force.
    """

    def __init__(self, registry: Registry, session: Session, catalog: Catalog, caller: Caller, file: ImportFile, batch: str | None) -> None:
        self._session, self._caller, self._now, self._batch = session, caller, registry.now(), batch
        self.revision, _ = store.read_revision(session)
        self._works, self._characters = store.entries_by_ref(session, caller.organisation.id)
        self._waiting = {c.about: c for c in list_cases(session, CaseFilter("claim", rightsholder=caller.organisation.id, is_open=True))}
        self._works_by_id = {work.id: work for work in self._works.values()}
        self._names = {str(line.draft.ref) for line in (*file.works, *file.characters)}
        for kept in (self._works, self._characters):
            self._names.update(name for ref, entry in kept.items() for name in (ref, entry.id))
        self._hints: dict[str, list[str]] = {}  # for the first few refs of a file that nobody has
        self._screen: Screen | None = None
        if not is_local(caller):
            new = sum(line.draft.ref not in self._characters for line in file.characters)
            names = (name for line in file.characters for name in _names(line))
            self._screen = screen_for(registry, session, catalog, caller.organisation.id, names).with_more(new - 1 if new else 0)
        self.asked = 0
        self.changes: list[store.Change] = []
        self.cases: list[CaseChange] = []
        self.claims: list[Claim] = []
        self.errors: list[FieldError] = []

    def add(self, line: ImportLine) -> None:
        """Take in one line; what is wrong with it goes to `errors`."""
        try:
            self._add(line)
        except RegistryError as error:
            self.errors.append(FieldError(f"line {line.number}", error.message))

    def _add(self, line: ImportLine) -> None:
        kind: Kind = WORK if line.draft.type == "work" else CHARACTER
        known: dict[str, Any] = self._works if kind is WORK else self._characters
        before = known.get(line.draft.ref)
        work = self._work_id(line, before)
        if before is None:
            entry = build_entry(kind, line.draft, rightsholder=self._caller.organisation.id, work=work, now=self._now)
        else:
            said = {name: getattr(line.draft, name) for name in line.draft.model_fields_set - {"type"}}
            changed = {**said, **({"work": work} if kind is CHARACTER else {})}
            as_asked = self._as_asked(before)
            if as_asked.status in ASKED_FOR and all(getattr(as_asked, name) == value for name, value in changed.items()):
                return
            if "policy" in changed:
                changed.setdefault("scheduled", begins_later(before.scheduled, self._now))
            entry = before.model_copy(update={**changed, "status": EntryStatus.active, "updated_at": self._now})
        self._settle(before, entry)
        self._require_ready(before, entry)  # last: what belongs to a work that is not ready is not wrong itself

    def _require_ready(self, before: Any, entry: Any) -> None:
        """An exception may also name what the file itself brings, on whichever line."""
        policies = list(new_policies(before, entry))
        unknown = {ref for _, policy in policies for ref in policy.exceptions if ref not in self._names}
        for ref in sorted(unknown - self._hints.keys())[: SUGGESTED_FOR - len(self._hints)]:
            self._hints[ref] = closest(ref, [name for name in self._names if is_like(name, ref)][:LOOKED_AT])
        require_no_flaws([flaw for pointer, policy in policies for flaw in flaws(pointer, policy, unknown, self._hints)])

    def _as_asked(self, before: Any) -> Any:
        """Return the entry as it would be once its claim is approved: a file that says the same again changes nothing.

        On the operator's command line it is as it stands, so that importing the file approves what waits.
        """
        case = self._waiting.get(before.id)
        if case is None or self._screen is None or not case.private:
            waits = before.status is EntryStatus.pending and self._screen is None
            return before.model_copy(update={"status": EntryStatus.draft}) if waits else before
        return with_proposed(before, case)

    def _settle(self, before: Any, entry: Any) -> None:
        known: dict[str, Any] = self._works if isinstance(entry, Work) else self._characters
        waiting = self._waiting.get(entry.id) if before else None
        asked = Asked(self._caller, self._now, before, entry, frozenset(type(entry).model_fields), waiting, self._batch)
        risks: tuple[Risk, ...] = ()
        if self._screen is not None:
            work = self._works_by_id.get(entry.work or "") if isinstance(entry, Character) else None
            risks = self._screen.risks(self._session, before, entry, work)
            self.asked += is_first_asked(before, entry)
        settled = settle(asked, risks)
        if before is None or _differs(settled.entry, before):
            self.changes.append(entry_change(settled.entry, self._caller, self._now, is_new=before is None))
            known[entry.ref] = settled.entry
            if isinstance(settled.entry, Work):
                self._works_by_id[entry.id] = settled.entry
        self.cases.extend(settled.cases)
        if settled.claim is not None:
            self.claims.append(settled.claim)

    def _work_id(self, line: ImportLine, before: Any) -> str | None:
        if line.draft.type == "work":
            return None
        if "work" not in line.draft.model_fields_set:
            return before.work if before is not None else None
        said = line.draft.work
        if said is None:
            return None
        work = self._works.get(said)
        if work is None or work.status is EntryStatus.withdrawn:
            raise InvalidInput(f"work `{said}` is neither in the file nor registered")
        return work.id


def _differs(entry: Any, before: Any) -> bool:
    return bool(entry.model_copy(update={"updated_at": before.updated_at}) != before)


def _names(line: ImportLine) -> list[str]:
    return [line.draft.name, *(a.text for a in line.draft.aliases)] if isinstance(line.draft, CharacterLine) else []
