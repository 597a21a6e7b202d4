// The component of the command line, compiled while the rest of the program is loaded.
import { component } from 'engine/component';

// Whoever needs it learns why there is none.
component('command').catch(() => {});
