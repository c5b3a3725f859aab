// Mail over connections that begin in the clear and are upgraded (STARTTLS), with the real server
// `smtp-server` and the real client `nodemailer`: each side with sockets of either module.

import { once } from 'node:events';
import type net from 'node:net';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import nodemailer from 'nodemailer';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { certificate } from '../../support/contexts.js';
import { Dialogue } from './dialogue.js';
import {
  afterTest,
  clientOptions,
  connected,
  listening,
  serverOptions,
  type TlsSocket,
  textOf,
  tlss,
} from './support.js';

interface Mail {
  secure: boolean;
  text: string;
}

const message = { from: 'a@localhost', to: 'b@localhost', subject: 'hello', text: 'x'.repeat(70) };
const large = { ...message, text: `${message.text}\r\n`.repeat(20_000) };

/** smtp-server, not listening, and the mail that it takes. */
function mailServer(options: SMTPServerOptions): { smtp: SMTPServer; mails: Mail[] } {
  const mails: Mail[] = [];
  const smtp = new SMTPServer({
    ...options,
    authOptional: true,
    disableReverseLookup: true,
    onData(stream, session, done) {
      textOf(stream).then((text) => {
        mails.push({ secure: session.secure, text });
        done();
      }, done);
    },
  });
  smtp.on('error', () => undefined);
  return { smtp, mails };
}

/** A small server: takes one mail, and upgrades with `upgrade` if it is asked for. The mail. */
async function takeMail(stream: Duplex, upgrade?: (stream: Duplex) => Duplex): Promise<string> {
  const dialogue = new Dialogue(stream);
  const offer = upgrade === undefined ? '250 localhost' : '250-localhost\r\n250 STARTTLS';
  if (upgrade !== undefined) dialogue.say('220 localhost');
  for (;;) {
    const [command] = (await dialogue.line()).split(/[ \r]/);
    if (command === 'EHLO') dialogue.say(offer);
    else if (command === 'DATA') {
      dialogue.say('354 go on');
      const mail = await dialogue.until(/\r\n\.\r\n/);
      stream.end('250 taken\r\n');
      return mail;
    } else if (command === 'STARTTLS' && upgrade !== undefined) {
      dialogue.leave();
      dialogue.say('220 go on');
      return takeMail(upgrade(stream));
    } else dialogue.say('250 well');
  }
}

const cases = tlss.flatMap((tls) =>
  (['TLSv1.2', 'TLSv1.3'] as const).map((version) => ({ tls, version })),
);

describe.each(cases)('$tls.name, $version:', ({ tls, version }) => {
  /** A connection after STARTTLS. */
  async function upgraded(port: number): Promise<TlsSocket> {
    const socket = await connected(port);
    const plain = new Dialogue(socket);
    await plain.answer();
    expect(await plain.ask('EHLO localhost')).toMatch(/^250.STARTTLS\r\n/m);
    expect(await plain.ask('STARTTLS')).toMatch(/^220 /);
    plain.leave();
    const secure = tls.connect({ ...clientOptions(version), socket });
    await once(secure, 'secureConnect');
    return secure;
  }

  test('a client upgrades its connection to smtp-server by STARTTLS', async () => {
    const { smtp, mails } = mailServer(certificate);
    const secure = await upgraded(await listening(smtp.server));
    expect([secure.authorized, secure.getProtocol()]).toEqual([true, version]);
    const dialogue = new Dialogue(secure);
    expect(await dialogue.ask('EHLO localhost')).not.toContain('STARTTLS');
    expect(await dialogue.ask('MAIL FROM:<a@localhost>')).toMatch(/^250 /);
    expect(await dialogue.ask('RCPT TO:<b@localhost>')).toMatch(/^250 /);
    expect(await dialogue.ask('DATA')).toMatch(/^354 /);
    expect(await dialogue.ask('Subject: hello\r\n\r\nhow are you\r\n.')).toMatch(/^250 /);
    expect(mails).toEqual([{ secure: true, text: 'Subject: hello\r\n\r\nhow are you\r\n' }]);
    const ended = once(secure, 'end');
    expect(await dialogue.ask('QUIT')).toMatch(/^221 /);
    await ended;
  });

  test('nodemailer sends over a connection that was upgraded for it', async () => {
    const { smtp, mails } = mailServer(certificate);
    const port = await listening(smtp.server);
    const transport = nodemailer.createTransport({
      host: 'localhost',
      port,
      secure: true,
      getSocket: (_, callback) => {
        upgraded(port).then((connection) => {
          connection.unshift('220 it waits for a greeting, which was before\r\n');
          // It is typed for sockets of Node.
          callback(null, { connection: connection as unknown as net.Socket, secured: true });
        }, callback);
      },
    });
    await transport.sendMail(large);
    expect(mails).toMatchObject([{ secure: true }]);
    expect(mails[0]?.text).toContain(large.text);
  });

  test('smtp-server takes sockets of a server of ours', async () => {
    const { smtp, mails } = mailServer({ secure: true, secured: true });
    const secure = tls.createServer(serverOptions(version), (socket) => {
      smtp.connect(socket as unknown as net.Socket);
    });
    const port = await listening(secure);
    const options = { servername: 'localhost', ca: certificate.cert };
    const transport = nodemailer.createTransport({
      ...{ host: '127.0.0.1', port, secure: true, tls: options, pool: true },
    });
    afterTest(() => transport.close());
    for (const mail of [message, large]) await transport.sendMail(mail);
    expect(mails).toMatchObject([{ secure: true }, { secure: true }]);
    expect(mails[1]?.text).toContain(large.text);
  });

  test('a server upgrades the connection of nodemailer by STARTTLS', async () => {
    const mails: Promise<string>[] = [];
    const server = createServer((socket) => mails.push(takeMail(socket, tls.accept)));
    const port = await listening(server);
    const options = { servername: 'localhost', ca: certificate.cert, maxVersion: version };
    const transport = nodemailer.createTransport({
      ...{ host: '127.0.0.1', port, requireTLS: true, tls: options },
    });
    await transport.sendMail(large);
    expect(await mails[0]).toContain(large.text.trimEnd());
  });
});
