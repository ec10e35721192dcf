/**
 * What the author of a Tickiti Relay plugin in JavaScript imports: lay it beside `plugin.js`.
 *
 * A tool is a function over one `Call`. One that sends requests is a generator and reads as straight code: `yield send(...)`
 * waits for the answer. It is run anew from its start at each turn, and what was answered before is answered again; so it must
 * do the same for the same arguments and answers. Long loops go through `Call.rounds`, whose state takes the place of all that
 * was answered.
 */

/** Ends the call with a sentence for the assistant: what is wrong, and what to do instead. */
export class ToolError extends Error {}

/**
 * The exports of the component: `export const tools = plugin({ name, version, about, tools: [...] })`. A tool is
 * `{ name, title, description, arguments, required, effect, routes, files, idempotent, openWorld, output, run }`: `arguments`
 * are the properties of the JSON Schema, `effect` is read, write or destructive, `files` maps JSON pointers to text, image,
 * bytes or output. What is written otherwise fails the build.
 */
export function plugin({ name, version, about, tools }) {
  for (const [member, value] of Object.entries({ name, version, about })) {
    if (typeof value !== 'string') throw new TypeError(`the plugin: it needs a \`${member}\`, a text`);
  }
  tools.forEach(judge);
  return {
    describe: () => ({ name, version, about, tools: tools.map(described) }),
    start: (call) => turn(tools, call, '', []),
    resume: (call, state, answers) => turn(tools, call, state, answers),
  };
}

const MEMBERS = `name title description arguments required effect routes files idempotent openWorld output run`.split(' ');
const EFFECTS = ['read', 'write', 'destructive'];
const ACCESS = ['text', 'image', 'bytes', 'output'];

/** What JavaScript would take without a word, and the assistant or the relay would stumble over later. */
function judge(tool) {
  const demand = (holds, what) => {
    if (!holds) throw new TypeError(`the tool \`${tool.name}\`: ${what}`);
  };
  const oneOf = (at, word, words) => demand(words.includes(word), `${at} is '${word}'; it must be one of ${words.join(', ')}`);
  const unknown = Object.keys(tool).find((member) => !MEMBERS.includes(member));
  demand(unknown === undefined, `\`${unknown}\` is no member of a tool; those are ${MEMBERS.join(', ')}`);
  for (const member of ['name', 'title', 'description']) {
    demand(typeof tool[member] === 'string', `it needs a \`${member}\`, a text`);
  }
  demand(typeof tool.run === 'function', 'it needs `run`, a function');
  const { arguments: properties = {}, required = [], effect = 'read', routes = [], files = {} } = tool;
  demand(Array.isArray(required) && Array.isArray(routes), '`required` and `routes` must be lists');
  for (const name of required) demand(name in properties, `\`required\` names '${name}', which is none of its \`arguments\``);
  oneOf('`effect`', effect, EFFECTS);
  for (const [at, access] of Object.entries(files)) oneOf(`\`files\`, ${at},`, access, ACCESS);
}

function described(tool) {
  const { name, title, description, arguments: properties = {}, required = [], output } = tool;
  const { effect = 'read', idempotent = effect === 'read', openWorld = false, routes = [], files = {} } = tool;
  return {
    name,
    title,
    description,
    input: JSON.stringify({ type: 'object', properties, required, additionalProperties: false }),
    output: output && JSON.stringify(output),
    effect,
    idempotent,
    openWorld,
    routes,
    files: Object.entries(files).map(([at, access]) => ({ at, access })),
  };
}

/**
 * `yield send(route, input)`: a request to wait for; `yield [send(...), send(...)]` for several in order. A failure ends the
 * call in the relay's words unless its status is in `accept`. `hold` is the JSON pointer of a big value that stays with the
 * relay. `keep` picks from a success's body what the tool reads; the rest is forgotten, and so costs nothing in later turns.
 * The answer is `{ status, body, held }`.
 */
export function send(route, input, { accept = [], hold, keep, ...more } = {}) {
  const [unknown] = Object.keys(more);
  if (unknown) throw new TypeError(`send takes no \`${unknown}\`; it takes accept, hold, keep`);
  return { request: { route, input: json(input), accept: Uint16Array.from(accept), hold }, keep };
}

/** `return last(state)` from a round of `Call.rounds`: the loop ends with this. */
export const last = (state) => new Last(state);

class Last {
  constructor(state) {
    this.state = state;
  }
}

/** Ends the call with the answer of a route, handed on untouched. What most tools do. */
export const relay = (route, input) => ({
  tag: 'relay',
  val: { route, input: json(input), accept: new Uint16Array(), hold: undefined },
});

/** Ends the call with pieces of content and, if given, a value that fits the tool's `output` schema. */
export const done = (content, structured) => ({
  tag: 'done',
  val: { content, structured: structured === undefined ? undefined : JSON.stringify(structured) },
});

/** Ends the call with a text, or with the text that a mark stands for. */
export const text = (said) => done([words(said)]);

/** Ends the call with a value that fits the tool's `output` schema; it is shown as text too. */
export const structured = (value) => done([], value);

/** For `done`: a text beside other pieces, or the text that a mark stands for. */
export const words = (said) => ({ tag: 'text', val: said });

/** For `done`: an image that the assistant sees, by its bytes or a mark. */
export const image = (mediaType, data) => ({ tag: 'image', val: blob(mediaType, data) });

/** For `done`: sound, by its bytes or a mark. */
export const audio = (mediaType, data) => ({ tag: 'audio', val: blob(mediaType, data) });

/** For `done`: an enclosed document, by its bytes or a mark; a link where neither is given. */
export const document = (uri, name, mediaType, data) => ({
  tag: 'document',
  val: { uri, name, blob: data === undefined ? undefined : blob(mediaType, data) },
});

const blob = (mediaType, data) => ({ mediaType, data: bytes(data) });

/** One call: `arguments` and `settings`, `raw` the arguments as JSON text, `now` in RFC 3339 (UTC), the only clock. */
class Call {
  #journal; // One compact JSON text an entry.
  #fresh;
  #at = 0;
  writes = [];
  shown;

  constructor(call, state, answers) {
    Object.assign(this, { tool: call.tool, raw: call.arguments, now: call.now, files: call.files });
    this.arguments = JSON.parse(call.arguments);
    this.settings = JSON.parse(call.settings);
    this.#journal = state === '' ? [] : state.split('\n');
    this.#fresh = answers.length > 0 ? answers : undefined;
  }

  /** The local file that the argument at this JSON pointer names (name, size, text, mark), if it was given. */
  file(at) {
    return this.files.find((file) => file.at === at);
  }

  /** Appends bytes, text or a mark to the output file that the argument at this JSON pointer names. */
  write(to, data, sha256) {
    this.writes.push({ to, data: bytes(data), sha256 });
  }

  /** Tells the person who waits how far the call is; `total` is undefined where nobody knows. */
  progress(done, total, words) {
    this.shown = { done: BigInt(done), total: total === undefined ? undefined : BigInt(total), text: words };
  }

  /**
   * `const state = yield* call.rounds(first, step)`: runs the generator `step(state)` until it returns `last(state)`. States
   * are JSON; a round's end is remembered in place of all that happened in it, so that a thousand pages stay cheap.
   */
  *rounds(first, step) {
    const at = this.#at;
    if (at === this.#journal.length) this.#journal.push(JSON.stringify({ round: first }));
    for (;;) {
      const entry = JSON.parse(this.#journal[at]);
      this.#at = at + 1;
      if (Array.isArray(entry)) throw new ToolError(DIVERGED);
      if ('last' in entry) return entry.last;
      const state = yield* step(entry.round);
      const end = state instanceof Last ? { last: state.state } : { round: state };
      this.#journal.splice(at, Infinity, JSON.stringify(end));
    }
  }

  /** One turn of a tool: runs it until it ends or waits for what is not known yet. */
  turn(run) {
    const steps = run(this);
    const step = typeof steps?.next === 'function' ? this.#drive(steps) : steps;
    if (this.#fresh) throw new ToolError(DIVERGED);
    if (!['relay', 'send', 'done'].includes(step?.tag)) {
      throw new TypeError('it returned none of relay(...), text(...), structured(...), done(...)');
    }
    const state = step.tag === 'send' ? this.#journal.join('\n') : '';
    return { writes: this.writes, step, state, progress: this.shown };
  }

  #drive(steps) {
    let answers;
    for (;;) {
      const { value, done } = steps.next(answers);
      if (done) return value;
      const sends = Array.isArray(value) ? value : [value];
      answers = sends.length > 0 ? this.#answers(sends) : [];
      if (answers === undefined) return { tag: 'send', val: sends.map(({ request }) => request) };
      if (!Array.isArray(value)) answers = answers[0];
    }
  }

  #answers(sends) {
    if (this.#at === this.#journal.length) {
      if (!this.#fresh) return undefined;
      this.#journal.push(JSON.stringify(this.#fresh.map((answer, index) => kept(answer, sends[index]?.keep))));
      this.#fresh = undefined;
    }
    const entry = JSON.parse(this.#journal[this.#at]);
    if (!Array.isArray(entry) || entry.length !== sends.length) throw new ToolError(DIVERGED);
    this.#at += 1;
    // A wait was answered, so what the tool did before it was part of an earlier turn.
    this.writes = [];
    this.shown = undefined;
    return entry;
  }
}

const DIVERGED =
  'The tool did not do the same as in its earlier turns; a plugin must be a pure function. Tell its author.';

function kept({ status, body, held }, keep) {
  const whole = JSON.parse(body);
  const numbers = held && { ...held, bytes: Number(held.bytes), items: Number(held.items) };
  return { status, body: keep && status < 300 ? keep(whole) : whole, held: numbers };
}

function turn(tools, call, state, answers) {
  try {
    const { run } = tools.find(({ name }) => name === call.tool);
    return new Call(call, state, answers).turn(run);
  } catch (error) {
    if (error instanceof ToolError) throw error.message;
    const [, place] = /@([^\n]*)/.exec(error?.stack ?? '') ?? [];
    throw `The tool ${call.tool} has a fault: ${error} (${place ?? 'nobody knows where'}). Tell its author.`;
  }
}

const json = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

// A list of bytes crosses as a typed array. TextEncoder is there, and marks are text.
const bytes = (data) => (typeof data === 'string' ? new TextEncoder().encode(data) : data);
