"""Writes what docutils makes of the sources in its own parser tests, as JSON on standard output.

usage: docutils_cases.py FOLDER

FOLDER keeps the source distribution of the installed docutils between runs; it is fetched with pip if it is not
there. The tests of `test_parsers/test_rst` are run as they are, with a parser that notes each source, the settings
that are not the defaults, and the tree that docutils builds (`pformat()`, before transforms).
"""

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import unittest

import docutils
from docutils import frontend
from docutils.parsers.rst import Parser, roles

# Settings that change the tree.
WATCHED = (
    "auto_id_prefix",
    "character_level_inline_markup",
    "file_insertion_enabled",
    "id_prefix",
    "language_code",
    "legacy_ids",
    "line_length_limit",
    "pep_references",
    "raw_enabled",
    "report_level",
    "rfc_references",
    "root_prefix",
    "syntax_highlight",
    "tab_width",
    "trim_footnote_reference_space",
)


def source_distribution(folder):
    """The unpacked distribution of the docutils that is installed."""
    unpacked = folder / f"docutils-{docutils.__version__}"
    if unpacked.is_dir():
        return unpacked
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"docutils=={docutils.__version__}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "--dest", folder, wanted], check=True, stdout=sys.stderr)
    (archive,) = folder.glob(f"docutils-{docutils.__version__}.tar.*")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return unpacked


class Recorder:
    """Records what the tests pass to the parser."""

    def __init__(self):
        self.cases = []
        self.group = None
        self.depth = 0
        self.parse = Parser.parse
        self.defaults = frontend.get_default_settings(Parser)

    def note(self, parser, source, document):
        if self.depth == 0:
            roles._roles.clear()  # roles that an earlier source defined
        self.depth += 1
        try:
            self.parse(parser, source, document)
        finally:
            self.depth -= 1
        if self.depth == 0 and type(parser) is Parser and document["source"] == "test data":
            self.cases.append(
                {
                    "group": self.group,
                    "source": source,
                    "settings": self.special(document.settings),
                    "tree": document.pformat(),
                }
            )

    def special(self, settings):
        missing = object()
        return {
            name: getattr(settings, name)
            for name in WATCHED
            if getattr(settings, name, missing) not in (missing, getattr(self.defaults, name, missing))
        }


def run(root):
    tests = root / "test"
    sys.path[:0] = [str(tests), str(root)]
    recorder = Recorder()
    Parser.parse = lambda parser, source, document: recorder.note(parser, source, document)
    folder = tests / "test_parsers" / "test_rst"
    with contextlib.chdir(tests):
        for file in sorted(folder.rglob("test_*.py")):
            name = file.relative_to(folder).with_suffix("")
            recorder.group = "/".join(part.removeprefix("test_") for part in name.parts)
            module = ".".join(file.relative_to(tests).with_suffix("").parts)
            try:
                suite = unittest.defaultTestLoader.loadTestsFromName(module)
            except Exception as error:  # a test that needs what is not installed
                print(f"left out {module}: {error}", file=sys.stderr)
                continue
            with contextlib.redirect_stdout(io.StringIO()):
                unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    return recorder.cases


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    cases = run(source_distribution(pathlib.Path(sys.argv[1]).resolve()))
    json.dump(cases, sys.stdout)
