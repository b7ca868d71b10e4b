"""What a service says about one generation (ODRL context facts): claims, validated, marked as claims in the log.

A fact that is left out is unknown, not false. What the registry knows by itself (who asks, when, who else is named)
is not in here: `judge` takes it separately, so that a claim can never pass for a fact.
"""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from registry.core.value import RefText, Value
from registry.core.words import TERRITORIES, TERRITORY_GROUPS, Aspect, Media, Purpose, Theme


def _one_as_list(value: Any) -> Any:
    """Take one value for a list of one."""
    return (value,) if isinstance(value, str) else value


def known_territory(code: str) -> str:
    """Return `code` if it is a country or a group of countries; raise ValueError otherwise."""
    if code in TERRITORIES or code in TERRITORY_GROUPS:
        return code
    hint = "write `GB`" if code == "UK" else f"use ISO 3166-1 alpha-2 such as `JP`, or one of {', '.join(TERRITORY_GROUPS)}"
    raise ValueError(f"`{code}` is no territory; {hint}")


Territory = Annotated[str, AfterValidator(known_territory)]
_T = TypeVar("_T")
_Listed = Annotated[_T | None, BeforeValidator(_one_as_list)]


class Use(Value):
    """What the service says that this generation is for. Lists may be given as one value."""

    purpose: _Listed[Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=20)]] = None
    media: _Listed[Annotated[tuple[Media, ...], Field(min_length=1, max_length=20)]] = None
    territory: _Listed[Annotated[tuple[Territory, ...], Field(min_length=1, max_length=260)]] = None
    audience: Annotated[int, Field(ge=0, le=120)] | None = None
    theme: _Listed[Annotated[tuple[Theme, ...], Field(max_length=40)]] = None
    aspect: _Listed[Annotated[tuple[Aspect, ...], Field(min_length=1, max_length=10)]] = None
    licence: RefText | None = None
    real_persons: bool | None = None
