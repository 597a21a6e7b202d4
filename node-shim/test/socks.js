// A SOCKS proxy for tests: whatever it is asked for, it leads to one port of this machine, and refuses hosts that begin with `closed`.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** `asked` has, for each connection, the version, the host and port, and who asked. */
export async function startSocks(port) {
  const asked = [];
  const server = createServer(async (socket) => {
    socket.on('error', () => {});
    try {
      const version = (await hear(socket, 1))[0];
      const { target, who, answer } = version === 4 ? await four(socket) : await five(socket);
      asked.push([version, target, who]);
      socket.write(Buffer.from(answer));
      if (target.startsWith('closed')) return socket.end();
      const onward = connect(port, '127.0.0.1');
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    } catch {
      socket.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { asked, server };
}

async function four(socket) {
  const [, high, low, ...address] = await hear(socket, 7);
  const who = await untilZero(socket);
  const host = address[0] === 0 ? await untilZero(socket) : address.join('.');
  return { target: `${host}:${(high << 8) | low}`, who, answer: [0, host.startsWith('closed') ? 0x5b : 0x5a, 0, 0, 0, 0, 0, 0] };
}

async function five(socket) {
  const methods = await hear(socket, (await hear(socket, 1))[0]);
  const wanted = methods.includes(2) ? 2 : 0;
  socket.write(Buffer.from([5, wanted]));
  let who = '';
  if (wanted === 2) {
    await hear(socket, 1);
    who = `${await counted(socket)}:${await counted(socket)}`;
    socket.write(Buffer.from([1, 0]));
  }
  const [, , , kind] = await hear(socket, 4);
  const host = kind === 3 ? await counted(socket) : (await hear(socket, 4)).join('.');
  const port = (await hear(socket, 2)).readUInt16BE();
  return { target: `${host}:${port}`, who, answer: [5, host.startsWith('closed') ? 5 : 0, 0, 1, 127, 0, 0, 1, 0, 0] };
}

const counted = async (socket) => (await hear(socket, (await hear(socket, 1))[0])).toString();

async function untilZero(socket) {
  let text = '';
  for (let byte; (byte = (await hear(socket, 1))[0]); ) text += String.fromCharCode(byte);
  return text;
}

async function hear(socket, count) {
  for (;;) {
    const bytes = socket.read(count);
    if (bytes?.length === count) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error('it closed the connection');
    await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
}
