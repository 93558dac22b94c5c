import assert from 'node:assert/strict';
import { HttpClient } from './http-client.mjs';
import { GROUPS, LOGIN } from './probes.mjs';

/** Compares the platform with and without Meshbatch, request by request; `check` counts one check a group. */
export async function compare(check, withAddress, withoutAddress) {
  const both = [withAddress, withoutAddress].map((address) => new HttpClient(address));
  const logins = await check('own routes are the same: login', () => logIn(both));
  if (!logins) return;
  for (const [name, probes] of Object.entries(GROUPS)) {
    await check(`own routes are the same: ${name}`, async () => {
      // Of one length, so that they fall in pairs.
      const [one, other] = logins.map((login) => probes(login));
      const differences = [];
      for (const [index, probe] of one.entries()) {
        const difference = await differ(both, [probe, other[index]]);
        if (difference) differences.push(difference);
      }
      if (differences.length > 0) throw new Error(differences.join('\n'));
    });
  }
  await check('own routes are the same: API document', () => compareDocuments(both, logins));
  for (const client of both) client.close();
}

/** Returns the header of a session at each. */
async function logIn(both) {
  let sessions = [];
  for (const probe of LOGIN) {
    sessions = await Promise.all(both.map((client) => client.send(probe)));
    assert.equal(sessions[0].status, 201, sessions[0].body.toString('utf8'));
    assert.deepEqual(visible(sessions[0], probe), visible(sessions[1], probe));
  }
  return sessions.map(({ body }) => ({ Authorization: `Bearer ${JSON.parse(body.toString('utf8')).data.token}` }));
}

/** What is not the same, in words; undefined when everything is. */
async function differ(both, probes) {
  const [one, other] = await Promise.all(both.map((client, index) => client.send(probes[index])));
  const [{ method = 'GET', path, headers, status }] = probes;
  const asked = `${method} ${path} ${JSON.stringify({ ...headers, Authorization: undefined })}`;
  if (status !== undefined && other.status !== status) return `${asked}: ${other.line} in place of ${status}`;
  const [withIt, without] = [visible(one, probes[0]), visible(other, probes[1])];
  if (withIt === without) return undefined;
  return `${asked}\n  with Meshbatch:\n${shorten(withIt)}\n  without:\n${shorten(without)}`;
}

/** Everything that went over the wire but the date, and but the token of a session, which tells the time. */
function visible({ line, rawHeaders, body, continued }, { secret }) {
  const headers = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const hidden = secret && rawHeaders[at] === 'ETag';
    if (rawHeaders[at] !== 'Date') headers.push(`${rawHeaders[at]}: ${hidden ? 'hidden' : rawHeaders[at + 1]}`);
  }
  const text = body.toString('latin1');
  const shown = secret ? text.replace(/"token":"[^"]+"/, (token) => '*'.repeat(token.length)) : text;
  return [...(continued ? ['HTTP/1.1 100 Continue'] : []), line, ...headers, '', shown].join('\n');
}

function shorten(text) {
  return text.slice(0, 800).replace(/^/gm, '    ');
}

/** Meshbatch may add its paths and its schemas; what the platform has of its own stays. */
async function compareDocuments(both, logins) {
  const answers = await Promise.all(
    both.map((client, index) => client.send({ path: '/api/docs-json', headers: logins[index] })),
  );
  const [withIt, without] = answers.map(({ body }) => JSON.parse(body.toString('utf8')));
  const own = Object.keys(without.paths);
  assert.ok(own.includes('/api/v1/customers/me'), own.join(', '));
  assert.deepEqual(pick(withIt.paths, own), without.paths);
  const { schemas, ...components } = without.components;
  assert.deepEqual(pick(withIt.components.schemas, Object.keys(schemas)), schemas);
  assert.deepEqual(pick(withIt.components, Object.keys(components)), components);
  for (const part of ['openapi', 'info', 'tags', 'servers']) assert.deepEqual(withIt[part], without[part]);
}

function pick(object, keys) {
  return Object.fromEntries(keys.filter((key) => key in object).map((key) => [key, object[key]]));
}
