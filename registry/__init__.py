"""The character registry: who may generate which character, answered in one call and provable afterwards."""

__version__ = "0.1.0"
