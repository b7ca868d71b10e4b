"""Logs as one JSON object a line. Nothing that a user sent goes in: no prompt, no key, no name."""

import json
import logging


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and the fields that the caller chose to log."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Exceptions give their type only: their text may quote a prompt."""
        line = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower(), "event": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps({**line, **getattr(record, "fields", {})}, ensure_ascii=False)


def configure_logs(level: str) -> None:
    """Send everything this process logs to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.getLevelName(level.upper())
