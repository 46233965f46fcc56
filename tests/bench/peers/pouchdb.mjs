// PouchDB over LevelDB at the station; express-pouchdb over LevelDB at the hub, with the compression it ships with. One document
// for each case. `--batch N` is the batch size of the replication.
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { apply, photoOf, play, versionOf } from './harness.mjs';

const require = createRequire(import.meta.url);
const PouchDB = require('pouchdb-core');
for (const part of ['adapter-leveldb', 'adapter-http', 'replication', 'mapreduce']) {
  PouchDB.plugin(require(`pouchdb-${part}`));
}

const PAGE = 1000;
const documentOf = ({ id, ...rest }) => ({ _id: id, ...rest });
const rowOf = ({ _id, _rev, _attachments, ...rest }) =>
  ({ id: _id, ...rest, ..._attachments && { photos: Object.keys(_attachments).length } });
const hubAt = state => PouchDB.defaults({ prefix: path.join(state, 'hub') + path.sep, adapter: 'leveldb' });

async function edit(db, edits, corpus) {
  const { rows } = await db.allDocs({ keys: edits.map(one => one.case), include_docs: true });
  for (const [nth, { doc }] of rows.entries()) {
    apply(doc, edits[nth]);
    const data = photoOf(corpus, edits[nth]);
    if (data) doc._attachments = { photo: { content_type: 'image/jpeg', data } };
  }
  const written = await db.bulkDocs(rows.map(row => row.doc));
  if (written.some(one => one.error)) throw new Error('an edit was not taken');
}

async function rows(db) {
  const all = [];
  for (let after; ;) {
    const from = after === undefined ? {} : { startkey: after, skip: 1 };
    const page = (await db.allDocs({ include_docs: true, limit: PAGE, ...from })).rows;
    all.push(...page.map(row => rowOf(row.doc)));
    if (page.length < PAGE) return all;
    after = page[PAGE - 1].id;
  }
}

await play({
  version: `${versionOf('pouchdb-core')}, express-pouchdb ${versionOf('express-pouchdb')}`,

  async seed(state, cases) {
    const db = new (hubAt(state))('cases');
    for (let at = 0; at < cases.length; at += 500) await db.bulkDocs(cases.slice(at, at + 500).map(documentOf));
    await db.close();
  },

  async hub(state, { corpus }) {
    const Hub = hubAt(state);
    const db = new Hub('cases');
    const app = require('express')();
    let requests = 0;
    app.use((_request, _answer, next) => {
      requests += 1;
      next();
    });
    process.chdir(state); // it keeps a settings file and a log where it stands
    app.use('/', require('express-pouchdb')(Hub, { mode: 'minimumForPouchDB' }));
    const server = http.createServer(app);
    server.keepAliveTimeout = 65_000;
    return { server, requests: () => requests, edit: edits => edit(db, edits, corpus), rows: () => rows(db) };
  },

  async station(_state, folder, { corpus, hub, batch }) {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    const db = new PouchDB(folder, { adapter: 'leveldb' });
    await db.info();
    // Six connections that stay open, as a browser would have; the library's own fetch opens one for each request.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 6 });
    const fetch = (url, options) => PouchDB.fetch(url, { ...options, agent });
    const remote = new PouchDB(`http://${hub}/cases`, { skip_setup: true, fetch });
    const options = { batch_size: Number(batch), batches_limit: 10 };
    const both = async () => {
      const { push, pull } = await db.sync(remote, options);
      if (!push.ok || !pull.ok || push.errors.length + pull.errors.length > 0) throw new Error('replication');
    };
    return {
      // An empty station only fetches; its first two-way exchange is a workload of its own.
      sync: async workload => { await (workload === 'W1' ? db.replicate.from(remote, options) : both()); },
      settle: both,
      edit: edits => edit(db, edits, corpus),
      rows: () => rows(db),
      close: () => db.close(),
    };
  },
});
