"""``python -m tests.benchmarks``: measures, prints the tables, writes JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.threads import use_one_thread

MISSING_HINT = (
    "Peers that are not installed are left out. To have PyTorch, JAX and scikit-learn take part: "
    "python3 dev.py bench --peers"
)


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    add = result.add_argument
    add("--rows", nargs="+", default=[], metavar="TEXT", help="only rows whose name holds a TEXT")
    add("--app", action="store_true", help="measure the app's rows in place of the training's")
    add("--all", action="store_true", help="measure both")
    add("--rounds", type=int, default=9, help="how often each takes its turn; 9")
    add("--seconds", type=float, default=0.3, help="about how long a turn is; 0.3")
    add("--app-seconds", type=float, default=5.0, help="the same for the app's rows; 5")
    add("--json", type=Path, metavar="FILE", help="write the figures to this file")
    add("--markdown", type=Path, metavar="FILE", help="write the README's tables to this file")
    return result


def main(argv: list[str] | None = None) -> int:
    """0 where everything could be measured and every target with its peer there was held, else 1."""
    args = parser().parse_args(argv)
    report: dict[str, Any] = {"rounds": args.rounds, "rows": [], "app": [], "failed": {}}
    if args.app or args.all:
        from tests.benchmarks.app.rows import measure_app

        measure_app(args.rows, args.app_seconds, report)
    if not args.app or args.all:
        use_one_thread()
        measure_training(args.rows, args.seconds, args.rounds, report)
    if not any((report["rows"], report["app"], report["failed"])):
        parser().error(f"no row has {' or '.join(args.rows)} in its name")
    from tests.benchmarks.report import machine, markdown, summary, verdicts

    report["machine"] = machine()
    if args.json:
        args.json.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    if args.markdown:
        args.markdown.write_text(markdown(report), encoding="utf-8")
    print(summary(report))
    return 1 if report["failed"] or False in verdicts(report) else 0


def measure_training(words: list[str], seconds: float, rounds: int, report: dict[str, Any]) -> None:
    """Adds the rows to the report, and says each as soon as it is there."""
    from tests.benchmarks.measure import DisagreementError, chosen, measure
    from tests.benchmarks.report import row_data, row_text
    from tests.benchmarks.works import WORKS

    for work in chosen(WORKS, words):
        try:
            row = measure(work, seconds, rounds)
        except (DisagreementError, ArithmeticError, ValueError) as error:
            report["failed"][work.name] = str(error)
            print(f"{work.name}\n  cannot be measured: {error}\n", flush=True)
            continue
        print(row_text(row), end="\n\n", flush=True)
        report["rows"].append(row_data(row))
    if any(row["missing"] for row in report["rows"]):
        print(MISSING_HINT)


if __name__ == "__main__":
    sys.exit(main())
