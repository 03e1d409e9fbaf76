"""Compares imported Rust with the pages that it came from, fact by fact.

usage: import_facts.py RUST PAGE…

Reads the facts of each page with docutils, and those of the Rust source with regular expressions; neither shares code
with the importer. Writes JSON: for each kind of fact how many the pages state, how many the source has, how many of
those are right, and the first differences; and a `config.json` with a value for every setting of the pages.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rst"))

from docutils import frontend, nodes, utils  # noqa: E402
from docutils.parsers.rst import Parser, directives, roles  # noqa: E402
import trees  # noqa: E402

# The units in which the ends of keys say that they count; the longer first.
UNITS = {
    "Milliseconds": "milliseconds",
    "Millis": "milliseconds",
    "Ms": "milliseconds",
    "Seconds": "seconds",
    "Secs": "seconds",
    "Sec": "seconds",
    "Minutes": "minutes",
    "Mins": "minutes",
    "Hours": "hours",
    "Hrs": "hours",
    "Days": "days",
}
KINDS = ("path", "title", "console", "default", "values", "kind", "unit", "deprecated")


def parse(path):
    directives.directive, roles.role = trees.find_directive, trees.find_role
    settings = frontend.get_default_settings(Parser)
    settings.report_level, settings.halt_level = 5, 6
    settings.file_insertion_enabled = False
    settings.line_length_limit = 10**9
    document = utils.new_document(str(path), settings)
    Parser().parse(path.read_text(encoding="utf-8-sig"), document)
    return document


def words(text):
    return " ".join(re.sub(r"[*`\\|_]", " ", text).split()).lower()


def literals(node):
    """The literals of a paragraph, and the text between each and the one before."""
    found, between = [], ""
    for child in node.children:
        if isinstance(child, nodes.literal):
            found.append((between, child.astext()))
            between = ""
        else:
            between += child.astext()
    return found


def config(node, variable=""):
    """Path and default of a bullet or sentence that names config.json. The variable shows where a path ends."""
    items = [(between, text) for between, text in literals(node) if not text.startswith("config.json")]
    if not items:
        return None
    first = items[0][1]
    dotted = re.match(r'^"?\.?([A-Za-z][\w.-]*?)[”"]?\s*(?::\s*(.*?))?,?$', first)
    keys = [first]
    for between, text in items[1:]:
        if between.strip() != ">":
            break
        keys.append(text)
    if len(keys) > 1:
        if "." in keys[0]:
            length = 1
        else:
            length = 1
            while length < len(keys) and keys[length - 1].endswith("Settings"):
                length += 1
        if keys[0] == "PluginSettings":
            length = len(keys)
        for longer in range(length + 1, len(keys) + 1):
            if variable.endswith("_" + "_".join(keys[:longer]).upper()):
                length = longer
        return ".".join(keys[:length]), keys[length] if length < len(keys) else None
    if not dotted:
        return None
    default = dotted.group(2)
    if default and default.count('"') % 2:
        default = default.rstrip('"')
    return dotted.group(1), default or None


def value_of(item):
    """Label and mark of a list item that names a value."""
    paragraph = next((child for child in item.children if isinstance(child, nodes.paragraph)), None)
    if paragraph is None or not paragraph.children:
        return None
    first = paragraph.children[0]
    if not isinstance(first, (nodes.strong, nodes.literal)):
        return None
    rest = "".join(child.astext() for child in paragraph.children[1:4])
    label = first.astext()
    marked = re.match(r"^:?\s*\(default", rest, re.I) or re.search(r"\(default\)?$", label, re.I)
    if not (rest.startswith(":") or label.endswith(":") or marked or label.lower() in ("true", "false")):
        return None
    unconditional = marked and (re.match(r"^:?\s*\(default\)?", rest, re.I) and not re.match(r"^:?\s*\(default\s", rest, re.I) or re.search(r"\(default\)$", label, re.I))
    return re.sub(r"\s*\(default\)?$", "", label, flags=re.I).rstrip(":"), bool(unconditional)


HINTS = (
    (r"^(?:string|text|numeric(?:al)?|number)s? (?:array|list)\b|^(?:list|array) (?:input|value)", "list"),
    (r"^(?:numerical|numeric|number|integer) (?:input|value)", "integer"),
    (r"^(?:decimal|float) (?:input|value)", "float"),
    (r"^(?:string|text|file path) (?:input|value)", "text"),
    (r"^(?:map|object|json object) (?:input|value)", "map"),
    (r"^bool(?:ean)? (?:input|value)", "bool"),
)


class Record:
    def __init__(self, title):
        self.title = title
        self.paths, self.consoles, self.defaults = [], [], []
        self.values, self.kinds, self.units = [], set(), set()
        self.deprecated = False
        self.pair = []
        self.has_table = False

    def options(self, node, plain):
        """Options in a sentence: `with options ``a``, ``b`` and ``c```."""
        start = re.search(r"with options |^Options: |(?:possible|valid|accepted|allowed) values (?:are|include) ", plain, re.I)
        if not start:
            return
        rest = plain[start.end() :]
        found = []
        for _, text in literals(node):
            at = rest.find(text)
            if at < 0 or not re.fullmatch(r"[\s,/|]*(?:and|or)?\s*", rest[:at]):
                if found:
                    break
                continue
            found.append(text.strip('"“”'))
            rest = rest[at + len(text) :]
        if len(found) > 1:
            self.values.append(found)

    def sentence(self, text):
        for pattern, kind in HINTS:
            if re.match(pattern, text, re.I):
                self.kinds.add(kind)
                unit = re.match(r"^\S+ \S+ in (milliseconds|seconds|minutes|hours|days)\b", text, re.I)
                if unit:
                    self.units.add(unit.group(1).lower())
        if re.match(r"^(?:deprecated|removed) (?:since|in|from|as of)\b", text, re.I) or re.search(
            r"\bthis (?:configuration )?setting (?:is|was|has been) deprecated", text, re.I
        ):
            self.deprecated = True

    def paragraph(self, node):
        text = node.astext()
        plain = " ".join(text.split())
        if re.match(r"^This feature.{1,3}s config\.json setting is", plain):
            found = config(node)
            if found:
                self.paths.append(found[0])
                if found[1] is not None:
                    self.defaults.append(found[1])
                self.options(node, plain)
                tail = plain.split(" with ", 1)
                if len(tail) == 2:
                    if tail[1].startswith("options true and false"):
                        self.kinds.add("bool")
                    elif tail[1].startswith(("numerical", "numeric")):
                        self.kinds.add("integer")
                    elif tail[1].startswith("string array"):
                        self.kinds.add("list")
                    elif tail[1].startswith(("string", "24-hour")):
                        self.kinds.add("text")
            return
        self.sentence(plain)
        self.options(node, plain)
        pair = re.match(r"^(True|False):?\s*(\(Default\))?", plain, re.I)
        if pair and node.children and isinstance(node.children[0], nodes.strong):
            self.pair.append(pair.group(1).lower())
            if pair.group(2):
                self.defaults.append(pair.group(1).lower())
            if len(self.pair) == 2:
                self.values.append(list(self.pair))
        stated = re.search(r"(?:^|[.)] )(?:Default|The default) (?:value )?is |(?:^|[.)] )Defaults to ", plain)
        if stated:
            rest = plain[stated.end() :]
            word = re.match(r"([^\s,]+?)[.;]*(?= |$)", rest)
            tail = rest[word.end() :].split(". ")[0] if word else ""
            if word and not re.search(r"\b(?:for|when|if|and|or|unless|on|until|with|self-hosted)\b", tail):
                if not list(node.findall(nodes.strong)) and not list(node.findall(nodes.literal)):
                    self.defaults.append("" if word.group(1) == "empty" else word.group(1))
            for child in node.findall(lambda child: isinstance(child, (nodes.strong, nodes.literal))):
                rest = plain[stated.end() :]
                own = " ".join(child.astext().split())
                sentence = rest.split(". ")[0]
                conditional = re.search(r"\b(?:for|when|if|and|or|unless|on|until|with|self-hosted)\b", sentence[len(own) :])
                if rest.startswith(own) and own and not conditional:
                    self.defaults.append(own)
                    break

    def right(self, item, variable):
        paragraph = next((child for child in item.children if isinstance(child, nodes.paragraph)), None)
        if paragraph is None:
            return
        text = " ".join(paragraph.astext().split())
        if re.match(r"^config\.json\s*settings?\s*:", text):
            found = config(paragraph, variable)
            if found:
                self.paths.append(found[0])
                if found[1] is not None:
                    self.defaults.append(found[1])
        elif re.match(r"^System (?:Config|Console) path\s*:", text):
            strong = [child.astext() for child in paragraph.findall(nodes.strong)]
            strong = [text for text in strong if not text.startswith("System")]
            if len(strong) == 1:
                self.consoles.append(" ".join(strong[0].split()))

    def list(self, node):
        items = [value_of(item) for item in node.children]
        named = [item for item in items if item]
        if named:
            self.values.append([label for label, _ in named])
            self.defaults.extend(label for label, default in named if default)

    def blocks(self, node):
        for child in node.children:
            if isinstance(child, nodes.paragraph):
                self.paragraph(child)
            elif isinstance(child, nodes.bullet_list):
                self.list(child)
                text = " ".join(child.astext().split())
                variable = re.search(r"Environment variable: (\w+)", text)
                for item in child.children:
                    self.right(item, variable.group(1) if variable else "")


def records(document):
    found, current, directive = [], None, None
    order = (nodes.title, nodes.table, nodes.paragraph, nodes.bullet_list, trees.generic_directive)
    for node in document.findall(lambda node: isinstance(node, order)):
        inside = node.parent
        while inside is not None and not isinstance(inside, (nodes.entry, trees.generic_directive, nodes.list_item)):
            inside = inside.parent
        if inside is not None:
            continue
        if isinstance(node, nodes.title):
            current = Record(" ".join(node.astext().split()))
            found.append(current)
            if directive is not None:
                option(current, directive)
            directive = None
        elif isinstance(node, trees.generic_directive):
            if node["name"] == "config:setting":
                directive = node
        elif current is not None and isinstance(node, nodes.table):
            current.has_table = True
            for entry in node.findall(nodes.entry):
                current.blocks(entry)
        elif current is not None and isinstance(node, nodes.paragraph):
            if not isinstance(node.parent, (nodes.section, nodes.document)):
                continue
            current.paragraph(node)
        elif current is not None and isinstance(node.parent, (nodes.section, nodes.document)):
            current.list(node)
    return found


def option(record, directive):
    path = (directive.get("opt-configjson") or "").strip().lstrip(".")
    if re.match(r"^[A-Za-z][\w.-]*$", path) and path.lower() != "n/a":
        record.paths.append(path)
    console = " ".join((directive.get("opt-systemconsole") or "").split())
    if console and console.lower() != "n/a":
        record.consoles.append(console)
    default = directive.get("opt-default")
    if default:
        record.defaults.append(default)
    record.blocks(directive)


FIELD = re.compile(r"^    pub (r#)?(\w+): ([^,]+),$")


def attribute(text, name):
    found = re.search(rf'\b{name} = ("(?:[^"\\]|\\.)*"|-?[\w.]+|\[[^\]]*\])', text)
    if not found:
        return None
    value = found.group(1)
    return json.loads(re.sub(r"\\'", "'", re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m.group(1), 16)), value))) if value.startswith('"') else value.strip()


def imported(source):
    """The settings of the generated source by path."""
    structs, enums, name, head, doc, setting = {}, {}, None, "", [], ""
    raw = None
    for line in source.split("\n"):
        if raw is None:
            opening = re.search(r'= r(#+)"', line)
            if opening and f'"{opening.group(1)}' not in line[opening.end() :]:
                raw = f'"{opening.group(1)}'
                continue
        else:
            if raw in line:
                raw = None
            continue
        if found := re.match(r"^#\[settings\((?!page_text)(.*)\)\]$", line):
            head = found.group(1)
        elif found := re.match(r"^pub struct (\w+) \{", line):
            name = found.group(1)
            structs[name] = {"head": head, "fields": []}
            head, doc, setting = "", [], ""
        elif found := re.match(r"^pub enum (\w+) \{", line):
            name = found.group(1)
            enums[name] = []
        elif line.startswith("    ///"):
            doc.append(line[7:].strip())
        elif line.startswith("    #[setting("):
            setting = line
        elif found := re.match(r'^    #\[value\(text = ("(?:[^"\\]|\\.)*")(?:, label = ("(?:[^"\\]|\\.)*"))?', line):
            enums[name].append((json.loads(found.group(1)), json.loads(found.group(2) or found.group(1))))
        elif found := FIELD.match(line):
            structs[name]["fields"].append((found.group(3), setting, doc))
            doc, setting = [], ""
    out = {}

    def walk(name, path, console):
        struct = structs[name]
        console = attribute(struct["head"], "console")
        for kind, setting, doc in struct["fields"]:
            if not setting:
                key = attribute(structs[kind]["head"], "section")
                walk(kind, [*path, key], None)
                continue
            bare = re.sub(r"^Option<(.*)>$", r"\1", kind)
            values = [m.group(1) for m in (re.match(r"^- `([^`]+)`:", text) for text in doc) if m]
            choices = enums.get(bare, [])
            default = attribute(setting, "default")
            labels = {text: label for text, label in choices}
            classes = {"bool": "bool", "i64": "integer", "f64": "float", "Duration": "integer", "String": "text", "Secret": "text", "Vec<String>": "list", "BTreeMap<String, String>": "map", "Json": "json"}
            out.setdefault(".".join([*path, attribute(setting, "key")]), {
                "title": attribute(setting, "title"),
                "console": attribute(setting, "console") or console,
                "default": labels.get(default, default),
                "default_text": default,
                "values": values or [label for _, label in choices],
                "kind": classes.get(bare, "oneof"),
                "unit": attribute(setting, "unit"),
                "deprecated": "deprecated(" in setting or "deprecated since which" in setting,
                "todo": attribute(setting, "todo") or "",
                "secret": bare == "Secret",
            })

    walk("ImportedSettings", [], None)
    for name in structs:
        if name.startswith("SettingsWithoutSection"):
            walk(name, [], None)
    return out


def normal(default):
    text = default.strip().strip('"”“').strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    try:
        return str(float(text.replace(",", "")))
    except ValueError:
        return text.replace('", "', '","')


def compare(stated, ours, raw, tally, differences):
    def count(kind, state, claim, right, note):
        tally[kind]["stated"] += state
        tally[kind]["claimed"] += claim
        tally[kind]["right"] += bool(right)
        if (state or claim) and not right and len(differences[kind]) < 12:
            differences[kind].append(note)

    by_path = {}
    for record in stated:
        paths = sorted(set(record.paths), key=lambda path: -path.count("."))
        distinct = {path.rsplit(".", 1)[-1].lower() for path in paths}
        if not paths or len(distinct) > 1:
            continue
        by_path.setdefault(paths[0], []).append(record)
    used = set()
    for path, places in by_path.items():
        key = path.rsplit(".", 1)[-1]
        matches = [known for known in ours if known == path]
        if not matches and "." not in path:
            titles = {words(record.title) for record in places}
            matches = [known for known in ours if known.rsplit(".", 1)[-1] == key and words(ours[known]["title"]) in titles]
            matches = matches or [known for known in ours if known == key]
        if not matches and any(known.lower() == path.lower() for known in ours):
            matches = [known for known in ours if known.lower() == path.lower()]
        is_map = path.startswith("PluginSettings.") and path.count(".") > 1 or "-" in path
        if is_map:
            continue
        count("path", 1, bool(matches), matches, path)
        if not matches:
            continue
        mine = ours[matches[0]]
        used.add(matches[0])
        titles = [record.title for record in places]
        count("title", 1, 1, any(words(mine["title"]) == words(title) for title in titles), f"{path}: {titles} / {mine['title']}")
        consoles = {words(console) for record in places for console in record.consoles}
        if consoles or mine["console"]:
            count("console", bool(consoles), bool(mine["console"]), words(mine["console"] or "") in consoles, f"{path}: {consoles} / {mine['console']}")
        defaults = {normal(default) for record in places for default in record.defaults}
        single = len({default for default in defaults if default}) <= 1
        if mine["secret"]:
            pass
        elif single and (defaults or mine["default"] is not None):
            own = {normal(value) for value in (mine["default"], mine["default_text"]) if value is not None}
            if own == {""} and not defaults:
                own = set()
            count("default", bool(defaults), bool(own), own & defaults or (not own and defaults == {""}), f"{path}: {defaults} / {own} {mine['todo']}")
        lists = [{words(label) for label in values} for record in places for values in record.values if len(values) > 1]
        own = {words(label) for label in mine["values"]}
        if not own and mine["kind"] == "bool" and {"true", "false"} in lists:
            own = {"true", "false"}
        if lists or own:
            right = any(own in (values, values | {"not specified"}) for values in lists) or (not own and mine["kind"] not in ("bool", "oneof") and "lists values" in mine["todo"])
            count("values", bool(lists), bool(own) or bool(right), right, f"{path}: {lists} / {own}")
        kinds = {kind for record in places for kind in record.kinds}
        if {"true", "false"} in lists:
            kinds = {"bool"}
        elif lists and "text" in kinds and mine["kind"] == "oneof":
            kinds = set()
        if len(kinds) == 1:
            expected = next(iter(kinds))
            right = mine["kind"] == expected or (expected == "text" and mine["kind"] == "oneof") or (expected == "integer" and mine["kind"] == "float")
            count("kind", 1, mine["kind"] != "json", right, f"{path}: {expected} / {mine['kind']}")
        units = {unit for record in places for unit in record.units}
        named = re.search(rf"(?<!Per)({'|'.join(UNITS)})$", key)
        if not units and named and kinds == {"integer"} and not any(default.startswith("-") for default in defaults):
            units = {UNITS[named.group(1)]}
        if units or mine["unit"]:
            count("unit", bool(units), bool(mine["unit"]), mine["unit"] in units, f"{path}: {units} / {mine['unit']}")
        deprecated = any(record.deprecated for record in places)
        if deprecated or mine["deprecated"]:
            count("deprecated", deprecated, mine["deprecated"], deprecated and mine["deprecated"], path)
    for known in set(ours) - used:
        # A table that docutils refuses is repaired before it is read.
        if re.search(rf"\b{re.escape(known.rsplit('.', 1)[-1])}\b", raw):
            continue
        count("path", 0, 1, False, f"{known}: not on the pages")


def value(record):
    """A value that the page allows for a setting."""
    for default in record.defaults:
        for text in (default, default.lower()):
            try:
                return json.loads(text)
            except ValueError:
                pass
    bools = any({"true", "false"} == {words(label) for label in values} for values in record.values)
    if bools or record.kinds == {"bool"}:
        return True
    if record.kinds in ({"integer"}, {"float"}):
        return 7
    if record.kinds == {"list"}:
        return ["a", "b"]
    if record.kinds == {"map"}:
        return {"a": "b"}
    if record.values:
        return None
    if record.kinds == {"text"} or record.defaults:
        return record.defaults[0] if record.defaults else "text"
    # The page leaves the kind open: anything must be accepted.
    return {"any": [1, "x", None]}


def config_of(stated):
    by_path = {}
    for record in stated:
        paths = sorted(set(record.paths), key=lambda path: -path.count("."))
        keys = {path.rsplit(".", 1)[-1].lower() for path in paths}
        # Without a table, docutils has refused the table or another place has it.
        if record.has_table and paths and "." in paths[0] and len(keys) == 1:
            if re.fullmatch(r"[\w.]+", paths[0]):
                by_path.setdefault(paths[0], record)
    root = {}
    for path, record in by_path.items():
        own = value(record)
        if own is None:
            continue
        place = root
        *sections, key = path.split(".")
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                break
        else:
            place.setdefault(key, own)
    return root


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    ours = imported(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    stated = [record for page in sys.argv[2:] for record in records(parse(pathlib.Path(page)))]
    tally = {kind: {"stated": 0, "claimed": 0, "right": 0} for kind in KINDS}
    differences = {kind: [] for kind in KINDS}
    raw = "\n".join(pathlib.Path(page).read_text(encoding="utf-8-sig") for page in sys.argv[2:])
    compare(stated, ours, raw, tally, differences)
    result = {"tally": tally, "differences": differences, "config": config_of(stated)}
    json.dump(result, sys.stdout, ensure_ascii=False)
