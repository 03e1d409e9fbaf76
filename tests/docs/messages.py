"""Writes the messages of docutils about pages: a list of texts for each page.

usage: messages.py < PAGES

Reads a JSON list of pages, and writes a JSON list with the first lines of their messages of level warning and above, those
of the transforms included.
"""

import io
import json
import re
import sys

from docutils.core import publish_doctree

MESSAGE = re.compile(r"\((?:WARNING/2|ERROR/3|SEVERE/4)\) (.*)")


def messages(text):
    stream = io.StringIO()
    publish_doctree(
        text,
        settings_overrides={
            "report_level": 2,
            "halt_level": 5,
            "warning_stream": stream,
            "doctitle_xform": False,
            "docinfo_xform": False,
        },
    )
    return sorted({found.group(1) for found in map(MESSAGE.search, stream.getvalue().splitlines()) if found})


json.dump([messages(page) for page in json.load(sys.stdin)], sys.stdout)
