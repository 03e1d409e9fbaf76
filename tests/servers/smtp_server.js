// A mail server made with npm's smtp-server, for the tests.
//
// Takes a JSON object as its only argument, opens one port a door, writes them to `ports.json`, and keeps every mail as
// a pair of files, content and envelope. Ends when its input does.
'use strict';

const fs = require('fs');
const path = require('path');

const setup = JSON.parse(process.argv[2]);
const { SMTPServer } = require(path.join(setup.modules, 'smtp-server'));
const identity = fs.readFileSync(setup.certificate);
let count = 0;

function write(name, content) {
  const file = path.join(setup.home, name);
  fs.writeFileSync(file + '.part', content);
  fs.renameSync(file + '.part', file);
}

function answer(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

function openDoor(door) {
  const disabled = [];
  if (!door.login) disabled.push('AUTH');
  if (door.security !== 'STARTTLS') disabled.push('STARTTLS');
  const server = new SMTPServer({
    cert: identity,
    key: identity,
    secure: door.security === 'TLS',
    size: 20000000,
    logger: false,
    disabledCommands: disabled,
    authOptional: !door.login,
    allowInsecureAuth: door.security !== 'STARTTLS',
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth(auth, session, done) {
      const right = auth.username === setup.login[0] && auth.password === setup.login[1];
      done(null, right ? { user: auth.username } : {});
    },
    onRcptTo(address, session, done) {
      const name = address.address.split('@')[0];
      if (name === 'defer') return done(answer(451, '4.7.1 later'));
      if (name === 'reject') return done(answer(550, '5.1.1 no such user'));
      return done();
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        count += 1;
        const name = `${process.pid}-${count}`;
        const { mailFrom, rcptTo } = session.envelope;
        write(`mail/${name}.eml`, Buffer.concat(chunks));
        const known = { sender: mailFrom.address, recipients: rcptTo.map((to) => to.address) };
        write(`mail/${name}.json`, JSON.stringify(known));
        done(null, `2.0.0 ok: queued as ${name}`);
      });
    },
  });
  // Clients that go away in the middle are what some tests are about.
  server.on('error', (error) => console.error(error.message));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.server.address().port));
  });
}

Promise.all(setup.doors.map(openDoor)).then((ports) => write('ports.json', JSON.stringify(ports)));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
