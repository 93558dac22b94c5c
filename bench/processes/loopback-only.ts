import { Server } from 'node:net';

/** Preloaded into a server that listens on every interface and cannot be told otherwise: it listens on loopback alone. */
const listen: (this: Server, ...args: never[]) => Server = Server.prototype.listen;

Server.prototype.listen = function (this: Server, ...args: unknown[]) {
  const [first, ...rest] = args;
  const callback = rest.filter((arg) => typeof arg === 'function');
  const port = typeof first === 'object' && first !== null ? (first as { port?: number }).port : Number(first);
  return listen.apply(this, [{ port, host: '127.0.0.1' }, ...callback] as never[]);
};
