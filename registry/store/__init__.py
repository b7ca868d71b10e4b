"""The only room that speaks SQL. SQLite by default, PostgreSQL for several machines; the same tests run on both."""
