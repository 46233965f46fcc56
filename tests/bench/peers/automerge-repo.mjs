// automerge-repo: one Automerge document for each case, files on both sides, one WebSocket with compression. The station gets the list
// of document addresses for nothing. `--quiet S`: seconds without a message after which an exchange counts as over.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import * as Automerge from '@automerge/automerge';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter, WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs';
import { WebSocketServer } from 'ws';
import { apply, pause, photoOf, play, versionOf } from './harness.mjs';

/** Documents asked for at the same time. */
const AT_ONCE = 50;
/** The library's 5 s drop a station that is busy opening documents, and on a slow line one that waits behind its own data. */
const KEEP_ALIVE = 3_600_000;

function each(value, leaf) {
  if (Array.isArray(value)) return value.map(one => each(one, leaf));
  const inner = value !== null && typeof value === 'object' && !Automerge.isImmutableString(value);
  return inner ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, each(one, leaf)])) : leaf(value);
}
// What a form's field holds is replaced as a whole; only texts that two people write in at once would be worth merging by letter.
const inward = row => each(row, value => typeof value === 'string' ? new Automerge.ImmutableString(value) : value);
const outward = doc => each(doc, value => Automerge.isImmutableString(value) ? value.toString() : value);

/** Files that say when the last write is through: `flush` does not wait for those that were put off. */
class Files extends NodeFSStorageAdapter {
  writing = 0;
  wrote = 0;
  async #counted(work) {
    this.writing += 1;
    try {
      return await work;
    } finally {
      this.writing -= 1;
      this.wrote = Date.now();
    }
  }
  save(key, bytes) { return this.#counted(super.save(key, bytes)); }
  remove(key) { return this.#counted(super.remove(key)); }
  removeRange(key) { return this.#counted(super.removeRange(key)); }
  async through(repo) {
    await repo.flush();
    while (this.writing > 0 || Date.now() - this.wrote < 500) await pause(50);
  }
}

const addresses = state => JSON.parse(fs.readFileSync(path.join(state, 'addresses.json'), 'utf8'));

async function edit(repo, files, state, edits, corpus) {
  const at = addresses(state);
  for (const one of edits) {
    const handle = await repo.find(at[one.case]);
    const photo = photoOf(corpus, one);
    handle.change(doc => {
      apply(doc, { set: inward(one.set), event: inward(one.event), note: inward(one.note) });
      if (photo) doc.photo = new Uint8Array(photo);
    });
  }
  await files.through(repo);
}

/** Rows straight from the files: what a program that starts now would find. */
async function rows(files, state) {
  const all = [];
  for (const address of Object.values(addresses(state))) {
    const chunks = await files.loadRange([address.replace('automerge:', '')]);
    const own = chunks.filter(({ key }) => key[1] === 'snapshot' || key[1] === 'incremental');
    if (own.length === 0) continue;
    const { photo, ...rest } = Automerge.load(Buffer.concat(own.map(({ data }) => data)));
    all.push({ ...outward(rest), ...photo && { photos: 1 } });
  }
  return all;
}

await play({
  version: `${versionOf('@automerge/automerge-repo')}, automerge ${versionOf('@automerge/automerge')}`,

  async seed(state, cases) {
    const files = new Files(path.join(state, 'hub'));
    const repo = new Repo({ storage: files });
    const at = {};
    for (let first = 0; first < cases.length; first += 200) {
      const handles = cases.slice(first, first + 200).map(row => {
        const handle = repo.create(inward(row));
        at[row.id] = handle.url;
        return handle;
      });
      await files.through(repo);
      for (const handle of handles) await repo.removeFromCache(handle.documentId);
    }
    fs.writeFileSync(path.join(state, 'addresses.json'), JSON.stringify(at));
    await files.through(repo);
  },

  async hub(state, { corpus }) {
    const server = http.createServer();
    const sockets = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } });
    let frames = 0;
    sockets.on('connection', socket => {
      const send = socket.send;
      socket.on('message', () => { frames += 1; });
      socket.send = function counted(...words) {
        frames += 1;
        return send.apply(this, words);
      };
    });
    const files = new Files(path.join(state, 'hub'));
    const network = [new WebSocketServerAdapter(sockets, KEEP_ALIVE)];
    // It answers what it is asked for and pushes nothing unasked.
    const repo = new Repo({ storage: files, network, peerId: 'hub', sharePolicy: async () => false });
    const settled = async () => {
      await files.through(repo);
      return rows(files, state);
    };
    return { server, requests: () => frames, edit: edits => edit(repo, files, state, edits, corpus), rows: settled };
  },

  async station(state, folder, { corpus, hub, quiet }) {
    const files = new Files(folder);
    const fresh = () => new Repo({ storage: files, peerId: `station-${path.basename(folder)}` });
    let repo = fresh();
    let adapter;
    let moved = 0;
    const openAll = async () => {
      const left = Object.values(addresses(state));
      const one = async () => {
        for (let address; (address = left.pop()) !== undefined;) {
          for (let found = false; !found;) {
            try {
              await repo.find(address);
              found = true;
            } catch {
              await pause(300); // "unavailable" is also what it says under load
            }
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
    };
    const connect = async () => {
      adapter = new WebSocketClientAdapter(`ws://${hub}`);
      const send = adapter.send;
      adapter.on('message', () => { moved = Date.now(); });
      adapter.send = function noted(...words) {
        moved = Date.now();
        return send.apply(this, words);
      };
      repo.networkSubsystem.addNetworkAdapter(adapter);
      await repo.networkSubsystem.whenReady();
    };
    return {
      // A document that is not open is not compared, so all of them are opened, before the line is: else the line starves.
      sync: async workload => {
        if (workload !== 'W1') await openAll();
        if (adapter === undefined) await connect();
        if (workload === 'W1') await openAll();
        moved = Math.max(moved, Date.now());
        while (Date.now() - moved < Number(quiet) * 1000 || adapter.socket?.bufferedAmount > 0) await pause(100);
        return { idle: (Date.now() - moved) / 1000 };
      },
      // Off the line, and nothing left in memory.
      settle: async () => {
        await files.through(repo);
        await repo.shutdown();
        repo = fresh();
        adapter = undefined;
      },
      edit: edits => edit(repo, files, state, edits, corpus),
      rows: async () => {
        await files.through(repo);
        return rows(files, state);
      },
      close: () => files.through(repo),
    };
  },
});
