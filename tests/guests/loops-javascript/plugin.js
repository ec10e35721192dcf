// The plugin `loopsjs`: a tool that never ends, and one that does, to see that a looping guest is stopped and its neighbour
// is not.

import { plugin, text } from './tickiti-relay.js';

const spin = {
  name: 'spin',
  title: 'Loop for ever',
  description: 'Loops for ever.',
  run() {
    for (let count = 0; ; count += 1);
  },
};

const hello = {
  name: 'hello',
  title: 'Say hello',
  description: 'Says hello.',
  run: () => text('Hello from JavaScript.'),
};

export const tools = plugin({
  name: 'loopsjs',
  version: '0.1.0',
  about: 'Loops for ever, to be stopped.',
  tools: [spin, hello],
});
