// Makes plugin.wasm of plugin.js and what it imports: `node build.js`, after `npm ci`.
import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const { component } = await componentize({
  sourcePath: 'plugin.js',
  witPath: 'wit',
  worldName: 'plugin',
  // A plugin has no network. The clock stays: it stands at the call's `now`, and without it `new Date()` would be the time
  // of this build. Random numbers are the same in every call.
  disableFeatures: ['stdio', 'random', 'http', 'fetch-event'],
});
await writeFile('plugin.wasm', component);
