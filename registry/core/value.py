"""What every registered value is made of: frozen, nothing unknown, texts with bounds (BCP 47 for languages)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NameText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
RefText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s/?#%\x00-\x1f\x7f]+$")]
LangTag = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Value(BaseModel):
    """A frozen value; unknown fields are errors, so that a typo never silently drops a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")
