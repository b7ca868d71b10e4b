"""docs/policies.md, made from policies/: the words with their mappings, the templates, and the stories as a table."""

from collections.abc import Iterable, Iterator

from registry.core.vocabulary import VALUE_LISTS, Term, Vocabulary
from registry.store.policy_files import Template, list_examples, list_templates, load_template, load_vocabulary
from registry.usecases.policy_stories import Case, Story, Then, load_story

INTRODUCTION = """\
# Policies

<!-- Made from policies/ by tests/policies/regenerate.py: do not edit. -->

A policy stands on a character, on a work (all its characters, also those registered later) or on a rightsholder
(everything it owns). The nearest `usage` counts, with its permissions; the prohibitions of all three levels add up.
The shortest policy is `{"usage": "prohibited"}`.

How an answer is found, in this order:

1. A prohibition whose constraints all hold, or that cannot be read: **prohibited**. So is `usage: prohibited`.
2. `usage: allowed`: **allowed**. `usage: restricted`: what its permissions say. The one that holds with the fewest duties
   counts: without duties **allowed**, with duties **restricted**. If none holds, but one might, **restricted** with what is `missing`;
   otherwise **prohibited**. `restricted` without any permission means: ask first.
3. If that is not prohibited, but a prohibition might hold if more were known: **restricted** with what is `missing`.

A fact that is not said is unknown, not false. Where a use has several values, a prohibition applies as soon as one of them
fits, a permission only when all fit. Constraints of one rule on the same operand are read together. A rule about a word
covers the narrower ones: say the narrowest word that is true.

`exceptions` names characters or works that a policy does not cover, by id or by ref alone (`nyx`). One that is none of yours is
refused, with those that are spelt much like it: register who comes later first, as a draft if need be. `valid_from` and
`valid_until` bound a policy; of several versions in force the one that began last counts. `remedy` offers words to use instead, and
negative terms.

## Over HTTP

`PUT /v1/works/ref:moon-cats/policy` (or `characters`, or `organisations/me`) takes a policy, a template with other fields in the
place of its own, or ODRL 2.2. Without `valid_from` it counts at once; with it, it waits beside the others and takes effect by itself:

<!-- example: scheduled template -->
```json
{"template": "fan-works", "credit": "(c) Sakura Pictures", "exceptions": ["nyx"], "valid_from": "2030-04-01T00:00:00+09:00"}
```

A template is a start: where its duties hold an example, such as the credit `(c) Your Name`, put yours in its place, with `credit` or
`address` beside `template`, or by sending the whole policy, changed (`GET /v1/policy-templates/fan-works` shows it, and which texts are
`examples`). A policy that still has an example in its duties is refused; trying it out, as below, is not.

`GET .../policy` says what is in force, standing and scheduled (`?format=odrl`: an ODRL offer); `.../policy/versions` who
changed what, when and why;
`.../policy/diff?from=1&to=2` what that means in words; `DELETE` takes all of it back, or one version by `?valid_from=`.
Try a draft on the last decisions before you put it:

<!-- example: preview -->
```json
{"level": "works", "id": "ref:moon-cats", "policy": {"template": "fan-works"}, "last": 500}
```

`POST /v1/policies/preview` answers how many would be `stricter` and `looser`, with ids of decisions, and changes nothing.
They are judged as if they were asked when the draft begins. `GET /v1/policy-templates` and `GET /v1/vocabulary` are the
tables below as JSON.

A service asks for words to use instead with `"remedy": true` in `/v1/check`, and chooses with
`PATCH /v1/organisations/me {"unruled": "prohibited"}` what counts for characters whose use nobody has ruled on.

How this maps to ODRL 2.2, and what ODRL cannot say, is in [policies/odrl.md](../policies/odrl.md).
"""


def policies_page() -> str:
    """Return the text of docs/policies.md."""
    stories = [load_story(path) for path in list_examples()]
    templates = [load_template(name) for name in list_templates()]
    return "\n".join((INTRODUCTION, *_words(load_vocabulary()), *_templates(templates), *_stories(stories)))


def _words(vocabulary: Vocabulary) -> Iterator[str]:
    yield "## What a rule may ask about\n"
    yield from _table(
        ("operand", "label", "means", "asserted by", "ODRL 2.2", "DDEX"),
        ((f"`{t.key}`", _label(t), t.definition, t.asserted_by, _code(t.odrl), _code(t.ddex)) for t in vocabulary.lists["left_operands"]),
    )
    for title, name in (("How it may compare", "operators"), ("Duties", "duties"), ("Usages", "usages")):
        yield f"## {title}\n"
        words = ((f"`{t.key}`", _label(t), t.definition, _code(t.odrl)) for t in vocabulary.lists[name])
        yield from _table(("word", "label", "means", "ODRL 2.2"), words)
    for name in VALUE_LISTS:
        yield f"## Values of `{name}`\n"
        rows = ((f"`{t.key}`", _label(t), t.definition, _code(t.broader), _code(t.ddex)) for t in vocabulary.lists[name])
        yield from _table(("word", "label", "means", "part of", "DDEX"), rows)
    yield "## Values of `territory`\n"
    yield f"The {len(vocabulary.territories)} codes of ISO 3166-1 alpha-2, and these groups:\n"
    yield from _table(
        ("group", "label", "countries"), ((f"`{t.key}`", _label(t), str(len(vocabulary.members[t.key]))) for t in vocabulary.groups)
    )
    yield "## Reason codes\n"
    yield from _table(
        ("code", "outcome", "sentence", "文"),
        ((f"`{t.key}`", t.outcome, t.en, t.ja) for t in vocabulary.lists["reason_codes"]),
    )


def _templates(templates: Iterable[Template]) -> Iterator[str]:
    yield "## Templates\n"
    yield from _table(("template", "name", "what it says"), ((f"`{t.name}`", f"{t.en} / {t.ja}", t.prose) for t in templates))


def _stories(stories: Iterable[Story]) -> Iterator[str]:
    yield "## Stories\n"
    yield "Each line is a test. The policies are in `policies/examples/`; `registry policy test FILE` runs your own.\n"
    for story in stories:
        yield f"### {story.story}\n"
        yield f"{story.about.strip()}\n"
        yield from _table(("when", "asked", "answer"), ((case.case, _asked(case), _answered(case.then)) for case in story.cases))


def _asked(case: Case) -> str:
    use = case.when.use.model_dump(mode="json", exclude_none=True)
    said = [f"{name}: {', '.join(value) or 'none' if isinstance(value, list) else value}" for name, value in use.items()]
    asker = [f"service: {case.when.service}"] if case.when.service != "any-service" else []
    moment = [f"at: {case.when.at.isoformat()}"] if case.when.at else []
    return "; ".join((f"“{case.when.prompt}”", *asker, *moment, *said))


def _answered(then: Then) -> str:
    parts = [f"**{then.outcome}**"]
    parts += [f"{name}: {', '.join(sorted(values))}" for name, values in (("duties", then.duties), ("missing", then.missing)) if values]
    parts += [f"`{code}`" for code in sorted(then.because or ())]
    return "; ".join((*parts, *([f"“{then.rewritten}”"] if then.rewritten else [])))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.strip() for cell in row)} |"
    yield ""


def _label(term: Term) -> str:
    return f"{term.en} / {term.ja}"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
