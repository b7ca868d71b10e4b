"""A clock that tests move by hand."""

from datetime import UTC, datetime


class Clock:
    """Stands still at `at` until a test sets it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move_to(self, text: str) -> None:
        """Set the clock to an ISO 8601 moment."""
        self.at = datetime.fromisoformat(text).astimezone(UTC)
