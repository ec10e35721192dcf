// The plugin `{{name}}`: a tool that says who answered a ticket. Make it yours.

import { plugin, send, text, ToolError } from './tickiti-relay.js';

const whoAnswered = {
  name: 'who_answered',
  title: 'Who answered a ticket',
  description: 'Who of the team wrote to the customer on a ticket, and how often. Needs tickets:read.',
  arguments: { ticket_number: { type: 'string', pattern: '^[0-9]{6}$', description: 'Six digits.' } },
  required: ['ticket_number'],
  routes: ['tickets.responses'],
  *run(call) {
    const { ticket_number } = call.arguments;
    // The texts are not needed.
    const answer = yield send('tickets.responses', { ticket_number, max_body_chars: 0 });
    const replies = new Map();
    for (const { created_by_email, staff_response, is_internal } of answer.body.data.responses) {
      if (staff_response && !is_internal) replies.set(created_by_email, (replies.get(created_by_email) ?? 0) + 1);
    }
    if (replies.size === 0) throw new ToolError(`Nobody has answered ticket ${ticket_number} yet.`);
    return text([...replies].sort().map(([email, count]) => `${email}: ${count}`).join('\n'));
  },
};

export const tools = plugin({
  name: '{{name}}',
  version: '0.1.0',
  about: 'Says who answered a ticket.',
  tools: [whoAnswered],
});
