"""Writes docutils' trees of the pages on standard input, as JSON on standard output.

Reads a list of `{"source": …, "dialect": "docutils" | "sphinx"}` and writes a list of `pformat()` texts, before
transforms. In the `sphinx` dialect, directives and roles that docutils does not know become `generic_directive` and
`generic_role`. A page on which docutils itself fails becomes null.
"""

import json
import sys

from docutils import frontend, nodes, utils
from docutils.parsers.rst import Directive, Parser, directives, roles

# Directives that Sphinx replaces although docutils knows them.
REPLACED = ("include", "code-block", "sourcecode", "code", "highlight", "only")
# Directives whose content is not reStructuredText.
OPAQUE = ("include", "code-block", "sourcecode", "highlight", "toctree")


class AnyOptions(dict):
    def __bool__(self):
        return True

    def __missing__(self, name):
        return directives.unchanged

    def __contains__(self, name):
        return True


class generic_directive(nodes.Element):
    """Like Sphinx's `only`: not a body element, so that topics and contents are allowed in it."""


class generic_role(nodes.Inline, nodes.TextElement):
    pass


class generic_text(nodes.General, nodes.FixedTextElement):
    pass


class Generic(Directive):
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = AnyOptions()
    has_content = True

    def run(self):
        node = generic_directive(name=self.name)
        if self.arguments:
            node["arguments"] = self.arguments[0]
        for name, value in self.options.items():
            node["opt-" + name] = "" if value is None else value
        node.source, node.line = self.state_machine.get_source_and_line(self.lineno)
        if self.content:
            if self.name.lower() in OPAQUE:
                text = "\n".join(self.content)
                node += generic_text(text, text)
            else:
                self.state.nested_parse(self.content, self.content_offset, node, match_titles=True)
        return [node]


def keep_role(role, rawtext, text, lineno, inliner, options=None, content=None):
    return [generic_role(rawtext, utils.unescape(text), role=role)], []


own_directive, own_role = directives.directive, roles.role


def find_directive(name, language, document):
    if name.lower() in REPLACED:
        return Generic, []
    found, messages = own_directive(name, language, document)
    return (Generic, []) if found is None else (found, messages)


def find_role(name, language, lineno, reporter):
    found, messages = own_role(name, language, lineno, reporter)
    return (keep_role, []) if found is None else (found, messages)


def tree(source, dialect):
    sphinx = dialect == "sphinx"
    directives.directive = find_directive if sphinx else own_directive
    roles.role = find_role if sphinx else own_role
    roles._roles.clear()
    settings = frontend.get_default_settings(Parser)
    settings.report_level = 5
    settings.halt_level = 6
    settings.legacy_ids = True
    settings.file_insertion_enabled = False
    settings.syntax_highlight = "none"
    if sphinx:
        settings.line_length_limit = 10**9
    document = utils.new_document("test data", settings)
    try:
        Parser().parse(source, document)
        return document.pformat()
    except Exception:
        return None


if __name__ == "__main__":
    json.dump([tree(page["source"], page["dialect"]) for page in json.load(sys.stdin)], sys.stdout)
