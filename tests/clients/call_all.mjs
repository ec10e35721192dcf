// Lists and calls all 18 tools of the relay with the official TypeScript client of MCP, and looks whether the results are
// sane. Reads TICKITI_RELAY_BINARY, TICKITI_API_BASE and TICKITI_API_TOKEN; the helpdesk must be a scratch one, because
// tickets are made. Run by `cargo xtask clients typescript`. Ends with exit code 1 at the first result that is not as it
// should be.

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport, getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';

const TOOLS = [
  'create_ticket', 'respond_to_ticket', 'query_tickets', 'get_ticket', 'list_responses', 'get_attachment',
  'query_responses', 'export_responses', 'list_perspectives', 'list_watchlists', 'list_stock_responses', 'list_queues',
  'list_workflow', 'run_report', 'list_endpoints', 'tickiti_call', 'unsettled_writes', 'settle_write',
];
// A red dot, one pixel.
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const ASKER = 'ada.client@typescript.example';

class NotSane extends Error {}

function demand(holds, what) {
  if (!holds) throw new NotSane(what);
}

function text(result) {
  return result.content.filter((block) => block.type === 'text').map((block) => block.text).join('\n');
}

/** The first value that `wanted` accepts, anywhere within parsed JSON. */
function find(value, wanted) {
  if (wanted(value)) return value;
  if (value === null || typeof value !== 'object') return undefined;
  for (const part of Object.values(value)) {
    const found = find(part, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function everything(client, folder) {
  const listed = (await client.listTools()).tools;
  const names = new Set(listed.map((tool) => tool.name));
  const absent = TOOLS.filter((name) => !names.has(name));
  demand(absent.length === 0, `not listed: ${absent}`);
  for (const tool of listed) {
    demand(tool.description && tool.inputSchema.type === 'object', `${tool.name} is not described`);
    demand(tool.annotations, `${tool.name} has no annotations`);
  }

  const called = new Set();
  const call = async (name, args) => {
    called.add(name);
    const result = await client.callTool(args === undefined ? { name } : { name, arguments: args });
    demand(!result.isError, `${name} answered an error: ${text(result).slice(0, 2000)}`);
    demand(result.content.length > 0, `${name} answered nothing`);
    return result;
  };
  const json = async (name, args) => {
    const words = text(await call(name, args));
    try {
      return JSON.parse(words);
    } catch (error) {
      throw new NotSane(`${name} answered no JSON (${error.message}): ${words.slice(0, 2000)}`);
    }
  };

  const queues = await json('list_queues');
  demand(find(queues, (part) => part === 'Inbox'), `no Inbox among the queues: ${JSON.stringify(queues)}`);
  for (const name of ['list_perspectives', 'list_watchlists', 'list_stock_responses']) {
    demand(Object.keys(await json(name)).length > 0, `${name} is empty`);
  }
  for (const kind of ['resolution-categories', 'interventions', 'escalations']) {
    await json('list_workflow', { kind });
  }
  await json('run_report', { report: 'meta' });
  const filters = { date_from: '2026-01-01', date_to: '2026-01-31', group_by: 'day' };
  for (const report of ['resolutions', 'volumes', 'response-times', 'agent-activity']) {
    await json('run_report', { report, filters });
  }

  const picture = join(folder, 'dot.png');
  writeFileSync(picture, Buffer.from(IMAGE, 'base64'));
  const made = await json('create_ticket', {
    originator_email_address: ASKER,
    subject: 'The printer prints a red dot',
    content: '<p>Look: {{attach:dot}}</p>',
    is_public: true,
    attachments: [{ path: picture, name: 'dot' }],
  });
  const holder = find(made, (part) => part?.ticket_number !== undefined);
  demand(holder, `no ticket number in ${JSON.stringify(made)}`);
  const number = String(holder.ticket_number);
  await call('respond_to_ticket', { ticket_number: number, from_email: ASKER, content: '<p>It is back, and larger.</p>' });

  const criteria = [{ mode: 'ticket_number', tokens: [number] }];
  const rows = JSON.stringify(await json('query_tickets', { search_object: { criteria } }));
  demand(rows.includes(number), `ticket ${number} was not found: ${rows}`);
  demand(text(await call('get_ticket', { ticket_number: number })).includes('red dot'), 'get_ticket lost the subject');
  const thread = text(await call('list_responses', { ticket_number: number }));
  demand(thread.includes('and larger'), 'list_responses lost the answer');

  const responses = await json('query_responses', { ticket_number: [number], fields: ['plain_text', 'attachments'] });
  demand(JSON.stringify(responses).includes('and larger'), `query_responses lost the answer: ${JSON.stringify(responses)}`);
  const files = find(responses, (part) => part?.attachments?.length > 0);
  demand(files, `no response has the image: ${JSON.stringify(responses)}`);
  const shown = await call('get_attachment', { ticket_number: number, response_attachment_id: files.attachments[0].id });
  const images = shown.content.filter((block) => block.type === 'image');
  demand(images.length === 1 && images[0].data === IMAGE, `the image came back otherwise: ${shown.content.map((block) => block.type)}`);

  const path = join(folder, 'responses.ndjson');
  await call('export_responses', { path, ticket_number: [number] });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  demand(lines.length === 2, `${lines.length} lines were exported, not 2`);

  demand(text(await call('list_endpoints')).includes('tickets'), 'list_endpoints names no family tickets');
  const family = text(await call('list_endpoints', { family: 'tickets' }));
  demand(family.includes('query'), 'list_endpoints does not name tickets.query');
  const ticket = await call('tickiti_call', { family: 'tickets', action: 'show', payload: { ticket_number: number } });
  demand(text(ticket).includes('red dot'), 'tickiti_call lost the subject');

  demand((await json('unsettled_writes')).writes.length === 0, 'a write is unsettled');
  called.add('settle_write');
  const unknown = await client.callTool({ name: 'settle_write', arguments: { id: 'w999', happened: true } });
  demand(unknown.isError && text(unknown).includes('w999'), `a write that is not there was settled: ${text(unknown)}`);

  const refused = await client.callTool({ name: 'tickiti_call', arguments: { family: 'ticket', action: 'show' } });
  demand(refused.isError && text(refused).includes('tickets'), `a wrong family was not refused with the right one: ${text(refused)}`);
  const uncalled = TOOLS.filter((name) => !called.has(name));
  demand(uncalled.length === 0, `not called: ${uncalled}`);
  return listed.length;
}

async function main() {
  const library = installed();
  console.log(`@modelcontextprotocol/client ${library}, Node ${process.versions.node}`);
  for (const mode of ['legacy', 'auto']) {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'relay-client-')));
    const folder = join(home, 'files');
    mkdirSync(folder);
    const client = new Client({ name: 'call-all', version: '1' }, { versionNegotiation: { mode } });
    try {
      const env = {
        ...getDefaultEnvironment(),
        TICKITI_API_BASE: process.env.TICKITI_API_BASE,
        TICKITI_API_TOKEN: process.env.TICKITI_API_TOKEN,
        TICKITI_RELAY_FILES: folder,
        TICKITI_RELAY_STATE: join(home, 'state'),
      };
      await client.connect(new StdioClientTransport({ command: process.env.TICKITI_RELAY_BINARY, env }));
      const listed = await everything(client, folder);
      const protocol = client.getNegotiatedProtocolVersion();
      console.log(`  ${mode}: protocol ${protocol}, ${listed} tools listed, ${TOOLS.length} called`);
    } finally {
      await client.close();
      rmSync(home, { recursive: true, force: true });
    }
  }
}

/** The version of the library as it lies beside this file. */
function installed() {
  const manifest = new URL('node_modules/@modelcontextprotocol/client/package.json', import.meta.url);
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

try {
  await main();
} catch (error) {
  console.error(`the TypeScript client: ${error instanceof NotSane ? error.message : error.stack}`);
  process.exitCode = 1;
}
