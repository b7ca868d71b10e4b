"""Data files shipped with the registry; README.md here names their sources and licences."""
