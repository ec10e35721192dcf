// What the helper for JavaScript promises, turn by turn. `cargo xtask examples` runs this.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audio, document, done, image, last, plugin, relay, send, structured, text, ToolError, words } from './tickiti-relay.js';

const GO = { name: 'go', title: 'Go', description: 'Goes.' };

/** Every turn of a call; `answers` are lists of [status, body] or [status, body, held], one list a turn. */
function played(run, { args = {}, answers = [] } = {}) {
  const tools = plugin({ name: 'probe', version: '0.1.0', about: 'Probes.', tools: [{ ...GO, run }] });
  const call = { tool: 'go', arguments: JSON.stringify(args), settings: '{}', now: '2026-11-22T08:00:00Z', files: [] };
  const turns = [tools.start(call)];
  for (const round of answers) {
    const given = round.map(([status, body, held]) => ({ status, body: JSON.stringify(body), held }));
    const [one, other] = [0, 1].map(() => tools.resume(call, turns.at(-1).state, given));
    assert.deepEqual(one, other, 'the same turn came out differently');
    turns.push(one);
  }
  return turns;
}

const sent = (turn) => turn.step.val.map(({ route, input }) => [route, JSON.parse(input)]);
const written = (turn) => turn.writes.map(({ data }) => new TextDecoder().decode(data));

test('describe tells all that was declared', () => {
  const declared = {
    name: 'do_it',
    title: 'Do it',
    description: 'Does it.',
    arguments: { path: { type: 'string' } },
    required: ['path'],
    effect: 'destructive',
    routes: ['a.b'],
    files: { '/path': 'output' },
    openWorld: true,
    output: { type: 'object' },
    run: () => text(''),
  };
  const manifest = plugin({ name: 'probe', version: '0.1.0', about: 'Probes.', tools: [declared] }).describe();
  assert.deepEqual(manifest.tools, [
    {
      name: 'do_it',
      title: 'Do it',
      description: 'Does it.',
      input:
        '{"type":"object","properties":{"path":{"type":"string"}},"required":["path"],"additionalProperties":false}',
      output: '{"type":"object"}',
      effect: 'destructive',
      idempotent: false,
      openWorld: true,
      routes: ['a.b'],
      files: [{ at: '/path', access: 'output' }],
    },
  ]);
});

test('what is declared wrongly fails the build, with the tool and the place', () => {
  const told = (change) => {
    const tool = { ...GO, arguments: { path: {} }, run: () => text(''), ...change };
    try {
      plugin({ name: 'probe', version: '0.1.0', about: 'Probes.', tools: [tool] });
    } catch ({ message }) {
      return message;
    }
    return 'taken';
  };
  assert.equal(told({ required: ['path'], effect: 'write', files: { '/path': 'image' } }), 'taken');
  assert.equal(told({ effect: 'reed' }), "the tool `go`: `effect` is 'reed'; it must be one of read, write, destructive");
  assert.match(told({ requires: ['path'] }), /^the tool `go`: `requires` is no member of a tool; those are name, .*required/);
  assert.match(told({ files: { '/path': 'imge' } }), /^the tool `go`: `files`, \/path, is 'imge'; it must be one of text, /);
  assert.match(told({ required: ['pth'] }), /^the tool `go`: `required` names 'pth', which is none of its `arguments`$/);
  assert.match(told({ required: 'path' }), /must be lists$/);
  assert.match(told({ run: undefined }), /it needs `run`, a function$/);
  assert.match(told({ title: undefined }), /it needs a `title`, a text$/);
  assert.throws(() => plugin({ name: 'probe', version: 1, about: '', tools: [] }), /it needs a `version`, a text$/);
});

test('a result may have pieces of every kind', () => {
  const pieces = [words('seen'), image('image/png', 'm'), audio('audio/wav', 'm'), document('a:1', 'one.pdf', 'application/pdf', 'm')];
  const [turn] = played(() => done([...pieces, document('a:2', 'two.pdf')]));
  const { content } = turn.step.val;
  assert.deepEqual(content.map(({ tag }) => tag), ['text', 'image', 'audio', 'document', 'document']);
  assert.equal(content[0].val, 'seen');
  assert.equal(content[2].val.mediaType, 'audio/wav');
  assert.equal(content[3].val.blob.mediaType, 'application/pdf');
  assert.equal(content[4].val.blob, undefined);
});

test('arguments are relayed as they were written', () => {
  const [turn] = played((call) => relay('a.b', call.raw), { args: { b: 1, a: 'ü' } });
  assert.equal(turn.step.tag, 'relay');
  assert.equal(turn.step.val.input, '{"b":1,"a":"ü"}');
});

test('waits are answered again, and what was done before them is not done again', () => {
  const held = { mark: 'm'.repeat(32), bytes: 5n, items: 1n, text: true };
  const turns = played(
    function* (call) {
      call.write('/path', 'begin ');
      const one = yield send('a.one', { x: 1 }, { accept: [404], hold: '/data' });
      call.write('/path', one.held.mark);
      call.progress(1, undefined, 'one');
      const [two, three] = yield [send('a.two', {}), send('a.three', {}, { keep: (body) => body.n })];
      two.body.changed = true; // Must not reach the journal.
      const nothing = yield [];
      const four = yield send('a.four', { status: one.status, three: three.body });
      return done([image('image/png', Uint8Array.of(1, 2))], [two.body, four.body, nothing, one.held.bytes]);
    },
    { answers: [[[200, {}, held]], [[200, { n: 2 }], [200, { n: 3, rest: 'x\n'.repeat(9) }]], [[200, 4]]] },
  );
  assert.deepEqual(turns.slice(0, 3).map(sent), [
    [['a.one', { x: 1 }]],
    [['a.two', {}], ['a.three', {}]],
    [['a.four', { status: 200, three: 3 }]],
  ]);
  assert.deepEqual([[...turns[0].step.val[0].accept], turns[0].step.val[0].hold], [[404], '/data']);
  assert.deepEqual(turns.map(written), [['begin '], ['m'.repeat(32)], [], []]);
  assert.deepEqual(turns.map(({ progress }) => progress?.text), [undefined, 'one', undefined, undefined]);
  assert.ok(!turns[2].state.includes('rest'));
  assert.equal(turns[3].step.val.structured, '[{"n":2,"changed":true},4,[],5]');
  assert.equal(turns[3].state, '');
});

test('keep does not see a failure that was accepted', () => {
  const turns = played(
    function* () {
      const { status, body } = yield send('a.one', {}, { accept: [404], keep: (body) => body.data.rows });
      return structured([status, body]);
    },
    { answers: [[[404, { error: 'not_found' }]]] },
  );
  assert.equal(turns[1].step.val.structured, '[404,{"error":"not_found"}]');
});

test('rounds forget the pages before', () => {
  const pages = Array.from({ length: 48 }, (_, at) => [[200, { rows: 10, next: at + 2, pad: 'p'.repeat(1000) }]]);
  const turns = played(
    function* (call) {
      const first = yield send('a.first', {});
      const counted = yield* call.rounds({ cursor: 1, count: 0 }, function* ({ cursor, count }) {
        const { body } = yield send('a.page', { cursor });
        call.write('/path', `page ${cursor} `);
        const state = { cursor: body.next, count: count + body.rows };
        return state.cursor ? state : last(state);
      });
      const after = yield send('a.after', { count: counted.count });
      return structured([first.body, counted.count, after.body]);
    },
    { answers: [[[200, 'first']], ...pages, [[200, { rows: 7, next: null }]], [[200, 'after']]] },
  );
  assert.deepEqual(sent(turns[1]), [['a.page', { cursor: 1 }]]);
  assert.ok(Math.max(...turns.map(({ state }) => state.length)) < 200);
  assert.deepEqual(written(turns[3]), ['page 2 ']);
  assert.deepEqual(sent(turns.at(-2)), [['a.after', { count: 487 }]]);
  assert.equal(turns.at(-1).step.val.structured, '["first",487,"after"]');
});

/** What a component throws is the error of its `result`. */
function refused(act) {
  try {
    act();
  } catch (sentence) {
    return sentence;
  }
  return undefined;
}

test('a sentence ends the call', () => {
  const sentence = refused(() => played(() => { throw new ToolError('No. Try again.'); }));
  assert.equal(sentence, 'No. Try again.');
});

test('a fault is told as one', () => {
  assert.match(refused(() => played((call) => text(call.nothing.there))), /^The tool go has a fault: TypeError: /);
  assert.match(refused(() => played(() => {})), /it returned none of relay\(\.\.\.\)/);
  const misspelt = () => played(function* () { yield send('a.one', {}, { accpet: [404] }); });
  assert.match(refused(misspelt), /send takes no `accpet`; it takes accept, hold, keep/);
});

test('a tool that does not do the same again is told', () => {
  let runs = 0;
  const run = function* () {
    runs += 1;
    if (runs === 1) yield [send('a.one', {}), send('a.two', {})];
    yield send('a.three', {});
  };
  assert.match(refused(() => played(run, { answers: [[[200, 1], [200, 2]]] })), /must be a pure function/);
});
