# SPDX-License-Identifier: Apache-2.0
"""For runners of suites whose every case is a folder with a case.json: options, loop and score."""
import argparse
import pathlib


def run_cases(name, manual, what_is_wrong):
    """what_is_wrong(plimsoll, folder): None, or what is to be told. Returns the exit status."""
    parser = argparse.ArgumentParser(description=manual,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in pathlib.Path(arguments.suite).glob("*/case.json"))
    missed = 0
    for folder in folders:
        wrong = what_is_wrong(arguments.plimsoll, folder)
        if wrong:
            missed += 1
            print(f"{folder.name}: {' '.join(wrong.split())[:400]}")
    print(f"{name}: {len(folders) - missed} of {len(folders)}")
    return 1 if missed or not folders else 0
