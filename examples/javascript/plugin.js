// The plugin `drafts`: drafts a reply from the team's stock responses, and shows a customer's history on one page.

import { last, plugin, send, structured, text, ToolError } from './tickiti-relay.js';

/** Characters of a message that are read: what it is about stands at its beginning. */
const MESSAGE_CHARS = 2000;
/** Other stock responses that are named beside the best. */
const OTHERS = 3;
/** How much a word says, by where a stock response has it. */
const WEIGHTS = { title: 3, keywords: 3, category: 1, content: 1 };
/** Words that say nothing about what a message is about. */
const COMMON = new Set(
  `about after again also been before best could dear does from have hello here just kind know like more much need only over
  please regards send since some tell than thank thanks that them then there they this very want well were what when where
  which will with would your`.split(/\s+/),
);

const draftReply = {
  name: 'draft_reply',
  title: 'Draft a reply from a stock response',
  description:
    'Drafts a reply to what the customer of a ticket wrote last: picks the stock response that fits best, or the one named ' +
    'by `identifier`, and answers {ticket_number, to, draft, stock_response, matched, others}; `draft` is HTML. Sends ' +
    'nothing: show the draft to the person, change it where it does not fit, then use respond_to_ticket. Needs ' +
    'tickets:read and settings:read.',
  arguments: {
    ticket_number: { type: 'string', pattern: '^[0-9]{6}$', description: 'Six digits.' },
    identifier: { type: 'string', description: 'Of the stock response to use, as list_stock_responses names it.' },
  },
  required: ['ticket_number'],
  output: {
    type: 'object',
    properties: {
      ticket_number: { type: 'string' },
      to: { type: 'string' },
      draft: { type: 'string' },
      stock_response: { type: 'string' },
      matched: { type: 'array', items: { type: 'string' } },
      others: { type: 'array', items: { type: 'string' } },
    },
    required: ['ticket_number', 'to', 'draft', 'stock_response', 'matched', 'others'],
  },
  routes: ['tickets.show', 'settings.stock_responses.index', 'settings.stock_responses.show'],
  openWorld: true,

  *run(call) {
    const { ticket_number, identifier } = call.arguments;
    const asked = { ticket_number, fields: ['plain_text'], max_body_chars: MESSAGE_CHARS };
    const [ticket, stock] = yield [
      send('tickets.show', asked, { keep: matter }),
      send('settings.stock_responses.index', { include_content: true }, { keep: usable }),
    ];
    if (!ticket.body.message) {
      throw new ToolError(`Ticket ${ticket_number} has no message of a customer, so there is nothing to reply to.`);
    }
    const ranked = rank(stock.body, words(`${ticket.body.subject} ${ticket.body.message}`));
    const best = identifier ? ranked.find((row) => row.identifier === identifier) : ranked[0];
    const names = ranked.map((row) => row.identifier);
    if (identifier && !best) {
      throw new ToolError(`There is no stock response ${identifier} in use. There are: ${names.join(', ') || 'none'}.`);
    }
    if (!best || (!identifier && best.score === 0)) {
      throw new ToolError(`No stock response fits ticket ${ticket_number}. Write the reply yourself, or name one by \
\`identifier\`: ${names.join(', ') || 'there are none'}.`);
    }
    const content = best.content ?? (yield* contentOf(best));
    return structured({
      ticket_number,
      to: ticket.body.to,
      draft: `<p>Hello${ticket.body.name ? ` ${escaped(ticket.body.name)}` : ''},</p>${content}`,
      stock_response: best.identifier,
      matched: best.matched,
      others: ranked.filter((row) => row !== best && row.score > 0).slice(0, OTHERS).map((row) => row.identifier),
    });
  },
};

/** Helpdesks before October 2026 list stock responses without their content. */
function* contentOf({ id, identifier }) {
  const { body } = yield send('settings.stock_responses.show', { template_id: Number(id) });
  const { content } = (body.data ?? body).template ?? {};
  if (!content) throw new ToolError(`The stock response ${identifier} is empty. Name another one by \`identifier\`.`);
  return content;
}

/** What a ticket is about: its subject, and what the customer wrote last. */
function matter({ data: { ticket, responses } }) {
  const theirs = responses.filter((row) => !row.staff_response && !row.is_internal && row.plain_text);
  // A thread begins with what was pinned; time is what counts here.
  theirs.sort((one, other) => (one.created_at < other.created_at ? -1 : 1));
  return {
    subject: ticket.subject,
    to: ticket.originator_email,
    name: (ticket.raised_by ?? '').includes('@') ? '' : (ticket.raised_by ?? '').split(' ')[0],
    message: theirs.at(-1)?.plain_text,
  };
}

/** The stock responses that may be sent, with what is read of them. */
function usable(body) {
  const rows = (body.data ?? body).stock_responses ?? body.data ?? body;
  return rows
    .filter((row) => (row.is_enabled ?? true) && row.ai_relevance !== 'exclude')
    .map(({ id, identifier, title, keywords, category, content }) => ({ id, identifier, title, keywords, category, content }));
}

/** The best first; of equals, as the helpdesk has them. */
function rank(rows, wanted) {
  const scored = rows.map((row) => {
    const matched = new Set();
    let score = 0;
    for (const [member, weight] of Object.entries(WEIGHTS)) {
      for (const word of words(row[member] ?? '')) {
        if (!wanted.has(word)) continue;
        matched.add(word);
        score += weight;
      }
    }
    return { ...row, score, matched: [...matched].sort() };
  });
  return scored.sort((one, other) => other.score - one.score);
}

/** The words of a text, or of HTML, that say what it is about. */
function words(of) {
  // All but spaces and punctuation: this JavaScript knows no \p{L}.
  const all = of.replace(/<[^>]*>/g, ' ').toLowerCase().match(/[^\s!-/:-@[-`{-~…–—“”„‘’«»]{4,}/g) ?? [];
  return new Set(all.filter((word) => !COMMON.has(word)));
}

const escaped = (words) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Responses of a page: without their texts, some 60 KB. */
const PAGE = 500;

const customerHistory = {
  name: 'customer_history',
  title: "A customer's history on one page",
  description:
    'All that a customer has asked, on one page: their tickets, the latest first, each with status, queue, subject, how many ' +
    'messages and answers it has and how long the first answer took. Read it before you reply to somebody who writes again. ' +
    'Needs tickets:read.',
  arguments: {
    email: { type: 'string', format: 'email', description: 'Address of the customer.' },
    most: { type: 'integer', minimum: 1, maximum: 100, description: 'Tickets to show; default 20.' },
  },
  required: ['email'],
  routes: ['tickets.query', 'tickets.responses_query'],
  openWorld: true,

  *run(call) {
    const { email, most = 20 } = call.arguments;
    const criteria = [{ mode: 'raised', tokens: [email] }];
    const search = { row_limit: most, search_object: { criteria } };
    const { body: tickets } = yield send('tickets.query', search, { keep: ticketRows });
    if (tickets.length === 0) throw new ToolError(`${email} has raised no ticket. Is that the address they write from?`);

    const numbers = tickets.map(({ number }) => number);
    const { threads } = yield* call.rounds({ pages: 0, threads: {} }, (at) => readPage(call, numbers, at));
    const open = tickets.filter(({ status }) => status === 'open').length;
    const shown = tickets.length === most ? `the last ${most} tickets` : `${tickets.length} tickets`;
    const lines = tickets.map((ticket) => line(ticket, threads[ticket.number] ?? { theirs: 0, ours: 0 }));
    return text([`${tickets[0].name} <${email}>: ${shown}, ${open} open`, ...lines].join('\n'));
  },
};

/** One page of the public responses to these tickets, counted into `threads`. */
function* readPage(call, numbers, { cursor, pages, threads }) {
  const fields = ['staff_response', 'created_at', 'is_audit_only'];
  const asked = { ticket_number: numbers, is_internal: false, fields, limit: PAGE, ...(cursor && { cursor }) };
  const { responses, next_cursor } = (yield send('tickets.responses_query', asked)).body.data;
  for (const { ticket_number, staff_response, created_at, is_audit_only } of responses) {
    if (is_audit_only) continue;
    const thread = (threads[ticket_number] ??= { theirs: 0, ours: 0 });
    thread[staff_response ? 'ours' : 'theirs'] += 1;
    thread.first ??= created_at;
    if (staff_response) thread.answered ??= created_at;
  }
  call.progress(pages + 1, undefined, `${pages + 1} pages of responses read`);
  if (!next_cursor) return last({ threads });
  if (JSON.stringify(next_cursor) === JSON.stringify(cursor)) {
    throw new ToolError('The helpdesk gave the same page twice, so the search would not end. Ask for fewer tickets.');
  }
  return { cursor: next_cursor, pages: pages + 1, threads };
}

/** The members of each ticket that are read; servers differ in what they wrap the rows. */
function ticketRows(body) {
  const rows = body.data?.tickets ?? body.data ?? body;
  return rows.map(({ number, status, queue, subject, created_at, raised_by }) => ({
    number: String(number),
    status,
    queue,
    subject,
    day: created_at.slice(0, 10),
    name: raised_by,
  }));
}

function line({ number, status, queue, subject, day }, { theirs, ours, first, answered }) {
  const took = answered ? `first answer after ${span(Date.parse(answered) - Date.parse(first))}` : 'no answer yet';
  return `${number}, ${day}, ${queue}, ${status}: ${subject} (${theirs} from the customer, ${ours} from us, ${took})`;
}

/** `2 d 3 h`, `3 h 5 min`, `12 min`. */
function span(milliseconds) {
  const minutes = Math.round(milliseconds / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

export const tools = plugin({
  name: 'drafts',
  version: '0.1.0',
  about: "Drafts replies from the team's stock responses, and shows a customer's history on one page.",
  tools: [draftReply, customerHistory],
});
