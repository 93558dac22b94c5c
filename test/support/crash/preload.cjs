// Loaded by `node --require` into a process under test: stops it at a named moment, fails its disk, and runs SQL on its own
// connection, all as files in the folder of MESHBATCH_TEST_ORDERS say. Nothing of the product knows of it.
'use strict';
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.MESHBATCH_TEST_ORDERS) install(process.env.MESHBATCH_TEST_ORDERS);

function install(folder) {
  const fs = require('node:fs');
  const fsp = require('node:fs/promises');
  const path = require('node:path');
  const { AsyncLocalStorage } = require('node:async_hooks');
  const diagnostics = require('node:diagnostics_channel');
  const { Client } = require('pg');
  const { LocalBlobStore } = require('../../../dist/blobs/local/local-blob-store.js');

  /** Orders of a kind that wait in the folder, with their files' names. */
  function orders(kind) {
    const names = fs.readdirSync(folder).filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.json'));
    return names.map((name) => ({ name, ...readJson(path.join(folder, name)) }));
  }

  function readJson(file) {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8'));
    } catch {
      return {}; // another process was faster
    }
  }

  /** True for the one process that was first. */
  function take(name, end, told) {
    try {
      fs.renameSync(path.join(folder, name), path.join(folder, `${name}.taken`));
    } catch {
      return false;
    }
    tell(`${name}.${end}`, told);
    return true;
  }

  /** Whole or not at all. */
  function tell(name, value) {
    const file = path.join(folder, name);
    fs.writeFileSync(`${file}.draft`, JSON.stringify(value));
    fs.renameSync(`${file}.draft`, file);
  }

  /** Waits at a moment that an order names, until it is told to go on. */
  async function pass(moment, matches) {
    for (const order of orders('hold')) {
      if (order.moment !== moment || !matches(order)) continue;
      if (!take(order.name, 'held', { pid: process.pid })) continue;
      const goOn = path.join(folder, `${order.name}.go`);
      while (!fs.existsSync(goOn)) await new Promise((done) => setTimeout(done, 5));
    }
  }

  installDatabase();
  installDisk();
  // So that a simulator knows which process asks.
  diagnostics.channel('undici:request:create').subscribe(({ request }) => {
    request.addHeader('x-test-process', String(process.pid));
  });

  function installDatabase() {
    const query = Client.prototype.query;
    const transactions = new WeakMap();
    Client.prototype.query = function (text, values, callback) {
      if (typeof text !== 'string' || typeof values === 'function' || callback) return query.apply(this, arguments);
      return sabotaged(this, text, values ?? []);
    };

    async function sabotaged(client, text, values) {
      if (text === 'START TRANSACTION') transactions.set(client, []);
      const open = transactions.get(client);
      if (!open) await runSql(client);
      open?.push({ text, values });
      const isEnd = text === 'COMMIT' || text === 'ROLLBACK';
      if (isEnd) transactions.delete(client);
      const sent = isEnd ? (open ?? []) : [{ text, values }];
      const word = text === 'COMMIT' ? 'commit' : isEnd ? 'rollback' : 'statement';
      const matches = (order) => sent.some((statement) => isMeant(order, statement));
      await pass(`${word} sent`, matches);
      const result = await query.call(client, text, values);
      await pass(`${word} done`, matches);
      return result;
    }

    function isMeant({ statement, values = [] }, sent) {
      return new RegExp(statement).test(sent.text) && values.every((value) => sent.values.includes(value));
    }

    async function runSql(client) {
      for (const { name, sql } of orders('sql')) {
        if (!take(name, 'begun', {})) continue;
        const { rows } = await query.call(client, sql);
        tell(`${name}.rows`, rows);
      }
    }
  }

  function installDisk() {
    const writing = new AsyncLocalStorage();
    const { write } = LocalBlobStore.prototype;
    LocalBlobStore.prototype.write = function (key, source) {
      return writing.run({ blob: kindOf(key) }, () => write.call(this, key, source));
    };

    const { open, rename } = fsp;
    fsp.open = async function (file, ...rest) {
      const place = placeOf(file);
      if (place) await at(place, 'open');
      const handle = await open.call(this, file, ...rest);
      if (place) wrap(handle, place);
      return handle;
    };
    fsp.rename = async function (from, to) {
      const place = placeOf(from);
      if (place) await at(place, 'name');
      await rename.call(this, from, to);
      if (place) await at(place, 'named');
    };
    const { createWriteStream } = fs;
    fs.createWriteStream = function (file, options) {
      const place = placeOf(file);
      if (!place) return createWriteStream.call(this, file, options);
      const write = (fd, buffer, offset, length, position, done) => {
        const full = isFull(place, 'write');
        if (!full) return fs.write(fd, buffer, offset, length, position, done);
        fs.write(fd, buffer, offset, length >> 1, position, () => done(full));
      };
      return createWriteStream.call(this, file, { ...options, fs: { open: fs.open, close: fs.close, write } });
    };

    function wrap(handle, place) {
      const { writeFile, sync } = handle;
      handle.writeFile = async function (data) {
        const full = isFull(place, 'write');
        if (!full) return writeFile.call(this, data);
        // A disk that fills up takes the beginning.
        await writeFile.call(this, data.subarray(0, data.length >> 1));
        throw full;
      };
      handle.sync = async function () {
        await at(place, 'sync');
        return sync.call(this);
      };
    }

    async function at(place, operation) {
      const full = isFull(place, operation);
      if (full) throw full;
      await pass(operation, (order) => order.place === place);
    }

    function isFull(place, operation) {
      const full = orders('full').find((order) => order.place === place && order.operation === operation);
      if (!full) return null;
      fs.appendFileSync(path.join(folder, `${full.name}.hits`), '.');
      const text = `ENOSPC: no space left on device, ${operation}`;
      return Object.assign(new Error(text), { code: 'ENOSPC', errno: -28, syscall: operation });
    }

    function placeOf(file) {
      if (typeof file !== 'string') return null;
      if (/[\\/]scratch[\\/].*file_/.test(file)) return 'scratch';
      if (/[\\/]blobs[\\/]\.writing-/.test(file)) return writing.getStore()?.blob ?? null;
      return null;
    }
  }

  function kindOf(key) {
    return key.endsWith('.index') ? 'index' : key.endsWith('input.jsonl') ? 'input' : 'results';
  }
}
