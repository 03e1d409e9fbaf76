"""A mail server made with aiosmtpd, for the tests.

Takes a JSON object as its only argument, opens one port a door, writes them to `ports.json`, and keeps every mail as
a pair of files, content and envelope. Ends when its input does.
"""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

setup = json.loads(sys.argv[1])
home = setup["home"]
count = 0


class Handler:
    def __init__(self, login):
        self.login = login

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [line for line in responses if self.login or not line[4:].startswith("AUTH")]

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name == "defer":
            return "451 4.7.1 later"
        if name == "reject":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        global count
        count += 1
        name = f"{os.getpid()}-{count}"
        write(f"mail/{name}.eml", envelope.original_content)
        known = {"sender": envelope.mail_from, "recipients": envelope.rcpt_tos}
        write(f"mail/{name}.json", json.dumps(known).encode())
        return f"250 2.0.0 ok: queued as {name}"


def write(name, content):
    path = os.path.join(home, name)
    with open(path + ".part", "wb") as file:
        file.write(content)
    os.rename(path + ".part", path)


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == setup["login"]
    return AuthResult(success=right, handled=False)


async def open_door(door, tls):
    def protocol():
        return SMTP(
            Handler(door["login"]),
            hostname="localhost",
            enable_SMTPUTF8=True,
            data_size_limit=20_000_000,
            authenticator=authenticate,
            auth_required=door["login"],
            auth_require_tls=door["security"] == "STARTTLS",
            tls_context=tls if door["security"] == "STARTTLS" else None,
            require_starttls=door["security"] == "STARTTLS",
        )

    loop = asyncio.get_running_loop()
    ssl_context = tls if door["security"] == "TLS" else None
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=ssl_context)
    return server.sockets[0].getsockname()[1]


async def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(setup["certificate"])
    ports = [await open_door(door, tls) for door in setup["doors"]]
    write("ports.json", json.dumps(ports).encode())
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
