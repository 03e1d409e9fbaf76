"""Reads mails as Python's email package understands them.

Takes a JSON list of files on its input and prints a JSON list of what each says, part by part.
"""

import base64
import email
import email.header
import email.policy
import json
import re
import sys


ENCODED = r"=\?utf-8\?[bq]\?[^?\s]*\?="


def joined(words):
    """Encoded words side by side as one. Python before 3.13 shows the space between them in names (RFC 2047, 6.2)."""
    text = str(email.header.make_header(email.header.decode_header(words[0])))
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def addresses(message, name):
    raw = dict((key.lower(), value) for key, value in message.raw_items()).get(name.lower())
    if raw is None:
        return []
    unfolded = str(raw).replace("\r", "").replace("\n", "")
    one = re.sub(rf"{ENCODED}(\s+{ENCODED})+", joined, unfolded, flags=re.IGNORECASE)
    header = email.policy.default.header_factory(name, one)
    return [[one.display_name, one.addr_spec] for one in header.addresses]


def ids(message, name):
    return (message[name] or "").split()


def shape(part):
    if not part.is_multipart():
        return part.get_content_type()
    return f"{part.get_content_type()}({', '.join(shape(one) for one in part.iter_parts())})"


def defects(message):
    found = [defect for part in message.walk() for defect in part.defects]
    found += [defect for part in message.walk() for header in part.values() for defect in header.defects]
    # Python knows the addresses of RFC 6531, but calls them defects.
    known = ("NonASCIILocalPartDefect", "UndecodableBytesDefect")
    named = [(type(defect).__name__, defect) for defect in found]
    return [f"{name}: {defect}" for name, defect in named if name not in known]


def leaf(part):
    disposition = part["Content-Disposition"]
    read = {
        "type": part.get_content_type(),
        "disposition": part.get_content_disposition(),
        "name": disposition.params.get("filename") if disposition else None,
        "id": part["Content-ID"],
    }
    if part.get_content_disposition() is None and part.get_content_maintype() == "text":
        # Base64 keeps the line ends of mail; other encodings let Python translate them.
        read["text"] = part.get_content().replace("\r\n", "\n")
    else:
        read["bytes"] = base64.b64encode(part.get_payload(decode=True)).decode()
    return read


def read(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    return {
        "from": addresses(message, "From"),
        "to": addresses(message, "To"),
        "cc": addresses(message, "Cc"),
        "reply-to": addresses(message, "Reply-To"),
        "subject": message["Subject"] or "",
        "message-id": ids(message, "Message-ID"),
        "in-reply-to": ids(message, "In-Reply-To"),
        "references": ids(message, "References"),
        "auto-submitted": message["Auto-Submitted"],
        "names": sorted({name.lower() for name in message.keys()}),
        "defects": defects(message),
        "shape": shape(message),
        "parts": [leaf(part) for part in message.walk() if not part.is_multipart()],
    }


def printable(value):
    """Bytes that Python could not decode in headers are UTF-8, or shown as they are."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, list):
        return [printable(one) for one in value]
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    return value


json.dump([printable(read(path)) for path in json.load(sys.stdin)], sys.stdout)
