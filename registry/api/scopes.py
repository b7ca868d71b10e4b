"""Which scope each route takes: the one table. A route that is not in it refuses every key that was narrowed, and a test fails."""

from collections.abc import Mapping

from fastapi import Request

from registry.core.errors import NotPermitted
from registry.core.scopes import Scope
from registry.usecases.access import Caller

ANY = None  # whoever has a good key or session
SCOPES: Mapping[tuple[str, str], Scope | None] = {
    ("POST", "/v1/check"): Scope.check,
    ("POST", "/v1/check/batch"): Scope.check,
    ("GET", "/v1/changes"): Scope.catalog_read,
    ("GET", "/v1/export"): Scope.catalog_read,
    ("GET", "/v1/registered"): Scope.catalog_read,
    ("POST", "/v1/preview"): Scope.catalog_read,
    ("POST", "/v1/imports"): Scope.catalog_write,
    ("GET", "/v1/imports/{import_id}"): Scope.catalog_read,
    ("GET", "/v1/decisions"): Scope.decisions_read,
    ("GET", "/v1/decisions/counts"): Scope.decisions_read,
    ("GET", "/v1/decisions/export"): Scope.decisions_export,
    ("GET", "/v1/decisions/export/manifest"): Scope.decisions_export,
    ("GET", "/v1/decisions/{decision_id}"): Scope.decisions_read,
    ("GET", "/v1/decisions/{decision_id}/receipt"): Scope.decisions_read,
    ("GET", "/v1/decisions/{decision_id}/outcome"): Scope.decisions_read,
    ("POST", "/v1/decisions/{decision_id}/outcome"): Scope.decisions_report,
    ("POST", "/v1/decisions/{decision_id}/replay"): Scope.decisions_read,
    ("GET", "/v1/decisions/{decision_id}/prompt"): Scope.prompts_read,
    ("DELETE", "/v1/decisions/{decision_id}/prompt"): Scope.prompts_erase,
    ("GET", "/v1/claims"): Scope.catalog_read,
    ("GET", "/v1/claims/{claim_id}"): Scope.catalog_read,
    ("POST", "/v1/claims/decisions"): Scope.claims_review,
    ("POST", "/v1/claims/{claim_id}/approve"): Scope.claims_review,
    ("POST", "/v1/claims/{claim_id}/reject"): Scope.claims_review,
    ("POST", "/v1/claims/{claim_id}/ask"): Scope.claims_review,
    ("POST", "/v1/claims/{claim_id}/answer"): Scope.catalog_write,
    ("DELETE", "/v1/claims/{claim_id}"): Scope.catalog_write,
    ("POST", "/v1/disputes"): Scope.disputes,
    ("GET", "/v1/disputes"): Scope.disputes,
    ("GET", "/v1/disputes/{dispute_id}"): Scope.disputes,
    ("POST", "/v1/disputes/{dispute_id}/admit"): Scope.claims_review,
    ("POST", "/v1/disputes/{dispute_id}/interim"): Scope.claims_review,
    ("POST", "/v1/disputes/{dispute_id}/answer"): Scope.disputes,
    ("POST", "/v1/disputes/{dispute_id}/evidence"): Scope.disputes,
    ("POST", "/v1/disputes/{dispute_id}/decision"): Scope.claims_review,
    ("POST", "/v1/disputes/{dispute_id}/appeal"): Scope.disputes,
    ("DELETE", "/v1/disputes/{dispute_id}/texts"): Scope.disputes,
    ("GET", "/v1/verifications"): Scope.organisation_read,
    ("GET", "/v1/verifications/{verification_id}"): Scope.organisation_read,
    ("POST", "/v1/verifications/{verification_id}/check"): Scope.organisation_write,
    ("POST", "/v1/verifications/{verification_id}/decision"): Scope.claims_review,
    ("POST", "/v1/organisations/{organisation_id}/verification"): Scope.organisation_write,
    ("DELETE", "/v1/organisations/{organisation_id}/verification"): Scope.claims_review,
    ("GET", "/v1/reserved-names"): Scope.catalog_read,
    ("POST", "/v1/reserved-names"): Scope.claims_review,
    ("DELETE", "/v1/reserved-names/{reserved_id}"): Scope.claims_review,
    ("GET", "/log/tile/{path}"): Scope.log_entries,
    ("GET", "/v1/organisations"): Scope.organisation_read,
    ("POST", "/v1/organisations"): Scope.organisations_manage,
    ("GET", "/v1/organisations/{organisation_id}"): Scope.organisation_read,
    ("PATCH", "/v1/organisations/{organisation_id}"): Scope.organisation_write,
    ("GET", "/v1/organisations/{organisation_id}/quota"): Scope.organisation_read,
    ("PUT", "/v1/organisations/{organisation_id}/quota"): Scope.organisations_manage,
    ("GET", "/v1/organisations/{organisation_id}/suspension"): Scope.organisation_read,
    ("PUT", "/v1/organisations/{organisation_id}/suspension"): Scope.organisations_manage,
    ("DELETE", "/v1/organisations/{organisation_id}/suspension"): Scope.organisations_manage,
    ("POST", "/v1/organisations/{organisation_id}/keys"): Scope.keys_manage,
    ("GET", "/v1/organisations/{organisation_id}/keys"): Scope.organisation_read,
    ("PATCH", "/v1/keys/{key_id}"): Scope.keys_manage,
    ("POST", "/v1/keys/{key_id}/rotate"): Scope.keys_manage,
    ("POST", "/v1/keys/{key_id}/revoke"): ANY,  # a key may always revoke itself; another takes `keys:manage`
    ("POST", "/v1/organisations/{organisation_id}/members"): Scope.members_manage,
    ("GET", "/v1/organisations/{organisation_id}/members"): Scope.organisation_read,
    ("PATCH", "/v1/members/{member_id}"): Scope.members_manage,
    ("POST", "/v1/members/{member_id}/reset-link"): Scope.members_manage,
    ("POST", "/v1/organisations/{organisation_id}/representatives"): Scope.mandates_manage,
    ("GET", "/v1/organisations/{organisation_id}/representatives"): Scope.organisation_read,
    ("POST", "/v1/mandates/{mandate_id}/revoke"): Scope.mandates_manage,
    ("PUT", "/v1/members/me/password"): ANY,
    ("POST", "/v1/members/me/totp"): ANY,
    ("POST", "/v1/members/me/totp/confirm"): ANY,
    ("POST", "/v1/members/me/totp/remove"): ANY,
    ("GET", "/v1/me"): ANY,
    ("GET", "/v1/sessions"): ANY,
    ("DELETE", "/v1/sessions"): ANY,
    ("GET", "/v1/sessions/me"): ANY,
    ("DELETE", "/v1/sessions/{session_id}"): ANY,
    ("GET", "/v1/{level}/{id}/policy"): Scope.catalog_read,
    ("PUT", "/v1/{level}/{id}/policy"): Scope.catalog_write,
    ("DELETE", "/v1/{level}/{id}/policy"): Scope.catalog_write,
    ("GET", "/v1/{level}/{id}/policy/versions"): Scope.catalog_read,
    ("GET", "/v1/{level}/{id}/policy/diff"): Scope.catalog_read,
    ("POST", "/v1/policies/preview"): Scope.decisions_read,
    ("GET", "/v1/policy-templates"): ANY,
    ("GET", "/v1/policy-templates/{name}"): ANY,
    ("GET", "/v1/vocabulary"): ANY,
    **{
        (method, f"/v1/{kind}{rest}"): Scope.catalog_read if method == "GET" else Scope.catalog_write
        for kind in ("works", "characters")
        for method, rest in (("GET", ""), ("POST", ""), *((method, "/{id}") for method in ("GET", "PUT", "PATCH", "DELETE")))
    },
}


def require_scope_of(request: Request, caller: Caller) -> None:
    """Raise NotPermitted unless the caller has the scope that this route takes."""
    route = (request.method, request.scope["route"].path_format)
    if route in SCOPES:
        if (scope := SCOPES[route]) is not None:
            caller.require_scope(scope)
    elif caller.scopes is not None:
        raise NotPermitted("this address takes no scope yet, and so no key or member that was given only some")
