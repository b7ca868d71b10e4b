"""`make bench-matching`: what finding names costs, beside the plain pass, with 80,000 and with 1,000,000 aliases.

Names are made up from syllables in three scripts, a third of prompts names somebody; the data beside the repository is measured
too when it is there. Times are processor time of the thread, the best of three rounds for each prompt; memory is the growth of the
resident set of a fresh process. The plain pass is one fold and one automaton pass, and what every hit of it costs to look at.
"""

import argparse
import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from registry.core.matching import Lexicon, compile_lexicon, extend_lexicon, find_mentions, segment_from_bytes, segment_to_bytes
from registry.core.matching.borders import whole_end
from registry.core.matching.fold import fold
from registry.core.model import Alias, Character, Mention
from registry.core.policy import Policy
from registry.store.word_facts import load_word_facts
from tests.benchmarks.serving import SHARED

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATIN = [c + v + e for c in ["", *"bdfgklmnprstvz", "br", "kr", "sh", "th"] for v in "aeiou" for e in ("", "", "n", "r", "l", "x")]
KANA = [chr(code) for code in range(0x30A2, 0x30EE) if chr(code) not in "ァィゥェォッャュョヮ"]
HAN = [chr(code) for code in range(0x4E00, 0x9000, 7)]
ENGLISH = (
    "a detailed watercolour of a woman walking through the rainy old town at night with a red umbrella, soft light, high quality, "
    "wide angle, film grain, {} in the background near the harbour, seen from above, muted colours, intricate details, artstation style, "
    "50mm lens, well-known street corner, dramatic clouds, people talking under the lamps"
)
JAPANESE = (
    "夕暮れの静かな港町を歩く若い女性と{}のイラスト、柔らかい光、高品質、広角レンズ、雨に濡れた石畳の道、"
    "遠くに見える灯台と赤い傘、繊細な色使い、細かい背景、映画のような雰囲気、人々が街灯の下で話している様子、"
    "水彩画のような質感で、空には大きな雲が広がり、窓からは暖かい明かりがもれている、静かな夜の始まり"
)
HOSTILE = {
    "one letter": "a",
    "one letter apart": "a ",
    "separators": "a.",
    "leetspeak": "1a@0",
    "look-alikes": "Ρі",
    "unknown words": "zqxwv brtmnk ",
    "a name": "{} ",
    "katakana": "アイウ",
    "hangul": "가 나다 ",
    "invisible": "a\u200b",
    "capitals": "aA",
}


def made_up(number: int) -> Character:
    """Return character `number`: a Latin name, of one word or two, and every other one its kana or Han alias, else another name."""
    chance = random.Random(number)
    word = lambda most: "".join(chance.choices(LATIN, k=chance.randint(2, most))).title()  # noqa: E731
    name = f"{word(3)} {word(4)}" if number % 3 else word(4)
    other = ("".join(chance.choices(KANA, k=chance.randint(3, 7))), "".join(chance.choices(HAN, k=3)), word(4), f"{word(3)} {word(3)}")
    alias = Alias.model_construct(text=other[number % 4])
    return Character.model_construct(
        id=f"chr_{number:08}", rightsholder="r", ref=str(number), name=name, aliases=(alias,), created_at=NOW, updated_at=NOW
    )


class MadeUp(Mapping[str, Character]):
    """The characters, each made when asked for, so that they weigh nothing."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __getitem__(self, character: str) -> Character:
        return made_up(int(character[4:]))

    def __iter__(self) -> Iterator[str]:
        return (f"chr_{number:08}" for number in range(self._count))

    def __len__(self) -> int:
        return self._count


def plain_pass(prompt: str, lexicon: Lexicon) -> int:
    """Fold once, one pass, and look at every hit: what matching cost before it weighed anything."""
    folded = fold(prompt, lexicon.facts.fold)
    return sum(1 for _, end, _ in lexicon.segments[0].find(folded, -400) if whole_end(folded, end))


def as_a_check(prompt: str, lexicon: Lexicon) -> tuple[Mention, ...]:
    """Find what a check asks for: what is meant."""
    return find_mentions(prompt, lexicon, dismissed=False)


def resident_megabytes() -> int:
    """Memory of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


def costs(function, prompts, lexicon, rounds=3) -> tuple[float, float, float]:
    """Return the mean, p50 and p99 in microseconds."""
    best = [float("inf")] * len(prompts)
    for _ in range(rounds):
        for i, prompt in enumerate(prompts):
            start = time.thread_time()
            function(prompt, lexicon)
            best[i] = min(best[i], time.thread_time() - start)
    best.sort()
    return tuple(1e6 * x for x in (sum(best) / len(best), best[len(best) // 2], best[int(0.99 * len(best))]))


def prompt_sets(count: int) -> dict[str, list[str]]:
    """Return prompts of 300 English and of 150 Japanese characters, a third with a name in them, and real ones when they are there."""
    chance = random.Random(5)
    names = [made_up(chance.randrange(count)) for _ in range(300)]
    sets = {
        "English, 300": [ENGLISH.format(c.name if i % 3 == 0 else "an old ship")[:300] for i, c in enumerate(names)],
        "Japanese, 150": [JAPANESE.format(c.aliases[0].text if i % 3 == 0 else "黒い猫")[:150] for i, c in enumerate(names)],
    }
    given = SHARED / "prompts-dev.jsonl"
    if given.exists():
        texts = [json.loads(line)["text"] for line in given.open(encoding="utf-8")]
        sets["real, mixed"] = chance.sample(texts, 500)
    return sets


def compile_to(path: Path, count: int) -> None:
    """Compile made-up characters in this process, and keep the result."""
    facts = load_word_facts()
    gc.disable()
    start = time.process_time()
    characters = [made_up(number) for number in range(count)]
    made, before = time.process_time(), resident_megabytes()
    lexicon = compile_lexicon(characters, [], facts)
    took, peak = time.process_time() - made, resident_megabytes()
    path.write_bytes(segment_to_bytes(lexicon.segments[0], {"characters": count}))
    print(
        f"compiled {2 * count:,} aliases in {took:.1f} s (making them up: {made - start:.1f} s), {peak - before} MB while compiling",
        flush=True,
    )


def measure(path: Path, count: int) -> None:
    """Load what was compiled and print what it weighs and costs."""
    facts, data = load_word_facts(), path.read_bytes()
    size = len(data) >> 20
    gc.collect()
    before, start = resident_megabytes(), time.process_time()
    segment = segment_from_bytes(data, MadeUp(count), {}, ())
    took = time.process_time() - start
    del data
    gc.collect()
    grown = resident_megabytes() + size - before
    lexicon = Lexicon((segment,), facts)
    print(f"file {size} MB, loaded in {1000 * took:.0f} ms, {grown} MB: {grown / (2 * count) * 1e6:.0f} MB a million aliases")
    gc.freeze()
    print("\n| prompts | plain p50 us | p99 | find_mentions mean us | p50 | p99 | ratio of p50 |\n|---|---|---|---|---|---|---|")
    for name, prompts in prompt_sets(count).items():
        costs(as_a_check, prompts[:50], lexicon, rounds=1)
        _, plain, plain99 = costs(plain_pass, prompts, lexicon)
        mean, p50, p99 = costs(as_a_check, prompts, lexicon)
        print(f"| {name} | {plain:.0f} | {plain99:.0f} | {mean:.0f} | {p50:.0f} | {p99:.0f} | {p50 / plain:.1f} |", flush=True)
    known = {c.id: c for c in map(made_up, range(1_000))}
    lexicon = Lexicon((replace(segment, characters=known),), facts)
    renamed = [c.model_copy(update={"name": f"Changed {made_up(number + 7).name}"}) for number, c in enumerate(known.values())]
    ruled = [c.model_copy(update={"policy": Policy(usage="prohibited")}) for c in known.values()]
    for what, changed in (("names", renamed), ("policies", ruled)):
        start = time.process_time()
        extend_lexicon(lexicon, changed, [])
        print(f"\na delta of 1,000 characters with other {what}: {1000 * (time.process_time() - start):.0f} ms", flush=True)


def linearity(path: Path, count: int) -> None:
    """Print how the cost of hostile prompts grows with their length: 4 is linear."""
    lexicon = Lexicon((segment_from_bytes(path.read_bytes(), MadeUp(count), {}, ()),), load_word_facts())
    print("\n| hostile prompt | 8,000 ms | 32,000 ms | ratio |\n|---|---|---|---|")
    for kind, part in HOSTILE.items():
        text = part.format(made_up(3).name) * 32_000
        short, long = (costs(as_a_check, [text[:size]], lexicon)[0] / 1000 for size in (8_000, 32_000))
        print(f"| {kind} | {short:.1f} | {long:.1f} | {long / short:.1f} |", flush=True)


def main() -> None:
    """Run each step in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aliases", type=int, nargs="*", default=[80_000, 1_000_000])
    parser.add_argument("--step", choices=["compile_to", "measure", "linearity"], help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        globals()[given.step](given.path, given.aliases[0] // 2)
        return
    with TemporaryDirectory() as folder:
        for number, aliases in enumerate(given.aliases):
            print(f"\n## {aliases:,} aliases\n", flush=True)
            path = Path(folder) / "names.bin"
            for step in ("compile_to", "measure", *(["linearity"] if number == 0 else [])):
                command = [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.matching",
                    "--step",
                    step,
                    "--path",
                    str(path),
                    "--aliases",
                    str(aliases),
                ]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
