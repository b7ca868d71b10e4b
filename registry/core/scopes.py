"""Scopes: what a key or a member may do, one word each; which of them a role may hold, and which go by default (least privilege)."""

from collections.abc import Mapping
from enum import StrEnum

from registry.core.model import Role


class Scope(StrEnum):
    """One thing that a key may do. What a key may never do is decided by its organisation's role first."""

    check = "check"
    catalog_read = "catalog:read"
    catalog_write = "catalog:write"
    decisions_read = "decisions:read"
    decisions_export = "decisions:export"
    decisions_report = "decisions:report"
    prompts_read = "prompts:read"
    prompts_erase = "prompts:erase"
    log_entries = "log:entries"
    claims_review = "claims:review"
    disputes = "disputes"
    organisation_read = "organisation:read"
    organisation_write = "organisation:write"
    keys_manage = "keys:manage"
    members_manage = "members:manage"
    mandates_manage = "mandates:manage"
    organisations_manage = "organisations:manage"


class Rights(StrEnum):
    """What a member may do within the organisation: everything, the daily work, or reading."""

    owner = "owner"
    editor = "editor"
    reader = "reader"


MEANINGS: Mapping[Scope, str] = {
    Scope.check: "check prompts",
    Scope.catalog_read: "read works, characters, policies, changes, exports; preview",
    Scope.catalog_write: "register, change, withdraw, import; put policies",
    Scope.decisions_read: "read and count decisions, receipts, reported outcomes; replay",
    Scope.decisions_export: "export decisions with their manifest",
    Scope.decisions_report: "report what was done about a decision",
    Scope.prompts_read: "read kept prompts",
    Scope.prompts_erase: "erase kept prompts",
    Scope.log_entries: "read the entries of the log",
    Scope.claims_review: "approve and reject claims, verifications and disputes; keep the list of reserved names",
    Scope.disputes: "open, follow and answer disputes",
    Scope.organisation_read: "read organisations, and of one's own the keys, members and representatives",
    Scope.organisation_write: "change one's own organisation: name, contact, retention",
    Scope.keys_manage: "make, change, rotate and revoke keys of one's own organisation",
    Scope.members_manage: "invite, change and disable members of one's own organisation",
    Scope.mandates_manage: "name and dismiss representatives",
    Scope.organisations_manage: "create, suspend and reinstate organisations",
}
# Whoever may hand out access can make itself another key: only the operator's keys do so without being told.
DELICATE = frozenset({Scope.keys_manage, Scope.members_manage, Scope.mandates_manage})
_COMMON = frozenset(
    {
        Scope.catalog_read,
        Scope.decisions_read,
        Scope.decisions_export,
        Scope.organisation_read,
        Scope.organisation_write,
        Scope.keys_manage,
        Scope.members_manage,
    }
)
ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.operator: frozenset(Scope) - {Scope.catalog_write},
    Role.rightsholder: _COMMON | {Scope.catalog_write, Scope.disputes, Scope.mandates_manage},
    Role.service: _COMMON | {Scope.check, Scope.disputes, Scope.decisions_report, Scope.prompts_read, Scope.prompts_erase},
    Role.auditor: _COMMON | {Scope.disputes, Scope.prompts_read, Scope.log_entries},
}
DEFAULT_SCOPES: Mapping[Role, frozenset[Scope]] = {
    role: scopes if role is Role.operator else scopes - DELICATE for role, scopes in ROLE_SCOPES.items()
}
READER = frozenset({Scope.catalog_read, Scope.decisions_read, Scope.organisation_read})
# What a representative may do for a rightsholder: never hand on what was handed to it.
MANDATE = frozenset(
    {Scope.catalog_read, Scope.catalog_write, Scope.disputes, Scope.decisions_read, Scope.decisions_export, Scope.organisation_read}
)


def scopes_of_member(role: Role, rights: Rights) -> frozenset[Scope]:
    """Return what a member with these rights may do in an organisation of this role."""
    everything = ROLE_SCOPES[role]
    if rights is Rights.owner:
        return everything
    if rights is Rights.editor:
        return everything - DELICATE - {Scope.organisation_write, Scope.organisations_manage}
    return everything & READER
