// The suite as a worker: it runs when it is asked for, and answers with its report.
import { EntraAuthError, createClient } from './edge.js';
import { emulatorAt } from './emulator.js';
import { report } from './suite.js';

export default {
  async fetch(request) {
    const { authority, keys } = await request.json();
    const lines = [];
    const isWell = await report({ EntraAuthError, createClient }, emulatorAt(authority, keys), (line) => lines.push(line));
    return new Response(lines.join('\n'), { status: isWell ? 200 : 500 });
  },
};
