// A peer as the measurement sees it: a program with a role, told what to do line by line on stdin, answering each line with one
// line of JSON on stdout. Clock, memory, CPU and the comparison of both sides are the measurement's; see tests/bench/race.
//
//   node PEER.mjs seed    --corpus DIR --state DIR                        fills the hub, ends
//   node PEER.mjs hub     --corpus DIR --state DIR --listen HOST:PORT     counts | edit W | rows FILE
//   node PEER.mjs station --corpus DIR --state DIR --hub HOST:PORT        open | edit W | sync W | rows FILE
//   node PEER.mjs crowd   (the same, and --stations N)                    open | edit W | sync W
//
// The first line a program says is {"version"}. An answer with "fault" is a failure. `sync` may answer {"idle": seconds}: how long
// it waited after the last message to be sure that it was the last.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

console.log = console.error; // stdout belongs to the answers; libraries like to talk

const lines = file => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
export const pause = ms => new Promise(done => setTimeout(done, ms));

export function versionOf(name) {
  return JSON.parse(fs.readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
}

/** The photograph that comes with an edit, if any does. */
export const photoOf = (corpus, edit) => edit.photo && fs.readFileSync(path.join(corpus, edit.photo));

/** Makes an edit of the corpus on a row or on anything that can be written like one. */
export function apply(row, edit) {
  for (const [field, value] of Object.entries(edit.set)) {
    const steps = field.split('.');
    const last = steps.pop();
    let at = row;
    for (const step of steps) at = at[step];
    at[last] = value;
  }
  row.events.push(edit.event);
  row.notes.push(edit.note);
}

/** TCP payload through a server's sockets, and how many there were. */
function counter(server) {
  const open = new Set();
  const gone = { up: 0, down: 0, connections: 0 };
  server.on('connection', socket => {
    open.add(socket);
    gone.connections += 1;
    socket.once('close', () => {
      open.delete(socket);
      gone.up += socket.bytesRead;
      gone.down += socket.bytesWritten;
    });
  });
  return () => {
    const sum = { ...gone };
    for (const socket of open) {
      sum.up += socket.bytesRead;
      sum.down += socket.bytesWritten;
    }
    return sum;
  };
}

/** A road that breaks is tried again a second later, as often as it takes; the measurement has the time limit. */
async function until(done) {
  for (let broken = 0; ; broken += 1) {
    try {
      return { ...await done(), broken };
    } catch (fault) {
      console.error('the road broke:', fault.message);
      await pause(1000);
    }
  }
}

const writeRows = (file, rows) => fs.writeFileSync(file, rows.map(row => JSON.stringify(row) + '\n').join(''));

const roles = {
  async seed(peer, { corpus, state }) {
    fs.mkdirSync(path.join(state, 'hub'), { recursive: true });
    await peer.seed(state, lines(path.join(corpus, 'cases.jsonl')));
    return null;
  },

  async hub(peer, { corpus, state, listen }) {
    const hub = await peer.hub(state, { corpus });
    const bytes = counter(hub.server);
    const [host, port] = listen.split(':');
    await new Promise(done => hub.server.listen(Number(port), host, done));
    return {
      counts: () => ({ ...bytes(), requests: hub.requests() }),
      edit: async workload => { await hub.edit(edits(corpus, workload, 'hub')); },
      rows: async file => writeRows(file, await hub.rows()),
    };
  },

  async station(peer, options) {
    const folder = path.join(options.state, 'station');
    const station = await peer.station(options.state, folder, options);
    return {
      open: async () => { await station.open?.(); },
      edit: async workload => { await station.edit(edits(options.corpus, workload, 'station')); },
      sync: workload => until(() => station.sync(workload)),
      rows: async file => writeRows(file, await station.rows()),
      end: () => station.close(),
    };
  },

  async crowd(peer, options) {
    const all = [];
    for (let nth = 0; nth < Number(options.stations); nth += 1) {
      all.push(await peer.station(options.state, path.join(options.state, `station-${nth}`), options));
    }
    const one = async (station, workload) => {
      const begun = performance.now();
      const { idle = 0 } = await until(() => station.sync(workload));
      return (performance.now() - begun) / 1000 - idle;
    };
    return {
      open: async () => {
        for (const station of all) {
          await station.open?.();
          await one(station, 'W1');
          await station.settle?.();
        }
      },
      edit: async workload => {
        const mine = edits(options.corpus, workload, 'station');
        for (const [nth, station] of all.entries()) await station.edit([mine[nth]]);
      },
      sync: async workload => ({ each: await Promise.all(all.map(station => one(station, workload))) }),
      end: async () => { for (const station of all) await station.close(); },
    };
  },
};

function edits(corpus, workload, side) {
  return lines(path.join(corpus, 'edits.jsonl')).filter(edit => edit.workload === workload && edit.side === side);
}

/** Plays the role named on the command line. */
export async function play(peer) {
  const [role, ...words] = process.argv.slice(2);
  const options = {};
  for (let at = 0; at < words.length; at += 2) options[words[at].slice(2)] = words[at + 1];
  const say = answer => process.stdout.write(JSON.stringify(answer) + '\n');
  const commands = await roles[role](peer, options);
  say({ version: peer.version });
  if (commands === null) process.exit(0);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [word, ...rest] = line.split(' ');
    try {
      say(await commands[word](...rest) ?? {});
    } catch (fault) {
      say({ fault: String(fault.message ?? fault) });
    }
  }
  await commands.end?.();
  process.exit(0);
}
