"""
How many lists in old encodings are read right.

A list is a dozen English entries with one to eight words of another language among them, written
in each encoding that the language uses.

`python -m benchmarks.encodings`; charset-normalizer is measured beside where it is installed.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from pipeline.markdown.decode import decode_bytes

WORDS: Mapping[str, str] = {
    "ja": "機械翻訳|音声合成に関する調査|蛋白質の折り畳み|自動運転|気候変動|脳波信号|佐藤健|参考",
    "ko": "기계 번역|음성 합성 조사|단백질 접힘|자율 주행|기후 변화|뇌파 신호 분석|박지훈|공지",
    "zh": "机器翻译|语音合成调查|蛋白质折叠|自动驾驶|气候变化|脑电信号分析|郑晓峰|致谢",
    "zh-tw": "機器翻譯|語音合成調查|蛋白質摺疊|自動駕駛|氣候變化|腦電訊號分析|鄭曉峰|致謝",
    "de": "Schlüsselwörter|Künstliche Intelligenz|Bücher|Jürgen|Überblick|größer|für|Straße",
    "fr": "Résumé|présentée à l'école|réseaux génératifs|évaluation|où|François|très|synthèse",
    "es": "Introducción|año|evaluación|José Peña|¿Qué es?|visión|según|código",
    "pl": "Książki|Źródła|tłumaczenie maszynowe|Łukasz|sieci są|współczesne|język|żółć",
    "cs": "Příklady|článků|Tomáš|strojové učení|řešení|sítě|poděkování|žluťoučký",
    "tr": "Giriş|öğrenme|Türkçe|veri kümesi için|doğal dil|çalışma|ışık|Özgür",
    "ru": "Список статей|Машинный перевод|Введение|речь|Иван Петров|обзор|Ссылки|Благодарности",
    "el": "Εισαγωγή|Μηχανική μετάφραση|ομιλία|Γιάννης|Σύνδεσμοι|άρθρο|έρευνα|δεδομένα",
    "he": "רשימת מאמרים|תרגום|דיבור|למידת חיזוק|קישורים|תודות|ראייה ממוחשבת|ספרים",
    "ar": "قائمة الأوراق|الترجمة الآلية|الكلام|روابط|مقال|شكر|الرؤية الحاسوبية|كتب",
    "th": "รายการบทความ|การแปลภาษา|เสียงพูด|ลิงก์|ขอบคุณ|หนังสือ|ภาพ|งานวิจัย",
}
ENCODINGS: Mapping[str, str] = {
    "ja": "shift_jis cp932 euc_jp iso2022_jp utf-16-le utf-16-be",
    "ko": "euc_kr cp949 iso2022_kr",
    "zh": "gb2312 gbk gb18030 utf-16-le utf-16-be",
    "zh-tw": "big5 cp950",
    "de": "latin-1 cp1252 iso8859-15",
    "fr": "latin-1 cp1252",
    "es": "latin-1 cp1252",
    "pl": "cp1250 iso8859-2",
    "cs": "cp1250 iso8859-2",
    "tr": "cp1254 iso8859-9",
    "ru": "cp1251 koi8-r",
    "el": "cp1253 iso8859-7",
    "he": "cp1255",
    "ar": "cp1256",
    "th": "cp874",
}
COUNTS, SEEDS = (1, 2, 4, 8), 20


def made(language: str, count: int, rng: random.Random) -> str:
    """Return a list of twelve English entries with `count` words of a language among them."""
    lines = ["# Awesome Papers", ""]
    words = rng.sample(WORDS[language].split("|"), count)
    for number in range(12):
        lines.append(f"- [A Title {number}](https://arxiv.org/abs/1706.{number:05}) NeurIPS 2017")
        if words:
            word = words.pop()
            forms = (f"## {word}", f"- [{word}](https://arxiv.org/abs/1806.{number:05})")
            lines.append(rng.choice((*forms, f"  - {word}", f"| {word} | x |")))
    return "\n".join(lines) + "\n"


def lists() -> Iterator[tuple[str, int, str, bytes]]:
    """Yield encoding, number of foreign words, text and bytes of every list."""
    for language, encodings in ENCODINGS.items():
        for encoding in encodings.split():
            for count in COUNTS:
                for seed in range(SEEDS):
                    rng = random.Random(f"{language} {encoding} {count} {seed}")  # noqa: S311
                    text = made(language, count, rng)
                    try:
                        yield f"{language} {encoding}", count, text, text.encode(encoding)
                    except UnicodeEncodeError:
                        continue  # it lacks the dash or quote of a word


def right(read: Callable[[bytes], str | None]) -> tuple[Counter[tuple[str, int]], int, int]:
    """Return how many lists are read right, by encoding and number of words, and of all."""
    counts: Counter[tuple[str, int]] = Counter()
    total = 0
    for name, count, text, data in lists():
        total += 1
        counts[name, count] += read(data) == text
    return counts, sum(counts.values()), total


def ours(data: bytes) -> str:
    """Read a list as the program does."""
    return decode_bytes(data, name="list")[0]


def main() -> None:
    """Print the share of each encoding, and of all."""
    counts, found, total = right(ours)
    for name in dict.fromkeys(name for name, _ in counts):
        print(f"{name:18}", *(f"{counts[name, count]:3}" for count in COUNTS))
    print(f"all: {found} of {total} ({found / total:.1%})")
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return
    _, found, total = right(lambda data: str(from_bytes(data).best() or ""))
    print(f"charset-normalizer: {found} of {total} ({found / total:.1%})")


if __name__ == "__main__":
    main()
