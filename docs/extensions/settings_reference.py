"""Sphinx: refer to a setting by its name, and show pages with facts in ``config:setting`` directives.

In ``conf.py``::

    sys.path.insert(0, str(Path(__file__).parent / "extensions"))
    extensions = ["settings_reference"]

``:config:ref:`EmailSettings.SMTPPort``` then links to the setting by its title, ``:config:ref:`the port
<EmailSettings.SMTPPort>``` in other words, ``:config:env:`MM_EMAILSETTINGS_SMTPPORT``` by its variable. A name that no
page documents is a warning.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.domains import Domain, ObjType
from sphinx.roles import XRefRole
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id, make_refnode

LABELS = {
    "systemconsole": "System Config path",
    "configjson": "config.json setting",
    "environment": "Environment variable",
    "default": "Default",
}


class facts(nodes.field_list):
    """The facts of one directive; shown as a field list below the heading that follows."""


class Setting(SphinxDirective):
    """``.. config:setting:: anchor`` with the setting's facts as options."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {name: directives.unchanged for name in (*LABELS, "displayname", "description")}

    def run(self):
        anchor = self.arguments[0].strip()
        target = nodes.target("", "", ids=[make_id(self.env, self.state.document, "", anchor)])
        self.state.document.note_explicit_target(target)
        path = self.options.get("configjson", "").lstrip(".")
        title = self.options.get("displayname", "").rsplit(" (", 1)[0] or path or anchor
        self.env.get_domain("config").note(self, anchor, path, self.options.get("environment", ""), title, target)
        found = facts()
        for name, label in LABELS.items():
            value = self.options.get(name, "")
            if value and name in self.options:
                value = path if name == "configjson" and path else value
                shown = nodes.literal(value, value) if name != "systemconsole" else nodes.strong(value, value)
                body = nodes.field_body("", nodes.paragraph("", "", shown))
                found += nodes.field("", nodes.field_name(label, label), body)
        content = nodes.container(classes=["config-setting"])
        self.state.nested_parse(self.content, self.content_offset, content)
        return [target, found, *content.children]


def below_headings(app, doctree):
    """Move the facts above a setting's heading below it."""
    for found in list(doctree.findall(facts)):
        place = found
        while place.parent is not None and place.parent[-1] is place and isinstance(place.parent, nodes.section):
            place = place.parent
        siblings = place.parent.children if place.parent is not None else []
        after = siblings[siblings.index(place) + 1 :] if siblings else []
        if after and isinstance(after[0], nodes.section):
            found.parent.remove(found)
            after[0].insert(1, found)


class ConfigDomain(Domain):
    """Settings, by their path in ``config.json`` and by their variable."""

    name = "config"
    label = "settings"
    object_types = {"setting": ObjType("setting", "ref", "env")}
    directives = {"setting": Setting}
    roles = {"ref": XRefRole(warn_dangling=True), "env": XRefRole(warn_dangling=True)}
    initial_data = {"settings": {}}
    dangling_warnings = {
        "ref": "no page documents the setting %(target)r",
        "env": "no page documents the variable %(target)r",
    }

    def note(self, directive, anchor, path, environment, title, target):
        entry = (self.env.docname, target["ids"][0], title)
        for name in (anchor, path, environment):
            if name and name.upper() != "N/A":
                self.data["settings"].setdefault(name.lower(), entry)

    def clear_doc(self, docname):
        kept = {name: entry for name, entry in self.data["settings"].items() if entry[0] != docname}
        self.data["settings"] = kept

    def merge_domaindata(self, docnames, otherdata):
        kept = {name: entry for name, entry in otherdata["settings"].items() if entry[0] in docnames}
        self.data["settings"].update(kept)

    def get_objects(self):
        for name, (docname, anchor, title) in self.data["settings"].items():
            yield name, title, "setting", docname, anchor, 1

    def find(self, target, role):
        """The page, the anchor and the title of a name: a directive's, or the label above a setting's heading."""
        if target.lower() in self.data["settings"]:
            return self.data["settings"][target.lower()]
        labels = self.env.get_domain("std").labels
        label = target.lower().replace(".", "-")
        if role == "ref":
            return labels.get(label)
        # MM_EMAILSETTINGS_SMTPPORT ends as the label does
        ends = [known for known in labels if label.endswith("_" + known.replace("-", "_"))]
        return labels[max(ends, key=len)] if ends else None

    def resolve_xref(self, env, fromdocname, builder, typ, target, node, contnode):
        found = self.find(target.lstrip("."), typ)
        if found is None:
            return None
        docname, anchor, title = found
        if not node.get("refexplicit") and typ == "ref":
            contnode = nodes.inline(title, title, classes=["config"])
        return make_refnode(builder, fromdocname, docname, anchor, contnode, title)

    def resolve_any_xref(self, env, fromdocname, builder, target, node, contnode):
        found = self.resolve_xref(env, fromdocname, builder, "ref", target, node, contnode)
        return [("config:ref", found)] if found is not None else []


def setup(app):
    app.add_node(facts, override=True, **{
        builder: (lambda self, node: self.visit_field_list(node), lambda self, node: self.depart_field_list(node))
        for builder in ("html", "latex", "text", "man", "texinfo")
    })
    app.add_domain(ConfigDomain)
    app.connect("doctree-read", below_headings)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
